"""Files that are either whole or absent: write aside, fsync, rename; checksums; readable errors."""

import contextlib
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from polyhead.core.data_files import read_json as read_json
from polyhead.core.errors import ArtifactError
from polyhead.core.not_finite import json_text


def write_atomic(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, make it durable, then put it in place in one rename.

    Raises:
        ArtifactError: the disk is full or not writable, or no folder can be there; what stood at `path` is untouched.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(aside)
        with open(aside, "rb+") as handle:
            os.fsync(handle.fileno())
        os.replace(aside, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise ArtifactError(
            f"could not write {path}: {error.strerror or error}; nothing earlier was lost, "
            "free some space (or choose another folder) and run the same command again"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


_ASIDE = re.compile(r"\..*\.(?P<process>\d+)\.tmp|\.tmp[A-Za-z0-9]{6}")
"""Names that `write_atomic` gives, and those that safetensors gives on its own while it writes."""


def remove_leftovers(folder: Path) -> None:
    """Delete what a killed process was still writing aside in `folder`; files of another living process stay."""
    for path in folder.glob(".*"):
        match = _ASIDE.fullmatch(path.name)
        if match and not _of_another_living_process(match["process"]):
            with contextlib.suppress(OSError):
                path.unlink()


def _of_another_living_process(process: str | None) -> bool:
    if process is None or int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def write_json(path: Path, value: Any) -> None:
    """Atomically write JSON, keys in the order given; for NaN and infinities see core/not_finite.py."""
    text = json_text(value, indent=1) + "\n"
    write_atomic(path, lambda aside: aside.write_text(text, encoding="utf-8"))


def sha256_file(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
