"""GGUF files of Llama-shaped models: architecture `llama` (Llama, Mistral, SmolLM2, TinyLlama), `qwen2` and `qwen3`.

Blocks are dequantised to float32 by the `gguf` package. Files of architecture `llama` hold the rows of q and k in the
order of neighbouring rotation pairs; the others in transformers' order. Specification: ggml-org/ggml, docs/gguf.md.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from torch import Tensor
from transformers import LlamaConfig, PretrainedConfig, Qwen2Config, Qwen3Config

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.models.checkpoints.assemble import assemble, split_half_order
from polyhead.models.checkpoints.gguf_tokenizer import read_gguf_tokenizer
from polyhead.models.hf import HFModel
from polyhead.models.tokenizer import Tokenizer

_CONFIGS: dict[str, type[PretrainedConfig]] = {"llama": LlamaConfig, "qwen2": Qwen2Config, "qwen3": Qwen3Config}
_OUTSIDE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_INSIDE = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_SKIPPED = ("rope_freqs.weight",)


def read_gguf(path: Path, *, tokenizer: Tokenizer | None = None, name: str | None = None) -> HFModel:
    """Read a GGUF file; without a `tokenizer`, the one in its metadata is built.

    Raises:
        ArtifactError: damaged, or not a GGUF file.
        PolyheadError: an architecture or tokenizer that is not read.
    """
    try:
        reader = GGUFReader(path)
    except (ValueError, IndexError, OSError) as error:
        raise ArtifactError(f"{path} is not a readable GGUF file ({error}); was the download cut short?") from None
    field = _fields(reader, path)
    architecture = field("general.architecture")
    if architecture not in _CONFIGS:
        raise PolyheadError(f"{path}: GGUF architecture {architecture!r} is not read; known: {', '.join(_CONFIGS)}")
    config = _config(field, architecture, {t.name for t in reader.tensors}, path)
    state = _tensors(reader, config, permuted=architecture == "llama")
    tokenizer = tokenizer or read_gguf_tokenizer(field, path)
    return assemble(config, state, name=name or path.stem, tokenizer=tokenizer, origin=str(path))


Field = Callable[..., Any]


def _fields(reader: GGUFReader, path: Path) -> Field:
    missing = object()

    def field(key: str, default: Any = missing) -> Any:
        found = reader.fields.get(key)
        if found is not None:
            return found.contents()
        if default is missing:
            raise ArtifactError(f"{path} has no metadata key {key!r}, which its architecture needs")
        return default

    return field


def _config(field: Field, architecture: str, names: set[str], path: Path) -> PretrainedConfig:
    def of(key: str, *default: Any) -> Any:
        return field(f"{architecture}.{key}", *default)

    if of("rope.scaling.type", "none") not in ("none", None) or of("expert_count", 0) or "rope_freqs.weight" in names:
        raise PolyheadError(f"{path}: scaled rotary frequencies and mixtures of experts are not read from GGUF")
    n_heads = of("attention.head_count")
    values: dict[str, Any] = {
        "vocab_size": len(field("tokenizer.ggml.tokens")),
        "hidden_size": of("embedding_length"),
        "intermediate_size": of("feed_forward_length"),
        "num_hidden_layers": of("block_count"),
        "num_attention_heads": n_heads,
        "num_key_value_heads": of("attention.head_count_kv", n_heads),
        "head_dim": of("attention.key_length", of("embedding_length") // n_heads),
        "max_position_embeddings": of("context_length"),
        "rms_norm_eps": of("attention.layer_norm_rms_epsilon"),
        "rope_theta": of("rope.freq_base", 10_000.0),
        "tie_word_embeddings": "output.weight" not in names,
        "bos_token_id": field("tokenizer.ggml.bos_token_id", None),
        "eos_token_id": field("tokenizer.ggml.eos_token_id", None),
    }
    return _CONFIGS[architecture](**values)


def _tensors(reader: GGUFReader, config: Any, *, permuted: bool) -> dict[str, Tensor]:
    state: dict[str, Tensor] = {}
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    for tensor in reader.tensors:
        if tensor.name in _SKIPPED:
            continue
        weight = torch.from_numpy(np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32))
        stem, _, kind = tensor.name.rpartition(".")
        parts = stem.split(".")
        if parts[0] != "blk":
            state[f"{_OUTSIDE.get(stem, stem)}.{kind}"] = weight
            continue
        if permuted and parts[2] in heads:
            weight = split_half_order(weight, heads[parts[2]])
        state[f"model.layers.{parts[1]}.{_INSIDE.get(parts[2], parts[2])}.{kind}"] = weight
    return state
