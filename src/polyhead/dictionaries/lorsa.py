"""Low-rank sparse attention (Lorsa): many rank-1 units in groups, each group with an attention of its own.

    q, k = R(x W_Q[g] + b_Q[g]), R(x W_K[g] + b_K[g]);   A_g = causal softmax of score_scale q k^T
    z[t, i] = sum_s A_g(i)[t, s] (x[s] . W_V[i]) + b_V[i];   f = act(z);   y[t] = sum_i f[t, i] W_O[i] + b_O
A latent is one unit: what it reads at a source is x . W_V, where it looks is its group's pattern, and its code is z at
the query. Unit i belongs to group i // (n_latents / n_groups). R is the base model's rotation, a buffer like the
scales, so a saved Lorsa needs no model. |W_O[i]| = 1, so that z compares units by what they write.
Source: Low-Rank Sparse Attention (arXiv 2504.20938). Ours: relu and jumprelu as well as TopK; values mixed
before they are read (ops/lorsa_product.py); b_V added after the mix, the same since patterns sum to 1.
Axis legend: b sequence, p position, g group, i unit, k d_qk, d width, m asked-for units, e entry of a list.
Inside, x is divided by `input_scale` and y by `target_scale`, as in every dictionary here.
"""

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from jaxtyping import Float, Int
from pydantic import Field, model_validator
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, Codes, LatentView
from polyhead.dictionaries.activation import JumpReLU, ReLU, Sparse, TopK, fire, fire_all, list_floor
from polyhead.dictionaries.dead_latents import CountsSteps, reviving, unexplained
from polyhead.dictionaries.encoder import Code, packed, penalties, position_weights, threshold, unpack, warmth
from polyhead.ops.lorsa_product import (
    causal_pattern,
    differentiable_units,
    mix_inputs,
    plain_units,
    top_units,
    units_above,
)
from polyhead.ops.rotary import apply_rotary
from polyhead.ops.sparse import Groups, Listed, group_by_latent, sum_by_token
from polyhead.ops.sparse_decode import write_listed

Product = Literal["auto", "plain", "listed"]
"""`auto`: listed where few units fire in this very batch, plain (dense) elsewhere."""

LIST_BELOW = 0.08
"""Share of units listed under which the listed product wins."""


UnitActivation = Annotated[TopK | ReLU | JumpReLU, Field(discriminator="kind")]
"""Which units fire: any shared activation that looks at one token at a time."""


class LorsaConfig(Sparse):
    """Shape of a Lorsa."""

    d_in: int = Field(ge=1)
    d_out: int = Field(ge=1)
    n_latents: int = Field(ge=1)
    """Rank-1 units, `n_ov_heads` elsewhere."""
    n_groups: int = Field(ge=1)
    """Attentions, `n_qk_heads` elsewhere; every group has the same number of units."""
    d_qk: int = Field(ge=1)
    """Width of queries and keys."""
    n_ctx: int = Field(ge=1)
    """Longest sequence."""
    d_rotary: int = Field(default=0, ge=0)
    """Dimensions of queries and keys that are rotated by position; 0: none."""
    qk_norm_eps: float = Field(default=0.0, ge=0)
    """Queries and keys are divided by their root mean square, with this added under the root, and weighted (`w_Q`,
    `w_K`) before they are rotated; 0: they are not. For those read from elsewhere."""
    activation: UnitActivation = TopK()
    """Which units fire and what that costs."""

    @model_validator(mode="after")
    def _fits(self) -> "LorsaConfig":
        if self.n_latents % self.n_groups:
            raise ValueError(f"n_latents {self.n_latents} is not a multiple of n_groups {self.n_groups}")
        if self.d_rotary % 2 or self.d_rotary > self.d_qk:
            raise ValueError(f"d_rotary {self.d_rotary} must be even and at most d_qk {self.d_qk}")
        return self


class Lorsa(CountsSteps):
    """A low-rank sparse attention for one layer; a batch has `x [b,p,d_in]`, `target [b,p,d_out]`, perhaps `valid`."""

    def __init__(self, cfg: LorsaConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.cfg = cfg
        n, g, k = cfg.n_latents, cfg.n_groups, cfg.d_qk

        def normal(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.randn(*shape, generator=generator) / math.sqrt(cfg.d_in))

        self.W_Q, self.W_K = normal(g, cfg.d_in, k), normal(g, cfg.d_in, k)
        self.b_Q, self.b_K = nn.Parameter(torch.zeros(g, k)), nn.Parameter(torch.zeros(g, k))
        self.W_V, self.b_V = normal(n, cfg.d_in), nn.Parameter(torch.zeros(n))
        self.W_O = nn.Parameter(torch.randn(n, cfg.d_out, generator=generator))
        self.b_O = nn.Parameter(torch.zeros(cfg.d_out))
        if cfg.qk_norm_eps:
            self.w_Q, self.w_K = nn.Parameter(torch.ones(g, k)), nn.Parameter(torch.ones(g, k))
        if isinstance(cfg.activation, JumpReLU):
            self.log_threshold = nn.Parameter(torch.full((n,), math.log(cfg.activation.threshold)))
        still = torch.ones(cfg.n_ctx, cfg.d_rotary // 2)
        self.register_buffer("rotary", torch.stack([still, torch.zeros_like(still)]))
        for name, value in (("score_scale", k**-0.5), ("input_scale", 1.0), ("target_scale", 1.0)):
            self.register_buffer(name, torch.tensor(value))
        self.register_counts(n)
        self.rotary: Tensor
        self.score_scale: Tensor
        self.input_scale: Tensor
        self.target_scale: Tensor
        self.project()
        self.n_steps.zero_()

    @property
    def b_dec(self) -> Tensor:
        """The bias of the output, by the name that other dictionaries give it."""
        return self.b_O

    # ---- attention

    def group_patterns(self, x: Float[Tensor, "b p d_in"]) -> Float[Tensor, "b g p p"]:
        """The attention of every group."""
        x = x.to(self.W_Q.dtype) / self.input_scale
        q = torch.einsum("bpd,gdk->bpgk", x, self.W_Q) + self.b_Q
        k = torch.einsum("bpd,gdk->bpgk", x, self.W_K) + self.b_K
        if eps := self.cfg.qk_norm_eps:
            q, k = (
                v * (v.square().mean(-1, keepdim=True) + eps).rsqrt() * w for v, w in ((q, self.w_Q), (k, self.w_K))
            )
        if self.cfg.d_rotary:
            q, k = apply_rotary(q, self.rotary), apply_rotary(k, self.rotary)
        return causal_pattern(q, k, self.score_scale)

    def mixed(self, x: Float[Tensor, "b p d_in"]) -> Float[Tensor, "b g p d_in"]:
        """What each group's attention brings to each query, in encoder units."""
        return mix_inputs(self.group_patterns(x), x.to(self.W_Q.dtype) / self.input_scale)

    def group_of(self, latents: Int[Tensor, " m"]) -> Int[Tensor, " m"]:
        """The group of each unit."""
        return latents // (self.cfg.n_latents // self.cfg.n_groups)

    def z(self, batch: Batch) -> Float[Tensor, "b p i"]:
        """Every unit before its activation: dense, for analysis and tests."""
        _check(batch, self.cfg)
        return plain_units(self.mixed(batch["x"]), self.W_V, self.b_V)

    def threshold(self) -> Float[Tensor, " i"]:
        """theta: a unit is active where z is above it."""
        return threshold(self.cfg.activation, self.b_V, getattr(self, "log_threshold", None))

    # ---- Dictionary

    @torch.no_grad()
    def codes(self, batch: Batch) -> Codes:
        """f at the query: which units write there and how much."""
        _check(batch, self.cfg)
        code = self._listed_code(self.mixed(batch["x"]), training=False)
        assert code is not None
        return packed(code, (batch["x"].shape[0], batch["x"].shape[1]), self.cfg.n_latents)

    def reconstruct(self, batch: Batch, *, product: Product = "auto") -> Float[Tensor, "b p d_out"]:
        """The target, in its own units."""
        _check(batch, self.cfg)
        mixed = self.mixed(batch["x"])
        return self._normalized_output(self._code(mixed, product), mixed) * self.target_scale

    def write(
        self, batch: Batch, latents: Int[Tensor, " m"], change: Float[Tensor, "b p m"], heads: object = None
    ) -> Float[Tensor, "b p d_out"]:
        """What the target gains when z of some heads of this dictionary changes.

        Raises:
            PolyheadError: heads of the model are named; this dictionary has its own.
        """
        del batch  # z is where the output is written
        if heads is not None:
            raise PolyheadError("Lorsa has attention of its own, not the model's heads; leave heads out")
        return (change @ self.W_O[latents]) * self.target_scale

    @torch.no_grad()
    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """x . W_V at every source, f at every query, and what each source sends, on a head axis of size 1.

        Where a unit does not fire it writes nothing, and its arcs to that query are 0; elsewhere they sum to f - b_V.
        """
        del layers  # its attention is its own
        f = unpack(self.codes(batch))[..., latents]
        source = (batch["x"].to(self.W_V.dtype) / self.input_scale) @ self.W_V[latents].T
        pattern = self.group_patterns(batch["x"])[:, self.group_of(latents)]
        arcs = pattern * source.mT[:, :, None] * (f != 0).mT[..., None]
        return LatentView(source, f, arcs[:, :, None])

    @torch.no_grad()
    def output_rows(self, layers: Sequence[BaseLayer]) -> Float[Tensor, "i d_out"]:
        """What each unit writes."""
        del layers  # it writes into the stream
        return self.W_O

    @torch.no_grad()
    def latent_groups(self) -> tuple[list[str], Int[Tensor, " i"]]:
        """Names of the groups, each with an attention of its own, and the group of every unit."""
        return [f"group {g}" for g in range(self.cfg.n_groups)], self.group_of(torch.arange(self.cfg.n_latents))

    # ---- training

    def loss(self, batch: Batch, *, product: Product = "auto") -> dict[str, Tensor]:
        """mse: squared error, mean over d_out and valid positions, in units of the target's variance; and penalties."""
        _check(batch, self.cfg)
        mixed = self.mixed(batch["x"])
        code, weight, act = self._code(mixed, product), position_weights(batch), self.cfg.activation
        error = self._normalized_output(code, mixed) - batch["target"].to(self.W_O.dtype) / self.target_scale
        terms = {"mse": (error.square().mean(-1) * weight).sum()}
        if (topk := reviving(act, self.dead)) is not None:
            fault = -error.detach()
            left = self._written_by_dead(mixed, topk.k_aux).view_as(fault) - fault
            terms["aux"] = topk.aux_weight * unexplained(left, fault, weight)
        return terms | penalties(act, code, weight.flatten(), warmth(act, self.n_steps))

    @torch.no_grad()
    def project(self) -> None:
        """Unit W_O rows, after a step; also counts it, for the warm-up of penalties."""
        self.n_steps += 1
        self.W_O /= self.W_O.norm(dim=-1, keepdim=True).clamp_min(1e-12)

    # ---- inside

    def _code(self, mixed: Tensor, product: Product) -> Code:
        if product != "plain":
            code = self._listed_code(mixed, limit=LIST_BELOW if product == "auto" else 1.0)
            if code is not None:
                return code
        act, z = self.cfg.activation, plain_units(mixed, self.W_V, self.b_V).flatten(0, 1)
        shortfall = None if isinstance(act, TopK) else (self.threshold() - z).relu().sum(-1)
        return Code(fire_all(act, z, self.threshold()), shortfall)

    def _listed_code(self, mixed: Tensor, *, training: bool = True, limit: float = 1.0) -> Code | None:
        act, n, theta = self.cfg.activation, self.cfg.n_latents, self.threshold()
        if isinstance(act, TopK):
            listed = top_units(mixed, self.W_V, self.b_V, act.k) if act.k <= limit * n else None
        else:
            floor = list_floor(act, theta.detach()) if training else theta.detach()
            listed = units_above(mixed, self.W_V, self.b_V, floor, limit=limit)
        if listed is None:
            return None
        groups, z = self._entries(listed, mixed)
        if isinstance(act, TopK):
            return Code(z.relu(), None, listed, groups)
        # sum over inactive units = sum over all, which is one product per group, minus the few active ones
        sums = self.W_V.unflatten(0, (self.cfg.n_groups, -1)).sum(1)
        everything = theta.sum() - self.b_V.sum() - torch.einsum("bgpd,gd->bp", mixed, sums).flatten()
        above = sum_by_token((z - theta[listed.latents]).relu(), listed)
        return Code(fire(act, z, theta[listed.latents]), everything + above, listed, groups)

    def _entries(self, listed: Listed, mixed: Tensor) -> tuple[Groups, Float[Tensor, " e"]]:
        groups = group_by_latent(listed, self.cfg.n_latents)
        return groups, differentiable_units(listed, groups, mixed, self.W_V, self.b_V)

    def _normalized_output(self, code: Code, mixed: Tensor) -> Float[Tensor, "b p d_out"]:
        if code.listed is None or code.groups is None:
            y = code.f @ self.W_O
        else:
            y = write_listed(code.f, code.listed, code.groups, self.W_O)
        return y.unflatten(0, (mixed.shape[0], mixed.shape[2])) + self.b_O

    def _written_by_dead(self, mixed: Tensor, k: int) -> Float[Tensor, "n d_out"]:
        """What the `k` largest dead units of every token would write."""
        listed = top_units(mixed, self.W_V, self.b_V, min(k, int(self.dead.sum())), self.dead)
        groups, z = self._entries(listed, mixed)
        return write_listed(z.relu(), listed, groups, self.W_O)


def _check(batch: Batch, cfg: LorsaConfig) -> None:
    if "x" not in batch:
        raise PolyheadError(f"a Lorsa batch needs x; received: {', '.join(batch)}")
    _, p, d = batch["x"].shape
    if d != cfg.d_in or p > cfg.n_ctx:
        raise PolyheadError(
            f"this Lorsa reads x [b, at most {cfg.n_ctx}, {cfg.d_in}]; {list(batch['x'].shape)} received: "
            "is it another layer's or another model's batch, or are its sequences too long?"
        )
