"""Prune a graph: keep the fewest nodes, then the fewest edges, that hold a share of the influence on the logits.

Thresholds and order are the field's (0.8 of node influence, then 0.98 of edge influence among the nodes left, as
circuit-tracer does): embeddings and logits always stay; a latent stays while something flows in and something out, an
error or a bias while something flows out. What is dropped into a kept node is added to its `cut`, so that `cut` and
the edges left still sum to its pre-activation.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from jaxtyping import Bool, Float

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import Edges, GraphNode, GraphRecord, GraphScores, Supernode
from polyhead.graphs.graph import Graph
from polyhead.graphs.influence import (
    adjacency_of,
    edge_influence,
    graph_scores,
    influence,
    logit_weights,
    of_kind,
    without,
)


class Kept(NamedTuple):
    """What pruning leaves of a graph."""

    nodes: Bool[np.ndarray, " n"]
    edges: Bool[np.ndarray, " e"]
    influence: Float[np.ndarray, " n"]
    """Of every node, in the whole graph."""


def keep(
    nodes: Sequence[GraphNode],
    edges: Edges,
    *,
    node_threshold: float = 0.8,
    edge_threshold: float = 0.98,
    count_biases: bool = False,
) -> Kept:
    """Which nodes and edges to keep.

    Raises:
        PolyheadError: a threshold outside 0 to 1, no logits, a cycle.
    """
    for name, value in (("node", node_threshold), ("edge", edge_threshold)):
        if not 0 <= value <= 1:
            raise PolyheadError(f"a {name} threshold is the share of influence to keep, from 0 to 1; {value} received")
    n, weights = len(nodes), logit_weights(nodes)
    adjacency = adjacency_of(edges, n)
    if not count_biases:
        adjacency = without(adjacency, of_kind(nodes, "bias"))
    reached = influence(adjacency, weights)
    always = of_kind(nodes, "embedding", "logit")
    kept = (reached >= _level(reached, node_threshold)) & (reached > 0) | always
    inside = sp.diags_array(kept.astype(np.float64))
    through = edge_influence(sp.csr_array(inside @ adjacency @ inside), weights)
    size = np.zeros(0)
    if len(edges.target):  # SciPy gives an empty matrix, not an empty array, for no entries
        size = np.asarray(through[edges.target, edges.source]).reshape(-1)
    edge_kept = (size >= _level(size, edge_threshold)) & (size > 0)
    kept, edge_kept = _connected(nodes, edges, kept, edge_kept)
    return Kept(kept, edge_kept, reached)


def scores(graph: Graph, *, count_biases: bool = False) -> GraphScores:
    """Replacement and completeness of a graph as it is.

    Raises:
        PolyheadError: no logits, or a cycle.
    """
    return graph_scores(graph.nodes, adjacency_of(graph.edges, len(graph)), count_biases=count_biases)


def prune(
    graph: Graph, *, node_threshold: float = 0.8, edge_threshold: float = 0.98, count_biases: bool = False
) -> Graph:
    """The pruned graph, without what was frozen (its nodes have other numbers); `places` says which became which.

    Raises:
        PolyheadError: a threshold outside 0 to 1, no logits, a cycle.
    """
    record, edges = prune_record(
        graph.record,
        graph.edges,
        node_threshold=node_threshold,
        edge_threshold=edge_threshold,
        count_biases=count_biases,
    )
    return Graph(record, edges)


def places(whole: Sequence[GraphNode], some: Sequence[GraphNode]) -> dict[int, int]:
    """Number in `whole` -> number in `some`, for nodes that are in both."""
    here = {identity(node): i for i, node in enumerate(some)}
    return {i: here[identity(node)] for i, node in enumerate(whole) if identity(node) in here}


def identity(node: GraphNode) -> tuple[object, ...]:
    """What makes a node the one it is, in any graph of the prompt."""
    return node.kind, node.position, node.layer, node.part, node.dictionary, node.latent, node.side, node.token


def prune_record(
    record: GraphRecord,
    edges: Edges,
    *,
    node_threshold: float = 0.8,
    edge_threshold: float = 0.98,
    count_biases: bool = False,
) -> tuple[GraphRecord, Edges]:
    """The pruned graph: nodes renumbered, `influence` of each in the whole graph, `scores` those of the whole graph.

    Raises:
        PolyheadError: a threshold outside 0 to 1, no logits, a cycle.
    """
    kept = keep(
        record.nodes,
        edges,
        node_threshold=node_threshold,
        edge_threshold=edge_threshold,
        count_biases=count_biases,
    )
    whole = record.scores or graph_scores(
        record.nodes, adjacency_of(edges, len(record.nodes)), count_biases=count_biases
    )
    dropped = ~kept.edges
    cut = np.bincount(edges.target[dropped], weights=edges.weight[dropped], minlength=len(record.nodes))
    place = np.cumsum(kept.nodes) - 1
    left = np.flatnonzero(kept.nodes)
    nodes = [
        record.nodes[i].model_copy(
            update={"cut": record.nodes[i].cut + float(cut[i]), "influence": float(kept.influence[i])}
        )
        for i in left
    ]
    some = Edges(
        place[edges.target[kept.edges]].astype(edges.target.dtype),
        place[edges.source[kept.edges]].astype(edges.source.dtype),
        edges.weight[kept.edges],
        None if edges.heads is None else edges.heads[kept.edges],
    )
    update = {
        "nodes": nodes,
        "n_edges": len(some.target),
        "node_threshold": node_threshold,
        "edge_threshold": edge_threshold,
        "scores": whole,
        "supernodes": _renumbered(record.supernodes, kept.nodes, place),
        "notes": [
            *record.notes,
            f"pruned: {len(nodes)} of {len(record.nodes)} nodes and {len(some.target)} of {len(edges.target)} edges "
            f"kept ({node_threshold:g} of node influence, {edge_threshold:g} of edge influence)",
        ],
    }
    return record.model_copy(update=update), some


def same_latent(record: GraphRecord) -> list[Supernode]:
    """Supernodes by themselves: one latent at several positions, with its key and query sides.

    Larger groups first; latents that are one node are left alone.
    """
    groups: dict[tuple[int, int, int, str], list[int]] = defaultdict(list)
    for i, node in enumerate(record.nodes):
        if node.kind == "latent" and node.dictionary is not None and node.latent is not None:
            groups[node.dictionary, node.layer or 0, node.latent, node.part or ""].append(i)
    several = sorted(((len(found), key, found) for key, found in groups.items() if len(found) > 1), reverse=True)
    return [
        Supernode(label=f"{record.dictionaries[name].name} {layer}.{latent}", nodes=found)
        for _, (name, layer, latent, _), found in several
    ]


def _level(values: Float[np.ndarray, " n"], threshold: float) -> float:
    """The size from which on values hold a share of the whole; equals stay together."""
    largest_first = -np.sort(-values)
    total = largest_first.sum()
    if len(values) == 0 or total <= 0:
        return 0.0
    at = np.searchsorted(np.cumsum(largest_first) / total, threshold)
    return float(largest_first[min(at, len(values) - 1)])


def _connected(
    nodes: Sequence[GraphNode], edges: Edges, kept: Bool[np.ndarray, " n"], edge_kept: Bool[np.ndarray, " e"]
) -> tuple[Bool[np.ndarray, " n"], Bool[np.ndarray, " e"]]:
    """Without nodes that lost all their inputs or outputs, over and over until nothing changes."""
    needs_in, needs_out = of_kind(nodes, "latent"), of_kind(nodes, "latent", "error", "bias")
    while True:
        edge_kept = edge_kept & kept[edges.target] & kept[edges.source]
        has_in, has_out = np.zeros_like(kept), np.zeros_like(kept)
        has_in[edges.target[edge_kept]] = True
        has_out[edges.source[edge_kept]] = True
        now = kept & (has_in | ~needs_in) & (has_out | ~needs_out)
        if (now == kept).all():
            return kept, edge_kept
        kept = now


def _renumbered(supernodes: Sequence[Supernode], kept: Bool[np.ndarray, " n"], place: np.ndarray) -> list[Supernode]:
    found = (
        Supernode(label=group.label, nodes=[int(place[i]) for i in group.nodes if kept[i]]) for group in supernodes
    )
    return [group for group in found if group.nodes]
