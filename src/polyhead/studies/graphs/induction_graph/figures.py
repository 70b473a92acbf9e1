"""Figures of the study `induction-graph`."""

import numpy as np

from polyhead.core.study_records import Bars, Reference, Scatter, Series
from polyhead.studies import study
from polyhead.studies.graphs.induction_graph.measures import Measured
from polyhead.studies.graphs.induction_graph.models import Removal
from polyhead.studies.panels import Panels, band


@study.figure("contrast", "What makes the key stand out", columns=2)
def contrast(m: Measured) -> Panels:
    """Share of the induction head's contrast between its key and other keys, prompt by prompt in order of size:
    latents brought by the previous-token head, and the other latents of that layer at the key. The rest comes
    from embeddings, other layers and errors."""

    def series(name: str, attribute: str, label: str) -> Series:
        values = [getattr(c, attribute) for c in m.sets[name]]
        return Series(name=label, x=list(range(1, len(values) + 1)), y=sorted(round(v, 4) for v in values))

    return [
        Scatter(
            title=name,
            x_label="prompts, in order",
            y_label="share of the contrast",
            series=[
                series(name, "carried", "by the previous-token head"),
                series(name, "others", "by other heads"),
            ],
            references=[Reference(axis="y", value=0.5, label="half")],
        )
        for name in m.sets
    ]


@study.figure("removed", "Attention to the key that is left")
def removed(m: Measured) -> Panels:
    """Live model, medians over prompts with 10th and 90th percentiles, by what was removed before the
    induction head."""
    kinds = {
        "removed": "all carried",
        "top": "the strongest one",
        "other": "strongest other",
        "random": "all others, same norm",
        "elsewhere": "elsewhere",
    }

    def row(name: str) -> Series:
        values = [np.array([getattr(c, kind).pattern for c in m.sets[name]]) for kind in kinds]
        return band(name, values, middle=np.median, digits=4)

    return [
        Bars(
            title="attention left, over what it was",
            y_label="share",
            categories=list(kinds.values()),
            series=[row(name) for name in m.sets],
            references=[Reference(axis="y", value=1.0, label="untouched")],
        )
    ]


@study.figure("nats", "Attention left and nats lost", columns=2)
def nats(m: Measured) -> Panels:
    """Live model, every prompt; log-probability of the answer lost against attention to the key that is left."""

    def points(name: str, attribute: str, label: str) -> Series:
        found: list[Removal] = [getattr(c, attribute) for c in m.sets[name]]
        return Series(name=label, x=[round(r.pattern, 4) for r in found], y=[round(r.nats, 4) for r in found])

    return [
        Scatter(
            title=name,
            x_label="attention to the key left",
            y_label="nats lost",
            series=[points(name, "removed", "all carried"), points(name, "random", "others, same norm")],
        )
        for name in m.sets
    ]
