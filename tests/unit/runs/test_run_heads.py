"""Runs and commands of heads on the bundled model: records, resuming, tables, refusals."""

import json
from pathlib import Path

import pytest

from polyhead.cli.app import main
from polyhead.cli.heads_tables import ranks_table, ranks_title, rows_table
from polyhead.core.errors import PolyheadError
from polyhead.core.head_names import parse_head
from polyhead.core.head_records import AblationRecord, RowsRecord
from polyhead.runs.heads import (
    AblateConfig,
    ClassifyConfig,
    run_ablate,
    run_classify,
)


@pytest.mark.parametrize(("name", "head"), [("L3H5", (3, 5)), ("l0h11", (0, 11)), ("2.7", (2, 7))])
def test_heads_are_named(name: str, head: tuple[int, int]) -> None:
    assert parse_head(name) == head


@pytest.mark.parametrize("name", ["L3", "3-5", "", "H5L3"])
def test_what_is_no_head_is_refused(name: str) -> None:
    with pytest.raises(PolyheadError, match="write L3H5"):
        parse_head(name)


def test_classify_writes_a_record_and_finds_the_known_heads(tmp_path: Path) -> None:
    cfg = ClassifyConfig(model="bundled", n_tokens=1024, seq_len=128, destinations=(" self",))
    record = run_classify(cfg, tmp_path)
    assert RowsRecord.load(tmp_path / "rows.json") == record
    assert record.destinations[0] == " self"
    share = {h.name: dict(zip(record.classes, h.shares, strict=True)) for h in record.heads}
    assert share["L1H4"]["inactive"] > 0.98
    assert share["L2H7"]["previous"] > 0.6
    assert len(rows_table(record)) == 32
    assert run_classify(cfg, tmp_path).heads == record.heads


def test_ablate_writes_a_record(tmp_path: Path) -> None:
    cfg = AblateConfig(model="bundled", head=(2, 7), n_prompts=5, position=None)
    record = run_ablate(cfg, tmp_path)
    assert AblationRecord.load(tmp_path / "ablation.json") == record
    assert 1 <= record.rank <= 32
    assert record.clean.label == "clean"
    assert any("frozen" in e.label for e in record.effects)
    assert set(record.rank_by) == {"bos-row", "mean-row", "zero-output"}
    assert record.rank_by["bos-row"] == record.rank
    assert "number" in ranks_title(record)
    assert "by mean row" in ranks_title(record)
    assert "fall, output zero" in ranks_table(record)[0]
    assert sum("*" in row["head"] for row in ranks_table(record)) == 1


def test_records_of_one_way_of_ablation_still_load(tmp_path: Path) -> None:
    record = run_ablate(AblateConfig(model="bundled", head=(3, 7), n_prompts=2, sweep=False), tmp_path)
    old = json.loads((tmp_path / "ablation.json").read_text(encoding="utf-8"))
    del old["rank_by"]
    for r in old["ranks"]:
        del r["drops"]
    (tmp_path / "ablation.json").write_text(json.dumps(old), encoding="utf-8")
    loaded = AblationRecord.load(tmp_path / "ablation.json")
    assert loaded.rank == record.rank
    assert ranks_title(loaded).endswith(f"L3H7 is number {record.rank} by row on BOS")
    assert list(ranks_table(loaded)[0]) == ["head", "fall, row on BOS"]


def test_commands_print_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    main(["heads", "classify", "bundled", "--heads", "L3H7", "--tokens", "1024", "--seq-len", "64", "--json"])
    assert json.loads(capsys.readouterr().out)["heads"][0]["layer"] == 3
    main(["heads", "ablate", "bundled", "--head", "L3H7", "--prompts", "3", "--templates", "indent"])
    assert "L3H7 on indent: 3 prompts" in capsys.readouterr().out


def test_a_text_shorter_than_a_window_is_one_clear_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = tmp_path / "short.txt"
    text.write_text("def x():\n")
    with pytest.raises(SystemExit) as stop:
        main(["heads", "classify", "bundled", "--text", str(text)])
    assert stop.value.code == 2
    assert "gives no sequence of 256 tokens" in capsys.readouterr().err
