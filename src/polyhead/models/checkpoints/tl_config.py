"""The settings next to a TransformerLens state dict: each is honoured, has the one value that is read, or is harmless.

A key in none of these lists is refused with its name, since it may change what the model computes. Settings of the
training programs of the public checkpoints (NeelNanda's) are listed as harmless.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from polyhead.core.errors import ArtifactError, PolyheadError, nearest

_FLAGS = ("use_attn_scale", "shortformer_pos", "final_rms", "attn_only")
_NUMBERS = ("rotary_base", "attn_scale", "eps", "layer_norm_eps", "ln_eps")
_NAMES = ("act_fn", "positional_embedding_type", "normalization_type", "normalization", "tokenizer_name")
_SIZES = ("n_layers", "d_model", "n_heads", "d_head", "d_vocab", "d_vocab_out", "n_ctx", "d_mlp", "rotary_dim")
_ONLY: dict[str, tuple[Any, ...]] = {
    "attention_dir": ("causal",),
    "attn_scores_soft_cap": (-1, 0),
    "output_logits_soft_cap": (-1, 0),
    "rotary_scaling_factor": (1,),
    "neuron_scale": (1,),
    "neuron_temp": (1,),
    "use_pos_resid": (True,),
    "right_multiply_matrices": (True,),
    **dict.fromkeys(
        (
            "use_local_attn", "scale_attn_by_inverse_layer_idx", "parallel_attn_mlp", "gated_mlp", "use_qk_norm",
            "use_attn_result_norm", "post_embedding_ln", "use_normalization_before_and_after", "rotary_adjacent_pairs",
            "use_NTK_by_parts_rope", "use_yarn_rope", "use_dynamic_ntk_rope", "use_logn_attn", "use_attention_sinks",
            "load_in_4bit", "factored_embed",
        ),
        (False,),
    ),
    **dict.fromkeys(
        (
            "window_size", "attn_types", "num_experts", "experts_per_token", "clip_qkv", "rotary_base_local",
            "quantization_method", "relative_attention_max_distance", "relative_attention_num_buckets",
        ),
        (),
    ),
}  # fmt: skip
"""Architectures that the native transformer does not have are named by these; `null` is read for each of them."""
_HARMLESS = frozenset(
    """
    model_name model original_architecture architecture from_checkpoint checkpoint_index checkpoint_label_type
    checkpoint_value init_mode init_weights initializer_range device n_devices seed dtype n_params trust_remote_code
    use_attn_result use_split_qkv_input use_hook_mlp_in use_attn_in use_hook_tokens ungroup_grouped_query_attention
    default_prepend_bos tokenizer_prepends_bos decoder_start_token_id tie_word_embeddings uses_rms_norm
    layer_norm_folding norm_topk_prob train_seq_length NTK_by_parts_low_freq_factor NTK_by_parts_high_freq_factor
    NTK_by_parts_factor NTK_original_ctx_len yarn_factor yarn_attention_factor yarn_beta_fast yarn_beta_slow
    yarn_original_max_position_embeddings yarn_truncate yarn_global_attn_only
    lr lr_hidden lr_vector lr_schedule lr_schedule_name batch_size batch_size_per_device total_batch_size
    batches_per_step tokens_per_step steps_per_epoch shuffled_tokens_per_epoch max_tokens max_steps max_epochs
    warmup_tokens warmup_steps truncate_tokens betas beta1 beta2 weight_decay grad_norm_clip dataset_name
    dataset_subset_name data_shuffle_seed shuffled_data version debug debug_batch debug_overfit log_interval
    save_checkpoints save_checkpoints_to_bfloat16 take_checkpoints checkpoint_scale checkpoint_every
    checkpoint_every_tokens model_checkpoint_name next_model_name train_loss_ewma_beta use_acc use_pjrt use_ET
    use_float16 use_bfloat16 use_bfloat16_matmul weight_init_scheme fixed_init store_init control
    initializer_scale initializer_scale_global initializer_scale_hidden initializer_scale_embed
    initializer_scale_unembed W_O_init_scale w_pos_init_scale apply_anthropic_hyperparams wandb wandb_team
    transformers_version torch_dtype architectures
    """.split()  # noqa: SIM905  (a list of a hundred strings is no easier to read)
)
MOST_POSITIONS = 1 << 20
"""A context that no tensor confirms may be this long at most."""


def check_settings(config: Mapping[str, Any], path: Path) -> None:
    """Every key is known, and every value of its type.

    Raises:
        PolyheadError: an unknown key, an architecture that is not read, or a value of another type; names the key.
    """
    known = (*_FLAGS, *_NUMBERS, *_NAMES, *_SIZES, *_ONLY, "n_key_value_heads")
    for key, value in config.items():
        if key in _HARMLESS or value is None:
            if key not in known and key not in _HARMLESS:
                raise _unknown(key, known, path)
            continue
        if key in _ONLY:
            if isinstance(value, (list, dict)) or not any(_equal(value, one) for one in _ONLY[key]):
                raise PolyheadError(f"{path}: {key} is {value!r}: the native transformer has no {key!r}")
        elif key in _FLAGS:
            _of_type(isinstance(value, bool), key, value, "true or false", path)
        elif key in _NUMBERS:
            _of_type(_is_number(value), key, value, "a number", path)
            if key != "attn_scale" and value <= 0:
                raise PolyheadError(f"{path}: {key} is {value!r}; expected a positive number")
        elif key in _NAMES:
            _of_type(isinstance(value, str), key, value, "a name", path)
        elif key in (*_SIZES, "n_key_value_heads"):
            _of_type(isinstance(value, int) and not isinstance(value, bool), key, value, "a whole number", path)
        else:
            raise _unknown(key, known, path)


def _unknown(key: str, known: tuple[str, ...], path: Path) -> PolyheadError:
    return PolyheadError(
        f"{path}: {key!r} is not a setting that is known, and it may change what the model computes (if it is a "
        f"setting of the training only, delete it from the file); {nearest(key, known)}"
    )


def _of_type(right: bool, key: str, value: Any, expected: str, path: Path) -> None:
    if not right:
        raise PolyheadError(f"{path}: {key} is {value!r}; expected {expected}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _equal(value: Any, one: Any) -> bool:
    return value == one and isinstance(value, bool) == isinstance(one, bool)


def check_sizes(config: Mapping[str, Any], found: Mapping[str, int | None], path: Path) -> None:
    """Sizes that the config states are those of the tensors; -1, as TransformerLens writes for unset, is passed over.

    Raises:
        ArtifactError: names the first that differs, with both values.
    """
    for key, value in config.items():
        if found.get(key) is not None and value is not None and value not in (-1, found[key]):
            raise ArtifactError(f"{path}: {key} is {value}; the tensors have {found[key]}")


def score_scale(config: Mapping[str, Any], d_head: int, path: Path) -> float | None:
    """What scores are multiplied by, or None for the usual 1 / sqrt(d_head).

    Raises:
        PolyheadError: a scale that scores cannot be divided by.
    """
    if config.get("use_attn_scale") is False:
        return 1.0
    divisor = config.get("attn_scale")
    if divisor is None or divisor == -1 or abs(divisor / d_head**0.5 - 1) < 1e-6:
        return None
    if divisor <= 0:
        raise PolyheadError(f"{path}: attn_scale is {divisor!r}; scores are divided by it: expected a positive number")
    return 1 / divisor


def epsilon(config: Mapping[str, Any], path: Path) -> float:
    """What norms add to the variance.

    Raises:
        PolyheadError: it is given twice, differently.
    """
    values = {float(config[key]) for key in ("eps", "layer_norm_eps", "ln_eps") if config.get(key) is not None}
    if len(values) > 1:
        raise PolyheadError(f"{path}: eps, layer_norm_eps and ln_eps are {sorted(values)}; expected one value")
    return values.pop() if values else 1e-5


def positions(config: Mapping[str, Any], state: Mapping[str, Tensor], d_head: int, path: Path) -> str:
    """How positions enter, in the native transformer's words.

    Raises:
        PolyheadError: a kind that is not read, or rotation of a part of each head.
        ArtifactError: positions are learned, but there is no table of them.
    """
    kinds = {"standard": "learned", "shortformer": "shortformer", "rotary": "rotary"}
    kind = config.get("positional_embedding_type") or ("standard" if "pos_embed.W_pos" in state else None)
    if kind is not None and kind not in kinds:
        raise PolyheadError(f"{path}: positional_embedding_type {kind!r}; known: {', '.join(kinds)}")
    if config.get("shortformer_pos"):
        kind = "shortformer"
    if kind == "rotary" and config.get("rotary_dim") not in (None, d_head):
        raise PolyheadError(f"{path}: rotation of a part of each head only (rotary_dim) is not read")
    if kind in ("standard", "shortformer") and "pos_embed.W_pos" not in state:
        raise ArtifactError(f"{path}: positions are {kind}, but the tensor pos_embed.W_pos is missing")
    return "none" if kind is None else kinds[kind]


def normalization(config: Mapping[str, Any], state: Mapping[str, Tensor], path: Path) -> str:
    """The kind of norm in the blocks.

    Raises:
        PolyheadError: a kind that is not known.
        ArtifactError: the tensors are those of another kind.
    """
    kind = config.get("normalization_type") or config.get("normalization") or None
    if kind not in (None, "LN", "LNPre", "RMS", "RMSPre"):
        raise PolyheadError(f"{path}: normalization {kind!r}; known: LN, LNPre, RMS, RMSPre, null")
    learned = "LN" if "blocks.0.ln1.b" in state else "RMS" if "blocks.0.ln1.w" in state else None
    if learned is not None and kind not in (None, learned):
        raise ArtifactError(f"{path}: normalization is {kind}, the tensors blocks.0.ln1 are those of {learned}")
    if learned is None and kind in ("LN", "RMS"):
        raise ArtifactError(f"{path}: normalization is {kind}, but the tensor blocks.0.ln1.w is missing")
    return learned or kind or "none"
