"""The multitoken transcoder (MTC): latents read at a source, moved by a mixture of heads, written at a destination.

    f[s, i] = act(x[s] W_enc + b_enc);   P_i = sum_h L[i, h] A_h + L[i, id] I;   z[t, i] = sum_s P_i[t, s] f[s, i]
    y[t] = z[t] W_dec + b_dec;   the A_h are the base model's attention patterns, frozen; |L_i| = |W_dec_i| = 1.
Source: Transformer Circuits, "Progress on Attention" (2025). Unrecovered there and decided here: loadings have free
sign and unit norm (the scale is in f), and sparsity is counted on f, at the source.
Axis legend: b sequence, p position, h head, H head or identity (n_heads + 1), i latent, d width, m entry of a list.
Inside, x is divided by `input_scale` and y by `target_scale` (both part of the artifact), so that the squared error is
about 1 for a constant reconstruction and one set of learning rates serves every layer.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, Codes, LatentView
from polyhead.dictionaries.activation import HAS_THRESHOLD, Sparse, fire_all
from polyhead.dictionaries.bos import MovedBosRule, explained, from_bos, register_bos, without_bos
from polyhead.dictionaries.dead_latents import CountsSteps, reviving, unexplained
from polyhead.dictionaries.encoder import (
    Code,
    dead_entries,
    follow_cut,
    listed_code,
    packed,
    penalties,
    plain_code,
    position_weights,
    remember_cut,
    threshold,
    unpack,
    warmth,
)
from polyhead.dictionaries.mtc_choice import (
    add_gains,
    choose_heads,
    chooses_heads,
    looks_at_heads,
    register_gains,
    sharpness,
)
from polyhead.ops.mtc_product import fold_dense, fold_gathered, mix_heads, move_latents, move_plain
from polyhead.ops.participation import participation_ratio

Product = Literal["auto", "plain", "folded", "gathered"]
"""How the product is computed; `auto` is gathered where few latents fire in this very batch and folded elsewhere. The
choice remembers nothing of earlier steps, so a resumed run makes the same ones."""

Loadings = Literal["free", "top1", "top1_argmax", "top1_anneal", "top1_choice", "frozen"]
Sign = Literal["free", "nonnegative"]

GATHER_BELOW = 0.08
"""Share of latents listed under which the gathered product wins (benchmarks/bench_mtc.py)."""


class MTCChoices(Sparse):
    """What may be chosen of a multitoken transcoder and matters after training too."""

    loadings: Loadings = "free"
    """`top1`: each latent bound to the head it starts on; `top1_argmax`: to its strongest head of the moment, with a
    straight-through gradient to the others; `top1_anneal`: from free to its strongest head, slowly; `top1_choice`: to
    the head that lowers the error most, measured for every head now and then; `frozen`: any mixture, not trained."""
    bind_steps: int = Field(default=96, ge=1)
    """Steps until each latent has its head for good: `top1_anneal` cools over them, `top1_choice` chooses eight
    times in them."""
    sign: Sign = "free"
    """Whether a loading may be negative."""
    bos: MovedBosRule = "train"
    """`train`: BOS is a source like any other; `exact`: what BOS sends is the layer's own and needs no latent."""


class MTCConfig(MTCChoices):
    """Shape and constraints of a multitoken transcoder."""

    d_in: int = Field(ge=1)
    """Width of what the encoder reads."""
    d_out: int = Field(ge=1)
    """Width of what is reconstructed."""
    n_heads: int = Field(ge=1)
    """Heads of the base layer; loadings have one entry more, the identity."""
    bos_token_id: int | None = None
    """The token that counts as BOS at position 0; None: none does."""


class MTCOutput(NamedTuple):
    """What one pass gives."""

    reconstruction: Float[Tensor, "b p d_out"]
    """In the target's own units."""
    codes: Codes
    """Key-side activations."""


class MTC(CountsSteps):
    """A multitoken transcoder for one attention layer."""

    def __init__(self, cfg: MTCConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.cfg = cfg
        n, width = cfg.n_latents, cfg.n_heads + 1
        self.W_enc = nn.Parameter(torch.randn(cfg.d_in, n, generator=generator) / math.sqrt(cfg.d_in))
        self.b_enc = nn.Parameter(torch.zeros(n))
        self.W_dec = nn.Parameter(torch.randn(n, cfg.d_out, generator=generator))
        self.b_dec = nn.Parameter(torch.zeros(cfg.d_out))
        self.loadings = nn.Parameter(torch.randn(n, width, generator=generator))
        if isinstance(cfg.activation, HAS_THRESHOLD):
            self.log_threshold = nn.Parameter(torch.full((n,), math.log(cfg.activation.threshold)))
        bound = torch.arange(n)[:, None] % cfg.n_heads == torch.arange(width)
        one_head = cfg.loadings in ("top1", "top1_choice")
        self.register_buffer("allowed", bound if one_head else torch.ones(n, width, dtype=torch.bool))
        if cfg.loadings == "frozen":
            self.register_buffer("anchor", self.loadings.detach() / self.loadings.detach().norm(dim=-1, keepdim=True))
        if cfg.loadings == "top1_choice":
            register_gains(self)
        self.register_buffer("input_scale", torch.ones(()))
        self.register_buffer("target_scale", torch.ones(()))
        self.register_counts(n)
        register_bos(self)
        self.allowed: Bool[Tensor, "i H"]
        self.anchor: Float[Tensor, "i H"]
        self.input_scale: Float[Tensor, ""]
        self.target_scale: Float[Tensor, ""]
        self.project()
        self.n_steps.zero_()

    # ---- encoding, at the source

    def pre_activations(self, x: Float[Tensor, "b p d_in"]) -> Float[Tensor, "b p i"]:
        """x W_enc + b_enc for every latent, as a dense tensor."""
        return (x.to(self.W_enc.dtype) / self.input_scale) @ self.W_enc + self.b_enc

    def activations(self, x: Float[Tensor, "b p d_in"]) -> Float[Tensor, "b p i"]:
        """f of every latent, as a dense tensor (the plain form)."""
        return fire_all(self.cfg.activation, self.pre_activations(x), self.threshold())

    def encode(self, x: Float[Tensor, "b p d_in"]) -> Codes:
        """Key-side activations f, before anything is moved, packed."""
        code = self._listed_code(x, training=False)
        assert code is not None
        return packed(code, (x.shape[0], x.shape[1]), self.cfg.n_latents)

    def codes(self, batch: Batch) -> Codes:
        """What fires where: the key-side activations of a batch."""
        return without_bos(self.cfg, self.encode(batch["x"]), batch)

    def threshold(self) -> Float[Tensor, "i"]:
        """theta: a latent is active where its pre-activation is above it."""
        return threshold(self.cfg.activation, self.b_enc, getattr(self, "log_threshold", None))

    # ---- moving and writing, at the destination

    def bound_loadings(self) -> Float[Tensor, "i H"]:
        """The loadings that move latents: `loadings`, bound to one head where so configured.

        While annealing at temperature t, from 1 to 0, they are sign(L) |L|^(1/t), of unit norm. The gradient is taken
        with the factor |L|^(1/t - 1) held still, which is the true one entry by entry, but for a common factor.
        """
        if self.cfg.loadings in ("top1", "top1_choice"):
            return self.loadings * self.allowed
        if self.cfg.loadings in ("free", "frozen"):
            return self.loadings
        if self.cfg.loadings == "top1_anneal":
            return self.loadings * sharpness(self.loadings.detach(), 1 - float(self.n_steps) / self.cfg.bind_steps)
        strongest = self.loadings.abs().argmax(-1, keepdim=True)
        hard = torch.zeros_like(self.loadings).scatter(-1, strongest, self.loadings.gather(-1, strongest).sign())
        return hard.detach() + self.loadings - self.loadings.detach()

    def moved(
        self,
        f: Float[Tensor, "b p i"] | Codes,
        pattern: Float[Tensor, "b h p p"],
        latents: torch.Tensor | None = None,
    ) -> Float[Tensor, "b p m"]:
        """Query-side z of the chosen latents (all by default): what arrives at each destination, signed."""
        f = unpack(f) if isinstance(f, Codes) else f
        loadings = self.bound_loadings()
        if latents is not None:
            f, loadings = f[..., latents], loadings[latents]
        return move_latents(f, pattern.to(f.dtype), loadings)

    def decode(self, z: Float[Tensor, "b p i"]) -> Float[Tensor, "b p d_out"]:
        """Write query-side activations, in the target's units."""
        return (z @ self.W_dec + self.b_dec) * self.target_scale

    def write(
        self,
        batch: Batch,
        latents: Int[Tensor, " m"],
        change: Float[Tensor, "b p m"],
        heads: Sequence[int] | None = None,
    ) -> Float[Tensor, "b p d_out"]:
        """What the target gains when f of some latents changes: moved by their loadings, through `heads` alone if given
        (the identity is no head), and written by their decoder rows."""
        L = self.bound_loadings()[latents]
        if heads is not None:
            L = L * torch.isin(torch.arange(L.shape[1], device=L.device), torch.tensor(list(heads), device=L.device))
        z = move_latents(change, explained(self, batch)["pattern"].to(change.dtype), L)
        return (z @ self.W_dec[latents]) * self.target_scale

    def reconstruct(self, batch: Batch, *, product: Product = "auto") -> Float[Tensor, "b p d_out"]:
        """The target, in its own units."""
        left = explained(self, batch)
        y = self._normalized_output(self._code(left, product, training=False), left, product) * self.target_scale
        sent = from_bos(self, batch)
        return y if sent is None else y + sent

    def forward(self, batch: Batch) -> MTCOutput:
        """Reconstruction and code of a batch with `x` and `pattern`."""
        return MTCOutput(self.reconstruct(batch), self.codes(batch))

    @torch.no_grad()
    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """f at every source, z at every destination, and what each source sends through each head, identity last."""
        del layers  # everything is in the batch
        batch = explained(self, batch)
        f = unpack(self.codes(batch))[..., latents]
        L, pattern = self.head_loadings()[latents], batch["pattern"].to(f.dtype)
        by_head = torch.einsum("bhqk,bkm,mh->bmhqk", pattern, f, L[:, :-1])
        own = torch.diag_embed((f * L[:, -1]).mT)[:, :, None]
        arcs = torch.cat([by_head, own], dim=2)
        return LatentView(f, arcs.sum((2, 4)).mT, arcs)

    # ---- training

    def loss(self, batch: Batch, *, product: Product = "auto") -> dict[str, Tensor]:
        """mse: squared error, mean over d_out and valid positions, in units of the target's variance; and penalties."""
        batch = explained(self, batch)
        code = self._code(batch, product)
        remember_cut(self, code)
        error, weight = self._error(code, batch, product), position_weights(batch)
        terms = {"mse": (error.square().mean(-1) * weight).sum()}
        act = self.cfg.activation
        if (topk := reviving(act, self.dead)) is not None:
            fault = -error.detach()
            left = self._written_by_dead(batch, topk.k_aux) - fault
            terms["aux"] = topk.aux_weight * unexplained(left, fault, weight)
        return terms | penalties(act, code, weight.flatten(), warmth(act, self.n_steps))

    @torch.no_grad()
    def project(self) -> None:
        """Unit decoder rows and unit, allowed loadings, after a step; also counts it, for the warm-up of penalties."""
        self.n_steps += 1
        follow_cut(self)
        if self.cfg.loadings == "top1_choice" and chooses_heads(self):
            choose_heads(self)
        self._scale_decoder()
        if self.cfg.loadings == "frozen":
            self.loadings.copy_(self.anchor)
            return
        self.loadings *= self.allowed
        if self.cfg.sign == "nonnegative":
            best = self.loadings.masked_fill(~self.allowed, -math.inf).argmax(-1, keepdim=True)
            self.loadings.clamp_(min=0.0)
            self.loadings.scatter_(-1, best, self.loadings.gather(-1, best).clamp_min(1e-6))
        self.loadings /= self.loadings.norm(dim=-1, keepdim=True).clamp_min(1e-12)

    def _scale_decoder(self) -> None:
        self.W_dec /= self.W_dec.norm(dim=-1, keepdim=True).clamp_min(1e-12)

    @torch.no_grad()
    def orient(self) -> None:
        """Make each latent's largest loading positive, turning its decoder row with it: the same function, to the bit.

        A loading and a decoder row may change sign together, so which of the two is negative means nothing; with the
        main head positive, what arrives (z) is positive and `W_dec` is what it writes.
        """
        L = self.bound_loadings()
        sign = torch.where(L.gather(-1, L.abs().argmax(-1, keepdim=True)) < 0, -1.0, 1.0)
        self.loadings *= sign
        self.W_dec *= sign
        if self.cfg.loadings == "frozen":
            self.anchor *= sign

    # ---- reading the loadings

    @torch.no_grad()
    def head_loadings(self) -> Float[Tensor, "i H"]:
        """How strongly each latent moves through each head, the identity last."""
        return self.bound_loadings().detach()

    @torch.no_grad()
    def effective_heads(self) -> Float[Tensor, "i"]:
        """Participation ratio (sum_h |L_ih|)^2 / sum_h L_ih^2 of each latent: 1 for one head, H + 1 for all alike."""
        return participation_ratio(self.bound_loadings())

    @torch.no_grad()
    def identity_share(self) -> Float[Tensor, "i"]:
        """Share of each latent's squared loading on the identity head."""
        L = self.bound_loadings()
        return L[:, -1].square() / L.square().sum(-1)

    # ---- inside

    def _code(self, batch: Batch, product: Product, *, training: bool = True) -> Code:
        _check(batch, self.cfg)
        if product in ("auto", "gathered"):
            code = self._listed_code(batch["x"], training=training, limit=GATHER_BELOW if product == "auto" else 1.0)
            if code is not None:
                return code
        act, rows = self.cfg.activation, self._rows(batch["x"])
        return plain_code(act, rows, self.W_enc, self.b_enc, self.threshold(), training=training)

    def _error(self, code: Code, batch: Batch, product: Product) -> Float[Tensor, "b p d_out"]:
        """Output - target, in normalized units; a head still to be chosen learns from it."""
        target = batch["target"].to(self.W_dec.dtype) / self.target_scale
        error = self._normalized_output(code, batch, product) - target
        if self.cfg.loadings == "top1_choice" and torch.is_grad_enabled() and looks_at_heads(self):
            add_gains(self, batch, -error.detach())
        return error

    def _rows(self, x: Tensor) -> Tensor:
        return (x.to(self.W_enc.dtype) / self.input_scale).flatten(0, 1)

    def _listed_code(self, x: Tensor, *, training: bool = True, limit: float = 1.0) -> Code | None:
        act, rows = self.cfg.activation, self._rows(x)
        return listed_code(act, rows, self.W_enc, self.b_enc, self.threshold(), training=training, limit=limit)

    def _written_by_dead(self, batch: Batch, k: int) -> Float[Tensor, "b p d_out"]:
        """What the `k` largest dead latents of every token would write."""
        f, listed, groups = dead_entries(self._rows(batch["x"]), self.W_enc, self.b_enc, self.dead, k)
        u = fold_gathered(f, listed, groups, self.W_dec, self.bound_loadings()).unflatten(0, batch["x"].shape[:2])
        return mix_heads(u, batch["pattern"].to(u.dtype))

    def _normalized_output(self, code: Code, batch: Batch, product: Product) -> Tensor:
        pattern, loadings = batch["pattern"].to(self.W_dec.dtype), self.bound_loadings()
        if code.listed is None or code.groups is None:
            f = code.f.unflatten(0, batch["x"].shape[:2])
            if product == "plain":
                return move_plain(f, pattern, loadings) @ self.W_dec + self.b_dec
            return mix_heads(fold_dense(f, self.W_dec, loadings), pattern) + self.b_dec
        u = fold_gathered(code.f, code.listed, code.groups, self.W_dec, loadings)
        return mix_heads(u.unflatten(0, batch["x"].shape[:2]), pattern) + self.b_dec


def _check(batch: Batch, cfg: MTCConfig) -> None:
    missing = [role for role in ("x", "pattern") if role not in batch]
    if missing:
        raise PolyheadError(
            f"an MTC batch needs x and pattern; {', '.join(missing)} missing, received: {', '.join(batch)}"
        )
    (b, p, d), pattern = batch["x"].shape, tuple(batch["pattern"].shape)
    if d != cfg.d_in or pattern != (b, cfg.n_heads, p, p):
        raise PolyheadError(
            f"this MTC reads x [b, p, {cfg.d_in}] and pattern [b, {cfg.n_heads}, p, p]; "
            f"x {[b, p, d]} and pattern {list(pattern)} received: is it another layer's or another model's batch?"
        )
