"""What every model says of itself, whatever family it comes from."""

from typing import Literal

from polyhead.core.special_tokens import SpecialTokens


class ModelConfig(SpecialTokens):
    """The sizes and conventions that the rest of polyhead may rely on, special tokens included."""

    name: str
    """How the model was asked for or is called on the hub."""
    family: str
    """`native`, or transformers' model type (`gpt2`, `llama`, ...)."""
    n_layers: int
    d_model: int
    n_heads: int
    n_kv_heads: int
    """Equal to `n_heads` unless keys and values are shared (GQA)."""
    d_head: int
    d_vocab: int
    n_ctx: int
    """Longest sequence the model takes, in tokens."""
    attn_only: bool
    positions: Literal["rotary", "learned", "shortformer", "none"]
    normalization: Literal["LN", "LNPre", "RMS", "RMSPre", "none"]
    """`...Pre` means no learned gain; `none` means no normalisation at all."""
    unused_tensors: tuple[str, ...] = ()
    """Tensors of its files that are no part of the language model (a second head, an image encoder)."""
