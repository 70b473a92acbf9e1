"""NaN and infinities in files: null with a name, and the same numbers when read."""

import json
import math

import pytest
from pydantic import Field

from polyhead.core.data_files import read_json, read_object
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.files import write_json
from polyhead.core.not_finite import json_text, restored, without
from polyhead.core.records import Record, load_lines, save_lines

NAN, INF = math.nan, math.inf


class Numbers(Record):
    """Of the tests."""

    loss: float
    table: dict[str, list[float | None]] = Field(default_factory=dict)


def strict(text: str):
    def refuse(name):
        raise AssertionError(name)

    return json.loads(text, parse_constant=refuse)


def test_a_null_and_a_pointer_stand_for_each_number():
    value = {"a": [1.0, NAN, {"b/c": -INF, "~": INF}], "d": None}
    plain = without(value)
    assert plain == {
        "a": [1.0, None, {"b/c": None, "~": None}],
        "d": None,
        "not_finite": {"/a/1": "NaN", "/a/2/b~1c": "-Infinity", "/a/2/~0": "Infinity"},
    }
    back = restored(plain)
    assert math.isnan(back["a"].pop(1))
    assert back == {"a": [1.0, {"b/c": -INF, "~": INF}], "d": None}


def test_finite_values_are_written_as_before():
    value = {"a": [1.5, None, "NaN"]}
    assert json_text(value) == json.dumps(value)
    assert restored(value) == value


def test_bare_numbers_have_no_place_for_a_name():
    with pytest.raises(PolyheadError, match="not finite"):
        json_text([1.0, NAN])
    assert restored(strict(json_text([{"a": NAN}, {"a": 1.0}])))[1] == {"a": 1.0}


def test_records_come_back_and_their_files_are_strict_json(tmp_path):
    record = Numbers(loss=NAN, table={"x/y": [INF, None, 1.0]})
    record.save(tmp_path / "one.json")
    strict((tmp_path / "one.json").read_text())
    back = Numbers.load(tmp_path / "one.json")
    assert math.isnan(back.loss)
    assert back.table == record.table
    save_lines(tmp_path / "all.jsonl", [record, Numbers(loss=2.0)])
    lines = (tmp_path / "all.jsonl").read_text().splitlines()
    assert strict(lines[1]) == {"loss": 2.0, "table": {}}
    first, second = load_lines(tmp_path / "all.jsonl", Numbers)
    assert strict(lines[0])["loss"] is None
    assert math.isnan(first.loss)
    assert (first.table, second.loss) == (record.table, 2.0)


def test_records_of_earlier_versions_are_read(tmp_path):
    (tmp_path / "old.json").write_text('{"loss": NaN, "table": {"a": [Infinity]}}')
    assert Numbers.load(tmp_path / "old.json").table == {"a": [INF]}
    with pytest.raises(ArtifactError, match="received NaN"):
        read_json(tmp_path / "old.json")


@pytest.mark.parametrize(
    "named", [7, {"/b": "NaN"}, {"/a": "NaN"}, {"a": "NaN"}, {"/c/9": "NaN"}, {"/c/x": "NaN"}, {"/d": "nan"}, {"/d": 1}]
)
def test_pointers_to_nothing_are_refused(tmp_path, named):
    write_json(tmp_path / "x.json", {"a": 1, "c": [None], "d": None, "not_finite": named})
    with pytest.raises(ArtifactError, match=r"x\.json: not_finite"):
        read_object(tmp_path / "x.json", constants=True)
