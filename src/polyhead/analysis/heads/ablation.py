"""What breaks when a head is ablated: effects on the answers of prompts, position sweep, rank among all heads.

An effect is the answer's top-1 rate, probability and logit at the prompt's last token, with some heads ablated at one
position (counted back from there), or at all. The hydra check ablates twice: once with everything after free to react,
once with the patterns of all later layers frozen as they are in the clean run; the difference is what later heads do
by attending elsewhere. Axis legend: b prompt, p position, h head, q query, k key, v vocabulary.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.heads.prompts import Prompts
from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import Effect, HeadRank, SweepPoint
from polyhead.core.progress import progress
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.interventions.rows import (
    HeadAblation,
    Kind,
    Reference,
    ablation_hook,
    freeze_patterns,
    logits_from,
    references,
)
from polyhead.models.hooked import HookedModel
from polyhead.models.native import NativeTransformer
from polyhead.models.tap import Hook

RANKED_BY: tuple[Kind, ...] = ("bos-row", "mean-row", "zero-output")
"""Ways of ablation by which heads are ranked: what a head reads at BOS it may never read by itself."""
Where = int | Literal["all"]
"""Tokens after the position that is ablated (0: the last), or every position."""


class HeadAblator:
    """A model, prompts, and reference text for means and resampling."""

    def __init__(
        self,
        model: HookedModel,
        prompts: Prompts,
        text: TokenSequences | None = None,
        *,
        prompts_per_run: int = 32,
        n_reference: int = 64,
        seed: int = 0,
    ) -> None:
        """
        Raises:
            PolyheadError: the model has no BOS (a row has nothing to be put on), or the text is shorter than a prompt.
        """
        if model.cfg.bos_token_id is None:
            raise PolyheadError(
                f"{model.cfg.name} has no BOS ({model.cfg.bos_from}), and rows are ablated by putting them on BOS; "
                "name one with the model, as in MODEL:bos=TOKEN"
            )
        self.model, self.prompts, self.seed = model, prompts, seed
        self.batches = [prompts.select(rows) for rows in torch.arange(len(prompts)).split(prompts_per_run)]
        self._text = None if text is None else _reference_tokens(model, text, prompts.tokens.shape[1], n_reference)
        self._references: dict[int, Reference] = {}
        self._before: dict[tuple[int, int], Tensor] = {}

    def clean(self) -> Effect:
        """The model as it is."""
        return self._collect(
            "clean", [self._logits(i, self.model.cfg.n_layers - 1, {}) for i in range(len(self.batches))]
        )

    def effect(
        self,
        ablations: HeadAblation | Sequence[HeadAblation],
        where: Where = 0,
        *,
        frozen: bool = False,
        label: str = "",
    ) -> Effect:
        """The model with one or more layers' heads ablated.

        Args:
            frozen: put the clean patterns of all layers after the first ablated one in place.
        """
        many = [ablations] if isinstance(ablations, HeadAblation) else list(ablations)
        logits = []
        first = min(b.layer for b in many)
        for number, batch in enumerate(self.batches):
            hooks = self._frozen(batch, first) if frozen else {}
            mask = positions(batch, where)
            for one in many:
                for name, hook in self._hook(one, batch, mask, number).items():
                    hooks[name] = _after(hooks.get(name), hook)
            logits.append(self._logits(number, first, hooks))
        return self._collect(label or f"{many[0].kind}, {_say(where)}", logits)

    def sweep(self, layer: int, head: int, clean: Effect, *, most: int = 64) -> list[SweepPoint]:
        """The head's row on BOS at one position after the other, from the last backwards."""
        width = min(most, int(self.prompts.last.max()))
        out = []
        with progress("position sweep", total=width, unit="positions") as bar:
            for back in range(width):
                reach = self.prompts.last - back >= 1
                if layer == self.model.cfg.n_layers - 1 and back:
                    drop = [0.0] * int(reach.sum())  # nothing after the last layer reads another position
                else:
                    effect = self.effect(HeadAblation(layer, (head,)), back)
                    pairs = zip(clean.probability, effect.probability, reach.tolist(), strict=True)
                    drop = [c - e for c, e, r in pairs if r]
                out.append(SweepPoint(back=back, token=self.token_at(back), drop=drop))
                bar.advance()
        return out

    def token_at(self, back: int) -> str:
        """The commonest token so far after the last one."""
        place = self.prompts.last - back
        ids = self.prompts.tokens[torch.arange(len(place)), place.clamp_min(0)][place >= 0]
        return self.model.tokenizer.tokens([Counter(ids.tolist()).most_common(1)[0][0]])[0]

    def ranks(self, clean: Effect, where: Where = 0, kinds: Sequence[Kind] = RANKED_BY) -> list[HeadRank]:
        """Every head ablated in turn in every way of `kinds`, largest fall of probability by the first way first.

        Cost: for each head as many passes over the prompts as there are `kinds` (three), each from the head's layer on
        in native models; and where a mean is among them, one pass over the reference text for all layers together.
        """
        cfg, out = self.model.cfg, []
        if any(kind.startswith("mean") for kind in kinds):
            self._refer(range(cfg.n_layers))
        with progress("ranking heads", total=cfg.n_layers * cfg.n_heads, unit="heads") as bar:
            for layer in range(cfg.n_layers):
                for head in range(cfg.n_heads):
                    effects = {kind: self.effect(HeadAblation(layer, (head,), kind), where) for kind in kinds}
                    drops = {k: clean.mean_probability - e.mean_probability for k, e in effects.items()}
                    first = effects[kinds[0]]
                    out.append(
                        HeadRank(
                            layer=layer,
                            head=head,
                            top1_rate=first.top1_rate,
                            mean_probability=first.mean_probability,
                            drop=drops[kinds[0]],
                            drops=drops,
                        )
                    )
                    bar.advance()
        return sorted(out, key=lambda r: (-r.drop, r.layer, r.head))

    @torch.no_grad()
    def output_norms(self, layer: int) -> Float[Tensor, " h"]:
        """Mean norm, at the last position, of what each head of a layer writes to the residual stream."""
        total = torch.zeros(self.model.cfg.n_heads)
        W_O = self.model.W_O[layer].float()
        for batch in self.batches:
            name = site(layer, "attn.hook_z")
            _, cache = self.model.run_with_cache(batch.tokens, [name], with_logits=False)
            z = cache[name][torch.arange(len(batch)), batch.last].float()
            total += torch.einsum("bhd,hdm->bhm", z, W_O).norm(dim=-1).sum(0).cpu()
        return total / len(self.prompts)

    @torch.no_grad()
    def _logits(self, number: int, layer: int, hooks: dict[str, Hook]) -> Float[Tensor, "b v"]:
        """Logits at the last tokens; a native model starts from what it held before the first hooked layer."""
        model, batch = self.model, self.batches[number]
        rows = torch.arange(len(batch))
        if not isinstance(model, NativeTransformer):
            return model.run_with_hooks(batch.tokens, hooks)[rows, batch.last]
        if (number, layer) not in self._before:
            name = site(layer, "hook_resid_pre")
            _, cache = model.run_with_cache(batch.tokens, [name], with_logits=False)
            self._before[number, layer] = cache[name]
        return logits_from(model, layer, self._before[number, layer], batch.last, hooks)

    def _hook(self, ablation: HeadAblation, batch: Prompts, mask: Tensor, number: int) -> dict[str, Hook]:
        text, draw = None, None
        if ablation.kind not in ("bos-row", "zero-output"):
            text = self._reference(ablation.layer)
            g = generator(self.seed, "resample", number)
            draw = torch.randint(len(text.tokens), (len(batch),), generator=g)
        n_batch, width = batch.tokens.shape
        return ablation_hook(ablation, (n_batch, width), mask, text=text, draw=draw)

    def _reference(self, layer: int) -> Reference:
        self._refer([layer])
        return self._references[layer]

    def _refer(self, layers: Sequence[int]) -> None:
        """Read the reference text for the layers not read for yet, in one pass."""
        new = [i for i in layers if i not in self._references]
        if not new:
            return
        if self._text is None:
            raise PolyheadError("means and resampling need reference text; give one")
        self._references |= references(self.model, self._text, new)

    def _frozen(self, batch: Prompts, layer: int) -> dict[str, Hook]:
        later = range(layer + 1, self.model.cfg.n_layers)
        if not later:
            return {}
        names = {i: site(i, "attn.hook_pattern") for i in later}
        with torch.no_grad():
            _, cache = self.model.run_with_cache(batch.tokens, names.values(), with_logits=False)
        return freeze_patterns({i: cache[name] for i, name in names.items()})

    def _collect(self, label: str, logits: list[Tensor]) -> Effect:
        """From the logits `[b, v]` of every batch at its last tokens."""
        top1: list[bool] = []
        probability: list[float] = []
        logit: list[float] = []
        for batch, own in zip(self.batches, logits, strict=True):
            answer = batch.answers[:, None]
            top1 += (own.argmax(-1) == batch.answers).tolist()
            probability += own.float().softmax(-1).gather(1, answer)[:, 0].tolist()
            logit += own.float().gather(1, answer)[:, 0].tolist()
        return Effect(label=label, top1=top1, probability=probability, logit=logit)


def positions(batch: Prompts, where: Where) -> Bool[Tensor, "b p"]:
    """Which positions are ablated; BOS never is, its row can only be on itself."""
    place = torch.arange(batch.tokens.shape[1], device=batch.tokens.device)
    mask = place <= batch.last[:, None] if where == "all" else place == (batch.last - where)[:, None]
    return mask & (place > 0)


def _after(first: Hook | None, second: Hook) -> Hook:
    if first is None:
        return second

    def both(value: Tensor) -> Tensor | None:
        changed = first(value)
        return second(value if changed is None else changed)

    return both


def _say(where: Where) -> str:
    return "all positions" if where == "all" else "last position" if where == 0 else f"{where} before the last"


def _reference_tokens(model: HookedModel, text: TokenSequences, width: int, n: int) -> Int[Tensor, "r p"]:
    usable = torch.from_numpy(text.valid[:, :width].copy())
    usable[:, 0] = True
    rows = torch.nonzero(usable.all(1))[:n, 0] if text.tokens.shape[1] >= width else torch.zeros(0, dtype=torch.int64)
    if not len(rows):
        raise PolyheadError(
            f"reference text has no sequence of {width} tokens, as long as the longest prompt; give longer text"
        )
    return text.rows(rows)[0][:, :width].to(model.device)
