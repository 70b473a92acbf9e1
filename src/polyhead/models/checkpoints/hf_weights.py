"""What the weight files of a transformers folder hold (names, shapes, types), read before any memory is taken for it.

A config may claim anything; the tensors are there or not. So claims are compared with the list first.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, PretrainedConfig

from polyhead.core.data_files import read_object
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.models.checkpoints.hf_config import one_line
from polyhead.models.checkpoints.pickled import check_archive, check_storage, explain_unreadable
from polyhead.models.hf.family import family_of

SAFE = ("model.safetensors", "model.safetensors.index.json")
PICKLED = ("pytorch_model.bin", "pytorch_model.bin.index.json")
_PLAIN = {"F64", "F32", "F16", "BF16", "torch.float64", "torch.float32", "torch.float16", "torch.bfloat16"}
_SHOWN = 4


class Listed(NamedTuple):
    """One tensor of a file."""

    shape: tuple[int, ...]
    dtype: str


def list_tensors(folder: Path) -> dict[str, Listed]:
    """The tensors of a folder's weight files, safetensors where there are both kinds.

    Raises:
        ArtifactError: a file is missing, damaged, holds more than tensors, or an index names files elsewhere.
    """
    found: dict[str, Listed] = {}
    for path in weight_files(folder):
        found.update(_of_safetensors(path) if path.suffix == ".safetensors" else _of_pickle(path))
    return found


def weight_files(folder: Path) -> list[Path]:
    """The files that transformers would read: one, or the shards that an index names.

    Raises:
        ArtifactError: an index is damaged, names a file outside the folder, or one that is not there.
    """
    for whole, index in (SAFE, PICKLED):
        if (folder / whole).exists():
            return [folder / whole]
        if (folder / index).exists():
            return _shards(folder / index)
    raise ArtifactError(f"{folder} has none of {', '.join((*SAFE, *PICKLED))}")


def _shards(index: Path) -> list[Path]:
    table = read_object(index).get("weight_map")
    if not isinstance(table, dict) or not table or not all(isinstance(name, str) for name in table.values()):
        raise ArtifactError(f"{index} is not an index of weights: expected 'weight_map', the file of every tensor")
    suffix = ".safetensors" if index.name in SAFE else ".bin"
    shards = []
    for name in sorted(set(table.values())):
        if "/" in name or "\\" in name or "\0" in name or not name.endswith(suffix) or name == suffix:
            raise ArtifactError(f"{index} names {name!r}; expected names of {suffix} files in its own folder")
        if not (index.parent / name).is_file():
            raise ArtifactError(f"{index} names {name}, which is not in {index.parent}; fetch the missing shard")
        shards.append(index.parent / name)
    return shards


def _of_safetensors(path: Path) -> dict[str, Listed]:
    try:
        with safe_open(path, "pt") as handle:
            slices = {name: handle.get_slice(name) for name in handle.keys()}  # noqa: SIM118  (no mapping)
            return {k: Listed(tuple(s.get_shape()), str(s.get_dtype())) for k, s in slices.items()}
    except Exception as error:  # the Rust library raises kinds of its own
        raise ArtifactError(f"{path} is damaged or no safetensors file ({one_line(error)}); fetch it again") from None


def _of_pickle(path: Path) -> dict[str, Listed]:
    check_archive(path)
    with open(path, "rb") as handle:
        archive = handle.read(4) == b"PK\x03\x04"
    try:
        state: Any = torch.load(path, map_location="cpu", weights_only=True, mmap=archive)
    except Exception as error:  # torch.load raises many kinds for a damaged or unsafe file
        raise ArtifactError(f"the weights in {path} are not readable: {explain_unreadable(error)}") from None
    if not isinstance(state, dict) or not all(isinstance(k, str) for k in state):
        raise ArtifactError(f"{path} holds something other than a dict of tensors by name")
    # transformers itself passes over entries that are no tensors
    tensors = {name: value for name, value in state.items() if isinstance(value, torch.Tensor)}
    check_storage(tensors, path)
    return {name: Listed(tuple(value.shape), str(value.dtype)) for name, value in tensors.items()}


def check_claims(config: Any, listed: dict[str, Listed], folder: Path) -> None:
    """Compare what the config claims with the tensors, before memory is taken or modules are built.

    Raises:
        ArtifactError: layers or shapes that the files do not have, or a config from which no model can be built.
        PolyheadError: weights in a quantised type.
    """
    blocks, text = _blocks(config), config.get_text_config()
    layers = {int(m[1]) for name in listed if (m := re.search(rf"(?:^|\.){blocks}\.(\d{{1,9}})\.", name))}
    if text.num_hidden_layers > len(layers):
        asked = text.attribute_map.get("num_hidden_layers", "num_hidden_layers")
        raise ArtifactError(
            f"{folder}: config.json asks for {text.num_hidden_layers:,} layers ({asked}), the weights hold tensors "
            f"without values for all but {len(layers)}; is it the config of another model, or a shard missing?"
        )
    prefix, expected = _expected(config, folder)
    total = sum(_size(shape) for shape in expected.values())
    found = {name: listed.get(name, listed.get(name.removeprefix(prefix))) for name in expected}
    present = {name: tensor for name, tensor in found.items() if tensor is not None}
    wrong = [name for name, tensor in present.items() if tensor.shape != expected[name]]
    if wrong:
        shown = [f"{n} (expected {list(expected[n])}, got {list(present[n].shape)})" for n in wrong]
        raise ArtifactError(f"the weights in {folder} do not fit config.json: {few(shown)}")
    coded = [f"{name} ({tensor.dtype})" for name, tensor in present.items() if tensor.dtype not in _PLAIN]
    if coded:
        raise PolyheadError(
            f"the weights in {folder} are quantised or no numbers to compute with: {few(coded)}; take the "
            "unquantised checkpoint (float32, float16 or bfloat16)"
        )
    if total > 2 * sum(_size(tensor.shape) for tensor in listed.values()) + (1 << 20):
        missing = sorted(expected.keys() - present.keys())
        raise ArtifactError(f"the weights in {folder} leave {few(missing)} without values")


def _expected(config: PretrainedConfig, folder: Path) -> tuple[str, dict[str, tuple[int, ...]]]:
    """The prefix that files of the bare model lack, and the shapes of the model's tensors; nothing is allocated."""
    try:
        with torch.device("meta"):
            hf = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    except Exception as error:  # a value that only the modules trip over
        raise ArtifactError(f"no model can be built from {folder / 'config.json'}: {one_line(error)}") from None
    return hf.base_model_prefix + ".", {name: tuple(value.shape) for name, value in hf.state_dict().items()}


def _size(shape: Iterable[int]) -> int:
    n = 1
    for width in shape:
        n *= width
    return n


def sort_left_over(names: Iterable[str], config: Any) -> tuple[list[str], list[str]]:
    """Tensors that the model has no place for: those of its own blocks, and those outside the language model.

    Constants that earlier versions of transformers saved (masks, frequencies) are in neither.
    """
    others = sorted(name for name in names if not _BUFFER.search(name))
    block = re.compile(rf"(?:^|\.){_blocks(config)}\.\d+\.")
    inside = [name for name in others if block.search(name)]
    return inside, [name for name in others if not block.search(name)]


def _blocks(config: Any) -> str:
    """A pattern for the name of the list of blocks."""
    family = family_of(config)
    return "(?:layers|h|blocks)" if family is None else re.escape(family.blocks.split(".")[-1])


def few(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


_BUFFER = re.compile(r"(\.masked_bias|\.rotary_emb\.inv_freq|(^|\.)(attn|attention)\.bias)$")
