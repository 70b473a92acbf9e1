"""The pairs world as cells of a sweep: an ensemble of seeds per cell, measured on the exact list of sequences."""

from pathlib import Path
from typing import Any

from pydantic import Field

from polyhead.core.config import Config
from polyhead.studies.pairs.models import Cell, measure, train_pairs
from polyhead.studies.pairs.preference_order import head_pair_taus, is_reversed
from polyhead.tasks.pairs import PairsConfig, signal_table
from polyhead.training.ensemble import EnsembleConfig

FUNCTION = "polyhead.runs.sweep_pairs:run_cell"


class PairsCellConfig(Config):
    """One shape of model in one world, over seeds."""

    n_heads: int = Field(default=2, ge=1)
    d_head: int = Field(default=5, ge=1)
    bias: bool = False
    """b_O."""
    n_seeds: int = Field(default=64, ge=1)
    n_steps: int = Field(default=2000, ge=1)
    batch: int = Field(default=256, ge=2)
    lr: float = Field(default=1e-2, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    seed: int = 0
    """Of starts, completions and sequences, together with each model's own."""
    world: PairsConfig = PairsConfig()


def run_cell(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Train a cell's models, resuming from `folder`, and measure the healthy ones.

    Returns:
        accuracy and loss (nats) on signal sequences and tau of each pair of heads (None for one head), one entry a
        healthy model; shares of solved models and, for two heads, of exactly reversed orders; the diverged, counted.
    """
    cfg = PairsCellConfig.parse(config)
    table = signal_table(cfg.world)  # refuses a world too large to be measured before it is trained
    training = EnsembleConfig(n_steps=cfg.n_steps, lr=cfg.lr, weight_decay=cfg.weight_decay)
    cell = Cell(cfg.n_heads, cfg.d_head, cfg.bias)
    models = train_pairs(cfg.world, [cell] * cfg.n_seeds, training, batch=cfg.batch, seed=cfg.seed, folder=folder)
    n_diverged = models.n_diverged(cell)
    result: dict[str, Any] = {"n_models": cfg.n_seeds, "n_diverged": n_diverged}
    if n_diverged == cfg.n_seeds:
        return {**result, "accuracy": [], "loss": [], "tau": None, "solved": None, "reversed": None}
    found = measure(models, cell, table=table)
    taus = head_pair_taus(found.scores) if cfg.n_heads > 1 else None
    return {
        **result,
        "accuracy": found.accuracy.tolist(),
        "loss": found.loss.tolist(),
        "tau": None if taus is None else taus.tolist(),
        "solved": sum(found.solved) / len(found.solved),
        "reversed": float(is_reversed(taus).double().mean()) if taus is not None and cfg.n_heads == 2 else None,
    }


def table_row(record: dict[str, Any]) -> dict[str, Any]:
    """A record in one line."""
    result = record["result"]
    ranked = sorted(result["accuracy"])
    return {
        "cell": record["name"],
        "models": result["n_models"],
        "diverged": result["n_diverged"],
        "median accuracy": ranked[len(ranked) // 2] if ranked else None,
        "solved": result["solved"],
        "reversed": result["reversed"],
    }
