"""Figures of the study `attention-superposition`: data only."""

import numpy as np

from polyhead.core.records import Evaluation
from polyhead.core.study_records import Bars, Drawing, Figure, Scatter, Series
from polyhead.studies import study
from polyhead.studies.panels import RANGE, Panels, band
from polyhead.studies.real_layers.attention_superposition.models import KINDS, LayerResult


def figures(found: list[LayerResult]) -> list[Figure]:
    """All of them."""
    return [_by_kind(found), _frontiers(found), _needed(found)]


def _values(r: LayerResult, variant: str, k: int, what: str) -> list[float]:
    init = "spread" if variant == "top1_anneal" else "one_hot"
    picked = [r.get(variant, k, s, init) for s in r.place.seeds]
    return [getattr(e, what) for e in picked if e is not None]


def _bars(found: list[LayerResult], what: str, title: str, y_label: str) -> list[Drawing]:
    panels: list[Drawing] = []
    for k in sorted({k for r in found for k in r.place.ks}):
        some = [r for r in found if k in r.place.ks]
        series = []
        for variant, name in KINDS.items():
            values = [_values(r, variant, k, what) for r in some]
            series.append(band(name, values, ends=RANGE))
        names = [r.name for r in some]
        panels.append(Bars(title=f"{title}, k = {k}", y_label=y_label, categories=names, series=series))
    return panels


@study.figure("kinds", "Reconstruction by the way latents are moved", columns=2, shared_scale=False)
def _by_kind(found: list[LayerResult]) -> Panels:
    """Held-out text, all at the same number of active latents per source token. Whiskers: smallest and largest
    over seeds, where several were trained. The SAE through all heads shows what its features alone lose."""
    return _bars(found, "fvu", "FVU", "FVU") + _bars(found, "kl", "KL to the clean model", "nats")


@study.figure(
    "frontiers",
    "The same dictionaries, counted where latents are read and where they arrive",
    columns=2,
    shared_scale=False,
)
def _frontiers(found: list[LayerResult]) -> Panels:
    """One point per dictionary. A latent with several heads lands in more places, so what is better at equal
    source k need not be better at equal destination L0."""
    kinds = ("free", "top1", "top1_choice")
    panels: list[Drawing] = []
    for r in found:
        for x, label in (
            ("l0_source", "active latents per source"),
            ("l0_dest", "latents carrying 90 % at a destination"),
        ):
            series = []
            for kind in kinds:
                rows: list[Evaluation] = [e for e in r.evaluations if e.variant == kind and e.init == "one_hot"]
                xs = [float(getattr(e, x) or 0) for e in rows]
                series.append(Series(name=KINDS[kind], x=xs, y=[e.fvu for e in rows]))
            panels.append(Scatter(title=r.name, x_label=label, y_label="FVU", series=series, log_x=True))
    return panels


@study.figure("heads-needed", "How many heads latents need")
def _needed(found: list[LayerResult]) -> Panels:
    """Greedy search over heads with free coefficients; weighted by energy; mean, smallest and largest over
    dictionaries. Heads that look at the same places count once."""
    names = [(r, e) for r in found for e in r.evaluations if e.variant in ("free", "shuffled") and e.name in r.heads]
    width = max((len(r.heads[e.name].needed) for r, e in names), default=1)
    series = []
    for variant, init, label in (
        ("free", "one_hot", "started on one head"),
        ("free", "spread", "started on all heads"),
        ("shuffled", "one_hot", "heads of another prompt"),
    ):
        rows = [r.heads[e.name].needed for r, e in names if e.variant == variant and e.init == init]
        padded = np.array([row + [0.0] * (width - len(row)) for row in rows]).reshape(-1, width)
        if len(padded):
            series.append(band(label, padded.T, ends=RANGE))
    bars = Bars(
        title="Energy by heads needed",
        x_label="heads needed for 95 % of what a latent moves",
        y_label="share of energy",
        categories=[str(n) for n in range(1, width + 1)],
        series=series,
    )
    return [bars]
