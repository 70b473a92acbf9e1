"""Edges against what is computed another way: gradients of the model's own norms, and the bundled model's streams."""

from typing import Any

import numpy as np
import pytest
import torch
from tiny_graphs import loaded, native, prompt, worst_heads, worst_sum
from torch import Tensor

import polyhead as ph
from polyhead.core.sites import site
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.frozen import freeze
from polyhead.models.native import NativeTransformer

MTC = {"n_latents": 24, "activation": {"kind": "topk", "k": 5}}
ALL = GraphConfig(edge_share=0)


def held_norm(model: NativeTransformer, layer: int, x: Tensor, held: Tensor) -> Tensor:
    """LayerNorm of a block with its scale taken from `held`."""
    norm: Any = model.blocks[layer].ln1
    scale = ((held - held.mean(-1, keepdim=True)).square().mean(-1, keepdim=True) + norm.eps).sqrt()
    return (x - x.mean(-1, keepdim=True)) / scale * norm.w + norm.b


def attention_output(model: NativeTransformer, layer: int, x: Tensor, pattern: Tensor) -> Tensor:
    """Of one layer, its pattern held."""
    v = torch.einsum("pd,hdc->hpc", x, model.W_V[layer]) + model.b_V[layer][:, None]
    return torch.einsum("hqk,hkc,hcd->qd", pattern, v, model.W_O[layer]) + model.b_O[layer]


@pytest.mark.parametrize("kind", ["mtc", "attn_out_sae"])
def test_edges_are_gradients_of_the_held_model(kind: str) -> None:
    """Every edge into layer 2 from what layers 0 and 1 write: value times a gradient by autograd."""
    model, layer = native(normalization="LN", has_bias=True), 2
    dictionaries = [loaded(model, "mtc", (0,), MTC), loaded(model, kind, (layer,), MTC)]
    graph, tokens = build_graph(model, dictionaries, prompt(), ALL), prompt()
    assert graph.frozen is not None
    names = [site(layer, name) for name in ("hook_resid_pre", "attn.hook_pattern")]
    _, cache = model.run_with_cache(tokens[None], names)
    stream, pattern = (cache[name][0] for name in names)
    x = stream.clone().requires_grad_(True)
    with torch.enable_grad():
        normed = held_norm(model, layer, x, stream)
        if kind == "mtc":
            pre = dictionaries[1].dictionary.pre_activations(normed[None])[0]
        else:
            pre = dictionaries[1].dictionary.pre_activations(attention_output(model, layer, normed, pattern))
    A, writes, checked = graph.adjacency().toarray(), graph.frozen.writes, 0
    side = "key" if kind == "mtc" else "query"
    for number, node in enumerate(graph.nodes):
        if node.dictionary != 1 or node.side != side:
            continue
        (gradient,) = torch.autograd.grad(pre[node.position, node.latent], x, retain_graph=True)
        expected = np.zeros(len(graph))
        here = (writes.depth <= 2 * layer).numpy()
        terms = (writes.vectors * gradient[writes.position].double()).sum(-1).numpy()
        np.add.at(expected, writes.node[here], terms[here])
        row = A[number].copy()
        row[graph.frozen.bias_node] = 0
        assert row == pytest.approx(expected, abs=2e-5)
        assert pre[node.position, node.latent].item() == pytest.approx(node.pre, abs=2e-5)
        checked += 1
    assert checked > 10


def test_query_sides_are_what_the_transcoder_moves() -> None:
    model = native()
    one = loaded(model, "mtc", (1,), MTC)
    frozen = freeze(model, [one], prompt(), ALL)
    batch = frozen.recorded.batch(one.reading)
    z = one.dictionary.moved(one.dictionary.codes(batch), batch["pattern"])[0]
    arcs = one.dictionary.view(batch, torch.arange(24), []).arcs[0]
    graph = build_graph(model, [one], prompt(), ALL)
    n_checked = 0
    for number, node in enumerate(graph.nodes):
        if node.side != "query":
            continue
        assert node.value == pytest.approx(float(z[node.position, node.latent]), abs=1e-5)
        source, weight, heads = graph.incoming(number)
        assert heads is not None
        for s, w, terms in zip(source, weight, heads, strict=True):
            key = graph.nodes[s]
            assert (key.side, key.latent) == ("key", node.latent)
            expected = arcs[node.latent, :, node.position, key.position]
            assert terms == pytest.approx(expected.numpy(), abs=1e-5)
            assert w == pytest.approx(float(expected.sum()), abs=1e-5)
            n_checked += 1
    assert n_checked > 50


@pytest.mark.parametrize("kind", ["mtc", "attn_out_sae", "lorsa", "combined_layer"])
def test_writes_make_the_stream(kind: str) -> None:
    model = native(d_mlp=14, positions="rotary")
    frozen = freeze(model, [loaded(model, kind, (1,), MTC)], prompt(), GraphConfig(max_query_nodes=3))
    for depth in range(2 * model.n_layers + 1):
        total = torch.zeros_like(frozen.stream(0))
        seen = frozen.writes.depth <= depth
        total.index_add_(0, frozen.writes.position[seen], frozen.writes.vectors[seen])
        assert torch.allclose(total, frozen.stream(depth), atol=1e-10)


def test_bundled_model() -> None:
    """All four layers explained, as training would start; a prompt that repeats itself."""
    model = ph.load_model("bundled")
    ids = [0, *model.tokenizer.encode("def first(a):\n    return a\n\ndef second(b):\n    return")][:24]
    settings = {"n_latents": 256, "activation": {"kind": "topk", "k": 8}}
    mtcs = [loaded(model, "mtc", (layer,), settings) for layer in range(4)]
    graph = build_graph(model, mtcs, torch.tensor(ids))
    assert worst_sum(graph) < 1e-5
    assert worst_heads(graph) < 1e-6
    assert graph.record.token_strings[0] == "<|bos|>"
    assert graph.record.prompt.startswith("def first")
    assert graph.nodes[-1].label is not None
    assert graph.record.n_edges < 200_000
