"""The reader of plain values: what it accepts comes back exactly, all else is one line that names the file."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from polyhead.core.data_files import (
    MAX_DEPTH,
    parse_json,
    read_json,
    read_json_lines,
    read_model,
    read_object,
    read_text,
    read_toml,
    read_yaml,
    shown,
)
from polyhead.core.errors import ArtifactError


def written(folder: Path, content: bytes, name: str = "file.json") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refused(read, *args, **kwargs) -> str:
    with pytest.raises(ArtifactError) as caught:
        read(*args, **kwargs)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert len(message) < 600
    return message


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(JSON_VALUES, st.booleans())
def test_what_json_can_say_is_read_as_it_is(value, escaped):
    assert parse_json(json.dumps(value, ensure_ascii=escaped), "here") == value


def test_a_byte_order_mark_is_accepted(tmp_path):
    assert read_json(written(tmp_path, b'\xef\xbb\xbf{"a": 1}')) == {"a": 1}
    assert read_text(written(tmp_path, b"\xef\xbb\xbfabc")) == "abc"
    assert read_yaml(written(tmp_path, b"\xef\xbb\xbfa: 1")) == {"a": 1}
    assert read_toml(written(tmp_path, b"\xef\xbb\xbfa = 1")) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not valid JSON"),
        (b"{", "is not valid JSON"),
        (b'{"a": 1} x', "is not valid JSON"),
        (b"\x80\x04K", "UTF-8 text was expected; received the byte 0x80 at 0"),
        (b'{"a": 1, "a": 2}', "the key 'a' occurs twice"),
        (b"[NaN]", "received NaN"),
        (b'{"a": -Infinity}', "received -Infinity"),
        (b"1e999", "finite number"),
        (b"-1E+400", "finite number"),
        (b"1" * 5000, "64 bits"),
        (b"18446744073709551616", "64 bits"),
        (rb'{"a": "\ud800"}', "half a surrogate pair"),
        (rb'{"\udc00": 1}', "half a surrogate pair"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "levels of nesting"),
        (b'{"a":' * 100_000, "levels of nesting"),
        (b"[" * 1_000_000, "levels of nesting"),
    ],
)
def test_json_that_is_refused_in_one_line_with_its_path(tmp_path, content, words):
    path = written(tmp_path, content)
    message = refused(read_json, path)
    assert words in message
    assert message.startswith(str(path))


def test_json_that_looks_odd_and_is_right(tmp_path):
    assert read_json(written(tmp_path, b"18446744073709551615")) == 2**64 - 1
    assert read_json(written(tmp_path, b"[0.12345678901234567890, 1e-400]")) == [0.12345678901234567890, 0.0]
    assert read_json(written(tmp_path, rb'"\ud83d\ude00 \u0000"')) == "\U0001f600 \0"
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert json.dumps(read_json(written(tmp_path, deep))).encode() == deep


def test_roots_and_sizes(tmp_path):
    path = written(tmp_path, b"[1, 2]")
    assert "an object was expected; received a list of 2" in refused(read_object, path)
    assert read_json(path, root=list) == [1, 2]
    assert "MB are read" in refused(read_json, path, max_bytes=3)


def test_constants_where_a_reader_asks_for_them(tmp_path):
    value = read_json(written(tmp_path, b'{"a": NaN, "b": [-Infinity, "\\ud83d\\ude00"]}'), constants=True)
    assert value["a"] != value["a"]
    assert value["b"][0] == float("-inf")


def test_paths_that_are_no_files(tmp_path):
    assert "does not exist" in refused(read_json, tmp_path / "absent.json")
    assert "received a folder" in refused(read_json, tmp_path)
    assert "cannot be" in refused(read_json, Path("a\0b"))
    assert "cannot be read" in refused(read_json, tmp_path / ("n" * 300))
    os.mkfifo(tmp_path / "pipe")
    assert "received a device" in refused(read_json, tmp_path / "pipe")


def test_json_lines_name_the_line(tmp_path):
    path = written(tmp_path, '{"a": "\u2028"}\r\n\n{"a": 2}\n'.encode())
    assert list(read_json_lines(path)) == [(1, {"a": "\u2028"}), (3, {"a": 2})]
    path = written(tmp_path, b'{"a": 1}\n' + b"[" * 100_000)
    assert f"{path}:2" in refused(lambda: list(read_json_lines(path)))
    path = written(tmp_path, b'{"a": 1}\n7\n')
    assert f"{path}:2: an object was expected; received 7" in refused(lambda: list(read_json_lines(path)))


BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BOMB.encode(), "alias"),
        (b"a: &a {x: 1}\nb: {<<: *a}", "alias"),
        (b"a: &a [*a]", "alias"),
        (b"[" * 200, "levels of nesting"),
        (b"a: 1\na: 2", "occurs twice"),
        (b"a: [1", "YAML was expected"),
        (b"a: .nan", "finite number"),
        (b"a: 2024-01-01", "quotation marks"),
        (b"a: !!python/object/apply:os.system [id]", "YAML was expected"),
        (b"? [a]\n: 1", "name of a key"),
        (b"- 1", "an object was expected"),
        (b"", "an object was expected; received None"),
        (b"a: " + b"9" * 5000, "YAML was expected"),
        (b'a: "\\ud800"', "surrogate"),
        (b"a: \x01", "YAML was expected"),
    ],
)
def test_yaml_that_is_refused(tmp_path, content, words):
    path = written(tmp_path, content, "config.yaml")
    message = refused(read_yaml, path)
    assert words in message
    assert message.startswith(str(path))


def test_yaml_and_toml_values(tmp_path):
    assert read_yaml(written(tmp_path, b"a: [1, b, null]\n0: 2.5")) == {"a": [1, "b", None], 0: 2.5}
    assert read_toml(written(tmp_path, b"a = [1, 'b']")) == {"a": [1, "b"]}
    assert "finite" in refused(read_toml, written(tmp_path, b"a = nan"))
    assert "TOML was expected" in refused(read_toml, written(tmp_path, b"a = "))
    assert "nesting" in refused(read_toml, written(tmp_path, b"a = " + b"[" * 5000))


class Kind(BaseModel):
    numbers: list[int]


def test_a_model_names_the_key_at_fault(tmp_path):
    assert read_model(written(tmp_path, b'{"numbers": [1]}'), Kind).numbers == [1]
    message = refused(read_model, written(tmp_path, b'{"numbers": [1, "x"]}'), Kind)
    assert "is not a Kind of this version: numbers.1: " in message
    assert "(received 'x')" in message
    assert "numbers: Field required" in refused(read_model, written(tmp_path, b"{}"), Kind)


def test_any_value_is_shown_in_one_short_line():
    for value in ("x" * 10**6, "a\nb", "\ud800", 10**5000, {"a" * 1000: 1}, [[]] * 10**5, float("nan"), object()):
        assert len(shown(value)) < 200
        shown(value).encode()
        assert "\n" not in shown(value)
