"""What distinguishes one Hugging Face family from another: where its modules are and how it stores q, k and v.

Paths are relative to the causal language model (`blocks`, `ln_final`, `embed`, `pos_embed`) or to a block (the rest).
A family that uses transformers' attention interface needs one entry in `FAMILIES` and a line in the tests; a decoder
without an entry is looked at by hf/adapter.py, and refused unless hf/identities.py finds every identity in order.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

QKV = Literal["separate", "conv1d", "interleaved", "stacked"]
"""How projections are stored: three matrices; one GPT-2 Conv1D [in, q|k|v]; one matrix with rows [head, q|k|v, d_head];
one matrix with rows [q heads | k heads | v heads]."""


@dataclass(frozen=True, kw_only=True)
class Family:
    """Module paths and conventions of one family."""

    blocks: str = "model.layers"
    embed: str = "model.embed_tokens"
    pos_embed: str | None = None
    """The learned position table, where there is one; such a family has no rotation."""
    ln_final: str = "model.norm"
    attn: str = "self_attn"
    out_proj: str = "o_proj"
    """Inside `attn`."""
    qkv: QKV = "separate"
    fused_proj: str = ""
    """Inside `attn`: the one projection of q, k and v, unless they are separate."""
    ln1: str | None = "input_layernorm"
    """Norm before attention; None where attention reads the stream itself."""
    ln1_post: str | None = None
    """Norm on the output of attention, before it is added to the residual stream."""
    ln2: str | None = "post_attention_layernorm"
    """Norm before the MLP, fed the middle of the residual stream; None where the MLP reads that itself."""
    ln2_post: str | None = None
    mlp: str = "mlp"
    mlp_in: str | None = "gate_proj"
    """Inside `mlp`; its output is `mlp.hook_pre` (of a gated MLP: the gate). None for a mixture of experts, whose
    neurons differ from token to token: it is one site, `hook_mlp_out`."""
    mlp_in_is_gate_and_up: bool = False
    mlp_out: str | None = "down_proj"
    normalization: Literal["LN", "RMS"] = "RMS"
    gain_plus_one: bool = False
    """Norms store their gain minus one (Gemma)."""
    joint_k_norm: bool = False
    """A norm runs over all key heads together, so keys cannot be told apart per query head before it."""
    embeds_times_sqrt_d: bool = False
    """The token embedding is multiplied by sqrt(d_model)."""
    embeds_times: str | None = None
    """The setting of the config that the token embedding is multiplied by."""
    branches_times: str | None = None
    """The setting that outputs of attention and MLP are multiplied by before they join the stream. It counts as part
    of W_O, b_O and of `attn.hook_result`, `hook_attn_out` and `hook_mlp_out`."""
    logits_over: str | None = None
    """The setting that logits are divided by; it counts as part of W_U."""
    logits_times: str | None = None
    """The setting that logits are multiplied by; it counts as part of W_U."""
    parallel: bool = False
    """Attention and MLP both read the block's input."""
    adapted: bool = False
    """Found by hf/adapter.py, not from a list."""
    own_attention: bool = False
    """The family does not call transformers' attention interface (GPT-Neo)."""

    @property
    def rotary(self) -> bool:
        return self.pos_embed is None


_LLAMA = Family()
_GEMMA = replace(
    _LLAMA,
    ln1_post="post_attention_layernorm",
    ln2="pre_feedforward_layernorm",
    ln2_post="post_feedforward_layernorm",
    gain_plus_one=True,
    embeds_times_sqrt_d=True,
)
_OLMO = replace(
    _LLAMA,
    ln1=None,
    ln1_post="post_attention_layernorm",
    ln2=None,
    ln2_post="post_feedforward_layernorm",
    joint_k_norm=True,
)
_EXPERTS = replace(_LLAMA, mlp_in=None, mlp_out=None)
_COHERE = replace(_LLAMA, normalization="LN", ln2=None, parallel=True, logits_times="logit_scale")
_GPT2 = Family(
    blocks="transformer.h",
    embed="transformer.wte",
    pos_embed="transformer.wpe",
    ln_final="transformer.ln_f",
    attn="attn",
    out_proj="c_proj",
    qkv="conv1d",
    fused_proj="c_attn",
    ln1="ln_1",
    ln2="ln_2",
    mlp_in="c_fc",
    mlp_out="c_proj",
    normalization="LN",
)

FAMILIES: dict[str, Family] = {
    "gpt2": _GPT2,
    "gpt_neo": replace(
        _GPT2, attn="attn.attention", out_proj="out_proj", qkv="separate", fused_proj="", own_attention=True
    ),
    "gpt_neox": Family(
        blocks="gpt_neox.layers",
        embed="gpt_neox.embed_in",
        ln_final="gpt_neox.final_layer_norm",
        attn="attention",
        out_proj="dense",
        qkv="interleaved",
        fused_proj="query_key_value",
        mlp_in="dense_h_to_4h",
        mlp_out="dense_4h_to_h",
        normalization="LN",
    ),
    "llama": _LLAMA,
    "mistral": _LLAMA,
    "qwen2": _LLAMA,
    "qwen3": _LLAMA,
    "qwen3_moe": _EXPERTS,
    "gpt_oss": _EXPERTS,
    "smollm3": _LLAMA,
    "granite": replace(
        _LLAMA,
        embeds_times="embedding_multiplier",
        branches_times="residual_multiplier",
        logits_over="logits_scaling",
    ),
    "cohere": _COHERE,
    "cohere2": _COHERE,
    "olmo2": _OLMO,
    "olmo3": _OLMO,
    "starcoder2": replace(_LLAMA, normalization="LN", mlp_in="c_fc", mlp_out="c_proj"),
    "gemma2": _GEMMA,
    "gemma3_text": _GEMMA,
    "gemma3": replace(
        _GEMMA,
        blocks="model.language_model.layers",
        embed="model.language_model.embed_tokens",
        ln_final="model.language_model.norm",
    ),
    "phi3": replace(_LLAMA, qkv="stacked", fused_proj="qkv_proj", mlp_in="gate_up_proj", mlp_in_is_gate_and_up=True),
}
"""By transformers' `model_type`. SmolLM2 and TinyLlama are `llama`, Pythia is `gpt_neox`, Phi-4-mini is `phi3`."""


def family_of(config: Any) -> Family | None:
    """The entry for a transformers config; None where there is none."""
    return FAMILIES.get(config.model_type)


def factor(config: Any, setting: str | None) -> float:
    """The number that a setting of the config stands for, 1 for none."""
    return 1.0 if setting is None else float(getattr(config, setting))
