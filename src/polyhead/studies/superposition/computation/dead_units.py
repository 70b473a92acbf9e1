"""Units that never fire: hidden or output units whose activation is zero on every example.

Axis legend: M model, b example, n input feature, m hidden unit, o output.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from polyhead.ops.two_layer import Activation, TwoLayer, activate


class UnitStates(NamedTuple):
    """Which units are dead, and what the network says."""

    hidden_dead: Bool[Tensor, "M m"]
    output_dead: Bool[Tensor, "M o"]
    output_constant: Bool[Tensor, "M o"]
    """The same value on every example (dead ones included)."""
    output: Float[Tensor, "M b o"]


def unit_states(
    model: TwoLayer, x: Float[Tensor, "b n"], *, act_in: Activation, act_out: Activation, tolerance: float = 1e-4
) -> UnitStates:
    """States of all units on the examples `x`; a value within `tolerance` of zero counts as zero."""
    pre = x @ model.W_in
    hidden = activate(act_in, pre if model.b_in is None else pre + model.b_in[:, None])
    out = hidden @ model.W_out
    out = activate(act_out, out if model.b_out is None else out + model.b_out[:, None])
    return UnitStates(
        hidden_dead=hidden.abs().amax(1) <= tolerance,
        output_dead=out.abs().amax(1) <= tolerance,
        output_constant=out.amax(1) - out.amin(1) <= tolerance,
        output=torch.as_tensor(out),
    )
