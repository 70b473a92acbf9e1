"""GGUF files of Llama-shaped models: architecture `llama` (Llama, Mistral, SmolLM2, TinyLlama), `qwen2` and `qwen3`.

Blocks are dequantised to float32 by the `gguf` package. Files of architecture `llama` hold the rows of q and k in the
order of neighbouring rotation pairs; the others in transformers' order. Specification: ggml-org/ggml, docs/gguf.md.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from torch import Tensor

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.models.checkpoints.assemble import assemble, split_half_order
from polyhead.models.checkpoints.gguf_config import Field, gguf_config
from polyhead.models.checkpoints.gguf_scan import check_gguf_header
from polyhead.models.checkpoints.gguf_tokenizer import read_gguf_tokenizer
from polyhead.models.checkpoints.hf_config import one_line
from polyhead.models.hf import HFModel
from polyhead.models.tokenizer import Tokenizer

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


def read_gguf(path: Path, *, tokenizer: Tokenizer | None = None, name: str | None = None) -> HFModel:
    """Read a GGUF file; without a `tokenizer`, the one in its metadata is built.

    Raises:
        ArtifactError: damaged, or not a GGUF file.
        PolyheadError: an architecture, setting or tokenizer that is not read.
    """
    check_gguf_header(path)
    try:
        reader = GGUFReader(path)
    except Exception as error:  # the package believes the file, and trips in many ways
        raise ArtifactError(
            f"{path} is not a readable GGUF file ({one_line(error)}); was the download cut short?"
        ) from None
    field = _fields(reader, path)
    config = gguf_config(field, reader.fields, {t.name for t in reader.tensors}, path)
    state = _tensors(reader, config, path, permuted=field("general.architecture") == "llama")
    tokenizer = tokenizer or read_gguf_tokenizer(field, path)
    return assemble(config, state, name=name or path.stem, tokenizer=tokenizer, origin=str(path))


def _fields(reader: GGUFReader, path: Path) -> Field:
    missing = object()

    def field(key: str, default: Any = missing) -> Any:
        found = reader.fields.get(key)
        if found is not None:
            try:
                return found.contents()
            except Exception as error:  # text that is not UTF-8, arrays within arrays
                raise ArtifactError(f"{path}: the metadata key {key!r} is not readable: {one_line(error)}") from None
        if default is missing:
            raise ArtifactError(f"{path} has no metadata key {key!r}, which its architecture needs")
        return default

    return field


def _tensors(reader: GGUFReader, config: Any, path: Path, *, permuted: bool) -> dict[str, Tensor]:
    """By transformers' names; a name of another form stays as it is, and is refused with what is left over."""
    state: dict[str, Tensor] = {}
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    for tensor in reader.tensors:
        weight = _dequantised(tensor, path)
        stem, _, kind = tensor.name.rpartition(".")
        parts = stem.split(".")
        if parts[0] != "blk" or len(parts) != 3:
            state[f"{_OUTSIDE.get(stem, stem)}.{kind}"] = weight
            continue
        n = heads.get(parts[2])
        if permuted and n is not None and weight.shape[0] == n * config.head_dim and config.head_dim % 2 == 0:
            weight = split_half_order(weight, n)
        state[f"model.layers.{parts[1]}.{_INSIDE.get(parts[2], parts[2])}.{kind}"] = weight
    return state


def _dequantised(tensor: Any, path: Path) -> Tensor:
    try:
        return torch.from_numpy(np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32))
    except NotImplementedError:
        kind = tensor.tensor_type.name
        raise PolyheadError(
            f"{path}: {tensor.name} is quantised as {kind}, which is not read; take Q8_0 or F16"
        ) from None
    except Exception as error:  # blocks that do not add up
        raise ArtifactError(f"{path}: the tensor {tensor.name} is damaged: {one_line(error)}") from None
