"""Batches with the model in the loop, or from one harvest held in memory.

Streaming keeps nothing but the tokens. Memory keeps fp32 x, target and pattern, which pays as soon as more than one
dictionary is trained on the same text (the planner says whether it fits). The two agree up to rounding, not bit for
bit, because a model's matrix products round differently for another number of rows; each by itself is exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from polyhead.activations.batches import Control, SequenceBatches
from polyhead.activations.harvest import harvest_batch
from polyhead.activations.tokens import TokenSequences
from polyhead.core.progress import progress
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading
from polyhead.models.hooked import HookedModel


class StreamingBatches(SequenceBatches):
    """Runs the model for every batch."""

    def __init__(
        self,
        model: HookedModel,
        sequences: TokenSequences,
        reading: Reading,
        *,
        sequences_per_batch: int,
        seed: int,
        control: Control = None,
    ) -> None:
        super().__init__(*sequences.tokens.shape, sequences_per_batch=sequences_per_batch, seed=seed, control=control)
        self.model, self.sequences, self.reading = model, sequences, reading

    def rows(self, indices: Int[Tensor, " b"]) -> Batch:
        """The sequences `indices`, harvested now."""
        tokens, valid = self.sequences.rows(indices)
        batch = harvest_batch(self.model, tokens, self.reading, valid=valid)
        return {**batch, **_documents(self.sequences, indices, self.model)}


@dataclass(frozen=True)
class HarvestedText:
    """A whole harvest in memory: role to tensor, as in a batch, all sequences along the first axis."""

    reading: Reading
    roles: dict[str, Tensor]

    def __len__(self) -> int:
        return len(self.roles["tokens"])


class MemoryBatches(SequenceBatches):
    """Batches from a harvest in memory; several may share one harvest."""

    def __init__(
        self,
        harvested: HarvestedText,
        *,
        sequences_per_batch: int,
        seed: int,
        control: Control = None,
        roles: Mapping[str, str] | None = None,
    ) -> None:
        """`roles`: role of the batch -> name under which it was harvested; all under their own names where None."""
        shape = harvested.roles["tokens"].shape
        super().__init__(*shape, sequences_per_batch=sequences_per_batch, seed=seed, control=control)
        self.harvested = harvested
        always = {role: role for role in ("tokens", "valid", "documents") if role in harvested.roles}
        self.roles = {role: role for role in harvested.roles} if roles is None else {**always, **roles}

    def rows(self, indices: Int[Tensor, " b"]) -> Batch:
        """Copies of the sequences `indices`."""
        return {role: self.harvested.roles[name][indices] for role, name in self.roles.items()}


def harvest_in_memory(
    model: HookedModel,
    sequences: TokenSequences,
    reading: Reading,
    *,
    sequences_per_run: int = 16,
    label: str = "harvesting",
) -> HarvestedText:
    """Run the model over all sequences once and keep fp32 x, target and (if asked for) pattern, on its device.

    Ask `planner.plan_harvest` first whether it fits.
    """
    n, width = sequences.tokens.shape
    roles: dict[str, Tensor] = {}
    with progress(label, total=n * width, unit="tokens") as bar:
        for rows in torch.arange(n).split(sequences_per_run):
            tokens, valid = sequences.rows(rows)
            batch = harvest_batch(model, tokens, reading, valid=valid)
            for role, value in {**batch, **_documents(sequences, rows, model)}.items():
                value = value.float() if value.is_floating_point() else value
                if role not in roles:
                    roles[role] = value.new_empty((n, *value.shape[1:]))
                roles[role][rows[0] : rows[-1] + 1] = value
            bar.advance(tokens.numel())
    return HarvestedText(reading, roles)


def _documents(sequences: TokenSequences, rows: Int[Tensor, " b"], model: HookedModel) -> dict[str, Int[Tensor, "b p"]]:
    """The role `documents`, where it is known, on the device of the other roles."""
    return {role: value.to(model.device) for role, value in sequences.document_rows(rows).items()}
