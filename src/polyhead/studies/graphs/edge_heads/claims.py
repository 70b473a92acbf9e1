"""Claims of the study `edge-heads`."""

import numpy as np

from polyhead.core.study_records import Distribution
from polyhead.studies import study
from polyhead.studies.claim import Paired, Share
from polyhead.studies.graphs.edge_heads.measures import Measured
from polyhead.studies.graphs.edge_heads.models import CARRIES, LOOKS, SILENT, Spread

SOURCES = (
    "Transformer Circuits, Tracing Attention Computation Through Feature Interactions (2025), open question",
    "Transformer Circuits, Progress on Attention (2025), attention features in superposition",
)


def _each(sets: dict[str, list[Spread]], value, label: str) -> list[Distribution]:  # type: ignore[no-untyped-def]
    return [
        Distribution(label=f"{name}: {label}", values=[float(value(s)) for s in found]) for name, found in sets.items()
    ]


@study.claim("several-heads", source=SOURCES[0])
def several_heads(m: Measured) -> Share:
    """More than half of the influence that crosses attention between two positions goes over edges that two heads or
    more carry."""
    found = [s for some in m.spreads.values() for s in some]
    return Share(
        holds=[s.several > 0.5 for s in found],
        against=0.5,
        ours=[
            *_each(m.spreads, lambda s: s.several, "share of influence"),
            *_each(m.spreads, lambda s: s.effective, "effective heads per edge"),
        ],
        control=_each(m.spreads, lambda s: s.several_shuffled, "patterns of heads shuffled: share"),
        note=f"A head carries an edge with {CARRIES:.0%} or more of the sum of its terms' absolute values; weights "
        "are influence on the logits. Chance: one graph in two. Shuffled: an edge's loadings meet the pattern "
        "entries of the same query and key, permuted among the heads of the layer.",
    )


@study.claim("fewer-than-shuffled", source="ours")
def fewer_than_shuffled(m: Measured) -> Share:
    """Loadings and patterns match: an edge has fewer effective heads than with patterns permuted among heads."""
    found = [s for some in m.spreads.values() for s in some]
    return Share(
        holds=[s.effective < s.shuffled for s in found],
        against=0.5,
        ours=_each(m.spreads, lambda s: s.effective, "effective heads per edge"),
        control=_each(m.spreads, lambda s: s.shuffled, "patterns of heads shuffled"),
        note="As above; chance is one graph in two.",
    )


def _reasons(m: Measured, attribute: str, note: str) -> Paired:
    graphs = [g for some in m.pairs.values() for g in some if g.together]

    def means(attribute: str) -> dict[str, list[float]]:
        return {
            name: [float(np.mean(getattr(g, attribute))) for g in some if g.together] for name, some in m.pairs.items()
        }

    return Paired(
        larger=[float(np.mean(g.together)) for g in graphs],
        smaller=[float(np.mean(getattr(g, attribute))) for g in graphs],
        ours=means("together"),
        control=means(attribute),
        note=f"Mean over edges of the correlation of two heads' scores, split into pairs of nodes. {note} Chance of "
        "the verdict: one graph in two.",
    )


_ASKED = f"{SOURCES[0]} (asked: do several heads on one edge share QK features)"


@study.claim("shared-reasons", source=_ASKED)
def shared_reasons(m: Measured) -> Paired:
    """Heads that carry one edge together attend there because of the same features, more than a head that
    carries it and one that attends there as well but carries nothing of it."""
    looking = f"Looking: a pattern entry of {LOOKS:g} or more; carrying nothing: under {SILENT:.0%} of the terms."
    return _reasons(m, "apart", looking)


@study.claim("reasons-of-this-edge", source=_ASKED)
def reasons_of_this_edge(m: Measured) -> Paired:
    """The same pair of heads shares its QK features more on the edge than elsewhere in the prompt where both
    attend."""
    return _reasons(
        m, "elsewhere", "Elsewhere: one other query and key for each edge at which both heads look, drawn at random."
    )
