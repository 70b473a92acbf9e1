"""The study `weight-structure`: blocks in the ordered cosine matrix of weights, against what an order makes of noise.

"Experiments in Superposition" (Thaman et al.) orders the neurons of an MLP by a path through the cosines of their
output weights and sees blocks along the diagonal, one of them very large, which a random matrix does not show. Here the
same picture is measured, with twenty draws of two nulls, for several orders and for every layer.
"""

import numpy as np

from polyhead.studies.heads.weight_structure import claims, figures
from polyhead.studies.heads.weight_structure.measures import Measured, WeightConfig, measure
from polyhead.studies.judge import judge_number
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    one = m.shown
    real, null = one.real["two_opt"].neighbour, one.null_values("gaussian", "two_opt", "neighbour")
    spectrum = one.null_values("spectrum", "two_opt", "neighbour")
    _, measured = judge_number([x.real["two_opt"].excess for x in m.found], None, tolerance=0.0)
    best = max(((v.excess, k) for k, v in one.real.items() if k != "given"))[1]
    bases = (
        "Rows of W_O and W_V are head dimensions, whose basis inside a head is arbitrary: blocks there may come and go "
        "with a change of basis that changes no output. Only rows of an MLP or of W_E have directions of their own."
    )
    return [
        f"Measured on {m.model}: {', '.join(f'{x.name} {x.shape[0]} x {x.shape[1]}' for x in m.found)}. The "
        "published model was not available, so its picture is not redrawn.",
        f"{one.name}: neighbours after greedy + 2-opt have a mean squared cosine of {real:.3g}; a Gaussian matrix "
        f"ordered the same way {np.mean(null):.3g}, one with the same spectrum {np.mean(spectrum):.3g}. So "
        f"{np.mean(null) / real:.0%} of the similarity along the path is what the search finds in any matrix of this "
        "size.",
        f"Block excess over matrices: {measured}. Orders differ: on {one.name} the largest excess is that of {best} "
        f"({', '.join(f'{k} {v.excess:.3g}' for k, v in one.real.items())}).",
        "The path of the source is not published; ours is greedy from the best pair at either end, then 2-opt. 2-opt "
        "makes neighbours more similar, not blocks larger: it can lower the block excess a little.",
        *([bases] if {"W_O", "W_V"} & set(m.cfg.matrices) else []),
    ]


STUDY = Study(
    name="weight-structure",
    presets={
        "quick": WeightConfig(matrices=("W_O", "W_V"), sweeps=4, n_tokens=4096),
        "full": WeightConfig(shown=8),
        "mlp": WeightConfig(model="smollm2-135m-instruct", matrices=("W_out",), layers=tuple(range(0, 30, 3)), shown=5),
    },
    measure=measure,
    claims=(claims,),
    figures=(
        *(figures.matrices, figures.zoom, figures.excess, figures.neighbours),
        *(figures.methods, figures.clusters, figures.activations),
    ),
    notes=notes,
)
