"""`polyhead graph` with the dictionaries that ship: made, gone on with, pruned, exported, drawn; mistakes."""

import json
from pathlib import Path
from typing import Any

import pytest

from polyhead.cli.app import main
from polyhead.core.errors import DiskError
from polyhead.core.graph_records import EDGES, GRAPH, QK, VERIFY, GraphRecord, QKRecord, load_edges
from polyhead.models.base_layer import base_layer
from polyhead.models.load import load_model
from polyhead.reports.graph_latents import LatentPages
from polyhead.runs import graph as graph_run
from polyhead.runs import graph_examples
from polyhead.runs.graph import FULL, RUN, GraphRunConfig, find_dictionaries, prompt_tokens
from polyhead.runs.graph_examples import example_folders, latent_pages
from polyhead.runs.graph_words import label, main_head, strongest_entries

PROMPT = r"from pathlib import Path\n\nfrom path"
SMALL = ["--max-latents", "12", "--qk-entries", "2", "--perturb", "1", "--example-tokens", "1024", "--json"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("graphs") / "one"
    main(["graph", PROMPT, "--out", str(out), *SMALL])
    return out


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    capsys.readouterr()
    main([str(a) for a in arguments])
    return json.loads(capsys.readouterr().out)


def test_a_folder_holds_the_whole_graph_and_the_pruned_one(folder: Path) -> None:
    whole, pruned = GraphRecord.load(folder / FULL / GRAPH), GraphRecord.load(folder / GRAPH)
    assert pruned.prompt == PROMPT.replace(r"\n", "\n")
    assert len(pruned.nodes) < len(whole.nodes)
    assert pruned.n_edges == len(load_edges(folder / EDGES).target) < whole.n_edges
    assert pruned.scores is not None
    assert (folder / "pages" / "index.html").exists()
    assert (folder / VERIFY).exists()


def test_entries_are_explained_in_the_numbers_of_the_pruned_graph(folder: Path) -> None:
    record, entries = GraphRecord.load(folder / GRAPH), QKRecord.load(folder / QK).entries
    assert [(e.layer, e.head, e.query, e.key) for e in entries] == strongest_entries(
        record, load_edges(folder / EDGES), 2
    )
    for entry in entries:
        assert sum(term.value for term in entry.pairs) == pytest.approx(entry.score, abs=1e-6)
        for term in entry.key_marginal:
            assert term.key_node is None or record.nodes[term.key_node].position == entry.key


def test_the_same_command_makes_nothing_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*.parquet")}
    said = run(capsys, "graph", PROMPT, "--out", folder, *SMALL)
    assert before == {p: p.stat().st_mtime_ns for p in folder.rglob("*.parquet")}
    assert said["logits"]
    assert said["features"][0]["influence"] >= said["features"][-1]["influence"]


def test_another_graph_does_not_go_into_the_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["graph", "import os", "--out", str(folder)])
    assert "holds a graph with other settings: prompt" in capsys.readouterr().err


def test_prune_and_export(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "graph", "prune", folder / FULL, "--node-threshold", 0.5, "--out", tmp_path / "half", "--json")
    assert said["scores"]["n_nodes"] == len(GraphRecord.load(folder / FULL / GRAPH).nodes)
    assert len(GraphRecord.load(tmp_path / "half" / GRAPH).nodes) < len(GraphRecord.load(folder / GRAPH).nodes)
    with pytest.raises(SystemExit):
        main(["graph", "prune", str(folder), "--out", str(folder)])
    assert "holds the graph that is pruned; choose another folder" in capsys.readouterr().err
    written = run(capsys, "graph", "export", folder, "--out", tmp_path / "json", "--json")
    assert json.loads(Path(written["graph"]).read_text("utf-8"))["links"]


def test_what_was_exported_is_read_again(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = run(capsys, "graph", "export", folder, "--out", tmp_path / "json", "--json")
    read = run(capsys, "graph", "import", written["graph"], "--out", tmp_path / "back", "--json")
    record = GraphRecord.load(tmp_path / "back" / GRAPH)
    assert read["nodes"] == written["nodes"] == len(record.nodes)
    assert record.prompt == PROMPT.replace(r"\n", "\n")


def test_verify_prints_what_it_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "graph", "verify", folder, "--perturb", 1, "--outputs", 3, "--json")
    assert said["worst_frozen_error"] < 1e-6
    assert next(iter(said)) == "outputs"
    assert {e["what"] for e in said["outputs"]["effects"]} >= {"node", "set"}
    main(["graph", "verify", str(folder), "--perturb", "1", "--outputs", "3"])
    text = capsys.readouterr().out
    assert text.index("effects on the output") < text.index("removed: change predicted") < text.index("changed nodes")


def test_view_writes_pages(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "graph", "view", folder, "--out", tmp_path / "pages", "--no-serve", "--json")
    assert Path(said["pages"]).exists()


def test_latents_come_with_examples(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = GraphRecord.load(folder / GRAPH)
    asked = {(n.dictionary, n.latent) for n in record.nodes if n.kind == "latent"}
    pages = latent_pages(record, folder)
    assert {(number, page.row.latent) for number, some in pages.items() for page in some} == asked
    assert any(page.examples and page.promoted for some in pages.values() for page in some)
    drawn = (folder / "pages" / "data" / "latents").rglob("pages-*.js")
    assert sum(path.read_text("utf-8").count('"examples"') for path in drawn) == len(asked)
    entries = [e for e in QKRecord.load(folder / QK).entries if e.qk_features]
    pages_of_features = LatentPages(example_folders(folder), [record], folder).of_entries(QKRecord(entries=entries))
    assert {e.qk_features_of for e in entries} == set(pages_of_features)
    for entry in entries:
        assert entry.qk_features_of is not None
        row = pages_of_features[entry.qk_features_of]["latents"][str(entry.qk_features[0][0])]
        assert row["tokens"]
        assert row["key_tokens"]
    written = run(capsys, "graph", "export", folder, "--out", tmp_path / "json", "--as-transcoders", "--json")
    sides = {(n.dictionary, n.latent, n.side) for n in record.nodes if n.kind == "latent"}
    assert written["features"] == len(sides)
    nodes = json.loads(Path(written["graph"]).read_text("utf-8"))["nodes"]
    numbers = {n["feature"] for n in nodes if n["feature_type"] == "cross layer transcoder"}
    assert numbers == {int(path.stem) for path in (tmp_path / "json" / "features").glob("*.json")}


def test_examples_of_another_text(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    half, text = tmp_path / "half", tmp_path / "notes.txt"
    run(capsys, "graph", "prune", folder / FULL, "--node-threshold", 0.6, "--out", half, "--json")
    assert latent_pages(GraphRecord.load(half / GRAPH), half) == {}
    text.write_text("from pathlib import Path\nwhere = Path('notes')\n" * 30, "utf-8")
    found = run(capsys, "graph", "examples", half, "--text", text, "--tokens", 256, "--json")["folders"]
    assert found
    shown = [
        e for some in latent_pages(GraphRecord.load(half / GRAPH), half).values() for p in some for e in p.examples
    ]
    assert shown
    assert all(
        "where" in "".join(e.tokens) or "notes" in "".join(e.tokens) or "Path" in "".join(e.tokens) for e in shown
    )
    with pytest.raises(SystemExit):
        main(["graph", "examples", str(half), "--text", str(tmp_path / "none.txt")])
    assert "none.txt does not exist; without examples: --example-tokens 0" in capsys.readouterr().err
    assert example_folders(half)  # what was there is kept


def test_words(folder: Path) -> None:
    record, edges = GraphRecord.load(folder / GRAPH), load_edges(folder / EDGES)
    assert label(record, 0).startswith("token at 0")
    named = [main_head(record, edges, i) for i, n in enumerate(record.nodes) if n.side == "query"]
    assert any("%" in name for name in named)


def test_dictionaries_that_ship_are_of_the_bundled_model() -> None:
    from polyhead.core.errors import PolyheadError

    with pytest.raises(PolyheadError, match="needs its own"):
        find_dictionaries(("bundled",), "gpt2")
    dictionaries, qk_dictionaries = find_dictionaries(("bundled",), "bundled")
    assert {one.kind for one in dictionaries} == {"mtc"}
    assert {one.kind for one in qk_dictionaries} <= {"qk_diagonal"}


def test_a_written_new_line_is_a_new_line() -> None:
    import polyhead as ph

    model = ph.load_model("bundled")
    assert prompt_tokens(model, r"a\nb").tolist() == prompt_tokens(model, "a\nb").tolist()
    assert GraphRunConfig(prompt="a", max_latents=3).bounds.max_query_nodes == 3


@pytest.mark.parametrize("stage", ["run_verify", "run_examples", "explain_entry"])
def test_a_full_disk_is_no_note(folder: Path, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (folder / GRAPH).read_bytes()
    cfg = GraphRunConfig.parse(json.loads((folder / RUN).read_text()))
    model = load_model("bundled")
    dictionaries, qk_dictionaries = find_dictionaries(cfg.dictionaries, cfg.model)
    kept = {name: (folder / name).read_bytes() for name in (QK, VERIFY)}
    for name in kept:
        (folder / name).unlink()

    def refuse(*_: Any, **__: Any) -> None:
        raise DiskError("could not write verify.json: No space left on device")

    monkeypatch.setattr(graph_run, stage, refuse)
    try:
        with pytest.raises(DiskError, match="No space left"):
            {
                "run_verify": lambda: graph_run._verify(model, dictionaries, cfg, folder),
                "run_examples": lambda: graph_run._examples(model, dictionaries, qk_dictionaries, cfg, folder),
                "explain_entry": lambda: graph_run._explain(
                    model, dictionaries, qk_dictionaries, prompt_tokens(model, cfg.prompt), cfg, folder
                ),
            }[stage]()
        assert (folder / GRAPH).read_bytes() == before
    finally:
        for name, content in kept.items():
            (folder / name).write_bytes(content)


def test_examples_read_layers_at_the_length_of_their_text(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int | None] = []

    def spy(model: Any, layer: int, *, n_positions: int | None = None) -> Any:
        asked.append(n_positions)
        return base_layer(model, layer, n_positions=n_positions)

    monkeypatch.setattr(graph_examples, "base_layer", spy)
    assert graph_run.run_graph_examples(folder, n_tokens=1024)
    assert set(asked) == {graph_examples.SEQ_LEN}
    assert load_model("bundled").cfg.n_ctx > graph_examples.SEQ_LEN
