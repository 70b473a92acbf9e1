"""Rotation tables that an attention layer of a model may use; which one it does use is found on its scores."""

from collections.abc import Iterator
from copy import deepcopy
from inspect import signature
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.models.attention_kind import layer_type
from polyhead.models.hooked import HookedModel
from polyhead.models.native import NativeTransformer


def rotation_tables(model: HookedModel, layer: int, n_positions: int) -> list[Float[Tensor, "2 p half"]]:
    """Cosines and sines of a sequence of `n_positions`, in float32 on the CPU.

    The native one, or all of a Hugging Face model that the layer may use: a model that keeps a table for each type of
    layer (Gemma 3) gives that of the layer's type first. Long-context rotations may depend on `n_positions`.
    """
    if isinstance(model, NativeTransformer):
        own = getattr(model.blocks[layer].attn, "rotary", None)
        found = iter(()) if own is None else iter((own,))
    else:
        found = _of_hugging_face(model.get_submodule("hf"), layer, n_positions)
    return [table[:, :n_positions].detach().float().cpu() for table in found]


def _of_hugging_face(hf: Any, layer: int, n: int) -> Iterator[Tensor]:
    own = layer_type(hf.config.get_text_config(), layer)
    kinds = sorted(set(getattr(hf.config.get_text_config(), "layer_types", None) or ()), key=lambda kind: kind != own)
    like, positions = torch.zeros(1, 1, 1, device=hf.device), torch.arange(n, device=hf.device)[None]
    for name, module in hf.named_modules():
        if not name.rpartition(".")[2].startswith("rotary_emb"):
            continue
        copied = deepcopy(module)  # some keep the longest sequence they have seen
        asked = len(signature(module.forward).parameters)
        for more in {2: [()], 3: [(kind,) for kind in kinds]}.get(asked, []):
            cos, sin = copied(like, positions, *more)
            half = cos.shape[-1] // 2
            if torch.equal(cos[..., ::2], cos[..., 1::2]):
                continue  # neighbouring dimensions are the pairs (Cohere), which no table here describes
            if not torch.equal(cos[..., :half], cos[..., half:]):
                half = cos.shape[-1]  # each angle is given once (gpt-oss)
            yield torch.stack([cos[0, :, :half], sin[0, :, :half]])
