"""`polyhead benchmark` from the command line."""

import json
from pathlib import Path

import pytest

from polyhead.cli.app import main

CHOICE = ["--cases", "roomy", "--methods", "oracle", "random", "--seeds", "2"]


def test_it_prints_a_table_and_goes_on_from_its_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    out = ["--out", str(tmp_path)]
    main(["benchmark", *CHOICE, *out])
    printed = capsys.readouterr().out
    assert "4 features, 8 heads" in printed
    assert "oracle" in printed
    assert "1.00±0.00" in printed
    main(["benchmark", *CHOICE, *out, "--collect", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert len(found["rows"]) == 4
    assert json.loads((tmp_path / "record.json").read_text()) == found


def test_a_mistake_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for arguments, told in (
        (["--methods", "mct"], "mtc"),
        (["--cases", "crowdd"], "crowded"),
        (["--seeds", "0"], "at least 1"),
        (["--collect"], "holds no rows"),
    ):
        with pytest.raises(SystemExit):
            main(["benchmark", *arguments, "--out", str(tmp_path / "nothing")])
        error = capsys.readouterr().err
        assert told in error
        assert "Traceback" not in error
