"""QK diagonalisation: why a head attends where it does, as pairs of a condition on the query and one on the key.

    S_h[t, s] = sum_i c[i, h] <u_i(q_t), w_i(k_s)> + k_s . key_bias_h + offset_h[t - s];   A^_h = softmax over s <= t
u and w are the sparse codes of two encoders (qk_diagonal_side.py); latent i of the queries meets only latent i of the
keys. Rank 1: u, w >= 0 are numbers; rank r: vectors gated by their norm, so the interaction is block diagonal. Several
heads share u and w, each with its scales c. `key_bias` and `offset` are explicit parts outside the code: what every
query likes in a key, and how near it is.
Source: Transformer Circuits, "Progress on Attention" (2025), which reports that rank 1 does not reach faithful
patterns. Form, loss and gates are unrecovered there and decided here: loss = KL(A || A^) + nMSE of patterns, both means
over heads (metrics/pattern_fidelity.py has the formulas).

**Always-on latents are the cheat**: q.k has rank d_head, so d_head latents that always fire copy any head. So density
is capped on both sides, `k` counts latents per query, and every result states the largest density and L0 / d_head.
What makes it work: the two sides need not be equally sparse. A latent is a narrow condition on the query (`k` active)
and the keys that it likes, up to `max_density` of them; scores below are cut off, which a softmax hardly sees.
The code of a key is dense enough (5 to 15 %) that plain products beat lists of active latents.
Axis legend: b sequence, p position, h head, q query, k key, i latent, r rank, m latent asked for.
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
from polyhead.dictionaries.latent_module import LatentModule
from polyhead.dictionaries.qk_diagonal_side import QKSide


class QKDiagonalConfig(Config):
    """Shape of a QK dictionary."""

    n_latents: int = Field(ge=1)
    rank: int = Field(ge=1)
    """Numbers a latent gives on each side."""
    k: float = Field(gt=0)
    """Latents per query, on average."""
    key_k: float | None = Field(default=None, gt=0)
    """Latents per key, on average; None: only the cap limits them."""
    max_density: float = Field(gt=0, le=1)
    """Cap on the share of tokens on which one latent fires, on either side."""
    heads: tuple[int, ...]
    """Heads of the layer whose patterns are explained."""
    n_heads: int = Field(ge=1)
    """Heads of the layer."""
    key_of: tuple[int, ...]
    """For each explained head, which of the key vectors in a batch is its own (several share one under GQA)."""
    d_head: int = Field(ge=1)
    n_offsets: int = Field(default=0, ge=0)
    """Distances in the offset table, the last for all beyond; 0: no table."""
    key_bias: bool = True


class QKDiagonal(LatentModule):
    """Paired query and key encoders for one or several heads of a layer."""

    def __init__(self, cfg: QKDiagonalConfig) -> None:
        super().__init__()
        self.cfg = cfg
        n_heads, n_keys = len(cfg.heads), max(cfg.key_of) + 1
        self.query = QKSide(n_heads * cfg.d_head, cfg.n_latents, cfg.rank, cfg.k, cfg.max_density)
        self.key = QKSide(n_keys * cfg.d_head, cfg.n_latents, cfg.rank, cfg.key_k, cfg.max_density)
        scales = torch.ones(cfg.n_latents, n_heads)
        if n_heads > 1:
            self.scales = nn.Parameter(scales)
        else:
            self.register_buffer("scales", scales)  # one head: its scale is in u and w
        if cfg.key_bias:
            self.key_bias = nn.Parameter(torch.zeros(n_heads, cfg.d_head))
        if cfg.n_offsets:
            self.offset = nn.Parameter(torch.zeros(n_heads, cfg.n_offsets))

    # ---- codes

    @torch.no_grad()
    def codes(self, batch: Batch) -> Codes:
        """Which latents fire on each query, with their size; `key_codes` has the other side."""
        return _packed(self.query, batch["q"])

    @torch.no_grad()
    def key_codes(self, batch: Batch) -> Codes:
        """Which latents fire on each key, with their size."""
        return _packed(self.key, batch["k"])

    def block_width(self) -> int:
        """The rank of each latent."""
        return self.cfg.rank

    # ---- patterns

    def scores(self, batch: Batch, *, remember: bool = False) -> Float[Tensor, "b h q k"]:
        """Scores up to a constant per query, not masked."""
        _check(batch, self.cfg)
        counted = counted_queries(batch) if remember else None
        u, w = self.query(batch["q"], counted), self.key(batch["k"], counted)
        return self._explicit(batch) + self.paired(u, w)

    def paired(self, u: Float[Tensor, "b p i r"], w: Float[Tensor, "b p i r"]) -> Float[Tensor, "b h q k"]:
        """sum_i c[i, h] <u_i, w_i> for every pair of positions."""
        keys = w.flatten(2).mT
        by_head = [(u * scale[:, None]).flatten(2) @ keys for scale in self.scales.mT]
        return torch.stack(by_head, dim=1)

    def patterns(self, batch: Batch) -> Float[Tensor, "b h q k"]:
        """Attention of its own making, for the explained heads."""
        return _log_softmax(self.scores(batch)).exp()

    def explicit_patterns(self, batch: Batch) -> Float[Tensor, "b h q k"]:
        """What key bias and offset table alone make of it, the code left out; flat where there are neither."""
        b, p = batch["q"].shape[:2]
        return _log_softmax(batch["q"].new_zeros(b, len(self.cfg.heads), p, p) + self._explicit(batch)).exp()

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b h q k"]:
        """The target, which is the patterns of the explained heads."""
        return self.patterns(batch)

    # ---- training

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """kl: nats per query; nmse: squared error of patterns over their variance; means over heads."""
        return pattern_terms(self.scores(batch, remember=self.training), batch["target"], counted_queries(batch))

    @torch.no_grad()
    def project(self) -> None:
        """Gates follow the step; scales of a latent over heads have mean square 1 (their size is in u and w)."""
        self.query.advance()
        self.key.advance()
        if len(self.cfg.heads) > 1:
            self.scales /= self.scales.square().mean(-1, keepdim=True).sqrt().clamp_min(1e-12)

    @torch.no_grad()
    def begin_in(
        self, h: int, mine: Bool[Tensor, " i"], on_queries: Float[Tensor, "m r d"], on_keys: Float[Tensor, "m r d"]
    ) -> None:
        """Say in which explained head some latents start (qk_diagonal_init.py)."""
        del on_queries, on_keys  # both are in the encoders
        if len(self.cfg.heads) > 1:
            self.scales[mine] = 0.1
            self.scales[mine, h] = 1.0

    # ---- reading

    @torch.no_grad()
    def head_loadings(self) -> Float[Tensor, "i H"]:
        """Scale of each latent in every head of the layer; zero in heads that are not explained."""
        loadings = self.scales.new_zeros(self.cfg.n_latents, self.cfg.n_heads)
        loadings[:, list(self.cfg.heads)] = self.scales
        return loadings

    @torch.no_grad()
    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """Size on keys, size on queries, and what the pair adds to the score of each explained head."""
        del layers  # everything is in the batch
        u, w = self.query(batch["q"])[:, :, latents], self.key(batch["k"])[:, :, latents]
        arcs = torch.einsum("bqmr,bkmr,mh->bmhqk", u, w, self.scales[latents]).tril()
        return LatentView(_size(w), _size(u), arcs)

    def _explicit(self, batch: Batch) -> Tensor | float:
        """Key bias and offset table, [b, h, q, k] up to broadcasting."""
        total: Tensor | float = 0.0
        if self.cfg.key_bias:
            keys = keys_by_head(batch["k"], self.cfg).to(self.key_bias.dtype) / self.key.scale
            total = total + torch.einsum("bkhd,hd->bhk", keys, self.key_bias)[:, :, None]
        if self.cfg.n_offsets:
            total = total + self.offset[:, distances(batch["q"].shape[1], self.cfg.n_offsets)]
        return total


def pattern_terms(
    scores: Float[Tensor, "b h q k"], pattern: Float[Tensor, "b h q k"], counted: Bool[Tensor, "b q"]
) -> dict[str, Tensor]:
    """KL(A || A^) in nats per query and nMSE of patterns, means over heads, over causal entries of counted queries."""
    log = _log_softmax(scores)
    A = pattern.to(log.dtype)
    weight = counted[:, None, :, None].to(log.dtype) * torch.ones_like(A[0, 0]).tril()
    kl = ((torch.xlogy(A, A) - A * log) * weight).sum((0, 2, 3)) / counted.sum().clamp_min(1)
    mean = (A * weight).sum((0, 2, 3), keepdim=True) / weight.sum().clamp_min(1e-12)
    spread = ((A - mean).square() * weight).sum((0, 2, 3)).clamp_min(1e-12)
    nmse = ((A - log.exp()).square() * weight).sum((0, 2, 3)) / spread
    return {"kl": kl.mean(), "nmse": nmse.mean()}


def counted_queries(batch: Batch) -> Bool[Tensor, "b p"]:
    """Queries that count; all where the batch does not say."""
    return (
        batch["valid"]
        if "valid" in batch
        else torch.ones(batch["q"].shape[:2], dtype=torch.bool, device=batch["q"].device)
    )


def keys_by_head(k: Float[Tensor, "b p d"], cfg: QKDiagonalConfig) -> Float[Tensor, "b p h d_head"]:
    """Each explained head's own keys."""
    return k.unflatten(-1, (-1, cfg.d_head))[:, :, list(cfg.key_of)]


def distances(n: int, n_offsets: int) -> Int[Tensor, "q k"]:
    """t - s, at most the last entry of the table (0 above the diagonal, which is masked)."""
    at = torch.arange(n)
    return (at[:, None] - at).clamp(0, n_offsets - 1)


def _log_softmax(scores: Float[Tensor, "b h q k"]) -> Float[Tensor, "b h q k"]:
    future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
    return scores.masked_fill(future, -1e9).log_softmax(-1)


def _size(code: Float[Tensor, "b p m r"]) -> Float[Tensor, "b p m"]:
    return code[..., 0] if code.shape[-1] == 1 else code.square().sum(-1).sqrt()


def _packed(side: QKSide, x: Tensor) -> Codes:
    sizes = _size(side(x))
    width = max(1, int((sizes > 0).sum(-1).max()))
    values, indices = sizes.topk(width, dim=-1)
    return Codes(values, indices.where(values > 0, 0), side.n_latents)


def _check(batch: Batch, cfg: QKDiagonalConfig) -> None:
    missing = [role for role in ("q", "k") if role not in batch]
    if missing:
        raise PolyheadError(
            f"a QK dictionary reads q and k; {', '.join(missing)} missing, received: {', '.join(batch)}"
        )
    widths = len(cfg.heads) * cfg.d_head, (max(cfg.key_of) + 1) * cfg.d_head
    widths_in = batch["q"].shape[-1], batch["k"].shape[-1]
    if widths != widths_in:
        raise PolyheadError(
            f"this QK dictionary of heads {list(cfg.heads)} reads q [b, p, {widths[0]}] and k [b, p, {widths[1]}]; "
            f"widths {widths_in[0]} and {widths_in[1]} received: is it another layer's or another model's batch?"
        )
