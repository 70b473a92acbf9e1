"""Training one method on a world, at a number of active latents that is matched to the truth."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from pydantic import Field

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Orients
from polyhead.core.rng import generator
from polyhead.dictionaries.activation import BatchTopK, TopK
from polyhead.dictionaries.method import Method
from polyhead.metrics.benchmark.adapters import Adapted
from polyhead.metrics.benchmark.world import Sample, World, batches
from polyhead.ops.schedules import Schedule, rate_factor
from polyhead.training.adam import AdamConfig, build_adam
from polyhead.training.firing import FiringCounts
from polyhead.training.loop import train_step

_FIRST = 4
"""Batches that a method's start is measured on."""


class BenchTraining(Config):
    """How every method is trained, the same for all."""

    n_steps: int = Field(default=200, ge=1)
    sequences_per_batch: int = Field(default=16, ge=1)
    n_sequences: int = Field(default=2048, ge=16)
    """Training sequences, drawn once a world."""
    n_scored: int = Field(default=64, ge=1)
    """Fresh sequences that scores are taken on."""
    rate: float = Field(default=2.0, gt=0)
    """Times each method's own rate: these layers are small and the runs short."""
    width: int = Field(default=4, ge=1)
    """Latents a planted feature."""


def true_l0(sample: Sample, side: str) -> float:
    """Planted features (for `both`: query conditions) that are there, mean over positions that count."""
    there = sample.there(side)
    return float(there[sample.valid].sum(-1).double().mean())


def settings_for(method: Method, world: World, l0: float, training: BenchTraining) -> Any:
    """The method's settings for a world of this size: its defaults but for width and sparsity.

    Sparse codes take `l0` active latents on average (BatchTopK) where the method can, on every token (TopK) where not.
    """
    try:
        return _settings(method, world, l0, training, BatchTopK)
    except PolyheadError:
        return _settings(method, world, l0, training, TopK)


def _settings(method: Method, world: World, l0: float, training: BenchTraining, sparse: type[TopK]) -> Any:
    fields, n = method.settings.model_fields, max(32, training.width * world.truth.n_features)
    changes: dict[str, Any] = {}
    if "n_latents" in fields:
        changes["n_latents"] = n
    if "activation" in fields:
        k = l0 / len(world.layers) if method.layers == "many" else l0  # each layer has its own
        changes["activation"] = sparse(k=min(max(1, round(k)), n), k_aux=min(8, n)).model_dump()
    if method.benchmark is not None:
        changes |= method.benchmark(WorldSizes(world, l0, n))
    return method.settings.parse({**method.settings().model_dump(), **changes}, where=f"benchmark of {method.kind}")


@dataclass(frozen=True)
class WorldSizes:
    """Of one world, for one method's settings (core/protocols.py: PlantedSizes)."""

    world: World
    l0: float
    n_latents: int

    @property
    def ov_rank(self) -> int:
        """Rank of the planted OV circuits."""
        source = self.world.truth.source
        return 1 if source is None else source.shape[1]

    @property
    def query_l0(self) -> float:
        """Query conditions that hold per position."""
        if self.world.truth.query is None:
            return self.l0
        return true_l0(self.world.sample(32, generator(0, "benchmark", "reasons")), "both")


@lru_cache(maxsize=1)
def _drawn(world: World, seed: int, n: int) -> Sample:
    """Training sequences; methods that follow one another on one world share them."""
    return world.sample(n, generator(seed, "benchmark", "train"))


def train(method: Method, world: World, settings: Any, seed: int, training: BenchTraining) -> Adapted:
    """Train a method and make it scorable. The same seed gives the same sequences to all methods.

    Raises:
        PolyheadError: the world lacks what the method reads, or training diverges.
    """
    reading = method.reading(settings, world.layers)
    data = batches(_drawn(world, seed, training.n_sequences), reading, training.sequences_per_batch)
    dictionary: Any = method.make(settings, world.layers, data[:_FIRST], generator(seed, "dictionary"))
    adam = build_adam(
        dictionary,
        AdamConfig(lr=training.rate * method.benchmark_rate * method.rates.lr),
        lr_factors=method.rates.factors,
    )
    rates, schedule = [group["lr"] for group in adam.param_groups], Schedule()
    firing = None
    if hasattr(dictionary, "codes"):
        codes = dictionary.codes(data[0])
        firing = FiringCounts(codes.n_latents, every=10, dead_after=max(40, training.n_steps // 8))
    for step in range(training.n_steps):
        for group, rate in zip(adam.param_groups, rates, strict=True):
            group["lr"] = rate * rate_factor(schedule, step, training.n_steps)
        batch = data[step % len(data)]
        report = train_step(dictionary, [adam], batch, clip=1.0)
        if not bool(torch.isfinite(report["loss"] + report["grad_norm"])):
            raise PolyheadError(f"{method.kind} diverged at step {step} of {training.n_steps}")
        if firing is not None:
            firing(step + 1, dictionary, batch)
    if isinstance(dictionary, Orients):
        dictionary.orient()
    return Adapted(dictionary, reading, world.layers, method, data[:_FIRST])
