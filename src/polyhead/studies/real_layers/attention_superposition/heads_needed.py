"""How many heads does what a latent moves need?

Through head h alone a latent arrives as z_h[t] = sum_s A_h[t, s] f[s]; with its loadings L as z = sum_h L_h z_h. With
the Gram matrix G[h, g] = sum_t z_h[t] z_g[t] over counted destinations, a set S of heads with coefficients of its own
explains at most the share

    R(S) = b_S^T G_SS^-1 b_S / L^T G L,     b = G L,

of the latent's energy sum_t z[t]^2. A latent *needs more than one head* if no single head reaches 95 %; the number
needed is that of a greedy search. Heads whose patterns agree where the latent fires can stand in for each other and do
not count twice, which a count of loadings would do. Axis legend: i latent, h, g head (identity last), p position.
"""

from collections.abc import Iterable
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.protocols import Batch
from polyhead.dictionaries.encoder import unpack
from polyhead.ops.mtc_product import move_by_head

ENOUGH = 0.95
"""Share of a latent's energy that counts as all of it."""


@torch.no_grad()
def head_grams(
    dictionary: Any, batches: Iterable[tuple[Batch, Bool[Tensor, "b p"]]], *, n_heads: int
) -> Float[Tensor, "i h h"]:
    """G of every latent, from batches with `x` and `pattern`, each with the positions that count."""
    total = None
    for batch, counted in batches:
        codes = dictionary.codes(batch)
        if total is None:
            total = torch.zeros(codes.n_latents, n_heads + 1, n_heads + 1, dtype=torch.float64)
        f = unpack(codes)
        for b, here in enumerate(counted):
            latents = f[b].any(0).nonzero()[:, 0]
            z = move_by_head(f[b][:, latents], batch["pattern"][b].to(f.dtype))[:, here]
            total[latents] += torch.einsum("hpi,gpi->ihg", z, z).double()
    assert total is not None, "no batch came"
    return total


def explained_by_one(grams: Float[Tensor, "i h h"], loadings: Float[Tensor, "i h"]) -> Float[Tensor, " i"]:
    """R of the best single head; NaN for a latent that never moved."""
    b, size = _products(grams, loadings)
    own = grams.diagonal(dim1=-2, dim2=-1)
    best = torch.where(own > 1e-12, b.square() / own.clamp_min(1e-12), 0.0).amax(-1)
    return torch.where(size > 1e-12, best / size.clamp_min(1e-12), torch.nan)


def heads_needed(
    grams: Float[Tensor, "i h h"], loadings: Float[Tensor, "i h"], *, enough: float = ENOUGH
) -> Int[Tensor, " i"]:
    """Heads that a greedy search takes until R reaches `enough`; 0 for a latent that never moved."""
    b, size = _products(grams, loadings)
    n, width = b.shape
    chosen = torch.zeros(n, 0, dtype=torch.int64)
    needed = torch.zeros(n, dtype=torch.int64)
    open_ = size > 1e-12
    for count in range(1, width + 1):
        if not bool(open_.any()):
            break
        shares = torch.stack([_share(grams, b, size, _with(chosen, h)) for h in range(width)], dim=1)
        share, best = shares.max(-1)
        chosen = _with(chosen, best)
        done = open_ & ((share >= enough) | (count == width))
        needed[done] = count
        open_ = open_ & ~done
    return needed


def _products(grams: Tensor, loadings: Tensor) -> tuple[Tensor, Tensor]:
    L = loadings.to(grams.dtype)
    b = torch.einsum("ihg,ig->ih", grams, L)
    return b, (b * L).sum(-1)


def _with(chosen: Tensor, head: int | Tensor) -> Tensor:
    column = head[:, None] if isinstance(head, Tensor) else torch.full((len(chosen), 1), head)
    return torch.cat([chosen, column], dim=1)


def _share(grams: Tensor, b: Tensor, size: Tensor, heads: Tensor) -> Tensor:
    """R of the heads `[i, s]`; one named twice counts once."""
    inside = grams.gather(1, heads[:, :, None].expand(-1, -1, grams.shape[-1])).gather(
        2, heads[:, None, :].expand(-1, heads.shape[1], -1)
    )
    part = b.gather(1, heads)
    inverse = torch.linalg.pinv(inside, hermitian=True, rtol=1e-9)
    return torch.einsum("is,ist,it->i", part, inverse, part) / size.clamp_min(1e-12)
