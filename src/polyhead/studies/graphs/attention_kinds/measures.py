"""What the study `attention-kinds-in-graphs` trains and measures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from polyhead.core.graph_records import GraphScores
from polyhead.experiments.config import Member
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.influence import adjacency_of, graph_scores, smallest
from polyhead.graphs.loaded import LoadedDictionary, load_dictionaries
from polyhead.models.hooked import HookedModel
from polyhead.studies.graphs.prompts import GraphPlace, Repeat, open_place, trained
from polyhead.studies.layer_members import LayerSetup, train_layers

KINDS = ("mtc", "attn_out_sae", "lorsa", "two_type_features", "combined_layer")
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9)


class KindsConfig(GraphPlace):
    """Everything that decides the record."""

    seed: int = 0
    kinds: tuple[str, ...] = KINDS
    max_query_nodes: int = Field(default=48, ge=1)


class PromptGraph(NamedTuple):
    """One prompt with one kind."""

    whole: GraphScores
    sizes: list[GraphScores | None]
    """The smallest graph of each completeness in LEVELS."""
    latents: int
    """Nodes that are latents."""
    equal: GraphScores | None = None
    """The smallest graph as complete as every kind can be on this prompt."""


Found = dict[str, dict[str, list[PromptGraph]]]
"""Graphs of every prompt by seed and kind."""


@dataclass(frozen=True)
class Measured:
    """All graphs."""

    cfg: KindsConfig
    found: Found
    n_prompts: int
    n_diverged: int = 0

    @property
    def n_models(self) -> int:
        return len(self.found) * len(self.cfg.kinds)


def measure(cfg: KindsConfig, folder: Path) -> Measured:
    """Train every kind and build graphs of the same prompts."""
    model, prompts, _ = open_place(cfg, cfg.seed)
    found: Found = {}
    for seed in range(max(1, cfg.n_trained)):
        sets = {kind: dictionaries_of(cfg, kind, seed, folder) for kind in cfg.kinds}
        rows = [_prompt(model, sets, prompt, cfg) for prompt in prompts]
        found[f"seed {seed}"] = {kind: [row[kind] for row in rows] for kind in cfg.kinds}
    return Measured(cfg, found, len(prompts))


def dictionaries_of(cfg: KindsConfig, kind: str, seed: int, folder: Path) -> list[LoadedDictionary]:
    """Dictionaries of one kind for every layer: one each, or one for all."""
    if kind != "two_type_features":
        k = {"kind": "topk", "k": cfg.k, "k_aux": 32}
        more: dict[str, Any] = {"qk_latents": 512, "qk_k": 48} if kind == "combined_layer" else {}
        return trained(cfg, {kind: {"activation": k, **more}}, seed, folder)
    half = {"kind": "topk", "k": max(1, cfg.k // 2), "k_aux": 32}
    where = LayerSetup(
        model=cfg.model, text=cfg.text, layers=cfg.layers, n_train_tokens=cfg.n_train_tokens, n_eval_tokens=2048
    )
    member = Member(method=kind, settings={"activation": half, "n_latents": cfg.n_latents // 2}, seed=seed)
    return load_dictionaries(train_layers(where, [member], folder / f"{kind}-{seed}").folder)


def _prompt(
    model: HookedModel, sets: dict[str, list[LoadedDictionary]], prompt: Repeat, cfg: KindsConfig
) -> dict[str, PromptGraph]:
    graphs = {
        kind: build_graph(
            model,
            dictionaries,
            prompt.tokens,
            GraphConfig(max_query_nodes=cfg.max_query_nodes, head_terms=False, edge_share=1e-3),
        )
        for kind, dictionaries in sets.items()
    }
    made: dict[str, tuple[Any, Any]] = {k: (g.nodes, adjacency_of(g.edges, len(g))) for k, g in graphs.items()}
    whole = {kind: graph_scores(*parts) for kind, parts in made.items()}
    reachable = 0.95 * min(s.completeness for s in whole.values())
    return {
        kind: PromptGraph(
            whole[kind],
            [smallest(*parts, level) if level <= whole[kind].completeness else None for level in LEVELS],
            sum(node.kind == "latent" for node in parts[0]),
            smallest(*parts, reachable),
        )
        for kind, parts in made.items()
    }
