"""One side of a QK dictionary: which latents fire on a query (or on a key), and with what value.

value_i = gain_i ((x / scale) W_i + b_i), a number (rank 1) or a vector of `rank` numbers;
size_i = relu(value_i) or |value_i|.
A latent fires where size_i - push_i > threshold: one threshold for all latents and tokens (batch threshold), so that a
token takes as many latents as it needs and `k` on average; `push_i` rises while latent i fires on more than
`max_density` of tokens, and falls back slowly. Threshold and push are no parameters: they follow what a step saw, when
`advance` is called after it, so a loss is the same however often it is asked for.
A signed block needs the norm as its gate: a relu sees half of it (rank-1 latents cover a block by several latents).
`gain`, set at the start, is how large a latent's value is in this head's scores: with it weights are of one size in all
heads, and so is what a step of Adam does to them (without it latents of diffuse heads die).
Axis legend: b sequence, p position, n token, d width, i latent, r rank.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

_HORIZON = 8192
"""Tokens over which running means reach back."""
_TOKENS = 128
"""Tokens of a batch from which the threshold is read."""


class QKSide(nn.Module):
    """Encoder, gate and density cap of one side."""

    def __init__(self, d_in: int, n_latents: int, rank: int, k: float | None, max_density: float) -> None:
        super().__init__()
        self.n_latents, self.rank, self.k, self.max_density = n_latents, rank, k, max_density
        self.W = nn.Parameter(torch.zeros(d_in, n_latents, rank))
        self.b = nn.Parameter(torch.zeros(n_latents, rank))
        self.register_buffer("scale", torch.ones(()))
        self.register_buffer("gain", torch.ones(n_latents))
        self.register_buffer("threshold", torch.zeros(()))
        self.register_buffer("push", torch.zeros(n_latents))
        self.register_buffer("rate", torch.zeros(n_latents))
        self.scale: Float[Tensor, ""]
        self.gain: Float[Tensor, " i"]
        self.threshold: Float[Tensor, ""]
        self.push: Float[Tensor, " i"]
        self.rate: Float[Tensor, " i"]
        self._seen: _Seen | None = None

    def values(self, x: Float[Tensor, "b p d"]) -> Float[Tensor, "b p i r"]:
        """Every latent's value before the gate."""
        flat = (x.to(self.W.dtype) / self.scale) @ self.W.flatten(1) + self.b.flatten()
        return flat.unflatten(-1, (self.n_latents, self.rank)) * self.gain[:, None]

    def sizes(self, values: Float[Tensor, "b p i r"]) -> Float[Tensor, "b p i"]:
        """What the gate compares."""
        return values[..., 0].relu() if self.rank == 1 else (values.square().sum(-1) + 1e-12).sqrt()

    def fires(self, sizes: Float[Tensor, "*n i"]) -> Bool[Tensor, "*n i"]:
        """Which latents fire."""
        return (sizes - self.push > self.threshold) & (sizes > 0)

    def forward(
        self, x: Float[Tensor, "b p d"], counted: Bool[Tensor, "b p"] | None = None
    ) -> Float[Tensor, "b p i r"]:
        """The code: values of the latents that fire, zero elsewhere. With `counted`, remembered for `advance`."""
        values = self.values(x)
        sizes = self.sizes(values)
        if counted is not None:
            self._seen = self._measure(sizes.detach()[counted])
        kept = sizes[..., None] if self.rank == 1 else values
        return kept * self.fires(sizes.detach())[..., None]

    @property
    def remembers(self) -> bool:
        """Whether a batch was seen since `advance`."""
        return self._seen is not None

    @torch.no_grad()
    def advance(self) -> None:
        """Threshold, push and rates follow the last batch; nothing where there was none since the last call."""
        if self._seen is None:
            return
        seen = self._seen
        self._seen = None
        follow = min(0.5, seen.n_tokens / _HORIZON)
        self.rate.lerp_(seen.rate, follow)
        if self.k is not None:  # towards k on average, whatever the spread over batches
            step = (seen.rate.sum() / self.k - 1).clamp(-1, 1)
            self.threshold += follow * step * torch.maximum(seen.level, self.threshold)
        over = (self.rate - self.max_density).clamp_min(0)
        back = (self.rate < 0.85 * self.max_density).to(over.dtype)
        self.push += follow * seen.spread * (20 * over - 0.02 * back)
        self.push.clamp_(min=0)

    @torch.no_grad()
    def calibrate(self, rows: Float[Tensor, "n d"]) -> None:
        """Threshold and push from tokens, so that the first step already has about `k` latents and none too dense."""
        sizes = self.sizes(self.values(rows[None]))[0]
        at_cap = sizes.quantile(1 - self.max_density, dim=0)
        self.push.zero_()
        self.threshold.zero_()
        for _ in range(3):  # each depends on the other
            if self.k is not None:
                self.threshold.copy_(self._level(sizes - self.push))
            self.push.copy_((at_cap - self.threshold).clamp_min(0))
        self.rate.copy_(self.fires(sizes).float().mean(0))

    def _level(self, gated: Float[Tensor, "n i"]) -> Tensor:
        """The threshold at which `k` latents per token fire."""
        assert self.k is not None
        some = gated[:: max(1, len(gated) // _TOKENS)].flatten()
        wanted = max(1, min(round(len(some) * self.k / self.n_latents), len(some)))
        return some.topk(wanted).values[-1].clamp_min(0)

    @torch.no_grad()
    def _measure(self, sizes: Float[Tensor, "n i"]) -> "_Seen | None":
        if len(sizes) == 0:
            return None
        level = self.threshold if self.k is None else self._level(sizes - self.push)
        spread = sizes[:_TOKENS].std(0) if len(sizes) > 1 else torch.zeros_like(self.push)
        return _Seen(len(sizes), level.clone(), self.fires(sizes).float().mean(0), spread)


class _Seen(NamedTuple):
    """What the gates learn from one batch."""

    n_tokens: int
    level: Float[Tensor, ""]
    """The threshold at which `k` latents would have fired."""
    rate: Float[Tensor, " i"]
    """Share of tokens on which each fired."""
    spread: Float[Tensor, " i"]
    """Standard deviation of each size."""
