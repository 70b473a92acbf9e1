"""No record is written with NaN or Infinity, which JSON does not have: those that ship, and every class of record."""

import importlib
import json
import math
import pkgutil
from pathlib import Path

import pytest

import polyhead
from polyhead.core.records import Record

SOURCE = Path(polyhead.__file__).parent


def refuse(name: str) -> None:
    raise AssertionError(name)


def test_every_json_file_that_ships_is_strict():
    found = [p for suffix in ("json", "jsonl") for p in SOURCE.rglob(f"*.{suffix}")]
    assert len(found) > 40
    for path in found:
        text = path.read_text("utf-8")
        for part in text.splitlines() if path.suffix == ".jsonl" else [text]:
            json.loads(part, parse_constant=refuse)


def record_classes() -> list[type[Record]]:
    for module in pkgutil.iter_modules([str(SOURCE / "core")]):
        importlib.import_module(f"polyhead.core.{module.name}")

    def below(kind: type[Record]) -> list[type[Record]]:
        return [one for child in kind.__subclasses__() for one in [child, *below(child)]]

    return [kind for kind in below(Record) if kind.__module__.startswith("polyhead.")]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf], ids=str)
def test_every_class_of_record_writes_null_for_what_is_not_finite(tmp_path: Path, number: float):
    """Each float field in turn, put in without validation: what is written is strict JSON that names the number."""
    tried = 0
    for kind in record_classes():
        for name, field in kind.model_fields.items():
            if field.annotation not in (float, float | None):
                continue
            record = kind.model_construct(**{name: number})
            plain = json.loads(record.json_line(), parse_constant=refuse)
            assert plain[name] is None, (kind, name)
            assert plain["not_finite"] == {
                f"/{name}": {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(number)]
            }
            record.save(tmp_path / "one.json")
            assert json.loads((tmp_path / "one.json").read_text(), parse_constant=refuse) == plain
            tried += 1
    assert tried > 40
