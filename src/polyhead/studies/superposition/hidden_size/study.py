"""Does a wider hidden layer end polysemanticity? n = 32 features, 20 to 120 hidden units, over training.

Tied weights, ReLU output; hidden layer linear, ReLU, or linear with an L1 penalty. The published metric is not known,
so three are measured (`polysemanticity`), each against random matrices of the same size and against the
trained weights after a random rotation of the hidden space, which a linear hidden layer cannot tell apart. Source: the
report Experiments in Superposition.
"""

from polyhead.studies.study import Study
from polyhead.studies.superposition.hidden_size import claims, figures
from polyhead.studies.superposition.hidden_size.claims import measure_width
from polyhead.studies.superposition.hidden_size.measures import HiddenSizeConfig, Measured, measure


def notes(x: Measured) -> list[str]:
    """What the measures can and cannot tell."""
    grids, null, cfg = x.grids, x.null, x.cfg
    wide = cfg.widths[-1]
    parts = []
    for kind, grid in grids.items():
        loss = grid.losses[grid.where(lambda c: c.model.d_hidden == wide)].mean()
        parts.append(f"{kind} {float(measure_width(grid, wide).mixing.mean()):.2f} (loss {float(loss):.2g})")
    told = "; ".join(parts)
    return [
        f"Mixing at m = {wide}: {told}; random matrices {float(null[wide].mixing.mean()):.2f}. The published claim "
        "holds for a linear hidden layer because it must: any rotation of a code is as good, and random directions "
        "are polysemantic. It is evidence of superposition only where the basis is privileged.",
        f"Sparsity, penalty and training are not published: density {cfg.density}, L1 {cfg.hidden_l1}, Adam 3e-3.",
    ]


STUDY = Study(
    name="hidden-size-polysemanticity",
    presets={"quick": HiddenSizeConfig(n_seeds=3, n_steps=800, batch=64), "full": HiddenSizeConfig()},
    measure=measure,
    claims=(claims,),
    figures=(figures.over_training, figures.over_width),
    notes=notes,
)
