"""The formula of a Hugging Face norm, taken apart: what it divides, and the gain and bias it applies afterwards.

    before = (x - [LayerNorm] mean(x)) / sqrt(mean of its square + eps);   output = before * gain + bias
Computed in float32, as the modules do. Axis legend: b batch, p position, d d_model.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from polyhead.core.errors import PolyheadError
from polyhead.models.hf.family import Family

_CLOSE = 1e-4
"""Largest relative error with which the formula counts as the module's, in float32."""


@dataclass(frozen=True, eq=False)
class NormForm:
    """One norm's constants."""

    centred: bool
    """Whether the mean over d is taken off first (LayerNorm)."""
    eps: float
    gain: Float[Tensor, "*d"]
    """One number where the norm has no gain."""
    bias: Float[Tensor, " d"] | float

    def before_gain(self, x: Float[Tensor, "b p d"]) -> Float[Tensor, "b p d"]:
        """Normalized, without gain and bias; at least float32."""
        x = x.to(self.gain.dtype)
        if self.centred:
            x = x - x.mean(-1, keepdim=True)
        return x * (x.square().mean(-1, keepdim=True) + self.eps).rsqrt()

    def gained(self, before: Float[Tensor, "b p d"]) -> Float[Tensor, "b p d"]:
        """What the norm gives."""
        return before * self.gain + self.bias

    @torch.no_grad()
    def check(self, before: Float[Tensor, "b p d"], output: Float[Tensor, "b p d"], name: str) -> None:
        """Compare the formula with what the module gave.

        Raises:
            PolyheadError: they differ, so the module is another kind of norm.
        """
        off = (self.gained(before) - output).norm() / output.norm().clamp_min(1e-12)
        if not float(off) <= max(_CLOSE, 8 * torch.finfo(output.dtype).eps):
            raise PolyheadError(
                f"the norm {name} does not follow the formula of its family (relative difference {float(off):.2g}), so "
                f"{name}.hook_pre_gain is not known; read {name}.hook_normalized"
            )


def norm_form(module: nn.Module, family: Family) -> NormForm:
    """The formula of a norm of this family.

    Raises:
        PolyheadError: the module has no epsilon where it is expected.
    """
    weight, bias = getattr(module, "weight", None), getattr(module, "bias", None)
    eps = next((getattr(module, n) for n in ("variance_epsilon", "eps") if hasattr(module, n)), None)
    if not isinstance(eps, float):
        raise PolyheadError(f"a norm of type {type(module).__name__} has no epsilon: its hook_pre_gain is not known")
    if not isinstance(weight, Tensor):
        weight = torch.zeros(()) if family.gain_plus_one else torch.ones(())
    gain = weight.to(torch.promote_types(weight.dtype, torch.float32))
    return NormForm(
        centred=family.normalization == "LN",
        eps=eps,
        gain=1.0 + gain if family.gain_plus_one else gain,
        bias=bias.to(gain.dtype) if isinstance(bias, Tensor) else 0.0,
    )
