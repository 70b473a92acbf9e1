"""Do features jump between dimensionalities while a model learns? Learning curves of D_i as steps between levels.

Axis legend: t moment, n feature.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def jump_share(curves: Float[Tensor, "t n"], *, fastest: float = 0.1) -> Float[Tensor, " n"]:
    """Share of each curve's path that is covered in its `fastest` tenth of the intervals.

    1 for one jump, `fastest` for a steady drift; nan for a curve that does not move.
    """
    path = curves.diff(dim=0).abs()
    k = max(1, round(fastest * len(path)))
    total = path.sum(0)
    return path.topk(k, dim=0).values.sum(0) / torch.where(total > 1e-6, total, torch.nan)


def dwell_share(curves: Float[Tensor, "t n"], lines: Float[Tensor, " l"], *, tolerance: float = 0.03) -> float:
    """Share of moments and features, after the first rise above 0.1, that lie within `tolerance` of a line."""
    risen = (curves > 0.1).cumsum(0) > 0
    near = ((curves[..., None] - lines).abs() <= tolerance).any(-1)
    return float((near & risen).sum() / risen.sum().clamp_min(1))
