"""Reads the JSON of attribution graphs: ours exactly, others' as far as they go."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from polyhead.core.data_files import first_fault, read_json
from polyhead.core.errors import ArtifactError
from polyhead.core.graph_folder import check_edges, check_qk, check_record, save_graph
from polyhead.core.graph_records import QK, Edges, GraphNode, GraphRecord, Supernode
from polyhead.interop.graph_json.capping import Held
from polyhead.interop.graph_json.foreign import foreign_held
from polyhead.interop.graph_json.schema import FileLink, FileNode, GraphFile, OwnBlock
from polyhead.interop.graph_json.vocabulary import BLOCK, FORMAT

MAX_BYTES = 512 * 1024**2


def read_graph_json(path: Path, *, max_bytes: int = MAX_BYTES) -> Held:
    """A graph file of ours, of circuit-tracer, of Neuronpedia or of the attribution-graphs front end.

    Ours is read back as it was written. Of others: a feature's layer and latent come from its Cantor number, else from
    its id; sides are `query` for attention, `own` else; influence is computed from the links, since files hold sums of
    it; explained attention scores have head and key -1, which such files do not name.

    Raises:
        ArtifactError: missing, larger than `max_bytes`, not JSON, or not such a graph.
    """
    try:
        size = path.stat().st_size
    except OSError:
        raise ArtifactError(f"{path} does not exist") from None
    if size > max_bytes:
        raise ArtifactError(
            f"{path} has {size / 1e6:,.0f} MB, {max_bytes / 1e6:,.0f} MB may be read; prune the graph where it was made"
        )
    try:
        file = GraphFile.model_validate(read_json(path, root=dict, max_bytes=max_bytes))
    except ValidationError as error:
        raise ArtifactError(f"{path} is not the JSON of an attribution graph: {first_fault(error)}") from None
    _check_ids(file, path)
    own = file.polyhead is not None and all(node.polyhead is not None for node in file.nodes)
    held = _own_held(file, path) if own else foreign_held(file, path)
    check_record(held.record, path)
    check_edges(held.edges, len(held.record.nodes), path)
    if held.qk is not None:
        check_qk(held.qk, held.record, path)
    return held


def unpack_graph_json(path: Path, folder: Path) -> Held:
    """Read a graph file and write a graph's folder of ours from it, for pages, pruning and all else.

    Raises:
        ArtifactError: as `read_graph_json`.
    """
    held = read_graph_json(path)
    save_graph(held.record, held.edges, folder)
    if held.qk is not None:
        held.qk.save(folder / QK)
    return held


def _check_ids(file: GraphFile, path: Path) -> None:
    """No id twice, but for circuit-tracer's errors, whose ids may be those of latents of layer 0."""
    ids = [node.node_id for node in file.nodes if "error" not in node.feature_type]
    errors = [node.node_id for node in file.nodes if "error" in node.feature_type]
    for some in (ids, errors):
        if len(set(some)) < len(some):
            twice = next(name for i, name in enumerate(some) if name in some[:i])
            raise ArtifactError(f"{path}: two nodes are called {twice}; an id names one node")


def _own_held(file: GraphFile, path: Path) -> Held:
    plain = file.polyhead or {}
    if plain.get("format") != FORMAT:
        raise ArtifactError(f"{path}: its `{BLOCK}` block is of format {plain.get('format')!r}; {FORMAT} is read")
    nodes = sorted([*file.nodes, *file.qk_only_nodes.values()], key=_place)
    if [_place(node) for node in nodes] != list(range(len(nodes))):
        raise ArtifactError(f"{path}: the places of its {len(nodes)} nodes are not 0 to {len(nodes) - 1}, each once")
    place = {node.node_id: i for i, node in enumerate(nodes)}
    try:
        block = OwnBlock.model_validate(plain)
        own = [GraphNode.model_validate({k: v for k, v in (n.polyhead or {}).items() if k != "place"}) for n in nodes]
        record = GraphRecord.model_validate(
            {
                **block.record,
                "slug": file.metadata.slug,
                "prompt": file.metadata.prompt,
                "token_strings": file.metadata.prompt_tokens,
                "nodes": own,
                "supernodes": [Supernode(label=g[0], nodes=[place[i] for i in g[1:]]) for g in file.qParams.supernodes],
            }
        )
        edges = edges_of(file.links, place, block.dtypes, block.n_terms)
        pinned = tuple(place[i] for i in file.qParams.pinnedIds)
    except (ValidationError, KeyError, IndexError, MemoryError) as error:
        text = error.errors()[0]["msg"] if isinstance(error, ValidationError) else f"{error} is missing"
        raise ArtifactError(f"{path}: its `{BLOCK}` block is damaged or of another version: {text}") from None
    return Held(record, edges, block.qk, pinned, frozenset(place[i] for i in file.qk_only_nodes))


def _place(node: FileNode) -> int:
    place = (node.polyhead or {}).get("place")
    return place if isinstance(place, int) else -1


def edges_of(links: Sequence[FileLink], place: dict[str, int], dtypes: Mapping[str, str], n_terms: int) -> Edges:
    """Links as edges, in the order of the file."""
    heads = None
    if "heads" in dtypes:
        heads = np.zeros((len(links), n_terms), dtype=dtypes["heads"])
        for e, link in enumerate(links):
            for h, value in link.heads:
                if not 0 <= h < n_terms:
                    raise IndexError(f"head term {h} of {n_terms}")
                heads[e, h] = value
    return Edges(
        np.array([place[link.target] for link in links], dtype=dtypes["target"]),
        np.array([place[link.source] for link in links], dtype=dtypes["source"]),
        np.array([link.weight for link in links], dtype=dtypes["weight"]),
        heads,
    )
