"""What dense scores of low rank make of a head's pattern: the yardstick next to every QK dictionary.

A dictionary with L0 latents per query and per key spends as many numbers as scores of rank L0. The head's own scores
are cut to a rank in whitened axes (dictionaries/qk_baselines.py), which is the best there is for the scores and, since
a softmax follows, not for the pattern; so the cut is also trained on the patterns, with the loss of the dictionaries.
Axis legend: b sequence, h head, q query, k key, p position.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool
from torch import Tensor

from polyhead.core.protocols import Batch
from polyhead.dictionaries.init import valid_rows
from polyhead.dictionaries.qk_baselines import DenseScores, LowRankScores, WhitenedHead, trained_dense
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
        """The batch as one head sees it: q, k `[b, p, d_head]`, its pattern as the target where there is one."""
        q, k = h * self.d_head, self.key_of[h] * self.d_head
        own = {"q": batch["q"][..., q : q + self.d_head], "k": batch["k"][..., k : k + self.d_head]}
        return {**batch, **own} | ({"target": batch["target"][:, h : h + 1]} if "target" in batch else {})


class DenseErrors(NamedTuple):
    """What dense scores of several ranks reach for one head."""

    svd: ByRank
    trained: ByRank


def dense_off_sink(
    fit: Sequence[Batch],
    held_out: Iterable[Batch],
    widths: HeadWidths,
    *,
    score_scale: float,
    ranks: Iterable[int],
    trained: Iterable[int] = (),
    counted: Callable[[Batch], Bool[Tensor, "b p"]],
) -> list[DenseErrors]:
    """Score dense scores of several ranks in one pass, head by head.

    Args:
        fit: Batches with q and k, from which the axes are measured, and the patterns, where any are trained.
        held_out: Batches with q, k and the pattern of every head as the target.
        widths: Where each head's queries and keys lie.
        score_scale: What q k^T is multiplied by in the model.
        ranks: Of scores that are cut; full rank is always among them.
        trained: Of scores that are trained from the cut.
        counted: Positions that count.

    Returns:
        The errors of each head; empty where scores of full rank are not the head's own (a window, a cap, queries and
        keys before their rotation), or where its patterns are the same in all sequences.

    Raises:
        PolyheadError: there was no batch to fit, or a rank above the width of a head.
    """
    wanted, also = sorted({*ranks, widths.d_head}), sorted(set(trained))
    heads = range(len(widths.key_of))
    made = [_scores(fit, widths, h, score_scale, wanted, also) for h in heads]
    sums = [[CentredPatternSums() for _ in mine] for mine in made]
    with torch.no_grad():
        for batch in held_out:
            where = counted(batch)
            for h in heads:
                alone = widths.alone(batch, h)
                for one, scores in zip(sums[h], made[h], strict=True):
                    one.update(alone["target"], scores.reconstruct(alone), where)
    return [_errors(wanted, also, [one.result().off_sink[0] for one in mine]) for mine in sums]


def _scores(
    fit: Sequence[Batch], widths: HeadWidths, h: int, score_scale: float, ranks: Sequence[int], trained: Sequence[int]
) -> list[LowRankScores | DenseScores]:
    alone = [widths.alone(batch, h) for batch in fit]
    q, k = (valid_rows([{"x": b["q"], **b} for b in alone], role) for role in ("q", "k"))
    head = WhitenedHead(q, k, score_scale)
    return [*(head.cut(rank) for rank in ranks), *(trained_dense(head, rank, alone) for rank in trained)]


def _errors(ranks: Sequence[int], trained: Sequence[int], errors: Sequence[float | None]) -> DenseErrors:
    full = errors[len(ranks) - 1]
    if full is None or full > EXACT:
        return DenseErrors({}, {})
    found = [
        {rank: error for rank, error in zip(names, some, strict=True) if error is not None}
        for names, some in ((ranks, errors[: len(ranks)]), (trained, errors[len(ranks) :]))
    ]
    return DenseErrors(*found)
