"""Figures of the study `tms-dropout`, from its trained grids."""

import numpy as np
import torch
from torch import Tensor

from polyhead.analysis.feature_geometry import dimensions_per_feature
from polyhead.analysis.feature_geometry import norms as feature_norms
from polyhead.core.study_records import Drawing, Figure, HeatMap, Lines, Reference, Series
from polyhead.studies import study
from polyhead.studies.panels import Panels, band
from polyhead.studies.superposition.axis_alignment import expected_haar_kurtosis
from polyhead.studies.superposition.dropout.claims import alignment as kurtosis
from polyhead.studies.superposition.dropout.claims import block
from polyhead.studies.superposition.dropout.models import L1_COEFFICIENTS, RATES, DropoutConfig, ladder, three
from polyhead.studies.superposition.dropout.theory import LinearOptimum, lone_norm_square, pair_threshold
from polyhead.studies.superposition.dropout.theory_claims import pair_borders
from polyhead.studies.superposition.models import Grid


def _series(name: str, x: list[float], rows: Tensor) -> Series:
    return band(name, rows, x)


def _curve(name: str, x: list[float], y: Tensor) -> Series:
    return Series(name=name, x=x, y=[float(v) for v in y])


def stars(grid: Grid, cfg: DropoutConfig) -> Figure:
    """D* against density for each rate."""
    star = block(grid, dimensions_per_feature, cfg.n_densities, cfg.n_seeds)
    xs = [1 / d for d in ladder(cfg)]
    return Figure(
        key="dimensions-per-feature",
        title="Dimensions per feature under dropout",
        caption="D* = m / |W|_F^2 over density for each dropout rate, mean and 10th to 90th percentile over seeds; "
        "on the right times 1 - p, which shrinking alone would leave in place.",
        panels=[
            Lines(
                title=title,
                x_label="1 / density",
                y_label=title,
                log_x=True,
                log_y=True,
                series=[
                    _series(f"dropout {p}", xs, star[:, k] * ((1 - p) if scaled else 1)) for k, p in enumerate(RATES)
                ],
            )
            for title, scaled in (("D*", False), ("D* (1 - p)", True))
        ],
        columns=2,
    )


def norms(grid: Grid, cfg: DropoutConfig) -> Figure:
    """Largest squared norm against dropout with the closed-form bounds."""
    size = block(grid, lambda W: (feature_norms(W) ** 2).amax(-1), cfg.n_densities, cfg.n_seeds)
    fine = torch.linspace(0, 0.95, 39, dtype=torch.float64)
    rows = {d: ladder(cfg).index(d) for d in three(cfg)}
    return Figure(
        key="norms",
        title="Length of the longest feature against dropout",
        caption="Measured at three densities; closed form of the sparse limit for a feature on one unit (1 - p) and "
        f"spread evenly over all {cfg.d_hidden}.",
        panels=[
            Lines(
                title="largest |W_i|^2",
                x_label="dropout rate",
                y_label="|W_i|^2",
                series=[
                    *(_series(f"density {d}", list(RATES), size[k]) for d, k in rows.items()),
                    _curve("closed form, one unit", fine.tolist(), lone_norm_square(fine)),
                    _curve("closed form, all units", fine.tolist(), lone_norm_square(fine, cfg.d_hidden)),
                ],
            )
        ],
    )


def linear(grid: Grid, theory: LinearOptimum, cfg: DropoutConfig) -> Figure:
    """Linear models against their closed form."""
    size = block(grid, lambda W: (W * W).sum((1, 2)), 1, cfg.n_seeds)[0]
    losses = grid.losses.view(len(RATES), cfg.n_seeds)
    panels: list[Drawing] = [
        Lines(
            title=title,
            x_label="dropout rate",
            y_label=title,
            series=[_series("trained", list(RATES), ours), _curve("closed form", list(RATES), prediction)],
        )
        for title, ours, prediction in (
            ("|W|_F^2", size, (theory.W**2).sum((1, 2))),
            ("expected loss", losses, theory.loss),
        )
    ]
    return Figure(
        key="linear-closed-form",
        title="Linear models: trained and predicted",
        caption="Size of the weights and loss under dropout; the closed form has no fitted number.",
        panels=panels,
        columns=2,
    )


def pairs(grid: Grid, cfg: DropoutConfig) -> Figure:
    """The density at which pairs end, measured and predicted."""
    borders = torch.tensor(pair_borders(grid, cfg))
    fine = [float(p) for p in np.linspace(0, 0.97, 60)]
    return Figure(
        key="pair-threshold",
        title="Where antipodal pairs die",
        caption="Two equal features on one hidden unit: density above which training no longer ends in a ReLU pair, "
        "over dropout; the line is the closed form, without a fitted number.",
        panels=[
            Lines(
                title="two features on one unit",
                x_label="dropout rate",
                y_label="density",
                log_y=True,
                series=[
                    _series("measured", list(RATES), borders),
                    Series(name="closed form", x=fine, y=[pair_threshold(p) for p in fine]),
                ],
            )
        ],
    )


def alignment(grid: Grid, cfg: DropoutConfig) -> Figure:
    """Kurtosis of the directions against dropout."""
    shape = block(grid, kurtosis, cfg.n_densities, cfg.n_seeds)
    m = cfg.d_hidden
    return Figure(
        key="alignment",
        title="Alignment with the hidden axes",
        caption="Kurtosis of the feature directions, weighted by squared length: m on an axis, 1 on a diagonal of "
        "the hypercube. The report sees three phases over dropout.",
        panels=[
            Lines(
                title="kurtosis",
                x_label="dropout rate",
                y_label="kurtosis",
                series=[_series(f"density {d}", list(RATES), shape[ladder(cfg).index(d)]) for d in three(cfg)],
                references=[
                    Reference(axis="y", value=expected_haar_kurtosis(m), label="random directions"),
                    Reference(axis="y", value=1.0, label="hypercube diagonal"),
                ],
            )
        ],
    )


def overlaps(grid: Grid, cfg: DropoutConfig) -> Figure:
    """W W^T over density and dropout, one seed."""
    W = grid.W.view(cfg.n_densities, len(RATES), cfg.n_seeds, cfg.n_features, cfg.d_hidden)
    names = [str(k) for k in range(cfg.n_features)]
    panels = []
    for d in three(cfg):
        for p in (0.0, 0.2, 0.5, 0.9):
            one = W[ladder(cfg).index(d), RATES.index(p), 0]
            values: list[list[float | None]] = [[round(float(v), 3) for v in row] for row in one @ one.T]
            panels.append(HeatMap(title=f"density {d}, dropout {p}", x=names, y=names, values=values, diverging=True))
    return Figure(
        key="overlaps",
        title="W W^T over density and dropout",
        caption="One seed each, equal importance; rows of panels are densities, columns are rates.",
        panels=panels,
        columns=4,
        shared_scale=False,
    )


@study.figure("l1", "The L1 term as coded and as meant")
def penalty(l1: dict[str, Grid]) -> Panels:
    """Kurtosis of the feature directions over the coefficient; as coded, the absolute value is taken after the
    mean, so signs cancel."""
    series = []
    for kind, grid in l1.items():
        rows = [
            kurtosis(grid.W[grid.where(lambda cell, c=c: abs(cell.model.hidden_l1 - c) < 1e-9)])
            for c in L1_COEFFICIENTS
        ]
        series.append(band({"norm": "as meant", "coded": "as coded"}[kind], rows, L1_COEFFICIENTS))
    return [Lines(title="kurtosis", x_label="L1 coefficient", y_label="kurtosis", series=series)]
