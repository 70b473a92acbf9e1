"""write_report: what lies in the folder, that data are safe as scripts, and that mistakes are one clear line."""

import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.reports import write_report
from polyhead.reports.scripts import data_script, shorten


def received(text: str) -> tuple[str, Any]:
    """What a browser would hand on: undo the escapes of the string literal, then parse the JSON."""
    match = re.fullmatch(r"polyhead\.receive\((\".*?\"),'(.*)'\);\n", text)
    assert match is not None
    literal = re.sub(r"\\(u[0-9a-f]{4}|.)", lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 5 else m[1], match[2])
    return json.loads(match[1]), json.loads(literal)


def data(folder: Path, name: str) -> Any:
    key, value = received((folder / "data" / f"{name}.js").read_text("ascii"))
    assert key == name
    return value


def test_folder_holds_page_assets_and_data(run_dir: Path):
    out = write_report(run_dir)
    assert out == run_dir / "report"
    assert (out / "index.html").is_file()
    asked = re.findall(r'(?:src|href)="(assets/[^"]+)"', (out / "index.html").read_text())
    assert asked == ["assets/base.css", "assets/pages.css", "assets/report.js"]
    assert sorted(f"assets/{p.name}" for p in (out / "assets").iterdir()) == asked
    assert sorted(p.name for p in (out / "data" / "free a").iterdir()) == ["pages-0000.js", "rows-0000.js", "tokens.js"]


def test_overview_carries_evaluations_and_derived_numbers(run_dir: Path):
    overview = data(write_report(run_dir), "overview")
    assert overview["title"] == "<b>a run</b>"
    assert overview["dictionaries"][0]["page_shards"] == [0]
    (evaluation,) = overview["evaluations"]
    assert evaluation["ce_delta"] == 0.25
    assert evaluation["ce_recovered_mean"] == 0.75
    assert evaluation["ce_recovered_zero"] is None, "zero-ablation changes nothing here, so the share has no meaning"


def test_rows_are_columns_in_the_order_of_latents(run_dir: Path):
    out = write_report(run_dir)
    tokens, rows = data(out, "free a/tokens"), data(out, "free a/rows-0000")
    assert rows["latent"] == [0, 1, 2]
    assert rows["density"] == [0.12346] * 3
    assert rows["max_activation"] == [3.0, 3.0, None]
    assert rows["loadings"] == [0.6, 0.8, 0.0] * 3
    assert [tokens[i] for i in rows["top_promoted"][0]] == ["\u2028", "'", "</script>"]
    assert len(set(tokens)) == len(tokens) == 4


def test_pages_keep_tokens_exactly_and_shorten_numbers(run_dir: Path):
    pages = data(write_report(run_dir), "free a/pages-0000")
    assert list(pages) == ["0", "1"]
    (example,) = pages["0"]["examples"]
    assert example["tokens"] == ["a", "\\", "'\u2029"]
    assert example["query"] == [0, 0, 1.235]
    assert example["arcs"] == [[2, 0, 1.25, [1.0, 0.25, 0]]]


@given(st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.floats() | st.text()))
def test_any_value_survives_as_a_script_in_ascii(value: Any):
    text = data_script("key/<0>", value)
    text.encode("ascii")
    assert "<" not in text
    assert "\n" not in text[:-1]
    key, back = received(text)
    assert key == "key/<0>"

    def finite(v: Any) -> Any:
        if isinstance(v, dict):
            return {k: finite(x) for k, x in v.items()}
        return None if isinstance(v, float) and not math.isfinite(v) else v

    assert back == finite(value)


@given(st.floats(-1e300, 1e300))
def test_shortened_numbers_are_near(number: float):
    assert shorten(number) == pytest.approx(number, rel=1e-3)


def test_a_report_is_replaced_whole_and_anything_else_refused(run_dir: Path):
    out = write_report(run_dir)
    (out / "data" / "stale.js").write_text("")
    assert not (write_report(run_dir) / "data" / "stale.js").exists()
    (run_dir / "notes").mkdir()
    (run_dir / "notes" / "mine.txt").write_text("keep")
    with pytest.raises(PolyheadError, match="is not a report"):
        write_report(run_dir, run_dir / "notes")
    assert (run_dir / "notes" / "mine.txt").read_text() == "keep"
    assert [p.name for p in run_dir.iterdir() if p.name.startswith(".")] == []


def test_a_failed_report_leaves_the_earlier_one(run_dir: Path):
    out = write_report(run_dir)
    (run_dir / "records" / "free a" / "pages" / "0000.json").write_text('[{"row": 1}]')
    with pytest.raises(ArtifactError, match=r"0000\.json is not a list of LatentPage"):
        write_report(run_dir)
    assert (out / "index.html").exists()
    assert [p.name for p in run_dir.iterdir() if p.name.startswith(".")] == []


def test_missing_and_damaged_records_are_one_line(run_dir: Path):
    records = run_dir / "records"

    def complaint() -> str:
        with pytest.raises(ArtifactError) as caught:
            write_report(run_dir)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    parquet = records / "free a" / "latents.parquet"
    good = parquet.read_bytes()
    pq.write_table(pq.read_table(parquet).drop(["density"]), parquet)
    assert "lacks the column 'density'" in complaint()
    parquet.write_bytes(good[: len(good) // 2])
    assert "not a readable Parquet file" in complaint()
    parquet.unlink()
    assert "was not analysed" in complaint()
    (records / "evaluations.jsonl").write_text("{}\n")
    assert "evaluations.jsonl:1 is not a Evaluation" in complaint()
    overview = (records / "overview.json").read_text()
    (records / "overview.json").write_text(overview.replace("free a", "../out"))
    assert "cannot name the folder" in complaint()
    (records / "overview.json").write_text(overview[:40])
    assert "not valid JSON" in complaint()
    (records / "overview.json").unlink()
    assert "holds no records" in complaint()
    with pytest.raises(ArtifactError, match="no run folder"):
        write_report(run_dir / "nowhere")


def test_a_dictionary_without_pages_has_a_table_only(run_dir: Path):
    (run_dir / "records" / "free a" / "pages" / "0000.json").unlink()
    assert data(write_report(run_dir), "overview")["dictionaries"][0]["page_shards"] == []


def test_reports_need_no_torch():
    code = "import sys, polyhead.reports; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
