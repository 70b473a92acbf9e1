"""Pages of studies: what lies in the folder, and what is refused."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.study_records import StudyRecord, held_counts, read_held
from polyhead.reports.studies import write_study_pages

sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from make_study import make_study, small_study

SOURCES = Path(__file__).parents[3] / "viewer" / "src"


def test_a_folder_holds_pages_assets_and_data(tmp_path: Path):
    index = write_study_pages([make_study(), small_study()], tmp_path / "pages")
    folder = index.parent
    assert sorted(p.name for p in folder.glob("*.html")) == ["another.html", "index.html", "made-by-hand.html"]
    assert sorted(p.name for p in (folder / "data").iterdir()) == [
        "studies.js",
        "study-another.js",
        "study-made-by-hand.js",
    ]
    for page in folder.glob("*.html"):
        asked = re.findall(r'(?:src|href)="(assets/[^"]+)"', page.read_text("utf-8"))
        assert asked == ["assets/base.css", "assets/studies.css", "assets/studies.js"]
        assert "{{" not in page.read_text("utf-8")
    shipped = {str(p.relative_to(folder)) for p in (folder / "assets").rglob("*") if p.is_file()}
    assert shipped == set(asked), "nothing lies there that no page loads"
    assert "http" not in re.sub(r"http-equiv", "", index.read_text("utf-8"))


def test_titles_are_escaped(tmp_path: Path):
    record = make_study().model_copy(update={"title": "<b>a & b</b>"})
    index = write_study_pages([record], tmp_path / "p")
    assert "<title>&lt;b&gt;a &amp; b&lt;/b&gt; · polyhead</title>" in (index.parent / "made-by-hand.html").read_text(
        "utf-8"
    )


def test_pages_are_replaced_whole_and_anything_else_is_refused(tmp_path: Path):
    write_study_pages([small_study("gone")], tmp_path / "pages")
    write_study_pages([small_study("new")], tmp_path / "pages")
    assert not (tmp_path / "pages" / "gone.html").exists()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("keep")
    with pytest.raises(PolyheadError, match="is not a folder of study pages"):
        write_study_pages([small_study()], tmp_path / "notes")
    assert (tmp_path / "notes" / "mine.txt").read_text() == "keep"


def test_what_cannot_be_a_page_is_refused(tmp_path: Path):
    with pytest.raises(ArtifactError, match="cannot name"):
        write_study_pages([make_study("../x")], tmp_path / "p")
    with pytest.raises(ArtifactError, match="cannot name"):
        write_study_pages([make_study("index")], tmp_path / "p")
    with pytest.raises(PolyheadError, match="given twice"):
        write_study_pages([make_study(), make_study()], tmp_path / "p")
    record = make_study()
    twice = record.findings.model_copy(update={"claims": record.findings.claims[:1] * 2})
    with pytest.raises(ArtifactError, match="two claims with the key 'reversed-orders'"):
        write_study_pages([record.model_copy(update={"findings": twice})], tmp_path / "p")
    assert not (tmp_path / "p").exists()


def test_what_held_is_counted_in_order():
    held = [claim.held for claim in make_study().findings.claims]
    counts = held_counts(held)
    assert list(counts) == ["yes", "partly", "no", "measured"]
    assert list(counts.values()) == [held.count("yes"), held.count("partly"), held.count("no"), held.count(None)]
    assert counts["no"] == 2


def test_what_held_is_read_without_the_rest(tmp_path: Path):
    shipped = sorted((SOURCES.parents[1] / "src" / "polyhead" / "studies").glob("*/records/*.json"))
    assert len(shipped) > 20
    for path in shipped:
        assert read_held(path) == [claim.held for claim in StudyRecord.load(path).findings.claims]
    path = tmp_path / "record.json"
    for text in ('{"findings": 1}', "[]", '{"findings": {"claims": [{"key": "a"}]}}'):
        path.write_text(text)
        with pytest.raises(ArtifactError, match="of this version"):
            read_held(path)


def test_scripts_stay_small():
    for path in SOURCES.rglob("*.js"):
        assert len(path.read_text("utf-8").splitlines()) < 350, path.name


def test_pages_are_written_without_torch(tmp_path: Path):
    code = "import sys; import polyhead.reports.studies; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
