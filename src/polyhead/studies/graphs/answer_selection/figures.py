"""Figures of the study `answer-selection`."""

from polyhead.core.study_records import HeatMap
from polyhead.studies import study
from polyhead.studies.graphs.answer_selection.measures import Measured
from polyhead.studies.graphs.answer_selection.models import PLACES
from polyhead.studies.panels import Panels


@study.figure("contrast", "Which heads score the right option higher", columns=2)
def contrast(m: Measured) -> Panels:
    """Mean contrast of the score, right option minus wrong ones, over its deviation between questions; first
    draw, judged half. Left: options at their letters, right: at their last tokens."""
    draw = m.draws[0]
    rows = draw.found.right[draw.judge]
    strength = (rows.mean(0) / rows.std(0).clamp_min(1e-6)).tolist()
    return [
        HeatMap(
            title=name,
            x_label="head",
            y_label="layer",
            x=[str(h) for h in range(draw.shape[2])],
            y=[str(layer) for layer in range(draw.shape[1])],
            values=[[round(v, 3) for v in row] for row in strength[i]],
            diverging=True,
        )
        for i, name in enumerate(PLACES)
    ]
