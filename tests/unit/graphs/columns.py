"""Columns of a graph against interventions on all kinds of nodes."""

from typing import Any

import numpy as np
import torch

from polyhead.core.rng import generator
from polyhead.graphs.graph import Graph
from polyhead.graphs.verification import Bench


def worst_column(model: Any, graph: Graph, n: int = 12) -> float:
    """Largest difference between columns and what suppressing their nodes does, over the largest change."""
    assert graph.frozen is not None
    bench, A = Bench(model, graph.frozen), graph.adjacency()
    g = generator(0, "columns")
    able = [i for i, node in enumerate(graph.nodes) if i != graph.frozen.bias_node and node.kind != "logit"]
    worst = 0.0
    for place in torch.randperm(len(able), generator=g)[:n].tolist():
        node = able[place]
        seen = bench.in_frozen({node: -1.0})
        said = np.asarray(A[:, [node]].todense())[:, 0]
        there = np.isfinite(seen)
        assert not said[~there].any()
        if (largest := np.abs(seen[there]).max()) > 0:
            worst = max(worst, float(np.abs(seen + said)[there].max() / largest))
        else:
            assert not said.any()
    return worst
