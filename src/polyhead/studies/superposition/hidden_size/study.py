"""Does a wider hidden layer end polysemanticity? n = 32 features, 20 to 120 hidden units, over training.

Tied weights, ReLU output; hidden layer linear, ReLU, or linear with an L1 penalty. The published metric is not known,
so three are measured (`polysemanticity`), each against random matrices of the same size and against the
trained weights after a random rotation of the hidden space, which a linear hidden layer cannot tell apart. Source: the
report Experiments in Superposition.
"""

from pathlib import Path

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.rng import generator
from polyhead.core.study_records import Claim, Figure, Findings, Lines, Reference, Series
from polyhead.models.toy.autoencoder import AutoencoderConfig
from polyhead.studies.judge import judge_number, judge_share
from polyhead.studies.study import Study
from polyhead.studies.superposition.axis_alignment import rotated
from polyhead.studies.superposition.hidden_size.polysemanticity import Polysemanticity, polysemanticity, random_matrices
from polyhead.studies.superposition.models import Cell, Grid, Plan, band, distribution, train_autoencoders, train_config
from polyhead.tasks.superposition import SuperpositionConfig
from polyhead.training.ensemble import EnsembleConfig

REPORT = "Thaman, Rigg, Oozeer and David, Experiments in Superposition"
N_FEATURES = 32
KINDS = ("linear", "relu", "l1")
METRICS = ("polysemantic", "features_per_unit", "mixing")
NAMES = {
    "polysemantic": "share of polysemantic units",
    "features_per_unit": "features per unit",
    "mixing": "1 - mean of max w^2 / sum w^2",
}
PUBLISHED_AXIS = 11.0
"""The only number visible in the published figure: an axis between 10 and 12 at m = 20."""


class HiddenSizeConfig(Config):
    """Sizes of the sweep."""

    n_seeds: int = Field(default=6, ge=2)
    n_steps: int = Field(default=3000, ge=1)
    widths: tuple[int, ...] = (20, 40, 60, 80, 100, 120)
    density: float = Field(default=0.1, gt=0, le=1)
    hidden_l1: float = Field(default=0.02, gt=0)
    """Coefficient where the kind is `l1`."""
    batch: int = Field(default=192, ge=8)
    n_moments: int = Field(default=20, ge=1)
    """Points along training."""


Grids = dict[str, Grid]


def train(cfg: HiddenSizeConfig, folder: Path) -> Grids:
    """One ensemble of all widths for each kind of hidden layer."""
    world = SuperpositionConfig(n_features=N_FEATURES, density=cfg.density)
    config = train_config(EnsembleConfig(lr=3e-3), cfg)
    moments = sorted({round(float(t)) for t in np.linspace(0, cfg.n_steps, cfg.n_moments + 1)})
    grids = {}
    for kind in KINDS:
        own = {"hidden_activation": "relu" if kind == "relu" else "identity"}
        own["hidden_l1"] = cfg.hidden_l1 if kind == "l1" else 0.0  # pyright: ignore
        cells = [
            Cell(world, AutoencoderConfig.parse({"n_features": N_FEATURES, "d_hidden": m, **own}), s)
            for m in cfg.widths
            for s in range(cfg.n_seeds)
        ]
        grids[kind] = train_autoencoders(cells, Plan(folder / kind, config, batch=cfg.batch, snapshots=moments))
    return grids


def measure(grid: Grid, m: int, W: Tensor | None = None) -> Polysemanticity:
    """The three measures of the models of one width."""
    index = grid.where(lambda c: c.model.d_hidden == m)
    return polysemanticity((grid.W if W is None else W)[index][..., :m])


def run(cfg: HiddenSizeConfig, folder: Path) -> Findings:
    """Train, judge, draw."""
    grids = train(cfg, folder)
    null = {m: polysemanticity(random_matrices(64, N_FEATURES, m, generator(0, "null", m))) for m in cfg.widths}
    return Findings(
        claims=[
            *(_always(grids[kind], kind, null, cfg) for kind in KINDS),
            _axis(grids, null, cfg),
            _meaningless(grids["linear"], cfg),
            *(_below_null(grids[kind], kind, null, cfg) for kind in ("relu", "l1")),
            _collisions(grids, cfg),
        ],
        figures=[*(_over_training(grids, null, cfg, name) for name in METRICS), _over_width(grids, null, cfg)],
        notes=_notes(grids, null, cfg),
        n_models=sum(len(g.cells) for g in grids.values()),
        n_diverged=sum(g.n_diverged for g in grids.values()),
    )


def _always(grid: Grid, kind: str, null: dict[int, Polysemanticity], cfg: HiddenSizeConfig) -> Claim:
    ours = {m: measure(grid, m).polysemantic for m in cfg.widths}
    holds = [bool(v > 0.5) for values in ours.values() for v in values]
    one_hot = polysemanticity(torch.eye(N_FEATURES, max(cfg.widths))[None]).polysemantic
    verdict, reason = judge_share(holds, [bool(v > 0.5) for v in one_hot] * len(holds))
    return Claim(
        key=f"polysemantic-{kind}",
        statement=f"Units are polysemantic for every width, even far above {N_FEATURES} ({kind} hidden layer).",
        source=REPORT,
        published="for every width; the metric is not known",
        ours=[distribution(f"share of units with two or more features, m = {m}", v) for m, v in ours.items()],
        control=[
            distribution("one unit a feature", one_hot),
            *(
                distribution(f"random matrices, m = {m}", null[m].polysemantic)
                for m in cfg.widths[:: len(cfg.widths) - 1]
            ),
        ],
        control_note="Holds for a model over one half; a code of one unit a feature is possible for m >= 32 and has "
        "none. Random matrices show how much of it is no finding.",
        verdict=verdict,
        reason=reason,
    )


def _axis(grids: Grids, null: dict[int, Polysemanticity], cfg: HiddenSizeConfig) -> Claim:
    m = cfg.widths[0]
    each = {kind: measure(grids[kind], m).features_per_unit for kind in KINDS}
    verdict, reason = judge_number(each["linear"].tolist(), PUBLISHED_AXIS, tolerance=1.0)
    return Claim(
        key="axis-at-20",
        statement=f"At m = {m} the polysemanticity curve lies near 10 to 12 (the only visible number).",
        source=REPORT,
        published="an axis near 10 to 12",
        ours=[distribution(f"features per unit, {kind}", v) for kind, v in each.items()],
        control=[distribution("random matrices", null[m].features_per_unit)],
        control_note="Features above a tenth of the unit's largest; judged for the linear hidden layer.",
        verdict=verdict,
        reason=reason,
    )


def _meaningless(grid: Grid, cfg: HiddenSizeConfig) -> Claim:
    turned = rotated_within(grid, cfg)
    ours, null = ([measure(grid, m, W).mixing for m in cfg.widths] for W in (None, turned))
    a, b = torch.cat(ours), torch.cat(null)
    verdict, reason = judge_number((a - b).tolist(), 0.0, tolerance=0.02)
    return Claim(
        key="linear-has-no-basis",
        statement="With a linear hidden layer the measure is that of any rotation of the same code: it says nothing.",
        source="ours, from the symmetry",
        published="difference 0 (exact in expectation)",
        ours=[distribution("mixing minus that of the same weights turned at random", a - b)],
        control=[distribution("mixing", a), distribution("mixing, turned", b)],
        control_note="A random rotation of the hidden space leaves a linear model as it was.",
        verdict=verdict,
        reason=reason,
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


def _below_null(grid: Grid, kind: str, null: dict[int, Polysemanticity], cfg: HiddenSizeConfig) -> Claim:
    holds, ours, control = [], [], []
    for m in cfg.widths:
        values = measure(grid, m).mixing
        level = float(null[m].mixing.quantile(0.05))
        holds += [bool(v < level) for v in values]
        ours.append(distribution(f"mixing, m = {m}", values))
        control.append(distribution(f"random matrices, m = {m}", null[m].mixing))
    verdict, reason = judge_share(holds, 0.05, published=False)
    return Claim(
        key=f"less-than-random-{kind}",
        statement=f"With a privileged hidden basis ({kind}) units mix less than random weights do.",
        source="ours",
        published="unknown",
        ours=ours,
        control=control,
        control_note="Below the 5th percentile of random matrices of the same size.",
        verdict=verdict,
        reason=reason,
    )


def excess(grid: Grid, m: int) -> Tensor:
    """Mean number of features of a unit beyond the first."""
    return measure(grid, m).features_per_unit - 1


def _collisions(grids: Grids, cfg: HiddenSizeConfig) -> Claim:
    log_m = np.log(cfg.widths)
    shuffled = log_m[torch.randperm(len(log_m), generator=generator(0, "widths")).numpy()]
    slopes, null = {}, []
    for kind in ("relu", "l1"):
        table = torch.stack([excess(grids[kind], m) for m in cfg.widths]).clamp_min(1e-3).log().T.double().numpy()
        slopes[kind] = [float(np.polyfit(log_m, column, 1)[0]) for column in table]
        null += [float(np.polyfit(shuffled, column, 1)[0]) for column in table]
    verdict, reason = judge_number([*slopes["relu"], *slopes["l1"]], -1.0, tolerance=0.3)
    return Claim(
        key="collisions",
        statement="Incidental polysemanticity: collisions among features fall like n^2 / m.",
        source="incidental polysemanticity theory",
        published="slope -1 of log collisions a unit against log m (at most; -2 for collisions shared by m units)",
        ours=[distribution(f"slope of log (features per unit - 1), {kind}", v) for kind, v in slopes.items()],
        control=[distribution("widths shuffled", null)],
        control_note="Without a relation the slope is zero.",
        verdict=verdict,
        reason=reason,
    )


def _over_training(grids: Grids, null: dict[int, Polysemanticity], cfg: HiddenSizeConfig, name: str) -> Figure:
    panels = []
    for kind, grid in grids.items():
        series = []
        for m in cfg.widths:
            bands = [band(getattr(measure(grid, m, t["W"]), name)) for t in grid.moments.values()]
            series.append(
                Series(
                    name=f"m = {m}",
                    x=[float(t) for t in grid.moments],
                    y=[b[1] for b in bands],
                    low=[b[0] for b in bands],
                    high=[b[2] for b in bands],
                )
            )
        marks = [
            Reference(axis="y", value=float(getattr(null[m], name).mean()), label=f"random, m = {m}")
            for m in (cfg.widths[0], cfg.widths[-1])
        ]
        panels.append(Lines(title=kind, x_label="step", y_label=NAMES[name], series=series, references=marks))
    return Figure(
        key=f"over-training-{name.replace('_', '-')}",
        title=f"Polysemanticity over training: {NAMES[name]}",
        caption="One line a width, mean and 10th to 90th percentile over seeds, after the published figure; lines "
        "for random matrices. A linear hidden layer has no basis to be polysemantic in.",
        panels=panels,
        columns=3,
    )


def _over_width(grids: Grids, null: dict[int, Polysemanticity], cfg: HiddenSizeConfig) -> Figure:
    panels = []
    for name in METRICS:
        series = []
        rows = {kind: [getattr(measure(grid, m), name) for m in cfg.widths] for kind, grid in grids.items()}
        for label, values in {**rows, "random matrices": [getattr(null[m], name) for m in cfg.widths]}.items():
            bands = [band(v) for v in values]
            series.append(
                Series(
                    name=label,
                    x=[float(m) for m in cfg.widths],
                    y=[b[1] for b in bands],
                    low=[b[0] for b in bands],
                    high=[b[2] for b in bands],
                )
            )
        panels.append(Lines(title=NAMES[name], x_label="hidden units m", y_label=NAMES[name], series=series))
    return Figure(
        key="over-width",
        title="Polysemanticity against width",
        caption="At the end of training, three kinds of hidden layer and the random null.",
        panels=panels,
        columns=3,
    )


def _notes(grids: Grids, null: dict[int, Polysemanticity], cfg: HiddenSizeConfig) -> list[str]:
    wide = cfg.widths[-1]
    parts = []
    for kind, grid in grids.items():
        loss = grid.losses[grid.where(lambda c: c.model.d_hidden == wide)].mean()
        parts.append(f"{kind} {float(measure(grid, wide).mixing.mean()):.2f} (loss {float(loss):.2g})")
    told = "; ".join(parts)
    return [
        f"Mixing at m = {wide}: {told}; random matrices {float(null[wide].mixing.mean()):.2f}. The published claim "
        "holds for a linear hidden layer because it must: any rotation of a code is as good, and random directions "
        "are polysemantic. It is evidence of superposition only where the basis is privileged.",
        f"Sparsity, penalty and training are not published: density {cfg.density}, L1 {cfg.hidden_l1}, Adam 3e-3.",
    ]


STUDY = Study(
    name="hidden-size-polysemanticity",
    title="Hidden size and polysemanticity",
    question="Do units stay polysemantic when there are more of them than features, and is that a finding?",
    sources=(REPORT,),
    presets={
        "quick": HiddenSizeConfig(n_seeds=3, n_steps=800, batch=64),
        "full": HiddenSizeConfig(),
    },
    run=run,
)
