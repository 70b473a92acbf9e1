"""What a norm between a projection and the rotation did, as factors.

Axis legend: p position, h head, k d_head.
"""

from jaxtyping import Float
from torch import Tensor


def norm_gain(raw: Float[Tensor, "p h k"], normed: Float[Tensor, "p h k"], *, joint: bool) -> Float[Tensor, "p h k"]:
    """The factors of an RMS norm that leads from `raw` to `normed`: a gain, and a scale per position.

    Args:
        raw: outputs of a projection.
        normed: what they became.
        joint: the norm runs over all heads together; else over the width of each head.

    Returns:
        Factors with `raw * factors == normed` if there is such a norm, else the nearest in the sense of least squares.
    """
    axes, shared = ((1, 2), (0,)) if joint else ((2,), (0, 1))
    unit = raw / raw.square().mean(axes, keepdim=True).sqrt().clamp_min(1e-30)
    gain = (unit * normed).sum(shared, keepdim=True) / unit.square().sum(shared, keepdim=True).clamp_min(1e-30)
    shape = raw * gain
    scale = (shape * normed).sum(axes, keepdim=True) / shape.square().sum(axes, keepdim=True).clamp_min(1e-30)
    return (gain * scale).expand_as(raw)
