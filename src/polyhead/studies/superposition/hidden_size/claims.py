"""Claims of the study `hidden-size-polysemanticity`."""

import numpy as np
import torch
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.studies import study
from polyhead.studies.claim import Number, Share, distribution
from polyhead.studies.superposition.axis_alignment import rotated
from polyhead.studies.superposition.hidden_size.measures import KINDS, N_FEATURES, HiddenSizeConfig, Measured
from polyhead.studies.superposition.hidden_size.polysemanticity import Polysemanticity, polysemanticity
from polyhead.studies.superposition.models import Grid

REPORT = "Thaman, Rigg, Oozeer and David, Experiments in Superposition"
PUBLISHED_AXIS = 11.0
"""The only number visible in the published figure: an axis between 10 and 12 at m = 20."""


def measure_width(grid: Grid, m: int, W: Tensor | None = None) -> Polysemanticity:
    """The three measures of the models of one width."""
    index = grid.where(lambda c: c.model.d_hidden == m)
    return polysemanticity((grid.W if W is None else W)[index][..., :m])


@study.claim("polysemantic-{}", source=REPORT, published="for every width; the metric is not known", each=KINDS)
def always(m: Measured, kind: str) -> Share:
    """Units are polysemantic for every width, even far above {n_features} ({0} hidden layer)."""
    ours = {n: measure_width(m.grids[kind], n).polysemantic for n in m.cfg.widths}
    holds = [bool(v > 0.5) for values in ours.values() for v in values]
    one_hot = polysemanticity(torch.eye(N_FEATURES, max(m.cfg.widths))[None]).polysemantic
    return Share(
        holds=holds,
        against=[bool(v > 0.5) for v in one_hot] * len(holds),
        ours={f"share of units with two or more features, m = {n}": v for n, v in ours.items()},
        control={
            "one unit per feature": one_hot,
            **{f"random matrices, m = {n}": m.null[n].polysemantic for n in m.cfg.widths[:: len(m.cfg.widths) - 1]},
        },
        note="Holds for a model over one half; a code of one unit per feature is possible for m >= 32 and has none. "
        "Random matrices show how much of it is no finding.",
        words={"n_features": N_FEATURES},
    )


@study.claim("axis-at-20", source=REPORT, published="an axis near 10 to 12")
def axis_at_20(m: Measured) -> Number:
    """At m = {n} the polysemanticity curve lies near 10 to 12 (the only visible number)."""
    n = m.cfg.widths[0]
    each = {kind: measure_width(m.grids[kind], n).features_per_unit for kind in KINDS}
    return Number(
        values=each["linear"],
        expected=PUBLISHED_AXIS,
        tolerance=1.0,
        ours={f"features per unit, {kind}": v for kind, v in each.items()},
        control={"random matrices": m.null[n].features_per_unit},
        note="Features above a tenth of the unit's largest; judged for the linear hidden layer.",
        words={"n": n},
    )


@study.claim("linear-has-no-basis", source="ours, from the symmetry", published="difference 0 (exact in expectation)")
def linear_has_no_basis(m: Measured) -> Number:
    """With a linear hidden layer every rotation of the code has the same measure: it says nothing."""
    grid = m.grids["linear"]
    turned = rotated_within(grid, m.cfg)
    ours, null = ([measure_width(grid, n, W).mixing for n in m.cfg.widths] for W in (None, turned))
    a, b = (torch.cat(ours), torch.cat(null))
    return Number(
        values=a - b,
        expected=0.0,
        tolerance=0.02,
        ours={"mixing minus that of the same weights turned at random": a - b},
        control={"mixing": a, "mixing, turned": b},
        note="A random rotation of the hidden space leaves a linear model as it was.",
    )


def rotated_within(grid: Grid, cfg: HiddenSizeConfig) -> Tensor:
    """Weights of each model, its own hidden space turned at random, padding left alone."""
    out = torch.zeros_like(grid.W)
    for m in cfg.widths:
        index = grid.where(lambda c, m=m: c.model.d_hidden == m)
        out[index[:, None], :, torch.arange(m)] = rotated(grid.W[index][..., :m], generator(0, "turn", m)).transpose(
            1, 2
        )
    return out


@study.claim("less-than-random-{}", source="ours", each=("relu", "l1"))
def below_null(m: Measured, kind: str) -> Share:
    """With a privileged hidden basis ({0}) units mix less than random weights do."""
    holds, ours, control = ([], [], [])
    for n in m.cfg.widths:
        values = measure_width(m.grids[kind], n).mixing
        level = float(m.null[n].mixing.quantile(0.05))
        holds += [bool(v < level) for v in values]
        ours.append(distribution(f"mixing, m = {n}", values))
        control.append(distribution(f"random matrices, m = {n}", m.null[n].mixing))
    return Share(
        holds=holds,
        against=0.05,
        ours=ours,
        control=control,
        note="Below the 5th percentile of random matrices of the same size.",
    )


def excess(grid: Grid, m: int) -> Tensor:
    """Mean number of features of a unit beyond the first."""
    return measure_width(grid, m).features_per_unit - 1


@study.claim(
    "collisions",
    source="incidental polysemanticity theory",
    published="slope -1 of log collisions per unit against log m (at most; -2 for collisions shared by m units)",
)
def collisions(m: Measured) -> Number:
    """Incidental polysemanticity: collisions among features fall like n^2 / m."""
    log_m = np.log(m.cfg.widths)
    shuffled = log_m[torch.randperm(len(log_m), generator=generator(0, "widths")).numpy()]
    slopes, null = ({}, [])
    for kind in ("relu", "l1"):
        table = torch.stack([excess(m.grids[kind], n) for n in m.cfg.widths]).clamp_min(0.001).log().T.double().numpy()
        slopes[kind] = [float(np.polyfit(log_m, column, 1)[0]) for column in table]
        null += [float(np.polyfit(shuffled, column, 1)[0]) for column in table]
    return Number(
        values=[*slopes["relu"], *slopes["l1"]],
        expected=-1.0,
        tolerance=0.3,
        ours={f"slope of log (features per unit - 1), {kind}": v for kind, v in slopes.items()},
        control={"widths shuffled": null},
        note="Without a relation the slope is zero.",
    )
