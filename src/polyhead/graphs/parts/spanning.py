"""Dictionaries that span layers as nodes: transcoders (cross-layer or not) and attention features of both types.

A latent that reads the stream (type 1, transcoders) is read at its own position; one that reads an attention output
(type 2) through that layer's heads. Either writes several outputs, so its node writes at several depths.
Axis legend: p position, n node, s source (one encoder), i latent of one source, w target it may write, d d_model.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import GraphDictionary, GraphNode
from polyhead.core.protocols import Codes
from polyhead.core.sites import parse_site
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.parts.attn_out import head_read
from polyhead.graphs.parts.block import Block, HeadRead, Part, StreamRead, Write, cap_note, kept, latent_nodes
from polyhead.graphs.recorded import DTYPE, Recorded, write_depth

BEHIND_HEADS = "hook_attn_out"
_OF_MLP = ("ln2.hook_normalized", "ln2.hook_pre_gain", "hook_resid_mid")
"""Sites that an MLP reads, or what it reads is made of."""


class _Source(NamedTuple):
    """One encoder."""

    place: int
    layer: int
    site: str
    """Local name of what it reads."""


def spanning_part(recorded: Recorded, one: LoadedDictionary, index: int, cfg: GraphConfig) -> Part:
    """Nodes of all encoders of one dictionary.

    Raises:
        PolyheadError: it reads what cannot be traced, or is of another width.
    """
    dictionary, width = one.dictionary, recorded.model.cfg.d_model
    if dictionary.cfg.d_model != width:
        raise PolyheadError(f"{one.name} is {dictionary.cfg.d_model} wide; {recorded.model.cfg.name} is {width} wide")
    if dictionary.cfg.skip:
        raise PolyheadError(
            f"{one.name} has a skip connection, which joins what it reads to what it writes past all latents; graphs "
            "have no node for that: give a dictionary without one for these layers, or none"
        )
    codes = dictionary.codes(recorded.batch(one.reading))
    blocks, notes, n = [], [], dictionary.cfg.n_latents
    for place, name in enumerate(dictionary.cfg.sources):
        at = parse_site(name, n_layers=recorded.n_layers)
        if at.layer is None:
            raise PolyheadError(f"{one.name} reads {name}, which is in no layer")
        mine = _of_source(codes, place, n)
        block, keep = _block(recorded, one, index, _Source(place, at.layer, at.name), mine, cfg)
        blocks.append(block)
        notes += cap_note(one, at.layer, block.label.split(" ")[2], keep, mine)
    biases = {
        write_depth(layer, half): recorded.write_bias(
            layer, half, dictionary.b_dec[t] * dictionary.target_scale[t], after_norm=one.after_norm[t]
        )
        for t, (layer, half) in enumerate(one.explains)
    }
    halves = {half for _, half in one.explains}
    crosses = any(parse_site(name).name == BEHIND_HEADS for name in dictionary.cfg.sources)
    says = GraphDictionary(
        name=one.name,
        kind=one.kind,
        layers=sorted({at.layer for name in dictionary.cfg.sources if (at := parse_site(name)).layer is not None}),
        part="both" if len(halves) > 1 else halves.pop(),  # type: ignore[arg-type]
        n_latents=n * len(dictionary.cfg.sources),
        heads=[f"head {h}" for h in range(recorded.model.cfg.n_heads)] if crosses else [],
        sha256=one.sha256,
        path=one.path,
    )
    return Part(blocks, biases, says, notes, {})


def _of_source(codes: Codes, place: int, n: int) -> Tensor:
    """What the latents of one source do, dense, [p, i]: all sources at once may be too many."""
    values, indices = codes.values[0].to(DTYPE), codes.indices[0] - place * n
    mine = (indices >= 0) & (indices < n)
    dense = values.new_zeros(len(values), n)
    return dense.scatter_add_(-1, indices.clamp(0, n - 1), torch.where(mine, values, 0.0))


def _block(
    recorded: Recorded, one: LoadedDictionary, index: int, source: _Source, f: Tensor, cfg: GraphConfig
) -> tuple[Block, Tensor]:
    """Nodes of one encoder, and which of its latents were kept where."""
    d, s = one.dictionary, source.place
    scales = d.target_scale[list(d.cfg.writes[s])].to(DTYPE)
    active = (f != 0).any(0).nonzero()[:, 0]
    rows = d.W_dec[s][active].to(DTYPE) * scales[:, None]
    keep = kept(f[:, active].abs() * rows.sum(1).norm(dim=-1).clamp_min(1e-30), cfg.max_query_nodes)
    positions, row = keep.nonzero().unbind(1)
    latents = active[row]
    values = f[positions, latents]
    after = source.site == BEHIND_HEADS
    part = "mlp" if source.site in _OF_MLP else "attn"
    side = "query" if after else "own"

    def node(position: int, latent: int, value: float) -> GraphNode:
        where: dict[str, Any] = {"layer": source.layer, "part": part, "dictionary": index, "side": side}
        place = latent + s * d.cfg.n_latents
        return GraphNode.model_construct(
            kind="latent", **where, position=position, latent=place, value=value, pre=value
        )

    read = _read(recorded, one, source, latents, positions)
    writes = []
    for place, t in enumerate(d.cfg.writes[s]):
        layer, half = one.explains[t]
        written = recorded.write_at(layer, half, rows[row, place], positions, after_norm=one.after_norm[t])
        writes.append(Write(write_depth(layer, half), values[:, None] * written))
    label = f"layer {source.layer} {part} {side}"
    nodes = latent_nodes(node, positions, latents, values)
    return Block(label, read.depth + (0.2 if after else 0.1), nodes, positions, writes, read), keep


def _read(
    recorded: Recorded, one: LoadedDictionary, source: _Source, latents: Tensor, positions: Tensor
) -> StreamRead | HeadRead:
    d, s = one.dictionary, source.place
    readers = d.W_enc[s].T[latents].to(DTYPE) / d.input_scale[s]
    constant = d.b_enc[s][latents].to(DTYPE)
    if source.site != BEHIND_HEADS:
        depth, vectors, more = recorded.read_at(d.cfg.sources[s], readers, positions)
        return StreamRead(depth, vectors, constant + more)
    base = recorded.base(source.layer)
    if not base.is_linear:
        raise PolyheadError(f"{one.name} reads an attention output of layer {source.layer} that is not linear in heads")
    by_head = torch.einsum("hcd,nd->nhc", base.W_O.to(DTYPE), readers)
    return head_read(recorded, source.layer, by_head, constant + readers @ base.b_O.to(DTYPE), positions)
