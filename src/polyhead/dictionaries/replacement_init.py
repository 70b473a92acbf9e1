"""Where an attention replacement layer starts, and how fast it learns.

The heads are tiled: head j begins with the QK of base head h = j mod n_heads, and with its share of the singular
values of W_V[h] W_O[h], the copies of h taking turns; so where copies times rank reach d_head, the layer begins as the
base layer but for the noise that tells copies apart. Factors are balanced (|W_Q| = |W_K|, and each singular value's
root on both sides), where their norms are least.
"""

from collections.abc import Sequence

import torch
from pydantic import Field

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.protocols import Batch
from polyhead.dictionaries.init import set_scales
from polyhead.dictionaries.lorsa_init import check_scores, reading
from polyhead.dictionaries.method import LearningRates, Method
from polyhead.dictionaries.replacement import PatternPenalty, Replacement, ReplacementConfig


class ReplacementSettings(Config):
    """What may be chosen of a replacement layer."""

    n_heads: int = Field(default=64, ge=1)
    rank: int = Field(default=4, ge=1)
    """Largest rank of a head's OV."""
    norm_penalty: float = Field(default=5e-3, ge=0)
    """lambda: weight of the factor norms."""
    group_power: float = Field(default=1.0, gt=0, le=2)
    """p: 2 is the nuclear norm; below, heads die whole."""
    pattern: PatternPenalty = "none"
    """What is asked of patterns besides: little `entropy`, or a small quasi-norm (`half`)."""
    pattern_penalty: float = Field(default=1e-2, ge=0)
    """Weight of that."""
    noise: float = Field(default=0.1, ge=0)
    """Standard deviation of the noise at the start, in units of each weight's own."""


def make(
    settings: ReplacementSettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> Replacement:
    """Shaped by the layer and begun from its heads.

    Raises:
        PolyheadError: a layer whose attention is not plain (see `check_scores`).
    """
    (layer,) = layers
    check_scores("replacement", layer)
    table = layer.rotation()
    module = Replacement(
        ReplacementConfig(
            d_in=layer.d_model,
            d_out=batches[0]["target"].shape[-1],
            d_head=layer.d_head,
            n_ctx=0 if table is None else table.shape[1],
            d_rotary=0 if table is None else 2 * table.shape[2],
            **settings.fields_of(ReplacementConfig),
        ),
        generator=generator,
    )
    set_scales(module, batches)
    set_heads(module, layer, settings.noise, generator)
    return module


@torch.no_grad()
def set_heads(module: Replacement, layer: BaseLayer, noise: float, generator: torch.Generator) -> None:
    """QK tiled, OV shared out, biases; in normalized units."""
    cfg = module.cfg
    head = torch.arange(cfg.n_heads) % layer.n_heads
    W_Q, W_K = layer.W_Q[head] * module.input_scale, layer.W_K[head] * module.input_scale
    balance = (W_K.norm(dim=(1, 2), keepdim=True) / W_Q.norm(dim=(1, 2), keepdim=True).clamp_min(1e-12)).sqrt()
    module.W_Q.copy_(W_Q * balance)
    module.W_K.copy_(W_K / balance)
    module.b_Q.copy_(layer.b_Q[head] * balance[:, 0])
    module.b_K.copy_(layer.b_K[head] / balance[:, 0])
    read, size, write = torch.linalg.svd(layer.W_V @ layer.W_O, full_matrices=False)
    root = (size[:, : layer.d_head] * module.input_scale / module.target_scale).sqrt()
    for j in range(cfg.n_heads):
        h, first = j % layer.n_heads, (j // layer.n_heads) * cfg.rank
        mine = torch.arange(first, first + cfg.rank) % layer.d_head  # round again where copies have more than there is
        module.W_V[j] = read[h, :, mine] * root[h, mine]
        module.W_O[j] = root[h, mine, None] * write[h, mine]
    times = -(-cfg.n_heads // layer.n_heads) * cfg.rank / layer.d_head
    if times > 1:
        module.W_O.div_(times)  # every value is there that many times
    for W in (module.W_Q, module.W_K, module.W_V, module.W_O):
        W.add_(torch.randn(W.shape, generator=generator) * W.std(dim=(1, 2), keepdim=True), alpha=noise)
    # patterns sum to 1, so the bias of values is one constant more at the output
    constant = layer.b_O + torch.einsum("hk,hkd->d", layer.b_V, layer.W_O)
    module.b_O.copy_(constant / module.target_scale)
    module.score_scale.fill_(layer.score_scale)
    if (table := layer.rotation()) is not None:
        module.rotary.copy_(table)


METHOD = Method(
    kind="replacement",
    title="Attention replacement layer",
    settings=ReplacementSettings,
    config=ReplacementConfig,
    module=Replacement,
    reading=reading,
    make=make,
    rates=LearningRates(3e-3),
    side="query",
    noun="head",
    about="One row is a head of low rank, with an attention of its own; arcs say what it attends to.",
    directions="own_heads",
    benchmark=lambda sizes: {"n_heads": min(64, sizes.n_latents // 2), "rank": sizes.ov_rank},
)
