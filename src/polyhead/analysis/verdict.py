"""The verdict: what a list of evaluations says, in plain sentences with their numbers.

Two kinds of dictionary are compared at equal L0: each seed's points form a frontier, which is interpolated linearly in
log L0 at every L0 measured for either within the range that both cover. Nothing is extrapolated. The difference of a
seed is the mean over those places; a kind wins where every seed agrees and the mean difference is larger than the seed
spread (standard deviation over seeds at equal setting, pooled over settings and both kinds).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from polyhead.analysis.method_ranking import patterns, ranking
from polyhead.core.records import FEWEST_DOCUMENTS, Evaluation

Axis = Literal["l0_source", "l0_dest"]
Measure = Literal["fvu", "ce_spliced"]
AXES: dict[Axis, str] = {"l0_source": "source L0", "l0_dest": "destination L0"}
MEASURES: dict[Measure, str] = {"fvu": "FVU", "ce_spliced": "next-token loss"}
NAMES = {
    "free": "free",
    "top1": "Top-1",
    "shuffled": "the shuffled control",
    "pca": "output PCA",
    "head_svd": "per-head SVD of W_OV",
    "head_data_svd": "per-head PCA of outputs",
}
LINEAR = ("pca", "head_svd", "head_data_svd")
_SLACK = 1.02
"""Two L0s within 2 % count as equal."""


@dataclass(frozen=True)
class Comparison:
    """One measure of two kinds at equal L0."""

    low: float
    high: float
    """Range of L0 over which they were compared."""
    by_seed: list[float]
    """Mean difference, first minus second, of each seed."""
    means: tuple[float, float]
    n_without_overlap: int
    """Seeds left out because the two ranges of L0 do not overlap."""
    spread: float | None
    """None where no setting has two seeds."""

    @property
    def difference(self) -> float:
        """Mean over seeds."""
        return float(np.mean(self.by_seed))

    @property
    def decided(self) -> bool:
        """Whether all seeds agree and the difference is larger than the seed spread."""
        one_sign = len({np.sign(d) for d in self.by_seed}) == 1
        return self.spread is not None and len(self.by_seed) > 1 and one_sign and abs(self.difference) > self.spread


def verdict(evaluations: Iterable[Evaluation]) -> list[str]:
    """Sentences: the ranking of all methods by layer, then every layer and target, free against Top-1 first."""
    everything = list(evaluations)
    ordered = sorted(everything, key=lambda e: (e.layer, e.target))
    found: list[tuple[str, list[str]]] = []
    for _, group in groupby(ordered, key=lambda e: (e.layer, e.target)):
        rows = list(group)
        found.append((rows[0].target, _of_one_target(rows)))
    several = sum(bool(sentences) for _, sentences in found) > 1
    first = ranking(everything) + patterns(everything)
    of_targets = [f"{t}: {s}" if several else s for t, sentences in found for s in sentences]
    return first + of_targets + documents(everything)


def documents(evaluations: Sequence[Evaluation]) -> list[str]:
    """What the held-out text is of: one sentence for each text that was used, none for records that do not say."""
    sentences = []
    for policy in {e.policy.model_dump_json(): e.policy for e in evaluations}.values():
        n = policy.n_documents
        if n is None:
            continue
        about = f"Held-out text: {policy.n_positions:,} positions of {n} document{'' if n == 1 else 's'}"
        if policy.largest_document_share is not None and n > 1:
            about += f", the largest of which has {policy.largest_document_share:.0%}"
        if n < FEWEST_DOCUMENTS:
            about += f"; fewer than {FEWEST_DOCUMENTS} give no interval, and the numbers hold for these alone"
        sentences.append(f"{about}.")
        if policy.split is not None and policy.split.note is not None:
            sentences.append(f"About the split: {policy.split.note}.")
    return sentences


def _of_one_target(rows: list[Evaluation]) -> list[str]:
    init = next((e.init for e in rows if e.variant == "top1"), None)
    kinds = {v: [e for e in rows if e.variant == v] for v in ("free", "top1", "shuffled")}
    main = [e for e in kinds["free"] if e.init == init] or kinds["free"]
    sentences = []
    for axis in AXES if main and kinds["top1"] else ():
        both = [_sentence("free", "top1", main, kinds["top1"], axis, measure) for measure in MEASURES]
        sentences += dict.fromkeys(both)  # where the ranges do not overlap they are one and the same
    if main and kinds["shuffled"]:
        sentences.append(_sentence("free", "shuffled", main, kinds["shuffled"], "l0_source", "fvu"))
        shares = [_mean(e.identity_share for e in some) for some in (kinds["shuffled"], main)]
        if None not in shares:
            sentences.append(
                f"The identity head carries {shares[0]:.0%} of the shuffled control's energy-weighted loading "
                f"against {shares[1]:.0%} of free's."
            )
    sentences += [
        s for kind in ("free", "top1") for s in _against_linear(kind, main if kind == "free" else kinds[kind], rows)
    ]
    return sentences + _effective_heads(kinds["free"])


def compare(
    first: Sequence[Evaluation], second: Sequence[Evaluation], axis: Axis, measure: Measure
) -> Comparison | None:
    """Two kinds at equal L0, seed by seed where they share seeds, else all points together; None without overlap."""
    seeds = sorted({e.seed for e in first} & {e.seed for e in second}, key=str)
    pairs = [([e for e in first if e.seed == s], [e for e in second if e.seed == s]) for s in seeds]
    pairs = pairs or [(list(first), list(second))]
    found = []
    for a, b in pairs:
        ranges = [_range(a, axis), _range(b, axis)]
        low, high = max(r[0] for r in ranges), min(r[1] for r in ranges)
        if low > high * _SLACK:
            continue
        low, high = min(low, high), max(low, high)
        at = np.unique([x for x in _values([*a, *b], axis) if low <= x <= high])
        values = [_interpolate(side, axis, measure, at) for side in (a, b)]
        found.append((low, high, float(np.mean(values[0])), float(np.mean(values[1]))))
    if not found:
        return None
    return Comparison(
        low=min(f[0] for f in found),
        high=max(f[1] for f in found),
        by_seed=[f[2] - f[3] for f in found],
        means=(float(np.mean([f[2] for f in found])), float(np.mean([f[3] for f in found]))),
        n_without_overlap=len(pairs) - len(found),
        spread=seed_spread([*first, *second], measure),
    )


def seed_spread(rows: Sequence[Evaluation], measure: Measure) -> float | None:
    """Standard deviation over seeds at equal setting, pooled; None where no setting has two seeds."""
    groups: dict[tuple, list[float]] = {}
    for e in rows:
        groups.setdefault((e.variant, e.init, e.sparsity, e.n_latents), []).append(getattr(e, measure))
    squares = [(len(g) - 1) * float(np.var(g, ddof=1)) for g in groups.values() if len(g) > 1]
    freedom = sum(len(g) - 1 for g in groups.values())
    return float(np.sqrt(sum(squares) / freedom)) if squares else None


def _values(rows: Sequence[Evaluation], axis: Axis) -> list[float]:
    return [v for e in rows if (v := getattr(e, axis)) is not None and v > 0]


def _range(rows: Sequence[Evaluation], axis: Axis) -> tuple[float, float]:
    values = _values(rows, axis)
    return (min(values), max(values)) if values else (float("inf"), 0.0)


def _interpolate(rows: Sequence[Evaluation], axis: Axis, measure: Measure, at: np.ndarray) -> np.ndarray:
    points: dict[float, list[float]] = {}
    for e in rows:
        if (x := getattr(e, axis)) is not None and x > 0:
            points.setdefault(x, []).append(getattr(e, measure))
    x = sorted(points)
    return np.interp(np.log(at), np.log(x), [np.mean(points[p]) for p in x])


def _sentence(
    first: str, second: str, a: Sequence[Evaluation], b: Sequence[Evaluation], axis: Axis, measure: Measure
) -> str:
    name, what = AXES[axis], MEASURES[measure]
    found = compare(a, b, axis, measure)
    if found is None:
        ra, rb = (_span(*_range(rows, axis)) for rows in (a, b))
        return (
            f"At equal {name} nothing can be compared: {NAMES[first]} has {ra} and {NAMES[second]} {rb}, "
            "which do not overlap for any seed."
        )
    span = _span(found.low, found.high)
    winner, loser = (first, second) if found.difference < 0 else (second, first)
    values = f"{found.means[0]:.3f} against {found.means[1]:.3f}"
    text = f"At equal {name} ({span}) {what} is {values} for {NAMES[first]} and {NAMES[second]}: "
    size = f"{abs(found.difference):.3f}" + (" nats" if measure == "ce_spliced" else "")
    n = len(found.by_seed)
    if found.spread is None or n == 1:
        text += f"{NAMES[winner]} is lower by {size}, from {_seeds(n)}, so the seed spread is not known"
    elif found.decided:
        text += (
            f"{NAMES[winner]} wins by {size} ({abs(found.difference) / max(found.spread, 1e-12):.1f} times the seed "
        )
        text += f"spread of {found.spread:.3f}; {_seeds(n)}, all agree)"
    else:
        agree = sum(np.sign(d) == np.sign(found.difference) for d in found.by_seed)
        text += f"undecided, {NAMES[winner]} is lower than {NAMES[loser]} by {size} with a seed spread of "
        text += f"{found.spread:.3f} ({agree} of {_seeds(n)} agree)"
    if found.n_without_overlap:
        text += f"; {_seeds(found.n_without_overlap)} left out because the ranges do not overlap"
    return text + "."


def _span(low: float, high: float, digits: int = 1) -> str:
    ends = [f"{x:.{digits}f}" for x in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _seeds(n: int) -> str:
    return "one seed" if n == 1 else f"{n} seeds"


def _against_linear(kind: str, rows: Sequence[Evaluation], everything: Sequence[Evaluation]) -> list[str]:
    """Where a kind's best setting stands among the ranks of the linear baselines."""
    if not rows:
        return []
    by_setting: dict[str, list[Evaluation]] = {}
    for e in rows:
        by_setting.setdefault(e.sparsity, []).append(e)
    sparsity, best = min(by_setting.items(), key=lambda item: np.mean([e.fvu for e in item[1]]))
    parts = []
    for baseline in LINEAR:
        line = sorted((e for e in everything if e.variant == baseline), key=lambda e: -e.fvu)
        if line:
            parts.append(f"{NAMES[baseline]} {_place(line, float(np.mean([e.fvu for e in best])))}")
    if not parts:
        return []
    fvu, ce = (float(np.mean([getattr(e, m) for e in best])) for m in MEASURES)
    return [
        f"Beside linear baselines, which have no sparsity: the lowest FVU of {NAMES[kind]} is {fvu:.3f} "
        f"({sparsity}, loss {ce:.3f}); " + "; ".join(parts) + "."
    ]


def _place(line: Sequence[Evaluation], fvu: float) -> str:
    """Between which ranks a value falls; `line` is sorted from worst to best."""
    worse = [e for e in line if e.fvu > fvu]
    better = [e for e in line if e.fvu <= fvu]
    if not better:
        return f"is worse at every rank tried (at best {worse[-1].fvu:.3f}, {worse[-1].sparsity})"
    reached = f"{better[0].sparsity} ({better[0].fvu:.3f}, loss {better[0].ce_spliced:.3f})"
    if not worse:
        return f"is at least as good already at {reached}"
    return f"needs more than {worse[-1].sparsity} ({worse[-1].fvu:.3f}) and is at least as good at {reached}"


def _effective_heads(rows: Sequence[Evaluation]) -> list[str]:
    """Effective heads from every initialization, since it depends on where loadings began."""
    parts = []
    for init in sorted({e.init for e in rows if e.init}):
        some = [e.effective_heads for e in rows if e.init == init and e.effective_heads is not None]
        if some:
            span = _span(min(some), max(some))
            mean = f"{np.mean(some):.1f}" + (f" ({span})" if " to " in span else "")
            parts.append(f"{mean} from the {init.replace('_', '-')} init")
    if not parts:
        return []
    caution = (
        " (it depends on the initialization; the two should bracket what long training gives)"
        if len(parts) > 1
        else " (it depends on the initialization, and only one was run)"
    )
    return [f"Effective heads of a free latent, weighted by energy: {', '.join(parts)}{caution}."]


def _mean(values: Iterable[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return float(np.mean(known)) if known else None
