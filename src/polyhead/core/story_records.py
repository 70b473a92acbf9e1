"""What the page of a study tells first: its question, its set-up, its main result in words and as a figure.

A story is made when pages are written, from the catalogue's words and a record's numbers; it is part of the page data
and never of `record.json`.
"""

from typing import Literal

from polyhead.core.records import Record
from polyhead.core.study_records import StudyRecord

DrawingKind = Literal["toy attention", "autoencoder", "real layer", "heads", "weights", "graph"]
"""`toy attention`: tokens into a few heads into an answer. `autoencoder`: many features into few hidden units and back.
`real layer`: an attention layer of a transformer with a dictionary next to it. `heads`: single heads of a transformer.
`weights`: a weight matrix and its random counterpart. `graph`: an attribution graph of a prompt."""


class SetUp(Record):
    """The world or model of a study, in two sentences and as a drawing of three parts."""

    text: str
    drawing: DrawingKind
    into: str
    """Label of what goes in (left): `4 signal tokens, 6 noise tokens`."""
    inside: str
    """Label of what is in the middle: `2 heads of width 5`."""
    out: str
    """Label of what comes out (right): `the completion of the pair`."""


class Rerun(Record):
    """How to get the record again, and what that took."""

    command: str
    quick: str
    """The command of the quick preset, under two minutes."""
    seeds: int | None
    """Independent seeds of a setting; None where the study trains nothing."""
    n_models: int
    seconds: float
    """Measured, on one thread."""
    machine: str


class Story(Record):
    """The top of a study page; `takeaway` has at most two sentences and never contradicts the record's verdicts."""

    question: str
    takeaway: str
    key_figure: str | None
    """Key of the figure of the record that shows the main result."""
    set_up: SetUp | None
    """None for a study that the catalogue does not know."""
    rerun: Rerun


def plain_story(record: StudyRecord) -> Story:
    """The story of a record about which nothing more is known than the record says."""
    figures = record.findings.figures
    return Story(
        question=record.question,
        takeaway=outcome(record),
        key_figure=figures[0].key if figures else None,
        set_up=None,
        rerun=Rerun(
            command=record.command,
            quick=f"polyhead study run {record.name} --preset quick",
            seeds=_seeds(record),
            n_models=record.findings.n_models,
            seconds=record.seconds,
            machine=record.machine,
        ),
    )


def outcome(record: StudyRecord) -> str:
    """How the claims were judged, as one sentence."""
    held = [claim.held for claim in record.findings.claims]
    words = {"yes": "held", "partly": "held in part", "no": "did not hold", None: "only measured"}
    counts = ", ".join(f"{held.count(h)} {said}" for h, said in words.items() if h in held)
    return f"{len(held)} claim{'' if len(held) == 1 else 's'} with the preset {record.preset}: {counts}."


def _seeds(record: StudyRecord) -> int | None:
    """The largest number of seeds that the settings name, at the top or in one of the places."""
    found = []
    for settings in (record.settings, *record.settings.get("places", ())):
        found += [settings[key] for key in ("n_seeds", "n_claim_seeds") if isinstance(settings.get(key), int)]
        found += [len(settings["seeds"])] if isinstance(settings.get("seeds"), list) else []
    return max(found, default=None) if record.findings.n_models else None
