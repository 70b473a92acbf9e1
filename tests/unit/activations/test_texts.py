import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from polyhead.activations.texts import Document, read_texts, split_documents
from polyhead.core.errors import PolyheadError


def test_each_kind_of_file_gives_its_documents(tmp_path: Path):
    (tmp_path / "a.txt").write_text("één\r\ntwo", encoding="utf-8")
    rows = [{"text": "x", "name": "first"}, {"text": "y"}]
    (tmp_path / "b.jsonl").write_text("\n\n".join(json.dumps(r) for r in rows) + "\n")
    pq.write_table(pa.table({"text": ["p", "q"], "other": [1, 2]}), tmp_path / "c.parquet")
    assert list(read_texts(tmp_path / "a.txt")) == [Document("a.txt", "één\ntwo")]
    assert list(read_texts(tmp_path / "b.jsonl")) == [Document("first", "x"), Document("b.jsonl:3", "y")]
    assert list(read_texts(tmp_path / "c.parquet")) == [Document("c.parquet:1", "p"), Document("c.parquet:2", "q")]


def test_a_folder_is_read_recursively_in_order_of_path(tmp_path: Path):
    for name in ("z.txt", "sub/b.txt", "sub/a.py", "picture.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [d.name for d in read_texts(tmp_path)] == ["sub/a.py", "sub/b.txt", "z.txt"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"caf\xe9", "a.txt is not UTF-8: byte 0xe9 at offset 3"),
        ("a.jsonl", b'{"text": "x"}\n{"tekst": "y"}', 'a.jsonl:2 has no "text" \\(received tekst\\)'),
        ("a.jsonl", b"[1]", "a.jsonl:1 has no .*received list"),
        ("a.jsonl", b'{"text": "x"}\nnope', "a.jsonl:2 is not valid JSON"),
        ("a.jsonl", b'{"text": "\\ud800"}', "a.jsonl:1: text was expected, received half a surrogate pair"),
        ("a.parquet", b"not parquet", "a.parquet is not a readable Parquet file"),
        ("a.zip", b"PK", "cannot read text from .zip"),
    ],
)
def test_unreadable_text_is_one_clear_line(tmp_path: Path, name: str, content: bytes, said: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PolyheadError, match=said) as caught:
        list(read_texts(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_missing_and_empty_places_are_named(tmp_path: Path):
    with pytest.raises(PolyheadError, match="does not exist"):
        list(read_texts(tmp_path / "no.txt"))
    with pytest.raises(PolyheadError, match="holds no text"):
        list(read_texts(tmp_path))


def test_parquet_without_a_text_column_or_with_an_empty_cell(tmp_path: Path):
    pq.write_table(pa.table({"body": ["p"]}), tmp_path / "a.parquet")
    with pytest.raises(PolyheadError, match=r'no column "text" \(received body\)'):
        list(read_texts(tmp_path / "a.parquet"))
    pq.write_table(pa.table({"text": ["p", None]}), tmp_path / "b.parquet")
    with pytest.raises(PolyheadError, match="row 2: no text"):
        list(read_texts(tmp_path / "b.parquet"))


def test_equal_texts_fall_on_one_side_of_the_split():
    documents = [Document(f"{i}", f"text {i % 200}") for i in range(400)]
    train, held_out = split_documents(documents, held_out_share=0.1)
    assert len(train) + len(held_out) == 400
    assert 20 < len(held_out) < 70
    assert not {d.text for d in train} & {d.text for d in held_out}
