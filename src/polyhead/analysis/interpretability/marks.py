"""The places that items may be made of: one firing per local context, with its decile, apart for fitting and for items.

Axis legend: n sequence, p position, m mark.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from polyhead.analysis.interpretability.documents import Documents
from polyhead.analysis.interpretability.firing import SideFirings

N_DECILES = 10
GRAM = (4, 3)
"""Tokens before and after the mark whose repetition makes two places one text: an 8-gram."""


@dataclass(frozen=True)
class Marks:
    """Marked places of one latent on one side."""

    sequence: Int[np.ndarray, " m"]
    position: Int[np.ndarray, " m"]
    source: Int[np.ndarray, " m"]
    """Of a query: the position that sends most to it; -1 where none does from elsewhere."""
    value: np.ndarray
    decile: Int[np.ndarray, " m"]
    """Of the value among the latent's marks on this side, 0 the lowest."""
    document: Int[np.ndarray, " m"]
    fitting: np.ndarray
    """Whether the document is one that judges learn from."""

    def __len__(self) -> int:
        return len(self.sequence)

    def places(self, chosen: np.ndarray) -> Int[np.ndarray, "k 2"]:
        """(sequence, position) of some marks."""
        return np.stack([self.sequence[chosen], self.position[chosen]], -1).astype(np.int64)

    def where(self, mask: np.ndarray) -> "Marks":
        """Some of the marks; deciles stay as they are."""
        fields = ("sequence", "position", "source", "value", "decile", "document", "fitting")
        return Marks(*(getattr(self, name)[mask] for name in fields))


@dataclass(frozen=True)
class LatentMarks:
    """All that items need to know of one latent on one side."""

    marks: Marks
    density: float
    """Share of usable positions at which it fires."""
    entropy: float
    """Of the tokens at which it fires, in nats."""
    fires: Int[np.ndarray, " f"]
    """Flat positions (sequence * p + position) of all firings, ascending, repeated contexts included."""

    def fires_at(self, places: Int[np.ndarray, "... 2"], n_positions: int) -> np.ndarray:
        """Whether the latent fires at each place."""
        flat = places[..., 0] * n_positions + places[..., 1]
        at = np.searchsorted(self.fires, flat).clip(max=max(0, len(self.fires) - 1))
        return np.asarray(self.fires[at] == flat) if len(self.fires) else np.zeros(flat.shape, dtype=bool)


def gram_hashes(tokens: Int[np.ndarray, "n p"]) -> Int[np.ndarray, "n p"]:
    """A number for the 8 tokens around each position; positions beyond the ends count as token -1."""
    before, after = GRAM
    padded = np.pad(tokens.astype(np.uint64) + np.uint64(1), ((0, 0), (before, after)))
    found = np.zeros(tokens.shape, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for offset in range(before + after + 1):
            found = found * np.uint64(6364136223846793005) + padded[:, offset : offset + tokens.shape[1]]
    return found.astype(np.int64)


def latent_marks(
    documents: Documents, grams: Int[np.ndarray, "n p"], firings: SideFirings, row: int, n_usable: int
) -> LatentMarks:
    """Marks of one latent.

    Args:
        documents: The text.
        grams: As `gram_hashes` makes them.
        firings: Of all latents on this side.
        row: Which latent.
        n_usable: Positions that can be marked.
    """
    of = firings.of(row)
    sequence, position = firings.sequence[of].astype(np.int64), firings.position[of].astype(np.int64)
    flat = sequence * documents.tokens.shape[1] + position
    token = documents.tokens[sequence, position]
    counts = np.unique(token, return_counts=True)[1] / max(1, len(token))
    first = np.sort(np.unique(grams[sequence, position], return_index=True)[1])
    value = firings.value[of][first]
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(value, kind="stable")] = np.arange(len(first))
    marks = Marks(
        sequence=sequence[first],
        position=position[first],
        source=firings.source[of][first].astype(np.int64),
        value=value,
        decile=rank * N_DECILES // max(1, len(first)),
        document=documents.document[sequence[first]],
        fitting=documents.for_fitting[sequence[first]],
    )
    return LatentMarks(marks, len(flat) / max(1, n_usable), float(-(counts * np.log(counts)).sum()), np.sort(flat))
