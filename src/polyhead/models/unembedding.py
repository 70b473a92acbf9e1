"""From the residual stream to logits: the final norm as a gain (folded into the unembedding) and a scale per position.

logits = ((x - mean) / scale(x) * gain + bias) W_U (+ b_U): what a vector u in the stream adds to the logit of token v
is u W[:, v] / scale(x), with W the folded unembedding (centred over d_model where the norm subtracts the mean).
Axis legend: b sequence, p position, m d_model, v vocabulary.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.models.hf.model import HFModel
from polyhead.models.hooked import HookedModel


def _norm(model: HookedModel) -> Any:
    """The module of the final norm."""
    if isinstance(model, HFModel):
        return model.hf.get_submodule(model.family.ln_final)
    return model.ln_final


def _subtracts_mean(model: HookedModel) -> bool:
    kind = getattr(_norm(model), "kind", model.cfg.normalization)
    return str(kind).startswith("LN")


def _normalises(model: HookedModel) -> bool:
    return getattr(_norm(model), "kind", model.cfg.normalization) != "none"


@torch.no_grad()
def folded_unembedding(model: HookedModel) -> Float[Tensor, "m v"]:
    """W_U with the gain of the final norm, in float32."""
    W_U = model.W_U.detach().float()
    norm = _norm(model)
    gain = getattr(norm, "weight", getattr(norm, "w", None))
    if gain is not None:
        gain = gain.detach().float()
        if isinstance(model, HFModel) and model.family.gain_plus_one:
            gain = 1.0 + gain
        W_U = gain[:, None] * W_U
    return W_U - W_U.mean(0, keepdim=True) if _subtracts_mean(model) else W_U


@torch.no_grad()
def final_scale(model: HookedModel, x: Float[Tensor, "b p m"]) -> Float[Tensor, "b p"]:
    """What the final norm divides the last `hook_resid_post` by."""
    if not _normalises(model):
        return torch.ones(x.shape[:2], device=x.device)
    x = x.float()
    if _subtracts_mean(model):
        x = x - x.mean(-1, keepdim=True)
    norm = _norm(model)
    eps = next(float(getattr(norm, n)) for n in ("eps", "variance_epsilon") if hasattr(norm, n))
    return (x.square().mean(-1) + eps).sqrt()
