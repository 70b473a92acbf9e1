"""The tests behind `verified`: exact effects, honest null, corrections as published."""

import numpy as np
import pytest
import torch

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.studies.real_layers.more_features_than_heads.next_token_features import (
    Readout,
    alignment_p,
    benjamini_hochberg,
    distinct_directions,
    holm,
    more_than_others,
    promoted,
    random_like,
)


def test_the_readout_is_the_model_and_a_drop_is_its_direct_effect(make_tiny_model):
    model = make_tiny_model()
    tokens = torch.randint(31, (2, 9), generator=generator(0, "tokens"))
    site = "blocks.2.hook_resid_post"
    logits, cache = model.run_with_cache(tokens, [site])
    readout, final = Readout(model), cache[site].flatten(0, 1)
    readout.check(final, logits.flatten(0, 1))
    removed = torch.randn(final.shape, generator=generator(1, "removed"))
    wanted = torch.arange(31)[None, :4].expand(len(final), 4)
    without = model.run_with_hooks(tokens, {site: lambda x: x - removed.view_as(x)})
    expected = (logits.log_softmax(-1) - without.log_softmax(-1)).flatten(0, 1)[:, :4]
    torch.testing.assert_close(readout.drop(final, removed, wanted), expected, rtol=1e-4, atol=1e-4)
    with pytest.raises(PolyheadError, match="not norm, gain and unembedding alone"):
        readout.check(final, logits.flatten(0, 1) + torch.arange(31.0))


def test_random_directions_are_not_aligned_and_planted_ones_are():
    g = generator(0, "w")
    W = torch.randn(20, 300, generator=g)
    W = W - W.mean(1, keepdim=True)
    random, null = (torch.randn(n, 20, generator=g) for n in (400, 999))
    planted = W[:, [5, 17]].mT + 0.1 * torch.randn(2, 20, generator=g)
    tokens, alignment = promoted(torch.cat([planted, random]), W)
    assert tokens[:2].tolist() == [5, 17]
    p = alignment_p(alignment, promoted(null, W)[1])
    assert (p[:2] <= 0.05).all()
    assert abs(np.mean(p[2:] <= 0.1) - 0.1) < 0.05  # uniform where nothing is planted
    assert not benjamini_hochberg(p[2:], 0.01).any()


def test_draws_have_the_covariance_of_the_rows():
    g = generator(3, "rows")
    rows = torch.randn(2000, 3, generator=g) * torch.tensor([5.0, 1.0, 0.1]) + 7.0
    draws = random_like(rows, 2000, g)
    torch.testing.assert_close(draws.norm(dim=-1), torch.ones(2000))
    spread = draws.square().mean(0)
    assert spread[0] > 5 * spread[1] > 20 * spread[2]


def test_corrections_reject_what_their_papers_say():
    p = np.array([0.010, 0.012, 0.030, 0.041, 0.9])
    assert holm(p, 0.05).tolist() == [True, True, False, False, False]
    assert benjamini_hochberg(p, 0.05).tolist() == [True, True, True, False, False]
    assert holm(np.array([[0.001, 0.5], [0.002, 0.6]]), 0.05).tolist() == [[True, False], [True, False]]
    assert holm(np.array([0.001, 0.002]), 0.05).all()


def test_own_effects_are_told_from_those_on_other_tokens():
    g = generator(0, "effects")
    noise = torch.randn(2, 24, generator=g) * 0.1
    own = noise + torch.tensor([[0.3], [0.0]])
    p = more_than_others(own, torch.zeros(2, 24))
    assert p[0] < 1e-4
    assert p[1] > 0.01
    assert more_than_others(torch.zeros(1, 5), torch.zeros(1, 5))[0] == 1


def test_duplicates_are_counted_once():
    rows = torch.tensor([[1.0, 0.0], [0.9, 0.1], [-1.0, 0.0], [0.0, 2.0]])
    assert distinct_directions(rows) == [0, 3]
