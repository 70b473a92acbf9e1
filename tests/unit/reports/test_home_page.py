"""The home page of a folder: what is found, where its links lead, what is refused."""

import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.reports.home import find_pages, write_home
from polyhead.reports.scripts import read_script, write_script

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[2] / "browser"))
from make_home import make_home
from make_study import NASTY


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("home") / "runs")


def test_pages_of_every_kind_are_found_in_order(folder: Path):
    found = [(place.relative_to(folder).as_posix(), kind) for place, kind in find_pages(folder)]
    assert found == [
        ("studies/report", "studies"),
        ("demo/report", "run"),
        ("heads-tiny/pages", "heads"),
        ("graphs/pages", "graphs"),
    ]


def test_every_link_leads_to_a_file(folder: Path, tmp_path: Path):
    for out in (folder / "home", tmp_path / "deeper" / "home"):
        index = write_home(folder, out)
        data = read_script(out / "data" / "home.js")
        hrefs = [entry["href"] for entry in data["entries"]]
        hrefs += [item["href"] for entry in data["entries"] for item in entry["items"]]
        assert len(hrefs) > 10
        for href in hrefs:
            assert (index.parent / unquote(href.split("#")[0])).resolve().is_file(), href
        assert [run["path"] for run in data["runs"]] == ["bare"]
        assert data["unreadable"] == []
    assert read_script(folder / "home" / "data" / "home.js")["entries"][0]["items"][1]["title"] == "A smaller study"
    assert write_home(folder) == folder / "home" / "index.html", "an older home page is replaced, and not listed"


def test_a_damaged_page_is_said_and_the_others_are_listed(tmp_path: Path):
    folder = make_home(tmp_path / "runs")
    (folder / "demo" / "report" / "data" / "overview.js").write_text("polyhead.receive('overview', '{")
    write_script(folder / "graphs" / "pages" / "data", "graphs", {"graphs": [{}]})
    data = read_script(write_home(folder).parent / "data" / "home.js")
    assert [entry["kind"] for entry in data["entries"]] == ["studies", "heads"]
    assert ["overview.js" in text or "graphs.js" in text for text in data["unreadable"]] == [True, True]


def test_what_holds_no_pages_is_refused(tmp_path: Path):
    with pytest.raises(PolyheadError, match="holds no pages"):
        write_home(tmp_path)
    with pytest.raises(PolyheadError, match="not a folder"):
        write_home(tmp_path / "none")


def test_a_script_is_read_as_it_was_written(tmp_path: Path):
    value = {"a": [1, None, NASTY, "'\\u003c</script>\\'"], NASTY: {"b": 0.5}}
    write_script(tmp_path, "x/y", value)
    assert read_script(tmp_path / "x" / "y.js") == value
    with pytest.raises(ArtifactError, match="write the pages again"):
        read_script(tmp_path / "none.js")
