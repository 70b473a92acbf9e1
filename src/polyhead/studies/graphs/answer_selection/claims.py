"""Claims of the study `answer-selection`."""

from polyhead.studies import study
from polyhead.studies.claim import Share
from polyhead.studies.graphs.answer_selection.measures import Measured
from polyhead.studies.graphs.answer_selection.models import LETTERS

SOURCES = (
    "Transformer Circuits, Tracing Attention Computation Through Feature Interactions (2025): concordance and "
    "discordance heads",
    "Lieberum et al., Does Circuit Analysis Interpretability Scale? (2023): correct letter heads",
)
SIDES = {"concordance": ("concordant", 1, "above"), "discordance": ("discordant", -1, "below")}
"""Kind of head: its name in a draw, the sign of its contrast, and the sign in words."""


@study.claim("{}", source=SOURCES[0], published="found in a large model, on examples", each=tuple(SIDES))
def chosen_heads(m: Measured, kind: str) -> Share:
    """There are {0} heads: their score from the last token to the right option is {side} the mean of the wrong options
    in at least 80 % of questions that did not choose them."""
    which, sign, side = SIDES[kind]
    ours, control = (
        [v for d in m.draws for v in d.agrees(getattr(d, which), sign, shuffled=shuffled)] for shuffled in (False, True)
    )
    return Share(
        holds=[v >= 0.8 for v in ours],
        against=[v >= 0.8 for v in control],
        ours={"share of questions, by head and draw": ours},
        control={"right option of another question": control},
        note="The strongest heads by mean contrast over its deviation on one half of the questions, judged on the "
        "other half. Control: the same scores with the number of the right option taken from the next question, "
        "which keeps every preference for a letter or a place.",
        words={"side": side},
    )


@study.claim("silencing", source="ours")
def silencing(m: Measured) -> Share:
    """Silencing the concordance heads at the last token costs more accuracy than silencing any draw of as many other
    heads."""
    drops = [d.accuracy - d.without for d in m.draws]
    others = [d.accuracy - v for d in m.draws for v in d.without_random]
    return Share(
        holds=[v > max(others) for v in drops],
        against=0.25,
        ours={"accuracy lost": drops, "accuracy, nothing silenced": [d.accuracy for d in m.draws]},
        control={"accuracy lost, other heads": others},
        note=f"Outputs of the heads at the last token set to zero. Chance of an answer: one in {len(LETTERS)}.",
    )
