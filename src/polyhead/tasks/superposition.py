"""Features in superposition: sparse features of unequal importance, the world of the toy autoencoder.

    x_i = 0 with probability 1 - density_i, else uniform in [0, 1];  loss = E sum_i importance_i (x_i - xhat_i)^2

Features come in sets of `set_size`: `independent` (sets do not matter), `correlated` (a set is on or off as one, with
values of their own), `anti-correlated` (at most one feature of a set is on at a time). Source: Elhage et al. 2022,
Toy Models of Superposition; the non-uniform variants: the report Experiments in Superposition.

A grid of worlds is sampled with common random numbers: one uniform for each example and feature, cut at each world's
density. `on_off_cases` replaces the coins of a small world by all its 2^n cases with their probabilities: the same
expected loss with far less noise, and one batch for all models. Axis legend: M world, b example, n feature.
"""

from collections.abc import Sequence
from itertools import product
from typing import Literal

import torch
from jaxtyping import Float
from pydantic import Field, model_validator
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch

MAX_CASES = 4096


class SuperpositionConfig(Config):
    """One world of sparse features."""

    n_features: int = Field(ge=1)
    density: float | tuple[float, ...] = 0.1
    """Probability that a feature is on: one for all, or one each."""
    importance: float | tuple[float, ...] = 1.0
    """Weight of a feature's squared error: the base of a geometric sequence `importance ** i`, or one each."""
    sets: Literal["independent", "correlated", "anti-correlated"] = "independent"
    set_size: int = Field(default=1, ge=1)
    """Neighbouring features that form a set."""

    @property
    def densities(self) -> list[float]:
        given = self.density
        return list(given) if isinstance(given, tuple) else [given] * self.n_features

    @property
    def importances(self) -> list[float]:
        given = self.importance
        return list(given) if isinstance(given, tuple) else [given**i for i in range(self.n_features)]

    @model_validator(mode="after")
    def _check(self) -> "SuperpositionConfig":
        for name, values in (("density", self.densities), ("importance", self.importances)):
            if len(values) != self.n_features:
                raise ValueError(f"{name}: {len(values)} values for {self.n_features} features")
        if not all(0 < d <= 1 for d in self.densities):
            raise ValueError(f"density must lie in (0, 1]; received {min(self.densities)} to {max(self.densities)}")
        if min(self.importances) < 0:
            raise ValueError(f"importance must not be negative; received {min(self.importances)}")
        if self.sets == "independent":
            return self
        if isinstance(self.density, tuple):
            raise ValueError(f"{self.sets} sets need one density for all features")
        if self.n_features % self.set_size:
            raise ValueError(f"{self.n_features} features cannot be cut into sets of {self.set_size}")
        if self.sets == "anti-correlated" and self.density * self.set_size > 1:
            raise ValueError(
                f"at most one of {self.set_size} anti-correlated features is on, so density is at most "
                f"{1 / self.set_size:.3g}; received {self.density}"
            )
        return self


class Moments(Config):
    """Exact first and second moments of a world, as nested lists so that the record stays plain."""

    mean: list[float]
    second: list[list[float]]
    """`E x_i x_j`."""
    importance: list[float]

    @property
    def covariance(self) -> Float[Tensor, "n n"]:
        mean = torch.tensor(self.mean, dtype=torch.float64)
        return torch.tensor(self.second, dtype=torch.float64) - torch.outer(mean, mean)

    @property
    def ignored_loss(self) -> float:
        """Loss of the best model that represents nothing: each feature costs importance times its variance."""
        return float((torch.tensor(self.importance, dtype=torch.float64) * self.covariance.diagonal()).sum())

    @property
    def zero_loss(self) -> float:
        """Loss of an output that is always zero."""
        return sum(i * row[k] for k, (i, row) in enumerate(zip(self.importance, self.second, strict=True)))


def truth(cfg: SuperpositionConfig) -> Moments:
    """Exact moments of the features: E x = d/2, E x^2 = d/3, and E x_i x_j by the kind of the sets."""
    d = torch.tensor(cfg.densities, dtype=torch.float64)
    second = torch.outer(d, d) / 4
    if cfg.sets != "independent":
        block = torch.arange(cfg.n_features) // cfg.set_size
        same = block[:, None] == block[None, :]
        second[same] = float(d[0]) / 4 if cfg.sets == "correlated" else 0.0
    second.diagonal().copy_(d / 3)
    return Moments(mean=(d / 2).tolist(), second=second.tolist(), importance=cfg.importances)


def sample(cfg: SuperpositionConfig, generator: torch.Generator, n: int) -> Batch:
    """`x [b, n]` and `importance [n]`."""
    batch = sample_grid([cfg], generator, n)
    return {"x": batch["x"][0].contiguous(), "importance": batch["importance"][0]}


def sample_grid(worlds: Sequence[SuperpositionConfig], generator: torch.Generator, n: int) -> dict[str, Tensor]:
    """`x [M, b, n]` (the memory of `[M, n, b]`, which `ops.two_layer` is fast on) and `importance [M, n]`.

    Raises:
        PolyheadError: the worlds differ in more than density and importance.
    """
    first = worlds[0]
    _check_alike(worlds)
    inverse = 1 / torch.tensor([w.densities for w in worlds])
    coin = _uniform(generator, first.n_features, n)
    if first.sets == "independent":
        on = torch.addcmul(torch.ones(()), coin, inverse[..., None], value=-1).relu_()
    else:
        on = _set_values(first, generator, coin, inverse)
    return {"x": on.transpose(1, 2), "importance": torch.tensor([w.importances for w in worlds])}


def on_off_cases(worlds: Sequence[SuperpositionConfig], generator: torch.Generator, n_values: int) -> dict[str, Tensor]:
    """All 2^n on-off cases of independent features, each with `n_values` draws of the values.

    Returns `x [b, n]` for all worlds, `weight [M, b]` (the case's probability over `n_values`) and `importance [M, n]`;
    the case in which everything is off has one row.

    Raises:
        PolyheadError: features that are not independent, or too many of them.
    """
    first = worlds[0]
    _check_alike(worlds)
    if first.sets != "independent" or 2**first.n_features > MAX_CASES:
        raise PolyheadError(
            f"cases are listed for at most {MAX_CASES.bit_length() - 1} independent features; received "
            f"{first.n_features} {first.sets} ones; use sample_grid"
        )
    cases = torch.tensor(list(product((0.0, 1.0), repeat=first.n_features)))
    density = torch.tensor([w.densities for w in worlds])[:, None]
    probability = (cases * density + (1 - cases) * (1 - density)).prod(-1)
    values = _uniform(generator, n_values, first.n_features)
    x = torch.cat([cases[:1], (cases[1:, None] * values).flatten(0, 1)])
    weight = torch.cat([probability[:, :1], probability[:, 1:].repeat_interleave(n_values, 1) / n_values], 1)
    return {"x": x, "weight": weight, "importance": torch.tensor([w.importances for w in worlds])}


def _set_values(cfg: SuperpositionConfig, generator: torch.Generator, coin: Tensor, inverse: Tensor) -> Tensor:
    """Values of correlated and anti-correlated sets, `[M, n, b]`; the first coin of a set decides for all of it."""
    n, b = coin.shape
    size = cfg.set_size
    shared = coin[::size].repeat_interleave(size, 0)
    if cfg.sets == "anti-correlated":
        inverse = inverse / size
    on = torch.addcmul(torch.ones(()), shared, inverse[..., None], value=-1).sign_().relu_()
    values = _uniform(generator, n, b)
    if cfg.sets == "anti-correlated":
        chosen = (_uniform(generator, n // size, b) * size).long().clamp_(max=size - 1).repeat_interleave(size, 0)
        values = values * (chosen == (torch.arange(n) % size)[:, None])
    return on * values


def _check_alike(worlds: Sequence[SuperpositionConfig]) -> None:
    kinds = {(w.n_features, w.sets, w.set_size) for w in worlds}
    if len(kinds) != 1:
        raise PolyheadError(f"the worlds of a grid differ in density and importance only; received {sorted(kinds)[:3]}")


def _uniform(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.rand(*shape, generator=generator)
