"""Figures of the study `ov-dimension`."""

import numpy as np

from polyhead.core.study_records import Drawing, Lines, Scatter, Series
from polyhead.studies import study
from polyhead.studies.panels import RANGE, Panels, band
from polyhead.studies.real_layers.ov_dimension.measures import NULLS, Measured, Source

SOURCES: tuple[Source, ...] = ("loadings", *NULLS)


@study.figure("rank-size", "Sizes of groups of similar head loadings, largest first", columns=2)
def sizes_by_rank(m: Measured) -> Panels:
    """k-means on unit loadings of living latents, next to one draw of each null. Redraws the published rank-size
    plots, which had no null. A power law is a straight line."""
    panels: list[Drawing] = []
    for one in m.found:
        series = []
        for source in SOURCES:
            cuts = one.some(source)
            for k in sorted({c.k for c in cuts} & {30, 300, max((c.k for c in cuts), default=0)}):
                sizes = next(c.sizes for c in cuts if c.k == k)
                at = np.unique(np.geomspace(1, len(sizes), 40).astype(int))
                ranks = at.astype(float).tolist()
                series.append(Series(name=f"{source}, k = {k}", x=ranks, y=[float(sizes[i - 1]) for i in at]))
        panels.append(
            Lines(title=one.name, x_label="rank", y_label="latents in the group", series=series, log_x=True, log_y=True)
        )
    return panels


@study.figure("unevenness", "How uneven group sizes are, for every number of groups", columns=2)
def unevenness(m: Measured) -> Panels:
    """0: all groups alike. Bands: smallest and largest over draws of a null."""
    panels: list[Drawing] = []
    for one in m.found:
        series = []
        for source in SOURCES:
            cuts = one.some(source)
            ks = sorted({c.k for c in cuts})
            values = [[c.gini for c in cuts if c.k == k] for k in ks]
            series.append(band(source, values, ks, ends=RANGE))
        panels.append(
            Lines(title=one.name, x_label="groups", y_label="Gini coefficient of sizes", series=series, log_x=True)
        )
    return panels


@study.figure("ranks", "Dimensions a group writes and reads", columns=2)
def ranks_of_groups(m: Measured) -> Panels:
    """One point per group, over all dictionaries. Random groups of the same sizes show what many vectors span
    anyway."""
    panels: list[Drawing] = []
    for side, label in (("writes", "rows of W_dec"), ("reads", "columns of W_enc")):
        rows = [row for one in m.found for row in one.ranks[side]]
        sizes = [float(size) for size, _, _ in rows]
        series = [
            Series(name="groups of like loadings", x=sizes, y=[rank for _, rank, _ in rows]),
            Series(name="random groups", x=sizes, y=[random for _, _, random in rows]),
        ]
        panels.append(
            Scatter(
                title=f"Effective rank of {label}",
                x_label="latents in the group",
                y_label="participation ratio",
                series=series,
                log_x=True,
                log_y=True,
            )
        )
    return panels
