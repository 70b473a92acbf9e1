"""Training and measuring the addition models: everything that the claims and the figures are made of.

Axis legend: m model, h head, n prompt, c class, j place of the sum, f frequency, l chain length.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator
from polyhead.models.toy.attention import ToyAttention
from polyhead.models.toy.attention_bag import BagLayout, bag_logits, bag_loss, make_bag
from polyhead.models.toy.attention_config import ToyAttentionConfig
from polyhead.ops.schedules import Schedule
from polyhead.studies.addition.all_but_one import HeadLogits, head_logits
from polyhead.studies.addition.carry_chains import ChainAccuracy, chain_accuracy
from polyhead.studies.addition.head_planes import Planes, RingScores, head_planes, place_distance_ratio, ring_scores
from polyhead.tasks.addition import (
    AdditionConfig,
    Readout,
    add,
    as_batch,
    digit_pairs,
    draw_prompts,
    read_position,
    sample,
    split,
)
from polyhead.training.ensemble import Ensemble, EnsembleConfig, Trained, fit_ensemble

READOUTS: tuple[Readout, ...] = ("published", "corrected")
PLANES = ("K", "V", "O")
"""Those that decide the answer. The Q plane of a digit is never used: all answers are read out at "="."""


class AdditionStudyConfig(Config):
    """How many models, how they are trained and measured."""

    world: AdditionConfig = AdditionConfig()
    n_heads: int = Field(default=32, ge=2)
    d_model: int = Field(default=128, ge=1)
    n_seeds: int = Field(default=5, ge=1)
    """Models; they differ in their first weights, the strings and their order are shared."""
    n_steps: int = Field(default=6_000, ge=1)
    batch_size: int = Field(default=256, ge=1)
    lr: float = Field(default=4e-3, gt=0)
    fresh: bool = False
    """New strings at every step, in place of the training strings of the world (the published way)."""
    n_probe: int = Field(default=20_000, ge=100)
    """Fresh strings on which chains of nines are measured."""
    n_contexts: int = Field(default=6, ge=2)
    """Random other digits in which the 100 circuits are measured again."""
    n_orders: int = Field(default=40, ge=2)
    """Pairs of orders of the heads for Shapley values."""

    @property
    def toy(self) -> ToyAttentionConfig:
        return ToyAttentionConfig(
            n_heads=self.n_heads,
            d_head=2,
            d_vocab=self.world.d_vocab,
            d_vocab_out=self.world.base,
            n_ctx=self.world.n_ctx,
            d_model=self.d_model,
            positions=True,
            qkv_bias=True,
            output_bias=True,
            unembed_bias=True,
            init_qk=self.d_model**-0.5,
            init_ov=self.d_model**-0.5,
        )

    @property
    def layout(self) -> BagLayout:
        w = self.world
        return BagLayout(n_prompt=w.n_prompt, n_symbols=w.base, n_answers=w.n_places, answer_token=w.equals)

    @property
    def epochs(self) -> float:
        return self.n_steps * self.batch_size / self.world.n_train


@dataclass(frozen=True)
class Curves:
    """Per-digit accuracy along training."""

    steps: list[int]
    train: Float[Tensor, "t m"]
    """On as many training strings as there are test strings."""
    test: Float[Tensor, "t m"]
    places: Float[Tensor, "t m j"]
    """On test strings."""


@dataclass(frozen=True)
class Pairs:
    """The base^2 prompts a, b with all other digits 0, read out at one position; untrained or trained."""

    heads: Float[Tensor, "m h n c"]
    rest: Float[Tensor, "m n c"]
    right: Int[Tensor, " n"]


@dataclass(frozen=True)
class Geometry:
    """Planes of all heads, and their scores."""

    planes: Planes
    rings: dict[str, RingScores]
    """Of the digits, for K and V at position 0, for O the classes; each `[m, h, f]`."""
    places: Float[Tensor, "m h"]
    """Distance ratio of the same place of a and b in the K plane, digit 0."""
    places_whitened: Float[Tensor, "m h"]


@dataclass(frozen=True)
class Measured:
    """All that was measured, healthy models only."""

    cfg: AdditionStudyConfig
    trained: Trained
    healthy: list[int]
    train_accuracy: Float[Tensor, " m"]
    test_accuracy: Float[Tensor, " m"]
    test_whole: Float[Tensor, " m"]
    curves: Curves
    chains: ChainAccuracy
    untrained_chains: ChainAccuracy
    geometry: Geometry
    untrained_geometry: Geometry
    pairs: dict[str, Pairs]
    """By readout."""
    untrained_pairs: dict[str, Pairs]
    contexts: list[Pairs]
    """Corrected readout, other digits random."""
    untrained_contexts: list[Pairs]

    @property
    def n_models(self) -> int:
        return self.cfg.n_seeds

    @property
    def n_diverged(self) -> int:
        return self.cfg.n_seeds - len(self.healthy)


def snapshot_steps(cfg: AdditionStudyConfig, n: int = 17) -> list[int]:
    """Steps at which all parameters are kept: 0, then denser at the start, the last one."""
    grid = {round(cfg.n_steps * (i / (n - 1)) ** 1.5) for i in range(n)}
    return sorted(grid | {0, cfg.n_steps})


def train(cfg: AdditionStudyConfig, folder: Path) -> Trained:
    """Train all models on the training strings, in a new order every epoch."""
    prompts, _ = strings(cfg)
    per_epoch = max(1, len(prompts) // cfg.batch_size)
    whole = as_batch(cfg.world, prompts)

    @lru_cache(maxsize=2)
    def order_of(epoch: int) -> Tensor:
        return torch.randperm(len(prompts), generator=generator(0, "order", epoch))

    def batches(step: int) -> Batch:
        if cfg.fresh:
            return sample(cfg.world, generator(0, "fresh strings", step), cfg.batch_size)
        epoch, i = divmod(step, per_epoch)
        rows = order_of(epoch)[i * cfg.batch_size : (i + 1) * cfg.batch_size]
        return {role: values[rows] for role, values in whole.items()}

    models = [ToyAttention(cfg.toy, generator=generator(seed, "addition")) for seed in range(cfg.n_seeds)]
    fit = EnsembleConfig(
        n_steps=cfg.n_steps,
        lr=cfg.lr,
        betas=(0.9, 0.95),
        clip=1.0,
        schedule=Schedule(warmup_steps=50, decay_fraction=1.0, decay="cosine"),
    )
    settings = cfg.model_dump(mode="json", exclude={"n_probe", "n_contexts", "n_orders"})
    return fit_ensemble(
        Ensemble.of(models),
        bag_loss(cfg.toy, cfg.layout),
        batches,
        fit,
        run_dir=folder / "models",
        snapshots=snapshot_steps(cfg),
        config=settings,
        label="addition",
    )


def strings(cfg: AdditionStudyConfig) -> tuple[Tensor, Tensor]:
    """Training and test prompts of the study."""
    return split(cfg.world, generator(0, "addition strings"))


@torch.no_grad()
def right_digits(cfg: AdditionStudyConfig, ensemble: Ensemble, flat: Tensor, prompts: Tensor) -> Tensor:
    """Which digits come out right, bool `[m, n, j]`."""
    bag = make_bag(ensemble.tensors(flat), cfg.toy, cfg.layout)
    digits = add(cfg.world, prompts).digits
    parts = [bag_logits(bag, p, cfg.layout).argmax(-1) for p in prompts.split(1000)]
    return torch.cat(parts, 1) == digits


def measure_trained(cfg: AdditionStudyConfig, trained: Trained) -> Measured:
    """Everything, for the models that did not diverge."""
    healthy, ensemble = trained.healthy, trained.ensemble
    end, start = ensemble.flat, trained.snapshots[0]
    train_prompts, test_prompts = strings(cfg)
    on_train = right_digits(cfg, ensemble, end, train_prompts)[healthy].double()
    on_test = right_digits(cfg, ensemble, end, test_prompts)[healthy]
    probe = draw_prompts(cfg.world, generator(0, "addition probe"), cfg.n_probe)
    sums = add(cfg.world, probe)
    g = generator(0, "addition contexts")
    contexts = [draw_prompts(cfg.world, g, 1)[0] for _ in range(cfg.n_contexts)]
    return Measured(
        cfg,
        trained,
        healthy,
        on_train.mean((1, 2)),
        on_test.double().mean((1, 2)),
        on_test.all(2).double().mean(1),
        _curves(cfg, trained, train_prompts, test_prompts),
        chain_accuracy(right_digits(cfg, ensemble, end, probe)[healthy], sums),
        chain_accuracy(right_digits(cfg, ensemble, start, probe[:2000])[healthy], add(cfg.world, probe[:2000])),
        geometry(cfg, ensemble, end, healthy),
        geometry(cfg, ensemble, start, healthy),
        {r: pairs(cfg, ensemble, end, healthy, r) for r in READOUTS},
        {r: pairs(cfg, ensemble, start, healthy, r) for r in READOUTS},
        [pairs(cfg, ensemble, end, healthy, "corrected", rest) for rest in contexts],
        [pairs(cfg, ensemble, start, healthy, "corrected", rest) for rest in contexts],
    )


@torch.no_grad()
def geometry(cfg: AdditionStudyConfig, ensemble: Ensemble, flat: Tensor, models: list[int]) -> Geometry:
    """Planes and scores of some models at some parameters."""
    tensors = {name: values[models] for name, values in ensemble.tensors(flat).items()}
    planes = head_planes(tensors, cfg.world.base)
    rings = {"K": planes.K[:, :, 0], "V": planes.V[:, :, 0], "O": planes.O}
    places = planes.K[:, :, : cfg.world.n_prompt, 0]
    return Geometry(
        planes,
        {name: ring_scores(points) for name, points in rings.items()},
        place_distance_ratio(places, cfg.world.n_digits),
        place_distance_ratio(places, cfg.world.n_digits, whiten=True),
    )


def pairs(
    cfg: AdditionStudyConfig,
    ensemble: Ensemble,
    flat: Tensor,
    models: list[int],
    readout: Readout,
    rest: Tensor | None = None,
) -> Pairs:
    """What every head adds to the logits of digit 0, for all pairs of digits 0 of a and b."""
    prompts = digit_pairs(cfg.world, 0, rest)
    tokens = as_batch(cfg.world, prompts, readout)["tokens"]
    parts: list[HeadLogits] = []
    for i in models:
        model = ensemble.member(i, flat)
        assert isinstance(model, ToyAttention)
        parts.append(head_logits(model, tokens, read_position(cfg.world, readout)))
    heads = torch.stack([p.heads for p in parts]) if parts else torch.zeros(0)
    rests = torch.stack([p.rest for p in parts]) if parts else torch.zeros(0)
    return Pairs(heads, rests, add(cfg.world, prompts).digits[:, 0])


def _curves(cfg: AdditionStudyConfig, trained: Trained, train_prompts: Tensor, test_prompts: Tensor) -> Curves:
    steps = sorted(trained.snapshots)
    rows: list[tuple[Tensor, Tensor]] = []
    for step in steps:
        flat = trained.snapshots[step]
        pieces = (train_prompts[: len(test_prompts)], test_prompts)
        train_right, test_right = (right_digits(cfg, trained.ensemble, flat, p)[trained.healthy] for p in pieces)
        rows.append((train_right.double().mean((1, 2)), test_right.double().mean(1)))
    train_curve, places = torch.stack([r[0] for r in rows]), torch.stack([r[1] for r in rows])
    return Curves(steps, train_curve, places.mean(2), places)


def measure(cfg: AdditionStudyConfig, folder: Path) -> Measured:
    """Train, and measure all that the claims ask.

    Raises:
        PolyheadError: every model diverged.
    """
    trained = train(cfg, folder)
    if not trained.healthy:
        raise PolyheadError(f"all {cfg.n_seeds} models diverged at lr {cfg.lr}; lower lr")
    return measure_trained(cfg, trained)
