"""`load_model`: one door for every kind of model and every way it may be stored.

In this order: `bundled`; a local file or folder, by what is in it; an alias or hub repository.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import nn

from polyhead.core.data_files import read_object
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.finite import check_finite
from polyhead.models.aliases import HubModel, resolve
from polyhead.models.asked_special import Asked, apply_asked, split_asked
from polyhead.models.hooked import HookedModel
from polyhead.models.tokenizer import Tokenizer

BUNDLED = Path(__file__).parent / "bundled"

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16, "float64": torch.float64}


def load_model(
    name_or_path: str | Path | nn.Module,
    *,
    dtype: torch.dtype | str | None = None,
    device: torch.device | str | None = None,
    bos: str | int | None = None,
    eos: str | int | None = None,
    tokenizer: Any = None,
) -> HookedModel:
    """Load a model, ready to run: evaluation mode.

    Args:
        name_or_path: `bundled`; a folder or file in transformers, GGUF, llama2.c, TransformerLens or polyhead layout;
            an alias (`gpt2`, `pythia-70m`, `attn-only-2l`, ...) or `owner/name` on the hub, `@revision` after it;
            or a causal language model of transformers that is in memory, which is used as it is, not copied.
        dtype: of the weights and of all that is computed; float32 unless said otherwise, however it is stored. A model
            in memory keeps its own.
        device: the CPU unless said otherwise; a model in memory stays where it is.
        bos: the token before every sequence: its text or id, or `none`; unless it is given, the files of the model
            decide (`model.cfg.bos_from` says how). A name may carry it: `gpt2:bos=none`.
        eos: the token after every document of packed text, likewise (`gpt2:eos=none`).
        tokenizer: of a model in memory: a fast tokenizer of transformers, or the folder of one; without it the model
            takes tokens, and no text.

    Raises:
        PolyheadError: unknown name, files missing or damaged, or the hub out of reach; says what is wanted.
    """
    asked: Asked = {}
    if isinstance(name_or_path, nn.Module):
        model = _in_memory(name_or_path, tokenizer)
        apply_asked(model, {k: v for k, v in (("bos", bos), ("eos", eos)) if v is not None})
        model.set_special(model.cfg.special)
        return model.to(device=device, dtype=None if dtype is None else _dtype(dtype))
    if tokenizer is not None:
        raise PolyheadError("tokenizer= is for a model in memory; a folder or repository brings its own")
    wanted = _dtype(dtype)
    if isinstance(name_or_path, str) and not Path(name_or_path).exists():
        name_or_path, asked = split_asked(name_or_path)
    asked |= {k: v for k, v in (("bos", bos), ("eos", eos)) if v is not None}
    model = _find(name_or_path, wanted)
    apply_asked(model, asked)
    model.set_special(model.cfg.special)  # a tokenizer may be of another model
    return model.to(device=device, dtype=wanted)


def _in_memory(hf: nn.Module, tokenizer: Any) -> HookedModel:
    """A model of transformers that the caller made.

    Raises:
        PolyheadError: it is none, of a family that is not supported, or its weights are not finite.
    """
    from polyhead.models.checkpoints.tokenizer_files import read_tokenizer
    from polyhead.models.hf.model import HFModel

    if isinstance(hf, HookedModel):
        raise PolyheadError(f"{hf.cfg.name} is a model of polyhead already; use it as it is")
    config: Any = getattr(hf, "config", None)
    if not hasattr(config, "model_type"):
        raise PolyheadError(
            f"a causal language model of transformers was expected; received {type(hf).__name__}, which has no config"
        )
    check_finite(hf.state_dict(), origin=f"the {type(hf).__name__} given")
    name = str(getattr(config, "_name_or_path", "") or config.model_type)
    if tokenizer is None:
        return HFModel(hf, name=name)
    if isinstance(tokenizer, str | Path):
        return HFModel(hf, name=name, tokenizer=read_tokenizer(Path(tokenizer)))
    with TemporaryDirectory() as folder:  # one reader of tokenizers, whoever made them
        tokenizer.save_pretrained(folder)
        read = read_tokenizer(Path(folder))
    if read is None:
        raise PolyheadError(f"tokenizer: a fast tokenizer of transformers was expected; got {type(tokenizer).__name__}")
    return HFModel(hf, name=name, tokenizer=read)


def _dtype(dtype: torch.dtype | str | None) -> torch.dtype:
    if isinstance(dtype, str):
        if dtype not in _DTYPES:
            raise PolyheadError(f"dtype {dtype!r}; known: {', '.join(_DTYPES)}")
        return _DTYPES[dtype]
    return torch.float32 if dtype is None else dtype


def _find(name_or_path: str | Path, dtype: torch.dtype) -> HookedModel:
    if name_or_path == "bundled":
        return _bundled()
    path = Path(name_or_path).expanduser()
    if path.is_dir() and name_or_path != "":
        return _folder(path, _name(path), dtype)
    if path.is_file():
        return _file(path)
    if isinstance(name_or_path, Path):
        raise PolyheadError(f"{name_or_path} does not exist")
    return _from_hub(name_or_path, dtype)


def _name(folder: Path) -> str:
    """What a folder is called, also where its path is `.` or ends in `..`."""
    return (folder if folder.name.strip(".") else folder.resolve()).name or "model"


def _bundled() -> HookedModel:
    from polyhead.models.checkpoints.native_folder import WEIGHTS, load_native

    if not (BUNDLED / WEIGHTS).exists():
        raise PolyheadError(
            f"this installation carries no bundled model ({BUNDLED / WEIGHTS} is absent); "
            "install a released wheel, or train it with `polyhead train-lm`"
        )
    return load_native(BUNDLED)


def _from_hub(asked: str, dtype: torch.dtype) -> HookedModel:
    from polyhead.models.hub import fetch_model

    name, _, revision = asked.partition("@")
    hub = resolve(name)
    folder = fetch_model(hub, revision=revision or None, asked=asked)
    return _folder(folder, asked, dtype, hub)


def _folder(folder: Path, name: str, dtype: torch.dtype, hub: HubModel | None = None) -> HookedModel:
    """Dispatch on what is in the folder; its weights decide, since a config.json stands in most layouts."""
    from polyhead.models.checkpoints.hf_folder import PICKLED, SAFE, read_hf_folder
    from polyhead.models.checkpoints.native_folder import WEIGHTS, load_native

    config = _config(folder / "config.json")
    if (folder / WEIGHTS).exists() and "native" in config:
        return load_native(folder)
    if any((folder / file).exists() for file in (*SAFE, *PICKLED)):
        if "model_type" not in config:
            raise ArtifactError(f"{folder} has weights of transformers' layout but no config.json with a model_type")
        return read_hf_folder(folder, name=name, dtype=dtype)
    pattern = "*final.pth" if hub is None or hub.weights is None else hub.weights
    readers: list[tuple[list[Path], Callable[[Path], HookedModel]]] = [
        (sorted(folder.glob(pattern)) or sorted(folder.glob("*.pth")), lambda p: _read_tl(p, config, name, hub)),
        (sorted(folder.glob("*.gguf")), lambda p: _read_gguf(p, name)),
        (_llama2c_files(folder), lambda p: _read_llama2c(p, name)),
    ]
    for found, read in readers:
        if len(found) > 1:
            raise PolyheadError(
                f"{folder} holds several models ({', '.join(p.name for p in found)}); give the file's path"
            )
        if found:
            return read(found[0])
    raise PolyheadError(
        f"{folder} holds no weights that are read: looked for {', '.join([*SAFE, *PICKLED])} (transformers), "
        f"*final.pth (TransformerLens), *.gguf, a llama2.c *.bin, and {WEIGHTS} with a 'native' config (polyhead)"
    )


def folder_tokenizer(folder: Path) -> Tokenizer | None:
    """The tokenizer of a local folder, its weights unread; None where there is none (GGUF and llama2.c carry theirs).

    Raises:
        PolyheadError: damaged, or of a kind that is not read.
    """
    from polyhead.models.checkpoints.native_folder import read_native_tokenizer
    from polyhead.models.checkpoints.tokenizer_files import read_tokenizer

    config = _config(folder / "config.json")
    return read_native_tokenizer(folder, config) if "native" in config else read_tokenizer(folder, config)


def _file(path: Path) -> HookedModel:
    if path.suffix == ".gguf":
        return _read_gguf(path, path.stem)
    if path.suffix == ".pth":
        return _read_tl(path, _config(path.with_name("config.json")), path.stem, None)
    if path.suffix == ".bin":
        return _read_llama2c(path, path.stem)
    raise PolyheadError(
        f"{path}: a model file ends in .gguf, .pth (TransformerLens) or .bin (llama2.c); or give a folder"
    )


def _config(path: Path) -> dict[str, Any]:
    return read_object(path) if path.exists() else {}


def _read_tl(path: Path, config: dict[str, Any], name: str, hub: HubModel | None) -> HookedModel:
    from polyhead.models.checkpoints.tl_native import read_tl_native
    from polyhead.models.checkpoints.tokenizer_files import read_tokenizer
    from polyhead.models.hub import fetch_tokenizer

    tokenizer = read_tokenizer(path.parent)
    repo = config.get("tokenizer_name") or (hub.tokenizer if hub is not None else None)
    if tokenizer is None and repo is not None:
        folder = fetch_tokenizer(repo)
        tokenizer = None if folder is None else read_tokenizer(folder)
    settings = {**config, **(hub.config if hub is not None else {})}
    bos = None if tokenizer is None else tokenizer.bos_token_id
    return read_tl_native(path, settings, name=name, tokenizer=tokenizer, bos_token_id=bos)


def _read_gguf(path: Path, name: str) -> HookedModel:
    from polyhead.models.checkpoints.gguf_file import read_gguf
    from polyhead.models.checkpoints.tokenizer_files import read_tokenizer

    config = _config(path.with_name("config.json"))
    return read_gguf(path, tokenizer=read_tokenizer(path.parent, config), name=name)


def _read_llama2c(path: Path, name: str) -> HookedModel:
    from polyhead.models.checkpoints.llama2c import read_llama2c

    tokenizers = sorted(p for p in path.parent.glob("tok*.bin") if p != path)
    return read_llama2c(path, tokenizer_path=tokenizers[0] if len(tokenizers) == 1 else None, name=name)


def _llama2c_files(folder: Path) -> list[Path]:
    from polyhead.models.checkpoints.llama2c import is_llama2c

    return [p for p in sorted(folder.glob("*.bin")) if not p.name.startswith("tok") and is_llama2c(p)]
