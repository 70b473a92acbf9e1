"""Effects on the output: exact where the model is linear, and honest where the graph is wrong."""

from typing import Any

import numpy as np
import pytest
from test_graph_identity import MTC
from tiny_graphs import loaded, native, prompt

from polyhead.core.graph_records import VERIFY, VerifyRecord
from polyhead.core.rng import generator
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.effects import slope, total_effect, total_on
from polyhead.graphs.graph import Graph
from polyhead.graphs.pruning import prune
from polyhead.graphs.verification import verify

WHOLE = GraphConfig(edge_share=0)


def linear(**more: Any) -> tuple[Any, list[Any], Graph]:
    """One layer without norms: logits are linear in all that its nodes write."""
    model = native(n_layers=1, normalization="none", positions="none")
    some = [loaded(model, "mtc", (0,), MTC)]
    return model, some, build_graph(model, some, prompt(), WHOLE.replace(**more))


def test_a_linear_model_does_what_its_graph_says() -> None:
    """Alone, as supernodes that hold both sides of a latent, and in sets, with nothing frozen."""
    model, some, graph = linear()
    found = verify(model, some, graph, 2, generator(0, "verify"), n_outputs=20).outputs
    assert found is not None
    assert found.runner_up is not None
    assert {e.what for e in found.effects} == {"node", "supernode", "set"}
    assert any(len(e.nodes) > 1 for e in found.effects if e.what == "supernode")
    for effect in found.effects:
        for change in (effect.logit, effect.margin, effect.probability):
            assert change is not None
            tolerance = {"rel": 1e-4, "abs": 1e-6}
            if change is not effect.probability:
                assert change.live == pytest.approx(change.predicted, **tolerance)
                assert change.frozen == pytest.approx(change.predicted, **tolerance)
            else:
                assert change.live == pytest.approx(change.frozen, **tolerance)
    for one in found.agreements:
        if one.quantity != "probability" and one.what == "node":
            assert one.correlation == pytest.approx(1)
            assert one.signs == 1
            assert one.slope == pytest.approx(1, rel=1e-4)
            assert one.control_correlation is not None
            assert abs(one.control_correlation) < 0.2


def test_probabilities_are_right_where_every_token_is_a_node() -> None:
    model, some, graph = linear(n_logits=19, logit_mass=1.0)
    assert sum(n.kind == "logit" for n in graph.nodes) == 19
    found = verify(model, some, graph, 1, generator(0, "verify"), n_outputs=4).outputs
    assert found is not None
    for effect in found.effects:
        assert effect.probability.live == pytest.approx(effect.probability.predicted, rel=1e-4, abs=1e-6)


def test_wrong_signs_are_found() -> None:
    model, some, graph = linear()
    graph.edges.weight[:] *= np.where(np.array([graph.nodes[t].kind == "logit" for t in graph.edges.target]), -1, 1)
    found = verify(model, some, graph, 1, generator(0, "verify"), n_outputs=12).outputs
    assert found is not None
    agreement = found.agreement()
    assert agreement is not None
    assert agreement.signs == 0
    assert agreement.correlation == pytest.approx(-1)


def test_a_graph_of_one_logit_has_no_margin() -> None:
    model, some, graph = linear(n_logits=1)
    found = verify(model, some, graph, 1, generator(0, "verify"), n_outputs=3).outputs
    assert found is not None
    assert found.runner_up is None
    assert all(e.margin is None for e in found.effects)
    assert {a.quantity for a in found.agreements} == {"logit", "probability"}
    assert verify(model, some, graph, 1, generator(0, "verify"), n_outputs=0).outputs is None


def test_a_certain_model_has_a_runner_up() -> None:
    _, _, graph = linear(logit_mass=1e-6)
    assert sum(n.kind == "logit" for n in graph.nodes) == 2


def test_effects_of_a_graph_from_disk_and_pruned(tmp_path: Any) -> None:
    model = native(normalization="RMS", has_bias=True)
    some = [loaded(model, "mtc", (layer,), MTC) for layer in range(3)]
    graph = prune(build_graph(model, some, prompt(), WHOLE), node_threshold=0.7)
    graph.save(tmp_path)
    record = verify(model, some, Graph.load(tmp_path), 2, generator(0, "verify"), cfg=WHOLE, n_outputs=5)
    record.save(tmp_path / VERIFY)
    read = VerifyRecord.load(tmp_path / VERIFY).outputs
    assert read is not None
    assert [e.nodes for e in read.effects] == [e.nodes for e in (record.outputs or read).effects]
    held = read.agreement(regime="frozen")
    live = read.agreement()
    assert held is not None
    assert live is not None
    assert max(abs(e.logit.frozen - e.logit.live) for e in read.effects) > 1e-3


def test_total_on_one_target_is_a_row_of_total_effects() -> None:
    model = native(normalization="RMS")
    graph = build_graph(model, [loaded(model, "mtc", (layer,), MTC) for layer in range(3)], prompt(), WHOLE)
    A, target = graph.adjacency().astype(np.float64), len(graph) - 1
    row = total_on(graph, A, target)
    for node in (0, 3, len(graph) // 3, len(graph) // 2):
        assert row[node] == pytest.approx(total_effect(graph, A, {node: 1.0})[target], abs=1e-9)


def test_slope_is_least_squares_through_the_origin() -> None:
    assert slope(np.array([1.0, 2.0]), np.array([3.0, 4.0])) == pytest.approx(11 / 5)
    assert slope(np.zeros(2), np.ones(2)) is None
