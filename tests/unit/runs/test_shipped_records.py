"""Records that ship are those of today's studies: the command each names asks for the settings it holds."""

import shlex

import pytest

from polyhead.runs.study import parse_settings, study_config
from polyhead.runs.study_report import shipped_record
from polyhead.studies import STUDIES, find_study


@pytest.mark.parametrize("name", STUDIES)
def test_the_command_of_a_shipped_record_asks_for_its_settings(name: str) -> None:
    record = shipped_record(name)
    assert record is not None
    *start, _, preset = shlex.split(record.command)[:6]
    assert start == ["polyhead", "study", "run", name]
    asked = study_config(find_study(name), preset, parse_settings(shlex.split(record.command)[7::2]))
    assert type(asked).parse(record.settings) == asked
