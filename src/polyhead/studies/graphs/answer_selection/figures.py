"""Figures of the study `answer-selection`."""

from polyhead.core.study_records import Figure, HeatMap
from polyhead.studies.graphs.answer_selection.measures import Measured
from polyhead.studies.graphs.answer_selection.models import PLACES


def contrast(m: Measured) -> Figure:
    """Heads by strength, first draw."""
    draw = m.draws[0]
    rows = draw.found.right[draw.judge]
    strength = (rows.mean(0) / rows.std(0).clamp_min(1e-6)).tolist()
    return Figure(
        key="contrast",
        title="Which heads score the right option higher",
        caption="Mean contrast of the score, right option less wrong ones, over its deviation between questions; "
        "first draw, judged half. Left: options at their letters, right: at their last tokens.",
        panels=[
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
        ],
        columns=2,
    )
