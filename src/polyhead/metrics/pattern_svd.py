"""What dense scores of low rank make of a head's pattern: the yardstick next to every QK dictionary.

A dictionary with L0 latents per query and per key spends as many numbers as scores of rank L0. The head's own scores
are cut to a rank in whitened axes (dictionaries/qk_baselines.py), which is the best there is for the scores and, since
a softmax follows, not quite for the pattern: trained dense scores of the same rank can be better.
Axis legend: b sequence, h head, q query, k key, p position.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from jaxtyping import Bool
from torch import Tensor

from polyhead.core.protocols import Batch
from polyhead.dictionaries.init import valid_rows
from polyhead.dictionaries.qk_baselines import WhitenedHead
from polyhead.metrics.pattern_centred import CentredPatternSums

EXACT = 0.01
"""nMSE up to which scores of full rank count as the head's own."""
ByRank = Mapping[int, float]
"""Rank -> nMSE about the mean pattern, sink excluded."""


class HeadWidths:
    """Which part of a batch's queries and keys is each head's own."""

    def __init__(self, d_head: int, key_of: Sequence[int]) -> None:
        """Heads lie side by side.

        Args:
            d_head: Width of a head.
            key_of: For each head, which of the key vectors is its own (several heads share one under GQA).
        """
        self.d_head, self.key_of = d_head, tuple(key_of)

    def alone(self, batch: Batch, h: int) -> dict[str, Tensor]:
        """The batch as one head sees it: q, k `[b, p, d_head]`."""
        q, k = h * self.d_head, self.key_of[h] * self.d_head
        return {**batch, "q": batch["q"][..., q : q + self.d_head], "k": batch["k"][..., k : k + self.d_head]}


@torch.no_grad()
def svd_off_sink(
    fit: Sequence[Batch],
    held_out: Iterable[Batch],
    widths: HeadWidths,
    *,
    score_scale: float,
    ranks: Iterable[int],
    counted: Callable[[Batch], Bool[Tensor, "b p"]],
) -> list[ByRank]:
    """Score cut scores of several ranks in one pass, head by head.

    Args:
        fit: Batches with q and k, from which the axes are measured.
        held_out: Batches with q, k and the pattern of every head as the target.
        widths: Where each head's queries and keys lie.
        score_scale: What q k^T is multiplied by in the model.
        ranks: Which; full rank is always among them.
        counted: Positions that count.

    Returns:
        One mapping per head; empty where scores of full rank are not the head's own (a window, a cap, queries and
        keys before their rotation), or where its patterns are the same in all sequences.

    Raises:
        PolyheadError: there was no batch to fit, or a rank above the width of a head.
    """
    wanted = sorted({*ranks, widths.d_head})
    heads = range(len(widths.key_of))
    made = [_cuts(fit, widths, h, score_scale, wanted) for h in heads]
    sums = [[CentredPatternSums() for _ in wanted] for _ in heads]
    for batch in held_out:
        where = counted(batch)
        for h in heads:
            own, alone = batch["target"][:, h : h + 1], widths.alone(batch, h)
            for one, scores in zip(sums[h], made[h], strict=True):
                one.update(own, scores.reconstruct(alone), where)
    return [_by_rank(wanted, [one.result().off_sink[0] for one in mine]) for mine in sums]


def _cuts(fit: Sequence[Batch], widths: HeadWidths, h: int, score_scale: float, ranks: Sequence[int]) -> list:
    alone = [widths.alone(batch, h) for batch in fit]
    q, k = (valid_rows([{"x": b["q"], **b} for b in alone], role) for role in ("q", "k"))
    head = WhitenedHead(q, k, score_scale)
    return [head.cut(rank) for rank in ranks]


def _by_rank(ranks: Sequence[int], errors: Sequence[float | None]) -> ByRank:
    full = errors[-1]
    if full is None or full > EXACT:
        return {}
    return {rank: error for rank, error in zip(ranks, errors, strict=True) if error is not None}
