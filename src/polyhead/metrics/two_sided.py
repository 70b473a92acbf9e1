"""How sparse a code with two sides is: latents that fire on queries, and the same latents' firing on keys.

    L0 query, L0 key   mean number of active latents per counted position, on either side
    densest            largest share of counted positions on which one latent fires, the denser of its two sides
    alive              share of latents that fire on both sides somewhere
Axis legend: b sequence, p position, i latent.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool
from torch import Tensor

from polyhead.core.protocols import Codes
from polyhead.metrics.sparsity import FiringSums


class TwoSided(NamedTuple):
    """Results; see the module's formulas."""

    l0_query: float
    l0_key: float
    densest: float
    alive: float


class TwoSidedSums:
    """Counts how often each latent fires, on each side."""

    def __init__(self) -> None:
        self._query, self._key = FiringSums(), FiringSums()

    def update(self, queries: Codes, keys: Codes, counted: Bool[Tensor, "b p"]) -> None:
        """Add one batch."""
        self._query.update(queries, counted)
        self._key.update(keys, counted)

    def result(self) -> TwoSided:
        """All four."""
        q, k = self._query.density, self._key.density
        alive = float(((q > 0) & (k > 0)).double().mean())
        return TwoSided(float(q.sum()), float(k.sum()), float(torch.maximum(q.max(), k.max())), alive)
