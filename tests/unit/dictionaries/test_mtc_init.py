"""Starts of a multitoken transcoder: the geometry they promise, and the calibration's least-squares property."""

import pytest
import torch
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries import METHODS, MTC, JumpReLU, MTCConfig, TopK
from polyhead.dictionaries.mtc_init import (
    Init,
    bind_to_strongest,
    calibrate,
    initialize,
    set_biases,
    set_directions,
    set_scales,
)
from polyhead.training.adam import AdamConfig, build_adam

B, P, H, D, K, N = 3, 7, 5, 11, 2, 23
CFG = MTCConfig(d_in=D, d_out=D, n_heads=H, n_latents=N, activation=TopK(k=6))


def circuits() -> tuple[Tensor, Tensor]:
    g = generator(0, "circuits")
    return torch.randn(H, D, K, generator=g), torch.randn(H, K, D, generator=g)


def layer_batch(seed: int) -> dict[str, Tensor]:
    """x with a mean, random causal patterns, and the attention output that the circuits make of them."""
    g = generator(seed, "layer")
    W_V, W_O = circuits()
    x = torch.randn(B, P, D, generator=g) + 0.5
    scores = torch.randn(B, H, P, P, generator=g).masked_fill(torch.ones(P, P).triu(1).bool(), -torch.inf)
    pattern = scores.softmax(-1)
    target = torch.einsum("bhqk,bki,hij,hjo->bqo", pattern, x, W_V, W_O)
    return {"x": x, "target": target, "pattern": pattern}


def test_headone_latents_read_and_write_through_their_own_head():
    W_V, W_O = circuits()
    mtc = MTC(CFG)
    set_directions(mtc, W_V, W_O, generator=generator(0))
    for i in range(N):
        h = i % H
        assert mtc.loadings[i].argmax() == h
        assert mtc.effective_heads()[i] == 1
        inside = W_V[h] @ torch.linalg.lstsq(W_V[h], mtc.W_enc[:, i, None]).solution
        torch.testing.assert_close(inside[:, 0], mtc.W_enc[:, i].detach(), rtol=1e-4, atol=1e-5)
        image = mtc.W_enc[:, i] @ W_V[h] @ W_O[h]
        torch.testing.assert_close(mtc.W_dec[i], image / image.norm(), rtol=1e-4, atol=1e-5)


def test_spread_loadings_are_the_sizes_of_the_images():
    W_V, W_O = circuits()
    mtc = MTC(CFG)
    set_directions(mtc, W_V, W_O, init="spread", generator=generator(0))
    sizes = torch.einsum("di,hdk,hko->iho", mtc.W_enc, W_V, W_O).norm(dim=-1)
    torch.testing.assert_close(mtc.loadings[:, :-1], sizes / sizes.norm(dim=-1, keepdim=True), rtol=1e-4, atol=1e-5)
    assert (mtc.loadings[:, -1] == 0).all()


def test_the_identity_may_take_part():
    mtc = MTC(CFG)
    set_directions(mtc, *circuits(), identity=True, generator=generator(0))
    own = torch.arange(N) % (H + 1) == H
    assert torch.equal(mtc.identity_share(), own.float())
    torch.testing.assert_close(mtc.W_dec[own], mtc.W_enc.T[own])


@pytest.mark.parametrize("init", ["one_hot", "spread"])
def test_a_top1_transcoder_is_bound_to_the_heads_it_starts_on(init: Init):
    mtc = MTC(CFG.replace(loadings="top1"))
    set_directions(mtc, *circuits(), init=init, generator=generator(0))
    assert (mtc.allowed.sum(-1) == 1).all()
    assert torch.equal(mtc.loadings != 0, mtc.allowed)


def test_biases_centre_the_pre_activations_and_the_output():
    mtc, batch = MTC(CFG), layer_batch(0)
    set_scales(mtc, [batch])
    set_biases(mtc, [batch])
    torch.testing.assert_close(mtc.pre_activations(batch["x"]).mean((0, 1)), torch.zeros(N), atol=1e-5, rtol=0)
    torch.testing.assert_close(mtc.b_dec * mtc.target_scale, batch["target"].mean((0, 1)))


def test_after_calibration_no_other_scale_of_the_encoder_does_better():
    batches = [layer_batch(0), layer_batch(1)]
    mtc = MTC(CFG)
    set_scales(mtc, batches)
    set_directions(mtc, *circuits(), generator=generator(0))
    set_biases(mtc, batches)
    with torch.no_grad():
        mtc.W_enc.mul_(7.0)
        mtc.b_enc.mul_(7.0)

    def error() -> float:
        return sum(mtc.loss(batch)["mse"].item() for batch in batches)

    before = error()
    calibrate(mtc, batches)
    best = error()
    assert best < before
    torch.testing.assert_close(torch.tensor(calibrate(mtc, batches)), torch.tensor(1.0))
    for factor in (0.9, 1.1):
        with torch.no_grad():
            mtc.W_enc.mul_(factor)
            mtc.b_enc.mul_(factor)
        assert error() > best
        with torch.no_grad():
            mtc.W_enc.div_(factor)
            mtc.b_enc.div_(factor)


def test_the_recipe_explains_a_layer_before_any_training():
    batches = [layer_batch(seed) for seed in range(4)]
    mtc = MTC(CFG.replace(n_latents=160, activation=TopK(k=60)))
    initialize(mtc, *circuits(), batches, generator=generator(0))
    assert mtc.loss(layer_batch(9))["mse"] < 0.5
    assert mtc.n_steps == 0


def test_thresholds_are_calibrated_with_the_encoder():
    mtc = MTC(CFG.replace(activation=JumpReLU(threshold=0.2)))
    initialize(mtc, *circuits(), [layer_batch(0)], generator=generator(0))
    again = mtc.threshold().detach().clone()
    scale = calibrate(mtc, [layer_batch(1)])
    torch.testing.assert_close(mtc.threshold(), again * scale)


def test_bind_to_strongest_keeps_the_strongest_head_and_its_sign():
    free = MTC(CFG, generator=generator(3))
    bound = bind_to_strongest(free)
    strongest = free.loadings.abs().argmax(-1)
    assert torch.equal(bound.loadings.abs().argmax(-1), strongest)
    assert torch.equal(bound.effective_heads(), torch.ones(N))
    rows = torch.arange(N)
    assert torch.equal(bound.loadings[rows, strongest].sign(), free.loadings[rows, strongest].sign())
    assert bound.cfg.loadings == "top1"


def test_loadings_learn_five_times_as_fast_by_default():
    mtc = MTC(CFG)
    groups = build_adam(mtc, AdamConfig(lr=2e-3), lr_factors=METHODS["mtc"].rates.factors).param_groups
    rates = {id(p): group["lr"] for group in groups for p in group["params"]}
    assert rates.pop(id(mtc.loadings)) == pytest.approx(1e-2)
    assert list(rates.values()) == [pytest.approx(2e-3)] * (len(list(mtc.parameters())) - 1)


def test_circuits_of_another_model_are_refused_with_both_shapes():
    W_V, W_O = circuits()
    with pytest.raises(PolyheadError, match=r"has 5 heads.*\[4, 11, 2\]"):
        set_directions(MTC(CFG), W_V[:4], W_O[:4], generator=generator(0))
    with pytest.raises(PolyheadError, match="d_in 11 != d_out 13"):
        set_directions(MTC(CFG.replace(d_out=13)), W_V, torch.randn(H, K, 13), identity=True, generator=generator(0))
    with pytest.raises(PolyheadError, match="at least one batch"):
        initialize(MTC(CFG), W_V, W_O, [], generator=generator(0))
