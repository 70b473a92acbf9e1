"""Lorsas, SAEs and transcoders of ours as Llamascopium folders, whose layout llamascopium.py describes.

Norms stand for scales (`dataset-wise`), and a Lorsa's pairs of rotation are half a width apart.
"""

import math
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_atomic, write_json
from polyhead.core.norm_facts import NormFacts
from polyhead.core.sites import Site, parse_site, site
from polyhead.dictionaries.activation import JumpReLU, ReLU, TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAE
from polyhead.dictionaries.cross_layer_transcoder import CrossLayerTranscoder
from polyhead.dictionaries.lorsa import Lorsa
from polyhead.interop.hook_names import facts_of_name, to_transformer_lens
from polyhead.interop.llamascopium import CONFIG, NORM, THRESHOLD, WEIGHTS


def write_llamascopium(
    dictionary: Lorsa | AttnOutSAE | CrossLayerTranscoder,
    folder: Path | str,
    *,
    layer: int,
    n_ctx: int = 2048,
    model: NormFacts | None = None,
    lorsa_sites: tuple[str, str] = ("ln1.hook_pre_gain", "hook_attn_out"),
) -> Path:
    """Write a folder that Llamascopium loads; returns it. A transcoder must read and write one layer.

    Args:
        dictionary: What is written.
        folder: Folder to write.
        layer: Layer that it explains.
        n_ctx: longest sequence that a Lorsa can take there, if ours is not shorter: its folder holds a mask of n_ctx^2.
        model: Norms of the base model; RMSNorm before attention and the MLP if not given.
        lorsa_sites: Local names of the sites that a Lorsa reads and reconstructs.

    Raises:
        PolyheadError: a form that Llamascopium does not have.
    """
    folder = Path(folder)
    facts = facts_of_name("") if model is None else model
    if isinstance(dictionary, Lorsa):
        hooks = tuple(site(layer, to_transformer_lens(name, facts, str(folder))) for name in lorsa_sites)
        config, tensors = _write_lorsa(dictionary, (hooks[0], hooks[1]), min(n_ctx, dictionary.cfg.n_ctx))
    elif isinstance(dictionary, AttnOutSAE):
        config, tensors = _write_sae(dictionary, layer, facts)
    else:
        config, tensors = _write_transcoder(dictionary, facts)
    act = dictionary.cfg.activation
    if not isinstance(act, ReLU | JumpReLU) and act.kind != "topk":
        raise PolyheadError(
            f"Llamascopium chooses {act.kind} among the tokens of a batch; write topk, relu or jumprelu"
        )
    config |= {"act_fn": act.kind, "use_decoder_bias": True, "sparsity_include_decoder_norm": False}
    config |= {"top_k": act.k} if isinstance(act, TopK) else {}
    plain = {k: v.detach().clone(memory_format=torch.contiguous_format) for k, v in tensors.items()}
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / WEIGHTS, lambda aside: save_file(plain, aside))
    write_json(folder / CONFIG, config)
    return folder


def _write_lorsa(lorsa: Lorsa, hooks: tuple[str, str], n_ctx: int) -> tuple[dict[str, Any], dict[str, Tensor]]:
    cfg = lorsa.cfg
    if cfg.d_in != cfg.d_out:
        raise PolyheadError(f"a Llamascopium Lorsa has one width; this one reads {cfg.d_in} and writes {cfg.d_out}")
    config, norms = _common("lorsa", cfg.d_in, cfg.n_latents, hooks, (lorsa.input_scale, lorsa.target_scale))
    config |= {
        "n_qk_heads": cfg.n_groups,
        "d_qk_head": cfg.d_qk,
        "n_ctx": n_ctx,
        "attn_scale": 1 / float(lorsa.score_scale),
        "positional_embedding_type": "rotary" if cfg.d_rotary else "none",
        "rotary_dim": cfg.d_rotary,
        "rotary_base": _rotary_base(lorsa),
        "rotary_adjacent_pairs": False,
        "use_post_qk_ln": bool(cfg.qk_norm_eps),
    }
    tensors = {name: getattr(lorsa, name) for name in ("W_Q", "W_K", "b_Q", "b_K", "W_V", "b_V", "W_O")}
    tensors |= {"b_D": lorsa.b_O, **norms, **_threshold(lorsa)}
    if cfg.qk_norm_eps:
        config |= {"normalization_type": "RMS", "eps": cfg.qk_norm_eps}
        tensors |= {"ln_q.w": lorsa.w_Q, "ln_k.w": lorsa.w_K}
    tensors |= {"mask": torch.ones(n_ctx, n_ctx, dtype=torch.bool).tril(), "IGNORE": torch.tensor(-math.inf)}
    if cfg.d_rotary:
        cos, sin = (torch.cat([table, table], dim=-1) for table in lorsa.rotary[:, :n_ctx])
        tensors |= {"rotary_cos": cos, "rotary_sin": sin}
    return config, tensors


def _rotary_base(lorsa: Lorsa) -> int:
    """Of the second pair's frequency, a whole number as theirs; the tables themselves are saved and count."""
    half = lorsa.cfg.d_rotary // 2
    if half < 2 or lorsa.cfg.n_ctx < 2:
        return 10_000
    angle = math.atan2(float(lorsa.rotary[1, 1, 1]), float(lorsa.rotary[0, 1, 1]))
    return round(angle ** (-half)) if angle > 0 else 10_000


def _write_sae(sae: AttnOutSAE, layer: int, model: NormFacts) -> tuple[dict[str, Any], dict[str, Tensor]]:
    cfg = sae.cfg
    if cfg.token_norm in ("layer_norm", "centred") or (cfg.token_norm != "none" and bool((sae.scales != 1).any())):
        raise PolyheadError(f"Llamascopium has no token norm like this SAE's ({cfg.token_norm}, with its scale)")
    hook = site(layer, to_transformer_lens(cfg.site, model, "this SAE"))
    config, norms = _common("sae", cfg.d_in, cfg.n_latents, (hook, hook), (sae.scales[0], sae.scales[0]))
    if cfg.token_norm == "constant_norm":
        config["norm_activation"] = "token-wise"
    theta = {THRESHOLD: sae.theta().clamp_min(1e-30).log()} if isinstance(cfg.activation, JumpReLU) else {}
    return config, {"W_E": sae.W_enc, "b_E": sae.bias(), "W_D": sae.W_dec, "b_D": sae.b_dec, **norms, **theta}


def _write_transcoder(module: CrossLayerTranscoder, model: NormFacts) -> tuple[dict[str, Any], dict[str, Tensor]]:
    cfg = module.cfg
    if len(cfg.sources) != 1 or len(cfg.targets) != 1:
        raise PolyheadError(
            f"a Llamascopium transcoder reads one site and writes one; received {len(cfg.sources)}, {len(cfg.targets)}"
        )
    if cfg.skip:
        raise PolyheadError("Llamascopium has no form for a transcoder with a skip connection; write circuit_tracer")
    places = (parse_site(cfg.sources[0]), parse_site(cfg.targets[0]))
    named = [to_transformer_lens(at.name, model, "this transcoder") for at in places]
    hooks = tuple(str(Site(at.layer, name)) for at, name in zip(places, named, strict=True))
    hooks, scales = (hooks[0], hooks[1]), (module.input_scale[0], module.target_scale[0])
    config, norms = _common("sae", cfg.d_model, cfg.n_latents, hooks, scales)
    tensors = {"W_E": module.W_enc[0], "b_E": module.b_enc[0], "W_D": module.W_dec[0][:, 0], "b_D": module.b_dec[0]}
    return config, tensors | norms | _threshold(module)


def _threshold(module: nn.Module) -> dict[str, Tensor]:
    learned = getattr(module, "log_threshold", None)
    return {} if learned is None else {THRESHOLD: learned.flatten()}


def _common(
    kind: str, d: int, n: int, hooks: tuple[str, str], scales: tuple[Tensor, Tensor]
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Config entries of every kind, and the norms that stand for scales."""
    factor = n / d
    if int(d * factor) != n:
        factor = math.nextafter(factor, math.inf)  # they take the whole part of the product
    config = {
        "sae_type": kind,
        "d_model": d,
        "expansion_factor": factor,
        "hook_point_in": hooks[0],
        "hook_point_out": hooks[1],
        "norm_activation": "dataset-wise",
    }
    return config, {f"{NORM}{hook}": scale * math.sqrt(d) for hook, scale in zip(hooks, scales, strict=True)}
