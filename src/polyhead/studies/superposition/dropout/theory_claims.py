"""Closed-form claims of the study `tms-dropout`: predictions drawn over what was trained."""

import numpy as np
import torch
from torch import Tensor

from polyhead.analysis.feature_geometry import norms
from polyhead.studies import study
from polyhead.studies.claim import Number, Share
from polyhead.studies.superposition.axis_alignment import expected_haar_kurtosis
from polyhead.studies.superposition.dropout.claims import MIDDLE, alignment, block, rate_index
from polyhead.studies.superposition.dropout.models import (
    L1_COEFFICIENTS,
    L1_DENSITY,
    PAIR_GROUP,
    RATES,
    DropoutConfig,
    Measured,
    pair_densities,
)
from polyhead.studies.superposition.dropout.theory import (
    LinearOptimum,
    linear_optimum,
    lone_norm_square,
    pair_threshold,
)
from polyhead.studies.superposition.models import Grid
from polyhead.tasks.superposition import truth


def linear_theory(grid: Grid, cfg: DropoutConfig) -> LinearOptimum:
    """The closed-form optimum for the world of the linear part, at each rate."""
    return linear_optimum(truth(grid.cells[0].world), cfg.d_hidden, torch.tensor(RATES))


@study.claim("closed-form-linear", source="ours, closed form (exact)", published="1 (predicted ratio)")
def closed_form_linear(m: Measured) -> Number:
    """Linear models under dropout: trained |W|_F^2 is that of the closed-form optimum at every rate."""
    size = block(m.grids.linear, lambda W: (W * W).sum((1, 2)), 1, m.cfg.n_seeds)[0]
    predicted = (linear_theory(m.grids.linear, m.cfg).W ** 2).sum((1, 2))
    ratio = size / predicted[:, None]
    return Number(
        values=ratio.flatten(),
        expected=1.0,
        tolerance=0.02,
        ours={f"trained over predicted |W|_F^2, dropout {p}": ratio[k] for k, p in enumerate(RATES)},
        control={"over the optimum without dropout, dropout 0.3": size[rate_index(0.3)] / predicted[0]},
        note="The same sizes against the prediction that dropout does nothing.",
    )


@study.claim("closed-form-spread", source="ours, closed form", published="kurtosis under that of random directions")
def closed_form_spread(m: Measured) -> Share:
    """Linear models under dropout turn away from the axes, as the closed form says (even diagonals)."""
    shape = block(m.grids.linear, alignment, 1, m.cfg.n_seeds)[0]
    haar = expected_haar_kurtosis(m.cfg.d_hidden)
    return Share(
        holds=(shape[1:6] < haar).flatten(),
        against=0.5,
        ours={"kurtosis, linear, dropout 0.05 to 0.5": shape[1:6].flatten()},
        control={"no dropout": shape[0]},
        note=f"Random directions have {haar:.2f}; chance one half.",
    )


@study.claim("closed-form-norm", source="ours, closed form of the sparse limit", published="between the two bounds")
def closed_form_norm(m: Measured) -> Share:
    """The longest sparse feature has |W_i|^2 between 1 - p (one unit) and 1/(1 + q/m) (all units)."""
    present = block(m.grids.equal, lambda W: (norms(W) ** 2).amax(-1), m.cfg.n_densities, m.cfg.n_seeds)[-1]
    rates = torch.tensor(RATES, dtype=torch.float64)
    low, high = (lone_norm_square(rates, k)[:, None] for k in (1.0, m.cfg.d_hidden))
    middle, slack = [rate_index(p) for p in (*MIDDLE, 0.5)], 0.05

    def within(sizes: Tensor) -> Tensor:
        return ((sizes > low - slack) & (sizes < high + slack))[middle].flatten()

    return Share(
        holds=within(present),
        against=within(present[:1]),
        ours={f"largest |W_i|^2, dropout {RATES[k]}": present[k] for k in middle},
        control={"no dropout, against the same bounds": present[0]},
        note=f"Lowest density; {slack} of slack on both sides.",
    )


def best_pairs(grid: Grid, cfg: DropoutConfig) -> tuple[Tensor, Tensor]:
    """For the best of each group of seeds: are both features used and opposite, and is the mean of w^2 over 3/4 (1-p).

    Each `[density, rate, group]`. Closed form: w^2 is about 1 - p in the ReLU pair, and on average half of that in the
    linear pair and where one feature is alone.
    """
    W = grid.W[..., 0]
    shape = (2 * cfg.n_densities, len(RATES), cfg.n_seeds, PAIR_GROUP)
    best = torch.where(grid.healthy, grid.losses, torch.inf).view(shape).argmin(-1, keepdim=True)
    opposite = (W[:, 0] * W[:, 1] < 0) & (W.abs().amin(-1) > 0.5 * W.abs().amax(-1))
    rate = torch.tensor([c.model.dropout for c in grid.cells])
    strong = (W * W).mean(-1) > 0.75 * (1 - rate)
    return opposite.view(shape).gather(-1, best)[..., 0], strong.view(shape).gather(-1, best)[..., 0]


def pair_borders(grid: Grid, cfg: DropoutConfig) -> list[list[float]]:
    """For each rate and group the density above which ReLU pairs end, placed by counting, evenly in the logarithm."""
    ds = np.log(pair_densities(cfg))
    step = (ds[0] - ds[-1]) / (len(ds) - 1)
    opposite, strong = best_pairs(grid, cfg)
    count = (opposite & strong).double().sum(0)
    return [[float(np.exp(ds[-1] + step * (float(c) - 0.5))) for c in row] for row in count]


@study.claim("pair-threshold", source="ours, closed form", published="{predicted} (predicted)")
def pair_threshold_claim(m: Measured) -> Share:
    """Two features on one unit: the ReLU pair ends above the density that the closed form gives."""
    borders, predicted = pair_borders(m.grids.pair, m.cfg), [pair_threshold(p) for p in RATES]
    ratios = [v / p for p, row in zip(predicted, borders, strict=True) for v in row]
    still = [v / predicted[0] for row in borders for v in row]
    return Share(
        holds=[abs(v - 1) < 0.25 for v in ratios],
        against=[abs(v - 1) < 0.25 for v in still],
        ours={f"density where ReLU pairs end, dropout {p}": borders[k] for k, p in enumerate(RATES)},
        control={
            f"over that without dropout, dropout {p}": [v / predicted[0] for v in borders[k]]
            for k, p in enumerate(RATES)
        },
        note="Holds for a group within 25 % of the prediction, all rates; the control ignores dropout.",
        tail=f"; median ratio {np.median(ratios):.2f}",
        words={"predicted": "; ".join(f"p {p}: {d:.3f}" for p, d in zip(RATES, predicted, strict=True))},
    )


@study.claim(
    "linear-pair", source="ours, closed form", published="V (1 + p) against 2 V - V^2 / (k E x^2 - mu^2) (predicted)"
)
def linear_pair(m: Measured) -> Share:
    """Above the density where the ReLU pair ends, dropout keeps the two features opposite, as a difference read
    linearly, instead of dropping one: its mean is zero, so dropout costs it less."""
    opposite, _ = best_pairs(m.grids.pair, m.cfg)
    level = pair_threshold(RATES[0])
    dense = opposite[[k for k, d in enumerate(pair_densities(m.cfg)) if d > level]]
    kept, free = dense[:, [rate_index(p) for p in (0.2, 0.3, 0.5, 0.7)]].flatten(), dense[:, 0].flatten()
    return Share(
        holds=kept,
        against=free,
        ours={"best of a group is opposite, dropout 0.2 to 0.7": kept},
        control={"no dropout, where both cost the same": free},
        note=f"Densities over {level:.2f}.",
    )


@study.claim("l1-as-coded", source="ours, on the code of the report")
def l1_as_coded(m: Measured) -> Share:
    """An L1 term on the hidden units aligns features with the axes if it is a norm, not as it was coded (absolute value
    after the mean)."""
    l1 = m.grids.l1

    def shape(kind: str, c: float) -> Tensor:
        grid = l1[kind]
        return alignment(grid.W[grid.where(lambda cell: abs(cell.model.hidden_l1 - c) < 1e-09)])

    level = expected_haar_kurtosis(l1["norm"].cells[0].model.d_hidden)
    used = L1_COEFFICIENTS[2:]
    ours, coded = (torch.cat([shape(kind, c) for c in used]) for kind in ("norm", "coded"))
    return Share(
        holds=ours > 1.2 * level,
        against=coded > 1.2 * level,
        ours={f"kurtosis, norm, coefficient {c}": shape("norm", c) for c in L1_COEFFICIENTS},
        control={f"kurtosis, as coded, coefficient {c}": shape("coded", c) for c in L1_COEFFICIENTS},
        note=f"Density {L1_DENSITY}; random directions have {level:.2f}; holds over 1.2 times that.",
    )
