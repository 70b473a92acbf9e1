"""Computation in superposition: functions of sparse inputs that a small two-layer network has to compute.

| task | inputs | target |
| --- | --- | --- |
| and, or | {0, 1}: a coin, kept with probability `density` | product, maximum; the same for each of n outputs |
| max | {-1, 0, 1} uniform, kept with probability `density` | max of abs x_i, the same for each of n outputs |
| abs, square | uniform in [-1, 1], kept with probability `density` | abs x_i, x_i^2 for each feature |
| pairwise-and | as `and` | x_i x_j for each of the n (n - 1) / 2 pairs |

Source: the notebook of the report Experiments in Superposition (and, or, max, abs); abs of many features: Elhage et al.
2022; square and pairwise-and: our reading. A grid of worlds shares its random numbers. The loss is the mean over
examples and outputs of importance_i (target_i - y_i)^2. Axis legend: M world, b example, n feature, o output.
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

Task = Literal["and", "or", "max", "abs", "square", "pairwise-and"]
BINARY: tuple[Task, ...] = ("and", "or", "pairwise-and")
MAX_CASES = 4096


class ComputationConfig(Config):
    """One world of inputs and the function of them."""

    task: Task
    n_features: int = Field(default=2, ge=1)
    density: float = Field(default=1.0, gt=0, le=1)
    """Probability that an input is kept."""
    coin: float = Field(default=0.5, gt=0, le=1)
    """Probability that a binary input is one before it is kept or not."""
    importance: float = Field(default=1.0, gt=0)
    """Base of the geometric sequence `importance ** i` over outputs."""

    @property
    def n_out(self) -> int:
        return self.n_features * (self.n_features - 1) // 2 if self.task == "pairwise-and" else self.n_features

    @property
    def importances(self) -> list[float]:
        return [self.importance**i for i in range(self.n_out)]

    @model_validator(mode="after")
    def _check(self) -> "ComputationConfig":
        if self.task == "pairwise-and" and self.n_features < 2:
            raise ValueError(f"pairs need at least 2 features; received {self.n_features}")
        return self


class TargetMoments(Config):
    """Exact mean and mean square of each output (they are the same for all outputs)."""

    mean: float
    square: float
    importance: list[float]

    @property
    def zero_loss(self) -> float:
        """Loss of an output that is always zero: a dead output unit."""
        return self.square * sum(self.importance) / len(self.importance)

    @property
    def constant_loss(self) -> float:
        """Loss of the best constant: an output that only its bias moves."""
        return (self.square - self.mean**2) * sum(self.importance) / len(self.importance)


def truth(cfg: ComputationConfig) -> TargetMoments:
    """Exact moments of the target."""
    d, n = cfg.density, cfg.n_features
    if cfg.task in ("abs", "square"):
        power = 1 if cfg.task == "abs" else 2
        mean, square = d / (power + 1), d / (2 * power + 1)
    else:
        one = d * cfg.coin
        none = (1 - (2 * d / 3 if cfg.task == "max" else one)) ** n
        mean = one**2 if cfg.task == "pairwise-and" else one**n if cfg.task == "and" else 1 - none
        square = mean
    return TargetMoments(mean=mean, square=square, importance=cfg.importances)


def compute(task: Task, x: Float[Tensor, "*b n"]) -> Float[Tensor, "*b o"]:
    """The function itself."""
    if task == "abs":
        return x.abs()
    if task == "square":
        return x * x
    if task == "pairwise-and":
        i, j = torch.triu_indices(x.shape[-1], x.shape[-1], offset=1)
        return x[..., i] * x[..., j]
    one = x.prod(-1) if task == "and" else x.abs().amax(-1)
    return one[..., None].expand_as(x)


def sample(cfg: ComputationConfig, generator: torch.Generator, n: int) -> Batch:
    """`x [b, n]`, `target [b, o]`, `importance [o]`."""
    return {key: value[0].contiguous() for key, value in sample_grid([cfg], generator, n).items()}


def sample_grid(worlds: Sequence[ComputationConfig], generator: torch.Generator, n: int) -> dict[str, Tensor]:
    """`x [M, b, n]`, `target [M, b, o]` (both the memory of `[M, n, b]` where that is possible), `importance [M, o]`.

    Raises:
        PolyheadError: the worlds differ in task or number of features.
    """
    first = _first(worlds)
    density = torch.tensor([w.density for w in worlds])[:, None, None]
    u = torch.rand(first.n_features, n, generator=generator)
    if first.task in BINARY:
        coin = torch.tensor([w.coin for w in worlds])[:, None, None]
        x = (density * coin - u).sign_().relu_()
    elif first.task == "max":
        sign = torch.randint(0, 2, (first.n_features, n), generator=generator) * 2.0 - 1
        x = (density * 2 / 3 - u).sign_().relu_() * sign
    else:
        sign = torch.randint(0, 2, (first.n_features, n), generator=generator) * 2.0 - 1
        x = torch.addcmul(torch.ones(()), u, 1 / density, value=-1).relu_() * sign
    x = x.transpose(1, 2)
    return {"x": x, "target": compute(first.task, x), "importance": torch.tensor([w.importances for w in worlds])}


def all_cases(worlds: Sequence[ComputationConfig]) -> dict[str, Tensor]:
    """Every input of a finite world: `x [b, n]`, `target [b, o]`, probabilities `weight [M, b]`, `importance [M, o]`.

    Training on it is training on the expected loss.

    Raises:
        PolyheadError: inputs that are not finite, or too many cases.
    """
    first = _first(worlds)
    alphabet = (0.0, 1.0) if first.task in BINARY else (-1.0, 0.0, 1.0)
    if first.task in ("abs", "square") or len(alphabet) ** first.n_features > MAX_CASES:
        raise PolyheadError(
            f"cases are listed for at most {MAX_CASES} inputs of a finite task; received {first.task} of "
            f"{first.n_features} features; use sample_grid"
        )
    x = torch.tensor(list(product(alphabet, repeat=first.n_features)))
    on = torch.tensor([w.density * (w.coin if first.task in BINARY else 2 / 3) for w in worlds])[:, None, None]
    each = torch.where(x != 0, on / (1 if first.task in BINARY else 2), 1 - on)
    importance = torch.tensor([w.importances for w in worlds])
    return {"x": x, "target": compute(first.task, x), "weight": each.prod(-1), "importance": importance}


def _first(worlds: Sequence[ComputationConfig]) -> ComputationConfig:
    kinds = {(w.task, w.n_features) for w in worlds}
    if len(kinds) != 1:
        raise PolyheadError(f"the worlds of a grid differ in density and importance only; received {sorted(kinds)[:3]}")
    return worlds[0]
