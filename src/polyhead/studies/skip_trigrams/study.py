"""Study `skip-trigrams`: OV-incoherent skip trigrams over many heads (May 2023) and over two heads (July 2023).

Three parts: small trained models of the published sizes, with as many heads as trigrams for the control; the two-head
solution set by hand beside what training finds in a world where it is optimal; gated blocks trained on the trained
models. Every part is an ensemble per world (`tasks.skip_trigrams`).
"""

from pathlib import Path

from polyhead.core.study_records import Findings
from polyhead.studies.skip_trigrams.claims import make_claims, make_notes
from polyhead.studies.skip_trigrams.figures import make_figures
from polyhead.studies.skip_trigrams.models import SkipTrigramsStudyConfig, train_cells, train_gated
from polyhead.studies.study import Study
from polyhead.tasks.skip_trigrams import SkipTrigramsConfig


def run(cfg: SkipTrigramsStudyConfig, folder: Path) -> Findings:
    """Train, measure, judge."""
    cells, gated = [], []
    for n in cfg.n_trigrams:
        for d_head in cfg.d_heads:
            world = SkipTrigramsConfig(n_trigrams=n)
            made, trained = train_cells(cfg, world, (n - 1, n), d_head, folder, direct=True)
            cells += made
            if d_head == cfg.d_heads[0]:
                gated += train_gated(cfg, world, trained, n - 1, d_head, folder)
    gap = []
    for n in cfg.gap_trigrams:
        world = SkipTrigramsConfig(n_trigrams=n, rule="standing")
        gap += train_cells(cfg, world, cfg.gap_heads, 4, folder, direct=False)[0]
    models = [cell.end for cell in (*cells, *gap)] + [one.after for one in gated]
    n_diverged = sum(one.n_diverged for one in models)
    return Findings(
        claims=make_claims(cfg, cells, gap, gated),
        figures=make_figures(cells, gap, gated),
        notes=make_notes(cells, gap, gated),
        n_models=sum(len(one.learnt) for one in models) + n_diverged,
        n_diverged=n_diverged,
    )


STUDY = Study(
    name="skip-trigrams",
    title="OV-incoherent skip trigrams: many heads and two heads",
    question="How do a few attention heads carry more skip trigrams than there are heads, and can gates undo it?",
    sources=(
        "Anthropic, Circuits Updates May 2023: attention head superposition",
        "Anthropic, Circuits Updates July 2023: attention head superposition",
        "Mathwin, Akar, Sharkey 2024: Gated Attention Blocks: Preliminary Progress toward Removing Attention Head "
        "Superposition",
    ),
    presets={
        "quick": SkipTrigramsStudyConfig(
            n_seeds=8,
            n_steps=700,
            gated_steps=700,
            gap_trigrams=(3, 8),
            alphas=(0.0, 0.01, 0.03, 0.1, 0.3),
            n_contexts=20,
        ),
        "full": SkipTrigramsStudyConfig(),
    },
    run=run,
)
