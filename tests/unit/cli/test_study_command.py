"""polyhead study: list, run, report."""

import json
import sys
from pathlib import Path

import pytest

from polyhead.cli.app import main

sys.path.insert(0, str(Path(__file__).parents[1] / "runs"))
from fake_study import install


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    code = 0
    try:
        main(list(arguments))
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, fake={}, broken={"fail": "user"})
    monkeypatch.chdir(tmp_path)


def test_list_shows_names_titles_and_presets(capsys: pytest.CaptureFixture[str]):
    code, out, _ = run(capsys, "study", "list")
    assert code == 0
    assert "Title of fake" in out
    assert "quick, full" in out
    assert "no record yet" in out
    _, out, _ = run(capsys, "study", "list", "--json")
    assert [s["name"] for s in json.loads(out)["studies"]] == ["fake", "broken"]


def test_run_prints_the_claim_table_and_says_when_nothing_was_left_to_do(capsys: pytest.CaptureFixture[str]):
    code, out, _ = run(capsys, "study", "run", "fake")
    assert code == 0
    for words in ("Something", "trained: 1.33 nats", "1 diverged", "no model left", "✓ yes", "nothing published"):
        assert words in " ".join(out.split())
    assert "A note." in out
    assert Path("runs/studies/fake-quick/record.json").exists()
    assert "was not run again" not in out
    _, out, _ = run(capsys, "study", "run", "fake")
    assert "was not run again" in out
    _, out, _ = run(capsys, "study", "run", "fake", "--json")
    value = json.loads(out)
    assert (value["ran"], value["record"]["name"]) == (False, "fake")
    _, out, _ = run(capsys, "study", "run", "fake", "--again", "--json")
    assert json.loads(out)["ran"]


def test_settings_change_the_preset_and_the_folder(capsys: pytest.CaptureFixture[str]):
    _, out, _ = run(capsys, "study", "run", "fake", "--seeds", "2", "--set", "training.lr=0.5", "--json")
    value = json.loads(out)
    assert value["record"]["settings"]["n_seeds"] == 2
    assert value["record"]["settings"]["training"]["lr"] == 0.5
    assert value["record"]["command"].endswith("--set training.lr=0.5 --set n_seeds=2")
    assert value["folder"] == "runs/studies/fake-quick-training.lr0.5-n_seeds2"


def test_all_reports_a_failure_and_runs_the_rest(capsys: pytest.CaptureFixture[str]):
    code, out, err = run(capsys, "study", "run", "--all")
    assert code == 2
    assert "fake" in out
    assert "failed: d_head is at least 1; received: 0" in " ".join(out.split())
    assert err.splitlines()[-1].startswith("polyhead: 1 of 2 studies failed (broken: d_head")
    _, out, _ = run(capsys, "study", "run", "--all", "--json")
    assert list(json.loads(out)["failures"]) == ["broken"]


def test_report_writes_pages_of_one_and_of_all(capsys: pytest.CaptureFixture[str]):
    run(capsys, "study", "run", "fake")
    _, out, _ = run(capsys, "study", "report", "fake", "--json")
    assert Path(json.loads(out)["report"]) == Path("runs/studies/report-fake/index.html")
    code, _, _ = run(capsys, "study", "report", "--all", "--out", "pages")
    assert code == 0
    assert Path("pages/fake.html").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "fak"], "did you mean 'fake"),
        (["run", "fake", "--preset", "ful"], "did you mean 'full"),
        (["run", "fake", "--set", "n_sed=2"], "did you mean 'n_seeds"),
        (["run", "fake", "--set", "n_seeds=many"], "n_seeds"),
        (["run", "fake", "--set", "n_seeds"], "key=value"),
        (["run"], "--all"),
        (["run", "fake", "--all"], "--all"),
        (["run", "--all", "--seeds", "2"], "name it instead"),
        (["run", "--all", "--jobs", "0"], 'Invalid value "0" for --jobs'),
        (["report", "fak"], "did you mean 'fake"),
        (["report", "fake"], "polyhead study run fake"),
        (["report"], "--all"),
        (["rnu"], "run"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str):
    code, out, err = run(capsys, "study", *arguments)
    assert code == 2
    assert said in err
    assert err.count("\n") == 1
    assert "Traceback" not in out + err


def test_a_damaged_record_is_one_line(capsys: pytest.CaptureFixture[str]):
    run(capsys, "study", "run", "fake")
    Path("runs/studies/fake-quick/record.json").write_text("{")
    for command in (["run", "fake"], ["report", "fake"]):
        code, _, err = run(capsys, "study", *command)
        assert code == 2
        assert "record.json is not valid JSON" in err
        assert err.count("\n") == 1
