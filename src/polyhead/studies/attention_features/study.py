"""Study `attention-features`: more attention features than heads. Our proposal of a world, after a model whose text we
could not find (Anthropic, January 2024): phase diagrams on the head axis, head dimensionality, antipodal pairs, and
whether mixtures of heads (the form of a multitoken transcoder) can write the planted patterns.
"""

from itertools import product
from pathlib import Path

from polyhead.core.study_records import Findings
from polyhead.studies.attention_features.claims import make_claims, make_notes
from polyhead.studies.attention_features.figures import make_figures
from polyhead.studies.attention_features.models import AttentionFeaturesStudyConfig, Cell, Trained, train
from polyhead.studies.study import Study

PHASES = {"phase-2-1": (2, 1, 1.0, True), "phase-3-2": (3, 2, 1.0, True), "phase-2-1-apart": (2, 1, 0.0, True)}
"""Part to (features, heads, overlap of patterns, signed loadings)."""
UNSIGNED = {"phase-2-1-unsigned": (2, 1, 1.0, False)}


def run(cfg: AttentionFeaturesStudyConfig, folder: Path) -> Findings:
    """Train, measure, judge."""
    phases: dict[str, Trained] = {}
    for key, (n_features, n_heads, overlap, signed) in {**PHASES, **UNSIGNED}.items():
        grid = product(cfg.densities, cfg.importances, range(cfg.n_seeds))
        cells = [Cell(density, importance, overlap, seed) for density, importance, seed in grid]
        phases[key] = train(cfg, cells, n_features, n_heads, folder / key, signed=signed)
    moments = sorted({round(cfg.n_steps * f) for f in (0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1)})
    sparse_and_dense = (cfg.densities[-2], cfg.densities[0])
    widths = {}
    for n_features in cfg.widths:
        cells = [Cell(d, seed=s) for d in sparse_and_dense for s in range(cfg.n_seeds)]
        widths[n_features] = train(
            cfg, cells, n_features, cfg.n_heads, folder / f"width-{n_features}", snapshots=moments
        )
    cells = [Cell(cfg.densities[-2], overlap=o, seed=s) for o in cfg.overlaps for s in range(cfg.n_seeds)]
    overlaps = train(cfg, cells, 4, 2, folder / "overlap")
    everything = [*phases.values(), *widths.values(), overlaps]
    return Findings(
        claims=make_claims(cfg, phases, widths, overlaps),
        figures=make_figures(cfg, phases, widths, overlaps),
        notes=make_notes(cfg, phases, widths, overlaps),
        n_models=sum(len(t.cells) + t.n_diverged for t in everything),
        n_diverged=sum(t.n_diverged for t in everything),
    )


STUDY = Study(
    name="attention-features",
    title="Attention features in superposition over heads",
    question="When do several attention features share a head, and can they be told apart again?",
    sources=(
        "Proposed here; the idea is named in Anthropic, Circuits Updates January 2024 (text not found)",
        "Elhage et al. 2022, Toy Models of Superposition: the phase diagrams transferred to the head axis",
        "Transformer Circuits 2025, Progress on Attention: patterns as mixtures of heads",
    ),
    presets={
        "quick": AttentionFeaturesStudyConfig(
            n_seeds=6,
            n_steps=600,
            batch_size=128,
            densities=(1.0, 0.3, 0.1, 0.05, 0.02),
            importances=(0.1, 0.5, 1.0, 2.0, 10.0),
            widths=(4, 6, 8, 12),
            overlaps=(0.0, 0.5, 1.0),
        ),
        "full": AttentionFeaturesStudyConfig(),
    },
    run=run,
)
