"""What a graph refuses, cuts and resumes: one clear line, sums that stay whole, a killed build that goes on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_graphs import VOCAB, loaded, native, prompt, worst_sum

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.graph_records import EDGES, Edges
from polyhead.dictionaries import save_dictionary
from polyhead.graphs import building
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.edges import load_piece
from polyhead.graphs.graph import Graph
from polyhead.graphs.loaded import load_dictionaries

MTC = {"n_latents": 24, "activation": {"kind": "topk", "k": 5}}
ALL = GraphConfig(edge_share=0)


def same(a: Edges, b: Edges) -> bool:
    return all(np.array_equal(np.asarray(x), np.asarray(y)) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize(
    ("tokens", "says"),
    [(prompt(13), "at most 12"), (torch.tensor([3, VOCAB]), "ids from 3 to 19"), (prompt(0), "at least")],
)
def test_prompts_that_cannot_be(tokens: torch.Tensor, says: str) -> None:
    with pytest.raises(PolyheadError, match=says):
        build_graph(native(), [], tokens)


def test_dictionaries_that_do_not_fit() -> None:
    model = native(n_layers=3)
    mtc = loaded(model, "mtc", (1,), MTC)
    with pytest.raises(PolyheadError, match="both explain the attn of layer 1"):
        build_graph(model, [mtc, loaded(model, "attn_out_sae", (1,), MTC)], prompt())
    for other in (native(d_model=11), native(n_layers=4), native(n_heads=2)):
        with pytest.raises(
            PolyheadError, match=r"was trained on native; native is another model: (d_model|n_layers|n_h)"
        ):
            build_graph(other, [mtc], prompt())
    with pytest.raises(PolyheadError, match="attn_value_sae"):
        build_graph(model, [loaded(model, "attn_value_sae", (1,), MTC)], prompt())
    with pytest.raises(PolyheadError, match="a graph needs dictionaries of hook_attn_out"):
        build_graph(model, [loaded(model, "mtc", (1,), {**MTC, "target_site": "hook_resid_post"})], prompt())
    with pytest.raises(PolyheadError, match="float16"):
        build_graph(native().half(), [mtc], prompt())


def test_logits_asked_for() -> None:
    model = native()
    graph = build_graph(model, [], prompt(), GraphConfig(logit_positions=(2, -1), logit_tokens=(4, 7)))
    found = [(node.position, node.token) for node in graph.nodes if node.kind == "logit"]
    assert found == [(2, 4), (2, 7), (7, 4), (7, 7)]
    assert worst_sum(graph) < 1e-5
    logits = model(prompt()[None])[0].double()
    values = [node.value for node in graph.nodes if node.kind == "logit"]
    expected = [float((logits[p] - logits[p].mean())[t]) for p, t in found]
    assert values == pytest.approx(expected, abs=1e-5)
    for cfg in (GraphConfig(logit_positions=(8,)), GraphConfig(logit_tokens=(VOCAB,))):
        with pytest.raises(PolyheadError, match="logit"):
            build_graph(model, [], prompt(), cfg)


def test_layers_without_dictionary_are_named() -> None:
    graph = build_graph(native(d_mlp=14), [loaded(native(d_mlp=14), "mtc", (1,), MTC)], prompt())
    halves = ["attn of layers 0, 2", "mlp of layers 0 to 2"]
    assert [note.split(":")[0] for note in graph.record.notes if "no dictionary" in note] == halves
    shares = {(n.layer, n.part): n.error_norm for n in graph.nodes if n.kind == "error" and n.position == 4}
    assert shares[0, "attn"] == pytest.approx(1)
    assert shares[1, "attn"] != pytest.approx(1)


@pytest.mark.parametrize("kind", ["mtc", "attn_out_sae"])
def test_what_is_cut_is_in_the_sums(kind: str) -> None:
    model = native()
    dictionaries = [loaded(model, kind, (layer,), MTC) for layer in range(3)]
    whole = build_graph(model, dictionaries, prompt(), ALL)
    few = build_graph(model, dictionaries, prompt(), GraphConfig(edge_share=0.01, max_incoming=6))
    assert len(whole) == len(few)
    assert few.record.n_edges_found == whole.record.n_edges == whole.record.n_edges_found
    assert few.record.n_edges < whole.record.n_edges / 2
    assert (np.bincount(few.edges.target) <= 7).all()
    assert any("cut" in note for note in few.record.notes)
    assert not any("were cut" in note for note in whole.record.notes)
    full, some = whole.adjacency().toarray(), few.adjacency().toarray()
    assert np.array_equal(some[some != 0], full[some != 0])
    cut = np.array([node.cut for node in few.nodes])
    assert cut == pytest.approx((full - some).sum(1), abs=1e-5)
    assert not any(node.cut for node in whole.nodes)


def test_caps_leave_error_nodes() -> None:
    model = native()
    mtc = loaded(model, "mtc", (1,), MTC)
    graph = build_graph(model, [mtc], prompt(), GraphConfig(max_query_nodes=2))
    counts = np.bincount([node.position for node in graph.nodes if node.side == "query"])
    assert counts.max() == 2
    assert any("query" not in note and "are in error nodes (mtc-1)" in note for note in graph.record.notes)
    assert worst_sum(graph) < 1e-5


@pytest.mark.parametrize(
    ("budget", "says"), [(1_000, "patterns and streams"), (20_000, "writes"), (2**25, "up to .* edges")]
)
def test_budget_is_refused_with_the_numbers(budget: int, says: str) -> None:
    model = native()
    with pytest.raises(PolyheadError, match=f"{says}.* MiB; the budget is .* MiB"):
        build_graph(model, [loaded(model, "mtc", (1,), MTC)], prompt(), GraphConfig(budget_bytes=budget))


def test_sources_come_before_targets() -> None:
    model = native(d_mlp=14)
    kinds = [("mtc", (0,)), ("attn_out_sae", (1,)), ("cross_layer_transcoder", (0, 1, 2))]
    graph = build_graph(model, [loaded(model, kind, layers, MTC) for kind, layers in kinds], prompt(), ALL)
    target, source = graph.edges.target, graph.edges.source
    assert (source < target).all()
    assert (np.lexsort((source, target)) == np.arange(len(target))).all()
    seen = [graph.nodes[s].position <= graph.nodes[t].position for t, s in zip(target, source, strict=True)]
    assert all(seen)


def test_saved_and_read_back(tmp_path: Path) -> None:
    model = native()
    graph = build_graph(model, [loaded(model, "mtc", (1,), MTC)], prompt(), folder=tmp_path / "graph")
    again = Graph.load(tmp_path / "graph")
    assert again.record == graph.record
    assert same(again.edges, graph.edges)
    assert sorted(p.name for p in (tmp_path / "graph").iterdir()) == ["edges.parquet", "graph.json"]
    node = len(graph) - 1
    incoming = again.incoming(node)
    assert (np.diff(np.abs(incoming.weight)) <= 0).all()
    assert incoming.weight.sum() + again.nodes[node].cut == pytest.approx(graph.nodes[node].pre, rel=1e-5)
    (tmp_path / "other").mkdir()
    build_graph(model, [], prompt(), folder=tmp_path / "other")
    (tmp_path / "other" / EDGES).replace(tmp_path / "graph" / EDGES)
    with pytest.raises(ArtifactError, match="not of one graph"):
        Graph.load(tmp_path / "graph")


def test_a_killed_build_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = native()
    dictionaries = [loaded(model, "mtc", (layer,), MTC) for layer in range(3)]
    whole = build_graph(model, dictionaries, prompt())
    real, done = building.block_edges, []

    def dies(*args: object) -> object:
        if len(done) == 4:
            raise KeyboardInterrupt
        done.append(args[1].label)  # type: ignore[attr-defined]
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(building, "block_edges", dies)
    with pytest.raises(KeyboardInterrupt):
        build_graph(model, dictionaries, prompt(), folder=tmp_path)
    assert len(list((tmp_path / "unfinished").glob("*.npz"))) == 4
    monkeypatch.setattr(building, "block_edges", lambda *args: (done.append(args[1].label), real(*args))[1])
    graph = build_graph(model, dictionaries, prompt(), folder=tmp_path)
    assert len(done) == len(set(done)) == 7  # three key sides, three query sides, logits: each once
    assert same(graph.edges, whole.edges)
    assert not (tmp_path / "unfinished").exists()


def test_unfinished_work_of_another_graph_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = native()
    with monkeypatch.context() as patch:
        patch.setattr(building, "join", lambda *_: exec("raise KeyboardInterrupt"))
        with pytest.raises(KeyboardInterrupt):
            build_graph(model, [loaded(model, "mtc", (1,), MTC)], prompt(), folder=tmp_path)
    graph = build_graph(model, [loaded(model, "mtc", (1,), MTC, seed=1)], prompt(), folder=tmp_path)
    assert worst_sum(graph) < 1e-5


def test_dictionaries_from_folders(tmp_path: Path) -> None:
    model = native()
    for layer in (0, 2):
        one = loaded(model, "mtc", (layer,), MTC)
        says = {"reading": one.reading.model_dump(mode="json"), "model": model.cfg.model_dump(), "layers": [layer]}
        save_dictionary(one.dictionary, tmp_path / f"layer{layer}" / "members" / "same" / "dictionary", says)
    graph = build_graph(model, [tmp_path], prompt())
    assert [said.name for said in graph.record.dictionaries] == ["same of layer 0", "same of layer 2"]
    assert graph.record.dictionaries[1].sha256
    memory = build_graph(model, [loaded(model, "mtc", (layer,), MTC) for layer in (0, 2)], prompt())
    assert np.array_equal(memory.edges.weight, graph.edges.weight)
    qk = loaded(model, "qk_diagonal", (1,), {"n_latents": 12, "k": 4})
    says = {"reading": qk.reading.model_dump(mode="json"), "model": model.cfg.model_dump(), "layers": [1]}
    save_dictionary(qk.dictionary, tmp_path / "reasons", says)
    assert build_graph(model, [tmp_path], prompt()).record.n_edges == graph.record.n_edges
    with pytest.raises(PolyheadError, match=r"reconstructs blocks.1.attn.hook_pattern; a graph needs"):
        build_graph(model, [tmp_path / "reasons"], prompt())
    save_dictionary(one.dictionary, tmp_path / "plain", {})
    with pytest.raises(PolyheadError, match="does not say what the dictionary reads"):
        load_dictionaries(tmp_path / "plain")
    with pytest.raises(PolyheadError, match="holds no dictionary"):
        load_dictionaries(tmp_path / "nowhere")


def test_dictionaries_of_one_name_are_told_apart_and_go_up_the_layers() -> None:
    model = native()
    some = [replace(loaded(model, "mtc", (layer,), MTC), name="mtc") for layer in (2, 0)]
    graph = build_graph(model, some, prompt())
    assert [one.name for one in graph.record.dictionaries] == ["mtc of layer 0", "mtc of layer 2"]


@pytest.mark.parametrize("contents", [b"", b"PK\x03\x04 cut short", b"nothing of ours"])
def test_a_damaged_block_of_edges_is_one_line_about_its_file(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "00001.npz"
    path.write_bytes(contents)
    with pytest.raises(ArtifactError, match=r"00001\.npz is damaged"):
        load_piece(path)
