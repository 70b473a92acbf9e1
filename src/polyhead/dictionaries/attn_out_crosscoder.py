"""The weakly causal crosscoder on attention outputs: latents read one layer's and write that layer's and later ones'.

    a[l] = act(attn_out[l] W_enc[l] + b_enc[l]);   attn_out[m] = b_dec[m] + sum_{l <= m} a[l] W_dec[l -> m]
Sources: Transformer Circuits, "Sparse Crosscoders for Cross-Layer Features and Model Diffing" (2024), weakly causal
form; on attention outputs: "Progress on Attention" (2025). With `reach = own` it is one attention output autoencoder a
layer, all trained together: what a gain over layers must be measured against.
"""

from collections.abc import Sequence

import torch
from pydantic import Field

from polyhead.core.base_layer import BaseLayer
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading
from polyhead.dictionaries.activation import SparseSettings
from polyhead.dictionaries.cross_layer_transcoder import Reach, reached, sites_of
from polyhead.dictionaries.method import LearningRates, Method
from polyhead.dictionaries.spanning import Spanning, SpanningConfig, check_order, side_by_side
from polyhead.dictionaries.spanning_init import initialize

SITE = "hook_attn_out"


class AttnOutCrosscoder(Spanning):
    """A weakly causal crosscoder on attention outputs."""


class AttnOutCrosscoderSettings(SparseSettings):
    """What may be chosen of a crosscoder on attention outputs."""

    n_latents: int = Field(default=2048, ge=1)
    """Of each layer; the activation's k is each layer's own too."""
    reach: Reach = "later"
    """`own` makes one autoencoder per layer."""


def reading(settings: AttnOutCrosscoderSettings, layers: Sequence[BaseLayer]) -> Reading:
    """Every attention output, read and reconstructed.

    Raises:
        PolyheadError: layers that are not in ascending order.
    """
    del settings  # always the same sites
    check_order(layers)
    return side_by_side(sites_of(layers, SITE), sites_of(layers, SITE))


def make(
    settings: AttnOutCrosscoderSettings,
    layers: Sequence[BaseLayer],
    batches: Sequence[Batch],
    generator: torch.Generator,
) -> AttnOutCrosscoder:
    """Shaped by the layers, scaled and calibrated on the first batches."""
    cfg = SpanningConfig(
        d_model=batches[0]["x"].shape[-1] // len(layers),
        **settings.fields_of(SpanningConfig),
        sources=sites_of(layers, SITE),
        targets=sites_of(layers, SITE),
        writes=reached(len(layers), settings.reach),
    )
    return initialize(AttnOutCrosscoder(cfg, generator=generator), batches, generator)


METHOD = Method(
    kind="attn_out_crosscoder",
    title="Attention output crosscoder",
    settings=AttnOutCrosscoderSettings,
    config=SpanningConfig,
    module=AttnOutCrosscoder,
    reading=reading,
    make=make,
    rates=LearningRates(6e-3),
    layers="many",
    about="A latent reads one site and writes to one layer or several; nothing is moved between tokens, so there are "
    "no arcs.",
    graph="spanning",
    directions="spanning",
)
