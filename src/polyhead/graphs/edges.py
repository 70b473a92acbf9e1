"""Edges into the targets of one block: dense for a few targets at one position, cut at once, sparse from then on.

Axis legend: n target, w write, s source node, h (H) entry of an edge's heads, e edge, d d_model, c d_head.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from polyhead.core.arrays import read_npz
from polyhead.core.errors import ArtifactError
from polyhead.core.files import write_atomic
from polyhead.core.graph_records import Edges
from polyhead.graphs.budget import CHUNK_BYTES
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.frozen import FrozenPrompt
from polyhead.graphs.parts.block import Block, GroupRead, HeadRead, MovedRead, StreamRead


class Piece(NamedTuple):
    """Edges into some targets; what was cut of each target is in `cut`."""

    target: np.ndarray
    source: np.ndarray
    weight: np.ndarray
    heads: np.ndarray | None
    cut_target: np.ndarray
    cut: np.ndarray
    n_found: int


class Dense(NamedTuple):
    """All terms of targets at one position."""

    targets: Tensor
    """Places in the block."""
    sources: Tensor
    """Node of each column."""
    weights: Tensor
    """[n, w]"""
    heads: Tensor | None
    """[h, n, w], or None where no attention is crossed."""


def block_edges(frozen: FrozenPrompt, block: Block, n_entries: int) -> Piece:
    """Edges into all targets of a block, with `n_entries` head terms each (0: none are kept)."""
    read = block.read
    if isinstance(read, MovedRead):
        return _one([_moved_edges(frozen.cfg, block, read, n_entries)], n_entries)
    assert read is not None
    makers = {StreamRead: _stream_terms, HeadRead: _head_terms, GroupRead: _group_terms}
    found: Iterator[Dense] = makers[type(read)](frozen, block, read, n_entries > 0)
    return _one([_sifted(frozen, block, read.constant, dense, n_entries) for dense in found], n_entries)


def _stream_terms(frozen: FrozenPrompt, block: Block, read: StreamRead, with_heads: bool) -> Iterator[Dense]:
    del with_heads  # nothing is crossed
    for position in block.positions.unique().tolist():
        targets, rows = (block.positions == position).nonzero()[:, 0], frozen.visible(position, read.depth)
        vectors, nodes = frozen.writes.vectors[rows], torch.from_numpy(frozen.writes.node)[rows]
        for some in targets.split(max(1, CHUNK_BYTES // (8 * max(len(rows), 1)))):
            yield Dense(some, nodes, read.vectors[some] @ vectors.T, None)


def _head_terms(frozen: FrozenPrompt, block: Block, read: HeadRead, with_heads: bool) -> Iterator[Dense]:
    """Writes in the heads' value spaces, once for all targets; then one product per position."""
    del with_heads  # the sum over heads needs every term anyway
    rows = (frozen.writes.depth <= read.depth).nonzero()[:, 0]
    position, nodes = frozen.writes.position[rows], torch.from_numpy(frozen.writes.node)[rows]
    values = torch.einsum("wd,hdc->hwc", read.norm.apply(frozen.writes.vectors[rows], position), read.W_V)
    for t in block.positions.unique().tolist():
        targets, n = (block.positions == t).nonzero()[:, 0], int((position <= t).sum())
        weight = read.pattern[:, t, position[:n]]
        for some in targets.split(max(1, CHUNK_BYTES // (8 * max(n, 1) * len(weight)))):
            terms = torch.bmm(read.readers[some].transpose(0, 1), values[:, :n].mT) * weight[:, None]
            yield Dense(some, nodes[:n], terms.sum(0), terms)


def _group_terms(frozen: FrozenPrompt, block: Block, read: GroupRead, with_heads: bool) -> Iterator[Dense]:
    rows = (frozen.writes.depth <= read.depth).nonzero()[:, 0]
    position, nodes = frozen.writes.position[rows], torch.from_numpy(frozen.writes.node)[rows]
    inside = read.norm.apply(frozen.writes.vectors[rows], position)
    G = len(read.pattern)
    for t in block.positions.unique().tolist():
        targets, n = (block.positions == t).nonzero()[:, 0], int((position <= t).sum())
        for some in targets.split(max(1, CHUNK_BYTES // (8 * max(n, 1) * (1 + G * with_heads)))):
            group = read.group[some]
            terms = (read.vectors[some] @ inside[:n].T) * read.pattern[group, t][:, position[:n]]
            heads = None
            if with_heads:
                heads = terms.new_zeros(G, *terms.shape)
                heads[group, torch.arange(len(some))] = terms
            yield Dense(some, nodes[:n], terms, heads)


def _sifted(frozen: FrozenPrompt, block: Block, constants: Tensor, dense: Dense, n_entries: int) -> Piece:
    """The edges of `dense` that count, the constant of each target as an edge from the bias node."""
    sources, weights, heads = _by_node(dense)
    constant = constants[dense.targets]
    size = weights.abs().sum(1) + constant.abs()
    keep = _counting(frozen.cfg, weights, size)
    cut = torch.where(keep, 0.0, weights).sum(1)
    n, s = keep.nonzero().unbind(1)
    at = (constant != 0).nonzero()[:, 0]
    numbers = dense.targets + block.first
    terms = None
    if n_entries:
        terms = np.zeros((len(n) + len(at), n_entries), dtype=np.float32)
        if heads is not None:
            terms[: len(n), : len(heads)] = heads[:, n, s].T.float().numpy()
    return Piece(
        torch.cat([numbers[n], numbers[at]]).numpy(),
        torch.cat([sources[s], torch.full_like(at, frozen.bias_node)]).numpy(),
        torch.cat([weights[n, s], constant[at]]).numpy(),
        terms,
        numbers.numpy(),
        cut.numpy(),
        int((weights != 0).sum()) + len(at),
    )


def _by_node(dense: Dense) -> tuple[Tensor, Tensor, Tensor | None]:
    """Columns of the same node (it writes at several depths) added up."""
    sources, place = dense.sources.unique(return_inverse=True)
    if len(sources) == len(dense.sources):
        return dense.sources, dense.weights, dense.heads
    weights = dense.weights.new_zeros(len(dense.weights), len(sources)).index_add_(1, place, dense.weights)
    heads = dense.heads
    if heads is not None:
        heads = heads.new_zeros(*heads.shape[:2], len(sources)).index_add_(2, place, heads)
    return sources, weights, heads


def _counting(cfg: GraphConfig, weights: Tensor, size: Tensor) -> Tensor:
    """Which edges are kept: large enough a share of the target's, and not too many."""
    keep = (weights != 0) & (weights.abs() >= cfg.edge_share * size[:, None])
    if weights.shape[1] > cfg.max_incoming:
        top = torch.zeros_like(keep)
        top.scatter_(1, weights.abs().topk(cfg.max_incoming, dim=1).indices, True)
        keep &= top
    return keep


def _moved_edges(cfg: GraphConfig, block: Block, read: MovedRead, n_entries: int) -> Piece:
    """Every query node from the key nodes of its own latent at or before its position."""
    order = torch.argsort(read.key_channel, stable=True)
    channel = read.key_channel[order].contiguous()
    low, high = (torch.searchsorted(channel, read.query_channel, right=r) for r in (False, True))
    count = high - low
    query = torch.arange(len(block)).repeat_interleave(count)
    start = count.cumsum(0) - count
    key = order[torch.arange(len(query)) - start[query] + low[query]]
    t, s = block.positions[query], read.keys.positions[key]
    query, key, t, s = (v[s <= t] for v in (query, key, t, s))
    f = torch.tensor([node.value for node in read.keys.nodes], dtype=torch.float64)[key]
    loadings = read.loadings[read.query_channel[query]]
    terms = (
        torch.cat([loadings[:, :-1] * read.pattern[:, t, s].T, loadings[:, -1:] * (t == s)[:, None]], 1) * f[:, None]
    )
    weight = terms.sum(1)
    size = torch.zeros(len(block), dtype=weight.dtype).index_add_(0, query, weight.abs())
    keep = (weight != 0) & (weight.abs() >= cfg.edge_share * size[query])
    cut = torch.zeros_like(size).index_add_(0, query, torch.where(keep, 0.0, weight))
    heads = None
    if n_entries:
        heads = np.zeros((int(keep.sum()), n_entries), dtype=np.float32)
        heads[:, : terms.shape[1]] = terms[keep].float().numpy()
    return Piece(
        (query[keep] + block.first).numpy(),
        (key[keep] + read.keys.first).numpy(),
        weight[keep].numpy(),
        heads,
        np.arange(block.first, block.first + len(block)),
        cut.numpy(),
        int((weight != 0).sum()),
    )


def _one(pieces: Sequence[Piece], n_entries: int) -> Piece:
    """Several pieces of one block as one, sorted by target, then source."""

    def column(name: str, dtype: Any) -> np.ndarray:
        return np.concatenate([np.zeros(0, dtype), *(getattr(piece, name).astype(dtype) for piece in pieces)])

    target, source = column("target", np.int32), column("source", np.int32)
    order = np.lexsort((source, target))
    heads = None
    if n_entries:
        parts = [piece.heads for piece in pieces if piece.heads is not None]
        heads = np.concatenate([np.zeros((0, n_entries), np.float32), *parts])[order]
    return Piece(
        target[order],
        source[order],
        column("weight", np.float32)[order],
        heads,
        column("cut_target", np.int64),
        column("cut", np.float64),
        sum(piece.n_found for piece in pieces),
    )


def join(pieces: list[Piece], n_nodes: int, n_entries: int) -> tuple[Edges, int, np.ndarray]:
    """All edges sorted by target, then source; how many there were; per node the sum of what was cut.

    Blocks come in the order of their nodes; each is released as it is laid in place.
    """
    total, n_found, cut, at = sum(len(piece.target) for piece in pieces), 0, np.zeros(n_nodes), 0
    edges = Edges(
        np.empty(total, np.int32),
        np.empty(total, np.int32),
        np.empty(total, np.float32),
        np.empty((total, n_entries), np.float32) if n_entries else None,
    )
    for piece in map(pieces.pop, [0] * len(pieces)):
        end = at + len(piece.target)
        edges.target[at:end], edges.source[at:end], edges.weight[at:end] = piece.target, piece.source, piece.weight
        if edges.heads is not None:
            edges.heads[at:end] = piece.heads
        cut[piece.cut_target] = piece.cut
        n_found, at = n_found + piece.n_found, end
    return edges, n_found, cut


def save_piece(piece: Piece, path: Path) -> None:
    """One block's edges, atomically."""

    def write(aside: Path) -> None:
        with open(aside, "wb") as handle:
            fields = {name: value for name, value in piece._asdict().items() if value is not None}
            np.savez(handle, **fields)

    write_atomic(path, write)


def load_piece(path: Path) -> Piece:
    """Read it back.

    Raises:
        ArtifactError: damaged.
    """
    fields: dict[str, Any] = dict(read_npz(path, {"n_found": "iu"}, advice="delete it and build again"))
    try:
        return Piece(**{"heads": None, **fields, "n_found": int(fields["n_found"])})
    except TypeError as error:
        raise ArtifactError(f"{path} is damaged ({error}); delete it and build again") from None
