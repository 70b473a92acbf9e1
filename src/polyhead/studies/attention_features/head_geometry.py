"""How do attention features lie in the space of heads? Loadings, dimensionality, antipodal pairs, recovered patterns.

A loading is read as the balanced product of what is written into a head and what is read from it: a scale of one head
may move freely between W_in and W_out, so column h of both is brought to one norm first. Dimensionality is that of toy
models of superposition on the head axis, D_i = |a_i|^2 / sum_j (a^_i . a_j)^2: 1 for a head of its own, 1/2 in an
antipodal pair on one head. Axis legend: M model, i and j feature, h head, t destination, s source.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from polyhead.analysis.feature_geometry import feature_dimensionality

SMALL = 1e-12


class HeadGeometry(NamedTuple):
    """Features as vectors over heads."""

    loadings: Float[Tensor, "M i h"]
    """Balanced loadings out of the heads."""
    gram: Float[Tensor, "M i j"]
    """W_out W_in^T: what an active feature j adds to the output of i, were all patterns alike."""
    norms: Float[Tensor, "M i"]
    dimensionality: Float[Tensor, "M i"]
    """D_i; NaN for features that are not represented at all."""


def head_geometry(W_out: Float[Tensor, "M i h"], W_in: Float[Tensor, "M i h"]) -> HeadGeometry:
    """Geometry of features over heads."""
    out_norm, in_norm = (w.norm(dim=1, keepdim=True).clamp_min(SMALL) for w in (W_out, W_in))
    loadings = W_out * (in_norm / out_norm).sqrt()
    norms = loadings.norm(dim=-1)
    dimensionality = torch.where(norms > 1e-2, feature_dimensionality(loadings), torch.nan)
    return HeadGeometry(loadings, torch.einsum("mih,mjh->mij", W_out, W_in), norms, dimensionality)


def represented(geometry: HeadGeometry, *, least: float = 0.7) -> Bool[Tensor, "M i"]:
    """Features that come through at all: their own entry of the Gram matrix is at least `least`."""
    return geometry.gram.diagonal(dim1=-2, dim2=-1) >= least


def captured(geometry: HeadGeometry) -> Float[Tensor, " M"]:
    """Sum over features of their own entries of the Gram matrix, each counted up to 1, for each head.

    A linear student, and a dense one that stays in its linear range, cannot exceed 1 (the Gram matrix has rank H).
    """
    own = geometry.gram.diagonal(dim1=-2, dim2=-1).clamp(0, 1)
    return own.sum(-1) / geometry.loadings.shape[-1]


def antipodal_pairs(geometry: HeadGeometry, *, cosine: float = -0.9) -> Bool[Tensor, "M i j"]:
    """Pairs of represented features whose loadings point (nearly) opposite ways."""
    there = represented(geometry)
    direction = F.normalize(geometry.loadings, dim=-1)
    opposite = torch.einsum("mih,mjh->mij", direction, direction) <= cosine
    return opposite & there[:, :, None] & there[:, None, :]


def phase(geometry: HeadGeometry, feature: int, *, least: float = 0.7) -> Float[Tensor, " M"]:
    """0: the feature is ignored; 1: it has a direction over heads of its own; 2: superposed with another.

    Superposed: represented, and the other represented features overlap with it by sum_j (a^ . a_j)^2 >= 0.1 |a|^2.
    """
    there = represented(geometry, least=least)
    a = geometry.loadings * there[..., None]
    own = F.normalize(a[:, feature], dim=-1)
    shared = torch.einsum("mh,mjh->mj", own, a).square()
    shared[:, feature] = 0.0
    superposed = shared.sum(-1) >= 0.1 * a[:, feature].square().sum(-1)
    return torch.where(there[:, feature], torch.where(superposed, 2.0, 1.0), 0.0)


def recovered_patterns(
    pattern: Float[Tensor, "M h t s"], W_out: Float[Tensor, "M i h"], W_in: Float[Tensor, "M i h"]
) -> Float[Tensor, "M i t s"]:
    """What the student moves of feature i to its own output: sum_h W_out[i, h] W_in[i, h] A^h."""
    return torch.einsum("mih,mih,mhts->mits", W_out, W_in, pattern)


def head_mix_fit(
    planted: Float[Tensor, "M i t s"], pattern: Float[Tensor, "M h t s"], *, ridge: float = 1e-6
) -> Float[Tensor, "M i"]:
    """Cosine between each planted pattern and its least-squares mixture of head patterns (any signs).

    A mixture of the heads is exactly the form in which a multitoken transcoder can write a pattern.
    """
    X, y = pattern.flatten(2), planted.flatten(2)
    gram = torch.einsum("mhx,mgx->mhg", X, X) + ridge * torch.eye(X.shape[1])
    weights = torch.linalg.solve(gram, torch.einsum("mhx,mix->mhi", X, y))
    return F.cosine_similarity(torch.einsum("mhi,mhx->mix", weights, X), y, dim=-1)


def pattern_cosine(planted: Float[Tensor, "M i t s"], found: Float[Tensor, "M i t s"]) -> Float[Tensor, "M i"]:
    """Cosine between patterns as flat tables; 0 where nothing was found."""
    return F.cosine_similarity(planted.flatten(2), found.flatten(2), dim=-1)
