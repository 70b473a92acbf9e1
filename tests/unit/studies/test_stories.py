"""What pages tell first: whole for every study, true of its shipped record, withdrawn where a run found otherwise."""

import re
import string

import pytest

from polyhead.core.study_records import StudyRecord
from polyhead.runs.study_report import shipped_record
from polyhead.studies import STUDIES
from polyhead.studies.stories import STORIES
from polyhead.studies.story import in_current_words, tell


def record_of(name: str) -> StudyRecord:
    record = shipped_record(name)
    assert record is not None
    return record


def sentences(text: str) -> int:
    return len(re.findall(r"[.?!](?=\s|$)", text))


def test_every_study_has_a_story() -> None:
    assert set(STORIES) == set(STUDIES)


@pytest.mark.parametrize("name", STUDIES)
def test_a_story_is_whole(name: str) -> None:
    record = record_of(name)
    story = tell(record)
    assert sentences(story.question) == 1
    assert story.question.endswith("?")
    assert 1 <= sentences(story.takeaway) <= 2
    assert story.takeaway.endswith((".", ")."))
    assert story.key_figure == STORIES[name].key_figure
    assert story.key_figure in {figure.key for figure in record.findings.figures}
    assert story.set_up is not None
    assert sentences(story.set_up.text) == 2
    assert story.rerun.command.startswith(f"polyhead study run {name}")
    assert story.rerun.quick == f"polyhead study run {name} --preset quick"
    assert (story.rerun.seconds, story.rerun.n_models) == (record.seconds, record.findings.n_models)
    assert (story.rerun.seeds is None) == (record.findings.n_models == 0 or "seeds" not in str(record.settings))


@pytest.mark.parametrize("name", STUDIES)
def test_a_takeaway_says_what_the_record_found(name: str) -> None:
    """Every claim it counts is one it rests on, and the record judged all of them as the words say."""
    record = record_of(name)
    held = {claim.key: claim.held for claim in record.findings.claims}
    told = STORIES[name]
    assert {key: held[key] for key in told.rests_on} == dict(told.rests_on)
    named = {field for _, field, _, _ in string.Formatter().parse(told.takeaway) if field}
    assert named <= set(told.rests_on)
    assert "unknown" not in tell(record).takeaway


@pytest.mark.parametrize("name", STUDIES)
def test_another_verdict_takes_the_takeaway_back(name: str) -> None:
    record = record_of(name)
    for key in STORIES[name].rests_on:
        claims = [
            c.model_copy(update={"held": "no" if c.held != "no" else "yes"}) if c.key == key else c
            for c in record.findings.claims
        ]
        other = record.model_copy(update={"findings": record.findings.model_copy(update={"claims": claims})})
        assert tell(other).takeaway.startswith(f"{len(claims)} claims with the preset full: ")


def test_numbers_are_those_of_the_record() -> None:
    record = record_of("ov-coherent")
    assert tell(record).takeaway.startswith("In 60 of 64 trained models the two heads prefer")
    claims = [c.model_copy(update={"reason": c.reason.replace("60 of 64", "61 of 64")}) for c in record.findings.claims]
    other = record.model_copy(update={"findings": record.findings.model_copy(update={"claims": claims})})
    assert tell(other).takeaway.startswith("In 61 of 64 trained models")
    assert "4.2%" not in tell(record_of("ov-dimension")).takeaway
    assert "89% and 71% of the groups" in tell(record_of("ov-dimension")).takeaway


def test_a_study_that_is_not_known_is_told_from_its_record() -> None:
    record = record_of("tms").model_copy(update={"name": "made-elsewhere"})
    story = tell(record)
    assert story.takeaway == "17 claims with the preset full: 14 held, 3 did not hold."
    assert story.key_figure == record.findings.figures[0].key
    assert story.set_up is None


@pytest.mark.parametrize("name", STUDIES)
def test_a_shipped_record_is_in_current_words(name: str) -> None:
    record = record_of(name)
    assert in_current_words(record) == record


def test_an_older_record_reads_in_current_words_and_keeps_its_numbers() -> None:
    record = record_of("ov-coherent")
    first, *others = record.findings.claims
    older = record.model_copy(
        update={
            "title": "Another title",
            "findings": record.findings.model_copy(
                update={"claims": [first.model_copy(update={"statement": "It used to read so."}), *others]}
            ),
        }
    )
    assert in_current_words(older) == record
    elsewhere = older.model_copy(update={"name": "made-elsewhere"})
    assert in_current_words(elsewhere) == elsewhere


def test_statements_that_name_an_item_are_current_too() -> None:
    record = record_of("tms")
    claims = [c.model_copy(update={"statement": "An older wording."}) for c in record.findings.claims]
    older = record.model_copy(update={"findings": record.findings.model_copy(update={"claims": claims})})
    now = {claim.key: claim.statement for claim in in_current_words(older).findings.claims}
    assert now["rare-superposed-12"].endswith("on 12 units).")
    assert now["phase-diagram-2"] == "An older wording.", "it also names the number of units, which is measured"


@pytest.mark.parametrize("name", STUDIES)
def test_no_record_names_a_place_on_the_disk_of_who_made_it(name: str) -> None:
    text = record_of(name).model_dump_json()
    assert not re.findall(r"(?:\.\./|(?<![\w.])/(?:home|root|tmp|work|usr|Users)/)[^\"\\ ]*", text)
