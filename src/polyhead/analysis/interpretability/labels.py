"""Labels from counts: what the texts of a latent share, on both sides, in one sentence, with how well it predicts.

A condition is a slot of the features (text_features.py) with up to three values. Of each latent the one is named that
says most: share * log(share / background share). A relation of a pair's tokens goes before a condition on its key.
Axis legend: m texts, s slot, i latent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from polyhead.analysis.interpretability.items import Detection, Examples
from polyhead.analysis.interpretability.judges import auroc
from polyhead.analysis.interpretability.text_features import (
    CLASSES,
    OFFSETS,
    PAIR_SLOTS,
    SIDE_SLOTS,
    SlotRates,
    TextFeatures,
)

_LEAST_SHARE, _LEAST_RELATION = 0.25, 0.5
_MOST_VALUES = 3
_CLASS_WORDS = {
    "indent": "indentation",
    "space": "a space",
    "digit": "a digit",
    "bracket": "a bracket",
    "capital": "a capitalized token",
    "quote": "a quote",
    "word": "a word in lower case",
    "other": "punctuation",
}
RELATIONS = {
    "token(s) = token(t)": "an earlier copy of the current token",
    "token(s-1) = token(t)": "the token after an earlier copy of the current token",
    "token(s+1) = token(t)": "the token before an earlier copy of the current token",
}
PREVIOUS = "the token before"
"""The relation of a pair at distance 1."""


@dataclass(frozen=True)
class Condition:
    """Something that the texts of a latent share on one side."""

    slot: int
    """Index into `SIDE_SLOTS`."""
    values: tuple[int, ...]
    share: float
    background: float

    def holds(self, slots: Int[np.ndarray, "... s"]) -> Bool[np.ndarray, "..."]:
        """Of which texts it is true."""
        return np.isin(slots[..., self.slot], self.values)

    def words(self, vocabulary: Sequence[str]) -> str:
        """Such as: the token after 'def' (80 %)."""
        if SIDE_SLOTS[self.slot] == "class":
            named = " or ".join(_CLASS_WORDS[CLASSES[v]] for v in self.values)
        else:
            tokens = ", ".join(repr(vocabulary[v]) for v in self.values)
            named = _placed(OFFSETS[self.slot], tokens)
        return f"{named} ({self.share:.0%})"


def _placed(offset: int, tokens: str) -> str:
    if offset == 0:
        return tokens
    if offset == 1:
        return f"the token before {tokens}"
    return f"the token after {tokens}" if offset == -1 else f"the token {-offset} after {tokens}"


def condition(slots: Int[np.ndarray, "m s"], rates: SlotRates) -> Condition | None:
    """The condition that says most of some texts of one side; None where none holds in a quarter of them.

    Args:
        slots: Features of the texts.
        rates: Background rate of every value of every slot.
    """
    best, most = None, 0.0
    for slot in range(slots.shape[1]):
        values, counts = np.unique(slots[:, slot], return_counts=True)
        gain = counts / len(slots) - rates[slot][values]
        order = np.argsort(-gain, kind="stable")[: _MOST_VALUES if slot < len(OFFSETS) else 1]
        order = order[(counts[order] >= max(2, 0.1 * len(slots))) & (gain[order] > 0)]
        share, usual = float(counts[order].sum() / len(slots)), float(rates[slot][values[order]].sum())
        said = share * np.log(share / usual) if share >= _LEAST_SHARE else 0.0
        if said > most:
            best, most = Condition(slot, tuple(values[order].tolist()), share, usual), said
    return best


@dataclass(frozen=True)
class Described:
    """What the counts say of one latent."""

    key: Condition | None
    query: Condition | None
    relation: str
    """Between the two tokens of its top pairs; empty where none holds in half of them."""
    relation_share: float


def describe(row: int, examples: dict[str, Examples], features: TextFeatures, rates: SlotRates) -> Described:
    """Conditions and relation of one latent; a side without examples has none."""
    found: dict[str, Condition | None] = {}
    for side in ("key", "query"):
        slots = _slots(row, side, examples, features)
        found[side] = None if slots is None else condition(slots, rates)
    relation, share = "", 0.0
    pairs = _slots(row, "pair", examples, features)
    if pairs is not None:
        shares = {words: float(pairs[:, PAIR_SLOTS.index(name)].mean()) for name, words in RELATIONS.items()}
        previous = float((pairs[:, PAIR_SLOTS.index("distance")] == 0).mean())
        if previous >= _LEAST_RELATION:
            shares = {PREVIOUS: previous}  # at distance 1 an equality says nothing more
        relation, share = max(shares.items(), key=lambda item: item[1])
    if share < _LEAST_RELATION:
        relation, share = "", 0.0
    return Described(found["key"], found["query"], relation, share)


def _slots(row: int, side: str, examples: dict[str, Examples], features: TextFeatures) -> Int[np.ndarray, "m s"] | None:
    if side not in examples:
        return None
    at = np.flatnonzero(examples[side].row == row)
    return features.of(examples[side].texts[at[0]]).slots if len(at) else None


def sentence(
    described: Described, vocabulary: Sequence[str], *, heads: Sequence[str] = (), promoted: Sequence[str] = ()
) -> str:
    """A label: from what, through which heads, to where; promotes what.

    Args:
        described: By `describe`.
        vocabulary: One piece of text per token id.
        heads: Names of the main ones.
        promoted: Tokens whose logits it raises most.
    """
    if described.relation:
        source = f"{described.relation} ({described.relation_share:.0%})"
        if described.key is not None and described.key.share >= _LEAST_RELATION:
            source += f", {described.key.words(vocabulary)}"
    else:
        source = described.key.words(vocabulary) if described.key is not None else "tokens that counts do not describe"
    to = described.query.words(vocabulary) if described.query is not None else "any token"
    through = f", mostly through {' and '.join(heads)}," if heads else ""
    raises = f"; promotes {', '.join(map(repr, promoted))}" if promoted else ""
    return f"from {source}{through} to {to}{raises}"


def label_scores(
    described: Sequence[Described], detection: dict[str, Detection], features: TextFeatures
) -> dict[str, Float[np.ndarray, " i"]]:
    """How well each side's condition tells where a latent fires: AUROC on held-out marks, .5 without a condition.

    Args:
        described: Of every latent, by row.
        detection: By side.
        features: Of the documents.

    Returns:
        By side; NaN for latents without a detection set.
    """
    found = {}
    for side, sets in detection.items():
        values = np.full(len(described), np.nan)
        for n, row in enumerate(sets.row):
            one: Condition | None = getattr(described[row], side)
            if one is None:
                values[row] = 0.5
            else:
                hits = (one.holds(features.of(texts[n]).slots) for texts in (sets.positive, sets.negative))
                values[row] = float(auroc(*(hit.astype(float) for hit in hits)))
        found[side] = values
    return found
