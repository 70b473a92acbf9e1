"""Cells of the pairs world: a grid from words, checked before training, with a record per cell."""

import json
from pathlib import Path

import pytest

from polyhead.cli.app import main
from polyhead.core.errors import PolyheadError
from polyhead.runs.sweep import record_path
from polyhead.runs.sweep_grid import grid_cells, parse_axis
from polyhead.runs.sweep_pairs import PairsCellConfig, run_cell

QUICK = ["--set", "n_steps=3", "--set", "batch=8", "--seeds", "3"]


@pytest.mark.parametrize(
    ("setting", "axis"),
    [
        ("n_heads=1,2,4", ("n_heads", [1, 2, 4])),
        ("d_head=1:3", ("d_head", [1, 2, 3])),
        ("d_head=1:2,5", ("d_head", [1, 2, 5])),
        ("bias=true,false", ("bias", [True, False])),
        ("world.completions=shared,separate", ("world.completions", ["shared", "separate"])),
        ("lr=1e-2", ("lr", [0.01])),
    ],
)
def test_values_are_read_as_lists_and_ranges(setting: str, axis: tuple[str, list]):
    assert parse_axis(setting) == axis


def test_a_grid_is_every_combination_and_names_say_which():
    cells = grid_cells("pairs", ["n_heads=1:2", "world.n_ctx=4,6", "lr=0.01"], n_seeds=5)
    assert [c.name for c in cells][1] == "n_heads=1,world.n_ctx=6,lr=0.01"
    assert len(cells) == 4
    parsed = PairsCellConfig.parse(cells[1].config)
    assert (parsed.n_heads, parsed.world.n_ctx, parsed.n_seeds) == (1, 6, 5)


@pytest.mark.parametrize(
    ("world", "settings", "said"),
    [
        ("pear", [], "did you mean 'pairs"),
        ("pairs", ["n_haeds=1"], "did you mean 'n_heads"),
        ("pairs", ["d_head=0:2"], r"d_head: .*greater than or equal to 1 \(received 0\)"),
        ("pairs", ["world.n_slots=9"], "n_slots is 9, the context .* has 7 places"),
        ("pairs", ["d_head=3:1"], "is empty"),
        ("pairs", ["d_head=a:b"], "first:last"),
        ("pairs", ["d_head"], "key=values"),
        ("pairs", ["d_head=1,1"], "twice"),
        ("pairs", ["d_head=1", "d_head=2"], "every key is set once"),
    ],
)
def test_impossible_grids_are_refused_before_training(world: str, settings: list[str], said: str):
    with pytest.raises(PolyheadError, match=said):
        grid_cells(world, settings, n_seeds=2)


@pytest.mark.parametrize("n_heads", [1, 2, 3])
def test_a_cell_measures_every_seed(tmp_path: Path, n_heads: int):
    cfg = PairsCellConfig(n_heads=n_heads, n_seeds=4, n_steps=5, batch=16)
    result = run_cell(cfg.model_dump(mode="json"), tmp_path)
    assert len(result["accuracy"]) == len(result["loss"]) == 4
    assert all(0 <= a <= 1 for a in result["accuracy"])
    assert (result["tau"] is None) == (n_heads == 1)
    assert (result["reversed"] is None) == (n_heads != 2)
    assert json.loads(json.dumps(result)) == run_cell(cfg.model_dump(mode="json"), tmp_path)


def test_diverged_models_are_counted_and_never_averaged_in(tmp_path: Path):
    cfg = PairsCellConfig(n_seeds=2, n_steps=4, batch=8, lr=1e30)
    result = run_cell(cfg.model_dump(mode="json"), tmp_path)
    assert result["n_diverged"] == 2
    assert result["accuracy"] == []
    assert result["solved"] is None


@pytest.mark.slow
def test_the_command_prints_a_line_a_cell_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    command = ["sweep", "pairs", "--set", "n_heads=1:2", *QUICK, "--jobs", "2", "--out", str(tmp_path / "s")]
    main([*command, "--json"])
    printed = json.loads(capsys.readouterr().out)
    name = "n_heads=1,n_steps=3,batch=8"
    assert [row["cell"] for row in printed["cells"]] == [name, name.replace("heads=1", "heads=2")]
    assert printed["failed"] == {}
    before = record_path(tmp_path / "s", name).read_bytes()
    main(command)
    out, err = capsys.readouterr()
    assert "2 of 2 cells" in out
    assert err == ""
    assert record_path(tmp_path / "s", name).read_bytes() == before
    with pytest.raises(SystemExit):
        main(["4" if word == "3" else word for word in command])
    assert "n_seeds is 3 there and 4 here" in capsys.readouterr().err


def test_a_failed_cell_is_named_at_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stop:
        main(["sweep", "pairs", "--set", "world.n_ctx=40", *QUICK, "--retries", "0", "--out", str(tmp_path)])
    assert stop.value.code == 2
    err = capsys.readouterr().err
    assert "1 of 1 cells failed: world.n_ctx=40" in err
    assert "lower n_ctx" in err
