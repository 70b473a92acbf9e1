"""How well a tensor is reconstructed, as sums that grow batch by batch.

With m the mean of the target over the *training* data, sums over all counted positions and dimensions, and bars for
means over the counted positions:
    FVU        sum |y - y^|^2 / sum |y - m|^2                         0 exact, 1 no better than the constant m
    nMSE       sum |y - y^|^2 / sum |y|^2                             1 no better than zero
    shrinkage  sum |y^ - bar y^|^2 / sum <y^ - bar y^, y - bar y>     1 unbiased scale, below 1 too small
Shrinkage is the reciprocal of the slope of y regressed on y^ (with an intercept): what y^ would have to be divided by.
A constant reconstruction has 0. Axis legend: n position, d width.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.records import Interval
from polyhead.metrics.by_document import DocumentSums, Sums, document_interval


class Reconstruction(NamedTuple):
    """Results; see the module's formulas."""

    fvu: float
    nmse: float
    shrinkage: float


class ReconstructionSums:
    """Accumulates in float64."""

    def __init__(self, mean: Float[Tensor, " d"]) -> None:
        self.mean = mean.double()
        self.n, self.documents = 0, DocumentSums()
        self._error = self._about_mean = self._about_zero = self._estimate = self._product = 0.0
        self._sum_y, self._sum_estimate = torch.zeros_like(self.mean), torch.zeros_like(self.mean)

    def update(
        self,
        target: Float[Tensor, "b p d"],
        estimate: Float[Tensor, "b p d"],
        counted: Bool[Tensor, "b p"],
        documents: Int[Tensor, "b p"] | None = None,
    ) -> None:
        """Add one batch; where the documents of positions are known, by document too."""
        raw = target[counted].double()
        y, e = raw - self.mean, estimate[counted].double() - self.mean
        self.n += len(y)
        error, about_mean = (y - e).square().sum(-1), y.square().sum(-1)
        self._error += float(error.sum())
        self._about_mean += float(about_mean.sum())
        owner = None if documents is None else documents[counted]
        self.documents.add(owner, error=error, about_mean=about_mean)
        self._about_zero += float(raw.square().sum())
        self._estimate += float(e.square().sum())
        self._product += float((e * y).sum())
        self._sum_y += y.sum(0)
        self._sum_estimate += e.sum(0)

    def result(self) -> Reconstruction:
        """The three numbers.

        Raises:
            PolyheadError: no position was counted.
        """
        if self.n == 0:
            raise PolyheadError("no position was counted: every one was padding or BOS; give longer held-out text")
        spread = self._estimate - float(self._sum_estimate @ self._sum_estimate) / self.n
        shared = self._product - float(self._sum_estimate @ self._sum_y) / self.n
        constant = spread <= 1e-12 * (self._estimate + float(self.mean.square().sum()))
        return Reconstruction(
            fvu=_ratio(self._error, self._about_mean),
            nmse=_ratio(self._error, self._about_zero),
            shrinkage=0.0 if constant else _ratio(spread, shared),
        )


def fvu_interval(parts: Sequence[ReconstructionSums]) -> Interval | None:
    """Over documents, of the mean FVU of the parts of a target."""
    sums = {f"{name} {i}": v for i, part in enumerate(parts) for name, v in part.documents.result().items()}

    def mean_fvu(s: Sums) -> Float[np.ndarray, " r"]:
        return np.mean([s[f"error {i}"] / s[f"about_mean {i}"] for i in range(len(parts))], axis=0)

    return document_interval(sums, mean_fvu)


def _ratio(above: float, below: float) -> float:
    return above / below if below else (0.0 if above == 0 else float("inf"))
