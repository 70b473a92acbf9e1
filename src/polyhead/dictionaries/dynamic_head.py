"""The dynamic head: features of an SAE of x, each moved, in every context, by the one head that moves it most.

    x^ = f W_sae + b_sae (nothing else is trained);  z[t, i, h] = sum_s A_h[t, s] f[s, i];  o[i, h] = d_i W_V[h] W_O[h]
    h*(t, i) = argmax_h z[t, i, h] |o[i, h]|;   y[t] = sum_i z[t, i, h*] o[i, h*] + everything that is not a feature,
with d_i row i of W_sae in the units of x. Biases (b_sae, b_V, b_O) are moved by all heads, as in the layer itself: rows
of a pattern sum to 1. Source: Transformer Circuits, "Progress on Attention" (2025), there for pictures only.
With `heads="all"` every head moves every feature: the layer applied to x^, which only the SAE's error keeps from the
target; the difference between the two is what one head a context costs.
Axis legend: b sequence, p (t, s) position, h head, i latent, n latents active in a sequence, d width, k d_head.
"""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, Codes, LatentView
from polyhead.core.reading import Reading, one_site
from polyhead.core.sites import site
from polyhead.dictionaries.activation import HAS_THRESHOLD, Sparse, SparseSettings
from polyhead.dictionaries.bos import BosRule, bos_token, coded_positions, is_bos, sent_by_bos, without_bos
from polyhead.dictionaries.dead_latents import CountsSteps
from polyhead.dictionaries.encoder import Code, follow_cut, listed_code, packed, plain_code, threshold, unpack
from polyhead.dictionaries.init import set_scales, unit_rows
from polyhead.dictionaries.input_sae import decode_code, sae_terms, scaled_rows, start_sae
from polyhead.dictionaries.method import LearningRates, Method

LIST_BELOW = 0.08
"""Share of latents listed under which training uses the listed code."""

MovedBy = Literal["strongest", "all"]


class DynamicHeadConfig(Sparse):
    """Widths of the layer, and the SAE."""

    d_model: int = Field(ge=1)
    n_heads: int = Field(ge=1)
    d_head: int = Field(ge=1)
    heads: MovedBy = "strongest"
    """`strongest`: one head per feature and destination; `all`: the layer itself, applied to what the SAE gives."""
    bos: BosRule = "untrained"
    """As in the settings; a dictionary that does not say was trained before there was a choice."""
    bos_token_id: int | None = None
    """The token that counts as BOS at position 0; None: none does."""


class DynamicHead(CountsSteps):
    """An SAE of x with the layer's own OV circuits."""

    def __init__(self, cfg: DynamicHeadConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.cfg = cfg
        n, d, h, k = cfg.n_latents, cfg.d_model, cfg.n_heads, cfg.d_head
        self.W_enc = nn.Parameter(torch.randn(d, n, generator=generator) / math.sqrt(d))
        self.b_enc = nn.Parameter(torch.zeros(n))
        self.W_sae = nn.Parameter(unit_rows(torch.randn(n, d, generator=generator)))
        self.b_sae = nn.Parameter(torch.zeros(d))
        if isinstance(cfg.activation, HAS_THRESHOLD):
            self.log_threshold = nn.Parameter(torch.full((n,), math.log(cfg.activation.threshold)))
        for name, shape in {"W_V": (h, d, k), "W_O": (h, k, d), "b_V": (h, k), "b_O": (d,), "input_scale": ()}.items():
            self.register_buffer(name, torch.ones(shape) if name == "input_scale" else torch.zeros(shape))
        self.register_buffer("target_scale", torch.ones(()))
        self.register_counts(n)
        self.W_V: Float[Tensor, "h d k"]
        self.W_O: Float[Tensor, "h k d"]
        self.b_V: Float[Tensor, "h k"]
        self.b_O: Float[Tensor, " d"]
        self.input_scale: Float[Tensor, ""]

    # ---- the SAE

    def threshold(self) -> Float[Tensor, " i"]:
        """theta: a latent is active where its pre-activation is above it."""
        return threshold(self.cfg.activation, self.b_enc, getattr(self, "log_threshold", None))

    def codes(self, batch: Batch) -> Codes:
        """What fires at each source."""
        code = self._listed(batch, training=False, limit=1.0)
        assert code is not None
        b, p, _ = batch["x"].shape
        return without_bos(self.cfg, packed(code, (b, p), self.cfg.n_latents), batch)

    def coded_positions(self, batch: Batch) -> Bool[Tensor, "b p"]:
        """Where the SAE learns."""
        return coded_positions(self.cfg, batch)

    def input_reconstruction(self, batch: Batch) -> Float[Tensor, "b p d"]:
        """x by the SAE, in its own units; x itself at BOS where the rule says so."""
        x = decode_code(self, self._code(batch)).unflatten(0, batch["x"].shape[:2]) * self.input_scale
        if self.cfg.bos == "exact":
            first = torch.where(is_bos(self.cfg, batch)[:, None], batch["x"][:, 0].to(x.dtype), x[:, 0])
            x = torch.cat([first[:, None], x[:, 1:]], dim=1)
        return x

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Of the SAE alone: squared error of x in units of its mean square, and penalties."""
        return sae_terms(self, self._code(batch), batch)

    @torch.no_grad()
    def project(self) -> None:
        """Unit rows of W_sae; also counts the step."""
        self.n_steps += 1
        follow_cut(self)
        self.W_sae /= self.W_sae.norm(dim=-1, keepdim=True).clamp_min(1e-12)

    # ---- the heads

    @torch.no_grad()
    def strengths(self) -> Float[Tensor, "i h"]:
        """|d_i W_V[h] W_O[h]|: how much of a latent each head writes, before patterns."""
        rows = self.W_sae * self.input_scale
        return torch.stack([(rows @ v @ o).norm(dim=-1) for v, o in zip(self.W_V, self.W_O, strict=True)], dim=1)

    @torch.no_grad()
    def output_rows(self, layers: Sequence[BaseLayer]) -> Float[Tensor, "i d"]:
        """What each latent writes through the head that writes most of it, before patterns."""
        del layers  # everything is here
        head, rows = self.strengths().argmax(1), self.W_sae * self.input_scale
        out = torch.zeros_like(rows)
        for h, (v, o) in enumerate(zip(self.W_V, self.W_O, strict=True)):
            out[head == h] = rows[head == h] @ v @ o
        return out

    @torch.no_grad()
    def moved(
        self, f: Float[Tensor, "p n"], pattern: Float[Tensor, "h p p"], strength: Float[Tensor, "n h"]
    ) -> Float[Tensor, "h p n"]:
        """z of one sequence, zero for every head that does not move the feature there."""
        z = pattern @ f
        if self.cfg.heads == "all":
            return z
        best = (z * strength.T[:, None]).argmax(0, keepdim=True)
        return torch.zeros_like(z).scatter(0, best, z.gather(0, best))

    @torch.no_grad()
    def reconstruct(self, batch: Batch) -> Float[Tensor, "b p d"]:
        """The target, in its own units."""
        _check(batch, self.cfg)
        f, pattern, strength = unpack(self.codes(batch)), batch["pattern"].to(self.W_enc.dtype), self.strengths()
        bias = self.b_O + torch.einsum("hk,hkd->d", self.b_V, self.W_O)
        bias = bias + torch.einsum("d,hdk,hkm->m", self.b_sae * self.input_scale, self.W_V, self.W_O)
        out = []
        for code, heads in zip(f, pattern, strict=True):
            active = code.any(0).nonzero()[:, 0]
            rows = self.W_sae[active] * self.input_scale
            z = self.moved(code[:, active], heads, strength[active])
            out.append(((z @ rows @ self.W_V) @ self.W_O).sum(0) + bias)
        y = torch.stack(out)
        if self.cfg.bos == "exact":  # the bias moves b_sae from everywhere, BOS included
            first = batch["x"][:, 0].to(y.dtype) - self.b_sae * self.input_scale
            y = y + sent_by_bos(self.cfg, batch, torch.einsum("bd,hdk,hkm->bhm", first, self.W_V, self.W_O))
        return y

    @torch.no_grad()
    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """f at every source, z of the chosen head at every destination, and what each source sends through it."""
        del layers  # everything is here
        f = unpack(self.codes(batch))[..., latents]
        pattern, strength = batch["pattern"].to(f.dtype), self.strengths()[latents]
        z = torch.stack([self.moved(code, heads, strength) for code, heads in zip(f, pattern, strict=True)])
        arcs = torch.einsum("bhqk,bkm,bhqm->bmhqk", pattern, f, (z != 0).to(f.dtype))
        return LatentView(f, z.sum(1), arcs)

    # ---- inside

    def _code(self, batch: Batch) -> Code:
        listed = self._listed(batch, training=True, limit=LIST_BELOW)
        if listed is not None:
            return listed
        rows = scaled_rows(self, batch["x"])
        return plain_code(self.cfg.activation, rows, self.W_enc, self.b_enc, self.threshold())

    def _listed(self, batch: Batch, *, training: bool, limit: float) -> Code | None:
        act, rows = self.cfg.activation, scaled_rows(self, batch["x"])
        return listed_code(act, rows, self.W_enc, self.b_enc, self.threshold(), training=training, limit=limit)


def _check(batch: Batch, cfg: DynamicHeadConfig) -> None:
    (b, p, d), pattern = batch["x"].shape, tuple(batch["pattern"].shape)
    if d != cfg.d_model or pattern != (b, cfg.n_heads, p, p):
        raise PolyheadError(
            f"this dynamic head reads x [b, p, {cfg.d_model}] and pattern [b, {cfg.n_heads}, p, p]; "
            f"x {[b, p, d]} and pattern {list(pattern)} received: is it another layer's or another model's batch?"
        )


class DynamicHeadSettings(SparseSettings):
    """What may be chosen."""

    heads: MovedBy = "strongest"
    """strongest: one head per feature and destination; all: every head, as in the layer itself."""
    bos: BosRule = "train"
    """train: the SAE learns BOS like any other token; exact: the true input at BOS is moved in place of its code;
    untrained: the code at BOS is moved although no loss covers it, as earlier versions did."""


def reading(settings: DynamicHeadSettings, layers: Sequence[BaseLayer]) -> Reading:
    """x, pattern and attention output of one layer: the sites between which W_V and W_O stand."""
    names = {"x": "ln1.hook_normalized", "target": "hook_attn_out", "pattern": "attn.hook_pattern"}
    return Reading(roles={role: one_site(site(layers[0].layer, name)) for role, name in names.items()})


@torch.no_grad()
def make(
    settings: DynamicHeadSettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> DynamicHead:
    """An SAE in the active subspace of x, and the layer's weights.

    Raises:
        PolyheadError: a layer whose output is not its heads' values times W_O.
    """
    (layer,) = layers
    if not layer.is_linear:
        raise PolyheadError(
            f"dynamic_head moves features by W_V and W_O, but the output of layer {layer.layer} is not linear in what "
            "its heads read; use mtc, which learns what is written"
        )
    shape = {"d_model": layer.d_model, "n_heads": layer.n_heads, "d_head": layer.d_head}
    cfg = DynamicHeadConfig(**shape, bos_token_id=bos_token(batches), **settings.model_dump())
    dynamic = DynamicHead(cfg)
    for name in ("W_V", "W_O", "b_V", "b_O"):
        getattr(dynamic, name).copy_(getattr(layer, name))
    set_scales(dynamic, batches)
    start_sae(dynamic, batches, generator)
    return dynamic


METHOD = Method(
    kind="dynamic_head",
    title="SAE of the input, moved by the strongest head of each context",
    settings=DynamicHeadSettings,
    config=DynamicHeadConfig,
    module=DynamicHead,
    reading=reading,
    make=make,
    rates=LearningRates(6e-3),
    side="key",
    about="A latent of the layer's input: at every destination the one head that moves it most carries it there.",
    directions="layer_input",
)
