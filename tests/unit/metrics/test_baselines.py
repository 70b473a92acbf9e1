"""Linear baselines: exact at full rank, optimal at their own, and equal to the plain formulas."""

import pytest
import torch

from polyhead.activations.harvest import harvest_batch
from polyhead.activations.store import StoredLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.metrics.baselines import (
    HeadWeights,
    head_data_svd,
    head_svd,
    measure_moments,
    output_pca,
)
from polyhead.metrics.positions import Positions

LAYER = 2


@pytest.fixture
def model(make_tiny_model):
    model = make_tiny_model(has_bias=True)
    g = generator(0, "biases")
    for name, p in model.named_parameters():
        if ".b_" in name:
            p.data = 0.3 * torch.randn(p.shape, generator=g)
    return model


def batches(model, target_site: str = "hook_attn_out"):
    ids = torch.randint(1, 31, (40, 13), generator=generator(0, "baselines"))
    ids[:, 0] = 0
    spec = StoredLayer(layer=LAYER, target_site=target_site)
    return [harvest_batch(model, part, spec.reading) for part in ids.split(10)]


def moments(model):
    return measure_moments(batches(model), Positions(0), heads=HeadWeights.of(model, LAYER))


def squared_error(model, reconstruction) -> float:
    total = 0.0
    for batch in batches(model):
        error = (batch["target"] - reconstruction.reconstruct(batch))[Positions(0).counted(batch)]
        total += float(error.square().sum())
    return total


def test_full_rank_is_exact(model):
    m = moments(model)
    for full in (output_pca(m, 13), head_svd(m, 6), head_data_svd(m, 6)):
        batch = batches(model)[0]
        torch.testing.assert_close(full.reconstruct(batch), batch["target"], rtol=1e-3, atol=1e-4)


def test_pca_leaves_the_smallest_eigenvalues(model):
    m = moments(model)
    left = torch.linalg.eigvalsh(m.covariance)[: 13 - 4].sum() * m.n
    assert squared_error(model, output_pca(m, 4)) == pytest.approx(float(left), rel=1e-3)


def test_the_mean_error_on_the_training_text_is_zero(model):
    m = moments(model)
    for narrow in (head_svd(m, 2), head_data_svd(m, 2), output_pca(m, 2)):
        rows = [(b["target"] - narrow.reconstruct(b))[Positions(0).counted(b)] for b in batches(model)]
        torch.testing.assert_close(torch.cat(rows).mean(0), torch.zeros(13), atol=1e-4, rtol=0)


def test_a_narrow_head_is_the_truncated_product(model):
    narrow, heads = head_svd(moments(model), 2), HeadWeights.of(model, LAYER)
    for h in range(5):
        U, S, Vh = torch.linalg.svd(heads.W_V[h] @ heads.W_O[h])
        cut = U[:, :2] * S[:2] @ Vh[:2]
        torch.testing.assert_close(heads.W_V[h] @ narrow.narrow[h], cut, atol=1e-4, rtol=1e-3)


def test_data_directions_lose_least_of_each_head(model):
    m, heads = moments(model), HeadWeights.of(model, LAYER)
    counted = [Positions(0).counted(b) for b in batches(model)]
    z = torch.cat([heads.z(b)[c] for b, c in zip(batches(model), counted, strict=True)])
    out = torch.einsum("nhc,hcd->hnd", z, heads.W_O)
    out = out - out.mean(1, keepdim=True)

    def loss(narrow) -> torch.Tensor:
        cut = torch.einsum("nhc,hcd->hnd", z, narrow.narrow)
        return (out - (cut - cut.mean(1, keepdim=True))).square().sum((1, 2))

    best = torch.linalg.svdvals(out)[:, 2:].square().sum(-1)  # Eckart-Young
    torch.testing.assert_close(loss(head_data_svd(m, 2)), best, rtol=1e-3, atol=1e-4)
    assert (loss(head_svd(m, 2)) >= best * 0.999).all()


def test_more_rank_is_never_worse_on_the_training_text(model):
    m = moments(model)
    for make, ranks in ((output_pca, (1, 4, 8)), (head_data_svd, (1, 3, 5))):
        errors = [squared_error(model, make(m, rank)) for rank in ranks]
        assert errors == sorted(errors, reverse=True)


def test_a_target_the_heads_do_not_make_is_refused(model):
    with pytest.raises(PolyheadError, match="per-head baselines need x = ln1"):
        measure_moments(batches(model, "hook_resid_post"), Positions(0), heads=HeadWeights.of(model, LAYER))


def test_ranks_and_missing_heads_are_refused(model):
    m = measure_moments(batches(model), Positions(0))
    with pytest.raises(PolyheadError, match="rank 14"):
        output_pca(m, 14)
    with pytest.raises(PolyheadError, match="HeadWeights"):
        head_svd(m, 1)
    with pytest.raises(PolyheadError, match="no training batches"):
        measure_moments([], Positions(0))
