"""Pages of graphs as files: what is written, what is left out, what is refused."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from make_graph import (
    KEY0,
    KEY1,
    LOGIT,
    MANY_KEY,
    NASTY,
    QUERY0,
    QUERY1,
    large_graph,
    small_edges,
    small_graph,
    small_nodes,
)
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.files import write_json
from polyhead.core.graph_records import EDGES, GRAPH, QK, VERIFY, Edges, GraphDictionary, save_edges
from polyhead.core.records import Overview
from polyhead.reports.graphs import HEADS_SHARD, strongest, write_graph_pages

SOURCES = Path(__file__).parents[3] / "viewer" / "src"


def script(path: Path) -> Any:
    text = re.fullmatch(r"polyhead\.receive\(\"[^\"]+\",'(.*)'\);\n", path.read_text(encoding="ascii"))
    assert text is not None
    return json.loads(text[1].replace("\\'", "'").replace("\\u003c", "<").replace("\\\\", "\\"))


def test_a_graph_has_its_scripts_and_nothing_is_markup(tmp_path: Path):
    index = write_graph_pages([small_graph(tmp_path / "g")], tmp_path / "pages")
    data = index.parent / "data"
    listed = script(data / "graphs.js")["graphs"]
    assert [(g["slug"], g["n_nodes"], g["n_entries"]) for g in listed] == [("vernon", 17, 1)]
    assert listed[0]["verify"]["live_correlation"] == 0.95
    assert listed[0]["verify"]["output"]["correlation"] == 0.87
    page = script(data / "graph" / "vernon" / "graph.js")
    assert {len(column) for column in page["nodes"].values()} == {len(small_nodes())}
    edges = small_edges()
    assert page["edges"]["target"] == edges.target.tolist()
    np.testing.assert_allclose(page["edges"]["weight"], edges.weight, rtol=1e-4)
    assert page["entries"] == [[1, 1, 4, 2]]
    assert page["supernodes"][0]["nodes"] == [KEY0, QUERY0, MANY_KEY]
    heads = script(data / "graph" / "vernon" / "heads-0000.js")
    assert len(heads) == len(edges.target)
    assert heads[6] == [0.3, 2.0, 0.1]
    assert heads[0] is None
    assert all("<img" not in p.read_text(encoding="utf-8") for p in index.parent.rglob("*.js"))
    assert NASTY in script(data / "graph" / "vernon" / "graph.js")["nodes"]["label"]


def test_the_folder_holds_what_its_page_loads(tmp_path: Path):
    index = write_graph_pages([small_graph(tmp_path / "g")], tmp_path / "pages")
    asked = re.findall(r'(?:src|href)="(assets/[^"]+)"', index.read_text("utf-8"))
    shipped = {str(p.relative_to(index.parent)) for p in (index.parent / "assets").rglob("*") if p.is_file()}
    assert shipped == set(asked)
    assert "default-src 'none'" in index.read_text("utf-8")
    assert "http" not in re.sub(r"http-equiv", "", index.read_text("utf-8"))


def test_scripts_stay_small_and_ship_no_styles_inline():
    for path in (SOURCES / "graphs").rglob("*.js"):
        text = path.read_text("utf-8")
        assert len(text.splitlines()) < 350, path.name
        assert "innerHTML" not in text
        assert "style:" not in text, path.name


def test_a_bare_graph_and_several_in_one_folder(tmp_path: Path):
    folders = [small_graph(tmp_path / "a", bare=True, slug="a"), small_graph(tmp_path / "b", slug="a-qk")]
    index = write_graph_pages(folders, tmp_path / "pages")
    data = index.parent / "data" / "graph"
    assert sorted(p.name for p in (data / "a").iterdir()) == ["graph.js"]
    assert sorted(p.name for p in (data / "a-qk").iterdir()) == ["graph.js", "heads-0000.js", "qk.js"]
    assert script(data / "a" / "graph.js")["edges"]["heads_shard"] is None


def test_the_strongest_edges_are_kept_by_share_and_influence(tmp_path: Path):
    edges, nodes = small_edges(), small_nodes()
    kept, left = strongest(edges, nodes, 3)
    found = {(int(edges.source[e]), int(edges.target[e])) for e in kept}
    assert found == {(KEY1, QUERY1), (QUERY1, LOGIT), (QUERY0, KEY1)}
    total = np.abs(edges.weight).sum()
    assert left == pytest.approx(1 - np.abs(edges.weight[kept]).sum() / total, rel=1e-6)
    assert list(kept) == sorted(kept)
    everything, nothing = strongest(edges, nodes, 100)
    assert len(everything) == len(edges.target)
    assert nothing == 0
    index = write_graph_pages([large_graph(tmp_path / "g")], tmp_path / "pages", most_edges=5000)
    folder = index.parent / "data" / "graph" / "large"
    page = script(folder / "graph.js")
    assert len(page["edges"]["weight"]) == 5000
    assert page["n_edges_left_out"] == page["n_edges"] - 5000
    assert 0 < page["weight_left_out"] < 1
    rows = [row for k in range(3) for row in script(folder / f"heads-{k:04d}.js")]
    assert len(script(folder / "heads-0000.js")) == HEADS_SHARD
    np.testing.assert_allclose([sum(row) for row in rows], page["edges"]["weight"], rtol=0.02, atol=1e-3)


def test_latents_of_a_run_come_with_the_graph(tmp_path: Path, run_dir: Path):
    overview = Overview.load(run_dir / "records" / "overview.json")
    card = overview.dictionaries[0]
    (run_dir / "report").mkdir()
    (run_dir / "report" / "index.html").write_text("report")
    made = GraphDictionary(
        name=card.name, kind="mtc", layers=[0], part="attn", n_latents=3, heads=["0", "1", "identity"]
    )
    nodes = [n.model_copy(update={"latent": 1}) if n.dictionary == 0 else n for n in small_nodes()]
    other = small_graph(tmp_path / "g").joinpath(GRAPH)
    dictionaries = [made, made.model_copy(update={"layers": [1]})]
    small_graph(tmp_path / "g", nodes=nodes, dictionaries=dictionaries)
    index = write_graph_pages([other.parent], tmp_path / "deep" / "pages", runs=[run_dir])
    page = script(index.parent / "data" / "graph" / "vernon" / "graph.js")
    known, unknown = page["latents"]
    assert unknown is None  # the run is of layer 0
    assert known["report"] == "../../run/report/index.html"
    assert set(known["rows"]) == {"1"}
    assert known["rows"]["1"]["tokens"] == ["\n    ", "</script>"]
    pages = script(index.parent / "data" / known["folder"] / "pages-0000.js")
    assert set(pages) == {"1"}
    assert pages["1"]["promoted"] == [["x", 1.0]]
    assert "src" not in json.dumps(page["dictionaries"])


def test_a_run_is_found_by_where_a_dictionary_lies(tmp_path: Path, run_dir: Path):
    made = GraphDictionary(
        name="free a of layer 0", kind="mtc", layers=[0], part="attn", n_latents=3, heads=["0.0", "0.1", "identity"],
        path=str(run_dir / "members" / "free a" / "dictionary"),
    )  # fmt: skip
    nodes = [n.model_copy(update={"latent": 1}) if n.dictionary == 0 else n for n in small_nodes()]
    folder = small_graph(tmp_path / "g", nodes=nodes, dictionaries=[made, made.model_copy(update={"layers": [1]})])
    index = write_graph_pages([folder], tmp_path / "pages")
    page = index.parent / "data" / "graph" / "vernon" / "graph.js"
    assert set(script(page)["latents"][0]["rows"]) == {"1"}
    (run_dir / "records" / "free a" / "latents.parquet").write_bytes(b"another version")
    write_graph_pages([folder], tmp_path / "pages")
    assert script(page)["latents"] == [None, None]
    with pytest.raises(ArtifactError, match="not a readable Parquet file"):
        write_graph_pages([folder], tmp_path / "pages", runs=[run_dir])


def test_damage_is_one_line(tmp_path: Path):
    with pytest.raises(PolyheadError, match="no graph was given"):
        write_graph_pages([], tmp_path / "pages")
    with pytest.raises(ArtifactError, match=r"holds no graph \(graph.json is missing\)"):
        write_graph_pages([tmp_path], tmp_path / "pages")
    folder = small_graph(tmp_path / "g")
    with pytest.raises(PolyheadError, match="two graphs are called 'vernon'"):
        write_graph_pages([folder, folder], tmp_path / "pages")
    edges = small_edges()
    save_edges(edges._replace(target=edges.target + 10), folder / EDGES)
    with pytest.raises(ArtifactError, match="17 nodes, so edges up to node 16 expected"):
        write_graph_pages([folder], tmp_path / "pages")
    (folder / EDGES).write_bytes(b"nothing")
    with pytest.raises(ArtifactError, match="does not hold the edges of a graph"):
        write_graph_pages([folder], tmp_path / "pages")
    with pytest.raises(PolyheadError, match="two graphs are called 'Vernon'"):
        write_graph_pages([small_graph(tmp_path / "h", slug="vernon"), small_graph(folder, slug="Vernon")], tmp_path)
    nodes = [small_nodes()[0].model_copy(update={"position": 99}), *small_nodes()[1:]]
    with pytest.raises(ArtifactError, match="node 0 stands at position 99 of a prompt of 5 tokens"):
        write_graph_pages([small_graph(folder, nodes=nodes)], tmp_path / "pages")
    small_graph(folder)
    record = json.loads((folder / VERIFY).read_text())
    record["controls"][0]["node"] = 400
    write_json(folder / VERIFY, record)
    with pytest.raises(ArtifactError, match="node 400 is not there; it was made of another graph"):
        write_graph_pages([folder], tmp_path / "pages")
    small_graph(folder)
    entries = json.loads((folder / QK).read_text())
    entries["entries"][0]["pairs"][0]["key_node"] = 50
    write_json(folder / QK, entries)
    with pytest.raises(ArtifactError, match="L1H1 names a node that is not there"):
        write_graph_pages([folder], tmp_path / "pages")
    assert not (tmp_path / "pages").exists()


def test_slugs_that_no_file_can_have_still_have_a_page(tmp_path: Path):
    slugs = ["../x", "two words", "", "x y", "x-y"]
    folders = [small_graph(tmp_path / str(i), slug=slug) for i, slug in enumerate(slugs)]
    data = write_graph_pages(folders, tmp_path / "pages").parent / "data"
    names = [g["slug"] for g in script(data / "graphs.js")["graphs"]]
    assert len(set(names)) == len(slugs)
    assert names[-1] == "x-y"
    assert {p.name for p in (data / "graph").iterdir()} == set(names)
    assert [script(data / "graph" / name / "graph.js")["slug"] for name in names] == names


def test_a_graph_without_edges_has_a_page(tmp_path: Path):
    none = Edges(*(column[:0] for column in small_edges()[:3]), heads=None)
    folder = small_graph(tmp_path / "g", n_edges=0)
    save_edges(none, folder / EDGES)
    data = write_graph_pages([folder], tmp_path / "pages").parent / "data"
    assert script(data / "graph" / "vernon" / "graph.js")["edges"]["target"] == []


def test_pages_are_replaced_and_others_are_not(tmp_path: Path):
    folder = small_graph(tmp_path / "g")
    write_graph_pages([folder], tmp_path / "pages")
    write_graph_pages([small_graph(tmp_path / "h", slug="other")], tmp_path / "pages")
    assert not (tmp_path / "pages" / "data" / "graph" / "vernon").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(PolyheadError, match="not a folder of pages of graphs"):
        write_graph_pages([folder], tmp_path / "mine")
