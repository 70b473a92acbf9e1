"""A run folder belongs to one configuration, and says in one sentence what differs."""

import json
from pathlib import Path

import pytest

from polyhead.core.errors import PolyheadError
from polyhead.core.locks import LOCK
from polyhead.core.run_folder import claim, clear_leftovers, differences, open_run, stage, stage_seconds

ASKED = {"model": "bundled", "training": {"lr": 0.1, "steps": [1, 2]}, "text_sha256": "a" * 64}


def test_a_claim_is_kept_and_the_same_claim_is_met_again(tmp_path: Path):
    for _ in range(2):
        with open_run(tmp_path / "run"):
            claim(tmp_path / "run", ASKED, file="run.json", what="a run", only_if_empty=True)
    assert json.loads((tmp_path / "run/run.json").read_text()) == ASKED
    assert [p.name for p in (tmp_path / "run").iterdir()] == ["run.json"]


def test_another_claim_is_refused_with_what_differs(tmp_path: Path):
    claim(tmp_path, ASKED, file="run.json", what="a run")
    other = {**ASKED, "training": {"lr": 0.2, "steps": [1, 2]}, "text_sha256": "b" * 64}
    said = "other settings: training.lr is 0.1 there and 0.2 here, text_sha256 is a{12} there and b{12} here"
    with pytest.raises(PolyheadError, match=said):
        claim(tmp_path, other, file="run.json", what="a run")
    claim(tmp_path, other, file="run.json", what="a run", replaceable=lambda: True)
    assert json.loads((tmp_path / "run.json").read_text()) == other


def test_a_folder_of_something_else_is_refused(tmp_path: Path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(PolyheadError, match="is not the folder of a graph"):
        claim(tmp_path, ASKED, file="run.json", what="a graph", only_if_empty=True)


@pytest.mark.parametrize(
    ("there", "here", "said"),
    [
        ({}, {"seed": 1}, "seed is None there and 1 here"),
        ({"a": {}}, {"a": {"b": 1}}, "a is {} there and None here, a.b is None there and 1 here"),
        ({"members": ["x" * 50] * 9}, {"members": []}, "members differs"),
        (dict.fromkeys("abcdef", 1), {}, "a is 1 there and None here"),
        ({"same": [1]}, {"same": [1]}, ""),
    ],
)
def test_differences_in_words(there, here, said):
    assert differences(there, here).startswith(said)
    assert bool(differences(there, here)) == bool(said)


def test_no_more_than_four_differences_are_told():
    assert differences(dict.fromkeys("abcdef", 1), {}).endswith("d is 1 there and None here and 2 more")


def test_what_killed_processes_left_below_is_cleared_away(tmp_path: Path):
    deep = tmp_path / "members/one/checkpoints"
    deep.mkdir(parents=True)
    for path in (tmp_path / ".a.4194305.tmp", deep / ".b.4194305.tmp", deep / ".tmpAb3dE9", deep.parent / LOCK):
        path.touch()
    (deep / "kept").touch()
    clear_leftovers(tmp_path)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["kept"]


def test_stages_keep_their_seconds_and_failed_ones_do_not(tmp_path: Path):
    with stage(tmp_path, "first"):
        pass
    with pytest.raises(KeyError), stage(tmp_path, "second"):
        raise KeyError
    assert list(stage_seconds(tmp_path)) == ["first"]
    assert stage_seconds(tmp_path / "none") == {}


def test_facts_of_the_model_that_were_not_recorded_yet_are_not_compared():
    there = {"seed": 1, "model": {"name": "a", "n_heads": 4}}
    here = {"seed": 1, "model": {"name": "a", "n_heads": 4, "bos_from": "config.json"}}
    assert not differences(there, here)
    assert differences(here, there) == "model.bos_from is config.json there and None here"
    assert differences(there | {"model": {"name": "a", "n_heads": 8}}, here) == "model.n_heads is 8 there and 4 here"
