"""Closed-form claims of the study `tms-dropout`: predictions drawn over what was trained."""

import numpy as np
import torch
from torch import Tensor

from polyhead.analysis.feature_geometry import norms
from polyhead.core.study_records import Claim
from polyhead.studies.judge import judge_number, judge_share
from polyhead.studies.superposition.axis_alignment import expected_haar_kurtosis
from polyhead.studies.superposition.dropout.claims import MIDDLE, alignment, block, rate_index
from polyhead.studies.superposition.dropout.models import (
    PAIR_GROUP,
    RATES,
    DropoutConfig,
    pair_densities,
)
from polyhead.studies.superposition.dropout.theory import (
    LinearOptimum,
    linear_optimum,
    lone_norm_square,
    pair_threshold,
)
from polyhead.studies.superposition.models import Grid, distribution
from polyhead.tasks.superposition import truth


def linear_theory(grid: Grid, cfg: DropoutConfig) -> LinearOptimum:
    """The closed-form optimum for the world of the linear part, at each rate."""
    return linear_optimum(truth(grid.cells[0].world), cfg.d_hidden, torch.tensor(RATES))


def closed_form_claims(grid: Grid, theory: LinearOptimum, equal: Grid, cfg: DropoutConfig) -> list[Claim]:
    """The closed forms against training: linear models, and lone sparse features."""
    size = block(grid, lambda W: (W * W).sum((1, 2)), 1, cfg.n_seeds)[0]
    predicted = (theory.W**2).sum((1, 2))
    ratio = size / predicted[:, None]
    shape = block(grid, alignment, 1, cfg.n_seeds)[0]
    linear = judge_number(ratio.flatten().tolist(), 1.0, tolerance=0.02)
    present = block(equal, lambda W: (norms(W) ** 2).amax(-1), cfg.n_densities, cfg.n_seeds)[-1]
    bounds = [lone_norm_square(torch.tensor(RATES, dtype=torch.float64), k)[:, None] for k in (1.0, cfg.d_hidden)]
    middle = [rate_index(p) for p in (*MIDDLE, 0.5)]
    slack = 0.05
    above, under = present > bounds[0] - slack, present < bounds[1] + slack
    still = (present[:1] > bounds[0] - slack) & (present[:1] < bounds[1] + slack)
    lone = judge_share((above & under)[middle].flatten().tolist(), still[middle].flatten().tolist())
    i = rate_index(0.3)
    below = judge_share((shape[1:6] < expected_haar_kurtosis(cfg.d_hidden)).flatten().tolist(), 0.5)
    return [
        Claim(
            key="closed-form-linear",
            statement="Linear models under dropout: trained |W|_F^2 is that of the closed-form optimum at every rate.",
            source="ours, closed form (exact)", published="1 (predicted ratio)",
            ours=[distribution(f"trained over predicted |W|_F^2, dropout {p}", ratio[k]) for k, p in enumerate(RATES)],
            control=[distribution("over the optimum without dropout, dropout 0.3", size[i] / predicted[0])],
            control_note="The same sizes against the prediction that dropout does nothing.",
            verdict=linear[0], reason=linear[1],
        ),
        Claim(
            key="closed-form-spread",
            statement="Linear models under dropout turn away from the axes, as the closed form says (even diagonals).",
            source="ours, closed form", published="kurtosis under that of random directions",
            ours=[distribution("kurtosis, linear, dropout 0.05 to 0.5", shape[1:6].flatten())],
            control=[distribution("no dropout", shape[0])],
            control_note=f"Random directions have {expected_haar_kurtosis(cfg.d_hidden):.2f}; chance one half.",
            verdict=below[0], reason=below[1],
        ),
        Claim(
            key="closed-form-norm",
            statement="The longest sparse feature has |W_i|^2 between 1 - p (one unit) and 1/(1 + q/m) (all units).",
            source="ours, closed form of the sparse limit", published="between the two bounds",
            ours=[distribution(f"largest |W_i|^2, dropout {RATES[k]}", present[k]) for k in middle],
            control=[distribution("no dropout, against the same bounds", present[0])],
            control_note=f"Lowest density; {slack} of slack on both sides.", verdict=lone[0], reason=lone[1],
        ),
    ]  # fmt: skip


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


def threshold_claims(grid: Grid, cfg: DropoutConfig) -> list[Claim]:
    """When antipodal pairs die: measured border against the closed form; and that linear pairs take over."""
    borders = pair_borders(grid, cfg)
    predicted = [pair_threshold(p) for p in RATES]
    ratios = [v / p for p, row in zip(predicted, borders, strict=True) for v in row]
    still = [v / predicted[0] for row in borders for v in row]
    verdict, reason = judge_share([abs(v - 1) < 0.25 for v in ratios], [abs(v - 1) < 0.25 for v in still])
    opposite, _ = best_pairs(grid, cfg)
    dense = [k for k, d in enumerate(pair_densities(cfg)) if d > predicted[0]]
    rates = [rate_index(p) for p in (0.2, 0.3, 0.5, 0.7)]
    held, free = opposite[dense][:, rates].flatten(), opposite[dense][:, 0].flatten()
    takes = judge_share(held.tolist(), free.tolist())
    return [
        Claim(
            key="pair-threshold",
            statement="Two features on one unit: the ReLU pair ends above the density that the closed form gives.",
            source="ours, closed form",
            published="; ".join(f"p {p}: {d:.3f}" for p, d in zip(RATES, predicted, strict=True)) + " (predicted)",
            ours=[distribution(f"density where ReLU pairs end, dropout {p}", borders[k]) for k, p in enumerate(RATES)],
            control=[
                distribution(f"over that without dropout, dropout {p}", [v / predicted[0] for v in borders[k]])
                for k, p in enumerate(RATES)
            ],
            control_note="Holds for a group within 25 % of the prediction, all rates; the control ignores dropout.",
            verdict=verdict, reason=f"{reason}; median ratio {np.median(ratios):.2f}",
        ),
        Claim(
            key="linear-pair",
            statement="Above that density dropout keeps the two features opposite, as a difference read linearly, "
                      "instead of dropping one: its mean is zero, so dropout costs it less.",
            source="ours, closed form", published="V (1 + p) against 2 V - V^2 / (k E x^2 - mu^2) (predicted)",
            ours=[distribution("best of a group is opposite, dropout 0.2 to 0.7", held.double())],
            control=[distribution("no dropout, where both cost the same", free.double())],
            control_note=f"Densities over {predicted[0]:.2f}.", verdict=takes[0], reason=takes[1],
        ),
    ]  # fmt: skip
