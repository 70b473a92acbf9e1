"""100 circuits over 32 heads: which heads serve which digit pair, and how many patterns of heads are there?

L[h, pair] is what head h adds to the logit of the right digit, minus its mean over the classes. Each column is a
circuit. `effective_heads` of a column is how many heads carry it; `set_overlap` compares the leading heads of two
circuits; the rank of L says how many independent patterns of heads there are. NMF of |L| finds patterns of heads that
only add. Shuffling each row separately keeps every head's own distribution and destroys the patterns: the control.
Axis legend: m model, h head, s circuit (pair), x context.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning
from torch import Tensor


@dataclass(frozen=True)
class Rank:
    """How many patterns of heads a matrix needs."""

    singular_99: int
    """Singular values that hold 99 % of the energy."""
    effective: float
    """Participation ratio of the squared singular values."""
    nmf_errors: tuple[float, ...]
    """Relative Frobenius error of NMF of |L| with 1, 2, ... components as asked."""


def circuit_matrix(heads: Float[Tensor, "*m h n c"], right: Int[Tensor, " n"]) -> Float[Tensor, "*m h n"]:
    """Contribution to the right class, centred over classes."""
    centred = heads - heads.mean(-1, keepdim=True)
    return centred.gather(-1, right.expand(heads.shape[:-1])[..., None])[..., 0]


def shuffled_rows(matrix: Float[Tensor, "h s"], generator: torch.Generator) -> Float[Tensor, "h s"]:
    """Every row in an order of its own."""
    order = torch.rand(matrix.shape, generator=generator).argsort(1)
    return matrix.gather(1, order)


def rank_of(matrix: Float[Tensor, "h s"], components: tuple[int, ...] = ()) -> Rank:
    """Rank of a circuit matrix by SVD, and the errors of NMF at some numbers of components."""
    energy = torch.linalg.svdvals(matrix.double()).square()
    held = energy.cumsum(0) / energy.sum()
    errors = tuple(_nmf_error(matrix.abs().numpy(), k) for k in components)
    return Rank(int((held < 0.99).sum()) + 1, float(energy.sum() ** 2 / energy.square().sum()), errors)


def nmf_patterns(matrix: Float[Tensor, "h s"], n_components: int) -> tuple[np.ndarray, np.ndarray]:
    """NMF of |L|: heads `[h, k]` and circuits `[k, s]`; each component's circuits have mean 1, strongest first."""
    model = NMF(n_components, init="nndsvda", max_iter=400)  # pyright: ignore[reportArgumentType]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        heads = model.fit_transform(matrix.abs().double().numpy())
    size = np.maximum(model.components_.mean(1), 1e-12)
    heads, circuits = heads * size, model.components_ / size[:, None]
    order = np.argsort(-heads.sum(0))
    return heads[:, order], circuits[order]


def set_overlap(matrix: Float[Tensor, "x h s"], k: int) -> tuple[float, float]:
    """Mean Jaccard overlap of the k leading heads: of two circuits in one context, of one circuit in two contexts.

    The leading heads have the largest |L|. Needs at least two contexts and two circuits.
    """
    n_contexts, n_heads, n_circuits = matrix.shape
    top = matrix.abs().topk(k, dim=1).indices
    member = torch.zeros(n_contexts, n_heads, n_circuits).scatter_(1, top, 1.0)
    across = torch.einsum("xhs,xht->xst", member, member)
    within = torch.einsum("xhs,yhs->sxy", member, member)
    return _mean_jaccard(across, k), _mean_jaccard(within, k)


def _mean_jaccard(shared: Tensor, k: int) -> float:
    n = shared.shape[-1]
    off = ~torch.eye(n, dtype=torch.bool)
    return float((shared / (2 * k - shared))[:, off].mean())


def _nmf_error(matrix: np.ndarray, n_components: int) -> float:
    model = NMF(n_components, init="nndsvda", max_iter=200)  # pyright: ignore[reportArgumentType]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        heads = model.fit_transform(matrix.astype(np.float64))
    return float(np.linalg.norm(matrix - heads @ model.components_) / np.linalg.norm(matrix))
