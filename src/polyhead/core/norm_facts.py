"""What the names of places in a model depend on: which norms it has and where, and whether values have a bias.

`hook_attn_out` of TransformerLens is another tensor in a model with norms on outputs, and `ln1.hook_normalized` another
one under LayerNorm than under RMSNorm (interop/hook_names.py). A dictionary that was imported without its model rests
on an assumption about it, which is saved with it and compared with every model that it meets.
"""

from typing import Literal

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError

Places = Literal["before", "around", "after"]
"""Norms before attention and the MLP; before them and on their outputs (Gemma 2 and 3); on their outputs (OLMo 2)."""
_WORDS = {
    "before": "norms before attention and the MLP only",
    "around": "norms before attention and the MLP and on their outputs",
    "after": "norms on the outputs of attention and the MLP only",
}


class NormFacts(Config):
    """The norms of a model, as far as they are known; None: not known, or of no importance."""

    places: Places | None = None
    layer_norm: bool | None = None
    """Whether norms take the mean off (LayerNorm) or not (RMSNorm)."""
    gain: bool | None = None
    """Whether norms have a learned gain; without one, a tensor before it and after it are the same."""
    value_bias: bool | None = None
    """Whether the value projections have a bias other than 0."""

    def check(self, model: "NormFacts", *, dictionary: str, name: str) -> None:
        """Compare what was assumed of a dictionary's model with a model.

        Args:
            model: Facts of the model `name`.
            dictionary: How the dictionary is called in the message.
            name: Name of the model.

        Raises:
            PolyheadError: the model is of another kind than the import assumed.
        """
        if self.places is not None and model.places is not None and self.places != model.places:
            assumed, found = _WORDS[self.places], _WORDS[model.places]
        elif self.layer_norm is not None and model.layer_norm is not None and self.layer_norm != model.layer_norm:
            assumed, found = (("LayerNorm" if x else "RMSNorm") for x in (self.layer_norm, model.layer_norm))
        elif self.value_bias is False and model.value_bias:
            assumed, found = "no value biases", "value biases"
        else:
            return
        raise PolyheadError(
            f"{dictionary} was imported for a model with {assumed}; {name} has {found}, and what "
            "the dictionary reads is another tensor there: import it again with --model"
        )
