"""`qk_tracing_results` of nodes: why the head after a node looked where it did, after Neuronpedia.

    pair_wise_contributors          [query-side node, key-side node, term of the score]
    top_q_marginal_contributors     [query-side node, its terms with everything on the key side]
    top_k_marginal_contributors     [key-side node, its terms with everything on the query side]

There a node is a Lorsa unit with a head of its own. Here heads are shared: an explained entry (layer, head, query, key)
is given to the attention latent at the query that this head brings most to from the key, else to the one with the
largest value, else to the error node. Terms of what is not named stay in the file's own block.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from polyhead.core.graph_records import QKEntry, QKTerm
from polyhead.interop.graph_json.capping import Held

PAIRS, QUERY, KEY = "pair_wise_contributors", "top_q_marginal_contributors", "top_k_marginal_contributors"


def tracing_results(held: Held, ids: Sequence[str]) -> dict[int, dict[str, Any]]:
    """Node to its `qk_tracing_results`."""
    found: dict[int, dict[str, Any]] = {}
    for entry in held.qk.entries if held.qk is not None else []:
        node = _owner(held, entry)
        if node is None:
            continue
        into = found.setdefault(node, {PAIRS: [], QUERY: [], KEY: []})
        into[PAIRS] += [
            [ids[t.query_node], ids[t.key_node], t.value]
            for t in _largest(entry.pairs)
            if t.query_node is not None and t.key_node is not None
        ]
        into[QUERY] += [
            [ids[t.query_node], t.value] for t in _largest(entry.query_marginal) if t.query_node is not None
        ]
        into[KEY] += [[ids[t.key_node], t.value] for t in _largest(entry.key_marginal) if t.key_node is not None]
    return found


def _largest(terms: Sequence[QKTerm]) -> list[QKTerm]:
    return sorted(terms, key=lambda t: -abs(t.value))


def _owner(held: Held, entry: QKEntry) -> int | None:
    nodes, edges = held.record.nodes, held.edges
    here = [
        i
        for i, n in enumerate(nodes)
        if n.part == "attn" and n.layer == entry.layer and n.position == entry.query and i not in held.qk_only
    ]
    latents = [i for i in here if nodes[i].kind == "latent" and nodes[i].side != "key"]
    if not latents:
        return next((i for i in here if nodes[i].kind == "error"), None)
    brought = dict.fromkeys(latents, 0.0)
    if edges.heads is not None and entry.head < edges.heads.shape[1]:
        at_key = np.array([n.position == entry.key for n in nodes], dtype=bool)
        for e in np.flatnonzero(np.isin(edges.target, latents) & at_key[edges.source]):
            brought[int(edges.target[e])] += float(edges.heads[e, entry.head])
    return max(latents, key=lambda i: (abs(brought[i]), abs(nodes[i].value)))
