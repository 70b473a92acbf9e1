"""The study `cross-layer`: what is shared is found, what is not shared is not, and everything can be drawn."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.rng import generator
from polyhead.core.study_records import Findings
from polyhead.studies import find_study
from polyhead.studies.real_layers.cross_layer.models import CrossLayerConfig, Pair, linear, predictions, trial

H, K, D = 2, 8, 5


def layer(number: int) -> BaseLayer:
    projections = {name: torch.zeros(H, D, K) for name in ("W_Q", "W_K", "W_V")}
    biases = {name: torch.zeros(H, K) for name in ("b_Q", "b_K", "b_V")}
    return BaseLayer(
        layer=number,
        **projections,
        **biases,
        W_O=torch.zeros(H, K, D),
        b_O=torch.zeros(D),
        n_kv_heads=H,
        score_scale=1.0,
        rotary=None,
    )


def pair(*, shared: bool, n: int = 4096) -> Pair:
    """24 sparse features in 16 dimensions: the same ones in both layers, or each layer's own."""
    g = generator(0, "pair")
    write = [torch.randn(24, H * K, generator=g) for _ in range(2)]

    def rows(g: torch.Generator) -> tuple[Tensor, Tensor]:
        f, own = (torch.rand(n, 24, generator=g) * (torch.rand(n, 24, generator=g) < 0.05) for _ in range(2))
        return f @ write[0], (f if shared else own) @ write[1]

    return Pair("planted", (layer(1), layer(2)), rows(g), rows(g))


def test_a_joint_autoencoder_gains_where_features_are_shared_and_only_there(tmp_path: Path):
    cfg = CrossLayerConfig(n_latents=32, k=2, n_steps=120)
    found = trial(cfg, pair(shared=True), 0, 2, tmp_path / "shared")
    assert found.gain("equal") > found.gain("equal", control=True) + 0.15
    assert found.gain("equal", control=True) < 0.15  # a common k is spent where it pays
    assert sum(s.l0 for s in found.single) == pytest.approx(found.joint["equal"].l0, rel=0.2)
    apart = trial(cfg, pair(shared=False), 0, 2, tmp_path / "apart")
    assert apart.gain("equal") < found.gain("equal") - 0.1


def test_what_is_left_over_is_not_predicted_and_shuffling_keeps_each_layer():
    one = pair(shared=True)
    assert linear(one, 4).forward > 0.5
    rest = one.left_over()
    assert abs(linear(rest, 4).forward) < 0.05
    torch.testing.assert_close(rest.train[1] + predictions(*one.train, *one.held_out)[0], one.train[1])
    mixed = one.shuffled(0)
    assert torch.equal(mixed.train[0], one.train[0])
    assert not torch.equal(mixed.train[1], one.train[1])
    assert torch.equal(mixed.train[1].sort(0).values, one.train[1].sort(0).values)
    assert abs(linear(mixed, 4).forward) < 0.05


@pytest.mark.slow
def test_the_study_judges_every_claim_and_can_be_drawn(tmp_path: Path):
    study = find_study("cross-layer")
    changes = {"n_train_tokens": 8_192, "n_eval_tokens": 2_048, "n_steps": 4, "n_latents": 64, "k": 4, "curve": (2,)}
    found = study.run(study.presets["quick"].replace(**changes), tmp_path)
    keys = {"gain-equal", "gain-half", "gain-left-over", "both-layers", "shared-linearly"}
    assert {c.key for c in found.claims} == keys
    assert all(c.reason and c.ours and c.control for c in found.claims)
    assert {f.key for f in found.figures} == {"gain", "shares", "linear", "curve"}
    found.save(tmp_path / "findings.json")
    assert Findings.load(tmp_path / "findings.json") == found
