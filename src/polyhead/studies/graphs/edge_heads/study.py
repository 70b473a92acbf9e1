"""The study `edge-heads`: how many heads carry an edge of a graph, and whether those heads look for the same.

If attention features are in superposition over heads, a feature's edge is carried by several heads, and these heads
attend there for the same reasons. The first is read off the head terms of edges, the second off the exact split of
their attention scores, both next to controls that keep everything but the link between heads and edge.
"""

import numpy as np

from polyhead.studies.graphs.edge_heads import claims, figures
from polyhead.studies.graphs.edge_heads.measures import EdgeHeadsConfig, Measured, measure
from polyhead.studies.graphs.prompts import ExplainedSetup
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    counted = ", ".join(f"{name} {sum(len(g.together) for g in some)}" for name, some in m.pairs.items())
    heads = ", ".join(f"{name} {np.median([s.effective for s in some]):.2f}" for name, some in m.spreads.items())
    return [
        "Prompts that repeat a text; edges go from the key side to the query side of a latent of a multitoken "
        f"transcoder, to another position. Effective heads, median graph: {heads}.",
        "Loadings are trained, and free loadings have more heads than are needed where heads have similar patterns; "
        "that is why QK features are compared: they come from the model's own W_Q and W_K, which no dictionary "
        "touches.",
        f"Edges whose heads' QK features are compared: {counted}. Both heads of an edge look at its key, so their "
        "scores are both high there: the controls look there, or elsewhere, just as much.",
    ]


STUDY = Study(
    name="edge-heads",
    presets={
        "quick": EdgeHeadsConfig(places=(ExplainedSetup(n_prompts=6, n_trained=0),), n_edges=10),
        "full": EdgeHeadsConfig(),
    },
    measure=measure,
    claims=(claims,),
    figures=(figures.counts, figures.layers, figures.reasons),
    notes=notes,
)
