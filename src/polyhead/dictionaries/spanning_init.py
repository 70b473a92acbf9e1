"""Where a dictionary that spans layers starts.

Encoder: a random direction inside the active subspace of what its source reads. Decoder, by target: the image of that
direction under the best linear map from the source to the target (ridge regression on the first batches); for a
target that is the source itself the map is close to the identity, so this is the tied start of an autoencoder. Then
b_enc = -mean(x) W_enc, b_dec = mean(target), and one least-squares scale on all encoders, as in `mtc_init`.
Axis legend: n token, s source, t target, i latent, d d_model, r rank.
"""

import math
from collections.abc import Sequence
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.protocols import Batch
from polyhead.dictionaries.activation import BatchTopK, JumpReLU
from polyhead.dictionaries.encoder import batch_cut
from polyhead.dictionaries.init import active_subspace, unit_rows, valid_mask, valid_rows
from polyhead.dictionaries.spanning import Spanning

_RIDGE = 1e-2
"""Share of the mean variance of a source that the ridge adds to each of its directions."""

Built = TypeVar("Built", bound=Spanning)


@torch.no_grad()
def initialize(dictionary: Built, batches: Sequence[Batch], generator: torch.Generator) -> Built:
    """Scales, directions, biases and calibration in place, from a few batches (16 sequences do); gives it back.

    Raises:
        PolyheadError: there was no batch, or one of other widths.
    """
    cfg = dictionary.cfg
    x, y = (list(valid_rows(batches, role).split(cfg.d_model, dim=-1)) for role in ("x", "target"))
    dictionary.input_scale.copy_(torch.stack([part.square().mean().sqrt().clamp_min(1e-12) for part in x]))
    spread = [(part - part.mean(0)).square().mean().sqrt().clamp_min(1e-12) for part in y]
    dictionary.target_scale.copy_(torch.stack(spread))
    x = [part / scale for part, scale in zip(x, dictionary.input_scale)]
    y = [part / scale for part, scale in zip(y, dictionary.target_scale)]
    for s, targets in enumerate(cfg.writes):
        inside = active_subspace(x[s])
        directions = unit_rows(torch.randn(cfg.n_latents, inside.shape[1], generator=generator) @ inside.mT)
        images = [directions @ linear_map(x[s], y[t]) for t in targets]
        dictionary.W_enc[s].copy_(directions.mT)
        dictionary.W_dec[s].copy_(torch.stack(images, dim=1))
        dictionary.b_enc[s] = -x[s].mean(0) @ dictionary.W_enc[s]
    dictionary.b_dec.copy_(torch.stack([part.mean(0) for part in y]))
    dictionary.project()
    dictionary.n_steps.zero_()
    calibrate(dictionary, batches)
    if isinstance(cfg.activation, BatchTopK):
        cuts = [batch_cut(cfg.activation, x[s], W, dictionary.b_enc[s]) for s, W in enumerate(dictionary.W_enc)]
        dictionary.log_threshold.copy_(torch.stack(cuts).log()[:, None].expand_as(dictionary.log_threshold))
    return dictionary


@torch.no_grad()
def linear_map(x: Float[Tensor, "n d"], y: Float[Tensor, "n e"]) -> Float[Tensor, "d e"]:
    """The ridge regression of y on x, both centred."""
    x, y = x - x.mean(0), y - y.mean(0)
    gram = x.mT @ x
    gram.diagonal().add_(_RIDGE * gram.diagonal().mean().clamp_min(1e-12))
    return torch.linalg.solve(gram, x.mT @ y)


@torch.no_grad()
def calibrate(dictionary: Spanning, batches: Sequence[Batch]) -> float:
    """Scale all encoders (and thresholds) by the s that minimizes |s y0 - (y - b_dec)|^2, y0 today's output; return s.

    Exact for relu and topk, whose f scales with the encoder; 1 where today's output and the target do not agree.
    """
    spread, bias = dictionary.target_scale[:, None], dictionary.b_dec
    dot = norm = 0.0
    for batch in batches:
        keep = valid_mask(batch)
        now, goal = (
            value[keep].unflatten(-1, bias.shape) / spread - bias
            for value in (dictionary.reconstruct(batch), batch["target"].to(bias.dtype))
        )
        dot += (now * goal).sum().item()
        norm += now.square().sum().item()
    if not (dot > 0 and norm > 0):
        return 1.0
    for W in dictionary.W_enc:
        W.mul_(dot / norm)
    dictionary.b_enc.mul_(dot / norm)
    if isinstance(dictionary.cfg.activation, JumpReLU):
        dictionary.log_threshold.add_(math.log(dot / norm))
    return dot / norm
