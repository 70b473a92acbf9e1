"""Blocks: nodes of one dictionary, layer and side, with what they write and how they are read into.

Everything a node writes is in stream units and scaled by the node's value, so an edge's weight is a plain product.
Axis legend: n node of the block, d d_model, h (H) head or other entry of an edge's heads, q query, k key, c d_head.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.graph_records import GraphDictionary, GraphNode
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.norms import FrozenNorm


class Write(NamedTuple):
    """What every node of a block adds to the stream at one depth, at its own position."""

    depth: int
    vectors: Float[Tensor, "n d"]


class StreamRead(NamedTuple):
    """Targets that read the stream at their own position: pre = stream[depth] . vector + constant."""

    depth: int
    vectors: Float[Tensor, "n d"]
    constant: Float[Tensor, " n"]


class HeadRead(NamedTuple):
    """Targets that read an attention's output: pre = sum_s sum_h A_h[t, s] (x_s W_V[h]) . readers[h] + constant."""

    depth: int
    readers: Float[Tensor, "n h c"]
    constant: Float[Tensor, " n"]
    W_V: Float[Tensor, "h d c"]
    pattern: Float[Tensor, "h q k"]
    norm: FrozenNorm


class GroupRead(NamedTuple):
    """Targets that read the input through the pattern of a group: pre = sum_s A_g[t, s] x_s . vector + constant."""

    depth: int
    vectors: Float[Tensor, "n d"]
    """Of the normalized tensor."""
    constant: Float[Tensor, " n"]
    group: Int[Tensor, " n"]
    pattern: Float[Tensor, "h q k"]
    norm: FrozenNorm


class MovedRead(NamedTuple):
    """Query sides of latents that are moved: z[t, i] = sum_s sum_h L[i, h] A_h[t, s] f[s, i], identity last."""

    keys: "Block"
    key_channel: Int[Tensor, " m"]
    """Row of `loadings` of each node of `keys`."""
    query_channel: Int[Tensor, " n"]
    loadings: Float[Tensor, "channel H"]
    pattern: Float[Tensor, "h q k"]


Read = StreamRead | HeadRead | GroupRead | MovedRead


@dataclass(eq=False)
class Block:
    """Nodes that came about in the same way, in order of position."""

    label: str
    order: float
    """Blocks are numbered by it; sources come before what they reach."""
    nodes: list[GraphNode]
    positions: Int[Tensor, " n"]
    writes: list[Write] = field(default_factory=list)
    read: Read | None = None
    first: int = -1
    """Number of its first node in the graph."""

    def __len__(self) -> int:
        return len(self.nodes)


class Part(NamedTuple):
    """What one dictionary brings to a graph."""

    blocks: list[Block]
    biases: dict[int, Float[Tensor, "p d"]]
    """Depth -> what its constant outputs add to the stream."""
    says: GraphDictionary
    notes: list[str]
    patterns: dict[int, Float[Tensor, "h q k"]]
    """Layer -> patterns of its own making, where it makes any."""


def kept(sizes: Float[Tensor, "p m"], most: int) -> Bool[Tensor, "p m"]:
    """The `most` largest of every row that are not 0."""
    if sizes.shape[1] <= most:
        return sizes > 0
    keep = torch.zeros_like(sizes, dtype=torch.bool)
    keep.scatter_(1, sizes.topk(most, dim=1).indices, True)
    return keep & (sizes > 0)


def cap_note(
    one: LoadedDictionary, layer: int, half: str, keep: Bool[Tensor, "p m"], values: Float[Tensor, "p i"]
) -> list[str]:
    """A line that says how many active latents are not nodes, where any is not."""
    active = int((values != 0).sum())
    lost = active - int(keep.sum())
    if not lost:
        return []
    return [f"layer {layer} {half}: {lost:,} of {active:,} active latents are in error nodes ({one.name})"]


def latent_nodes(
    make: Callable[[int, int, float], GraphNode], positions: Tensor, latents: Tensor, values: Tensor
) -> list[GraphNode]:
    """One node for each of three lists."""
    return [make(*row) for row in zip(positions.tolist(), latents.tolist(), values.tolist(), strict=True)]
