"""The models of the study `tms-dropout`: sizes, worlds and training."""

from dataclasses import dataclass, fields
from pathlib import Path

from pydantic import Field

from polyhead.core.config import Config
from polyhead.models.toy.autoencoder import AutoencoderConfig
from polyhead.models.toy.computation import ComputationModelConfig
from polyhead.studies.superposition.models import (
    Cell,
    CountedGrids,
    Grid,
    Plan,
    densities,
    train_autoencoders,
    train_config,
    train_untied,
)
from polyhead.tasks.superposition import SuperpositionConfig
from polyhead.training.ensemble import EnsembleConfig

REPORT = "Thaman, Rigg, Oozeer and David, Experiments in Superposition"
RATES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
PAIR_GROUP = 4
"""Seeds of which the best counts, for two features on one unit: half of all starts cannot reach a pair."""
BASE = EnsembleConfig(lr=1e-2)
L1_COEFFICIENTS = (0.0, 0.003, 0.01, 0.03, 0.1)
L1_DENSITY = 0.1


class DropoutConfig(Config):
    """Sizes of all parts."""

    n_seeds: int = Field(default=8, ge=2)
    n_steps: int = Field(default=2500, ge=1)
    n_densities: int = Field(default=20, ge=3)
    n_features: int = Field(default=20, ge=4)
    d_hidden: int = Field(default=10, ge=2)
    batch: int = Field(default=256, ge=8)


@dataclass
class Grids:
    """All trained parts; every one is density x rate x seed unless it says otherwise."""

    equal: Grid
    """Equal importance, ReLU: geometry, dimensions per feature, pairs, alignment."""
    important: Grid
    """Importance 0.7^i, ReLU, at three densities."""
    linear: Grid
    """Linear output, importance 0.9^i, at one density: what the closed form is exact for."""
    pair: Grid
    """Two features on one unit."""
    untied: Grid
    """As `equal` with weights of their own on both layers, at three densities."""
    l1: dict[str, Grid]
    """Coefficient x seed at one density, both kinds of the L1 term."""

    def all(self) -> list[Grid]:
        parts = [getattr(self, f.name) for f in fields(self)]
        return [g for p in parts for g in (p.values() if isinstance(p, dict) else [p])]


def ladder(cfg: DropoutConfig) -> list[float]:
    """Densities of the main grid."""
    return densities(cfg.n_densities, 0.02)


def pair_densities(cfg: DropoutConfig) -> list[float]:
    """Densities of two features on one unit."""
    return densities(2 * cfg.n_densities, 0.03)


def three(cfg: DropoutConfig) -> list[float]:
    """Dense, middle and sparse: densities of the main grid."""
    every = ladder(cfg)
    return [every[0], every[len(every) // 2], every[-1]]


def train(cfg: DropoutConfig, folder: Path) -> Grids:
    """Train every part; each resumes from its own checkpoints."""
    config = train_config(BASE, cfg)
    n, m, seeds = cfg.n_features, cfg.d_hidden, range(cfg.n_seeds)

    def grid(name: str, ds: list[float], *, importance: float = 1.0, activation: str = "relu") -> Grid:
        cells = [
            Cell(
                SuperpositionConfig(n_features=n, density=d, importance=importance),
                AutoencoderConfig.parse({"n_features": n, "d_hidden": m, "activation": activation, "dropout": p}),
                s,
            )
            for d in ds
            for p in RATES
            for s in seeds
        ]
        return train_autoencoders(cells, Plan(folder / name, config, batch=cfg.batch))

    def penalised(kind: str) -> Grid:
        world = SuperpositionConfig(n_features=n, density=L1_DENSITY)
        fields = {"n_features": n, "d_hidden": m, "l1_kind": kind}
        models = [AutoencoderConfig.parse({**fields, "hidden_l1": c}) for c in L1_COEFFICIENTS]
        return train_autoencoders(
            [Cell(world, model, s) for model in models for s in seeds],
            Plan(folder / f"l1-{kind}", config, batch=cfg.batch),
        )

    pairs = [
        Cell(SuperpositionConfig(n_features=2, density=d), AutoencoderConfig(n_features=2, d_hidden=1, dropout=p), s)
        for d in pair_densities(cfg)
        for p in RATES
        for s in range(PAIR_GROUP * cfg.n_seeds)
    ]
    own = {"n_features": n, "d_hidden": m, "n_out": n, "hidden_activation": "identity"}
    untied = [
        Cell(SuperpositionConfig(n_features=n, density=d), ComputationModelConfig.parse({**own, "dropout": p}), s)
        for d in three(cfg)
        for p in RATES
        for s in seeds
    ]
    return Grids(
        equal=grid("equal", ladder(cfg)),
        important=grid("important", three(cfg), importance=0.7),
        linear=grid("linear", [0.3], importance=0.9, activation="identity"),
        pair=train_autoencoders(pairs, Plan(folder / "pair", config, batch=16, exact=True)),
        untied=train_untied(untied, Plan(folder / "untied", config, batch=cfg.batch)),
        l1={kind: penalised(kind) for kind in ("norm", "coded")},
    )


@dataclass(frozen=True)
class Measured(CountedGrids):
    """All grids."""

    cfg: DropoutConfig
    grids: Grids


def measure(cfg: DropoutConfig, folder: Path) -> Measured:
    """Train all parts."""
    return Measured(cfg, train(cfg, folder))
