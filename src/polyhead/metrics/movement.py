"""What arrives where: the moved code z of one sequence, only for the latents that are active in it.

    z[i, t] = sum_s (sum_h L[i, h] A_h[t, s] + L[i, H] [t = s]) f[s, i]
Computed entry by entry of the sparse code (s, i, f): each adds a column of its mixed pattern to the row of its latent.
That costs p * k * p * h, against n_latents * p * p * h of the dense form.
Axis legend: p position (k next to it: place in a token's list), h head, n latents active in the sequence.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

_FLOATS_AT_ONCE = 2**23


class Moved(NamedTuple):
    """The moved code of one sequence."""

    latents: Int[Tensor, " n"]
    """Sorted ids of the latents that are active somewhere in the sequence."""
    z: Float[Tensor, "n p"]
    """What of each arrives at every destination."""


def move_sequence(
    values: Float[Tensor, "p k"],
    indices: Int[Tensor, "p k"],
    pattern: Float[Tensor, "h p p"],
    loadings: Float[Tensor, "i h+1"],
) -> Moved:
    """z of every latent active in one sequence; entries with value 0 are padding."""
    active = values != 0
    latents, row = torch.unique(indices[active], return_inverse=True)
    n_pos, width = values.shape
    z = values.new_zeros(len(latents), n_pos)
    by_source = pattern.to(values.dtype).permute(2, 0, 1)  # [source, head, destination]
    step = max(1, _FLOATS_AT_ONCE // max(1, width * n_pos))
    done = 0
    for start in range(0, n_pos, step):
        here = slice(start, start + step)
        weight = loadings[indices[here]] * values[here, :, None]  # [source, place, head + 1]
        sent = weight[..., :-1] @ by_source[here]  # [source, place, destination]
        own = torch.arange(len(sent), device=sent.device)
        sent[own, :, start + own] += weight[..., -1]
        rows = sent[active[here]]
        z.index_add_(0, row[done : done + len(rows)], rows)
        done += len(rows)
    return Moved(latents, z)
