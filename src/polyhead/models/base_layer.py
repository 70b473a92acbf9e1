"""The plain tensors of one attention layer, checked against what the model really computes."""

import torch
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.sites import site
from polyhead.models.hooked import HookedModel
from polyhead.models.rotations import rotation_tables
from polyhead.ops.rotary import apply_rotary

_PROBE = 24
"""Tokens of the sequence on which the formulas are checked."""
_CLOSE = 2e-3
"""Largest relative error with which a formula counts as what the model computes, in a precision that allows it."""
_USUAL = 1e-4
"""Nearer than this to 1 / sqrt(d_head), a scale is that one but for rounding."""


@torch.no_grad()
def base_layer(model: HookedModel, layer: int) -> BaseLayer:
    """Weights, rotation and score scale of one layer; the flags say which formulas hold for it.

    Raises:
        PolyheadError: a layer the model does not have.
    """
    if not 0 <= layer < model.cfg.n_layers:
        raise PolyheadError(f"layer {layer}; {model.cfg.name} has layers 0 to {model.cfg.n_layers - 1}")
    weights = {
        name: getattr(model, name)[layer].detach().float().cpu()
        for name in ("W_Q", "W_K", "W_V", "W_O", "b_Q", "b_K", "b_V", "b_O")
    }
    plain = BaseLayer(
        layer=layer, n_kv_heads=model.cfg.n_kv_heads, score_scale=model.cfg.d_head**-0.5, rotary=None, **weights
    )
    x, scores, out, pattern = _probe(model, layer)
    q, k = x @ plain.W_Q + plain.b_Q[:, None], x @ plain.W_K + plain.b_K[:, None]
    precision = torch.finfo(model.dtype).eps
    close, usual = max(_CLOSE, 2 * precision), max(_USUAL, precision / 2)
    best, rotary, scale = float("inf"), None, plain.score_scale
    for table in (*rotation_tables(model, layer, model.cfg.n_ctx), None):
        product = _scores(q, k, table)
        s = float((product * scores).sum() / product.square().sum().clamp_min(1e-30))  # least squares
        if abs(s / plain.score_scale - 1) < usual:
            s = plain.score_scale
        error = _relative(s * product, scores)
        if error < best:
            best, rotary, scale = error, table, s
    moved = pattern @ (x @ plain.W_V + plain.b_V[:, None])
    linear = _relative(torch.einsum("hqk,hkd->qd", moved, plain.W_O) + plain.b_O, out) < close
    good = best < close
    return BaseLayer(
        layer=layer,
        n_kv_heads=model.cfg.n_kv_heads,
        score_scale=scale if good else plain.score_scale,
        rotary=rotary if good else None,
        plain_scores=good,
        is_linear=linear,
        has_mlp=not model.cfg.attn_only,
        **weights,
    )


def _probe(model: HookedModel, layer: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """x `[1, p, d]`, causal scores `[h, q, k]` (0 above the diagonal), attention output, pattern, of some tokens."""
    names = ("ln1.hook_normalized", "attn.hook_attn_scores", "hook_attn_out", "attn.hook_pattern")
    n = min(_PROBE, model.cfg.n_ctx)
    tokens = (torch.arange(n) * 37 + 11) % model.cfg.d_vocab
    _, cache = model.run_with_cache(tokens[None].to(model.device), [site(layer, s) for s in names], with_logits=False)
    x, scores, out, pattern = (cache[site(layer, s)][0].float().cpu() for s in names)
    causal = torch.ones(n, n).tril().bool()
    return x[None], torch.where(causal, scores, 0.0), out, pattern


def _scores(q: Tensor, k: Tensor, table: Tensor | None) -> Tensor:
    if table is not None:
        q, k = (apply_rotary(t.transpose(0, 1)[None], table)[0].transpose(0, 1) for t in (q, k))
    scores = q @ k.mT
    return torch.where(torch.ones(scores.shape[-2:]).tril().bool(), scores, 0.0)


def _relative(a: Tensor, b: Tensor) -> float:
    return float((a - b).norm() / b.norm().clamp_min(1e-30))
