"""One head, many things: which heads of the bundled model mix behaviours most, and what breaks when one is ablated.

Rows of all heads are classified over held-out text; every head is ablated at the last position of three sets of prompts
(induction, bigger indentation, open bracket after a class name). The head is chosen among the most mixed ones on every
other prompt and judged on the rest. Source of the claims: the study of head 1.4 of a 4-layer attention-only model.
"""

import numpy as np

from polyhead.core.study_records import Figure
from polyhead.studies.heads.polysemantic_head import claims
from polyhead.studies.heads.polysemantic_head import figures as draw
from polyhead.studies.heads.polysemantic_head.measures import Measured, PolysemanticHeadConfig, measure
from polyhead.studies.study import Study


def figures(m: Measured) -> list[Figure]:
    """All figures, in the order of the page; the sweep where the config asks for it."""
    drawn = (draw.mass, draw.classes, draw.thresholds, draw.tables, draw.ranks, draw.hydra)
    return [figure(m) for figure in (*drawn, *([draw.sweep] if m.cfg.with_sweep else []))]


def notes(m: Measured) -> list[str]:
    """Which heads the behaviours need, what the prompts are, and the largest falls."""
    return [_division(m), *_rows(m), *_proposals(m), _hydra_note(m)]


def _division(m: Measured) -> str:
    """Whether one head or several do the three jobs, in words."""
    parts = []
    for r in m.results:
        lead = m.best[r.name]
        after = [r.probability[kind][lead].mean() for kind in r.probability]
        parts.append(
            f"{r.name}: {m.names[lead]} (top-1 {r.clean.top1_rate:.0%} to {r.top1['bos-row'][lead].mean():.0%}, "
            f"probability {r.clean.mean_probability:.2f} to {after[0]:.2f}, with its mean row {after[1]:.2f})"
        )
    distinct = len(set(m.best.values()))
    says = "one head" if distinct == 1 else f"{distinct} different heads"
    return (
        f"The three behaviours need {says} most, chosen on every other prompt by the way of ablation that hurts less: "
        + "; ".join(parts)
        + f". Of the most mixed heads, {m.names[m.head]} comes nearest to the published head."
    )


def _rows(m: Measured) -> list[str]:
    own = m.rows.heads[m.head]
    uniform = {b.name: b.uniform_mass for b in m.rows.behaviours}
    mass = sorted(zip(own.mass_with_overlaps, uniform), reverse=True)[:5]
    notes = [
        "Heads by entropy of their mass over behaviours, most mixed first: "
        + ", ".join(f"{m.names[i]} ({m.rows.heads[i].mass_entropy:.2f})" for i in m.candidates)
        + f". Chosen on every other prompt: {m.names[m.head]}, whose attention is "
        + ", ".join(f"{m:.0%} {n} (uniform attention: {uniform[n]:.0%})" for m, n in mass)
        + f"; {own.shares[-1]:.0%} of its rows are unknown at 95 %, {own.curve[-1][0]:.0%} at 80 %.",
        "The prompts are our own (the source shows its templates as pictures only), the model is another one: the "
        "shape of the tables can be compared, not a weight. The clean model answers "
        + ", ".join(f"{r.clean.top1_rate:.0%} ({r.name})" for r in m.results)
        + " of the prompts.",
        "Equal output norm, by set: "
        + "; ".join(f"{name}: {', '.join(m.names[i] for i in places)}" for name, places in m.controls.items())
        + ".",
    ]
    for r in m.results:
        falls = r.drop().mean(1)
        order = np.argsort(-falls, kind="stable")[:5]
        notes.append(
            f"Largest falls on {r.name}: "
            + ", ".join(
                f"{m.names[i]} {r.clean.mean_probability:.2f} to {r.probability['bos-row'][i].mean():.2f} (mean row: "
                f"{r.probability['mean-row'][i].mean():.2f})"
                for i in order
            )
            + "."
        )
    return notes


def _proposals(m: Measured) -> list[str]:
    return [
        f"Unknown rows, {p.share:.0%} of a sample over all heads: {p.words}. Most in "
        + ", ".join(f"{h} ({n})" for h, n in p.heads[:4])
        + "."
        for p in m.rows.proposals[:5]
    ]


def _hydra_note(m: Measured) -> str:
    parts = [
        f"{head} on {name}: fall {free:.2f} free, {frozen:.2f} frozen"
        for name, rows in m.backups.items()
        for head, free, frozen in rows
    ]
    return "Hydra check, heads before the last layer ablated at all positions: " + "; ".join(parts) + "."


STUDY = Study(
    name="polysemantic-head",
    presets={"quick": PolysemanticHeadConfig(n_sequences=48, prompt_share=0.4), "full": PolysemanticHeadConfig()},
    measure=measure,
    claims=(claims,),
    figures=(figures,),
    notes=notes,
)
