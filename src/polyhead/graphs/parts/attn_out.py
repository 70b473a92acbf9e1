"""Attention output autoencoders as nodes: one per latent, read from everything that attention brought to its position.

    pre[t] = sum_s sum_h A_h[t, s] (x_s W_V[h] + b_V[h]) . e[h] + bias
e = W_enc / scale by head on `attn.hook_z`, W_O[h] W_enc / scale on `hook_attn_out` (b_O is then in the bias).
Axis legend: p position (t destination, s source), n node, h head, c d_head, d d_model, i latent.
"""

import torch
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import GraphDictionary, GraphNode
from polyhead.core.head_names import head_name
from polyhead.core.protocols import ReadsHeads
from polyhead.dictionaries.encoder import unpack
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.parts.block import Block, HeadRead, Part, Write, cap_note, kept, latent_nodes
from polyhead.graphs.recorded import DTYPE, Recorded, write_depth


def attn_out_part(recorded: Recorded, one: LoadedDictionary, index: int, cfg: GraphConfig) -> Part:
    """Nodes of one dictionary that reads heads' outputs.

    Raises:
        PolyheadError: it does not read them, its pre-activation does not split by head, or it is of another width.
    """
    ((layer, half),) = one.explains
    sae, base = one.dictionary, recorded.base(layer)
    if not isinstance(sae, ReadsHeads):
        raise PolyheadError(f"{one.name} is a {one.kind}, whose latents do not say what they read of each head")
    f = unpack(one.dictionary.codes(recorded.batch(one.reading)))[0].to(DTYPE)
    rows = sae.written_rows(base).detach().to(DTYPE)
    keep = kept(f.abs() * rows.norm(dim=-1), cfg.max_query_nodes)
    positions, latents = keep.nonzero().unbind(1)
    values = f[positions, latents]

    def node(position: int, latent: int, value: float) -> GraphNode:
        where = {"kind": "latent", "layer": layer, "part": "attn", "dictionary": index, "side": "query"}
        return GraphNode.model_construct(**where, position=position, latent=latent, value=value, pre=value)

    constant = sae.attribution_bias(latents, [base]).detach().to(DTYPE)
    block = Block(
        label=f"layer {layer} attn query",
        order=2 * layer + 0.2,
        nodes=latent_nodes(node, positions, latents, values),
        positions=positions,
        writes=[
            Write(write_depth(layer, half), values[:, None] * recorded.write_at(layer, half, rows[latents], positions))
        ],
        read=head_read(recorded, layer, sae.head_readers(latents, base).detach().to(DTYPE), constant, positions),
    )
    says = GraphDictionary(
        name=one.name,
        kind=one.kind,
        layers=[layer],
        part="attn",
        n_latents=f.shape[1],
        heads=[head_name(layer, h) for h in range(base.n_heads)],
        sha256=one.sha256,
        path=one.path,
    )
    biases = {write_depth(layer, half): recorded.write_bias(layer, half, sae.written_bias(base).detach())}
    return Part([block], biases, says, cap_note(one, layer, half, keep, f), {})


def head_read(recorded: Recorded, layer: int, readers: Tensor, constant: Tensor, positions: Tensor) -> HeadRead:
    """How readers [n, h, c] of the heads' outputs read the stream; values' and norms' biases join the constant."""
    base, norm, pattern = recorded.base(layer), recorded.norm(layer, "attn"), recorded.pattern(layer)
    W_V = base.W_V.to(DTYPE)
    always = torch.einsum("d,hdc->hc", norm.bias, W_V) + base.b_V.to(DTYPE)
    moved = torch.einsum("nhc,hc,hn->n", readers, always, pattern.sum(-1)[:, positions])
    return HeadRead(2 * layer, readers, constant + moved, W_V, pattern, norm)
