"""Attention features in superposition: N planted ways of moving information, for fewer heads. Our proposal.

Anthropic's January 2024 update names a toy model of attention features in superposition; its text was not found, so
this world is ours and reproduces nothing of theirs in detail. Feature i has a causal, row-stochastic source pattern
P^i[t, s] and activations x[s, i] (0 with chance S, else uniform in [0, 1]); the target is y[t, i] = sum_s P^i[t, s]
x[s, i]. Patterns: P^i = (1 - overlap) U^i + overlap U, U^i and the common U one-hot rows drawn at random, so overlap 1
makes all features move alike, and only then can one head move several without looking at wrong positions.
Axis legend: b sample, t destination, s source, i feature, m model.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from pydantic import Field, model_validator
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator as make_generator


class AttentionFeaturesConfig(Config):
    """A world of N attention features over a few positions."""

    n_features: int = Field(ge=1)
    n_positions: int = Field(default=5, ge=2)
    overlap: float = Field(default=1.0, ge=0, le=1)
    """Share of the common pattern in each feature's pattern."""
    sparsity: float = Field(default=0.9, ge=0)
    """Chance that an activation is 0."""
    importance: tuple[float, ...] | None = None
    """Weight of each feature in the loss; equal where None."""
    pattern_seed: int = 0
    """Of the planted patterns."""

    @model_validator(mode="after")
    def _check(self) -> "AttentionFeaturesConfig":
        if self.sparsity >= 1:
            raise ValueError(f"sparsity {self.sparsity} must be below 1: at 1 nothing is ever active")
        if self.importance is not None and len(self.importance) != self.n_features:
            raise ValueError(f"{self.n_features} features need as many importances; {len(self.importance)} received")
        return self


@dataclass(frozen=True)
class AttentionFeaturesTruth:
    """What is planted, and two exact losses."""

    patterns: Float[Tensor, "i t s"]
    """P^i, causal and row-stochastic."""
    importance: Float[Tensor, " i"]
    zero_loss: Float[Tensor, " i"]
    """Importance times E y_i^2, mean over positions: the loss of a model that outputs 0 for this feature."""
    mean_loss: Float[Tensor, " i"]
    """Importance times Var y_i: the loss of the best constants at each position."""


def truth(cfg: AttentionFeaturesConfig) -> AttentionFeaturesTruth:
    """Planted patterns, and the losses of silence and of constants: E x = (1 - S)/2, E x^2 = (1 - S)/3."""
    g = make_generator(cfg.pattern_seed, "patterns", cfg.n_features, cfg.n_positions)
    n, p = cfg.n_features, cfg.n_positions
    choice = (torch.rand(n + 1, p, generator=g) * torch.arange(1, p + 1)).long()
    tables = torch.nn.functional.one_hot(choice, p).float()
    patterns = (1 - cfg.overlap) * tables[:n] + cfg.overlap * tables[n]
    importance = torch.ones(n) if cfg.importance is None else torch.tensor(cfg.importance)
    density = 1 - cfg.sparsity
    variance = (density / 3 - density**2 / 4) * patterns.square().sum(-1).mean(-1)
    return AttentionFeaturesTruth(
        patterns, importance, importance * (variance + (density / 2) ** 2), importance * variance
    )


def sample(cfg: AttentionFeaturesConfig, generator: torch.Generator, n: int) -> Batch:
    """`x [n, s, i]`, `target [n, t, i]`, `importance [i]`."""
    known = truth(cfg)
    x = activations(1 - cfg.sparsity, (n, cfg.n_positions, cfg.n_features), generator)
    return {"x": x, "target": move(known.patterns, x), "importance": known.importance}


def sample_many(
    density: Float[Tensor, " m"],
    importance: Float[Tensor, "m i"],
    patterns: Float[Tensor, "m i t s"],
    generator: torch.Generator,
    n: int,
) -> Batch:
    """The same with a leading model axis: each model its own density, importances and patterns, one draw for all."""
    value = torch.rand(n, patterns.shape[-1], patterns.shape[1], generator=generator)
    active = torch.rand(value.shape, generator=generator) < density[:, None, None, None]
    x = value * active
    return {"x": x, "target": torch.einsum("mits,mbsi->mbti", patterns, x), "importance": importance}


def activations(density: float, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Uniform in [0, 1] with chance `density`, else 0."""
    value = torch.rand(shape, generator=generator)
    return value * (torch.rand(shape, generator=generator) < density)


def move(patterns: Float[Tensor, "i t s"], x: Float[Tensor, "b s i"]) -> Float[Tensor, "b t i"]:
    """Each feature by its own pattern."""
    return torch.einsum("its,bsi->bti", patterns, x)
