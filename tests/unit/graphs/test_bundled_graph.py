"""The identities on the bundled model: columns are interventions, terms of scores sum to scores."""

import torch
from tiny_graphs import loaded

import polyhead as ph
from polyhead.core.rng import generator
from polyhead.graphs.building import build_graph
from polyhead.graphs.pruning import prune, scores
from polyhead.graphs.qk import split_score
from polyhead.graphs.score_map import score_map
from polyhead.graphs.verification import verify

MTC = {"n_latents": 128, "activation": {"kind": "topk", "k": 8}}


def test_a_graph_of_the_bundled_model_holds() -> None:
    model = ph.load_model("bundled")
    bos = model.cfg.bos_token_id
    assert bos is not None
    tokens = torch.tensor([bos, *model.tokenizer.encode("John gave a drink to Mary. When John")])
    mtcs = [loaded(model, "mtc", (layer,), MTC) for layer in range(model.cfg.n_layers)]
    graph = build_graph(model, mtcs, tokens)
    assert 0 < scores(graph).replacement < 1
    for some in (graph, prune(graph)):
        record = verify(model, mtcs, some, 3, generator(0, "bundled"))
        assert record.worst_frozen_error < 1e-6
    assert graph.frozen is not None
    for layer in range(model.cfg.n_layers):
        of = score_map(graph.frozen, layer)
        for head, query, key in ((0, 3, 3), (model.cfg.n_heads - 1, 8, 2)):
            terms = split_score(graph.frozen, of, head, query, key).terms
            gap = abs(float(terms.sum()) - float(of.scores[head, query, key]))
            assert gap < 1e-5 * float(terms.abs().sum())
