"""Rotary position embedding, half-split form (pairs are dimensions i and i + d/2), as in GPT-NeoX and Llama.

For position p and pair i: angle = p * base^(-2i/d); (a, b) -> (a cos - b sin, b cos + a sin).
Source: Su et al. 2021, arXiv 2104.09864.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def rotary_table(n_ctx: int, d_rotary: int, base: float = 10_000.0) -> Float[Tensor, "2 n_ctx half"]:
    """Cosines and sines for every position and pair."""
    inverse_frequency = base ** (-torch.arange(0, d_rotary, 2, dtype=torch.float64) / d_rotary)
    angle = torch.arange(n_ctx, dtype=torch.float64)[:, None] * inverse_frequency
    return torch.stack([angle.cos(), angle.sin()]).float()


def apply_rotary(x: Float[Tensor, "b p h d"], table: Float[Tensor, "2 n_ctx half"]) -> Float[Tensor, "b p h d"]:
    """Rotate the first `2 * half` dimensions of each head vector by its position."""
    half = table.shape[-1]
    cos, sin = table[:, : x.shape[1], None, :].to(x.dtype)
    a, b = x[..., :half], x[..., half : 2 * half]
    return torch.cat([a * cos - b * sin, b * cos + a * sin, x[..., 2 * half :]], dim=-1)


def inverse_rotation(table: Float[Tensor, "2 n_ctx half"]) -> Float[Tensor, "2 n_ctx half"]:
    """The table that undoes another. A table may also scale (long-context rotations); that is undone too."""
    return torch.stack([table[0], -table[1]]) / table.square().sum(0)
