"""Pages of attribution graphs: one folder of static files for one graph or several. Layout: docs/formats.md.

Read are records only: the folders that graphs were saved in and, where they are given, the runs that trained the
dictionaries, whose latent pages become part of the page of a node.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_folder import file_name, first_repeated, load_folder
from polyhead.core.graph_records import Edges, GraphNode
from polyhead.reports.folder import replace_folder
from polyhead.reports.graph_latents import LatentPages
from polyhead.reports.scripts import shorten, write_script
from polyhead.reports.shell import write_assets, write_page

MARK = "data/graphs.js"
"""The file by which a folder is known to hold pages of graphs, and may be replaced."""
MOST_EDGES = 60_000
"""Edges that a page draws; the rest is left out, and the page says so."""
HEADS_SHARD = 2048
"""Edges in one file of head terms."""
_NODE_NUMBERS = ("value", "pre", "cut", "probability", "influence", "error_norm")
_NODE_PLAIN = ("kind", "position", "layer", "part", "dictionary", "latent", "side", "token", "label")


def write_graph_pages(
    folders: Sequence[Path], out: Path, *, runs: Sequence[Path] = (), most_edges: int = MOST_EDGES
) -> Path:
    """Write the pages of the graphs in `folders` to the folder `out`; returns its index.html.

    Args:
        folders: where graphs were saved, in the order of the list.
        out: replaced whole if it holds such pages already.
        runs: run folders whose records hold latents of the graphs' dictionaries, found by name, layer and size;
            runs that the dictionaries were loaded from are looked through as well.
        most_edges: of each graph; those that bring the largest share of their target, by its influence, are kept.

    Raises:
        ArtifactError: a record is missing, damaged or does not fit the others, or the disk refuses.
        PolyheadError: `out` holds something else, no graph was given, or two have one name.
    """
    if not folders:
        raise PolyheadError("no graph was given; expected at least one folder with a graph.json")
    graphs = [_Graph(folder, most_edges) for folder in folders]
    names = [graph.name for graph in graphs]
    if (twice := first_repeated(names)) is not None:
        raise PolyheadError(f"two graphs are called {twice!r}; names (slugs) of the graphs of a folder must differ")
    latents = LatentPages(runs, [graph.record for graph in graphs], out)

    def fill(folder: Path) -> None:
        write_assets(folder, "graphs")
        write_page(folder / "index.html", "graphs", "polyhead graphs")
        for graph in graphs:
            graph.write(folder / "data", latents)
        latents.write(folder / "data")
        write_script(folder / "data", "graphs", {"graphs": [graph.summary() for graph in graphs]})

    replace_folder(out, fill, mark=MARK, what="folder of pages of graphs")
    return out / "index.html"


class _Graph:
    """One graph as the page needs it."""

    def __init__(self, folder: Path, most_edges: int) -> None:
        self.record, self.edges, self.qk, self.verify = load_folder(folder)
        self.name = file_name(self.record.slug)
        self.kept, self.left_out = strongest(self.edges, self.record.nodes, most_edges)

    def summary(self) -> dict[str, Any]:
        """What the list shows."""
        fields = {"slug", "prompt", "model", "attention", "n_layers", "n_heads", "n_edges", "scores"}
        verify = self.verify
        answer = verify.outputs.agreement() if verify is not None and verify.outputs is not None else None
        return {
            **self.record.model_dump(mode="json", include=fields),
            "slug": self.name,
            "n_nodes": len(self.record.nodes),
            "n_latents": sum(node.kind == "latent" for node in self.record.nodes),
            "n_entries": len(self.qk.entries) if self.qk else 0,
            "verify": None
            if verify is None
            else {
                **verify.model_dump(
                    mode="json", include={"worst_frozen_error", "live_correlation", "control_correlation"}
                ),
                "output": None if answer is None else answer.model_dump(mode="json"),
            },
        }

    def write(self, folder: Path, latents: LatentPages) -> None:
        """The scripts of this graph."""
        record, nodes = self.record, self.record.nodes
        page = record.model_dump(mode="json", exclude={"nodes"})
        page["slug"] = self.name
        page["nodes"] = _columns(nodes)
        page["edges"] = {
            "target": self.edges.target[self.kept].tolist(),
            "source": self.edges.source[self.kept].tolist(),
            "weight": [shorten(float(w), 5) for w in self.edges.weight[self.kept]],
            "heads_shard": HEADS_SHARD if self.edges.heads is not None else None,
        }
        page["n_edges_left_out"] = len(self.edges.target) - len(self.kept)
        page["weight_left_out"] = shorten(self.left_out)
        page["latents"] = latents.of_graph(record)
        page["verify"] = self.verify.model_dump(mode="json") if self.verify else None
        page["entries"] = [[e.layer, e.head, e.query, e.key] for e in self.qk.entries] if self.qk else []
        write_script(folder, f"graph/{self.name}/graph", page)
        if self.qk is not None:
            plain = self.qk.model_dump(mode="json")
            write_script(folder, f"graph/{self.name}/qk", {**plain, "dictionaries": latents.of_entries(self.qk)})
        if self.edges.heads is not None:
            for first in range(0, len(self.kept), HEADS_SHARD):
                terms = self.edges.heads[self.kept[first : first + HEADS_SHARD]]
                rows = [[shorten(float(v)) for v in row] if row.any() else None for row in terms]
                write_script(folder, f"graph/{self.name}/heads-{first // HEADS_SHARD:04d}", rows)


def strongest(edges: Edges, nodes: Sequence[GraphNode], most: int) -> tuple[Int[np.ndarray, " kept"], float]:
    """Which edges a page of at most `most` keeps, in their order, and the share of all |weight| that is left out.

    An edge counts by its share of what flows into its target, times the target's influence (1 where none is known).
    """
    size = np.abs(edges.weight).astype(np.float64)
    if len(size) <= most:
        return np.arange(len(size)), 0.0
    total = np.bincount(edges.target, weights=size, minlength=len(nodes))
    influence: Float[np.ndarray, " n"] = np.array([1.0 if n.influence is None else n.influence for n in nodes])
    score = size / np.maximum(total[edges.target], 1e-30) * influence[edges.target]
    kept = np.sort(np.argpartition(-score, most)[:most])
    return kept, 1.0 - float(size[kept].sum() / max(size.sum(), 1e-30))


def _columns(nodes: Sequence[GraphNode]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [getattr(node, name) for node in nodes] for name in _NODE_PLAIN}
    for name in _NODE_NUMBERS:
        values = [getattr(node, name) for node in nodes]
        columns[name] = [None if v is None else shorten(v, 5) for v in values]
    return columns
