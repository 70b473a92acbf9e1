"""The config.json of a folder in transformers' layout: checked here, then made into transformers' own config.

Only model types of transformers itself are asked about, so it never offers to run a checkpoint's own code.
"""

from copy import deepcopy
from pathlib import Path
from typing import Any

from transformers import CONFIG_MAPPING, PretrainedConfig
from transformers.activations import ACT2FN
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from polyhead.core.data_files import read_object
from polyhead.core.errors import ArtifactError, PolyheadError, nearest

_SIZES = (
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "hidden_size",
    "intermediate_size",
    "head_dim",
    "vocab_size",
    "max_position_embeddings",
)
"""By transformers' common names; a family calls some of them otherwise (`attribute_map`)."""
_WINDOWS = ("sliding_window", "window_size")
_POSITIVE = ("rope_theta", "query_pre_attn_scalar", "attn_logit_softcapping", "final_logit_softcapping")
_NEEDED = ("num_hidden_layers", "num_attention_heads", "hidden_size", "vocab_size", "max_position_embeddings")
_MOST = 1 << 40
"""No size of a model is larger; beyond, products of sizes overflow."""
_ACTIVATIONS = ("hidden_act", "hidden_activation", "activation_function")
_CLASSIFIERS = ("num_labels", "id2label", "label2id")
"""Of other heads; transformers makes a table of as many labels as are claimed."""
_QUANTISED = ("quantization_config", "compression_config")


def read_hf_config(folder: Path) -> PretrainedConfig:
    """The config of a folder, of a supported family, with values that a model can be built from.

    Raises:
        ArtifactError: no config, or values that make no model; names the key.
        PolyheadError: a type that transformers has no causal language model for, or quantised weights.
    """
    path = folder / "config.json"
    settings = read_object(path)
    kind = settings.get("model_type")
    if not isinstance(kind, str):
        raise ArtifactError(f"{path}: model_type is {kind!r}; expected the name of a family, such as 'llama'")
    if kind not in CONFIG_MAPPING or kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        raise PolyheadError(
            f"{path}: models of type {kind!r} are not supported: the installed transformers has no causal language "
            f"model of that type; {nearest(kind, MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)}"
        )
    _refuse_quantised(settings, path)
    plain = {key: value for key, value in deepcopy(settings).items() if key not in _CLASSIFIERS}
    try:
        config = CONFIG_MAPPING[kind].from_dict(plain)
    except Exception as error:  # transformers raises many kinds for a bad config
        raise ArtifactError(f"{path} is not a config transformers can read: {one_line(error)}") from None
    _check_values(config.get_text_config(), path)
    return config


def one_line(error: BaseException) -> str:
    """What an exception of another library says, in at most 200 characters of one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else text[:200] + "..."


def _refuse_quantised(settings: dict[str, Any], path: Path) -> None:
    for key in _QUANTISED:
        found = settings.get(key)
        if found is None:
            continue
        method = found.get("quant_method") if isinstance(found, dict) else None
        raise PolyheadError(
            f"{path}: the weights are quantised ({method or f'{key} without a quant_method'}), which is not read; take "
            "the unquantised checkpoint (float32, float16 or bfloat16) that it was made from, or a GGUF file of it"
        )


def _check_values(config: Any, path: Path) -> None:
    """What transformers does not check, or only some versions of it do.

    Raises:
        ArtifactError: a size that is no whole number of at least 1, or an activation that transformers does not have.
    """
    own = getattr(config, "attribute_map", {})
    for size in _SIZES:
        value = getattr(config, size, None)
        if value is None and size not in _NEEDED:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
            raise ArtifactError(
                f"{path}: {own.get(size, size)} is {value!r}; expected a whole number of at least 1 "
                f"(is it a config transformers can read?)"
            )
    n_heads = config.num_attention_heads
    shared = getattr(config, "num_key_value_heads", None) or n_heads
    if n_heads % shared:
        raise ArtifactError(f"{path}: {n_heads} query heads cannot share {shared} key heads; expected a divisor")
    for key in _WINDOWS:
        value = getattr(config, key, None)
        if value == 0 and getattr(config, "use_sliding_window", None) is False:
            continue  # how Qwen2-MoE writes that there is none
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise ArtifactError(f"{path}: {key} is {value!r}; expected a whole number of at least 1, or null")
    rotations = getattr(config, "rope_parameters", None)
    for key in _POSITIVE:
        for holder in (vars(config), rotations if isinstance(rotations, dict) else {}):
            value = holder.get(key)
            if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0):
                raise ArtifactError(f"{path}: {key} is {value!r}; expected a positive number")
    for key in _ACTIVATIONS:
        name = getattr(config, key, None)
        if name is not None and (not isinstance(name, str) or name not in ACT2FN):
            raise ArtifactError(f"{path}: {key} is {name!r}, which transformers does not have")
