"""What the study `ov-coherent-capacity` measured, and how its claims and figures ask for it."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.studies.pairs.attention_split import attention_split
from polyhead.studies.pairs.models import Cell, PairsModels, signal_tokens
from polyhead.studies.pairs.token_tables import exact_accuracy, exact_loss, token_tables
from polyhead.tasks.pairs import PairsConfig, SignalTable


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
class CapacityResults:
    """All that was measured."""

    world: PairsConfig
    built: dict[str, tuple[Tensor, Tensor]]
    """Exact accuracy of built models: with their completions, and with another model's."""
    parts: dict[str, Part]
    """mixed (the published world), signal only, longer, wide."""
    levels: list[float]
    longer: int
    moments: list[int]
