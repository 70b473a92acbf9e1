"""An attribution graph in memory and on disk.

Axis legend: e edge, h entry of an edge's heads.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array

from polyhead.core.graph_folder import load_graph, save_graph
from polyhead.core.graph_records import Edges, GraphNode, GraphRecord
from polyhead.core.shown import Shown
from polyhead.graphs.frozen import FrozenPrompt


class Incoming(NamedTuple):
    """All that reaches one node."""

    source: Int[np.ndarray, " e"]
    weight: Float[np.ndarray, " e"]
    heads: Float[np.ndarray, "e h"] | None


@dataclass(eq=False)
class Graph(Shown):
    """Nodes and what goes between them; `frozen` is there while the model is."""

    record: GraphRecord
    edges: Edges
    frozen: FrozenPrompt | None = None

    @property
    def nodes(self) -> list[GraphNode]:
        return self.record.nodes

    def __repr__(self) -> str:
        state = "pruned" if any(node.influence is not None for node in self.nodes) else "whole"
        return f"Graph({len(self):,} nodes, {len(self.edges.weight):,} edges, {state})"

    def __len__(self) -> int:
        return len(self.record.nodes)

    def adjacency(self) -> csr_array:
        """Weights as a sparse matrix: row = target, column = source."""
        n, (target, source, weight, _) = len(self), self.edges
        return csr_array((weight, (target, source)), shape=(n, n))

    def incoming(self, node: int) -> Incoming:
        """Sources of a node, with weights and, where kept, head terms, largest first."""
        low, high = np.searchsorted(self.edges.target, [node, node + 1])
        order = np.argsort(-np.abs(self.edges.weight[low:high]), kind="stable") + low
        heads = None if self.edges.heads is None else self.edges.heads[order]
        return Incoming(self.edges.source[order], self.edges.weight[order], heads)

    def save(self, folder: Path | str) -> None:
        """Write `edges.parquet`, then `graph.json`, each atomically."""
        save_graph(self.record, self.edges, Path(folder))

    @classmethod
    def load(cls, folder: Path | str) -> "Graph":
        """Read a graph back, without what was frozen.

        Raises:
            ArtifactError: missing, damaged, or edges that are not this record's.
        """
        return cls(*load_graph(Path(folder)))
