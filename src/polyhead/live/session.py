"""A model in memory answers prompts: patterns, latents, next tokens and text, with and without edits.

Interventions are kept per thread (models/active.py), so answers to several pages may be computed at once.
"""

import base64
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.sites import site
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.interventions.effect import Effect
from polyhead.interventions.steer import Intervention, clamp, steer
from polyhead.live.asked import Ask, Edit
from polyhead.live.latents import LiveDictionary
from polyhead.models.generate import generate
from polyhead.models.hooked import HookedModel
from polyhead.models.text import to_tokens
from polyhead.runs.graph import run_graph_pages, run_prune

MOST_ENTRIES = 2**24
"""Most pattern entries of one answer: about 22 MB on their way to the browser."""
N_NEXT = 12
N_KNOWN = 8
"""Prompts whose unchanged logits and continuations are kept."""


T = TypeVar("T")


class Cancelled(Exception):  # noqa: N818 - a request that was met, not a fault
    """The page no longer wants the answer."""


def _never() -> None:
    """Nobody cancels."""


class Session:
    """A model and its dictionaries."""

    def __init__(
        self, model: HookedModel, dictionaries: Sequence[LoadedDictionary], qk: Sequence[LoadedDictionary] = ()
    ) -> None:
        """
        Args:
            model: Any model with a tokenizer.
            dictionaries: Of its layers; their latents are shown and can be edited.
            qk: Dictionaries of attention scores; shown as well.

        Raises:
            PolyheadError: no tokenizer, or a dictionary that does not fit the model.
        """
        if model.tokenizer is None:
            raise PolyheadError(f"{model.cfg.name} has no tokenizer, so no prompt can be typed; choose another model")
        self.model, self.loaded = model, list(dictionaries)
        self.dictionaries = {one.name: LiveDictionary(model, one) for one in (*dictionaries, *qk)}
        self._known_logits: dict[tuple[int, ...], Tensor] = {}
        self._known_texts: dict[tuple[int, ...], str] = {}

    def about(self) -> dict[str, Any]:
        """What the page knows before the first prompt."""
        cfg = self.model.cfg
        return {
            "title": f"{cfg.name} live",
            "model": cfg.name,
            "n_layers": cfg.n_layers,
            "n_heads": cfg.n_heads,
            "n_ctx": cfg.n_ctx,
            "dictionaries": [one.card for one in self.dictionaries.values()],
        }

    @torch.no_grad()
    def answer(self, ask: Ask, check: Callable[[], None] = _never) -> dict[str, Any]:
        """Everything about a prompt: what `look` and `texts` tell."""
        started = time.perf_counter()
        told = {**self.look(ask, check), **self.texts(ask, check)}
        return {**told, "milliseconds": _since(started)}

    @torch.no_grad()
    def look(self, ask: Ask, check: Callable[[], None] = _never) -> dict[str, Any]:
        """Patterns, latents and next tokens of a prompt; the continuations, which take longest, are None.

        Args:
            ask: The prompt and the edits.
            check: Called between passes; it raises `Cancelled` where nobody waits for the answer.

        Returns:
            Plain values for the page.

        Raises:
            PolyheadError: an empty or too long prompt, text that is no Unicode, an edit of what is not there.
            Cancelled: as `check` says.
        """
        started = time.perf_counter()
        tokens = self.tokens(ask.prompt)
        ids = tokens[0].tolist()
        texts = self.model.tokenizer.tokens(ids)
        edits = [self.intervention(edit) for edit in ask.edits]
        with _all(edits):
            after, cache = self._cached(tokens, check)
        key = tuple(ids)
        before = after
        if edits:
            before = _recall(self._known_logits, key, lambda: self._logits(tokens, check))
        else:
            _recall(self._known_logits, key, lambda: after)
        changed = {name: [e.latent for e in ask.edits if e.dictionary == name] for name in self.dictionaries}
        seen = {}
        for name, one in self.dictionaries.items():
            check()
            also = [latent for latent in changed[name] if latent is not None]
            seen[name] = one.see(cache, tokens, texts, ask.n_latents, also)
        effect = Effect(tokens, before, after, "", "", tuple(e.about for e in edits), self.model)
        return {
            "prompt": ask.prompt,
            "edits": [{**e.model_dump(), "about": i.about} for e, i in zip(ask.edits, edits, strict=True)],
            "tokens": texts,
            "patterns": [_packed(cache[name][0]) for name in self._pattern_sites],
            "next": effect.to_dataframe(N_NEXT).to_dict("records"),
            "kl": effect.kl,
            "text_before": None,
            "text_after": None,
            "latents": seen,
            "milliseconds": _since(started),
        }

    @torch.no_grad()
    def texts(self, ask: Ask, check: Callable[[], None] = _never) -> dict[str, str]:
        """Continuations of a prompt, without and with the edits.

        Args:
            ask: As in `look`.
            check: As in `look`.

        Returns:
            `text_before` and `text_after`.

        Raises:
            PolyheadError: as `look`.
            Cancelled: as `check` says.
        """
        tokens = self.tokens(ask.prompt)
        n_new = min(ask.n_tokens, self.model.cfg.n_ctx - tokens.shape[1])
        edits = [self.intervention(edit) for edit in ask.edits]
        key = (*tokens[0].tolist(), n_new)
        before = _recall(self._known_texts, key, lambda: self._continued(tokens, n_new, check))
        with _all(edits):
            after = self._continued(tokens, n_new, check) if edits else before
        return {"text_before": before, "text_after": after}

    def graph(self, ask: Ask, folder: Path, check: Callable[[], None] = _never) -> Path:
        """Write the attribution graph of a prompt, of the model with the edits in force, and its page.

        Args:
            ask: The prompt and the edits; what they write is in error nodes, so that all sums stay exact.
            folder: Of the graph; kept, so that the same question is drawn once.
            check: Called between stages, as in `answer`.

        Returns:
            Folder of the page.

        Raises:
            PolyheadError: no dictionary that a graph can hold, or what `build_graph` refuses.
            Cancelled: as `check` says.
        """
        if not self.loaded:
            raise PolyheadError("a graph needs dictionaries; start the page with --dictionaries FOLDER ...")
        tokens = self.tokens(ask.prompt)
        edits = [self.intervention(edit) for edit in ask.edits]
        notes = [f"edited: {'; '.join(edit.about for edit in edits)}"] if edits else []
        check()
        with _all(edits):
            build_graph(self.model, self.loaded, tokens[0], GraphConfig(), folder=folder / "full", notes=notes)
        check()
        run_prune(folder / "full", folder)
        check()
        return run_graph_pages([folder], folder / "pages").parent

    def tokens(self, prompt: str) -> Tensor:
        """Ids `[1, p]` of a prompt.

        Raises:
            PolyheadError: nothing in it, or more than the model or the page can take.
        """
        if not prompt:
            raise PolyheadError("the prompt is empty; type some text")
        tokens = to_tokens(self.model, prompt)
        cfg, p = self.model.cfg, tokens.shape[1]
        if p > cfg.n_ctx:
            raise PolyheadError(f"the prompt has {p:,} tokens; {cfg.name} takes at most {cfg.n_ctx:,}: shorten it")
        if (n := cfg.n_layers * cfg.n_heads * p * p) > MOST_ENTRIES:
            most = int((MOST_ENTRIES / (cfg.n_layers * cfg.n_heads)) ** 0.5)
            raise PolyheadError(
                f"the patterns of {p:,} tokens have {n:,} entries; the page takes prompts of at most {most:,} tokens "
                "for this model: shorten it"
            )
        return tokens

    def intervention(self, edit: Edit) -> Intervention:
        """An edit as an intervention.

        Raises:
            PolyheadError: neither a head nor a latent, or one that is not there.
        """
        if edit.head is not None and edit.latent is None:
            if edit.do != "scale":
                raise PolyheadError(f"a head can be scaled; received {edit.do!r} for {edit.head}")
            return steer(self.model, heads=edit.head, scale=edit.value)
        if edit.latent is None or edit.head is not None or edit.dictionary is None:
            raise PolyheadError("an edit names a head, or a dictionary and a latent")
        if edit.dictionary not in self.dictionaries:
            raise PolyheadError(f"unknown dictionary {edit.dictionary!r}; known: {', '.join(self.dictionaries)}")
        one = self.dictionaries[edit.dictionary]
        about: dict[str, Any] = {"latent": edit.latent, "reading": one.own_reading}
        if edit.do == "clamp":
            return clamp(self.model, one.dictionary, value=edit.value, **about)
        return steer(self.model, one.dictionary, **{edit.do: edit.value}, **about)

    @property
    def _pattern_sites(self) -> list[str]:
        return [site(layer, "attn.hook_pattern") for layer in range(self.model.cfg.n_layers)]

    def _logits(self, tokens: Tensor, check: Callable[[], None]) -> Tensor:
        check()
        return self.model(tokens)[0]

    def _cached(self, tokens: Tensor, check: Callable[[], None]) -> tuple[Tensor, dict[str, Tensor]]:
        check()
        sites = dict.fromkeys([*self._pattern_sites, *(s for d in self.dictionaries.values() for s in d.reading.sites)])
        logits, cache = self.model.run_with_cache(tokens, list(sites))
        assert logits is not None
        return logits[0], cache

    def _continued(self, tokens: Tensor, n: int, check: Callable[[], None]) -> str:
        start = tokens.shape[1]
        for _ in range(n):
            check()
            tokens = generate(self.model, tokens, 1)
        return self.model.tokenizer.decode(tokens[0, start:].tolist()) if n else ""


def _since(started: float) -> int:
    """Milliseconds."""
    return round(1000 * (time.perf_counter() - started))


@contextmanager
def _all(edits: Sequence[Intervention]) -> Iterator[None]:
    """All edits in force."""
    with ExitStack() as stack:
        for edit in edits:
            stack.enter_context(edit)
        yield


def _recall(known: dict[tuple[int, ...], T], key: tuple[int, ...], compute: Callable[[], T]) -> T:
    """What is known of a prompt without edits; that of the last prompts is kept, since only edits change then."""
    found = known.get(key)
    if found is None:
        found = compute()
        for old in list(known)[: 1 - N_KNOWN]:
            known.pop(old, None)
        known[key] = found
    return found


def _packed(pattern: Tensor) -> list[str]:
    """Of every head the pattern as base64 of bytes, each 255 times the root of the weight, row by row."""
    levels = (pattern.float().clamp(0, 1).sqrt() * 255).round().to(torch.uint8).cpu().numpy()
    return [base64.b64encode(np.ascontiguousarray(head).tobytes()).decode() for head in levels]
