"""Toy models of superposition: when do sparse features share dimensions, and in which shapes?

Recipes: phase diagrams of two features on one unit and three on two (exact cases of on and off, with closed forms);
five features on two units and twenty on five, with geometric importance; many equal features for the geometry; classes
of frequent and rare features; correlated and anti-correlated pairs; ReLU, GELU and linear output. Source: Elhage et al.
2022, and the report Experiments in Superposition for non-uniform sparsity and GELU.
"""

from polyhead.studies.study import Study
from polyhead.studies.superposition.tms import claims, figures
from polyhead.studies.superposition.tms.models import TmsConfig, axes, measure

STUDY = Study(
    name="tms",
    presets={
        "quick": TmsConfig(n_geometry_seeds=5, n_steps=1000, n_side=8, n_features=40, d_hidden=5, batch=128),
        "full": TmsConfig(),
    },
    measure=measure,
    claims=(claims,),
    figures=(
        lambda m: figures.phase_maps(m.cfg, m.grids.two, m.grids.three, axes(m.cfg)),
        lambda m: figures.sticky(m.grids.geometry),
        lambda m: figures.dimensionalities(m.grids.geometry),
        lambda m: figures.learning_curves(m.grids.curves["relu"]),
        lambda m: figures.five_features(m.grids.base["relu"]),
        lambda m: figures.overlaps(m.grids.twenty),
        lambda m: figures.activations(m.grids.base),
        lambda m: figures.class_overlaps(m.grids.classes),
    ),
    notes=claims.notes,
)
