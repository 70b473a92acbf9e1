"""Whatever a dictionary explains: edges into a node sum to its pre-activation, head terms to edges that are moved."""

from typing import Any

import pytest
from tiny_graphs import loaded, native, prompt, worst_heads, worst_sum

from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig

MODELS: dict[str, dict[str, Any]] = {
    "attn-rotary-rms": {"normalization": "RMS"},
    "attn-learned-ln": {"positions": "learned", "normalization": "LN", "has_bias": True},
    "attn-shortformer-lnpre": {"positions": "shortformer", "normalization": "LNPre"},
    "mlp-rotary-ln": {"d_mlp": 14, "normalization": "LN", "has_bias": True},
    "mlp-none": {"d_mlp": 14, "positions": "none", "normalization": "none", "act_fn": "relu"},
    "mlp-final-rms": {"d_mlp": 14, "normalization": "LNPre", "final_rms": True},
}
MTC = {"n_latents": 24, "activation": {"kind": "topk", "k": 5}}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("cfg", [GraphConfig(edge_share=0), GraphConfig(max_query_nodes=3, edge_share=0.02)])
def test_sums_mtc(name: str, cfg: GraphConfig) -> None:
    model = native(**MODELS[name])
    mtcs = [loaded(model, "mtc", (layer,), MTC) for layer in (0, 2)]
    graph = build_graph(model, mtcs, prompt(), cfg)
    assert worst_sum(graph) < 2e-5
    assert worst_heads(graph) < 1e-6


K = {"kind": "topk", "k": 4}
SPAN = {"n_latents": 16, "activation": K}
KINDS: dict[str, list[tuple[str, tuple[int, ...], dict[str, Any]]]] = {
    "sae of attn_out": [("attn_out_sae", (1,), SPAN), ("mtc", (2,), MTC)],
    "sae of z": [("attn_out_sae", (layer,), {**SPAN, "site": "attn.hook_z"}) for layer in range(3)],
    "lorsa": [("lorsa", (0,), {"n_latents": 24, "activation": K}), ("mtc", (1,), MTC)],
    "combined": [("combined_layer", (1,), {"n_latents": 24, "qk_latents": 12, "qk_k": 4, "activation": K})],
    "rank": [("mtc_rank", (layer,), {"n_latents": 12, "rank": 3, "activation": K}) for layer in (0, 1)],
    "joint": [("joint_sae_mtc", (1,), {"n_latents": 24, "activation": K})],
    "two types": [("two_type_features", (0, 1, 2), SPAN)],
    "two types, stream": [("two_type_features", (0, 1, 2), {**SPAN, "reads": "resid"})],
    "jumprelu": [("mtc", (1,), {"n_latents": 24, "activation": {"kind": "jumprelu"}})],
    "batchtopk": [("mtc", (1,), {"n_latents": 24, "activation": {"kind": "batchtopk", "k": 4}})],
    "crosscoder": [("attn_out_crosscoder", (0, 2), SPAN)],
}
WITH_MLPS: dict[str, list[tuple[str, tuple[int, ...], dict[str, Any]]]] = {
    "transcoders": [("cross_layer_transcoder", (0, 1, 2), {**SPAN, "reach": "own"}), ("mtc", (1,), MTC)],
    "cross-layer": [("cross_layer_transcoder", (0, 1, 2), SPAN), *KINDS["sae of attn_out"]],
    "cross-layer, middle": [("cross_layer_transcoder", (1, 2), {**SPAN, "input_site": "hook_resid_mid"})],
    "relu": [("cross_layer_transcoder", (0, 2), {"n_latents": 16, "activation": {"kind": "relu"}})],
}
BOUNDS = [GraphConfig(edge_share=0), GraphConfig(max_query_nodes=2, edge_share=0.02, max_incoming=9)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("with_mlps", [False, True])
@pytest.mark.parametrize("cfg", BOUNDS)
def test_sums_every_kind(kind: str, with_mlps: bool, cfg: GraphConfig) -> None:
    model = native(d_mlp=14 if with_mlps else None, normalization="LN", has_bias=True)
    graph = build_graph(model, [loaded(model, *what) for what in KINDS[kind]], prompt(), cfg)
    assert worst_sum(graph) < 2e-5
    assert worst_heads(graph) < 1e-6


@pytest.mark.parametrize("kind", WITH_MLPS)
@pytest.mark.parametrize("cfg", BOUNDS)
def test_sums_with_mlp_dictionaries(kind: str, cfg: GraphConfig) -> None:
    model = native(d_mlp=14, normalization="RMS", has_bias=True)
    graph = build_graph(model, [loaded(model, *what) for what in WITH_MLPS[kind]], prompt(), cfg)
    assert worst_sum(graph) < 2e-5
