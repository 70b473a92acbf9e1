"""What pages say of a record: the words are today's, from the code; the numbers are those of the record."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from polyhead.core.story_records import Story, outcome, plain_story
from polyhead.core.study_records import Claim, StudyRecord
from polyhead.studies import find_study
from polyhead.studies.catalogue import STUDIES
from polyhead.studies.stories import STORIES

_SHARE = re.compile(r"holds for (\d+) of (\d+)")
_MEDIAN = re.compile(r"median (\S+) over")


def tell(record: StudyRecord) -> Story:
    """Question, takeaway, key figure, set-up and how to rerun, for the page of a record.

    The takeaway is that of `stories` where the record's claims were judged as it says; another run of the study may be
    judged otherwise, and then the takeaway counts its verdicts.
    """
    plain = plain_story(record)
    if record.name not in STORIES:
        return plain
    told = STORIES[record.name]
    claims = {claim.key: claim for claim in record.findings.claims}
    stands = all(key in claims and claims[key].held == held for key, held in told.rests_on.items())
    words = told.takeaway.format_map(_Numbers(claims)) if stands else outcome(record)
    known = told.key_figure in {figure.key for figure in record.findings.figures}
    return plain.model_copy(
        update={
            "question": STUDIES[record.name].question,
            "takeaway": words,
            "key_figure": told.key_figure if known else plain.key_figure,
            "set_up": told.set_up,
        }
    )


def in_current_words(record: StudyRecord) -> StudyRecord:
    """A record with today's title, question, sources and statements, where the code knows study and claim.

    Statements that depend on what was measured stay as they were recorded. Imports the study.
    """
    if record.name not in STUDIES:
        return record
    from polyhead.studies.claim import declared  # brings torch, which listing and telling do without

    card = STUDIES[record.name]
    every = [one.statements() for module in find_study(record.name).claims for one in declared(module)]
    known = {key: statement for some in every for key, statement in some.items()}
    claims = [
        claim.model_copy(update={"statement": known.get(claim.key, claim.statement)})
        for claim in record.findings.claims
    ]
    words = {"title": card.title, "question": card.question, "sources": list(card.sources)}
    return record.model_copy(update={**words, "findings": record.findings.model_copy(update={"claims": claims})})


@dataclass(frozen=True)
class _Number:
    """What a claim's reason counts or measures: `{key}` "60 of 64", `{key:%}` "94%", `{key:median}` "0.97"."""

    claim: Claim

    def __format__(self, spec: str) -> str:
        found = (_MEDIAN if spec == "median" else _SHARE).search(self.claim.reason)
        if found is None:
            return "an unknown share" if spec != "median" else "an unknown value"
        if spec == "median":
            return found[1]
        k, n = int(found[1]), int(found[2])
        return f"{k / n:.0%}" if spec == "%" else f"{k} of {n}"


class _Numbers(Mapping[str, _Number]):
    def __init__(self, claims: Mapping[str, Claim]) -> None:
        self.claims = claims

    def __getitem__(self, key: str) -> _Number:
        return _Number(self.claims[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)
