"""Llama Scope, in: `hyperparams.json` and `checkpoints/final.safetensors` (lm-saes, 2024), one threshold for all.

    s = sqrt(d_model) / dataset_average_activation_norm.in
    pre = s x encoder.weight^T + encoder.bias;   f = pre [pre > s jump_relu_threshold]
    y = (f decoder.weight^T + decoder.bias) / s
encoder.weight is [n, d], decoder.weight [d, n]. The threshold is stored in units of x, not of s x: without s about a
thousand latents fire, with it the published fifty (the authors' own correction of SAELens' reader says so, May 2025).
"""

import math
from pathlib import Path
from typing import Any

import torch
from pydantic import Field

from polyhead.core.errors import PolyheadError
from polyhead.dictionaries.activation import JumpReLU
from polyhead.interop.foreign_sae import Foreign, ImportOptions, check_tensors, read_safetensors, sae_of
from polyhead.interop.hook_names import Loading, Place, facts_of_name, from_transformer_lens
from polyhead.interop.settings import ForeignSettings, checked, read_config, refuse

CONFIG, WEIGHTS = "hyperparams.json", "checkpoints/final.safetensors"
_LOADING = Loading(before_version_3=True, fold_ln=True, center_writing_weights=None, fold_value_biases=None)
_TRAINING = """
    dtype device seed use_ghost_grads sparsity_include_decoder_norm init_search init_encoder_with_decoder_transpose
    apply_decoder_bias_to_pre_encoder_init decoder_exactly_unit_norm init_decoder_norm init_encoder_norm lp
    l1_coefficient l1_coefficient_warmup_steps k_warmup_steps use_batch_norm_mse expansion_factor strict_loading top_k
    remove_gradient_parallel_to_decoder_directions sae_pretrained_name_or_path use_triton_kernel
    sparsity_threshold_for_triton_spmm_kernel
"""
_HARMLESS = frozenset(_TRAINING.split())


class LlamaScopeSettings(ForeignSettings):
    """What of `hyperparams.json` decides what an SAE computes."""

    hook_point_in: str
    hook_point_out: str
    d_model: int = Field(ge=1)
    d_sae: int = Field(ge=1)
    act_fn: str = "jumprelu"
    jump_relu_threshold: float = Field(ge=0)
    norm_activation: str = "dataset-wise"
    use_decoder_bias: bool = True
    use_glu_encoder: bool = False
    apply_decoder_bias_to_pre_encoder: bool = False
    dataset_average_activation_norm: dict[str, float]


def read_llama_scope(path: Path, options: ImportOptions) -> Foreign:
    """A Llama Scope SAE as ours, with the output of its own formula.

    Args:
        path: Its folder.
        options: What is said of it from outside.

    Raises:
        ArtifactError: a file is missing or damaged, or its tensors are not those of its config.
        PolyheadError: a variant that is not supported, said in one line.
    """
    where, file = path / CONFIG, path / WEIGHTS
    plain = read_config(where)
    config = checked(LlamaScopeSettings, plain, where, harmless=_HARMLESS)
    if config.act_fn.lower() != "jumprelu":
        raise refuse(where, "act_fn", "jumprelu", config.act_fn)
    if config.norm_activation != "dataset-wise":
        raise refuse(where, "norm_activation", "dataset-wise", config.norm_activation)
    for key in ("use_glu_encoder", "apply_decoder_bias_to_pre_encoder"):
        if getattr(config, key):
            raise refuse(where, key, "false", True)
    if config.hook_point_in != config.hook_point_out:
        raise refuse(where, "hook_point_out", f"{config.hook_point_in}, as of an autoencoder", config.hook_point_out)
    norm = config.dataset_average_activation_norm.get("in", 0.0)
    if not 0 < norm < math.inf:
        raise PolyheadError(f"{where}: dataset_average_activation_norm.in must be above 0, received {norm}")
    factor = math.sqrt(config.d_model) / norm
    tensors = read_safetensors(file)
    d, n = config.d_model, config.d_sae
    if not config.use_decoder_bias:
        tensors.setdefault("decoder.bias", torch.zeros(d))
    shapes = {"encoder.weight": (n, d), "encoder.bias": (n,), "decoder.weight": (d, n), "decoder.bias": (d,)}
    check_tensors(file, tensors, shapes)
    ours = {
        "W_enc": tensors["encoder.weight"].T,
        "b_enc": tensors["encoder.bias"],
        "W_dec": tensors["decoder.weight"].T,
        "b_dec": tensors["decoder.bias"],
        "threshold": torch.full((n,), config.jump_relu_threshold * factor),
    }
    place = _place(where, config, options)
    says: dict[str, Any] = {"model_name": "meta-llama/Llama-3.1-8B", **plain}
    return Foreign(sae_of(file, ours, place, JumpReLU(), scale=1 / factor), place.layer, says, (place,))


def _place(where: Path, config: LlamaScopeSettings, options: ImportOptions) -> Place:
    if options.site is not None:
        return Place(options.site, None)
    facts = facts_of_name("Llama-3.1-8B") if options.facts is None else options.facts
    return from_transformer_lens(config.hook_point_in, facts, _LOADING, f"{where}: hook_point_in")
