"""Sweeps: a grid too large for one process, over local processes or a Ray cluster, with the same records either way.

A cell is a name, a function given as `module:function`, and a plain JSON config. The function is called as
`function(config, folder)` somewhere with one thread; what it returns (plain JSON) is written atomically by the process
that runs the sweep, so a cluster needs no common disk (checkpoints in `folder` then stay where they were made).

    sweep.json               name -> function and config of every cell
    cells/<name>.json        the record of a finished cell; nothing in it depends on when or where it was made
    cells/<name>.error.txt   why a cell failed last, gone once it succeeds
    work/<name>/             what the cell's function keeps to resume from

Finished cells are not run again. A cell that fails (an error, a killed process) is tried again `retries` times and then
reported; the rest of the sweep continues.
"""

import json
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from polyhead.core.data_files import read_object
from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_atomic, write_json
from polyhead.core.progress import progress
from polyhead.core.run_folder import open_run, refusal
from polyhead.core.stopping import stop_signals

MANIFEST = "sweep.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,=+-]*")
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class SweepCell:
    """One piece of work."""

    name: str
    """Also the name of its files."""
    function: str
    """`package.module:function`."""
    config: dict[str, Any]
    """Plain JSON."""

    @property
    def plain(self) -> dict[str, Any]:
        """What decides the record."""
        return {"function": self.function, "config": json.loads(json.dumps(self.config))}


@dataclass
class SweepResult:
    """How a sweep ended."""

    finished: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Finished by an earlier run; among `finished` too."""
    failed: dict[str, str] = field(default_factory=dict)
    """Name to the last line of the error."""


@dataclass(frozen=True)
class Outcome:
    """One try of one cell: `text` is its result as JSON, or `error` says why there is none."""

    cell: SweepCell
    text: str | None = None
    error: str | None = None


class Pool(Protocol):
    """Where cells are run."""

    def has_room(self) -> bool:
        """Whether another cell may be submitted."""
        ...

    def submit(self, cell: SweepCell, folder: Path) -> None:
        """Begin a cell."""
        ...

    def outcomes(self, seconds: float) -> list[Outcome]:
        """What ended; waits at most that long for the first."""
        ...


def run_sweep(
    cells: Sequence[SweepCell],
    out: Path,
    *,
    jobs: int = 1,
    backend: Literal["local", "ray"] = "local",
    address: str | None = None,
    retries: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> SweepResult:
    """Run the cells that are not finished in `out`.

    Args:
        jobs: processes; with a Ray `address`, the cluster's processors count instead.
        address: of a running Ray cluster; a local one of `jobs` processors is started where None.
        retries: how often a cell that failed is tried again.
        say: gets a line for each cell that ended.

    Raises:
        PolyheadError: `out` holds cells of the same name with another config, names that cannot be file names, Ray is
            asked for and not installed.
        Stopped: SIGTERM or Ctrl-C was received; finished cells stay, cells with checkpoints resume from them.
    """
    if jobs < 1 or retries < 0:
        raise PolyheadError(f"a sweep needs jobs >= 1 and retries >= 0; received {jobs} and {retries}")
    _check(cells)
    with open_run(out):
        _claim(cells, out)
        return _run_cells(cells, out, jobs, backend, address, retries, say)


def _run_cells(
    cells: Sequence[SweepCell],
    out: Path,
    jobs: int,
    backend: Literal["local", "ray"],
    address: str | None,
    retries: int,
    say: Callable[[str], None],
) -> SweepResult:
    result = SweepResult(skipped=[c.name for c in cells if record_path(out, c.name).exists()])
    result.finished = list(result.skipped)
    todo = deque(c for c in cells if c.name not in result.skipped)
    if not todo:
        return result
    tries: Counter[str] = Counter()
    n_done, begun = len(result.skipped), time.monotonic()
    with (
        stop_signals() as stop,
        progress("sweep", total=len(cells), done=n_done, unit="cells") as bar,
        _pool(backend, min(jobs, len(todo)), address) as pool,
    ):
        running: set[str] = set()
        while todo or running:
            while todo and pool.has_room():
                cell = todo.popleft()
                running.add(cell.name)
                pool.submit(cell, out / "work" / cell.name)
            for outcome in pool.outcomes(POLL_SECONDS):
                name = outcome.cell.name
                running.discard(name)
                tries[name] += 1
                if outcome.error is not None and tries[name] <= retries:
                    todo.append(outcome.cell)
                    say(f"{name}: {_last_line(outcome.error)}; trying again")
                    continue
                _keep(outcome, out, result)
                bar.advance()
                n_done += 1
                left = (time.monotonic() - begun) / (n_done - len(result.skipped)) * (len(cells) - n_done)
                say(f"{name}: {result.failed.get(name, 'done')} ({n_done} of {len(cells)}, {_duration(left)} left)")
            if stop.name:
                raise stop.stopped(f"after {n_done} of {len(cells)} cells")
    result.finished.sort(key=[c.name for c in cells].index)
    return result


def record_path(out: Path, name: str) -> Path:
    """Where the record of a cell lies."""
    return out / "cells" / f"{name}.json"


def error_path(out: Path, name: str) -> Path:
    """Where the error of a failed cell lies."""
    return out / "cells" / f"{name}.error.txt"


def read_records(out: Path) -> Iterator[dict[str, Any]]:
    """The records of the finished cells, in the order of the manifest: name, function, config, result.

    Raises:
        PolyheadError: no sweep there.
    """
    if not (out / MANIFEST).exists():
        raise PolyheadError(f"{out} is not a sweep folder (no {MANIFEST})")
    for name in read_object(out / MANIFEST, {"cells": dict})["cells"]:
        if record_path(out, name).exists():
            yield read_object(record_path(out, name), {"result": dict})


def _check(cells: Sequence[SweepCell]) -> None:
    """Names that can be names of files, each once, and functions that can be found."""
    if not cells:
        raise PolyheadError("a sweep needs at least one cell; none received")
    for cell in cells:
        if not _NAME.fullmatch(cell.name) or len(cell.name) > 200:
            raise PolyheadError(f"{cell.name!r} cannot be a cell's name: letters, digits and _.,=+- only, at most 200")
        if ":" not in cell.function:
            raise PolyheadError(
                f"cell {cell.name}: a function is given as package.module:function; {cell.function!r} received"
            )
    twice = [name for name, n in Counter(c.name for c in cells).items() if n > 1]
    if twice:
        raise PolyheadError(f"two cells are called {twice[0]}; every cell needs a name of its own")


def _claim(cells: Sequence[SweepCell], out: Path) -> None:
    """Write the manifest; the folder may hold more cells, but none of the same name with another config."""
    known = read_object(out / MANIFEST, {"cells": dict})["cells"] if (out / MANIFEST).exists() else {}
    for cell in cells:
        there = known.get(cell.name, cell.plain)
        if there != cell.plain:
            held, asked = ({"function": one["function"], **one["config"]} for one in (there, cell.plain))
            raise PolyheadError(refusal(out, f"the cell {cell.name}", held, asked))
    write_json(out / MANIFEST, {"cells": {**known, **{c.name: c.plain for c in cells}}})


def _keep(outcome: Outcome, out: Path, result: SweepResult) -> None:
    cell, error = outcome.cell, error_path(out, outcome.cell.name)
    if outcome.text is None:
        why = outcome.error or "no result was received"
        result.failed[cell.name] = _last_line(why)
        write_atomic(error, lambda aside: aside.write_text(why.rstrip() + "\n", encoding="utf-8"))
    else:
        write_json(record_path(out, cell.name), {"name": cell.name, **cell.plain, "result": json.loads(outcome.text)})
        result.finished.append(cell.name)
        error.unlink(missing_ok=True)


def _last_line(error: str) -> str:
    return error.rstrip().splitlines()[-1][:300]


def _duration(seconds: float) -> str:
    return f"about {seconds / 60:.0f} min" if seconds > 90 else f"about {seconds:.0f} s"


def _pool(backend: str, jobs: int, address: str | None) -> AbstractContextManager[Pool]:
    if backend == "ray":
        from polyhead.runs.sweep_ray import ray_pool

        return ray_pool(jobs, address)
    from polyhead.runs.sweep_local import local_pool

    return local_pool(jobs)
