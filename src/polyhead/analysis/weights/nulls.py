"""Matrices without blocks that look like a given one: what an order makes of noise.

    gaussian   independent normal rows, each with the norm of the row it stands for
    spectrum   W = U S V^T with U replaced by a random frame: every singular value (and V) stays, which rows share
               directions does not; then rows get the norms of W

Flipping signs of rows or permuting columns also keeps the spectrum, but changes no squared cosine at all: an order of
such a "null" is the order of the matrix itself, so it can only agree. A test holds this.
Axis legend: n row, d width, r = min(n, d).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.rng import generator

Null = Literal["gaussian", "spectrum"]


def null_draws(weights: Float[Tensor, "n d"], kind: Null, n_draws: int, seed: int = 0) -> Iterator[Tensor]:
    """`n_draws` matrices of the null, each from a generator of its own."""
    weights = weights.detach().float().cpu()
    norms = weights.norm(dim=-1, keepdim=True)
    spectrum = spectrum_draws(weights) if kind == "spectrum" else None
    for draw in range(n_draws):
        g = generator(seed, "weight null", kind, draw)
        drawn = torch.randn(weights.shape, generator=g) if spectrum is None else spectrum(g)
        yield drawn * (norms / drawn.norm(dim=-1, keepdim=True).clamp_min(1e-30))


def spectrum_draws(weights: Float[Tensor, "n d"]) -> Callable[[torch.Generator], Tensor]:
    """A function that draws matrices with the singular values and right singular vectors of `weights`."""
    n, d = weights.shape
    r = min(n, d)
    _, s, v = torch.linalg.svd(weights.float(), full_matrices=False) if n <= d else _thin_svd(weights.float())

    def draw(g: torch.Generator) -> Tensor:
        frame, upper = torch.linalg.qr(torch.randn(n, r, generator=g))
        return (frame * upper.diagonal().sign() * s) @ v

    return draw


def _thin_svd(weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(unused, singular values, right singular vectors) of a tall matrix, from its d x d Gram matrix."""
    values, vectors = torch.linalg.eigh(weights.double().T @ weights.double())
    return weights, values.clamp_min(0).sqrt().flip(0).float(), vectors.flip(1).T.float()


@dataclass(frozen=True)
class Structure:
    """What an order made of one matrix."""

    neighbour: float
    """Mean squared cosine of neighbours."""
    excess: float
    """Block excess."""
