"""Columns of graphs of every Hugging Face family are what transformers' own model does with all else frozen."""

import sys
from pathlib import Path

import numpy as np
import pytest
import tiny_hf
from test_graph_families import KINDS

from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.verification import Bench

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "graphs"))

from columns import worst_column  # pyright: ignore[reportMissingImports]
from tiny_graphs import loaded, prompt  # pyright: ignore[reportMissingImports]


@pytest.mark.parametrize("kind", ["mtc and transcoders", "sae", "two types"])
@pytest.mark.parametrize("family", tiny_hf.TINY)
def test_columns_are_interventions(family: str, kind: str) -> None:
    model = tiny_hf.make(family)
    some = [loaded(model, *what) for what in KINDS[kind]]
    tokens = prompt(9, vocab=model.cfg.d_vocab)
    graph = build_graph(model, some, tokens, GraphConfig(max_query_nodes=4, edge_share=0))
    assert worst_column(model, graph, 6) < 2e-5


@pytest.mark.parametrize("family", ["gemma3_text", "olmo2", "gpt_neox", "llama-gqa"])
def test_with_norms_and_patterns_frozen_direct_effects_are_live_effects(family: str) -> None:
    """What the last MLP writes reaches logits through the final norm alone."""
    model = tiny_hf.make(family)
    graph = build_graph(model, [], prompt(9, vocab=model.cfg.d_vocab), GraphConfig(edge_share=0))
    assert graph.frozen is not None
    bench = Bench(model, graph.frozen)
    last = model.cfg.n_layers - 1
    errors = [n.kind == "error" and n.layer == last and n.part == "mlp" and n.position == 8 for n in graph.nodes]
    node = errors.index(True)
    seen, said = bench.live({node: 0.5}, norms=True, patterns=True), 0.5 * graph.adjacency()[:, [node]].toarray()[:, 0]
    logits = [i for i, n in enumerate(graph.nodes) if n.kind == "logit"]
    np.testing.assert_allclose(seen[logits], said[logits], rtol=1e-5, atol=1e-6)
