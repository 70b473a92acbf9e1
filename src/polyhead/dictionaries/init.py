"""Where dictionaries start: scales, biases and directions measured on the first batches. Shared by all methods.

Attention outputs lie close to a few dozen directions of a wide space; random directions mostly miss them, and latents
that start there die. So encoders start inside the subspace in which the data lives (active subspace).
Axis legend: n token, d width, i latent, r rank.
"""

from collections.abc import Iterable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch


def valid_mask(batch: Batch, role: str = "x") -> Tensor:
    """Which positions count; all where the batch does not say."""
    return batch["valid"] if "valid" in batch else torch.ones(batch[role].shape[:2], dtype=torch.bool)


def valid_rows(batches: Iterable[Batch], role: str) -> Float[Tensor, "n d"]:
    """The vectors of a role at all valid positions, in float32.

    Raises:
        PolyheadError: there was no batch.
    """
    rows = [batch[role][valid_mask(batch, role)].float() for batch in batches]
    if not rows:
        raise PolyheadError("a dictionary's start needs at least one batch to measure scales on; none received")
    return torch.cat(rows)


@torch.no_grad()
def set_scales(dictionary: Any, batches: Iterable[Batch]) -> None:
    """input_scale: root mean square of x; target_scale: root variance of the target; valid positions only."""
    batches = list(batches)
    x, target = valid_rows(batches, "x"), valid_rows(batches, "target")
    dictionary.input_scale.copy_(x.square().mean().sqrt().clamp_min(1e-12))
    dictionary.target_scale.copy_((target - target.mean(0)).square().mean().sqrt().clamp_min(1e-12))


@torch.no_grad()
def least_squares_scale(dictionary: Any, batches: Iterable[Batch]) -> float:
    """The s that minimizes |s y0 - (y - b_dec)|^2, y0 today's output without bias; 1 where the two do not agree."""
    dot = norm = 0.0
    for batch in batches:
        keep = valid_mask(batch)
        now = (dictionary.reconstruct(batch) / dictionary.target_scale - dictionary.b_dec)[keep]
        goal = (batch["target"].to(now.dtype) / dictionary.target_scale - dictionary.b_dec)[keep]
        dot += (now * goal).sum().item()
        norm += now.square().sum().item()
    return dot / norm if dot > 0 and norm > 0 else 1.0  # an uncorrelated start is better left as it is


@torch.no_grad()
def active_subspace(rows: Float[Tensor, "n d"], *, share: float = 0.99) -> Float[Tensor, "d r"]:
    """Orthonormal directions that hold `share` of the variance of the rows, strongest first."""
    centred = (rows - rows.mean(0)).double()
    values, vectors = torch.linalg.eigh(centred.mT @ centred)
    values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
    needed = int((values.cumsum(0) < share * values.sum()).sum()) + 1
    return vectors[:, : min(needed, len(values))].float()


def unit_rows(rows: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    """Rows of norm 1; a row of zeros stays zero."""
    return rows / rows.norm(dim=-1, keepdim=True).clamp_min(1e-12)
