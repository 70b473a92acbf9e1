"""What every model says of itself, whatever family it comes from."""

from collections.abc import Mapping
from typing import Any, Literal

from polyhead.core.errors import PolyheadError
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
    attention: tuple[str, ...] = ()
    """Kind of attention of each layer: `full`, `window 128` (the last 128 keys, the query's own included), `chunk 8192`
    (keys of the query's own stretch of 8,192), each with ` + sink` where a learned score takes part in the softmax.
    Empty in records that were written before it was kept."""
    unused_tensors: tuple[str, ...] = ()
    """Tensors of its files that are no part of the language model (a second head, an image encoder)."""


def check_architecture(dictionary: str, trained: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    """Refuse a model of other sizes than the one that a dictionary was trained on.

    Args:
        dictionary: its name, for the message.
        trained: sizes of the model it was trained on, as far as they are known.
        here: sizes of the model it is asked to explain.

    Raises:
        PolyheadError: a size that differs; all of them are named.
    """
    different = [key for key in _ARCHITECTURE if key in trained and trained[key] != here[key]]
    if different:
        facts = ", ".join(f"{key} {trained[key]} against {here[key]}" for key in different)
        raise PolyheadError(
            f"{dictionary} was trained on {trained.get('name')}; {here['name']} is another model: {facts}"
        )


_ARCHITECTURE = ("n_layers", "d_model", "n_heads", "n_kv_heads", "d_head", "d_vocab")
"""What two models must agree in for a dictionary of one to be of any use on the other."""
