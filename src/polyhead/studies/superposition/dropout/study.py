"""Dropout on the hidden units of the toy autoencoder: what it does to superposition, measured and in closed form.

Recipe: 20 features on 10 units, dropout 0 to 0.9 at every density, tied weights, ReLU; the same with importance, with a
linear output, with untied weights; two features on one unit; the L1 term as coded and as meant. Source of the claims:
the report Experiments in Superposition (its settings are not known); the closed forms: `theory`.
"""

from polyhead.studies.study import Study
from polyhead.studies.superposition.dropout import claims, figures, theory_claims
from polyhead.studies.superposition.dropout.models import DropoutConfig, measure

STUDY = Study(
    name="tms-dropout",
    presets={"quick": DropoutConfig(n_steps=900, n_densities=8, batch=96), "full": DropoutConfig()},
    measure=measure,
    claims=(claims, theory_claims),
    figures=(
        lambda m: figures.stars(m.grids.equal, m.cfg),
        lambda m: figures.norms(m.grids.equal, m.cfg),
        lambda m: figures.linear(m.grids.linear, theory_claims.linear_theory(m.grids.linear, m.cfg), m.cfg),
        lambda m: figures.pairs(m.grids.pair, m.cfg),
        lambda m: figures.alignment(m.grids.equal, m.cfg),
        lambda m: figures.overlaps(m.grids.equal, m.cfg),
        lambda m: figures.penalty(m.grids.l1),
    ),
    notes=claims.notes,
)
