"""In which code does a head answer: a function of a alone, of b alone, of a + b mod 10, and at which frequencies?

A head's centred logits g(a, b, class) on all pairs of digits are expanded in exp(2 pi i (k a + l b) / base). Energy
(mean over the grid of sum over classes of |g|^2, the constant left out) is booked under
    alone   (k, 0) and (0, k): depends on one digit; what the sum of two tables can do
    sum     (k, k): depends on (a + b) mod base, whatever the frequency
    mixed   all others: bends with a - b, which the right answer does not
and under the frequency |k| = 1 .. base // 2 (for mixed terms the larger of |k|, |l|). The energies add up to the whole.
Axis legend: m model, h head, n pair (a first), c class, f frequency.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class FourierEnergy:
    """Energy by kind and frequency 1, 2, ... base // 2, in squared logits."""

    alone: Float[Tensor, "*any f"]
    sum: Float[Tensor, "*any f"]
    mixed: Float[Tensor, "*any f"]

    @property
    def total(self) -> Float[Tensor, "*any"]:
        return (self.alone + self.sum + self.mixed).sum(-1)

    def kind_shares(self) -> Float[Tensor, "*any kind"]:
        """Shares of alone, sum, mixed."""
        parts = torch.stack([self.alone.sum(-1), self.sum.sum(-1), self.mixed.sum(-1)], -1)
        return parts / parts.sum(-1, keepdim=True).clamp_min(1e-300)


def fourier_energy(logits: Float[Tensor, "*any n c"], base: int) -> FourierEnergy:
    """Energy of logits on the grid of pairs; they are centred over classes first."""
    centred = (logits - logits.mean(-1, keepdim=True)).double().unflatten(-2, (base, base))
    spectrum = (torch.fft.fft2(centred, dim=(-3, -2)).abs().square().sum(-1) / base**4).flatten(-2)
    k = torch.arange(base).repeat_interleave(base)
    el = torch.arange(base).repeat(base)
    fold_k, fold_l = torch.minimum(k, base - k), torch.minimum(el, base - el)
    frequency = torch.maximum(fold_k, fold_l)
    alone = (k == 0) ^ (el == 0)
    summed = (k == el) & (k > 0)
    mixed = ~alone & ~summed & (frequency > 0)
    parts = []
    for kind in (alone, summed, mixed):
        columns = [spectrum[..., kind & (frequency == f)].sum(-1) for f in range(1, base // 2 + 1)]
        parts.append(torch.stack(columns, -1))
    return FourierEnergy(*parts)
