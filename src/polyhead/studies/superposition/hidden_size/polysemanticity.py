"""How many features a hidden unit serves: three measures, because the published one is not known.

For weights `W [M, n, m]` and unit a: `polysemantic` is the share of units with at least two features above a tenth of
the unit's largest weight; `features_per_unit` the mean number of such features; `mixing` is
1 - mean_a max_i w_ia^2 / sum_i w_ia^2. Units without weights are left out. All three depend on the basis of the hidden
layer: without a hidden nonlinearity, a penalty or noise any rotation is as good, and they say nothing.
Axis legend: M model, n feature, m hidden unit.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor


class Polysemanticity(NamedTuple):
    """The three measures of each model."""

    polysemantic: Float[Tensor, " M"]
    features_per_unit: Float[Tensor, " M"]
    mixing: Float[Tensor, " M"]


def polysemanticity(
    W: Float[Tensor, "M n m"], *, relative: float = 0.1, d_hidden: Int[Tensor, " M"] | None = None
) -> Polysemanticity:
    """The three measures; units whose largest weight is under 1e-3 of the model's are not counted.

    `d_hidden`: the true widths, where W is padded with zero columns (they are then not counted in any case).
    """
    size = W.abs()
    top = size.amax(1)
    alive = (top > 1e-3 * top.amax(-1, keepdim=True).clamp_min(1e-12)).to(W.dtype)
    if d_hidden is not None:
        alive = alive * (torch.arange(W.shape[-1]) < d_hidden[:, None])
    n_alive = alive.sum(-1).clamp_min(1)
    count = (size > relative * top[:, None]).sum(1).to(W.dtype)
    share = top**2 / (size**2).sum(1).clamp_min(1e-20)
    return Polysemanticity(
        polysemantic=((count >= 2) * alive).sum(-1) / n_alive,
        features_per_unit=(count * alive).sum(-1) / n_alive,
        mixing=1 - (share * alive).sum(-1) / n_alive,
    )


def random_matrices(n_draws: int, n: int, m: int, generator: torch.Generator) -> Float[Tensor, "k n m"]:
    """Gaussian matrices of the same size: the null."""
    return torch.randn(n_draws, n, m, generator=generator)
