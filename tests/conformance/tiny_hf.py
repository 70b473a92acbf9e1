"""A tiny random model of every Hugging Face family, built from transformers' own classes without any file.

Sizes are distinct, prime where the family permits, so that a swapped axis fails. Weights are drawn wide enough that
attention is far from uniform.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from polyhead.core.rng import generator
from polyhead.models.hf import HFModel

N_LAYERS, N_CTX, D_VOCAB, WINDOW = 3, 23, 31, 5
SHORT, LONG = 4, 11
"""Sequence lengths on either side of the sliding window."""

_IDS = {"vocab_size": D_VOCAB, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": None}
_LLAMA = {
    **_IDS,
    "num_hidden_layers": N_LAYERS,
    "max_position_embeddings": N_CTX,
    "hidden_size": 18,
    "intermediate_size": 19,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "head_dim": 10,
}
_ONE_HEAD_SIZE = {**_LLAMA, "hidden_size": 30, "num_attention_heads": 3, "num_key_value_heads": 3, "head_dim": None}
_LAYER_TYPES = ["sliding_attention", "full_attention", "sliding_attention"]
_GEMMA = {
    **_LLAMA,
    "hidden_activation": "gelu_pytorch_tanh",
    "sliding_window": WINDOW,
    "layer_types": _LAYER_TYPES,
    "query_pre_attn_scalar": 7,
}
_GPT2 = {**_IDS, "n_layer": N_LAYERS, "n_positions": N_CTX, "n_embd": 35, "n_head": 5, "n_inner": 19}
_GPT_NEO = {
    **_IDS,
    "num_layers": N_LAYERS,
    "max_position_embeddings": N_CTX,
    "hidden_size": 35,
    "num_heads": 5,
    "intermediate_size": 19,
    "attention_types": [[["local", "global", "local"], 1]],
    "window_size": WINDOW,
}
_GPT_NEOX = {k: v for k, v in _ONE_HEAD_SIZE.items() if k not in ("head_dim", "num_key_value_heads")}


@dataclass(frozen=True)
class Tiny:
    """A family's config, and which of its layers see only the last `WINDOW` positions."""

    model_type: str
    settings: dict[str, Any] = field(hash=False)
    local: tuple[bool, ...] = (False,) * N_LAYERS


_MIXED = (True, False, True)
TINY = {
    "gpt2": Tiny("gpt2", _GPT2),
    "gpt2-scaled-by-layer": Tiny("gpt2", {**_GPT2, "scale_attn_by_inverse_layer_idx": True}),
    "gpt2-unscaled": Tiny("gpt2", {**_GPT2, "scale_attn_weights": False}),
    "gpt_neo": Tiny("gpt_neo", _GPT_NEO, _MIXED),
    "gpt_neox": Tiny("gpt_neox", {**_GPT_NEOX, "rotary_pct": 0.4}),
    "gpt_neox-sequential": Tiny("gpt_neox", {**_GPT_NEOX, "rotary_pct": 0.4, "use_parallel_residual": False}),
    "llama": Tiny("llama", {**_ONE_HEAD_SIZE, "attention_bias": True}),
    "llama-gqa": Tiny("llama", _LLAMA),
    "mistral": Tiny("mistral", {**_LLAMA, "sliding_window": WINDOW}, (True,) * N_LAYERS),
    "qwen2": Tiny("qwen2", _LLAMA),
    "qwen2-sliding": Tiny(
        "qwen2",
        {**_LLAMA, "use_sliding_window": True, "sliding_window": WINDOW, "max_window_layers": 1},
        (False, True, True),
    ),
    "qwen3": Tiny("qwen3", _LLAMA),
    "olmo2": Tiny("olmo2", {**_LLAMA, "num_key_value_heads": 6}),
    "olmo2-gqa": Tiny("olmo2", _LLAMA),
    "olmo3": Tiny("olmo3", {**_LLAMA, "sliding_window": WINDOW, "layer_types": _LAYER_TYPES}, _MIXED),
    "starcoder2": Tiny("starcoder2", {**_ONE_HEAD_SIZE, "use_bias": True, "sliding_window": None}),
    "starcoder2-sliding": Tiny("starcoder2", {**_ONE_HEAD_SIZE, "sliding_window": WINDOW}, (True,) * N_LAYERS),
    "gemma2": Tiny("gemma2", {**_GEMMA, "attn_logit_softcapping": 3.0, "final_logit_softcapping": 5.0}, _MIXED),
    "gemma3_text": Tiny("gemma3_text", _GEMMA, _MIXED),
    "phi3": Tiny("phi3", {**_LLAMA, "sliding_window": WINDOW}, (True,) * N_LAYERS),
}


@cache
def make(name: str) -> HFModel:
    """The tiny model of that name; tests share it and must leave it as it was."""
    tiny = TINY[name]
    config = AutoConfig.for_model(tiny.model_type, **tiny.settings)
    hf = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    rng = generator(0, f"tiny {name}")
    with torch.no_grad():
        for p in hf.parameters():
            if p.ndim == 1:
                p.normal_(1.0 if "gemma" not in name else 0.0, 0.3, generator=rng)
            else:
                p.normal_(0.0, 2 * p.shape[-1] ** -0.5, generator=rng)
    return HFModel(hf, name=name)


def tokens(length: int) -> torch.Tensor:
    """Two random sequences."""
    return torch.randint(0, D_VOCAB, (2, length), generator=generator(length, "tiny tokens"))
