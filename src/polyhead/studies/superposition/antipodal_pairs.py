"""How many features live in antipodal pairs. Axis legend: M model, n feature, m hidden unit."""

from jaxtyping import Bool, Float
from torch import Tensor

from polyhead.analysis.feature_geometry import REPRESENTED, cosines, norms


def in_antipodal_pair(
    W: Float[Tensor, "M n m"], *, cosine: float = -0.9, threshold: float = REPRESENTED
) -> Bool[Tensor, "M n"]:
    """Which represented features have a represented partner in the opposite direction."""
    present = norms(W) > threshold
    opposite = (cosines(W) < cosine) & present[:, None, :] & present[:, :, None]
    return opposite.any(-1)


def antipodal_share(W: Float[Tensor, "M n m"], *, cosine: float = -0.9, threshold: float = REPRESENTED) -> Tensor:
    """Share of the represented features that are in a pair, `[M]`; 0 where nothing is represented."""
    present = (norms(W) > threshold).sum(-1).clamp_min(1)
    return in_antipodal_pair(W, cosine=cosine, threshold=threshold).sum(-1) / present
