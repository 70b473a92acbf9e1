"""Items: five texts of which one is false, and sets for detection. docs/interpretability.md defines each kind.

Axis legend: i item, 5 texts of an item, 2 (sequence, position), m texts of a set.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Int

Kind = Literal["K", "Q", "P", "X"]
N_TEXTS = 5
SIDE = {"K": "key", "Q": "query", "P": "pair", "X": "pair"}
"""What the texts of an item of each kind are."""


@dataclass(frozen=True)
class Texts:
    """Marked texts: a key, a query, or a pair of both with their distance."""

    key: Int[np.ndarray, "... 2"] | None = None
    query: Int[np.ndarray, "... 2"] | None = None
    distance: Int[np.ndarray, "..."] | None = None
    """Tokens from key to query, as shown; the places of a pair that was put together do not say it."""

    @property
    def places(self) -> Int[np.ndarray, "... 2"]:
        """The marked place of a single-sided text."""
        found = self.key if self.key is not None else self.query
        assert found is not None, "a text marks a key or a query"
        return found

    @property
    def paired(self) -> bool:
        """Whether both sides are marked."""
        return self.key is not None and self.query is not None

    @classmethod
    def none(cls, side: str, n: int) -> "Texts":
        """No row of `n` texts each; side: key, query or pair."""
        places = np.zeros((0, n, 2), dtype=np.int64)
        key, query = (places if side in (one, "pair") else None for one in ("key", "query"))
        return cls(key, query, places[..., 0] if side == "pair" else None)

    def __getitem__(self, index: object) -> "Texts":
        parts = (None if x is None else x[index] for x in (self.key, self.query, self.distance))  # type: ignore[index]
        return Texts(*parts)


@dataclass(frozen=True)
class Items:
    """Items of one kind."""

    kind: Kind
    row: Int[np.ndarray, " i"]
    """Latent, as a row among the chosen ones."""
    decile: Int[np.ndarray, " i"]
    """Of the four true texts; -1 where all are top pairs."""
    false: Int[np.ndarray, " i"]
    """Which of the five is false."""
    texts: Texts
    """`[i, 5, 2]`."""
    matched: np.ndarray
    """Whether the false text's latent has like density and entropy (always, where it is the latent's own)."""

    def __len__(self) -> int:
        return len(self.row)

    def select(self, mask: np.ndarray) -> "Items":
        """Some of the items."""
        parts = {name: getattr(self, name)[mask] for name in ("row", "decile", "false", "matched")}
        return replace(self, texts=self.texts[mask], **parts)


@dataclass(frozen=True)
class Detection:
    """Per latent: texts where it fires, and as many where it does not, half of them with a token of a true one."""

    row: Int[np.ndarray, " i"]
    positive: Texts
    """`[i, m, 2]`."""
    negative: Texts


@dataclass(frozen=True)
class Examples:
    """Per latent: the texts that a judge may learn from, of other documents than its items."""

    row: Int[np.ndarray, " i"]
    texts: Texts
    """`[i, m, 2]`."""
