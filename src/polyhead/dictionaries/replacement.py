"""Attention replacement layer: many more heads than the base layer, of low rank and few of them in use.

    q, k = R(x W_Q[h] + b_Q[h]), R(x W_K[h] + b_K[h]);   A_h = causal softmax of score_scale q k^T
    y[t] = sum_h sum_s A_h[t, s] (x[s] W_V[h]) W_O[h] + b_O
    loss = mse + lambda / 2 sum_h S_h^(p/2) + pattern;   S_h = |W_Q[h]|^2 + |W_K[h]|^2 + |W_V[h]|^2 + |W_O[h]|^2
Squared norms of factors act as the nuclear norm of their product (|W|_* = min over W = A B of (|A|^2 + |B|^2) / 2), so
each head's QK and OV fall to low rank; below p = 2 whole heads die. The pattern term is the mean over heads and
queries of the entropy of A, in nats, or of its quasi-norm (sum_s A^1/2)^2, which is 1 for a single source.
A latent is a head. Its code is the norm of what it writes at a token, in the target's units; it is active where that
is above 5 % of the typical size of the target there (root mean square over tokens and width, times sqrt(d_out)).
Source: Transformer Circuits, "Progress on Attention" (2025), which gives no formula; the penalty is decided here from
the two papers it cites (Mazumder et al. 2010; Kunin et al. 2019).
Axis legend: b sequence, p position, h head, k d_head, r rank, d width, m asked-for heads.
"""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, Codes, LatentView
from polyhead.dictionaries.encoder import position_weights
from polyhead.dictionaries.head_codes import head_codes, head_view
from polyhead.dictionaries.latent_module import LatentModule
from polyhead.ops.lorsa_product import causal_pattern
from polyhead.ops.rotary import apply_rotary

ACTIVE = 0.05
"""Share of the target's typical size above which a head counts as active at a token."""
DEAD = 1e-2
"""|W_V| |W_O| of a head, in normalized units, under which it is set to zero for good."""
EPS = 1e-6
"""Added to S_h, whose power has an infinite slope at 0."""

PatternPenalty = Literal["none", "entropy", "half"]


class ReplacementConfig(Config):
    """Shape of a replacement layer and the price of its parts."""

    d_in: int = Field(ge=1)
    d_out: int = Field(ge=1)
    n_heads: int = Field(ge=1)
    d_head: int = Field(ge=1)
    """Width of queries and keys."""
    rank: int = Field(ge=1)
    """Width of values: the largest rank of a head's OV."""
    norm_penalty: float = Field(default=0.0, ge=0)
    """lambda."""
    group_power: float = Field(default=1.0, gt=0, le=2)
    """p: 2 is the nuclear norm; below, heads die whole."""
    pattern: PatternPenalty = "none"
    pattern_penalty: float = Field(default=0.0, ge=0)
    """Weight of the pattern term."""
    n_ctx: int = Field(default=0, ge=0)
    """Longest sequence, where positions rotate."""
    d_rotary: int = Field(default=0, ge=0)
    """Dimensions of queries and keys that are rotated by position; 0: none."""


class Replacement(LatentModule):
    """A replacement layer for one layer; a batch has `x [b,p,d_in]`, `target [b,p,d_out]`, perhaps `valid`."""

    def __init__(self, cfg: ReplacementConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.cfg = cfg
        h, k, r = cfg.n_heads, cfg.d_head, cfg.rank

        def normal(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.randn(*shape, generator=generator) / math.sqrt(shape[-2]))

        self.W_Q, self.W_K = normal(h, cfg.d_in, k), normal(h, cfg.d_in, k)
        self.b_Q, self.b_K = nn.Parameter(torch.zeros(h, k)), nn.Parameter(torch.zeros(h, k))
        self.W_V, self.W_O = normal(h, cfg.d_in, r), normal(h, r, cfg.d_out)
        self.b_O = nn.Parameter(torch.zeros(cfg.d_out))
        still = torch.ones(cfg.n_ctx, cfg.d_rotary // 2)
        self.register_buffer("rotary", torch.stack([still, torch.zeros_like(still)]))
        for name, value in (("score_scale", k**-0.5), ("input_scale", 1.0), ("target_scale", 1.0)):
            self.register_buffer(name, torch.tensor(value))
        self.rotary: Tensor
        self.score_scale: Tensor
        self.input_scale: Tensor
        self.target_scale: Tensor

    # ---- heads

    def head_patterns(self, x: Float[Tensor, "b p d_in"]) -> Float[Tensor, "b h p p"]:
        """The attention of every head."""
        if x.shape[-1] != self.cfg.d_in or (self.cfg.d_rotary and x.shape[1] > self.cfg.n_ctx):
            raise PolyheadError(
                f"this replacement layer reads x [b, at most {self.cfg.n_ctx or 'any'}, {self.cfg.d_in}]; "
                f"{list(x.shape)} received: is it another layer's or another model's batch?"
            )
        x = x / self.input_scale
        q = torch.einsum("bpd,hdk->bphk", x, self.W_Q) + self.b_Q
        k = torch.einsum("bpd,hdk->bphk", x, self.W_K) + self.b_K
        if self.cfg.d_rotary:
            q, k = apply_rotary(q, self.rotary), apply_rotary(k, self.rotary)
        return causal_pattern(q, k, self.score_scale)

    @torch.no_grad()
    def living_heads(self) -> Bool[Tensor, " h"]:
        """Heads that can write anything."""
        return self._sizes() >= DEAD

    @torch.no_grad()
    def effective_rank(self) -> Float[Tensor, " h"]:
        """(sum_i s_i)^2 / sum_i s_i^2 over the singular values of W_V[h] W_O[h]; 0 for a dead head."""
        s = torch.linalg.svdvals(self.W_V @ self.W_O)
        return s.sum(-1).square() / s.square().sum(-1).clamp_min(1e-24)

    @torch.no_grad()
    def effective_qk_rank(self) -> Float[Tensor, " h"]:
        """The same of W_Q[h] W_K[h]^T."""
        s = torch.linalg.svdvals(self.W_Q @ self.W_K.mT)
        return s.sum(-1).square() / s.square().sum(-1).clamp_min(1e-24)

    # ---- Dictionary

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b p d_out"]:
        """The target, in its own units."""
        return self._normalized_output(batch["x"], self.head_patterns(batch["x"])) * self.target_scale

    @torch.no_grad()
    def codes(self, batch: Batch) -> Codes:
        """Norm of what each head writes, in the target's units, where it is active."""
        z = self._moved(batch["x"], self.head_patterns(batch["x"]))
        # |z W_O|^2 = z (W_O W_O^T) z, without the written vectors
        norms = torch.einsum("bhpr,hrs,bhps->bph", z, self.W_O @ self.W_O.mT, z).clamp_min(0).sqrt()
        return head_codes(norms * self.target_scale, norms > self._active_size())

    @torch.no_grad()
    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """What some heads write at each query, and what each source adds; nothing at sources before they are moved."""
        del layers  # its attention is its own
        pattern, W_O = self.head_patterns(batch["x"])[:, latents], self.W_O[latents]
        values = torch.einsum("bpd,hdr->bphr", batch["x"] / self.input_scale, self.W_V[latents])
        norms = torch.einsum("bhqs,bshr,hrd->bqhd", pattern, values, W_O).norm(dim=-1)
        return head_view(pattern * self.target_scale, values, W_O, norms > self._active_size())

    # ---- training

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """mse: squared error, mean over d_out and valid positions, in units of the target's variance; norm; pattern."""
        pattern, weight, cfg = self.head_patterns(batch["x"]), position_weights(batch), self.cfg
        error = self._normalized_output(batch["x"], pattern) - batch["target"] / self.target_scale
        terms = {"mse": (error.square().mean(-1) * weight).sum()}
        if cfg.norm_penalty:
            terms["norm"] = cfg.norm_penalty / 2 * (self._squared_norms() + EPS).pow(cfg.group_power / 2).sum()
        if cfg.pattern != "none":
            spread = pattern_spread(pattern, cfg.pattern).mean(1)
            terms["pattern"] = cfg.pattern_penalty * (spread * weight).sum()
        return terms

    @torch.no_grad()
    def project(self) -> None:
        """Heads that write next to nothing are set to zero; they stay there, for at zero they have no gradient."""
        dead = self._sizes() < DEAD
        for W in (self.W_Q, self.W_K, self.W_V, self.W_O):
            W[dead] = 0.0

    # ---- inside

    def _squared_norms(self) -> Float[Tensor, " h"]:
        return sum((W.square().sum((1, 2)) for W in (self.W_Q, self.W_K, self.W_V, self.W_O)), torch.zeros(()))

    def _sizes(self) -> Float[Tensor, " h"]:
        return self.W_V.norm(dim=(1, 2)) * self.W_O.norm(dim=(1, 2))

    def _active_size(self) -> float:
        return ACTIVE * self.cfg.d_out**0.5

    def _moved(self, x: Tensor, pattern: Tensor) -> Float[Tensor, "b h p r"]:
        return pattern @ torch.einsum("bpd,hdr->bhpr", x / self.input_scale, self.W_V)

    def _normalized_output(self, x: Tensor, pattern: Tensor) -> Float[Tensor, "b p d_out"]:
        return torch.einsum("bhpr,hrd->bpd", self._moved(x, pattern), self.W_O) + self.b_O


def pattern_spread(pattern: Float[Tensor, "*b q s"], kind: PatternPenalty) -> Float[Tensor, "*b q"]:
    """Entropy of each row in nats, or its quasi-norm (sum of roots) squared, 1 where there is one source."""
    if kind == "entropy":
        return -torch.xlogy(pattern, pattern.clamp_min(1e-12)).sum(-1)
    return (pattern + 1e-12).sqrt().sum(-1).square()
