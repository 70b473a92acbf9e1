"""What each hidden unit does for each feature: the bars of a neuron stack, and the asymmetric motif.

The contribution of unit a to feature i is |W_in[i, a] W_out[a, i]|. In the asymmetric motif a unit that serves two
features reads one with a large and the other with a small weight, and writes them the other way round. Source: Elhage
et al. 2022, Toy Models of Superposition, computation in superposition. Axis legend: M model, n feature, m hidden unit.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def contributions(W_in: Float[Tensor, "M n m"], W_out: Float[Tensor, "M m n"]) -> Float[Tensor, "M m n"]:
    """W_in[i, a] W_out[a, i] of each unit and feature: the bars of unit a, signed."""
    return W_in.transpose(1, 2) * W_out


def serves(stacks: Float[Tensor, "M m n"], *, relative: float = 0.1) -> Bool[Tensor, "M m n"]:
    """Which features a unit serves: contribution at least `relative` of the model's largest."""
    size = stacks.abs()
    return size >= relative * size.amax((1, 2), keepdim=True).clamp_min(1e-12)


def stack_order(stacks: Float[Tensor, "m n"]) -> list[int]:
    """Units of one model in the order of the feature they serve most, then of the size of that contribution."""
    size = stacks.abs()
    top, which = size.max(-1)
    return sorted(range(len(stacks)), key=lambda a: (int(which[a]), -float(top[a])))


def asymmetric_share(W_in: Float[Tensor, "M n m"], W_out: Float[Tensor, "M m n"]) -> Float[Tensor, " M"]:
    """Share of two-feature units in which the feature that is read more weakly is written more strongly.

    The two features are those of largest contribution, where the second has at least a tenth of the first; nan where a
    model has no such unit. For independent random weights, given two comparable contributions, the share is one half
    by no symmetry: use shuffled weights as the control.
    """
    stacks = contributions(W_in, W_out).abs()
    top = stacks.topk(2, dim=-1)
    large = top.values[..., 0] > 0.05 * stacks.amax((1, 2))[:, None]
    double = large & (top.values[..., 1] > 0.1 * top.values[..., 0])
    read = W_in.transpose(1, 2).abs().gather(-1, top.indices)
    write = W_out.abs().gather(-1, top.indices)
    opposite = (read[..., 0] > read[..., 1]) != (write[..., 0] > write[..., 1])
    counted = double.sum(-1)
    return (opposite & double).sum(-1) / torch.where(counted > 0, counted, torch.nan)
