"""Evaluate: one pass over held-out batches, one Evaluation a dictionary or baseline. Definitions: docs/metrics.md.

Memory is one batch (its logits twice) and a few numbers per latent, whatever the length of the text. All subjects of a
pass read the same roles and reconstruct the same target, whichever sites that is.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.progress import progress
from polyhead.core.protocols import Batch, MakesPatterns, Moves
from polyhead.core.reading import Read
from polyhead.core.records import Evaluation, Interval, TextSplit, TokenPolicy, Variant
from polyhead.core.sites import parse_site, site
from polyhead.interventions.splice import CleanPass, clean_pass, spliced_logits, target_hooks
from polyhead.metrics.by_document import Sums
from polyhead.metrics.downstream import LossSum, Scores, SpliceSum, loss_intervals, score
from polyhead.metrics.head_patterns import HeadLoss, HeadPatternSums, pattern_fields
from polyhead.metrics.head_splices import HeadSplices
from polyhead.metrics.pattern_fidelity import PatternFidelitySums
from polyhead.metrics.positions import PolicyCount, Positions
from polyhead.metrics.reconstruction import ReconstructionSums, fvu_interval
from polyhead.metrics.sparsity import FiringSums, Sparsity, SparsitySums
from polyhead.models.hooked import HookedModel


@runtime_checkable
class Reconstructs(Protocol):
    """Anything that gives a target from a batch: a dictionary, a linear baseline."""

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b ..."]:
        """The target, in its own units."""
        ...


class Repeatable:
    """Batches that can be gone through again: `Repeatable(source.in_order)`."""

    def __init__(self, start: Callable[[], Iterator[Batch]]) -> None:
        self.start = start

    def __iter__(self) -> Iterator[Batch]:
        return self.start()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is evaluated, and what its Evaluation says of it. A code (`codes`) makes sparsity measurable."""

    name: str
    variant: Variant
    reconstruction: Reconstructs
    method: str | None = None
    side: Literal["key", "query", "both"] = "key"
    """Where its code is counted."""
    sparsity: str = ""
    seed: int | None = None
    n_latents: int | None = None
    init: str | None = None
    n_train_tokens: int | None = None
    train_seconds: float | None = None
    train_memory: int | None = None
    other_patterns: bool = False
    """Give it the pattern of the sequence before in the batch, as a shuffled control was trained."""


@dataclass(frozen=True)
class Reference:
    """What every evaluation on the same text is measured against."""

    targets: tuple[Read, ...]
    mean: Float[Tensor, "..."]
    """Of the target over the *training* data: `[d]`, or `[h, q, k]` of a pattern."""
    attn_out_mean: Float[Tensor, " d"] | None
    """Of the layer's attention output, where one layer is explained and this is not the target itself."""
    positions: Positions
    policy: TokenPolicy
    ce_clean: float
    ce_mean: float
    ce_zero: float
    losses: Sums = field(default_factory=dict)
    """Summed losses by document of the clean model (`ce_clean`) and with the target at its mean (`ce_mean`)."""
    ce_mean_heads: tuple[float, ...] = ()
    """Of a target that is a pattern: with the pattern of each head alone replaced by its mean."""

    @property
    def layer(self) -> int:
        """The first layer of the target."""
        return target_layers(self.targets)[0]

    @property
    def attn_out(self) -> str | None:
        """The site at which methods of one layer are compared, where it is not the target itself."""
        return None if self.attn_out_mean is None else site(self.layer, "hook_attn_out")


def target_layers(targets: Sequence[Read]) -> list[int]:
    """The layers that a target lies in.

    Raises:
        PolyheadError: a site that is of no layer.
    """
    layers = []
    for read in targets:
        layer = parse_site(read.site).layer
        if layer is None:
            raise PolyheadError(
                f"the target must be a site of a layer; {read.site!r} is not (blocks.0.hook_attn_out is)"
            )
        layers.append(layer)
    return sorted(set(layers))


def spliced_pass(
    model: HookedModel,
    tokens: Tensor,
    targets: Sequence[Read],
    estimate: Tensor,
    where: Tensor,
    *,
    clean: CleanPass | None,
    also: str | None = None,
) -> tuple[Tensor, Tensor | None]:
    """Logits with the target replaced, and the tensor at the site `also`, if asked for."""
    whole = len(targets) == 1 and targets[0].heads is None and not targets[0].is_pattern
    if whole and also is None and clean is not None and clean.before is not None:
        return spliced_logits(model, tokens, targets[0].site, estimate, where, clean=clean), None
    hooks = target_hooks(targets, estimate, where, n_heads=model.cfg.n_heads)
    logits, cache = model.run_with_cache(tokens, [] if also is None else [also], hooks=hooks)
    assert logits is not None
    return logits, None if also is None else cache[also]


@torch.no_grad()
def measure_reference(
    model: HookedModel,
    batches: Iterable[Batch],
    *,
    targets: tuple[Read, ...],
    mean: Float[Tensor, "..."],
    attn_out_mean: Float[Tensor, " d"] | None = None,
    include_bos: bool = False,
    split: TextSplit | None = None,
) -> Reference:
    """Losses of the clean model and with the target ablated, once for all dictionaries on this text.

    Args:
        model: The model that is spliced.
        batches: Held-out text.
        targets: What is replaced.
        mean: Of the target over the training text.
        attn_out_mean: Of the layer's attention output, where that is to be compared too.
        include_bos: Count BOS as any other position.
        split: How the text was shared out, for the record.

    Raises:
        PolyheadError: a target that is of no layer, or text with no position to score.
    """
    target_layers(targets)
    for read in targets:
        parse_site(read.site, n_layers=model.cfg.n_layers)
    positions = Positions.of(model, include_bos=include_bos)
    count, clean, by_mean, by_zero = PolicyCount(positions, split=split), LossSum(), LossSum(), LossSum()
    mean = mean.detach().to(model.device)
    heads = HeadSplices.of(model, targets)
    for batch in batches:
        tokens, where, scored = batch["tokens"], positions.counted(batch), positions.scored(batch)
        count.update(batch)
        own = clean_pass(model, tokens, targets[0].site)
        documents = batch.get("documents")
        clean.update(own.logits, tokens, scored, documents)
        for sums, constant in ((by_mean, mean), (by_zero, torch.zeros_like(mean))):
            estimate = constant_target(constant, batch["target"])
            logits, _ = spliced_pass(model, tokens, targets, estimate, where, clean=own)
            sums.update(logits, tokens, scored, documents)
        if heads is not None:
            heads.update(batch, constant_target(mean, batch["target"]), where, scored)
    if clean.n == 0:
        raise PolyheadError("there is no position to score in the evaluation batches; give longer held-out text")
    ce = clean.mean(), by_mean.mean(), by_zero.mean()
    by_head = () if heads is None else heads.means()
    losses = {name: sums.documents.result().get("ce") for name, sums in (("ce_clean", clean), ("ce_mean", by_mean))}
    known = {name: value for name, value in losses.items() if value is not None}
    return Reference(targets, mean, attn_out_mean, positions, count.policy(), *ce, known, by_head)


def constant_target(constant: Float[Tensor, "..."], target: Float[Tensor, "b ..."]) -> Float[Tensor, "b ..."]:
    """One vector at every position, or one pattern for every sequence (its rows cut to the sequences' length)."""
    if target.ndim == 4:
        p = target.shape[-1]
        constant = constant[:, :p, :p]
    return constant.to(target.dtype).expand(target.shape)


class _Running:
    """The sums of one subject."""

    def __init__(self, model: HookedModel, subject: Subject, reference: Reference) -> None:
        self.subject, self.reference = subject, reference
        self.splice = SpliceSum()
        self.dictionary: Any = subject.reconstruction if hasattr(subject.reconstruction, "codes") else None
        pattern = reference.targets[0].is_pattern
        parts = reference.mean.flatten()[None] if pattern else torch.stack(reference.mean.chunk(len(reference.targets)))
        self.parts = [] if pattern else [ReconstructionSums(mean) for mean in parts]
        self.attn_out = None if reference.attn_out_mean is None else ReconstructionSums(reference.attn_out_mean)
        makes = pattern or isinstance(self.dictionary, MakesPatterns)
        self.fidelity = PatternFidelitySums() if makes else None
        self.heads = HeadPatternSums.of(self.dictionary, reference.targets, model) if makes else None
        self.splices = HeadSplices.of(model, reference.targets)
        self.firing = FiringSums()
        self.sparsity = _moving(self.dictionary) if subject.side == "key" else None
        self._before: Tensor | None = None

    def update(self, model: HookedModel, batch: Batch, clean: CleanPass, scores: Scores, attn_out: Any) -> None:
        if self.subject.other_patterns:
            own, batch = batch["pattern"], patterns_of_others(batch, self._before)
            self._before = own[-1:]
        where, documents = self.reference.positions.counted(batch), batch.get("documents")
        estimate = self.subject.reconstruction.reconstruct(batch)
        if self.parts:
            n = len(self.parts)
            for sums, y, guess in zip(self.parts, batch["target"].chunk(n, -1), estimate.chunk(n, -1), strict=True):
                sums.update(y, guess, where, documents)
        self._update_fidelity(batch, estimate, where)
        self._update_sparsity(batch, where)
        logits, out = spliced_pass(
            model, batch["tokens"], self.reference.targets, estimate, where, clean=clean, also=self.reference.attn_out
        )
        if self.attn_out is not None and out is not None:
            self.attn_out.update(attn_out, out, where, documents)
        self.splice.update(scores, logits)
        if self.splices is not None:
            self.splices.update(batch, estimate, where, scores.scored)

    def _update_fidelity(self, batch: Batch, estimate: Tensor, where: Tensor) -> None:
        if self.fidelity is None or self.heads is None:
            return
        if self.reference.targets[0].is_pattern:
            own = batch["target"]
        elif "pattern" in batch:
            own, estimate = batch["pattern"], self.dictionary.patterns(batch)
        else:
            return
        self.fidelity.update(own, estimate, where)
        self.heads.update(batch, own, estimate, where)

    def _update_sparsity(self, batch: Batch, where: Tensor) -> None:
        if self.dictionary is None:
            return
        codes = self.dictionary.codes(batch)
        self.firing.update(codes, where)
        if self.sparsity is not None:
            self.sparsity.update(codes, batch["pattern"], where)

    def result(self, policy: TokenPolicy) -> Evaluation:
        s, reference = self.subject, self.reference
        numbers = [part.result() for part in self.parts]
        fidelity = None if self.fidelity is None else self.fidelity.result()
        moved = self.sparsity.result() if self.sparsity is not None and self.sparsity.n else None
        ce, kl = self.splice.means()
        heads = () if self.heads is None else self.heads.result(self._losses_by_head())

        def mean(values: list[float]) -> float:
            return sum(values) / len(values)

        if not numbers:
            assert fidelity is not None
        return Evaluation(
            name=s.name,
            variant=s.variant,
            method=s.method,
            layer=reference.layer,
            target=" + ".join(read.site for read in reference.targets),
            seed=s.seed,
            n_latents=s.n_latents,
            sparsity=s.sparsity,
            init=s.init,
            n_train_tokens=s.n_train_tokens,
            policy=policy,
            fvu=mean([n.fvu for n in numbers]) if numbers else fidelity.nmse,  # type: ignore[union-attr]
            nmse=mean([n.nmse for n in numbers]) if numbers else fidelity.nmse,  # type: ignore[union-attr]
            shrinkage=mean([n.shrinkage for n in numbers]) if numbers else 1.0,
            fvu_attn_out=None if self.attn_out is None else self.attn_out.result().fvu,
            pattern_nmse=None if fidelity is None else fidelity.nmse,
            pattern_kl=None if fidelity is None else fidelity.kl,
            train_seconds=s.train_seconds,
            train_memory=s.train_memory,
            ce_clean=reference.ce_clean,
            ce_spliced=ce,
            ce_mean=reference.ce_mean,
            ce_zero=reference.ce_zero,
            kl=kl,
            intervals=self._intervals(),
            **pattern_fields(heads),
            **self._sparsity(moved),
        )

    def _intervals(self) -> dict[str, Interval]:
        found = {"fvu": fvu_interval(self.parts)} | loss_intervals(self.splice, self.reference.losses)
        if self.attn_out is not None:
            found["fvu_attn_out"] = fvu_interval([self.attn_out])
        return {name: interval for name, interval in found.items() if interval is not None}

    def _losses_by_head(self) -> list[HeadLoss]:
        if self.splices is None:
            return []
        r = self.reference
        return [HeadLoss(r.ce_clean, *pair) for pair in zip(self.splices.means(), r.ce_mean_heads, strict=True)]

    def _sparsity(self, moved: Sparsity | None) -> dict[str, Any]:
        names = ("l0_source", "l0_dest", "dead_share", "dense_share", "effective_heads", "identity_share")
        none: dict[str, Any] = dict.fromkeys(names)
        if self.dictionary is None or not self.firing.n:
            return none
        plain = none | {"dead_share": self.firing.dead_share(), "dense_share": self.firing.dense_share()}
        if moved is None:
            side = "l0_source" if self.subject.side == "key" else "l0_dest"
            return plain | {side: self.firing.l0()}
        kept = ("l0_source", "l0_dest", "dead_share", "effective_heads", "identity_share")
        return plain | {name: getattr(moved, name) for name in kept}


def _moving(dictionary: Any) -> SparsitySums | None:
    """For codes that frozen patterns move: loadings over the heads and the identity, and decoder rows."""
    if not isinstance(dictionary, Moves):
        return None
    moving: Any = dictionary
    return SparsitySums(moving.W_dec, moving.head_loadings())


@torch.no_grad()
def evaluate_all(
    model: HookedModel, subjects: Sequence[Subject], batches: Iterable[Batch], reference: Reference
) -> list[Evaluation]:
    """Every subject in one pass; the clean model runs once a batch for all of them.

    Where `reference.attn_out_mean` is given, batches need the role `attn_out`.

    Raises:
        PolyheadError: the batches are not the ones the reference was measured on, or lack a role.
    """
    count = PolicyCount(reference.positions, split=reference.policy.split)
    running = [_Running(model, s, reference) for s in subjects]
    expected = reference.policy
    needed = ["target", *(["attn_out"] if reference.attn_out else [])]
    with progress("evaluating", total=expected.n_sequences, unit="sequences") as bar:
        for batch in batches:
            missing = [role for role in needed if role not in batch]
            if missing:
                raise PolyheadError(f"evaluation batches need a {missing[0]}; these have {', '.join(batch)}")
            count.update(batch)
            clean = clean_pass(model, batch["tokens"], reference.targets[0].site)
            scored = reference.positions.scored(batch)
            scores = score(clean.logits, batch["tokens"], scored, batch.get("documents"))
            for one in running:
                one.update(model, batch, clean, scores, batch.get("attn_out"))
            bar.advance(len(batch["tokens"]))
    policy = count.policy()
    if policy != expected:
        raise PolyheadError(
            f"these batches hold {policy.n_positions} positions of {policy.n_sequences} sequences; the reference was "
            f"measured on {expected.n_positions} of {expected.n_sequences} (measure it on the same batches)"
        )
    return [one.result(policy) for one in running]


def evaluate(model: HookedModel, subject: Subject, batches: Iterable[Batch], reference: Reference) -> Evaluation:
    """One subject; see `evaluate_all`."""
    return evaluate_all(model, [subject], batches, reference)[0]


def patterns_of_others(batch: Batch, before: Float[Tensor, "1 h q k"] | None = None) -> Batch:
    """The batch with every sequence's pattern taken from the one before it; the first one's is `before`, or the last.

    Raises:
        PolyheadError: the only sequence of the first batch has no other.
    """
    pattern = batch["pattern"]
    if before is None or before.shape[1:] != pattern.shape[1:]:
        if len(pattern) < 2:
            raise PolyheadError("patterns of another sequence need a first batch of at least 2 sequences; 1 received")
        before = pattern[-1:]
    return {**batch, "pattern": torch.cat([before, pattern[:-1]])}
