"""The leaderboard: entries, one row per case, method and seed, means with confidence intervals, the table as text.

Intervals are Student's, over seeds (each seed is another world and another start), 95 %.
"""

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from scipy.stats import t as student

from polyhead.core.errors import DiskError, PolyheadError, nearest
from polyhead.core.records import Record
from polyhead.core.rng import generator
from polyhead.core.stopping import Stopped
from polyhead.dictionaries import METHODS
from polyhead.metrics.benchmark.cases import Case, build
from polyhead.metrics.benchmark.controls import CONTROLS
from polyhead.metrics.benchmark.members import BenchTraining, settings_for, train, true_l0
from polyhead.metrics.benchmark.scores import Scores, score
from polyhead.metrics.benchmark.world import Sample, World


@dataclass(frozen=True)
class Entry:
    """A line of the leaderboard."""

    name: str
    kind: str
    """A method or a control."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Beside the benchmark's own."""


VARIANTS: tuple[Entry, ...] = (
    Entry("mtc_top1", "mtc", {"loadings": "top1"}),
    Entry("mtc_topk", "mtc", {"activation": "topk"}),
    Entry("attn_out_sae_z", "attn_out_sae", {"site": "attn.hook_z"}),
)
"""Lines in addition to one for each registered method and control."""


class Row(Record):
    """One trained and scored dictionary."""

    case: str
    method: str
    seed: int
    l0: float
    """Active latents per token asked for; whole numbers are rounded."""
    k_factor: float = 1.0
    """Over the planted number."""
    settings: dict[str, Any]
    n_steps: int
    seconds: float
    scores: Scores | None
    """None where the method cannot take part."""
    reason: str = ""
    """Why not."""


class Benchmark(Record):
    """All rows of a run, with its circumstances."""

    training: dict[str, Any]
    cases: dict[str, dict[str, Any]]
    seeds: list[int]
    machine: str
    versions: dict[str, str]
    seconds: float
    """Of all rows together."""
    rows: list[Row]


def entries() -> dict[str, Entry]:
    """Controls, every registered method with its defaults, variants."""
    listed = [Entry(name, name) for name in (*CONTROLS, *METHODS)]
    listed += [v for v in VARIANTS if v.kind in METHODS]
    return {e.name: e for e in listed}


def find_entry(name: str) -> Entry:
    """The line of that name.

    Raises:
        PolyheadError: there is none (nearest names given).
    """
    known = entries()
    if name not in known:
        raise PolyheadError(f"unknown line {name!r} of the leaderboard; {nearest(name, known)}")
    return known[name]


def run_row(
    case_name: str, case: Case, entry: Entry, seed: int, training: BenchTraining, *, k_factor: float = 1.0
) -> Row:
    """Build the world, train, score on fresh sequences; as many latents per token as planted, times `k_factor`."""
    begun = time.process_time()
    training = training.replace(n_steps=min(training.n_steps, case.n_steps))
    whole = _built(case.model_dump_json(), seed)
    row: dict[str, Any] = {"l0": 0.0, "k_factor": k_factor, "settings": {}, "n_steps": 0, "scores": None}
    if entry.kind in CONTROLS:
        row |= _control(whole, entry, seed, training)
    else:
        row |= _trained(whole, entry, seed, training, k_factor)
    return Row(case=case_name, method=entry.name, seed=seed, seconds=time.process_time() - begun, **row)


@lru_cache(maxsize=1)
def _built(case: str, seed: int) -> World:
    return build(Case.model_validate_json(case), seed)


def _control(whole: World, entry: Entry, seed: int, training: BenchTraining) -> dict[str, Any]:
    world = whole if entry.kind == "oracle" else whole.of_layers(1)
    sample = _fresh(world, seed, training)
    k = max(1, round(true_l0(sample, "key")))
    n = max(32, training.width * world.truth.n_features)
    other = world.sample(4 * training.n_scored, generator(seed, "benchmark", "train"))
    control = CONTROLS[entry.kind](world, other, k, n, generator(seed, "control"))
    return {"l0": k, "scores": score(control, sample)}


def _trained(whole: World, entry: Entry, seed: int, training: BenchTraining, k_factor: float) -> dict[str, Any]:
    method = METHODS[entry.kind]
    if method.from_mlp:
        return {"reason": "reads or writes MLPs; planted worlds are attention layers"}
    if method.layers == "many" and len(whole.layers) < 2:
        return {"reason": "explains two layers or more"}
    world = whole.of_layers(1) if method.layers == "one" else whole
    sample = _fresh(world, seed, training)
    l0 = k_factor * true_l0(sample, method.side)
    try:
        base = settings_for(method, world, l0, training)
        settings = method.settings.parse(_changed(base.model_dump(), entry.settings), where=entry.name)
        scores = score(train(method, world, settings, seed, training), sample)
    except (DiskError, Stopped):
        raise
    except PolyheadError as error:
        return {"l0": l0, "reason": str(error)}
    return {"l0": l0, "settings": settings.model_dump(mode="json"), "n_steps": training.n_steps, "scores": scores}


def _changed(settings: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """With changes; another kind of activation keeps k."""
    changed = {**settings, **changes}
    if isinstance(changed.get("activation"), str):
        changed["activation"] = {**settings["activation"], "kind": changed["activation"]}
        changed["activation"].pop("threshold", None)
    return changed


def _fresh(world: World, seed: int, training: BenchTraining) -> Sample:
    return world.sample(training.n_scored, generator(seed, "benchmark", "scored"))


# ---- reading rows


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean and half width of the 95 % interval of the mean (Student); half width NaN for one value."""
    n, mean = len(values), sum(values) / len(values)
    if n < 2:
        return mean, math.nan
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1))
    return mean, float(student.ppf(0.975, n - 1)) * spread / math.sqrt(n)


def column(rows: Iterable[Row], name: str) -> list[float]:
    """One score of each row that has it; counts of features as shares."""
    found = []
    for row in rows:
        value = None if row.scores is None else getattr(row.scores, name)
        if value is not None and row.scores is not None:
            found.append(value / row.scores.n_features if name in ("n_recovered", "n_said") else float(value))
    return found


COLUMNS: dict[str, str] = {
    "n_recovered": "recovered",
    "n_said": "of what it says",
    "source": "source",
    "output": "output",
    "loading": "loading",
    "uniqueness": "unique",
    "precision": "precision",
    "recall": "recall",
    "qk": "QK",
    "pattern": "pattern nMSE",
    "pattern_off_sink": "off the sink",
    "fvu": "FVU",
    "l0": "L0",
    "l0_key": "L0 of keys",
    "densest": "densest",
    "l0_true": "true L0",
}
"""Score -> heading."""


BRIEF = ("n_recovered", "n_said", "source", "output", "loading", "qk", "fvu", "l0")
"""What a narrow terminal shows."""


def table(rows: Sequence[Row], *, brief: bool = False) -> list[dict[str, str]]:
    """One line per method for the rows of one case, best first: mean±half interval; empty where nothing is said."""
    lines, shown = [], {name: heading for name, heading in COLUMNS.items() if not brief or name in BRIEF}
    for method in dict.fromkeys(row.method for row in rows):
        mine = [row for row in rows if row.method == method]
        if all(row.scores is None for row in mine):
            continue
        cells = {heading: _cell(column(mine, name)) for name, heading in shown.items()}
        rank = [_mean(column(mine, name)) for name in ("n_recovered", "n_said", "source", "output", "qk")]
        lines.append((rank, {"method": method, **cells, "seeds": str(len(mine))}))
    return [cells for _, cells in sorted(lines, key=lambda line: line[0], reverse=True)]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else -1.0


def _cell(values: list[float]) -> str:
    if not values:
        return ""
    mean, half = interval(values)
    return f"{mean:.2f}" if math.isnan(half) else f"{mean:.2f}±{half:.2f}"


def summary(benchmark: Benchmark) -> list[dict[str, str]]:
    """Share of features recovered, by method and case; in brackets by what the method says, where that is more."""
    lines = []
    names = list(benchmark.cases)
    for method in dict.fromkeys(row.method for row in benchmark.rows):
        line, total = {"method": method}, 0.0
        for case in names:
            rows = [r for r in benchmark.rows if r.method == method and r.case == case and r.k_factor == 1.0]
            full, said = column(rows, "n_recovered"), column(rows, "n_said")
            if not full:
                qk = column(rows, "qk")
                line[case] = f"QK {_mean(qk):.2f}" if qk else ""
                continue
            total += _mean(full) + 0.01 * _mean(said)
            more = f" ({_mean(said):.2f})" if _mean(said) > _mean(full) + 0.005 else ""
            line[case] = f"{_mean(full):.2f}{more}"
        lines.append((total, line))
    return [line for _, line in sorted(lines, key=lambda x: -x[0])]


def markdown(lines: Sequence[Mapping[str, str]]) -> str:
    """A table; columns that are empty everywhere are left out."""
    if not lines:
        return "(no rows)"
    keys = [key for key in lines[0] if any(line.get(key) for line in lines)]
    head = f"| {' | '.join(keys)} |\n|{'|'.join(' --- ' for _ in keys)}|"
    body = "\n".join(f"| {' | '.join(line.get(key, '') for key in keys)} |" for line in lines)
    return f"{head}\n{body}"
