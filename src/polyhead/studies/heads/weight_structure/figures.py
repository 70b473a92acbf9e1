"""Figures of the study `weight-structure`: data only."""

import numpy as np
from torch import Tensor

from polyhead.analysis.weights.order import Method
from polyhead.core.study_records import Bars, Figure, HeatMap, Lines, Reference, Series
from polyhead.studies import study
from polyhead.studies.heads.weight_structure.measures import MatrixMeasures, Measured
from polyhead.studies.panels import RANGE, Panels, band


def _heat(
    title: str, table: Tensor, *, first: int = 0, per: float = 1.0, limits: tuple[float, float] | None = None
) -> HeatMap:
    names = [str(round(first + i * per)) for i in range(len(table))]
    values = np.round(table.double().numpy(), 4).tolist()
    return HeatMap(
        title=title, x_label="place in the order", y_label="place", x=names, y=names, values=values, limits=limits
    )


def matrices(m: Measured) -> Figure:
    one = m.shown
    per = one.shape[0] / len(one.shown["weights"])
    top = float(np.quantile(one.shown["weights"].numpy(), 0.995))
    titles = {
        "weights": f"{one.name}",
        "gaussian": "Gaussian, same row norms",
        "spectrum": "same spectrum, random frame",
    }
    return Figure(
        key="ordered",
        title=f"Squared cosines of the rows of {one.name}, ordered, next to two nulls ordered the same way",
        caption=f"Means over tiles of {per:.0f} x {per:.0f} pairs (a row with itself left out), greedy path + 2-opt. "
        "The published picture shows the matrix and one random matrix. The colour scale ends at the 99.5th "
        "percentile of the real one.",
        panels=[_heat(title, one.shown[k], per=per, limits=(0.0, top)) for k, title in titles.items()],
        columns=3,
    )


def zoom(m: Measured) -> Figure:
    one = m.shown
    return Figure(
        key="zoom",
        title=f"Along the diagonal of {one.name}",
        caption=f"Windows of {len(one.pieces[0][1])} rows that slide along the ordered matrix, one row per cell; "
        "the published animation. Places are those of the order, so a block's rows are read off the record's clusters.",
        frames=[[_heat(f"places {s} on", piece, first=s, limits=(0.0, 1.0))] for s, piece in one.pieces],
        frame_labels=[f"place {s}" for s, _ in one.pieces],
    )


def _nulls(found: list[MatrixMeasures], what: str, kind: str, label: str) -> Series:
    rows = [[getattr(s, what) for s in m.null[kind]["two_opt"]] for m in found]  # pyright: ignore[reportArgumentType]
    return band(label, rows, middle=np.median, ends=RANGE)


def _by_matrix(found: list[MatrixMeasures], what: str, title: str, y_label: str) -> Panels:
    weights = Series(name="weights", y=[getattr(m.real["two_opt"], what) for m in found])
    nulls = [
        _nulls(found, what, kind, label)
        for kind, label in (("gaussian", "Gaussian draws"), ("spectrum", "same spectrum"))
    ]
    names = [m.name for m in found]
    return [Bars(title=title, x_label="matrix", y_label=y_label, categories=names, series=[weights, *nulls])]


@study.figure("excess", _EXCESS := "Block excess of every matrix and of its nulls")
def excess(m: Measured) -> Panels:
    """Greedy path + 2-opt. Bars of nulls are medians over draws, whiskers the lowest and the highest draw."""
    return _by_matrix(m.found, "excess", _EXCESS, "mean squared cosine in the band - outside")


@study.figure("neighbours", _NEIGHBOURS := "How similar neighbours are along the path")
def neighbours(m: Measured) -> Panels:
    """What a path finds in noise of the same size is the Gaussian bar: a random matrix is not a line at 1/d."""
    return _by_matrix(m.found, "neighbour", _NEIGHBOURS, "mean squared cosine of neighbours")


def methods(m: Measured) -> Figure:
    one = m.shown
    methods: list[Method] = list(one.real)
    series = [Series(name=one.name, y=[one.real[k].excess for k in methods])]
    for kind, label in (("gaussian", "Gaussian draws"), ("spectrum", "same spectrum")):
        rows = [[s.excess for s in one.null[kind].get(k, [])] for k in methods]  # pyright: ignore[reportArgumentType]
        series.append(band(label, rows, middle=np.median, ends=RANGE))
    bars = Bars(
        title="Block excess by order", y_label="block excess", categories=[str(k) for k in methods], series=series
    )
    return Figure(
        key="orders",
        title=f"Which order: {one.name}",
        caption="`given` is the order of the file. Every order but that one is found by searching, so each is compared "
        "with the same search on noise; leaves (optimal leaf order of the average-linkage tree) only for small ones.",
        panels=[bars],
    )


def clusters(m: Measured) -> Figure:
    lines = [
        Series(name=one.name, x=[float(i + 1) for i in range(len(s))], y=[x / one.shape[0] for x in s])
        for one in m.found
        if (s := one.sizes()[:40])
    ]
    none = [one.name for one in m.found if not one.sizes()]
    return Figure(
        key="clusters",
        title="Clusters that noise does not have, by size",
        caption="Share of the rows in each cluster, largest first, of the average-linkage tree cut where no Gaussian "
        f"draw has a cluster of three rows. Without any: {', '.join(none) or 'none'}.",
        panels=[
            Lines(
                title="Cluster sizes",
                x_label="cluster",
                y_label="share of rows",
                series=lines or [Series(name="none", x=[1.0], y=[0.0])],
                log_x=True,
                references=[Reference(axis="y", value=0.1, label="a tenth of the rows")],
            )
        ],
    )


def activations(m: Measured) -> list[Figure]:
    one = m.shown
    if "activations" not in one.shown:
        return []
    per = one.shape[0] / len(one.shown["weights"])
    tables = {
        "squared cosine of weights": one.shown["weights"],
        "squared correlation of activations": one.shown["activations"],
    }
    drawn = Figure(
        key="activations",
        title=f"{one.name}: weights and activations in the order of the weights",
        caption="Where rows of one block are also active together, the second picture has the same block. Each has a "
        "colour scale of its own.",
        panels=[_heat(k, v, per=per, limits=(0.0, float(np.quantile(v.numpy(), 0.995)))) for k, v in tables.items()],
        columns=2,
        shared_scale=False,
    )
    return [drawn]
