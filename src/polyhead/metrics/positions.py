"""Which positions a number is computed over: one place, one policy, carried by every result.

Axis legend: b sequence, p position. BOS is position 0 where it holds the model's BOS id; every other position that is
not valid is padding. By default BOS is left out on all sides: not reconstructed, not counted, not scored.
"""

from dataclasses import dataclass, field

import torch
from jaxtyping import Bool
from torch import Tensor

from polyhead.activations.tokens import document_counts
from polyhead.core.protocols import Batch
from polyhead.core.records import TextSplit, TokenPolicy
from polyhead.core.special_tokens import SpecialTokens
from polyhead.metrics.by_document import DocumentSums
from polyhead.models.hooked import HookedModel


@dataclass(frozen=True)
class Positions:
    """The rule."""

    bos_token_id: int | None
    include_bos: bool = False
    special: SpecialTokens | None = None
    """The model's decision that `bos_token_id` is of, for the record."""

    @classmethod
    def of(cls, model: HookedModel, *, include_bos: bool = False) -> "Positions":
        """The rule for a model, with the BOS that its prompts and its text begin with."""
        return cls(model.cfg.bos_token_id, include_bos, model.cfg.special)

    def is_bos(self, batch: Batch) -> Bool[Tensor, "b p"]:
        """Position 0, where it holds BOS."""
        tokens = batch["tokens"]
        found = torch.zeros_like(tokens, dtype=torch.bool)
        if self.bos_token_id is not None:
            found[:, 0] = tokens[:, 0] == self.bos_token_id
        return found

    def present(self, batch: Batch) -> Bool[Tensor, "b p"]:
        """Everything but padding, whether or not the batch's own `valid` leaves BOS out."""
        return batch["valid"] | self.is_bos(batch)

    def counted(self, batch: Batch) -> Bool[Tensor, "b p"]:
        """Positions that reconstruction and sparsity are measured at, and that are spliced."""
        present = self.present(batch)
        return present if self.include_bos else present & ~self.is_bos(batch)

    def scored(self, batch: Batch) -> Bool[Tensor, "b n"]:
        """Positions whose next-token prediction is scored: counted, and followed by a token that is not padding."""
        return self.counted(batch)[:, :-1] & self.present(batch)[:, 1:]


@dataclass
class PolicyCount:
    """Counts what a pass over batches really covered, and states it."""

    positions: Positions
    n_sequences: int = 0
    n_positions: int = 0
    split: TextSplit | None = None
    """How the text was shared out, for the record."""
    _documents: DocumentSums = field(default_factory=DocumentSums)
    _saw: set[str] = field(default_factory=set)

    def update(self, batch: Batch) -> None:
        """Count one batch."""
        self.n_sequences += batch["tokens"].shape[0]
        counted = self.positions.counted(batch)
        self.n_positions += int(counted.sum())
        if "documents" in batch:
            owner = batch["documents"][counted]
            self._documents.add(owner, positions=torch.ones_like(owner, dtype=torch.float64))
        if bool(self.positions.is_bos(batch).any()):
            self._saw.add("bos")
        if not bool(self.positions.present(batch).all()):
            self._saw.add("padding")

    def policy(self) -> TokenPolicy:
        """The record."""
        bos = "none" if "bos" not in self._saw else "included" if self.positions.include_bos else "excluded"
        return TokenPolicy(
            bos=bos,
            padding="excluded" if "padding" in self._saw else "none",
            n_sequences=self.n_sequences,
            n_positions=self.n_positions,
            **document_counts(self._documents.result().get("positions")),
            split=self.split,
            special=self.positions.special,
        )
