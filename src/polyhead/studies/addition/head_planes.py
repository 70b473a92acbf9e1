"""What do 2-dimensional heads do with digits and places: rings, lines, coinciding places?

A head of width 2 maps every (position, digit) to a point for each of Q, K and V, and O maps the plane to logits:
    Q K V   (W_E[digit] + W_pos[position]) W + b,      O   W_O W_U, one point for each class.
A head's plane is only defined up to an invertible matrix (W_K A with W_Q A^-T is the same head), so a ring can be
drawn as an ellipse; `whitened` scores are the same in every such frame, `raw` ones are those of the frame that training
happened to leave (the published pictures).

Ring score at frequency f of N points in order, P their [N, 2] matrix, centred:
    whitened   mean squared canonical correlation of P with (cos, sin)(2 pi f n / N): 1 for an affine image of a ring
    raw        largest share of energy of z_n = x_n + i y_n in one of exp(+-2 pi i f n / N): 1 for a true circle
Random points score 2 / (N - 1) whitened on average (1 / (N - 1) at f = N / 2, where there is one direction only).
Axis legend: m model, h head, p position, t digit, c class, n point, f frequency 1 to N // 2.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.errors import PolyheadError


@dataclass(frozen=True)
class Planes:
    """Points of every head."""

    Q: Float[Tensor, "m h p t 2"]
    K: Float[Tensor, "m h p t 2"]
    V: Float[Tensor, "m h p t 2"]
    O: Float[Tensor, "m h c 2"]  # noqa: E741


@dataclass(frozen=True)
class RingScores:
    """How near points are to a ring in their order, by frequency 1, 2, ... (frequency f: every f-th point is next)."""

    raw: Float[Tensor, "*any f"]
    whitened: Float[Tensor, "*any f"]


def head_planes(tensors: Mapping[str, Tensor], n_digits: int) -> Planes:
    """Planes of an ensemble's parameters (`[M, ...]` by name, as `ToyAttention` has them), for tokens 0..n_digits-1.

    Raises:
        PolyheadError: the heads are not 2 wide.
    """
    d_head = tensors["attn.W_Q"].shape[-1]
    if d_head != 2:
        raise PolyheadError(f"planes need heads of width 2; these have d_head {d_head}")
    stream = tensors["W_E"][:, None, :n_digits] + tensors["W_pos"][:, :, None]
    Q, K, V = (
        torch.einsum("mptd,mhdk->mhptk", stream, tensors[f"attn.W_{x}"]) + tensors[f"attn.b_{x}"][:, :, None, None]
        for x in "QKV"
    )
    return Planes(Q, K, V, torch.einsum("mhkd,mdc->mhck", tensors["attn.W_O"], tensors["W_U"]))


def ring_scores(points: Float[Tensor, "*any n 2"]) -> RingScores:
    """Ring scores of points in order."""
    n = points.shape[-2]
    centred = (points - points.mean(-2, keepdim=True)).double()
    spectrum = torch.fft.fft(torch.complex(centred[..., 0], centred[..., 1]), dim=-1).abs().square()
    total = spectrum.sum(-1).clamp_min(1e-300)
    left = torch.linalg.svd(centred, full_matrices=False).U
    raw, whitened = [], []
    for f in range(1, n // 2 + 1):
        raw.append(torch.maximum(spectrum[..., f], spectrum[..., n - f]) / total)
        whitened.append((_waves(n, f).T @ left).square().sum((-2, -1)) / 2)
    return RingScores(torch.stack(raw, -1), torch.stack(whitened, -1))


def place_distance_ratio(
    points: Float[Tensor, "*any p 2"], n_places: int, *, whiten: bool = False
) -> Float[Tensor, "*any"]:
    """Distance between the points of the same place of a and b, over that between different places of a and b (means).

    Points 0..n_places-1 are those of a, the next n_places those of b. 0: the same place is one point; about 1:
    it means nothing. `whiten` first makes the cloud round, so that the head's frame does not matter.
    """
    cloud = points[..., : 2 * n_places, :]
    if whiten:
        cloud = torch.linalg.svd(cloud - cloud.mean(-2, keepdim=True), full_matrices=False).U
    distance = torch.linalg.vector_norm(
        cloud[..., :n_places, None, :] - cloud[..., None, n_places : 2 * n_places, :], dim=-1
    )
    same = torch.eye(n_places, dtype=torch.bool)
    return distance[..., same].mean(-1) / distance[..., ~same].mean(-1)


def _waves(n: int, f: int) -> Float[Tensor, "n w"]:
    """Orthonormal cosine and sine of frequency f (at n / 2 the cosine alone)."""
    angle = 2 * math.pi * f * torch.arange(n, dtype=torch.float64) / n
    if 2 * f == n:
        return (angle.cos() / math.sqrt(n))[:, None]
    return torch.stack([angle.cos(), angle.sin()], 1) * math.sqrt(2 / n)
