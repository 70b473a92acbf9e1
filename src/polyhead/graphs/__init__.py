"""Attribution graphs: what was active on a prompt, what acted on what, through which heads, and proof of it."""

from typing import TYPE_CHECKING

from polyhead.core.lazy import lazy_names

if TYPE_CHECKING:
    from polyhead.graphs.building import build_graph as build
    from polyhead.graphs.config import GraphConfig
    from polyhead.graphs.graph import Graph
    from polyhead.graphs.pruning import prune
    from polyhead.graphs.qk import explain_entry as explain
    from polyhead.graphs.verification import verify

    load = Graph.load

__all__ = ["Graph", "GraphConfig", "build", "explain", "load", "prune", "verify"]

__getattr__, __dir__ = lazy_names(
    "polyhead.graphs",
    {
        "Graph": "polyhead.graphs.graph:Graph",
        "GraphConfig": "polyhead.graphs.config:GraphConfig",
        "build": "polyhead.graphs.building:build_graph",
        "explain": "polyhead.graphs.qk:explain_entry",
        "load": "polyhead.graphs.graph:Graph.load",
        "prune": "polyhead.graphs.pruning:prune",
        "verify": "polyhead.graphs.verification:verify",
    },
)
