"""Figures of the study `attention-kinds-in-graphs`."""

import numpy as np

from polyhead.core.study_records import Bars, Lines, Series
from polyhead.studies import study
from polyhead.studies.graphs.attention_kinds.claims import values_of
from polyhead.studies.graphs.attention_kinds.measures import LEVELS, Measured
from polyhead.studies.panels import Panels, band


@study.figure("scores", "Scores of whole graphs, by kind of attention dictionary")
def scores(m: Measured) -> Panels:
    """Medians over prompts with 10th and 90th percentiles: share of paths that end in embeddings rather than
    errors (replacement), share of what flows into nodes that is no error (completeness), and influence that ends
    in errors."""
    kinds = list(next(iter(m.found.values())))

    def series(name: str, label: str) -> Series:
        values = [np.array(values_of(m.found, kind, lambda x: getattr(x.whole, name))) for kind in kinds]
        return band(label, values, middle=np.median, digits=4)

    return [
        Bars(
            title="scores",
            categories=kinds,
            series=[
                series("replacement", "replacement"),
                series("completeness", "completeness"),
                series("error_share", "share ending in errors"),
            ],
        )
    ]


@study.figure("sizes", "How large a graph must be to be complete", columns=2)
def sizes(m: Measured) -> Panels:
    """Smallest graph of its most influential latents that reaches a completeness, what is left out counted as
    error; medians over prompts, where at least half of them reach it."""
    kinds = list(next(iter(m.found.values())))

    def series(kind: str, field: str) -> Series:
        rows = [x for seeds in m.found.values() for x in seeds[kind]]
        y: list[float | None] = []
        for i in range(len(LEVELS)):
            sizes = [float(getattr(s, field)) for x in rows if (s := x.sizes[i]) is not None]
            y.append(float(np.median(sizes)) if 2 * len(sizes) >= len(rows) else None)
        return Series(name=kind, x=list(LEVELS), y=y)

    return [
        Lines(
            title=label,
            x_label="completeness",
            y_label=label,
            series=[series(kind, field) for kind in kinds],
            log_y=True,
        )
        for field, label in (("n_nodes", "nodes"), ("n_edges", "edges"))
    ]
