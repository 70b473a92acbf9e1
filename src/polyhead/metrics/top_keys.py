"""Which key a query attends to most, and whether patterns of another making agree, on the sink and off it.

Over counted queries t >= 1 (query 0 has no choice); the sink is key 0, and of equal keys the first is the top one:
    on sink             share of queries whose top key is the sink
    agreement on sink   of those, the share whose top key is the sink in A^ too
    agreement off sink  of all others, the share with the same top key in A^
Axis legend: b sequence, h head, q query, k key, p position.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor


class TopKeys(NamedTuple):
    """Results by head; None where no query is of the kind."""

    on_sink: list[float | None]
    agree_on_sink: list[float | None]
    agree_off_sink: list[float | None]


class TopKeySums:
    """Counts, by head."""

    def __init__(self) -> None:
        self._counts: Tensor | int = 0

    def update(
        self, pattern: Float[Tensor, "b h q k"], estimate: Float[Tensor, "b h q k"], counted: Bool[Tensor, "b p"]
    ) -> None:
        """Add one batch."""
        future = torch.ones(pattern.shape[-2:], dtype=torch.bool, device=pattern.device).triu(1)
        own, other = (t.masked_fill(future, -1).argmax(-1)[:, :, 1:] for t in (pattern, estimate))
        rows = counted[:, None, 1:].expand(own.shape)
        sink, same = rows & (own == 0), own == other
        found = torch.stack([kind.sum((0, 2)) for kind in (rows, sink, sink & same, rows & ~sink & same)])
        self._counts = self._counts + found

    def result(self) -> TopKeys:
        """Shares."""
        assert isinstance(self._counts, Tensor), "no batch was added"
        rows, sink, same_on, same_off = self._counts.tolist()
        off = [n - s for n, s in zip(rows, sink, strict=True)]
        return TopKeys(_shares(sink, rows), _shares(same_on, sink), _shares(same_off, off))


def _shares(parts: list[int], wholes: list[int]) -> list[float | None]:
    return [part / whole if whole else None for part, whole in zip(parts, wholes, strict=True)]
