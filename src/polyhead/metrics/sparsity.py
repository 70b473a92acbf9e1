"""How many latents do the work, at the source and at the destination, and how many heads they use.

    L0 source     active latents (f != 0) a counted source position
    L0 dest       smallest number of latents that carry 90 % of sum_i e[t, i], e = (z[t, i] |w_dec_i|)^2, mean over the
                  counted destinations t (one where nothing arrives counts 0)
    density       share of counted source positions where a latent is active; dead: 0 over the N positions of the policy
    dense share   share of L0 that comes from latents with density above 0.2
    energy        of a latent: sum over counted destinations of e[t, i]
    heads         (sum_h |L_ih|)^2 / sum_h L_ih^2 over the heads and the identity, mean over latents weighted by energy
    identity      L_iH^2 / sum_h L_ih^2, weighted the same
What BOS sends to other positions is part of their z, whatever the policy says of BOS itself.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.protocols import Codes
from polyhead.metrics.movement import move_sequence
from polyhead.ops.participation import participation_ratio

ENERGY_SHARE = 0.9
"""Share of a destination's energy that the latents of `L0 dest` carry."""
DENSE = 0.2
"""Density above which a latent counts as always on."""
_FIRST_TRY = 64


class Sparsity(NamedTuple):
    """Results; see the module's formulas."""

    l0_source: float
    l0_dest: float
    dead_share: float
    effective_heads: float
    identity_share: float
    density: Float[Tensor, " i"]
    energy: Float[Tensor, " i"]


class FiringSums:
    """How often each latent fires, of any dictionary; memory is one number per latent."""

    def __init__(self) -> None:
        self.active: Tensor | None = None
        self.n = 0

    def update(self, codes: Codes, counted: Bool[Tensor, "b p"]) -> None:
        """Add one batch."""
        fired = (codes.values != 0) & counted[..., None]
        found = torch.bincount(codes.indices[fired], minlength=codes.n_latents)
        self.active = found if self.active is None else self.active + found
        self.n += int(counted.sum())

    @property
    def density(self) -> Float[Tensor, " i"]:
        """Share of counted positions where each latent is active."""
        assert self.active is not None, "no batch was added"
        return self.active.double() / max(1, self.n)

    def l0(self) -> float:
        """Active latents a counted position."""
        return float(self.density.sum())

    def dead_share(self) -> float:
        """Share of latents that never fire."""
        return float((self.density == 0).double().mean())

    def dense_share(self) -> float:
        """Share of all firing that comes from latents denser than DENSE."""
        density = self.density
        return float(density[density > DENSE].sum() / density.sum().clamp_min(1e-300))


class SparsitySums:
    """Accumulates over batches; memory is one sequence's moved code and three numbers per latent."""

    def __init__(self, W_dec: Float[Tensor, "i d"], loadings: Float[Tensor, "i heads"]) -> None:
        self.loadings = loadings.detach()
        self.weight = W_dec.detach().double().square().sum(-1)
        self.active = torch.zeros(len(W_dec), dtype=torch.int64, device=W_dec.device)
        self.energy = torch.zeros(len(W_dec), dtype=torch.float64, device=W_dec.device)
        self.n = self._n_carrying = 0

    def update(self, codes: Codes, pattern: Float[Tensor, "b h p p"], counted: Bool[Tensor, "b p"]) -> None:
        """Add one batch."""
        fired = (codes.values != 0) & counted[..., None]
        self.active += torch.bincount(codes.indices[fired], minlength=len(self.active))
        self.n += int(counted.sum())
        for values, indices, heads, here in zip(codes.values, codes.indices, pattern, counted, strict=True):
            latents, z = move_sequence(values, indices, heads, self.loadings)
            energy = z[:, here].square() * self.weight[latents, None].to(z.dtype)
            self.energy[latents] += energy.sum(-1, dtype=torch.float64)
            self._n_carrying += int(carrying(energy.T).sum())

    def result(self) -> Sparsity:
        """All numbers."""
        L, energy = self.loadings.double(), self.energy
        total, square = energy.sum().clamp_min(1e-300), L.square().sum(-1).clamp_min(1e-300)
        return Sparsity(
            l0_source=float(self.active.sum()) / max(1, self.n),
            l0_dest=self._n_carrying / max(1, self.n),
            dead_share=float((self.active == 0).double().mean()),
            effective_heads=float((energy * participation_ratio(L).nan_to_num(0.0)).sum() / total),
            identity_share=float((energy * L[:, -1].square() / square).sum() / total),
            density=self.active.double() / max(1, self.n),
            energy=energy,
        )


def carrying(energy: Float[Tensor, "t n"], *, share: float = ENERGY_SHARE) -> Int[Tensor, " t"]:
    """Smallest number of entries of each row whose sum is at least `share` of the row's sum; 0 for a row of zeros."""
    goal = energy.sum(-1) * share
    count = torch.zeros_like(goal, dtype=torch.int64)
    left = goal > 0
    for width in dict.fromkeys((min(_FIRST_TRY, energy.shape[1]), energy.shape[1])):
        if not bool(left.any()):
            break
        running = energy[left].topk(width, dim=-1).values.cumsum(-1)
        below = (running < goal[left, None] * (1 - 1e-6)).sum(-1)  # the two sums are rounded in different orders
        count[left] = below + 1
        left = left.clone()
        left[left.clone()] = below == width
    return count.clamp_max(energy.shape[1])
