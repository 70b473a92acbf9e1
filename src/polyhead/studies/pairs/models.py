"""Train pairs-world models of many shapes, and measure all that the studies ask of them. Shared by two studies.

Models with equally many heads train as one ensemble; every model has its own completions and its own start; all see the
same sequences. Everything is measured on the exact list of signal sequences (`tasks.pairs.signal_table`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator
from polyhead.models.toy.attention import ToyAttention
from polyhead.models.toy.attention_config import ToyAttentionConfig
from polyhead.models.toy.attention_counts_fused import fused_counts_loss, last_rows
from polyhead.studies.pairs.attention_split import Split, attention_split
from polyhead.studies.pairs.conditional_ov import Support, compare_with_support, conditional_ov
from polyhead.studies.pairs.preference_order import preference_ranks
from polyhead.studies.pairs.token_tables import TokenTables, exact_accuracy, exact_loss, token_tables
from polyhead.tasks.pairs import PairsConfig, SignalTable, injections, sample, signal_table, truth
from polyhead.training.ensemble import Ensemble, EnsembleConfig, Trained, fit_ensemble

SOLVED = 0.999
"""A model is said to be at 100 % when its exact accuracy on signal sequences is at least this."""


class PairsTraining(Config):
    """How the models of a pairs study are trained: its config adds what it varies."""

    world: PairsConfig = PairsConfig()
    n_steps: int = Field(default=2000, ge=1)
    batch: int = Field(default=256, ge=2)
    lr: float = Field(default=1e-2, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    seed: int = 0

    @property
    def training(self) -> EnsembleConfig:
        return EnsembleConfig(n_steps=self.n_steps, lr=self.lr, weight_decay=self.weight_decay)


class Cell(NamedTuple):
    """Shape of a model."""

    n_heads: int
    d_head: int
    bias: bool = False
    """b_O."""

    def __str__(self) -> str:
        heads = "1 head" if self.n_heads == 1 else f"{self.n_heads} heads"
        return f"{heads}, d_head {self.d_head}{', bias' if self.bias else ''}"

    def toy(self, world: PairsConfig) -> ToyAttentionConfig:
        """The architecture."""
        return ToyAttentionConfig(
            n_heads=self.n_heads,
            d_head=self.d_head,
            d_vocab=world.d_vocab,
            n_ctx=world.n_ctx,
            d_vocab_out=world.d_vocab_out,
            output_bias=self.bias,
        )


@dataclass
class PairsModels:
    """Trained models of one world."""

    world: PairsConfig
    cells: list[Cell]
    """Of each model."""
    phi: Int[Tensor, "m s"]
    trained: Trained

    def where(self, cell: Cell) -> list[int]:
        """Healthy models of that shape."""
        return [i for i in self.trained.healthy if self.cells[i] == cell]

    def n_diverged(self, cell: Cell) -> int:
        return sum(one == cell for one in self.cells) - len(self.where(cell))

    def tables(self, cell: Cell, *, step: int | None = None) -> TokenTables:
        """Token tables of the healthy models of one shape, at the end or at a snapshot."""
        flat = None if step is None else self.trained.snapshots[step]
        tensors = self.trained.ensemble.tensors(flat)
        return token_tables(tensors, cell.toy(self.world), self.where(cell))

    def completions(self, cell: Cell) -> Int[Tensor, "m s"]:
        return self.phi[self.where(cell)]


def train_pairs(
    world: PairsConfig,
    cells: Sequence[Cell],
    training: EnsembleConfig,
    *,
    batch: int,
    seed: int,
    folder: Path,
    snapshots: Sequence[int] = (),
    start: Callable[[int, ToyAttention, Int[Tensor, " s"]], None] | None = None,
) -> PairsModels:
    """Train one model for each entry of `cells`; model i has seed i of its own.

    Args:
        start: may overwrite model i's initial parameters, given its completions.
    """
    phi = injections(world, generator(seed, "completions"), len(cells))
    models = []
    for i, cell in enumerate(cells):
        model = ToyAttention(cell.toy(world), generator=generator(seed, "start", i))
        if start is not None:
            with torch.no_grad():
                start(i, model, phi[i])
        models.append(model)
    largest = Cell(max(c.n_heads for c in cells), max(c.d_head for c in cells), any(c.bias for c in cells)).toy(world)
    ensemble = Ensemble.of(models, template=ToyAttention(largest, generator=generator(seed)))

    def batches(step: int) -> Batch:
        drawn = sample(world, generator(seed, "batch", step), batch, phi)
        rows = dict(last_rows(drawn["tokens"], drawn["targets"], d_vocab=world.d_vocab))
        if "weights" in drawn:
            rows["weights"] = drawn["weights"][rows["order"]]
        return rows

    config = {"world": world.model_dump(mode="json"), "cells": [list(c) for c in cells], "seed": seed, "batch": batch}
    trained = fit_ensemble(
        ensemble,
        fused_counts_loss(largest),
        batches,
        training,
        run_dir=folder,
        snapshots=snapshots,
        config=config,
        label=f"pairs: {folder.name}",
    )
    return PairsModels(world, list(cells), phi, trained)


@dataclass(frozen=True)
class ShapeMeasures:
    """What is known about the models of one shape."""

    tables: TokenTables
    phi: Int[Tensor, "m s"]
    ranks: Int[Tensor, "m h k"]
    accuracy: Float[Tensor, " m"]
    loss: Float[Tensor, " m"]
    """On signal sequences, nats."""
    split: Split
    support: Support
    n_diverged: int

    @property
    def solved(self) -> list[bool]:
        return (self.accuracy >= SOLVED).tolist()

    @property
    def scores(self) -> Float[Tensor, "m h k"]:
        """From the read-off token to the signal tokens."""
        return self.tables.scores[..., signal_tokens(self.ranks.shape[-1])]


def signal_tokens(n_signal: int) -> slice:
    """Ids of the signal tokens."""
    return slice(1, 1 + n_signal)


def present(world: PairsConfig) -> Tensor:
    """`[s, k]`: which signal tokens each multiset holds."""
    tokens = range(1, 1 + world.n_signal)
    return torch.tensor([[x in one for x in tokens] for one in truth(world).multisets])


def measure(
    models: PairsModels, cell: Cell, *, step: int | None = None, table: SignalTable | None = None
) -> ShapeMeasures:
    """Measure the healthy models of one shape, at the end or at a snapshot."""
    tables = models.tables(cell, step=step)
    return measure_tables(models.world, tables, models.completions(cell), models.n_diverged(cell), table)


def measure_tables(
    world: PairsConfig, tables: TokenTables, phi: Tensor, n_diverged: int = 0, table: SignalTable | None = None
) -> ShapeMeasures:
    """The same for tables that come from elsewhere."""
    table = signal_table(world) if table is None else table
    signal = signal_tokens(world.n_signal)
    ranks = preference_ranks(tables.scores[..., signal])
    targets = phi[:, table.multiset]
    rows = conditional_ov(tables.ov[:, :, signal], phi)
    return ShapeMeasures(
        tables,
        phi,
        ranks,
        exact_accuracy(tables, table.counts, table.probability, targets),
        exact_loss(tables, table.counts, table.probability, targets),
        attention_split(tables, table.counts, table.probability, table.multiset, signal),
        compare_with_support(rows, ranks, present(world)),
        n_diverged,
    )
