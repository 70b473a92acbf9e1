"""One head, many things: which heads of the bundled model mix behaviours most, and what breaks when one is ablated.

Rows of all heads are classified over held-out text; every head is ablated at the last position of three sets of prompts
(induction, bigger indentation, open bracket behind a class name). The head is chosen among the most mixed ones on every
other prompt and judged on the rest. Source of the claims: the study of head 1.4 of a 4-layer attention-only model.
"""

from pathlib import Path

import numpy as np
from pydantic import Field

from polyhead.analysis.heads.rows import all_heads
from polyhead.core.config import Config
from polyhead.core.study_records import Findings
from polyhead.models.load import load_model
from polyhead.studies.heads.polysemantic_head import figures
from polyhead.studies.heads.polysemantic_head.claims import (
    SOURCE,
    artefact_claim,
    one_head_claim,
    table_claims,
    unknown_claim,
)
from polyhead.studies.heads.polysemantic_head.measures import (
    SETS,
    SetResult,
    choose,
    hydra,
    leading,
    measure_set,
    scan,
    sweeps,
    widest,
)
from polyhead.studies.study import Study


class PolysemanticHeadConfig(Config):
    """How much text, how many prompts."""

    n_sequences: int = Field(default=512, ge=4)
    seq_len: int = Field(default=256, ge=64, le=256)
    prompt_share: float = Field(default=1.0, gt=0, le=4)
    """Of the prompts of each set (120, 50, 50)."""
    n_candidates: int = Field(default=8, ge=1)
    """Heads of widest mix among which one is chosen."""
    n_controls: int = Field(default=5, ge=1)
    """Heads of nearest output norm."""
    n_bootstrap: int = Field(default=200, ge=10)
    with_sweep: bool = True
    seed: int = 0


def run(cfg: PolysemanticHeadConfig, folder: Path) -> Findings:
    """Rows, then prompts; the scan of rows is resumable, the rest is computed again."""
    model = load_model("bundled")
    rows, text = scan(model, cfg.n_sequences, cfg.seq_len, folder / "rows")
    results = [measure_set(model, name, text, cfg.prompt_share, cfg.seed) for name in SETS]
    names = [h.name for h in rows.heads]
    candidates = widest(rows, cfg.n_candidates)
    head = choose(results, candidates)
    best = {r.name: leading(r) for r in results}
    claims = []
    for r in results:
        settings = {"n_boot": cfg.n_bootstrap, "n_controls": cfg.n_controls, "seed": cfg.seed}
        claims += table_claims(r, head, best[r.name], names, **settings)
    claims += [
        one_head_claim(results, head, names[head], candidates),
        unknown_claim(rows, head, names[head]),
        artefact_claim(results, names),
    ]
    controls = {r.name: r.matched(head, cfg.n_controls) for r in results}
    drawn = [
        figures.mass_figure(rows),
        figures.class_figure(rows, head),
        figures.curve_figure(rows, candidates),
        figures.table_figure(results, head, best, names, controls),
        figures.rank_figure(results, names, head),
    ]
    found = {r.name: _hydra(r, all_heads(model)[: -model.cfg.n_heads], names) for r in results}
    drawn.append(figures.hydra_figure(found))
    if cfg.with_sweep:
        early = len(names) - model.cfg.n_heads
        swept = {r.name: _sweeps(r, [head, best[r.name], _early(r, early)], names) for r in results}
        drawn.append(figures.sweep_figure(swept))
    return Findings(
        claims=claims,
        figures=drawn,
        notes=[
            _division(results, best, names, head),
            *_notes(rows, results, names, head, candidates, controls),
            *_proposals(rows),
            _hydra_note(found),
        ],
        n_models=1,
        n_diverged=0,
    )


def _place(name: str) -> tuple[int, int]:
    layer, _, head = name[1:].partition("H")
    return int(layer), int(head)


def _early(result: SetResult, n: int) -> int:
    """The head in front of the last layer whose ablation at the last position hurts most."""
    return int(np.argmax(result.drop("mean-row").mean(1)[:n]))


def _sweeps(result: SetResult, heads: list[int], names: list[str]) -> dict:
    return {names[i]: sweeps(result, _place(names[i])) for i in dict.fromkeys(heads)}


def _hydra(result: SetResult, heads: list[tuple[int, int]], names: list[str]) -> list[tuple[str, float, float]]:
    falls = result.drop().mean(1)[: len(heads)]
    first = [heads[i] for i in np.argsort(-falls, kind="stable")[:4]]
    if (2, 7) in heads and (2, 7) not in first:
        first.append((2, 7))  # carries the token before: what induction in the last layer reads
    return [(f"L{la}H{h}", free, frozen) for (la, h), free, frozen in hydra(result, first)]


def _division(results: list[SetResult], best: dict[str, int], names: list[str], head: int) -> str:
    """Whether one head or several do the three jobs, in words."""
    parts = []
    for r in results:
        lead = best[r.name]
        after = [r.probability[kind][lead].mean() for kind in r.probability]
        parts.append(
            f"{r.name}: {names[lead]} (top-1 {r.clean.top1_rate:.0%} to {r.top1['bos-row'][lead].mean():.0%}, "
            f"probability {r.clean.mean_probability:.2f} to {after[0]:.2f}, with its mean row {after[1]:.2f})"
        )
    distinct = len(set(best.values()))
    says = "one head" if distinct == 1 else f"{distinct} different heads"
    return (
        f"The three behaviours need {says} most, chosen on every other prompt by the way of ablation that hurts less: "
        + "; ".join(parts)
        + f". Of the most mixed heads, {names[head]} comes nearest to the published head."
    )


def _notes(
    rows, results: list[SetResult], names: list[str], head: int, candidates: list[int], controls: dict[str, list[int]]
) -> list[str]:
    own = rows.heads[head]
    uniform = {b.name: b.uniform_mass for b in rows.behaviours}
    mass = sorted(zip(own.mass_with_overlaps, uniform), reverse=True)[:5]
    notes = [
        "Heads by entropy of their mass over behaviours, most mixed first: "
        + ", ".join(f"{names[i]} ({rows.heads[i].mass_entropy:.2f})" for i in candidates)
        + f". Chosen on every other prompt: {names[head]}, whose attention is "
        + ", ".join(f"{m:.0%} {n} (uniform attention: {uniform[n]:.0%})" for m, n in mass)
        + f"; {own.shares[-1]:.0%} of its rows are unknown at 95 %, {own.curve[-1][0]:.0%} at 80 %.",
        "The prompts are our own (the source shows its templates as pictures only), the model is another one: the "
        "shape of the tables can be compared, not a weight. The clean model answers "
        + ", ".join(f"{r.clean.top1_rate:.0%} ({r.name})" for r in results)
        + " of the prompts.",
        "Equal output norm, by set: "
        + "; ".join(f"{name}: {', '.join(names[i] for i in places)}" for name, places in controls.items())
        + ".",
    ]
    for r in results:
        falls = r.drop().mean(1)
        order = np.argsort(-falls, kind="stable")[:5]
        notes.append(
            f"Largest falls on {r.name}: "
            + ", ".join(
                f"{names[i]} {r.clean.mean_probability:.2f} to {r.probability['bos-row'][i].mean():.2f} (mean row: "
                f"{r.probability['mean-row'][i].mean():.2f})"
                for i in order
            )
            + "."
        )
    return notes


def _proposals(rows) -> list[str]:
    return [
        f"Unknown rows, {p.share:.0%} of a sample over all heads: {p.words}. Most in "
        + ", ".join(f"{h} ({n})" for h, n in p.heads[:4])
        + "."
        for p in rows.proposals[:5]
    ]


def _hydra_note(found: dict[str, list[tuple[str, float, float]]]) -> str:
    parts = [
        f"{head} on {name}: fall {free:.2f} free, {frozen:.2f} frozen"
        for name, rows in found.items()
        for head, free, frozen in rows
    ]
    return "Hydra check, heads in front of the last layer ablated at all positions: " + "; ".join(parts) + "."


STUDY = Study(
    name="polysemantic-head",
    title="One head, many things",
    question="Does one attention head do several unrelated things, and does the model need it for each of them?",
    sources=(SOURCE,),
    presets={
        "quick": PolysemanticHeadConfig(n_sequences=48, prompt_share=0.4),
        "full": PolysemanticHeadConfig(),
    },
    run=run,
)
"""The study."""
