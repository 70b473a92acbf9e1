"""How many parts share a whole, in effect, and how far they cancel each other.

The participation ratio of contributions a_1 ... a_H is

    n_eff = (sum_h |a_h|)^2 / sum_h a_h^2,

1 when one part contributes everything and H when all contribute equally. The signed form (sum_h a_h)^2 / sum_h a_h^2
falls below it when parts cancel each other. Axis legend: h part (a head, mostly), any other axes before it.
"""

from jaxtyping import Float
from torch import Tensor


def participation_ratio(contributions: Float[Tensor, "*any h"]) -> Float[Tensor, "*any"]:
    """Effective number of parts over the last axis; NaN, which is undefined, where all contributions are zero."""
    a = contributions.abs()
    return a.sum(-1).square() / a.square().sum(-1)


def cancellation(contributions: Float[Tensor, "*any h"]) -> Float[Tensor, "*any"]:
    """1 - |sum| / sum |.| over the last axis: 0 when all parts pull one way, 1 when they cancel."""
    return 1 - contributions.sum(-1).abs() / contributions.abs().sum(-1)
