"""Pickled files of weights (.pth, .pt, .bin), opened by weights-only loading: nothing in them is ever run."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from polyhead.core.errors import ArtifactError


def load_state_dict(path: Path) -> dict[str, Tensor]:
    """A dict of tensors from a .pth, .pt or .bin file, no code executed.

    Raises:
        ArtifactError: damaged, or holds more than tensors.
    """
    check_archive(path)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises many kinds for a damaged or unsafe file
        raise ArtifactError(f"{path} is not a readable file of weights: {explain_unreadable(error)}") from None
    if not isinstance(state, dict) or not all(isinstance(k, str) and isinstance(v, Tensor) for k, v in state.items()):
        raise ArtifactError(f"{path} holds something other than a dict of tensors by name")
    check_storage(state, path)
    return state


def check_storage(state: Mapping[str, Tensor], path: Path) -> None:
    """Refuse tensors that claim more values than the file holds, by repeating some of them.

    Raises:
        ArtifactError: names the first such tensor.
    """
    for name, value in state.items():
        if value.layout != torch.strided or value.numel() * value.element_size() > value.untyped_storage().nbytes():
            raise ArtifactError(f"{path}: {name} claims shape {list(value.shape)}, but the file holds fewer values")


def check_archive(path: Path) -> None:
    """Compare every entry of a zip archive, which torch writes, with its checksum: torch itself does not.

    Files of the older layout, which are no archives and have no checksums, pass.

    Raises:
        ArtifactError: missing, not readable, or an entry is damaged.
    """
    try:
        with open(path, "rb") as handle:
            if handle.read(4) != b"PK\x03\x04":
                return
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except FileNotFoundError:
        raise ArtifactError(f"{path} does not exist") from None
    except Exception as error:  # zipfile raises many kinds for a damaged archive
        raise ArtifactError(f"{path} is not a readable file of weights: {explain_unreadable(error)}") from None
    if damaged is not None:
        raise ArtifactError(
            f"{path} is damaged: its entry {damaged} does not have the checksum that was saved with it; fetch it again"
        )


def explain_unreadable(error: Exception) -> str:
    """One clause on why weights-only loading failed, without torch's advice on how to run the file after all."""
    called = re.search(r"GLOBAL (\S+)|Unsupported (?:operand|class) (\S+)", str(error))
    if called:
        return f"it holds more than tensors ({called[1] or called[2]}); nothing in it was run"
    return f"damaged or cut short ({type(error).__name__}); fetch it again"
