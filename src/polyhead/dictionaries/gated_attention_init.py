"""A gated block for a layer of a real model: where it starts, and how fast it learns.

Head j begins as base head j mod n_heads: QK with a little noise, directions of W_V columns and W_O rows (of the head's
OV turned to its singular vectors, so that channels are the head's own), amplitudes as there. Gates begin at 1 / copies
of a head, where they have a gradient, and so the block begins as the base layer.
"""

from collections.abc import Sequence

import torch
from pydantic import Field

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.protocols import Batch
from polyhead.dictionaries.gated_attention import GatedAttention, GatedAttentionConfig
from polyhead.dictionaries.init import set_scales
from polyhead.dictionaries.lorsa_init import check_scores, reading
from polyhead.dictionaries.method import LearningRates, Method

GATES = ("W_gate_Q", "W_gate_K", "b_gate_Q", "b_gate_K")


class GatedAttentionSettings(Config):
    """What may be chosen of a gated block."""

    copies: int = Field(default=2, ge=1)
    """Heads of the block for each head of the base layer."""
    alpha: float = Field(default=1e-2, ge=0)
    """Weight of the quasi-norm of the gates, a mean over pairs of positions, in units of the target's variance."""
    p: float = Field(default=0.6, gt=0, le=1)
    """Exponent of the quasi-norm."""
    noise: float = Field(default=0.02, ge=0)
    """Standard deviation of the noise at the start, in units of each weight's own."""


def make(
    settings: GatedAttentionSettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> GatedAttention:
    """Shaped by the layer and begun as it.

    Raises:
        PolyheadError: a layer whose attention is not plain (see `check_scores`).
    """
    (layer,) = layers
    check_scores("gated_attention", layer)
    table = layer.rotation()
    block = GatedAttention(
        GatedAttentionConfig(
            d_in=layer.d_model,
            d_out=batches[0]["target"].shape[-1],
            n_heads=settings.copies * layer.n_heads,
            d_head=layer.d_head,
            **settings.fields_of(GatedAttentionConfig),
            from_layer=True,
            n_ctx=0 if table is None else table.shape[1],
            d_rotary=0 if table is None else 2 * table.shape[2],
        ),
        generator=generator,
    )
    set_scales(block, batches)
    set_heads(block, layer, settings, generator)
    return block


@torch.no_grad()
def set_heads(
    block: GatedAttention, layer: BaseLayer, settings: GatedAttentionSettings, generator: torch.Generator
) -> None:
    """Every head from the base head whose turn it is, in normalized units."""
    head = torch.arange(block.cfg.n_heads) % layer.n_heads
    for name in ("Q", "K"):
        getattr(block, f"W_{name}").copy_(getattr(layer, f"W_{name}")[head] * block.input_scale)
        getattr(block, f"b_{name}").copy_(getattr(layer, f"b_{name}")[head])
    read, size, write = torch.linalg.svd(layer.W_V @ layer.W_O, full_matrices=False)
    k = layer.d_head
    block.W_V.copy_(read[head, :, :k])
    block.W_O.copy_(write[head, :k])
    block.amplitude.copy_(size[head, :k] * block.input_scale / block.target_scale)
    block.b_V.zero_()
    # patterns sum to 1, so the bias of values is one constant more at the output
    constant = layer.b_O + torch.einsum("hk,hkd->d", layer.b_V, layer.W_O)
    block.b_O.copy_(constant / block.target_scale)
    block.scale.fill_(layer.score_scale)
    if (table := layer.rotation()) is not None:
        block.rotary.copy_(table)
    for name in ("W_Q", "W_K", "W_V", "W_O"):
        W = getattr(block, name)
        W.add_(torch.randn(W.shape, generator=generator), alpha=settings.noise * float(W.std()))
    spread = 0.1 / block.cfg.d_in**0.5
    for gate, bias in ((block.W_gate_Q, block.b_gate_Q), (block.W_gate_K, block.b_gate_K)):
        gate.copy_(spread * torch.randn(gate.shape, generator=generator))
        bias.fill_(settings.copies**-0.5)
    block.project()


METHOD = Method(
    kind="gated_attention",
    title="Gated attention block",
    settings=GatedAttentionSettings,
    config=GatedAttentionConfig,
    module=GatedAttention,
    reading=reading,
    make=make,
    rates=LearningRates(1e-3, {"W_Q": 0.3, "W_K": 0.3, **dict.fromkeys(GATES, 5.0)}),
    side="query",
    noun="head",
    about="One row is a head of the block, with an attention of its own and gates on pairs of positions; arcs say what "
    "it attends to.",
    directions="own_heads",
)
