"""The world of sparse features as cells of a sweep: one ensemble of toy autoencoders over seeds per cell."""

from pathlib import Path
from typing import Any

from pydantic import Field

from polyhead.analysis.feature_geometry import (
    dimensions_per_feature,
    feature_dimensionality,
    interference,
    represented,
)
from polyhead.core.config import Config
from polyhead.models.toy.autoencoder import AutoencoderConfig
from polyhead.studies.superposition.models import CONSTANT, Cell, Plan, train_autoencoders
from polyhead.tasks.superposition import SuperpositionConfig
from polyhead.training.ensemble import EnsembleConfig

FUNCTION = "polyhead.runs.sweep_tms:run_cell"


class TmsCellConfig(Config):
    """One autoencoder in one world, over seeds."""

    n_seeds: int = Field(default=64, ge=1)
    n_steps: int = Field(default=2000, ge=1)
    batch: int = Field(default=256, ge=2)
    lr: float = Field(default=3e-3, gt=0)
    world: SuperpositionConfig = SuperpositionConfig(n_features=5)
    model: AutoencoderConfig = AutoencoderConfig(n_features=5, d_hidden=2)
    """`n_features` follows the world's where it is not set."""

    @classmethod
    def parse(cls, values: Any, *, where: str | None = None) -> "TmsCellConfig":
        """As every config; parts that are set are completed with the defaults."""
        own = cls()
        world = {**own.world.model_dump(), **values.get("world", {})}
        follows = {"n_features": world["n_features"]}
        model = {**own.model.model_dump(), **follows, **values.get("model", {})}
        return super().parse({**values, "world": world, "model": model}, where=where)


def run_cell(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Train a cell's models, resuming from `folder`, and measure the healthy ones.

    Returns:
        of each healthy model: training loss, features represented, dimensions per feature D*, mean interference of the
        represented features, and the dimensionality of every feature; the diverged, counted.
    """
    cfg = TmsCellConfig.parse(config)
    training = EnsembleConfig(n_steps=cfg.n_steps, lr=cfg.lr, betas=(0.9, 0.999), schedule=CONSTANT)
    cells = [Cell(cfg.world, cfg.model, seed) for seed in range(cfg.n_seeds)]
    grid = train_autoencoders(cells, Plan(folder=folder, train=training, batch=cfg.batch))
    rows = grid.where(lambda _: True)
    W = grid.W[rows]
    present = represented(W)
    shared = (interference(W) * present).sum(-1) / present.sum(-1).clamp_min(1)
    return {
        "n_models": cfg.n_seeds,
        "n_diverged": grid.n_diverged,
        "loss": grid.losses[rows].tolist(),
        "represented": present.sum(-1).tolist(),
        "dimensions_per_feature": dimensions_per_feature(W).tolist(),
        "interference": shared.tolist(),
        "dimensionality": feature_dimensionality(W).tolist(),
    }


def table_row(record: dict[str, Any]) -> dict[str, Any]:
    """A record in one line: medians."""
    result = record["result"]

    def median(name: str) -> float | None:
        ranked = sorted(result[name])
        return ranked[len(ranked) // 2] if ranked else None

    return {
        "cell": record["name"],
        "models": result["n_models"],
        "diverged": result["n_diverged"],
        "loss": median("loss"),
        "represented": median("represented"),
        "D*": median("dimensions_per_feature"),
        "interference": median("interference"),
    }
