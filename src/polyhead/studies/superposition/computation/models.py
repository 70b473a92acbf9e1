"""The models of the study `computation`: sizes, worlds and training."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from polyhead.core.config import Config
from polyhead.models.toy.computation import ComputationModelConfig, published_std
from polyhead.studies.superposition.models import (
    CONSTANT,
    Cell,
    CountedGrids,
    Grid,
    Plan,
    densities,
    train_config,
    train_networks,
)
from polyhead.tasks.computation import ComputationConfig, Task
from polyhead.training.ensemble import EnsembleConfig

PAPER = "Elhage et al. 2022, Toy Models of Superposition"
REPORT = "Thaman, Rigg, Oozeer and David, Experiments in Superposition, stored notebook"
TASKS: tuple[Task, ...] = ("and", "or", "max", "abs", "square")
FINITE: tuple[Task, ...] = ("and", "or", "max")
ACTIVATIONS = ("relu", "gelu")
N_INSTANCES = 5
MANY_DENSITIES = (1.0, 0.3, 0.1, 0.03, 0.01)
PAIR_DENSITY = 0.15


class ComputationStudyConfig(Config):
    """Sizes of all parts."""

    n_seeds: int = Field(default=20, ge=2)
    n_steps: int = Field(default=10_000, ge=1)
    """At a constant rate of 10 / n_steps: 1e-3 at the published 10,000 steps."""
    batch: int = Field(default=256, ge=8)
    n_many: int = Field(default=100, ge=4)
    """Features of the large abs model."""
    d_many: int = Field(default=40, ge=2)
    n_pairwise: int = Field(default=16, ge=3)
    """Features whose pairwise ANDs are computed."""


@dataclass
class Grids:
    """All trained parts."""

    table: dict[tuple[str, str], Grid]
    """(task, activation): the published architecture, seed x instance."""
    switches: dict[tuple[str, str, str], Grid]
    """(task, hidden activation, output activation): hidden bias x size of the init x seed, density 1."""
    many_abs: Grid
    pairwise: Grid

    def all(self) -> list[Grid]:
        return [*self.table.values(), *self.switches.values(), self.many_abs, self.pairwise]


def sizes(task: str) -> tuple[int, int]:
    """Features and hidden units of the published table."""
    return (3, 6) if task in ("abs", "square") else (2, 2)


def instances(task: Task) -> list[ComputationConfig]:
    """The five worlds of a published run; abs is dense in all of them, and square is taken like abs."""
    n, _ = sizes(task)
    if task in FINITE:
        return [ComputationConfig(task=task, n_features=n, density=d, importance=0.9) for d in densities(5, 0.05)]
    return [ComputationConfig(task=task, n_features=n)] * N_INSTANCES


def pairwise_widths(cfg: ComputationStudyConfig) -> list[int]:
    """Hidden units, from a quarter of the features to half of the pairs."""
    n = cfg.n_pairwise
    return sorted({max(2, n // 4), n // 2, n, 2 * n, n * (n - 1) // 4})


def train(cfg: ComputationStudyConfig, folder: Path) -> Grids:
    """Train every part; each resumes from its own checkpoints."""
    published = train_config(EnsembleConfig(lr=10 / cfg.n_steps, betas=(0.9, 0.999), schedule=CONSTANT), cfg)
    ours = train_config(EnsembleConfig(lr=3e-3), cfg)
    shorter = ours.replace(n_steps=max(1, cfg.n_steps // 2), lr=5e-3)
    table, switches = {}, {}
    for task in TASKS:
        n, m = sizes(task)
        plan = {"batch": cfg.batch, "exact": task in FINITE}
        base = {"n_features": n, "d_hidden": m, "n_out": n, "init_std": published_std(N_INSTANCES, n, m)}
        for act in ACTIVATIONS:
            both = {"hidden_activation": act, "output_activation": act}
            model = ComputationModelConfig.parse({**base, **both})
            cells = [Cell(w, model, s) for s in range(cfg.n_seeds) for w in instances(task)]
            table[task, act] = train_networks(cells, Plan(folder / f"{task}-{act}", published, **plan))
            if task == "square":
                continue
            for out in (act, "identity"):
                own = {**base, "hidden_activation": act, "output_activation": out}
                models = [
                    ComputationModelConfig.parse({**own, "hidden_bias": bias, "init_std": std})
                    for bias in (False, True)
                    for std in (base["init_std"], None)
                ]
                world = ComputationConfig(task=task, n_features=n)
                cells = [Cell(world, one, s) for one in models for s in range(cfg.n_seeds)]
                name = f"switches-{task}-{act}-{out}"
                switches[task, act, out] = train_networks(cells, Plan(folder / name, published, **plan))
    return Grids(
        table=table,
        switches=switches,
        many_abs=train_networks(_many_cells(cfg), Plan(folder / "many-abs", shorter, batch=cfg.batch)),
        pairwise=train_networks(_pairwise_cells(cfg), Plan(folder / "pairwise", shorter, batch=cfg.batch)),
    )


def _many_cells(cfg: ComputationStudyConfig) -> list[Cell]:
    model = ComputationModelConfig(n_features=cfg.n_many, d_hidden=cfg.d_many, n_out=cfg.n_many)
    worlds = [
        ComputationConfig(task="abs", n_features=cfg.n_many, density=d, importance=0.8 ** (100 / cfg.n_many))
        for d in MANY_DENSITIES
    ]
    return [Cell(w, model, s) for w in worlds for s in range(max(2, cfg.n_seeds // 3))]


def _pairwise_cells(cfg: ComputationStudyConfig) -> list[Cell]:
    world = ComputationConfig(task="pairwise-and", n_features=cfg.n_pairwise, density=PAIR_DENSITY, coin=1.0)
    fields = {
        "n_features": world.n_features,
        "n_out": world.n_out,
        "hidden_bias": True,
        "output_activation": "identity",
    }
    models = [ComputationModelConfig.parse({**fields, "d_hidden": m}) for m in pairwise_widths(cfg)]
    return [Cell(world, m, s) for m in models for s in range(max(2, cfg.n_seeds // 4))]


@dataclass(frozen=True)
class Measured(CountedGrids):
    """All grids."""

    cfg: ComputationStudyConfig
    grids: Grids


def measure(cfg: ComputationStudyConfig, folder: Path) -> Measured:
    """Train all parts."""
    return Measured(cfg, train(cfg, folder))
