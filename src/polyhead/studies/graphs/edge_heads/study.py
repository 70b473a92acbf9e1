"""The study `edge-heads`: how many heads carry an edge of a graph, and whether those heads look for the same.

If attention features are in superposition over heads, a feature's edge is carried by several heads, and these heads
attend there for the same reasons. The first is read off the head terms of edges, the second off the exact split of
their attention scores, both beside controls that keep everything but the link between heads and edge.
"""

from pathlib import Path

import numpy as np
from pydantic import Field

from polyhead.core.config import Config
from polyhead.core.study_records import Bars, Claim, Distribution, Figure, Findings, Reference, Scatter, Series
from polyhead.studies.graphs.edge_heads.models import (
    CARRIES,
    LOOKS,
    SILENT,
    Alike,
    Spread,
    alike,
    crossing,
    graph_of,
    spread,
)
from polyhead.studies.graphs.prompts import ExplainedPlace, explainer_sets, open_place
from polyhead.studies.judge import judge_share
from polyhead.studies.study import Study

SOURCES = (
    "Transformer Circuits, Tracing Attention Computation Through Feature Interactions (2025), open question",
    "Transformer Circuits, Progress on Attention (2025), attention features in superposition",
)


class EdgeHeadsConfig(Config):
    """Everything that decides the record."""

    places: tuple[ExplainedPlace, ...] = (ExplainedPlace(n_prompts=16),)
    seed: int = 0
    n_edges: int = Field(default=20, ge=1)
    """Edges of each graph whose heads' reasons are compared."""


def run(cfg: EdgeHeadsConfig, folder: Path) -> Findings:
    """Build graphs with every set of dictionaries, look at their edges, and judge."""
    spreads: dict[str, list[Spread]] = {}
    pairs: dict[str, list[Alike]] = {}
    for place in cfg.places:
        model, prompts, _ = open_place(place, cfg.seed)
        for name, explainers in explainer_sets(place, folder):
            spreads[name], pairs[name] = [], []
            for prompt in prompts:
                graph = graph_of(model, explainers, prompt.tokens)
                found = crossing(graph, cfg.seed)
                spreads[name].append(spread(found, model.cfg.n_layers))
                pairs[name].append(alike(graph, found, cfg.n_edges, cfg.seed))
    return Findings(
        claims=[_several(spreads), _not_by_chance(spreads), *_reasons(pairs)],
        figures=[_figure_counts(spreads), _figure_layers(spreads), _figure_reasons(pairs)],
        notes=_notes(spreads, pairs),
        n_models=len(spreads),
        n_diverged=0,
    )


def _each(sets: dict[str, list[Spread]], value, label: str) -> list[Distribution]:  # type: ignore[no-untyped-def]
    return [
        Distribution(label=f"{name}: {label}", values=[float(value(s)) for s in found]) for name, found in sets.items()
    ]


def _several(sets: dict[str, list[Spread]]) -> Claim:
    found = [s for some in sets.values() for s in some]
    verdict, reason = judge_share([s.several > 0.5 for s in found], 0.5, published=False)
    return Claim(
        key="several-heads",
        statement="More than half of the influence that crosses attention between two positions goes over edges that "
        "two heads or more carry.",
        source=SOURCES[0],
        published="unknown",
        ours=[
            *_each(sets, lambda s: s.several, "share of influence"),
            *_each(sets, lambda s: s.effective, "effective heads an edge"),
        ],
        control=_each(sets, lambda s: s.several_shuffled, "patterns of heads shuffled: share"),
        control_note=f"A head carries an edge with {CARRIES:.0%} or more of the sum of its terms' absolute values; "
        "weights are influence on the logits. Chance: one graph in two. Shuffled: an edge's loadings meet the "
        "pattern entries of the same query and key, dealt out anew among the heads of the layer.",
        verdict=verdict,
        reason=reason,
    )


def _not_by_chance(sets: dict[str, list[Spread]]) -> Claim:
    found = [s for some in sets.values() for s in some]
    verdict, reason = judge_share([s.effective < s.shuffled for s in found], 0.5, published=False)
    return Claim(
        key="fewer-than-shuffled",
        statement="Loadings and patterns fit: an edge has fewer effective heads than with patterns dealt out anew.",
        source="ours",
        published="unknown",
        ours=_each(sets, lambda s: s.effective, "effective heads an edge"),
        control=_each(sets, lambda s: s.shuffled, "patterns of heads shuffled"),
        control_note="As above; chance is one graph in two.",
        verdict=verdict,
        reason=reason,
    )


def _reasons(sets: dict[str, list[Alike]]) -> list[Claim]:
    graphs = [g for some in sets.values() for g in some if g.together]

    def means(attribute: str) -> list[Distribution]:
        return [
            Distribution(label=name, values=[float(np.mean(getattr(g, attribute))) for g in some if g.together])
            for name, some in sets.items()
        ]

    def claim(key: str, statement: str, attribute: str, note: str) -> Claim:
        holds = [np.mean(g.together) > np.mean(getattr(g, attribute)) for g in graphs]
        verdict, reason = judge_share([bool(h) for h in holds], 0.5, published=False)
        return Claim(
            key=key,
            statement=statement,
            source=SOURCES[0],
            published="unknown (asked: do several heads on one edge share QK reasons)",
            ours=means("together"),
            control=means(attribute),
            control_note="Mean over edges of the correlation of two heads' scores, split into pairs of nodes. "
            f"{note} Chance of the verdict: one graph in two.",
            verdict=verdict,
            reason=reason,
        )

    return [
        claim(
            "shared-reasons",
            "Heads that carry one edge together look there for the same reasons, more than a head that carries it "
            "and one that looks there as well but carries nothing of it.",
            "apart",
            f"Looking: a pattern entry of {LOOKS:g} or more; carrying nothing: under {SILENT:.0%} of the terms.",
        ),
        claim(
            "reasons-of-this-edge",
            "The same pair of heads shares its reasons more on the edge than elsewhere in the prompt, where both look.",
            "elsewhere",
            "Elsewhere: one other query and key for each edge at which both heads look, drawn at random.",
        ),
    ]


def _figure_counts(sets: dict[str, list[Spread]]) -> Figure:
    n = len(next(iter(sets.values()))[0].counts)

    def series(name: str) -> Series:
        rows = np.array([s.counts for s in sets[name]])
        low, high = np.percentile(rows, [10, 90], axis=0).round(4).tolist()
        return Series(name=name, y=np.median(rows, axis=0).round(4).tolist(), low=low, high=high)

    return Figure(
        key="counts",
        title="How many heads carry an edge",
        caption="Share of influence on the logits over edges between positions, by how many heads carry the edge "
        f"({CARRIES:.0%} of its terms or more); medians over prompts with 10th and 90th percentiles.",
        panels=[
            Bars(
                title="heads of an edge",
                x_label="heads that carry it",
                y_label="share of influence",
                categories=[str(i) for i in range(n)],
                series=[series(name) for name in sets],
            )
        ],
    )


def _figure_layers(sets: dict[str, list[Spread]]) -> Figure:
    def median(name: str) -> list[float | None]:
        rows = np.array([s.by_layer for s in sets[name]])
        return [round(v, 4) if v else None for v in np.median(rows, axis=0).tolist()]

    widths = dict.fromkeys(len(found[0].by_layer) for found in sets.values())
    by_width = {n: [name for name, found in sets.items() if len(found[0].by_layer) == n] for n in widths}

    return Figure(
        key="layers",
        title="Effective heads of an edge, by layer",
        caption="Participation ratio of an edge's head terms, weighted by influence; medians over prompts.",
        panels=[
            Bars(
                title=f"model of {n} layers",
                x_label="layer",
                y_label="heads",
                categories=[str(layer) for layer in range(n)],
                series=[Series(name=name, y=median(name)) for name in names],
                references=[Reference(axis="y", value=1.0, label="one head")],
            )
            for n, names in by_width.items()
        ],
    )


def _figure_reasons(sets: dict[str, list[Alike]]) -> Figure:
    def points(some: list[Alike], attribute: str, label: str) -> Series:
        x = [round(v, 4) for g in some for v in getattr(g, attribute)]
        return Series(name=label, x=x, y=[round(v, 4) for g in some for v in g.together])

    return Figure(
        key="reasons",
        title="Do heads of one edge look for the same?",
        caption="One point an edge: correlation of the split scores of the two heads that carry it, against the same "
        "for a head that looks there and carries nothing, and for the same two heads elsewhere. Above the "
        "diagonal: heads of one edge are more alike.",
        panels=[
            Scatter(
                title=name,
                x_label="control",
                y_label="heads that carry the edge",
                series=[points(some, "apart", "one that carries nothing"), points(some, "elsewhere", "elsewhere")],
                square=True,
            )
            for name, some in sets.items()
        ],
        columns=2,
    )


def _notes(spreads: dict[str, list[Spread]], pairs: dict[str, list[Alike]]) -> list[str]:
    counted = ", ".join(f"{name} {sum(len(g.together) for g in some)}" for name, some in pairs.items())
    heads = ", ".join(f"{name} {np.median([s.effective for s in some]):.2f}" for name, some in spreads.items())
    return [
        "Prompts that repeat a text; edges go from the key side to the query side of a latent of a multitoken "
        f"transcoder, to another position. Effective heads, median graph: {heads}.",
        "Loadings are trained, and free loadings have more heads than are needed where heads have like patterns; "
        "that is why reasons are compared: they come from the model's own W_Q and W_K, which no dictionary touches.",
        f"Edges whose heads' reasons are compared: {counted}. Both heads of an edge look at its key, so their scores "
        "are both high there: the controls look there, or elsewhere, just as much.",
    ]


STUDY = Study(
    name="edge-heads",
    title="How many heads carry an edge, and why",
    question="Is an edge of an attribution graph carried by several heads, and do these attend for the same reasons?",
    sources=SOURCES,
    presets={
        "quick": EdgeHeadsConfig(places=(ExplainedPlace(n_prompts=6, n_trained=0),), n_edges=10),
        "full": EdgeHeadsConfig(),
    },
    run=run,
)
