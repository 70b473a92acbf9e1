"""SAEs of which a repository holds one torch file each, in; plain tensors are loaded and nothing is run.

ckkissane    NAME.pt: W_enc [d, n], W_dec [n, d], b_enc, b_dec, and NAME_cfg.json next to it (act_name, act_size,
             dict_size): relu, b_dec taken off what is read; heads' outputs lie side by side
Goodfire     NAME.pth: encoder_linear.{weight [n, d], bias}, decoder_linear.{weight [d, n], bias}: relu
Qwen Scope   layerN.sae.pt: W_enc [n, d], W_dec [d, n], b_enc, b_dec: topk, whose k only the repository's name says
             (`...-W32K-L0_50`), or the option k does
"""

import re
from pathlib import Path
from typing import Any

from torch import Tensor

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.dictionaries.activation import ReLU, TopK
from polyhead.interop.foreign_sae import Foreign, ImportOptions, read_torch, sae_of
from polyhead.interop.hook_names import Loading, Place, facts_of_name, from_transformer_lens
from polyhead.interop.settings import read_config, refuse

_GOODFIRE = {
    "encoder_linear.weight": "W_enc",
    "encoder_linear.bias": "b_enc",
    "decoder_linear.weight": "W_dec",
    "decoder_linear.bias": "b_dec",
}
_IGNORED = ("cfg", "W_dec_norm", "firing_counts")


def config_of(path: Path) -> Path:
    """The config that ckkissane's files have next to them."""
    return path.with_name(path.name.removesuffix(".pt") + "_cfg.json")


def read_single_file(path: Path, options: ImportOptions) -> Foreign:
    """An SAE of one torch file as ours; which program wrote it is told by its names and shapes.

    Args:
        path: The file.
        options: What is said of it from outside.

    Raises:
        ArtifactError: the file is missing, damaged, holds more than tensors, or not those of an SAE.
        PolyheadError: nobody says which site or layer it reads, or how many latents fire.
    """
    tensors = {name: t for name, t in read_torch(path).items() if name not in _IGNORED}
    if config_of(path).is_file():
        return _kissane(path, tensors, options)
    if tensors.keys() == _GOODFIRE.keys():
        return _goodfire(path, {_GOODFIRE[name]: t for name, t in tensors.items()}, options)
    if tensors.keys() == {"W_enc", "W_dec", "b_enc", "b_dec"}:
        return _qwen(path, tensors, options)
    raise ArtifactError(
        f"{path}: the tensors of an SAE were expected ({', '.join(_GOODFIRE)}; or W_enc, W_dec, b_enc, b_dec); "
        f"received {', '.join(sorted(tensors))[:200] or 'nothing'}"
    )


def _kissane(path: Path, tensors: dict[str, Tensor], options: ImportOptions) -> Foreign:
    where = config_of(path)
    says = read_config(where)
    sizes = {"act_size": 0, "dict_size": 1}
    for key, axis in sizes.items():
        W = tensors.get("W_enc")
        if W is None or W.ndim != 2 or says.get(key) != W.shape[axis]:
            received = None if W is None else list(W.shape)
            raise ArtifactError(f"{where}: {key} is {says.get(key)!r}, W_enc in {path.name} is {received}")
    if says.get("concat_heads") is False or says.get("head") not in (None, "cat"):
        raise refuse(where, "head", "all heads side by side", says.get("head"))
    model = says.get("model_name") or "gpt2-small"
    facts = facts_of_name(model) if options.facts is None else options.facts
    loading = Loading(before_version_3=True, fold_ln=True, center_writing_weights=True, fold_value_biases=True)
    if options.site is not None:
        layer = says.get("layer")
        place = Place(options.site, layer if isinstance(layer, int) else None)
    else:
        place = from_transformer_lens(says.get("act_name"), facts, loading, f"{where}: act_name")
    sae = sae_of(path, tensors, place, ReLU(), subtract_b_dec=True)
    return Foreign(sae, place.layer, {**_plain(says), "model_name": model}, (place,))


def _goodfire(path: Path, tensors: dict[str, Tensor], options: ImportOptions) -> Foreign:
    tensors = {**tensors, "W_enc": _turned(tensors["W_enc"]), "W_dec": _turned(tensors["W_dec"])}
    found = re.search(r"(?:^|/)([\w.-]+?)-SAE-l(\d{1,4})(?=[./]|$)", options.told_by(path))
    place = _stream(path, options, None if found is None else int(found[2]))
    says = {"model_name": f"meta-llama/{found[1]}"} if found else {}
    return Foreign(sae_of(path, tensors, place, ReLU()), place.layer, says, (place,))


def _qwen(path: Path, tensors: dict[str, Tensor], options: ImportOptions) -> Foreign:
    told = options.told_by(path)
    found = re.search(r"SAE-Res-(.+?)-W\d+K-L0_(\d{1,6})(?=/|$)", told)
    k = options.k if found is None else int(found[2])
    W = _turned(tensors["W_enc"])
    if k is None or W.ndim != 2 or not 1 <= k <= W.shape[1]:
        raise PolyheadError(
            f"{path} does not say how many latents fire per token (its repository's name does, as -L0_50), or says a "
            f"number that {list(W.shape)} cannot have; received {k}: give --k"
        )
    layer = re.search(r"layer(\d{1,4})\.sae\.pt$", told)
    place = _stream(path, options, None if layer is None else int(layer[1]))
    tensors = {**tensors, "W_enc": W, "W_dec": _turned(tensors["W_dec"])}
    says = {"model_name": f"Qwen/{found[1]}"} if found else {}
    return Foreign(sae_of(path, tensors, place, TopK(k=k)), place.layer, says, (place,))


def _turned(W: Tensor) -> Tensor:
    return W.T.contiguous() if W.ndim == 2 else W


def _stream(path: Path, options: ImportOptions, layer: int | None) -> Place:
    """Both programs read the stream after a layer."""
    if options.site is None and layer is None:
        raise PolyheadError(f"{path} does not say which site it reads; give --site and --layers")
    return Place(options.site or "hook_resid_post", layer)


def _plain(says: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in says.items() if isinstance(value, str | int | float | bool)}
