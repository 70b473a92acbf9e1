import json
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from polyhead.activations.texts import Document, read_texts
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
        ("a.jsonl", b'{"text": "\\ud800"}', "a.jsonl:1: text was expected; received half a surrogate pair"),
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


DEEP = "[" * 5_000


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"text": ' + DEEP.encode() + b"1" + b"]" * 5_000 + b"}", "levels of nesting"),
        (DEEP.encode(), "levels of nesting|JSON"),
        (b'{"text": 5}', 'no "text"'),
        (b'{"text": ["a"]}', 'no "text"'),
        (b"null", 'no "text" .received NoneType'),
        (b"[]", 'no "text" .received list'),
        (b"{}", 'no "text" .received no keys'),
        (b'{"text": "\\ud800"}', "surrogate"),
        (b"\x00", "JSON"),
        (b"\xff\xfe{}", "is not UTF-8"),
    ],
    ids=range(10),
)
def test_a_line_that_is_no_document_is_one_line(line: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "x"}\n' + line + b"\n")
    with pytest.raises(PolyheadError, match=says) as info:
        list(read_texts(path))
    assert "\n" not in str(info.value)
    assert "a.jsonl:2" in str(info.value)


def test_byte_order_marks_and_nuls_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfa\x00b")
    (tmp_path / "b.jsonl").write_bytes(b'\xef\xbb\xbf{"text": "c\\u0000d"}\r\n')
    assert [d.text for d in read_texts(tmp_path)] == ["a\x00b", "c\x00d"]


@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".parquet"])
def test_a_pipe_is_refused_instead_of_waited_for(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"pipe{suffix}"
    os.mkfifo(path)
    with pytest.raises(PolyheadError, match="is a pipe or a device"):
        list(read_texts(path))
    (tmp_path / "a.txt").write_text("x")
    assert [d.name for d in read_texts(tmp_path)] == ["a.txt"]


def test_columns_of_other_types_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    not_utf8 = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 2], np.int32).tobytes()), pa.py_buffer(b"\xff\xfe")]
    )
    columns: list[pa.Array] = [
        pa.array([b"x"]), pa.array([["a"]]), pa.array([{"a": 1}]), pa.array([None], pa.string()), pa.array([1.5]),
        not_utf8,
    ]  # fmt: skip
    for column in columns:
        pq.write_table(pa.table({"text": column}), path)
        with pytest.raises(PolyheadError, match=r"a\.parquet") as info:
            list(read_texts(path))
        assert "\n" not in str(info.value)
    pq.write_table(pa.table([pa.array(["a"]), pa.array(["b"])], names=["text", "text"]), path)
    with pytest.raises(PolyheadError, match=r"a\.parquet"):
        list(read_texts(path))
    for kind in (pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        pq.write_table(pa.table({"text": pa.array(["é", "b"]).cast(kind)}), path)
        assert [d.text for d in read_texts(path)] == ["é", "b"]
