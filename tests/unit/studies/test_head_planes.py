"""Planes of 2-dimensional heads: rings and coinciding places."""

import math

import pytest
import torch

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.models.toy.attention import ToyAttention
from polyhead.models.toy.attention_config import ToyAttentionConfig
from polyhead.studies.addition.head_planes import head_planes, place_distance_ratio, ring_scores
from polyhead.training.ensemble import Ensemble

TOY = ToyAttentionConfig(
    n_heads=3,
    d_head=2,
    d_vocab=7,
    d_vocab_out=5,
    n_ctx=11,
    d_model=13,
    positions=True,
    qkv_bias=True,
    output_bias=True,
    unembed_bias=True,
)


def ring(n: int, every: int = 1) -> torch.Tensor:
    angle = 2 * math.pi * every * torch.arange(n) / n
    return torch.stack([angle.cos(), angle.sin()], 1)


@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_circle_has_score_one_at_its_own_frequency(every: int) -> None:
    scores = ring_scores(3 * ring(7, every) + torch.tensor([5.0, -2.0]))
    expected = [float(f == every) for f in (1, 2, 3)]
    assert scores.raw.tolist() == pytest.approx(expected, abs=1e-9)
    assert scores.whitened.tolist() == pytest.approx(expected, abs=1e-9)


def test_a_squeezed_ring_is_a_ring_in_another_frame() -> None:
    frame = torch.tensor([[1.0, 0.3], [0.1, 0.05]])
    scores = ring_scores(ring(10) @ frame)
    assert float(scores.whitened[0]) == pytest.approx(1, abs=1e-6)
    assert float(scores.raw[0]) < 0.8


def test_a_line_is_no_ring() -> None:
    line = torch.stack([torch.arange(10.0), 1e-3 * torch.randn(10, generator=generator(0, "line"))], 1)
    assert float(ring_scores(line).raw[0]) < 0.5


def test_random_points_score_the_stated_average() -> None:
    points = torch.randn(4000, 10, 2, generator=generator(0, "null"))
    mean = ring_scores(points).whitened.mean(0)
    assert mean.tolist() == pytest.approx([2 / 9] * 4 + [1 / 9], abs=0.01)


def test_coinciding_places_have_no_distance() -> None:
    a = torch.randn(3, 5, 2, generator=generator(1, "places"))
    elsewhere = torch.randn(3, 4, 2, generator=generator(2, "places"))
    assert place_distance_ratio(torch.cat([a, a, elsewhere], 1), 5).tolist() == pytest.approx([0] * 3, abs=1e-6)
    random = torch.randn(2000, 10, 2, generator=generator(3, "places"))
    for whiten in (False, True):
        assert float(place_distance_ratio(random, 5, whiten=whiten).mean()) == pytest.approx(1, abs=0.03)


def test_whitening_takes_the_frame_out() -> None:
    points = torch.randn(10, 2, generator=generator(4, "places"))
    moved = points @ torch.tensor([[2.0, -1.0], [0.3, 0.1]])
    ratios = [float(place_distance_ratio(p, 4, whiten=True)) for p in (points[:8], moved[:8])]
    assert ratios[0] == pytest.approx(ratios[1], abs=1e-4)


def test_planes_are_what_the_model_computes() -> None:
    models = Ensemble.of([ToyAttention(TOY, generator=generator(i, "planes")) for i in range(2)])
    models.flat = models.flat + 0.1 * torch.randn(models.flat.shape, generator=generator(9, "planes"))
    planes = head_planes(models.tensors(), 5)
    model = models.member(1)
    assert isinstance(model, ToyAttention)
    tokens = torch.tensor([[2, 4, 1, 3, 0, 2]])
    names = [site(0, f"attn.hook_{x}") for x in "qkv"]
    _, cache = model.run_with_cache(tokens, names)
    for plane, name in zip((planes.Q, planes.K, planes.V), names, strict=True):
        for position, token in enumerate(tokens[0].tolist()):
            assert torch.allclose(plane[1, :, position, token], cache[name][0, position], atol=1e-5)
    assert torch.allclose(planes.O[1, 2], (model.attn.W_O[2] @ model.W_U).T, atol=1e-5)  # pyright: ignore


def test_wider_heads_have_no_plane() -> None:
    models = Ensemble.of([ToyAttention(TOY.replace(d_head=3), generator=generator(0, "planes"))])
    with pytest.raises(PolyheadError, match="d_head 3"):
        head_planes(models.tensors(), 5)
