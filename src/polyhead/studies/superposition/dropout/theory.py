r"""What hidden dropout does to the toy autoencoder, in closed form.

With inverted dropout at rate p the hidden unit a is multiplied by d_a in {0, 1/(1-p)}: E d_a = 1 and Var d_a =
q = p/(1-p), independent over units. For the linear part, xhat = W D W^T x + b (rows of W are features), the units'
noises add up in variance, so exactly

    E |x - xhat|^2_I = E |x - W W^T x - b|^2_I + q sum_a E[h_a^2] sum_i I_i W_ia^2,        h = W^T x,

a penalty q sum_a (W^T M W)_aa (W^T I W)_aa with M = E x x^T; the best b is (1 - W W^T) mu. The first sum does not see
rotations of the hidden space, the second does: tr A and tr B of A = W^T M W and B = W^T I W are fixed, and sum_a A_aa
B_aa is least where large A_aa do not meet large B_aa. Where A and B share eigenvectors and order, that is where the
diagonals are even, so dropout turns directions away from the axes; for a tight frame (A, B multiples of 1) it does
nothing.

One feature alone (sparse limit: at most one is on), spread evenly over k units: loss (1 - r)^2 + q r^2 / k per E x^2
with r = |W_i|^2, hence r = 1/(1 + q/k), which is 1 - p for k = 1. An antipodal pair stays free of interference under
every mask (the negative side is cut by the ReLU), so in that limit dropout shrinks pairs but never breaks them; what
ends them is both features being on. `pair_losses` has that case for two features on one unit. Axis legend: M model,
n feature, m hidden unit.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from scipy.optimize import brentq
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.tasks.superposition import Moments


def linear_dropout_loss(W: Float[Tensor, "M n m"], moments: Moments, rate: Float[Tensor, " M"]) -> Float[Tensor, " M"]:
    """Expected loss of the linear autoencoder under dropout, with the best bias; `rate` is p of each model."""
    importance = torch.tensor(moments.importance, dtype=W.dtype)
    second = torch.tensor(moments.second, dtype=W.dtype)
    rest = torch.eye(W.shape[1], dtype=W.dtype) - W @ W.transpose(1, 2)
    bias_and_cut = torch.einsum("mij,jk,mik,i->m", rest, moments.covariance.to(W.dtype), rest, importance)
    return bias_and_cut + dropout_penalty(W, second, importance, rate)


def dropout_penalty(
    W: Float[Tensor, "M n m"], second: Float[Tensor, "n n"], importance: Float[Tensor, " n"], rate: Float[Tensor, " M"]
) -> Float[Tensor, " M"]:
    """q sum_a E[h_a^2] sum_i I_i W_ia^2."""
    hidden = torch.einsum("mia,ij,mja->ma", W, second, W)
    reach = torch.einsum("mia,i,mia->ma", W, importance, W)
    return rate / (1 - rate) * (hidden * reach).sum(-1)


@dataclass(frozen=True)
class LinearOptimum:
    """The best linear autoencoder under dropout, for each rate."""

    W: Float[Tensor, "M n m"]
    loss: Float[Tensor, " M"]


def linear_optimum(
    moments: Moments,
    d_hidden: int,
    rates: Float[Tensor, " M"],
    *,
    n_starts: int = 8,
    n_steps: int = 1500,
    seed: int = 0,
) -> LinearOptimum:
    """Minimise `linear_dropout_loss` (Adam, float64, no sampling); the best of the starts at each rate."""
    n, k = len(moments.mean), len(rates)
    g = generator(seed, "linear optimum")
    start = torch.randn(n_starts, 1, n, d_hidden, generator=g, dtype=torch.float64) / n**0.5
    W = start.expand(-1, k, -1, -1).flatten(0, 1).clone().requires_grad_(True)
    every = rates.double().repeat(n_starts)
    optimizer = torch.optim.Adam([W], lr=0.03)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
    for _ in range(n_steps):
        optimizer.zero_grad()
        linear_dropout_loss(W, moments, every).sum().backward()
        optimizer.step()
        decay.step()
    with torch.no_grad():
        losses = linear_dropout_loss(W, moments, every).view(n_starts, k)
        best = losses.argmin(0)
        chosen = W.view(n_starts, k, n, d_hidden)[best, torch.arange(k)]
    return LinearOptimum(chosen.detach(), losses[best, torch.arange(k)])


def lone_norm_square(rate: Float[Tensor, "*k"], spread: float = 1.0) -> Float[Tensor, "*k"]:
    """|W_i|^2 of a feature in the sparse limit, spread evenly over `spread` units: 1/(1 + q/k)."""
    return 1 / (1 + rate / (1 - rate) / spread)


class PairLosses(NamedTuple):
    """Expected losses of two equal features on one unit, by kind of solution; each is an upper bound for its kind."""

    alone: float
    """One feature by the best affine readout of d x (its bias is not negative), the other at its mean."""
    relu_pair: float
    """Weights +-sqrt(r), no bias, ReLU: one side at a time."""
    linear_pair: float
    """Weights +-sqrt(r/2), the means as biases: the difference x_1 - x_2, read linearly."""
    relu_r: float
    """Squared weight of each feature in the ReLU pair."""


def pair_losses(density: float, rate: float) -> PairLosses:
    """The three kinds of solution, with density s, k = 1/(1-p), mean mu = s/2, E x^2 = s/3, variance V.

    Alone: 2 V - V^2 / (k E x^2 - mu^2). ReLU pair: r minimises 2 s (1/3 - r [2 (1-s)/3 + s/4] + k r^2 [(1-s)/3 +
    s/12]), since E x_1 (x_1 - x_2)+ = 1/8 and E (x_1 - x_2)+^2 = 1/12. Linear pair: E (x_1 - x_2) = 0, so dropout acts
    on variance only: r = 1 - p and V (1 + p), which is less than alone for every p > 0 and equal at p = 0.
    """
    s, k = density, 1 / (1 - rate)
    mean, square = s / 2, s / 3
    variance = square - mean**2
    linear, quadratic = 2 * (1 - s) / 3 + s / 4, k * ((1 - s) / 3 + s / 12)
    return PairLosses(
        alone=2 * variance - variance**2 / (k * square - mean**2),
        relu_pair=2 * s * (1 / 3 - linear**2 / (4 * quadratic)),
        linear_pair=variance * (1 + rate),
        relu_r=linear / (2 * quadratic),
    )


def pair_threshold(rate: float) -> float:
    """Density below which the ReLU pair has the smallest expected loss at this dropout rate."""

    def gap(density: float) -> float:
        losses = pair_losses(density, rate)
        return (losses.relu_pair - min(losses.alone, losses.linear_pair)) / density

    low, high = 1e-4, 1.0
    if gap(high) < 0:
        return 1.0
    return low if gap(low) > 0 else float(brentq(gap, low, high))  # pyright: ignore[reportArgumentType]
