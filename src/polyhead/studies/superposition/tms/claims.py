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
from polyhead.core.study_records import Claim
from polyhead.studies.judge import judge_share
from polyhead.studies.superposition.antipodal_pairs import antipodal_share
from polyhead.studies.superposition.models import Grid, distribution
from polyhead.studies.superposition.tms.energy_levels import jump_share
from polyhead.studies.superposition.tms.models import (
    N_DRAWS,
    PAPER,
    REPORT,
    SET_DENSITIES,
    STICKY_LEVELS,
    WIDTHS,
    Grids,
    TmsConfig,
    axes,
)
from polyhead.studies.superposition.tms.phases import phase_of_feature, predicted_phase


def linear_and_sparse(base: dict[str, Grid]) -> list[Claim]:
    lowest = min(c.world.density for c in base["relu"].cells)

    def counts(kind: str) -> Tensor:
        grid = base[kind]
        return represented(grid.W[grid.where(lambda c: c.world.density == lowest)]).sum(-1)

    relu, linear = counts("relu"), counts("identity")
    above, not_above = [bool(v > 2) for v in relu], [bool(v <= 2) for v in linear]
    shown = [distribution(f"ReLU, density {lowest}", relu)], [distribution(f"linear, density {lowest}", linear)]
    first = judge_share(above, [not v for v in not_above])
    second = judge_share(not_above, [not v for v in above])
    note = "Features with |W_i| > 1/2 of five on two hidden units; the control is the other output on the same worlds."
    return [
        Claim(
            key="sparse-superposition",
            statement="With sparse features a ReLU output model represents more features than it has dimensions.",
            source=PAPER, published="5 of 5 features on 2 dimensions at high sparsity", ours=shown[0], control=shown[1],
            control_note=note, verdict=first[0], reason=first[1],
        ),
        Claim(
            key="linear-none",
            statement="A linear model never does: it represents as many features as it has dimensions.",
            source=PAPER, published="top m features, as principal components", ours=shown[1], control=shown[0],
            control_note=note, verdict=second[0], reason=second[1],
        ),
    ]  # fmt: skip


def phases(cfg: TmsConfig, grid: Grid, n: int) -> tuple[Tensor, Tensor, Tensor]:
    """Phase of each model `[density, importance, seed]`, of the best seed, and from the closed forms."""
    side = cfg.n_side
    every = phase_of_feature(grid.W).view(side, side, cfg.n_seeds)
    losses = torch.where(grid.healthy, grid.losses, torch.inf).view(side, side, cfg.n_seeds)
    best = every.gather(2, losses.argmin(-1, keepdim=True))[..., 0]
    ds, rs = (torch.tensor(v) for v in axes(cfg))
    theory = predicted_phase(ds.repeat_interleave(side), rs.repeat(side), n).view(side, side)
    return every, best, theory


def phase_claim(cfg: TmsConfig, grid: Grid, n: int) -> Claim:
    every, best, theory = phases(cfg, grid, n)
    order = torch.randperm(theory.numel(), generator=generator(0, "shuffled cells"))
    holds, shuffled = (best == theory).flatten(), best.flatten()[order] == theory.flatten()
    verdict, reason = judge_share(holds.tolist(), shuffled.tolist())
    by_seed = (every == theory[..., None]).double().mean((0, 1))
    return Claim(
        key=f"phase-diagram-{n}",
        statement=f"{n} features on {n - 1} hidden units: over density and relative importance the extra feature is "
                  "ignored, has a dimension of its own, or is superposed, as the ideal solutions predict.",
        source=PAPER, published="three phases with sharp borders, agreeing with theory",
        ours=[
            distribution("share of cells as predicted, best of the seeds", holds.double().mean()[None]),
            distribution("share of cells as predicted, each seed", by_seed, n_diverged=grid.n_diverged),
        ],
        control=[distribution("cells shuffled", shuffled.double().mean()[None])],
        control_note="The same measured phases, dealt to other cells.",
        verdict=verdict,
        reason=f"over {holds.numel()} cells, best of {cfg.n_seeds} seeds: {reason}",
    )  # fmt: skip


def importance_claim(grid: Grid) -> Claim:
    dense = grid.where(lambda c: c.world.density >= 0.99)
    present = represented(grid.W[dense])
    prefix = [bool(p[: int(p.sum())].all()) and bool(p.any()) for p in present]
    g = generator(0, "other order")
    shuffled = [bool(q[: int(q.sum())].all()) for q in (p[torch.randperm(20, generator=g)] for p in present)]
    verdict, reason = judge_share(prefix, shuffled)
    return Claim(
        key="importance-first",
        statement="Dense features: exactly the most important ones are represented.",
        source=PAPER, published="the top m features",
        ours=[distribution("features represented of 20 on 5 units", present.sum(-1))],
        control=[distribution("a prefix after shuffling the features", [float(v) for v in shuffled])],
        control_note="The same models with their features in another order.",
        verdict=verdict, reason=reason,
    )  # fmt: skip


def time_at(curve: Tensor, log_density: Tensor, level: float, width: float = 0.04) -> float:
    """Length of the log-density interval in which D*, made monotone, lies within `width` of `level`."""
    falling = torch.cummin(curve, 0).values.flip(0).double().numpy()
    where = np.interp([level - width, level + width], falling, log_density.flip(0).double().numpy())
    return float(abs(where[1] - where[0]))


def sticky_claims(cfg: TmsConfig, grid: Grid) -> list[Claim]:
    curve = dimensions_per_feature(grid.W).view(-1, cfg.n_geometry_seeds)
    log_density = torch.tensor([c.world.density for c in grid.cells[:: cfg.n_geometry_seeds]]).log()
    seeds = range(cfg.n_geometry_seeds)
    times = {v: [time_at(curve[:, s], log_density, v) for s in seeds] for v in (*STICKY_LEVELS, 0.5, 0.96)}
    longest = [max(times[v][s] for v in STICKY_LEVELS) for s in seeds]
    claims = []
    for level, name in ((0.5, "1/2"), (0.96, "1")):
        verdict, reason = judge_share([times[level][s] > longest[s] for s in seeds], 1 / (1 + len(STICKY_LEVELS)))
        claims.append(
            Claim(
                key=f"sticky-{name.replace('/', '-')}",
                statement=f"Dimensions per feature stay near {name} over a range of densities.",
                source=PAPER,
                published=f"plateau at {name}",
                ours=[distribution(f"log-density spent within 0.04 of {level}", times[level], unit="nats")],
                control=[distribution(f"within 0.04 of {v}", times[v], unit="nats") for v in STICKY_LEVELS],
                control_note="Equally wide windows at other levels; sticky: longer than in any of them, seed by seed.",
                verdict=verdict,
                reason=reason,
            )
        )
    return claims


def geometry_claims(cfg: TmsConfig, grid: Grid) -> list[Claim]:
    g, k = generator(0, "random directions"), cfg.n_geometry_seeds

    def random() -> Tensor:
        directions = torch.randn(grid.W.shape, generator=g)
        return torch.nn.functional.normalize(directions, dim=-1) * norms(grid.W)[..., None]

    def lines(W: Tensor, seed: int) -> float:
        values = feature_dimensionality(W[seed::k])[represented(W[seed::k])]
        return near_lines(values[values > 0.35])

    ours = [lines(grid.W, s) for s in range(k)]
    null = [lines(random(), s % k) for s in range(N_DRAWS)]
    uniform = near_lines(torch.linspace(0.35, 1.02, 10_001))
    verdict, reason = judge_share([bool(v > np.quantile(null, 0.95)) for v in ours], 0.05)
    star = dimensions_per_feature(grid.W)
    paired = (star > 0.45) & (star < 0.55) & grid.healthy
    share, chance = antipodal_share(grid.W[paired]), antipodal_share(random()[paired])
    pairs = judge_share([bool(v > 0.8) for v in share], [bool(v > 0.8) for v in chance])
    return [
        Claim(
            key="dimensionality-lines",
            statement="Feature dimensionalities gather on the lines of regular polytopes (1, 3/4, 2/3, 1/2, 2/5, 3/8).",
            source=PAPER, published="clusters on the lines; no number",
            ours=[distribution("share of D_i > 0.35 within 0.02 of a line, each seed", ours)],
            control=[distribution("random directions of the same norms", null), distribution("uniform", [uniform])],
            control_note="Holds for a seed if its share is above the 95th percentile of random directions.",
            verdict=verdict, reason=reason,
        ),
        Claim(
            key="antipodal-half",
            statement="Where dimensions per feature are about 1/2 the features are antipodal pairs.",
            source=PAPER, published="antipodal pairs (digons)",
            ours=[distribution("share of represented features in a pair, 0.45 < D* < 0.55", share)],
            control=[distribution("random directions of the same norms", chance)],
            control_note="Pairs need a cosine under -0.9; holds for a model if over 80 % of its features are in one.",
            verdict=pairs[0], reason=pairs[1],
        ),
    ]  # fmt: skip


def jump_claim(curves: dict[str, Grid]) -> Claim:
    def shares(grid: Grid) -> list[float]:
        D = torch.stack([feature_dimensionality(W["W"]) for W in grid.moments.values()])
        return [float(jump_share(D[:, i]).nanmean()) for i in range(len(grid.cells)) if bool(grid.healthy[i])]

    relu, linear = shares(curves["relu"]), shares(curves["identity"])
    level = float(np.quantile(linear, 0.95)) if linear else 1.0
    verdict, reason = judge_share([v > level for v in relu], 0.05)
    return Claim(
        key="energy-levels",
        statement="While it learns, a feature jumps between dimensionalities instead of drifting.",
        source=PAPER, published="jumps like energy levels; no number",
        ours=[distribution("share of a D_i curve's path in its fastest tenth, mean over features", relu)],
        control=[distribution("linear output, the same world", linear)],
        control_note="Linear models rotate smoothly; holds if a model's share is above their 95th percentile.",
        verdict=verdict, reason=reason,
    )  # fmt: skip


def class_claims(grid: Grid) -> list[Claim]:
    return [c for m in WIDTHS for c in _class_claims_of(grid, m)]


def _class_claims_of(grid: Grid, m: int) -> list[Claim]:
    def pick(mixed: bool, raised: bool) -> Tensor:
        return grid.W[
            grid.where(
                lambda c: (
                    c.model.d_hidden == m
                    and isinstance(c.world.density, tuple) == mixed
                    and isinstance(c.world.importance, tuple) == raised
                )
            )
        ]

    def split(W: Tensor) -> tuple[Tensor, Tensor]:
        each = interference(W) * represented(W)
        return each[:, :10].mean(-1), each[:, 10:].mean(-1)

    def across(W: Tensor) -> Tensor:
        unit = torch.nn.functional.normalize(W, dim=-1)
        return ((unit[:, :10] @ W[:, 10:].transpose(1, 2)) ** 2).sum((1, 2)) / 10

    mixed, raised = pick(True, False), pick(True, True)
    (frequent, rare), (low, high) = split(mixed), split(pick(False, False))
    first = judge_share((rare > 2 * frequent).tolist(), (high > 2 * low).tolist())
    both, only = across(raised), across(mixed)
    second = judge_share([bool(a > b) for a, b in zip(both, only, strict=False)], 0.5)
    return [
        Claim(
            key=f"rare-superposed-{m}",
            statement="Frequent features get little superposition, rare ones a lot (ten of density 0.5, ten of 0.02, "
                      f"on {m} units).",
            source=REPORT, published="seen in one model; no number",
            ours=[distribution("interference, frequent", frequent), distribution("interference, rare", rare)],
            control=[distribution("one density, first ten", low), distribution("one density, last ten", high)],
            control_note="All features at density 0.1; holds if the second ten have over twice the interference.",
            verdict=first[0], reason=first[1],
        ),
        Claim(
            key=f"important-rare-span-{m}",
            statement=f"If rare features weigh 20 times as much, superposition spans both classes ({m} units).",
            source=REPORT, published="seen in one model; no number",
            ours=[distribution("interference between the classes, rare important", both)],
            control=[distribution("interference between the classes, equal importance", only)],
            control_note="Holds for a seed if there is more than with equal importance; chance one half.",
            verdict=second[0], reason=second[1],
        ),
    ]  # fmt: skip


def gelu_claim(base: dict[str, Grid]) -> Claim:
    def total(kind: str, seed: int) -> float:
        grid = base[kind]
        return float(interference(grid.W[grid.where(lambda c: c.seed == seed)]).mean())

    seeds = sorted({c.seed for c in base["relu"].cells})
    relu, gelu = [total("relu", s) for s in seeds], [total("gelu", s) for s in seeds]
    verdict, reason = judge_share([a > b for a, b in zip(gelu, relu, strict=True)], 0.5)

    def count(kind: str) -> list[float]:
        grid = base[kind]
        return [
            float(represented(grid.W[grid.where(lambda c, s=s: c.seed == s)]).sum(-1).double().mean()) for s in seeds
        ]

    return Claim(
        key="gelu-more",
        statement="GELU gives more superposition than ReLU.",
        source=REPORT, published="claimed without a number",
        ours=[
            distribution("GELU: mean interference over ten densities", gelu),
            distribution("GELU: features represented", count("gelu")),
        ],
        control=[distribution("ReLU: interference", relu), distribution("ReLU: features represented", count("relu"))],
        control_note="Same worlds and seeds; holds for a seed if GELU has more interference, chance one half.",
        verdict=verdict, reason=reason,
    )  # fmt: skip


def _inside(grid: Grid, kind: str, density: float) -> Tensor:
    """Mean cosine inside the two pairs, of each model."""
    cos = cosines(grid.W[grid.where(lambda c: c.world.sets == kind and c.world.density == density)])
    return torch.stack([cos[:, 0, 1], cos[:, 2, 3]], -1).mean(-1)


def set_claims(grid: Grid) -> list[Claim]:
    sparse, dense = SET_DENSITIES
    anti, own = _inside(grid, "anti-correlated", dense), _inside(grid, "independent", dense)
    corr, lone = _inside(grid, "correlated", sparse), _inside(grid, "independent", sparse)
    pairs = judge_share((anti < -0.9).tolist(), (own < -0.9).tolist())
    right = judge_share((corr.abs() < 0.3).tolist(), (lone.abs() < 0.3).tolist())
    note = "Mean cosine inside the two pairs of four features on two units, density {}; control: independent features."
    return [
        Claim(
            key="anti-correlated-antipodal",
            statement="Anti-correlated features prefer to be antipodal.",
            source=PAPER, published="antipodal in every model shown",
            ours=[distribution("cosine inside a pair", anti)], control=[distribution("independent features", own)],
            control_note=note.format(dense), verdict=pairs[0], reason=pairs[1],
        ),
        Claim(
            key="correlated-orthogonal",
            statement="Correlated features prefer to be orthogonal.",
            source=PAPER, published="orthogonal in every model shown",
            ours=[distribution("cosine inside a pair", corr)], control=[distribution("independent features", lone)],
            control_note=note.format(sparse), verdict=right[0], reason=right[1],
        ),
    ]  # fmt: skip


def notes(cfg: TmsConfig, grids: Grids) -> list[str]:
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
        f"pairs opposite (every pairing costs next to nothing there, so the start decides), and at {dense} only "
        f"{corr:.0%} keep correlated features orthogonal (they are then merged)."
    )
    return out
