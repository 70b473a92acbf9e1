"""Trackers get the rows of metrics.jsonl and change nothing; the programs are played by modules of the same calls."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from toy_run import train

from polyhead.cli.app import main
from polyhead.core.errors import PolyheadError
from polyhead.training.track import TRACKERS, Tracker, find_trackers, tracked


class Kept:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def begin(self, name: str, config: Mapping[str, Any]) -> None:
        self.told.append(("begin", name, dict(config)))

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        self.told.append((step, dict(metrics)))

    def end(self) -> None:
        self.told.append("end")


class Program(ModuleType):
    """wandb's, trackio's and TensorBoard's calls, kept in order."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.calls: list[tuple[str, Any]] = []

    def init(self, **settings: Any) -> "Program":
        self.calls.append(("init", settings))
        return self

    def log(self, metrics: dict[str, float], step: int) -> None:
        self.calls.append(("log", (step, metrics)))

    def finish(self) -> None:
        self.calls.append(("finish", None))

    def SummaryWriter(self, *, log_dir: str) -> "Program":
        self.calls.append(("init", log_dir))
        return self

    def add_text(self, tag: str, text: str) -> None:
        self.calls.append(("text", (tag, text)))

    def add_scalar(self, key: str, value: float, step: int) -> None:
        self.calls.append(("log", (step, {key: value})))

    def close(self) -> None:
        self.calls.append(("finish", None))


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Program]:
    found = {name: Program(name) for name in ("wandb", "trackio", "tensorboard", "torch.utils.tensorboard")}
    for name, program in found.items():
        monkeypatch.setitem(sys.modules, name, program)
    return found


def rows(folder: Path) -> list[tuple[int, dict[str, float]]]:
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [(row.pop("step"), row) for row in lines]


def test_a_tracker_gets_every_row_and_changes_nothing(tmp_path: Path) -> None:
    kept = Kept()
    train(tmp_path / "tracked", trackers=[kept])
    train(tmp_path / "alone")
    assert isinstance(kept, Tracker)
    assert kept.told[0][:2] == ("begin", "training")
    assert kept.told[0][2]["n_steps"] > 0
    assert kept.told[1:-1] == rows(tmp_path / "tracked")
    assert kept.told[-1] == "end"
    names = [sorted(p.name for p in (tmp_path / n / "checkpoints").iterdir()) for n in ("tracked", "alone")]
    assert names[0] == names[1]
    for name in names[0]:
        assert (tmp_path / "tracked/checkpoints" / name).read_bytes() == (
            tmp_path / "alone/checkpoints" / name
        ).read_bytes()


@pytest.mark.parametrize("name", TRACKERS)
def test_each_program_is_called_as_it_wants_to_be(tmp_path: Path, programs: dict[str, Program], name: str) -> None:
    program = programs["torch.utils.tensorboard" if name == "tensorboard" else name]
    with tracked(find_trackers([name, name], project="p", folder=tmp_path / "a"), "one", {"k": 3}) as tell:
        tell(10, {"loss": 0.5})
    began, *logged, ended = program.calls
    assert began[0] == "init"
    assert ("log", (10, {"loss": 0.5})) in logged
    assert ended == ("finish", None)
    match name:
        case "wandb":
            place = {"project": "p", "group": "a", "dir": str(tmp_path / "a")}
            assert began[1] == {**place, "name": "one", "config": {"k": 3}}
        case "trackio":
            assert began[1] == {"project": "p", "name": "a-one", "config": {"k": 3}}
        case _:
            assert began[1] == str(tmp_path / "a" / "tensorboard" / "one")
            assert '"k": 3' in logged[0][1][1]


@pytest.mark.parametrize("name", TRACKERS)
def test_a_program_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(PolyheadError, match=r"is not installed; run: pip install 'polyhead\[track\]'"):
        find_trackers([name], project="p", folder=tmp_path)


def test_an_unknown_name_has_a_nearest(tmp_path: Path) -> None:
    with pytest.raises(PolyheadError, match="unknown tracker 'wandbb'; did you mean 'wandb'"):
        find_trackers(["wandbb"], project="p", folder=tmp_path)


def test_a_program_that_fails_is_one_line_and_those_that_began_are_ended(tmp_path: Path) -> None:
    class Offline(Kept):
        def begin(self, name: str, config: Mapping[str, Any]) -> None:
            raise ConnectionError("no network\nat all")

    kept = Kept()
    with (
        pytest.raises(PolyheadError, match=r"Offline fails \(no network at all\)"),
        tracked([kept, Offline()], "one", {}),
    ):
        raise AssertionError("nothing is trained")
    assert kept.told == [("begin", "one", {}), "end"]


SMALL = ["--train-tokens", "1024", "--eval-tokens", "128", "--seq-len", "32", "--k", "2", "--n-latents", "8"]


def test_train_tells_a_program_of_every_member(
    tmp_path: Path, programs: dict[str, Program], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    main(["train", "mtc", "--out", str(out), *SMALL, "--seeds", "0", "1", "--track", "trackio", "--project", "mine"])
    capsys.readouterr()
    calls = programs["trackio"].calls
    assert [c[1]["name"] for c in calls if c[0] == "init"] == ["run-free-k2-n8-s0", "run-free-k2-n8-s1"]
    assert {c[1]["project"] for c in calls if c[0] == "init"} == {"mine"}
    assert [c[0] for c in calls].count("finish") == 2
    told = [c[1] for c in calls if c[0] == "log"]
    assert told == [row for s in (0, 1) for row in rows(out / "members" / f"free-k2-n8-s{s}")]
    assert "trackio" not in (out / "experiment.json").read_text()


def test_train_without_the_program_trains_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(SystemExit) as stop:
        main(["train", "mtc", "--out", str(tmp_path / "run"), *SMALL, "--track", "wandb"])
    assert stop.value.code == 2
    assert capsys.readouterr().err == "polyhead: wandb is not installed; run: pip install 'polyhead[track]'\n"
    assert not (tmp_path / "run").exists()
