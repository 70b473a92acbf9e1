"""Dropout on the hidden units of the toy autoencoder: what it does to superposition, measured and in closed form.

Recipe: 20 features on 10 units, dropout 0 to 0.9 at every density, tied weights, ReLU; the same with importance, with a
linear output, with untied weights; two features on one unit; the L1 term as coded and as meant. Source of the claims:
the report Experiments in Superposition (its settings are not known); the closed forms: `theory`.
"""

from pathlib import Path

from polyhead.core.study_records import Findings
from polyhead.studies.study import Study
from polyhead.studies.superposition.dropout import claims, figures, theory_claims
from polyhead.studies.superposition.dropout.models import REPORT, DropoutConfig, train


def run(cfg: DropoutConfig, folder: Path) -> Findings:
    """Train all parts, judge the claims, draw the figures."""
    grids = train(cfg, folder)
    theory = theory_claims.linear_theory(grids.linear, cfg)
    judged = [
        *claims.dense_claims(grids.important, cfg),
        *claims.sparse_claims(grids.equal, cfg),
        *claims.extreme_claims(grids.equal, grids.untied, cfg),
        claims.smoother_claim(grids.equal, cfg),
        *claims.star_claims(grids.equal, cfg),
        *claims.alignment_claims(grids.equal, cfg),
        *theory_claims.closed_form_claims(grids.linear, theory, grids.equal, cfg),
        *theory_claims.threshold_claims(grids.pair, cfg),
        claims.l1_claim(grids.l1),
    ]
    return Findings(
        claims=judged,
        figures=[
            figures.stars(grids.equal, cfg),
            figures.norms(grids.equal, cfg),
            figures.linear(grids.linear, theory, cfg),
            figures.pairs(grids.pair, cfg),
            figures.alignment(grids.equal, cfg),
            figures.overlaps(grids.equal, cfg),
            figures.penalty(grids.l1),
        ],
        notes=claims.notes(grids, cfg),
        n_models=sum(len(g.cells) for g in grids.all()),
        n_diverged=sum(g.n_diverged for g in grids.all()),
    )


STUDY = Study(
    name="tms-dropout",
    title="Dropout and superposition",
    question="What does dropout on the hidden units do to features in superposition, and can it be predicted?",
    sources=(REPORT,),
    presets={
        "quick": DropoutConfig(n_steps=900, n_densities=8, batch=96),
        "full": DropoutConfig(),
    },
    run=run,
)
