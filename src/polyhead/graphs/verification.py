"""A graph compared with interventions: nodes are suppressed, boosted or swapped, and what happens is compared with it.

Held model (graphs/passes.py): the change of every target's pre-activation must be the node's column of the adjacency,
    seen[t] = factor * A[t, n];   swap: the node goes and another of its block and position is doubled
to numerical precision, since edges are direct effects. It is measured by another way than edges are made: the model's
own pass with hooks, read by the dictionaries' own encoders.
Live model: the same is added to the model with nothing frozen, and what the graph says of it over all paths,
    total = A D total + factor A[:, n],   D = 1 / activation of latents (what reaches one scales what it writes)
is compared with the changes seen downstream. That is faithfulness, not an identity: norms and patterns answer, latents
saturate. Query sides of a key side that is changed follow by definition and are not counted.
Controls: nodes drawn at random, their predictions shuffled among targets of one kind, layer and side.
Axis legend: n node (t target), p position, d d_model.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array, diags_array
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import Perturbation, VerifyRecord
from polyhead.dictionaries.mtc import MTC
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.frozen import FrozenPrompt, freeze
from polyhead.graphs.graph import Graph
from polyhead.graphs.influence import influence, logit_weights, of_kind, without
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.passes import frozen_pass, live_pass
from polyhead.graphs.pruning import places
from polyhead.graphs.read_back import ReadBack, move, moved_writes, widened
from polyhead.graphs.recorded import write_depth
from polyhead.models.hooked import HookedModel

Action = Literal["suppress", "boost", "swap"]
ACTIONS: tuple[Action, ...] = ("suppress", "boost", "swap")


class Bench:
    """The model and the dictionaries of one frozen prompt, ready for interventions."""

    def __init__(self, model: HookedModel, frozen: FrozenPrompt) -> None:
        self.frozen, self.model, self.back = frozen, widened(model), ReadBack.of(frozen)
        self.frozen_zero = self._in_frozen({})
        self.live_zero = self._live({})

    def in_frozen(self, factors: dict[int, float]) -> Float[np.ndarray, " n"]:
        """Change of every pre-activation where some nodes' values change by shares of themselves, all else frozen."""
        return self._in_frozen(factors) - self.frozen_zero

    def live(
        self, factors: dict[int, float], *, norms: bool = False, patterns: bool = False
    ) -> Float[np.ndarray, " n"]:
        """The same with nothing frozen but, where asked for, norm scales or patterns."""
        zero = self._live({}, norms, patterns) if norms or patterns else self.live_zero
        return self._live(factors, norms, patterns) - zero

    def _in_frozen(self, factors: dict[int, float]) -> Float[np.ndarray, " n"]:
        run = frozen_pass(self.model, self.frozen, self._written(factors), self.back.sites(whole=False))
        return self.back.read(run.tensors, run.logits, changed=self._changed(factors))

    def _live(self, factors: dict[int, float], norms: bool = False, patterns: bool = False) -> Float[np.ndarray, " n"]:
        """Nothing frozen: what key sides send is written too, along the patterns of the prompt."""
        added, changed = self._written(factors), self._changed(factors)
        for index, values in changed.items():
            layer, rows = self._arrived(index, values)
            depth = write_depth(layer, "attn")
            added[depth] = added.get(depth, 0.0) + rows
        run = live_pass(self.model, self.frozen, added, self.back.sites(whole=True), norms=norms, patterns=patterns)
        return self.back.read(run.tensors, run.logits, changed=changed, live=True)

    def _written(self, factors: dict[int, float]) -> dict[int, Tensor]:
        """Depth -> what the stream gains."""
        writes, added = self.frozen.writes, {}
        for node, factor in factors.items():
            for row in np.flatnonzero(writes.node == node).tolist():
                depth, position = int(writes.depth[row]), int(writes.position[row])
                if depth not in added:
                    added[depth] = torch.zeros_like(self.frozen.stream(0))
                added[depth][position] += factor * writes.vectors[row]
        return added

    def _changed(self, factors: dict[int, float]) -> dict[int, Tensor]:
        """Dictionary -> what is added to values at their sources."""
        changed: dict[int, Tensor] = {}
        for number, factor in factors.items():
            node = self.frozen.nodes[number]
            if node.side != "key" or node.dictionary is None or node.latent is None:
                continue
            codes = self.back.codes[node.dictionary]
            assert codes is not None
            values = changed.setdefault(node.dictionary, torch.zeros_like(codes))
            values[node.position, node.latent] += factor * node.value
        return changed

    def _arrived(self, index: int, values: Float[Tensor, "p i"]) -> tuple[int, Float[Tensor, "p d"]]:
        """What values at their sources add to the stream after attention."""
        whole = self.back.dictionaries[index]
        mtc = getattr(whole, "mtc", whole)
        assert isinstance(mtc, MTC)
        loaded = self.frozen.dictionaries[index]
        ((layer, half),), (after_norm,) = loaded.explains, loaded.after_norm
        rows = move(mtc, values, self.frozen.pattern(layer)[None]) @ moved_writes(mtc)
        positions = torch.arange(len(rows))
        return layer, self.frozen.recorded.write_at(layer, half, rows, positions, after_norm=after_norm)


@torch.no_grad()
def verify(
    model: HookedModel,
    dictionaries: Sequence[LoadedDictionary | Path | str],
    graph: Graph,
    n_nodes: int,
    generator: torch.Generator,
    *,
    cfg: GraphConfig | None = None,
) -> VerifyRecord:
    """Intervene on nodes of a graph, pruned or not, and compare.

    Args:
        model: the graph's.
        dictionaries: the graph's.
        graph: as built, or as loaded; one that was pruned is compared edge by edge with what it still has, and what it
            says over all paths goes through the edges it still has.
        n_nodes: how many nodes are perturbed: latents and embeddings, drawn with their influence; as many controls.
        generator: of the draws.
        cfg: that the graph was built with, where it is not in memory.

    Raises:
        PolyheadError: model or dictionaries of another graph, no node to perturb.
    """
    start = time.monotonic()
    frozen = graph.frozen or _frozen_again(model, dictionaries, graph, cfg)
    place = _numbers(frozen, graph)
    bench, adjacency = Bench(model, frozen), csr_array(graph.adjacency(), dtype=np.float64)
    chosen, drawn = _draw(graph, n_nodes, generator)
    perturbed, controls = [], []
    for count, (node, other) in enumerate(zip(chosen, drawn, strict=True)):
        perturbed.append(_one(bench, graph, adjacency, place, node, ACTIONS[count % 3], None, generator))
        groups = _kinds(graph)
        controls.append(_one(bench, graph, adjacency, place, other, ACTIONS[count % 3], groups, generator))
    return VerifyRecord(
        perturbations=perturbed,
        controls=controls,
        worst_frozen_error=max(p.frozen_error for p in [*perturbed, *controls]),
        live_correlation=_mean([p.live_correlation for p in perturbed]),
        control_correlation=_mean([p.live_correlation for p in controls]),
        seconds=round(time.monotonic() - start, 3),
    )


def total_effect(graph: Graph, adjacency: csr_array, factors: dict[int, float]) -> Float[np.ndarray, " n"]:
    """What the graph says of every target over all paths, of nodes whose values change by shares of themselves."""
    reach = np.array([1 / n.value if n.kind == "latent" and n.value != 0 else 0.0 for n in graph.nodes])
    reach[list(factors)] = 0.0  # their values are set
    through = csr_array(adjacency @ diags_array(reach))
    start = np.zeros(len(graph))
    start[list(factors)] = list(factors.values())
    now = adjacency @ start
    total = now.copy()
    for _ in range(len(graph)):
        now = through @ now
        if not now.any():
            break
        total += now
    return total


def _one(
    bench: Bench,
    graph: Graph,
    adjacency: csr_array,
    place: Int[np.ndarray, " n"],
    node: int,
    action: Action,
    shuffled: Int[np.ndarray, " n"] | None,
    generator: torch.Generator,
) -> Perturbation:
    """One intervention; with `shuffled` (groups of targets), the graph's prediction of the live model is shuffled.

    A target that some edges were cut of is compared where it still has those of all nodes changed.
    """
    factors, action = _factors(graph, node, action, generator)
    here = {int(place[i]): share for i, share in factors.items()}
    frozen, live = bench.in_frozen(here)[place], bench.live(here)[place]
    start = np.zeros(len(graph))
    start[list(factors)] = list(factors.values())
    said = adjacency @ start
    edges = np.asarray((adjacency[:, list(factors)] != 0).todense())
    compared = np.isfinite(frozen) & (edges.all(1) | (np.array([n.cut for n in graph.nodes]) == 0))
    largest = np.abs(frozen[compared]).max(initial=0.0)
    error = np.abs(said - frozen)[compared].max(initial=0.0) / largest if largest > 0 else 0.0
    total = total_effect(graph, adjacency, factors)
    if shuffled is not None:
        total = _shuffle(total, shuffled, generator)
    below = np.isfinite(live) & (total != 0) & answers(graph, factors)
    return Perturbation(
        node=node,
        action=action,
        factor=factors[node],
        n_targets=int((compared & edges.any(1)).sum()),
        frozen_error=float(error),
        live_correlation=correlation(total[below], live[below]),
        live_relative_error=relative_error(total[below], live[below]),
    )


def answers(graph: Graph, factors: dict[int, float]) -> Bool[np.ndarray, " n"]:
    """Nodes in which a live model has its say: not those that are set, nor the query sides of key sides that are."""
    set_keys = {(graph.nodes[i].dictionary, graph.nodes[i].latent) for i in factors if graph.nodes[i].side == "key"}
    own = [n.side == "query" and (n.dictionary, n.latent) in set_keys for n in graph.nodes]
    own = np.array(own, dtype=bool)
    own[list(factors)] = True
    return ~own


def _factors(graph: Graph, node: int, action: Action, generator: torch.Generator) -> tuple[dict[int, float], Action]:
    """Node -> change as a share of its value. A node alone in its block and position cannot be swapped: suppressed."""
    if action == "boost":
        return {node: 1.0}, action
    if action == "swap":
        here = graph.nodes[node]
        others = [
            i
            for i, n in enumerate(graph.nodes)
            if i != node
            and n.kind == here.kind == "latent"
            and (n.dictionary, n.layer, n.side, n.position) == (here.dictionary, here.layer, here.side, here.position)
        ]
        if others:
            return {node: -1.0, others[int(torch.randint(len(others), (), generator=generator))]: 1.0}, action
        action = "suppress"
    return {node: -1.0}, action


def _draw(graph: Graph, n_nodes: int, generator: torch.Generator) -> tuple[list[int], list[int]]:
    """Latents and embeddings that something goes out of: drawn with their influence, and evenly."""
    adjacency, nodes = csr_array(graph.adjacency(), dtype=np.float64), graph.nodes
    goes_out = np.zeros(len(nodes), dtype=bool)
    goes_out[graph.edges.source] = True
    reached = influence(without(adjacency, of_kind(nodes, "bias")), logit_weights(nodes))
    usable = of_kind(nodes, "latent", "embedding") & goes_out
    if not usable.any():
        raise PolyheadError(f"none of the {len(nodes)} nodes is a latent or embedding with an edge: nothing to perturb")
    drawn = []
    for weight in (np.where(usable, reached, 0.0), usable.astype(np.float64)):
        weight = weight if weight.any() else usable.astype(np.float64)
        n = min(n_nodes, int((weight > 0).sum()))
        drawn.append(torch.from_numpy(weight).multinomial(n, generator=generator).tolist())
    n = min(len(drawn[0]), len(drawn[1]))
    return drawn[0][:n], drawn[1][:n]


def _kinds(graph: Graph) -> Int[np.ndarray, " n"]:
    """A number for each kind, layer, half and side."""
    numbers: dict[tuple[object, ...], int] = defaultdict(lambda: len(numbers))
    return np.array([numbers[n.kind, n.layer, n.part, n.side] for n in graph.nodes])


def _shuffle(
    values: Float[np.ndarray, " n"], groups: Int[np.ndarray, " n"], generator: torch.Generator
) -> Float[np.ndarray, " n"]:
    """Values that are not 0, each group's among themselves."""
    out = values.copy()
    for group in np.unique(groups):
        mine = np.flatnonzero((groups == group) & (values != 0))
        out[mine] = values[mine[torch.randperm(len(mine), generator=generator).numpy()]]
    return out


def correlation(a: Float[np.ndarray, " n"], b: Float[np.ndarray, " n"]) -> float | None:
    """Pearson's; None for fewer than three, or where one does not vary."""
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def relative_error(said: Float[np.ndarray, " n"], seen: Float[np.ndarray, " n"]) -> float | None:
    """|seen - said| / |said|; None where nothing was said."""
    size = float(np.linalg.norm(said))
    return float(np.linalg.norm(seen - said)) / size if size > 0 else None


def _mean(values: Sequence[float | None]) -> float | None:
    there = [v for v in values if v is not None]
    return float(np.mean(there)) if there else None


# ---- graphs that come from disk


def _frozen_again(
    model: HookedModel, dictionaries: Sequence[LoadedDictionary | Path | str], graph: Graph, cfg: GraphConfig | None
) -> FrozenPrompt:
    record = graph.record
    logits = tuple(dict.fromkeys(n.position for n in graph.nodes if n.kind == "logit"))
    tokens = tuple(dict.fromkeys(n.token for n in graph.nodes if n.kind == "logit" and n.token is not None))
    asked = (cfg or GraphConfig()).model_copy(update={"logit_positions": logits, "logit_tokens": tokens})
    return freeze(model, dictionaries, torch.tensor(record.tokens), asked)


def _numbers(frozen: FrozenPrompt, graph: Graph) -> Int[np.ndarray, " n"]:
    """Number in the frozen prompt of every node of the graph.

    Raises:
        PolyheadError: some are not there.
    """
    there = places(graph.nodes, frozen.nodes)
    missing = [i for i in range(len(graph)) if i not in there]
    if missing:
        node = graph.nodes[missing[0]]
        raise PolyheadError(
            f"{len(missing)} of the graph's {len(graph)} nodes do not come about on its prompt with this model and "
            f"these dictionaries (the first: {node.kind} of layer {node.layer} at position {node.position}); give "
            "those that the graph was built with, and its bounds"
        )
    return np.array([there[i] for i in range(len(graph))])
