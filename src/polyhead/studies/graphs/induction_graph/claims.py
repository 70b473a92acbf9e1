"""Claims of the study `induction-graph`."""

from collections.abc import Callable
from typing import Any

from polyhead.core.study_records import Distribution
from polyhead.studies import study
from polyhead.studies.claim import Share
from polyhead.studies.graphs.induction_graph.measures import Measured
from polyhead.studies.graphs.induction_graph.models import MOSTLY, N_OTHER_KEYS, Case

SOURCES = (
    "Transformer Circuits, Tracing Attention Computation Through Feature Interactions (2025)",
    "Elhage et al., A Mathematical Framework for Transformer Circuits (2021)",
)


GONE = 0.2
"""Share of the attention that may be left where a removal is said to kill a pattern."""


def _share(
    m: Measured, holds: Callable[[Case], bool], chance: Callable[[Case], bool] | float, **evidence: Any
) -> Share:
    """Over all prompts; how many hold in each set is told."""
    cases = [case for found in m.sets.values() for case in found]
    counts = ", ".join(f"{name} {sum(map(holds, found))} of {len(found)}" for name, found in m.sets.items())
    control = [chance(c) for c in cases] if callable(chance) else chance
    return Share(holds=[holds(c) for c in cases], against=control, tail=f": {counts}", **evidence)


def _each(sets: dict[str, list[Case]], value, label: str, unit: str = "") -> list[Distribution]:  # type: ignore[no-untyped-def]
    return [
        Distribution(label=f"{name}: {label}", values=[float(value(c)) for c in found], unit=unit)
        for name, found in sets.items()
    ]


@study.claim(
    "carried-features", source=SOURCES[0], published="the key holds the token and what came after it, shown on examples"
)
def carried_features(m: Measured) -> Share:
    """An induction head prefers its key because of features that the previous-token head brought there: they
    make up more than half of the score's contrast to other keys."""
    return _share(
        m,
        lambda c: c.carried > 0.5,
        lambda c: c.others > 0.5,
        ours=_each(m.sets, lambda c: c.carried, "share of the contrast"),
        control=_each(m.sets, lambda c: c.others, "other latents of the same layer and place"),
        note=f"Contrast: the score of the key minus the mean of {N_OTHER_KEYS} other keys of the same prompt. A "
        f"latent counts as brought by the head if at least {MOSTLY:.0%} of what arrives came through it.",
    )


@study.claim("removal-kills", source=SOURCES[0], published="removal of the key feature kills induction (examples)")
def removal_kills(m: Measured) -> Share:
    """Removing the carried features of the key from the live model removes more than four fifths of the
    induction head's attention to it."""
    return _share(
        m,
        lambda c: c.removed.pattern < GONE,
        lambda c: c.random.pattern < GONE,
        ours=_each(m.sets, lambda c: c.removed.pattern, "attention left"),
        control=[
            *_each(m.sets, lambda c: c.random.pattern, "other latents there, same norm"),
            *_each(m.sets, lambda c: c.elsewhere.pattern, "the same vector, another position"),
        ],
        note="The live model, nothing frozen. Other latents of the same layer and position are brought to the norm "
        "of what was removed.",
    )


@study.claim("one-key-feature", source=SOURCES[0], published="removal of the key feature kills induction (examples)")
def one_key_feature(m: Measured) -> Share:
    """One key feature is enough: without the single latent that adds most to the score, more than half of the attention
    to the key is gone."""
    return _share(
        m,
        lambda c: c.top.pattern < 0.5,
        lambda c: c.other.pattern < 0.5,
        ours=_each(m.sets, lambda c: c.top.pattern, "attention left"),
        control=_each(m.sets, lambda c: c.other.pattern, "the strongest of the other latents there"),
        note="As above, one latent at its own size.",
    )


@study.claim("answer-falls", source="ours")
def answer_falls(m: Measured) -> Share:
    """Removing the carried features hurts the answer: its log-probability falls further than when as much of
    other latents is removed."""
    return _share(
        m,
        lambda c: c.removed.nats > c.random.nats,
        0.5,
        ours=_each(m.sets, lambda c: c.removed.nats, "nats lost", "nats"),
        control=_each(m.sets, lambda c: c.random.nats, "other latents there, same norm", "nats"),
        note="Chance: one prompt in two. The features are removed for all heads of later layers.",
    )


@study.claim(
    "previous-by-position",
    source=f"{SOURCES[0]} (of a large model: features of the query (first name) and of the key (title), one example)",
)
def previous_by_position(m: Measured) -> Share:
    """The previous-token head looks by position, not by contents: with the contents of all keys permuted, more
    than 80 % of its preference for the previous position is left."""
    holds = [share > 0.8 for looked in m.found for share in looked.position]
    return Share(
        holds=holds,
        against=0.5,
        ours={f"{x.place.name}: share of the contrast left": x.position for x in m.found},
        note="Chance: one prompt in two. Contrast: score of the previous position minus the mean over other keys; "
        "rotations stay where they were, contents are permuted; median over destinations of a prompt.",
    )
