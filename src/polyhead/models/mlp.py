"""What one MLP reads and writes, whatever way a family stores it. Rows of the result are neurons.

Axis legend: n neuron, m d_model.
"""

from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.models.hf.model import HFModel
from polyhead.models.hooked import HookedModel
from polyhead.models.native import NativeTransformer


class MLPWeights(NamedTuple):
    """Weights of the neurons of one layer; gains of norms are left out."""

    reads: Float[Tensor, "n r"]
    """What a neuron reads: its W_in row, gate and up side by side where the MLP is gated (r = m or 2 m)."""
    writes: Float[Tensor, "n m"]
    """Its W_out row."""


def check_has_mlps(model: HookedModel) -> None:
    """Raise PolyheadError, in one line, for a model without MLPs."""
    if model.cfg.attn_only:
        raise PolyheadError(
            f"{model.cfg.name} is attention-only: it has no MLPs, so no neurons; its heads can be seen (--units heads)"
        )


@torch.no_grad()
def mlp_weights(model: HookedModel, layer: int) -> MLPWeights:
    """What the neurons of `layer` read and write, in float32.

    Raises:
        PolyheadError: the model has no MLPs, or not that layer.
    """
    check_has_mlps(model)
    if not 0 <= layer < model.cfg.n_layers:
        raise PolyheadError(f"layer {layer}; {model.cfg.name} has layers 0 to {model.cfg.n_layers - 1}")
    if isinstance(model, NativeTransformer):
        mlp: Any = model.blocks[layer].mlp
        return MLPWeights(mlp.W_in.detach().T.float(), mlp.W_out.detach().float())
    assert isinstance(model, HFModel)
    family = model.family
    if family.mlp_in is None or family.mlp_out is None:
        raise PolyheadError(
            f"{model.cfg.name} has a mixture of experts in place of an MLP, whose neurons differ from token to token; "
            "its heads can be seen (--units heads)"
        )
    mlp = model.hf.get_submodule(f"{family.blocks}.{layer}.{family.mlp}")
    transposed = family.qkv == "conv1d"  # GPT-2 keeps every matrix as [in, out]

    def rows(name: str) -> Tensor:
        weight = mlp.get_submodule(name).weight.detach().float()
        return weight.T if transposed else weight

    first, out = rows(family.mlp_in), rows(family.mlp_out)
    if family.mlp_in_is_gate_and_up:
        first = torch.cat(first.chunk(2, 0), 1)
    elif family.mlp_in == "gate_proj":
        first = torch.cat([first, rows("up_proj")], 1)
    return MLPWeights(first, out.T)
