"""Grids of toy autoencoders and computation networks, trained as one ensemble: shared by the feature studies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator
from polyhead.models.toy.autoencoder import AutoencoderConfig, ToyAutoencoder, autoencoder_loss
from polyhead.models.toy.computation import ComputationModelConfig, ToyComputation, computation_loss
from polyhead.ops.schedules import Schedule
from polyhead.ops.two_layer import TwoLayer
from polyhead.tasks import computation, superposition
from polyhead.tasks.computation import ComputationConfig
from polyhead.tasks.superposition import SuperpositionConfig
from polyhead.training.ensemble import Ensemble, EnsembleConfig, fit_ensemble

CONSTANT = Schedule(warmup_steps=1, decay_fraction=0.0)
"""The published runs: no warm-up, no decay."""


@dataclass(frozen=True)
class Cell:
    """One model of a grid: its world, its architecture and its seed."""

    world: Any
    model: Any
    seed: int


@dataclass
class Grid:
    """Trained models in the order of `cells`."""

    cells: list[Cell]
    tensors: dict[str, Tensor]
    """Parameters by name, each `[M, ...]`."""
    losses: Tensor
    """Mean of the last logged training losses, `[M]`."""
    healthy: Tensor
    """bool `[M]`: did not diverge."""
    moments: dict[int, dict[str, Tensor]]
    """Finished steps to parameters, where snapshots were asked for."""

    @property
    def W(self) -> Tensor:
        return self.tensors["W"]

    def where(self, condition: Callable[[Cell], bool]) -> Tensor:
        """Indices of the healthy models that meet the condition."""
        return torch.tensor(
            [i for i, c in enumerate(self.cells) if bool(self.healthy[i]) and condition(c)], dtype=torch.long
        )

    @property
    def n_diverged(self) -> int:
        return int((~self.healthy).sum())

    def two_layer(self, indices: Tensor) -> TwoLayer:
        """Parameters of some models of a computation grid."""
        t = {k: v[indices] for k, v in self.tensors.items()}
        return TwoLayer(t["W_in"], t.get("b_in"), t["W_out"], t.get("b_out"))


class CountedGrids:
    """What a study measured whose models are all in its `grids`."""

    grids: Any

    @property
    def n_models(self) -> int:
        return sum(len(g.cells) for g in self.grids.all())

    @property
    def n_diverged(self) -> int:
        return sum(g.n_diverged for g in self.grids.all())


@dataclass(frozen=True)
class Plan:
    """How a grid is trained."""

    folder: Path
    """Its checkpoints; one folder a grid."""
    train: EnsembleConfig
    batch: int = 256
    exact: bool = False
    """All cases of a finite world with their probabilities instead of a sample; `batch` is then the number of value
    draws for each on-off case of sparse features."""
    snapshots: Sequence[int] = ()


def train_autoencoders(cells: Sequence[Cell], plan: Plan) -> Grid:
    """Train one grid; the cells share `n_features`, activations and the kind of L1 term."""
    modules = [ToyAutoencoder(c.model, generator=generator(c.seed, "autoencoder", i)) for i, c in enumerate(cells)]
    widest = max((c.model for c in cells), key=lambda m: m.d_hidden)
    worlds: list[SuperpositionConfig] = [c.world for c in cells]
    rates = torch.tensor([c.model.dropout for c in cells])
    dropped = bool((rates > 0).any())

    def batches(step: int) -> Batch:
        g = generator(0, "features", step)
        make = superposition.on_off_cases if plan.exact else superposition.sample_grid
        batch = make(worlds, g, plan.batch)
        if dropped and plan.exact and widest.d_hidden == 1:
            return _both_masks(batch, rates)
        if dropped:
            batch["dropout_uniform"] = torch.rand(batch["x"].shape[-2], widest.d_hidden, generator=g)
        return batch

    template: AutoencoderConfig = widest.replace(bias=any(c.model.bias for c in cells))
    return _fit(cells, Ensemble.of(modules), autoencoder_loss(template), batches, plan)


def _both_masks(batch: dict[str, Tensor], rates: Tensor) -> Batch:
    """Every example with its one hidden unit dropped and kept, at their probabilities: dropout without noise."""
    kept = torch.ones(len(batch["x"]), 1)
    weight, p = batch["weight"], rates[:, None]
    return {
        **batch,
        "x": batch["x"].repeat(2, 1),
        "weight": torch.cat([weight * p, weight * (1 - p)], 1),
        "dropout_uniform": torch.cat([0 * kept, kept]),
    }


def train_networks(cells: Sequence[Cell], plan: Plan) -> Grid:
    """Train one grid of computation networks; the cells share the task, its size and the activations."""
    modules = [ToyComputation(c.model, generator=generator(c.seed, "network", i)) for i, c in enumerate(cells)]
    widest: ComputationModelConfig = max((c.model for c in cells), key=lambda m: m.d_hidden)
    worlds: list[ComputationConfig] = [c.world for c in cells]
    dropped = any(c.model.dropout > 0 for c in cells)
    fixed = computation.all_cases(worlds) if plan.exact else None

    def batches(step: int) -> Batch:
        g = generator(0, "inputs", step)
        batch = dict(fixed) if fixed is not None else computation.sample_grid(worlds, g, plan.batch)
        if dropped:
            batch["dropout_uniform"] = torch.rand(batch["x"].shape[-2], widest.d_hidden, generator=g)
        return batch

    return _fit(cells, Ensemble.of(modules), computation_loss(widest), batches, plan)


def train_untied(cells: Sequence[Cell], plan: Plan) -> Grid:
    """Autoencoders with untied weights: worlds of features, architectures of networks, the features as target."""
    modules = [ToyComputation(c.model, generator=generator(c.seed, "untied", i)) for i, c in enumerate(cells)]
    widest: ComputationModelConfig = max((c.model for c in cells), key=lambda m: m.d_hidden)
    worlds: list[SuperpositionConfig] = [c.world for c in cells]

    def batches(step: int) -> Batch:
        g = generator(0, "features", step)
        batch = superposition.sample_grid(worlds, g, plan.batch)
        return {**batch, "target": batch["x"], "dropout_uniform": torch.rand(plan.batch, widest.d_hidden, generator=g)}

    return _fit(cells, Ensemble.of(modules), computation_loss(widest), batches, plan)


def _fit(cells: Sequence[Cell], ensemble: Ensemble, loss: Any, batches: Any, plan: Plan) -> Grid:
    described = [
        {"world": c.world.model_dump(mode="json"), "model": c.model.model_dump(mode="json"), "seed": c.seed}
        for c in cells
    ]
    trained = fit_ensemble(
        ensemble,
        loss,
        batches,
        plan.train,
        run_dir=plan.folder,
        snapshots=plan.snapshots,
        config={"cells": described, "batch": plan.batch, "exact": plan.exact},
        label=plan.folder.name,
    )
    return Grid(
        cells=list(cells),
        tensors={k: v.clone() for k, v in trained.ensemble.tensors().items()},
        losses=trained.losses[-4:].mean(0),
        healthy=trained.diverged_at < 0,
        moments={step: trained.ensemble.tensors(flat) for step, flat in trained.snapshots.items()},
    )


def densities(n: int, lowest: float) -> list[float]:
    """n densities from 1 down to `lowest`, evenly in the logarithm, as short decimals."""
    return [round(float(d), 4) for d in np.geomspace(1.0, lowest, n)]


def train_config(base: EnsembleConfig, cfg: Config) -> EnsembleConfig:
    """`base` with the study's number of steps."""
    n_steps = cfg.n_steps  # pyright: ignore[reportAttributeAccessIssue]
    return base.replace(n_steps=n_steps, checkpoint_every=max(1, n_steps // 4), log_every=max(1, n_steps // 50))
