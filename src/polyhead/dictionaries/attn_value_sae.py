"""The attention value SAE: the value vectors of all heads of one layer, or of several layers, laid side by side.

Values wait at a source to be moved, so a latent says what is there for heads to carry, and its decoder says through
which heads: loading = |d_i| restricted to a (layer, head), in units in which each layer's values have mean square 1.
Under GQA each key-value head is read once, and loadings have one entry for each; views repeat them per query head.

    what latent i sends from k to q through head h of layer l = A_lh[q, k] f_i[k] |d_i,lh|
Source: Transformer Circuits, "Progress on Attention" (2025), one layer against two.
Axis legend: b sequence, p position, q query, k key position, h query head, g key-value head, l layer, m latents.
"""

from collections.abc import Sequence

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


class AttnValueSAESettings(SparseSettings):
    """What may be chosen of an attention value SAE."""

    activation: Activation = TopK()
    init: SAEInit = "subspace"
    """subspace: directions in the active subspace of the values; random: anywhere."""


class AttnValueSAEConfig(SAEConfig):
    """Shape of an attention value SAE; `n_parts` is the number of layers."""

    n_kv_heads: int = Field(ge=1)
    """Key-value heads of each layer."""
    n_heads: int = Field(ge=1)
    """Query heads of each layer."""


class AttnValueSAE(SAE):
    """A sparse autoencoder of the values of one or several attention layers."""

    cfg: AttnValueSAEConfig

    @torch.no_grad()
    def head_loadings(self) -> Float[Tensor, "i lg"]:
        """|d_i| of each (layer, key-value head), layers in order."""
        return self.W_dec.unflatten(-1, (self.cfg.n_parts * self.cfg.n_kv_heads, -1)).norm(dim=-1)

    @torch.no_grad()
    def layer_shares(self) -> Float[Tensor, "i l"]:
        """Share of each latent's squared decoder norm in each layer."""
        norms = self.W_dec.unflatten(-1, (self.cfg.n_parts, -1)).square().sum(-1)
        return norms / norms.sum(-1, keepdim=True).clamp_min(1e-12)

    def query_head_loadings(self) -> Float[Tensor, "i lh"]:
        """`head_loadings` repeated for every query head that shares a key-value head."""
        return self.head_loadings().repeat_interleave(self.cfg.n_heads // self.cfg.n_kv_heads, dim=-1)

    def write(
        self, batch: Batch, latents: Tensor, change: Float[Tensor, "b p m"], heads: Sequence[int] | None = None
    ) -> Float[Tensor, "b p d"]:
        """What the values gain when f of some latents changes, in the values of `heads` alone if given.

        Raises:
            PolyheadError: some, but not all, of the query heads that share values, or a dictionary of several layers.
        """
        gain = super().write(batch, latents, change)
        if heads is None:
            return gain
        group = self.cfg.n_heads // self.cfg.n_kv_heads
        shared = {h // group for h in heads}
        if self.cfg.n_parts > 1 or len(set(heads)) != group * len(shared):
            raise PolyheadError(
                f"heads {sorted(set(heads))}: a value SAE of one layer can be limited to whole groups of {group} heads "
                "that share their values"
            )
        keep = torch.zeros(self.cfg.n_kv_heads, dtype=gain.dtype, device=gain.device)
        keep[sorted(shared)] = 1
        return (gain.unflatten(-1, (self.cfg.n_kv_heads, -1)) * keep[:, None]).flatten(-2)

    def view_roles(self, layers: Sequence[BaseLayer]) -> dict[str, tuple[Read, ...]]:
        """What a batch needs besides the SAE's own reading for `view`: the pattern of each layer."""
        names = _pattern_roles(layers)
        return {name: one_site(site(layer.layer, "attn.hook_pattern")) for name, layer in zip(names, layers)}

    @torch.no_grad()
    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """f at each source, and what each head of each layer (all heads of the first first) carries of it where.

        Raises:
            PolyheadError: the batch lacks a layer's pattern, or the layers are not this SAE's.
        """
        names = _pattern_roles(layers)
        missing = [name for name in names if name not in batch]
        if missing or len(layers) != self.cfg.n_parts:
            raise PolyheadError(
                f"a view of this value SAE needs {self.cfg.n_parts} layers and their patterns (see view_roles); "
                f"{len(layers)} layers and the roles {', '.join(batch)} received"
                + (f", {', '.join(missing)} missing" if missing else "")
            )
        f = unpack(self.codes(batch))[..., latents]
        pattern = torch.cat([batch[name] for name in names], dim=1).to(f.dtype)
        loadings = self.query_head_loadings()[latents]
        if pattern.shape[1] != loadings.shape[1]:
            raise PolyheadError(
                f"{loadings.shape[1]} query heads were expected in the patterns, {pattern.shape[1]} received"
            )
        arcs = torch.einsum("bhqk,bkm,mh->bmhqk", pattern, f, loadings)
        return LatentView(f, arcs.sum((2, 4)).mT, arcs)


def _pattern_roles(layers: Sequence[BaseLayer]) -> list[str]:
    """`pattern` for one layer; `pattern_4`, `pattern_10` for layers 4 and 10."""
    return ["pattern"] if len(layers) == 1 else [f"pattern_{layer.layer}" for layer in layers]


def reading(settings: AttnValueSAESettings, layers: Sequence[BaseLayer]) -> Reading:
    """The values of every key-value head of every layer, once, as x and as the target."""
    del settings
    reads = tuple(Read(site=site(layer.layer, "attn.hook_v"), heads=layer.kv_heads) for layer in layers)
    return Reading(roles={"x": reads, "target": reads})


def make(
    settings: AttnValueSAESettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> AttnValueSAE:
    """Shaped by the layers, started and calibrated on the first batches.

    Raises:
        PolyheadError: layers with different heads.
    """
    shapes = {(layer.n_heads, layer.n_kv_heads, layer.d_head) for layer in layers}
    if len(shapes) != 1:
        raise PolyheadError(
            f"layers of one value SAE need the same heads; (heads, kv heads, d_head) {sorted(shapes)} received"
        )
    ((n_heads, n_kv_heads, _),) = shapes
    sae = AttnValueSAE(
        AttnValueSAEConfig(
            d_in=batches[0]["x"].shape[-1],
            **settings.fields_of(AttnValueSAEConfig),
            n_parts=len(layers),
            n_heads=n_heads,
            n_kv_heads=n_kv_heads,
        )
    )
    initialize(sae, batches, init=settings.init, centred=False, generator=generator)
    return sae


METHOD = Method(
    kind="attn_value_sae",
    title="Attention value SAE",
    settings=AttnValueSAESettings,
    config=AttnValueSAEConfig,
    module=AttnValueSAE,
    reading=reading,
    make=make,
    rates=LearningRates(3e-3),
    layers="any",
    side="key",
    about="A latent of the values: it fires at a source, on what waits there for heads to carry; its decoder says for "
    "which heads.",
    directions="one_site",
)
