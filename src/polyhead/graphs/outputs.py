"""What a graph says of the output, compared with the output: single nodes, supernodes and sets are changed.

The target is the most probable logit node, the runner-up the next of the same position. Predicted changes go over all
paths of the graph; seen ones are those of the model with norms and patterns frozen, and with nothing frozen.
    logit        of the target, the mean over the vocabulary taken off
    margin       of the target, that of the runner-up taken off
    probability  of the target; predicted from the predicted logits of all logit nodes, other tokens left as they are
Interventions are a small step (what a derivative can say) and whole removals, on the nodes of the largest predicted
effect. Control: the predictions shuffled among the interventions of one sort.
Axis legend: n node, k intervention, v vocabulary.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.sparse import csr_array
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import GraphNode, OutputAgreement, OutputChange, OutputEffect, OutputRecord, Supernode
from polyhead.graphs.bench import Bench
from polyhead.graphs.effects import correlation, slope, total_effect, total_on
from polyhead.graphs.graph import Graph
from polyhead.graphs.logits import soft_cap
from polyhead.graphs.pruning import same_latent

SMALL, REMOVAL = -0.01, -1.0
SETS = (2, 4, 8, 16)
_SHUFFLES = 100


def output_effects(
    bench: Bench,
    graph: Graph,
    adjacency: csr_array,
    place: Int[np.ndarray, " n"],
    n_nodes: int,
    generator: torch.Generator,
) -> OutputRecord:
    """Change the latents of the largest predicted effect on the target, alone, in supernodes and together.

    Args:
        bench: of the graph's prompt.
        graph: pruned or not.
        adjacency: of its edges, [target, source].
        place: number of each node in the frozen prompt.
        n_nodes: nodes that are changed alone; half as many supernodes, and sets of at most as many nodes.
        generator: of the shuffles.

    Raises:
        PolyheadError: a graph without logits.
    """
    target, runner_up = _targets(graph.nodes)
    credit = total_on(graph, adjacency, target)
    if runner_up is not None:
        credit = credit - total_on(graph, adjacency, runner_up)
    read = _Readout(bench, graph, place, target, runner_up)
    effects = []
    for what, label, nodes, steps in _interventions(graph, credit, n_nodes):
        for step in steps:
            effects.append(read.effect(adjacency, what, label, nodes, step))
    return OutputRecord(target=target, runner_up=runner_up, agreements=agreements(effects, generator), effects=effects)


def _targets(nodes: Sequence[GraphNode]) -> tuple[int, int | None]:
    logits = sorted((i for i, n in enumerate(nodes) if n.kind == "logit"), key=lambda i: -(nodes[i].probability or 0.0))
    if not logits:
        raise PolyheadError(f"none of the {len(nodes)} nodes is a logit, so no effect on the output can be predicted")
    others = [i for i in logits[1:] if nodes[i].position == nodes[logits[0]].position]
    return logits[0], others[0] if others else None


def _interventions(
    graph: Graph, credit: Float[np.ndarray, " n"], n_nodes: int
) -> list[tuple[str, str | None, list[int], tuple[float, ...]]]:
    """(sort, label, nodes, steps), those of the largest predicted effect first."""
    latents = [i for i, n in enumerate(graph.nodes) if n.kind == "latent" and credit[i] != 0]
    latents.sort(key=lambda i: -abs(credit[i]))
    found: list[tuple[str, str | None, list[int], tuple[float, ...]]] = [
        ("node", None, [i], (SMALL, REMOVAL)) for i in latents[:n_nodes]
    ]
    groups = graph.record.supernodes or same_latent(graph.record)
    groups = [g for g in groups if _latents_only(graph, g) and credit[g.nodes].any()]
    groups = sorted(groups, key=lambda g: -abs(float(credit[g.nodes].sum())))[: (n_nodes + 1) // 2]
    found += [("supernode", g.label, list(dict.fromkeys(g.nodes)), (REMOVAL,)) for g in groups]
    found += [("set", None, latents[:m], (REMOVAL,)) for m in SETS if m <= min(len(latents), max(n_nodes, SETS[0]))]
    return found


def _latents_only(graph: Graph, group: Supernode) -> bool:
    return bool(group.nodes) and all(graph.nodes[i].kind == "latent" for i in group.nodes)


def _token(node: GraphNode) -> int:
    if node.token is None:
        raise PolyheadError(f"the logit {node.label!r} names no token of the model, so no output can be compared")
    return node.token


class _Readout:
    """The target's quantities, predicted and seen."""

    def __init__(
        self, bench: Bench, graph: Graph, place: Int[np.ndarray, " n"], target: int, runner_up: int | None
    ) -> None:
        self.bench, self.graph, self.place, self.target, self.runner_up = bench, graph, place, target, runner_up
        nodes = graph.nodes
        self.position, self.token = nodes[target].position, _token(nodes[target])
        self.other = None if runner_up is None else _token(nodes[runner_up])
        self.logits = [i for i, n in enumerate(nodes) if n.kind == "logit" and n.position == self.position]
        self.tokens = [_token(nodes[i]) for i in self.logits]
        self.cap = soft_cap(bench.frozen.recorded)
        self.zero = {held: self._seen({}, held) for held in (True, False)}

    def effect(self, adjacency: csr_array, what: str, label: str | None, nodes: list[int], step: float) -> OutputEffect:
        """Of changing some nodes by a share of their values."""
        said = self._predicted(adjacency, dict.fromkeys(nodes, step))
        here = {int(self.place[i]): step for i in nodes}
        frozen, live = (self._changes(self.zero[held], self._seen(here, held)) for held in (True, False))
        rows = [
            None if a is None or b is None or c is None else OutputChange(predicted=a, frozen=b, live=c)
            for a, b, c in zip(said, frozen, live, strict=True)
        ]
        logit, margin, probability = rows
        fields = {"logit": logit, "margin": margin, "probability": probability}
        return OutputEffect.model_validate({"what": what, "label": label, "nodes": nodes, "step": step, **fields})

    def _seen(self, factors: dict[int, float], held: bool) -> Float[Tensor, " v"]:
        return self.bench.outputs(factors, self.position, norms=held, patterns=held)

    def _predicted(self, adjacency: csr_array, factors: dict[int, float]) -> tuple[float, float | None, float]:
        """Changes of logit, margin and probability where logits of the graph's nodes change as it says, others not."""
        total = total_effect(self.graph, adjacency, factors)
        zero = self.zero[False]
        now = zero.clone()
        now[torch.tensor(self.tokens)] += torch.from_numpy(total[self.logits])
        margin = None if self.runner_up is None else float(total[self.target] - total[self.runner_up])
        return float(total[self.target]), margin, self._gained(zero, now)

    def _changes(self, zero: Float[Tensor, " v"], now: Float[Tensor, " v"]) -> tuple[float, float | None, float]:
        """Changes of logit, margin and probability that were seen."""
        if not (now.isfinite().all() and zero.isfinite().all()):
            raise PolyheadError("the model's logits are not finite where nodes are changed; nothing can be compared")
        change = now - zero
        margin = None if self.other is None else float(change[self.token] - change[self.other])
        return float(change[self.token] - change.mean()), margin, self._gained(zero, now)

    def _gained(self, zero: Float[Tensor, " v"], now: Float[Tensor, " v"]) -> float:
        """Probability of the target gained between two rows of logits."""
        before, after = (self._probabilities(x)[self.token] for x in (zero, now))
        return float(after - before)

    def _probabilities(self, logits: Tensor) -> Tensor:
        return (logits if self.cap is None else self.cap * (logits / self.cap).tanh()).softmax(-1)


def agreements(effects: Sequence[OutputEffect], generator: torch.Generator) -> list[OutputAgreement]:
    """Correlation, signs and slope of every sort of intervention, quantity and regime, with shuffled controls."""
    found = []
    for what, step in dict.fromkeys((e.what, e.step) for e in effects):
        mine = [e for e in effects if (e.what, e.step) == (what, step)]
        orders = [torch.randperm(len(mine), generator=generator).numpy() for _ in range(_SHUFFLES)]
        for quantity in ("logit", "margin", "probability"):
            changes = [c for e in mine if (c := getattr(e, quantity)) is not None]
            if not changes:
                continue
            said = np.array([c.predicted for c in changes])
            for regime in ("frozen", "live"):
                seen = np.array([getattr(c, regime) for c in changes])
                found.append(
                    OutputAgreement(
                        what=mine[0].what,
                        step=step,
                        quantity=quantity,
                        regime=regime,
                        n=len(changes),
                        correlation=correlation(said, seen),
                        signs=_signs(said, seen),
                        slope=slope(said, seen),
                        control_correlation=_mean([correlation(said[o], seen) for o in orders]),
                        control_signs=_mean([_signs(said[o], seen) for o in orders]),
                    )
                )
    return found


def _signs(said: Float[np.ndarray, " k"], seen: Float[np.ndarray, " k"]) -> float | None:
    there = (said != 0) & (seen != 0)
    return float((np.sign(said) == np.sign(seen))[there].mean()) if there.any() else None


def _mean(values: Sequence[float | None]) -> float | None:
    there = [v for v in values if v is not None]
    return float(np.mean(there)) if there else None
