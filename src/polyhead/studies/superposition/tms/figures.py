"""Figures of the study `tms`, from its trained grids."""

import torch
from torch import Tensor

from polyhead.analysis.feature_geometry import (
    LINES,
    dimensions_per_feature,
    feature_dimensionality,
    interference,
    represented,
)
from polyhead.core.study_records import Figure, HeatMap, Lines, Reference, Scatter, Series
from polyhead.studies import study
from polyhead.studies.panels import Panels, band
from polyhead.studies.superposition.models import Grid
from polyhead.studies.superposition.tms.claims import phases
from polyhead.studies.superposition.tms.models import TmsConfig
from polyhead.studies.superposition.tms.phases import PHASES

LINE_MARKS = [Reference(axis="y", value=v, label=text) for v, text in LINES]


def phase_maps(cfg: TmsConfig, two: Grid, three: Grid, axes: tuple[list[float], list[float]]) -> Figure:
    """Measured and predicted phases of both worlds."""
    ds, rs = axes
    panels = []
    for grid, n in ((two, 2), (three, 3)):
        _, best, theory = phases(cfg, grid, n)
        for values, name in ((best, "best of the seeds"), (theory, "closed form")):
            panels.append(
                HeatMap(
                    title=f"{n} features on {n - 1}: {name}",
                    x_label="relative importance of the extra feature",
                    y_label="density",
                    x=[f"{r:.2g}" for r in rs],
                    y=[f"{d:.3g}" for d in ds],
                    values=[[float(v) for v in row] for row in values],
                    categories=list(PHASES),
                )
            )
    return Figure(
        key="phase-diagrams",
        title="Phase diagrams of the extra feature",
        caption="Ignored, a dimension of its own, or superposed, over density and relative importance, after Elhage "
        "et al. 2022; next to it the phase whose ideal solution has the least expected loss.",
        panels=panels,
        columns=2,
    )


@study.figure("dimensions-per-feature", "Dimensions per feature D* = m / |W|_F^2")
def sticky(grid: Grid) -> Panels:
    """Mean and 10th to 90th percentile over seeds, equal importance. Published: plateaus at 1 and 1/2."""
    xs = sorted({c.world.density for c in grid.cells}, reverse=True)
    rows = [dimensions_per_feature(grid.W[grid.where(lambda c, d=d: c.world.density == d)]) for d in xs]  # fmt: skip
    return [
        Lines(
            title=f"{grid.cells[0].world.n_features} features on {grid.cells[0].model.d_hidden} units",
            x_label="1 / density",
            y_label="D*",
            log_x=True,
            series=[band("D*", rows, [1 / d for d in xs])],
            references=[Reference(axis="y", value=1.0, label="1"), Reference(axis="y", value=0.5, label="1/2")],
        )
    ]


@study.figure("feature-dimensionality", "Dimensionality of each feature")
def dimensionalities(grid: Grid) -> Panels:
    """D_i of the represented features of one model at each density; lines of regular polytopes."""
    xs, ys = [], []
    for i in grid.where(lambda c: c.seed == 0).tolist():
        W = grid.W[i : i + 1]
        values = feature_dimensionality(W)[represented(W)].tolist()
        xs += [1 / grid.cells[i].world.density] * len(values)
        ys += values
    return [
        Scatter(
            title="D_i",
            x_label="1 / density",
            y_label="D_i",
            log_x=True,
            series=[Series(name="features", x=xs, y=ys)],
            references=LINE_MARKS,
        )
    ]


def learning_curves(grid: Grid) -> Figure:
    """D_i over training, one model."""
    steps = sorted(grid.moments)
    D = torch.stack([feature_dimensionality(grid.moments[t]["W"][:1])[0] for t in steps])
    some = range(0, D.shape[1], max(1, D.shape[1] // 24))
    return Figure(
        key="learning-curves",
        title="Dimensionality while learning",
        caption=f"D_i of {len(some)} features of one ReLU model at density {grid.cells[0].world.density}.",
        panels=[
            Lines(
                title="energy levels",
                x_label="step",
                y_label="D_i",
                series=[Series(name=f"feature {i}", x=[float(t) for t in steps], y=D[:, i].tolist()) for i in some],
                references=LINE_MARKS,
            )
        ],
    )


def five_features(grid: Grid) -> Figure:
    """The five directions in the plane over training, by density."""
    shown = [grid.where(lambda c, d=d: c.world.density == d)[0] for d in _ends(grid)]
    frames = []
    for moment in grid.moments.values():
        row = []
        for i in shown:
            W: Tensor = moment["W"][i]
            spokes = [
                Series(name=f"feature {k}", x=[0.0, float(w[0])], y=[0.0, float(w[1])], joined="line")
                for k, w in enumerate(W)
            ]
            title = f"density {grid.cells[int(i)].world.density}"
            row.append(Scatter(title=title, x_label="unit 0", y_label="unit 1", series=spokes, square=True))
        frames.append(row)
    return Figure(
        key="five-in-a-plane",
        title="Five features on two units while learning",
        caption="Rows of W of one ReLU model at three densities, importance 0.9^i: axes, pairs, pentagon.",
        frames=frames,
        frame_labels=[f"step {t}" for t in grid.moments],
        columns=3,
    )


@study.figure("overlaps", "Overlaps of twenty features on five units", columns=3)
def overlaps(grid: Grid) -> Panels:
    """W W^T of one model at three densities, importance 0.7^i, after Elhage et al. 2022."""
    return [_overlap(grid, int(grid.where(lambda c, d=d: c.world.density == d)[0])) for d in _ends(grid)]


@study.figure("activations", "ReLU, GELU and linear output", columns=2)
def activations(base: dict[str, Grid]) -> Panels:
    """Five features on two units; mean and 10th to 90th percentile over seeds."""
    panels = []
    for name, measure in (("features represented", lambda W: represented(W).sum(-1)), ("mean interference", _mean)):
        series = []
        for kind, grid in base.items():
            xs = sorted({c.world.density for c in grid.cells}, reverse=True)
            rows = [measure(grid.W[grid.where(lambda c, d=d: c.world.density == d)]) for d in xs]
            series.append(band({"identity": "linear"}.get(kind, kind), rows, [1 / d for d in xs]))
        panels.append(Lines(title=name, x_label="1 / density", y_label=name, log_x=True, series=series))
    return panels


@study.figure("frequent-and-rare", "Frequent (0 to 9) and rare (10 to 19) features", columns=2)
def class_overlaps(grid: Grid) -> Panels:
    """W W^T of one model with equal importance and of one whose rare features weigh 20 times as much."""
    mixed = [int(grid.where(lambda c, k=k: c.model.d_hidden == 12 and isinstance(c.world.density, tuple)
                                and isinstance(c.world.importance, k))[0])
             for k in (float, tuple)]  # fmt: skip
    return [_overlap(grid, i, name) for i, name in zip(mixed, ("equal importance", "rare important"), strict=True)]


def _mean(W: Tensor) -> Tensor:
    return interference(W).mean(-1)


def _ends(grid: Grid) -> list[float]:
    values = sorted({c.world.density for c in grid.cells}, reverse=True)
    return [values[0], values[len(values) // 2], values[-1]]


def _overlap(grid: Grid, i: int, title: str | None = None) -> HeatMap:
    W = grid.W[i]
    names = [str(k) for k in range(len(W))]
    return HeatMap(
        title=title or f"density {grid.cells[i].world.density}",
        x=names,
        y=names,
        values=[[round(float(v), 4) for v in row] for row in W @ W.T],
        diverging=True,
    )
