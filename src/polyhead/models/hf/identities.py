"""What polyhead relies on in every transformers model, measured on a probe: one number per identity.

Axis legend: b batch, p position, h head, d d_head, m d_model.
"""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.sites import site

if TYPE_CHECKING:
    from polyhead.models.hf.model import HFModel

CLOSE = 1e-4
"""Largest relative difference that counts as equal, in float32."""
_PROBE = 19


@torch.no_grad()
def identities(model: "HFModel") -> dict[str, float]:
    """The largest relative difference over layers, for each identity.

    Args:
        model: A wrapped model; one pass over some tokens is run, and transformers' own pass.

    Returns:
        Identity in words -> largest |difference| / largest |value|.
    """
    cfg = model.cfg
    n = min(_PROBE, cfg.n_ctx)
    tokens = ((torch.arange(n, device=model.device) * 37 + 11) % cfg.d_vocab)[None]
    theirs = model.hf(input_ids=tokens, use_cache=False, return_dict=True).logits
    found: dict[str, float] = {"logits are those of transformers": _off(model(tokens), theirs)}
    local = _local_sites(model)
    names = [site(layer, name) for layer in range(cfg.n_layers) for name in local]
    logits, cache = model.run_with_cache(tokens, [*names, "hook_embed", "ln_final.hook_normalized"])
    assert logits is not None
    found["logits are those of transformers where patterns are read"] = _off(logits, theirs)
    found["the stream begins with W_E"] = _off(model.W_E[tokens], cache["hook_embed"])
    for layer in range(cfg.n_layers):
        at = {name: cache[site(layer, name)].float() for name in local}
        for what, off in _layer(model, layer, at).items():
            found[what] = max(off, found.get(what, 0.0))
    direct = cache["ln_final.hook_normalized"] @ model.W_U
    cap = getattr(model.text_config, "final_logit_softcapping", None)
    found["the last norm times W_U gives the logits"] = _off(
        direct if cap is None else cap * (direct / cap).tanh(), logits
    )
    return found


def check_identities(model: "HFModel") -> None:
    """Refuse a model that does not behave as its modules' names say.

    Raises:
        PolyheadError: lists the identities that do not hold, with their relative differences.
    """
    close = max(CLOSE, 8 * torch.finfo(model.dtype).eps)
    try:
        found = identities(model)
    except PolyheadError:
        raise
    except Exception as error:  # any kind, from modules that were taken for others
        raise PolyheadError(
            f"models of type {model.cfg.family!r} are not supported: reading their sites fails ({error})"
        ) from None
    wrong = [f"{what} (off by {off:.2g})" for what, off in found.items() if not off <= close]
    if wrong:
        raise PolyheadError(
            f"models of type {model.cfg.family!r} are not supported. Their modules were found, but on a probe these do "
            f"not hold: {'; '.join(wrong)}"
        )


def _local_sites(model: "HFModel") -> list[str]:
    family = model.family
    names = ["hook_resid_pre", "ln1.hook_normalized", "hook_attn_out", "hook_mlp_out", "hook_resid_post"]
    names += [f"attn.hook_{x}" for x in ("q", "k", "v", "z", "attn_scores", "pattern")]
    names += ["ln1_post.hook_normalized"] if family.ln1_post is not None else []
    names += ["ln2_post.hook_normalized"] if family.ln2_post is not None else []
    return names


def _layer(model: "HFModel", layer: int, at: dict[str, Tensor]) -> dict[str, float]:
    """The identities of one layer."""
    x, z, scores = at["ln1.hook_normalized"], at["attn.hook_z"], at["attn.hook_attn_scores"]
    pattern = at["attn.hook_pattern"]
    weight: Any = {name: getattr(model, name)[layer].float() for name in ("W_Q", "W_K", "W_V", "W_O")}
    bias: Any = {name: getattr(model, name)[layer].float() for name in ("b_Q", "b_K", "b_V", "b_O")}
    found = {
        f"{words} are x W_{part} + b_{part}": _off(
            torch.einsum("bpm,hmd->bphd", x, weight[f"W_{part}"]) + bias[f"b_{part}"], at[f"attn.hook_{part.lower()}"]
        )
        for part, words in {"Q": "queries", "K": "keys", "V": "values"}.items()
    }
    softmax = scores.softmax(-1)
    kept = pattern.sum(-1, keepdim=True)  # below 1 where a sink takes part
    found["the pattern is the softmax of the scores, less a sink"] = _off(softmax * kept, pattern)
    found["the pattern moves values to z"] = _off(torch.einsum("bhqk,bkhd->bqhd", pattern, at["attn.hook_v"]), z)
    out = torch.einsum("bphd,hdm->bpm", z, weight["W_O"]) + bias["b_O"]
    found["z W_O + b_O is the output of attention"] = _off(out, at["hook_attn_out"])
    attn = at.get("ln1_post.hook_normalized", at["hook_attn_out"])
    mlp = at.get("ln2_post.hook_normalized", at["hook_mlp_out"])
    total = at["hook_resid_pre"] + attn + mlp
    found["the stream grows by attention and MLP, and nothing else"] = _off(total, at["hook_resid_post"])
    return found


def _off(ours: Tensor, theirs: Tensor) -> float:
    if ours.shape != theirs.shape:
        return float("inf")
    return float((ours.float() - theirs.float()).abs().max() / theirs.float().abs().max().clamp_min(1e-30))
