"""Figures of the study `edge-heads`."""

import numpy as np

from polyhead.core.study_records import Bars, Reference, Scatter, Series
from polyhead.studies import study
from polyhead.studies.graphs.edge_heads.measures import Measured
from polyhead.studies.graphs.edge_heads.models import CARRIES, Alike
from polyhead.studies.panels import Panels, band


@study.figure("counts", "How many heads carry an edge", words=lambda _: {"carries": CARRIES})
def counts(m: Measured) -> Panels:
    """Share of influence on the logits over edges between positions, by how many heads carry the edge
    ({carries:.0%} of its terms or more); medians over prompts with 10th and 90th percentiles."""
    n = len(next(iter(m.spreads.values()))[0].counts)

    def series(name: str) -> Series:
        rows = np.array([s.counts for s in m.spreads[name]])
        return band(name, rows.T, middle=np.median, digits=4)

    return [
        Bars(
            title="heads of an edge",
            x_label="heads that carry it",
            y_label="share of influence",
            categories=[str(i) for i in range(n)],
            series=[series(name) for name in m.spreads],
        )
    ]


@study.figure("layers", "Effective heads of an edge, by layer")
def layers(m: Measured) -> Panels:
    """Participation ratio of an edge's head terms, weighted by influence; medians over prompts."""

    def median(name: str) -> list[float | None]:
        rows = np.array([s.by_layer for s in m.spreads[name]])
        return [round(v, 4) if v else None for v in np.median(rows, axis=0).tolist()]

    widths = dict.fromkeys(len(found[0].by_layer) for found in m.spreads.values())
    by_width = {n: [name for name, found in m.spreads.items() if len(found[0].by_layer) == n] for n in widths}

    return [
        Bars(
            title=f"model of {n} layers",
            x_label="layer",
            y_label="heads",
            categories=[str(layer) for layer in range(n)],
            series=[Series(name=name, y=median(name)) for name in names],
            references=[Reference(axis="y", value=1.0, label="one head")],
        )
        for n, names in by_width.items()
    ]


@study.figure("reasons", "Do heads of one edge look for the same features?", columns=2)
def reasons(m: Measured) -> Panels:
    """One point per edge: correlation of the split scores of the two heads that carry it, against the same for a
    head that looks there and carries nothing, and for the same two heads elsewhere. Above the diagonal: heads of
    one edge are more alike."""

    def points(some: list[Alike], attribute: str, label: str) -> Series:
        x = [round(v, 4) for g in some for v in getattr(g, attribute)]
        return Series(name=label, x=x, y=[round(v, 4) for g in some for v in g.together])

    return [
        Scatter(
            title=name,
            x_label="control",
            y_label="heads that carry the edge",
            series=[points(some, "apart", "one that carries nothing"), points(some, "elsewhere", "elsewhere")],
            square=True,
        )
        for name, some in m.pairs.items()
    ]
