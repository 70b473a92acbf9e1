"""The models of the study `tms`: sizes, worlds and training."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from pydantic import Field

from polyhead.core.config import Config
from polyhead.models.toy.autoencoder import AutoencoderConfig
from polyhead.studies.superposition.models import (
    Cell,
    CountedGrids,
    Grid,
    Plan,
    densities,
    train_autoencoders,
    train_config,
)
from polyhead.tasks.superposition import SuperpositionConfig
from polyhead.training.ensemble import EnsembleConfig

PAPER = "Elhage et al. 2022, Toy Models of Superposition"
REPORT = "Thaman, Rigg, Oozeer and David, Experiments in Superposition"
BASE = EnsembleConfig(lr=1e-2)
ACTIVATIONS = ("relu", "gelu", "identity")
STICKY_LEVELS = (0.6, 0.7, 0.8, 0.9)
"""Levels of D* that nobody calls sticky: the control."""
WIDTHS = (5, 12)
"""Hidden units for ten frequent and ten rare features: fewer than the frequent ones, and more."""
SET_DENSITIES = (0.05, 0.4)
N_DRAWS = 20
"""Of a random null."""


class TmsConfig(Config):
    """Sizes of all parts."""

    n_seeds: int = Field(default=12, ge=2)
    n_geometry_seeds: int = Field(default=6, ge=2)
    """Of the large models."""
    n_steps: int = Field(default=3000, ge=1)
    n_side: int = Field(default=14, ge=2)
    """Densities and importances of a phase diagram, each."""
    n_densities: int = Field(default=26, ge=3)
    n_features: int = Field(default=60, ge=8)
    """Of the geometry part."""
    d_hidden: int = Field(default=6, ge=2)
    """Of the geometry part."""
    batch: int = Field(default=256, ge=8)


@dataclass
class Grids:
    """All trained parts."""

    two: Grid
    three: Grid
    base: dict[str, Grid]
    """Five features on two units, by activation."""
    twenty: Grid
    geometry: Grid
    curves: dict[str, Grid]
    """Geometry at one density with snapshots, ReLU and linear."""
    classes: Grid
    sets: Grid

    def all(self) -> list[Grid]:
        parts = [getattr(self, f.name) for f in fields(self)]
        return [g for p in parts for g in (p.values() if isinstance(p, dict) else [p])]


def axes(cfg: TmsConfig) -> tuple[list[float], list[float]]:
    """Densities and relative importances of the phase diagrams."""
    return densities(cfg.n_side, 0.01), [round(float(r), 4) for r in np.geomspace(0.1, 10, cfg.n_side)]


def phase_cells(cfg: TmsConfig, n: int) -> list[Cell]:
    """Density x importance of the last feature x seed, n features on n - 1 units."""
    model = AutoencoderConfig(n_features=n, d_hidden=n - 1)
    ds, rs = axes(cfg)
    worlds = [SuperpositionConfig(n_features=n, density=d, importance=(1.0,) * (n - 1) + (r,)) for d in ds for r in rs]
    return [Cell(w, model, s) for w in worlds for s in range(cfg.n_seeds)]


def train(cfg: TmsConfig, folder: Path) -> Grids:
    """Train every part; each resumes from its own checkpoints."""
    config = train_config(BASE, cfg)

    def plan(name: str, batch: int = cfg.batch, **extra) -> Plan:
        return Plan(folder / name, config, batch=batch, **extra)

    def grid(name: str, worlds: list[SuperpositionConfig], m: int, activation: str = "relu", **extra) -> Grid:
        seeds = range(cfg.n_geometry_seeds if worlds[0].n_features == cfg.n_features else cfg.n_seeds)
        model = AutoencoderConfig.parse({"n_features": worlds[0].n_features, "d_hidden": m, "activation": activation})
        return train_autoencoders([Cell(w, model, s) for w in worlds for s in seeds], plan(name, **extra))

    exact = {"exact": True, "batch": 8}
    ten = densities(10, 0.05)
    five = [SuperpositionConfig(n_features=5, density=d, importance=0.9) for d in ten]
    many = [SuperpositionConfig(n_features=cfg.n_features, density=d) for d in densities(cfg.n_densities, 0.04)]
    one = [SuperpositionConfig(n_features=cfg.n_features, density=0.15)]
    kept = [round(float(t)) for t in np.linspace(0, cfg.n_steps, 41)]
    moments = sorted(set(kept))
    sets = [_set_cells(cfg, kind) for kind in ("independent", "correlated", "anti-correlated")]
    return Grids(
        two=train_autoencoders(phase_cells(cfg, 2), plan("phases-2", **exact)),
        three=train_autoencoders(phase_cells(cfg, 3), plan("phases-3", **exact)),
        base={a: grid(f"five-{a}", five, 2, a, exact=True, batch=6, snapshots=moments) for a in ACTIVATIONS},
        twenty=grid("twenty", [SuperpositionConfig(n_features=20, density=d, importance=0.7) for d in ten], 5),
        geometry=grid("geometry", many, cfg.d_hidden),
        curves={a: grid(f"curves-{a}", one, cfg.d_hidden, a, snapshots=moments) for a in ("relu", "identity")},
        classes=train_autoencoders(_class_cells(cfg), plan("classes")),
        sets=_joined([train_autoencoders(cells, plan(f"sets-{cells[0].world.sets}")) for cells in sets]),
    )


def _class_cells(cfg: TmsConfig) -> list[Cell]:
    """Ten frequent and ten rare features, the same with rare ones important, and one density for all."""
    mixed = {"n_features": 20, "density": (0.5,) * 10 + (0.02,) * 10}
    worlds = [mixed, {**mixed, "importance": (1.0,) * 10 + (20.0,) * 10}, {"n_features": 20, "density": 0.1}]
    models = [AutoencoderConfig(n_features=20, d_hidden=m) for m in WIDTHS]
    return [Cell(SuperpositionConfig.parse(w), m, s) for m in models for w in worlds for s in range(cfg.n_seeds)]


def _set_cells(cfg: TmsConfig, kind: str) -> list[Cell]:
    """Four features in two sets on two units, at two densities."""
    fields = {"n_features": 4, "sets": kind, "set_size": 2}
    worlds = [SuperpositionConfig.parse({**fields, "density": d}) for d in SET_DENSITIES]
    model = AutoencoderConfig(n_features=4, d_hidden=2)
    return [Cell(w, model, s) for w in worlds for s in range(4 * cfg.n_seeds)]


def _joined(grids: list[Grid]) -> Grid:
    return Grid(
        cells=[c for g in grids for c in g.cells],
        tensors={k: torch.cat([g.tensors[k] for g in grids]) for k in ("W", "b")},
        losses=torch.cat([g.losses for g in grids]),
        healthy=torch.cat([g.healthy for g in grids]),
        moments={},
    )


@dataclass(frozen=True)
class Measured(CountedGrids):
    """All grids."""

    cfg: TmsConfig
    grids: Grids


def measure(cfg: TmsConfig, folder: Path) -> Measured:
    """Train all parts."""
    return Measured(cfg, train(cfg, folder))
