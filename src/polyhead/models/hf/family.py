"""What distinguishes one Hugging Face family from another: where its modules are and how it stores q, k and v.

Paths are relative to the causal language model (`blocks`, `ln_final`, `embed`, `pos_embed`) or to a block (the rest).
A new family that uses transformers' attention interface needs one entry in `FAMILIES` and a line in the tests.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

from polyhead.core.errors import PolyheadError

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
    mlp_in: str = "gate_proj"
    """Inside `mlp`; its output is `mlp.hook_pre` (of a gated MLP: the gate)."""
    mlp_in_is_gate_and_up: bool = False
    mlp_out: str = "down_proj"
    normalization: Literal["LN", "RMS"] = "RMS"
    gain_plus_one: bool = False
    """Norms store their gain minus one (Gemma)."""
    joint_k_norm: bool = False
    """A norm runs over all key heads together, so keys cannot be told apart per query head before it."""
    embeds_times_sqrt_d: bool = False
    """The token embedding is multiplied by sqrt(d_model)."""
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
    "olmo2": _OLMO,
    "olmo3": _OLMO,
    "starcoder2": replace(_LLAMA, normalization="LN", mlp_in="c_fc", mlp_out="c_proj"),
    "gemma2": _GEMMA,
    "gemma3_text": _GEMMA,
    "phi3": replace(_LLAMA, qkv="stacked", fused_proj="qkv_proj", mlp_in="gate_up_proj", mlp_in_is_gate_and_up=True),
}
"""By transformers' `model_type`. SmolLM2 and TinyLlama are `llama`, Pythia is `gpt_neox`, Phi-4-mini is `phi3`."""


def family_of(config: Any) -> Family:
    """The entry for a transformers config.

    Raises:
        PolyheadError: a family polyhead has no entry for.
    """
    if config.model_type not in FAMILIES:
        raise PolyheadError(
            f"models of type {config.model_type!r} are not supported; known: {', '.join(sorted(FAMILIES))} "
            "(a new family is one entry in polyhead/models/hf/family.py)"
        )
    return FAMILIES[config.model_type]
