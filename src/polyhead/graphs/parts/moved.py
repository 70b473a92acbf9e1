"""Multitoken transcoders as nodes: a key side that is read at a source, a query side that writes at a destination.

A latent of `mtc_rank` moves several numbers; pair j of latent i is the node of latent j * n_latents + i.
Axis legend: p position (t destination, s source), m channel (a latent that fires anywhere, or a pair of it), n node.
"""

from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import GraphDictionary, GraphNode
from polyhead.core.head_names import head_name
from polyhead.dictionaries.encoder import unpack
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.parts.block import Block, MovedRead, Part, StreamRead, Write, cap_note, kept, latent_nodes
from polyhead.graphs.recorded import DTYPE, Recorded, write_depth


class Channels(NamedTuple):
    """The latents that fire anywhere on the prompt, as what moves."""

    ids: Int[Tensor, " m"]
    values: Float[Tensor, "p m"]
    """f at each source."""
    readers: Float[Tensor, "m d"]
    biases: Float[Tensor, " m"]
    writes: Float[Tensor, "m d"]
    """In the target's units."""
    loadings: Float[Tensor, "m H"]


def moved_part(recorded: Recorded, one: LoadedDictionary, index: int, cfg: GraphConfig) -> Part:
    """Key and query nodes of one dictionary.

    Raises:
        PolyheadError: it was made for another number of heads or width.
    """
    ((layer, half),) = one.explains
    whole, batch = one.dictionary, recorded.batch(one.reading)
    own = hasattr(whole, "mtc")
    mtc = whole.mtc if own else whole
    _check(mtc, one, recorded)
    pattern = (whole.patterns(batch) if own else batch["pattern"])[0].to(DTYPE)
    ch = _channels(mtc, batch)
    z = torch.einsum("hts,sm,mh->tm", pattern, ch.values, ch.loadings[:, :-1]) + ch.values * ch.loadings[:, -1]
    queries = kept(z.abs() * ch.writes.norm(dim=-1), cfg.max_query_nodes)
    keys = _reaching(ch, pattern, queries)
    key_block = _key_block(recorded, one, index, layer, ch, keys)
    query_block = _query_block(recorded, one, index, layer, ch, z, queries)
    query_block.read = MovedRead(key_block, keys.nonzero()[:, 1], queries.nonzero()[:, 1], ch.loadings, pattern)
    says = GraphDictionary(
        name=one.name,
        kind=one.kind,
        layers=[layer],
        part="attn",
        n_latents=mtc.cfg.n_latents * getattr(mtc.cfg, "rank", 1),
        heads=[head_name(layer, h) for h in range(mtc.cfg.n_heads)] + ["identity"],
        sha256=one.sha256,
        path=one.path,
    )
    bias = recorded.write_bias(layer, half, mtc.b_dec * mtc.target_scale, after_norm=one.after_norm[0])
    return Part(
        [key_block, query_block],
        {write_depth(layer, half): bias},
        says,
        cap_note(one, layer, half, queries, z),
        {layer: pattern} if own else {},
    )


def _channels(mtc: Any, batch: Any) -> Channels:
    f = unpack(mtc.codes(batch))[0].to(DTYPE)
    ids = (f != 0).any(0).nonzero()[:, 0]
    f, scale, L = f[:, ids], mtc.input_scale.to(DTYPE), mtc.head_loadings().to(DTYPE)[ids]
    first = Channels(
        ids,
        f,
        mtc.W_enc.T[ids].to(DTYPE) / scale,
        mtc.b_enc[ids].to(DTYPE),
        mtc.W_dec[ids].to(DTYPE) * mtc.target_scale,
        L,
    )
    if getattr(mtc.cfg, "rank", 1) == 1:
        return first
    reads = mtc.reads(batch["x"])[0][:, ids].to(DTYPE) * (f > 0)[..., None]
    pairs = [first]
    for j in range(mtc.cfg.rank - 1):
        readers, biases = mtc.W_read[ids, j].to(DTYPE) / scale, mtc.b_read[ids, j].to(DTYPE)
        writes = mtc.W_write[ids, j].to(DTYPE) * mtc.target_scale
        pairs.append(Channels(ids + (j + 1) * mtc.cfg.n_latents, reads[..., j], readers, biases, writes, L))
    joined = [torch.cat(parts, dim=1 if k == 1 else 0) for k, parts in enumerate(zip(*pairs, strict=True))]
    return Channels(*joined)


def _reaching(ch: Channels, pattern: Tensor, queries: Tensor) -> Tensor:
    """Sources from which something arrives at a query node that is kept."""
    wanted = queries.to(DTYPE)
    reached = queries & (ch.loadings[:, -1] != 0)
    for head, loading in zip(pattern, ch.loadings.T):  # the identity comes last and has no pattern
        reached |= ((head != 0).to(DTYPE).T @ wanted > 0) & (loading != 0)
    return (ch.values != 0) & reached


def _key_block(recorded: Recorded, one: LoadedDictionary, index: int, layer: int, ch: Channels, keys: Tensor) -> Block:
    positions, m = keys.nonzero().unbind(1)
    name = one.reading.roles["x"][0].site
    depth, vectors, constant = recorded.read_at(name, ch.readers[m], positions)

    def node(position: int, latent: int, value: float) -> GraphNode:
        where = {"kind": "latent", "layer": layer, "part": "attn", "dictionary": index, "side": "key"}
        return GraphNode.model_construct(**where, position=position, latent=latent, value=value, pre=value)

    return Block(
        label=f"layer {layer} attn key",
        order=2 * layer + 0.1,
        nodes=latent_nodes(node, positions, ch.ids[m], ch.values[positions, m]),
        positions=positions,
        read=StreamRead(depth, vectors, constant + ch.biases[m]),
    )


def _query_block(
    recorded: Recorded, one: LoadedDictionary, index: int, layer: int, ch: Channels, z: Tensor, queries: Tensor
) -> Block:
    positions, m = queries.nonzero().unbind(1)
    values = z[positions, m]
    rows = recorded.write_at(layer, "attn", ch.writes[m], positions, after_norm=one.after_norm[0])

    def node(position: int, latent: int, value: float) -> GraphNode:
        where = {"kind": "latent", "layer": layer, "part": "attn", "dictionary": index, "side": "query"}
        return GraphNode.model_construct(**where, position=position, latent=latent, value=value, pre=value)

    return Block(
        label=f"layer {layer} attn query",
        order=2 * layer + 0.2,
        nodes=latent_nodes(node, positions, ch.ids[m], values),
        positions=positions,
        writes=[Write(write_depth(layer, "attn"), values[:, None] * rows)],
    )


def _check(mtc: Any, one: LoadedDictionary, recorded: Recorded) -> None:
    cfg = recorded.model.cfg
    if mtc.cfg.d_in != cfg.d_model or mtc.cfg.d_out != cfg.d_model or mtc.cfg.n_heads != cfg.n_heads:
        raise PolyheadError(
            f"{one.name} reads {mtc.cfg.d_in} and writes {mtc.cfg.d_out} numbers through {mtc.cfg.n_heads} heads; "
            f"{cfg.name} is {cfg.d_model} wide with {cfg.n_heads} heads"
        )
