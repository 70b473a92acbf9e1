"""Where sparse autoencoders start: scale, mean, directions in the active subspace, and one least-squares scale.

    scale  root mean square of x, of each part for itself, about its mean or about 0
    b_dec = mean(u);   W_dec_i = w_i, random unit directions, in the subspace that holds `share` of the variance of u
    or anywhere;   W_enc = s W_dec^T, s by least squares;   b_enc = -mean(u) W_enc
    relu, jumprelu: b_enc lowered until a latent fires on START_L0 / n_latents of the tokens, so that the first steps
    are sparse already;   batchtopk: the threshold of the first batches
Attention outputs fill a small part of their space, and a latent that starts outside of it hardly ever wins a place
(active subspace initialization: OpenMOSS 2025, "Attention Layers Add Into Low-Dimensional Residual Subspaces").
"""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.protocols import Batch
from polyhead.dictionaries.activation import BatchTopK, TopK
from polyhead.dictionaries.encoder import batch_cut
from polyhead.dictionaries.init import active_subspace, least_squares_scale, unit_rows, valid_rows
from polyhead.dictionaries.sae import SAE

SAEInit = Literal["subspace", "random"]
SUBSPACE_SHARE = 0.99
"""Share of the variance that the active subspace holds."""
START_L0 = 64
"""Latents per token at the start, for activations that do not fix it."""


@torch.no_grad()
def initialize(
    sae: SAE, batches: Sequence[Batch], *, init: SAEInit, centred: bool = True, generator: torch.Generator
) -> None:
    """The whole recipe in place, from a few batches (16 sequences do). `centred`: scales about the mean."""
    set_part_scales(sae, batches, centred=centred)
    rows = valid_rows(batches, "x") / sae.scale
    mean = rows.mean(0)
    sae.b_dec.copy_(mean)
    sae.W_dec.copy_(directions(rows, sae.cfg.n_latents, init, generator))
    sae.encoder_rows.copy_(sae.W_dec)
    sae.b_enc.copy_(torch.zeros_like(sae.b_enc) if sae.cfg.subtract_b_dec else -(mean @ sae.W_enc))
    act = sae.cfg.activation
    if not isinstance(act, TopK):
        sae.b_enc.add_(sae.theta() - _level(sae, rows))
    if isinstance(act, BatchTopK):
        _set_cut(sae, act, rows)
    scale = least_squares_scale(sae, batches)
    sae.encoder_rows.mul_(scale)
    sae.b_enc.mul_(scale)
    if hasattr(sae, "threshold"):
        sae.threshold.mul_(scale)


@torch.no_grad()
def set_part_scales(sae: SAE, batches: Sequence[Batch], *, centred: bool) -> None:
    """Each part at unit variance, or at unit mean square."""
    rows = valid_rows(batches, "x")
    parts = (rows - rows.mean(0) if centred else rows).unflatten(-1, (sae.cfg.n_parts, -1))
    sae.scales.copy_(parts.square().mean((0, 2)).sqrt().clamp_min(1e-12))


def directions(
    rows: Float[Tensor, "n d"], n_latents: int, init: SAEInit, generator: torch.Generator
) -> Float[Tensor, "i d"]:
    """Random unit directions, in the active subspace of the rows or anywhere."""
    if init == "random":
        return unit_rows(torch.randn(n_latents, rows.shape[1], generator=generator))
    basis = active_subspace(rows, share=SUBSPACE_SHARE)
    return unit_rows(torch.randn(n_latents, basis.shape[1], generator=generator) @ basis.T)


def _level(sae: SAE, rows: Tensor) -> Float[Tensor, " i"]:
    """The pre-activation that START_L0 / n_latents of the tokens exceed, latent by latent."""
    rows = rows[:: max(1, len(rows) // 2048)]
    share = min(0.5, START_L0 / sae.cfg.n_latents)
    kth = len(rows) - max(1, round(share * len(rows)))
    chunks = [(rows @ part + bias) for part, bias in zip(sae.W_enc.split(1024, dim=1), sae.bias().split(1024))]
    return torch.cat([pre.kthvalue(max(1, kth), dim=0).values for pre in chunks])


def _set_cut(sae: SAE, act: BatchTopK, rows: Tensor) -> None:
    sae.threshold.fill_(batch_cut(act, rows, sae.W_enc, sae.bias()))
