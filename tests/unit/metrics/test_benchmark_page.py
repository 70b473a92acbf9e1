"""docs/benchmark.md agrees with the shipped record, names every case, and its example runs."""

import re
from pathlib import Path

import pytest

from polyhead.core.errors import PolyheadError
from polyhead.metrics.benchmark import pages
from polyhead.metrics.benchmark.cases import cases
from polyhead.metrics.benchmark.leaderboard import entries

PAGE = Path(__file__).parents[3] / "docs" / "benchmark.md"


def test_the_page_is_what_the_record_says():
    text = PAGE.read_text(encoding="utf-8")
    assert pages.filled(text, pages.shipped()) == text, "run: python docs/make_benchmark.py"


def test_every_case_has_a_section_and_every_failing_method_exists():
    text = PAGE.read_text(encoding="utf-8")
    for name, case in cases().items():
        assert f"### `{name}`: {case.title}" in text
        assert f"<!-- measured: {name} -->" in text
        assert case.must_fail.keys() <= entries().keys()


def test_the_record_is_of_the_cases_as_they_are():
    shipped = pages.shipped()
    assert {name: case.world.model_dump(mode="json", exclude_defaults=True) for name, case in cases().items()} == {
        name: cases()[name].world.model_validate(case["world"]).model_dump(mode="json", exclude_defaults=True)
        for name, case in shipped.cases.items()
    }


def test_an_unknown_mark_is_named():
    with pytest.raises(PolyheadError, match="'nonsense'"):
        pages.filled("<!-- measured: nonsense -->\n<!-- end -->", pages.shipped())


def test_the_example_runs(capsys: pytest.CaptureFixture[str]):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    exec(compile(code, str(PAGE), "exec"), {"__name__": "example"})
    source, output, said, *_ = capsys.readouterr().out.split()
    assert 0.2 < float(source) < 0.9
    assert 0.2 < float(output) <= 1.0
    assert int(said) == 0
