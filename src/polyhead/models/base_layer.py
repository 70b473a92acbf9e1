"""The plain tensors of one attention layer: what the configuration says, verified on what the model really computes."""

from typing import NamedTuple

import torch
from torch import Tensor

from polyhead.core.base_layer import BaseLayer, Rotation
from polyhead.core.errors import PolyheadError
from polyhead.core.sites import site
from polyhead.models.attention_kind import AttentionKind, attention_kind
from polyhead.models.attention_mask import sees
from polyhead.models.hooked import HookedModel
from polyhead.models.rotations import rotation_tables
from polyhead.ops.norm_gain import norm_gain
from polyhead.ops.rotary import apply_rotary, inverse_rotation

_PROBE = 24
"""Fewest tokens of the sequence on which the formulas are checked; more where a window is longer."""
_LONGEST_PROBE = 512
"""Scores of this many tokens are computed in full; of longer windows only the mask is."""
_LONGEST_TABLE = 1 << 17
"""Positions of a rotation table, where the context is longer and no length was asked for."""
_CLOSE = 2e-3
"""Largest relative error with which a formula counts as what the model computes, in a precision that allows it."""
_USUAL = 1e-4
"""Nearer than this to 1 / sqrt(d_head), a scale is that one but for rounding."""


@torch.no_grad()
def base_layer(model: HookedModel, layer: int, *, n_positions: int | None = None) -> BaseLayer:
    """Weights, rotation and score scale of one layer; the flags say which formulas hold for it.

    Args:
        model: a native or Hugging Face model.
        layer: which of its layers.
        n_positions: longest sequence for which the formulas must hold, in tokens; the whole context if not given. A
            window at least this long hides nothing. Where a rotation depends on the length of the sequence (LongRoPE),
            the table is the one of sequences of this length, or of short ones if not given.

    Raises:
        PolyheadError: a layer the model does not have, or sequences longer than its context.
    """
    cfg = model.cfg
    if not 0 <= layer < cfg.n_layers:
        raise PolyheadError(f"layer {layer}; {cfg.name} has layers 0 to {cfg.n_layers - 1}")
    if n_positions is not None and not 1 <= n_positions <= cfg.n_ctx:
        raise PolyheadError(f"sequences of {n_positions} tokens; {cfg.name} takes 1 to {cfg.n_ctx}")
    weights = {
        name: getattr(model, name)[layer].detach().float().cpu()
        for name in ("W_Q", "W_K", "W_V", "W_O", "b_Q", "b_K", "b_V", "b_O")
    }
    kind, probe = attention_kind(model, layer), _probe(model, layer)
    close, usual = _tolerances(model.dtype)
    product_scale, product_holds = _scale(probe, kind, cfg.d_head**-0.5, close, usual)
    q, k = ((probe.x @ weights[f"W_{part}"] + weights[f"b_{part}"][:, None]).transpose(0, 1) for part in ("Q", "K"))
    index, normed = _way(q, probe.q, k, probe.k, rotation_tables(model, layer, len(probe.x)), close)
    moved = probe.pattern @ (probe.x @ weights["W_V"] + weights["b_V"][:, None])
    linear = _relative(torch.einsum("hqk,hkd->qd", moved, weights["W_O"]) + weights["b_O"], probe.out) < close
    mask_holds = sees(model, layer, probe.visible, kind.window, _LONGEST_PROBE)
    window = kind.window if kind.window is not None and kind.window < (n_positions or cfg.n_ctx) else None
    rotary: Rotation = "unknown" if kind.rotates else None
    if index is not None:
        rotary = _table(model, layer, kind, index, n_positions) if index >= 0 else None
    plain = window is None and kind.softcap is None and not kind.sinks and index is not None and not normed
    return BaseLayer(
        layer=layer,
        n_kv_heads=cfg.n_kv_heads,
        score_scale=product_scale,
        rotary=rotary,
        plain_scores=plain and product_holds and mask_holds,
        is_linear=linear,
        has_mlp=not cfg.attn_only,
        window=window,
        softcap=kind.softcap,
        qk_norm=normed,
        sinks=kind.sinks,
        **weights,
    )


class _Probe(NamedTuple):
    """What the model computes on some tokens."""

    x: Tensor
    """What attention reads, `[p, d]`."""
    q: Tensor
    """What the scores are made of, `[p, h, k]`: after norm and rotation."""
    k: Tensor
    scores: Tensor
    """`[h, q, k]`; 0 where a query does not see a key."""
    visible: Tensor
    """`[q, k]`, or `[h, q, k]` where heads differ."""
    out: Tensor
    pattern: Tensor


def _probe(model: HookedModel, layer: int) -> _Probe:
    """Run tokens that are longer than any window that is at most `_LONGEST_PROBE`."""
    kinds = [attention_kind(model, n) for n in range(model.cfg.n_layers)]
    windows = [kind.window for kind in kinds if kind.window is not None and kind.window <= _LONGEST_PROBE]
    n = min(model.cfg.n_ctx, kinds[layer].fixed_rotation, max([_PROBE, *(w + 8 for w in windows)]))
    prefix = "hook_rot_" if kinds[layer].rotates else "hook_"
    names = ("ln1.hook_normalized", f"attn.{prefix}q", f"attn.{prefix}k", "attn.hook_attn_scores")
    names += ("hook_attn_out", "attn.hook_pattern")
    tokens = (torch.arange(n) * 37 + 11) % model.cfg.d_vocab
    _, cache = model.run_with_cache(tokens[None].to(model.device), [site(layer, s) for s in names], with_logits=False)
    x, q, k, scores, out, pattern = (cache[site(layer, s)][0].float().cpu() for s in names)
    return _Probe(x, q, k, torch.where(scores.isfinite(), scores, 0.0), scores.isfinite(), out, pattern)


def _tolerances(dtype: torch.dtype) -> tuple[float, float]:
    precision = torch.finfo(dtype).eps
    return max(_CLOSE, 2 * precision), max(_USUAL, precision / 2)


def _scale(probe: _Probe, kind: AttentionKind, default: float, close: float, usual: float) -> tuple[float, bool]:
    """The factor between products and scores (before a cap), and whether scores are such products at all."""
    product = torch.where(probe.visible, torch.einsum("qhk,shk->hqs", probe.q, probe.k), 0.0)
    uncapped = probe.scores
    if kind.softcap is not None:
        uncapped = kind.softcap * (probe.scores.double() / kind.softcap).clamp(-0.999, 0.999).atanh().float()
    inside = torch.ones_like(product).bool() if kind.softcap is None else probe.scores.abs() < 0.99 * kind.softcap
    a, b = product[inside], uncapped[inside]
    scale = float((a * b).sum() / a.square().sum().clamp_min(1e-30))  # least squares
    if abs(scale / default - 1) < usual:
        scale = default
    scores = scale * product
    if kind.softcap is not None:
        scores = kind.softcap * torch.tanh(scores / kind.softcap)
    holds = _relative(scores, probe.scores) < close
    return (scale if holds else default), holds


def _way(
    q: Tensor, final_q: Tensor, k: Tensor, final_k: Tensor, tables: list[Tensor], close: float
) -> tuple[int | None, bool]:
    """Which table leads from projections to what the scores are made of (-1: none is needed), and whether by a norm.

    None where neither does, nor any norm that is known.
    """
    for joint in (None, False, True):
        errors = []
        for table in (*tables, None):
            way = [_error(raw, final, table, joint) for raw, final in ((q, final_q), (k, final_k))]
            errors.append(max(way))
        best = min(range(len(errors)), key=errors.__getitem__)
        if errors[best] < close:
            return (best if best < len(tables) else -1), joint is not None
    return None, False


def _error(raw: Tensor, final: Tensor, table: Tensor | None, joint: bool | None) -> float:
    turned = final if table is None else apply_rotary(final[None], inverse_rotation(table))[0]
    return _relative(raw if joint is None else raw * norm_gain(raw, turned, joint=joint), turned)


def _table(model: HookedModel, layer: int, kind: AttentionKind, index: int, n_positions: int | None) -> Tensor:
    """The rotation of the longest sequences for which it, and a window that hides nothing, hold."""
    n = min(model.cfg.n_ctx, _LONGEST_TABLE)
    if kind.window is not None and n_positions is not None and kind.window >= n_positions:
        n = min(n, kind.window)
    if kind.fixed_rotation < model.cfg.n_ctx:
        n = min(n, kind.fixed_rotation) if n_positions is None or n_positions <= kind.fixed_rotation else n_positions
    return rotation_tables(model, layer, max(n, n_positions or 1))[index]


def _relative(a: Tensor, b: Tensor) -> float:
    return float((a - b).norm() / b.norm().clamp_min(1e-30))
