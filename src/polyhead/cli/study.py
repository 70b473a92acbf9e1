"""`polyhead study list | run | report`: parse, call, print."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from polyhead.cli.numbers import Count, Size
from polyhead.cli.show import Json, Many, show
from polyhead.core.errors import PolyheadError
from polyhead.core.study_records import Distribution, StudyRecord

study = App(
    name="study",
    help="Published results on toy worlds and real models as commands: train, measure with a control, judge, draw.",
    help_epilogue="Examples: `polyhead study list`, `polyhead study run ov-coherent --preset quick`, "
    "`polyhead study report ov-coherent`",
)

Flag = Annotated[bool, Parameter(negative="")]

_MOST = 6
"""Distributions of one claim that are printed."""

_STYLES = {"yes": ("✓", "green"), "partly": ("◐", "yellow"), "no": ("✕", "magenta"), "measured": ("·", "blue")}
"""Of whether a claim held; `measured`: nothing was said that could."""


@study.command(name="list", help_epilogue="Example: `polyhead study list`")
def list_(*, json: Json = False) -> None:
    """List the studies, with how many claims held in the records that come with the package."""
    from polyhead.runs.study_report import list_studies

    rows = list_studies()

    def human(console: Console) -> None:
        table = _table("study", "title", "presets", "claims held")
        for row in rows:
            table.add_row(row["name"], escape(row["title"]), ", ".join(row["presets"]), _counts(row["held"]))
        console.print(table)
        console.print("Run one with: polyhead study run NAME --preset quick")

    show({"studies": rows}, json, human)


@study.command(
    help_epilogue="Examples: `polyhead study run ov-coherent --preset quick`, "
    "`polyhead study run ov-coherent --seeds 8 --set n_steps=500`, `polyhead study run --all --preset quick --jobs 2`"
)
def run(
    name: str | None = None,
    /,
    *,
    all: Flag = False,
    preset: str = "quick",
    out: Path | None = None,
    set: Annotated[list[str] | None, Many] = None,
    seeds: Size | None = None,
    again: Flag = False,
    jobs: Count = 1,
    json: Json = False,
) -> None:
    """Run a study on one thread and print its claims next to the published numbers.

    The same command resumes where it stopped; a study that is finished is not run again.

    Args:
        name: A study of `polyhead study list`.
        all: Run every study; one that fails does not stop the others.
        preset: `quick` (under two minutes) or `full`.
        out: Study folder (with --all: the folder of study folders); runs/studies/NAME-PRESET if not given.
        set: Changes of the preset: key=value, nested keys with a dot.
        seeds: Short for --set n_seeds=N.
        again: Remove what an earlier run left, and start from scratch.
        jobs: With --all: processes among which the studies are shared out.
    """
    settings = [*(set or []), *([] if seeds is None else [f"n_seeds={seeds}"])]
    if all == (name is not None):
        raise PolyheadError("give the name of one study, or --all; polyhead study list shows the names")
    if name is None:
        if settings:
            raise PolyheadError("--set and --seeds change one study; name it instead of --all")
        _run_all(preset, out, jobs=jobs, again=again, json=json)
    else:
        _run_one(name, preset, out, settings, again=again, json=json)


def _run_one(name: str, preset: str, out: Path | None, settings: list[str], *, again: bool, json: bool) -> None:
    from polyhead.runs.study import RECORD_BYTES, default_folder, finished, parse_settings, run_study
    from polyhead.runs.study import study_config as config
    from polyhead.runs.study_folder import RECORD
    from polyhead.studies import find_study

    changes = parse_settings(settings)
    folder = out or default_folder(name, preset, settings)
    done = not again and finished(folder, name, preset, config(find_study(name), preset, changes)) is not None
    record = run_study(name, preset, folder, changes=changes, again=again)

    def human(console: Console) -> None:
        if done:
            console.print(
                f"{folder} is finished with these settings and was not run again (--again starts from scratch)"
            )
        print_claims(record, console)
        size = (folder / RECORD).stat().st_size
        large = f", more than the {RECORD_BYTES / 1000:.0f} kB meant for a record" if size > RECORD_BYTES else ""
        console.print(f"record: {folder / RECORD} ({size / 1000:.0f} kB{large})", markup=False, soft_wrap=True)
        console.print(f"page:   polyhead study report {folder if settings or out else name}", soft_wrap=True)

    show({"record": record.model_dump(mode="json"), "folder": str(folder), "ran": not done}, json, human)


def _run_all(preset: str, out: Path | None, *, jobs: int, again: bool, json: bool) -> None:
    import sys
    import time

    from polyhead.core.study_records import held_counts
    from polyhead.runs.study import run_all
    from polyhead.runs.study_folder import ROOT

    start, root = time.monotonic(), out or ROOT
    say = Console(file=sys.stderr).print
    records, failures = run_all(
        preset, root, jobs=jobs, again=again, say=lambda line: say(line, markup=False, soft_wrap=True)
    )
    wall = time.monotonic() - start
    counts = {r.name: held_counts([claim.held for claim in r.findings.claims]) for r in records}

    def human(console: Console) -> None:
        table = _table("study", "claims", "held", "models", "diverged", "seconds")
        for r in records:
            found = r.findings
            row = (len(found.claims), _counts(counts[r.name]), found.n_models, found.n_diverged, f"{r.seconds:.0f}")
            table.add_row(r.name, *map(str, row))
        for failed, reason in failures.items():
            table.add_row(failed, "", f"[red]failed:[/red] {escape(reason)}", "", "", "")
        console.print(table)
        console.print(f"{len(records)} studies in {wall:.0f} s; pages: polyhead study report --all")

    rows = [{"name": r.name, "held": counts[r.name], "seconds": r.seconds} for r in records]
    show({"studies": rows, "failures": failures, "seconds": round(wall, 1)}, json, human)
    if failures:
        first = next(iter(failures))
        raise PolyheadError(
            f"{len(failures)} of {len(failures) + len(records)} studies failed ({first}: {failures[first]}); "
            "the same command resumes with them"
        )


@study.command(help_epilogue="Examples: `polyhead study report ov-coherent`, `polyhead study report --all --out pages`")
def report(
    name: str | None = None,
    /,
    *,
    all: Flag = False,
    preset: str | None = None,
    out: Path | None = None,
    json: Json = False,
) -> None:
    """Write the static pages of one study or of all: a folder that opens from disk, offline.

    Pages are drawn from the records of runs under runs/studies, else from those that come with the package.

    Args:
        name: A study, or a study folder.
        all: Every study that has a record.
        preset: Of which preset; `full`, then `quick` if not given.
        out: Folder of the pages; runs/studies/report or runs/studies/report-NAME if not given.
    """
    from polyhead.runs.study_report import report_studies

    if all == (name is not None):
        raise PolyheadError("give the name of one study, or --all; polyhead study list shows the names")
    index = report_studies(None if name is None else [name], out, preset=preset)
    show({"report": str(index)}, json, lambda console: console.print(f"pages: [bold]{index}[/bold]", soft_wrap=True))


def print_claims(record: StudyRecord, console: Console) -> None:
    """The claim table of a record."""
    found = record.findings
    diverged = f", {found.n_diverged} diverged" if found.n_diverged else ""
    console.print(f"\n[bold]{escape(record.title)}[/bold]: {escape(record.question)}")
    facts = f"{record.preset}, {found.n_models} models{diverged}, {record.seconds:.0f} s on {record.machine}"
    console.print(facts, markup=False)
    table = _table("claim", "published", "ours", "control", "held", leading=1)
    for claim in found.claims:
        held = claim.held or "measured"
        icon, colour = _STYLES[held]
        table.add_row(
            escape(claim.statement),
            escape(claim.published or "nothing"),
            escape(_numbers(claim.ours)),
            escape(_numbers(claim.control)),
            f"[{colour}]{icon} {held}[/{colour}]\n{claim.agreement}",
        )
    console.print(table)
    for note in found.notes:
        console.print(f"- {note}", markup=False)


def _numbers(distributions: list[Distribution]) -> str:
    shown = [_number(d) for d in distributions[:_MOST]]
    more = len(distributions) - len(shown)
    return "\n".join([*shown, *([f"and {more} more (see the page)"] if more else [])]) or "none"


def _number(d: Distribution) -> str:
    import statistics

    good = sorted(v for v in d.values if v == v)
    diverged = f", {d.n_diverged} diverged" if d.n_diverged else ""
    if not good:
        return f"{d.label}: no model left{diverged}"
    low, high = good[int(0.1 * (len(good) - 1))], good[round(0.9 * (len(good) - 1))]
    spread = f" ({low:.3g} to {high:.3g}; {len(good)})" if len(good) > 1 else ""
    unit = f" {d.unit}" if d.unit else ""
    return f"{d.label}: {statistics.median(good):.3g}{unit}{spread}{diverged}"


def _counts(counts: dict[str, int] | None) -> str:
    if counts is None:
        return "no record yet"
    shown = [f"[{_STYLES[v][1]}]{_STYLES[v][0]} {n} {v}[/{_STYLES[v][1]}]" for v, n in counts.items() if n]
    return ", ".join(shown) or "no claims"


def _table(*columns: str, leading: int = 0) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1), leading=leading)
    for column in columns:
        table.add_column(
            column,
            no_wrap=column == "study",
            justify="right" if column in ("claims", "models", "diverged", "seconds") else "left",
        )
    return table
