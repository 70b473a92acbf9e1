"""Analyses of features in superposition: known arrangements, exact nulls, closed forms against Monte Carlo."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from polyhead.analysis.feature_geometry import (
    cosines,
    dimensions_per_feature,
    feature_dimensionality,
    interference,
    near_lines,
    represented,
)
from polyhead.core.rng import generator
from polyhead.models.toy.autoencoder import AutoencoderConfig, ToyAutoencoder
from polyhead.ops.two_layer import TwoLayer
from polyhead.studies.superposition.antipodal_pairs import antipodal_share, in_antipodal_pair
from polyhead.studies.superposition.axis_alignment import (
    direction_kurtosis,
    direction_peak,
    expected_haar_kurtosis,
    haar_directions,
    mean_over_features,
    rotated,
)
from polyhead.studies.superposition.computation.dead_units import unit_states
from polyhead.studies.superposition.computation.neuron_stacks import (
    asymmetric_share,
    contributions,
    serves,
    stack_order,
)
from polyhead.studies.superposition.dropout import theory
from polyhead.studies.superposition.hidden_size.polysemanticity import polysemanticity, random_matrices
from polyhead.studies.superposition.tms.energy_levels import dwell_share, jump_share
from polyhead.studies.superposition.tms.phases import phase_losses, phase_of_feature, predicted_phase
from polyhead.tasks.superposition import SuperpositionConfig, sample, truth


def polygon(n: int) -> Tensor:
    angles = 2 * math.pi * torch.arange(n) / n
    return torch.stack([angles.cos(), angles.sin()], -1)[None]


@pytest.mark.parametrize(("n", "dimension"), [(3, 2 / 3), (4, 1 / 2), (5, 2 / 5), (7, 2 / 7)])
def test_regular_polygons_have_dimensionality_two_over_n(n: int, dimension: float):
    assert_close(feature_dimensionality(polygon(n)), torch.full((1, n), dimension))
    assert_close(dimensions_per_feature(polygon(n)), torch.tensor([2 / n]))


def test_padding_does_not_change_dimensions_per_feature():
    padded = torch.nn.functional.pad(polygon(5), (0, 3))
    assert_close(dimensions_per_feature(padded, torch.tensor([2])), dimensions_per_feature(polygon(5)))
    assert_close(interference(padded), interference(polygon(5)))


def test_orthogonal_features_do_not_interfere_and_pairs_do():
    W = torch.tensor([[[2.0, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 0]]])
    assert interference(W).tolist() == [[0, 1, 1, 0]]
    assert represented(W).tolist() == [[True, True, True, False]]
    assert in_antipodal_pair(W).tolist() == [[False, True, True, False]]
    assert antipodal_share(W).item() == pytest.approx(2 / 3)
    assert cosines(W)[0, 1, 2] == -1
    assert phase_of_feature(W).item() == 0
    assert phase_of_feature(W, 0).item() == 1
    assert phase_of_feature(W, 2).item() == 2


def test_near_lines_is_the_covered_share_for_uniform_values():
    assert near_lines(torch.tensor([0.5, 0.51, 0.6, 1.0])) == 0.75
    assert math.isnan(near_lines(torch.zeros(0)))


def test_phase_borders_of_two_features():
    """At equal importance superposition wins below density 4/7: d^2 / 3 = d / 3 - d^2 / 4."""
    density = torch.tensor([4 / 7 - 0.01, 4 / 7 + 0.01])
    assert (predicted_phase(density, torch.ones(2)) == 2).tolist() == [True, False]
    assert predicted_phase(torch.ones(2), torch.tensor([0.5, 2.0])).tolist() == [0, 1]


def test_phase_losses_are_those_of_the_ideal_solutions():
    density, importance = 0.4, 0.7
    x = sample(SuperpositionConfig(n_features=2, density=density), generator(0, "x"), 400_000)["x"].double()
    pair = (x - torch.stack([x[:, 0] - x[:, 1], x[:, 1] - x[:, 0]], -1).relu()) ** 2
    rest = (x[:, 1] - density / 2) ** 2
    ours = torch.stack([importance * rest.mean(), rest.mean(), pair[:, 0].mean() + importance * pair[:, 1].mean()])
    exact = phase_losses(torch.tensor([density]), torch.tensor([importance]))[0]
    assert_close(ours.float(), exact, atol=1e-3, rtol=0)


def test_alignment_of_axes_diagonals_and_random_directions():
    axis, diagonal = torch.eye(7), torch.ones(2, 7) * torch.tensor([[1.0], [-2.0]])
    assert_close(direction_kurtosis(axis), torch.full((7,), 7.0))
    assert_close(direction_kurtosis(diagonal), torch.ones(2))
    assert_close(direction_peak(diagonal), torch.full((2,), 7**-0.5))
    draws = direction_kurtosis(haar_directions(4000, 5, 7, generator(0, "haar")))
    assert draws.mean().item() == pytest.approx(expected_haar_kurtosis(7), abs=0.02)


def test_rotation_keeps_the_geometry():
    W = torch.randn(3, 5, 4, generator=generator(0, "W"))
    turned = rotated(W, generator(1, "turn"))
    assert_close(turned @ turned.transpose(1, 2), W @ W.transpose(1, 2), atol=1e-4, rtol=1e-4)


def test_mean_over_features_leaves_the_absent_out():
    values, present = torch.tensor([[1.0, 9.0], [1.0, 2.0]]), torch.tensor([[True, False], [False, False]])
    out = mean_over_features(values, present)
    assert out[0] == 1
    assert out[1].isnan()


def test_polysemanticity_of_one_hot_and_of_even_units():
    one_hot = polysemanticity(torch.eye(3, 5)[None])
    assert [float(v) for v in one_hot] == [0, 1, 0]
    even = polysemanticity(torch.ones(1, 4, 3))
    assert [float(v) for v in even] == [1, 4, 0.75]
    assert float(polysemanticity(random_matrices(8, 32, 20, generator(0, "r"))).polysemantic.min()) == 1


def test_padded_units_are_not_counted():
    W = torch.randn(2, 6, 3, generator=generator(0, "W"))
    for a, b in zip(polysemanticity(torch.nn.functional.pad(W, (0, 4))), polysemanticity(W), strict=True):
        assert_close(a, b)


def test_stacks_and_the_asymmetric_motif():
    W_in = torch.tensor([[[2.0, 1.0], [0.5, 1.1]]])
    W_out = torch.tensor([[[0.5, 2.0], [1.0, 1.2]]])
    stacks = contributions(W_in, W_out)
    assert_close(stacks, torch.tensor([[[1.0, 1.0], [1.0, 1.32]]]))
    assert serves(stacks).all()
    assert asymmetric_share(W_in, W_out).item() == 0.5
    assert stack_order(torch.tensor([[0.0, 3.0], [1.0, 0.0], [2.0, 0.1]])) == [2, 1, 0]


def test_dead_units_are_found():
    x = torch.tensor([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    W_in = torch.tensor([[[1.0, -1.0, 1.0], [1.0, -1.0, -1.0]]])
    W_out = torch.tensor([[[1.0, -1.0], [1.0, 1.0], [0.0, 0.0]]])
    states = unit_states(TwoLayer(W_in, None, W_out, None), x, act_in="relu", act_out="relu")
    assert states.hidden_dead.tolist() == [[False, True, False]]
    assert states.output_dead.tolist() == [[False, True]]
    assert states.output_constant.tolist() == [[False, True]]


def test_jumps_and_dwelling():
    step, drift = torch.zeros(41), torch.linspace(0, 1, 41)
    step[20:] = 1.0
    shares = jump_share(torch.stack([step, drift, torch.zeros(41)], -1))
    assert shares[:2].tolist() == pytest.approx([1.0, 0.1], rel=1e-4)
    assert shares[2].isnan()
    assert dwell_share(step[:, None], torch.tensor([1.0])) == 1.0


def test_closed_form_dropout_loss_is_the_monte_carlo_one():
    """The linear autoencoder, real dropout masks, real features: penalty and best bias together."""
    n, m, rate = 5, 3, 0.3
    world = SuperpositionConfig(n_features=n, density=0.4, importance=0.8)
    moments = truth(world)
    cfg = AutoencoderConfig(n_features=n, d_hidden=m, activation="identity", dropout=rate)
    model = ToyAutoencoder(cfg, generator=generator(0, "toy")).requires_grad_(False)
    mean = torch.tensor(moments.mean)
    model.b.copy_(mean - mean @ model.W @ model.W.T)
    batch = dict(sample(world, generator(1, "x"), 400_000))
    batch["dropout_uniform"] = torch.rand(400_000, m, generator=generator(2, "u"))
    measured = model.double().loss({k: v.double() for k, v in batch.items()})
    exact = theory.linear_dropout_loss(model.W[None].double(), moments, torch.tensor([rate]).double())
    assert measured["reconstruction"].item() == pytest.approx(exact.item(), rel=0.01)


def test_the_linear_optimum_without_dropout_is_principal_components():
    world = SuperpositionConfig(n_features=6, density=0.5)
    best = theory.linear_optimum(truth(world), 2, torch.tensor([0.0]), n_starts=2, n_steps=400)
    variance = 0.5 / 3 - 0.5**2 / 4
    assert best.loss.item() == pytest.approx(4 * variance, rel=1e-3)


def test_a_lone_feature_shrinks_as_the_closed_form_says():
    """Minimise E (1 - r d)^2 with d averaged over k units: (1 - r)^2 + q r^2 / k."""
    r = np.linspace(0, 1, 100_001)
    for rate, k in ((0.2, 1.0), (0.5, 4.0)):
        loss = (1 - r) ** 2 + rate / (1 - rate) * r**2 / k
        assert theory.lone_norm_square(torch.tensor(rate), k).item() == pytest.approx(r[loss.argmin()], abs=1e-4)
    assert theory.lone_norm_square(torch.tensor(0.3)).item() == pytest.approx(0.7)


@pytest.mark.parametrize("rate", [0.0, 0.4])
def test_pair_losses_are_the_monte_carlo_ones(rate: float):
    density = 0.5
    g = generator(0, "pair")
    x = sample(SuperpositionConfig(n_features=2, density=density), g, 600_000)["x"].double()
    d = (torch.rand(len(x), generator=g) > rate).double() / (1 - rate)
    alone, pair, line, r = theory.pair_losses(density, rate)
    sign = torch.tensor([1.0, -1.0], dtype=torch.float64)
    both = ((r * d * (x[:, 0] - x[:, 1]))[:, None] * sign).relu()
    assert ((x - both) ** 2).sum(-1).mean().item() == pytest.approx(pair, rel=0.01)
    centred = (x[:, 0] - x[:, 1]) * d * (1 - rate) / 2
    difference = (x - density / 2 - centred[:, None] * sign) ** 2
    assert difference.sum(-1).mean().item() == pytest.approx(line, rel=0.01)
    z = d * x[:, 0]
    slope = torch.cov(torch.stack([z, x[:, 0]]))
    fit = x[:, 0].var() - slope[0, 1] ** 2 / slope[0, 0] + x[:, 1].var()
    assert fit.item() == pytest.approx(alone, rel=0.01)


def test_the_pair_threshold_falls_with_dropout():
    values = [theory.pair_threshold(p) for p in (0.0, 0.2, 0.5, 0.9)]
    assert values == sorted(values, reverse=True)
    low, high = (theory.pair_losses(values[2] * f, 0.5) for f in (0.95, 1.05))
    assert low.relu_pair < low.linear_pair < low.alone
    assert high.relu_pair > high.linear_pair
