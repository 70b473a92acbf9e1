"""circuit-tracer's transcoder sets: `config.yaml` next to safetensors, read as a cross-layer transcoder.

config.yaml             model_name, model_kind (`cross_layer_transcoder` or `transcoder_set`), feature_input_hook,
                        feature_output_hook, scan; a set may name its files by layer (`transcoders`) and a TopK (`k`)
W_enc_i.safetensors     W_enc_i [f, d], b_enc_i [f], b_dec_i [d], perhaps threshold_i [f]: jumprelu, else relu
W_dec_i.safetensors     W_dec_i [f, n_layers - i, d]: what layer i writes to layers i, i + 1, ...
layer_i.safetensors     of a set: W_enc [f, d], W_dec [f, d], b_enc, b_dec, perhaps activation_function.threshold, k and
                        W_skip [d, d], which adds x W_skip^T; or files of Gemma Scope (.npz, W_enc [d, f]) and Gemma
                        Scope 2 (lower-case names, w_enc [d, f], affine_skip_connection [d_in, d_out])
Layers go from 0 without gaps, as there. A set becomes a transcoder whose latents write their own layer only. Foreign
tensors are taken as they are, without our scales and norms; ours are folded into them when written. Read in circuit-
tracer 0.5 (April 2026). Hooks are TransformerLens' and translated by the model's norms (interop/hook_names.py): the
Gemma 2 set that it ships reads `ln2.hook_normalized`, before the gain, and writes `hook_mlp_out`, after the norm on the
output. Ours are written as `mlp.hook_in` and `mlp.hook_out`, which every model has alike. Files that a config names are
read from its own folder only, and from the hub where it names them so (`hf://OWNER/REPO/PATH`). Their TopK keeps
negative values where fewer than k are positive, ours does not. Axis legend: f latent of one layer, d d_model, i layer.
"""

import re
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from pydantic import Field
from torch import Tensor

from polyhead.core.data_files import read_yaml, shown
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.norm_facts import NormFacts
from polyhead.core.sites import site
from polyhead.core.tensor_files import read_npz
from polyhead.dictionaries.activation import AnyActivation, JumpReLU, ReLU, TopK
from polyhead.dictionaries.cross_layer_transcoder import CrossLayerTranscoder, reached
from polyhead.dictionaries.spanning import SpanningConfig
from polyhead.interop.foreign_sae import finite_floats, read_safetensors
from polyhead.interop.hook_names import Loading, Place, facts_of_name, from_transformer_lens
from polyhead.interop.settings import ForeignSettings, checked, inside
from polyhead.interop.transcoders import TINY
from polyhead.models.hub import fetch_file

CONFIG = "config.yaml"
CLT, SET = "cross_layer_transcoder", "transcoder_set"
SET_THRESHOLD = "activation_function.threshold"
_HARMLESS = ("repo_id", "revision", "subfolder", "description", "license", "dtype", "lazy_encoder", "lazy_decoder")
_LOADING = Loading(before_version_3=None)
"""Their models are loaded as they are; which version of TransformerLens a set was made with is not said."""


class SetSettings(ForeignSettings):
    """What of a `config.yaml` decides what a set computes, and where."""

    model_kind: Literal["cross_layer_transcoder", "transcoder_set"]
    feature_input_hook: str
    feature_output_hook: str
    model_name: str | None = None
    scan: str | list[str] | None = None
    transcoders: list[str] | None = None
    activation: str | None = None
    k: int | None = Field(default=None, ge=1)
    special_load_fn: None = None


class ForeignTranscoder(NamedTuple):
    """What a circuit-tracer folder held."""

    transcoder: CrossLayerTranscoder
    model_name: str
    scan: str | list[str] | None
    places: tuple[Place, Place]
    """Where every layer reads and what it reconstructs; `layer` is None."""


class _Layer(NamedTuple):
    W_enc: Tensor
    b_enc: Tensor
    W_dec: Tensor
    b_dec: Tensor
    threshold: Tensor | None
    skip: Tensor | None = None


def load_circuit_tracer(
    folder: Path | str, *, model: NormFacts | None = None, outside: bool = False, k: int | None = None
) -> ForeignTranscoder:
    """A local circuit-tracer folder as our cross-layer transcoder, in float32.

    Args:
        folder: Their folder.
        model: Norms of the base model; told by `model_name` if not given.
        outside: Also read files that the config names outside of the folder.
        k: Active latents per token and layer, of a TopK set that does not say it.

    Raises:
        ArtifactError: a file or tensor is missing or damaged, widths do not agree, or a variant we do not read.
    """
    folder = Path(folder)
    config = _read_config(folder)
    if k is not None and config.k is None:
        config = config.model_copy(update={"k": k, "activation": "topk"})
    kind = config.model_kind
    facts = facts_of_name(config.model_name) if model is None else model
    places = _place(folder, config, "feature_input_hook", facts), _place(folder, config, "feature_output_hook", facts)
    names = [place.site for place in places]
    layers = _read_clt(folder) if kind == CLT else _read_set(folder, config, outside=outside)
    activation = _activation(layers, config, folder)
    n, (width, d_model) = len(layers), layers[0].W_enc.shape
    cfg = SpanningConfig(
        d_model=d_model,
        n_latents=width,
        activation=activation,
        sources=tuple(site(i, names[0]) for i in range(n)),
        targets=tuple(site(i, names[1]) for i in range(n)),
        writes=reached(n, "later" if kind == CLT else "own"),
        skip=layers[0].skip is not None,
    )
    transcoder = CrossLayerTranscoder(cfg)
    with torch.no_grad():
        for i, layer in enumerate(layers):
            transcoder.W_enc[i].copy_(layer.W_enc.T)
            transcoder.W_dec[i].copy_(layer.W_dec)
            transcoder.b_enc[i] = layer.b_enc
            transcoder.b_dec[i] = layer.b_dec
            if layer.threshold is not None:
                transcoder.log_threshold[i] = layer.threshold.clamp_min(TINY).log()
            if layer.skip is not None:
                transcoder.W_skip[i].copy_(layer.skip)
    return ForeignTranscoder(transcoder, config.model_name or "", config.scan, places)


def _read_config(folder: Path) -> SetSettings:
    path = folder / CONFIG
    if not path.is_file():
        raise ArtifactError(f"{folder} is not a circuit-tracer folder: {CONFIG} is missing")
    plain = read_yaml(path)
    if any(not isinstance(key, str) for key in plain):
        raise ArtifactError(f"{path}: keys are words, received {shown(next(k for k in plain if type(k) is not str))}")
    kind = plain.get("model_kind")
    if kind not in (CLT, SET):
        raise ArtifactError(f"{path}: model_kind must be {CLT} or {SET}, received {shown(kind)}")
    missing = [key for key in ("feature_input_hook", "feature_output_hook") if plain.get(key) is None]
    if missing:
        raise ArtifactError(f"{path}: {', '.join(missing)} missing")
    return checked(SetSettings, plain, path, harmless=_HARMLESS)


def _place(folder: Path, config: SetSettings, key: str, model: NormFacts) -> Place:
    """A local site, by TransformerLens' name."""
    name = getattr(config, key)
    if name.startswith("blocks."):
        raise ArtifactError(f"{folder / CONFIG}: {key} {name!r} is of one layer; a local name was expected")
    try:
        return from_transformer_lens(name, model, _LOADING, f"{folder / CONFIG}: {key}")
    except PolyheadError as error:
        raise ArtifactError(str(error)) from None


def _count(folder: Path, stem: str) -> int:
    found = {path.stem.removeprefix(stem) for path in folder.glob(f"{stem}*.safetensors")}
    expected = {str(i) for i in range(len(found))}
    if not found or found != expected:
        missing = ", ".join(f"{stem}{i}.safetensors" for i in sorted(expected - found)) or f"{stem}0.safetensors"
        raise ArtifactError(f"{folder}: layers must go from 0 without gaps; {missing} is missing")
    return len(found)


def _read_clt(folder: Path) -> list[_Layer]:
    n, layers = _count(folder, "W_enc_"), []
    for i in range(n):
        path = folder / f"W_enc_{i}.safetensors"
        tensors = _tensors(path, tuple(f"{name}_{i}" for name in ("W_enc", "b_enc", "b_dec")), (f"threshold_{i}",))
        dec = folder / f"W_dec_{i}.safetensors"
        W_dec = _tensors(dec, (f"W_dec_{i}",))[f"W_dec_{i}"]
        theta = tensors.get(f"threshold_{i}")
        layer = _Layer(
            tensors[f"W_enc_{i}"],
            tensors[f"b_enc_{i}"],
            W_dec,
            tensors[f"b_dec_{i}"],
            None if theta is None else theta.flatten(),
        )
        layers.append(layer)
        _fits(layer, layers[0], (n - i,), folder, i)
    return layers


def _read_set(folder: Path, config: SetSettings, *, outside: bool) -> list[_Layer]:
    named = config.transcoders
    if named is None:
        paths = [folder / f"layer_{i}.safetensors" for i in range(_count(folder, "layer_"))]
    else:
        paths = [_named(folder, name, outside=outside) for name in named]
    if not paths:
        raise ArtifactError(f"{folder / CONFIG} names no transcoder and {folder} holds no layer_0.safetensors")
    layers: list[_Layer] = []
    for i, path in enumerate(paths):
        tensors = _set_tensors(path)
        theta = tensors.get(SET_THRESHOLD, tensors.get("threshold"))
        _same_k(path, tensors.get("k"), config)
        W_dec, skip = tensors["W_dec"][:, None], tensors.get("W_skip")
        layer = _Layer(tensors["W_enc"], tensors["b_enc"], W_dec, tensors["b_dec"], theta, skip)
        layers.append(layer)
        _fits(layer, layers[0], (1,), folder, i)
    return layers


def _named(folder: Path, name: str, *, outside: bool) -> Path:
    """A file that the config names: in its folder, or on the hub."""
    where = f"{folder / CONFIG}: transcoders"
    if not name.endswith((".safetensors", ".npz")):
        raise ArtifactError(f"{where}: {shown(name)} is neither .safetensors nor .npz")
    if "://" not in name:
        return inside(folder, name, where, outside=outside)
    found = re.fullmatch(r"hf://([\w.-]+/[\w.-]+)/([^@?]+)(?:@([\w./-]+)|\?revision=([\w./-]+))?", name)
    if found is None or ".." in name:
        raise ArtifactError(f"{where}: {shown(name)} is no address that is read; expected hf://OWNER/REPO/PATH")
    return fetch_file(found[1], found[2], found[3] or found[4])


_NEEDED = ("W_enc", "W_dec", "b_enc", "b_dec")
_LOWER = {"w_enc": "W_enc", "w_dec": "W_dec", "affine_skip_connection": "W_skip"}


def _set_tensors(path: Path) -> dict[str, Tensor]:
    """One layer of a set, in circuit-tracer's own names and shapes."""
    allowed = (SET_THRESHOLD, "threshold", "k", "W_skip")
    if path.suffix == ".npz":
        tensors = finite_floats(path, read_npz(path))
    else:
        tensors = read_safetensors(path) if path.is_file() else {}
        if "w_enc" not in tensors:
            return _tensors(path, _NEEDED, allowed)
    tensors = {_LOWER.get(name, name): t for name, t in tensors.items()}
    for name in ("W_enc", "W_skip"):
        if name in tensors and tensors[name].ndim == 2:
            tensors[name] = tensors[name].T.contiguous()
    return _known(path, tensors, _NEEDED, allowed)


def _tensors(path: Path, needed: tuple[str, ...], allowed: tuple[str, ...] = ()) -> dict[str, Tensor]:
    """The tensors of one file, which must be there, and those that may be."""
    if not path.is_file():
        raise ArtifactError(f"{path.parent}: {path.name} is missing")
    return _known(path, read_safetensors(path), needed, allowed)


def _known(
    path: Path, tensors: dict[str, Tensor], needed: tuple[str, ...], allowed: tuple[str, ...]
) -> dict[str, Tensor]:
    """These tensors, which hold all that is needed and nothing that is not known."""
    missing = [name for name in needed if name not in tensors]
    if missing:
        names = ", ".join(sorted(tensors))[:200]
        raise ArtifactError(f"{path}: {', '.join(missing)} expected; received {names or 'nothing'}")
    odd = sorted(tensors.keys() - {*needed, *allowed})
    if odd:
        raise ArtifactError(f"{path}: {odd[0][:80]} is no tensor that is known; expected {', '.join(needed)}")
    for name in needed:
        if not tensors[name].is_floating_point():
            raise ArtifactError(f"{path}: {name} must hold floating point numbers, received {tensors[name].dtype}")
    return tensors


def _same_k(path: Path, saved: Tensor | None, config: SetSettings) -> None:
    """The k that a file holds is the one of the config, where that has a TopK."""
    if saved is None or config.activation != "topk" or config.k is None:
        return
    if saved.numel() != 1 or float(saved) != config.k:
        raise ArtifactError(f"{path}: k is {saved.flatten()[:3].tolist()}, the config says {config.k}")


def _fits(layer: _Layer, first: _Layer, reach: tuple[int, ...], folder: Path, i: int) -> None:
    """All layers alike, decoders as long as there are layers left."""
    if first.W_enc.ndim != 2 or 0 in first.W_enc.shape:
        raise ArtifactError(f"{folder}: W_enc of layer 0 must be [f, d], received {list(first.W_enc.shape)}")
    f, d = first.W_enc.shape
    expected = {
        "W_enc": (f, d),
        "b_enc": (f,),
        "W_dec": (f, *reach, d),
        "b_dec": (d,),
        "threshold": (f,),
        "skip": (d, d),
    }
    if (layer.skip is None) != (first.skip is None):
        raise ArtifactError(f"{folder}: layer {i} and layer 0 must both have a skip connection, or neither")
    for name, value in layer._asdict().items():
        if value is not None and tuple(value.shape) != expected[name]:
            received = list(value.shape)
            raise ArtifactError(f"{folder}: {name} of layer {i} must be {list(expected[name])}, received {received}")


def _activation(layers: list[_Layer], config: SetSettings, folder: Path) -> AnyActivation:
    with_threshold = [layer.threshold is not None for layer in layers]
    if any(with_threshold):
        if not all(with_threshold):
            raise ArtifactError(
                f"{folder}: thresholds are in some layers only (layer {with_threshold.index(False)} has none)"
            )
        low = min(float(layer.threshold.min()) for layer in layers if layer.threshold is not None)
        if low < 0:
            raise ArtifactError(f"{folder}: a threshold is {low:.3g}; thresholds below 0 are not read")
        if config.activation not in (None, "jumprelu", "jump_relu"):
            raise ArtifactError(f"{folder}: thresholds, but the config's activation is {config.activation!r}")
        return JumpReLU()
    if config.activation == "topk":
        n = layers[0].W_enc.shape[0]
        if config.k is None or config.k > n:
            raise ArtifactError(
                f"{folder / CONFIG}: activation topk needs k, from 1 to {n}; received {config.k}: give --k"
            )
        return TopK(k=config.k)
    if config.activation not in (None, "relu"):
        raise ArtifactError(f"{folder / CONFIG}: activation {config.activation!r} without thresholds is not read")
    return ReLU()
