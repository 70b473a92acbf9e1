"""The attention-feature world: planted patterns, exact losses, and the student that meets them."""

import pytest
import torch
from torch.testing import assert_close

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.models.toy.attention_features import FeatureHeads, FeatureHeadsConfig
from polyhead.tasks.attention_features import AttentionFeaturesConfig, sample, sample_many, truth

CFG = AttentionFeaturesConfig(n_features=3, n_positions=5, overlap=0.4, sparsity=0.7, importance=(1.0, 0.5, 2.0))


def test_patterns_are_causal_and_stochastic_and_share_what_they_should():
    patterns = truth(CFG).patterns
    assert_close(patterns.sum(-1), torch.ones(3, 5))
    assert (patterns.triu(1) == 0).all()
    alike = truth(CFG.replace(overlap=1.0)).patterns
    assert torch.equal(alike[0], alike[2])
    apart = truth(CFG.replace(overlap=0.0)).patterns
    assert_close(patterns, 0.6 * apart + 0.4 * alike)


def test_losses_of_silence_and_of_constants_are_exact():
    known, batch = truth(CFG), sample(CFG, generator(0, "features"), 60_000)
    y, importance = batch["target"], batch["importance"]
    assert_close(importance * y.square().mean((0, 1)), known.zero_loss, rtol=0.02, atol=0)
    assert_close(importance * y.var(0).mean(0), known.mean_loss, rtol=0.02, atol=0)
    assert_close((batch["x"] > 0).float().mean(), torch.tensor(0.3), atol=0.005, rtol=0)


def test_each_model_gets_its_own_world():
    density, importance = torch.tensor([0.2, 1.0]), torch.tensor([[1.0, 1.0, 3.0], [1.0, 1.0, 0.1]])
    patterns = torch.stack([truth(CFG.replace(pattern_seed=s)).patterns for s in range(2)])
    batch = sample_many(density, importance, patterns, generator(0, "many"), 4000)
    assert_close((batch["x"] > 0).float().mean((1, 2, 3)), density, atol=0.01, rtol=0)
    expected = torch.einsum("its,bsi->bti", patterns[1], batch["x"][1])
    assert_close(batch["target"][1], expected)


def test_with_a_head_for_each_feature_the_student_can_be_perfect():
    cfg = CFG.replace(overlap=0.0)
    known, batch = truth(cfg), sample(cfg, generator(0, "features"), 50)
    student = FeatureHeads(
        FeatureHeadsConfig(n_features=3, n_heads=3, n_positions=5), generator=generator(0, "student")
    )
    with torch.no_grad():
        student.W_in.copy_(torch.eye(3))
        student.W_out.copy_(torch.eye(3))
        student.scores.copy_(40 * known.patterns)
    assert student.loss(batch)["mse"].item() < 1e-8


def test_unsigned_loadings_stay_at_zero_or_above():
    cfg = FeatureHeadsConfig(n_features=3, n_heads=2, n_positions=5, signed=False)
    student = FeatureHeads(cfg, generator=generator(0, "student"))
    with torch.no_grad():
        student.W_in -= 1.0
    student.project()
    assert student.W_in.min() == 0
    assert student.W_out.min() >= 0


def test_impossible_worlds_are_refused():
    with pytest.raises(PolyheadError, match="3 features need as many importances; 2 received"):
        AttentionFeaturesConfig.parse({"n_features": 3, "importance": (1.0, 1.0)})
    with pytest.raises(PolyheadError, match=r"sparsity 1\.0 must be below 1"):
        AttentionFeaturesConfig.parse({"n_features": 3, "sparsity": 1.0})
