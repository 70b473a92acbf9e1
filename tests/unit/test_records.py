"""Records survive the disk whatever their text holds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyhead.core.errors import ArtifactError
from polyhead.core.records import Record, load_lines, save_lines


class Word(Record):
    """One field of text."""

    text: str


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_lines_come_back_with_any_text(tmp_path_factory: pytest.TempPathFactory, texts: list[str]):
    path = tmp_path_factory.mktemp("lines") / "words.jsonl"
    save_lines(path, [Word(text=t) for t in [*texts, "a\u2028b\u0085c\nd"]])
    assert [w.text for w in load_lines(path, Word)] == [*texts, "a\u2028b\u0085c\nd"]


def test_a_line_of_another_kind_is_named(tmp_path: Path):
    path = tmp_path / "words.jsonl"
    path.write_text('{"text": "a"}\n{"txt": "b"}\n')
    with pytest.raises(ArtifactError, match=r"words\.jsonl:2 is not a Word"):
        list(load_lines(path, Word))


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ArtifactError, match="does not exist"):
        list(load_lines(tmp_path / "none.jsonl", Word))


def test_no_record_is_a_file_without_lines(tmp_path: Path) -> None:
    save_lines(tmp_path / "none.jsonl", [])
    assert list(load_lines(tmp_path / "none.jsonl", Word)) == []
