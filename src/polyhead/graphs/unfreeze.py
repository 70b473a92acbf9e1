"""What of the model a graph leaves out, step by step: the same small changes with more and more of it unfrozen.

    norms and patterns frozen what is left is attention and MLP outputs that no latent explains (errors, taken constant)
    patterns unfrozen         attention that moves because its queries and keys changed
    norms unfrozen            scales that change with the stream
    nothing frozen            all of it
At each step the graph's prediction over all paths is compared with what is seen downstream.
Axis legend: n node.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.sparse import csr_array

from polyhead.core.errors import PolyheadError
from polyhead.graphs.graph import Graph
from polyhead.graphs.verification import Bench, answers, correlation, relative_error, total_effect
from polyhead.models.hooked import HookedModel


@dataclass(frozen=True)
class Step:
    """Predictions against what was seen, medians over the nodes changed."""

    norms_frozen: bool
    patterns_frozen: bool
    correlation: float
    relative_error: float
    """|seen - predicted| / |predicted|."""
    n_nodes: int


@torch.no_grad()
def unfreeze(model: HookedModel, graph: Graph, nodes: Sequence[int], *, step: float = -0.01) -> list[Step]:
    """Four steps, the most frozen first.

    Args:
        model: the graph's.
        graph: as built, whole and with what was frozen.
        nodes: which are changed, one at a time.
        step: change of a node's value, as a share of it; small, so that what is seen is the model's slope.

    Raises:
        PolyheadError: the graph was loaded or pruned; no node has targets to compare.
    """
    if graph.frozen is None:
        raise PolyheadError("unfreezing needs the graph as it was built; this one was loaded or pruned")
    bench, adjacency = Bench(model, graph.frozen), csr_array(graph.adjacency(), dtype=np.float64)
    said = {node: total_effect(graph, adjacency, {node: step}) for node in nodes}
    steps = []
    for norms, patterns in ((True, True), (True, False), (False, True), (False, False)):
        found = []
        for node in nodes:
            seen = bench.live({node: step}, norms=norms, patterns=patterns)
            below = np.isfinite(seen) & (said[node] != 0) & answers(graph, {node: step})
            pair = correlation(said[node][below], seen[below]), relative_error(said[node][below], seen[below])
            if pair[0] is not None and pair[1] is not None:
                found.append(pair)
        if not found:
            raise PolyheadError(f"none of the {len(nodes)} nodes has three targets or more; choose others")
        steps.append(Step(norms, patterns, *np.median(np.array(found), axis=0).tolist(), n_nodes=len(found)))
    return steps
