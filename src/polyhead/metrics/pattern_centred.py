"""Errors of patterns against what is left once the mean pattern is known, head by head.

M[h, t, s] is the mean of A over the sequences in which t is counted; the sink is key 0 (BOS, where there is one).
    about the mean   sum (A - A^)^2 / sum (A - M)^2 over causal entries of counted queries
    off the sink     the same over keys s >= 1
    renormalised     the same over keys s >= 1 of A / (1 - A[t, 0]), A^ likewise, with a mean of their own; rows that
                     hold less than RESIDUE off the sink are left out, and an A^ that does counts as flat
    mean pattern     sum (A - M)^2 / sum (A - m)^2, m the scalar mean: what M itself scores about the scalar
Queries t that fewer than two sequences count have no mean to differ from and are left out. M is of the text that is
measured, so it knows the answer a little: with n sequences that costs a factor (n - 1) / n of the denominator.
Axis legend: b sequence, h head, q query, k key, p position.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

RESIDUE = 1e-4
"""Weight off the sink below which a row has no direction of its own."""
_NOTHING = 1e-12
"""Spread per squared weight below which patterns of all sequences count as equal."""


class CentredErrors(NamedTuple):
    """Results by head; see the module's formulas. None where the patterns of all sequences are equal."""

    about_mean: list[float | None]
    off_sink: list[float | None]
    renormalised: list[float | None]
    of_mean_pattern: list[float | None]


class CentredPatternSums:
    """Accumulates in float64; memory is one sequence's patterns, three times, whatever the length of the text."""

    def __init__(self) -> None:
        self._all, self._off, self._renormalised = _AboutMean(), _AboutMean(), _AboutMean()

    def update(
        self, pattern: Float[Tensor, "b h q k"], estimate: Float[Tensor, "b h q k"], counted: Bool[Tensor, "b p"]
    ) -> None:
        """Add one batch; sequences may be of another length in each."""
        rows = counted[:, None, :].expand(pattern.shape[:3])
        causal = torch.ones(pattern.shape[-2:], dtype=torch.bool, device=pattern.device).tril()
        a, e = (t.double() * causal for t in (pattern, estimate))
        self._all.add(a, e, rows)
        a, e = a[..., 1:], e[..., 1:]
        self._off.add(a, e, rows & (causal.sum(-1) > 1))
        own, other = a.sum(-1, keepdim=True), e.sum(-1, keepdim=True)
        flat = causal[:, 1:] / causal[:, 1:].sum(-1, keepdim=True).clamp_min(1)
        turned = torch.where(other > RESIDUE, e / other.clamp_min(RESIDUE), flat.to(e.dtype))
        self._renormalised.add(a / own.clamp_min(RESIDUE), turned, rows & (own[..., 0] > RESIDUE))

    def result(self) -> CentredErrors:
        """All numbers, by head."""
        scalar = self._all.spread_about_scalar()
        mean_pattern = [_ratio(s, t) for s, t in zip(self._all.spread().tolist(), scalar.tolist(), strict=True)]
        return CentredErrors(self._all.nmse(), self._off.nmse(), self._renormalised.nmse(), mean_pattern)


class _AboutMean:
    """Sums from which error and spread about the mean over sequences follow."""

    def __init__(self) -> None:
        self._sum = torch.zeros(0, 0, 0, dtype=torch.float64)
        self._n = self._square = self._error = torch.zeros(0, 0, dtype=torch.float64)

    def add(self, a: Float[Tensor, "b h q k"], e: Float[Tensor, "b h q k"], rows: Bool[Tensor, "b h q"]) -> None:
        keep = rows.to(a.dtype)
        a, e = a * keep[..., None], e * keep[..., None]
        self._sum = _longer(self._sum, a.sum(0))
        self._n = _longer(self._n, keep.sum(0))
        self._square = _longer(self._square, a.square().sum((0, -1)))
        self._error = _longer(self._error, (a - e).square().sum((0, -1)))

    def spread(self) -> Float[Tensor, " h"]:
        """sum (A - M)^2."""
        within = self._square - self._sum.square().sum(-1) / self._n.clamp_min(1)
        return self._kept(within).clamp_min(0)

    def spread_about_scalar(self) -> Float[Tensor, " h"]:
        """sum (A - m)^2 over the causal entries of the same queries, all keys counted."""
        keys = torch.arange(1, self._n.shape[-1] + 1, dtype=torch.float64, device=self._n.device)
        entries, total = self._kept(self._n * keys), self._kept(self._sum.sum(-1))
        return self._kept(self._square) - total.square() / entries.clamp_min(1)

    def nmse(self) -> list[float | None]:
        error, spread, square = self._kept(self._error), self.spread(), self._kept(self._square)
        real = spread > _NOTHING * square
        return [float(e / s) if ok else None for e, s, ok in zip(error, spread, real, strict=True)]

    def _kept(self, by_query: Float[Tensor, "h q"]) -> Float[Tensor, " h"]:
        return (by_query * (self._n > 1)).sum(-1)


def _longer(total: Tensor, new: Tensor) -> Tensor:
    """Their sum, entry by entry, where one may be of shorter sequences than the other."""
    if total.numel() == 0:
        return new
    shape = [max(a, b) for a, b in zip(total.shape, new.shape, strict=True)]
    return sum(
        torch.nn.functional.pad(t, [x for a, b in zip(reversed(t.shape), reversed(shape)) for x in (0, b - a)])
        for t in (total, new)
    )  # type: ignore[return-value]


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
