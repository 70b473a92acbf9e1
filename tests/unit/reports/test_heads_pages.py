"""Pages of heads as files: what is written, what is refused."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from make_heads import HEADS, NASTY, make_heads
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.reports.heads import write_heads_pages


def script(path: Path) -> Any:
    text = re.fullmatch(r"polyhead\.receive\(\"[^\"]+\",'(.*)'\);\n", path.read_text(encoding="ascii"))
    assert text is not None
    return json.loads(text[1].replace("\\'", "'").replace("\\u003c", "<").replace("\\\\", "\\"))


def test_every_head_has_a_script_and_nothing_is_markup(tmp_path: Path):
    index = write_heads_pages(make_heads(tmp_path / "records"), tmp_path / "pages")
    data = index.parent / "data"
    assert {p.stem for p in (data / "head").iterdir()} == {f"L{la}H{h}" for la, h in HEADS}
    summary = script(data / "heads.js")
    assert summary["split"] == ["L0H1"]
    assert [a["templates"] for a in summary["ablated"]] == ["indent", "mine"]
    assert [f["name"] for f in summary["families"]] == ["L0-heads", "L0-neurons"]
    head = script(data / "head" / "L0H1.js")
    assert head["windows"]["top_query_tokens"][0][0] == NASTY
    assert len(head["windows"]["windows"][0]["mass"]) == 10 * 5
    assert sum(n["by"] == "pattern_overlap" for n in head["neighbours"]) == 1
    assert all("<img" not in p.read_text(encoding="utf-8") for p in index.parent.rglob("*.js"))
    names = {p.name for p in (index.parent / "assets").rglob("*")}
    assert names == {"base.css", "pages.css", "heads.css", "heads.js"}


def test_pages_are_replaced_and_others_are_not(tmp_path: Path):
    records = make_heads(tmp_path / "records")
    write_heads_pages(records, tmp_path / "pages")
    write_heads_pages(records, tmp_path / "pages")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(PolyheadError, match="not a folder of pages of heads"):
        write_heads_pages(records, tmp_path / "mine")


def test_damaged_records_are_one_line(tmp_path: Path):
    with pytest.raises(ArtifactError, match="holds no heads report"):
        write_heads_pages(tmp_path, tmp_path / "pages")
    records = make_heads(tmp_path / "records")
    overview = json.loads((records / "overview.json").read_text(encoding="utf-8"))

    def broken(**changes: Any) -> None:
        (records / "overview.json").write_text(json.dumps({**overview, **changes}), encoding="utf-8")

    broken(heads=overview["heads"][:-1])
    with pytest.raises(ArtifactError, match="5 heads, so 5 values of 'mass_entropy'; got 6"):
        write_heads_pages(records, tmp_path / "pages")
    broken(heads=overview["heads"][::-1])
    with pytest.raises(ArtifactError, match="has other heads"):
        write_heads_pages(records, tmp_path / "pages")
    broken()
    (records / "rows.json").write_text('{"model": 3')
    with pytest.raises(ArtifactError, match="not valid JSON"):
        write_heads_pages(records, tmp_path / "pages")
    assert not (tmp_path / "pages").exists()


def test_damaged_units_are_one_line(tmp_path: Path):
    records = make_heads(tmp_path / "records")
    path = records / "units" / "records" / "L0-neurons" / "units.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 3), path)
    with pytest.raises(ArtifactError, match="5 units expected, 3 received"):
        write_heads_pages(records, tmp_path / "pages")
    pq.write_table(table.drop_columns(["kurtosis"]), path)
    with pytest.raises(ArtifactError, match="lacks the column 'kurtosis'"):
        write_heads_pages(records, tmp_path / "pages")
    path.write_bytes(b"nothing")
    with pytest.raises(ArtifactError, match="not a readable Parquet file"):
        write_heads_pages(records, tmp_path / "pages")
