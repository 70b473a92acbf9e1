"""Computation in superposition: what small networks compute, what they fail at, and why.

Recipes: and, or, max (two inputs, two hidden units, exact cases), abs and square (three inputs, six units) as in the
published notebook, five instances of a density each; every combination of hidden bias, output activation and size of
the start; abs of 100 features on 40 units over density; every pairwise AND of many features. Source: the report
Experiments in Superposition (losses read from its stored plots), and Elhage et al. 2022 for abs of many features.
"""

from polyhead.studies.study import Study
from polyhead.studies.superposition.computation import claims, figures
from polyhead.studies.superposition.computation.models import ComputationStudyConfig, measure

STUDY = Study(
    name="computation",
    presets={
        "quick": ComputationStudyConfig(n_steps=2000, batch=128, n_many=60, d_many=24, n_pairwise=10),
        "full": ComputationStudyConfig(),
    },
    measure=measure,
    claims=(claims,),
    figures=(
        lambda m: figures.losses(m.grids.table, m.cfg),
        lambda m: figures.solved(m.grids.switches),
        lambda m: figures.weights(m.grids.table, m.cfg),
        lambda m: figures.stacks(m.grids.many_abs),
        lambda m: figures.pairwise(m.grids.pairwise, m.cfg),
    ),
    notes=claims.notes,
)
