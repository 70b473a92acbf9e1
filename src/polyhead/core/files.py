"""Files that are either whole or absent: write aside, fsync, rename; checksums; readable errors."""

import contextlib
import errno
import hashlib
import os
import re
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from polyhead.core.errors import DiskError
from polyhead.core.not_finite import json_text
from polyhead.core.processes import is_alive, running_seconds


def write_atomic(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file next to `path`, make it durable, then put it in place in one rename.

    The file gets the mode that any new file gets here (umask), whatever mode its writer gave it.

    Args:
        path: where the file will be; its folder is made where there is none.
        write: gets a path and writes a file there; a library of any kind, whose own errors of the disk are understood.

    Raises:
        DiskError: the disk is full or not writable, or no folder can be there; what stood at `path` is untouched.
    """
    aside, handled = path.with_name(f".{path.name}.{os.getpid()}.tmp"), sys.exc_info()[1]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(aside, "wb") as handle:
            usual = stat.S_IMODE(os.fstat(handle.fileno()).st_mode)
        write(aside)
        with open(aside, "rb+") as handle:
            os.fsync(handle.fileno())
        if stat.S_IMODE(os.stat(aside).st_mode) != usual:
            os.chmod(aside, usual)
        _replace(aside, path)
        _sync_folder(path.parent)
    except Exception as error:
        reason = disk_refusal(error, handled)
        if reason is None:
            raise
        raise DiskError(
            f"could not write {path}: {reason}; nothing earlier was lost, "
            "free some space (or choose another folder) and run the same command again"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def disk_refusal(error: BaseException | None, handled: BaseException | None = None) -> str | None:
    """Why the disk refused, in words, where that is what `error` says; None where it is something else.

    Libraries wrap the system's error in their own way: pyarrow and numpy raise an OSError, the Rust ones (safetensors,
    tokenizers) name its number in the text, torch says that a write failed, archives fail again while they are closed.

    Args:
        error: what a writer raised.
        handled: an exception that was being handled already when the writer was called; it says nothing.

    Returns:
        One line, such as "No space left on device", or None.
    """
    seen = {id(handled)}
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError):
            return error.strerror or " ".join(str(error).split()) or type(error).__name__
        if found := _RUST_ERROR.search(str(error)):
            return os.strerror(int(found["number"]))
        if isinstance(error, RuntimeError) and _TORCH_ERROR.search(str(error)):
            return "the file could not be written to the end (is the disk full?)"
        error = error.__cause__ or error.__context__
    return None


_RUST_ERROR = re.compile(r"(?:\(os error |\bOs \{ code: )(?P<number>\d+)")
_TORCH_ERROR = re.compile(r"PytorchStreamWriter failed|unexpected pos \d+ vs \d+|file write failed")
_ON_WINDOWS = os.name == "nt"
_WINDOWS_TRIES = 20
"""An indexer or a virus scanner may hold a file open for a moment, and Windows replaces no open file."""


def _replace(aside: Path, path: Path) -> None:
    """Put `aside` at `path`; on Windows wait a little for another program that has it open."""
    for left in reversed(range(_WINDOWS_TRIES if _ON_WINDOWS else 1)):
        try:
            return os.replace(aside, path)
        except PermissionError:
            if not left:
                raise
            time.sleep(0.05)


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable. Windows has no such call for folders, and some file systems refuse it."""
    if _ON_WINDOWS:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES):
            raise
    finally:
        os.close(handle)


_ASIDE = re.compile(r"\..*\.(?P<process>\d+)\.tmp|\.tmp[A-Za-z0-9]{6}|\.clock\w+\.tmp")
"""Names that `write_atomic` gives, those that safetensors gives on its own while it writes, and those of the lock."""


def remove_leftovers(folder: Path) -> None:
    """Delete what a killed process was still writing in `folder`; files of another living process stay.

    Args:
        folder: not its subfolders; `run_folder.open_run` goes through those.
    """
    for path in folder.glob(".*"):
        match = _ASIDE.fullmatch(path.name)
        if match and not _of_another_living_process(path, match["process"]):
            with contextlib.suppress(OSError):
                path.unlink()


def _of_another_living_process(path: Path, process: str | None) -> bool:
    """Whether the writer still runs: its number is taken, and by a process that is older than the file."""
    if process is None or int(process) == os.getpid() or not is_alive(int(process)):
        return False
    age = running_seconds(int(process))
    try:
        return age is None or age >= time.time() - path.stat().st_mtime - 2.0
    except OSError:
        return False


def write_json(path: Path, value: Any) -> None:
    """Atomically write JSON, keys in the order given; for NaN and infinities see core/not_finite.py."""
    text = json_text(value, indent=1) + "\n"
    write_atomic(path, lambda aside: aside.write_text(text, encoding="utf-8"))


def sha256_file(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
