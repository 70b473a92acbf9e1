"""The gated block: its formula, its constraint, its control, and its fast form."""

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from polyhead.activations.harvest import harvest_batch
from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator
from polyhead.dictionaries.gated_attention import GatedAttention, GatedAttentionConfig, gate_norm
from polyhead.dictionaries.gated_attention_counts import gated_counts_loss, gated_head_outputs, project_ensemble
from polyhead.dictionaries.gated_attention_init import GatedAttentionSettings, make
from polyhead.dictionaries.lorsa_init import reading
from polyhead.models.base_layer import base_layer
from polyhead.ops.attention_counts import count_rows
from polyhead.training.ensemble import Ensemble, vmap_loss

B, P, H, K, D_IN, D_OUT = 3, 5, 4, 2, 6, 7
CFG = GatedAttentionConfig(d_in=D_IN, d_out=D_OUT, n_heads=H, d_head=K, alpha=0.3)


def make_block(cfg: GatedAttentionConfig = CFG, seed: int = 0) -> GatedAttention:
    block = GatedAttention(cfg, generator=generator(seed, "block")).double()
    with torch.no_grad():
        for name, p in block.named_parameters():
            if name.startswith("b_"):
                p += 0.5 * torch.randn(p.shape, generator=generator(seed, name)).double()
    return block


def make_batch(seed: int = 0) -> dict[str, Tensor]:
    g = generator(seed, "batch")
    return {
        "x": torch.randn(B, P, D_IN, generator=g).double(),
        "target": torch.randn(B, P, D_OUT, generator=g).double(),
        "valid": torch.arange(P).expand(B, P) > 0,
    }


def test_result_is_the_formula_pair_by_pair():
    block, x = make_block(), make_batch()["x"]
    found = block.result(x)
    b, t, h = 1, 3, 2
    rows = x[b]
    q = rows[t] @ block.W_Q[h] + block.b_Q[h]
    scores = torch.stack([q @ (rows[s] @ block.W_K[h] + block.b_K[h]) for s in range(t + 1)]) / K**0.5
    expected = torch.zeros(D_OUT).double()
    for s, a in enumerate(scores.softmax(0)):
        gate = (rows[t] @ block.W_gate_Q[h] + block.b_gate_Q[h]) * (rows[s] @ block.W_gate_K[h] + block.b_gate_K[h])
        expected += gate.clamp(0, 1) * a * (rows[s] @ block.W_V[h] + block.b_V[h]) @ block.W_O[h]
    assert_close(found[b, t, h], expected)
    assert_close(block.reconstruct({"x": x}), found.sum(2))


def test_terms_are_the_error_and_the_price_of_open_gates():
    block, batch = make_block(), make_batch()
    terms, keep = block.loss(batch), batch["valid"]
    error = (block.reconstruct(batch) - batch["target"])[keep]
    assert_close(terms["mse"], error.square().mean())
    gates, norms = block.gates(batch["x"]), []
    for t in range(1, P):
        for s in range(1, t + 1):
            norms.append((gates[:, :, t, s] + 1e-6).pow(0.6).sum(1).pow(1 / 0.6))
    assert_close(terms["gates"], 0.3 * torch.stack(norms).mean())


def test_one_open_gate_costs_less_than_two_half_open_ones():
    one, two = torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5])
    assert float(gate_norm(one, 0.6, dim=0)) < float(gate_norm(two, 0.6, dim=0))


def test_without_gates_it_is_plain_attention_and_open_gates_change_nothing():
    plain = make_block(CFG.replace(gated=False))
    gated = make_block(CFG)
    gated.load_state_dict(plain.state_dict(), strict=False)
    with torch.no_grad():
        for name, value in (("W_gate_Q", 0.0), ("W_gate_K", 0.0), ("b_gate_Q", 1.0), ("b_gate_K", 1.5)):
            getattr(gated, name).fill_(value)
    x = make_batch()["x"]
    assert_close(gated.result(x), plain.result(x))


def test_scales_only_change_units():
    block, batch = make_block(), make_batch()
    before = block.reconstruct(batch)
    block.input_scale.fill_(3.0)
    block.target_scale.fill_(5.0)
    assert_close(block.reconstruct({"x": 3 * batch["x"]}), 5 * before)


def test_constraints_and_gradients():
    block, batch = make_block(), make_batch()
    optimizer = torch.optim.Adam(block.parameters(), lr=0.1)
    torch.stack(list(block.loss(batch).values())).sum().backward()
    for name, p in block.named_parameters():
        assert p.grad is not None, name
        assert p.grad.isfinite().all(), name
        assert p.grad.abs().max() > 0, name
    optimizer.step()
    block.project()
    assert_close(block.W_V.norm(dim=1), torch.ones(H, K).double())
    assert_close(block.W_O.norm(dim=2), torch.ones(H, K).double())


@pytest.mark.parametrize("gated", [True, False])
def test_counts_give_the_plain_loss_and_gradients(gated: bool):
    cfg = GatedAttentionConfig(d_in=5, d_out=5, n_heads=3, d_head=2, alpha=0.3, gated=gated)
    ensemble = Ensemble.of([make_block(cfg, seed) for seed in range(2)])
    tokens = torch.randint(0, 5, (4, 6), generator=generator(0, "tokens"))
    rows = count_rows(tokens, tokens, d_vocab=5)
    order = tokens.flatten().sort(stable=True).indices
    target = torch.randn(2, 4, 6, 5, generator=generator(0, "target")).double()
    x = torch.nn.functional.one_hot(tokens, 5).double()
    plain, fast = ensemble.flat.clone().requires_grad_(), ensemble.flat.clone().requires_grad_()
    expected = vmap_loss(ensemble.modules[0], per_model=("target",))(
        ensemble.tensors(plain), {"x": x, "target": target}
    )
    rows = {**rows, "counts": rows["counts"].double(), "target": target.flatten(1, 2)[:, order]}
    found = gated_counts_loss(cfg)(ensemble.tensors(fast), rows)
    assert_close(found, expected, atol=1e-5, rtol=1e-5)
    expected.sum().backward()
    found.sum().backward()
    assert_close(fast.grad, plain.grad, atol=1e-6, rtol=1e-5)
    outs = gated_head_outputs(ensemble.tensors(), rows)[1]
    assert_close(outs, ensemble.member(1).result(x).flatten(0, 1)[order].transpose(0, 1))


def test_an_ensemble_is_projected_like_its_members():
    block = make_block()
    tensors = {name: 3 * p.detach()[None].clone() for name, p in block.named_parameters()}
    project_ensemble(tensors)
    assert_close(tensors["W_V"][0].norm(dim=1), torch.ones(H, K).double())
    assert_close(tensors["W_O"][0].norm(dim=2), torch.ones(H, K).double())


def test_another_width_is_refused():
    batch = make_batch()
    with pytest.raises(PolyheadError, match=r"this block reads x \[b, p, 6\]"):
        make_block().loss({**batch, "x": batch["x"][..., :3]})


def test_on_a_real_layer_it_begins_as_that_layer(make_tiny_model):
    layer, batches = _layer(make_tiny_model)
    for copies in (1, 2):
        block = make(GatedAttentionSettings(copies=copies, noise=0.0), (layer,), batches, generator(0, "start"))
        with torch.no_grad():
            block.W_gate_Q.zero_()
            block.W_gate_K.zero_()
        for batch in batches:
            assert_close(block.reconstruct(batch), batch["target"], atol=1e-4, rtol=1e-3)


def test_a_head_is_active_where_a_gate_is_open_and_its_arcs_are_what_it_writes(make_tiny_model):
    layer, batches = _layer(make_tiny_model)
    block = make(GatedAttentionSettings(), (layer,), batches, generator(0, "start"))
    with torch.no_grad():
        block.b_gate_Q[3] = -50.0  # times a key that is about .7: shut everywhere
        block.W_gate_Q[4] *= 60.0  # open here and there
    codes, gates = block.codes(batches[0]), block.gates(batches[0]["x"])
    dense = torch.zeros(8, 17, 10).scatter_add(-1, codes.indices, codes.values)
    open_somewhere = (gates.tril().amax(-1) > 0).transpose(1, 2)
    assert not open_somewhere[..., 3].any()
    assert 0 < open_somewhere[..., 4].float().mean() < 1
    assert ((dense > 0) == open_somewhere).all()
    result = block.result(batches[0]["x"]).norm(dim=-1)
    assert_close(dense[open_somewhere], result[open_somewhere])
    view = block.view(batches[0], torch.tensor([4, 3]), (layer,))
    assert view.arcs is not None
    assert_close(view.query_side, dense[..., [4, 3]])
    assert_close(view.arcs.sum((2, 4)).mT, view.query_side, atol=1e-5, rtol=1e-4)


def _layer(make_tiny_model) -> tuple[BaseLayer, list[Batch]]:
    model = make_tiny_model()
    layer = base_layer(model, 1)
    reads = reading(GatedAttentionSettings(), (layer,))
    tokens = [torch.randint(31, (8, 17), generator=generator(i, "tokens")) for i in range(3)]
    return layer, [harvest_batch(model, t, reads) for t in tokens]
