"""Worker processes that never outlive the process they work for.

A worker is a fresh interpreter (`spawn`). Before it imports anything large it starts to watch its parent, by a handle
that the system closes when the parent ends in whatever way, and on Linux asks the kernel for a signal as well: a thread
cannot run while a library is being loaded, which takes seconds. Python would let a new process import the parent's main
script first, before anything of ours runs; workers get their function by name and need no script, so none is named
(`without_main`). Ctrl-C in the terminal reaches the parent alone, which then asks its workers to stop.
"""

import contextlib
import ctypes
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from multiprocessing.connection import wait
from types import ModuleType
from typing import Any

STOP_SECONDS = 30.0
"""A worker that is asked to stop has this long to write a checkpoint."""
ORPHANED = 98
"""Exit code of a worker whose parent ended."""
_PR_SET_PDEATHSIG = 1
_HIDING = threading.RLock()
"""Of the main script, which all threads share."""


def start_worker(function: str, args: tuple[Any, ...], *, name: str) -> Any:
    """Start a process that calls `function(*args)`.

    Args:
        function: `package.module:function`; imported by the worker, after it began to watch its parent.
        args: what a pickle holds, and best nothing that imports torch.
        name: of the process, for messages.

    Returns:
        The started `multiprocessing.Process`; a daemon, so that it is also ended where its parent exits in order.
    """
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_work, args=(function, args), name=name, daemon=True)
    with without_main():
        process.start()
    return process


@contextlib.contextmanager
def without_main() -> Iterator[None]:
    """Processes that are started inside do not import the main script of this one, which may take seconds.

    What is sent to them must not be defined in that script: they could not find it.
    """
    with _HIDING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def end_workers(processes: Iterable[Any], *, seconds: float = STOP_SECONDS) -> None:
    """Ask workers to stop, wait, and kill those that do not.

    Args:
        processes: as `start_worker` gave them.
        seconds: for all of them together.
    """
    alive = [process for process in processes if process.is_alive()]
    for process in alive:
        process.terminate()
    deadline = time.monotonic() + seconds
    for process in alive:
        process.join(max(0.1, deadline - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


def begin_worker() -> None:
    """What a worker of any pool does first: leave Ctrl-C to its parent, and end when its parent ends."""
    _part_from_terminal()
    _watch_parent()


def _work(function: str, args: tuple[Any, ...]) -> None:
    begin_worker()
    module, _, name = function.partition(":")
    getattr(importlib.import_module(module), name)(*args)


def _part_from_terminal() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)


def _watch_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if wait([parent.sentinel], timeout=0):  # it ended before the kernel was asked
        os._exit(ORPHANED)
    threading.Thread(target=_end_with, args=(parent.sentinel,), name="watches the parent", daemon=True).start()


def _end_with(sentinel: Any) -> None:
    wait([sentinel])
    os._exit(ORPHANED)
