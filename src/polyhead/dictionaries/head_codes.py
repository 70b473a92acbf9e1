"""Codes and pages of dictionaries whose latents are whole heads: what a head writes, by its size.

A head's code at a token is the norm of what it writes there; which heads count as active is the method's to say. Arcs
are along the direction written at the destination, so that they sum to the code.
Axis legend: b sequence, p position, q query, s source, h head, k d_head, d width.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from polyhead.core.protocols import Codes, LatentView


def head_codes(norms: Float[Tensor, "b p h"], active: Bool[Tensor, "b p h"]) -> Codes:
    """Heads as latents: their norms where active, no more entries per token than the most that are."""
    n_heads = norms.shape[-1]
    values = torch.where(active, norms, 0.0)
    width = max(1, int((values != 0).sum(-1).max()))
    values, indices = values.topk(width, dim=-1)
    return Codes(values, indices.masked_fill(values == 0, 0), n_heads)


def head_view(
    weights: Float[Tensor, "b h q s"],
    values: Float[Tensor, "b s h k"],
    W_O: Float[Tensor, "h k d"],
    active: Bool[Tensor, "b q h"],
) -> LatentView:
    """Norms of what some heads write, and what each source adds along it, on a head axis of size 1.

    `weights` are patterns, times gates if there are any. Where a head is not active, both are 0.
    """
    written = torch.einsum("bhqs,bshk,hkd->bqhd", weights, values, W_O)
    norms = torch.where(active, written.norm(dim=-1), 0.0)
    along = written / written.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    reached = torch.einsum("bqhd,hkd->bqhk", along, W_O)
    arcs = weights * torch.einsum("bqhk,bshk->bhqs", reached, values) * active.permute(0, 2, 1)[..., None]
    return LatentView(None, norms, arcs[:, :, None])
