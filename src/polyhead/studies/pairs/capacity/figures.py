"""Figures of the study `ov-coherent-capacity`."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from polyhead.core.study_records import Bars, Drawing, Lines, Reference, Scatter, Series
from polyhead.studies import study
from polyhead.studies.pairs.capacity.claims import solved
from polyhead.studies.pairs.capacity.constructions import CONSTRUCTIONS, points
from polyhead.studies.pairs.capacity.measures import Measured, Part
from polyhead.studies.pairs.models import Cell
from polyhead.studies.panels import Panels, band, rounded, share
from polyhead.tasks.pairs import truth


def _labels(m: Measured) -> list[str]:
    return ["random", *(f"built, noise {level:g}" for level in m.levels)]


@study.figure("starts", "Where training ends, by where it starts", columns=3)
def starts(m: Measured) -> Panels:
    """Share of models at 100 % on signal sequences after training from random inits and from explicit solutions
    with noise on their weights; on the right the same models before training."""
    labels = _labels(m)
    panels: list[Drawing] = []
    for part, title in (("mixed", "half noise sequences"), ("signal only", "no noise sequences")):
        series = [
            Series(name=f"{cell}", y=[share(solved(m.parts[part].accuracy(cell, s))) for s in labels])
            for cell in CONSTRUCTIONS.values()
        ]
        panels.append(Bars(title=title, y_label="share at 100 %", categories=labels, series=series))
    start = [
        Series(name=str(cell), y=[share(solved(m.parts["mixed"].accuracy(cell, s, 0))) for s in labels])
        for cell in CONSTRUCTIONS.values()
    ]
    panels.append(Bars(title="before training", y_label="share at 100 %", categories=labels, series=start))
    return panels


@study.figure("geometry", "Ten pairs as ten points", columns=2, shared_scale=False)
def geometry(m: Measured) -> Panels:
    """What the head or heads read for each pair (mean over noise), scaled to the largest. Left: the explicit
    solution; right: the best model from random inits. On a line only different places count (b_O needed), in a
    plane only different angles."""
    pairs = ["".join(map(str, pair)) for pair in truth(m.world).multisets]
    panels: list[Drawing] = []
    mixed = m.parts["mixed"]
    for name, cell in CONSTRUCTIONS.items():
        flat = cell.n_heads * cell.d_head == 1
        panels.append(_plane(points(name), pairs, f"{name}: built", flat))
        accuracy = mixed.accuracy(cell, "random")
        best = int(accuracy.argmax())
        found = mixed.points(cell, "random")[best]
        panels.append(_plane(found, pairs, f"{cell}: trained, accuracy {float(accuracy[best]):.2f}", flat))
    return panels


def _plane(z: Tensor, pairs: list[str], title: str, flat: bool) -> Scatter:
    z = z.double() / z.abs().max().clamp_min(1e-9)
    y = torch.zeros(len(z)) if flat else z[:, 1]
    series = [
        Series(
            name="pairs", x=[round(v, 3) for v in z[:, 0].tolist()], y=[round(v, 3) for v in y.tolist()], labels=pairs
        )
    ]
    return Scatter(title=title, series=series, square=True)


@study.figure("learning", "Accuracy while training", columns=3)
def curves(m: Measured) -> Panels:
    """Median with the 10th to 90th percentile over models; exact accuracy on signal sequences."""
    mixed, labels = m.parts["mixed"], _labels(m)
    panels: list[Drawing] = [
        Lines(
            title=str(cell),
            x_label="step",
            y_label="accuracy",
            series=[_band(mixed, m.moments, cell, label) for label in labels],
        )
        for cell in CONSTRUCTIONS.values()
    ]
    return panels


def _band(part: Part, moments: Sequence[int], cell: Cell, label: str) -> Series:
    values = [part.accuracy(cell, label, step) for step in moments]
    return band(label, values, moments, middle=np.median, digits=3)


@study.figure("losses", "Loss over all sequences at the end of training", columns=2, shared_scale=False)
def losses(m: Measured) -> Panels:
    """Median over models. Where the built init ends below random inits, training from random inits has stopped
    in a worse minimum; where it ends above, accuracy was bought with loss on noise sequences."""
    labels = _labels(m)
    panels: list[Drawing] = []
    for part, title in (("mixed", "half noise sequences"), ("signal only", "no noise sequences")):
        world = m.parts[part].models.world
        series = []
        for cell in CONSTRUCTIONS.values():
            values = [m.parts[part].total_loss(cell, s) for s in labels]
            series.append(Series(name=str(cell), y=[rounded(v.median(), 4) if len(v) else None for v in values]))
        floor = Reference(axis="y", value=truth(world).best_loss, label="floor")
        panels.append(Bars(title=title, y_label="loss, nats", categories=labels, series=series, references=[floor]))
    return panels
