"""What the configuration says about the attention of one layer. base_layer.py then verifies it on what is computed."""

from dataclasses import dataclass
from typing import Any

from torch import nn

from polyhead.models.hooked import HookedModel
from polyhead.models.native import NativeTransformer

_NEVER_WINDOWED = ("gpt2", "gpt_neox", "llama", "olmo2", "granite", "cohere")
"""Families that do not heed `sliding_window`: in their configs it is a leftover."""
_CHUNKED = "chunked_attention"
_BY_LENGTH = ("longrope",)
"""Rotations whose frequencies depend on how long the sequence is. (`dynamic` changes beyond the context only.)"""


@dataclass(frozen=True)
class AttentionKind:
    """The attention of one layer, as configured."""

    rotates: bool
    window: int | None
    """How many of the last keys a query sees, itself included; None: all."""
    softcap: float | None
    """Scores are softcap tanh(scores / softcap)."""
    fixed_rotation: int
    """Sequences of up to this many positions are all rotated alike."""
    sinks: bool = False
    """A learned score per head takes part in the softmax and moves nothing, so rows sum to less than 1 (gpt-oss)."""


def attention_words(config: Any, *, sinks: bool) -> tuple[str, ...]:
    """One kind per layer, as `ModelConfig.attention` has it.

    Args:
        config: transformers' config of the language model.
        sinks: Whether a learned score takes part in the softmax.
    """

    def words(layer: int) -> str:
        window = _window(config, layer)
        kind = "chunk" if layer_type(config, layer) == _CHUNKED else "window"
        return ("full" if window is None else f"{kind} {window}") + (" + sink" if sinks else "")

    return tuple(map(words, range(config.num_hidden_layers)))


def has_sinks(hf: nn.Module) -> bool:
    """Whether attention of a transformers model has learned sinks."""
    return any(name.rpartition(".")[2] == "sinks" for name, _ in hf.named_parameters())


def attention_kind(model: HookedModel, layer: int) -> AttentionKind:
    """The kind of one layer of a native or Hugging Face model."""
    rotates, n_ctx = model.cfg.positions == "rotary", model.cfg.n_ctx
    if isinstance(model, NativeTransformer):
        return AttentionKind(rotates, None, None, n_ctx)
    hf: Any = model.get_submodule("hf")
    config = hf.config.get_text_config()
    cap = getattr(config, "attn_logit_softcapping", None)
    sinks = has_sinks(model)
    return AttentionKind(rotates, _window(config, layer), cap, min(n_ctx, _fixed(config, n_ctx)), sinks)


def layer_type(config: Any, layer: int) -> str | None:
    """transformers' name for the kind of a layer, where its layers are of several kinds."""
    types = getattr(config, "layer_types", None)
    return types[layer] if types else None


def _window(config: Any, layer: int) -> int | None:
    if hasattr(config, "attention_layers"):  # GPT-Neo
        return config.window_size if config.attention_layers[layer] == "local" else None
    kind = layer_type(config, layer)
    if kind == _CHUNKED:
        return config.attention_chunk_size
    if config.model_type in _NEVER_WINDOWED or (kind is not None and kind != "sliding_attention"):
        return None
    return getattr(config, "sliding_window", None) or None


def _fixed(config: Any, n_ctx: int) -> int:
    """Longest sequence within which the rotation does not depend on its length."""
    settings = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    kinds = [settings, *(inner for inner in settings.values() if isinstance(inner, dict))]
    if not any((kind.get("rope_type") or kind.get("type")) in _BY_LENGTH for kind in kinds):
        return n_ctx
    places = [*(kind.get("original_max_position_embeddings") for kind in kinds)]
    own = getattr(config, "original_max_position_embeddings", None)
    return next((int(n) for n in [*places, own] if n), n_ctx)
