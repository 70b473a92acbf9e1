"""A Hugging Face causal language model with sites.

The wrapped model is transformers' own, weights and code untouched. For the length of one pass it is given polyhead's
attention function and the module hooks of the sites wanted; both are taken away again, whatever happened.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from jaxtyping import Float, Int
from torch import Tensor, nn

from polyhead.core.model_config import ModelConfig
from polyhead.core.norm_facts import NormFacts
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.hf.attention import NAME, tapping
from polyhead.models.hf.family import Family, family_of
from polyhead.models.hf.gpt_neo import tap_gpt_neo
from polyhead.models.hf.projections import output_bias, output_weight, projection_bias, projection_weight
from polyhead.models.hf.wiring import Wiring
from polyhead.models.hooked import HookedModel
from polyhead.models.tap import Tap
from polyhead.models.tokenizer import Tokenizer


class HFModel(HookedModel):
    """Wraps `hf`, a transformers causal language model of a family in `family.FAMILIES`, in evaluation mode.

    Passes are one at a time (a lock): hooks sit on the modules, which threads share.
    """

    def __init__(self, hf: nn.Module, *, name: str, tokenizer: Any = None, unused_tensors: Sequence[str] = ()) -> None:
        """
        Args:
            hf: The model of transformers.
            name: What it is called in records.
            tokenizer: Decides BOS and end of document where it is a `Tokenizer`; without one, `hf.config` does.
            unused_tensors: Names of tensors in its files that are no part of the model.

        Raises:
            PolyheadError: a family that is not supported.
        """
        config: Any = hf.config
        family = family_of(config)
        super().__init__(_model_config(config, family, name, _special(config, tokenizer), unused_tensors), tokenizer)
        self.hf: Any = hf.eval()
        self.family = family
        self._lock = threading.RLock()

    def _forward(self, tokens: Int[Tensor, "b p"], tap: Tap) -> Float[Tensor, "b p d_vocab"]:
        with self._lock, self._dressed(tap, tokens.shape[0]):
            return self.hf(input_ids=tokens, use_cache=False, return_dict=True).logits

    @contextmanager
    def _dressed(self, tap: Tap, n_batch: int) -> Iterator[None]:
        with ExitStack() as stack:
            if self.family.own_attention:
                tap_gpt_neo(self.hf.get_submodule(self.family.blocks), stack)
            else:
                stack.callback(setattr, self.hf.config, "_attn_implementation", self.hf.config._attn_implementation)
                self.hf.config._attn_implementation = NAME
            Wiring(self.hf, self.family, self.cfg, tap, stack).attach(n_batch)
            stack.enter_context(tapping(tap, rotary=self.family.rotary))
            yield

    def _weight(self, name: str, layer: int) -> Tensor:
        attn = self.hf.get_submodule(f"{self.family.blocks}.{layer}.{self.family.attn}")
        part = name[-1]
        if part == "O":
            return (output_weight if name == "W_O" else output_bias)(self.family, attn, self.cfg)
        if name.startswith("b_"):
            rows = projection_bias(self.family, attn, self.cfg, part)
        else:
            rows = projection_weight(self.family, attn, self.cfg, part).mT
        return rows if part == "Q" else rows.repeat_interleave(self.cfg.n_heads // self.cfg.n_kv_heads, dim=0)

    @property
    def norm_facts(self) -> NormFacts:
        family = self.family
        places = "after" if family.ln1 is None else "before" if family.ln1_post is None else "around"
        return NormFacts(
            places=places,
            layer_norm=family.normalization == "LN",
            gain=True,
            value_bias=self._has_value_bias(),
        )

    @property
    def W_E(self) -> Float[Tensor, "d_vocab d_model"]:
        """Rows as they enter the residual stream: `hook_embed` is `W_E[tokens]`."""
        weight = self.hf.get_input_embeddings().weight
        return weight * weight.new_tensor(self.cfg.d_model**0.5) if self.family.embeds_times_sqrt_d else weight

    @property
    def W_U(self) -> Float[Tensor, "d_model d_vocab"]:
        return self.hf.get_output_embeddings().weight.T


def _special(config: Any, tokenizer: Any) -> SpecialTokens:
    if isinstance(tokenizer, Tokenizer):
        return tokenizer.special
    bos = config.bos_token_id
    if isinstance(bos, int) and not isinstance(bos, bool) and 0 <= bos < config.vocab_size:
        return SpecialTokens(bos_token_id=bos, bos_from="bos_token_id of config.json")
    return SpecialTokens()


def _model_config(
    config: Any, family: Family, name: str, special: SpecialTokens, unused_tensors: Sequence[str]
) -> ModelConfig:
    n_heads = config.num_attention_heads
    return ModelConfig(
        name=name,
        family=config.model_type,
        n_layers=config.num_hidden_layers,
        d_model=config.hidden_size,
        n_heads=n_heads,
        n_kv_heads=getattr(config, "num_key_value_heads", None) or n_heads,
        d_head=getattr(config, "head_dim", None) or config.hidden_size // n_heads,
        d_vocab=config.vocab_size,
        n_ctx=config.max_position_embeddings,
        attn_only=False,
        positions="rotary" if family.rotary else "learned",
        normalization=family.normalization,
        unused_tensors=tuple(unused_tensors),
        **special.model_dump(),
    )
