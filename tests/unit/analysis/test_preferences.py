"""Inverted preference orders: planted ones are found, random models have none at the stated rate."""

import pytest
import torch

from polyhead.analysis.heads.preferences import (
    PreferenceSearchConfig,
    _turned,
    collect_inputs,
    draw_events,
    favourites,
    mean_correlations,
    mutual_information,
    search_preferences,
)
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator

SMALL = PreferenceSearchConfig(n_keys=20, n_queries=40, n_random=120, n_subsets=200, subset=5, n_random_information=12)


def text(n=12, p=17, v=31, seed=1):
    g = generator(seed, "text")
    tokens = torch.randint(1, v, (n, p), generator=g)
    tokens[:, 0] = 0
    valid = torch.ones_like(tokens, dtype=torch.bool)
    valid[:, 0] = False
    return [{"tokens": t, "valid": m} for t, m in zip(tokens.split(5), valid.split(5))]


def test_planted_pair_is_found(make_tiny_model):
    """Head 3 of layer 1 reads the keys that head 1 reads, and ranks them in the reverse order; head 4 copies head 0."""
    model = make_tiny_model(d_model=40, seed=3)
    with torch.no_grad():
        attn = model.blocks[1].attn
        attn.W_Q[3], attn.W_K[3] = attn.W_Q[1], -attn.W_K[1]
        noise = torch.randn(attn.W_K[3].shape, generator=generator(0, "noise")) * attn.W_K[3].std()
        attn.W_K[3] += 0.3 * noise
        attn.W_Q[4], attn.W_K[4] = attn.W_Q[0], attn.W_K[0]
    found = search_preferences(model, collect_inputs(model, text(), SMALL), SMALL)
    verdicts = {(p.layer, p.head, p.other_head): p.verdict for p in found.pairs if p.verdict != "neither"}
    assert verdicts == {(1, 1, 3): "inverted", (1, 0, 4): "aligned"}
    assert (found.n_inverted, found.n_aligned) == (1, 1)
    planted = next(p for p in found.pairs if (p.layer, p.head, p.other_head) == (1, 1, 3))
    assert planted.correlation < -0.8
    assert planted.opposite > 0.5
    assert len(found.pairs) == 3 * 10
    assert len(found.keys) == 20


def test_nothing_in_random_models(make_tiny_model):
    """Under the null of no pair at all, the share of models with any discovery is the stated rate."""
    cfg = SMALL.replace(n_random=80, n_subsets=50, n_random_information=3)
    with_any = 0
    for seed in range(30):
        model = make_tiny_model(d_model=24, seed=seed)
        found = search_preferences(model, collect_inputs(model, text(seed=seed + 2), cfg), cfg)
        with_any += found.n_inverted + found.n_aligned > 0
    assert with_any <= 5  # binomial(30, 0.05): above 5 in 1 of 300 runs


def test_correlation_against_scipy(rng):
    from scipy.stats import spearmanr

    scores = torch.randn(3, 7, 11, generator=rng)
    expected = sum(spearmanr(scores[0, n], scores[2, n]).statistic for n in range(7)) / 7
    assert float(mean_correlations(scores)[0, 2]) == pytest.approx(expected, abs=1e-6)
    assert float(mean_correlations(torch.stack([scores[0], -scores[0]]))[0, 1]) == pytest.approx(-1, abs=1e-6)


@pytest.mark.parametrize("shape", [(40, 6), (7, 5)])
def test_turned_heads_keep_inner_products(shape, rng):
    W = torch.randn(shape, generator=rng)
    turned = _turned(W, rng)
    torch.testing.assert_close(turned.mT @ turned, W.mT @ W, rtol=1e-4, atol=1e-4)
    assert float((turned - W).norm()) > 0.5 * float(W.norm())


def test_information_and_favourites(rng):
    x = torch.randint(4, (4000,), generator=rng)
    y = torch.randint(4, (4000,), generator=rng)
    assert mutual_information(x, (x + 1) % 4, 4) == pytest.approx(torch.tensor(4.0).log().item(), abs=0.01)
    assert mutual_information(x, y, 4) < 0.01
    scores = torch.randn(2, 40, 20, generator=rng)
    events = draw_events(40, 20, SMALL)
    first, last = favourites(scores, events)
    e = 17
    seen = scores[1, events.query[e], events.keys[e]]
    assert int(first[1, e]) == int(events.keys[e, seen.argmax()])
    assert int(last[1, e]) == int(events.keys[e, seen.argmin()])


def test_bad_input(make_tiny_model):
    model = make_tiny_model()
    with pytest.raises(PolyheadError, match="give more text"):
        collect_inputs(model, text(n=1), SMALL.replace(n_keys=64))
    with pytest.raises(PolyheadError, match="gone through twice"):
        collect_inputs(model, iter(text()), SMALL)
