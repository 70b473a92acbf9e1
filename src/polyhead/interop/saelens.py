"""SAELens folders as ours: `cfg.json` and `sae_weights.safetensors` (format of versions 6, configs of 5 read too).

    W_enc [d_in, d_sae], b_enc, W_dec [d_sae, d_in], b_dec, and threshold [d_sae] for jumprelu
    f = act((N(x) - [apply_b_dec_to_input] b_dec) W_enc + b_enc);   y = N^-1(f W_dec + b_dec)
standard: relu; topk: the k largest, then relu, chosen by pre |W_dec_i| where rescale_acts_by_decoder_norm says so (the
norms are folded into the encoder here); jumprelu: pre where it is above relu(threshold). SAELens saves its batchtopk as
jumprelu, and so does saelens_export.py. N: none, constant_norm_rescale, layer_norm; expected_average_only_in multiplies
x by a number that the folder does not hold, so it has to be given.

Where x is read is told by `hook_name` and by how SAELens had loaded the model (interop/hook_names.py): up to version
3.19.1 with folded norms, centred weights and folded value biases, since then as it is, unless
`model_from_pretrained_kwargs` says otherwise.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from pydantic import Field
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.norm_facts import NormFacts
from polyhead.dictionaries.activation import AnyActivation, JumpReLU, ReLU, TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAEConfig
from polyhead.dictionaries.sae import TokenNorm
from polyhead.interop.foreign_sae import (
    Foreign,
    ForeignSAE,
    ImportOptions,
    build,
    check_tensors,
    folded,
    read_safetensors,
    ungated,
)
from polyhead.interop.hook_names import (
    Loading,
    Place,
    facts_of_name,
    from_module,
    from_transformer_lens,
)
from polyhead.interop.saelens_keys import HARMLESS, HARMLESS_LOADING
from polyhead.interop.settings import ForeignSettings, checked, read_config, refuse
from polyhead.interop.transcoders import layer_transcoder

CONFIG, WEIGHTS = "cfg.json", "sae_weights.safetensors"
NORMS: dict[str, TokenNorm] = {
    "none": "none",
    "constant_norm_rescale": "constant_norm",
    "layer_norm": "layer_norm",
    "expected_average_only_in": "none",
}
_OLD_NAMES = {
    "hook_point": "hook_name",
    "hook_point_head_index": "hook_head_index",
    "activation_fn_str": "activation_fn",
}
_METADATA = (
    "model_name",
    "model_class_name",
    "model_from_pretrained_kwargs",
    "hook_name",
    "hook_head_index",
    "context_size",
    "prepend_bos",
    "dataset_path",
    "sae_lens_version",
    "sae_lens_training_version",
)
_AUTOENCODERS = ("standard", "topk", "jumprelu", "batchtopk", "gated")
_TRANSCODERS = ("transcoder", "skip_transcoder", "jumprelu_transcoder", "jumprelu_skip_transcoder")
_ARCHITECTURES = (*_AUTOENCODERS, *_TRANSCODERS)


class SAELensSettings(ForeignSettings):
    """What of a `cfg.json` decides what an SAE computes."""

    architecture: str
    d_in: int = Field(ge=1)
    d_sae: int = Field(ge=1)
    d_out: int | None = Field(default=None, ge=1)
    apply_b_dec_to_input: bool = True
    normalize_activations: str | None = "none"
    reshape_activations: str = "none"
    rescale_acts_by_decoder_norm: bool = False
    k: int | None = Field(default=None, ge=1)
    activation_fn: str = "relu"
    activation_fn_kwargs: dict[str, Any] = Field(default_factory=dict)
    finetuning_scaling_factor: bool = False
    metadata: dict[str, Any] = Field(default_factory=dict)


class LoadingSettings(ForeignSettings):
    """What of `model_from_pretrained_kwargs` changes the tensors of a model."""

    fold_ln: bool | None = None
    center_writing_weights: bool | None = None
    fold_value_biases: bool | None = None
    refactor_factored_attn_matrices: bool = False


def read_saelens(
    folder: Path | str,
    *,
    n_heads: int | None = None,
    norm_scaling_factor: float | None = None,
    model: NormFacts | None = None,
    site: str | None = None,
) -> ForeignSAE:
    """An SAE in SAELens' layout as ours, with the output of its own formula.

    Args:
        folder: Their folder.
        n_heads: of the base layer, for an SAE of `attn.hook_z`; then it has head loadings.
        norm_scaling_factor: what x is multiplied by under `expected_average_only_in`.
        model: Norms of the base model; told by the model's name if not given.
        site: Local name of the site that it reads; translated from its hook's name if not given.

    Raises:
        ArtifactError: a file is missing or damaged, or its tensors are not those of its config.
        PolyheadError: a variant that is not supported (gated, transcoders, ...), said in one line.
    """
    folder = Path(folder)
    path = folder / CONFIG
    cfg = _settings(path)
    if cfg.architecture in _TRANSCODERS:
        raise PolyheadError(
            f"{path}: a transcoder ({cfg.architecture}) reads one site and writes another; use ph.load_dictionary"
        )
    activation, norm = _activation(path, cfg), cfg.normalize_activations or "none"
    if norm not in NORMS:
        raise refuse(path, "normalize_activations", ", ".join(NORMS), norm)
    if cfg.reshape_activations not in ("none", "hook_z"):
        raise refuse(path, "reshape_activations", "none or hook_z", cfg.reshape_activations)
    if (norm == "expected_average_only_in") != (norm_scaling_factor is not None):
        raise PolyheadError(
            f"{path}: normalize_activations is {norm!r} and norm_scaling_factor is {norm_scaling_factor}; "
            "expected_average_only_in needs the number that activations were multiplied by, and nothing else takes one"
        )
    place = Place(site, None) if site is not None else _place(path, cfg, model)
    tensors = _autoencoder_tensors(folder / WEIGHTS, cfg, activation)
    config = AttnOutSAEConfig(
        d_in=cfg.d_in,
        n_latents=cfg.d_sae,
        activation=activation,
        subtract_b_dec=cfg.apply_b_dec_to_input,
        token_norm=_token_norm(path, norm, place),
        site=place.site,
        n_heads=n_heads,
    )
    scale = 1.0 if norm_scaling_factor is None else 1 / norm_scaling_factor
    return ForeignSAE(build(config, **tensors, scale=scale), place.layer, cfg.metadata, place)


def _autoencoder_tensors(path: Path, cfg: SAELensSettings, activation: AnyActivation) -> dict[str, Tensor]:
    """Checked against the config; a gate or decoder norms that choose latents are in the encoder afterwards."""
    tensors = read_safetensors(path)
    d, n = cfg.d_in, cfg.d_sae
    shapes: dict[str, tuple[int, ...]] = {"W_enc": (d, n), "b_enc": (n,), "W_dec": (n, d), "b_dec": (d,)}
    if cfg.architecture == "gated":
        del shapes["b_enc"]
        shapes |= dict.fromkeys(("b_gate", "b_mag", "r_mag"), (n,))
    elif isinstance(activation, JumpReLU):
        shapes["threshold"] = (n,)
    if "scaling_factor" in tensors and torch.equal(tensors["scaling_factor"], torch.ones(n)):
        del tensors["scaling_factor"]  # written by old versions where nothing is scaled
    check_tensors(path, tensors, shapes)
    if cfg.architecture == "gated":
        tensors = ungated(tensors)
    if cfg.rescale_acts_by_decoder_norm:
        weights = tensors["W_enc"], tensors["b_enc"], tensors["W_dec"]
        tensors["W_enc"], tensors["b_enc"], tensors["W_dec"], _ = folded(*weights)
    return tensors


def read_saelens_any(folder: Path, options: ImportOptions) -> Foreign:
    """An SAE or a transcoder in SAELens' layout as ours.

    Args:
        folder: Their folder.
        options: What is said of it from outside.

    Raises:
        ArtifactError: as `read_saelens`.
        PolyheadError: as `read_saelens`.
    """
    path = folder / CONFIG
    cfg = _settings(path)
    if cfg.architecture not in _TRANSCODERS:
        found = read_saelens(
            folder,
            n_heads=None if options.model is None else options.model.cfg.n_heads,
            norm_scaling_factor=options.norm_scaling_factor,
            model=options.facts,
            site=options.site,
        )
        return Foreign(found.dictionary, found.layer, found.metadata, (found.place,))
    for key, expected in {"normalize_activations": ("none", None), "apply_b_dec_to_input": (False,)}.items():
        if getattr(cfg, key) not in expected:
            raise refuse(path, key, str(expected[0]), getattr(cfg, key))
    if cfg.d_out not in (None, cfg.d_in):
        raise refuse(
            path, "d_out", f"d_in, {cfg.d_in}: a transcoder between sites of two widths has no form", cfg.d_out
        )
    if options.norm_scaling_factor is not None:
        raise PolyheadError(f"{path}: normalize_activations is none, so that no norm_scaling_factor is taken")
    source = _place(path, cfg, options.facts)
    says = cfg.metadata
    target = _place(
        path, cfg.model_copy(update={"metadata": {**says, "hook_name": says.get("hook_name_out")}}), options.facts
    )
    if source.centred or target.centred:
        raise refuse(path, "center_writing_weights", "false for a transcoder", True)
    tensors = read_safetensors(folder / WEIGHTS)
    transcoder = layer_transcoder(folder / WEIGHTS, tensors, source, target, _activation(path, cfg))
    if transcoder.cfg.skip != ("skip" in cfg.architecture):
        raise PolyheadError(f"{folder / WEIGHTS}: architecture is {cfg.architecture}, W_skip is there or is missing")
    return Foreign(transcoder, source.layer, says, (source, target))


def _settings(path: Path) -> SAELensSettings:
    """Checked, in the names of version 6."""
    plain = read_config(path)
    given = plain.get("metadata")
    if given is not None and not isinstance(given, dict):
        raise refuse(path, "metadata", "an object", given)
    version = plain.get("sae_lens_version") or (given or {}).get("sae_lens_version")
    if _numbers(version) < (6,):
        plain = _modern(path, plain)
    missing = [key for key in ("d_in", "d_sae", "architecture") if plain.get(key) is None]
    if missing:
        raise PolyheadError(f"{path}: {', '.join(missing)} missing; is it the config of an SAELens SAE?")
    if plain["architecture"] not in _ARCHITECTURES:
        raise refuse(path, "architecture", " or ".join(_ARCHITECTURES), plain["architecture"])
    return checked(SAELensSettings, plain, path, harmless=HARMLESS)


def _modern(path: Path, cfg: dict[str, Any]) -> dict[str, Any]:
    """A config of version 5 or older in the names of version 6."""
    cfg = {_OLD_NAMES.get(key, key): value for key, value in cfg.items()}
    cfg.setdefault("architecture", "standard")
    cfg["activation_fn_kwargs"] = cfg.get("activation_fn_kwargs") or {}
    if not isinstance(cfg["activation_fn_kwargs"], dict):
        raise refuse(path, "activation_fn_kwargs", "an object", cfg["activation_fn_kwargs"])
    if cfg.get("activation_fn") is None:
        cfg.pop("activation_fn", None)
    k = cfg["activation_fn_kwargs"].get("k")
    if cfg.get("activation_fn") == "topk" and k is not None:
        cfg |= {"architecture": "topk", "k": k}
    if isinstance(cfg.get("normalize_activations"), bool):
        cfg["normalize_activations"] = "expected_average_only_in" if cfg["normalize_activations"] else "none"
    old = {key: cfg.pop(key) for key in _METADATA if key in cfg}
    return {**cfg, "metadata": {**(cfg.get("metadata") or {}), **old}}


def _numbers(version: Any) -> tuple[int, ...]:
    """`6.5.1` as numbers; () where there is none."""
    numbers = []
    for part in str(version or "").split(".")[:3]:
        if not (part.isascii() and part.isdigit() and len(part) < 9):
            break
        numbers.append(int(part))
    return tuple(numbers)


def _place(path: Path, cfg: SAELensSettings, model: NormFacts | None) -> Place:
    """Where the SAE reads.

    Raises:
        PolyheadError: a single head, another site on output, a hook or a loaded model that is not understood.
    """
    says, where = cfg.metadata, f"{path}: hook_name"
    for key in ("hook_head_index", "hook_head_index_out"):
        if says.get(key) is not None:
            raise refuse(path, key, "null: SAEs of a single head are not read", says[key])
    if cfg.architecture not in _TRANSCODERS and says.get("hook_name_out") not in (None, says.get("hook_name")):
        raise refuse(path, "hook_name_out", "hook_name, as of an autoencoder", says["hook_name_out"])
    kind = says.get("model_class_name") or "HookedTransformer"
    if kind == "AutoModelForCausalLM":
        return from_module(says.get("hook_name"), where)
    if kind != "HookedTransformer":
        raise refuse(path, "model_class_name", "HookedTransformer or AutoModelForCausalLM", kind)
    facts = facts_of_name(says.get("model_name")) if model is None else model
    return from_transformer_lens(says.get("hook_name"), facts, _loading(path, says), where)


def _loading(path: Path, says: Mapping[str, Any]) -> Loading:
    """How SAELens had loaded the model: its version's way, and what the settings change of it."""
    given = says.get("model_from_pretrained_kwargs") or {}
    if not isinstance(given, dict):
        raise refuse(path, "model_from_pretrained_kwargs", "an object", given)
    given = checked(LoadingSettings, given, path, harmless=HARMLESS_LOADING)
    if given.refactor_factored_attn_matrices:
        raise refuse(path, "refactor_factored_attn_matrices", "false", True)
    version = _numbers(says.get("sae_lens_version"))
    old = None if not version else version < (3, 19, 2)

    def of(key: str) -> bool | None:
        value = getattr(given, key)
        return old if value is None else value

    return Loading(
        before_version_3=True if version < (6, 31) else None,
        fold_ln=of("fold_ln"),
        center_writing_weights=of("center_writing_weights"),
        fold_value_biases=of("fold_value_biases"),
    )


def _token_norm(path: Path, norm: str, place: Place) -> TokenNorm:
    """With the mean taken off where the model that was read had centred weights."""
    ours = NORMS[norm]
    if not place.centred or ours == "layer_norm":  # layer_norm takes it off anyway
        return ours
    if ours == "constant_norm":
        raise refuse(path, "center_writing_weights", "false where tokens are brought to one norm", True)
    return "centred"


def _activation(path: Path, cfg: SAELensSettings) -> AnyActivation:
    if cfg.finetuning_scaling_factor:
        raise refuse(path, "finetuning_scaling_factor", "false", True)
    match cfg.architecture:
        case "standard" | "transcoder" | "skip_transcoder" if cfg.activation_fn == "relu":
            return ReLU()
        case "gated" if cfg.activation_fn != "relu":
            raise refuse(path, "activation_fn", "relu, as gated SAEs have it", cfg.activation_fn)
        case "standard" | "transcoder" | "skip_transcoder":
            raise refuse(path, "activation_fn", "relu or topk", cfg.activation_fn)
        case "topk":
            if cfg.k is None:
                raise refuse(path, "k", "the number of active latents of a topk SAE", None)
            if cfg.k > cfg.d_sae:
                raise refuse(path, "k", f"at most the {cfg.d_sae} latents", cfg.k)
            return TopK(k=cfg.k)
        case _:
            return JumpReLU()
