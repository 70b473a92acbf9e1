"""Figures of the study `ov-coherent` over all shapes and seeds: phase maps, curves, distributions, open questions."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.core.study_records import Bars, Drawing, Figure, HeatMap, Lines, Reference, Series
from polyhead.studies import study
from polyhead.studies.pairs.models import Cell, signal_tokens
from polyhead.studies.pairs.ov_coherent.claims import taus
from polyhead.studies.pairs.ov_coherent.hard_attention import hard_ceiling
from polyhead.studies.pairs.ov_coherent.measures import Measured
from polyhead.studies.pairs.ov_coherent.open_claims import extremeness
from polyhead.studies.pairs.preference_order import between_models_taus, head_pair_taus, is_reversed
from polyhead.studies.pairs.token_tables import exact_accuracy
from polyhead.studies.panels import Panels, band, numbered, rounded, share
from polyhead.tasks.pairs import truth


def phase_maps(m: Measured) -> Figure:
    """Accuracy, order and split attention over heads, width and bias."""

    def mean(values: Tensor) -> float | None:
        return float(values.double().mean()) if len(values) else None

    def tau(cell: Cell, how: Callable[[Tensor], Tensor]) -> float | None:
        return mean(how(taus(m.cells[cell]))) if cell.n_heads > 1 else None

    quantities: list[tuple[str, tuple[float, float], Callable[[Cell], float | None]]] = [
        ("mean accuracy", (0, 1), lambda c: mean(m.cells[c].accuracy)),
        ("share at 100 %", (0, 1), lambda c: mean(torch.tensor(m.cells[c].solved))),
        ("smallest tau between heads (models at 100 %)", (-1, 1), lambda c: tau(c, lambda t: t)),
        ("share with a reversed pair of heads (models at 100 %)", (0, 1), lambda c: tau(c, is_reversed)),
        (
            "split attention: share of (head, mixed pair)",
            (0, 1),
            lambda c: mean(m.cells[c].split.share(m.cells[c].split.majority)),
        ),
    ]
    panels: list[Drawing] = []
    for name, limits, of in quantities:
        for bias in (False, True):
            panels.append(
                HeatMap(
                    title=f"{name}; {'with' if bias else 'without'} b_O",
                    x_label="d_head",
                    y_label="heads",
                    x=[str(d) for d in m.widths],
                    y=[str(h) for h in sorted(m.cfg.heads)],
                    values=[[rounded(of(Cell(h, d, bias))) for d in m.widths] for h in sorted(m.cfg.heads)],
                    limits=limits,
                    diverging=limits[0] < 0,
                    annotate=True,
                )
            )
    n = min(len(one.accuracy) for one in m.cells.values())
    return Figure(
        key="phase-maps",
        title="Heads, width and bias",
        caption=f"Each cell is at least {n} models. Accuracy is exact over all signal sequences. Our extension: the "
        "post shows single models.",
        panels=panels,
        columns=2,
        shared_scale=False,
    )


@study.figure("learning", "Accuracy and order while training", columns=2)
def curves(m: Measured) -> Panels:
    """Median over models with the 10th to 90th percentile. Left: exact accuracy on signal sequences. Right:
    Kendall's tau between the two heads; all models of the shape, solved or not."""
    first = m.widths[0]
    cells = [c for c in (m.wide, Cell(2, first), Cell(1, m.wide.d_head), Cell(1, first)) if c in m.cells]
    accuracy, order = [], []
    for cell in cells:
        now = [measure_light(m, cell, step) for step in m.cfg.moments]
        accuracy.append(band(str(cell), [a for a, _ in now], m.cfg.moments, middle=np.median, digits=3))
        if cell.n_heads > 1:
            order.append(band(str(cell), [t for _, t in now], m.cfg.moments, middle=np.median, digits=3))
    return [
        Lines(
            title="accuracy",
            x_label="step",
            y_label="accuracy",
            series=accuracy,
            references=[Reference(axis="y", value=7 / 16, label="one hard head: 7/16")],
        ),
        Lines(title="tau between heads", x_label="step", y_label="tau", series=order),
    ]


def measure_light(m: Measured, cell: Cell, step: int) -> tuple[Tensor, Tensor]:
    """Accuracy and (for several heads) the smallest tau at a moment of training."""
    models = m.models[cell.n_heads]
    tables, phi = models.tables(cell, step=step), models.completions(cell)
    accuracy = exact_accuracy(tables, m.table.counts, m.table.probability, phi[:, m.table.multiset])
    signal = signal_tokens(m.cfg.world.n_signal)
    if cell.n_heads < 2:
        return accuracy, accuracy
    return accuracy, head_pair_taus(tables.scores[..., signal]).amin(1)


@study.figure("distributions", "Distributions over seeds", columns=2)
def distributions(m: Measured) -> Panels:
    """Left: Kendall's tau between the two heads of models at 100 %, and of heads of different models (the null).
    Right: accuracy of shapes that do not always solve the task; failed models sit at multiples of 1/16, the
    probability of a double: they lose whole pairs."""
    k = m.cfg.world.n_signal
    n_pairs = k * (k - 1) // 2
    places = [round(-1 + 2 * i / n_pairs, 3) for i in range(n_pairs + 1)]

    def histogram(values: Tensor, at: Sequence[float]) -> list[float | None]:
        nearest = (values[:, None].double() - torch.tensor(at).double()).abs().argmin(1)
        return [float((nearest == i).double().mean()) if len(values) else None for i in range(len(at))]

    series = [Series(name=f"d_head {c.d_head}", y=histogram(taus(m.cells[c]), places)) for c in m.two(m.widths)]
    null = between_models_taus(m.cells[m.wide].scores, generator(m.cfg.seed, "null"), rounds=8)
    series.append(Series(name="different models", y=histogram(null, places)))
    levels = [i / 16 for i in range(17)]
    shapes = [Cell(2, m.widths[0]), Cell(2, m.widths[1]), *(Cell(1, d) for d in m.widths)]
    return [
        Bars(
            title="tau",
            x_label="tau",
            y_label="share of models",
            categories=[f"{p:.2f}" for p in places],
            series=series,
        ),
        Bars(
            title="accuracy",
            x_label="accuracy, to the nearest sixteenth",
            y_label="share of models",
            categories=[f"{i}/16" for i in range(17)],
            series=[Series(name=str(c), y=histogram(m.cells[c].accuracy, levels)) for c in shapes],
        ),
    ]


@study.figure("trade-off", "Heads against width", columns=2)
def trade_off(m: Measured) -> Panels:
    """Share of models at 100 % against the size of the layer, one line for each number of heads."""
    panels: list[Drawing] = []
    for bias in (False, True):
        series = []
        for h in sorted(m.cfg.heads):
            y = [share(m.cells[Cell(h, d, bias)].solved) for d in m.widths]
            name = "1 head" if h == 1 else f"{h} heads"
            series.append(Series(name=name, x=[float(h * d) for d in m.widths], y=y))
        panels.append(
            Lines(
                title=f"share at 100 %, {'with' if bias else 'without'} b_O",
                x_label="n_heads x d_head (parameters)",
                y_label="share of models",
                series=series,
            )
        )
    return panels


@study.figure("graded", "Where frequent and important tokens stand")
def graded(m: Measured) -> Panels:
    """Distance of a token's rank from the middle of the order, mean over heads and models; token 1 is drawn, or
    weighs, 8 times as much as token 4. Mean over equal tokens: 1."""
    wide = m.wide
    series = [Series(name="equal tokens", y=[rounded(x) for x in extremeness(m.cells[wide]).mean(0)])]
    for name in ("frequency", "importance"):
        cells = m.opened[name][1]
        cell = max((c for c in cells if c.n_heads == 2), key=lambda c: c.d_head)
        series.append(Series(name=f"graded {name}", y=[rounded(x) for x in extremeness(cells[cell]).mean(0)]))
    return [
        Bars(
            title="distance from the middle, ranks",
            x_label="signal token",
            y_label="mean |rank - 1.5|",
            categories=numbered(m.cfg.world.n_signal),
            series=series,
        )
    ]


@study.figure("three-slots", "Three slots")
def three_slots(m: Measured) -> Panels:
    """Median accuracy (10th to 90th percentile) with three signal tokens of three kinds in a sequence, and the
    exact ceilings of hard heads."""
    models, cells = m.opened["three slots"]
    known = truth(models.world)
    references = [
        Reference(
            axis="y", value=hard_ceiling(known.multisets, known.probabilities, h).accuracy, label=f"{h} hard heads"
        )
        for h in (1, 2, 3)
    ]
    accuracy = [one.accuracy for one in cells.values()]
    return [
        Bars(
            title="accuracy",
            y_label="accuracy",
            categories=[str(c) for c in cells],
            series=[band("trained", accuracy, middle=lambda v: np.quantile(v, 0.5, method="lower"))],
            references=references,
        )
    ]
