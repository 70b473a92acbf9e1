import json
import os
import resource
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from polyhead.core.errors import ArtifactError
from polyhead.core.files import remove_leftovers, sha256_file, write_json
from polyhead.training.checkpoint import (
    _flatten,
    _unflatten,
    latest_checkpoint,
    load_state,
    save_checkpoint,
)

dtypes = st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.int64, torch.uint8, torch.bool])
tensors = st.builds(
    lambda shape, dtype, seed: (torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 9).to(dtype),
    st.lists(st.integers(0, 3), max_size=3),
    dtypes,
    st.integers(0, 99),
)
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
keys = st.text(alphabet="ab/'1", max_size=3) | st.integers(0, 2)
states = st.recursive(
    tensors | plain,
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


def same(a, b) -> bool:
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and a.shape == b.shape and torch.equal(a, b)
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


@given(states)
def test_any_nested_state_survives_flattening(state):
    found: dict[str, torch.Tensor] = {}
    tree = json.loads(json.dumps(_flatten(state, "", found)))
    assert same(_unflatten(tree, found.__getitem__), state)


def test_a_state_survives_the_file(tmp_path: Path):
    state = {"a": [torch.arange(3), (1, None)], "b": {0: torch.ones(2, 0), "0": torch.tensor(2.5)}}
    save_checkpoint(tmp_path, 1, state)
    loaded = latest_checkpoint(tmp_path)
    assert same(loaded, state)


def test_views_and_shared_memory_are_saved_as_they_look(tmp_path: Path):
    whole = torch.arange(12.0).view(3, 4)
    save_checkpoint(tmp_path, 1, {"t": whole.T, "part": whole[1:], "again": whole})
    loaded = latest_checkpoint(tmp_path)
    assert loaded is not None
    assert torch.equal(loaded["t"], whole.T)
    assert torch.equal(loaded["part"], whole[1:])


def test_the_two_newest_stay_and_leftovers_of_a_run_started_over_go(tmp_path: Path):
    for step in (10, 20, 30):
        save_checkpoint(tmp_path, step, {"step": step})
    assert sorted(p.name for p in tmp_path.glob("step-*")) == ["step-00000020.safetensors", "step-00000030.safetensors"]
    (tmp_path / "latest.json").unlink()
    save_checkpoint(tmp_path, 5, {"step": 5})
    assert [p.name for p in tmp_path.glob("step-*")] == ["step-00000005.safetensors"]
    assert latest_checkpoint(tmp_path) == {"step": 5}


@pytest.mark.parametrize("how", ["truncated", "flipped", "gone"])
def test_a_damaged_newest_checkpoint_falls_back_to_the_one_before(tmp_path: Path, capsys, how: str):
    save_checkpoint(tmp_path, 1, {"step": 1, "w": torch.ones(5)})
    newest = save_checkpoint(tmp_path, 2, {"step": 2, "w": torch.ones(5)})
    damage(newest, how)
    state = latest_checkpoint(tmp_path)
    assert state is not None
    assert state["step"] == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "step-00000002.safetensors is missing or damaged" in said
    assert "resuming from step-00000001.safetensors" in said


def test_when_none_is_whole_the_line_says_what_to_do(tmp_path: Path):
    for step in (1, 2):
        damage(save_checkpoint(tmp_path, step, {"step": step}), "flipped")
    (tmp_path / "step-00000009.safetensors").write_bytes(b"")
    with pytest.raises(ArtifactError) as caught:
        latest_checkpoint(tmp_path)
    said = str(caught.value)
    assert "step-00000002.safetensors, step-00000001.safetensors missing or damaged" in said
    assert "without a recorded checksum: step-00000009.safetensors" in said
    assert "delete" in said
    assert "\n" not in said


def test_a_pointer_of_the_first_layout_is_read(tmp_path: Path):
    path = save_checkpoint(tmp_path, 7, {"step": 7})
    write_json(tmp_path / "latest.json", {"file": path.name, "step": 7, "sha256": sha256_file(path)})
    assert latest_checkpoint(tmp_path) == {"step": 7}
    save_checkpoint(tmp_path, 8, {"step": 8})
    assert path.exists()


@pytest.mark.parametrize("content", ["{", "[]", '{"file": "x"}', '{"file": 1, "previous": 2}'])
def test_a_damaged_pointer_is_one_clear_line(tmp_path: Path, content: str):
    (tmp_path / "latest.json").write_text(content)
    with pytest.raises(ArtifactError, match=r"latest\.json"):
        latest_checkpoint(tmp_path)


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path):
    (tmp_path / "x.safetensors").write_bytes(b"not one")
    with pytest.raises(ArtifactError, match="not a readable checkpoint"):
        load_state(tmp_path / "x.safetensors")


def test_a_full_disk_is_one_clear_line_and_the_earlier_checkpoint_stays(tmp_path: Path):
    save_checkpoint(tmp_path, 1, {"step": 1})
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, usual[1]))
    try:
        with pytest.raises(ArtifactError, match="nothing earlier was lost") as caught:
            save_checkpoint(tmp_path, 2, {"step": 2, "w": torch.ones(100_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert "\n" not in str(caught.value)
    assert latest_checkpoint(tmp_path) == {"step": 1}
    assert not list(tmp_path.glob(".*"))


def test_leftovers_of_dead_processes_go_and_those_of_living_ones_stay(tmp_path: Path):
    dead, alive, ours = (tmp_path / f".step-1.{pid}.tmp" for pid in (2**22 - 3, os.getppid(), os.getpid()))
    of_safetensors, other = tmp_path / ".tmpaB3dEf", tmp_path / "notes.tmp"
    for path in (dead, alive, ours, of_safetensors, other):
        path.touch()
    remove_leftovers(tmp_path)
    assert [p.exists() for p in (dead, alive, ours, of_safetensors, other)] == [False, True, False, False, True]


def damage(path: Path, how: str) -> None:
    raw = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "truncated":
        path.write_bytes(raw[: len(raw) // 2])
    else:
        path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
