"""The attention output SAE: one position's attention output, or the heads' outputs before W_O laid side by side.

The pre-activation of a latent is linear in the values, given the pattern, so it splits exactly by head and source
(direct feature attribution; Kissane et al. 2024, "Interpreting Attention Layer Outputs with Sparse Autoencoders"):

    pre_i[q] = sum_h sum_k A_h[q, k] v_h[k] . e_ih + bias_i
    e_ih = W_enc[head h's rows, i] / scale                      on attn.hook_z
    e_ih = W_O[h] W_enc[:, i] / scale,  bias_i + b_O W_enc[:, i] / scale     on hook_attn_out
On `attn.hook_z` decoder rows split by head too: share |d_ih| / sum_h |d_ih|.
Axis legend: b sequence, q query, k key position, h head, c d_head, d width, m latents asked for.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, LatentView
from polyhead.core.reading import Read, Reading, one_site
from polyhead.core.sites import site
from polyhead.dictionaries.activation import Activation, SparseSettings, TopK
from polyhead.dictionaries.encoder import unpack
from polyhead.dictionaries.method import LearningRates, Method
from polyhead.dictionaries.sae import SAE, SAEConfig
from polyhead.dictionaries.sae_init import SAEInit, initialize

Site = Literal["hook_attn_out", "attn.hook_z"]


class AttnOutSAESettings(SparseSettings):
    """What may be chosen of an attention output SAE."""

    activation: Activation = TopK()
    site: Site = "hook_attn_out"
    """Site of the layer that is read and reconstructed; `attn.hook_z` gives every latent shares of heads."""
    init: SAEInit = "subspace"
    """subspace: directions in the active subspace of the site; random: anywhere."""


class AttnOutSAEConfig(SAEConfig):
    """Shape of an attention output SAE."""

    site: str = "hook_attn_out"
    """Local name of what it reads: `hook_attn_out`, `attn.hook_z`, or another site where it came from elsewhere."""
    n_heads: int | None = Field(default=None, ge=1)
    """Heads of the base layer, where known."""


class AttnOutSAE(SAE):
    """A sparse autoencoder of one attention layer's output."""

    cfg: AttnOutSAEConfig

    @torch.no_grad()
    def head_loadings(self) -> Float[Tensor, "i h"] | None:
        """On `attn.hook_z`: each latent's shares of heads, by decoder; None where decoder rows do not split by head."""
        if self.cfg.site != "attn.hook_z" or self.cfg.n_heads is None:
            return None
        norms = (self.W_dec * self.scale).unflatten(-1, (self.cfg.n_heads, -1)).norm(dim=-1)
        return norms / norms.sum(-1, keepdim=True).clamp_min(1e-12)

    def view_roles(self, layers: Sequence[BaseLayer]) -> dict[str, tuple[Read, ...]]:
        """What a batch needs besides the SAE's own reading for `view`: the layer's pattern and values."""
        (layer,) = layers
        names = {"pattern": "attn.hook_pattern", "v": "attn.hook_v"}
        return {role: one_site(site(layer.layer, name)) for role, name in names.items()}

    @torch.no_grad()
    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """f at each destination, and what each source adds to the pre-activation there through each head.

        Raises:
            PolyheadError: the batch lacks `pattern` or `v`, or the pre-activation does not split.
        """
        return LatentView(None, unpack(self.codes(batch))[..., latents], self.attribution(batch, latents, layers))

    @torch.no_grad()
    def attribution(
        self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]
    ) -> Float[Tensor, "b m h q k"]:
        """Direct feature attribution: with `attribution_bias`, sums over heads and sources to the pre-activation.

        Raises:
            PolyheadError: the batch lacks `pattern` or `v`, or the pre-activation does not split.
        """
        (layer,) = layers
        readers = self.head_readers(latents, layer)
        missing = [role for role in ("pattern", "v") if role not in batch]
        if missing:
            raise PolyheadError(
                f"attribution by head needs the roles pattern and v (see view_roles); {', '.join(missing)} missing, "
                f"received: {', '.join(batch)}"
            )
        h, width = layer.n_heads, layer.n_heads * layer.d_head
        if batch["v"].shape[-1] != width or batch["pattern"].shape[1] != h:
            raise PolyheadError(
                f"layer {layer.layer} has {h} heads of {layer.d_head}; pattern {list(batch['pattern'].shape)} and "
                f"v {list(batch['v'].shape)} received"
            )
        v = batch["v"].to(self.W_dec.dtype).unflatten(-1, (h, -1))
        written = torch.einsum("bkhc,mhc->bmhk", v, readers)
        return batch["pattern"].to(written.dtype)[:, None] * written[:, :, :, None]

    @torch.no_grad()
    def attribution_bias(self, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> Float[Tensor, " m"]:
        """What no source sends: the encoder's bias and, on `hook_attn_out`, b_O as the encoder reads it."""
        (layer,) = layers
        bias = self.bias()[latents]
        if self.cfg.site == "hook_attn_out":
            bias = bias + self.encoder_rows[latents] @ (layer.b_O / self.scale)
        return bias

    def head_readers(self, latents: Int[Tensor, " m"], layer: BaseLayer) -> Float[Tensor, "m h c"]:
        """e_ih.

        Raises:
            PolyheadError: the pre-activation does not split by head.
        """
        self._check_splits(layer)
        read = self.encoder_rows[latents] / self.scale
        if self.cfg.site == "attn.hook_z":
            return read.unflatten(-1, (layer.n_heads, layer.d_head))
        return torch.einsum("hcd,md->mhc", layer.W_O, read)

    @torch.no_grad()
    def written_rows(self, layer: BaseLayer) -> Float[Tensor, "i d"]:
        """What a code of 1 adds to the attention output, in float64."""
        rows = self.W_dec.double() * self.scale
        return rows @ layer.W_O.double().flatten(0, 1) if self.cfg.site == "attn.hook_z" else rows

    @torch.no_grad()
    def written_bias(self, layer: BaseLayer) -> Float[Tensor, " d"]:
        """What is added always, in float64."""
        bias = self.b_dec.double() * self.scale
        if self.cfg.site == "attn.hook_z":
            return bias @ layer.W_O.double().flatten(0, 1) + layer.b_O.double()
        return bias

    def _check_splits(self, layer: BaseLayer) -> None:
        cfg = self.cfg
        if cfg.site not in ("hook_attn_out", "attn.hook_z"):
            raise PolyheadError(f"attribution by head is for hook_attn_out and attn.hook_z; this SAE reads {cfg.site}")
        if cfg.token_norm != "none":
            raise PolyheadError(f"attribution by head needs a linear pre-activation; token_norm is {cfg.token_norm!r}")
        if cfg.site == "hook_attn_out" and not layer.is_linear:
            raise PolyheadError(
                f"layer {layer.layer}'s output is not linear in its heads (a norm after them); "
                "attribution needs an SAE of attn.hook_z there"
            )
        width = layer.d_model if cfg.site == "hook_attn_out" else layer.n_heads * layer.d_head
        if width != cfg.d_in:
            raise PolyheadError(f"this SAE reads width {cfg.d_in}; {cfg.site} of layer {layer.layer} is {width} wide")


def reading(settings: AttnOutSAESettings, layers: Sequence[BaseLayer]) -> Reading:
    """x, which is the target too."""
    reads = one_site(site(layers[0].layer, settings.site))
    return Reading(roles={"x": reads, "target": reads})


def make(
    settings: AttnOutSAESettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> AttnOutSAE:
    """Shaped by the layer, started and calibrated on the first batches."""
    (layer,) = layers
    sae = AttnOutSAE(
        AttnOutSAEConfig(
            d_in=batches[0]["x"].shape[-1],
            n_heads=layer.n_heads,
            **settings.fields_of(AttnOutSAEConfig),
        )
    )
    initialize(sae, batches, init=settings.init, generator=generator)
    return sae


METHOD = Method(
    kind="attn_out_sae",
    title="Attention output SAE",
    settings=AttnOutSAESettings,
    config=AttnOutSAEConfig,
    module=AttnOutSAE,
    reading=reading,
    make=make,
    rates=LearningRates(3e-3),
    side="query",
    graph="written",
    directions="one_site",
)
