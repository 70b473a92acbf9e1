"""A transcoder of one layer from elsewhere, as a cross-layer transcoder of one source and one target."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.sites import site
from polyhead.dictionaries.activation import AnyActivation, JumpReLU
from polyhead.dictionaries.cross_layer_transcoder import CrossLayerTranscoder
from polyhead.dictionaries.spanning import SpanningConfig
from polyhead.interop.foreign_sae import check_tensors
from polyhead.interop.hook_names import Place

TINY = 1e-30
"""Stands for a threshold of 0, whose logarithm is kept."""


@torch.no_grad()
def layer_transcoder(
    path: Path, tensors: Mapping[str, Tensor], source: Place, target: Place, activation: AnyActivation
) -> CrossLayerTranscoder:
    """Our module of W_enc `[d, n]`, W_dec `[n, d]`, b_enc, b_dec, threshold where it has one, W_skip `[d, d]` perhaps.

    Args:
        path: The file, for messages.
        tensors: By these names, and no others.
        source: Where it reads.
        target: What it reconstructs.
        activation: Which latents fire.

    Raises:
        ArtifactError: a name is missing, unknown, or of another shape.
        PolyheadError: the layer is not known.
    """
    if source.layer is None or target.layer is None:
        raise PolyheadError(f"{path} does not say which layer it reads and writes, as a transcoder has to")
    W_enc = tensors.get("W_enc")
    if W_enc is None or W_enc.ndim != 2 or 0 in W_enc.shape:
        names = ", ".join(sorted(tensors))[:200]
        raise ArtifactError(f"{path}: W_enc [d, n_latents] was expected; received {names or 'nothing'}")
    d, n = W_enc.shape
    shapes: dict[str, tuple[int, ...]] = {"W_enc": (d, n), "b_enc": (n,), "W_dec": (n, d), "b_dec": (d,)}
    if isinstance(activation, JumpReLU):
        shapes["threshold"] = (n,)
    skip = tensors.get("W_skip")
    if skip is not None:
        shapes["W_skip"] = (d, d)
    check_tensors(path, tensors, shapes)
    transcoder = CrossLayerTranscoder(
        SpanningConfig(
            d_model=d,
            n_latents=n,
            activation=activation,
            sources=(site(source.layer, source.site),),
            targets=(site(target.layer, target.site),),
            writes=((0,),),
            skip=skip is not None,
        )
    )
    transcoder.W_enc[0].copy_(W_enc)
    transcoder.W_dec[0].copy_(tensors["W_dec"][:, None])
    transcoder.b_enc[0] = tensors["b_enc"]
    transcoder.b_dec[0] = tensors["b_dec"]
    if "threshold" in tensors:
        transcoder.log_threshold[0] = tensors["threshold"].clamp_min(TINY).log()
    if skip is not None:
        transcoder.W_skip[0].copy_(skip)
    return transcoder
