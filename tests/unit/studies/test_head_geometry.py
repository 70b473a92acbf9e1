"""Geometry over heads, on loadings whose answer is known."""

import torch
from torch.testing import assert_close

from polyhead.studies.attention_features.head_geometry import (
    antipodal_pairs,
    captured,
    head_geometry,
    head_mix_fit,
    pattern_cosine,
    phase,
    recovered_patterns,
    represented,
)

PAIR = torch.tensor([[[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]]])
"""Two features in an antipodal pair on head 0, one alone on head 1."""


def test_dimensionality_of_a_pair_and_of_a_head_of_its_own():
    g = head_geometry(PAIR, PAIR)
    assert_close(g.dimensionality, torch.tensor([[0.5, 0.5, 1.0]]))
    assert_close(g.norms, torch.ones(1, 3))
    assert represented(g).all()
    assert antipodal_pairs(g)[0].tolist() == [[False, True, False], [True, False, False], [False, False, False]]
    assert [float(phase(g, i)) for i in range(3)] == [2.0, 2.0, 1.0]
    assert_close(captured(g), torch.tensor([1.5]))


def test_a_scale_that_moves_between_in_and_out_changes_nothing():
    scale = torch.tensor([4.0, 0.1])
    found, expected = head_geometry(PAIR * scale, PAIR / scale), head_geometry(PAIR, PAIR)
    assert_close(found.loadings, expected.loadings)
    assert_close(found.gram, expected.gram)


def test_a_feature_without_loadings_is_ignored():
    W = PAIR.clone()
    W[0, 2] = 0
    g = head_geometry(W, W)
    assert float(phase(g, 2)) == 0
    assert g.dimensionality[0, 2].isnan()
    W[0, 1] = 0.3  # too small: 0.09 of itself comes through
    assert float(phase(head_geometry(W, W), 0)) == 1


def test_recovered_patterns_are_mixtures_and_the_fit_finds_them():
    gen = torch.Generator().manual_seed(0)
    heads = torch.rand(1, 2, 5, 5, generator=gen).softmax(-1)
    W_out, W_in = torch.randn(1, 3, 2, generator=gen), torch.randn(1, 3, 2, generator=gen)
    planted = recovered_patterns(heads, W_out, W_in)
    expected = sum(W_out[0, 1, h] * W_in[0, 1, h] * heads[0, h] for h in range(2))
    assert_close(planted[0, 1], expected)
    assert_close(head_mix_fit(planted, heads, ridge=1e-12), torch.ones(1, 3), atol=1e-4, rtol=0)
    other = torch.eye(5).expand(1, 3, 5, 5)
    assert (head_mix_fit(other, heads) < 0.9).all()
    assert_close(pattern_cosine(planted, -planted), -torch.ones(1, 3))
