"""The SAE family: lists against dense algebra, planted truth, exact attribution by head and source, values."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from polyhead.activations.harvest import harvest_batch
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries import attn_out_sae, attn_value_sae
from polyhead.dictionaries.activation import BatchTopK, JumpReLU, ReLU, TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig, AttnOutSAESettings
from polyhead.dictionaries.attn_value_sae import AttnValueSAESettings
from polyhead.dictionaries.encoder import unpack
from polyhead.dictionaries.sae import SAE, SAEConfig
from polyhead.dictionaries.sae_init import directions, initialize
from polyhead.models.base_layer import base_layer
from polyhead.models.native import NativeConfig, NativeTransformer

B, P, D, N = 2, 9, 12, 40
ACTIVATIONS = [
    TopK(k=3),
    BatchTopK(k=3, threshold=0.5),
    ReLU(l1=0.1, negative=0.01),
    JumpReLU(sparsity=0.1, negative=0.01, threshold=0.4, width=0.5),
]


def make_sae(activation, seed: int = 0, **config) -> SAE:
    sae = SAE(SAEConfig(d_in=D, n_latents=N, activation=activation, **config))
    g = generator(seed, "weights")
    with torch.no_grad():
        for p in sae.parameters():
            if p.ndim > 1 or p.shape == (D,):
                p.copy_(torch.randn(p.shape, generator=g))
        sae.b_enc.copy_(torch.randn(N, generator=g) - 6)
        sae.scales.copy_(torch.rand(sae.scales.shape, generator=g) + 0.5)
    return sae.double()


def make_batch(seed: int = 0) -> dict[str, Tensor]:
    g = generator(seed, "batch")
    x = torch.randn(B, P, D, generator=g).double()
    return {"x": x, "target": x, "valid": torch.rand(B, P, generator=g) > 0.2}


@pytest.mark.parametrize("config", [{}, {"subtract_b_dec": True}, {"n_parts": 3}, {"token_norm": "layer_norm"}])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.kind)
def test_a_list_gives_the_loss_and_gradients_of_the_dense_form(activation, config, monkeypatch):
    monkeypatch.setattr("polyhead.dictionaries.sae.LIST_BELOW", 1.0)
    sae, batch = make_sae(activation, **config), make_batch()
    assert 0 < float((sae.activations(batch["x"]) != 0).double().mean()) < 0.5
    found = {}
    for product in ("auto", "plain"):
        terms = sae.loss(batch, product=product)
        grads = torch.autograd.grad(torch.stack(list(terms.values())).sum(), list(sae.parameters()))
        found[product] = terms, grads
    for name, term in found["plain"][0].items():
        torch.testing.assert_close(found["auto"][0][name], term, msg=name)
    for fast, plain in zip(found["auto"][1], found["plain"][1]):
        torch.testing.assert_close(fast, plain)
    torch.testing.assert_close(sae.reconstruct(batch), sae.reconstruct(batch, product="plain"))


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.kind)
def test_the_code_is_the_plain_one_and_decodes_to_the_reconstruction(activation):
    sae, batch = make_sae(activation, subtract_b_dec=True), make_batch()
    f = unpack(sae.codes(batch))
    torch.testing.assert_close(f, sae.activations(batch["x"]))
    torch.testing.assert_close(sae.decode(f), sae.reconstruct(batch))


def test_batch_topk_gives_k_latents_a_token_on_average_in_training_and_its_own_code_to_every_token_after():
    sae, batch = make_sae(BatchTopK(k=3, threshold=0.5)), make_batch()
    rows = batch["x"].flatten(0, 1) / sae.scale
    code = sae._listed(rows, training=True, limit=1.0)
    assert code is not None
    assert code.listed is not None
    assert int((code.f > 0).sum()) == 3 * B * P
    assert len(set(code.listed.counts.tolist())) > 1  # some tokens have more than others
    best = (rows @ sae.W_enc + sae.b_enc).flatten().topk(3 * B * P).values
    torch.testing.assert_close(code.f.sort(descending=True).values, best)
    alone = {role: t[:1, 2:3] for role, t in batch.items()}
    torch.testing.assert_close(sae.reconstruct(alone), sae.reconstruct(batch)[:1, 2:3])


def test_the_threshold_of_batch_topk_follows_the_batches():
    sae, batch = make_sae(BatchTopK(k=3, threshold=0.5)), make_batch()
    for _ in range(200):
        sae.loss(batch)
        sae.project()
    code = sae._listed(batch["x"][batch["valid"]] / sae.scale, training=True, limit=1.0)
    assert code is not None
    torch.testing.assert_close(sae.threshold[0], code.cut, rtol=1e-3, atol=0.0)
    l0 = float((unpack(sae.codes(batch))[batch["valid"]] > 0).double().sum(-1).mean())
    assert l0 == pytest.approx(3, abs=0.3)
    assert sae.loss(batch).keys() == {"mse"}


def test_planted_directions_are_found():
    g = generator(0, "planted")
    truth = torch.nn.functional.normalize(torch.randn(24, 16, generator=g), dim=-1)

    def batch(step: int) -> dict[str, Tensor]:
        g = generator(step, "tokens")
        f = (torch.rand(4, 64, 24, generator=g) < 0.06) * (torch.rand(4, 64, 24, generator=g) + 0.5)
        return {"x": f @ truth, "target": f @ truth}

    sae = SAE(SAEConfig(d_in=16, n_latents=48, activation=TopK(k=3)))
    initialize(sae, [batch(-1), batch(-2)], init="subspace", generator=generator(0, "start"))
    adam = torch.optim.Adam(sae.parameters(), lr=6e-3)
    for step in range(500):
        adam.zero_grad()
        sae.loss(batch(step))["mse"].backward()
        adam.step()
        sae.project()
    best = (torch.nn.functional.normalize(sae.W_dec.detach(), dim=-1) @ truth.T).max(0).values
    assert float((best > 0.9).double().mean()) > 0.9


def test_the_subspace_start_stays_where_the_data_lives():
    g = generator(0, "low")
    basis = torch.linalg.qr(torch.randn(32, 5, generator=g)).Q
    rows = torch.randn(400, 5, generator=g) @ basis.T + 0.7
    found = directions(rows, 64, "subspace", g)
    torch.testing.assert_close(found @ basis @ basis.T, found, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found.norm(dim=-1), torch.ones(64))
    assert directions(rows, 64, "random", g).matmul(basis).norm(dim=-1).max() < 0.95


@pytest.mark.parametrize("activation", [ReLU(), JumpReLU()], ids=lambda a: a.kind)
def test_activations_without_a_fixed_count_start_sparse(activation):
    g = generator(0, "rows")
    x = torch.randn(4, 64, 32, generator=g)
    sae = SAE(SAEConfig(d_in=32, n_latents=512, activation=activation))
    initialize(sae, [{"x": x, "target": x}], init="subspace", generator=g)
    l0 = float((sae.activations(x) > 0).double().sum(-1).mean())
    assert 40 < l0 < 90


def gqa_model() -> NativeTransformer:
    cfg = NativeConfig(n_layers=2, d_model=12, n_heads=4, d_head=6, d_vocab=19, n_ctx=12, d_mlp=14, has_bias=True)
    model = NativeTransformer(cfg)
    g = generator(0, "gqa")
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn(p.shape, generator=g) * 0.6)
    return model


def harvested(module, method_reading, layers) -> dict[str, Tensor]:
    tokens = torch.randint(19, (B, P), generator=generator(0, "tokens"))
    return dict(harvest_batch(gqa_model(), tokens, method_reading.joined(module.view_roles(layers))))


@pytest.mark.parametrize("place", ["hook_attn_out", "attn.hook_z"])
def test_attribution_by_head_and_source_sums_to_the_pre_activation(place):
    layers = (base_layer(gqa_model(), 1),)
    settings = AttnOutSAESettings(n_latents=N, site=place, activation=TopK(k=3))
    reading = attn_out_sae.reading(settings, layers)
    tokens = torch.randint(19, (B, P), generator=generator(0, "tokens"))
    sae = attn_out_sae.make(settings, layers, [harvest_batch(gqa_model(), tokens, reading)], generator(0, "start"))
    batch, latents = harvested(sae, reading, layers), torch.tensor([7, 0, 31])
    arcs = sae.attribution(batch, latents, layers)
    assert arcs.shape == (B, 3, 4, P, P)
    total = arcs.sum((2, 4)) + sae.attribution_bias(latents, layers)[:, None]
    torch.testing.assert_close(total.mT, sae.pre_activations(batch["x"])[..., latents], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(sae.view(batch, latents, layers).query_side, unpack(sae.codes(batch))[..., latents])
    if place == "attn.hook_z":
        shares = sae.head_loadings()
        torch.testing.assert_close(shares.sum(-1), torch.ones(N))
        by_hand = sae.W_dec[5].detach().view(4, 6).norm(dim=-1)
        torch.testing.assert_close(shares[5], by_hand / by_hand.sum())
    else:
        assert sae.head_loadings() is None


def test_attribution_refuses_what_it_cannot_split():
    layers = (base_layer(gqa_model(), 1),)
    cfg = AttnOutSAEConfig(d_in=12, n_latents=N, activation=TopK(k=3))
    batch = {"x": torch.randn(1, 5, 12), "pattern": torch.ones(1, 4, 5, 5)}
    with pytest.raises(PolyheadError, match=r"needs the roles pattern and v .*; v missing, received: x, pattern"):
        AttnOutSAE(cfg).view(batch, torch.tensor([0]), layers)
    with pytest.raises(PolyheadError, match="linear pre-activation"):
        AttnOutSAE(cfg.replace(token_norm="layer_norm")).attribution(batch, torch.tensor([0]), layers)
    bent = (replace(layers[0], is_linear=False),)
    with pytest.raises(PolyheadError, match="not linear in its heads"):
        AttnOutSAE(cfg).attribution(batch, torch.tensor([0]), bent)
    with pytest.raises(PolyheadError, match=r"reads x \[b, p, 12\]; received x \[1, 5, 9\]"):
        AttnOutSAE(cfg).codes({"x": torch.randn(1, 5, 9)})


def test_a_value_sae_of_two_layers_reads_each_key_value_head_once_and_shows_every_query_head():
    layers = tuple(replace(base_layer(gqa_model(), layer), n_kv_heads=2) for layer in (0, 1))
    settings = AttnValueSAESettings(n_latents=N, activation=TopK(k=3))
    reading = attn_value_sae.reading(settings, layers)
    assert [read.heads for read in reading.roles["x"]] == [(0, 2), (0, 2)]
    tokens = torch.randint(19, (B, P), generator=generator(0, "tokens"))
    first = harvest_batch(gqa_model(), tokens, reading)
    assert first["x"].shape == (B, P, 2 * 2 * 6)
    sae = attn_value_sae.make(settings, layers, [first], generator(0, "start"))
    parts = (first["x"] / sae.scale).unflatten(-1, (2, 12))
    torch.testing.assert_close(parts.square().mean((0, 1, 3)), torch.ones(2))
    assert sae.head_loadings().shape == (N, 4)
    torch.testing.assert_close(sae.layer_shares().sum(-1), torch.ones(N))
    batch, latents = harvested(sae, reading, layers), torch.tensor([7, 0])
    view = sae.view(batch, latents, layers)
    assert view.arcs is not None
    assert view.arcs.shape == (B, 2, 8, P, P)
    f, norm = unpack(sae.codes(batch))[..., 7], sae.W_dec[7].detach().view(2, 2, 6).norm(dim=-1)
    by_hand = (
        torch.einsum("bqk,bk->bqk", batch["pattern_1"][:, 3], f) * norm[1, 1]
    )  # layer 1, query head 3 reads kv head 1
    torch.testing.assert_close(view.arcs[:, 0, 7], by_hand)
    with pytest.raises(PolyheadError, match=r"pattern_1 missing"):
        sae.view({k: v for k, v in batch.items() if k != "pattern_1"}, latents, layers)


def test_layers_with_other_heads_have_no_common_value_sae():
    layer = base_layer(gqa_model(), 0)
    with pytest.raises(PolyheadError, match="need the same heads"):
        attn_value_sae.make(AttnValueSAESettings(), (layer, replace(layer, n_kv_heads=2)), [], generator(0, "start"))
