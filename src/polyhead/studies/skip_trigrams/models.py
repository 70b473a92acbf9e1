"""Models of the study `skip-trigrams`: what is trained, and what is read off it."""

from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator
from polyhead.dictionaries.gated_attention import GatedAttention, GatedAttentionConfig
from polyhead.dictionaries.gated_attention_counts import gated_counts_loss, gated_head_outputs, project_ensemble
from polyhead.models.toy.attention import ToyAttention
from polyhead.models.toy.attention_config import ToyAttentionConfig
from polyhead.models.toy.attention_counts import counts_loss, head_outputs
from polyhead.ops.attention_counts import count_rows
from polyhead.ops.participation import participation_ratio
from polyhead.ops.schedules import Schedule
from polyhead.studies.skip_trigrams.sole_heads import learnt, sole_heads
from polyhead.studies.skip_trigrams.trigram_heads import (
    cancelling_score,
    contributions,
    outputs_by_trigram,
    removal_effects,
)
from polyhead.tasks.skip_trigrams import SkipTrigramsConfig, predictive, sample
from polyhead.training.ensemble import Ensemble, EnsembleConfig, Tensors, Trained, fit_ensemble

NEEDED = 0.25
"""Change of the chance of a completion from which a removed head counts as needed."""


class SkipTrigramsStudyConfig(Config):
    """All knobs of the study."""

    n_seeds: int = 24
    n_steps: int = 3000
    batch_size: int = 64
    """Sequences a step."""
    n_trigrams: tuple[int, ...] = (3, 4, 5)
    """Worlds of the first and third part; models have one head fewer (published), and as many (control)."""
    d_heads: tuple[int, ...] = (1, 4)
    """1 as published; with more, a head can write more than one direction."""
    gap_trigrams: tuple[int, ...] = (3, 8, 16)
    """Worlds of the second part."""
    gap_heads: tuple[int, ...] = (1, 2, 4)
    gated_steps: int = 3000
    alphas: tuple[float, ...] = (0.0, 0.003, 0.01, 0.03, 0.1, 0.5)
    """Prices of open gates tried on every trained model."""
    n_contexts: int = 40
    """Contexts a trigram that models are judged on."""


@dataclass(frozen=True)
class HeadMeasures:
    """What one group of models does in the judging contexts; first axis: healthy models."""

    learnt: Tensor
    """bool `[M, n]`."""
    sole: Tensor
    """bool `[M, n, h]`: the head that carries the trigram alone."""
    contributions: Tensor
    """`[M, n, h]`."""
    removal: Tensor
    """`[M, n, h]`: change of the chance of the completion when the head is removed, with or without A."""
    cancelling: Tensor
    """`[M]`."""
    n_diverged: int = 0

    @property
    def effective(self) -> Float[Tensor, "M n"]:
        """Effective number of heads of each trigram; NaN where no head reacts to A."""
        return participation_ratio(self.contributions)

    @property
    def n_needed(self) -> Int[Tensor, "M n"]:
        """Heads whose removal changes the chance of the completion by more than a quarter."""
        return (self.removal > NEEDED).sum(-1)

    @property
    def dominant(self) -> Int[Tensor, "M n"]:
        """The head with the largest contribution."""
        return self.contributions.argmax(-1)


@dataclass(frozen=True)
class Cell:
    """One size of model in one world."""

    world: SkipTrigramsConfig
    n_heads: int
    d_head: int
    start: HeadMeasures
    end: HeadMeasures
    excess: Tensor
    """Loss above that of the generator itself on the same fresh sequences, healthy models; nats per token."""
    history: dict[int, HeadMeasures]
    """Over training, by number of finished steps."""
    example: dict[str, Tensor]
    """Parameters of the example model over snapshots: name -> `[snapshot, ...]`."""


@dataclass(frozen=True)
class Gated:
    """Gated blocks on the trained models of one cell."""

    world: SkipTrigramsConfig
    n_heads: int
    """Of the base."""
    alpha: float | None
    """None: the block without gates."""
    before: HeadMeasures
    after: HeadMeasures
    unexplained: Tensor
    """Share of the variance of the original output that is missed, by model."""


@dataclass(frozen=True)
class Contexts:
    """Judging contexts: every trigram equally often; sequences with exactly one completed trigram."""

    present: Batch
    absent: Batch
    trigram: Int[Tensor, " r"]
    completions: Int[Tensor, " n"]


def contexts(world: SkipTrigramsConfig, n_each: int) -> Contexts:
    """Contexts that end in B with A in force, and the same with every A taken out."""
    n, kept = world.n_trigrams, []
    batch = sample(world, generator(0, "judging"), 400 * n_each * max(1, n // 3))
    forced = batch["state"] == 2
    forced = forced & (forced.sum(1, keepdim=True) == 1)
    counts = torch.nn.functional.one_hot(batch["tokens"], world.d_vocab).cumsum(1)[forced].double()
    destination = batch["tokens"][forced]
    for b in range(1, n + 1):
        kept.append((destination == b).nonzero()[:n_each, 0])
    order = torch.cat(kept)
    present = {"counts": counts[order], "destination": destination[order]}
    absent = {**present, "counts": present["counts"].clone()}
    absent["counts"][:, 0] = 0
    return Contexts(present, absent, destination[order] - 1, torch.arange(n) + n + 1)


@torch.no_grad()
def measure_heads(
    outputs, ctx: Contexts, keep: list[int], *, direct: bool, n_heads: int, subsets: bool = True
) -> HeadMeasures:
    """Measure head outputs `outputs(batch) -> [M, h, r, c]` (in double precision) of the models `keep`."""
    present, absent = outputs(ctx.present)[keep, :n_heads], outputs(ctx.absent)[keep, :n_heads]
    path = torch.nn.functional.one_hot(ctx.present["destination"], present.shape[-1]).to(present) * direct
    logits = present.sum(1) + path
    n = len(ctx.completions)
    shape = (len(keep), n, n_heads)
    return HeadMeasures(
        learnt(logits, ctx.trigram, ctx.completions),
        sole_heads(present, ctx.trigram, ctx.completions) if subsets else torch.zeros(shape, dtype=torch.bool),
        contributions(present, absent, ctx.trigram, ctx.completions),
        removal_effects(present, absent, path, ctx.trigram, ctx.completions),
        cancelling_score(outputs_by_trigram(absent, ctx.trigram, n)),
        present.shape[0] - len(keep),
    )


def train_cells(
    cfg: SkipTrigramsStudyConfig,
    world: SkipTrigramsConfig,
    heads: tuple[int, ...],
    d_head: int,
    folder: Path,
    *,
    direct: bool,
) -> tuple[list[Cell], Trained]:
    """One ensemble over numbers of heads and seeds in one world."""

    def make(n_heads: int, seed: int) -> ToyAttention:
        toy = ToyAttentionConfig(
            n_heads=n_heads, d_head=d_head, d_vocab=world.d_vocab, n_ctx=world.length - 1, direct=direct, qkv_bias=True
        )
        return ToyAttention(toy, generator=generator(seed, "skip trigrams", n_heads, d_head))

    models = [make(h, seed) for h in heads for seed in range(cfg.n_seeds)]
    ensemble, loss = Ensemble.of(models), counts_loss(make(max(heads), 0).toy)
    start = {k: v.clone() for k, v in ensemble.tensors().items()}
    moments = [round(cfg.n_steps * f) for f in (0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1)]
    trained = fit_ensemble(
        ensemble,
        loss,
        lambda step: rows(world, generator(0, "batch", step), cfg.batch_size),
        recipe(cfg.n_steps, 2e-2),
        run_dir=folder / f"{world.rule}-n{world.n_trigrams}-d{d_head}",
        snapshots=moments,
        config={"world": world.model_dump(mode="json"), "heads": list(heads), "d_head": d_head, "seeds": cfg.n_seeds},
        label=f"{world.rule}, {world.n_trigrams} trigrams, width {d_head}",
    )
    ctx, tensors = contexts(world, cfg.n_contexts), trained.ensemble.tensors()
    fresh = sample(world, generator(1, "fresh"), 4000)
    chance = predictive(world, fresh["tokens"]).gather(-1, fresh["targets"][..., None])
    with torch.no_grad():
        counted = count_rows(fresh["tokens"], fresh["targets"], d_vocab=world.d_vocab)
        excess = loss(tensors, counted) + float(chance.log().mean())
    cells = []
    for i, n_heads in enumerate(heads):
        mine = range(i * cfg.n_seeds, (i + 1) * cfg.n_seeds)
        keep = [j for j in mine if j in set(trained.healthy)]

        def read(source: Tensors, chosen: list[int], h: int = n_heads, *, subsets: bool = True) -> HeadMeasures:
            part = {k: v[chosen].double() for k, v in source.items()}
            indices = list(range(len(chosen)))
            return measure_heads(
                lambda b: head_outputs(part, b), ctx, indices, direct=direct, n_heads=h, subsets=subsets
            )

        at = {step: trained.ensemble.tensors(flat) for step, flat in trained.snapshots.items()}
        history = {step: read(t, keep, subsets=False) for step, t in at.items()}
        end = read(tensors, keep)
        example = keep[int(end.learnt.double().mean(1).argmax())] if keep else mine[0]
        path = {name: torch.stack([t[name][example] for t in at.values()]) for name in tensors}
        cells.append(Cell(world, n_heads, d_head, read(start, list(mine)), end, excess[keep], history, path))
    return cells, trained


def train_gated(
    cfg: SkipTrigramsStudyConfig, world: SkipTrigramsConfig, trained: Trained, n_heads: int, d_head: int, folder: Path
) -> list[Gated]:
    """Gated blocks of twice as many heads on every healthy base with `n_heads`, for each price; and ungated ones."""
    base = [i for i in trained.healthy if i < cfg.n_seeds]
    if not base:
        return []
    tensors = {name: t[base] for name, t in trained.ensemble.tensors().items()}
    ctx = contexts(world, cfg.n_contexts)
    exact = {name: t.double() for name, t in tensors.items()}
    before = measure_heads(lambda b: head_outputs(exact, b), ctx, list(range(len(base))), direct=True, n_heads=n_heads)
    found = []
    for prices in (cfg.alphas, (None,)):
        block = GatedAttentionConfig(
            d_in=world.d_vocab, d_out=world.d_vocab, n_heads=2 * n_heads, d_head=d_head, gated=prices != (None,)
        )
        modules = [
            GatedAttention(block.replace(alpha=price or 0.0), generator=generator(seed, "gated", n_heads))
            for price in prices
            for seed in base
        ]

        def batch(step: int, tag: str = "gated", size: int = cfg.batch_size, times: int = len(prices)) -> Batch:
            made = rows(world, generator(0, tag, step), size)
            with torch.no_grad():
                return {**made, "target": head_outputs(tensors, made).sum(1).repeat(times, 1, 1)}

        result = fit_ensemble(
            Ensemble.of(modules),
            gated_counts_loss(block),
            batch,
            recipe(cfg.gated_steps, 1e-2),
            project=project_ensemble,
            run_dir=folder / f"gated-n{world.n_trigrams}-{'on' if block.gated else 'off'}",
            config={"world": world.model_dump(mode="json"), "base": base, "prices": list(prices)},
            label=f"gated blocks, {world.n_trigrams} trigrams",
        )
        found += _read_gated(cfg, world, result, batch(0, "fresh", 500), ctx, before, prices, n_heads)
    return found


@torch.no_grad()
def _read_gated(cfg, world, result: Trained, fresh: Batch, ctx, before: HeadMeasures, prices, n_heads) -> list[Gated]:
    tensors, n = result.ensemble.tensors(), len(before.learnt)
    error = gated_head_outputs(tensors, fresh).sum(1) - fresh["target"]
    target = fresh["target"] - fresh["target"].mean(1, keepdim=True)
    unexplained = error.square().sum((1, 2)) / target.square().sum((1, 2)).clamp_min(1e-12)
    found = []
    for i, price in enumerate(prices):
        part = {name: t[i * n : (i + 1) * n].double() for name, t in tensors.items()}
        after = measure_heads(
            lambda b, part=part: gated_head_outputs(part, b), ctx, list(range(n)), direct=True, n_heads=2 * n_heads
        )
        found.append(Gated(world, n_heads, price, before, after, unexplained[i * n : (i + 1) * n]))
    return found


def rows(world: SkipTrigramsConfig, g: torch.Generator, n: int) -> Batch:
    """A batch of `n` sequences in the form of the fast losses."""
    batch = sample(world, g, n)
    return count_rows(batch["tokens"], batch["targets"], d_vocab=world.d_vocab)


def recipe(n_steps: int, lr: float) -> EnsembleConfig:
    """AdamW without decay, short warm-up, cosine to zero."""
    schedule = Schedule(warmup_steps=50, decay_fraction=1.0, decay="cosine")
    return EnsembleConfig(n_steps=n_steps, lr=lr, schedule=schedule, checkpoint_every=max(1, n_steps // 3))


@dataclass(frozen=True)
class Measured:
    """Every part."""

    cfg: SkipTrigramsStudyConfig
    cells: list[Cell]
    """Models of the published sizes."""
    gap: list[Cell]
    """Models of the world where two heads are enough."""
    gated: list[Gated]

    @property
    def few(self) -> list[Cell]:
        """With fewer heads than trigrams."""
        return [c for c in self.cells if c.n_heads < c.world.n_trigrams]

    @property
    def enough(self) -> list[Cell]:
        """With as many heads as trigrams."""
        return [c for c in self.cells if c.n_heads >= c.world.n_trigrams]

    @property
    def _all(self) -> list[HeadMeasures]:
        return [cell.end for cell in (*self.cells, *self.gap)] + [one.after for one in self.gated]

    @property
    def n_models(self) -> int:
        return sum(len(one.learnt) for one in self._all) + self.n_diverged

    @property
    def n_diverged(self) -> int:
        return sum(one.n_diverged for one in self._all)


def measure(cfg: SkipTrigramsStudyConfig, folder: Path) -> Measured:
    """Train every part, and measure it."""
    cells, gated = [], []
    for n in cfg.n_trigrams:
        for d_head in cfg.d_heads:
            world = SkipTrigramsConfig(n_trigrams=n)
            made, trained = train_cells(cfg, world, (n - 1, n), d_head, folder, direct=True)
            cells += made
            if d_head == cfg.d_heads[0]:
                gated += train_gated(cfg, world, trained, n - 1, d_head, folder)
    gap = []
    for n in cfg.gap_trigrams:
        world = SkipTrigramsConfig(n_trigrams=n, rule="standing")
        gap += train_cells(cfg, world, cfg.gap_heads, 4, folder, direct=False)[0]
    return Measured(cfg, cells, gap, gated)
