"""Graphs that other programs wrote, as ours."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.graph_records import (
    Edges,
    GraphDictionary,
    GraphNode,
    GraphRecord,
    QKEntry,
    QKRecord,
    QKTerm,
    Supernode,
)
from polyhead.graphs.influence import adjacency_of, influence, logit_weights, of_kind, without
from polyhead.interop.graph_json.capping import Held
from polyhead.interop.graph_json.schema import FileLink, FileNode, GraphFile
from polyhead.interop.graph_json.vocabulary import EMBEDDING, LOGIT, TRANSCODER, uncantor

_TOKEN = re.compile(r"_(\d+)_\d+$")
_LATENT = re.compile(r"(?:^|_)(\d+)_\d+$")
_OUTPUT = re.compile(r'"(.*)"', re.DOTALL)
_ATTENTION = ("lorsa", "attn", "attention", "mtc", "two type", "combined")
_MOST_LAYERS = 1000
"""More than any model has; a page draws a row per layer."""
_NOT_LATENT = {EMBEDDING, LOGIT}
_TRANSCODERS = {TRANSCODER, "unexplored node", "transcoder", "clt", "plt"}


def foreign_held(file: GraphFile, path: Path) -> Held:
    """A validated file as a graph."""
    files = [*file.nodes, *(n for n in file.qk_only_nodes.values())]
    errors = {node.node_id: i for i, node in enumerate(files) if "error" in node.feature_type}
    place = errors | {node.node_id: i for i, node in enumerate(files) if "error" not in node.feature_type}
    dictionaries = _dictionaries(file, files, path)
    kinds = {d.name: i for i, d in enumerate(dictionaries)}
    nodes = [_node(node, file, kinds, dictionaries, path) for node in files]
    links = [link for link in file.links if link.source in place and link.target in place]
    edges = Edges(
        np.array([place[link.target] for link in links], dtype=np.int64),
        np.array(_sources(links, place, errors), dtype=np.int64),
        np.array([link.weight for link in links], dtype=np.float64),
        None,
    )
    order = np.lexsort((edges.source, edges.target))
    edges = Edges(edges.target[order], edges.source[order], edges.weight[order], None)
    notes = _notes(file, len(file.links) - len(links), sum(place[name] != i for name, i in errors.items()))
    nodes, found = _with_influence(nodes, edges)
    if not found:
        notes.append("influence could not be computed: no logit has a probability, or links go round")
    record = _record(file, nodes, dictionaries, len(links), notes)
    groups = [g for g in file.qParams.supernodes if g]
    record = record.model_copy(
        update={"supernodes": [Supernode(label=g[0], nodes=[place[i] for i in g[1:] if i in place]) for g in groups]}
    )
    pinned = tuple(place[i] for i in file.qParams.pinnedIds if i in place)
    return Held(record, edges, _qk(files, nodes, place), pinned, frozenset(range(len(file.nodes), len(files))))


def _record(
    file: GraphFile, nodes: list[GraphNode], dictionaries: list[GraphDictionary], n_edges: int, notes: list[str]
) -> GraphRecord:
    at = {n.position: n.token for n in nodes if n.kind == "embedding"}
    tokens = [at.get(i) for i in range(len(file.metadata.prompt_tokens))]
    attention = [d.kind for d in dictionaries if d.part == "attn"]
    settings = file.metadata.pruning_settings
    return GraphRecord(
        slug=file.metadata.slug,
        prompt=file.metadata.prompt,
        tokens=[-1 if token is None else token for token in tokens],
        token_strings=file.metadata.prompt_tokens,
        model=file.metadata.scan,
        attention=" + ".join(attention) or "none",
        n_layers=1 + max((n.layer for n in nodes if n.layer is not None), default=0),
        n_heads=0,
        patterns="dictionary" if "lorsa" in attention else "model",
        dictionaries=dictionaries,
        nodes=nodes,
        n_edges=n_edges,
        n_edges_found=n_edges,
        node_threshold=_number(file.metadata.node_threshold or settings.get("node_threshold")),
        edge_threshold=_number(settings.get("edge_threshold")),
        notes=notes,
    )


def _sources(links: list[FileLink], place: dict[str, int], errors: dict[str, int]) -> list[int]:
    """Nodes that links come from; an id of two nodes is the latent's first, then the error's, as they are written."""
    seen: set[tuple[str, str]] = set()
    found = []
    for link in links:
        key = (link.source, link.target)
        again = key in seen and link.source in errors
        found.append(errors[link.source] if again else place[link.source])
        seen.add(key)
    return found


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _notes(file: GraphFile, dangling: int, doubled: int) -> list[str]:
    made = file.metadata.info.get("generator")
    made = made.get("name") if isinstance(made, dict) else None
    notes = [f"read from the JSON of {made or 'another program'}; values of logits and pre-activations are not in it"]
    if dangling:
        notes.append(f"{dangling} links to nodes that are not in the file were left out")
    if doubled:
        notes.append(
            f"{doubled} error nodes share their id with a latent; of two links from it to a node, "
            "the second is the error's"
        )
    if any(node.qk_tracing_results for node in file.nodes):
        notes.append("explained attention scores name neither head nor key; they stand as -1")
    return notes


# ---- nodes


def _part(kind: str) -> str:
    return "attn" if any(word in kind.lower() for word in _ATTENTION) else "mlp"


def _is_latent(node: FileNode) -> bool:
    return not (
        node.feature_type in _NOT_LATENT or "error" in node.feature_type or node.feature_type.startswith("bias")
    )


def _name(node: FileNode) -> str:
    return TRANSCODER if node.feature_type in _TRANSCODERS else node.feature_type


def _dictionaries(file: GraphFile, files: list[FileNode], path: Path) -> list[GraphDictionary]:
    by_name: dict[str, list[FileNode]] = {}
    for node in files:
        if _is_latent(node):
            by_name.setdefault(_name(node), []).append(node)
    version = file.metadata.schema_version
    found = []
    for name, some in sorted(by_name.items()):
        layers = sorted({_layer(n, path) for n in some})
        width = 1 + max(_latent(n, _layer(n, path), version) for n in some)
        kind = re.sub(r" (key|query)$", "", name).replace(" ", "_")
        part: Any = _part(name)
        found.append(
            GraphDictionary(name=name, kind=kind, layers=layers, part=part, n_latents=width * len(layers), heads=[])
        )
    return found


def _layer(node: FileNode, path: Path) -> int:
    try:
        layer = int(node.layer)
    except ValueError:
        layer = -1
    if not 0 <= layer < _MOST_LAYERS:
        raise ArtifactError(
            f"{path}: node {node.node_id} is in layer {node.layer!r}; expected a number from 0 to {_MOST_LAYERS - 1}"
        )
    return layer


def _latent(node: FileNode, layer: int, version: int | None) -> int:
    if node.feature is not None and node.feature >= 0 and version != 0:
        x, y = uncantor(node.feature)
        if x == layer:
            return y
    match = _LATENT.search(node.node_id)
    return int(match[1]) if match else max(node.feature or 0, 0)


def _node(
    node: FileNode, file: GraphFile, kinds: dict[str, int], dictionaries: list[GraphDictionary], path: Path
) -> GraphNode:
    kind, position = node.feature_type, node.ctx_idx
    strings = file.metadata.prompt_tokens
    if kind == EMBEDDING:
        match = _TOKEN.search(node.node_id)
        label = strings[position] if 0 <= position < len(strings) else None
        return GraphNode(
            kind="embedding", position=position, token=int(match[1]) if match else None, label=label, value=1
        )
    if kind == LOGIT:
        match = _OUTPUT.search(node.clerp)
        value, label = node.activation or 0.0, match[1] if match else None
        return GraphNode(
            kind="logit", position=position, token=node.feature, label=label, value=value, probability=node.token_prob
        )
    layer = None if node.layer == "E" else _layer(node, path)
    if not _is_latent(node):
        of = "error" if "error" in kind else "bias"
        return GraphNode(kind=of, position=position, layer=layer, part=_part(f"{kind} {node.node_id}"), value=1)  # pyright: ignore[reportArgumentType]
    part, layer, own = _part(_name(node)), _layer(node, path), dictionaries[kinds[_name(node)]]
    before = own.layers.index(layer) * (own.n_latents // len(own.layers))
    side = "own" if part == "mlp" else "key" if kind.endswith(" key") else "query"
    return GraphNode(
        kind="latent",
        position=position,
        layer=layer,
        part=part,  # pyright: ignore[reportArgumentType]
        dictionary=kinds[_name(node)],
        latent=before + _latent(node, layer, file.metadata.schema_version),
        side=side,
        label=node.clerp or None,
        value=node.activation or 0.0,
    )


def _with_influence(nodes: list[GraphNode], edges: Edges) -> tuple[list[GraphNode], bool]:
    try:
        weights = logit_weights(nodes)
        adjacency: sp.csr_array = without(adjacency_of(edges, len(nodes)), of_kind(nodes, "bias"))
        reached = influence(adjacency, weights)
    except PolyheadError:
        return nodes, False
    return [n.model_copy(update={"influence": float(r)}) for n, r in zip(nodes, reached, strict=True)], True


# ---- why attended


def _qk(files: list[FileNode], nodes: list[GraphNode], place: dict[str, int]) -> QKRecord | None:
    entries = []
    for file, node in zip(files, nodes, strict=True):
        found = file.qk_tracing_results
        if found is None:
            continue
        pairs = [
            QKTerm(query_node=place[q], key_node=place[k], value=v)
            for q, k, v in found.pair_wise_contributors
            if q in place and k in place
        ]
        entries.append(
            QKEntry(
                layer=node.layer or 0,
                head=-1,
                query=node.position,
                key=-1,
                pattern=0.0,
                score=sum(pair.value for pair in pairs),
                pairs=pairs,
                query_marginal=[
                    QKTerm(query_node=place[q], key_node=None, value=v)
                    for q, v in found.top_q_marginal_contributors
                    if q in place
                ],
                key_marginal=[
                    QKTerm(query_node=None, key_node=place[k], value=v)
                    for k, v in found.top_k_marginal_contributors
                    if k in place
                ],
            )
        )
    return QKRecord(entries=entries) if entries else None
