import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.graph_records import (
    Edges,
    GraphDictionary,
    GraphNode,
    GraphRecord,
    QKEntry,
    QKRecord,
    QKTerm,
    Supernode,
)
from polyhead.interop.graph_json import (
    GraphLimits,
    Held,
    read_graph_json,
    unpack_graph_json,
    write_graph_folder,
    write_graph_json,
)
from polyhead.interop.graph_json.vocabulary import cantor, feature_of, ids_of, uncantor
from polyhead.reports.graphs import write_graph_pages

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
INTEGER_OR_NONE = {"type": ["integer", "null"]}
NUMBER_OR_NONE = {"type": ["number", "null"]}
NODE = {
    "type": "object",
    "required": ["node_id", "feature", "layer", "ctx_idx", "feature_type", "jsNodeId", "clerp"],
    "properties": {
        "node_id": TEXT, "jsNodeId": TEXT, "clerp": TEXT, "feature_type": TEXT, "feature": INTEGER_OR_NONE,
        "layer": {"type": ["string", "integer"]}, "ctx_idx": {"type": "integer", "minimum": 0},
        "influence": NUMBER_OR_NONE, "activation": NUMBER_OR_NONE,
        "qk_tracing_results": {
            "type": "object",
            "required": ["pair_wise_contributors", "top_q_marginal_contributors", "top_k_marginal_contributors"],
            "properties": {
                "pair_wise_contributors": {"type": "array", "items": {
                    "type": "array", "prefixItems": [TEXT, TEXT, NUMBER], "minItems": 3, "maxItems": 3}},
                "top_q_marginal_contributors": {"type": "array", "items": {
                    "type": "array", "prefixItems": [TEXT, NUMBER], "minItems": 2, "maxItems": 2}},
                "top_k_marginal_contributors": {"type": "array", "items": {
                    "type": "array", "prefixItems": [TEXT, NUMBER], "minItems": 2, "maxItems": 2}},
            },
        },
    },
}  # fmt: skip
SCHEMA = {
    "type": "object",
    "required": ["metadata", "qParams", "nodes", "links"],
    "properties": {
        "metadata": {
            "type": "object",
            "required": ["slug", "scan", "prompt_tokens", "prompt"],
            "properties": {
                "slug": TEXT, "scan": TEXT, "prompt": TEXT, "prompt_tokens": {"type": "array", "items": TEXT},
                "node_threshold": NUMBER, "feature_details": {"type": "object"}, "info": {"type": "object"},
                "generation_settings": {"type": "object"}, "pruning_settings": {
                    "type": "object", "properties": {"node_threshold": NUMBER, "edge_threshold": NUMBER}},
            },
        },
        "qParams": {
            "type": "object",
            "properties": {
                "pinnedIds": {"type": "array", "items": TEXT}, "supernodes": {"type": "array"},
                "linkType": TEXT, "clickedId": TEXT, "sg_pos": TEXT,
            },
        },
        "nodes": {"type": "array", "items": NODE},
        "links": {"type": "array", "items": {
            "type": "object", "required": ["source", "target", "weight"],
            "properties": {"source": TEXT, "target": TEXT, "weight": NUMBER}}},
        "qk_only_nodes": {"type": "object", "additionalProperties": NODE},
    },
}  # fmt: skip
"""What Neuronpedia's graph-schema.json asks for (version 1.0.0, 2026), in our words."""


def make(seed: int = 0, dtype: Any = np.float32, n_pos: int = 5, n_layers: int = 3) -> Held:
    """MTC, Lorsa and transcoder in every layer; all kinds of nodes; a node that only an explanation names."""
    r = np.random.default_rng(seed)
    heads = ["head 0", "head 1", "identity"]
    dictionaries = [
        GraphDictionary(name="mtc", kind="mtc", layers=[0, 1, 2], part="attn", n_latents=120, heads=heads),
        GraphDictionary(name="lorsa", kind="lorsa", layers=[0, 1, 2], part="attn", n_latents=120, heads=heads[:2]),
        GraphDictionary(
            name="plt", kind="cross_layer_transcoder", layers=[0, 1, 2], part="mlp", n_latents=120, heads=[]
        ),
    ]
    strings = ["<bos>", " a", '"q"', "\n", " é\u2028"][:n_pos]
    nodes = [GraphNode(kind="embedding", position=p, token=7 + p, label=t, value=1.0) for p, t in enumerate(strings)]
    for layer in range(n_layers):
        for p in range(n_pos):
            for d, part, side in ((0, "attn", "key"), (0, "attn", "query"), (1, "attn", "query"), (2, "mlp", "own")):
                nodes.append(
                    GraphNode(
                        kind="latent",
                        position=p,
                        layer=layer,
                        part=part,
                        dictionary=d,
                        latent=40 * layer + int(r.integers(40)),
                        side=side,
                        value=float(r.normal()),
                        pre=float(r.normal()),
                    )
                )
            for part in ("attn", "mlp"):
                nodes.append(GraphNode(kind="error", position=p, layer=layer, part=part, value=1, error_norm=0.3))
                nodes.append(GraphNode(kind="bias", position=p, layer=layer, part=part, value=1))
    nodes.append(GraphNode(kind="bias", position=-1, value=1))
    lone = len(nodes)
    nodes.append(
        GraphNode(kind="latent", position=1, layer=1, part="attn", dictionary=0, latent=40 + 39, side="key", value=2.0)
    )
    for token, probability in ((3, 0.7), (4, 0.2)):
        nodes.append(
            GraphNode(kind="logit", position=n_pos - 1, token=token, label=" x(p=", value=1.5, probability=probability)
        )
    nodes = [n if n.kind == "logit" else n.model_copy(update={"influence": float(r.random())}) for n in nodes]
    keep = np.triu(r.random((len(nodes), len(nodes))) < 0.15, 1)
    keep[lone] = keep[:, lone] = False
    keep[:, :n_pos] = False
    source, target = np.nonzero(keep)
    order = np.lexsort((source, target))
    source, target = source[order], target[order]
    weight = r.normal(size=len(source)).astype(dtype)
    terms = (r.normal(size=(len(source), 3)) * (r.random((len(source), 3)) < 0.4)).astype(dtype)
    key_node, query_node = n_pos, n_pos + 1
    entry = QKEntry(
        layer=2, head=1, query=4, key=2, pattern=0.5, score=1.25, contrast=0.25,
        pairs=[
            QKTerm(query_node=query_node, key_node=lone, value=1.0),
            QKTerm(query_node=None, key_node=None, value=0.25),
        ],
        query_marginal=[QKTerm(query_node=query_node, key_node=None, value=1.125)],
        key_marginal=[QKTerm(query_node=None, key_node=key_node, value=0.1)],
        qk_features=[(3, 0.5)], qk_features_rest=0.75,
    )  # fmt: skip
    record = GraphRecord(
        slug="made", prompt="".join(strings), tokens=list(range(7, 7 + n_pos)), token_strings=strings, model="tiny",
        attention="mtc + lorsa", n_layers=n_layers, n_heads=2, patterns="model", dictionaries=dictionaries, nodes=nodes,
        n_edges=len(weight), n_edges_found=len(weight) + 9, supernodes=[Supernode(label="two", nodes=[6, 7])],
        notes=["a note"], seconds=0.1,
    )  # fmt: skip
    return Held(record, Edges(target, source, weight, terms), QKRecord(entries=[entry]), (6, 9))


def same(a: Held, b: Held) -> None:
    assert a.record == b.record
    for one, other in zip(a.edges, b.edges, strict=True):
        if one is None or other is None:
            assert one is other
        else:
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
    assert a[2:] == b[2:]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_reading_gives_back_what_was_written_bit_for_bit(tmp_path: Path, dtype: Any) -> None:
    held = make(dtype=dtype)
    written = write_graph_json(held, tmp_path / "g.json")
    back = read_graph_json(tmp_path / "g.json")
    same(written, back)
    assert back.record == held.record
    assert back.qk == held.qk
    same(back, write_graph_json(back, tmp_path / "again.json"))
    assert (tmp_path / "g.json").read_bytes() == (tmp_path / "again.json").read_bytes()


def test_without_heads_and_edges(tmp_path: Path) -> None:
    held = make()
    bare = held._replace(edges=held.edges._replace(heads=None), qk=None, pinned=())
    same(write_graph_json(bare, tmp_path / "a.json"), read_graph_json(tmp_path / "a.json"))
    none = Edges(*(value[:0] for value in held.edges if value is not None))
    empty = Held(held.record.model_copy(update={"n_edges": 0}), none)
    same(write_graph_json(empty, tmp_path / "b.json"), read_graph_json(tmp_path / "b.json"))


def test_what_is_written_keeps_the_published_schema(tmp_path: Path) -> None:
    write_graph_json(make(), tmp_path / "g.json", source_sets={"neuronpedia_lorsa_source_set": "some-lorsa"})
    file = json.loads((tmp_path / "g.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(file)
    assert list(file["qk_only_nodes"]) == ["1_mtc-key_39_1"]
    ids = {n["node_id"] for n in file["nodes"]}
    assert len(ids) == len(file["nodes"])
    assert {link[end] for link in file["links"] for end in ("source", "target")} <= ids
    # front ends take layer, feature and position for identity
    assert len({(n["layer"], n["feature"], n["ctx_idx"]) for n in file["nodes"]}) == len(file["nodes"])
    logit = next(n for n in file["nodes"] if n["feature_type"] == "logit")
    assert logit["clerp"].split("(p=")[-1].split(")")[0] == "0.700"


def test_front_ends_show_all_that_pruning_kept(tmp_path: Path) -> None:
    held = make()
    pruned = held._replace(record=held.record.model_copy(update={"node_threshold": 0.8}))
    for one, most in ((held, 1.0), (pruned, 0.8)):
        write_graph_json(one, tmp_path / "g.json")
        shares = [n["influence"] for n in json.loads((tmp_path / "g.json").read_text("utf-8"))["nodes"]]
        assert max(s for s in shares if s is not None) == pytest.approx(most)


def test_latents_may_pass_for_those_of_transcoders(tmp_path: Path) -> None:
    held = make()
    node = next(n for n in held.record.nodes if n.kind == "latent" and n.side == "key")
    assert node.dictionary is not None
    assert node.latent is not None
    words = {(node.dictionary, node.latent): "'a' 'b'"}
    written = write_graph_json(held, tmp_path / "g.json", as_transcoders=True, words=words)
    nodes = json.loads((tmp_path / "g.json").read_text("utf-8"))["nodes"]
    kinds = {n["feature_type"] for n in nodes if n["polyhead"]["kind"] == "latent"}
    assert kinds == {"cross layer transcoder"}
    assert f"#{node.latent} key: 'a' 'b'" in {n["clerp"] for n in nodes}
    same(written, read_graph_json(tmp_path / "g.json"))


def test_explanations_hang_on_the_latent_that_the_head_brings_most_to(tmp_path: Path) -> None:
    held = make()
    write_graph_json(held, tmp_path / "g.json")
    file = json.loads((tmp_path / "g.json").read_text("utf-8"))
    found = [n for n in file["nodes"] if "qk_tracing_results" in n]
    assert len(found) == 1
    assert (found[0]["layer"], found[0]["ctx_idx"], found[0]["feature_type"]) in {
        ("2", 4, "mtc query"),
        ("2", 4, "lorsa"),
    }
    assert found[0]["qk_tracing_results"]["pair_wise_contributors"] == [[ids_of(held.record)[6], "1_mtc-key_39_1", 1.0]]


def test_limits_leave_sums_whole_and_say_what_was_cut(tmp_path: Path) -> None:
    held = make()
    cut = write_graph_json(held, tmp_path / "g.json", limits=GraphLimits(max_nodes=40, max_links=100))
    same(cut, read_graph_json(tmp_path / "g.json"))
    assert len(cut.edges.weight) <= 100
    assert len(cut.record.nodes) <= 40 + 3  # what explanations name comes on top
    assert sum(n.kind in ("embedding", "logit") for n in cut.record.nodes) == 7
    assert "cut when written" in cut.record.notes[-1]
    before = np.bincount(held.edges.target, held.edges.weight.astype(float), minlength=len(held.record.nodes))
    after = np.bincount(cut.edges.target, cut.edges.weight.astype(float), minlength=len(cut.record.nodes))
    places = {name: i for i, name in enumerate(ids_of(held.record))}
    for i, (name, node) in enumerate(zip(ids_of(cut.record), cut.record.nodes, strict=True)):
        np.testing.assert_allclose(after[i] + node.cut, before[places[name]], atol=1e-6)


def test_numbers_of_features(tmp_path: Path) -> None:
    assert [uncantor(cantor(x, y)) for x, y in ((0, 0), (3, 16383), (61, 131071))] == [(0, 0), (3, 16383), (61, 131071)]
    record = make().record
    latents = [n for n in record.nodes if n.kind == "latent"]
    whole = {(n.dictionary, n.side, n.layer, n.latent) for n in latents}
    assert len({feature_of(n, record) for n in latents}) == len(whole)
    mlp = next(n for n in latents if n.part == "mlp" and n.layer == 2)
    assert feature_of(mlp, record) == cantor(2, (mlp.latent or 0) - 80)
    lorsa = next(n for n in latents if n.dictionary == 1 and n.layer == 1)
    assert feature_of(lorsa, record, lorsa_source_set=True) == cantor(1, (lorsa.latent or 0) - 40)


FOREIGN = {
    "metadata": {
        "slug": "theirs", "scan": "gemma", "transcoder_list": [], "prompt_tokens": ["<bos>", "A"], "prompt": "<bos>A",
        "schema_version": 1, "node_threshold": 0.8,
    },
    "qParams": {
        "pinnedIds": ["1_5_1"], "supernodes": [["g", "1_5_1"]], "linkType": "both", "clickedId": "", "sg_pos": "",
    },
    "nodes": [
        {"node_id": "E_2_0", "feature": 0, "layer": "E", "ctx_idx": 0, "feature_type": "embedding", "jsNodeId": "E_2-0",
         "clerp": "", "influence": 0.9, "activation": None},
        {"node_id": "E_33_1", "feature": 1, "layer": "E", "ctx_idx": 1, "feature_type": "embedding",
         "jsNodeId": "E_33-1", "clerp": ""},
        {"node_id": "1_5_1", "feature": cantor(1, 5), "layer": "1", "ctx_idx": 1, "jsNodeId": "1_5-0", "clerp": "",
         "feature_type": "cross layer transcoder", "influence": 0.4, "activation": 2.5},
        {"node_id": "2_lor_9_1", "feature": cantor(2, 9), "layer": 2, "ctx_idx": 1, "jsNodeId": "x", "clerp": "F1",
         "feature_type": "lorsa", "activation": 1.5, "qk_tracing_results": {
             "pair_wise_contributors": [["1_5_1", "0_lor_3_0", 0.5]], "top_q_marginal_contributors": [["1_5_1", 0.7]],
             "top_k_marginal_contributors": []}},
        {"node_id": "0_2_1", "feature": -1, "layer": "2", "ctx_idx": 1, "feature_type": "mlp reconstruction error",
         "jsNodeId": "2_1-0", "clerp": ""},
        {"node_id": "27_70_1", "feature": 70, "layer": "27", "ctx_idx": 1, "feature_type": "logit", "token_prob": 0.6,
         "is_target_logit": True, "jsNodeId": "L_70-1", "clerp": 'Output " Austin" (p=0.600)'},
    ],
    "links": [
        {"source": "E_33_1", "target": "1_5_1", "weight": 3.0},
        {"source": "1_5_1", "target": "2_lor_9_1", "weight": 1.0},
        {"source": "2_lor_9_1", "target": "27_70_1", "weight": 3.0},
        {"source": "0_2_1", "target": "27_70_1", "weight": -1.0},
        {"source": "gone", "target": "27_70_1", "weight": 1.0},
    ],
    "qk_only_nodes": {
        "0_lor_3_0": {"node_id": "0_lor_3_0", "feature": cantor(0, 3), "layer": 0, "ctx_idx": 0, "jsNodeId": "y",
                      "clerp": "F2", "feature_type": "lorsa", "activation": 0.5},
    },
}  # fmt: skip


def test_graphs_of_others(tmp_path: Path) -> None:
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(FOREIGN), "utf-8")
    held = read_graph_json(path)
    nodes = held.record.nodes
    assert [(n.kind, n.layer, n.latent, n.part, n.side) for n in nodes] == [
        ("embedding", None, None, None, None),
        ("embedding", None, None, None, None),
        ("latent", 1, 5, "mlp", "own"),
        ("latent", 2, 10 + 9, "attn", "query"),
        ("error", 2, None, "mlp", None),
        ("logit", None, None, None, None),
        ("latent", 0, 3, "attn", "query"),
    ]
    assert held.record.tokens == [2, 33]
    assert (nodes[5].label, nodes[5].token, nodes[5].probability) == (" Austin", 70, 0.6)
    np.testing.assert_allclose([n.influence or 0 for n in nodes], [0, 0.75, 0.75, 0.75, 0.25, 0, 0])
    assert "1 links to nodes that are not in the file" in held.record.notes[1]
    assert held.pinned == (2,)
    assert held.record.supernodes == [Supernode(label="g", nodes=[2])]
    assert held.qk is not None
    assert held.qk.entries[0].pairs == [QKTerm(query_node=2, key_node=6, value=0.5)]
    assert held.qk_only == {6}
    written = write_graph_json(held, tmp_path / "ours.json")
    back = read_graph_json(tmp_path / "ours.json")
    same(written, back)
    same(held, back)


def test_pages_of_graphs_of_others(tmp_path: Path) -> None:
    (tmp_path / "theirs.json").write_text(json.dumps(FOREIGN), "utf-8")
    held = unpack_graph_json(tmp_path / "theirs.json", tmp_path / "graph")
    assert GraphRecord.load(tmp_path / "graph" / "graph.json") == held.record
    index = write_graph_pages([tmp_path / "graph"], tmp_path / "pages")
    assert "theirs" in (index.parent / "data" / "graphs.js").read_text("utf-8")


def test_an_error_that_shares_its_id_with_a_latent(tmp_path: Path) -> None:
    twin = FOREIGN["nodes"][2] | {"node_id": "0_2_1", "feature": cantor(0, 2), "layer": "0"}
    links = [{"source": "0_2_1", "target": "27_70_1", "weight": w} for w in (5.0, -1.0)]
    file = FOREIGN | {"nodes": [*FOREIGN["nodes"], twin], "links": links}
    (tmp_path / "theirs.json").write_text(json.dumps(file), "utf-8")
    held = read_graph_json(tmp_path / "theirs.json")
    kinds = [held.record.nodes[i].kind for i in held.edges.source]
    assert dict(zip(kinds, held.edges.weight.tolist(), strict=True)) == {"latent": 5.0, "error": -1.0}
    assert any("1 error nodes share their id" in note for note in held.record.notes)


def test_a_folder_for_the_server(tmp_path: Path) -> None:
    for slug in ("one", "two", "one"):
        held = make()
        write_graph_folder(held._replace(record=held.record.model_copy(update={"slug": slug})), tmp_path)
    menu = json.loads((tmp_path / "graph-metadata.json").read_text("utf-8"))
    assert [g["slug"] for g in menu["graphs"]] == ["two", "one"]
    assert (tmp_path / "one.json").exists()
    (tmp_path / "graph-metadata.json").write_text("[1]", "utf-8")
    with pytest.raises(ArtifactError, match="no list of graphs"):
        write_graph_folder(held, tmp_path)


@pytest.mark.parametrize(
    "slug", ["a/b", "../../x", "", "two words", "CON", "\u00e4 \u732b", "x" * 300, ".hidden", "a\nb", "end."]
)
def test_any_slug_has_a_file(tmp_path: Path, slug: str) -> None:
    held = make()
    held = held._replace(record=held.record.model_copy(update={"slug": slug}))
    written = write_graph_folder(held, tmp_path / "out")
    name = written.record.slug
    assert sorted(p.name for p in (tmp_path / "out").glob("*.json")) == sorted([f"{name}.json", "graph-metadata.json"])
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert json.loads((tmp_path / "out" / "graph-metadata.json").read_text("utf-8"))["graphs"][0]["slug"] == name
    unpack_graph_json(tmp_path / "out" / f"{name}.json", tmp_path / "back")
    assert (write_graph_pages([tmp_path / "back"], tmp_path / "pages").parent / "data" / "graph" / name).is_dir()


def test_a_file_of_ours_that_was_edited(tmp_path: Path) -> None:
    path = tmp_path / "g.json"
    write_graph_json(make(), path)
    whole = json.loads(path.read_text("utf-8"))

    def refused(change: Any, message: str) -> None:
        file = json.loads(json.dumps(whole))
        change(file)
        path.write_text(json.dumps(file), "utf-8")
        with pytest.raises(ArtifactError, match=message) as caught:
            read_graph_json(path)
        assert "\n" not in str(caught.value)

    refused(lambda f: f["nodes"][0]["polyhead"].update(place=1), "places of its")
    refused(lambda f: f["links"][0].update(source="nobody"), "'nobody' is missing")
    refused(lambda f: f["links"][-1].update(heads=[[-1, 0.5]]), "head term -1")
    refused(lambda f: f["polyhead"].update(n_terms=10**12), "less than or equal to")
    refused(lambda f: f["polyhead"]["dtypes"].update(weight="O"), "Input should be")
    refused(lambda f: f["polyhead"]["qk"]["entries"][0]["pairs"][0].update(query_node=999), "names a node that is not")
    refused(lambda f: f["nodes"][0]["polyhead"].update(position=99), "stands at position 99")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "is not valid JSON"),
        ('{"metadata": {}}', "metadata.slug: Field required"),
        (json.dumps(FOREIGN | {"nodes": [*FOREIGN["nodes"], FOREIGN["nodes"][0]]}), "two nodes are called E_2_0"),
        (json.dumps(FOREIGN | {"nodes": [FOREIGN["nodes"][2] | {"layer": "top"}]}), "expected a number from 0"),
        (json.dumps(FOREIGN | {"nodes": [FOREIGN["nodes"][2] | {"layer": 10**6}]}), "expected a number from 0"),
        (
            json.dumps(FOREIGN | {"nodes": [FOREIGN["nodes"][2] | {"feature": 10**40}]}),
            "a number of at most 64 bits was expected",
        ),
        (json.dumps(FOREIGN | {"nodes": [FOREIGN["nodes"][0] | {"ctx_idx": 2}]}), "position 2 of a prompt of 2 tokens"),
        (json.dumps(FOREIGN | {"nodes": [], "links": [], "qk_only_nodes": {}}), "has no nodes"),
        (
            json.dumps(FOREIGN | {"metadata": FOREIGN["metadata"] | {"prompt_tokens": []}}),
            "position 0 of a prompt of 0 tokens",
        ),
        ("[" * 100_000, "at most 100 levels of nesting are read"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.json").write_text(text, "utf-8")
    with pytest.raises(ArtifactError, match=message) as caught:
        read_graph_json(tmp_path / "bad.json")
    assert "\n" not in str(caught.value)


def test_bad_graphs_and_sizes(tmp_path: Path) -> None:
    held = make()
    broken = held._replace(edges=held.edges._replace(weight=held.edges.weight * np.float32(np.nan)))
    with pytest.raises(PolyheadError, match="not finite"):
        write_graph_json(broken, tmp_path / "g.json")
    with pytest.raises(PolyheadError, match="refer to nodes"):
        write_graph_json(held._replace(edges=held.edges._replace(target=held.edges.target + 999)), tmp_path / "g.json")
    assert not list(tmp_path.iterdir())
    with pytest.raises(ArtifactError, match="does not exist"):
        read_graph_json(tmp_path / "g.json")
    write_graph_json(held, tmp_path / "g.json")
    with pytest.raises(ArtifactError, match="may be read; prune"):
        read_graph_json(tmp_path / "g.json", max_bytes=1000)
    file = json.loads((tmp_path / "g.json").read_text("utf-8"))
    file["polyhead"]["format"] = 99
    (tmp_path / "g.json").write_text(json.dumps(file), "utf-8")
    with pytest.raises(ArtifactError, match="format 99"):
        read_graph_json(tmp_path / "g.json")
