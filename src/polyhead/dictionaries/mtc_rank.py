"""A multitoken transcoder whose latents move vectors: one gate, `rank` pairs of a read and a write direction.

    f[s, i] = act(x[s] w_i + b_i);   v[s, i, 0] = f[s, i];   v[s, i, j] = [f[s, i] > 0] (x[s] r_ij + c_ij)  for j >= 1
    y[t] = sum_i sum_j (sum_s P_i[t, s] v[s, i, j]) W_dec[i, j] + b_dec,      P_i = sum_h L[i, h] A_h + L[i, id] I
What a latent moves is the vector v[s, i], through one mixture of heads: an OV map of rank `rank`, used where its gate
is open. The first read is the encoder itself, so rank 1 is the multitoken transcoder exactly; the others have either
sign and take no part in whether the latent fires. All write directions have norm 1. The gate's edge has no gradient
through the other reads. Ours; asked for in the field because latents of rank 1 split one copying head into many.
Axis legend: as in `mtc`; j pair of directions, r = rank - 1 pairs beyond the first, n = b * p.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.protocols import Batch
from polyhead.dictionaries import mtc_init
from polyhead.dictionaries.activation import Activation, TopK
from polyhead.dictionaries.bos import bos_token, explained, start_bos
from polyhead.dictionaries.encoder import Code
from polyhead.dictionaries.init import set_scales, unit_rows, valid_rows
from polyhead.dictionaries.method import LearningRates, Method
from polyhead.dictionaries.mtc import MTC, Loadings, MTCConfig, Product
from polyhead.dictionaries.mtc_init import MTCSettings, calibrate, set_biases, set_directions
from polyhead.ops.mtc_product import fold_gathered, mix_heads, move_latents
from polyhead.ops.sparse import Groups, Listed, differentiable, group_by_latent

_GATHERED = 2048
"""Read directions gathered at one time."""


class RankMTCConfig(MTCConfig):
    """Shape of a multitoken transcoder with vectors."""

    rank: int = Field(default=4, ge=1)
    """Pairs of directions per latent."""


class RankMTC(MTC):
    """A multitoken transcoder of rank `cfg.rank`; `W_enc` and `W_dec` are its first pair."""

    cfg: RankMTCConfig

    write = None  # type: ignore[assignment]  # what a latent writes depends on what it reads at each source, not on its code alone

    def __init__(self, cfg: RankMTCConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__(cfg, generator=generator)
        if cfg.rank > 1:
            more = (cfg.n_latents, cfg.rank - 1)
            self.W_read = nn.Parameter(torch.randn(*more, cfg.d_in, generator=generator) / math.sqrt(cfg.d_in))
            self.b_read = nn.Parameter(torch.zeros(more))
            self.W_write = nn.Parameter(torch.randn(*more, cfg.d_out, generator=generator))
            self.project()
            self.n_steps.zero_()

    def reads(self, x: Float[Tensor, "b p d_in"]) -> Float[Tensor, "b p i r"]:
        """x r_ij + c_ij of every latent, gated or not, as a dense tensor."""
        return torch.einsum("bpd,ird->bpir", x.to(self.W_read.dtype) / self.input_scale, self.W_read) + self.b_read

    def plain_output(self, batch: Batch) -> Float[Tensor, "b p d_out"]:
        """The formula of this file with dense tensors, in normalized units: the reference of the listed form."""
        f, pattern = self.activations(batch["x"]), batch["pattern"].to(self.W_dec.dtype)
        loadings = self.bound_loadings()
        y = move_latents(f, pattern, loadings) @ self.W_dec + self.b_dec
        if self.cfg.rank == 1:
            return y
        for j, v in enumerate(((f > 0)[..., None] * self.reads(batch["x"])).unbind(-1)):
            y = y + move_latents(v, pattern, loadings) @ self.W_write[:, j]
        return y

    @torch.no_grad()
    def project(self) -> None:
        """Also unit write directions beyond the first."""
        super().project()
        if hasattr(self, "W_write"):  # not yet while the parent is being made; never at rank 1
            self.W_write /= self.W_write.norm(dim=-1, keepdim=True).clamp_min(1e-12)

    @torch.no_grad()
    def orient(self) -> None:
        """Turn all write directions of a latent together with its loadings."""
        first = self.W_dec.clone()
        super().orient()
        if self.cfg.rank > 1:
            self.W_write *= torch.where((first * self.W_dec).sum(-1) < 0, -1.0, 1.0)[:, None, None]

    def _normalized_output(self, code: Code, batch: Batch, product: Product) -> Tensor:
        if self.cfg.rank == 1:
            return super()._normalized_output(code, batch, product)
        if code.listed is None or product == "plain":
            return self.plain_output(batch)
        assert code.groups is not None
        f, listed, groups = code.f, code.listed, code.groups
        v, fired = self._listed_reads(f.detach(), listed, batch["x"])
        loadings, more = self.bound_loadings(), self.cfg.rank - 1
        u = fold_gathered(f, listed, groups, self.W_dec, loadings)
        wide = group_by_latent(fired, self.cfg.n_latents * more)
        u = u + fold_gathered(v, fired, wide, self.W_write.flatten(0, 1), loadings.repeat_interleave(more, 0))
        return mix_heads(u.unflatten(0, batch["x"].shape[:2]), batch["pattern"].to(u.dtype)) + self.b_dec

    def _listed_reads(self, f: Tensor, listed: Listed, x: Tensor) -> tuple[Tensor, Listed]:
        """v of the pairs beyond the first, where the gate is open, as a list of (token, latent * r + j)."""
        more, here = self.cfg.rank - 1, f > 0
        tokens, latents = (t[here].repeat_interleave(more) for t in (listed.tokens, listed.latents))
        latents = latents * more + torch.arange(more, device=f.device).repeat(int(here.sum()))
        rows, W, b = self._rows(x), self.W_read.flatten(0, 1), self.b_read.flatten()
        with torch.no_grad():
            pairs = zip(tokens.split(_GATHERED), latents.split(_GATHERED), strict=True)
            parts = [(rows[t] * W[i]).sum(-1) for t, i in pairs]
            values = torch.cat(parts) + b[latents] if parts else rows.new_zeros(0)
        counts = torch.bincount(tokens, minlength=len(rows))
        fired = Listed(values, latents, tokens, counts)
        groups: Groups = group_by_latent(fired, len(W))
        return differentiable(fired, groups, rows, W.T, b), fired


class RankMTCSettings(MTCSettings):
    """What may be chosen of a multitoken transcoder with vectors."""

    activation: Activation = TopK(k=4, k_aux=8)
    """Of the gates: k gates per token move k * rank numbers."""
    n_latents: int = Field(default=512, ge=1)
    loadings: Loadings = "free"
    """As for `mtc`; `top1_choice` judges heads by the first pair alone."""
    rank: int = Field(default=4, ge=1)
    """Pairs of directions per latent."""


@torch.no_grad()
def set_reads(mtc: RankMTC, layer: BaseLayer, batches: Sequence[Batch], generator: torch.Generator) -> None:
    """The other pairs as the first one starts: reads inside what the latent's main head reads, writes their images."""
    head = mtc.head_loadings().abs().argmax(-1)
    mean = valid_rows(batches, "x").mean(0) / mtc.input_scale
    own = mtc.W_enc.T.norm(dim=-1).mean()
    for h in range(layer.n_heads):
        mine = head == h
        inside = torch.randn(int(mine.sum()) * (mtc.cfg.rank - 1), layer.d_head, generator=generator)
        reads = unit_rows(inside @ layer.W_V[h].T)
        writes = unit_rows(reads @ layer.W_V[h] @ layer.W_O[h])
        mtc.W_read[mine] = own * reads.view(-1, mtc.cfg.rank - 1, layer.d_model)
        mtc.W_write[mine] = writes.view(-1, mtc.cfg.rank - 1, layer.d_model)
    mtc.b_read.copy_(-(mtc.W_read @ mean))


@torch.no_grad()
def make(
    settings: RankMTCSettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> RankMTC:
    """Shaped by the layer, scaled and calibrated on the first batches: one scale for encoder and reads."""
    (layer,) = layers
    mtc = RankMTC(
        RankMTCConfig(
            d_in=batches[0]["x"].shape[-1],
            d_out=batches[0]["target"].shape[-1],
            n_heads=layer.n_heads,
            bos_token_id=bos_token(batches),
            **settings.fields_of(RankMTCConfig),
        )
    )
    start_bos(mtc, layer, input_site=settings.input_site)
    batches = [explained(mtc, batch) for batch in batches]
    identity = settings.target_site == "hook_resid_post"
    set_scales(mtc, batches)
    set_directions(mtc, layer.W_V, layer.W_O, init=settings.init, identity=identity, generator=generator)
    set_biases(mtc, batches)
    if settings.rank > 1:
        set_reads(mtc, layer, batches, generator)
    scale = calibrate(mtc, batches)
    if settings.rank > 1:
        mtc.W_read.mul_(scale)
        mtc.b_read.mul_(scale)
    return mtc


METHOD = Method(
    kind="mtc_rank",
    title="Multitoken transcoder that moves vectors",
    settings=RankMTCSettings,
    config=RankMTCConfig,
    module=RankMTC,
    reading=mtc_init.reading,
    make=make,
    rates=LearningRates(6e-3, {"loadings": 5.0}),
    side="key",
    graph="moved",
    directions="moved",
    benchmark=lambda sizes: {"rank": 2},
)
