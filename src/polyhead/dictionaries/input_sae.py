"""A sparse autoencoder of what a layer reads, as part of a dictionary for what it writes.

    x^ = f W_sae + b_sae, rows of W_sae of norm 1; x and x^ divided by the dictionary's `input_scale`
Shared by the joint baseline and the dynamic head. Functions over a dictionary that has `W_enc`, `b_enc`, `W_sae`,
`b_sae`, `input_scale`, `dead` and `coded_positions`. Axis legend: n token, d width, i latent, m entry of a list,
b sequence, p position.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.protocols import Batch
from polyhead.dictionaries.activation import BatchTopK
from polyhead.dictionaries.dead_latents import reviving, unexplained
from polyhead.dictionaries.encoder import (
    Code,
    batch_cut,
    dead_entries,
    penalties,
    remember_cut,
    warmth,
)
from polyhead.dictionaries.init import active_subspace, unit_rows, valid_mask, valid_rows
from polyhead.ops.sparse import Groups, Listed
from polyhead.ops.sparse_decode import write_listed


def scaled_rows(sae: Any, x: Float[Tensor, "b p d"]) -> Float[Tensor, "n d"]:
    """Tokens as the encoder reads them."""
    return (x.to(sae.W_enc.dtype) / sae.input_scale).flatten(0, 1)


def decode(f: Tensor, listed: Listed, groups: Groups, W: Float[Tensor, "i d"]) -> Float[Tensor, "n d"]:
    """f W from a listed code."""
    return write_listed(f, listed, groups, W)


def decode_code(sae: Any, code: Code) -> Float[Tensor, "n d"]:
    """x^ from a code, listed or dense, in the dictionary's units."""
    if code.listed is None or code.groups is None:
        return code.f @ sae.W_sae + sae.b_sae
    return decode(code.f, code.listed, code.groups, sae.W_sae) + sae.b_sae


def sae_terms(sae: Any, code: Code, batch: Batch) -> dict[str, Tensor]:
    """sae: squared error of x, mean over d and the positions that the SAE is trained on; aux: what dead latents leave;
    and penalties."""
    act, rows, weight = sae.cfg.activation, scaled_rows(sae, batch["x"]), _weights(sae, batch)
    remember_cut(sae, code)
    left = decode_code(sae, code) - rows
    terms = {"sae": (left.square().mean(-1) * weight).sum()}
    if (topk := reviving(act, sae.dead)) is not None:
        error = -left.detach()
        explained = decode(*dead_entries(rows, sae.W_enc, sae.b_enc, sae.dead, topk.k_aux), sae.W_sae)
        terms["aux"] = topk.aux_weight * unexplained(explained - error, error, weight)
    return terms | penalties(act, code, weight, warmth(act, sae.n_steps))


def _weights(sae: Any, batch: Batch) -> Float[Tensor, " n"]:
    """Equal weights over the positions on which the encoder is trained, summing to 1."""
    counted = sae.coded_positions(batch).to(torch.float32)
    return (counted / counted.sum().clamp_min(1.0)).flatten()


@torch.no_grad()
def start_sae(sae: Any, batches: Sequence[Batch], generator: torch.Generator) -> None:
    """Encoder and decoder: the same random direction of the active subspace of x, and one least-squares scale."""
    rows = valid_rows(batches, "x") / sae.input_scale
    mean, basis = rows.mean(0), active_subspace(rows)
    directions = unit_rows(torch.randn(sae.cfg.n_latents, basis.shape[1], generator=generator) @ basis.T)
    sae.W_enc.copy_(directions.T)
    sae.W_sae.copy_(directions)
    sae.b_sae.copy_(mean)
    sae.b_enc.copy_(-mean @ sae.W_enc)
    if isinstance(sae.cfg.activation, BatchTopK):
        sae.log_threshold.fill_(batch_cut(sae.cfg.activation, rows, sae.W_enc, sae.b_enc).log())
    dot = norm = 0.0
    for batch in batches:
        keep = valid_mask(batch)
        x, now = (t[keep] / sae.input_scale - sae.b_sae for t in (batch["x"], sae.input_reconstruction(batch)))
        dot, norm = dot + float((x * now).sum()), norm + float(now.square().sum())
    scale = dot / norm if dot > 0 and norm > 0 else 1.0
    sae.W_enc.mul_(scale)
    sae.b_enc.mul_(scale)
    if hasattr(sae, "log_threshold"):
        sae.log_threshold.add_(math.log(scale))
