"""Gated attention block: a layer of more heads than the original, whose gates keep all but few heads shut.

    g[h,t,s] = clamp((x_t w_gq[h] + b_gq[h]) (x_s w_gk[h] + b_gk[h]), 0, 1);   A[h] = softmax of causal scores
    y[t] = sum_h sum_s g[h,t,s] A[h,t,s] (x_s W_V[h] + b_V[h]) W_O[h];   columns of W_V and rows of W_O of unit norm
    loss = mean (y - y_original)^2 + alpha mean_{t >= s} |g[:,t,s]|_p,   p = 0.6, a quasi-norm over heads
It is trained to give the output of a trained layer, and is meant to undo the superposition of its heads. Source: the
gated-attention replication (Mathwin, Akar, Sharkey 2024). Ours: only causal pairs are penalised; gates start open
(b = 1), where theirs start half shut with b = 0 and a shut gate has no gradient; scales for layers of a real model.
On a layer of a real model (`from_layer`; see `gated_attention_init`): the base's rotation, an output bias, and each
channel's amplitude fixed at the base's, since unit norms would lose it and a learned one would make small gates free.
Its latents are its heads: one is active at t where its largest gate there is above 0, and its code is the norm of what
it writes.
Axis legend: b sequence, p position, h head, q query, s key, k d_head, d width.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, Codes, LatentView
from polyhead.dictionaries.head_codes import head_codes, head_view
from polyhead.dictionaries.latent_module import LatentModule
from polyhead.ops.attention import attention_scores
from polyhead.ops.rotary import apply_rotary

EPS = 1e-6
"""Added to gates inside the quasi-norm, whose slope at 0 is infinite."""


class GatedAttentionConfig(Config):
    """Shape of a gated block and the price of an open gate."""

    d_in: int = Field(ge=1)
    d_out: int = Field(ge=1)
    n_heads: int = Field(ge=1)
    """Twice the original's, as published."""
    d_head: int = Field(ge=1)
    alpha: float = Field(default=0.5, ge=0)
    """Weight of the quasi-norm of the gates; published .5, .1, .3 for (heads, trigrams) (2,3), (3,4), (4,5)."""
    p: float = Field(default=0.6, gt=0, le=1)
    """Exponent of the quasi-norm."""
    gated: bool = True
    """False: all gates are 1 (the control: the same block as plain attention)."""
    from_layer: bool = False
    """Output bias and fixed amplitudes, for a layer of a real model."""
    n_ctx: int = Field(default=0, ge=0)
    """Longest sequence, where positions rotate."""
    d_rotary: int = Field(default=0, ge=0)
    """Dimensions of queries and keys that are rotated by position; 0: none."""


class GatedAttention(LatentModule):
    """A gated attention block for one layer; a batch has `x [b,p,d_in]`, `target [b,p,d_out]`, perhaps `valid`."""

    def __init__(self, cfg: GatedAttentionConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.cfg = cfg
        h, k = cfg.n_heads, cfg.d_head

        def normal(*shape: int, std: float) -> nn.Parameter:
            return nn.Parameter(std * torch.randn(*shape, generator=generator))

        self.W_Q, self.W_K = normal(h, cfg.d_in, k, std=0.5), normal(h, cfg.d_in, k, std=0.5)
        self.W_V, self.W_O = normal(h, cfg.d_in, k, std=1.0), normal(h, k, cfg.d_out, std=1.0)
        self.b_Q, self.b_K, self.b_V = (nn.Parameter(torch.zeros(h, k)) for _ in range(3))
        if cfg.gated:
            self.W_gate_Q, self.W_gate_K = normal(h, cfg.d_in, std=0.3), normal(h, cfg.d_in, std=0.3)
            self.b_gate_Q, self.b_gate_K = nn.Parameter(torch.ones(h)), nn.Parameter(torch.ones(h))
        if cfg.from_layer:
            self.b_O = nn.Parameter(torch.zeros(cfg.d_out))
            self.register_buffer("amplitude", torch.ones(h, k))
        if cfg.d_rotary:
            still = torch.ones(cfg.n_ctx, cfg.d_rotary // 2)
            self.register_buffer("rotary", torch.stack([still, torch.zeros_like(still)]))
        self.register_buffer("scale", torch.tensor(k**-0.5))
        self.register_buffer("input_scale", torch.ones(()))
        self.register_buffer("target_scale", torch.ones(()))
        self.register_buffer("alpha", torch.tensor(cfg.alpha))
        self.scale: Tensor
        self.input_scale: Tensor
        self.target_scale: Tensor
        self.alpha: Tensor
        self.amplitude: Tensor
        self.rotary: Tensor
        self.project()

    @property
    def b_dec(self) -> Tensor:
        """The bias of the output, by the name that other dictionaries give it."""
        return self.b_O

    def gates(self, x: Float[Tensor, "b p d_in"]) -> Float[Tensor, "b h q s"]:
        """g of every pair of positions."""
        if not self.cfg.gated:
            return x.new_ones(x.shape[0], self.cfg.n_heads, x.shape[1], x.shape[1])
        x = x / self.input_scale
        query = torch.einsum("bqd,hd->bhq", x, self.W_gate_Q) + self.b_gate_Q[:, None]
        key = torch.einsum("bsd,hd->bhs", x, self.W_gate_K) + self.b_gate_K[:, None]
        return (query[..., None] * key[..., None, :]).clamp(0, 1)

    def result(self, x: Float[Tensor, "b p d_in"]) -> Float[Tensor, "b p h d_out"]:
        """What each head writes, in the target's units."""
        return self._result(x, self.gates(x)) * self.target_scale

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b p d_out"]:
        """The original layer's output, in its own units."""
        return self._written(batch["x"], self.gates(batch["x"])) * self.target_scale

    @torch.no_grad()
    def codes(self, batch: Batch) -> Codes:
        """Norm of what each head writes, in the target's units, where any of its gates is open."""
        gates = self.gates(batch["x"])
        return head_codes(self._result(batch["x"], gates).norm(dim=-1) * self.target_scale, _active(gates))

    @torch.no_grad()
    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """What some heads write at each query, and through which gates; nothing at sources before they are moved."""
        del layers  # its attention is its own
        gates = self.gates(batch["x"])[:, latents]
        pattern, values = self._attention(batch["x"])
        weights, W_O = (pattern[:, latents] * gates) * self.target_scale, self.W_O[latents]
        return head_view(weights, values[:, :, latents], W_O, _active(gates))

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """mse: mean over valid positions and d_out, in units of target_scale^2; gates: alpha times the quasi-norm.

        Raises:
            PolyheadError: another width than the config's.
        """
        x, target = batch["x"], batch["target"]
        if x.shape[-1] != self.cfg.d_in or target.shape[-1] != self.cfg.d_out:
            raise PolyheadError(
                f"this block reads x [b, p, {self.cfg.d_in}] and writes [b, p, {self.cfg.d_out}]; "
                f"{list(x.shape)} and {list(target.shape)} received"
            )
        gates = self.gates(x)
        error = (self._written(x, gates) - target / self.target_scale).square().mean(-1)
        valid = batch.get("valid")
        keep = torch.ones_like(error) if valid is None else valid.to(error)
        pairs = (keep[:, :, None] * keep[:, None, :]).tril()
        norm = gate_norm(gates, self.cfg.p, dim=1)
        return {
            "mse": (error * keep).sum() / keep.sum().clamp_min(1.0),
            "gates": self.alpha * (norm * pairs).sum() / pairs.sum().clamp_min(1.0),
        }

    @torch.no_grad()
    def project(self) -> None:
        """Columns of W_V (over d_in) and rows of W_O (over d_out) back to unit norm."""
        self.W_V /= self.W_V.norm(dim=-2, keepdim=True).clamp_min(1e-12)
        self.W_O /= self.W_O.norm(dim=-1, keepdim=True).clamp_min(1e-12)

    def _attention(self, x: Tensor) -> tuple[Float[Tensor, "b h q s"], Float[Tensor, "b s h k"]]:
        """Patterns without gates, and values at full amplitude."""
        x = x / self.input_scale
        q, k, v = (
            torch.einsum("bpd,hdk->bphk", x, getattr(self, f"W_{letter}")) + getattr(self, f"b_{letter}")
            for letter in "QKV"
        )
        if self.cfg.d_rotary:
            q, k = apply_rotary(q, self.rotary), apply_rotary(k, self.rotary)
        if self.cfg.from_layer:
            v = v * self.amplitude
        return attention_scores(q * self.scale, k, scale=1.0).softmax(-1), v

    def _result(self, x: Tensor, gates: Tensor) -> Float[Tensor, "b q h d_out"]:
        pattern, v = self._attention(x)
        return torch.einsum("bhqs,bshk,hkd->bqhd", pattern * gates, v, self.W_O)

    def _written(self, x: Tensor, gates: Tensor) -> Float[Tensor, "b q d_out"]:
        if not self.cfg.from_layer:
            return self._result(x, gates).sum(2)
        pattern, v = self._attention(x)
        z = (pattern * gates) @ v.transpose(1, 2)
        return torch.einsum("bhqk,hkd->bqd", z, self.W_O) + self.b_O


def _active(gates: Tensor) -> Bool[Tensor, "b q h"]:
    """Whether any gate of a head to what it can see is open."""
    return (gates.tril().amax(-1) > 0).transpose(1, 2)


def gate_norm(gates: Tensor, p: float, *, dim: int) -> Tensor:
    """(sum_h g_h^p)^(1/p) along one axis, with a finite slope at 0."""
    return (gates + EPS).pow(p).sum(dim).pow(1 / p)
