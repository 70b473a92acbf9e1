"""Do features point along the hidden axes? Two measures of each direction, and their Haar null.

Kurtosis of W_i: m sum_a w^4 / (sum_a w^2)^2, which is m on an axis, 1 on a diagonal of the hypercube (all |w_a| equal)
and 3 m / (m + 2) on average over directions drawn from the rotation-invariant (Haar) measure. Peak: max_a |w_a| / |w|,
1 on an axis and 1 / sqrt(m) on a diagonal. Axis legend: M model, n feature, m hidden unit.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def direction_kurtosis(W: Float[Tensor, "*M m"]) -> Float[Tensor, "*M"]:
    """Kurtosis of each direction about zero."""
    square = W * W
    return W.shape[-1] * (square * square).sum(-1) / square.sum(-1).clamp_min(1e-20) ** 2


def direction_peak(W: Float[Tensor, "*M m"]) -> Float[Tensor, "*M"]:
    """Largest share of one axis in each direction."""
    return W.abs().amax(-1) / W.norm(dim=-1).clamp_min(1e-10)


def mean_over_features(values: Float[Tensor, "M n"], present: Bool[Tensor, "M n"]) -> Float[Tensor, " M"]:
    """Mean over the features that count; nan where none does."""
    return (values * present).sum(-1) / torch.where(present.any(-1), present.sum(-1), torch.nan)


def expected_haar_kurtosis(m: int) -> float:
    """3 m / (m + 2), exact."""
    return 3 * m / (m + 2)


def haar_directions(n_draws: int, n: int, m: int, generator: torch.Generator) -> Float[Tensor, "k n m"]:
    """Unit directions of n independent features: the null for `direction_kurtosis` and `direction_peak`."""
    return torch.nn.functional.normalize(torch.randn(n_draws, n, m, generator=generator), dim=-1)


def rotated(W: Float[Tensor, "M n m"], generator: torch.Generator) -> Float[Tensor, "M n m"]:
    """Each model's directions turned as one by a Haar-random rotation: the null that keeps the geometry."""
    m = W.shape[-1]
    q, r = torch.linalg.qr(torch.randn(len(W), m, m, generator=generator))
    return W @ (q * r.diagonal(dim1=1, dim2=2).sign()[:, None, :])
