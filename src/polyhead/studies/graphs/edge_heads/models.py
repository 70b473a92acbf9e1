"""What is measured for the study `edge-heads`: heads of the edges of graphs, and what pairs of heads look for.

An edge from the key side to the query side of a latent has a term for each head, loading x pattern x activation. Its
effective heads are the participation ratio of the terms. Axis legend: e edge, h head, n node on the key side.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.frozen import FrozenPrompt
from polyhead.graphs.graph import Graph
from polyhead.graphs.influence import adjacency_of, edge_influence, logit_weights
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.parts.block import MovedRead
from polyhead.graphs.qk import split_score
from polyhead.graphs.score_map import score_map
from polyhead.models.hooked import HookedModel

CARRIES = 0.2
"""Share of an edge's terms, by absolute value, from which on a head carries it."""
SILENT = 0.05
"""Share below which it does not."""
LOOKS = 0.1
"""Pattern entry from which on a head looks at a position."""


class Spread(NamedTuple):
    """Edges that cross attention, of one graph; weighted means are by influence on the logits."""

    effective: float
    """Effective heads per edge, weighted by influence."""
    shuffled: float
    """The same with the patterns of heads permuted among the heads of the layer."""
    several: float
    """Weighted share of edges that two or more heads carry."""
    several_shuffled: float
    by_layer: list[float]
    """Effective heads by layer, weighted."""
    counts: list[float]
    """Weighted share of edges carried by 0, 1, 2, ... heads."""


class Alike(NamedTuple):
    """Mean correlation of what two heads look for at the same query and key."""

    together: list[float]
    """Pairs of heads that carry an edge together: one number an edge."""
    apart: list[float]
    """At the same places: a head that carries the edge, and one that looks there too but carries nothing of it."""
    elsewhere: list[float]
    """The same pairs of heads at another query and key of the prompt, where both look."""


class Crossing(NamedTuple):
    """Edges from a latent's key side to its query side, the identity left out."""

    source: np.ndarray
    target: np.ndarray
    terms: Float[np.ndarray, "e h"]
    shuffled: Float[np.ndarray, "e h"]
    influence: Float[np.ndarray, " e"]
    layer: np.ndarray


def graph_of(model: HookedModel, dictionaries: Sequence[LoadedDictionary], tokens: Tensor) -> Graph:
    """The whole graph, no edge between positions cut that matters."""
    bounds = GraphConfig(max_query_nodes=64, edge_share=1e-3, budget_bytes=4 * 2**30)
    return build_graph(model, dictionaries, tokens, bounds)


def crossing(graph: Graph, seed: int) -> Crossing:
    """Edges between positions that go through heads, with the shuffled control's terms."""
    frozen = graph.frozen
    assert frozen is not None
    assert graph.edges.heads is not None
    n_heads = graph.record.n_heads
    reached = edge_influence(adjacency_of(graph.edges, len(graph)), logit_weights(graph.nodes))
    size = np.asarray(reached[graph.edges.target, graph.edges.source]).reshape(-1)
    position = np.array([node.position for node in graph.nodes])
    layer = np.array([-1 if node.layer is None else node.layer for node in graph.nodes])
    moved = np.zeros(len(graph), dtype=bool)
    for block in frozen.blocks:
        if isinstance(block.read, MovedRead):
            moved[block.first : block.first + len(block)] = True
    kept = moved[graph.edges.target] & (position[graph.edges.source] != position[graph.edges.target])
    source, target = graph.edges.source[kept], graph.edges.target[kept]
    terms = graph.edges.heads[kept, :n_heads].astype(np.float64)
    shuffled = np.zeros_like(terms)
    g = generator(seed, "heads", *graph.record.tokens)
    for number in range(graph.record.n_layers):
        rows = np.flatnonzero(layer[target] == number)
        if not len(rows):
            continue
        pattern = frozen.pattern(number).numpy()[:, position[target[rows]], position[source[rows]]].T
        per_unit = terms[rows] / np.maximum(pattern, 1e-12)  # loading times activation
        order = torch.stack([torch.randperm(n_heads, generator=g) for _ in rows]).numpy()
        shuffled[rows] = per_unit * np.take_along_axis(pattern, order, axis=1)
    return Crossing(source, target, terms, shuffled, size[kept], layer[target])


def spread(found: Crossing, n_layers: int) -> Spread:
    """How many heads the edges have."""
    own, mixed = _effective(found.terms), _effective(found.shuffled)
    weight = found.influence / max(found.influence.sum(), 1e-30)
    carriers = (_shares(found.terms) >= CARRIES).sum(1)
    carriers_mixed = (_shares(found.shuffled) >= CARRIES).sum(1)

    def of(layer: int) -> float:
        rows = found.layer == layer
        return float((own[rows] * weight[rows]).sum() / max(weight[rows].sum(), 1e-30))

    most = int(1 / CARRIES) + 1
    return Spread(
        effective=float((own * weight).sum()),
        shuffled=float((mixed * weight).sum()),
        several=float(weight[carriers >= 2].sum()),
        several_shuffled=float(weight[carriers_mixed >= 2].sum()),
        by_layer=[of(layer) for layer in range(n_layers)],
        counts=[float(weight[carriers == n].sum()) for n in range(most)],
    )


def _shares(terms: Float[np.ndarray, "e h"]) -> Float[np.ndarray, "e h"]:
    return np.abs(terms) / np.maximum(np.abs(terms).sum(1, keepdims=True), 1e-30)


def _effective(terms: Float[np.ndarray, "e h"]) -> Float[np.ndarray, " e"]:
    return 1 / np.maximum(np.square(_shares(terms)).sum(1), 1e-30)


def alike(graph: Graph, found: Crossing, most: int, seed: int) -> Alike:
    """Whether heads of one edge look for the same, on the edges of most influence that two heads carry."""
    frozen = graph.frozen
    assert frozen is not None
    shares, g = _shares(found.terms), generator(seed, "elsewhere", *graph.record.tokens)
    reasons = _Reasons(frozen)
    result = Alike([], [], [])
    for e in np.argsort(-found.influence, kind="stable"):
        if len(result.together) >= most:
            break
        layer = int(found.layer[e])
        query, key = (graph.nodes[int(n)].position for n in (found.target[e], found.source[e]))
        looks = frozen.pattern(layer)[:, query, key].numpy() >= LOOKS
        carriers = np.flatnonzero((shares[e] >= CARRIES) & looks)
        idle = np.flatnonzero((shares[e] < SILENT) & looks)
        if len(carriers) < 2 or not len(idle):
            continue
        a, b = carriers[np.argsort(-shares[e][carriers])][:2].tolist()
        place = _another(frozen, layer, (a, b), (query, key), g)
        if place is None:
            continue
        result.together.append(reasons.correlation(layer, a, b, query, key))
        result.apart.append(float(np.mean([reasons.correlation(layer, a, int(c), query, key) for c in idle])))
        result.elsewhere.append(reasons.correlation(layer, a, b, *place))
    return result


def _another(
    frozen: FrozenPrompt, layer: int, pair: tuple[int, int], taken: tuple[int, int], g: torch.Generator
) -> tuple[int, int] | None:
    """Another query and key, not the same position, at which both heads look."""
    pattern = frozen.pattern(layer)
    both = ((pattern[pair[0]] >= LOOKS) & (pattern[pair[1]] >= LOOKS)).nonzero()
    places = [(q, k) for q, k in both.tolist() if (q, k) != taken and q != k]
    return places[int(torch.randint(len(places), (1,), generator=g))] if places else None


class _Reasons:
    """What each key-side node adds to a score, remembered by entry."""

    def __init__(self, frozen: FrozenPrompt) -> None:
        self.frozen, self.maps, self.known = frozen, {}, {}

    def marginal(self, layer: int, head: int, query: int, key: int) -> Float[Tensor, " n"]:
        """Added to the score by every pair of a query-side and a key-side node, in one list."""
        place = (layer, head, query, key)
        if place not in self.known:
            if layer not in self.maps:
                self.maps[layer] = score_map(self.frozen, layer)
            self.known[place] = split_score(self.frozen, self.maps[layer], head, query, key).terms.flatten()
        return self.known[place]

    def correlation(self, layer: int, a: int, b: int, query: int, key: int) -> float:
        """Of the terms of two heads' scores over pairs of nodes."""
        both = torch.stack([self.marginal(layer, h, query, key) for h in (a, b)])
        return float(torch.corrcoef(both)[0, 1])
