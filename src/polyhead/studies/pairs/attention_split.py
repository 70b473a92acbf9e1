"""Is a head's attention all or nothing, or split between the signal tokens of a sequence?

For each head and each multiset of signal tokens we take the expected attention on each signal token (over the noise of
the context), and from it
    hard       the favourite signal token gets at least 0.95
    split      the favourite signal token gets between 0.05 and 0.95 (the published words name no number; this is ours)
    shared     the same, of the attention on signal tokens alone: attention lost to noise does not count as split
    majority   two different signal tokens get at least 0.25 of the attention each
Mixed multisets only, where that matters: in {x, x} there is nothing to split. Axis legend: m model, h head, s multiset,
v token, n sequence.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.studies.pairs.token_tables import TokenTables, attention_mass, chunks

HARD = 0.95


@dataclass(frozen=True)
class Split:
    """Attention of each head for each multiset."""

    mass: Float[Tensor, "m h s k"]
    """Expected attention on each signal token."""
    present: Bool[Tensor, "s k"]
    """Which signal tokens a multiset holds."""

    @property
    def mixed(self) -> Bool[Tensor, " s"]:
        """Multisets with at least two different tokens."""
        return self.present.sum(1) >= 2

    @property
    def favourite(self) -> Float[Tensor, "m h s"]:
        """Attention on the signal token that gets most."""
        return self.mass.amax(-1)

    @property
    def favourite_share(self) -> Float[Tensor, "m h s"]:
        """The same, of the attention on signal tokens."""
        return self.favourite / self.mass.sum(-1).clamp_min(1e-30)

    @property
    def hard(self) -> Bool[Tensor, "m h s"]:
        return self.favourite >= HARD

    @property
    def split(self) -> Bool[Tensor, "m h s"]:
        return (self.favourite > 1 - HARD) & (self.favourite < HARD)

    @property
    def shared(self) -> Bool[Tensor, "m h s"]:
        """Split among signal tokens, by a head that looks at signal tokens at all (5 % of its attention)."""
        return (self.mass.sum(-1) > 1 - HARD) & (self.favourite_share < HARD)

    @property
    def majority(self) -> Bool[Tensor, "m h s"]:
        return (self.mass >= 0.25).sum(-1) >= 2

    def share(self, which: Bool[Tensor, "m h s"]) -> Float[Tensor, " m"]:
        """Share of (head, mixed multiset) with a property."""
        return which[..., self.mixed].double().mean((1, 2))

    def any(self, which: Bool[Tensor, "m h s"]) -> Bool[Tensor, " m"]:
        """Whether a model has the property for any head and mixed multiset."""
        return which[..., self.mixed].any(-1).any(-1)

    def coverage(self) -> Float[Tensor, " m"]:
        """Share of mixed multisets of which each token gets at least 0.5 from some head."""
        best = self.mass.amax(1)  # m s k
        return ((best >= 0.5) | ~self.present).all(-1)[:, self.mixed].double().mean(-1)

    def nowhere_hard(self) -> Float[Tensor, " m"]:
        """Share of mixed multisets in which no head gives 0.95 to one token."""
        return (~self.hard.any(1))[:, self.mixed].double().mean(-1)


def attention_split(
    tables: TokenTables,
    counts: Float[Tensor, "n v"],
    probability: Float[Tensor, " n"],
    multiset: Int[Tensor, " n"],
    signal: slice,
) -> Split:
    """Expected attention per multiset; `signal` says which tokens are signal tokens."""
    n = int(multiset.max()) + 1
    weight = torch.zeros(n, counts.shape[0], dtype=tables.scores.dtype)
    weight[multiset, torch.arange(counts.shape[0])] = probability.to(weight)
    weight = weight / weight.sum(1, keepdim=True)
    parts = [weight @ attention_mass(tables.of(i), counts)[..., signal] for i in chunks(tables, counts.shape[0])]
    kinds = torch.zeros(n, counts[:, signal].shape[1])
    kinds[multiset] = counts[:, signal].to(kinds)
    return Split(torch.cat(parts), kinds > 0)
