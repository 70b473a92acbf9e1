"""Cells of a sweep on local processes: workers of one thread each, replaced where one is killed."""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from polyhead.core.errors import PolyheadError
from polyhead.core.workers import STOP_SECONDS, end_workers, start_worker
from polyhead.runs.sweep import Outcome, SweepCell

ONE_THREAD: dict[str, str] = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""For libraries that a cell loads later."""


def run_cell(function: str, config: dict[str, Any], folder: str) -> tuple[str | None, str | None]:
    """Call a cell's function on one thread: its result as JSON, or the traceback (one line for a user's mistake)."""
    try:
        module, _, name = function.partition(":")
        call = getattr(importlib.import_module(module), name)
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        return json.dumps(call(config, Path(folder)), allow_nan=False), None
    except PolyheadError as error:
        return None, str(error)
    except Exception:  # a bug in one cell must not end the others
        return None, traceback.format_exc()


@contextmanager
def local_pool(jobs: int) -> Iterator["LocalPool"]:
    """Workers that end with the context; cells under way get SIGTERM, so that they can write a checkpoint."""
    pool = LocalPool(jobs)
    try:
        yield pool
    finally:
        pool.close()


@dataclass
class _Worker:
    process: Any
    pipe: Any
    cell: SweepCell | None = None


class LocalPool:
    """`jobs` processes, each with a pipe; a worker is started when it is first needed."""

    def __init__(self, jobs: int) -> None:
        self._jobs, self._workers = jobs, list[_Worker]()

    def has_room(self) -> bool:
        """Whether a worker is free or may be started."""
        return len(self._workers) < self._jobs or any(w.cell is None for w in self._workers)

    def submit(self, cell: SweepCell, folder: Path) -> None:
        """Send a cell to a free worker."""
        worker = next((w for w in self._workers if w.cell is None and w.process.is_alive()), None) or self._start()
        worker.cell = cell
        with suppress(BrokenPipeError):  # killed just now: `outcomes` will say so
            worker.pipe.send((cell.function, cell.config, str(folder)))

    def outcomes(self, seconds: float) -> list[Outcome]:
        """Results, and the cells of workers that died."""
        busy = {w.pipe: w for w in self._workers if w.cell is not None}
        found = []
        for pipe in wait(list(busy), timeout=seconds):
            worker = busy[pipe]
            assert worker.cell is not None
            try:
                text, error = worker.pipe.recv()
            except (EOFError, ConnectionResetError):
                worker.process.join()
                self._workers.remove(worker)
                text, error = None, f"its process was killed (exit code {worker.process.exitcode}; out of memory?)"
            found.append(Outcome(worker.cell, text, error))
            worker.cell = None
        return found

    def close(self) -> None:
        """End the workers: at once where they are idle, else after SIGTERM and a little time."""
        for worker in self._workers:
            worker.pipe.close()
        idle, busy = ([w.process for w in self._workers if (w.cell is None) is free] for free in (True, False))
        for process in idle:  # the closed pipe tells them
            process.join(1.0)
        end_workers([*idle, *busy], seconds=STOP_SECONDS)

    def _start(self) -> _Worker:
        self._workers = [w for w in self._workers if w.cell is not None or w.process.is_alive()]
        ours, theirs = Pipe()
        process = start_worker("polyhead.runs.sweep_local:work", (theirs,), name="sweep worker")
        theirs.close()
        self._workers.append(_Worker(process, ours))
        return self._workers[-1]


def work(pipe: Any) -> None:
    """What a worker of the pool does: run the cells that come through `pipe` and send back what they gave."""
    os.environ.update(ONE_THREAD)
    with suppress(EOFError, BrokenPipeError):
        while True:
            pipe.send(run_cell(*pipe.recv()))
