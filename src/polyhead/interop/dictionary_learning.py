"""dictionary_learning folders, in: `config.json` and `ae.pt`, a pickle, of which plain tensors are loaded and no more.

    AutoEncoder          bias, encoder.{weight, bias}, decoder.weight [d, n]      relu; bias taken off, and added last
    AutoEncoderNew       encoder.{weight, bias}, decoder.{weight, bias}           relu; nothing is taken off
    AutoEncoderTopK      b_dec, encoder.*, decoder.weight, k, threshold           k largest of relu; b_dec taken off
    BatchTopKSAE         the same names                                           relu where above threshold
    JumpReluAutoEncoder  W_enc, b_enc, W_dec, b_dec, threshold                    f carries |W_dec_i|, nothing taken off
    GatedAutoEncoder     decoder_bias, encoder.weight, r_mag, gate_bias, mag_bias, decoder.weight   a jumprelu here
    MatryoshkaBatchTopKSAE  W_enc [d, n], b_enc, W_dec, b_dec, k, threshold, group_sizes   all groups; as BatchTopKSAE
encoder.weight is [n, d].
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import Field
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.dictionaries.activation import AnyActivation, BatchTopK, JumpReLU, ReLU, TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig
from polyhead.interop.foreign_sae import ForeignSAE, build, check_tensors, folded, read_torch, ungated
from polyhead.interop.hook_names import Loading, Place, facts_of_name, from_any
from polyhead.interop.settings import ForeignSettings, checked, read_config, refuse

CONFIG, WEIGHTS = "config.json", "ae.pt"
_OUT_BIAS = {
    "AutoEncoder": "bias",
    "AutoEncoderNew": "decoder.bias",
    "AutoEncoderTopK": "b_dec",
    "BatchTopKSAE": "b_dec",
}
_KNOWN = (*_OUT_BIAS, "JumpReluAutoEncoder", "GatedAutoEncoder", "MatryoshkaBatchTopKSAE")
_TRAINING = """
    trainer_class lr steps warmup_steps decay_start sparsity_warmup_steps l1_penalty seed device wandb_name auxk_alpha
    resample_steps bandwidth sparsity_penalty sparsity_function sparsity_queue_length n_sparsity_updates p_start p_end
    anneal_start target_l0 group_fractions group_weights group_sizes top_k_aux threshold_beta threshold_start_step
    k_anneal_steps warmup_norm activation_dim dict_size
"""
_HARMLESS = frozenset(_TRAINING.split())
"""Of training; sizes are those of the tensors."""


class TrainerSettings(ForeignSettings):
    """What of `trainer` decides what an autoencoder computes, and where."""

    dict_class: str
    k: int | None = Field(default=None, ge=1)
    layer: int | None = Field(default=None, ge=0, le=999_999)
    submodule_name: str | None = None
    lm_name: str | None = None


class BufferSettings(ForeignSettings):
    """What of `buffer` decides where."""

    io: Literal["in", "out", "in_and_out"] = "out"


_BUFFER_HARMLESS = ("d_submodule", "n_ctxs", "ctx_len", "refresh_batch_size", "out_batch_size", "device", "remove_bos")


def read_dictionary_learning(folder: Path | str, *, site: str | None = None) -> ForeignSAE:
    """An autoencoder of dictionary_learning as ours, with the output of its own formula.

    Args:
        folder: Their folder.
        site: Local name of the site that it reads; told by `submodule_name` if not given.

    Raises:
        ArtifactError: a file is missing or damaged, holds more than tensors, or they are not those of its class.
        PolyheadError: a class that is not supported, said in one line.
    """
    folder = Path(folder)
    path = folder / CONFIG
    plain = read_config(path)
    odd = sorted(plain.keys() - {"trainer", "buffer"})
    if odd:
        raise PolyheadError(f"{path}: unknown key {odd[0]!r}; a config of dictionary_learning has trainer and buffer")
    says = plain.get("trainer")
    if not isinstance(says, dict) or "dict_class" not in says:
        raise PolyheadError(f"{path}: trainer.dict_class is missing; expected one of {', '.join(_KNOWN)}")
    if says["dict_class"] not in _KNOWN:
        raise refuse(path, "dict_class", " or ".join(_KNOWN), says["dict_class"])
    trainer = checked(TrainerSettings, says, path, harmless=_HARMLESS)
    place = Place(site, None) if site is not None else _place(path, trainer, plain.get("buffer"))
    tensors = read_torch(folder / WEIGHTS)
    make = _MAKERS.get(trainer.dict_class, _linear)
    layer = trainer.layer if place.layer is None else place.layer
    return ForeignSAE(make(trainer, tensors, folder / WEIGHTS, place.site), layer, dict(says), place)


def _place(path: Path, trainer: TrainerSettings, buffer: Any) -> Place:
    """Where the autoencoder reads: the output of a module.

    Raises:
        PolyheadError: the input of a module, or a module whose output is no site; or two layers.
    """
    if buffer is not None:
        if not isinstance(buffer, dict):
            raise refuse(path, "buffer", "an object", buffer)
        io = checked(BufferSettings, buffer, path, harmless=_BUFFER_HARMLESS).io
        if io != "out":
            raise refuse(path, "buffer.io", "out; of a module's input, name the site with --site", io)
    where = f"{path}: submodule_name"
    place = from_any(trainer.submodule_name, facts_of_name(trainer.lm_name), Loading(), where)
    if None not in (trainer.layer, place.layer) and trainer.layer != place.layer:
        raise PolyheadError(f"{where}: {trainer.submodule_name!r}, but trainer.layer is {trainer.layer}")
    return place


def _linear(trainer: TrainerSettings, tensors: Mapping[str, Tensor], path: Path, site: str) -> AttnOutSAE:
    kind = trainer.dict_class
    n, d = _width(tensors, "encoder.weight", path)
    out_bias = _OUT_BIAS[kind]
    shapes: dict[str, tuple[int, ...]] = {
        out_bias: (d,),
        "encoder.weight": (n, d),
        "encoder.bias": (n,),
        "decoder.weight": (d, n),
    }
    activation: AnyActivation = ReLU()
    threshold = None
    if out_bias == "b_dec":
        k = _k(trainer, tensors, path, n)
        named = {"k", "threshold"} & tensors.keys() | ({"threshold"} if kind == "BatchTopKSAE" else set())
        shapes |= dict.fromkeys(named, ())
        check_tensors(path, tensors, shapes)
        activation = BatchTopK(k=k) if kind == "BatchTopKSAE" else TopK(k=k)
        threshold = tensors["threshold"].clamp_min(0.0).expand(n) if kind == "BatchTopKSAE" else None
    check_tensors(path, tensors, shapes)
    config = _config(d, n, activation, subtract=kind != "AutoEncoderNew", site=site)
    return build(
        config,
        W_enc=tensors["encoder.weight"].T,
        b_enc=tensors["encoder.bias"],
        W_dec=tensors["decoder.weight"].T,
        b_dec=tensors[out_bias],
        threshold=threshold,
    )


def _k(trainer: TrainerSettings, tensors: Mapping[str, Tensor], path: Path, n: int) -> int:
    """Active latents per token, from the tensors where they hold it."""
    saved = tensors.get("k")
    if saved is not None and (saved.ndim or (saved.is_floating_point() and float(saved) % 1)):
        raise refuse(path, "k", "one whole number", f"{saved.dtype} {list(saved.shape)}")
    k = trainer.k if saved is None else int(saved)
    if k is None or not 1 <= k <= n:
        raise refuse(path, "k", f"a whole number from 1 to the {n} latents", k)
    return k


def _jumprelu(trainer: TrainerSettings, tensors: Mapping[str, Tensor], path: Path, site: str) -> AttnOutSAE:
    del trainer
    d, n = _width(tensors, "W_enc", path)
    check_tensors(path, tensors, {"W_enc": (d, n), "b_enc": (n,), "W_dec": (n, d), "b_dec": (d,), "threshold": (n,)})
    W_enc, b_enc, W_dec, norm = folded(tensors["W_enc"], tensors["b_enc"], tensors["W_dec"])
    threshold = tensors["threshold"] * norm
    config = _config(d, n, JumpReLU(), subtract=False, site=site)
    return build(config, W_enc=W_enc, b_enc=b_enc, W_dec=W_dec, b_dec=tensors["b_dec"], threshold=threshold)


def _gated(trainer: TrainerSettings, tensors: Mapping[str, Tensor], path: Path, site: str) -> AttnOutSAE:
    del trainer
    n, d = _width(tensors, "encoder.weight", path)
    shapes: dict[str, tuple[int, ...]] = {"decoder_bias": (d,), "encoder.weight": (n, d), "decoder.weight": (d, n)}
    check_tensors(path, tensors, shapes | dict.fromkeys(("r_mag", "gate_bias", "mag_bias"), (n,)))
    plain: dict[str, Any] = ungated(
        {
            "W_enc": tensors["encoder.weight"].T,
            "b_gate": tensors["gate_bias"],
            "b_mag": tensors["mag_bias"],
            "r_mag": tensors["r_mag"],
            "W_dec": tensors["decoder.weight"].T,
            "b_dec": tensors["decoder_bias"],
        }
    )
    return build(_config(d, n, JumpReLU(), subtract=True, site=site), **plain)


def _matryoshka(trainer: TrainerSettings, tensors: Mapping[str, Tensor], path: Path, site: str) -> AttnOutSAE:
    d, n = _width(tensors, "W_enc", path)
    sizes = tensors.get("group_sizes")
    if sizes is None or sizes.ndim != 1 or sizes.is_floating_point() or int(sizes.sum()) != n:
        raise refuse(path, "group_sizes", f"whole numbers with the sum {n}", None if sizes is None else sizes.tolist())
    rest = {name: t for name, t in tensors.items() if name != "group_sizes"}
    shapes: dict[str, tuple[int, ...]] = {"W_enc": (d, n), "b_enc": (n,), "W_dec": (n, d), "b_dec": (d,)}
    check_tensors(path, rest, shapes | {"k": (), "threshold": ()})
    config = _config(d, n, BatchTopK(k=_k(trainer, tensors, path, n)), subtract=True, site=site)
    weights: dict[str, Any] = {name: rest[name] for name in shapes}
    return build(config, **weights, threshold=rest["threshold"].clamp_min(0.0).expand(n))


_MAKERS = {"JumpReluAutoEncoder": _jumprelu, "GatedAutoEncoder": _gated, "MatryoshkaBatchTopKSAE": _matryoshka}


def _config(d: int, n: int, activation: Any, *, subtract: bool, site: str) -> AttnOutSAEConfig:
    return AttnOutSAEConfig(d_in=d, n_latents=n, activation=activation, subtract_b_dec=subtract, site=site)


def _width(tensors: Mapping[str, Tensor], name: str, path: Path) -> torch.Size:
    if name not in tensors or tensors[name].ndim != 2 or 0 in tensors[name].shape:
        names = ", ".join(sorted(tensors))[:200]
        raise PolyheadError(f"{path}: the matrix {name} was expected; received: {names or 'nothing'}")
    return tensors[name].shape
