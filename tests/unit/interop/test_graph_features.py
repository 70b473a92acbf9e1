"""Files of latents beside a graph, and foreign transcoder sets as nodes of one."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import save_file

from polyhead.core.graph_records import Edges, GraphDictionary, GraphNode, GraphRecord
from polyhead.core.records import LatentExample, LatentPage, LatentRow
from polyhead.core.rng import generator
from polyhead.graphs.building import build_graph
from polyhead.graphs.loaded import load_dictionaries
from polyhead.interop.graph_json import Held, read_graph_json, write_graph_folder
from polyhead.interop.graph_json.vocabulary import cantor, feature_of
from polyhead.models.native import NativeConfig, NativeTransformer
from polyhead.runs.dictionaries import run_import

FEATURE = {
    "type": "object",
    "required": ["index", "examples_quantiles"],
    "properties": {
        "index": {"type": "number"},
        "examples_quantiles": {"type": "array", "items": {
            "type": "object", "required": ["quantile_name", "examples"],
            "properties": {"quantile_name": {"type": "string"}, "examples": {"type": "array", "items": {
                "type": "object", "required": ["tokens_acts_list", "tokens"],
                "properties": {
                    "tokens_acts_list": {"type": "array", "items": {"type": "number"}},
                    "tokens": {"type": "array", "items": {"type": "string"}}}}}}}},
        "top_logits": {"type": "array", "items": {"type": "string"}},
        "bottom_logits": {"type": "array", "items": {"type": "string"}},
    },
}  # fmt: skip
"""What Neuronpedia's feature-details-schema.json asks for (2026), in our words."""


def page(latent: int) -> LatentPage:
    row = LatentRow(
        latent=latent, density=0.25, energy_share=0.1, max_activation=3.0, effective_heads=1.0, identity_share=0.0,
        main_head=0, loadings=[1.0, 0.0], map_x=0, map_y=0, cluster=0, top_source_tokens=["a"], top_promoted=["b"],
    )  # fmt: skip
    plain = {"sequence": 0, "start": 0, "tokens": ["a", "b"], "peak": 1, "arcs": []}
    examples = [
        LatentExample(kind="top", quantile=None, key_side=[0.0, 3.0], query_side=[1.0, -2.0], **plain),
        LatentExample(kind="quantile", quantile=0.5, key_side=[0.5, 0.0], query_side=[0.0, 1.0], **plain),
        LatentExample(kind="top", quantile=None, side="key", key_side=[2.0, 0.0], query_side=[0.0, 0.0], **plain),
    ]
    return LatentPage(
        row=row, examples=examples, promoted=[("up", 1.0)], demoted=[("down", -1.0)], histogram=[(0.1, 1.0, 4)],
        neighbours=[],
    )  # fmt: skip


def test_every_side_of_a_latent_has_a_file(tmp_path: Path) -> None:
    mtc = GraphDictionary(name="mtc-1", kind="mtc", layers=[1], part="attn", n_latents=9, heads=["head 0", "identity"])
    nodes = [
        GraphNode(kind="latent", position=p, layer=1, part="attn", dictionary=0, latent=i, side=side, value=1.0)
        for p, i, side in ((0, 4, "key"), (1, 4, "query"), (1, 5, "query"))
    ]
    none = np.zeros(0, dtype=np.int64)
    record = GraphRecord(
        slug="two", prompt="ab", tokens=[1, 2], token_strings=["a", "b"], model="m", attention="mtc", n_layers=2,
        n_heads=1, patterns="model", dictionaries=[mtc], nodes=nodes, n_edges=0, n_edges_found=0,
    )  # fmt: skip
    held = Held(record, Edges(none, none, np.zeros(0, dtype=np.float32), None))
    write_graph_folder(held, tmp_path, pages={0: [page(i) for i in range(9)]})
    names = {feature_of(node, record) for node in nodes}
    assert {int(path.stem) for path in (tmp_path / "features").iterdir()} == names
    assert len(names) == 3
    assert json.loads((tmp_path / "two.json").read_text("utf-8"))["metadata"]["scan"] == "./data/features"
    key, query = (
        json.loads((tmp_path / "features" / f"{feature_of(n, record)}.json").read_text("utf-8")) for n in nodes[:2]
    )
    for file in (key, query):
        jsonschema.Draft202012Validator(FEATURE).validate(file)
    assert [e["tokens_acts_list"] for g in key["examples_quantiles"] for e in g["examples"]] == [[2.0, 0.0]]
    assert [g["quantile_name"] for g in query["examples_quantiles"]] == ["Top", "Quantile 0.5"]
    assert (query["act_min"], query["act_max"], query["top_logits"]) == (-2.0, 1.0, ["up"])


@pytest.mark.parametrize("activation", ["relu", "topk"])
def test_a_set_of_circuit_tracer_is_nodes_of_a_graph(tmp_path: Path, activation: str) -> None:
    L, d, n = 2, 12, 20
    g, theirs = generator(0, "set"), tmp_path / "theirs"
    theirs.mkdir()
    for i in range(L):
        tensors = {
            key: torch.randn(shape, generator=g)
            for key, shape in {"W_enc": (n, d), "W_dec": (n, d), "b_enc": (n,), "b_dec": (d,)}.items()
        }
        save_file(tensors, theirs / f"layer_{i}.safetensors")
    config = {"model_name": "m", "model_kind": "transcoder_set", "feature_input_hook": "mlp.hook_in"}
    config |= {"feature_output_hook": "hook_mlp_out", "activation": activation, "k": 3}
    (theirs / "config.yaml").write_text(yaml.safe_dump(config))
    run_import(theirs, tmp_path / "ours")
    cfg = NativeConfig(n_layers=L, d_model=d, n_heads=2, d_head=6, d_vocab=19, n_ctx=8, d_mlp=24, normalization="RMS")
    model = NativeTransformer(cfg, generator=g).eval().requires_grad_(False)
    graph = build_graph(model, load_dictionaries(tmp_path / "ours"), torch.tensor([1, 5, 2, 7]))
    latents = [node for node in graph.nodes if node.kind == "latent"]
    assert {node.layer for node in latents} == {0, 1}
    second = next(node for node in latents if node.layer == 1)
    assert feature_of(second, graph.record) == cantor(1, (second.latent or 0) - n)
    written = write_graph_folder(Held(graph.record, graph.edges), tmp_path / "web")
    back = read_graph_json(tmp_path / "web" / f"{graph.record.slug}.json")
    assert back.record == written.record
    np.testing.assert_array_equal(back.edges.weight, written.edges.weight)
