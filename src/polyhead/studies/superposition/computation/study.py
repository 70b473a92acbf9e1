"""Computation in superposition: what small networks compute, what they fail at, and why.

Recipes: and, or, max (two inputs, two hidden units, exact cases), abs and square (three inputs, six units) as in the
published notebook, five instances of a density each; every combination of hidden bias, output activation and size of
the start; abs of 100 features on 40 units over density; every pairwise AND of many features. Source: the report
Experiments in Superposition (losses read from its stored plots), and Elhage et al. 2022 for abs of many features.
"""

from pathlib import Path

from polyhead.core.study_records import Findings
from polyhead.studies.study import Study
from polyhead.studies.superposition.computation import claims, figures
from polyhead.studies.superposition.computation.models import PAPER, REPORT, ComputationStudyConfig, train


def run(cfg: ComputationStudyConfig, folder: Path) -> Findings:
    """Train all parts, judge the claims, draw the figures."""
    grids = train(cfg, folder)
    return Findings(
        claims=[
            *claims.published_losses(grids.table, cfg),
            *claims.relu_worse(grids.table, cfg),
            *claims.dead_units(grids.switches),
            claims.sign_balance(grids.table),
            *claims.many_abs(grids.many_abs, cfg),
            claims.pairwise(grids.pairwise, cfg),
        ],
        figures=[
            figures.losses(grids.table, cfg),
            figures.solved(grids.switches),
            figures.weights(grids.table, cfg),
            figures.stacks(grids.many_abs),
            figures.pairwise(grids.pairwise, cfg),
        ],
        notes=claims.notes(grids, cfg),
        n_models=sum(len(g.cells) for g in grids.all()),
        n_diverged=sum(g.n_diverged for g in grids.all()),
    )


STUDY = Study(
    name="computation",
    title="Computation in superposition",
    question="Which functions of sparse inputs do small two-layer networks compute, and why do the ReLU ones fail?",
    sources=(REPORT, PAPER),
    presets={
        "quick": ComputationStudyConfig(n_steps=2000, batch=128, n_many=60, d_many=24, n_pairwise=10),
        "full": ComputationStudyConfig(),
    },
    run=run,
)
