"""The trained toy worlds as cases: small models trained on tasks whose features are known, as plain attention layers.

    toy-features   tasks/attention_features.py: a student of few heads, each one free pattern and one dimension, moves N
                   features. Its stream here is the features, then one-hot positions that carry the pattern tables. The
                   source of feature i is its coordinate, its output sum_h W_in[i, h] W_out[:, h]: what the trained
                   heads write for it where they look at the same place, as they all do at overlap 1, so that
                   loadings are not told apart. The ReLU after the heads is no part of an attention layer.
    toy-pairs      tasks/pairs.py: a one-layer model of one-hot tokens. Each signal token is one source; what a head
                   writes for it differs between heads in direction, so there are no truths of outputs and loadings.
Axis legend: b sequence, p position, i feature, h head.
"""

from collections.abc import Callable
from typing import Any, Literal

import torch
from pydantic import Field

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator as make_generator
from polyhead.metrics.benchmark.world import World
from polyhead.models.toy.attention import ToyAttention
from polyhead.models.toy.attention_config import ToyAttentionConfig
from polyhead.models.toy.attention_features import FeatureHeads, FeatureHeadsConfig
from polyhead.ops.schedules import Schedule, rate_factor
from polyhead.tasks.attention_features import AttentionFeaturesConfig, activations
from polyhead.tasks.attention_features import sample as sample_features
from polyhead.tasks.pairs import PairsConfig, injections
from polyhead.tasks.pairs import sample as sample_pairs
from polyhead.tasks.planted_attention import AttentionTruth


class ToyFeatures(Config):
    """The world of attention features and its student."""

    kind: Literal["toy-features"] = "toy-features"
    n_features: int = Field(default=8, ge=1)
    n_heads: int = Field(default=4, ge=1)
    n_positions: int = Field(default=6, ge=2)
    overlap: float = Field(default=1.0, ge=0, le=1)
    sparsity: float = Field(default=0.9, ge=0, lt=1)
    n_steps: int = Field(default=1500, ge=1)


class ToyPairs(Config):
    """The world of pairs and its model."""

    kind: Literal["toy-pairs"] = "toy-pairs"
    n_heads: int = Field(default=2, ge=1)
    d_head: int = Field(default=4, ge=1)
    n_steps: int = Field(default=1200, ge=1)


def toy_features(cfg: ToyFeatures, seed: int) -> World:
    """Train the student; its heads as a layer of d_head = n_positions."""
    task = AttentionFeaturesConfig(
        n_features=cfg.n_features,
        n_positions=cfg.n_positions,
        overlap=cfg.overlap,
        sparsity=cfg.sparsity,
        pattern_seed=seed,
    )
    shape = FeatureHeadsConfig(n_features=cfg.n_features, n_heads=cfg.n_heads, n_positions=cfg.n_positions)
    student = FeatureHeads(shape, generator=make_generator(seed, "student"))
    _fit(student, lambda step: sample_features(task, make_generator(seed, "toy", step), 256), cfg.n_steps, 3e-2)
    n, h, p = cfg.n_features, cfg.n_heads, cfg.n_positions
    d = n + p
    W_in, W_out, scores = (t.detach() for t in (student.W_in, student.W_out, student.scores))
    W_Q, W_K, W_V = (torch.zeros(h, d, p) for _ in range(3))
    W_O = torch.zeros(h, p, d)
    W_Q[:, n:] = scores * p**0.5
    W_K[:, n:] = torch.eye(p)
    W_V[:, :n, 0], W_O[:, 0, :n] = W_in.T, W_out.T
    zeros = torch.zeros(h, p)
    layer = BaseLayer(0, W_Q, W_K, W_V, W_O, zeros, zeros, zeros, torch.zeros(d), h, p**-0.5, None, has_mlp=False)
    rows = torch.eye(d)[:n, None]
    written = torch.nn.functional.pad(W_in @ W_out.T, (0, p))[:, None]
    position = torch.eye(p)

    def draw(count: int, g: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        x = activations(1 - cfg.sparsity, (count, p, n), g)
        return torch.cat([x, position.expand(count, p, p)], dim=-1), x[..., None]

    truth = AttentionTruth(rows, written / written.norm(dim=-1, keepdim=True).clamp_min(1e-12), None, None, None, n)
    return World((layer,), truth, draw, normalize=False, has_bos=False)


def toy_pairs(cfg: ToyPairs, seed: int) -> World:
    """Train the model; every signal token is a source."""
    task = PairsConfig()
    shape = ToyAttentionConfig(
        n_heads=cfg.n_heads,
        d_head=cfg.d_head,
        d_vocab=task.d_vocab,
        n_ctx=task.n_ctx,
        d_vocab_out=task.d_vocab_out,
    )
    model = ToyAttention(shape, generator=make_generator(seed, "toy"))
    phi = injections(task, make_generator(seed, "completions"), 1)[0]
    _fit(model, lambda step: sample_pairs(task, make_generator(seed, "toy", step), 256, phi), cfg.n_steps, 1e-2)
    d, zeros = shape.width, torch.zeros(cfg.n_heads, cfg.d_head)
    W_Q, W_K, W_V, W_O = (model.attn.get_parameter(name).detach() for name in ("W_Q", "W_K", "W_V", "W_O"))
    out, scale = torch.zeros(d), cfg.d_head**-0.5
    layer = BaseLayer(0, W_Q, W_K, W_V, W_O, zeros, zeros, zeros, out, cfg.n_heads, scale, None, has_mlp=False)
    signal = slice(1, 1 + task.n_signal)
    rows = torch.eye(d)[signal, None]

    def draw(count: int, g: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        tokens = sample_pairs(task, g, count, phi)["tokens"]
        x = torch.nn.functional.one_hot(tokens[torch.randperm(count, generator=g)], d).float()
        return x, x[..., signal, None]

    truth = AttentionTruth(rows, None, None, None, None, task.n_signal)
    return World((layer,), truth, draw, normalize=False, has_bos=False)


def _fit(model: Any, batches: Callable[[int], Batch], n_steps: int, lr: float) -> None:
    adam = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.99))
    schedule = Schedule(warmup_steps=20, decay_fraction=1.0, decay="cosine")
    for step in range(n_steps):
        adam.param_groups[0]["lr"] = lr * rate_factor(schedule, step, n_steps)
        adam.zero_grad(set_to_none=True)
        torch.stack(list(model.loss(batches(step)).values())).sum().backward()
        adam.step()
        model.project()
