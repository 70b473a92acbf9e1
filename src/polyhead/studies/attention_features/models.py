"""Models of the study `attention-features`: ensembles over density, importance, overlap, width and seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.rng import generator
from polyhead.models.toy.attention_features import FeatureHeads, FeatureHeadsConfig, causal_softmax
from polyhead.ops.schedules import Schedule
from polyhead.studies.attention_features.head_geometry import HeadGeometry, head_geometry, recovered_patterns
from polyhead.tasks.attention_features import AttentionFeaturesConfig, sample_many, truth
from polyhead.training.ensemble import Ensemble, EnsembleConfig, Tensors, fit_ensemble, vmap_loss
from polyhead.training.ensemble import Trained as TrainedEnsemble


class AttentionFeaturesStudyConfig(Config):
    """All knobs of the study."""

    n_seeds: int = 12
    n_steps: int = 2000
    batch_size: int = 256
    n_positions: int = 4
    densities: tuple[float, ...] = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02)
    """Chances that a feature is active, of the phase diagrams; the first is the dense control."""
    importances: tuple[float, ...] = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
    """Of the last feature, relative to the others."""
    n_heads: int = 4
    """Of the widths part."""
    widths: tuple[int, ...] = (4, 6, 8, 12, 16)
    """Numbers of features on that many heads."""
    overlaps: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    """Of 4 features on 2 heads."""


@dataclass(frozen=True)
class Cell:
    """What one model is trained on."""

    density: float
    importance: float = 1.0
    """Of the last feature."""
    overlap: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Trained:
    """Healthy models of one ensemble, read off; the first axis of everything."""

    n_heads: int
    cells: list[Cell]
    geometry: HeadGeometry
    unexplained: Float[Tensor, " M"]
    """Loss on fresh samples over the loss of the best constants."""
    pattern: Float[Tensor, "M h t s"]
    planted: Float[Tensor, "M i t s"]
    recovered: Float[Tensor, "M i t s"]
    moments: dict[int, HeadGeometry]
    """Over training, by number of finished steps."""
    n_diverged: int

    def where(self, **wanted: float) -> list[int]:
        """Indices of the models whose cell has these values."""
        return [i for i, c in enumerate(self.cells) if all(getattr(c, k) == v for k, v in wanted.items())]


def train(
    cfg: AttentionFeaturesStudyConfig,
    cells: Sequence[Cell],
    n_features: int,
    n_heads: int,
    folder: Path,
    *,
    signed: bool = True,
    snapshots: Sequence[int] = (),
) -> Trained:
    """One ensemble: a student for each cell."""
    student = FeatureHeadsConfig(n_features=n_features, n_heads=n_heads, n_positions=cfg.n_positions, signed=signed)
    models = [FeatureHeads(student, generator=generator(c.seed, "student", n_features, n_heads)) for c in cells]
    known = [truth(_world(cfg, c, n_features)) for c in cells]
    density = torch.tensor([c.density for c in cells])
    planted = torch.stack([k.patterns for k in known])
    importance = torch.stack([k.importance for k in known])
    loss = vmap_loss(models[0], per_model=("x", "target", "importance"))
    trained = fit_ensemble(
        Ensemble.of(models),
        loss,
        lambda step: sample_many(density, importance, planted, generator(0, "batch", step), cfg.batch_size),
        EnsembleConfig(
            n_steps=cfg.n_steps,
            lr=3e-2,
            schedule=Schedule(warmup_steps=20, decay_fraction=1.0, decay="cosine"),
            checkpoint_every=max(1, cfg.n_steps // 2),
        ),
        project=None if signed else _clamp,
        run_dir=folder,
        snapshots=snapshots,
        config={"cells": [[c.density, c.importance, c.overlap, c.seed] for c in cells], "signed": signed},
        label=f"{n_features} features on {n_heads} heads",
    )
    with torch.no_grad():
        fresh = sample_many(density, importance, planted, generator(1, "fresh"), 2048)
        constant = torch.stack([k.mean_loss.sum() for k in known])
        unexplained = loss(trained.ensemble.tensors(), fresh) / constant
    return _read_off(trained, n_heads, cells, unexplained, planted)


def _world(cfg: AttentionFeaturesStudyConfig, cell: Cell, n_features: int) -> AttentionFeaturesConfig:
    return AttentionFeaturesConfig(
        n_features=n_features,
        n_positions=cfg.n_positions,
        overlap=cell.overlap,
        sparsity=1 - cell.density,
        importance=(*[1.0] * (n_features - 1), cell.importance),
        pattern_seed=cell.seed,
    )


def _clamp(tensors: Tensors) -> None:
    """Keep all loadings non-negative."""
    tensors["W_in"].clamp_(min=0.0)
    tensors["W_out"].clamp_(min=0.0)


def _read_off(
    trained: TrainedEnsemble, n_heads: int, cells: Sequence[Cell], unexplained: Tensor, planted: Tensor
) -> Trained:
    """What is measured of the healthy models."""
    tensors, keep = trained.ensemble.tensors(), trained.healthy
    tables = causal_softmax(tensors["scores"])
    at = {step: trained.ensemble.tensors(flat) for step, flat in trained.snapshots.items()}
    return Trained(
        n_heads,
        [cells[i] for i in keep],
        head_geometry(tensors["W_out"][keep], tensors["W_in"][keep]),
        unexplained[keep],
        tables[keep],
        planted[keep],
        recovered_patterns(tables, tensors["W_out"], tensors["W_in"])[keep],
        {step: head_geometry(t["W_out"][keep], t["W_in"][keep]) for step, t in at.items()},
        len(cells) - len(keep),
    )


def best_seeds(trained: Trained, **wanted: float) -> int | None:
    """The model of least loss among those of these cells; None where all diverged."""
    mine = trained.where(**wanted)
    return min(mine, key=lambda i: float(trained.unexplained[i])) if mine else None


PHASES = {"phase-2-1": (2, 1, 1.0, True), "phase-3-2": (3, 2, 1.0, True), "phase-2-1-apart": (2, 1, 0.0, True)}
"""Part to (features, heads, overlap of patterns, signed loadings)."""
UNSIGNED = {"phase-2-1-unsigned": (2, 1, 1.0, False)}


@dataclass(frozen=True)
class Measured:
    """Every part."""

    cfg: AttentionFeaturesStudyConfig
    phases: dict[str, Trained]
    widths: dict[int, Trained]
    """By number of features."""
    overlaps: Trained

    @property
    def _all(self) -> list[Trained]:
        return [*self.phases.values(), *self.widths.values(), self.overlaps]

    @property
    def n_models(self) -> int:
        return sum(len(t.cells) + t.n_diverged for t in self._all)

    @property
    def n_diverged(self) -> int:
        return sum(t.n_diverged for t in self._all)


def measure(cfg: AttentionFeaturesStudyConfig, folder: Path) -> Measured:
    """Train every part, and measure it."""
    phases: dict[str, Trained] = {}
    for key, (n_features, n_heads, overlap, signed) in {**PHASES, **UNSIGNED}.items():
        grid = product(cfg.densities, cfg.importances, range(cfg.n_seeds))
        cells = [Cell(density, importance, overlap, seed) for density, importance, seed in grid]
        phases[key] = train(cfg, cells, n_features, n_heads, folder / key, signed=signed)
    moments = sorted({round(cfg.n_steps * f) for f in (0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1)})
    sparse_and_dense = (cfg.densities[-2], cfg.densities[0])
    widths = {}
    for n_features in cfg.widths:
        cells = [Cell(d, seed=s) for d in sparse_and_dense for s in range(cfg.n_seeds)]
        widths[n_features] = train(
            cfg, cells, n_features, cfg.n_heads, folder / f"width-{n_features}", snapshots=moments
        )
    cells = [Cell(cfg.densities[-2], overlap=o, seed=s) for o in cfg.overlaps for s in range(cfg.n_seeds)]
    overlaps = train(cfg, cells, 4, 2, folder / "overlap")
    return Measured(cfg, phases, widths, overlaps)
