"""The settings in a GGUF file's metadata, as a transformers config. Keys of its architecture are known or refused."""

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from transformers import LlamaConfig, PretrainedConfig, Qwen2Config, Qwen3Config

from polyhead.core.errors import ArtifactError, PolyheadError, nearest
from polyhead.models.checkpoints.hf_config import one_line

Field = Callable[..., Any]
"""`field(key)`, or `field(key, default)`: a value of the metadata."""

CONFIGS: dict[str, type[PretrainedConfig]] = {"llama": LlamaConfig, "qwen2": Qwen2Config, "qwen3": Qwen3Config}
_READ = (
    "context_length", "embedding_length", "feed_forward_length", "block_count", "vocab_size", "attention.head_count",
    "attention.head_count_kv", "attention.key_length", "attention.value_length", "attention.layer_norm_rms_epsilon",
    "attention.sliding_window", "attention.scale", "rope.freq_base", "rope.dimension_count",
)  # fmt: skip
_HARMLESS = ("tensor_data_layout", "pooling_type", "rope.scaling.finetuned", "rope.scaling.original_context_length")
_ONLY: dict[str, tuple[Any, ...]] = {
    "attention.causal": (True,),
    "use_parallel_residual": (False,),
    "expert_count": (0,),
    "expert_used_count": (0,),
    "rope.scaling.type": ("none",),
    "rope.scaling.factor": (0, 1),
    "rope.scaling.attn_factor": (1,),
    "rope.scale_linear": (1,),
    "attn_logit_softcapping": (0,),
    "final_logit_softcapping": (0,),
    "logit_scale": (1,),
    "embedding_scale": (1,),
    "residual_scale": (1,),
}
"""Keys whose other values change what is computed in ways that are not read."""


def gguf_config(field: Field, keys: Iterable[str], names: set[str], path: Path) -> PretrainedConfig:
    """The config of a file.

    Args:
        field: the metadata.
        keys: all of its keys.
        names: all tensors of the file.
        path: the file, for messages.

    Raises:
        ArtifactError: a key is missing, or its value is no such number; names it.
        PolyheadError: an architecture, a key or a value that is not read; names it.
    """
    architecture = field("general.architecture")
    if not isinstance(architecture, str) or architecture not in CONFIGS:
        raise PolyheadError(f"{path}: GGUF architecture {architecture!r} is not read; known: {', '.join(CONFIGS)}")
    _check_keys(field, architecture, keys, path)
    if "rope_freqs.weight" in names:
        raise PolyheadError(f"{path}: scaled rotary frequencies (rope_freqs.weight) are not read from GGUF")

    numbers = _Numbers(field, architecture, path)
    values = {**_widths(numbers, names), **_vocabulary(field, numbers, path)}
    values["tie_word_embeddings"] = "output.weight" not in names
    try:
        return CONFIGS[architecture](**values)
    except Exception as error:  # transformers raises many kinds
        raise ArtifactError(f"{path}: no model can be built from its metadata: {one_line(error)}") from None


class _Numbers(NamedTuple):
    """The numbers under the keys of one architecture."""

    field: Field
    architecture: str
    path: Path

    def size(self, key: str, default: int | None = None) -> int:
        """A whole number of at least 1.

        Raises:
            ArtifactError: it is none.
        """
        value = self.any(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 1 << 31:
            raise ArtifactError(f"{self.named(key)} is {_shown(value)}; expected a whole number of at least 1")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """A positive number.

        Raises:
            ArtifactError: it is none.
        """
        value = self.any(key, default)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not (value > 0 and math.isfinite(value)):
            raise ArtifactError(f"{self.named(key)} is {_shown(value)}; expected a positive number")
        return float(value)

    def any(self, key: str, default: Any = None) -> Any:
        """Whatever is there; without a default it must be."""
        key = f"{self.architecture}.{key}"
        return self.field(key) if default is None else self.field(key, default)

    def named(self, key: str) -> str:
        """File and whole key, for messages."""
        return f"{self.path}: {self.architecture}.{key}"


def _widths(of: _Numbers, names: set[str]) -> dict[str, Any]:
    """Widths and numbers of parts, and what they are computed with.

    Raises:
        ArtifactError: a number that is none, or that the file's tensors contradict.
        PolyheadError: a value that is not read.
    """
    n_heads, width, context = of.size("attention.head_count"), of.size("embedding_length"), of.size("context_length")
    d_head = of.size("attention.key_length", max(1, width // n_heads))
    for key, must in (("attention.value_length", d_head), ("rope.dimension_count", d_head)):
        if of.size(key, must) != must:
            raise PolyheadError(f"{of.named(key)} is {of.size(key)}; only {must}, the width of a head, is read")
    if abs(of.number("attention.scale", d_head**-0.5) * d_head**0.5 - 1) > 1e-5:
        raise PolyheadError(f"{of.named('attention.scale')} is not 1 / sqrt({d_head}), which alone is read")
    window = of.any("attention.sliding_window", 0)
    if window != 0 and of.size("attention.sliding_window") < context:
        raise PolyheadError(
            f"{of.path}: a sliding window ({of.architecture}.attention.sliding_window = {window}) is not read from "
            "GGUF; take the model in transformers' layout"
        )
    n_layers, layers = of.size("block_count"), {name.split(".")[1] for name in names if name.startswith("blk.")}
    if n_layers > len(layers):
        raise ArtifactError(f"{of.named('block_count')} is {n_layers}; the file has tensors of {len(layers)}")
    n_kv_heads = of.size("attention.head_count_kv", n_heads)
    if n_heads % n_kv_heads:
        raise ArtifactError(f"{of.path}: {n_heads} query heads cannot share {n_kv_heads} key heads")
    return {
        "hidden_size": width,
        "intermediate_size": of.size("feed_forward_length"),
        "num_hidden_layers": n_layers,
        "num_attention_heads": n_heads,
        "num_key_value_heads": n_kv_heads,
        "head_dim": d_head,
        "max_position_embeddings": context,
        "rms_norm_eps": of.number("attention.layer_norm_rms_epsilon"),
        "rope_theta": of.number("rope.freq_base", 10_000.0),
    }


def _vocabulary(field: Field, of: _Numbers, path: Path) -> dict[str, Any]:
    """Number of tokens and special tokens.

    Raises:
        ArtifactError: no list of tokens, or another number of them.
    """
    tokens = field("tokenizer.ggml.tokens")
    if not isinstance(tokens, list):
        raise ArtifactError(f"{path}: tokenizer.ggml.tokens is {_shown(tokens)}; expected a list")
    if of.size("vocab_size", len(tokens)) != len(tokens):
        raise ArtifactError(f"{of.named('vocab_size')} is {of.size('vocab_size')}, with {len(tokens)} tokens")
    special = {name: _id(field, f"tokenizer.ggml.{name}", path) for name in ("bos_token_id", "eos_token_id")}
    return {"vocab_size": len(tokens), **special}


def _check_keys(field: Field, architecture: str, keys: Iterable[str], path: Path) -> None:
    """Every key of the architecture is read, harmless, or has the one value that is read."""
    own = [key for key in keys if key.startswith(f"{architecture}.")]
    for key in own:
        short = key.removeprefix(f"{architecture}.")
        if short in _READ or short in _HARMLESS:
            continue
        if short not in _ONLY:
            raise PolyheadError(
                f"{path}: the metadata key {key!r} is not known, and it may change what the model computes; "
                f"{nearest(short, (*_READ, *_ONLY))}"
            )
        value = field(key)
        if isinstance(value, (list, dict)) or value not in _ONLY[short]:
            scaled = "scaled rotary frequencies are not read from GGUF: " if short.startswith("rope.") else ""
            only = " or ".join(repr(one) for one in _ONLY[short])
            raise PolyheadError(f"{path}: {scaled}{key} is {_shown(value)}; only {only} is read")


def _id(field: Field, key: str, path: Path) -> int | None:
    value = field(key, None)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise ArtifactError(f"{path}: {key} is {_shown(value)}; expected the id of a token")
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "..."
