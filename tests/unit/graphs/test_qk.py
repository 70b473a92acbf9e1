"""QK attribution: terms of a score sum to the model's own score, whatever its positions, norms and heads."""

from typing import Any

import pytest
import torch
from tiny_graphs import loaded, native, prompt

from polyhead.activations.harvest import harvest_batch
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.graphs.frozen import FrozenPrompt, freeze
from polyhead.graphs.pruning import places
from polyhead.graphs.qk import explain_entry, renumbered, split_score
from polyhead.graphs.score_map import score_map
from polyhead.models.hooked import HookedModel

MTC = {"n_latents": 24, "activation": {"kind": "topk", "k": 5}}
MODELS: dict[str, dict[str, Any]] = {
    "rotary-rms": {"normalization": "RMS", "has_bias": True},
    "learned-ln": {"positions": "learned", "normalization": "LN", "has_bias": True},
    "shortformer-lnpre": {"positions": "shortformer", "normalization": "LNPre"},
    "mlp-none": {"d_mlp": 14, "positions": "none", "normalization": "none", "act_fn": "relu"},
}


def frozen_of(model: HookedModel, *kinds: tuple[str, tuple[int, ...], dict[str, Any]]) -> FrozenPrompt:
    return freeze(model, [loaded(model, *what) for what in kinds], prompt())


def own_score(frozen: FrozenPrompt, layer: int, head: int, query: int, key: int) -> float:
    model, name = frozen.recorded.model, site(layer, "attn.hook_attn_scores")
    return float(model.run_with_cache(frozen.tokens[None], [name])[1][name][0, head, query, key])


@pytest.mark.parametrize("name", MODELS)
def test_terms_sum_to_the_score(name: str) -> None:
    frozen = frozen_of(native(**MODELS[name]), ("mtc", (0,), MTC), ("mtc", (1,), MTC))
    for layer in (0, 1, 2):
        scores = score_map(frozen, layer)
        for head, query, key in ((0, 0, 0), (1, 5, 2), (2, 6, 6)):
            want = own_score(frozen, layer, head, query, key)
            split = split_score(frozen, scores, head, query, key)
            assert float(split.terms.sum()) == pytest.approx(want, rel=1e-5, abs=2e-5)
            for top in (3, 10**6):
                entry = explain_entry(frozen, layer, head, query, key, top=top, scores=scores)
                for terms in (entry.pairs, entry.query_marginal, entry.key_marginal):
                    assert sum(term.value for term in terms) == pytest.approx(entry.score, abs=1e-9)
                    sizes = [abs(term.value) for term in terms[:-1]]
                    assert sizes == sorted(sizes, reverse=True)
                assert abs(entry.pairs[-1].value) < 1e-9 or top == 3


def test_a_term_is_what_taking_the_node_away_takes_from_the_score() -> None:
    """Norms held: without one write at the query, the score loses that write's whole marginal."""
    frozen = frozen_of(native(normalization="LN", has_bias=True), ("mtc", (0,), MTC), ("mtc", (1,), MTC))
    layer, head, query, key = 2, 1, 6, 3
    scores = score_map(frozen, layer)
    split = split_score(frozen, scores, head, query, key)
    model, norm = frozen.recorded.model, frozen.recorded.norm(layer, "attn")
    x = frozen.recorded.cache[site(layer, "ln1.hook_normalized")].double()
    for place in (0, len(split.query_nodes) // 2):
        node = int(split.query_nodes[place])
        rows = [r for r in frozen.visible(query, 2 * layer).tolist() if frozen.writes.node[r] == node]
        less = norm.apply(frozen.writes.vectors[rows], torch.tensor([query] * len(rows))).sum(0)
        without = x.clone()
        without[0, query] -= less
        names = (site(layer, "ln1.hook_normalized"), site(layer, "attn.hook_attn_scores"))
        hooks = {names[0]: lambda value, put=without: put.to(value.dtype)}
        _, cache = model.run_with_cache(frozen.tokens[None], [names[1]], hooks=hooks)
        lost = own_score(frozen, layer, head, query, key) - float(cache[names[1]][0, head, query, key])
        assert lost == pytest.approx(float(split.terms[place].sum()), abs=2e-5)


@pytest.mark.parametrize("kind", ["qk_diagonal", "qk_mask"])
def test_qk_features_and_what_they_leave(kind: str) -> None:
    model = native(normalization="RMS")
    frozen = frozen_of(model, ("mtc", (1,), MTC))
    settings = {"n_latents": 12, "k": 4, "heads": [0, 2], "max_density": 0.8}
    qk = loaded(model, kind, (1,), settings)
    with torch.no_grad():
        g = generator(0, "reasons")
        for p in qk.dictionary.parameters():
            p.add_(0.3 * torch.rand(p.shape, generator=g))
    entry = explain_entry(frozen, 1, 2, 6, 3, dictionaries=[qk], top=100)
    assert entry.qk_features
    assert entry.qk_features_rest is not None
    assert sum(value for _, value in entry.qk_features) + entry.qk_features_rest == pytest.approx(entry.score)
    whole = qk.dictionary.scores(_batch(frozen, qk))[0, 1, 6, 3]
    explicit = qk.dictionary._explicit(_batch(frozen, qk))[0, 1, 6, 3]
    assert sum(value for _, value in entry.qk_features) == pytest.approx(float(whole - explicit), abs=1e-4)
    assert not explain_entry(frozen, 1, 1, 6, 3, dictionaries=[qk]).qk_features
    assert explain_entry(frozen, 2, 0, 6, 3, dictionaries=[qk]).qk_features_rest is None


def _batch(frozen: FrozenPrompt, qk: Any) -> Any:
    return harvest_batch(frozen.recorded.model, frozen.tokens[None], qk.reading)


def test_renumbered_after_pruning_still_sums() -> None:
    frozen = frozen_of(native(), ("mtc", (0,), MTC))
    entry = explain_entry(frozen, 1, 0, 5, 2)
    some = frozen.nodes[::2]
    moved = renumbered(entry, places(frozen.nodes, some))
    assert sum(t.value for t in moved.pairs) == pytest.approx(entry.score)
    assert sum(t.value for t in moved.query_marginal) == pytest.approx(entry.score)
    first = next(t for t in entry.query_marginal if t.query_node is not None and t.query_node % 2 == 0)
    assert any(t.query_node == first.query_node // 2 and t.value == first.value for t in moved.query_marginal)


def test_mistakes_in_one_line() -> None:
    frozen = frozen_of(native())
    with pytest.raises(PolyheadError, match="layer 7"):
        explain_entry(frozen, 7, 0, 1, 1)
    with pytest.raises(PolyheadError, match="head 9"):
        explain_entry(frozen, 1, 9, 1, 1)
    with pytest.raises(PolyheadError, match="positions 0 to"):
        explain_entry(frozen, 1, 0, 99, 1)
    with pytest.raises(PolyheadError, match="may not look"):
        explain_entry(frozen, 1, 0, 1, 3)
