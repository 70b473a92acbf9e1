"""The hooked model: one small class that every kind of model shares.

`Hooked` is anything with sites, whatever it takes; `HookedModel` is a language model: it takes tokens. A kind of model
(native, Hugging Face, a toy world) supplies `_forward(inputs, tap)`, a language model also `_weight(name, layer)`;
everything else (loading, generation, circuits) is a function elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from polyhead.core.errors import PolyheadError
from polyhead.core.model_config import ModelConfig
from polyhead.core.norm_facts import NormFacts
from polyhead.core.special_tokens import NO_TOKENIZER, SpecialTokens
from polyhead.models.active import add_active
from polyhead.models.asked_sites import Asked, SiteCache, named_sites
from polyhead.models.tap import Hook, StopForward, Tap
from polyhead.models.tokenizer import Tokenizer


class LayerWeights:
    """One kind of weight across layers: `model.W_Q[3]` is `[n_heads, d_model, d_head]`, made when asked for."""

    def __init__(self, model: "HookedModel", name: str) -> None:
        self._model, self._name = model, name

    def __len__(self) -> int:
        return self._model.cfg.n_layers

    def __getitem__(self, layer: int) -> Tensor:
        if not -len(self) <= layer < len(self):
            raise IndexError(f"{self._name}[{layer}]: the model has layers 0 to {len(self) - 1}")
        return self._model._weight(self._name, layer % len(self))

    def __iter__(self) -> Iterator[Tensor]:
        return (self[layer] for layer in range(len(self)))

    def stack(self) -> Tensor:
        """All layers in one tensor, `[n_layers, ...]`."""
        return torch.stack(list(self))


class Hooked(nn.Module):
    """A model with sites. Batch first; what it takes (tokens, features) is up to the kind of model."""

    @property
    def n_layers(self) -> int:
        """Number of blocks, which the sites are numbered by."""
        raise NotImplementedError  # each kind of model brings its own

    def _forward(self, inputs: Tensor, tap: Tap, /) -> Tensor:
        raise NotImplementedError  # each kind of model brings its own

    def _check(self, inputs: Tensor, /) -> None:
        raise NotImplementedError  # each kind of model brings its own

    def _prepared(self, inputs: Any, /) -> Tensor:
        """What the model runs on, of what was given."""
        return inputs

    def forward(self, inputs: Tensor, /) -> Tensor:
        """The output, nothing hooked."""
        return self._run(inputs, Tap(n_layers=self.n_layers))

    def run_with_cache(
        self,
        inputs: Any,
        sites: Asked | Iterable[Asked] | None = None,
        *,
        hooks: Mapping[str, Hook] | None = None,
        with_logits: bool = True,
    ) -> tuple[Tensor | None, SiteCache]:
        """Run the model and keep the tensors at some sites.

        Args:
            inputs: Tokens `[b, p]`, or features; for a language model also text.
            sites: One or several: full names, globs (`blocks.*.attn.hook_pattern`), or `("pattern", 3)`; by default
                every site that the model has, but `attn.hook_result`.
            hooks: Replacements by full site name, as in `run_with_hooks`.
            with_logits: With False, the pass ends after the last of the sites and the output is None.

        Returns:
            The output, and the tensors by full name.

        Raises:
            PolyheadError: a site the model does not have (nearest names given), a token id out of range, too long.
        """
        every = sites is None
        names = [] if sites is None else named_sites(sites, self.n_layers)
        tap = Tap(sites=names, hooks=hooks, stop=not with_logits, n_layers=self.n_layers, everything=every)
        output = self._run(inputs, tap)
        tap.check_complete()
        return (output if with_logits else None), SiteCache(tap.cache)

    def run_with_hooks(self, inputs: Any, hooks: Mapping[str, Hook]) -> Tensor:
        """The output with the tensors at some sites replaced (a hook returning None leaves its tensor as it is)."""
        tap = Tap(hooks=hooks, n_layers=self.n_layers)
        output = self._run(inputs, tap)
        tap.check_complete()
        assert output is not None
        return output

    def _run(self, inputs: Any, tap: Tap) -> Any:
        inputs = self._prepared(inputs)
        self._check(inputs)
        add_active(self, tap)
        try:
            return self._forward(inputs, tap)
        except StopForward:
            return None

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        return next(self.parameters()).dtype


class HookedModel(Hooked):
    """A causal language model with sites: tokens `[b, p]` to logits. Heads are an explicit axis everywhere."""

    cfg: ModelConfig

    def __init__(self, cfg: ModelConfig, tokenizer: Any = None) -> None:
        super().__init__()
        self.cfg, self.tokenizer = cfg, tokenizer

    @property
    def tokenizer(self) -> Any:
        """An object with `encode(text) -> list[int]` and `decode(ids) -> str`, or None where the model has none.

        A `Tokenizer` follows the model's decision about BOS and end of document (`cfg.special`), so that prompts and
        packed text begin alike; where the model has not decided on the end of a document, it takes the tokenizer's.
        """
        return self._tokenizer

    @tokenizer.setter
    def tokenizer(self, tokenizer: Any) -> None:
        if isinstance(tokenizer, Tokenizer):
            if self.cfg.eos_from == NO_TOKENIZER:
                own = tokenizer.special
                self.cfg = self.cfg.replace(eos_token_id=own.eos_token_id, eos_from=own.eos_from)
            tokenizer = tokenizer.with_special(self.cfg.special)
        self._tokenizer = tokenizer

    def __repr__(self) -> str:
        c = self.cfg
        return (
            f"{type(self).__name__}({c.name}: {c.n_layers} layers of {c.n_heads} heads, d_model {c.d_model}, "
            f"vocabulary {c.d_vocab:,}, context {c.n_ctx:,})"
        )

    def set_special(self, special: SpecialTokens) -> None:
        """Decide again which tokens stand before a sequence and after a document.

        Raises:
            PolyheadError: an id that the model or its tokenizer does not have.
        """
        for name, i in (("bos", special.bos_token_id), ("eos", special.eos_token_id)):
            if i is not None and not 0 <= i < self.cfg.d_vocab:
                raise PolyheadError(
                    f"the {name} token has id {i}; {self.cfg.name} knows 0 to {self.cfg.d_vocab - 1}. If its tokenizer "
                    f"is of another model, replace it; else load {self.cfg.name}:{name}=none"
                )
        self.cfg = self.cfg.replace(**special.model_dump())
        self.tokenizer = self._tokenizer

    @property
    def n_layers(self) -> int:
        return self.cfg.n_layers

    @property
    def norm_facts(self) -> NormFacts:
        """Where the model has norms, and of which kind."""
        kind = self.cfg.normalization
        return NormFacts(
            places="before",
            layer_norm={"LN": True, "LNPre": True, "RMS": False, "RMSPre": False}.get(kind),
            gain=kind in ("LN", "RMS"),
            value_bias=self._has_value_bias(),
        )

    def _has_value_bias(self) -> bool:
        return any(bool((b != 0).any()) for b in LayerWeights(self, "b_V"))

    def _forward(self, tokens: Int[Tensor, "b p"], tap: Tap) -> Float[Tensor, "b p d_vocab"]:
        raise NotImplementedError  # each kind of model brings its own

    def _weight(self, name: str, layer: int) -> Tensor:
        raise NotImplementedError  # each kind of model brings its own

    def forward(self, tokens: Int[Tensor, "b p"] | str) -> Float[Tensor, "b p d_vocab"]:
        """Logits of tokens or of a text, nothing hooked, attention fused."""
        return self._run(tokens, Tap(n_layers=self.n_layers))

    def to_tokens(self, text: str) -> Int[Tensor, "1 p"]:
        """Token ids of a prompt: BOS where the model has one (`cfg.bos_from` says why), then the text.

        Text that spells a special token is that token, as in transformers; nothing is added at the end.

        Raises:
            PolyheadError: the model has no tokenizer.
        """
        if self.tokenizer is None:
            raise PolyheadError(f"{self.cfg.name} has no tokenizer; pass token ids instead")
        start = [] if self.cfg.bos_token_id is None else [self.cfg.bos_token_id]
        return torch.tensor([[*start, *self.tokenizer.encode(text)]], dtype=torch.int64, device=self.device)

    def to_str_tokens(self, text: "str | Int[Tensor, '*b p']") -> list[str]:
        """The text of each token, BOS included, of a prompt or of ids.

        Raises:
            PolyheadError: the model has no tokenizer, or several sequences are given.
        """
        tokens = self.to_tokens(text) if isinstance(text, str) else text
        if tokens.ndim > 1 and len(tokens) > 1:
            raise PolyheadError(f"expected one sequence of tokens; received {list(tokens.shape)}")
        if self.tokenizer is None:
            raise PolyheadError(f"{self.cfg.name} has no tokenizer, so its tokens have no text")
        return list(self.tokenizer.tokens(tokens.flatten().tolist()))

    def _prepared(self, inputs: Any, /) -> Tensor:
        return self.to_tokens(inputs) if isinstance(inputs, str) else inputs

    def _check(self, tokens: Tensor) -> None:
        if tokens.ndim != 2 or tokens.numel() == 0:
            raise PolyheadError(f"tokens must be [batch, pos], at least one; received {list(tokens.shape)}")
        if tokens.shape[1] > self.cfg.n_ctx:
            raise PolyheadError(f"sequence of {tokens.shape[1]} tokens; {self.cfg.name} takes at most {self.cfg.n_ctx}")
        low, high = int(tokens.min()), int(tokens.max())
        if low < 0 or high >= self.cfg.d_vocab:
            raise PolyheadError(
                f"token ids from {low} to {high}; {self.cfg.name} knows 0 to {self.cfg.d_vocab - 1} "
                "(was the text tokenized for another model?)"
            )

    def __getattr__(self, name: str) -> Any:
        if name in LAYER_WEIGHTS:
            return LayerWeights(self, name)
        return super().__getattr__(name)


LAYER_WEIGHTS = ("W_Q", "W_K", "W_V", "W_O", "b_Q", "b_K", "b_V", "b_O")
"""`W_Q W_K W_V [n_heads, d_model, d_head]`, `W_O [n_heads, d_head, d_model]`, `b_Q b_K b_V [n_heads, d_head]`,
`b_O [d_model]`; keys and values repeated per query head under GQA; zeros where a model has no bias."""
