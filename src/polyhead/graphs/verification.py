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
The output comes first: what a change of single nodes, supernodes and sets does to the answer (graphs/outputs.py).
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
from scipy.sparse import csr_array

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import Perturbation, VerifyRecord
from polyhead.graphs.bench import Bench
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.effects import correlation, relative_error, total_effect
from polyhead.graphs.frozen import FrozenPrompt, freeze
from polyhead.graphs.graph import Graph
from polyhead.graphs.influence import influence, logit_weights, of_kind, without
from polyhead.graphs.loaded import LoadedDictionary
from polyhead.graphs.outputs import output_effects
from polyhead.graphs.pruning import places
from polyhead.models.hooked import HookedModel

Action = Literal["suppress", "boost", "swap"]
ACTIONS: tuple[Action, ...] = ("suppress", "boost", "swap")


@torch.no_grad()
def verify(
    model: HookedModel,
    dictionaries: Sequence[LoadedDictionary | Path | str],
    graph: Graph,
    n_nodes: int,
    generator: torch.Generator,
    *,
    cfg: GraphConfig | None = None,
    n_outputs: int = 24,
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
        n_outputs: how many nodes, and half as many supernodes, are removed to see what the output does: those of the
            largest predicted effect; 0 leaves that out.

    Returns:
        What was predicted and seen: of the output first, then of every node downstream.

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
        outputs=output_effects(bench, graph, adjacency, place, n_outputs, generator) if n_outputs else None,
        perturbations=perturbed,
        controls=controls,
        worst_frozen_error=max(p.frozen_error for p in [*perturbed, *controls]),
        live_correlation=_mean([p.live_correlation for p in perturbed]),
        control_correlation=_mean([p.live_correlation for p in controls]),
        seconds=round(time.monotonic() - start, 3),
    )


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
