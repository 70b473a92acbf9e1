"""Claims of the study `tms`, from its trained grids."""

import numpy as np
import torch
from torch import Tensor

from polyhead.analysis.feature_geometry import (
    cosines,
    dimensions_per_feature,
    feature_dimensionality,
    interference,
    near_lines,
    norms,
    represented,
)
from polyhead.core.rng import generator
from polyhead.studies import study
from polyhead.studies.claim import Paired, Share, distribution
from polyhead.studies.superposition.antipodal_pairs import antipodal_share
from polyhead.studies.superposition.models import Grid
from polyhead.studies.superposition.tms.energy_levels import jump_share
from polyhead.studies.superposition.tms.models import (
    N_DRAWS,
    PAPER,
    REPORT,
    SET_DENSITIES,
    STICKY_LEVELS,
    WIDTHS,
    Measured,
    TmsConfig,
    axes,
)
from polyhead.studies.superposition.tms.phases import phase_of_feature, predicted_phase

_COUNTS = "Features with |W_i| > 1/2 of five on two hidden units; the control is the other output on the same worlds."


def _represented_when_sparse(m: Measured) -> tuple[Tensor, Tensor, dict[str, Tensor], dict[str, Tensor]]:
    """Features represented at the lowest density, ReLU and linear output, and how they are shown."""
    lowest = min(c.world.density for c in m.grids.base["relu"].cells)
    relu, linear = (
        represented(grid.W[grid.where(lambda c: c.world.density == lowest)]).sum(-1)
        for grid in (m.grids.base["relu"], m.grids.base["identity"])
    )
    return relu, linear, {f"ReLU, density {lowest}": relu}, {f"linear, density {lowest}": linear}


@study.claim("sparse-superposition", source=PAPER, published="5 of 5 features on 2 dimensions at high sparsity")
def sparse_superposition(m: Measured) -> Share:
    """With sparse features a ReLU output model represents more features than it has dimensions."""
    relu, linear, ours, control = _represented_when_sparse(m)
    return Share(holds=relu > 2, against=linear > 2, ours=ours, control=control, note=_COUNTS)


@study.claim("linear-none", source=PAPER, published="top m features, as principal components")
def linear_none(m: Measured) -> Share:
    """A linear model never does: it represents as many features as it has dimensions."""
    relu, linear, control, ours = _represented_when_sparse(m)
    return Share(holds=linear <= 2, against=relu <= 2, ours=ours, control=control, note=_COUNTS)


def phases(cfg: TmsConfig, grid: Grid, n: int) -> tuple[Tensor, Tensor, Tensor]:
    """Phase of each model `[density, importance, seed]`, of the best seed, and from the closed forms."""
    side = cfg.n_side
    every = phase_of_feature(grid.W).view(side, side, cfg.n_seeds)
    losses = torch.where(grid.healthy, grid.losses, torch.inf).view(side, side, cfg.n_seeds)
    best = every.gather(2, losses.argmin(-1, keepdim=True))[..., 0]
    ds, rs = (torch.tensor(v) for v in axes(cfg))
    theory = predicted_phase(ds.repeat_interleave(side), rs.repeat(side), n).view(side, side)
    return every, best, theory


@study.claim(
    "phase-diagram-{}", source=PAPER, published="three phases with sharp borders, agreeing with theory", each=(2, 3)
)
def phase_claim(m: Measured, n: int) -> Share:
    """{0} features on {units} hidden units: over density and relative importance the extra feature is ignored, has a
    dimension of its own, or is superposed, as the ideal solutions predict."""
    grid = m.grids.two if n == 2 else m.grids.three
    every, best, theory = phases(m.cfg, grid, n)
    order = torch.randperm(theory.numel(), generator=generator(0, "shuffled cells"))
    holds, shuffled = ((best == theory).flatten(), best.flatten()[order] == theory.flatten())
    by_seed = (every == theory[..., None]).double().mean((0, 1))
    return Share(
        holds=holds,
        against=shuffled,
        ours=[
            distribution("share of cells as predicted, best of the seeds", holds.double().mean()[None]),
            distribution("share of cells as predicted, each seed", by_seed, n_diverged=grid.n_diverged),
        ],
        control={"cells shuffled": shuffled.double().mean()[None]},
        note="The same measured phases, assigned to other cells.",
        lead=f"over {holds.numel()} cells, best of {m.cfg.n_seeds} seeds:",
        words={"units": n - 1},
    )


@study.claim("importance-first", source=PAPER, published="the top m features")
def importance_first(m: Measured) -> Share:
    """Dense features: exactly the most important ones are represented."""
    grid = m.grids.twenty
    dense = grid.where(lambda c: c.world.density >= 0.99)
    present = represented(grid.W[dense])
    prefix = [bool(p[: int(p.sum())].all()) and bool(p.any()) for p in present]
    g = generator(0, "other order")
    shuffled = [bool(q[: int(q.sum())].all()) for q in (p[torch.randperm(20, generator=g)] for p in present)]
    return Share(
        holds=prefix,
        against=shuffled,
        ours={"features represented of 20 on 5 units": present.sum(-1)},
        control={"a prefix after shuffling the features": shuffled},
        note="The same models with their features in another order.",
    )


def time_at(curve: Tensor, log_density: Tensor, level: float, width: float = 0.04) -> float:
    """Length of the log-density interval in which D*, made monotone, lies within `width` of `level`."""
    falling = torch.cummin(curve, 0).values.flip(0).double().numpy()
    where = np.interp([level - width, level + width], falling, log_density.flip(0).double().numpy())
    return float(abs(where[1] - where[0]))


@study.claim("sticky-{}", source=PAPER, published="plateau at {0}", each=("1/2", "1"))
def sticky(m: Measured, name: str) -> Share:
    """Dimensions per feature stay near {0} over a range of densities."""
    grid, k, level = m.grids.geometry, m.cfg.n_geometry_seeds, {"1/2": 0.5, "1": 0.96}[name]
    curve = dimensions_per_feature(grid.W).view(-1, k)
    log_density = torch.tensor([c.world.density for c in grid.cells[::k]]).log()
    times = {v: [time_at(curve[:, s], log_density, v) for s in range(k)] for v in (*STICKY_LEVELS, level)}
    return Share(
        holds=[times[level][s] > max(times[v][s] for v in STICKY_LEVELS) for s in range(k)],
        against=1 / (1 + len(STICKY_LEVELS)),
        ours=[distribution(f"log-density spent within 0.04 of {level}", times[level], unit="nats")],
        control=[distribution(f"within 0.04 of {v}", times[v], unit="nats") for v in STICKY_LEVELS],
        note="Equally wide windows at other levels; sticky: longer than in any of them, seed by seed.",
    )


def _random_directions(grid: Grid, g: torch.Generator) -> Tensor:
    """Weights of the same norms with random directions."""
    directions = torch.randn(grid.W.shape, generator=g)
    return torch.nn.functional.normalize(directions, dim=-1) * norms(grid.W)[..., None]


def _lines_and_pairs(m: Measured) -> tuple[list[float], list[float], Tensor, Tensor]:
    """Share of dimensionalities on lines, each seed and draw of the null; antipodal shares near 1/2 and their null."""
    grid, k, g = m.grids.geometry, m.cfg.n_geometry_seeds, generator(0, "random directions")

    def lines(W: Tensor, seed: int) -> float:
        values = feature_dimensionality(W[seed::k])[represented(W[seed::k])]
        return near_lines(values[values > 0.35])

    ours = [lines(grid.W, s) for s in range(k)]
    null = [lines(_random_directions(grid, g), s % k) for s in range(N_DRAWS)]
    star = dimensions_per_feature(grid.W)
    paired = (star > 0.45) & (star < 0.55) & grid.healthy
    chance = antipodal_share(_random_directions(grid, g)[paired])
    return ours, null, antipodal_share(grid.W[paired]), chance


@study.claim("dimensionality-lines", source=PAPER, published="clusters on the lines; no number")
def dimensionality_lines(m: Measured) -> Share:
    """Feature dimensionalities gather on the lines of regular polytopes (1, 3/4, 2/3, 1/2, 2/5, 3/8)."""
    ours, null, _, _ = _lines_and_pairs(m)
    level = np.quantile(null, 0.95)
    return Share(
        holds=[v > level for v in ours],
        against=0.05,
        ours={"share of D_i > 0.35 within 0.02 of a line, each seed": ours},
        control={
            "random directions of the same norms": null,
            "uniform": [near_lines(torch.linspace(0.35, 1.02, 10_001))],
        },
        note="Holds for a seed if its share is above the 95th percentile of random directions.",
    )


@study.claim("antipodal-half", source=PAPER, published="antipodal pairs (digons)")
def antipodal_half(m: Measured) -> Share:
    """Where dimensions per feature are about 1/2 the features are antipodal pairs."""
    _, _, share, chance = _lines_and_pairs(m)
    return Share(
        holds=share > 0.8,
        against=chance > 0.8,
        ours={"share of represented features in a pair, 0.45 < D* < 0.55": share},
        control={"random directions of the same norms": chance},
        note="Pairs need a cosine under -0.9; holds for a model if over 80 % of its features are in one.",
    )


@study.claim("energy-levels", source=PAPER, published="jumps like energy levels; no number")
def energy_levels(m: Measured) -> Share:
    """While it learns, a feature jumps between dimensionalities instead of drifting."""
    curves = m.grids.curves

    def shares(grid: Grid) -> list[float]:
        D = torch.stack([feature_dimensionality(W["W"]) for W in grid.moments.values()])
        return [float(jump_share(D[:, i]).nanmean()) for i in range(len(grid.cells)) if bool(grid.healthy[i])]

    relu, linear = (shares(curves["relu"]), shares(curves["identity"]))
    level = float(np.quantile(linear, 0.95)) if linear else 1.0
    return Share(
        holds=[v > level for v in relu],
        against=0.05,
        ours={"share of a D_i curve's path in its fastest tenth, mean over features": relu},
        control={"linear output, the same world": linear},
        note="Linear models rotate smoothly; holds if a model's share is above their 95th percentile.",
    )


def _of_classes(grid: Grid, n: int, *, mixed: bool, raised: bool) -> Tensor:
    """Weights of the models on `n` units, with two densities or one, and rare features raised in importance or not."""
    return grid.W[
        grid.where(
            lambda c: (
                c.model.d_hidden == n
                and isinstance(c.world.density, tuple) == mixed
                and isinstance(c.world.importance, tuple) == raised
            )
        )
    ]


@study.claim("rare-superposed-{}", source=REPORT, published="seen in one model; no number", each=WIDTHS)
def rare_superposed(m: Measured, n: int) -> Share:
    """Frequent features get little superposition, rare ones a lot (ten of density 0.5, ten of 0.02, on {0} units)."""
    grid = m.grids.classes

    def split(W: Tensor) -> tuple[Tensor, Tensor]:
        each = interference(W) * represented(W)
        return each[:, :10].mean(-1), each[:, 10:].mean(-1)

    frequent, rare = split(_of_classes(grid, n, mixed=True, raised=False))
    low, high = split(_of_classes(grid, n, mixed=False, raised=False))
    return Share(
        holds=rare > 2 * frequent,
        against=high > 2 * low,
        ours={"interference, frequent": frequent, "interference, rare": rare},
        control={"one density, first ten": low, "one density, last ten": high},
        note="All features at density 0.1; holds if the second ten have over twice the interference.",
    )


@study.claim("important-rare-span-{}", source=REPORT, published="seen in one model; no number", each=WIDTHS)
def important_rare_span(m: Measured, n: int) -> Paired:
    """If rare features weigh 20 times as much, superposition spans both classes ({0} units)."""
    grid = m.grids.classes

    def across(W: Tensor) -> Tensor:
        unit = torch.nn.functional.normalize(W, dim=-1)
        return ((unit[:, :10] @ W[:, 10:].transpose(1, 2)) ** 2).sum((1, 2)) / 10

    both, only = (across(_of_classes(grid, n, mixed=True, raised=raised)) for raised in (True, False))
    return Paired(
        larger=both,
        smaller=only,
        ours={"interference between the classes, rare important": both},
        control={"interference between the classes, equal importance": only},
        note="Holds for a seed if there is more than with equal importance; chance one half.",
    )


@study.claim("gelu-more", source=REPORT, published="claimed without a number")
def gelu_more(m: Measured) -> Paired:
    """GELU gives more superposition than ReLU."""
    base = m.grids.base

    def total(kind: str, seed: int) -> float:
        grid = base[kind]
        return float(interference(grid.W[grid.where(lambda c: c.seed == seed)]).mean())

    seeds = sorted({c.seed for c in base["relu"].cells})
    relu, gelu = ([total("relu", s) for s in seeds], [total("gelu", s) for s in seeds])

    def count(kind: str) -> list[float]:
        grid = base[kind]
        return [
            float(represented(grid.W[grid.where(lambda c, s=s: c.seed == s)]).sum(-1).double().mean()) for s in seeds
        ]

    return Paired(
        larger=gelu,
        smaller=relu,
        ours={"GELU: mean interference over ten densities": gelu, "GELU: features represented": count("gelu")},
        control={"ReLU: interference": relu, "ReLU: features represented": count("relu")},
        note="Same worlds and seeds; holds for a seed if GELU has more interference, chance one half.",
    )


def _inside(grid: Grid, kind: str, density: float) -> Tensor:
    """Mean cosine inside the two pairs, of each model."""
    cos = cosines(grid.W[grid.where(lambda c: c.world.sets == kind and c.world.density == density)])
    return torch.stack([cos[:, 0, 1], cos[:, 2, 3]], -1).mean(-1)


def _sets_note(density: float) -> str:
    return (
        f"Mean cosine inside the two pairs of four features on two units, density {density}; control: independent "
        "features."
    )


@study.claim("anti-correlated-antipodal", source=PAPER, published="antipodal in every model shown")
def anti_correlated_antipodal(m: Measured) -> Share:
    """Anti-correlated features prefer to be antipodal."""
    dense = SET_DENSITIES[1]
    anti, own = (_inside(m.grids.sets, kind, dense) for kind in ("anti-correlated", "independent"))
    return Share(
        holds=anti < -0.9,
        against=own < -0.9,
        ours={"cosine inside a pair": anti},
        control={"independent features": own},
        note=_sets_note(dense),
    )


@study.claim("correlated-orthogonal", source=PAPER, published="orthogonal in every model shown")
def correlated_orthogonal(m: Measured) -> Share:
    """Correlated features prefer to be orthogonal."""
    sparse = SET_DENSITIES[0]
    pair, own = (_inside(m.grids.sets, kind, sparse) for kind in ("correlated", "independent"))
    return Share(
        holds=pair.abs() < 0.3,
        against=own.abs() < 0.3,
        ours={"cosine inside a pair": pair},
        control={"independent features": own},
        note=_sets_note(sparse),
    )


def notes(m: Measured) -> list[str]:
    """How training differs from what was published, and where the closed forms are missed."""
    cfg, grids = m.cfg, m.grids
    out = [
        "Training differs from the published runs (AdamW at 1e-3, 10,000 steps of 1,024 examples): Adam at 1e-2 with "
        f"a cosine over {cfg.n_steps} steps; worlds of up to five features use every case of on and off with its "
        "probability, which is the same expected loss with less noise.",
        f"The geometry has {cfg.n_features} features on {cfg.d_hidden} units; the paper has 400 on 30.",
    ]
    for grid, n in ((grids.two, 2), (grids.three, 3)):
        every, best, theory = phases(cfg, grid, n)
        off = best != theory
        away = torch.tensor([abs(np.log10(c.world.importances[-1])) for c in grid.cells[:: cfg.n_seeds]]).view_as(best)
        lost = float((every != theory[..., None])[away > 0.3].double().mean())
        out.append(
            f"{n} features: {int(off.sum())} of {off.numel()} cells disagree with the closed forms in their best seed"
            + (f" (density {[axes(cfg)[0][int(i)] for i in off.any(1).nonzero()[:, 0]]})" if off.any() else "")
            + f"; single seeds agree in {(every == theory[..., None]).double().mean():.0%} of models: the rest are "
            f"local minima, {lost:.0%} of those away from equal importance. The closed forms leave out biases in "
            "pairs, which help superposition a little at the border."
        )
    sparse, dense = SET_DENSITIES
    anti = float((_inside(grids.sets, "anti-correlated", sparse) < -0.9).double().mean())
    corr = float((_inside(grids.sets, "correlated", dense).abs() < 0.3).double().mean())
    out.append(
        f"The preferences of sets depend on density: at {sparse} only {anti:.0%} of models put both anti-correlated "
        f"pairs opposite (every pairing costs next to nothing there, so the init decides), and at {dense} only "
        f"{corr:.0%} keep correlated features orthogonal (they are then merged)."
    )
    return out
