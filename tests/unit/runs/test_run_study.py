"""Running studies: resumed, not repeated, measured; failures of one leave the others."""

import json
import shlex
from pathlib import Path

import pytest
import torch
from fake_study import FakeConfig, install

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.study_records import StudyRecord
from polyhead.runs.study import (
    RECORD,
    StudyState,
    command,
    default_folder,
    finished,
    parse_settings,
    run_all,
    run_study,
    save_record,
    study_config,
)
from polyhead.runs.study_report import find_record, list_studies, report_studies
from polyhead.studies import STUDIES, find_study


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, fake={})


def times_run(out: Path) -> int:
    return len((out / "runs.txt").read_text())


def test_a_record_states_findings_and_circumstances(tmp_path: Path):
    before = torch.get_num_threads()
    record = run_study("fake", "quick", tmp_path)
    assert record == StudyRecord.load(tmp_path / RECORD)
    assert record.findings.claims[0].ours[0].values == [0.3333, 1.333, 2.333], "four significant digits"
    assert record.findings.claims[0].ours[1].values == [1.0], "one thread"
    assert record.findings.figures[0].panels[0].series[0].y == [1.235, None]  # pyright: ignore
    assert record.settings == FakeConfig().model_dump(mode="json")
    assert record.command == "polyhead study run fake --preset quick"
    assert "1 thread" in record.machine
    assert record.versions["torch"] == torch.__version__.split("+")[0] or record.versions["torch"] == torch.__version__
    assert record.seconds >= 0
    assert torch.get_num_threads() == before


def test_a_finished_study_is_not_run_again_unless_forced(tmp_path: Path):
    first = run_study("fake", "quick", tmp_path / "a")
    assert run_study("fake", "quick", tmp_path / "a") == first
    assert times_run(tmp_path / "a") == 1
    run_study("fake", "quick", tmp_path / "a", again=True)
    assert times_run(tmp_path / "a") == 1, "the folder was cleared"
    (tmp_path / "a" / RECORD).unlink()
    run_study("fake", "quick", tmp_path / "a")
    assert times_run(tmp_path / "a") == 2, "without the record, what was trained is used again"


def test_an_interrupted_study_goes_on_and_counts_all_its_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    install(monkeypatch, fake={"fail": "stop"})
    with pytest.raises(KeyboardInterrupt):
        run_study("fake", "quick", tmp_path)
    assert not (tmp_path / RECORD).exists()
    state = StudyState.load(tmp_path / "run.json")
    state.model_copy(update={"seconds": 100.0}).save(tmp_path / "run.json")
    assert run_study("fake", "quick", tmp_path).seconds >= 100
    assert times_run(tmp_path) == 2


def test_a_folder_of_other_settings_is_refused(tmp_path: Path):
    run_study("fake", "quick", tmp_path)
    with pytest.raises(PolyheadError, match=r"n_seeds is 3 there and 4 here; choose another folder, .*--again"):
        run_study("fake", "quick", tmp_path, changes={"n_seeds": 4})
    with pytest.raises(PolyheadError, match="n_seeds is 3 there and 5 here"):
        run_study("fake", "full", tmp_path)
    (tmp_path / RECORD).unlink()
    with pytest.raises(PolyheadError, match="n_seeds is 3 there and 4 here"):
        run_study("fake", "quick", tmp_path, changes={"n_seeds": 4})
    assert run_study("fake", "quick", tmp_path, changes={"n_seeds": 4}, again=True).settings["n_seeds"] == 4


def test_again_removes_nothing_but_study_folders(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(PolyheadError, match="is not a study folder"):
        run_study("fake", "quick", tmp_path, again=True)
    assert (tmp_path / "mine.txt").exists()


def test_a_damaged_record_is_one_line(tmp_path: Path):
    run_study("fake", "quick", tmp_path)
    for damage in ('{"name": "fake"', '{"name": "fake"}'):
        (tmp_path / RECORD).write_text(damage)
        with pytest.raises(ArtifactError, match="--again starts from scratch") as caught:
            finished(tmp_path, "fake", "quick", FakeConfig())
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_sed": 2}, "unknown key 'n_sed'; did you mean 'n_seeds"),
        ({"training.lrr": 2}, "unknown key 'lrr'; did you mean 'lr"),
        ({"n_seeds": "many"}, "n_seeds"),
        ({"n_seeds": 0}, "greater than or equal to 1"),
        ({"n_seeds.a": 0}, "n_seeds"),
    ],
)
def test_a_wrong_setting_names_the_nearest(changes: dict[str, object], said: str):
    with pytest.raises(PolyheadError, match=said):
        study_config(find_study("fake"), "quick", changes)


def test_settings_are_typed_by_the_config():
    changes = parse_settings(["n_seeds=4", "widths=1,2,3", "training.lr=1e-3", "fail=user"])
    cfg = study_config(find_study("fake"), "quick", changes)
    assert isinstance(cfg, FakeConfig)
    assert (cfg.n_seeds, cfg.widths, cfg.training.lr, cfg.training.decay, cfg.fail) == (4, (1, 2, 3), 1e-3, 0.0, "user")
    again = parse_settings(shlex.split(command("fake", "quick", changes))[7::2])
    assert study_config(find_study("fake"), "quick", again) == cfg, "the recorded command repeats the run"
    with pytest.raises(PolyheadError, match="key=value"):
        parse_settings(["n_seeds"])


def test_unknown_names_suggest_the_nearest(tmp_path: Path):
    with pytest.raises(PolyheadError, match="did you mean 'fake"):
        run_study("fakee", "quick", tmp_path)
    with pytest.raises(PolyheadError, match="did you mean 'quick"):
        run_study("fake", "quik", tmp_path)
    assert default_folder("a", "quick").name == "a-quick"
    assert default_folder("a", "quick", ["n_seeds=2"]).name == "a-quick-n_seeds2"


def test_one_failure_leaves_the_other_studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    install(monkeypatch, first={}, user={"fail": "user"}, bug={"fail": "bug"}, last={})
    said: list[str] = []
    records, failures = run_all("quick", tmp_path, say=said.append)
    assert [r.name for r in records] == ["first", "last"]
    assert failures["user"] == "d_head is at least 1; received: 0"
    assert failures["bug"].startswith("RuntimeError: two lines")
    assert "Traceback" in (tmp_path / "bug-quick" / "failure.txt").read_text()
    assert len(said) == 4
    with pytest.raises(PolyheadError, match="at least 1; received: 0"):
        run_all("quick", tmp_path, jobs=0)


@pytest.mark.slow
def test_studies_are_shared_out_over_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()  # the processes know the real studies only
    said: list[str] = []
    records, failures = run_all("no-such-preset", tmp_path, jobs=2, say=said.append)
    assert records == []
    assert set(failures) == set(STUDIES)
    assert len(said) == len(STUDIES)
    assert any("has no preset 'no-such-preset'" in reason for reason in failures.values())


def test_records_are_found_where_they_are_and_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    install(monkeypatch, one={}, two={})
    assert find_record("one", root=tmp_path) is None
    with pytest.raises(PolyheadError, match="polyhead study run one --preset quick"):
        report_studies(["one"], root=tmp_path)
    quick = run_study("one", "quick", tmp_path / "one-quick")
    assert find_record("one", root=tmp_path) == quick
    full = run_study("one", "full", tmp_path / "one-full")
    assert find_record("one", root=tmp_path) == full
    assert find_record("one", "quick", root=tmp_path) == quick
    index = report_studies(None, root=tmp_path)
    assert index == tmp_path / "report" / "index.html"
    assert sorted(p.name for p in index.parent.glob("*.html")) == ["index.html", "one.html"]
    assert "two" in (index.parent / "data" / "studies.js").read_text()
    assert report_studies([str(tmp_path / "one-quick")], tmp_path / "p").parent == tmp_path / "p"
    with pytest.raises(PolyheadError, match="did you mean 'one"):
        report_studies(["onee"], root=tmp_path)


def test_the_list_names_presets_and_what_held_in_shipped_records(monkeypatch: pytest.MonkeyPatch):
    (row,) = list_studies()
    assert (row["name"], row["presets"], row["held"]) == ("fake", ["quick", "full"], None)


def test_a_record_is_compact_and_the_same_when_read_back(tmp_path: Path):
    record = run_study("fake", "quick", tmp_path)
    claim = record.findings.claims[0]
    more = claim.model_copy(update={"statement": 'é \u2028 \\ "', "key": "b"})
    findings = record.findings.model_copy(update={"claims": [claim, more], "figures": []})
    changed = record.model_copy(update={"findings": findings})
    save_record(changed, tmp_path / "r.json")
    assert StudyRecord.load(tmp_path / "r.json") == changed
    assert json.loads((tmp_path / "r.json").read_text())["findings"]["figures"] == []
