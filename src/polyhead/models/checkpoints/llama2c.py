"""llama2.c checkpoints, version 0: seven int32, then float32 tensors, each for all layers, matrices [out, in].

q and k rotate neighbouring coordinates; transformers rotates split halves, so their rows are reordered. A negative
vocabulary size says that a separate output matrix stands at the very end. Layout: karpathy/llama2.c, export.py.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from transformers import LlamaConfig

from polyhead.core.errors import ArtifactError
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.checkpoints.assemble import assemble, split_half_order
from polyhead.models.checkpoints.ggml_tokenizer import BYTE, CONTROL, NORMAL, UNKNOWN, tokenizer_from_scores
from polyhead.models.hf import HFModel
from polyhead.models.token_texts import SPACE
from polyhead.models.tokenizer import Tokenizer

BOS, EOS = 1, 2
_HEADER = struct.Struct("<7i")
_LATER_VERSIONS = 0x616B3432
_MOST_LAYERS = 4096


@dataclass(frozen=True)
class _Header:
    d_model: int
    d_mlp: int
    n_layers: int
    n_heads: int
    n_kv_heads: int
    d_vocab: int
    n_ctx: int
    tied: bool


def read_llama2c(path: Path, *, tokenizer_path: Path | None = None, name: str | None = None) -> HFModel:
    """Read a version-0 checkpoint, with the tokenizer file of the same vocabulary where there is one.

    Raises:
        ArtifactError: not such a file, cut short, or of a later version.
    """
    raw = path.read_bytes()
    header = _read_header(raw, path)
    state = _read_tensors(raw, header, path)
    tokenizer = None if tokenizer_path is None else read_llama2c_tokenizer(tokenizer_path, header.d_vocab)
    config = LlamaConfig(
        vocab_size=header.d_vocab,
        hidden_size=header.d_model,
        intermediate_size=header.d_mlp,
        num_hidden_layers=header.n_layers,
        num_attention_heads=header.n_heads,
        num_key_value_heads=header.n_kv_heads,
        max_position_embeddings=header.n_ctx,
        rms_norm_eps=1e-5,
        tie_word_embeddings=header.tied,
        bos_token_id=BOS,
        eos_token_id=EOS,
    )
    return assemble(config, state, name=name or path.stem, tokenizer=tokenizer, origin=str(path))


def is_llama2c(path: Path) -> bool:
    """Whether the file begins like a version-0 checkpoint of plausible sizes."""
    with open(path, "rb") as handle:
        start = handle.read(_HEADER.size)
    if len(start) < _HEADER.size:
        return False
    d_model, d_mlp, n_layers, n_heads, n_kv_heads, d_vocab, n_ctx = _HEADER.unpack(start)
    sizes = (d_model, d_mlp, n_layers, n_heads, n_kv_heads, abs(d_vocab), n_ctx)
    if not all(0 < n < 1 << 20 for n in sizes) or n_layers > _MOST_LAYERS:
        return False
    return d_model % n_heads == 0 and n_heads % n_kv_heads == 0


def _read_header(raw: bytes, path: Path) -> _Header:
    if len(raw) >= 4 and struct.unpack_from("<I", raw)[0] == _LATER_VERSIONS:
        raise ArtifactError(
            f"{path} is a llama2.c file of version 1 or later; only version 0 is read (export --version 0)"
        )
    if len(raw) < _HEADER.size or not is_llama2c(path):
        raise ArtifactError(f"{path} does not begin like a llama2.c checkpoint (seven plausible int32 sizes)")
    d_model, d_mlp, n_layers, n_heads, n_kv_heads, d_vocab, n_ctx = _HEADER.unpack_from(raw)
    return _Header(d_model, d_mlp, n_layers, n_heads, n_kv_heads, abs(d_vocab), n_ctx, tied=d_vocab > 0)


def _read_tensors(raw: bytes, h: _Header, path: Path) -> dict[str, Tensor]:
    d_head = h.d_model // h.n_heads
    d_kv = h.n_kv_heads * d_head
    per_layer = {
        "input_layernorm": (h.d_model,),
        "self_attn.q_proj": (h.d_model, h.d_model),
        "self_attn.k_proj": (d_kv, h.d_model),
        "self_attn.v_proj": (d_kv, h.d_model),
        "self_attn.o_proj": (h.d_model, h.d_model),
        "post_attention_layernorm": (h.d_model,),
        "mlp.gate_proj": (h.d_mlp, h.d_model),
        "mlp.down_proj": (h.d_model, h.d_mlp),
        "mlp.up_proj": (h.d_mlp, h.d_model),
    }
    layout: list[tuple[str, tuple[int, ...]]] = [("embed", (h.d_vocab, h.d_model))]
    layout += [(key, (h.n_layers, *shape)) for key, shape in per_layer.items()]
    layout += [("norm", (h.d_model,)), ("rotation tables", (2, h.n_ctx, d_head // 2))]
    if not h.tied:
        layout.append(("lm_head", (h.d_vocab, h.d_model)))
    expected = _HEADER.size + 4 * sum(int(np.prod(shape)) for _, shape in layout)
    if len(raw) != expected:
        raise ArtifactError(
            f"{path} has {len(raw):,} bytes; its header asks for {expected:,} (cut short, or no version-0 file)"
        )
    found, at = {}, _HEADER.size
    for key, shape in layout:
        n = int(np.prod(shape))
        found[key] = torch.from_numpy(np.frombuffer(raw, "<f4", n, at).copy()).view(shape)
        at += 4 * n
    state = {"model.embed_tokens.weight": found["embed"], "model.norm.weight": found["norm"]}
    for key in per_layer:
        for layer, tensor in enumerate(found[key]):
            if key.endswith(("q_proj", "k_proj")):
                tensor = split_half_order(tensor, h.n_heads if key.endswith("q_proj") else h.n_kv_heads)
            state[f"model.layers.{layer}.{key}.weight"] = tensor
    if not h.tied:
        state["lm_head.weight"] = found["lm_head"]
    return state


def read_llama2c_tokenizer(path: Path, d_vocab: int) -> Tokenizer:
    """Read a llama2.c tokenizer: int32 longest piece, then per id a float32 score, an int32 length, that many bytes.

    Raises:
        ArtifactError: cut short, or not UTF-8.
    """
    raw, at = path.read_bytes(), 4
    pieces, scores = [], []
    try:
        for _ in range(d_vocab):
            score, length = struct.unpack_from("<fi", raw, at)
            at += 8
            if length < 0 or at + length > len(raw):
                raise struct.error("length")
            pieces.append(raw[at : at + length].decode())
            scores.append(score)
            at += length
    except (struct.error, UnicodeDecodeError):
        raise ArtifactError(
            f"{path} is not a llama2.c tokenizer of {d_vocab} pieces (damaged at byte {at}, piece {len(pieces)})"
        ) from None
    # The file pads the specials with newlines and writes spaces as they are; byte tokens stand at 3 to 258.
    names = ["<unk>", "<s>", "</s>", *(p.replace(" ", SPACE) if i >= 256 else p for i, p in enumerate(pieces[3:]))]
    types = [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256, *[NORMAL] * d_vocab][:d_vocab]
    special = SpecialTokens(bos_token_id=BOS, bos_from="llama2.c", eos_token_id=EOS, eos_from="llama2.c")
    return tokenizer_from_scores(names, scores, types, special=special)
