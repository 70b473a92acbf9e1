"""What can heads with hard attention know? Exact ceilings, by enumeration.

A hard head has an order of the signal tokens and sees the first of them that is in the sequence, once. H such heads
turn a multiset into H tokens, and the best guess is the most probable multiset with the same H tokens. The ceiling is
the largest such accuracy over all choices of orders. For two slots and two heads it is 1, for exactly reversed orders
and no others: reversal is forced by hard attention, and empirical is only whether attention is hard. With three slots
no number of hard heads reaches 1: softmax attention over tokens cannot pick the second in an order, nor see how often
a token occurs, so "ordered statistics" do not carry reversal over to more slots.
Axis legend: s multiset, k signal token, o order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, permutations

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.errors import PolyheadError

LARGEST_SEARCH = 2_000_000


@dataclass(frozen=True)
class HardCeiling:
    """The best that H hard heads can do."""

    accuracy: float
    orders: tuple[tuple[int, ...], ...]
    """One best choice: tokens of each head, favourite first."""
    share: float
    """Share of all choices of orders (each head free) that reach it: the chance of getting there blindly."""


def hard_accuracy(
    multisets: Sequence[Sequence[int]], probabilities: Float[Tensor, " s"], orders: Sequence[Sequence[int]]
) -> float:
    """Best accuracy of heads with the given orders (tokens, favourite first)."""
    seen: dict[tuple[int, ...], float] = {}
    for one, p in zip(multisets, probabilities.tolist(), strict=True):
        view = tuple(next(x for x in order if x in one) for order in orders)
        seen[view] = max(seen.get(view, 0.0), p)
    return sum(seen.values())


def hard_ceiling(multisets: Sequence[Sequence[int]], probabilities: Float[Tensor, " s"], n_heads: int) -> HardCeiling:
    """The ceiling of `n_heads` hard heads.

    Raises:
        PolyheadError: too many choices of orders to list.
    """
    tokens = sorted({x for one in multisets for x in one})
    orders = list(permutations(tokens))
    if len(orders) ** n_heads > LARGEST_SEARCH:
        raise PolyheadError(
            f"{len(orders)} orders of {len(tokens)} tokens for {n_heads} heads are {len(orders) ** n_heads} choices; "
            f"at most {LARGEST_SEARCH} are tried: ask for fewer heads or tokens"
        )
    place = {x: i for i, x in enumerate(tokens)}
    views = torch.tensor([[place[next(x for x in order if x in one)] for one in multisets] for order in orders])
    best, best_orders, n_best, n_all = -1.0, (), 0, 0
    for choice in combinations_with_replacement(range(len(orders)), n_heads):
        times = _arrangements(choice)
        n_all += times
        code = torch.zeros(len(multisets), dtype=torch.int64)
        for i in choice:
            code = code * len(tokens) + views[i]
        value = _best_of_groups(code, probabilities)
        if value > best + 1e-12:
            best, best_orders, n_best = value, tuple(orders[i] for i in choice), 0
        if value > best - 1e-12:
            n_best += times
    return HardCeiling(best, best_orders, n_best / n_all)


def _best_of_groups(code: Tensor, probabilities: Tensor) -> float:
    group = code.unique(return_inverse=True)[1]
    best = torch.zeros(int(group.max()) + 1, dtype=probabilities.dtype)
    return float(best.scatter_reduce(0, group, probabilities, "amax").sum())


def _arrangements(choice: tuple[int, ...]) -> int:
    """Number of ways to hand the chosen orders to distinguishable heads."""
    ways, run = 1, 0
    for i, one in enumerate(choice):
        run = run + 1 if i and one == choice[i - 1] else 1
        ways = ways * (i + 1) // run
    return ways
