"""How far does a model look for the carry: accuracy by place of the sum and by the length of the chain of nines?

A digit with c nines directly below it (and a place below those) can be told from c + 1 lower places and not from fewer.
A rule that looks at w places is right there if c < w, and where c >= w it is right just when its guess is, in
exactly half of them. So for a rule accuracy by chain length is a step; and whatever a model does, accuracy above one
half on digits with c nines proves that it uses more than c places. Digits whose chain
reaches down to the last place have no carry, and are told apart ("closed").
Axis legend: m model, n example, j place of the sum, l chain length 0 .. longest, the last one "or more".
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from scipy.stats import binomtest
from torch import Tensor

from polyhead.tasks.addition import Sums


@dataclass(frozen=True)
class ChainAccuracy:
    """Share of right digits; NaN where no example falls."""

    per_digit: Float[Tensor, " m"]
    whole_answer: Float[Tensor, " m"]
    by_place: Float[Tensor, "m j"]
    by_chain: Float[Tensor, "m l"]
    """Open chains of that length, all places that have one."""
    by_chain_with_carry: Float[Tensor, "m l"]
    """Those of them with a carry coming in: a rule with too short a window is never right here."""
    by_chain_without_carry: Float[Tensor, "m l"]
    by_place_and_chain: Float[Tensor, "m j l"]
    closed: Float[Tensor, " m"]
    """Digits whose chain reaches down to the last place (length at least 1)."""
    n_by_chain: Int[Tensor, " l"]
    """Digits measured."""


def chain_accuracy(right: Bool[Tensor, "m n j"], sums: Sums, *, longest: int = 3) -> ChainAccuracy:
    """Accuracy by chain from which digits came out right."""
    length = sums.chain.clamp_max(longest)
    chains = [sums.open_chain & (length == c) for c in range(longest + 1)]
    carried = sums.carry == 1
    by_place_and_chain = [
        torch.stack([_share(right[:, :, j], chain[:, j]) for chain in chains], -1) for j in range(right.shape[-1])
    ]
    return ChainAccuracy(
        right.double().mean((1, 2)),
        right.all(2).double().mean(1),
        right.double().mean(1),
        torch.stack([_share(right, chain) for chain in chains], -1),
        torch.stack([_share(right, chain & carried) for chain in chains], -1),
        torch.stack([_share(right, chain & ~carried) for chain in chains], -1),
        torch.stack(by_place_and_chain, 1),
        _share(right, ~sums.open_chain & (sums.chain > 0)),
        torch.stack([chain.sum() for chain in chains]),
    )


def places_proven(chains: ChainAccuracy, *, significance: float = 0.01) -> Int[Tensor, " m"]:
    """Lower places that a model provably uses: chains of 0, 1, ... nines are answered right more than half the time.

    Whoever sees c lower places and no more is right in exactly half of the digits with an open chain of c nines or more
    (carries and no carries are equally many, and look the same); so accuracy above one half there, by a binomial test,
    proves that more than c places are used.
    """
    sizes = chains.n_by_chain.tolist()
    proven = []
    for row in chains.by_chain.tolist():
        above = [
            n > 0 and binomtest(round(a * n), n, 0.5, alternative="greater").pvalue < significance  # pyright: ignore
            for a, n in zip(row, sizes, strict=True)
        ]
        proven.append([*above, False].index(False))
    return torch.tensor(proven)


def _share(right: Bool[Tensor, "m *any"], where: Bool[Tensor, "*any"]) -> Float[Tensor, " m"]:
    return (right & where).double().flatten(1).sum(1) / where.sum()
