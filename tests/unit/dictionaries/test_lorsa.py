"""Lorsa: its formula, its listed product against the plain one, where it starts, what it recovers, what it refuses."""

import dataclasses

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from polyhead.activations.harvest import harvest_batch
from polyhead.activations.store import StoredLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries.activation import JumpReLU, ReLU, TopK
from polyhead.dictionaries.lorsa import Lorsa, LorsaConfig, UnitActivation
from polyhead.dictionaries.lorsa_init import LorsaSettings, make, reading
from polyhead.models.base_layer import base_layer
from polyhead.ops.rotary import apply_rotary, rotary_table

B, P, D, OUT, G, M, K = 2, 37, 10, 11, 3, 4, 6
ACTIVATIONS: list[TopK | ReLU | JumpReLU] = [
    TopK(k=3, k_aux=4),
    ReLU(l1=0.1, negative=0.01),
    JumpReLU(sparsity=0.1, negative=0.01, threshold=0.2, width=0.3),
]


def make_lorsa(activation: UnitActivation = ACTIVATIONS[0], seed: int = 0) -> Lorsa:
    cfg = LorsaConfig(
        d_in=D, d_out=OUT, n_latents=G * M, n_groups=G, d_qk=K, n_ctx=P + 3, d_rotary=4, activation=activation
    )
    lorsa = Lorsa(cfg, generator=generator(seed, "lorsa"))
    lorsa.rotary.copy_(rotary_table(P + 3, 4, base=30.0))
    with torch.no_grad():
        for name, p in lorsa.named_parameters():
            p += (0.5 if name.startswith("W_") and name != "W_O" else 0.1) * torch.randn(
                p.shape, generator=generator(seed, name)
            )
    lorsa.project()
    lorsa.input_scale.fill_(1.7)
    lorsa.target_scale.fill_(0.6)
    return lorsa.double()


def make_batch(seed: int = 0) -> dict[str, Tensor]:
    g = generator(seed, "batch")
    return {
        "x": torch.randn(B, P, D, generator=g).double(),
        "target": torch.randn(B, P, OUT, generator=g).double(),
        "valid": torch.arange(P).expand(B, P) > 0,
    }


def test_z_is_the_formula_pair_by_pair():
    lorsa, x = make_lorsa(), make_batch()["x"]
    b, t, i = 1, 20, 7
    g, rows = i // M, x[b] / 1.7
    q, k = ((rows @ W[g] + c[g])[None, :, None] for W, c in ((lorsa.W_Q, lorsa.b_Q), (lorsa.W_K, lorsa.b_K)))
    q, k = (apply_rotary(v, lorsa.rotary)[0, :, 0] for v in (q, k))
    pattern = torch.stack([q[t] @ k[s] * K**-0.5 for s in range(t + 1)]).softmax(0)
    values = torch.stack([rows[s] @ lorsa.W_V[i] + lorsa.b_V[i] for s in range(t + 1)])
    assert_close(lorsa.z({"x": x})[b, t, i], pattern @ values)


def test_output_is_the_top_units_written():
    lorsa, batch = make_lorsa(), make_batch()
    z = lorsa.z(batch)
    values, units = z.relu().topk(3, dim=-1)
    expected = torch.einsum("bpk,bpkd->bpd", values, lorsa.W_O[units]) + lorsa.b_O
    assert_close(lorsa.reconstruct(batch), 0.6 * expected)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.kind)
@pytest.mark.parametrize("some_dead", [False, True])
def test_the_listed_product_has_the_values_and_gradients_of_the_plain_one(activation: UnitActivation, some_dead: bool):
    lorsa, batch = make_lorsa(activation), make_batch()
    if some_dead:
        lorsa.mark_dead(torch.arange(G * M) % 3 == 0)
    results = {}
    for product in ("plain", "listed"):
        lorsa.zero_grad()
        terms = lorsa.loss(batch, product=product)
        torch.stack(list(terms.values())).sum().backward()
        results[product] = terms, {name: p.grad.clone() for name, p in lorsa.named_parameters() if p.grad is not None}
    for term, value in results["plain"][0].items():
        assert_close(results["listed"][0][term], value, msg=term)
    assert results["plain"][1].keys() == results["listed"][1].keys()
    for name, gradient in results["plain"][1].items():
        assert_close(results["listed"][1][name], gradient, msg=name)
    assert_close(lorsa.reconstruct(batch, product="listed"), lorsa.reconstruct(batch, product="plain"))


def test_arcs_add_up_to_the_code():
    lorsa, batch = make_lorsa(), make_batch()
    chosen = torch.tensor([7, 2, 0])
    view = lorsa.view(batch, chosen, ())
    assert view.arcs is not None
    assert view.arcs.shape == (B, 3, 1, P, P)
    fires = view.query_side != 0
    assert fires.any()
    assert_close(view.arcs.sum((2, 4)).mT, torch.where(fires, view.query_side - lorsa.b_V[chosen], 0.0))


def test_groups_begin_with_the_heads_of_the_base_layer(make_tiny_model):
    layer, batches = _layer(make_tiny_model)
    settings = LorsaSettings(n_latents=40, activation=TopK(k=4), groups_per_head=2, qk_noise=0.0)
    lorsa = make(settings, (layer,), batches, generator(0, "start"))
    base = harvest_batch(make_tiny_model(), batches[0]["tokens"], _with_pattern().reading)["pattern"]
    found = lorsa.group_patterns(batches[0]["x"])
    assert_close(found[:, : layer.n_heads], base, atol=1e-5, rtol=1e-4)
    assert_close(found[:, layer.n_heads :], base, atol=1e-5, rtol=1e-4)


def test_active_units_read_and_write_where_their_head_does(make_tiny_model):
    layer, batches = _layer(make_tiny_model)
    lorsa = make(LorsaSettings(n_latents=40, activation=TopK(k=4)), (layer,), batches, generator(0, "start"))
    for unit in range(lorsa.cfg.n_latents):
        head = int(lorsa.group_of(torch.tensor([unit]))) % layer.n_heads
        for vector, space in ((lorsa.W_V[unit], layer.W_V[head]), (lorsa.W_O[unit], layer.W_O[head].T)):
            basis = torch.linalg.qr(space).Q
            assert_close((vector @ basis).norm(), vector.norm(), rtol=1e-3, atol=1e-6)
    error = sum(lorsa.loss(b)["mse"].item() for b in batches) / len(batches)
    assert error < 0.9  # calibrated: better than the mean


def test_units_with_known_reading_and_writing_are_found():
    truth = make_lorsa(TopK(k=1), seed=3).float()
    student = make_lorsa(TopK(k=1), seed=3).float()
    with torch.no_grad():
        for p in (student.W_V, student.W_O):
            p += 0.5 * p.norm(dim=-1, keepdim=True) * torch.randn(p.shape, generator=generator(0, "off")) / D**0.5
    student.project()
    optimizer = torch.optim.Adam([student.W_V, student.b_V, student.W_O], lr=1e-2)

    def closeness() -> tuple[Tensor, Tensor]:
        return torch.cosine_similarity(student.W_V, truth.W_V), torch.cosine_similarity(student.W_O, truth.W_O)

    before = torch.stack(closeness()).mean()
    for step in range(300):
        x = torch.randn(8, P, D, generator=generator(step, "x"))
        optimizer.zero_grad()
        student.loss({"x": x, "target": truth.reconstruct({"x": x}).detach()})["mse"].backward()
        optimizer.step()
        student.project()
    reading, writing = closeness()
    assert before < 0.95
    assert (reading > 0.99).all()
    assert (writing > 0.99).all()


def test_refusals(make_tiny_model):
    layer, batches = _layer(make_tiny_model)
    capped = dataclasses.replace(layer, plain_scores=False)
    with pytest.raises(PolyheadError, match="lorsa makes its own attention"):
        make(LorsaSettings(), (capped,), batches, generator(0, "start"))
    with pytest.raises(PolyheadError, match="n_latents 19 is not a multiple of n_groups 3"):
        LorsaConfig.parse({"d_in": 4, "d_out": 4, "n_latents": 19, "n_groups": 3, "d_qk": 2, "n_ctx": 8})
    with pytest.raises(PolyheadError, match="batchtopk"):
        LorsaSettings.parse({"activation": {"kind": "batchtopk"}})
    with pytest.raises(PolyheadError, match=r"this Lorsa reads x \[b, at most 40, 10\]"):
        make_lorsa().codes({"x": torch.zeros(1, 3, 9).double()})
    with pytest.raises(PolyheadError, match="a Lorsa batch needs x"):
        make_lorsa().codes({"target": torch.zeros(1, 3, 9)})


def _with_pattern() -> StoredLayer:
    return StoredLayer(layer=1)


def _layer(make_tiny_model):
    model = make_tiny_model()
    layer = base_layer(model, 1)
    reads = reading(LorsaSettings(), (layer,))
    batches = [
        harvest_batch(model, torch.randint(31, (4, 17), generator=generator(i, "tokens")), reads) for i in range(3)
    ]
    return layer, batches
