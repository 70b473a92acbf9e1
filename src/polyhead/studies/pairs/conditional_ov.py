"""Which completions does a head favour, given that it attends to one token?

The conditional OV table of a head: rows are attended signal tokens x, columns the multisets s, a cell the direct effect
on the completion's logit, centred over columns. A head with hard attention that sees x knows that no token of the
sequence stands above x in its order, so its predicted support at x is {s that hold x and nothing above x}: for pairs of
four tokens 4, 3, 2, 1 of them from favourite to least favourite (Greenspan and Wynroe 2023).

    sign agreement   share of cells of row x whose sign is that of the support
    precision        share of the |support| largest cells of row x that are in the support
    specificity      number of positive cells of row x
    consistent, excluded, absent   mean cell of {s in the support}, {s holds x, and a token above x}, {s without x};
                     excluded below absent would be a penalty, excluded near absent is the "implicit negative"
    constructive     share of multisets whose true completion gets a positive cell from every head, each head attending
                     to the token of the multiset that it prefers

Axis legend: m model, h head, k attended signal token, s multiset.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def conditional_ov(ov: Float[Tensor, "m h k c"], completion: Int[Tensor, "m s"]) -> Float[Tensor, "m h k s"]:
    """The tables, centred over multisets."""
    index = completion[:, None, None].expand(-1, ov.shape[1], ov.shape[2], -1)
    cells = ov.gather(-1, index)
    return cells - cells.mean(-1, keepdim=True)


def predicted_support(ranks: Int[Tensor, "m h k"], present: Bool[Tensor, "s k"]) -> Bool[Tensor, "m h k s"]:
    """Multisets that hold x and nothing that the head prefers to x; `ranks` as `preference_ranks` gives them."""
    far = ranks.shape[-1]
    best = torch.where(present, ranks[..., None, :], far).amin(-1)  # m h s: rank of the favourite of each multiset
    return (best[..., None, :] == ranks[..., None]) & present.T


@dataclass(frozen=True)
class Support:
    """How the tables agree with the predicted supports; rows are sorted from favourite to least favourite."""

    size: Int[Tensor, " k"]
    """Of the predicted support, by rank (equal for all heads where multisets are symmetric in tokens)."""
    specificity: Int[Tensor, "m h k"]
    sign_agreement: Float[Tensor, "m h k"]
    precision: Float[Tensor, "m h k"]
    consistent: Float[Tensor, "m h k"]
    excluded: Float[Tensor, "m h k"]
    """NaN for the favourite: nothing stands above it."""
    absent: Float[Tensor, "m h k"]
    constructive: Float[Tensor, " m"]


def compare_with_support(
    table: Float[Tensor, "m h k s"], ranks: Int[Tensor, "m h k"], present: Bool[Tensor, "s k"]
) -> Support:
    """Compare conditional OV tables with what the preference orders predict."""
    support = predicted_support(ranks, present)
    holds = present.T.expand_as(support)
    rows = ranks.argsort(-1)  # the token at each rank

    def by_rank(values: Tensor) -> Tensor:
        return values.gather(-1, rows)

    size = support.sum(-1)
    largest = table.argsort(-1, descending=True).argsort(-1) < size[..., None]
    precision = (largest & support).sum(-1) / size.clamp_min(1)
    agreement = ((table > 0) == support).double().mean(-1)
    favourite = torch.where(present, ranks[..., None, :], ranks.shape[-1]).argmin(-1)  # m h s: the token attended to
    at_favourite = table.gather(2, favourite[:, :, None]).squeeze(2)  # m h s
    return Support(
        by_rank(size)[0, 0],
        by_rank((table > 0).sum(-1)),
        by_rank(agreement),
        by_rank(precision),
        by_rank(_mean_where(table, support)),
        by_rank(_mean_where(table, holds & ~support)),
        by_rank(_mean_where(table, ~holds)),
        (at_favourite > 0).all(1).double().mean(-1),
    )


def _mean_where(values: Tensor, where: Tensor) -> Tensor:
    return (values * where).sum(-1) / where.sum(-1)  # 0 / 0 is NaN: nothing there
