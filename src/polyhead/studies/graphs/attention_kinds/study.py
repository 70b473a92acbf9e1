"""The study `attention-kinds-in-graphs`: the same prompts as graphs of five kinds of attention dictionaries.

Each kind explains every attention layer of the model with about as many active latents a token and layer. Its graphs
are compared by the field's scores, and by the nodes and edges that are needed to be equally complete.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import Field

from polyhead.core.graph_records import GraphScores
from polyhead.core.study_records import Bars, Claim, Distribution, Figure, Findings, Lines, Series
from polyhead.experiments.config import Member
from polyhead.graphs.build import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.explainers import Explainer, find_explainers
from polyhead.graphs.influence import adjacency_of, graph_scores, smallest
from polyhead.models.hooked import HookedModel
from polyhead.studies.graphs.prompts import GraphPlace, Repeat, open_place, trained
from polyhead.studies.judge import judge_share
from polyhead.studies.layer_members import Place, train_layers
from polyhead.studies.study import Study

SOURCES = (
    "Transformer Circuits, Progress on Attention (2025): cross-layer attention features in attribution graphs",
    "Transformer Circuits, Circuit Tracing (2025): replacement and completeness scores",
)
KINDS = ("mtc", "attn_out_sae", "lorsa", "two_type_features", "combined_layer")
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9)


class KindsConfig(GraphPlace):
    """Everything that decides the record."""

    seed: int = 0
    kinds: tuple[str, ...] = KINDS
    max_query_nodes: int = Field(default=48, ge=1)


class Measured(NamedTuple):
    """One prompt with one kind."""

    whole: GraphScores
    sizes: list[GraphScores | None]
    """The smallest graph of each completeness in LEVELS."""
    latents: int
    """Nodes that are latents."""
    equal: GraphScores | None = None
    """The smallest graph as complete as every kind can be on this prompt."""


def run(cfg: KindsConfig, folder: Path) -> Findings:
    """Train every kind, build graphs of the same prompts, and judge."""
    model, prompts, _ = open_place(cfg, cfg.seed)
    found: dict[str, dict[str, list[Measured]]] = {}
    for seed in range(max(1, cfg.n_trained)):
        sets = {kind: explainers_of(cfg, kind, seed, folder) for kind in cfg.kinds}
        rows = [_prompt(model, sets, prompt, cfg) for prompt in prompts]
        found[f"seed {seed}"] = {kind: [row[kind] for row in rows] for kind in cfg.kinds}
    return Findings(
        claims=[
            _simpler(found, "n_nodes", "nodes"),
            _simpler(found, "n_edges", "edges"),
            _moves(found),
            _errors(found),
        ],
        figures=[_figure_scores(found), _figure_sizes(found)],
        notes=_notes(cfg, len(prompts), found),
        n_models=len(found) * len(cfg.kinds),
        n_diverged=0,
    )


def explainers_of(cfg: KindsConfig, kind: str, seed: int, folder: Path) -> list[Explainer]:
    """Dictionaries of one kind for every layer: one each, or one for all."""
    if kind != "two_type_features":
        k = {"kind": "topk", "k": cfg.k, "silent_k": 32}
        more: dict[str, Any] = {"qk_latents": 512, "qk_k": 48} if kind == "combined_layer" else {}
        return trained(cfg, {kind: {"activation": k, **more}}, seed, folder)
    half = {"kind": "topk", "k": max(1, cfg.k // 2), "silent_k": 32}
    where = Place(
        model=cfg.model, text=cfg.text, layers=cfg.layers, n_train_tokens=cfg.n_train_tokens, n_eval_tokens=2048
    )
    member = Member(method=kind, settings={"activation": half, "n_latents": cfg.n_latents // 2}, seed=seed)
    return find_explainers(train_layers(where, [member], folder / f"{kind}-{seed}").folder)


def _prompt(
    model: HookedModel, sets: dict[str, list[Explainer]], prompt: Repeat, cfg: KindsConfig
) -> dict[str, Measured]:
    graphs = {
        kind: build_graph(
            model,
            explainers,
            prompt.tokens,
            GraphConfig(max_query_nodes=cfg.max_query_nodes, head_terms=False, edge_share=1e-3),
        )
        for kind, explainers in sets.items()
    }
    made: dict[str, tuple[Any, Any]] = {k: (g.nodes, adjacency_of(g.edges, len(g))) for k, g in graphs.items()}
    whole = {kind: graph_scores(*parts) for kind, parts in made.items()}
    reachable = 0.95 * min(s.completeness for s in whole.values())
    return {
        kind: Measured(
            whole[kind],
            [smallest(*parts, level) if level <= whole[kind].completeness else None for level in LEVELS],
            sum(node.kind == "latent" for node in parts[0]),
            smallest(*parts, reachable),
        )
        for kind, parts in made.items()
    }


def _values(found: dict[str, dict[str, list[Measured]]], kind: str, value) -> list[float]:  # type: ignore[no-untyped-def]
    return [float(value(m)) for kinds in found.values() for m in kinds.get(kind, [])]


def _against(found: dict[str, dict[str, list[Measured]]], kind: str, value, label: str) -> list[Distribution]:  # type: ignore[no-untyped-def]
    others = [k for k in next(iter(found.values())) if k != kind]
    return [Distribution(label=f"{k}: {label}", values=_values(found, k, value)) for k in others]


def _simpler(found: dict[str, dict[str, list[Measured]]], field: str, what: str) -> Claim:
    def size(m: Measured) -> float:
        return float(getattr(m.equal, field)) if m.equal is not None else float("inf")

    ours, plain = (_values(found, kind, size) for kind in ("two_type_features", "attn_out_sae"))
    holds = [a < b for a, b in zip(ours, plain, strict=True)]
    verdict, reason = judge_share(holds, 0.5)
    return Claim(
        key=f"cross-layer-fewer-{what}",
        statement=f"Graphs with cross-layer attention features need fewer {what} than graphs with an attention "
        "output SAE a layer, to be equally complete.",
        source=SOURCES[0],
        published="somewhat simplifies graphs (no number recovered)",
        ours=[Distribution(label=f"two_type_features: {what}", values=ours)],
        control=_against(found, "two_type_features", size, what),
        control_note="The smallest graph whose completeness is 95 % of the least complete kind's on the same prompt; "
        "what is left out counts as error. Chance of the verdict: one prompt in two.",
        verdict=verdict,
        reason=reason,
    )


def _moves(found: dict[str, dict[str, list[Measured]]]) -> Claim:
    def value(m: Measured) -> float:
        return m.whole.replacement

    ours, plain = (_values(found, kind, value) for kind in ("mtc", "attn_out_sae"))
    verdict, reason = judge_share([a > b for a, b in zip(ours, plain, strict=True)], 0.5, published=False)
    return Claim(
        key="source-side-replaces-more",
        statement="Latents that are read at their source (multitoken transcoders) give a higher replacement score "
        "than latents read behind attention (output SAEs) of the same width and sparsity.",
        source="ours",
        published="unknown",
        ours=[Distribution(label="mtc: replacement score", values=ours)],
        control=_against(found, "mtc", value, "replacement score"),
        control_note="Whole graphs of the same prompts. Chance: one prompt in two.",
        verdict=verdict,
        reason=reason,
    )


def _errors(found: dict[str, dict[str, list[Measured]]]) -> Claim:
    def value(m: Measured) -> float:
        return m.whole.error_share

    ours, plain = (_values(found, kind, value) for kind in ("two_type_features", "attn_out_sae"))
    verdict, reason = judge_share([a < b for a, b in zip(ours, plain, strict=True)], 0.5)
    return Claim(
        key="cross-layer-less-error",
        statement="With cross-layer attention features less influence ends in error nodes than with an attention "
        "output SAE a layer.",
        source=SOURCES[0],
        published="improves MSE at equal L0 (no number recovered)",
        ours=[Distribution(label="two_type_features: share ending in errors", values=ours)],
        control=_against(found, "two_type_features", value, "share ending in errors"),
        control_note="Whole graphs of the same prompts. Chance: one prompt in two.",
        verdict=verdict,
        reason=reason,
    )


def _figure_scores(found: dict[str, dict[str, list[Measured]]]) -> Figure:
    kinds = list(next(iter(found.values())))

    def series(name: str, label: str) -> Series:
        values = [np.array(_values(found, kind, lambda m: getattr(m.whole, name))) for kind in kinds]
        return Series(
            name=label,
            y=[round(float(np.median(v)), 4) for v in values],
            low=[round(float(np.percentile(v, 10)), 4) for v in values],
            high=[round(float(np.percentile(v, 90)), 4) for v in values],
        )

    return Figure(
        key="scores",
        title="Scores of whole graphs, by kind of attention dictionary",
        caption="Medians over prompts with 10th and 90th percentiles: share of paths that end in embeddings rather "
        "than errors (replacement), share of what flows into nodes that is no error (completeness), and "
        "influence that ends in errors.",
        panels=[
            Bars(
                title="scores",
                categories=kinds,
                series=[
                    series("replacement", "replacement"),
                    series("completeness", "completeness"),
                    series("error_share", "share ending in errors"),
                ],
            )
        ],
    )


def _figure_sizes(found: dict[str, dict[str, list[Measured]]]) -> Figure:
    kinds = list(next(iter(found.values())))

    def series(kind: str, field: str) -> Series:
        rows = [m for seeds in found.values() for m in seeds[kind]]
        y: list[float | None] = []
        for i in range(len(LEVELS)):
            sizes = [float(getattr(s, field)) for m in rows if (s := m.sizes[i]) is not None]
            y.append(float(np.median(sizes)) if 2 * len(sizes) >= len(rows) else None)
        return Series(name=kind, x=list(LEVELS), y=y)

    return Figure(
        key="sizes",
        title="How large a graph must be to be complete",
        caption="Smallest graph of its most influential latents that reaches a completeness, what is left out "
        "counted as error; medians over prompts, where at least half of them reach it.",
        panels=[
            Lines(
                title=label,
                x_label="completeness",
                y_label=label,
                series=[series(kind, field) for kind in kinds],
                log_y=True,
            )
            for field, label in (("n_nodes", "nodes"), ("n_edges", "edges"))
        ],
        columns=2,
    )


def _notes(cfg: KindsConfig, n_prompts: int, found: dict[str, dict[str, list[Measured]]]) -> list[str]:
    sizes = ", ".join(f"{kind} {np.median(_values(found, kind, lambda m: m.latents)):g}" for kind in cfg.kinds)
    return [
        f"{n_prompts} repeat prompts of {cfg.model}; every dictionary of {cfg.n_latents} latents a layer, {cfg.k} "
        f"active a token (two types: {cfg.n_latents // 2} latents and {cfg.k // 2} active of each type), trained on "
        f"{cfg.n_train_tokens:,} tokens. Few tokens: kinds that learn slowly are at a disadvantage.",
        f"Latents that are nodes, median prompt: {sizes}. A multitoken transcoder has two nodes where others have "
        "one, a key side and a query side, and its query side is dense: what once fired is read everywhere behind it.",
        "A combined layer freezes patterns of its own making; where they differ from the model's, the difference is "
        "in the error nodes.",
    ]


STUDY = Study(
    name="attention-kinds-in-graphs",
    title="Kinds of attention features in the same graphs",
    question="Which kind of attention dictionary gives the simplest and most complete attribution graphs?",
    sources=SOURCES,
    presets={
        "quick": KindsConfig(n_prompts=4, n_trained=1, n_latents=512, n_train_tokens=16_384),
        "full": KindsConfig(n_prompts=16, n_trained=1, n_latents=1024, n_train_tokens=65_536),
    },
    run=run,
)
