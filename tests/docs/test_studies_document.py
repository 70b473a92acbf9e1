"""docs/studies.md and docs/studies/ are what the shipped records say, with a command and a figure per study."""

import importlib.util
from pathlib import Path

import pytest

from polyhead.core.story_records import plain_story
from polyhead.core.study_records import Claim, Distribution
from polyhead.reports.study_markdown import study_document
from polyhead.runs.study_report import shipped_record
from polyhead.studies import STUDIES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("make_studies", DOCS / "make_studies.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_documents_are_what_the_records_say(maker):
    for path, text in maker.documents().items():
        assert path.read_text(encoding="utf-8") == text, "run: make docs"
    assert {path.stem for path in (DOCS / "studies").iterdir()} == set(STUDIES)


def test_the_index_is_a_sentence_and_a_figure_per_study():
    text = (DOCS / "studies.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 7 * len(STUDIES)
    assert max(len(line.split()) for line in text.splitlines()) < 60
    assert all(f"](studies/{name}.md)" in text and f"](images/study-{name}.png)" in text for name in STUDIES)


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_ships_its_full_record_and_shows_a_figure_of_it(name: str):
    record = shipped_record(name)
    assert record is not None
    assert (record.name, record.preset) == (name, "full")
    assert record.findings.claims
    assert (DOCS / "images" / f"study-{name}.png").stat().st_size > 1000
    assert f"polyhead study run {name} --preset full" in (DOCS / "studies" / f"{name}.md").read_text(encoding="utf-8")


def test_numbers_are_written_as_they_are():
    record = shipped_record("ov-coherent")
    assert record is not None
    claim = Claim(
        key="k",
        statement="a | b",
        source="s",
        published="1",
        ours=[
            Distribution(label="share", values=[1, 0, 1]),
            Distribution(label="loss", values=[1.0, 2.0, 4.0], unit="nats"),
            Distribution(label="none", values=[]),
        ],
        control=[],
        control_note="",
        verdict="partly",
        reason="why.",
    )
    findings = record.findings.model_copy(update={"claims": [claim], "figures": [], "notes": ["a note"]})
    other = record.model_copy(update={"findings": findings})
    text = study_document(other, plain_story(other))
    assert "share: 2 of 3; loss: 2 (1.2 to 3.6) nats; none: none left | none | **partly** | agrees in part |" in text
    assert "a \\| b" in text
    assert "- **k**: why." in text
    assert "- a note" in text
