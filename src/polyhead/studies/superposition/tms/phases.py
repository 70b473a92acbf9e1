"""Is the extra feature ignored, given a dimension of its own, or superposed? Measured, and from closed forms.

The world: n features on n - 1 hidden units, importance 1 for all but the last, `importance` for that extra one.
Expected losses of the ideal solutions (ReLU output, b = 0 in pairs, the mean as b of an ignored feature), with
density d: an ignored feature costs its variance V = d/3 - d^2/4; an antipodal pair costs d^2/6 for each of its two
features (both on, the smaller one lost and the larger one reduced). Source: Elhage et al. 2022; the closed forms are
worked out here. Axis legend: M model, n feature, m hidden unit.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.analysis.feature_geometry import interference, norms

PHASES = ("ignored", "own dimension", "superposed")


def phase_of_feature(
    W: Float[Tensor, "M n m"], feature: int = -1, *, represented: float = 0.5, shared: float = 0.1
) -> Int[Tensor, " M"]:
    """Index into PHASES: ignored if |W_i| <= `represented`, superposed if its interference exceeds `shared`."""
    crowded = (interference(W)[:, feature] > shared).long()
    return torch.where(norms(W)[:, feature] > represented, 1 + crowded, torch.zeros_like(crowded))


def phase_losses(density: Float[Tensor, " k"], importance: Float[Tensor, " k"], n: int = 2) -> Float[Tensor, "k 3"]:
    """Expected loss of the best ideal solution of each phase, for n = 2 on 1 or n = 3 on 2 hidden units.

    With n = 3 the extra feature keeps a dimension of its own also where the two others form a pair.
    """
    variance, pair = density / 3 - density**2 / 4, density**2 / 6
    own = variance if n == 2 else torch.minimum(variance, 2 * pair)
    return torch.stack([importance * variance, own, (1 + importance) * pair], -1)


def predicted_phase(density: Float[Tensor, " k"], importance: Float[Tensor, " k"], n: int = 2) -> Int[Tensor, " k"]:
    """The phase of least expected loss, an index into PHASES."""
    return phase_losses(density, importance, n).argmin(-1)
