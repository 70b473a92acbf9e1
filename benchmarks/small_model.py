"""A small random model with per-layer transcoders, for us and written as circuit-tracer reads it."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from polyhead.activations.harvest import harvest_batch
from polyhead.core.reading import Reading, one_site
from polyhead.dictionaries.activation import AnyActivation, JumpReLU, ReLU, TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig
from polyhead.dictionaries.cross_layer_transcoder import CrossLayerTranscoder, reached
from polyhead.dictionaries.sae_init import initialize
from polyhead.dictionaries.spanning import SpanningConfig, side_by_side
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.interop.circuit_tracer import load_circuit_tracer
from polyhead.interop.circuit_tracer_export import save_circuit_tracer
from polyhead.models.native import NativeConfig, NativeTransformer


def random_model(cfg: NativeConfig, seed: int) -> NativeTransformer:
    """Random weights, gains and biases too."""
    g = torch.Generator().manual_seed(seed)
    model = NativeTransformer(cfg, generator=g).eval().requires_grad_(False)
    for name, value in model.named_parameters():
        if value.ndim == 1 or ".b_" in name:
            value += 0.2 * torch.randn(value.shape, generator=g)
    return model


def native_config(n_layers: int, d_model: int) -> NativeConfig:
    """Of the benchmark's models."""
    return NativeConfig(
        n_layers=n_layers, d_model=d_model, n_heads=8, d_head=d_model // 8, d_vocab=2000, n_ctx=256, d_mlp=4 * d_model,
        has_bias=True, normalization="LN",
    )  # fmt: skip


def random_attention(
    model: NativeTransformer, cfg: NativeConfig, layer: int, n_latents: int, tokens: torch.Tensor, share: float
) -> LoadedDictionary:
    """Random latents of an attention output, one in `1 / share` active at each position of the prompt."""
    name = f"blocks.{layer}.hook_attn_out"
    k = max(1, round(share * n_latents))
    sae = AttnOutSAE(AttnOutSAEConfig(d_in=cfg.d_model, n_latents=n_latents, activation=TopK(k=k)))
    reading = Reading(roles={"x": one_site(name), "target": one_site(name)})
    g = torch.Generator().manual_seed(10 + layer)
    initialize(sae, [harvest_batch(model, tokens[None], reading)], init="random", generator=g)
    return LoadedDictionary(f"attention {layer}", "attn_out_sae", sae.requires_grad_(False), reading)


def random_transcoder(
    cfg: NativeConfig, n_latents: int, activation: AnyActivation, *, site: str, share: float, later: bool, seed: int
) -> CrossLayerTranscoder:
    """Random latents, each active at about `share` of the positions."""
    g = torch.Generator().manual_seed(seed)
    layers = range(cfg.n_layers)
    settings = SpanningConfig(
        d_model=cfg.d_model,
        n_latents=n_latents,
        activation=activation,
        sources=tuple(f"blocks.{i}.{site}" for i in layers),
        targets=tuple(f"blocks.{i}.hook_mlp_out" for i in layers),
        writes=reached(cfg.n_layers, "later" if later else "own"),
    )
    transcoder = CrossLayerTranscoder(settings).requires_grad_(False)
    quantile = float(2**0.5 * torch.erfinv(torch.tensor(1 - 2 * share)))
    for i in layers:
        transcoder.W_enc[i].copy_(torch.randn(transcoder.W_enc[i].shape, generator=g) / cfg.d_model**0.5)
        transcoder.W_dec[i].copy_(torch.randn(transcoder.W_dec[i].shape, generator=g) / (share * n_latents) ** 0.5)
        transcoder.b_enc[i].copy_(0.1 * torch.randn(n_latents, generator=g))
        transcoder.b_dec[i].copy_(0.1 * torch.randn(cfg.d_model, generator=g))
        if isinstance(activation, JumpReLU):
            transcoder.log_threshold[i].fill_(torch.tensor(quantile).log())
        elif activation.kind == "relu":
            transcoder.b_enc[i] -= quantile
    return transcoder


def loaded_of(transcoder: CrossLayerTranscoder, name: str) -> LoadedDictionary:
    """As a graph takes it."""
    return LoadedDictionary(
        name, "cross_layer_transcoder", transcoder, side_by_side(transcoder.cfg.sources, transcoder.cfg.targets)
    )


def passing_attention(cfg: NativeConfig, layer: int) -> LoadedDictionary:
    """Attention outputs as latents that lose nothing: every coordinate, and its negative, is one."""
    sae = AttnOutSAE(AttnOutSAEConfig(d_in=cfg.d_model, n_latents=2 * cfg.d_model, activation=ReLU()))
    sae = sae.requires_grad_(False)
    both = torch.cat([torch.eye(cfg.d_model), -torch.eye(cfg.d_model)])
    for parameter in sae.parameters():
        parameter.zero_()
    sae.W_enc.copy_(both.T)
    sae.W_dec.copy_(both)
    place = one_site(f"blocks.{layer}.hook_attn_out")
    return LoadedDictionary(f"attention {layer}", "attn_out_sae", sae, Reading(roles={"x": place, "target": place}))


def write_for_peer(
    folder: Path, model: NativeTransformer, cfg: NativeConfig, transcoder: CrossLayerTranscoder, tokens: torch.Tensor
) -> LoadedDictionary:
    """Fill the folder that peer_circuit_tracer.py reads; gives our own dictionary, read back from the set."""
    folder.mkdir(parents=True, exist_ok=True)
    rotary = cfg.positions == "rotary"
    settings: dict[str, Any] = {
        **{key: getattr(cfg, key) for key in ("n_layers", "d_model", "n_heads", "d_head", "d_vocab", "n_ctx", "d_mlp")},
        "act_fn": cfg.act_fn,
        "normalization_type": cfg.normalization,
        "eps": cfg.eps,
        "positional_embedding_type": "rotary" if rotary else "standard",
        "device": "cpu",
        "default_prepend_bos": False,
    }
    settings |= {"rotary_dim": cfg.d_head, "rotary_base": cfg.rotary_base} if rotary else {}
    (folder / "model.json").write_text(json.dumps(settings))
    weights = {key: value.detach().clone().contiguous() for key, value in model.state_dict().items()}
    save_file({key: value for key, value in weights.items() if "rotary" not in key}, folder / "model.safetensors")
    save_file({"tokens": tokens}, folder / "prompt.safetensors")
    save_circuit_tracer(transcoder, folder / "transcoders", model_name="small", scan="local")
    return loaded_of(load_circuit_tracer(folder / "transcoders").transcoder.requires_grad_(False), "transcoders")
