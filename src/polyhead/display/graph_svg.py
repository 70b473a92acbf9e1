"""The strongest part of an attribution graph as an SVG: columns are positions, rows are layers, answers on top."""

from collections.abc import Callable
from html import escape

import numpy as np

from polyhead.core.graph_records import GraphNode
from polyhead.graphs.graph import Graph

_COLUMN, _ROW, _TOP, _LEFT = 46, 34, 30, 30
_COLOURS = {"embedding": "#8a8a8a", "latent": "#2f7fd1", "error": "#c2703d", "logit": "#3a9a5b"}


def graph_svg(graph: Graph, *, n_nodes: int = 30, n_edges: int = 60) -> str:
    """Draw a graph.

    Args:
        graph: Pruned or not.
        n_nodes: How many nodes are drawn: answers and tokens that are needed, then the most influential.
        n_edges: How many edges between them, the largest by absolute weight.

    Returns:
        One `<svg>` element; blue edges raise, orange edges lower what they lead to.
    """
    chosen = _strongest(graph, n_nodes)
    place = _places(graph.nodes, chosen)
    width = _LEFT + _COLUMN * (0.5 + max((x for x, _ in place.values()), default=0))
    height = _TOP + _ROW * (0.5 + max((y for _, y in place.values()), default=0)) + 20
    target, source, weight = graph.edges.target, graph.edges.source, graph.edges.weight
    drawn = np.isin(target, chosen) & np.isin(source, chosen)
    order = np.flatnonzero(drawn)[np.argsort(-np.abs(weight[drawn]), kind="stable")][:n_edges]
    largest = float(np.abs(weight[order]).max()) if len(order) else 1.0
    lines = [_edge(place[int(source[e])], place[int(target[e])], float(weight[e]) / largest) for e in order]
    marks = [_node(graph.nodes[i], place[i]) for i in chosen]
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img" '
        f'style="max-width:100%;height:auto;font:10px system-ui,sans-serif" fill="currentColor">'
        f"{''.join(lines)}{''.join(marks)}</svg>"
    )


def _strongest(graph: Graph, n: int) -> list[int]:
    """Nodes by influence (after pruning), else by what passes along their edges; logits always."""
    score = np.zeros(len(graph))
    np.add.at(score, graph.edges.source, np.abs(graph.edges.weight))
    influence = [node.influence for node in graph.nodes]
    if any(i is not None for i in influence):
        score = np.array([i or 0.0 for i in influence])
    for i, node in enumerate(graph.nodes):
        score[i] = np.inf if node.kind == "logit" else -1 if node.position < 0 else score[i]
    return sorted(int(i) for i in np.argsort(-score, kind="stable")[:n] if score[i] > 0)


def _places(nodes: list[GraphNode], chosen: list[int]) -> dict[int, tuple[float, float]]:
    """Column and row of each node: a position is as wide, and a layer as high, as its fullest cell, four in a line."""
    cells: dict[tuple[int, float], list[int]] = {}
    for i in chosen:
        cells.setdefault((nodes[i].position, -_depth(nodes[i])), []).append(i)
    left, top = _offsets(cells, 0, lambda n: min(n, 4)), _offsets(cells, 1, lambda n: 1 + (n - 1) // 4)
    return {
        i: (left[position] + k % 4, top[depth] + k // 4)
        for (position, depth), inside in cells.items()
        for k, i in enumerate(inside)
    }


def _offsets(cells: dict[tuple[int, float], list[int]], axis: int, size: Callable[[int], int]) -> dict[float, float]:
    """Where each column or row begins, by the largest `size` of its cells; a little space after each."""
    sizes: dict[float, int] = {}
    for key, inside in cells.items():
        sizes[key[axis]] = max(sizes.get(key[axis], 0), size(len(inside)))
    at, found = 0.0, {}
    for key in sorted(sizes):
        found[key], at = at, at + sizes[key] + 0.5
    return found


def _depth(node: GraphNode) -> float:
    if node.kind == "embedding":
        return -1.0
    if node.kind == "logit":
        return 1e9
    return (node.layer or 0) + (0.5 if node.part == "mlp" else 0.0)


def _xy(place: tuple[float, float]) -> tuple[float, float]:
    return _LEFT + place[0] * _COLUMN, _TOP + place[1] * _ROW


def _edge(a: tuple[float, float], b: tuple[float, float], weight: float) -> str:
    (x1, y1), (x2, y2) = _xy(a), _xy(b)
    middle = (y1 + y2) / 2
    colour = "#2f7fd1" if weight > 0 else "#d1782f"
    return (
        f'<path d="M{x1:.0f} {y1:.0f}C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}" fill="none" '
        f'stroke="{colour}" stroke-opacity=".55" stroke-width="{0.5 + 3 * abs(weight):.2f}"/>'
    )


def _node(node: GraphNode, place: tuple[float, float]) -> str:
    x, y = _xy(place)
    words = {
        "embedding": repr(node.label or "")[1:-1],
        "logit": repr(node.label or "")[1:-1],
        "latent": node.label or f"{node.latent}",
    }.get(node.kind, node.kind)
    where = "" if node.layer is None else f"layer {node.layer} "
    influence = "" if node.influence is None else f", {node.influence:.1%} of influence"
    title = f"{where}{node.kind} {words} at position {node.position}, value {node.value:.2f}{influence}"
    below = node.kind == "embedding"
    return (
        f'<g><title>{escape(title)}</title><circle cx="{x:.0f}" cy="{y:.0f}" r="5" '
        f'fill="{_COLOURS.get(node.kind, "#8a8a8a")}"/><text x="{x:.0f}" y="{y + (16 if below else -8):.0f}" '
        f'text-anchor="middle">{escape(words if len(words) <= 8 else words[:7] + "…")}</text></g>'
    )
