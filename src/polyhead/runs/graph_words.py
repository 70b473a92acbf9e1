"""A graph in words: labels of nodes, the pattern entries that carry most, and what the command line prints."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from polyhead.core.graph_folder import load_graph, load_verify
from polyhead.core.graph_records import Edges, GraphRecord

_SHOWN = 10


def label(record: GraphRecord, number: int) -> str:
    """`L3 query 417 at 12 ' height'`: what a node is, where."""
    node = record.nodes[number]
    at = "" if node.position < 0 else f" at {node.position} {record.token_strings[node.position]!r}"
    if node.kind == "embedding":
        return f"token{at}"
    if node.kind == "logit":
        return f"logit {node.label!r}"
    layer = "" if node.layer is None else f"L{node.layer} {node.part or ''} ".replace("  ", " ")
    return f"{layer}{node.side or node.kind} {'' if node.latent is None else node.latent}".rstrip() + at


def strongest_entries(record: GraphRecord, edges: Edges, most: int | None = None) -> list[tuple[int, int, int, int]]:
    """(layer, head, query, key) of the pattern entries through which most influence goes, largest first; all of them
    where no number is given.

    Influence of an edge: its share of what flows into its target, times the target's; of a head: its share of the edge.
    Entries on the diagonal are left out.
    """
    if edges.heads is None or not len(edges.target):
        return []
    n = len(record.nodes)
    into = np.bincount(edges.target, weights=np.abs(edges.weight), minlength=n)
    reached = np.array([(node.influence or 0.0) + (node.probability or 0.0) for node in record.nodes])
    size = reached[edges.target] / np.maximum(into[edges.target], 1e-12)
    total: dict[tuple[int, int, int, int], float] = defaultdict(float)
    n_heads = min(record.n_heads, edges.heads.shape[1])
    for e in np.flatnonzero(np.abs(edges.heads).sum(1) > 0):
        source, target = record.nodes[edges.source[e]], record.nodes[edges.target[e]]
        if target.layer is None or source.position in (-1, target.position):
            continue
        for head in np.flatnonzero(edges.heads[e, :n_heads]):
            place = (target.layer, int(head), target.position, source.position)
            total[place] += float(abs(edges.heads[e, head]) * size[e])
    return sorted(total, key=lambda place: -total[place])[:most]


def summary(folder: Path, most_logits: int = _SHOWN) -> dict[str, Any]:
    """What is printed of the graph in a folder."""
    record, edges = load_graph(folder)
    facts: list[dict[str, Any]] = [
        {"": "tokens", "value": str(len(record.tokens))},
        {"": "attention", "value": record.attention},
        {"": "nodes", "value": f"{len(record.nodes):,}"},
        {"": "edges", "value": f"{record.n_edges:,} of {record.n_edges_found:,} found"},
    ]
    if record.scores is not None:
        s = record.scores
        facts += [
            {"": "replacement score", "value": f"{s.replacement:.3f}"},
            {"": "completeness", "value": f"{s.completeness:.3f}"},
            {"": "influence ending in errors", "value": f"{s.error_share:.3f}"},
        ]
    facts += _checked(folder, record)
    if record.seconds is not None:
        facts.append({"": "seconds", "value": f"{record.seconds:.1f}"})
    logits = [
        {"token": repr(n.label), "probability": float(n.probability or 0.0), "logit": float(n.value)}
        for n in record.nodes
        if n.kind == "logit"
    ][:most_logits]
    return {
        "title": f"{record.model}: {record.prompt[-60:]!r}",
        "folder": str(folder),
        "facts": facts,
        "scores": None if record.scores is None else record.scores.model_dump(),
        "logits": logits,
        "features": _features(record, edges),
        "notes": record.notes,
    }


def _checked(folder: Path, record: GraphRecord) -> list[dict[str, Any]]:
    found = load_verify(folder, record)
    if found is None:
        return []
    live = "" if found.live_correlation is None else f"; live model: correlation {found.live_correlation:.2f}"
    output = None if found.outputs is None else found.outputs.agreement()
    facts = []
    if output is not None and output.correlation is not None and output.signs is not None:
        control = "" if output.control_correlation is None else f" (shuffled {output.control_correlation:.2f})"
        value = f"correlation {output.correlation:.2f}{control}, signs right {output.signs:.0%}"
        facts.append({"": f"effect of {output.n} removals on the answer, live model", "value": value})
    return [
        *facts,
        {"": "verified", "value": f"{len(found.perturbations)} changes, error {found.worst_frozen_error:.0e}{live}"},
    ]


def _features(record: GraphRecord, edges: Edges) -> list[dict[str, Any]]:
    """The latents of most influence, with the head through which most of each comes."""
    latents = [i for i, node in enumerate(record.nodes) if node.kind == "latent"]
    latents.sort(key=lambda i: -(record.nodes[i].influence or 0.0))
    rows = []
    for i in latents[:_SHOWN]:
        rows.append(
            {
                "feature": label(record, i),
                "value": float(record.nodes[i].value),
                "influence": float(record.nodes[i].influence or 0.0),
                "mostly through": main_head(record, edges, i),
            }
        )
    return rows


def main_head(record: GraphRecord, edges: Edges, number: int) -> str:
    """The head that brings most to a node, with its share of the absolute sum; nothing where no head brings any."""
    if edges.heads is None:
        return ""
    terms = np.abs(edges.heads[edges.target == number].sum(0))
    if not terms.sum() > 0:
        return ""
    node = record.nodes[number]
    names = [] if node.dictionary is None else record.dictionaries[node.dictionary].heads
    best = int(terms.argmax())
    name = names[best] if best < len(names) else f"head {best}"
    return f"{name} ({terms[best] / terms.sum():.0%})"
