"""A Hugging Face causal language model with sites.

The wrapped model is transformers' own, weights and code untouched. For the length of one pass it is given polyhead's
attention function and the module hooks of the sites wanted; both are taken away again, whatever happened.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from polyhead.core.model_config import ModelConfig
from polyhead.core.norm_facts import NormFacts
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.attention_kind import attention_words, has_sinks
from polyhead.models.hf.adapter import adapted
from polyhead.models.hf.attention import NAME, tapping
from polyhead.models.hf.family import Family, factor, family_of
from polyhead.models.hf.gpt_neo import tap_gpt_neo
from polyhead.models.hf.identities import check_identities
from polyhead.models.hf.projections import output_bias, output_weight, projection_bias, projection_weight
from polyhead.models.hf.wiring import Wiring, parallel
from polyhead.models.hooked import HookedModel
from polyhead.models.tap import Tap
from polyhead.models.tokenizer import Tokenizer


class HFModel(HookedModel):
    """Wraps `hf`, a transformers causal language model, in evaluation mode.

    Families with an entry in `family.FAMILIES` are taken as they are; of another decoder, modules are found and every
    identity that polyhead relies on is checked on a probe (hf/adapter.py, hf/identities.py).

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
            PolyheadError: a decoder whose parts are not found, or do not behave as their names say; lists which.
        """
        hf.eval()
        config: Any = hf.config
        family = family_of(config) or adapted(hf)
        super().__init__(_model_config(hf, family, name, _special(config, tokenizer), unused_tensors), tokenizer)
        self.hf: Any = hf
        self.family = family
        self._lock = threading.RLock()
        if family.adapted:
            check_identities(self)

    def _forward(self, tokens: Int[Tensor, "b p"], tap: Tap) -> Float[Tensor, "b p d_vocab"]:
        with self._lock, self._dressed(tap, tokens.shape[0]):
            return self.hf(input_ids=tokens, use_cache=False, return_dict=True).logits

    @contextmanager
    def _dressed(self, tap: Tap, n_batch: int) -> Iterator[None]:
        with ExitStack() as stack:
            if self.family.own_attention:
                tap_gpt_neo(self.hf.get_submodule(self.family.blocks), stack)
            else:
                text = self.text_config
                stack.callback(setattr, text, "_attn_implementation", text._attn_implementation)
                text._attn_implementation = NAME
                if self.dtype == torch.float64 and getattr(text, "_experts_implementation", None):
                    stack.callback(setattr, text, "_experts_implementation", text._experts_implementation)
                    text._experts_implementation = "eager"  # grouped products have no float64
            Wiring(self.hf, self.family, self.cfg, tap, stack).attach(n_batch)
            stack.enter_context(tapping(tap, rotary=self.family.rotary))
            yield

    def _weight(self, name: str, layer: int) -> Tensor:
        attn = self.hf.get_submodule(f"{self.family.blocks}.{layer}.{self.family.attn}")
        part = name[-1]
        if part == "O":
            rows = (output_weight if name == "W_O" else output_bias)(self.family, attn, self.cfg)
            branches = factor(self.text_config, self.family.branches_times)
            return rows if branches == 1 else rows * branches
        if name.startswith("b_"):
            rows = projection_bias(self.family, attn, self.cfg, part)
        else:
            rows = projection_weight(self.family, attn, self.cfg, part).mT
        return rows if part == "Q" else rows.repeat_interleave(self.cfg.n_heads // self.cfg.n_kv_heads, dim=0)

    @property
    def text_config(self) -> Any:
        """transformers' config of the language model (of a model of images and text, a part of its config)."""
        return self.hf.config.get_text_config()

    @property
    def parallel(self) -> bool:
        """Whether attention and MLP of a block both read its input, so that there is no `hook_resid_mid`."""
        return parallel(self.hf, self.family)

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
        if self.family.embeds_times_sqrt_d:
            return weight * weight.new_tensor(self.cfg.d_model**0.5)
        times = factor(self.text_config, self.family.embeds_times)
        return weight if times == 1 else weight * times

    @property
    def W_U(self) -> Float[Tensor, "d_model d_vocab"]:
        """With the factor between the unembedding and logits, where a family has one."""
        times = factor(self.text_config, self.family.logits_times) / factor(self.text_config, self.family.logits_over)
        weight = self.hf.get_output_embeddings().weight.T
        return weight if times == 1 else weight * times


def _special(config: Any, tokenizer: Any) -> SpecialTokens:
    if isinstance(tokenizer, Tokenizer):
        return tokenizer.special
    config = config.get_text_config()
    bos = config.bos_token_id
    if isinstance(bos, int) and not isinstance(bos, bool) and 0 <= bos < config.vocab_size:
        return SpecialTokens(bos_token_id=bos, bos_from="bos_token_id of config.json")
    return SpecialTokens()


def _model_config(
    hf: Any, family: Family, name: str, special: SpecialTokens, unused_tensors: Sequence[str]
) -> ModelConfig:
    config = hf.config.get_text_config()
    n_heads = config.num_attention_heads
    return ModelConfig(
        name=name,
        family=hf.config.model_type,
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
        attention=attention_words(config, sinks=has_sinks(hf)),
        unused_tensors=tuple(unused_tensors),
        **special.model_dump(),
    )
