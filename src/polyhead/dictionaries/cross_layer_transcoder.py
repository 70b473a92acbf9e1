"""The cross-layer transcoder: latents read the stream before one MLP and write the outputs of that MLP and later.

    a[l] = act(x[l] W_enc[l] + b_enc[l]);   mlp_out[m] = b_dec[m] + sum_{l <= m} a[l] W_dec[l -> m]
Source: Transformer Circuits, "Circuit Tracing: Revealing Computational Graphs in Language Models" (2025). With
`reach = own` a latent writes only the MLP it reads for: a set of per-layer transcoders, the natural baseline. Of one
layer it is an ordinary MLP transcoder. Foreign ones are read and written by `interop/circuit_tracer.py`.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from pydantic import Field

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading
from polyhead.core.sites import site
from polyhead.dictionaries.activation import SparseSettings
from polyhead.dictionaries.method import LearningRates, Method
from polyhead.dictionaries.spanning import Spanning, SpanningConfig, check_order, side_by_side
from polyhead.dictionaries.spanning_init import initialize

Reach = Literal["later", "own"]
"""later: a latent writes its own layer and all later ones; own: its own layer only."""


class CrossLayerTranscoder(Spanning):
    """A cross-layer transcoder on MLP outputs."""


class CrossLayerTranscoderSettings(SparseSettings):
    """What may be chosen of a cross-layer transcoder."""

    n_latents: int = Field(default=2048, ge=1)
    """Of each layer; the activation's k is each layer's own too."""
    reach: Reach = "later"
    """`own` makes a set of per-layer transcoders."""
    input_site: str = "ln2.hook_normalized"
    """Site of each layer that is read: `ln2.hook_normalized` or `hook_resid_mid`."""
    target_site: str = "hook_mlp_out"
    """Site of each layer that is reconstructed."""


def reading(settings: CrossLayerTranscoderSettings, layers: Sequence[BaseLayer]) -> Reading:
    """The stream before every MLP, and every MLP's output.

    Raises:
        PolyheadError: a layer without MLP, or layers that are not in ascending order.
    """
    check_order(layers)
    without = [str(layer.layer) for layer in layers if not layer.has_mlp]
    if without:
        raise PolyheadError(
            f"cross_layer_transcoder explains MLPs, and layers {', '.join(without)} have none (attention-only model); "
            "for attention over layers: attn_out_crosscoder or two_type_features"
        )
    return side_by_side(*(sites_of(layers, name) for name in (settings.input_site, settings.target_site)))


def sites_of(layers: Sequence[BaseLayer], name: str) -> tuple[str, ...]:
    """One site of every layer, by its full name."""
    return tuple(site(layer.layer, name) for layer in layers)


def reached(n_layers: int, reach: Reach) -> tuple[tuple[int, ...], ...]:
    """For each layer the layers that its latents may write."""
    return tuple(tuple(range(own, n_layers if reach == "later" else own + 1)) for own in range(n_layers))


def make(
    settings: CrossLayerTranscoderSettings,
    layers: Sequence[BaseLayer],
    batches: Sequence[Batch],
    generator: torch.Generator,
) -> CrossLayerTranscoder:
    """Shaped by the layers, scaled and calibrated on the first batches."""
    cfg = SpanningConfig(
        d_model=batches[0]["x"].shape[-1] // len(layers),
        **settings.fields_of(SpanningConfig),
        sources=sites_of(layers, settings.input_site),
        targets=sites_of(layers, settings.target_site),
        writes=reached(len(layers), settings.reach),
    )
    return initialize(CrossLayerTranscoder(cfg, generator=generator), batches, generator)


METHOD = Method(
    kind="cross_layer_transcoder",
    title="Transcoder of MLPs, cross-layer if several",
    settings=CrossLayerTranscoderSettings,
    config=SpanningConfig,
    module=CrossLayerTranscoder,
    reading=reading,
    make=make,
    rates=LearningRates(6e-3),
    layers="any",
    from_mlp=True,
    about="A latent reads one site and writes to one layer or several; nothing is moved between tokens, so there are "
    "no arcs.",
    graph="spanning",
    directions="spanning",
)
