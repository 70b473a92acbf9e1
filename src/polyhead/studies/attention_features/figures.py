"""Figures of the study `attention-features`: phase maps, dimensionality, overlap, loadings over training."""

from collections.abc import Sequence

import torch
from torch import Tensor

from polyhead.core.study_records import Drawing, Figure, HeatMap, Lines, Reference, Scatter, Series
from polyhead.studies import study
from polyhead.studies.attention_features.head_geometry import (
    antipodal_pairs,
    head_mix_fit,
    pattern_cosine,
    phase,
    represented,
)
from polyhead.studies.attention_features.models import AttentionFeaturesStudyConfig, Measured, Trained, best_seeds
from polyhead.studies.panels import Panels

NAMES = {
    "phase-2-1": "2 features, 1 head",
    "phase-3-2": "3 features, 2 heads",
    "phase-2-1-apart": "2 features, 1 head, patterns apart",
    "phase-2-1-unsigned": "2 features, 1 head, loadings >= 0",
}


@study.figure("phase-maps", "Phases of the last feature on the head axis", columns=2)
def phase_maps(m: Measured) -> Panels:
    """What becomes of the last feature, by how often features are active and how much it matters relative to the
    others: the best of all seeds in each cell. The head axis takes the place of the hidden units of toy models
    of superposition."""
    panels: list[Drawing] = []
    for key, t in m.phases.items():
        kind = phase(t.geometry, t.planted.shape[1] - 1)
        panels.append(
            _map(
                m.cfg,
                NAMES[key],
                [
                    [None if best is None else float(kind[best]) for best in row]
                    for row in _grid(m.cfg, lambda d, i, t=t: best_seeds(t, density=d, importance=i))
                ],
                categories=["ignored", "direction of its own", "superposed"],
            )
        )
    return panels


@study.figure("antipodal-pairs", "Antipodal pairs", columns=2)
def antipodal(m: Measured) -> Panels:
    """Share of seeds in which two represented features have opposite loadings."""
    panels: list[Drawing] = []
    for key, t in m.phases.items():
        pairs = antipodal_pairs(t.geometry).any(-1).any(-1).double()

        def share(d: float, i: float, t: Trained = t, pairs: Tensor = pairs) -> float | None:
            mine = t.where(density=d, importance=i)
            return float(pairs[mine].mean()) if mine else None

        panels.append(_map(m.cfg, NAMES[key], _grid(m.cfg, share), limits=(0.0, 1.0)))
    return panels


@study.figure(
    "head-dimensionality",
    "How much of a head each feature takes",
    columns=2,
    words=lambda m: {"n_heads": m.cfg.n_heads},
)
def dimensions(m: Measured) -> Panels:
    """Left: D_i of every represented feature, {n_heads} heads, all seeds; 1 is a head of its own, 1/2 an
    antipodal pair. Right: represented features per head."""
    series, counts = [], []
    for density, name in ((m.cfg.densities[-2], "sparse"), (m.cfg.densities[0], "dense")):
        x, y, per_head = [], [], []
        for n, t in m.widths.items():
            there, mine = represented(t.geometry), t.where(density=density)
            for i in mine:
                d = t.geometry.dimensionality[i][there[i]].tolist()
                x += [n / t.n_heads] * len(d)
                y += d
            per_head.append(float(there[mine].sum(-1).double().mean() / t.n_heads) if mine else None)
        series.append(Series(name=f"{name} (density {density})", x=x, y=y))
        ratios = [n / t.n_heads for n, t in m.widths.items()]
        counts.append(Series(name=f"{name} (density {density})", x=ratios, y=per_head))
    return [
        Scatter(
            title="Head dimensionality",
            x_label="features per head",
            y_label="D_i",
            series=series,
            references=[
                Reference(axis="y", value=1.0, label="own head"),
                Reference(axis="y", value=0.5, label="antipodal pair"),
            ],
        ),
        Lines(title="Represented", x_label="features per head", y_label="represented per head", series=counts),
    ]


@study.figure("overlap", "Overlap of the planted patterns", columns=2)
def overlap(m: Measured) -> Panels:
    """4 sparse features on 2 heads. Left: loss over that of the best constants. Right: cosine of planted
    patterns with their best mixture of heads, and with what the student itself moves. Median and 10th to 90th
    percentile."""
    t = m.overlaps
    levels = sorted({c.overlap for c in t.cells})
    fit, own = head_mix_fit(t.planted, t.pattern).mean(-1), pattern_cosine(t.planted, t.recovered).nanmean(-1)

    def line(name: str, values: Tensor) -> Series:
        q = [torch.quantile(values[t.where(overlap=o)].float(), torch.tensor([0.1, 0.5, 0.9])).tolist() for o in levels]
        return Series(name=name, x=levels, y=[v[1] for v in q], low=[v[0] for v in q], high=[v[2] for v in q])

    return [
        Lines(title="Unexplained", x_label="overlap", y_label="share", series=[line("students", t.unexplained)]),
        Lines(
            title="Patterns",
            x_label="overlap",
            y_label="cosine",
            series=[line("best mixture of heads", fit), line("moved by the student", own)],
        ),
    ]


def gram(m: Measured) -> Figure:
    n = next((n for n, t in m.widths.items() if n == 2 * t.n_heads), max(m.widths))
    t = m.widths[n]
    best = best_seeds(t, density=m.cfg.densities[-2]) or 0
    frames: list[list[Drawing]] = [
        [
            _matrix("loadings", g.loadings[best], [f"head {h}" for h in range(t.n_heads)]),
            _matrix("Gram matrix", g.gram[best], [str(i) for i in range(n)]),
        ]
        for g in t.moments.values()
    ]
    return Figure(
        key="loadings-over-training",
        title="Loadings over training",
        caption=f"The best of the sparse students with {n} features on {t.n_heads} heads: loadings of features on "
        "heads, and what each active feature adds to each output.",
        frames=frames,
        frame_labels=[f"step {step}" for step in t.moments],
        columns=2,
        shared_scale=False,
    )


def _matrix(title: str, values: Tensor, x: Sequence[str]) -> HeatMap:
    cells: list[list[float | None]] = [[round(float(v), 4) for v in row] for row in values]
    return HeatMap(title=title, x=list(x), y=[f"feature {i}" for i in range(len(cells))], values=cells, diverging=True)


def _grid(cfg: AttentionFeaturesStudyConfig, value) -> list[list]:
    return [[value(d, i) for d in cfg.densities] for i in reversed(cfg.importances)]


def _map(cfg: AttentionFeaturesStudyConfig, title: str, values: list[list[float | None]], **look) -> HeatMap:
    return HeatMap(
        title=title,
        x_label="density",
        y_label="relative importance",
        x=[str(d) for d in cfg.densities],
        y=[str(i) for i in reversed(cfg.importances)],
        values=values,
        **look,
    )
