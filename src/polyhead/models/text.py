"""Text in, tokens out, as a model expects them."""

from jaxtyping import Int
from torch import Tensor

from polyhead.models.hooked import HookedModel


def to_tokens(model: HookedModel, text: str) -> Int[Tensor, "1 p"]:
    """Token ids of a prompt: BOS where the model has one (`model.cfg.bos_from` says why), then the text.

    Text that spells a special token is that token, as in transformers; nothing is added at the end.

    Args:
        model: Any model with a tokenizer.
        text: The prompt.

    Returns:
        Ids, int64, on the model's device.

    Raises:
        PolyheadError: the model has no tokenizer.
    """
    return model.to_tokens(text)


def before(model: HookedModel) -> list[int]:
    """The ids that stand before every sequence of a model: BOS, or nothing."""
    return [] if model.cfg.bos_token_id is None else [model.cfg.bos_token_id]
