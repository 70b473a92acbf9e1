"""Features of two types in one dictionary: from the residual stream, and from attention outputs.

Type 1 (strictly causal) reads the stream before MLP l and writes the MLP outputs of layers >= l and the attention
outputs of layers > l. Type 2 (weakly causal) reads attention output l, since what attention brings to a position
cannot be told from that position, and writes the attention outputs and the MLP outputs of layers >= l. In an
attention-only model there are no MLP targets, and type 1 reads the stream after attention l.
Source: Transformer Circuits, "Progress on Attention" (2025), whose list of parts is lost; which part writes what is the
reading of methods.md. What was lost is chosen here: the squared error is the mean over all targets, each in units of
its own variance; each part of the crossing can be switched off, and without any it is one transcoder and one attention
output autoencoder per layer.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from pydantic import Field

from polyhead.core.base_layer import BaseLayer
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading
from polyhead.core.sites import site
from polyhead.dictionaries.activation import Activation, SparseSettings, TopK
from polyhead.dictionaries.method import LearningRates, Method
from polyhead.dictionaries.spanning import Spanning, SpanningConfig, check_order, side_by_side
from polyhead.dictionaries.spanning_init import initialize

Cross = Literal["resid_to_later_mlp", "resid_to_attn", "attn_to_later_attn", "attn_to_mlp"]
"""A term that crosses: type 1 to MLPs after its own, type 1 to later attention outputs, type 2 to later attention
outputs, type 2 to MLP outputs. What does not cross is always there: type 1 to its own MLP, type 2 to its own output."""


class TwoTypeFeatures(Spanning):
    """Features of the residual stream and of attention outputs in one dictionary."""


class TwoTypeSettings(SparseSettings):
    """What may be chosen of a dictionary of two types."""

    activation: Activation = TopK(k=8, k_aux=32)
    """k is that of each type in each layer."""
    n_latents: int = Field(default=1024, ge=1)
    """Of each type in each layer."""
    cross: tuple[Cross, ...] = ("resid_to_later_mlp", "resid_to_attn", "attn_to_later_attn", "attn_to_mlp")
    """Terms that cross between types or layers."""
    with_mlps: bool = True
    """Whether MLP outputs are explained, where the model has any."""
    reads: Literal["normalized", "resid"] = "normalized"
    """What type 1 reads: the residual stream after its norm, or as it is."""


class Plan(NamedTuple):
    """Who reads what and may write what."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    writes: tuple[tuple[int, ...], ...]


def plan(settings: TwoTypeSettings, layers: Sequence[BaseLayer]) -> Plan:
    """Sources (type 1 of all layers, then type 2), targets (MLP outputs, then attention outputs), and allowed pairs.

    A source that may write nothing is left out: type 1 of the last layer of an attention-only model.
    """
    crossing, numbers = set(settings.cross), [layer.layer for layer in layers]
    has_mlp = settings.with_mlps and all(layer.has_mlp for layer in layers)
    mlp = tuple(site(number, "hook_mlp_out") for number in numbers) if has_mlp else ()
    attn = tuple(site(number, "hook_attn_out") for number in numbers)
    sources: list[str] = []
    writes: list[tuple[int, ...]] = []
    n = len(layers)
    for place, layer in enumerate(layers):
        to_mlp = range(place, n if "resid_to_later_mlp" in crossing else place + 1) if mlp else ()
        to_attn = range(place + 1, n) if "resid_to_attn" in crossing else ()
        if to_mlp or to_attn:
            sources.append(_stream(settings, layer))
            writes.append((*to_mlp, *(len(mlp) + m for m in to_attn)))
    for place in range(n):
        to_mlp = range(place, n) if mlp and "attn_to_mlp" in crossing else ()
        to_attn = range(place, n if "attn_to_later_attn" in crossing else place + 1)
        sources.append(attn[place])
        writes.append((*to_mlp, *(len(mlp) + m for m in to_attn)))
    return Plan(tuple(sources), mlp + attn, tuple(writes))


def _stream(settings: TwoTypeSettings, layer: BaseLayer) -> str:
    """What type 1 of a layer reads; in an attention-only model the next norm after attention is the next layer's."""
    if layer.has_mlp:
        return site(layer.layer, "ln2.hook_normalized" if settings.reads == "normalized" else "hook_resid_mid")
    if settings.reads == "normalized":
        return site(layer.layer + 1, "ln1.hook_normalized")
    return site(layer.layer, "hook_resid_post")


def reading(settings: TwoTypeSettings, layers: Sequence[BaseLayer]) -> Reading:
    """All sources and all targets.

    Raises:
        PolyheadError: layers that are not in ascending order.
    """
    check_order(layers)
    planned = plan(settings, layers)
    return side_by_side(planned.sources, planned.targets)


def make(
    settings: TwoTypeSettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> TwoTypeFeatures:
    """Shaped by the layers, scaled and calibrated on the first batches."""
    planned = plan(settings, layers)
    cfg = SpanningConfig(
        d_model=layers[0].d_model,
        **settings.fields_of(SpanningConfig),
        **planned._asdict(),
    )
    return initialize(TwoTypeFeatures(cfg, generator=generator), batches, generator)


METHOD = Method(
    kind="two_type_features",
    title="Features of two types",
    settings=TwoTypeSettings,
    config=SpanningConfig,
    module=TwoTypeFeatures,
    reading=reading,
    make=make,
    rates=LearningRates(6e-3),
    layers="many",
    about="A latent reads one site and writes to one layer or several; nothing is moved between tokens, so there are "
    "no arcs.",
    graph="spanning",
    directions="spanning",
)
