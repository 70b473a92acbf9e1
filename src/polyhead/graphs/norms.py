"""Norms frozen as they were on the prompt: linear maps of one position each, with a constant.

    normalized[p] = (x[p] - [LayerNorm] mean(x[p])) / scale[p] * gain + bias = J_p x[p] + bias
With `scale` frozen at the prompt's value, a reader r of the normalized tensor reads J_p^T r of the stream and bias . r.
Which formula a norm follows is found on the tensors before it and after it, not believed from the family's name.
Axis legend: p position, d d_model, n one of several vectors.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.models.hf.model import HFModel
from polyhead.models.hooked import HookedModel

_CLOSE = 1e-3
"""Largest relative error with which a formula counts as what the model computed (weights may be bfloat16)."""


@dataclass(frozen=True, eq=False)
class FrozenNorm:
    """One norm on one prompt."""

    scale: Float[Tensor, " p"]
    """What the (centred) stream was divided by."""
    gain: Float[Tensor, " d"]
    bias: Float[Tensor, " d"]
    centred: bool
    """Whether the mean over d is taken off first (LayerNorm)."""

    def before_gain(self) -> "FrozenNorm":
        """The same norm up to its gain: what it reads, centred and divided."""
        return FrozenNorm(self.scale, torch.ones_like(self.gain), torch.zeros_like(self.bias), self.centred)

    def apply(self, vectors: Float[Tensor, "n d"], positions: Int[Tensor, " n"]) -> Float[Tensor, "n d"]:
        """J_p w: what a vector added to the stream adds after the norm."""
        if self.centred:
            vectors = vectors - vectors.mean(-1, keepdim=True)
        return vectors / self.scale[positions, None] * self.gain

    def pull(self, readers: Float[Tensor, "n d"], positions: Int[Tensor, " n"]) -> Float[Tensor, "n d"]:
        """J_p^T r: what a reader of the normalized tensor reads of the stream."""
        pulled = readers * self.gain / self.scale[positions, None]
        return pulled - pulled.mean(-1, keepdim=True) if self.centred else pulled


def identity_norm(n_positions: int, width: int, dtype: torch.dtype) -> FrozenNorm:
    """No norm at all."""
    one = torch.ones(width, dtype=dtype)
    return FrozenNorm(torch.ones(n_positions, dtype=dtype), one, torch.zeros_like(one), False)


@torch.no_grad()
def frozen_norm(
    model: HookedModel,
    before: Float[Tensor, "p d"],
    after: Float[Tensor, "p d"],
    layer: int | None,
    dtype: torch.dtype = torch.float64,
) -> FrozenNorm:
    """The norm between two recorded tensors of one prompt, of a block or (`layer` None) the final one.

    Raises:
        PolyheadError: none of the model's norms gives what was recorded.
    """
    x, y = before.to(dtype).cpu(), after.to(dtype).cpu()
    best, found = float("inf"), identity_norm(len(x), x.shape[1], dtype)
    for candidate in (found, *_candidates(model, x, layer)):
        everywhere = torch.arange(len(x))
        error = float((candidate.apply(x, everywhere) + candidate.bias - y).norm() / y.norm().clamp_min(1e-30))
        if error < best:
            best, found = error, candidate
    if best > _CLOSE:
        where = "the final norm" if layer is None else f"a norm of layer {layer}"
        raise PolyheadError(
            f"{where} of {model.cfg.name} is neither LayerNorm nor RMSNorm with its own gain (nearest one is off by "
            f"{best:.2g}), so it cannot be frozen; graphs of this model are not possible"
        )
    return found


def _candidates(model: HookedModel, x: Tensor, layer: int | None) -> Iterator[FrozenNorm]:
    for module in _modules(model, layer):
        eps = next((float(getattr(module, n)) for n in ("eps", "variance_epsilon") if hasattr(module, n)), None)
        if eps is None:
            continue
        gain, bias = (_vector(module, names, x) for names in (("weight", "w"), ("bias", "b")))
        shift = torch.zeros_like(x[0]) if bias is None else bias
        gains = [torch.ones_like(x[0])] if gain is None else [gain, 1 + gain]  # Gemma keeps gains less one
        for centred in (True, False):
            inside = x - x.mean(-1, keepdim=True) if centred else x
            scale = (inside.square().mean(-1) + eps).sqrt()
            yield from (FrozenNorm(scale, g, shift, centred) for g in gains)


def _modules(model: HookedModel, layer: int | None) -> list[Any]:
    """What may be the norm: the modules directly in the block, or the final one."""
    if isinstance(model, HFModel):
        path = model.family.ln_final if layer is None else f"{model.family.blocks}.{layer}"
        found = model.hf.get_submodule(path)
    else:
        found = model.get_submodule("ln_final" if layer is None else f"blocks.{layer}")
    return [found] if layer is None else list(found.children())


def _vector(module: Any, names: tuple[str, ...], like: Tensor) -> Tensor | None:
    value = next((getattr(module, n) for n in names if getattr(module, n, None) is not None), None)
    if value is None or value.shape != like.shape[-1:]:
        return None
    return value.detach().to(like.dtype).cpu()
