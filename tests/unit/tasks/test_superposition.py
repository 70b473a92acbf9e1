"""Feature worlds: samples against exact moments, cases against samples, and what is refused."""

import pytest
import torch
from torch.testing import assert_close

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.tasks.superposition import SuperpositionConfig, on_off_cases, sample, sample_grid, truth

WORLDS = (
    SuperpositionConfig(n_features=6, density=0.3, importance=0.7),
    SuperpositionConfig(n_features=3, density=(1.0, 0.2, 0.05), importance=(1.0, 2.0, 0.0)),
    SuperpositionConfig(n_features=6, density=0.3, sets="correlated", set_size=2),
    SuperpositionConfig(n_features=6, density=0.3, sets="anti-correlated", set_size=3),
)


@pytest.mark.parametrize("cfg", WORLDS, ids=lambda c: f"{c.sets}-{c.n_features}")
def test_samples_have_the_exact_moments(cfg: SuperpositionConfig):
    x = sample(cfg, generator(0, "x"), 200_000)["x"].double()
    exact = truth(cfg)
    assert_close(x.mean(0), torch.tensor(exact.mean, dtype=torch.float64), atol=4e-3, rtol=0)
    assert_close(x.T @ x / len(x), torch.tensor(exact.second, dtype=torch.float64), atol=4e-3, rtol=0)


def test_anti_correlated_features_are_never_on_together():
    x = sample(WORLDS[3], generator(0, "x"), 1000)["x"].view(1000, 2, 3)
    assert ((x > 0).sum(-1) <= 1).all()


def test_features_of_a_correlated_set_are_on_together():
    on = sample(WORLDS[2], generator(0, "x"), 1000)["x"].view(1000, 3, 2) > 0
    assert (on[..., 0] == on[..., 1]).all()


def test_a_grid_cuts_the_same_numbers_at_each_density():
    worlds = [SuperpositionConfig(n_features=5, density=d) for d in (0.1, 0.6)]
    x = sample_grid(worlds, generator(0, "x"), 500)["x"]
    assert x.shape == (2, 500, 5)
    assert ((x[0] > 0) <= (x[1] > 0)).all()
    assert_close(x[0], sample(worlds[0], generator(0, "x"), 500)["x"])


def test_the_loss_of_zero_and_of_the_mean_are_the_exact_ones():
    cfg = SuperpositionConfig(n_features=2, density=0.5, importance=0.5)
    assert truth(cfg).zero_loss == pytest.approx(1.5 * 0.5 / 3)
    assert truth(cfg).ignored_loss == pytest.approx(1.5 * (0.5 / 3 - 0.5**2 / 4))


def test_cases_give_the_exact_moments():
    worlds = [SuperpositionConfig(n_features=3, density=d) for d in (0.2, 1.0)]
    batch = on_off_cases(worlds, generator(0, "x"), 20_000)
    assert_close(batch["weight"].sum(1), torch.ones(2))
    second = torch.einsum("mb,bi,bj->mij", batch["weight"], batch["x"], batch["x"])
    assert_close(second, torch.tensor([truth(w).second for w in worlds]), atol=8e-3, rtol=0)


@pytest.mark.parametrize(
    ("fields", "numbers"),
    [
        ({"n_features": 3, "density": (0.1, 0.2)}, "2 values for 3"),
        ({"n_features": 3, "density": 0.0}, "0.0"),
        ({"n_features": 5, "sets": "correlated", "set_size": 2}, "5 features .* sets of 2"),
        ({"n_features": 4, "density": 0.6, "sets": "anti-correlated", "set_size": 2}, "0.5; received 0.6"),
        ({"n_features": 2, "importance": (1.0, -1.0)}, "-1.0"),
    ],
)
def test_impossible_worlds_are_refused_with_the_numbers(fields: dict, numbers: str):
    with pytest.raises(PolyheadError, match=numbers):
        SuperpositionConfig.parse(fields)


def test_cases_of_many_features_and_mixed_grids_are_refused():
    with pytest.raises(PolyheadError, match="at most 12"):
        on_off_cases([SuperpositionConfig(n_features=20)], generator(0, "x"), 1)
    with pytest.raises(PolyheadError, match="differ"):
        sample_grid([SuperpositionConfig(n_features=n) for n in (2, 3)], generator(0, "x"), 1)
