"""What the study `hidden-size-polysemanticity` trains and measures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from polyhead.core.config import Config
from polyhead.core.rng import generator
from polyhead.models.toy.autoencoder import AutoencoderConfig
from polyhead.studies.superposition.hidden_size.polysemanticity import Polysemanticity, polysemanticity, random_matrices
from polyhead.studies.superposition.models import Cell, Grid, Plan, train_autoencoders, train_config
from polyhead.tasks.superposition import SuperpositionConfig
from polyhead.training.ensemble import EnsembleConfig

N_FEATURES = 32
KINDS = ("linear", "relu", "l1")


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


def train(cfg: HiddenSizeConfig, folder: Path) -> dict[str, Grid]:
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


@dataclass(frozen=True)
class Measured:
    """The grid of each kind of hidden layer, and the null of each width."""

    cfg: HiddenSizeConfig
    grids: dict[str, Grid]
    null: dict[int, Polysemanticity]

    @property
    def n_models(self) -> int:
        return sum(len(g.cells) for g in self.grids.values())

    @property
    def n_diverged(self) -> int:
        return sum(g.n_diverged for g in self.grids.values())


def measure(cfg: HiddenSizeConfig, folder: Path) -> Measured:
    """Train all kinds of hidden layer, and measure random matrices of every width."""
    null = {n: polysemanticity(random_matrices(64, N_FEATURES, n, generator(0, "null", n))) for n in cfg.widths}
    return Measured(cfg, train(cfg, folder), null)
