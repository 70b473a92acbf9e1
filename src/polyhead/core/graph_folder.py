"""A graph's folder, read and written whole: what does not fit together is refused where it is read, in one line.

Every command reads graphs here, so that a node outside the prompt or an edge to a node that is not there never
reaches pages, pruning, verification or export.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from polyhead.core.errors import ArtifactError
from polyhead.core.graph_records import (
    EDGES,
    GRAPH,
    QK,
    VERIFY,
    Edges,
    GraphRecord,
    QKRecord,
    VerifyRecord,
    load_edges,
    save_edges,
)

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+=,@-]{0,99}")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
"""Names that Windows keeps for devices."""


class GraphFolder(NamedTuple):
    """What a graph's folder holds."""

    record: GraphRecord
    edges: Edges
    qk: QKRecord | None
    verify: VerifyRecord | None


def load_graph(folder: Path) -> tuple[GraphRecord, Edges]:
    """A graph and its edges.

    Args:
        folder: of the graph.

    Raises:
        ArtifactError: no graph there, one that is damaged, or edges and nodes that do not fit together.
    """
    if not (folder / GRAPH).exists():
        how = "make one with: polyhead graph PROMPT --out FOLDER"
        raise ArtifactError(f"{folder} holds no graph ({GRAPH} is missing); {how}")
    record, edges = GraphRecord.load(folder / GRAPH), load_edges(folder / EDGES)
    check_record(record, folder / GRAPH)
    check_edges(edges, len(record.nodes), folder / EDGES)
    if len(edges.target) != record.n_edges:
        raise ArtifactError(
            f"{folder / GRAPH} speaks of {record.n_edges} edges, {folder / EDGES} holds {len(edges.target)}: "
            "the two are not of one graph; build it again"
        )
    return record, edges


def load_folder(folder: Path) -> GraphFolder:
    """A graph with its edges, explained pattern entries and verification, as far as there are some.

    Raises:
        ArtifactError: as `load_graph`; a record that was made of another graph.
    """
    record, edges = load_graph(folder)
    return GraphFolder(record, edges, load_qk(folder, record), load_verify(folder, record))


def load_qk(folder: Path, record: GraphRecord) -> QKRecord | None:
    """The explained pattern entries of a graph, or None where there are none.

    Raises:
        ArtifactError: damaged, or made of another graph.
    """
    path = folder / QK
    if not path.exists():
        return None
    qk = QKRecord.load(path)
    check_qk(qk, record, path)
    return qk


def check_qk(qk: QKRecord, record: GraphRecord, where: Path) -> None:
    """Hold explained pattern entries against the graph that they are of.

    Raises:
        ArtifactError: one names a node or a position that is not there.
    """
    for entry in qk.entries:
        terms = [*entry.pairs, *entry.query_marginal, *entry.key_marginal]
        named = [i for t in terms for i in (t.query_node, t.key_node) if i is not None]
        if any(not 0 <= i < len(record.nodes) for i in named):
            raise ArtifactError(f"{where}: L{entry.layer}H{entry.head} names a node that is not there")
        if not (-1 <= entry.query < len(record.tokens) and -1 <= entry.key < len(record.tokens)):
            raise ArtifactError(
                f"{where}: L{entry.layer}H{entry.head} looks from position {entry.query} to {entry.key} in a prompt of "
                f"{len(record.tokens)} tokens; it was made of another graph"
            )


def load_verify(folder: Path, record: GraphRecord) -> VerifyRecord | None:
    """The verification of a graph, or None where it was not verified.

    Raises:
        ArtifactError: damaged, or made of another graph.
    """
    path = folder / VERIFY
    if not path.exists():
        return None
    verify = VerifyRecord.load(path)
    for one in [*verify.perturbations, *verify.controls]:
        if not 0 <= one.node < len(record.nodes):
            raise ArtifactError(f"{path}: node {one.node} is not there; it was made of another graph")
    if (out := verify.outputs) is not None:
        named = [out.target, *([] if out.runner_up is None else [out.runner_up])]
        for i in [*named, *(i for effect in out.effects for i in effect.nodes)]:
            if not 0 <= i < len(record.nodes):
                raise ArtifactError(f"{path}: node {i} is not there; it was made of another graph")
    return verify


def save_graph(record: GraphRecord, edges: Edges, folder: Path) -> None:
    """Write the edges first and the record last, each atomically, so that a folder with a record is whole.

    Explanations and verification of the graph that was there name its nodes by number, so they are deleted first.
    """
    for name in (QK, VERIFY):
        (folder / name).unlink(missing_ok=True)
    save_edges(edges, folder / EDGES)
    record.save(folder / GRAPH)


def check_record(record: GraphRecord, where: Path) -> None:
    """Hold a record against itself: positions in the prompt, layers in the model, dictionaries, supernodes.

    Args:
        record: of any origin.
        where: the file that it was read from, for the message.

    Raises:
        ArtifactError: with what is asked for and what was received.
    """
    n_tokens, n = len(record.tokens), len(record.nodes)
    if not n:
        raise ArtifactError(f"{where} has no nodes; a graph has at least one")
    if len(record.token_strings) != n_tokens:
        raise ArtifactError(
            f"{where}: a prompt of {n_tokens} tokens was expected to have as many token strings, got "
            f"{len(record.token_strings)}"
        )
    for i, node in enumerate(record.nodes):
        if not -1 <= node.position < n_tokens:
            raise ArtifactError(
                f"{where}: node {i} stands at position {node.position} of a prompt of {n_tokens} tokens"
            )
        if node.layer is not None and not 0 <= node.layer < record.n_layers:
            raise ArtifactError(f"{where}: node {i} is in layer {node.layer} of a model of {record.n_layers} layers")
        if node.dictionary is not None and not 0 <= node.dictionary < len(record.dictionaries):
            raise ArtifactError(f"{where}: node {i} is of dictionary {node.dictionary}, which is not there")
        if not _finite(node.value, node.pre, node.cut, node.probability, node.influence, node.error_norm):
            raise ArtifactError(f"{where}: node {i} has a number that is not finite")
    for group in record.supernodes:
        if any(not 0 <= i < n for i in group.nodes):
            raise ArtifactError(f"{where}: the supernode {group.label!r} holds a node that is not there")


def check_edges(edges: Edges, n_nodes: int, where: Path) -> None:
    """Hold edges against the number of nodes.

    Raises:
        ArtifactError: an edge to a node that is not there, or a weight that is not finite.
    """
    if not len(edges.target):
        return
    lowest = int(min(edges.target.min(), edges.source.min()))
    highest = int(max(edges.target.max(), edges.source.max()))
    if highest >= n_nodes:
        raise ArtifactError(f"{where}: {n_nodes} nodes, so edges up to node {n_nodes - 1} expected; got node {highest}")
    if lowest < 0:
        raise ArtifactError(f"{where}: nodes are numbered from 0; got an edge of node {lowest}")
    if not (np.isfinite(edges.weight).all() and (edges.heads is None or np.isfinite(edges.heads).all())):
        raise ArtifactError(f"{where}: a weight is not finite")


def _finite(*values: float | None) -> bool:
    return all(value is None or np.isfinite(value) for value in values)


def file_name(slug: str) -> str:
    """A name for a graph's files and addresses: its slug, or for one that no file can have, one made of it.

    Two slugs never get the same name.
    """
    if _NAME.fullmatch(slug) and not _RESERVED.fullmatch(slug) and not slug.endswith("."):
        return slug
    words = re.sub(r"[^A-Za-z0-9_]+", "-", slug).strip("-")[:60].strip("-")
    digest = hashlib.sha256(slug.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{words}-{digest}" if words else f"graph-{digest}"


def first_repeated(names: Iterable[str]) -> str | None:
    """The first name that comes twice, however its letters are capitalised; None where all differ."""
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            return name
        seen.add(name.lower())
    return None
