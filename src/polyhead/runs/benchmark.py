"""`polyhead benchmark`: every method on every case over seeds, a small file per row so that it resumes."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from polyhead.core.data_files import read_object, validated
from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_json
from polyhead.core.progress import progress
from polyhead.core.run_folder import open_run
from polyhead.core.threads import cpu_threads
from polyhead.dictionaries import METHODS
from polyhead.metrics.benchmark.cases import Case, cases, find_case
from polyhead.metrics.benchmark.leaderboard import Benchmark, Entry, Row, entries, find_entry, run_row
from polyhead.metrics.benchmark.members import BenchTraining
from polyhead.runs.study import machine, versions

ROOT = Path("runs/benchmark")
RECORD = "record.json"
QUICK_CASES = ("roomy", "superposed")
QUICK_METHODS = ("oracle", "pca", "random", "mtc")
SWEEP_CASE = "superposed"
"""The case on which the first seed also runs at half and at twice the planted L0."""
SWEEP = (0.5, 2.0)
SWEEP_METHODS = ("mtc", "mtc_top1", "attn_out_sae", "attn_value_sae", "lorsa")


def run_benchmark(
    out: Path = ROOT,
    *,
    case_names: Sequence[str] | None = None,
    methods: Sequence[str] | None = None,
    n_seeds: int | None = None,
    n_steps: int | None = None,
    quick: bool = False,
    minutes: float | None = None,
    collect: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Benchmark:
    """Run what is not done yet and write `record.json`.

    Args:
        case_names: cases of the package, or JSON files of one's own; all of the package where None.
        methods: lines of the leaderboard; all where None.
        quick: two cases, four lines, one seed, short training, unless said otherwise.
        minutes: stop after the row that passes this many minutes; the same command resumes.
        collect: train nothing; the record is of the rows that are there.

    Raises:
        PolyheadError: unknown case or method, no seed or step, damaged row.
    """
    if n_seeds is not None and n_seeds < 1:
        raise PolyheadError(f"--seeds is {n_seeds}; at least 1")
    if n_steps is not None and n_steps < 1:
        raise PolyheadError(f"--steps is {n_steps}; at least 1")
    chosen_cases = {Path(n).stem: find_case(n) for n in case_names or (QUICK_CASES if quick else list(cases()))}
    lines = [find_entry(n) for n in methods or (QUICK_METHODS if quick else list(entries()))]
    training = BenchTraining(n_steps=n_steps or (80 if quick else 200), n_sequences=256 if quick else 2048)
    todo = _todo(chosen_cases, lines, n_seeds or (1 if quick else 5), sweep=not quick)
    begun, rows = time.monotonic(), []
    with open_run(out), cpu_threads(1), progress("benchmark", total=len(todo), unit="rows") as bar:
        for case_name, entry, seed, k_factor in todo:
            row = _row(out, case_name, chosen_cases[case_name], entry, seed, k_factor, training, collect)
            rows += [] if row is None else [row]
            bar.note(f"{case_name} {entry.name} seed {seed}")
            bar.advance()
            if minutes is not None and time.monotonic() - begun > 60 * minutes:
                say(f"stopped after {minutes:g} minutes with {len(rows)} of {len(todo)} rows; run again to resume")
                break
    if not rows:
        raise PolyheadError(f"{out} holds no rows of these cases and methods; run without --collect")
    found = Benchmark(
        training=training.model_dump(mode="json"),
        cases={name: case.model_dump(mode="json") for name, case in chosen_cases.items()},
        seeds=sorted({row.seed for row in rows}),
        machine=machine(),
        versions=versions(),
        seconds=round(sum(row.seconds for row in rows), 1),
        rows=sorted(rows, key=lambda r: (list(chosen_cases).index(r.case), r.method, r.seed, r.k_factor)),
    )
    found.save(out / RECORD)
    return found


def _todo(
    chosen: dict[str, Case], lines: Sequence[Entry], n_seeds: int, *, sweep: bool
) -> list[tuple[str, Entry, int, float]]:
    """Seed by seed, so that a run that is cut short has all cases and all methods."""
    todo = [(name, line, seed, 1.0) for seed in range(n_seeds) for name in chosen for line in lines]
    if sweep and SWEEP_CASE in chosen:
        swept = [line for line in lines if line.name in SWEEP_METHODS]
        todo += [(SWEEP_CASE, line, 0, factor) for factor in SWEEP for line in swept]
    return todo


def _row(
    out: Path,
    name: str,
    case: Case,
    entry: Entry,
    seed: int,
    k_factor: float,
    training: BenchTraining,
    collect: bool,
) -> Row | None:
    """From its file where the same question was answered before; None where it was not and nothing may be trained."""
    asked: dict[str, Any] = {
        "world": case.world.model_dump(mode="json", exclude_defaults=True),
        "n_steps": case.n_steps,
        "training": training.model_dump(mode="json"),
        "kind": entry.kind,
        "settings": dict(entry.settings),
        "torch": torch.__version__,
        "defaults": _defaults(entry.kind),
    }
    key = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
    suffix = "" if k_factor == 1.0 else f"-x{k_factor:g}"
    path = out / "rows" / name / f"{entry.name}-{seed}{suffix}.json"
    if path.exists():
        saved = read_object(path, {"key": str}, constants=True, advice="remove it and run again")
        if saved["key"] == key:
            return validated(Row, saved.get("row"), str(path))
    if collect:
        return None
    row = run_row(name, case, entry, seed, training, k_factor=k_factor)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {"key": key, "row": _rounded(row.model_dump(mode="json"))})
    return validated(Row, read_object(path, constants=True)["row"], str(path))


def _defaults(kind: str) -> dict[str, Any]:
    """A method's own settings and rates: where they change, its rows are old."""
    if kind not in METHODS:
        return {}
    method = METHODS[kind]
    return {
        "settings": method.settings().model_dump(mode="json"),
        "rates": [method.rates.lr, sorted(method.rates.factors.items())],
    }


def _rounded(value: Any) -> Any:
    """Four decimals: a record is committed and read by people."""
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    return round(value, 4) if isinstance(value, float) else value
