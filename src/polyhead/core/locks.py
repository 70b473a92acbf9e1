"""One process per folder: a lock file that says who holds it, and that a killed process never leaves in the way.

The file is locked with the operating system's own lock (`flock`, on Windows `LockFile`), which ends with the process
that holds it, however that ends. Its content says who holds it: process, start of the process, boot, host, time. Where
the system's lock cannot be relied on (file systems without one, other hosts on a network file system), that content
decides: a holder on this machine is asked for by process number, start and boot, so that a number used again and a
reboot are told apart; a holder on another host counts as long as it gives signs of life, by the file's time of change.

The same thread may enter a folder again; another thread, a forked child and another process may not.
"""

import contextlib
import errno
import json
import os
import socket
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.processes import boot, is_alive, started

LOCK = ".running.lock"
"""Name of the lock file in a folder that is in use."""
WAIT_SECONDS = 4.0
"""How long to wait for a folder before it is refused: longer than workers of a killed run need to end."""
BEAT_SECONDS = 15.0
"""Time between two signs of life."""
STALE_SECONDS = 180.0
"""A holder on another host that gave no sign of life for this long is taken to be gone."""
_POLL_SECONDS = 0.1
_LOCKED_BYTE = 1 << 30
"""Windows locks bytes, and locked bytes cannot be read: one far after the content."""
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL)


class FolderBusyError(PolyheadError):
    """Another process works in the folder."""


@dataclass
class _Held:
    """A lock of this process."""

    fd: int
    thread: int
    depth: int
    made_folder: bool


_held: dict[Path, _Held] = {}
_guard = threading.RLock()
_beating: list[threading.Thread] = []


@contextlib.contextmanager
def locked(folder: Path, *, wait: float | None = None) -> Iterator[None]:
    """Hold `folder` for this thread of this process while the block runs; the folder is made where there is none.

    Args:
        folder: what is worked in.
        wait: seconds to wait for another holder; WAIT_SECONDS where None.

    Raises:
        FolderBusyError: another process or thread still works there after that time; who, where and since when.
        ArtifactError: the folder cannot be made or written to.
    """
    path = folder.resolve() / LOCK
    made_folder = _enter(path, WAIT_SECONDS if wait is None else wait, folder)
    try:
        yield
    finally:
        _leave(path, made_folder)


def is_locked_by_another(folder: Path) -> bool:
    """Whether another process or thread works in `folder` now; the lock file of a killed one does not count."""
    path = folder.resolve() / LOCK
    with _guard:
        if path in _held:
            return _held[path].thread != threading.get_ident()
    if not path.exists():
        return False
    try:
        with locked(folder, wait=0.0):
            return False
    except FolderBusyError:
        return True


def _enter(path: Path, wait: float, folder: Path) -> bool:
    deadline = time.monotonic() + wait
    while True:
        with _guard:
            mine = _held.get(path)
            if mine is not None and mine.thread == threading.get_ident():
                mine.depth += 1
                return mine.made_folder
            try:
                made_folder = not path.parent.exists()
                path.parent.mkdir(parents=True, exist_ok=True)
                fd = None if mine is not None else _take(path)
            except OSError as error:
                raise ArtifactError(
                    f"cannot work in {folder}: {error.strerror or error}; choose another folder, or free it"
                ) from None
            if fd is not None:
                _held[path] = _Held(fd, threading.get_ident(), 1, made_folder)
                _beat()
                return made_folder
        if time.monotonic() >= deadline:
            raise FolderBusyError(_refusal(folder, path))
        time.sleep(_POLL_SECONDS)


def _leave(path: Path, made_folder: bool) -> None:
    with _guard:
        held = _held.get(path)
        if held is None:  # a forked child, which never held it
            return
        held.depth -= 1
        if held.depth:
            return
        del _held[path]
        if os.name == "nt":  # an open file cannot be deleted there
            _close(held.fd)
        with contextlib.suppress(OSError):
            path.unlink()
        if os.name != "nt":
            _close(held.fd)
        if made_folder:
            with contextlib.suppress(OSError):  # it holds something now
                path.parent.rmdir()


def _take(path: Path) -> int | None:
    """An open descriptor that holds the lock, or None where somebody else does."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    try:
        sure = _lock(fd)
        if sure is False or not _is_still(fd, path):
            os.close(fd)
            return None
        record = _read(fd)
        if record is not None and _counts(record, path, sure=bool(sure)):
            os.close(fd)
            return None
        token = uuid.uuid4().hex
        _write(fd, token)
        if sure is None:  # no system lock: of several that took it over at once, the one that wrote last has it
            time.sleep(2 * _POLL_SECONDS)
            record = _read(fd)
            if record is None or record.get("token") != token:
                os.close(fd)
                return None
        return fd
    except BaseException:
        with contextlib.suppress(OSError):
            os.close(fd)
        raise


def _lock(fd: int) -> bool | None:
    """Take the system's lock without waiting: whether that went well; None where there is no such lock."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(fd, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue]
        else:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return None
    except OSError as error:
        return None if error.errno in _NO_LOCKS else False
    return True


def _is_still(fd: int, path: Path) -> bool:
    """Whether the locked file is the one at `path`: its former holder deletes it."""
    try:
        there = os.stat(path)
    except OSError:
        return False
    here = os.fstat(fd)
    return (here.st_ino, here.st_dev) == (there.st_ino, there.st_dev)


def _counts(record: dict[str, Any], path: Path, *, sure: bool) -> bool:
    """Whether the holder that `record` names still works here, given that the system's lock was free (`sure`)."""
    same_boot = boot() is not None and record.get("boot") == boot()
    if same_boot or record.get("host") == socket.gethostname():
        if sure or (boot() is not None and not same_boot):
            return False
        pid = record.get("pid")
        if not isinstance(pid, int) or not is_alive(pid):
            return False
        since = started(pid)
        return since is None or record.get("started") in (None, since)
    return _silence(path) < STALE_SECONDS


def _silence(path: Path) -> float:
    """Seconds since the last sign of life, by the clock of the file system."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".clock", suffix=".tmp") as clock:
        return os.fstat(clock.fileno()).st_mtime - path.stat().st_mtime


def _read(fd: int) -> dict[str, Any] | None:
    os.lseek(fd, 0, os.SEEK_SET)
    try:
        record = json.loads(os.read(fd, 4096).decode("utf-8"))
    except (ValueError, OSError):  # empty, or cut off while it was written
        return None
    return record if isinstance(record, dict) else None


def _write(fd: int, token: str) -> None:
    record = {
        "pid": os.getpid(),
        "started": started(os.getpid()),
        "host": socket.gethostname(),
        "boot": boot(),
        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        "token": token,
    }
    os.lseek(fd, 0, os.SEEK_SET)
    os.ftruncate(fd, 0)
    os.write(fd, json.dumps(record).encode())


def _refusal(folder: Path, path: Path) -> str:
    try:
        record = json.loads(path.read_text("utf-8"))
        who = f"process {record['pid']} on {record['host']} has worked there since {record['since']}"
        if record["host"] != socket.gethostname():
            left = max(0, round(STALE_SECONDS - (time.time() - path.stat().st_mtime)))
            who += f" (if it was killed, its claim ends in {left} s)"
    except (OSError, ValueError, KeyError, TypeError):
        who = "another process works there"
    return f"{folder} is in use: {who}; wait until it ends, or choose another folder"


def _close(fd: int) -> None:
    with contextlib.suppress(OSError):
        os.close(fd)


def _beat() -> None:
    """Start the thread that gives signs of life, unless it runs."""
    if _beating and _beating[0].is_alive():
        return
    thread = threading.Thread(target=_give_signs, name="signs of life of run folders", daemon=True)
    _beating[:] = [thread]
    thread.start()


def _give_signs() -> None:
    while True:
        time.sleep(BEAT_SECONDS)
        with _guard:
            for path in _held:
                with contextlib.suppress(OSError):
                    os.utime(path)


def _forget() -> None:
    """In a forked child: the parent's locks are not its own, and its copies must not keep them alive."""
    global _guard
    _guard = threading.RLock()
    _beating.clear()
    for held in _held.values():
        _close(held.fd)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
