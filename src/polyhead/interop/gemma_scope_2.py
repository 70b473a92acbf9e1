"""Gemma Scope 2, in: `config.json` and `params.safetensors` with lower-case names, jumprelu.

    w_enc [d, n], w_dec [n, d], b_enc, b_dec, threshold;   transcoders perhaps affine_skip_connection [d_in, d_out]
`hf_hook_point_in` and `hf_hook_point_out` are modules of transformers, and which side of them is meant. Where there is
no config, the folder's names say the site, as in their repositories (`attn_out/layer_12_width_16k_l0_big`). Of a
cross-layer transcoder there is a file per layer (`clt/NAME/params_layer_N.safetensors`, w_dec `[n, layers, d]`); the
folder is read as one. Crosscoders (w_enc with three axes) read several sites with one code, for which there is no form
here: refused.
"""

import re
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.sites import site
from polyhead.dictionaries.activation import JumpReLU
from polyhead.dictionaries.cross_layer_transcoder import CrossLayerTranscoder, reached
from polyhead.dictionaries.spanning import SpanningConfig
from polyhead.interop.foreign_sae import Foreign, ImportOptions, read_safetensors, sae_of
from polyhead.interop.hook_names import Place, facts_of_name
from polyhead.interop.settings import ForeignSettings, checked, read_config, refuse
from polyhead.interop.transcoders import TINY, layer_transcoder

CONFIG, WEIGHTS = "config.json", "params.safetensors"
LAYER_FILE = re.compile(r"params_layer_(\d{1,4})\.safetensors")
_POINTS = {
    "output": "hook_resid_post",
    "input": "hook_resid_pre",
    "self_attn.o_proj.input": "attn.hook_z",
    "self_attn.output": "hook_attn_out",
    "self_attn.o_proj.output": "hook_attn_out",
    "post_attention_layernorm.output": "ln1_post.hook_normalized",
    "pre_feedforward_layernorm.output": "ln2.hook_normalized",
    "mlp.input": "ln2.hook_normalized",
    "mlp.output": "hook_mlp_out",
    "post_feedforward_layernorm.output": "ln2_post.hook_normalized",
}
"""Modules of a Gemma 3 block and the side of them that is meant, to our sites."""
_FOLDERS = {
    "attn_out": ("self_attn.o_proj.input", None),
    "resid_post": ("output", None),
    "mlp_out": ("post_feedforward_layernorm.output", None),
    "transcoder": ("pre_feedforward_layernorm.output", "post_feedforward_layernorm.output"),
    "clt": ("pre_feedforward_layernorm.output", "post_feedforward_layernorm.output"),
}
_NAMES = {
    "w_enc": "W_enc",
    "w_dec": "W_dec",
    "b_enc": "b_enc",
    "b_dec": "b_dec",
    "threshold": "threshold",
    "affine_skip_connection": "W_skip",
}
_HARMLESS = ("l0", "width", "type", "sparsity", "layer", "num_layers", "dtype", "training_tokens", "context_size")


class GemmaScope2Settings(ForeignSettings):
    """What of a `config.json` decides what a dictionary computes, and where."""

    architecture: str = "jump_relu"
    model_name: str | None = None
    hf_hook_point_in: str | None = None
    hf_hook_point_out: str | None = None
    affine_connection: bool | None = None


def read_gemma_scope_2(path: Path, options: ImportOptions) -> Foreign:
    """An SAE, transcoder or cross-layer transcoder of Gemma Scope 2 as ours.

    Args:
        path: The folder.
        options: What is said of it from outside.

    Raises:
        ArtifactError: a file is missing or damaged, or its tensors are not those of its config.
        PolyheadError: a variant that is not supported, or nobody says which site it reads.
    """
    told = options.told_by(path)
    config_path = path / CONFIG
    plain: dict[str, Any] = read_config(config_path) if config_path.is_file() else {}
    config = checked(GemmaScope2Settings, plain, config_path, harmless=_HARMLESS)
    if config.architecture != "jump_relu":
        raise refuse(config_path, "architecture", "jump_relu", config.architecture)
    says = {"model_name": config.model_name, **{k: v for k, v in plain.items() if k != "model_name"}}
    if not (path / WEIGHTS).is_file():
        return _clt(path, config, told, says)
    file = path / WEIGHTS
    tensors = _tensors(file)
    if config.affine_connection is not None and config.affine_connection != ("W_skip" in tensors):
        raise ArtifactError(
            f"{file}: affine_connection is {config.affine_connection}, affine_skip_connection is "
            f"{'there' if 'W_skip' in tensors else 'missing'}"
        )
    if options.site is not None:
        place = Place(options.site, _layer_of(told))
        return Foreign(sae_of(file, tensors, place, JumpReLU()), place.layer, says, (place,))
    source, target = _places(config, told, config_path)
    if target is None or target == source:
        return Foreign(sae_of(file, tensors, source, JumpReLU()), source.layer, says, (source,))
    return Foreign(layer_transcoder(file, tensors, source, target, JumpReLU()), source.layer, says, (source, target))


def _tensors(file: Path) -> dict[str, Tensor]:
    tensors = read_safetensors(file)
    odd = sorted(tensors.keys() - _NAMES.keys())
    if odd:
        raise ArtifactError(f"{file}: {odd[0][:80]} is no tensor that is known; expected {', '.join(_NAMES)}")
    if "w_enc" in tensors and tensors["w_enc"].ndim == 3:
        raise PolyheadError(
            f"{file} holds a crosscoder (w_enc {list(tensors['w_enc'].shape)}), whose one code reads several sites; no "
            "form of ours does, so that it cannot be read exactly: take an SAE or transcoder of one layer"
        )
    named = {_NAMES[name]: t for name, t in tensors.items()}
    if "W_skip" in named:
        named["W_skip"] = named["W_skip"].T.contiguous()
    return named


def _places(config: GemmaScope2Settings, told: str, where: Path) -> tuple[Place, Place | None]:
    """Where it reads and what it reconstructs; None: what it reads."""
    if config.hf_hook_point_in is None:
        layer = _layer_of(told)
        parts = [part.removesuffix("_all") for part in told.split("/")]
        kind = next((part for part in reversed(parts) if part in _FOLDERS), None)
        if kind is None or layer is None:
            raise PolyheadError(
                f"{where} is missing or names no hf_hook_point_in, and {told} does not say the site; give --site"
            )
        read, written = _FOLDERS[kind]
        return _point(f"model.layers.{layer}.{read}", where), (
            None if written is None else _point(f"model.layers.{layer}.{written}", where)
        )
    source = _point(config.hf_hook_point_in, where)
    return source, None if config.hf_hook_point_out is None else _point(config.hf_hook_point_out, where)


def _point(name: str, where: Path) -> Place:
    found = re.fullmatch(r"(?:[\w-]+\.)*?layers\.(\d{1,4})\.(.+)", name)
    local = None if found is None else _POINTS.get(found[2])
    if found is None or local is None:
        raise refuse(where, "hf_hook_point", "layers.N. with " + ", ".join(_POINTS), name)
    return Place(local, int(found[1]), facts_of_name("gemma-3"))


def _layer_of(told: str) -> int | None:
    found = re.findall(r"layer_(\d{1,4})(?=[_/.]|$)", told)
    return int(found[-1]) if found else None


@torch.no_grad()
def _clt(path: Path, config: GemmaScope2Settings, told: str, says: dict[str, Any]) -> Foreign:
    """All layers of a cross-layer transcoder."""
    files = {int(m[1]): p for p in path.iterdir() if (m := LAYER_FILE.fullmatch(p.name))} if path.is_dir() else {}
    n = len(files)
    missing = sorted(set(range(n)) - files.keys())
    if not n or missing:
        wanted = f"params_layer_{missing[0] if missing else 0}.safetensors"
        raise ArtifactError(f"{path}: layers must go from 0 without gaps; {wanted} is missing")
    transcoder: CrossLayerTranscoder | None = None
    for i in range(n):
        tensors = _tensors(files[i])
        W_enc, W_dec = tensors.get("W_enc"), tensors.get("W_dec")
        if W_enc is None or W_dec is None or W_enc.ndim != 2 or W_dec.ndim != 3 or W_dec.shape[1] not in (n, n - i):
            raise ArtifactError(f"{files[i]}: w_enc [d, n] and w_dec [n, {n} layers, d] were expected")
        own = W_dec if W_dec.shape[1] == n - i else W_dec[:, i:]
        if W_dec.shape[1] == n and bool((W_dec[:, :i] != 0).any()):
            raise ArtifactError(f"{files[i]}: latents of layer {i} write earlier layers, which no transcoder does")
        if transcoder is None:
            transcoder = CrossLayerTranscoder(_clt_config(W_enc, n, skip="W_skip" in tensors))
        expected = [*transcoder.W_enc[0].shape]
        if [*W_enc.shape] != expected or ("W_skip" in tensors) != transcoder.cfg.skip:
            raise ArtifactError(f"{files[i]}: w_enc {expected} was expected, as in layer 0; received {[*W_enc.shape]}")
        transcoder.W_enc[i].copy_(W_enc)
        transcoder.W_dec[i].copy_(own)
        for name, kept in (("b_enc", transcoder.b_enc), ("b_dec", transcoder.b_dec)):
            kept[i] = _row(files[i], tensors, name, kept.shape[1])
        theta = _row(files[i], tensors, "threshold", transcoder.b_enc.shape[1])
        transcoder.log_threshold[i] = theta.clamp_min(TINY).log()
        if "W_skip" in tensors:
            transcoder.W_skip[i].copy_(tensors["W_skip"])
    assert transcoder is not None
    places = tuple(Place(_POINTS[point], None, facts_of_name("gemma-3")) for point in _FOLDERS["clt"] if point)
    return Foreign(transcoder, None, {**says, "address": told}, places)


def _clt_config(W_enc: Tensor, n: int, *, skip: bool) -> SpanningConfig:
    read, written = (_POINTS[point] for point in _FOLDERS["clt"] if point is not None)
    return SpanningConfig(
        d_model=W_enc.shape[0],
        n_latents=W_enc.shape[1],
        activation=JumpReLU(),
        sources=tuple(site(i, read) for i in range(n)),
        targets=tuple(site(i, written) for i in range(n)),
        writes=reached(n, "later"),
        skip=skip,
    )


def _row(file: Path, tensors: dict[str, Tensor], name: str, width: int) -> Tensor:
    t = tensors.get(name)
    if t is None or tuple(t.shape) != (width,):
        raise ArtifactError(f"{file}: {name} [{width}] was expected; received {None if t is None else list(t.shape)}")
    return t
