"""Sweeps: the same records from processes and from Ray, one failed cell lost and no other, exact resume."""

import json
import sys
from pathlib import Path

import pytest

from polyhead.core.errors import PolyheadError
from polyhead.core.stopping import Stopped
from polyhead.runs.sweep import SweepCell, error_path, read_records, record_path, run_sweep


def cell(name: str, function: str, **config: object) -> SweepCell:
    return SweepCell(name, f"sweep_cells:{function}", dict(config))


def failing(name: str, n_failures: int, how: str = "error") -> SweepCell:
    return cell(name, "fails_until", n_failures=n_failures, how=how)


SQUARES = [cell(f"x={x}", "square", x=x) for x in range(5)]


def files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "cells").iterdir())}


def test_every_cell_gets_a_record_and_finished_cells_are_skipped(tmp_path: Path):
    said: list[str] = []
    first = run_sweep(SQUARES[:3], tmp_path, jobs=2, say=said.append)
    assert first.finished == ["x=0", "x=1", "x=2"]
    assert first.skipped == []
    assert [line.split("(")[1].split(",")[0] for line in said] == ["1 of 3", "2 of 3", "3 of 3"]
    assert said[-1].endswith("about 0 s left)")
    record = json.loads(record_path(tmp_path, "x=2").read_text())
    assert record == {"name": "x=2", "function": "sweep_cells:square", "config": {"x": 2}, "result": {"square": 4}}
    before = files(tmp_path)
    record_path(tmp_path, "x=1").unlink()
    again = run_sweep(SQUARES, tmp_path)
    assert again.finished == [c.name for c in SQUARES]
    assert again.skipped == ["x=0", "x=2"]
    assert {name: files(tmp_path)[name] for name in before} == before
    assert [r["result"]["square"] for r in read_records(tmp_path)] == [0, 1, 4, 9, 16]


@pytest.mark.parametrize("how", ["error", "mistake", "kill"])
def test_one_failed_cell_is_retried_and_the_rest_goes_on(tmp_path: Path, how: str):
    cells = [failing("mended", 1, how), failing("lost", 9, how), *SQUARES[:2]]
    result = run_sweep(cells, tmp_path, jobs=2, retries=1)
    assert result.finished == ["mended", "x=0", "x=1"]
    assert list(result.failed) == ["lost"]
    said = {"error": "RuntimeError: broken on purpose", "mistake": "d_head is 0", "kill": "was killed (exit code -9"}
    assert said[how] in result.failed["lost"]
    kept = error_path(tmp_path, "lost").read_text()
    assert said[how] in kept
    assert ("Traceback" in kept) == (how == "error")
    assert len(list((tmp_path / "work/lost").iterdir())) == 2
    assert not error_path(tmp_path, "mended").exists()
    record = json.loads(record_path(tmp_path, "mended").read_text())
    assert record["result"] == {"tries": 2, "threads": 1}


def test_a_cell_that_failed_is_tried_again_by_the_next_run_and_its_error_goes(tmp_path: Path):
    cells = [failing("late", 1)]
    assert run_sweep(cells, tmp_path, retries=0).failed
    assert error_path(tmp_path, "late").exists()
    result = run_sweep(cells, tmp_path, retries=0)
    assert result.finished == ["late"]
    assert not error_path(tmp_path, "late").exists()


def test_a_result_that_is_not_plain_json_is_a_failure(tmp_path: Path):
    result = run_sweep([cell("nan", "not_plain")], tmp_path, retries=0)
    assert "JSON compliant" in result.failed["nan"]


def test_a_function_that_does_not_exist_is_a_failure_of_its_cell(tmp_path: Path):
    result = run_sweep([cell("typo", "sqare"), SQUARES[3]], tmp_path, retries=0)
    assert "no attribute 'sqare'" in result.failed["typo"]
    assert result.finished == ["x=3"]


def test_a_stopped_sweep_lets_its_cells_write_a_checkpoint(tmp_path: Path):
    with pytest.raises(Stopped, match="stopped by SIGTERM after 0 of 1 cells; run the same command again"):
        run_sweep([cell("long", "stops_its_sweep")], tmp_path)
    assert (tmp_path / "work/long/checkpoint").read_text() == "SIGTERM"


def test_another_config_of_a_cell_is_refused_by_name(tmp_path: Path):
    run_sweep(SQUARES[:1], tmp_path)
    with pytest.raises(PolyheadError, match="the cell x=0 with other settings: x is 0 there and 7 here") as caught:
        run_sweep([cell("x=0", "square", x=7)], tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([], "at least one cell"),
        ([cell("../x", "square")], "cannot be a cell's name"),
        ([SQUARES[0], SQUARES[0]], "two cells are called x=0"),
        ([SweepCell("a", "sweep_cells.square", {})], "package.module:function"),
    ],
)
def test_impossible_sweeps_are_refused_before_anything_is_written(tmp_path: Path, cells: list[SweepCell], said: str):
    with pytest.raises(PolyheadError, match=said):
        run_sweep(cells, tmp_path)
    assert not list(tmp_path.iterdir())


def test_without_ray_one_line_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(PolyheadError, match=r"pip install 'polyhead\[ray\]'"):
        run_sweep(SQUARES[:1], tmp_path, backend="ray")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_local_ray_of_two_workers_gives_the_same_records(tmp_path: Path):
    pytest.importorskip("ray", reason="Ray is not installed (pip install 'polyhead[ray]')")
    cells = [*SQUARES, failing("mended", 1, "kill"), failing("lost", 9)]
    on_ray = run_sweep(cells, tmp_path / "ray", jobs=2, backend="ray")
    local = run_sweep(cells, tmp_path / "local", jobs=2)
    assert on_ray.finished == local.finished == [c.name for c in cells[:-1]]
    assert list(on_ray.failed) == list(local.failed) == ["lost"]
    there, here = files(tmp_path / "ray"), files(tmp_path / "local")
    assert there.keys() == here.keys()
    assert {k: v for k, v in there.items() if k.endswith(".json")} == {
        k: v for k, v in here.items() if k.endswith(".json")
    }
    assert (tmp_path / "ray/sweep.json").read_bytes() == (tmp_path / "local/sweep.json").read_bytes()
    assert "broken on purpose" in on_ray.failed["lost"]
    assert run_sweep(cells[:-1], tmp_path / "ray", backend="ray").skipped == on_ray.finished
