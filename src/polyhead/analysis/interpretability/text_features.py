"""Features of marked texts for the judge that counts: each a small whole number in a slot with a background rate.

Slots of a side: the tokens at offsets -4 to +1 of the mark, and the class of the mark. The other tokens of the window
form its bag. Pairs have the slots of both sides, three equalities of tokens, and the bucket of their distance.
Axis legend: s slot, w tokens of a bag, v vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from polyhead.analysis.interpretability.documents import AFTER, BEFORE, Documents
from polyhead.analysis.interpretability.drawing import distance_bucket
from polyhead.analysis.interpretability.items import Texts

OFFSETS = (-4, -3, -2, -1, 0, 1)
EQUALITIES = ("token(s) = token(t)", "token(s-1) = token(t)", "token(s+1) = token(t)")
CLASSES = ("indent", "space", "digit", "bracket", "capital", "quote", "word", "other")
SIDE_SLOTS = (*(f"token {o:+d}" if o else "token" for o in OFFSETS), "class")
PAIR_SLOTS = (
    *(f"key {name}" for name in SIDE_SLOTS),
    *(f"query {name}" for name in SIDE_SLOTS),
    *EQUALITIES,
    "distance",
)
SlotRates = Sequence[Float[np.ndarray, " _"]]
"""Of every slot: the background rate of each of its values."""
_BACKGROUND_PAIRS = 20_000
_N_BUCKETS = 16


def token_class(text: str) -> int:
    """Index into `CLASSES` of what a token looks like."""
    bare = text.strip()
    if not bare:
        kind = "indent" if "\n" in text or len(text) > 1 else "space"
    elif bare[0].isdigit():
        kind = "digit"
    elif bare[0] in "()[]{}<>":
        kind = "bracket"
    elif bare[0] in "'\"`":
        kind = "quote"
    elif bare[0].isupper():
        kind = "capital"
    else:
        kind = "word" if bare[0].isalpha() or bare[0] == "_" else "other"
    return CLASSES.index(kind)


@dataclass(frozen=True)
class Features:
    """Of texts of any shape."""

    slots: Int[np.ndarray, "... s"]
    bag: Int[np.ndarray, "... w"]


class TextFeatures:
    """Features of texts in one set of documents, with background rates from all their positions."""

    def __init__(self, documents: Documents, texts: Sequence[str], *, seed: int = 0) -> None:
        """`texts`: one piece of text per token id."""
        self.documents = documents
        self.tokens = documents.tokens.astype(np.int64)
        self.vocabulary = texts
        self.token_class = np.array([token_class(text) for text in texts])
        self.places = np.argwhere(documents.usable)
        self._rng = np.random.default_rng(seed)

    @cached_property
    def token_rate(self) -> Float[np.ndarray, " v"]:
        """Of each token among valid positions, with half a token added to each."""
        counts = np.bincount(self.tokens[self.documents.valid], minlength=len(self.vocabulary)) + 0.5
        return counts / counts.sum()

    @cached_property
    def class_rate(self) -> Float[np.ndarray, " c"]:
        """Of each class of tokens."""
        return np.bincount(self.token_class, weights=self.token_rate, minlength=len(CLASSES)).clip(1e-9)

    def rates(self, paired: bool, distances: Int[np.ndarray, " d"] | None = None) -> SlotRates:
        """Background rate of every value of every slot.

        Args:
            paired: Slots of pairs, or of a single side.
            distances: Of true pairs: chance equalities are counted as far apart as these.
        """
        side = [self.token_rate] * len(OFFSETS) + [self.class_rate]
        if not paired:
            return side
        distances = np.array([1]) if distances is None or not len(distances) else distances
        query = self.places[self._rng.integers(len(self.places), size=_BACKGROUND_PAIRS)]
        distance = self._rng.choice(distances, size=_BACKGROUND_PAIRS)
        good = query[:, 1] - distance >= 1
        key = np.stack([query[:, 0], query[:, 1] - distance], -1)[good]
        equal = self._equalities(key, query[good])
        buckets = np.bincount(distance_bucket(distances), minlength=_N_BUCKETS) + 0.5
        half = [np.array([1 - p, p]) for p in ((equal.sum(0) + 0.5) / (len(equal) + 1))]
        return [*side, *side, *half, buckets / buckets.sum()]

    def of(self, texts: Texts) -> Features:
        """The features of texts, single-sided or paired."""
        if not texts.paired:
            return Features(self._side(texts.places), self._bag(texts.places))
        assert texts.key is not None
        assert texts.query is not None
        assert texts.distance is not None
        slots = [
            self._side(texts.key),
            self._side(texts.query),
            self._equalities(texts.key, texts.query),
            distance_bucket(texts.distance)[..., None],
        ]
        bag = np.concatenate([self._bag(texts.key), self._bag(texts.query)], -1)
        return Features(np.concatenate(slots, -1), bag)

    def _at(self, places: Int[np.ndarray, "... 2"], offsets: Sequence[int]) -> Int[np.ndarray, "... o"]:
        return self.tokens[places[..., :1], places[..., 1:] + np.array(offsets)]

    def _side(self, places: Int[np.ndarray, "... 2"]) -> Int[np.ndarray, "... s"]:
        around = self._at(places, OFFSETS)
        return np.concatenate([around, self.token_class[around[..., OFFSETS.index(0), None]]], -1)

    def _bag(self, places: Int[np.ndarray, "... 2"]) -> Int[np.ndarray, "... w"]:
        return self._at(places, [o for o in range(-BEFORE, AFTER + 1) if o])

    def _equalities(self, key: Int[np.ndarray, "... 2"], query: Int[np.ndarray, "... 2"]) -> Int[np.ndarray, "... 3"]:
        """The token at the key, before it and after it, compared with the query's."""
        return (self._at(key, (0, -1, 1)) == self._at(query, (0,))).astype(np.int64)
