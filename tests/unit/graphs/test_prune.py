"""Influence, scores and pruning: small graphs with known answers, and a slow dense reference."""

import numpy as np
import pytest
import scipy.sparse as sp

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import Edges, GraphDictionary, GraphNode, GraphRecord, Supernode
from polyhead.graphs.graph import Graph
from polyhead.graphs.influence import adjacency_of, graph_scores, influence, logit_weights, smallest
from polyhead.graphs.pruning import keep, places, prune, prune_record, same_latent, scores


def node(kind: str, **more: object) -> GraphNode:
    return GraphNode.model_validate({"kind": kind, "position": 0, "value": 1.0, **more})


def edges_of(*rows: tuple[int, int, float], heads: np.ndarray | None = None) -> Edges:
    target, source, weight = zip(*rows)
    return Edges(np.array(target), np.array(source), np.array(weight), heads)


def record_of(nodes: list[GraphNode], n_edges: int, **more: object) -> GraphRecord:
    dictionary = GraphDictionary(name="D", kind="mtc", layers=[0, 1], part="attn", n_latents=9, heads=["H0"])
    return GraphRecord.model_validate(
        {
            "slug": "s", "prompt": "p", "tokens": [1], "token_strings": ["a"], "model": "m", "attention": "mtc",
            "n_layers": 2, "n_heads": 1, "patterns": "model", "dictionaries": [dictionary], "nodes": nodes,
            "n_edges": n_edges, "n_edges_found": n_edges, **more,
        }
    )  # fmt: skip


#          0 embedding, 1 error, 2 latent, 3 latent, 4 bias, 5 logit
CHAIN = [
    node("embedding"),
    node("error", layer=0),
    node("latent", dictionary=0, layer=0, latent=3, side="key", part="attn"),
    node("latent", dictionary=0, layer=0, latent=3, side="query", part="attn"),
    node("bias"),
    node("logit", probability=0.5, pre=5.0),
]
CHAIN_EDGES = edges_of((2, 0, 3.0), (2, 1, -1.0), (3, 2, 2.0), (3, 4, 7.0), (5, 3, 1.0), (5, 0, -3.0), (5, 4, 7.0))


def test_influence_of_a_chain() -> None:
    adjacency = adjacency_of(edges_of((2, 0, 3.0), (2, 1, -1.0), (3, 2, 2.0), (5, 3, 1.0), (5, 0, -3.0)), 6)
    got = influence(adjacency, logit_weights(CHAIN))
    # logit: 1/4 through node 3, 3/4 straight from the embedding; node 2 takes 3/4 from the embedding, 1/4 the error
    np.testing.assert_allclose(got, [0.75 + 0.25 * 0.75, 0.25 * 0.25, 0.25, 0.25, 0.0, 0.0])


def test_scores_of_a_chain_and_biases_do_not_count() -> None:
    got = graph_scores(CHAIN, adjacency_of(CHAIN_EDGES, 6))
    assert got.replacement == pytest.approx(15 / 16)
    assert got.error_share == pytest.approx(1 / 16)
    flow = 1 + 15 / 16 + 1 / 16 + 0.25 + 0.25  # logit, embedding, error, both latents
    assert got.completeness == pytest.approx(1 - (0.25 * 0.25) / flow)
    assert got.n_error_nodes == 1
    counted = graph_scores(CHAIN, adjacency_of(CHAIN_EDGES, 6), count_biases=True)
    assert counted.error_share == pytest.approx(1 / 11 * 2 / 9 * 1 / 4)


def test_latents_left_out_count_as_errors() -> None:
    adjacency = adjacency_of(CHAIN_EDGES, 6)
    kept = np.array([True, True, True, False, True, True])
    got = graph_scores(CHAIN, adjacency, kept=kept)
    assert got.replacement == pytest.approx(0.75)
    best = smallest(CHAIN, adjacency, graph_scores(CHAIN, adjacency).completeness - 1e-9)
    assert best is not None
    assert best.completeness == pytest.approx(graph_scores(CHAIN, adjacency).completeness)
    assert smallest(CHAIN, adjacency, 1.0) is None


def test_pruning_keeps_sums_whole() -> None:
    record, left = prune_record(record_of(CHAIN, 7), CHAIN_EDGES, node_threshold=0.5, edge_threshold=1.0)
    assert [n.kind for n in record.nodes] == ["embedding", "logit"]  # 0.9375 of 1.5 is the embedding's
    assert left.weight.tolist() == [-3.0]
    assert (left.target.tolist(), left.source.tolist()) == ([1], [0])
    assert record.nodes[1].cut + left.weight.sum() == pytest.approx(5.0)
    assert record.nodes[1].pre == 5.0
    assert record.nodes[0].influence == pytest.approx(15 / 16)
    assert record.scores is not None
    assert record.scores.n_nodes == 6  # of the whole graph
    assert record.n_edges == 1
    assert record.n_edges_found == 7
    again, _ = prune_record(record, left, node_threshold=1.0, edge_threshold=1.0)
    assert again.nodes[1].cut == record.nodes[1].cut


def test_everything_stays_at_one_but_what_reaches_nothing() -> None:
    heads = np.arange(14, dtype=float).reshape(7, 2)
    more = CHAIN_EDGES._replace(heads=heads)
    kept = keep(CHAIN, more, node_threshold=1.0, edge_threshold=1.0, count_biases=True)
    assert kept.nodes.all()
    assert kept.edges.all()
    record, left = prune_record(
        record_of(CHAIN, 7, supernodes=[Supernode(label="x", nodes=[3, 5]), Supernode(label="y", nodes=[4])]),
        more, node_threshold=1.0, edge_threshold=1.0,
    )  # fmt: skip
    assert [n.kind for n in record.nodes] == ["embedding", "error", "latent", "latent", "logit"]
    assert record.supernodes == [Supernode(label="x", nodes=[3, 4])]
    assert left.heads is not None
    np.testing.assert_array_equal(left.heads, heads[[0, 1, 2, 4, 5]])
    np.testing.assert_allclose([n.cut for n in record.nodes], [0, 0, 0, 7, 7])


def dense(matrix: np.ndarray, weights: np.ndarray) -> np.ndarray:
    size = np.abs(matrix)
    share = size / np.maximum(size.sum(1, keepdims=True), 1e-10)
    return weights @ (np.linalg.inv(np.eye(len(size)) - share) - np.eye(len(size)))


def slow_keep(nodes: list[GraphNode], matrix: np.ndarray, node_threshold: float, edge_threshold: float):
    """The same, as circuit-tracer describes it: dense, one sorted list at a time."""
    weights = logit_weights(nodes)
    kinds = np.array([n.kind for n in nodes])

    def fewest(values: np.ndarray, share: float) -> np.ndarray:
        order = sorted(range(len(values)), key=lambda i: -values[i])
        mask, total = np.zeros(len(values), bool), 0.0
        for i in order:
            if total >= share * values.sum() - 1e-12 or values[i] == 0:
                break
            mask[i] = True
            total += values[i]
        return mask

    reached = dense(matrix, weights)
    kept = fewest(reached, node_threshold) | np.isin(kinds, ["embedding", "logit"])
    inner = matrix * kept[:, None] * kept
    size = np.abs(inner)
    share = size / np.maximum(size.sum(1, keepdims=True), 1e-10)
    through = share * (dense(inner, weights) + weights)[:, None]
    edges = fewest(through.reshape(-1), edge_threshold).reshape(matrix.shape)
    while True:
        edges &= kept[:, None] & kept
        lost = (kinds == "latent") & kept & ~(edges.any(1) & edges.any(0)) | (kinds == "error") & kept & ~edges.any(0)
        if not lost.any():
            return kept, edges, reached
        kept &= ~lost


@pytest.mark.parametrize("seed", range(8))
def test_equals_the_dense_reference(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = ["embedding"] * 3 + ["error"] * 5 + ["latent"] * 17 + ["logit"] * 2
    nodes = [node(kind, probability=float(rng.uniform(0.1, 0.5)) if kind == "logit" else None) for kind in kinds]
    matrix = np.tril(rng.normal(size=(27, 27)) * (rng.random((27, 27)) < 0.4), -1)
    matrix[:8] = 0
    matrix[26, 25] = 0
    target, source = np.nonzero(matrix)
    edges = Edges(target, source, matrix[target, source], None)
    want_nodes, want_edges, reached = slow_keep(nodes, matrix, 0.8, 0.9)
    got = keep(nodes, edges, node_threshold=0.8, edge_threshold=0.9)
    np.testing.assert_allclose(got.influence, reached, atol=1e-12)
    np.testing.assert_array_equal(got.nodes, want_nodes)
    np.testing.assert_array_equal(got.edges, want_edges[target, source])


def test_the_order_of_nodes_does_not_matter() -> None:
    order = np.array([3, 5, 0, 4, 1, 2])
    place = np.argsort(order)
    edges = CHAIN_EDGES._replace(target=place[CHAIN_EDGES.target], source=place[CHAIN_EDGES.source])
    a = keep(CHAIN, CHAIN_EDGES, node_threshold=0.9)
    b = keep([CHAIN[i] for i in order], edges, node_threshold=0.9)
    np.testing.assert_array_equal(a.nodes[order], b.nodes)
    np.testing.assert_array_equal(a.edges, b.edges)


def test_places_and_scores_of_a_graph() -> None:
    graph = Graph(record_of(CHAIN, 7), CHAIN_EDGES)
    pruned = prune(graph, node_threshold=1.0)
    assert places(graph.nodes, pruned.nodes) == {0: 0, 1: 1, 2: 2, 3: 3, 5: 4}
    assert pruned.record.scores == scores(graph)
    assert scores(pruned).replacement == scores(graph).replacement


def test_supernodes_of_one_latent() -> None:
    groups = same_latent(record_of(CHAIN, 7))
    assert groups == [Supernode(label="D 0.3", nodes=[2, 3])]


def test_mistakes_in_one_line() -> None:
    with pytest.raises(PolyheadError, match=r"node threshold.*1\.2 received"):
        keep(CHAIN, CHAIN_EDGES, node_threshold=1.2)
    with pytest.raises(PolyheadError, match="none of the 1 nodes"):
        logit_weights([node("embedding")])
    with pytest.raises(PolyheadError, match="cycle"):
        influence(sp.csr_array(np.array([[0.0, 1.0], [1.0, 0.0]])), np.array([1.0, 0.0]))
