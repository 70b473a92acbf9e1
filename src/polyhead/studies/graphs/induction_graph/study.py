"""The study `induction-graph`: which features make the pattern of an induction head, what becomes of it without.

On prompts that repeat a piece of text, the attention score of the induction head from the last token to the key is
split over what wrote to the stream on both sides; features that the previous-token head carried to the key are taken
out of the live model; and the previous-token head is asked whether it looks at contents at all.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.study_records import Bars, Claim, Distribution, Figure, Findings, Reference, Scatter, Series, Verdict
from polyhead.studies.graphs.induction_graph.models import MOSTLY, N_OTHER_KEYS, Case, Removal, contentless, measure
from polyhead.studies.graphs.prompts import ExplainedPlace, Heads, explainer_sets, open_place
from polyhead.studies.judge import judge_share
from polyhead.studies.study import Study

SOURCES = (
    "Transformer Circuits, Tracing Attention Computation Through Feature Interactions (2025)",
    "Elhage et al., A Mathematical Framework for Transformer Circuits (2021)",
)


GONE = 0.2
"""Share of the attention that may be left where a removal is said to kill a pattern."""


class InductionGraphConfig(Config):
    """Everything that decides the record."""

    places: tuple[ExplainedPlace, ...] = (ExplainedPlace(n_prompts=24),)
    seed: int = 0


class Looked(NamedTuple):
    """What was found at one place."""

    place: ExplainedPlace
    heads: Heads
    n_prompts: int
    sets: dict[str, list[Case]]
    position: list[float]
    """Of each prompt, how much of the previous-token head's preference is position."""


def run(cfg: InductionGraphConfig, folder: Path) -> Findings:
    """Find heads and prompts, split scores with every set of dictionaries, remove, and judge."""
    found = [_look(place, cfg.seed, folder) for place in cfg.places]
    sets = {name: cases for looked in found for name, cases in looked.sets.items()}
    return Findings(
        claims=[_carried(sets), _killed(sets), _one(sets), _answer(sets), _previous(found)],
        figures=[_figure_split(sets), _figure_removed(sets), _figure_nats(sets)],
        notes=[note for looked in found for note in _notes(looked)] + [NOTE],
        n_models=len(sets),
        n_diverged=0,
    )


def _look(place: ExplainedPlace, seed: int, folder: Path) -> Looked:
    model, prompts, heads = open_place(place, seed)
    sets: dict[str, list[Case]] = {}
    for name, explainers in explainer_sets(place, folder):
        found = [measure(model, explainers, prompt, heads, seed) for prompt in prompts]
        sets[name] = [case for case in found if case is not None]
        if not sets[name]:
            raise PolyheadError(
                f"{name}: on none of {len(prompts)} prompts does an induction head look at its key and find there what "
                "the previous-token head brought; take more prompts, or dictionaries of the previous-token head's layer"
            )
    return Looked(place, heads, len(prompts), sets, contentless(model, prompts, heads.previous))


def _judge(
    sets: dict[str, list[Case]], holds: Callable[[Case], bool], chance: Callable[[Case], bool] | float
) -> tuple[Verdict, str]:
    """Verdict over all prompts, and how many hold in each set; unpublished where chance is a number."""
    cases = [case for found in sets.values() for case in found]
    control = [chance(c) for c in cases] if callable(chance) else chance
    verdict, reason = judge_share([holds(c) for c in cases], control, published=callable(chance))
    counts = ", ".join(f"{name} {sum(map(holds, found))} of {len(found)}" for name, found in sets.items())
    return verdict, f"{reason}: {counts}"


def _each(sets: dict[str, list[Case]], value, label: str, unit: str = "") -> list[Distribution]:  # type: ignore[no-untyped-def]
    return [
        Distribution(label=f"{name}: {label}", values=[float(value(c)) for c in found], unit=unit)
        for name, found in sets.items()
    ]


def _carried(sets: dict[str, list[Case]]) -> Claim:
    verdict, reason = _judge(sets, lambda c: c.carried > 0.5, lambda c: c.others > 0.5)
    return Claim(
        key="carried-features",
        statement="What makes an induction head prefer its key are features that the previous-token head brought "
        "there: they make up more than half of the score's contrast to other keys.",
        source=SOURCES[0],
        published="the key holds the token and what came after it, shown on examples",
        ours=_each(sets, lambda c: c.carried, "share of the contrast"),
        control=_each(sets, lambda c: c.others, "other latents of the same layer and place"),
        control_note=f"Contrast: the score of the key less the mean of {N_OTHER_KEYS} other keys of the same prompt. "
        f"A latent counts as brought by the head if at least {MOSTLY:.0%} of what arrives came through it.",
        verdict=verdict,
        reason=reason,
    )


def _killed(sets: dict[str, list[Case]]) -> Claim:
    verdict, reason = _judge(sets, lambda c: c.removed.pattern < GONE, lambda c: c.random.pattern < GONE)
    return Claim(
        key="removal-kills",
        statement="Taking the carried features of the key out of the live model takes away more than four fifths "
        "of the induction head's attention to it.",
        source=SOURCES[0],
        published="removal of the key feature kills induction (examples)",
        ours=_each(sets, lambda c: c.removed.pattern, "attention left"),
        control=[
            *_each(sets, lambda c: c.random.pattern, "other latents there, same norm"),
            *_each(sets, lambda c: c.elsewhere.pattern, "the same vector, another position"),
        ],
        control_note="The live model, nothing frozen. Other latents of the same layer and position are brought to the "
        "norm of what was removed.",
        verdict=verdict,
        reason=reason,
    )


def _one(sets: dict[str, list[Case]]) -> Claim:
    verdict, reason = _judge(sets, lambda c: c.top.pattern < 0.5, lambda c: c.other.pattern < 0.5)
    return Claim(
        key="one-key-feature",
        statement="One key feature is enough: without the single latent that adds most to the score, more than half of "
        "the attention to the key is gone.",
        source=SOURCES[0],
        published="removal of the key feature kills induction (examples)",
        ours=_each(sets, lambda c: c.top.pattern, "attention left"),
        control=_each(sets, lambda c: c.other.pattern, "the strongest of the other latents there"),
        control_note="As above, one latent at its own size.",
        verdict=verdict,
        reason=reason,
    )


def _answer(sets: dict[str, list[Case]]) -> Claim:
    verdict, reason = _judge(sets, lambda c: c.removed.nats > c.random.nats, 0.5)
    return Claim(
        key="answer-falls",
        statement="With them the answer goes: its log-probability falls further than when as much of other latents is "
        "taken out.",
        source="ours",
        published="unknown",
        ours=_each(sets, lambda c: c.removed.nats, "nats lost", "nats"),
        control=_each(sets, lambda c: c.random.nats, "other latents there, same norm", "nats"),
        control_note="Chance: one prompt in two. The features are taken out for all heads of later layers.",
        verdict=verdict,
        reason=reason,
    )


def _previous(found: list[Looked]) -> Claim:
    holds = [share > 0.8 for looked in found for share in looked.position]
    verdict, reason = judge_share(holds, 0.5, published=False)
    return Claim(
        key="previous-by-position",
        statement="The previous-token head looks by position, not by contents: with the contents of all keys dealt out "
        "anew, more than 80 % of its preference for the position in front is left.",
        source=SOURCES[0],
        published="of a large model: features of the query (first name) and of the key (title), one example",
        ours=[Distribution(label=f"{x.place.name}: share of the contrast left", values=x.position) for x in found],
        control=[],
        control_note="Chance: one prompt in two. Contrast: score of the position in front less the mean over other "
        "keys; rotations stay where they were, contents are permuted; median over destinations of a prompt.",
        verdict=verdict,
        reason=reason,
    )


def _figure_split(sets: dict[str, list[Case]]) -> Figure:
    def series(name: str, attribute: str, label: str) -> Series:
        values = [getattr(c, attribute) for c in sets[name]]
        return Series(name=label, x=list(range(1, len(values) + 1)), y=sorted(round(v, 4) for v in values))

    return Figure(
        key="contrast",
        title="Who makes the key stand out",
        caption="Share of the induction head's contrast between its key and other keys, prompt by prompt in order of "
        "size: latents brought by the previous-token head, and the other latents of that layer at the key. The rest "
        "comes from embeddings, other layers and errors.",
        panels=[
            Scatter(
                title=name,
                x_label="prompts, in order",
                y_label="share of the contrast",
                series=[
                    series(name, "carried", "by the previous-token head"),
                    series(name, "others", "by other heads"),
                ],
                references=[Reference(axis="y", value=0.5, label="half")],
            )
            for name in sets
        ],
        columns=2,
    )


def _figure_removed(sets: dict[str, list[Case]]) -> Figure:
    kinds = {
        "removed": "all carried",
        "top": "the strongest one",
        "other": "strongest other",
        "random": "all others, same norm",
        "elsewhere": "elsewhere",
    }

    def row(name: str) -> Series:
        values = [np.array([getattr(c, kind).pattern for c in sets[name]]) for kind in kinds]
        return Series(
            name=name,
            y=[round(float(np.median(v)), 4) for v in values],
            low=[round(float(np.percentile(v, 10)), 4) for v in values],
            high=[round(float(np.percentile(v, 90)), 4) for v in values],
        )

    return Figure(
        key="removed",
        title="Attention to the key that is left",
        caption="Live model, medians over prompts with 10th and 90th percentiles, by what was taken out in front of "
        "the induction head.",
        panels=[
            Bars(
                title="attention left, over what it was",
                y_label="share",
                categories=list(kinds.values()),
                series=[row(name) for name in sets],
                references=[Reference(axis="y", value=1.0, label="untouched")],
            )
        ],
    )


def _figure_nats(sets: dict[str, list[Case]]) -> Figure:
    def points(name: str, attribute: str, label: str) -> Series:
        found: list[Removal] = [getattr(c, attribute) for c in sets[name]]
        return Series(name=label, x=[round(r.pattern, 4) for r in found], y=[round(r.nats, 4) for r in found])

    return Figure(
        key="nats",
        title="Attention left and nats lost",
        caption="Live model, every prompt; log-probability of the answer lost against attention to the key that is "
        "left.",
        panels=[
            Scatter(
                title=name,
                x_label="attention to the key left",
                y_label="nats lost",
                series=[points(name, "removed", "all carried"), points(name, "random", "others, same norm")],
            )
            for name in sets
        ],
        columns=2,
    )


NOTE = (
    "Exploratory: that four fifths of the attention must go, and that the answer is compared with other latents of the "
    "same norm, was set after a trial with eight prompts of the bundled model, where that control nearly passed the "
    "laxer thresholds tried first."
)


def _notes(looked: Looked) -> list[str]:
    place, heads, sets = looked.place, looked.heads, looked.sets
    first = next(iter(sets.values()))
    used = Counter(c.head for c in first)
    pairs = Counter((q.split(".")[0], k.split(".")[0]) for c in first for q, k, _ in c.pairs)
    by_layer = Counter(c.strongest.split(".")[0] for c in first)
    return [
        f"{place.name}: {looked.n_prompts} prompts of {place.period} tokens of its text and their beginning again, "
        f"next token of probability {place.least_probability:g} or more. Heads found on them: induction "
        + ", ".join(f"L{layer}H{head}" for layer, head in heads.induction)
        + f"; previous token L{heads.previous[0]}H{heads.previous[1]}. Each prompt is judged on the head that looks "
        "most at its key: " + ", ".join(f"L{x[0]}H{x[1]} {n}" for x, n in used.most_common()) + ".",
        f"{place.name}: the key-side node that adds most to the score is, by layer of the latent or by kind: "
        + ", ".join(f"{name} {n}" for name, n in by_layer.most_common())
        + "; largest terms, query side x key side: "
        + ", ".join(f"{q} x {k} {n}" for (q, k), n in pairs.most_common(6))
        + ". Carried features at a key: median "
        + ", ".join(f"{name} {np.median([c.n_carried for c in found]):g}" for name, found in sets.items())
        + ". The previous-token head writes one position's contents, which a dictionary splits over several latents: "
        "that is why single removals do less than the published examples suggest.",
    ]


STUDY = Study(
    name="induction-graph",
    title="Which features make an induction head look",
    question="Do features that the previous-token head carries to a key make an induction head look there?",
    sources=SOURCES,
    presets={
        "quick": InductionGraphConfig(places=(ExplainedPlace(n_prompts=12, n_trained=0),)),
        "full": InductionGraphConfig(),
    },
    run=run,
)
