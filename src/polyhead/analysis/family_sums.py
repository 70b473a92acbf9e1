"""What latents do with positions, summed over text: how much of what a latent moves goes along which relation.

For latents that patterns move by loadings, the mass of latent i along relation R (source s, destination t) is
    mass_R[i] = sum over t, s in R of  sum_h |L[i, h]| A_h[t, s] f[s, i]
and its share is mass_R / mass_all; the identity is its own relation. The same sum with f = 1 and no loadings (`base`)
is how much the heads move along R whatever the latent. Codes stay sparse, so that a large dictionary costs no more.
Axis legend: b sequence, t destination (query), s source (key), h head, i latent, k active latents per token,
r relation.
"""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.analysis.token_families import N_PROMOTED, TOKEN_FAMILIES, TokenMasses

FAMILIES = {
    "induction": "from the token after an earlier copy of the current token",
    "duplicate": "from an earlier copy of the current token",
    "previous": "from the token before",
    "recent": "from one of the five tokens before",
    "bos": "from the first position",
    "identity": "stays at its own position",
}
"""Relations of two positions."""
ALL_FAMILIES = {**FAMILIES, **TOKEN_FAMILIES}
"""And kinds of source (token_families.py)."""


def relations(tokens: Int[Tensor, "b p"]) -> dict[str, Bool[Tensor, "b t s"]]:
    """Which pairs of positions stand in which relation.

    Args:
        tokens: Ids.

    Returns:
        Relation -> mask, True at [destination, source]; `identity` is left to the loading that says so.
    """
    n = tokens.shape[1]
    t, s = torch.arange(n, device=tokens.device)[:, None], torch.arange(n, device=tokens.device)[None, :]
    back = (t - s).expand(len(tokens), n, n)
    before = torch.cat([torch.full_like(tokens[:, :1], -1), tokens[:, :-1]], dim=1)
    return {
        "induction": (before[:, None, :] == tokens[:, :, None]) & (back > 0),
        "duplicate": (tokens[:, None, :] == tokens[:, :, None]) & (back > 0),
        "previous": back == 1,
        "recent": (back >= 1) & (back <= 5),
        "bos": (s == 0).expand_as(back) & (back > 0),
    }


class FamilySums:
    """Masses of all latents along all relations and from all kinds of source, batch by batch."""

    def __init__(
        self,
        loadings: Float[Tensor, "i h"],
        vocabulary: Sequence[str],
        promoted: Int[Tensor, "i n"] | None,
    ) -> None:
        """Sums of nothing yet.

        Args:
            loadings: Of each latent through each head, the identity last.
            vocabulary: Text of each token.
            promoted: Ids of the tokens that each latent promotes most; None where it writes nothing into the stream.
        """
        self.strength = loadings.abs().double()
        n, width = self.strength.shape
        self.mass = {name: torch.zeros(n, dtype=torch.float64) for name in (*FAMILIES, "distance", "all")}
        self.base = {name: torch.zeros(width - 1, dtype=torch.float64) for name in self.mass}
        self.fires = torch.zeros(n, dtype=torch.int64)
        self.by_token = TokenMasses(vocabulary, None if promoted is None else promoted[:, :N_PROMOTED], n)

    def add(
        self,
        values: Float[Tensor, "b s k"],
        indices: Int[Tensor, "b s k"],
        pattern: Float[Tensor, "b h t s"],
        tokens: Int[Tensor, "b s"],
        valid: Bool[Tensor, "b s"],
    ) -> None:
        """Add the codes of a batch (0 for what is not active) and the patterns that move them."""
        values = values.double() * valid[..., None]
        masks = relations(tokens)
        names = [*masks, "distance", "all"]
        position = torch.arange(tokens.shape[1], device=tokens.device)
        distance = (position[:, None] - position).clamp_min(0)
        for b in range(len(tokens)):
            self.fires += torch.bincount(indices[b, 1:][values[b, 1:] > 0], minlength=len(self.fires))
            along = torch.stack([*(mask[b] for mask in masks.values()), distance, torch.ones_like(distance)]).double()
            moved = pattern[b].double() * valid[b, None, :, None]
            sent = torch.einsum("hts,rts->rhs", moved, along)  # what each source sends along each relation
            strength = self.strength[indices[b]]  # [s, k, h]
            through = torch.einsum("rhs,skh->rsk", sent, strength[..., :-1]) * values[b]
            own = values[b] * strength[..., -1]
            for name, by_head, amounts in zip(names, sent, through, strict=True):
                self.base[name] += by_head.sum(-1)
                self._add(name, indices[b], amounts)
            self._add("identity", indices[b], own)
            self._add("all", indices[b], own)
            self.by_token.add(tokens[b], valid[b], values[b], indices[b], through[-1] + own)

    def _add(self, name: str, indices: Int[Tensor, "s k"], amounts: Float[Tensor, "s k"]) -> None:
        self.mass[name].index_add_(0, indices.flatten(), amounts.flatten())

    def table(self) -> pd.DataFrame:
        """One row per latent: tokens, a share per family, family, lift, distance; see `families`."""
        total, mass = self.mass["all"].clamp_min(1e-12), {**self.mass, **self.by_token.mass}
        found = {name: (mass[name] / total).numpy() for name in ALL_FAMILIES if name in mass}
        shares = pd.DataFrame({**found, "position": self.by_token.position_share().numpy()})
        by_heads = self.strength[:, :-1] / self.strength[:, :-1].sum(1, keepdim=True).clamp_min(1e-12)
        usual = {name: by_heads @ (self.base[name] / self.base["all"]) for name in FAMILIES if name != "identity"}
        rows = shares.to_dict(orient="records")
        names = [family_of(row) if n else "" for row, n in zip(rows, self.fires.tolist(), strict=True)]
        lifts = [
            shares[name][i] / max(float(usual[name][i]), 1e-12) if name in usual else math.nan
            for i, name in enumerate(names)
        ]
        shares.insert(0, "tokens", self.fires.numpy())
        by_pattern = self.mass["all"] - self.mass["identity"]
        distance = torch.where(by_pattern > 1e-12, self.mass["distance"] / by_pattern.clamp_min(1e-12), math.nan)
        return shares.assign(family=names, lift=lifts, distance=distance.numpy())

    def named(self) -> list[tuple[str, float, float | None]]:
        """The family of each latent ("" for none), its share, and the distance (None where no pattern moves it)."""
        rows = self.table().to_dict(orient="records")
        return [
            (
                row["family"],
                float(row[row["family"]]) if row["family"] else 0.0,
                None if math.isnan(row["distance"]) else float(row["distance"]),
            )
            for row in rows
        ]


def family_of(shares: dict[Any, float]) -> str:
    """What names a latent: the relation of the largest share of at least .3, `recent` last; else the kind of source."""
    narrow = max((name for name in FAMILIES if name != "recent"), key=lambda name: shares[name])
    if shares[narrow] >= 0.3:
        return narrow
    if shares["recent"] >= 0.5:
        return "recent"
    kind = max(TOKEN_FAMILIES, key=lambda name: shares[name])
    return kind if shares[kind] >= 0.5 else ""
