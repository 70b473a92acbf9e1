"""Tiny random models with dictionaries that explain them badly: a graph's identities hold whatever they explain."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from polyhead.activations.harvest import harvest_batch
from polyhead.core.rng import generator
from polyhead.dictionaries import METHODS
from polyhead.graphs.graph import Graph
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.models.base_layer import base_layer
from polyhead.models.hooked import HookedModel
from polyhead.models.native import NativeConfig, NativeTransformer

VOCAB, N_CTX = 19, 12


def native(seed: int = 0, **settings: Any) -> NativeTransformer:
    """Three layers of three heads, weights large enough that patterns are not flat; every parameter random."""
    plain = {"n_layers": 3, "d_model": 10, "n_heads": 3, "d_head": 4, "d_vocab": VOCAB, "n_ctx": N_CTX}
    model = NativeTransformer(NativeConfig(**{**plain, **settings}))
    g = generator(seed, "tiny graph")
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn(p.shape, generator=g) * (0.8 if p.ndim > 2 else 0.5))
    return model.eval().requires_grad_(False)


def loaded(
    model: HookedModel, method: str, layers: tuple[int, ...], settings: Mapping[str, Any] | None = None, seed: int = 0
) -> LoadedDictionary:
    """A dictionary of these layers as its training would start, with biases that are not zero."""
    of = METHODS[method]
    parsed = of.settings.parse(dict(settings or {}))
    base = [base_layer(model, layer) for layer in layers]
    reading = of.reading(parsed, base)
    g = generator(seed, "explainer", method, *layers)
    tokens = torch.randint(model.cfg.d_vocab, (4, min(N_CTX, model.cfg.n_ctx)), generator=g)
    dictionary = of.make(parsed, base, [harvest_batch(model, tokens, reading)], g)
    with torch.no_grad():
        for name, p in dictionary.named_parameters():
            if name.rpartition(".")[2].startswith("b_"):
                p.add_(0.1 * torch.randn(p.shape, generator=g))
    name = f"{method}-{'-'.join(map(str, layers))}"
    return LoadedDictionary(name, method, dictionary.requires_grad_(False), reading, model=model.cfg.model_dump())


def prompt(n: int = 8, seed: int = 0, vocab: int = VOCAB) -> torch.Tensor:
    """Random tokens."""
    return torch.randint(vocab, (n,), generator=generator(seed, "prompt"))


def worst_sum(graph: Graph) -> float:
    """Largest |sum of incoming weights + cut - pre| over targets, in units of the sum of absolute values."""
    n, (target, _, weight, _) = len(graph), graph.edges
    total = np.bincount(target, weight, minlength=n) + np.array([node.cut for node in graph.nodes])
    size = np.bincount(target, np.abs(weight), minlength=n)
    errors = [
        abs(total[i] - node.pre) / max(size[i], abs(node.pre))
        for i, node in enumerate(graph.nodes)
        if node.pre is not None
    ]
    assert errors
    return max(errors)


def worst_heads(graph: Graph) -> float:
    """Largest |sum of head terms - weight| over edges that cross attention, in units of the largest weight."""
    assert graph.edges.heads is not None
    crossing = np.abs(graph.edges.heads).sum(1) > 0
    assert crossing.any()
    gap = np.abs(graph.edges.heads.sum(1) - graph.edges.weight)[crossing]
    return float(gap.max() / np.abs(graph.edges.weight).max())
