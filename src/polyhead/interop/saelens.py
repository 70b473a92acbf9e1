"""SAELens folders, in and out: `cfg.json` and `sae_weights.safetensors` (format of versions 6, configs of 5 read too).

    W_enc [d_in, d_sae], b_enc, W_dec [d_sae, d_in], b_dec, and threshold [d_sae] for jumprelu
    f = act((N(x) - [apply_b_dec_to_input] b_dec) W_enc + b_enc);   y = N^-1(f W_dec + b_dec)
standard: relu; topk: the k largest, then relu, chosen by pre |W_dec_i| where rescale_acts_by_decoder_norm says so (the
norms are folded into the encoder here); jumprelu: pre where it is above relu(threshold). SAELens saves its batchtopk as
jumprelu, and so do we. N: none, constant_norm_rescale, layer_norm; expected_average_only_in multiplies x by a number
that the folder does not hold, so it has to be given.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_atomic, write_json
from polyhead.dictionaries.activation import HAS_THRESHOLD, AnyActivation, JumpReLU, ReLU, TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig
from polyhead.dictionaries.attn_value_sae import AttnValueSAE
from polyhead.dictionaries.sae import TokenNorm
from polyhead.interop.foreign_sae import (
    ForeignSAE,
    build,
    check_tensors,
    folded,
    read_config,
    read_safetensors,
    refuse,
    site_and_layer,
)

CONFIG, WEIGHTS = "cfg.json", "sae_weights.safetensors"
_NORMS: dict[str, TokenNorm] = {
    "none": "none",
    "constant_norm_rescale": "constant_norm",
    "layer_norm": "layer_norm",
    "expected_average_only_in": "none",
}
_VERSION = "6.0.0"
"""Of the layout that is written; readers choose by it."""
_OLD_NAMES = {
    "hook_point": "hook_name",
    "hook_point_head_index": "hook_head_index",
    "activation_fn_str": "activation_fn",
}
_METADATA = ("model_name", "hook_name", "hook_head_index", "context_size", "prepend_bos", "dataset_path")


def read_saelens(
    folder: Path | str, *, n_heads: int | None = None, norm_scaling_factor: float | None = None
) -> ForeignSAE:
    """An SAE in SAELens' layout as ours, with the output of its own formula.

    Args:
        n_heads: of the base layer, for an SAE of `attn.hook_z`; then it has head loadings.
        norm_scaling_factor: what x is multiplied by under `expected_average_only_in`.

    Raises:
        ArtifactError: a file is missing or damaged, or its tensors are not those of its config.
        PolyheadError: a variant that is not supported (gated, transcoders, ...), said in one line.
    """
    folder = Path(folder)
    path = folder / CONFIG
    cfg = _modern(read_config(path))
    activation, norm = _activation(path, cfg), str(cfg.get("normalize_activations") or "none")
    if norm not in _NORMS:
        raise refuse(path, "normalize_activations", ", ".join(_NORMS), norm)
    if (norm == "expected_average_only_in") != (norm_scaling_factor is not None):
        raise PolyheadError(
            f"{path}: normalize_activations is {norm!r} and norm_scaling_factor is {norm_scaling_factor}; "
            "expected_average_only_in needs the number that activations were multiplied by, and nothing else takes one"
        )
    tensors = read_safetensors(folder / WEIGHTS)
    d, n = int(cfg["d_in"]), int(cfg["d_sae"])
    shapes: dict[str, tuple[int, ...]] = {"W_enc": (d, n), "b_enc": (n,), "W_dec": (n, d), "b_dec": (d,)}
    if isinstance(activation, JumpReLU):
        shapes["threshold"] = (n,)
    if torch.equal(tensors.get("scaling_factor", torch.zeros(1)), torch.ones(n)):
        del tensors["scaling_factor"]  # written by old versions where nothing is scaled
    check_tensors(folder / WEIGHTS, tensors, shapes)
    if cfg.get("rescale_acts_by_decoder_norm"):
        weights = tensors["W_enc"], tensors["b_enc"], tensors["W_dec"]
        tensors["W_enc"], tensors["b_enc"], tensors["W_dec"], _ = folded(*weights)
    metadata = dict(cfg.get("metadata") or {})
    site, layer = site_and_layer(metadata.get("hook_name"))
    config = AttnOutSAEConfig(
        d_in=d,
        n_latents=n,
        activation=activation,
        subtract_b_dec=bool(cfg.get("apply_b_dec_to_input", True)),
        token_norm=_NORMS[norm],
        site=site,
        n_heads=n_heads,
    )
    scale = 1.0 if norm_scaling_factor is None else 1 / norm_scaling_factor
    return ForeignSAE(build(config, **tensors, scale=scale), layer, metadata)


@torch.no_grad()
def write_saelens(
    sae: AttnOutSAE | AttnValueSAE, folder: Path | str, *, layer: int, metadata: Mapping[str, Any] | None = None
) -> Path:
    """Write an SAE of one layer as SAELens would; returns the folder. Scales are folded into the weights.

    Args:
        metadata: `model_name`, `context_size`, `prepend_bos`, ... as SAELens names them.

    Raises:
        PolyheadError: a value SAE of several layers, or a token norm on top of a scale: SAELens has no form for them.
    """
    folder, cfg = Path(folder), sae.cfg
    if cfg.n_parts > 1:
        raise PolyheadError(f"SAELens SAEs read one site; this value SAE reads {cfg.n_parts} layers side by side")
    if cfg.token_norm != "none" and bool((sae.scales != 1).any()):
        raise PolyheadError(f"SAELens has no scale beside its token norm; this SAE has {cfg.token_norm} and a scale")
    local = "attn.hook_v" if isinstance(sae, AttnValueSAE) else sae.cfg.site
    act = cfg.activation
    plain: dict[str, Any] = {
        "architecture": "jumprelu"
        if isinstance(act, HAS_THRESHOLD)
        else "topk"
        if isinstance(act, TopK)
        else "standard",
        "d_in": cfg.d_in,
        "d_sae": cfg.n_latents,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": cfg.subtract_b_dec,
        "normalize_activations": {ours: theirs for theirs, ours in reversed(_NORMS.items())}[cfg.token_norm],
        "reshape_activations": "hook_z" if local == "attn.hook_z" else "none",
        "metadata": {"sae_lens_version": _VERSION, "hook_name": f"blocks.{layer}.{local}", **(metadata or {})},
    }
    if plain["architecture"] == "topk":
        plain |= {"k": act.k, "rescale_acts_by_decoder_norm": False}  # type: ignore[union-attr]
    tensors = {
        "W_enc": sae.W_enc / sae.scale[:, None],
        "b_enc": sae.b_enc,
        "W_dec": sae.W_dec * sae.scale,
        "b_dec": sae.b_dec * sae.scale,
    }
    if plain["architecture"] == "jumprelu":
        tensors["threshold"] = sae.threshold
    tensors = {name: t.detach().float().clone(memory_format=torch.contiguous_format) for name, t in tensors.items()}
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / WEIGHTS, lambda aside: save_file(tensors, aside))
    write_json(folder / CONFIG, plain)
    return folder


def _modern(cfg: dict[str, Any]) -> dict[str, Any]:
    """A config of version 5 or older in the names of version 6."""
    version = cfg.get("sae_lens_version") or (cfg.get("metadata") or {}).get("sae_lens_version")
    if version and int(str(version).split(".")[0]) >= 6:
        return cfg
    cfg = {_OLD_NAMES.get(key, key): value for key, value in cfg.items()}
    cfg.setdefault("architecture", "standard")
    k = (cfg.get("activation_fn_kwargs") or {}).get("k")
    if cfg.get("activation_fn") == "topk" and k is not None:
        cfg |= {"architecture": "topk", "k": k}
    if isinstance(cfg.get("normalize_activations"), bool):
        cfg["normalize_activations"] = "expected_average_only_in" if cfg["normalize_activations"] else "none"
    return {**cfg, "metadata": {key: cfg[key] for key in _METADATA if key in cfg}}


def _activation(path: Path, cfg: Mapping[str, Any]) -> AnyActivation:
    missing = [key for key in ("d_in", "d_sae", "architecture") if key not in cfg]
    if missing:
        raise PolyheadError(f"{path}: {', '.join(missing)} missing; is it the config of an SAELens SAE?")
    if cfg.get("finetuning_scaling_factor"):
        raise refuse(path, "finetuning_scaling_factor", "none", cfg["finetuning_scaling_factor"])
    function = cfg.get("activation_fn", "relu")
    match cfg["architecture"]:
        case "standard" if function == "relu":
            return ReLU()
        case "standard":
            raise refuse(path, "activation_fn", "relu or topk", function)
        case "topk" if "k" not in cfg:
            raise refuse(path, "k", "the number of active latents of a topk SAE", None)
        case "topk":
            return TopK(k=int(cfg["k"]))
        case "jumprelu" | "batchtopk":
            return JumpReLU()
        case other:
            raise refuse(path, "architecture", "standard, topk, jumprelu or batchtopk", other)
