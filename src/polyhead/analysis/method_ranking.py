"""All methods of a layer in one sentence: FVU of the attention output, each at its own L0.

A method stands with the setting whose L0 is nearest (in ratio) to the geometric mean of all L0s, so that methods
trained at several sparsities are read where they can be compared, and with the mean over its seeds. L0s are counted at
sources or at destinations, as the method does; of one that does both, on the side that all others count too. A lowest
FVU is only called that where all L0s are counted on one side and lie within 10 % of each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from polyhead.core.pattern_records import GOAL, HeadPattern
from polyhead.core.records import Evaluation
from polyhead.dictionaries import METHODS

_EQUAL = 1.1
_SIDES = ("sources", "destinations")
MTC_NAMES = {"free": "free MTC", "top1": "Top-1 MTC", "top1_choice": "Top-1 MTC by choice", "top1_argmax": "argmax MTC"}


@dataclass(frozen=True)
class Standing:
    """One method at one setting, mean over seeds."""

    name: str
    fvu: float
    l0: float
    side: str
    """Where L0 is counted: sources, destinations."""
    n_seeds: int

    @property
    def text(self) -> str:
        """`Attention value SAE 0.150 (L0 16.0 at sources)`."""
        return f"{self.name} {self.fvu:.3f} (L0 {self.l0:.1f} at {self.side})"


def ranking(evaluations: Iterable[Evaluation]) -> list[str]:
    """One sentence a layer; none where fewer than two methods have both numbers."""
    rows = [e for e in evaluations if e.method is not None and not _control(e) and e.attn_out_fvu is not None]
    rows = [e for e in rows if _l0(e, _SIDES) is not None]
    sentences = []
    layers = sorted({e.layer for e in rows})
    for layer, group in groupby(sorted(rows, key=lambda e: e.layer), key=lambda e: e.layer):
        standings = sorted(_standings(list(group)), key=lambda s: s.fvu)
        if len({s.name for s in standings}) > 1:
            where = f"layer {layer}'s attention output" if len(layers) > 1 else "the attention output"
            sentences.append(_sentence(where, standings))
    return sentences


def patterns(evaluations: Iterable[Evaluation]) -> list[str]:
    """What the patterns that methods make for the model's own heads are worth; none where none does.

    The first sentence is on the goal of docs/metrics.md, head by head; the second on the older numbers.
    """
    rows = [e for e in evaluations if e.pattern_nmse is not None and e.pattern_kl is not None and not _control(e)]
    parts = []
    for e in sorted(rows, key=lambda e: e.pattern_nmse or 0.0):
        found = _l0(e, _SIDES)
        l0 = "" if found is None else f", L0 {found[1]:.1f} at {found[0]}"
        parts.append(f"{_setting(e)} nMSE {e.pattern_nmse:.3f}, KL {e.pattern_kl:.3f} nats{l0}")
    older = [f"Attention patterns of their own making: {'; '.join(parts[:6])}."] if parts else []
    return _goal(rows) + older


def _goal(rows: Sequence[Evaluation]) -> list[str]:
    """Which heads are explained as the goal asks, and how far the others are from it."""
    heads = [(e, h) for e in rows for h in e.head_patterns if h.reaches_goal is not None]
    if not heads:
        return []
    reached = sum(bool(h.reaches_goal) for _, h in heads)
    heads.sort(key=lambda pair: (not pair[1].reaches_goal, pair[1].nmse_off_sink or 0.0))
    words = [
        f"{h.head} by {_setting(e)} {'yes' if h.reaches_goal else 'no'} ({h.nmse_off_sink:.3f}, L0 {h.l0_query:.1f} "
        f"per query and {h.l0_key:.1f} per key of d_head {h.d_head}, densest {h.densest:.0%}{_dense(h)})"
        for e, h in heads[:6]
    ]
    return [f"Heads explained ({GOAL}): {reached} of {len(heads)}. {'; '.join(words)}."]


def _dense(head: HeadPattern) -> str:
    """What dense scores of equal rank reach, where that was measured."""
    return "" if head.dense_off_sink is None else f"; dense scores of rank {head.dense_rank}: {head.dense_off_sink:.3f}"


def _setting(e: Evaluation) -> str:
    return " ".join(p for p in (_name(e), e.sparsity, "" if e.seed is None else f"seed {e.seed}") if p)


def _sentence(where: str, standings: Sequence[Standing]) -> str:
    text = f"FVU of {where}, lowest first: " + ", ".join(s.text for s in standings)
    low, high = min(s.l0 for s in standings), max(s.l0 for s in standings)
    if high > _EQUAL * low:
        return f"{text}. Not at equal L0 ({low:.1f} to {high:.1f}), so no method is called the best."
    if len({s.side for s in standings}) > 1:
        return f"{text}. Not at equal L0: some count it at sources, some at destinations."
    gap, n = standings[1].fvu - standings[0].fvu, min(s.n_seeds for s in standings[:2])
    seeds = "one seed" if n == 1 else f"{n} seeds"
    return f"{text}. At equal L0 {standings[0].name} is lowest, by {gap:.3f} ({seeds})."


def _standings(rows: Sequence[Evaluation]) -> list[Standing]:
    """Every method at the setting nearest to the common L0."""
    shared = [side for side in _SIDES if all(_l0(e, (side,)) is not None for e in rows)]
    order = tuple(dict.fromkeys([*shared, *_SIDES]))
    common = float(np.exp(np.mean([np.log(_count(e, order)[1]) for e in rows])))
    found = []
    for name in dict.fromkeys(_name(e) for e in rows):
        settings: dict[tuple, list[Evaluation]] = {}
        for e in rows:
            if _name(e) == name:
                settings.setdefault((e.sparsity, e.n_latents, e.init), []).append(e)
        means = {key: float(np.mean([_count(e, order)[1] for e in some])) for key, some in settings.items()}
        key = min(means, key=lambda k: abs(np.log(means[k] / common)))
        some = settings[key]
        fvu = float(np.mean([e.attn_out_fvu or 0.0 for e in some]))
        found.append(Standing(name, fvu, means[key], _count(some[0], order)[0], len(some)))
    return found


def _name(e: Evaluation) -> str:
    method = METHODS.get(e.method or "")
    if method is None:
        return str(e.method)
    return method.title if method.variant is None else MTC_NAMES.get(e.variant, f"MTC ({e.variant})")


def _control(e: Evaluation) -> bool:
    return e.variant.endswith("shuffled")


def _count(e: Evaluation, sides: Sequence[str]) -> tuple[str, float]:
    found = _l0(e, sides)
    assert found is not None  # rows without a count were left out
    return found


def _l0(e: Evaluation, sides: Sequence[str]) -> tuple[str, float] | None:
    """The first of the sides on which it is counted, and the count; None where nothing is."""
    counts = {"sources": e.l0_source, "destinations": e.l0_dest}
    return next(((side, value) for side in sides if (value := counts[side])), None)
