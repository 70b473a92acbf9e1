"""From a frozen prompt to edges: every target's incoming edges, block by block, cut as they are made.

An edge's weight is what the source's write adds to the target's pre-activation. Weights into a target, with `cut`, sum
to its pre-activation. With a folder, every block's edges are written as they are done, and a killed build resumes.
"""

import hashlib
import json
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from polyhead.core.data_files import read_json
from polyhead.core.files import remove_leftovers, write_json
from polyhead.core.graph_records import Edges, GraphNode, GraphRecord
from polyhead.graphs.budget import check_edges
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.edges import Piece, block_edges, join, load_piece, save_piece
from polyhead.graphs.frozen import FrozenPrompt, freeze
from polyhead.graphs.graph import Graph
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.models.active import intervened
from polyhead.models.hooked import HookedModel

UNFINISHED = "unfinished"
"""Inside a graph's folder: blocks of edges that are done, while others are not."""


@torch.no_grad()
def build_graph(
    model: HookedModel,
    dictionaries: Sequence[LoadedDictionary | Path | str],
    tokens: Int[Tensor, " p"],
    cfg: GraphConfig | None = None,
    *,
    folder: Path | None = None,
    notes: Sequence[str] = (),
) -> Graph:
    """The attribution graph of a prompt, unpruned.

    Args:
        model: any that can be loaded.
        dictionaries: loaded ones, or folders that hold one dictionary or many.
        tokens: the prompt, BOS included where the model has one.
        cfg: bounds.
        folder: where to save the graph; edges are kept there as they are made, and another call resumes.
        notes: further notes for the record.

    Interventions in force hold in the graph too: what they write is in error nodes, so that all sums stay exact.

    Raises:
        PolyheadError: prompt too long or with unknown tokens, dictionaries that do not fit, over the budget.
    """
    start = time.monotonic()
    frozen = freeze(model, dictionaries, tokens, cfg)
    frozen.notes = [*frozen.notes, *notes]
    if intervened(model):
        frozen.notes.append("interventions were in force; what they write is in error nodes")
    entries = max((len(said.heads) for said in frozen.says), default=0) if frozen.cfg.head_terms else 0
    where = frozen.writes.position, frozen.writes.depth
    check_edges(frozen.blocks, *where, len(tokens), entries, frozen.cfg)
    edges, n_found, cut = _edges(frozen, folder, entries)
    nodes = [
        node if lost == 0 else node.model_copy(update={"cut": lost})
        for node, lost in zip(frozen.nodes, cut.tolist(), strict=True)
    ]
    frozen.nodes = nodes
    record = _record(frozen, edges, n_found, time.monotonic() - start)
    graph = Graph(record, edges, frozen)
    if folder is not None:
        graph.save(folder)
        _clear(folder / UNFINISHED)
    return graph


def _edges(frozen: FrozenPrompt, folder: Path | None, n_entries: int) -> tuple[Edges, int, np.ndarray]:
    """All edges, how many there were before any was cut, and per node the sum of those cut."""
    kept_in = None if folder is None else _open(folder / UNFINISHED, frozen)
    pieces: list[Piece] = []
    for place, block in enumerate(frozen.blocks):
        if block.read is None or not len(block):
            continue
        path = None if kept_in is None else kept_in / f"{place:05d}.npz"
        if path is not None and path.exists():
            pieces.append(load_piece(path))
            continue
        piece = block_edges(frozen, block, n_entries)
        if path is not None:
            save_piece(piece, path)
        pieces.append(piece)
    return join(pieces, len(frozen.nodes), n_entries)


def _open(folder: Path, frozen: FrozenPrompt) -> Path:
    """The folder of unfinished work, emptied where it is another graph's."""
    facts = {
        "model": frozen.recorded.model.cfg.model_dump(),
        "tokens": frozen.tokens.tolist(),
        "config": frozen.cfg.model_dump(),
        "dictionaries": [[one.name, one.sha256, one.reading.model_dump()] for one in frozen.dictionaries],
        "writes": hashlib.sha256(frozen.writes.vectors.numpy().tobytes()).hexdigest(),
    }
    identity = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    mark = folder / "identity.json"
    if not mark.exists() or read_json(mark) != identity:
        _clear(folder)
        folder.mkdir(parents=True, exist_ok=True)
        write_json(mark, identity)
    remove_leftovers(folder)
    return folder


def _clear(folder: Path) -> None:
    if folder.is_dir():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def _record(frozen: FrozenPrompt, edges: Edges, n_found: int, seconds: float) -> GraphRecord:
    model, ids = frozen.recorded.model, frozen.tokens.tolist()
    strings = _pieces(model, ids)
    kinds = list(dict.fromkeys(said.kind for said in frozen.says)) or ["none"]
    prompt = _text(model, ids[1:] if ids[0] == model.cfg.bos_token_id else ids)
    notes = list(frozen.notes)
    if n_found > len(edges.target):
        notes.append(
            f"{n_found - len(edges.target):,} of {n_found:,} edges were cut (below a share of "
            f"{frozen.cfg.edge_share:g} of their target's, or beyond {frozen.cfg.max_incoming}); `cut` holds their sums"
        )
    return GraphRecord(
        slug=slug_of(prompt, ids),
        prompt=prompt,
        tokens=ids,
        token_strings=strings,
        model=model.cfg.name,
        attention=" + ".join(kinds),
        n_layers=model.cfg.n_layers,
        n_heads=model.cfg.n_heads,
        patterns="dictionary" if frozen.own_patterns else "model",
        dictionaries=frozen.says,
        nodes=_named(model, frozen.nodes),
        n_edges=len(edges.target),
        n_edges_found=n_found,
        notes=notes,
        seconds=round(seconds, 3),
        peak_bytes=_peak_bytes(),
    )


def slug_of(prompt: str, ids: Sequence[int]) -> str:
    """A name for files and addresses: the prompt's first words and a short hash of its tokens."""
    words = re.sub(r"[^a-z0-9]+", "-", prompt.lower()).strip("-")[:40].strip("-")
    digest = hashlib.sha256(json.dumps(list(ids)).encode()).hexdigest()[:6]
    return f"{words}-{digest}" if words else digest


def _named(model: HookedModel, nodes: Sequence[GraphNode]) -> list[GraphNode]:
    """With the tokens of embeddings and logits as text."""
    if model.tokenizer is None:
        return list(nodes)
    text = {
        token: piece for token in {n.token for n in nodes if n.token is not None} for piece in _pieces(model, [token])
    }
    return [n if n.token is None else n.model_copy(update={"label": text[n.token]}) for n in nodes]


def _pieces(model: HookedModel, ids: Sequence[int]) -> list[str]:
    """One piece of text per token, special ones shown; numbers where there is no tokenizer."""
    if hasattr(model.tokenizer, "tokens"):
        return model.tokenizer.tokens(ids)
    return [_text(model, [i]) for i in ids]


def _text(model: HookedModel, ids: list[int]) -> str:
    return " ".join(str(i) for i in ids) if model.tokenizer is None else model.tokenizer.decode(ids)


def _peak_bytes() -> int | None:
    """Most memory that this process has had resident; Windows does not say."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
