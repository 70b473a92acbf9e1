"""In which order does a head prefer tokens, and are the orders of two heads reversed?

The order of a head is that of its scores from the read-off token, largest first. Two heads are compared by Kendall's
tau over pairs of tokens (no ties): 1 for equal orders, -1 for reversed ones; of random orders of K tokens 1 in K! is
the exact reversal. Axis legend: m model, h head, k signal token.
"""

import math
from itertools import combinations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError


def preference_ranks(scores: Float[Tensor, "m h k"]) -> Int[Tensor, "m h k"]:
    """Rank of each token in each head; 0 is the favourite."""
    return scores.argsort(-1, descending=True).argsort(-1)


def margins(scores: Float[Tensor, "m h k"], noise: Float[Tensor, "m h n"]) -> Float[Tensor, "m h k"]:
    """Scores above the mean over noise tokens."""
    return scores - noise.mean(-1, keepdim=True)


def kendall_tau(first: Float[Tensor, "*any k"], second: Float[Tensor, "*any k"]) -> Float[Tensor, "*any"]:
    """Kendall's tau of two sets of scores of the same tokens; ties count half way (0)."""
    i, j = torch.triu_indices(first.shape[-1], first.shape[-1], offset=1)
    a, b = (first[..., i] - first[..., j]).sign(), (second[..., i] - second[..., j]).sign()
    return (a * b).mean(-1)


def head_pair_taus(scores: Float[Tensor, "m h k"]) -> Float[Tensor, "m pairs"]:
    """Tau of each pair of heads of a model, pairs in the order (0, 1), (0, 2), ..."""
    h = scores.shape[1]
    if h < 2:
        raise PolyheadError(f"orders of two heads are compared; the models have {h}")
    return torch.stack([kendall_tau(scores[:, a], scores[:, b]) for a, b in combinations(range(h), 2)], 1)


def is_reversed(tau: Float[Tensor, "*any"]) -> Bool[Tensor, "*any"]:
    """Whether the orders are exact reversals."""
    return tau < -1 + 1e-6


def chance_of_reversal(n_tokens: int) -> float:
    """1 / K!."""
    return 1 / math.factorial(n_tokens)


def between_models_taus(
    scores: Float[Tensor, "m h k"], generator: torch.Generator, *, rounds: int = 1
) -> Float[Tensor, " n"]:
    """The null: tau of head 0 of one model and head 1 of another (a shift of a random order of the models)."""
    m = scores.shape[0]
    if m < 2 or scores.shape[1] < 2:
        raise PolyheadError(f"two models of two heads are needed; received {m} of {scores.shape[1]}")
    taus = []
    for _ in range(rounds):
        order = torch.randperm(m, generator=generator)
        taus.append(kendall_tau(scores[order, 0], scores[order.roll(1), 1]))
    return torch.cat(taus)


def covers_all_pairs(scores: Float[Tensor, "m h k"]) -> Bool[Tensor, " m"]:
    """Whether for each pair of tokens some head prefers the one and some head the other.

    With hard attention this is exactly what two slots need; for two heads it means reversed orders.
    """
    i, j = torch.triu_indices(scores.shape[-1], scores.shape[-1], offset=1)
    sign = scores[..., i] > scores[..., j]
    return (sign.any(1) & (~sign).any(1)).all(-1)
