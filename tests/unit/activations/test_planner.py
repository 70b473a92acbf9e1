import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from rich.console import Console
from torch import nn

from polyhead.activations import planner
from polyhead.activations.planner import (
    Plan,
    available_memory,
    duration,
    plan_harvest,
    plan_training,
    size,
)
from polyhead.activations.store import StoreConfig, StoredLayer, harvest_to_disk
from polyhead.activations.tokens import TokenSequences
from polyhead.core.errors import PolyheadError

GB = 10**9


@pytest.fixture
def sequences(rng):
    tokens = torch.randint(1, 31, (11, 7), generator=rng, dtype=torch.int32).numpy()
    return TokenSequences(tokens, tokens > 0, "0" * 64, None, "none", n_padded=0)


def plan(**changes) -> Plan:
    values = {"memory": {"inputs": 3 * GB, "patterns": 5 * GB}, "disk": {"shards": 7 * GB}, "seconds": 100.0}
    return Plan(
        "a harvest", **{**values, "memory_available": 9 * GB, "disk_free": 8 * GB, "folder": Path("f"), **changes}
    )


@pytest.mark.parametrize("keep", ["memory", "disk"])
def test_what_was_predicted_is_within_30_percent_of_what_was_measured(keep: str):
    script = Path(__file__).with_name("planned.py")
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, str(script), keep], capture_output=True, text=True, env=env, check=True)
    got = json.loads(done.stdout)
    if got["measured"]["memory"] is None:
        pytest.skip("this system does not tell a process its peak memory")
    assert got["predicted"]["memory"] == pytest.approx(got["measured"]["memory"], rel=0.3)
    assert got["predicted"]["disk"] == got["measured"]["disk"]
    assert got["measured"]["seconds"] / 5 < got["predicted"]["seconds"] < 5 * got["measured"]["seconds"]


@pytest.mark.parametrize("cfg", [{}, {"store_patterns": True}, {"dtype": "float16"}])
def test_disk_is_predicted_to_the_byte_also_for_what_is_left_to_do(tmp_path, tiny_model, sequences, cfg):
    layout = StoreConfig(sequences_per_shard=4, sequences_per_run=2).replace(**cfg)
    spec = StoredLayer(layer=1, input_site="attn.hook_z")
    before = plan_harvest(
        tiny_model, sequences, spec.reading, keep="disk", stored=spec, folder=tmp_path / "s", cfg=layout
    )
    harvest_to_disk(tiny_model, sequences, spec, tmp_path / "s", layout)
    assert before.disk_bytes == sum(p.stat().st_size for p in (tmp_path / "s").glob("*.npy"))
    after = plan_harvest(
        tiny_model, sequences, spec.reading, keep="disk", stored=spec, folder=tmp_path / "s", cfg=layout
    )
    assert after.disk_bytes == 0


def test_memory_holds_every_role_in_full(tiny_model, sequences):
    got = plan_harvest(tiny_model, sequences, StoredLayer(layer=1).reading, keep="memory").memory
    assert got["inputs"] == got["targets"] == 11 * 7 * 13 * 4
    assert got["patterns"] == 11 * 5 * 7 * 7 * 4
    assert "patterns" not in plan_harvest(tiny_model, sequences, StoredLayer(layer=1).reading, keep="nothing").memory


def test_without_measurement_the_shapes_give_an_estimate(tiny_model, sequences, monkeypatch):
    monkeypatch.setattr(planner, "_CLEAR", Path("/nowhere/at/all"))
    got = plan_harvest(tiny_model, sequences, StoredLayer(layer=1).reading, keep="nothing", sequences_per_run=2)
    assert got.memory_bytes == 4 * (2 * 7 * (4 * 13 + 8 * 30) + 3 * 2 * 5 * 7 * 7)


def test_a_plan_that_fits_passes():
    assert plan().check() == plan()


def test_a_plan_that_does_not_fit_is_refused_with_the_numbers():
    with pytest.raises(
        PolyheadError, match=r"8.0 GB of memory \(patterns: 5.0 GB\), but only 2.0 GB is available"
    ) as caught:
        plan(memory_available=2 * GB).check()
    assert "disk" not in str(caught.value)
    with pytest.raises(
        PolyheadError, match=r"of memory .*; and 7.0 GB of disk under f .* but only 1.0 MB is available"
    ):
        plan(memory_available=0, disk_free=10**6).check()


def test_the_table_shows_needs_beside_what_there_is():
    console = Console(record=True, width=120, file=open(os.devnull, "w"))  # noqa: SIM115 - closed below
    plan().show(console)
    console.file.close()
    text = console.export_text()
    for words in ("a harvest", "8.0 GB", "9.0 GB", "inputs", "3.0 GB", "patterns", "5.0 GB", "7.0 GB", "2 min"):
        assert words in text


def test_the_table_is_left_out_where_it_is_to_be_quiet(monkeypatch, capsys):
    plan().show()
    assert "a harvest" in capsys.readouterr().err
    monkeypatch.setenv("POLYHEAD_VERBOSITY", "quiet")
    plan().show()
    assert capsys.readouterr().err == ""


def test_training_is_planned_on_a_copy(tmp_path):
    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.zeros(50, 20))

        def loss(self, batch):
            return {"a": (batch["x"] @ self.w).square().sum()}

    class Batches:
        tokens_per_batch = 6

        def batch(self, step):
            return {"x": torch.ones(2, 3, 50)}

    module = Module()
    got = plan_training(module, Batches(), n_steps=10, folder=tmp_path / "not" / "yet")
    assert module.w.grad is None
    assert got.memory["optimizer"] == 2 * 4000
    assert got.disk_bytes == 3 * 3 * 4000
    assert got.seconds > 0


def test_a_probe_measures_time_and_memory():
    # in a process of its own: memory that earlier tests freed may still be held, and then nothing grows
    script = "import torch; from polyhead.activations import planner; "
    script += "print(*planner.probe(lambda: torch.ones(10_000_000)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    seconds, memory = done.stdout.split()
    assert float(seconds) > 0
    if memory == "None":
        pytest.skip("this system does not tell a process its peak memory")
    assert 36e6 < int(memory) < 100e6


def test_available_memory_is_plausible_also_without_meminfo(monkeypatch):
    assert 10**8 < available_memory() < 10**14
    monkeypatch.setattr(planner, "Path", lambda *parts: Path("/nowhere/at/all"))
    assert available_memory() == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_sizes_and_durations_read_well():
    assert [size(n) for n in (12, 3_400, 5_600_000, 7.8e9)] == ["12 B", "3.4 kB", "5.6 MB", "7.8 GB"]
    assert [duration(s) for s in (0.2, 42, 300, 9000)] == ["under 1 s", "42 s", "5 min", "2.5 h"]
