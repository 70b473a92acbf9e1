"""Heads needed, clusters of loadings, heavy tails, ranks of groups: exact answers and planted truth."""

import numpy as np
import pytest
import torch
from scipy.special import zeta

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries.activation import TopK
from polyhead.dictionaries.mtc import MTC, MTCConfig
from polyhead.studies.real_layers.attention_superposition.heads_needed import explained_by_one, head_grams, heads_needed
from polyhead.studies.real_layers.loading_clusters import (
    cluster,
    density_clusters,
    null_points,
    oriented,
    unevenness,
)
from polyhead.studies.real_layers.ov_dimension.cluster_rank import (
    effective_rank,
    ranks_of_groups,
    ranks_of_random_groups,
)
from polyhead.studies.real_layers.ov_dimension.heavy_tails import compare, draw, fit_power_law, goodness


def test_heads_that_move_alike_count_once_and_unlike_ones_twice():
    one = torch.eye(3)[None].double()
    alike = torch.tensor([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]])[None].double()
    L = torch.tensor([[0.6, 0.6, 0.0]])
    assert heads_needed(one, L).tolist() == [2]
    assert explained_by_one(one, L).item() == pytest.approx(0.5)
    assert heads_needed(alike, L).tolist() == [1]
    assert explained_by_one(alike, L).item() == pytest.approx(1)
    assert heads_needed(torch.zeros(1, 3, 3).double(), L).tolist() == [0]
    assert explained_by_one(torch.zeros(1, 3, 3).double(), L).isnan().all()


def test_grams_are_the_products_of_what_arrives():
    mtc = MTC(MTCConfig(d_in=5, d_out=5, n_heads=2, n_latents=6, activation=TopK(k=2)), generator=generator(0, "m"))
    g = generator(1, "batch")
    batch = {"x": torch.randn(2, 4, 5, generator=g), "pattern": torch.rand(2, 2, 4, 4, generator=g).tril()}
    counted = torch.tensor([[False, True, True, True]] * 2)
    found = head_grams(mtc, [(batch, counted)], n_heads=2)
    f = mtc.activations(batch["x"]).detach()
    heads = torch.cat([batch["pattern"], torch.eye(4).expand(2, 1, 4, 4)], dim=1)
    z = torch.einsum("bhqk,bki->bhqi", heads, f)[:, :, 1:]
    torch.testing.assert_close(found, torch.einsum("bhqi,bgqi->ihg", z, z).double(), rtol=1e-5, atol=1e-6)
    L = mtc.head_loadings()
    energy = torch.einsum("bhqi,ih->bqi", z, L).square().sum((0, 1))
    torch.testing.assert_close(torch.einsum("ih,ihg,ig->i", L.double(), found, L.double()).float(), energy)


@pytest.mark.parametrize("kind", ["k-means", "spherical"])
def test_planted_groups_are_found(kind):
    rng = np.random.default_rng(0)
    centres, sizes = np.eye(8)[:4], [40, 20, 10, 5]
    points = oriented(np.repeat(centres, sizes, axis=0) + 0.03 * rng.standard_normal((75, 8)))
    found = cluster(points, 4, kind, seed=1)
    assert found.sizes == sizes
    assert np.allclose(np.sort((found.centroids @ centres.T).max(0)), 1, atol=0.01)
    assert density_clusters(points, min_size=4).sizes == sizes
    with pytest.raises(PolyheadError, match="76 clusters of 75 points"):
        cluster(points, 76, kind, seed=0)


def test_nulls_have_what_they_say():
    rng = np.random.default_rng(0)
    points = oriented(rng.standard_normal((4000, 5)) * [3, 1, 1, 0.2, 0.2] + [2, 0, 0, 0, 0])
    isotropic, matched = (null_points(points, null, rng) for null in ("isotropic", "matched covariance"))
    for null in (isotropic, matched):
        assert np.allclose(np.linalg.norm(null, axis=1), 1)
        assert (null[np.arange(len(null)), np.abs(null).argmax(1)] > 0).all()
    assert np.allclose(np.square(isotropic).mean(0), 0.2, atol=0.02)
    assert np.abs(matched.mean(0) - points.mean(0)).max() < 0.1
    assert unevenness([5, 5, 5]) == pytest.approx(0)
    assert unevenness([1, 1, 98]) == pytest.approx(0.6467, abs=1e-3)


def test_a_planted_power_law_is_recovered_and_others_are_told_apart():
    rng = np.random.default_rng(0)
    sizes = draw(3000, 2.5, 4, rng).tolist()
    fit = fit_power_law(sizes)
    assert fit is not None
    assert fit.alpha == pytest.approx(2.5, abs=0.15)
    found = compare(sizes, fit)
    assert found["exponential"].verdict == "power law"
    assert found["lognormal"].verdict != "other"
    assert found["cutoff"].p > 0.05
    assert goodness(sizes, fit, rng, n_draws=20) > 0.1
    exponential = (1 + rng.geometric(0.05, 2000)).tolist()
    other = fit_power_law(exponential)
    assert other is not None
    whole = other._replace(x_min=2, n_tail=2000, alpha=1.4)
    assert compare(exponential, whole)["exponential"].verdict == "other"
    assert fit_power_law([3] * 30) is None
    assert fit_power_law([1, 2, 3]) is None


def test_laws_are_normalized():
    x = np.arange(3, 200_000, dtype=float)
    from polyhead.studies.real_layers.ov_dimension import heavy_tails

    assert np.exp(-2.5 * np.log(x) - np.log(zeta(2.5, 3))).sum() == pytest.approx(1, abs=1e-6)
    assert np.exp(heavy_tails._exponential(np.array([3.0, 9.0]), 3)).max() < 1
    tail = np.round(np.exp(np.random.default_rng(0).normal(2, 1, 3000)))
    tail = tail[tail >= 3]
    own = heavy_tails._lognormal(tail, 3)
    _, first = np.unique(tail, return_index=True)
    assert np.exp(own[first]).sum() <= 1 + 1e-6


def test_effective_rank():
    assert effective_rank(np.eye(5)) == pytest.approx(5)
    assert effective_rank(np.ones((7, 3))) == pytest.approx(1)
    rows, labels = np.concatenate([np.eye(4), np.ones((4, 4))]), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    assert [m for m, _ in ranks_of_groups(rows, labels)] == [4, 4]
    assert [r for _, r in ranks_of_groups(rows, labels)] == pytest.approx([4, 1])
    random = ranks_of_random_groups(rows, [4, 4], np.random.default_rng(0), n_draws=20)
    assert all(1 < r < 4 for r in random)
