"""One attention function for every Hugging Face family, registered with transformers under the name `polyhead`.

It receives q and k after rotation and v, in the layout [batch, head, pos, d_head] with fewer key heads than query
heads under GQA, and gives back z as [batch, pos, head, d_head]. Scores and pattern exist only in layers whose tap
wants them, and where scores are soft-capped (no fused kernel does that). They feed z only where a hook or a gradient
is at them: a layer that is only read stays fused, so that its output does not depend on what is read.

The running pass travels in a context variable, so a wrapped model that is called directly just runs fused.
Axis legend: b batch, p position, h query head, g key head, q query position, k key position.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import sdpa_mask

from polyhead.core.sites import site
from polyhead.models.tap import Tap, in_path
from polyhead.ops.attention import mix_values

NAME = "polyhead"


@dataclass(frozen=True)
class _Pass:
    tap: Tap
    rotary: bool


_PASS: ContextVar[_Pass | None] = ContextVar("polyhead_pass", default=None)


@contextmanager
def tapping(tap: Tap, *, rotary: bool) -> Iterator[None]:
    """Within this block, in this thread or task, attention reports to `tap`."""
    token = _PASS.set(_Pass(tap, rotary))
    try:
        yield
    finally:
        _PASS.reset(token)


def repeat_heads(x: Float[Tensor, "b p g d"], n_heads: int) -> Float[Tensor, "b p h d"]:
    """Key or value heads, each repeated for the query heads that read it."""
    return x if x.shape[2] == n_heads else x.repeat_interleave(n_heads // x.shape[2], dim=2)


def capped_scores(
    q: Float[Tensor, "b q h d"],
    k: Float[Tensor, "b k h d"],
    allowed: Bool[Tensor, "#b 1 q k"] | None,
    *,
    scale: float,
    softcap: float | None = None,
) -> Float[Tensor, "b h q k"]:
    """Scores before the softmax, minus infinity where not allowed; `allowed=None` means causal."""
    scores = torch.einsum("bqhd,bkhd->bhqk", q, k) * scale
    if softcap is not None:
        scores = softcap * torch.tanh(scores / softcap)
    if allowed is None:
        allowed = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).tril()
    return scores.masked_fill(~allowed, float("-inf"))


def tapped_attention(
    q: Float[Tensor, "b p h d"],
    k: Float[Tensor, "b p g d"],
    v: Float[Tensor, "b p g_v d"],
    allowed: Bool[Tensor, "#b 1 p p"] | None,
    *,
    layer: int,
    scale: float,
    softcap: float | None = None,
    sinks: Float[Tensor, " h"] | None = None,
) -> Float[Tensor, "b p h d"]:
    """z, with every tensor on the way offered to the tap of the running pass.

    k may come with other heads than v: one per query head where a hook at `hook_k` looked on. With `sinks`, a learned
    score per head takes part in the softmax and moves nothing (gpt-oss): rows of the pattern sum to less than 1.
    """
    n_heads = q.shape[2]
    k, v = repeat_heads(k, n_heads), repeat_heads(v, n_heads)
    current = _PASS.get()
    if current is None:
        return _plain(q, k, v, allowed, scale=scale, softcap=softcap, sinks=sinks)
    tap, prefix = current.tap, "hook_rot_" if current.rotary else "hook_"

    def at(name: str) -> str:
        return site(layer, f"attn.{name}")

    q, k = tap(at(f"{prefix}q"), q), tap(at(f"{prefix}k"), k)
    v = tap(at("hook_v"), v)
    inner, z = (at("hook_attn_scores"), at("hook_pattern")), None
    if tap.wants(*inner):
        scores = tap(inner[0], capped_scores(q, k, allowed, scale=scale, softcap=softcap))
        pattern = tap(inner[1], _softmax(scores, sinks))
        z = mix_values(pattern, v) if in_path(tap, pattern, *inner) else None
    if z is None:
        z = _plain(q, k, v, allowed, scale=scale, softcap=softcap, sinks=sinks)
    return tap(at("hook_z"), z)


def _softmax(scores: Float[Tensor, "b h q k"], sinks: Float[Tensor, " h"] | None) -> Float[Tensor, "b h q k"]:
    """Over key positions (and the sink), in float32 where scores are narrower, as transformers does."""
    wide = torch.promote_types(scores.dtype, torch.float32)
    if sinks is None:
        return scores.softmax(-1, dtype=wide).to(scores.dtype)
    sink = sinks.to(scores.dtype)[None, :, None, None].expand(*scores.shape[:-1], 1)
    return torch.cat([scores, sink], -1).softmax(-1, dtype=wide)[..., :-1].to(scores.dtype)


def _plain(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    allowed: Tensor | None,
    *,
    scale: float,
    softcap: float | None,
    sinks: Tensor | None,
) -> Float[Tensor, "b p h d"]:
    if softcap is not None or sinks is not None:
        return mix_values(_softmax(capped_scores(q, k, allowed, scale=scale, softcap=softcap), sinks), v)
    z = F.scaled_dot_product_attention(
        q.transpose(1, 2),
        k.transpose(1, 2),
        v.transpose(1, 2),
        attn_mask=allowed,
        is_causal=allowed is None,
        scale=scale,
    )
    return z.transpose(1, 2)


def _registered(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    softcap: float | None = None,
    s_aux: Tensor | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """What transformers calls. The mask twin below has already put sliding windows into `attention_mask`."""
    z = tapped_attention(
        query.transpose(1, 2),
        key.transpose(1, 2),
        value.transpose(1, 2),
        attention_mask,
        layer=module.layer_idx,
        scale=_own_scale(module, query.shape[-1]) if scaling is None else scaling,
        softcap=softcap,
        sinks=s_aux,
    )
    return z.contiguous(), None


def _own_scale(module: Any, d_head: int) -> float:
    """GPT-2 before transformers 5 passes no scale: it is written on the module, where another function looked it up."""
    scale = d_head**-0.5 if getattr(module, "scale_attn_weights", True) else 1.0
    return scale / (module.layer_idx + 1) if getattr(module, "scale_attn_by_inverse_layer_idx", False) else scale


AttentionInterface.register(NAME, _registered)
AttentionMaskInterface.register(NAME, sdpa_mask)
