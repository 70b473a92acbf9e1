"""Computation worlds: exact targets and moments, cases against samples, and what is refused."""

import pytest
import torch
from torch.testing import assert_close

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.tasks.computation import ComputationConfig, all_cases, compute, sample, sample_grid, truth

WORLDS = (
    ComputationConfig(task="and", density=0.7, importance=0.9),
    ComputationConfig(task="or", density=0.4),
    ComputationConfig(task="max", density=0.6),
    ComputationConfig(task="abs", n_features=3, density=0.3),
    ComputationConfig(task="square", n_features=3),
    ComputationConfig(task="pairwise-and", n_features=5, density=0.4, coin=1.0),
)


@pytest.mark.parametrize("cfg", WORLDS, ids=lambda c: c.task)
def test_targets_have_the_exact_moments(cfg: ComputationConfig):
    batch = sample(cfg, generator(0, "x"), 200_000)
    exact = truth(cfg)
    assert batch["target"].shape[1] == cfg.n_out
    assert_close(batch["target"].mean(0), torch.full((cfg.n_out,), exact.mean), atol=4e-3, rtol=0)
    assert_close((batch["target"] ** 2).mean(0), torch.full((cfg.n_out,), exact.square), atol=4e-3, rtol=0)


@pytest.mark.parametrize("cfg", WORLDS[:3], ids=lambda c: c.task)
def test_cases_have_the_exact_moments(cfg: ComputationConfig):
    batch = all_cases([cfg, cfg.replace(density=1.0)])
    assert_close(batch["weight"].sum(1), torch.ones(2))
    zero = (batch["weight"] @ batch["target"] ** 2 @ batch["importance"][0]) / cfg.n_out
    assert zero.tolist() == pytest.approx([truth(cfg).zero_loss, truth(cfg.replace(density=1.0)).zero_loss])


def test_known_values():
    x = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    assert compute("and", x).tolist() == [[0, 0], [1, 1]]
    assert compute("or", x).tolist() == [[1, 1], [1, 1]]
    assert compute("max", torch.tensor([[-1.0, 0.0]])).tolist() == [[1, 1]]
    assert compute("pairwise-and", torch.tensor([[1.0, 1.0, 0.0, 1.0]])).tolist() == [[1, 0, 1, 0, 1, 0]]


def test_a_grid_shares_its_random_numbers():
    worlds = [ComputationConfig(task="abs", n_features=3, density=d) for d in (0.2, 1.0)]
    batch = sample_grid(worlds, generator(0, "x"), 300)
    assert ((batch["x"][0] != 0) <= (batch["x"][1] != 0)).all()
    assert_close(batch["x"][1], sample(worlds[1], generator(0, "x"), 300)["x"])


def test_the_impossible_is_refused():
    with pytest.raises(PolyheadError, match="at least 2 features; received 1"):
        ComputationConfig.parse({"task": "pairwise-and", "n_features": 1})
    with pytest.raises(PolyheadError, match="density"):
        ComputationConfig.parse({"task": "and", "density": 0.0})
    with pytest.raises(PolyheadError, match="abs of 2"):
        all_cases([ComputationConfig(task="abs")])
    with pytest.raises(PolyheadError, match="differ"):
        sample_grid(WORLDS[:2], generator(0, "x"), 3)
