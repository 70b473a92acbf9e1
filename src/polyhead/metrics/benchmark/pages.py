"""The measured parts of docs/benchmark.md, from a record: text between two marks is replaced, the rest is prose."""

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from statistics import median

from polyhead.core.errors import PolyheadError
from polyhead.metrics.benchmark.leaderboard import (
    Benchmark,
    Row,
    column,
    entries,
    interval,
    markdown,
    summary,
    table,
)

_MARK = re.compile(r"(<!-- measured: (?P<what>[\w-]+) -->\n).*?(<!-- end -->)", re.S)


def shipped() -> Benchmark:
    """The record that comes with the package."""
    return Benchmark.load(Path(str(files("polyhead.metrics.benchmark") / "records" / "leaderboard.json")))


def filled(text: str, record: Benchmark) -> str:
    """The page with its measured parts renewed.

    Raises:
        PolyheadError: a mark names nothing that is measured.
    """

    def part(match: re.Match[str]) -> str:
        what = match["what"]
        if what in record.cases:
            made = _case(record, what)
        elif what in PARTS:
            made = PARTS[what](record)
        else:
            known = ", ".join([*PARTS, *record.cases])
            raise PolyheadError(f"docs/benchmark.md asks for {what!r}; there are {known}")
        return f"{match[1]}{made}\n{match[3]}"

    return _MARK.sub(part, text)


def of_method(record: Benchmark, kind: str) -> str:
    """What was measured of one method and its variants: features recovered per case, and what a row costs.

    Args:
        record: Of a benchmark.
        kind: The method.

    Returns:
        A table and a sentence; for a method without a scored row, the sentence that says why.
    """
    lines = {entry.name for entry in entries().values() if entry.kind == kind}
    mine = [row for row in record.rows if row.method in lines]
    scored = [row for row in mine if row.scores is not None and row.k_factor == 1.0]
    if not scored:
        reasons = "; ".join(dict.fromkeys(row.reason for row in mine if row.reason))
        return f"No row: {reasons or 'the shipped record was made before this method'}."
    shown = markdown([line for line in summary(record) if line["method"] in lines])
    seconds = median(row.seconds for row in scored if row.method == kind)
    places = {(row.case, row.seed) for row in scored if row.method == kind}
    other = [row.seconds for row in _plain(record, "mtc") if (row.case, row.seed) in places]
    ratio = "" if kind == "mtc" or not other else f", {seconds / median(other):.1f} times the multitoken transcoder's"
    steps = max(row.n_steps for row in scored)
    return (
        f"{shown}\n\nA row costs {seconds:.1f} s of one core{ratio} (median over cases and seeds; {steps} steps of "
        f"{record.training['sequences_per_batch']} sequences, and scoring)."
    )


def _plain(record: Benchmark, method: str) -> list[Row]:
    """Scored rows of a line at the planted number of active latents."""
    return [r for r in record.rows if r.method == method and r.scores is not None and r.k_factor == 1.0]


def _case(record: Benchmark, name: str) -> str:
    """What it isolates, who must fail and why, what was measured."""
    case = record.cases[name]
    fails = "\n".join(f"- `{method}`: {why}." for method, why in case["must_fail"].items())
    return f"{case['isolates']}\n\nMust fail:\n\n{fails}\n\n{markdown(table(_main(record, name)))}"


def _main(record: Benchmark, name: str) -> list[Row]:
    return [row for row in record.rows if row.case == name and row.k_factor == 1.0]


def _overview(record: Benchmark) -> str:
    return markdown(summary(record))


def _sweep(record: Benchmark) -> str:
    """Half, once and twice the planted L0, first seed."""
    lines = []
    swept = [row for row in record.rows if row.k_factor != 1.0]
    for method in dict.fromkeys(row.method for row in swept):
        line = {"method": method}
        for factor in (0.5, 1.0, 2.0):
            rows = [
                r
                for r in record.rows
                if r.method == method and r.seed == 0 and r.k_factor == factor and r.case == swept[0].case
            ]
            values = [column(rows, name) for name in ("l0", "fvu", "n_said")]
            shown = [f"{v[0]:.2f}" if v else "" for v in values]
            line[f"{factor:g} x: L0, FVU, recovered of what it says"] = ", ".join(shown)
        lines.append(line)
    return markdown(lines)


def _circumstances(record: Benchmark) -> str:
    n = len([row for row in record.rows if row.scores is not None])
    seconds = [row.seconds for row in record.rows if row.scores is not None]
    mean, _ = interval(seconds) if seconds else (0.0, 0.0)
    versions = ", ".join(f"{name} {v}" for name, v in record.versions.items() if name in ("polyhead", "torch", "scipy"))
    return (
        f"{n} rows, seeds {record.seeds[0]} to {record.seeds[-1]}, {record.training['n_steps']} steps of "
        f"{record.training['sequences_per_batch']} sequences each, {record.seconds / 60:.0f} minutes of one core "
        f"({mean:.1f} s per row); {record.machine}; {versions}."
    )


PARTS: dict[str, Callable[[Benchmark], str]] = {
    "overview": _overview,
    "sweep": _sweep,
    "circumstances": _circumstances,
}
"""What can be asked for besides the cases."""
