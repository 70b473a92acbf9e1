"""Where a Lorsa starts, and how fast it learns. Plain tensors of the base layer in; no model is known here.

Groups: group g begins as the QK of base head g mod n_heads, with a little noise so that groups of one head differ.
active    unit i of a group on head h: r = the values that this head brought somewhere, less their mean; C their
          covariance. W_O[i] = the direction of r W_O[h], as much as the head then writes; W_V[i] = W_V[h] C^-1 r reads
          r and as little else as can be. C^-1 is taken inside the active subspace, the directions that hold 99 % of
          the variance. (Directions drawn from C, read as they are, leave .41 alive and FVU .197 where these leave .58
          and .180: a trained layer, 131k tokens, k = 16.)
random    W_V[i] and W_O[i] random
Then b_V = -mean(z), b_O = mean(target), and one least-squares scale on W_V and b_V.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading, one_site
from polyhead.core.sites import site
from polyhead.dictionaries.activation import JumpReLU, SparseSettings, TopK
from polyhead.dictionaries.init import (
    active_subspace,
    least_squares_scale,
    set_scales,
    unit_rows,
    valid_mask,
    valid_rows,
)
from polyhead.dictionaries.lorsa import Lorsa, LorsaConfig, UnitActivation
from polyhead.dictionaries.method import LearningRates, Method

Init = Literal["active", "random"]


class LorsaSettings(SparseSettings):
    """What may be chosen of a Lorsa."""

    activation: UnitActivation = TopK(k_aux=32)
    n_latents: int = Field(default=2048, ge=1)
    """Units; rounded up to a multiple of the groups."""
    groups_per_head: int = Field(default=2, ge=1)
    """Attentions that start from each head of the base layer."""
    init: Init = "active"
    """active: units begin inside the subspaces that the base heads move; random: anywhere."""
    qk_noise: float = Field(default=0.05, ge=0)
    """Standard deviation of the noise on W_Q and W_K at the start, in units of theirs."""


def reading(settings: Config, layers: Sequence[BaseLayer]) -> Reading:
    """x and target of one layer; no pattern, for it makes its own."""
    del settings
    names = {"x": "ln1.hook_normalized", "target": "hook_attn_out"}
    return Reading(roles={role: one_site(site(layers[0].layer, name)) for role, name in names.items()})


def check_scores(kind: str, layer: BaseLayer) -> None:
    """Refuse a layer whose attention cannot be made from its weights.

    Raises:
        PolyheadError: the scores are not `score_scale q k^T` with at most a rotation.
    """
    if not layer.plain_scores:
        raise PolyheadError(
            f"{kind} makes its own attention, as score_scale q k^T with a rotation by position at most; layer "
            f"{layer.layer} of this model scores otherwise ({', '.join(layer.obstacles)}): use a dictionary that reads "
            "the model's patterns, such as mtc"
        )


def make(
    settings: LorsaSettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> Lorsa:
    """Shaped by the layer, started from its weights, scaled and calibrated on the first batches.

    Raises:
        PolyheadError: a layer whose attention is not plain (see `check_scores`).
    """
    (layer,) = layers
    check_scores("lorsa", layer)
    n_groups = settings.groups_per_head * layer.n_heads
    table = layer.rotation()
    lorsa = Lorsa(
        LorsaConfig(
            d_in=layer.d_model,
            d_out=batches[0]["target"].shape[-1],
            n_latents=-(-settings.n_latents // n_groups) * n_groups,
            n_groups=n_groups,
            d_qk=layer.d_head,
            n_ctx=max(b["x"].shape[1] for b in batches) if table is None else table.shape[1],
            d_rotary=0 if table is None else 2 * table.shape[2],
            activation=settings.activation,
        ),
        generator=generator,
    )
    set_scales(lorsa, batches)
    set_attention(lorsa, layer, noise=0.0, generator=generator)
    set_units(lorsa, layer, batches, init=settings.init, generator=generator)
    set_attention(lorsa, layer, noise=settings.qk_noise, generator=generator)
    set_biases(lorsa, batches)
    calibrate(lorsa, batches)
    lorsa.n_steps.zero_()
    return lorsa


@torch.no_grad()
def set_attention(lorsa: Lorsa, layer: BaseLayer, *, noise: float, generator: torch.Generator) -> None:
    """Every group's QK from the base head whose turn it is, and the base's rotation and scale."""
    head = torch.arange(lorsa.cfg.n_groups) % layer.n_heads
    for name in ("Q", "K"):
        W = getattr(layer, f"W_{name}")[head] * lorsa.input_scale
        noisy = W + noise * W.std() * torch.randn(W.shape, generator=generator) if noise else W
        getattr(lorsa, f"W_{name}").copy_(noisy)
        getattr(lorsa, f"b_{name}").copy_(getattr(layer, f"b_{name}")[head])
    if (table := layer.rotation()) is not None:
        lorsa.rotary.copy_(table)
    lorsa.score_scale.fill_(layer.score_scale)


@torch.no_grad()
def set_units(
    lorsa: Lorsa, layer: BaseLayer, batches: Iterable[Batch], *, init: Init, generator: torch.Generator
) -> None:
    """W_V and W_O, group by group."""
    per_group = lorsa.cfg.n_latents // lorsa.cfg.n_groups
    if init == "random":
        lorsa.W_V.copy_(unit_rows(torch.randn(lorsa.W_V.shape, generator=generator)))
        lorsa.W_O.copy_(unit_rows(torch.randn(lorsa.W_O.shape, generator=generator)))
        return
    moved = moved_values(lorsa, layer, batches)
    for group in range(lorsa.cfg.n_groups):
        h, units = group % layer.n_heads, slice(group * per_group, (group + 1) * per_group)
        directions = active_subspace(moved[h])
        centred = moved[h] - moved[h].mean(0)
        covariance = centred.mT @ centred / len(centred)
        sizes = (directions.mT @ covariance @ directions).diagonal().clamp_min(1e-12).sqrt()  # a head may move nothing
        r = centred[torch.randint(len(centred), (per_group,), generator=generator)]
        c = (r @ directions / sizes.square()) @ directions.mT
        written = (c @ covariance) @ layer.W_O[h]
        amount = written.norm(dim=-1, keepdim=True) / (c @ covariance * c).sum(-1, keepdim=True).clamp_min(1e-12)
        lorsa.W_V[units] = (c @ layer.W_V[h].mT) * amount * lorsa.input_scale / lorsa.target_scale
        lorsa.W_O[units] = unit_rows(written)


@torch.no_grad()
def moved_values(lorsa: Lorsa, layer: BaseLayer, batches: Iterable[Batch]) -> Float[Tensor, "h n k"]:
    """What the base heads' values are after the mix, without bias, at valid positions; groups stand for heads."""
    rows = []
    for batch in batches:
        by_head = lorsa.mixed(batch["x"])[:, : layer.n_heads] @ (layer.W_V * lorsa.input_scale)
        rows.append(by_head.transpose(0, 1)[:, valid_mask(batch)])
    return torch.cat(rows, dim=1)


@torch.no_grad()
def set_biases(lorsa: Lorsa, batches: Sequence[Batch]) -> None:
    """b_V = -mean(z) and b_O = mean(target), in normalized units."""
    lorsa.b_V.zero_()
    means = torch.cat([lorsa.mixed(b["x"]).transpose(0, 1)[:, valid_mask(b)] for b in batches], dim=1).mean(1)
    lorsa.b_V.copy_(-torch.einsum("gd,gmd->gm", means, lorsa.W_V.unflatten(0, (len(means), -1))).flatten())
    lorsa.b_O.copy_(valid_rows(batches, "target").mean(0) / lorsa.target_scale)


@torch.no_grad()
def calibrate(lorsa: Lorsa, batches: Sequence[Batch]) -> float:
    """Scale z (and thresholds) by the s that minimizes |s y0 - (y - b_O)|^2, y0 today's output; return s."""
    scale = least_squares_scale(lorsa, batches)
    lorsa.W_V.mul_(scale)
    lorsa.b_V.mul_(scale)
    if isinstance(lorsa.cfg.activation, JumpReLU):
        lorsa.log_threshold.add_(torch.tensor(scale).log())
    return scale


METHOD = Method(
    kind="lorsa",
    title="Low-rank sparse attention",
    settings=LorsaSettings,
    config=LorsaConfig,
    module=Lorsa,
    reading=reading,
    make=make,
    rates=LearningRates(6e-3, {"W_Q": 0.1, "W_K": 0.1, "b_Q": 0.1, "b_K": 0.1}),
    side="query",
    noun="unit",
    about="A unit reads one direction at sources, looks where the attention of its group looks, and writes one "
    "direction. Arcs are that attention times what is read.",
    graph="lorsa",
    directions="own_heads",
)
