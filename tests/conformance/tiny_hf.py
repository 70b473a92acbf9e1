"""A tiny random model of every Hugging Face family, built from transformers' own classes without any file.

Sizes are distinct, prime where the family permits, so that a swapped axis fails. Weights are drawn wide enough that
attention is far from uniform.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
import transformers
from transformers import CONFIG_MAPPING, AutoConfig, AutoModelForCausalLM

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
SQUARE = {
    **_LLAMA,
    "hidden_size": 32,
    "num_attention_heads": 4,
    "intermediate_size": 16,
    "moe_intermediate_size": 16,
    "num_experts": 3,
    "num_local_experts": 3,
    "num_experts_per_tok": 2,
    "head_dim": 8,
}
"""Matrices of experts need widths that are multiples of 16 bytes."""
_GRANITE = {"embedding_multiplier": 3.0, "residual_multiplier": 0.4, "logits_scaling": 2.5, "attention_multiplier": 0.3}
_COHERE = {**_ONE_HEAD_SIZE, "head_dim": 10, "logit_scale": 0.3}
_GPT_NEOX = {k: v for k, v in _ONE_HEAD_SIZE.items() if k not in ("head_dim", "num_key_value_heads")}


@dataclass(frozen=True)
class Tiny:
    """A family's config, and which of its layers see only the last `WINDOW` positions."""

    model_type: str
    settings: dict[str, Any] = field(hash=False)
    local: tuple[bool, ...] = (False,) * N_LAYERS


_VISION = {
    "hidden_size": 8,
    "intermediate_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "image_size": 4,
    "patch_size": 2,
}
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
    "smollm3": Tiny("smollm3", {**_LLAMA, "no_rope_layers": [1, 0, 1]}),
    "granite": Tiny("granite", {**SQUARE, **_GRANITE}),
    "cohere2": Tiny("cohere2", {**_COHERE, "sliding_window": WINDOW, "layer_types": _LAYER_TYPES}, _MIXED),
    "gpt_oss": Tiny("gpt_oss", {**SQUARE, "sliding_window": WINDOW, "layer_types": _LAYER_TYPES}, _MIXED),
}
"""Families that all of tests/conformance/test_models_hf.py is run on."""

ALL_OTHERS = {
    "gemma3": Tiny("gemma3", {"text_config": _GEMMA, "vision_config": _VISION, "mm_tokens_per_image": 1}, _MIXED),
    "cohere": Tiny("cohere", _COHERE),
    "qwen3_moe": Tiny("qwen3_moe", SQUARE),
    "exaone4": Tiny("exaone4", {**_LLAMA, "sliding_window": WINDOW, "layer_types": _LAYER_TYPES}, _MIXED),
    "granitemoe": Tiny("granitemoe", {**SQUARE, **_GRANITE}),
    "llama4_text": Tiny("llama4_text", {**SQUARE, "intermediate_size_mlp": 16}),
    "nemotron": Tiny("nemotron", {**_ONE_HEAD_SIZE, "head_dim": 10}),
}
_OF_DEFAULT_SHAPE = """
apertus arcee aria_text cwm ernie4_5 ernie4_5_moe exaone_moe flex_olmo gemma glm glm4 glm4_moe hunyuan_v1_dense lfm2
minimax_m2 ministral ministral3 mixtral olmoe phimoe qwen2_moe seed_oss vaultgemma
"""
ALL_OTHERS |= {kind: Tiny(kind, SQUARE) for kind in _OF_DEFAULT_SHAPE.split()}
CURRENT = int(transformers.__version__.split(".")[0]) >= 5
OTHERS = {kind: tiny for kind, tiny in sorted(ALL_OTHERS.items()) if kind in CONFIG_MAPPING and CURRENT}
"""Model types that identities are checked on; code of transformers 4 is laid out otherwise and may be refused."""


@cache
def make(name: str) -> HFModel:
    """The tiny model of that name; tests share it and must leave it as it was."""
    tiny = (TINY | OTHERS)[name]
    config = AutoConfig.for_model(tiny.model_type, **tiny.settings)
    hf = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    rng = generator(0, f"tiny {name}")
    with torch.no_grad():
        for p in hf.parameters():
            if p.ndim == 1:
                p.normal_(0.0 if "gemma" in name or "nemotron" in name else 1.0, 0.3, generator=rng)
            else:
                p.normal_(0.0, 2 * p.shape[-1] ** -0.5, generator=rng)
    return HFModel(hf, name=name)


def tokens(length: int) -> torch.Tensor:
    """Two random sequences."""
    return torch.randint(0, D_VOCAB, (2, length), generator=generator(length, "tiny tokens"))
