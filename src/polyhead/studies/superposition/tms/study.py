"""Toy models of superposition: when do sparse features share dimensions, and in which shapes?

Recipes: phase diagrams of two features on one unit and three on two (exact cases of on and off, closed forms beside);
five features on two units and twenty on five, with geometric importance; many equal features for the geometry; classes
of frequent and rare features; correlated and anti-correlated pairs; ReLU, GELU and linear output. Source: Elhage et al.
2022, and the report Experiments in Superposition for non-uniform sparsity and GELU.
"""

from pathlib import Path

from polyhead.core.study_records import Findings
from polyhead.studies.study import Study
from polyhead.studies.superposition.tms import claims, figures
from polyhead.studies.superposition.tms.models import PAPER, REPORT, TmsConfig, axes, train


def run(cfg: TmsConfig, folder: Path) -> Findings:
    """Train all parts, judge the claims, draw the figures."""
    grids = train(cfg, folder)
    judged = [
        *claims.linear_and_sparse(grids.base),
        claims.phase_claim(cfg, grids.two, 2),
        claims.phase_claim(cfg, grids.three, 3),
        claims.importance_claim(grids.twenty),
        *claims.sticky_claims(cfg, grids.geometry),
        *claims.geometry_claims(cfg, grids.geometry),
        claims.jump_claim(grids.curves),
        *claims.class_claims(grids.classes),
        claims.gelu_claim(grids.base),
        *claims.set_claims(grids.sets),
    ]
    return Findings(
        claims=judged,
        figures=[
            figures.phase_maps(cfg, grids.two, grids.three, axes(cfg)),
            figures.sticky(grids.geometry),
            figures.dimensionalities(grids.geometry),
            figures.learning_curves(grids.curves["relu"]),
            figures.five_features(grids.base["relu"]),
            figures.overlaps(grids.twenty),
            figures.activations(grids.base),
            figures.class_overlaps(grids.classes),
        ],
        notes=claims.notes(cfg, grids),
        n_models=sum(len(g.cells) for g in grids.all()),
        n_diverged=sum(g.n_diverged for g in grids.all()),
    )


STUDY = Study(
    name="tms",
    title="Toy models of superposition: phases and geometry",
    question="When do sparse features share the dimensions of a small autoencoder, and in which shapes?",
    sources=(PAPER, REPORT),
    presets={
        "quick": TmsConfig(n_geometry_seeds=5, n_steps=1000, n_side=8, n_features=40, d_hidden=5, batch=128),
        "full": TmsConfig(),
    },
    run=run,
)
