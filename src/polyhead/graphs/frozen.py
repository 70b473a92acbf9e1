"""The frozen replacement model of one prompt: linear in its nodes, exact in its sums.

Norm scales and patterns are frozen as on the prompt. What dictionaries do not explain of a layer's output is constant:
an error node per position. So stream[depth] = sum of what all nodes write up to that depth, to rounding.
Axis legend: p position, d d_model, w write (one vector of one node at one depth), v vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import GraphDictionary, GraphNode
from polyhead.graphs.budget import check_pass, check_writes
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.loaded import LoadedDictionary, check_dictionaries, gather
from polyhead.graphs.logits import logit_block, soft_cap
from polyhead.graphs.parts import make_part
from polyhead.graphs.parts.block import Block, Write
from polyhead.graphs.recorded import Recorded, record, write_depth
from polyhead.models.hooked import HookedModel


class Writes(NamedTuple):
    """All that all nodes write, sorted by position, then depth."""

    node: Int[np.ndarray, " w"]
    position: Int[Tensor, " w"]
    depth: Int[Tensor, " w"]
    vectors: Float[Tensor, "w d"]
    """In stream units, times the node's value."""


@dataclass(eq=False)
class FrozenPrompt:
    """Everything recorded on the prompt, and the nodes."""

    recorded: Recorded
    dictionaries: list[LoadedDictionary]
    cfg: GraphConfig
    blocks: list[Block]
    """In the order of their nodes."""
    says: list[GraphDictionary]
    patterns: dict[int, Float[Tensor, "h q k"]]
    """By layer, where a dictionary makes its own; `pattern(layer)` falls back on the model's."""
    notes: list[str]
    bias_node: int
    """The one node for what is constant in readers."""
    writes: Writes
    nodes: list[GraphNode] = field(default_factory=list)

    @property
    def tokens(self) -> Int[Tensor, " p"]:
        return self.recorded.tokens

    @property
    def own_patterns(self) -> bool:
        """Whether a dictionary's patterns were frozen in place of the model's."""
        return bool(self.patterns)

    def pattern(self, layer: int) -> Float[Tensor, "h q k"]:
        """The attention that was frozen in a layer."""
        return self.patterns[layer] if layer in self.patterns else self.recorded.pattern(layer)

    def stream(self, depth: int) -> Float[Tensor, "p d"]:
        """The residual stream of the prompt at a depth."""
        return self.recorded.streams[depth]

    def visible(self, position: int, depth: int) -> Int[Tensor, " w"]:
        """Rows of `writes` that a reader at a position and depth sees."""
        here = (self.writes.position == position) & (self.writes.depth <= depth)
        return here.nonzero()[:, 0]


@torch.no_grad()
def freeze(
    model: HookedModel,
    dictionaries: Sequence[LoadedDictionary | Path | str],
    tokens: Int[Tensor, " p"],
    cfg: GraphConfig | None = None,
) -> FrozenPrompt:
    """Run the model once and lay out all nodes, with what they read and write.

    Args:
        model: any that can be loaded.
        dictionaries: loaded ones, or folders that hold one dictionary or many.
        tokens: the prompt, BOS included where the model has one.
        cfg: bounds.

    Raises:
        PolyheadError: prompt too long or with unknown tokens, dictionaries that do not fit, over the budget.
    """
    cfg = cfg or GraphConfig()
    if model.dtype not in (torch.float32, torch.float64):
        raise PolyheadError(f"{model.cfg.name} is in {model.dtype}, in which sums do not close; load it in float32")
    dictionaries = gather(dictionaries)
    check_dictionaries(model, dictionaries)
    check_pass(model, len(tokens), cfg)
    recorded = record(model, tokens, [one.reading for one in dictionaries])
    parts = [make_part(recorded, one, index, cfg) for index, one in enumerate(dictionaries)]
    blocks = [_embeddings(recorded), *(block for part in parts for block in part.blocks)]
    notes = [note for part in parts for note in part.notes]
    biases = {depth: rows for part in parts for depth, rows in part.biases.items()}
    explained = {half for one in dictionaries for half in one.explains}
    blocks += _constants(recorded, blocks, biases, explained, notes)
    blocks.append(logit_block(recorded, cfg))
    if (cap := soft_cap(recorded)) is not None:
        notes.append(f"logit nodes are logits before the model's soft cap ({cap:g})")
    blocks.sort(key=lambda block: block.order)
    nodes = [node for block in blocks for node in block.nodes]
    _number(blocks)
    patterns = {layer: pattern for part in parts for layer, pattern in part.patterns.items()}
    bias_node = next(block.first for block in blocks if block.label == "constants")
    check_writes(blocks, model.cfg.d_model, cfg)
    says = [part.says for part in parts]
    return FrozenPrompt(recorded, dictionaries, cfg, blocks, says, patterns, notes, bias_node, _writes(blocks), nodes)


def _embeddings(recorded: Recorded) -> Block:
    ids = recorded.tokens.tolist()
    nodes = [GraphNode(kind="embedding", position=p, token=token, value=1.0) for p, token in enumerate(ids)]
    return Block("embeddings", -2.0, nodes, torch.arange(len(ids)), [Write(0, recorded.streams[0])])


def _constants(
    recorded: Recorded,
    blocks: Sequence[Block],
    biases: dict[int, Tensor],
    explained: set[tuple[int, str]],
    notes: list[str],
) -> list[Block]:
    """The bias of readers, and per layer and half what dictionaries write always and what they do not explain."""
    bias = GraphNode(kind="bias", position=-1, value=1.0)
    made = [Block("constants", -1.0, [bias], torch.tensor([-1]))]
    written = _written(recorded, blocks)
    halves = ("attn",) if recorded.model.cfg.attn_only else ("attn", "mlp")
    everywhere, missing = torch.arange(recorded.n_positions), dict[str, list[int]]()
    for layer in range(recorded.n_layers):
        for half in halves:
            depth, whole = write_depth(layer, half), recorded.added(layer, half)
            error = whole - written.get(depth, torch.zeros_like(whole))
            if (layer, half) not in explained:
                missing.setdefault(half, []).append(layer)
            elif depth in biases:
                error = error - biases[depth]
                nodes = [
                    GraphNode(kind="bias", position=p, layer=layer, part=half, value=1.0) for p in everywhere.tolist()
                ]
                label = f"layer {layer} {half} bias"
                made.append(Block(label, depth - 0.6, nodes, everywhere, [Write(depth, biases[depth])]))
            share = (error.norm(dim=-1) / whole.norm(dim=-1).clamp_min(1e-30)).tolist()
            nodes = [
                GraphNode(kind="error", position=p, layer=layer, part=half, value=1.0, error_norm=share[p])
                for p in everywhere.tolist()
            ]
            made.append(Block(f"layer {layer} {half} error", depth - 0.5, nodes, everywhere, [Write(depth, error)]))
    notes += [
        f"{half} of {_named(layers)}: no dictionary, the whole output stands in error nodes"
        for half, layers in missing.items()
    ]
    return made


def _named(layers: Sequence[int]) -> str:
    """`layers 0, 3 to 5` of ascending numbers."""
    runs: list[list[int]] = []
    for layer in layers:
        if runs and layer == runs[-1][-1] + 1:
            runs[-1].append(layer)
        else:
            runs.append([layer])
    words = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
    return f"layer{'s' * (len(layers) > 1)} {words}"


def _written(recorded: Recorded, blocks: Sequence[Block]) -> dict[int, Tensor]:
    """By depth, what the latents kept write there."""
    written: dict[int, Tensor] = {}
    for block in blocks:
        for depth, vectors in block.writes:
            if depth > 0:
                total = written.setdefault(depth, torch.zeros_like(recorded.streams[0]))
                total.index_add_(0, block.positions, vectors)
    return written


def _number(blocks: Sequence[Block]) -> None:
    first = 0
    for block in blocks:
        block.first = first
        first += len(block)


def _writes(blocks: Sequence[Block]) -> Writes:
    rows = [(block, depth, vectors) for block in blocks for depth, vectors in block.writes]
    node = torch.cat([torch.arange(block.first, block.first + len(block)) for block, _, _ in rows])
    position = torch.cat([block.positions for block, _, _ in rows])
    depth = torch.cat([torch.full((len(block),), at) for block, at, _ in rows])
    vectors = torch.cat([vectors for _, _, vectors in rows])
    order = np.lexsort((node.numpy(), depth.numpy(), position.numpy()))
    return Writes(node.numpy()[order], position[order], depth[order], vectors[torch.from_numpy(order)])
