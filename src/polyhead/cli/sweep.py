"""`polyhead sweep`: a grid of a toy world over processes or a Ray cluster."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from rich.console import Console

from polyhead.cli.numbers import Count, Index, Size
from polyhead.cli.show import Json, Many, show, table
from polyhead.core.errors import PolyheadError


def sweep(
    world: str,
    /,
    *,
    set: Annotated[list[str] | None, Many] = None,
    seeds: Size = 64,
    out: Path | None = None,
    jobs: Count = 1,
    backend: Literal["local", "ray"] = "local",
    address: str | None = None,
    retries: Index = 1,
    json: Json = False,
) -> None:
    """Train every combination of the values that are set, one ensemble of seeds per cell, and print one line per cell.

    The same command resumes where it stopped; finished cells are kept, failed ones are tried again.

    Args:
        world: `pairs`, or `tms` (sparse features; keys world.density, model.d_hidden ...).
        set: Values of one key: n_heads=1,2,3 or a range d_head=1:6; keys of the task as world.n_ctx=8.
        seeds: Models of each cell.
        out: Sweep folder; runs/sweeps/WORLD if not given.
        jobs: Processes of one thread each.
        backend: `local` processes, or `ray` (needs the extra polyhead[ray]).
        address: Of a running Ray cluster (`auto` finds one); a local one of JOBS processors if not given.
        retries: How often a failed cell is tried again before it is reported.
    """
    from polyhead.runs.sweep import error_path, read_records, run_sweep
    from polyhead.runs.sweep_grid import find_world, grid_cells

    cells, folder = grid_cells(world, set or [], n_seeds=seeds), out or Path("runs/sweeps") / world

    def say(line: str) -> None:
        if not sys.stderr.isatty():  # there a bar shows it
            print(line, file=sys.stderr)  # noqa: T201

    result = run_sweep(cells, folder, jobs=jobs, backend=backend, address=address, retries=retries, say=say)
    names = {cell.name for cell in cells}
    rows = [find_world(world).table_row(record) for record in read_records(folder) if record["name"] in names]

    def human(console: Console) -> None:
        console.print(table(f"{world}: {len(result.finished)} of {len(cells)} cells in {folder}", rows))

    show({"folder": str(folder), "cells": rows, "failed": result.failed}, json, human)
    if result.failed:
        first, why = next(iter(result.failed.items()))
        raise PolyheadError(
            f"{len(result.failed)} of {len(cells)} cells failed: {', '.join(result.failed)}; {first}: {why} "
            f"({error_path(folder, first)}); run the same command again to try them once more"
        )
