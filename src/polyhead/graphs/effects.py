"""What a graph predicts of an intervention, and how predictions compare with what is seen.

Axis legend: n node (t target).
"""

import numpy as np
from jaxtyping import Float
from scipy.sparse import csr_array, diags_array

from polyhead.graphs.graph import Graph


def total_effect(graph: Graph, adjacency: csr_array, factors: dict[int, float]) -> Float[np.ndarray, " n"]:
    """What the graph says of every target over all paths, of nodes whose values change by shares of themselves."""
    reach = np.array([1 / n.value if n.kind == "latent" and n.value != 0 else 0.0 for n in graph.nodes])
    reach[list(factors)] = 0.0  # their values are set
    through = csr_array(adjacency @ diags_array(reach))
    start = np.zeros(len(graph))
    start[list(factors)] = list(factors.values())
    now = adjacency @ start
    total = now.copy()
    for _ in range(len(graph)):
        now = through @ now
        if not now.any():
            break
        total += now
    return total


def total_on(graph: Graph, adjacency: csr_array, target: int) -> Float[np.ndarray, " n"]:
    """What the graph says of one target over all paths, for each node by itself doubled: one row of `total_effect`s."""
    reach = np.array([1 / n.value if n.kind == "latent" and n.value != 0 else 0.0 for n in graph.nodes])
    back = csr_array(adjacency.T)
    now = back @ np.eye(1, len(graph), target)[0]
    total = now.copy()
    for _ in range(len(graph)):
        now = back @ (reach * now)
        if not now.any():
            break
        total += now
    return total


def correlation(a: Float[np.ndarray, " n"], b: Float[np.ndarray, " n"]) -> float | None:
    """Pearson's; None for fewer than three, or where one does not vary."""
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def relative_error(said: Float[np.ndarray, " n"], seen: Float[np.ndarray, " n"]) -> float | None:
    """|seen - said| / |said|; None where nothing was said."""
    size = float(np.linalg.norm(said))
    return float(np.linalg.norm(seen - said)) / size if size > 0 else None


def slope(said: Float[np.ndarray, " n"], seen: Float[np.ndarray, " n"]) -> float | None:
    """Seen change per predicted one by least squares through the origin; None where nothing was predicted."""
    size = float(said @ said)
    return float(said @ seen) / size if size > 0 else None
