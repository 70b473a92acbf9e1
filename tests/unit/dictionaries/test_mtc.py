"""The multitoken transcoder: known answers, invariances, and a planted truth."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries import METHODS, MTC, JumpReLU, MTCConfig, ReLU, TopK
from polyhead.dictionaries.mtc_init import calibrate, set_biases, set_scales
from polyhead.training.adam import AdamConfig, build_adam

B, P, H, D, N = 2, 7, 3, 5, 13
CFG = MTCConfig(d_in=D, d_out=D, n_heads=H, n_latents=N, activation=ReLU(l1=0.1, negative=0.01))


def causal_pattern(g: torch.Generator, b: int = B, p: int = P, *, sharpness: float = 1.0) -> Tensor:
    scores = sharpness * torch.randn(b, H, p, p, generator=g)
    return scores.masked_fill(torch.ones(p, p).triu(1).bool(), -torch.inf).softmax(-1)


def make_batch(seed: int = 0) -> dict[str, Tensor]:
    g = generator(seed, "batch")
    x, target = torch.randn(B, P, D, generator=g), torch.randn(B, P, D, generator=g)
    return {"x": x, "target": target, "pattern": causal_pattern(g)}


def test_a_latent_on_one_previous_token_head_writes_the_previous_activation():
    mtc = MTC(MTCConfig(d_in=1, d_out=1, n_heads=1, n_latents=1, activation=ReLU()))
    with torch.no_grad():
        mtc.W_enc.fill_(2.0)
        mtc.W_dec.fill_(1.0)
        mtc.loadings.copy_(torch.tensor([[0.6, 0.8]]))
    previous = torch.tensor([[1.0, 0, 0], [1, 0, 0], [0, 1, 0]])[None, None]
    x = torch.tensor([1.0, -3.0, 5.0])[None, :, None]
    out = mtc({"x": x, "pattern": previous})
    # f = 2, 0, 10; through the head: 2, 2, 0; in place: 2, 0, 10
    torch.testing.assert_close(out.reconstruction.flatten(), torch.tensor([0.6 * 2 + 0.8 * 2, 0.6 * 2, 0.8 * 10]))


def test_effective_heads_and_identity_share_of_known_loadings():
    mtc = MTC(CFG.replace(n_latents=3))
    with torch.no_grad():
        mtc.loadings.copy_(torch.tensor([[1.0, 0, 0, 0], [0.5, -0.5, 0.5, 0.5], [0.6, 0, 0, -0.8]]))
    torch.testing.assert_close(mtc.effective_heads(), torch.tensor([1.0, 4.0, 1.96]))
    torch.testing.assert_close(mtc.identity_share(), torch.tensor([0.0, 0.25, 0.64]))


def test_penalties_of_relu_by_hand():
    mtc = MTC(CFG)
    batch = make_batch()
    pre = mtc.pre_activations(batch["x"])
    terms = mtc.loss(batch)
    torch.testing.assert_close(terms["sparsity"], 0.1 * pre.relu().sum(-1).mean())
    torch.testing.assert_close(terms["shortfall"], 0.01 * (-pre).relu().sum(-1).mean())


def test_penalties_of_jumprelu_by_hand():
    cfg = CFG.replace(activation=JumpReLU(sparsity=0.2, tanh_scale=3.0, negative=0.01, threshold=0.4, width=0.2))
    mtc, batch = MTC(cfg), make_batch()
    pre = mtc.pre_activations(batch["x"])
    f = torch.where(pre > 0.4, pre, 0.0)
    terms = mtc.loss(batch)
    torch.testing.assert_close(terms["sparsity"], 0.2 * (3.0 * f).tanh().sum(-1).mean())
    torch.testing.assert_close(terms["shortfall"], 0.01 * (0.4 - pre).relu().sum(-1).mean())


def test_only_pre_activations_in_the_band_move_a_threshold():
    mtc = MTC(CFG.replace(activation=JumpReLU(sparsity=0.0, negative=0.0, threshold=0.5, width=0.2)))
    with torch.no_grad():
        mtc.W_enc.zero_()
        mtc.b_enc.copy_(torch.linspace(0.0, 1.2, N))
    sum(mtc.loss(make_batch()).values()).backward()  # type: ignore[union-attr]
    in_band = (mtc.b_enc - 0.5).abs() < 0.1
    assert 0 < in_band.sum() < N
    assert torch.equal(mtc.log_threshold.grad != 0, in_band)


def test_the_sparsity_penalty_warms_up_with_the_steps_taken():
    mtc, batch = MTC(CFG.replace(activation=ReLU(l1=0.1, warmup_steps=4))), make_batch()
    seen = []
    for _ in range(6):
        seen.append(mtc.loss(batch)["sparsity"].item())
        mtc.n_steps += 1
    torch.testing.assert_close(torch.tensor(seen) / seen[-1], torch.tensor([0, 0.25, 0.5, 0.75, 1, 1]))


def test_a_constant_reconstruction_at_the_mean_has_mse_one():
    mtc, batch = MTC(CFG), make_batch()
    set_scales(mtc, [batch])
    set_biases(mtc, [batch])
    with torch.no_grad():
        mtc.W_enc.zero_()
        mtc.b_enc.fill_(-1.0)
    torch.testing.assert_close(mtc.loss(batch)["mse"].detach(), torch.tensor(1.0))


def test_nonnegative_projection_keeps_a_latent_whose_loadings_were_all_negative():
    mtc = MTC(CFG.replace(sign="nonnegative"))
    with torch.no_grad():
        mtc.loadings.fill_(-1.0)
        mtc.loadings[:, 2] = -0.5
    mtc.project()
    torch.testing.assert_close(mtc.loadings.detach(), torch.eye(H + 1)[2].expand(N, -1))


@settings(max_examples=20, deadline=None, database=None)
@given(order=st.permutations(range(N)))
def test_the_order_of_latents_is_of_no_consequence(order: list[int]):
    mtc, other, batch = MTC(CFG), MTC(CFG), make_batch()
    other.load_state_dict(mtc.state_dict())
    with torch.no_grad():
        for name in ("b_enc", "W_dec", "loadings"):
            getattr(other, name).copy_(getattr(mtc, name)[order])
        other.W_enc.copy_(mtc.W_enc[:, order])
    torch.testing.assert_close(other.reconstruct(batch), mtc.reconstruct(batch))
    torch.testing.assert_close(other.effective_heads(), mtc.effective_heads()[order])


@settings(max_examples=20, deadline=None, database=None)
@given(x_unit=st.floats(1e-3, 1e3), y_unit=st.floats(1e-3, 1e3))
def test_units_of_input_and_target_are_of_no_consequence(x_unit: float, y_unit: float):
    mtc, other, batch = MTC(CFG, generator=generator(0)), MTC(CFG, generator=generator(0)), make_batch()
    scaled = {**batch, "x": x_unit * batch["x"], "target": y_unit * batch["target"]}
    set_scales(mtc, [batch])
    set_scales(other, [scaled])
    torch.testing.assert_close(
        other.reconstruct(scaled), y_unit * mtc.reconstruct(batch), rtol=1e-3, atol=1e-3 * y_unit
    )
    torch.testing.assert_close(other.loss(scaled)["mse"], mtc.loss(batch)["mse"], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("loadings", ["free", "top1"])
def test_loadings_and_decoder_may_change_sign_together(loadings: str):
    mtc, batch = MTC(CFG.replace(loadings=loadings)), make_batch()
    before = mtc.reconstruct(batch)
    with torch.no_grad():
        mtc.loadings.neg_()
        mtc.W_dec.neg_()
    torch.testing.assert_close(mtc.reconstruct(batch), before)


def test_a_batch_of_another_layer_is_refused_with_both_shapes():
    batch = make_batch()
    with pytest.raises(PolyheadError, match=r"pattern \[b, 3, p, p\].*\[2, 2, 7, 7\] received"):
        MTC(CFG).loss({**batch, "pattern": batch["pattern"][:, :2]})
    with pytest.raises(PolyheadError, match="pattern missing, received: x"):
        MTC(CFG).reconstruct({"x": batch["x"]})


def test_more_active_latents_than_latents_are_refused():
    with pytest.raises(PolyheadError, match=r"activation\.k 99 is more than n_latents 13"):
        MTCConfig.parse({"d_in": 5, "d_out": 5, "n_heads": 3, "n_latents": 13, "activation": {"kind": "topk", "k": 99}})


def test_half_precision_activations_are_accepted():
    mtc, batch = MTC(CFG), make_batch()
    half = {role: t.half() for role, t in batch.items()}
    torch.testing.assert_close(mtc.loss(half)["mse"], mtc.loss(batch)["mse"], rtol=1e-2, atol=1e-2)


class _Planted:
    """Sequences written by a known MTC: 12 features, two at a token, each moved by its own mixture of heads."""

    n, d, b, p = 12, 16, 16, 12

    def __init__(self) -> None:
        g = generator(0, "planted")
        self.W_enc = torch.linalg.qr(torch.randn(self.d, self.n, generator=g))[0]
        self.W_dec = torch.nn.functional.normalize(torch.randn(self.n, self.d, generator=g), dim=-1)
        self.loadings = torch.nn.functional.normalize(torch.randn(self.n, H + 1, generator=g), dim=-1)

    def batch(self, step: int, *, shuffled: bool) -> dict[str, Tensor]:
        g = generator(step, "planted batch")
        which = torch.rand(self.b, self.p, self.n, generator=g).topk(2).indices
        f = torch.zeros(self.b, self.p, self.n).scatter(-1, which, 1 + torch.rand(self.b, self.p, 2, generator=g))
        pattern = causal_pattern(g, self.b, self.p, sharpness=3.0)
        eye = torch.eye(self.p).expand(self.b, 1, -1, -1)
        z = torch.einsum("nh,bhqk,bkn->bqn", self.loadings, torch.cat([pattern, eye], 1), f)
        seen = pattern.roll(1, 0) if shuffled else pattern
        return {"x": f @ self.W_enc.T, "target": z @ self.W_dec, "pattern": seen}

    def recovered(self, mtc: MTC) -> float:
        """Mean |cosine| between each planted loading and that of the latent that reads the feature best."""
        reads = torch.nn.functional.normalize(mtc.W_enc, dim=0).T @ self.W_enc
        found = mtc.loadings[reads.argmax(0)]
        return (found * self.loadings).sum(-1).abs().mean().item()


def _train_on_planted(*, shuffled: bool) -> tuple[float, float]:
    truth = _Planted()
    cfg = MTCConfig(d_in=truth.d, d_out=truth.d, n_heads=H, n_latents=2 * truth.n, activation=TopK(k=2))
    mtc = MTC(cfg, generator=generator(1, "start"))
    first = [truth.batch(10_000, shuffled=shuffled)]
    set_scales(mtc, first)
    set_biases(mtc, first)
    calibrate(mtc, first)
    optimizer = build_adam(mtc, AdamConfig(lr=1e-2, betas=(0.9, 0.99)), lr_factors=METHODS["mtc"].rates.factors)
    for step in range(300):
        optimizer.zero_grad()
        mse = mtc.loss(truth.batch(step, shuffled=shuffled))["mse"]
        mse.backward()
        optimizer.step()
        mtc.project()
    return truth.recovered(mtc), mse.item()


def test_planted_loadings_are_recovered_and_not_from_patterns_of_another_sequence():
    cosine, mse = _train_on_planted(shuffled=False)
    control_cosine, control_mse = _train_on_planted(shuffled=True)
    assert cosine > 0.95
    assert mse < 0.1
    assert control_cosine < cosine - 0.1
    assert control_mse > 3 * mse


@pytest.mark.parametrize("loadings", ["free", "top1", "top1_argmax"])
def test_orienting_makes_the_main_loading_positive_and_changes_no_bit_of_the_output(loadings: str):
    mtc = MTC(CFG.replace(loadings=loadings), generator=generator(3, "mtc"))
    batch = make_batch()
    before = mtc.reconstruct(batch)
    main = mtc.bound_loadings().abs().argmax(-1, keepdim=True)
    assert (mtc.bound_loadings().gather(-1, main) < 0).any()
    mtc.orient()
    assert (mtc.bound_loadings().gather(-1, main) > 0).all()
    assert torch.equal(mtc.reconstruct(batch), before)


def test_dead_latents_learn_from_the_error_of_the_others_and_leave_those_alone():
    def gradients(k_aux: int) -> tuple[MTC, dict[str, Tensor]]:
        mtc = MTC(CFG.replace(activation=TopK(k=2, k_aux=k_aux)), generator=generator(4, "mtc"))
        with torch.no_grad():
            mtc.b_enc[5:8] = -50.0  # never among the two largest
        mtc.mark_dead(torch.arange(N).ge(5) & torch.arange(N).lt(8))
        terms = mtc.loss(make_batch())
        assert ("aux" in terms) == bool(k_aux)
        torch.stack(list(terms.values())).sum().backward()
        return mtc, {name: p.grad.clone() for name, p in mtc.named_parameters() if p.grad is not None}

    _, without = gradients(0)
    mtc, with_them = gradients(3)
    others = ~mtc.dead
    assert torch.equal(without["W_dec"][others], with_them["W_dec"][others])
    assert torch.equal(without["W_enc"][:, others], with_them["W_enc"][:, others])
    assert not without["W_dec"][mtc.dead].any()
    with torch.no_grad():
        mtc.b_enc[5:8] = 1.0  # now they reach the destination
    mtc.zero_grad()
    mtc.loss(make_batch())["aux"].backward()
    assert mtc.W_dec.grad is not None
    assert mtc.W_dec.grad[mtc.dead].abs().sum() > 0
    assert not mtc.W_dec.grad[others].any()


def test_the_silent_term_is_one_where_dead_latents_write_nothing():
    mtc = MTC(CFG.replace(activation=TopK(k=2, k_aux=3, aux_weight=0.5)), generator=generator(4, "mtc"))
    with torch.no_grad():
        mtc.b_enc[5:8] = -50.0
    mtc.mark_dead(torch.arange(N).ge(5) & torch.arange(N).lt(8))
    torch.testing.assert_close(mtc.loss(make_batch())["aux"], torch.tensor(0.5))
