"""Passes of the real model with something added to its stream: everything else frozen, or everything else free.

Held: every norm divides by what it divided by on the prompt, attention moves along the patterns of the prompt, and what
attention and MLPs write is put back as it was; so a change reaches what reads the stream, directly or through heads,
and nothing else. Values still go through the model's own weights.
Axis legend: p position, d d_model, v vocabulary.
"""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.sites import parse_site, site
from polyhead.graphs.frozen import FrozenPrompt
from polyhead.graphs.norms import FrozenNorm
from polyhead.graphs.recorded import write_depth
from polyhead.models.hooked import HookedModel
from polyhead.models.tap import Hook

Added = Mapping[int, Float[Tensor, "p d"]]
"""Depth -> what is added to the stream there."""


class Pass(NamedTuple):
    """What came of it."""

    tensors: dict[str, Tensor]
    logits: Float[Tensor, "p v"]


@torch.no_grad()
def frozen_pass(model: HookedModel, frozen: FrozenPrompt, added: Added, sites: list[str]) -> Pass:
    """The tensors at `sites` where nothing but `added` differs from the prompt.

    An attention output comes as the heads made it, before it is put back.
    """
    run = _FrozenHooks(frozen, added, {*sites, "ln_final.hook_normalized"})
    logits = model.run_with_hooks(frozen.tokens[None].to(model.device), run.hooks())
    return Pass(run.seen, _uncapped(model, run.seen["ln_final.hook_normalized"], logits)[0].double().cpu())


@torch.no_grad()
def live_pass(
    model: HookedModel,
    frozen: FrozenPrompt,
    added: Added,
    sites: list[str],
    *,
    norms: bool = False,
    patterns: bool = False,
) -> Pass:
    """The tensors at `sites` where `added` is put into the stream and the model continues unfrozen.

    With `norms` or `patterns`, those are frozen as on the prompt, and nothing else is.
    """
    run = _FrozenHooks(
        frozen, added, {*sites, "ln_final.hook_normalized"}, outputs=False, norms=norms, patterns=patterns
    )
    logits = model.run_with_hooks(frozen.tokens[None].to(model.device), run.hooks())
    return Pass(run.seen, _uncapped(model, run.seen["ln_final.hook_normalized"], logits)[0].double().cpu())


def _uncapped(model: HookedModel, x: Tensor, logits: Tensor) -> Tensor:
    """Logits before a soft cap, where the model has one; nodes are those."""
    capped = getattr(getattr(getattr(model, "hf", None), "config", None), "final_logit_softcapping", None)
    return logits if capped is None else x.to(model.W_U) @ model.W_U


def _behind(frozen: FrozenPrompt, depth: int) -> str:
    """The site whose tensor is added to the stream at a depth."""
    if depth == 0:
        return site(0, "hook_resid_pre")
    layer, half = (depth - 1) // 2, "attn" if depth % 2 else "mlp"
    post = site(layer, f"ln{1 if half == 'attn' else 2}_post.hook_normalized")
    return post if post in frozen.recorded.cache else site(layer, f"hook_{half}_out")


class _FrozenHooks:
    """The hooks of one frozen pass, and what they saw."""

    def __init__(
        self,
        frozen: FrozenPrompt,
        added: Added,
        sites: set[str],
        *,
        outputs: bool = True,
        norms: bool = True,
        patterns: bool = True,
    ) -> None:
        self.frozen, self.added, self.sites = frozen, added, sites
        self.outputs, self.norms, self.patterns = outputs, norms, patterns
        self.seen: dict[str, Tensor] = {}
        self.stream: dict[int, Tensor] = {}
        """Depth -> what the running model has there; on the CPU, like all that was seen."""

    def hooks(self) -> dict[str, Hook]:
        """One for every site that is frozen, added to or read."""
        recorded, hooks = self.frozen.recorded, {}
        for layer in range(recorded.n_layers):
            halves = ("attn",) if recorded.model.cfg.attn_only else ("attn", "mlp")
            hooks[site(layer, "hook_resid_pre")] = self._front(layer)
            if self.patterns:
                name = site(layer, "attn.hook_pattern")
                hooks[name] = self._put(name, recorded.pattern(layer)[None], as_put=True)
            if len(halves) == 2 and not recorded.parallel:
                hooks[site(layer, "hook_resid_mid")] = self._note(2 * layer + 1)
            for half in halves:
                name = site(layer, f"ln{1 if half == 'attn' else 2}.hook_normalized")
                if self.norms:
                    norm = recorded.norm(layer, half)
                    depth = recorded.read_depth(layer, half)
                    hooks[name] = self._normed(name, norm, depth)
                    before = name.replace("hook_normalized", "hook_pre_gain")
                    if before in self.sites:
                        hooks[before] = self._normed(before, norm.before_gain(), depth)
                hooks |= self._output(layer, half)
        last, final = recorded.n_layers - 1, "ln_final.hook_normalized"
        hooks[site(last, "hook_resid_post")] = self._note(2 * recorded.n_layers)
        if self.norms:
            hooks[final] = self._normed(final, recorded.final_norm, 2 * recorded.n_layers)
        return hooks | {name: self._look(name) for name in self.sites - hooks.keys()}

    def _output(self, layer: int, half: str) -> dict[str, Hook]:
        """What a sublayer adds to the stream: put back as it was, or unfrozen; with what is added."""
        depth = write_depth(layer, half)
        name, more = _behind(self.frozen, depth), self.added.get(depth)
        if self.outputs:
            whole = self.frozen.recorded.added(layer, half)
            return {name: self._put(name, (whole if more is None else whole + more)[None])}
        post = self.frozen.recorded.post_norm(layer, half) if self.norms else None
        if more is None and post is None:
            return {}
        front = site(layer, f"hook_{half}_out")
        looked = {} if post is None else {front: self._look(front)}
        return {**looked, name: self._passed(name, post, front, more)}

    def _front(self, layer: int) -> Hook:
        name = site(layer, "hook_resid_pre")

        def hook(value: Tensor) -> Tensor | None:
            if layer == 0:
                value = (self.frozen.stream(0) + self.added.get(0, 0.0))[None].to(value)
            self.stream[2 * layer] = self.seen[name] = value.detach().cpu()
            return value

        return hook

    def _passed(self, name: str, post: FrozenNorm | None, front: str, more: Tensor | None) -> Hook:
        """An output that is passed on, after a frozen norm where there is one, and what is added to it."""

        def hook(value: Tensor) -> Tensor:
            self.seen[name] = value.detach().cpu()
            if post is not None:
                whole = self.seen[front][0].double()
                value = (post.apply(whole, torch.arange(len(whole))) + post.bias)[None].to(value)
            return value if more is None else value + more.to(value)

        return hook

    def _note(self, depth: int) -> Hook:
        local = "hook_resid_mid" if depth % 2 else "hook_resid_post"
        name = site((depth - 1) // 2, local)

        def hook(value: Tensor) -> None:
            self.stream[depth] = self.seen[name] = value.detach().cpu()

        return hook

    def _look(self, name: str) -> Hook:
        parse_site(name)

        def hook(value: Tensor) -> None:
            self.seen[name] = value.detach().cpu()

        return hook

    def _normed(self, name: str, norm: FrozenNorm, depth: int) -> Hook:
        def hook(value: Tensor) -> Tensor:
            stream = self.stream[depth][0].double()
            normed = norm.apply(stream, torch.arange(len(stream))) + norm.bias
            self.seen[name] = normed[None]
            return normed[None].to(value)

        return hook

    def _put(self, name: str, put: Tensor, *, as_put: bool = False) -> Hook:
        """Puts a tensor in place; what was there, or what was put, is what was seen."""

        def hook(value: Tensor) -> Tensor:
            self.seen[name] = put if as_put else value.detach().cpu()
            return put.to(value)

        return hook
