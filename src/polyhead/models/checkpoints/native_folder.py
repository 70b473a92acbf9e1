"""polyhead's own layout of a native model: `weights.safetensors`, `config.json`, `tokenizer.json`.

config.json holds `native` (the fields of NativeConfig), `name`, `bos_token_id` and `eos_token_id`.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from polyhead.core.data_files import read_object, shown
from polyhead.core.errors import ArtifactError
from polyhead.core.files import write_atomic, write_json
from polyhead.core.finite import check_finite
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.checkpoints.fit import check_fit
from polyhead.models.native import NativeConfig, NativeTransformer
from polyhead.models.tokenizer import EOS, Tokenizer, read_backend

WEIGHTS, CONFIG, TOKENIZER = "weights.safetensors", "config.json", "tokenizer.json"


def save_native(model: NativeTransformer, folder: Path) -> None:
    """Write a native model so that `load_native` gives it back with the same bits."""
    state = {key: value.detach().cpu().contiguous() for key, value in model.state_dict().items()}
    write_atomic(folder / WEIGHTS, lambda aside: save_file(state, aside))
    if model.tokenizer is not None:
        write_atomic(folder / TOKENIZER, lambda aside: model.tokenizer.backend.save(str(aside)))
    config = {
        "native": model.native.model_dump(),
        "name": model.cfg.name,
        "bos_token_id": model.cfg.bos_token_id,
        "eos_token_id": model.cfg.eos_token_id,
    }
    write_json(folder / CONFIG, config)


def load_native(folder: Path) -> NativeTransformer:
    """Read a native model, in evaluation mode and float32.

    Raises:
        ArtifactError: a file is missing or damaged, or the weights do not fit the config.
    """
    config = read_object(folder / CONFIG)
    if "native" not in config:
        raise ArtifactError(f"{folder / CONFIG} has no key 'native'; it is not the config of a polyhead model")
    if not isinstance(name := config.get("name", folder.name), str):
        raise ArtifactError(f"{folder / CONFIG}: the name of a model was expected; received {shown(name)}")
    native = NativeConfig.parse(config["native"], where=str(folder / CONFIG))
    bos, tokenizer = _id(config, "bos_token_id", native.d_vocab, folder), read_native_tokenizer(folder, config)
    path = folder / WEIGHTS
    try:
        state = load_file(path)
    except FileNotFoundError:
        raise ArtifactError(f"{path} does not exist") from None
    except (SafetensorError, OSError) as error:
        raise ArtifactError(f"{path} is damaged ({error}); fetch or write it again") from None
    if native.n_layers > len(state):  # sizes that the file cannot have are refused before anything is made of them
        raise ArtifactError(f"{folder / CONFIG} claims {native.n_layers} layers; {path} has {len(state)} tensors")
    try:
        with torch.device("meta"):
            claimed = NativeTransformer(native, name="claimed").state_dict()
    except (RuntimeError, TypeError, OverflowError) as error:  # beyond 64 bits, alone or multiplied
        raise ArtifactError(f"{folder / CONFIG} claims sizes that no tensor can have ({native})") from error
    check_fit(state, {key: value.shape for key, value in claimed.items()}, origin=str(path))
    check_finite(state, origin=path)
    try:
        model = NativeTransformer(native, name=name, tokenizer=tokenizer, bos_token_id=bos)
    except RuntimeError as error:  # tables of positions are made, not read: no tensor bounds them
        raise ArtifactError(f"{folder / CONFIG} claims sizes that memory does not hold ({native})") from error
    model.load_state_dict({key: value.float() for key, value in state.items()}, assign=True)
    return model.eval()


def read_native_tokenizer(folder: Path, config: dict[str, Any]) -> Tokenizer | None:
    """The tokenizer of a native model with this config.json, or None where it has none.

    Raises:
        ArtifactError: damaged, or special tokens that it does not have.
    """
    if not (folder / TOKENIZER).exists():
        return None
    backend = read_backend(folder / TOKENIZER)
    n = backend.get_vocab_size()
    stated = "eos_token_id" in config  # models written by earlier versions end documents with `EOS`
    special = SpecialTokens(
        bos_token_id=_id(config, "bos_token_id", n, folder),
        bos_from=CONFIG,
        eos_token_id=_id(config, "eos_token_id", n, folder) if stated else backend.token_to_id(EOS),
        eos_from=CONFIG if stated else TOKENIZER,
    )
    return Tokenizer(backend, special)


def _id(config: dict[str, Any], key: str, n: int, folder: Path) -> int | None:
    value = config.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < n):
        raise ArtifactError(f"{folder / CONFIG}: {key} is {shown(value)}; expected an id from 0 to {n - 1}")
    return value
