"""Next-token loss with the pattern of one head replaced, for every head of a target that is a pattern.

Each head is spliced alone, the others as the model has them, at counted queries; the loss is over scored positions.
Axis legend: b sequence, p position, h head, q query, k key.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from polyhead.core.protocols import Batch
from polyhead.core.reading import Read
from polyhead.interventions.splice import target_hooks
from polyhead.metrics.downstream import LossSum
from polyhead.models.hooked import HookedModel


class HeadSplices:
    """Mean losses, head by head."""

    def __init__(self, model: HookedModel, read: Read) -> None:
        self.model = model
        heads = range(model.cfg.n_heads) if read.heads is None else read.heads
        self.reads = [read.model_copy(update={"heads": (head,)}) for head in heads]
        self._losses = [LossSum() for _ in self.reads]

    @classmethod
    def of(cls, model: HookedModel, targets: Sequence[Read]) -> "HeadSplices | None":
        """For a target that is a pattern; None for any other."""
        return cls(model, targets[0]) if targets[0].is_pattern else None

    @torch.no_grad()
    def update(
        self, batch: Batch, estimate: Float[Tensor, "b h q k"], where: Bool[Tensor, "b p"], scored: Bool[Tensor, "b n"]
    ) -> None:
        """Add one batch; the model runs once per head."""
        for i, (read, losses) in enumerate(zip(self.reads, self._losses, strict=True)):
            hooks = target_hooks([read], estimate[:, i : i + 1], where, n_heads=self.model.cfg.n_heads)
            losses.update(self.model.run_with_hooks(batch["tokens"], hooks), batch["tokens"], scored)

    def means(self) -> tuple[float, ...]:
        """Nats per token, by head."""
        return tuple(losses.mean() for losses in self._losses)
