"""What the study `ov-coherent-capacity` measured, and how its claims and figures ask for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.models.toy.attention import ToyAttention
from polyhead.studies.pairs.attention_split import attention_split
from polyhead.studies.pairs.capacity.constructions import CONSTRUCTIONS, ONE_OF_TWO, construct, shaken
from polyhead.studies.pairs.models import Cell, PairsModels, PairsTraining, signal_tokens, train_pairs
from polyhead.studies.pairs.token_tables import exact_accuracy, exact_loss, model_tables, token_tables
from polyhead.tasks.pairs import PairsConfig, SignalTable, injections, signal_table
from polyhead.training.ensemble import EnsembleConfig


class CapacityConfig(PairsTraining):
    """Everything that decides the study's numbers."""

    levels: tuple[float, ...] = (0.0, 0.05, 0.2, 0.5)
    """Noise on a construction, in units of each matrix' root mean square."""
    n_seeds: int = Field(default=32, ge=2)
    """For each shape and start."""
    longer: int = Field(default=4, ge=1)
    """Random starts are also trained this many times as long."""

    @property
    def moments(self) -> list[int]:
        return sorted({round(self.n_steps * share) for share in (0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1)})


@dataclass(frozen=True)
class Start:
    """How a model begins."""

    cell: Cell
    name: str | None
    """The construction; None for a random init."""
    level: float = 0.0

    def label(self) -> str:
        return "random" if self.name is None else f"built, noise {self.level:g}"


@dataclass(frozen=True)
class Part:
    """The models of one training run, by shape and start."""

    models: PairsModels
    starts: list[tuple[Cell, str]]
    """Shape and label of the start of each model."""
    table: SignalTable

    def where(self, cell: Cell, label: str) -> list[int]:
        """Healthy models."""
        return [i for i in self.models.trained.healthy if self.starts[i] == (cell, label)]

    def n_diverged(self, cell: Cell, label: str) -> int:
        return sum(one == (cell, label) for one in self.starts) - len(self.where(cell, label))

    def tables(self, cell: Cell, label: str, step: int | None = None):
        flat = None if step is None else self.models.trained.snapshots[step]
        tensors = self.models.trained.ensemble.tensors(flat)
        return token_tables(tensors, cell.toy(self.models.world), self.where(cell, label))

    def accuracy(self, cell: Cell, label: str, step: int | None = None) -> Float[Tensor, " m"]:
        """Exact accuracy on signal sequences, at the end or at a snapshot."""
        targets = self.models.phi[self.where(cell, label)][:, self.table.multiset]
        return exact_accuracy(self.tables(cell, label, step), self.table.counts, self.table.probability, targets)

    def signal_loss(self, cell: Cell, label: str) -> Float[Tensor, " m"]:
        """Exact loss on signal sequences, nats."""
        targets = self.models.phi[self.where(cell, label)][:, self.table.multiset]
        return exact_loss(self.tables(cell, label), self.table.counts, self.table.probability, targets)

    def total_loss(self, cell: Cell, label: str) -> Float[Tensor, " m"]:
        """Loss over signal and noise sequences: mean of the last logged batches."""
        return self.models.trained.losses[-4:, self.where(cell, label)].double().mean(0)

    def drift(self, cell: Cell, label: str) -> Float[Tensor, " m"]:
        """Distance travelled by the parameters over their norm at the start."""
        i, trained = self.where(cell, label), self.models.trained
        start, end = trained.snapshots[0][i].double(), trained.ensemble.flat[i].double()
        return (end - start).norm(dim=1) / start.norm(dim=1)

    def points(self, cell: Cell, label: str) -> Float[Tensor, "m s d"]:
        """What the heads read for each pair: expected z, heads and dimensions side by side."""
        tables = self.tables(cell, label)
        t, n = self.table, self.models.world.n_multisets
        split = attention_split(tables, t.counts, t.probability, t.multiset, signal_tokens(self.models.world.n_signal))
        tensors = self.models.trained.ensemble.tensors()
        signal = signal_tokens(self.models.world.n_signal)
        values = tensors["attn.W_V"][self.where(cell, label), : cell.n_heads, signal, : cell.d_head].double()
        return torch.einsum("mhsk,mhkd->mshd", split.mass, values).reshape(len(values), n, -1)


@dataclass(frozen=True)
class Measured:
    """All that was measured."""

    world: PairsConfig
    built: dict[str, tuple[Tensor, Tensor]]
    """Exact accuracy of built models: with their completions, and with another model's."""
    parts: dict[str, Part]
    """mixed (the published world), signal only, longer, wide."""
    levels: list[float]
    longer: int
    moments: list[int]

    @property
    def n_models(self) -> int:
        return sum(len(part.models.cells) for part in self.parts.values())

    @property
    def n_diverged(self) -> int:
        return sum(len(part.models.cells) - len(part.models.trained.healthy) for part in self.parts.values())


def measure(cfg: CapacityConfig, folder: Path) -> Measured:
    """Build, verify, train from there and from random inits."""
    built = {name: _built(cfg, name, cell) for name, cell in [*CONSTRUCTIONS.items(), (ONE_OF_TWO, Cell(2, 5))]}
    small = [Start(cell, None) for cell in (*CONSTRUCTIONS.values(), Cell(1, 1))]
    small += [Start(cell, name, level) for name, cell in CONSTRUCTIONS.items() for level in cfg.levels]
    wide = [Start(Cell(2, 5), None), *(Start(Cell(2, 5), ONE_OF_TWO, level) for level in cfg.levels[:1])]
    quiet = cfg.world.replace(noise_share=0.0)
    longer = cfg.training.replace(n_steps=cfg.n_steps * cfg.longer)
    parts = {
        "mixed": _train(cfg, cfg.world, small, cfg.training, folder / "mixed"),
        "signal only": _train(cfg, quiet, small, cfg.training, folder / "signal-only"),
        "longer": _train(cfg, cfg.world, small[: len(CONSTRUCTIONS)], longer, folder / "longer"),
        "wide": _train(cfg, cfg.world, wide, cfg.training, folder / "wide"),
    }
    return Measured(cfg.world, built, parts, list(cfg.levels), cfg.longer, cfg.moments)


def _built(cfg: CapacityConfig, name: str, cell: Cell) -> tuple[Tensor, Tensor]:
    """Exact accuracy of freshly built models, and of the same models asked for other completions."""
    table = signal_table(cfg.world)
    phi = injections(cfg.world, generator(cfg.seed, "built"), cfg.n_seeds)
    right, wrong = [], []
    for i, row in enumerate(phi):
        model = ToyAttention(cell.toy(cfg.world), generator=generator(cfg.seed, "built", i))
        construct(name, model, row)
        if name == ONE_OF_TWO:
            dict(model.attn.named_parameters())["W_O"].data[1] = 0
        tables = model_tables(model)
        for found, asked in ((right, row), (wrong, phi[i - 1])):
            found.append(exact_accuracy(tables, table.counts, table.probability, asked[table.multiset][None])[0])
    return torch.stack(right), torch.stack(wrong)


def _train(
    cfg: CapacityConfig, world: PairsConfig, starts: Sequence[Start], training: EnsembleConfig, folder: Path
) -> Part:
    every = [one for one in starts for _ in range(cfg.n_seeds)]

    def begin(i: int, model: ToyAttention, phi: Tensor) -> None:
        one = every[i]
        if one.name is not None:
            construct(one.name, model, phi)
            if one.level:
                shaken(model, one.level, generator(cfg.seed, "shake", i))

    share = training.n_steps // cfg.n_steps
    models = train_pairs(
        world,
        [one.cell for one in every],
        training,
        batch=cfg.batch,
        seed=cfg.seed,
        folder=folder,
        snapshots=[step * share for step in cfg.moments],
        start=begin,
    )
    return Part(models, [(one.cell, one.label()) for one in every], signal_table(world))
