"""Verification: columns of a graph are what the model does when a node is changed and all else is held."""

from typing import Any

import numpy as np
import pytest
from columns import worst_column
from test_graph_identity import KINDS, MODELS, MTC, WITH_MLPS
from tiny_graphs import loaded, native, prompt

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.graph import Graph
from polyhead.graphs.pruning import prune
from polyhead.graphs.verification import Bench, total_effect, verify

WHOLE = GraphConfig(edge_share=0)


@pytest.mark.parametrize("name", MODELS)
def test_columns_are_interventions_in_every_model(name: str) -> None:
    model = native(**MODELS[name])
    graph = build_graph(model, [loaded(model, "mtc", (layer,), MTC) for layer in (0, 2)], prompt(), WHOLE)
    assert worst_column(model, graph) < 2e-6


@pytest.mark.parametrize("kind", [*KINDS, *WITH_MLPS])
def test_columns_are_interventions_with_every_kind(kind: str) -> None:
    model = native(d_mlp=14, normalization="LN", has_bias=True)
    graph = build_graph(model, [loaded(model, *what) for what in {**KINDS, **WITH_MLPS}[kind]], prompt(), WHOLE)
    assert worst_column(model, graph) < 2e-6


def test_the_baseline_is_the_prompt() -> None:
    model = native(d_mlp=14, normalization="RMS", has_bias=True)
    graph = build_graph(model, [loaded(model, *what) for what in WITH_MLPS["cross-layer"]], prompt(), WHOLE)
    assert graph.frozen is not None
    bench = Bench(model, graph.frozen)
    pre = np.array([np.nan if n.pre is None else n.pre for n in graph.nodes])
    np.testing.assert_allclose(bench.frozen_zero, pre, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(bench.live_zero, pre, rtol=1e-4, atol=1e-4)


def test_total_effect_is_the_dense_inverse() -> None:
    model = native(normalization="RMS")
    graph = build_graph(model, [loaded(model, "mtc", (layer,), MTC) for layer in range(3)], prompt(), WHOLE)
    A = graph.adjacency().astype(np.float64)
    reach = np.diag([1 / n.value if n.kind == "latent" else 0.0 for n in graph.nodes])
    embedding = next(i for i, n in enumerate(graph.nodes) if n.kind == "embedding" and n.position == 2)
    dense = np.linalg.solve(np.eye(len(graph)) - A.toarray() @ reach, A.toarray()[:, embedding])
    np.testing.assert_allclose(total_effect(graph, A, {embedding: 1.0}), dense, atol=1e-7 * np.abs(dense).max())


def test_small_changes_of_a_linear_model_are_foretold_live() -> None:
    """No norms and one layer: logits are linear in what layer 0 writes, so the live model does what the graph says."""
    model = native(n_layers=1, normalization="none", positions="none")
    graph = build_graph(model, [loaded(model, "mtc", (0,), MTC)], prompt(), WHOLE)
    assert graph.frozen is not None
    bench, A = Bench(model, graph.frozen), graph.adjacency().astype(np.float64)
    for side in ("query", "key"):
        last = [n.side == side and n.position == 7 for n in graph.nodes]
        node = last.index(True)
        live, said = bench.live({node: 1.0}), total_effect(graph, A, {node: 1.0})
        logits = [i for i, n in enumerate(graph.nodes) if n.kind == "logit"]
        np.testing.assert_allclose(live[logits], said[logits], rtol=1e-5, atol=1e-7)


def test_held_norms_and_patterns_leave_only_what_is_not_explained() -> None:
    """Autoencoders read attention itself: with norms and patterns frozen, direct effects are live effects."""
    model = native(n_layers=2, normalization="LN", has_bias=True)
    graph = build_graph(model, [loaded(model, *what) for what in KINDS["sae of z"][:2]], prompt(), WHOLE)
    assert graph.frozen is not None
    bench, A = Bench(model, graph.frozen), graph.adjacency().astype(np.float64)
    node = next(i for i, n in enumerate(graph.nodes) if n.kind == "latent" and n.layer == 0 and n.position == 3)
    later = [i for i, n in enumerate(graph.nodes) if n.kind == "latent" and n.layer == 1]
    said, seen = total_effect(graph, A, {node: 0.5}), bench.live({node: 0.5}, norms=True, patterns=True)
    np.testing.assert_allclose(seen[later], said[later], rtol=1e-5, atol=1e-6)
    assert np.abs(bench.live({node: 0.5})[later] - said[later]).max() > 1e-3


def test_verify_of_whole_and_pruned_and_loaded_graphs(tmp_path: Any) -> None:
    model = native(d_mlp=14, normalization="RMS", has_bias=True)
    some = [loaded(model, *what) for what in WITH_MLPS["cross-layer"]]
    graph = build_graph(model, some, prompt(), GraphConfig(max_query_nodes=4))
    record = verify(model, some, graph, 7, generator(0, "verify"))
    assert len(record.perturbations) == len(record.controls) == 7
    assert {p.action for p in record.perturbations} >= {"suppress", "boost"}
    assert record.worst_frozen_error < 2e-6
    assert all(p.n_targets > 0 for p in record.perturbations)
    pruned = prune(graph, node_threshold=0.7)
    pruned.save(tmp_path)
    read = Graph.load(tmp_path)
    again = verify(model, some, read, 7, generator(0, "verify"), cfg=GraphConfig(max_query_nodes=4))
    assert again.worst_frozen_error < 2e-6
    other = native(seed=3, d_mlp=14, normalization="RMS", has_bias=True)
    with pytest.raises(PolyheadError, match="do not come about"):
        verify(other, some, read, 3, generator(0, "verify"))


def test_a_swap_on_a_cut_graph_is_compared_where_columns_are_whole() -> None:
    model = native(normalization="RMS")
    some = [loaded(model, "mtc", (layer,), MTC) for layer in range(3)]
    graph = build_graph(model, some, prompt(), GraphConfig(max_query_nodes=6, edge_share=0.03))
    record = verify(model, some, graph, 12, generator(0, "verify"))
    swaps = [p for p in [*record.perturbations, *record.controls] if p.action == "swap"]
    assert sum(p.n_targets > 0 for p in swaps) >= 3
    assert record.worst_frozen_error < 2e-6


def test_a_wrong_edge_is_found() -> None:
    model = native(normalization="RMS")
    graph = build_graph(model, [loaded(model, "mtc", (layer,), MTC) for layer in range(3)], prompt(), WHOLE)
    graph.edges.weight[:] *= np.where(np.arange(len(graph.edges.weight)) % 2, 1.0, 1.01)
    assert verify(model, [], graph, 5, generator(0, "verify")).worst_frozen_error > 1e-3
