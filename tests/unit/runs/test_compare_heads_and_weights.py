"""Assembly of pairs, splits and ordered matrices on the bundled model, small."""

import json
from pathlib import Path

import pytest
import torch

from polyhead.analysis.heads.preferences import PreferenceSearchConfig
from polyhead.analysis.weights.packed import unpack_near
from polyhead.cli.app import main
from polyhead.cli.heads_tables import blocks_table, nulls_table, preferences_table
from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import HeadPair, PreferenceSearch, SplitHead
from polyhead.core.records import load_lines
from polyhead.core.weight_records import WeightOrder
from polyhead.runs.compare_heads import run_compare, run_split
from polyhead.runs.weights import WeightsConfig, order_weights, run_weights

TINY = PreferenceSearchConfig(n_keys=16, n_queries=24, n_random=12, n_subsets=32, n_random_information=4)


@pytest.mark.slow
def test_compare(tmp_path):
    pairs, found = run_compare("bundled", tmp_path, n_sequences=2, seq_len=48, cfg=TINY)
    assert list(load_lines(tmp_path / "pairs.jsonl", HeadPair)) == pairs
    assert PreferenceSearch.load(tmp_path / "preferences.json") == found
    assert len(pairs) == 32 * 31 // 2
    assert len(found.pairs) == 4 * 28


def test_split(tmp_path):
    rules, own = run_split("bundled", [(3, 0)], tmp_path, n_sequences=2, seq_len=40)
    assert SplitHead.load(tmp_path / "split-L3H0-rules.json") == rules
    assert rules.parts[-1].name == "rest"
    assert own.silhouette is not None
    for record in (rules, own):
        assert record.error < 1e-5
        assert sum(p.mass for p in record.parts) == pytest.approx(1.0, abs=1e-4)


def test_weights(tmp_path):
    cfg = WeightsConfig(model="bundled", matrix="W_O", layer=2, n_draws=3, sweeps=2, jobs=1)
    record = run_weights(cfg, tmp_path)
    assert WeightOrder.load(tmp_path / "L2-W_O.json") == record
    assert sorted(record.order) == list(range(256))
    assert record.picture is not None
    near = unpack_near(record.picture)
    assert float(near[:-1, 0].mean()) == pytest.approx(record.neighbour, abs=2e-3)
    rows = [r for b in record.blocks for r in b.rows]
    assert len(rows) == len(set(rows))
    with pytest.raises(PolyheadError, match="no MLPs"):
        run_weights(cfg.replace(matrix="W_out"), tmp_path)
    with pytest.raises(PolyheadError, match="unknown matrix"):
        run_weights(cfg.replace(matrix="W_o"), tmp_path)


@pytest.mark.slow
def test_two_processes_give_what_one_gives(rng):
    rows = torch.randn(70, 20, generator=rng)
    cfg = WeightsConfig(model="none", n_draws=2)
    one, two = (order_weights(rows, cfg.replace(jobs=j), "none", "noise") for j in (1, 2))
    assert one.model_copy(update={"seconds": 0}) == two.model_copy(update={"seconds": 0})


def test_weights_as_a_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    small = ["heads", "weights", "bundled", "--matrix", "W_O", "--method", "greedy", "--draws", "1", "--threads", "1"]
    main([*small, "--out", str(tmp_path), "--json"])
    facts = json.loads(capsys.readouterr().out)
    assert facts["record"] == str(tmp_path / "L0-W_O.json")
    assert "picture" not in facts
    record = WeightOrder.load(tmp_path / "L0-W_O.json")
    assert (record.order, record.matrix) == (facts["order"], "L0 W_O [256, 256]")
    assert nulls_table(record)[0]["neighbour similarity"] == f"{record.neighbour:.4f}"
    assert len(blocks_table(record)) == min(10, len(record.blocks))


@pytest.mark.slow
def test_compare_as_a_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    main(["heads", "compare", "bundled", "--tokens", "576", "--seq-len", "96", "--out", str(tmp_path), "--json"])
    facts = json.loads(capsys.readouterr().out)
    assert [row["measure"] for row in facts["highest"]][:2] == ["pattern overlap", "query overlap"]
    found = PreferenceSearch.load(tmp_path / "preferences.json")
    assert len(facts["preferences"]["pairs"]) == len(found.pairs)
    assert [r["correlation"] for r in preferences_table(found)] == sorted(p.correlation for p in found.pairs)[:8]
