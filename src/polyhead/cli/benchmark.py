"""`polyhead benchmark`: parse, call, print."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from polyhead.cli.numbers import Positive, Size
from polyhead.cli.show import Json, Many, show, table

Flag = Annotated[bool, Parameter(negative="")]


def benchmark(
    *,
    cases: Annotated[list[str] | None, Many] = None,
    methods: Annotated[list[str] | None, Many] = None,
    seeds: Size | None = None,
    steps: Size | None = None,
    quick: Flag = False,
    minutes: Positive | None = None,
    collect: Flag = False,
    out: Path = Path("runs/benchmark"),
    json: Json = False,
) -> None:
    """Score methods against attention features that are known exactly (docs/benchmark.md), on one thread.

    The same command resumes where it stopped; rows that are done are not run again.

    Args:
        cases: Names of cases, or JSON files of your own; all that come with the package if not given.
        methods: Lines of the leaderboard: methods, controls (oracle, pca, heads, ov_svd, random), variants; all if not
            given.
        seeds: Worlds and starts of each case; 5 if not given.
        steps: Training steps of every method, if fewer than the case says.
        quick: Two cases, four lines, one seed, short training, unless said otherwise.
        minutes: Stop after so many minutes; what is done stays.
        collect: Train nothing; print and record the rows that are there.
        out: Folder of rows and of record.json.
    """
    from polyhead.metrics.benchmark.leaderboard import summary
    from polyhead.metrics.benchmark.leaderboard import table as lines_of
    from polyhead.runs.benchmark import RECORD, run_benchmark

    notes: list[str] = []
    found = run_benchmark(
        out,
        case_names=cases,
        methods=methods,
        n_seeds=seeds,
        n_steps=steps,
        quick=quick,
        minutes=minutes,
        collect=collect,
        say=notes.append,
    )

    def human(console: Console) -> None:
        for name, case in found.cases.items():
            rows = [row for row in found.rows if row.case == name and row.k_factor == 1.0]
            console.print(table(f"{name}: {case['title']}", lines_of(rows, brief=True)))
        if len(found.cases) > 1:
            console.print(table("share of features recovered (of what the method says)", summary(found)))
        for line in [*notes, f"record: {out / RECORD}; {len(found.rows)} rows, {found.seconds:.0f} s of training"]:
            console.print(line, markup=False, soft_wrap=True)

    show(found.model_dump(mode="json"), json, human)
