"""The study `induction-graph`: which features make the pattern of an induction head, what becomes of it without.

On prompts that repeat a piece of text, the attention score of the induction head from the last token to the key is
split over what wrote to the stream on both sides; features that the previous-token head carried to the key are taken
out of the live model; and the previous-token head is asked whether it looks at contents at all.
"""

from collections import Counter

import numpy as np

from polyhead.core.head_names import head_name
from polyhead.studies.graphs.induction_graph import claims, figures
from polyhead.studies.graphs.induction_graph.measures import InductionGraphConfig, Looked, Measured, measure
from polyhead.studies.graphs.prompts import ExplainedSetup
from polyhead.studies.study import Study

NOTE = (
    "Exploratory: that four fifths of the attention must go, and that the answer is compared with other latents of "
    "the same norm, was set after a trial with eight prompts of the bundled model, where that control nearly passed "
    "the laxer thresholds tried first."
)


def _notes_of(looked: Looked) -> list[str]:
    place, heads, sets = looked.place, looked.heads, looked.sets
    first = next(iter(sets.values()))
    used = Counter(c.head for c in first)
    pairs = Counter((q.split(".")[0], k.split(".")[0]) for c in first for q, k, _ in c.pairs)
    by_layer = Counter(c.strongest.split(".")[0] for c in first)
    return [
        f"{place.name}: {looked.n_prompts} prompts of {place.period} tokens of its text and their beginning again, "
        f"next token of probability {place.least_probability:g} or more. Heads found on them: induction "
        + ", ".join(head_name(layer, head) for layer, head in heads.induction)
        + f"; previous token L{heads.previous[0]}H{heads.previous[1]}. Each prompt is judged on the head that looks "
        "most at its key: " + ", ".join(f"L{x[0]}H{x[1]} {n}" for x, n in used.most_common()) + ".",
        f"{place.name}: the key-side node that adds most to the score is, by layer of the latent or by kind: "
        + ", ".join(f"{name} {n}" for name, n in by_layer.most_common())
        + "; largest terms, query side x key side: "
        + ", ".join(f"{q} x {k} {n}" for (q, k), n in pairs.most_common(6))
        + ". Carried features at a key: median "
        + ", ".join(f"{name} {np.median([c.n_carried for c in found]):g}" for name, found in sets.items())
        + ". The previous-token head writes one position's contents, which a dictionary splits over several latents: "
        "that is why single removals do less than the published examples suggest.",
    ]


def notes(m: Measured) -> list[str]:
    """Heads and prompts of each place, and limits."""
    return [note for looked in m.found for note in _notes_of(looked)] + [NOTE]


STUDY = Study(
    name="induction-graph",
    presets={
        "quick": InductionGraphConfig(places=(ExplainedSetup(n_prompts=12, n_trained=0),)),
        "full": InductionGraphConfig(),
    },
    measure=measure,
    claims=(claims,),
    figures=(figures.contrast, figures.removed, figures.nats),
    notes=notes,
)
