"""The replacement layer: its formula, its penalties, where it starts, and that heads nobody needs die."""

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from polyhead.activations.harvest import harvest_batch
from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator
from polyhead.dictionaries.lorsa_init import reading
from polyhead.dictionaries.replacement import DEAD, Replacement, ReplacementConfig, pattern_spread
from polyhead.dictionaries.replacement_init import ReplacementSettings, make
from polyhead.models.base_layer import base_layer

B, P, D, OUT, H, K, R = 2, 6, 7, 8, 5, 4, 3


def make_layer(**changes: object) -> Replacement:
    cfg = ReplacementConfig.parse(
        {"d_in": D, "d_out": OUT, "n_heads": H, "d_head": K, "rank": R, "norm_penalty": 0.1, **changes}
    )
    layer = Replacement(cfg, generator=generator(0, "replacement")).double()
    with torch.no_grad():
        for p in (layer.b_Q, layer.b_K, layer.b_O):
            p += torch.randn(p.shape, generator=generator(1, "bias"))
    layer.input_scale.fill_(1.3)
    layer.target_scale.fill_(0.7)
    return layer


def make_batch() -> dict[str, Tensor]:
    g = generator(0, "batch")
    return {
        "x": torch.randn(B, P, D, generator=g).double(),
        "target": torch.randn(B, P, OUT, generator=g).double(),
    }


def test_output_is_the_sum_of_heads():
    layer, batch = make_layer(), make_batch()
    b, t = 1, 4
    rows = batch["x"][b] / 1.3
    y = layer.b_O.clone()
    for h in range(H):
        q = rows[t] @ layer.W_Q[h] + layer.b_Q[h]
        scores = torch.stack([q @ (rows[s] @ layer.W_K[h] + layer.b_K[h]) for s in range(t + 1)]) / K**0.5
        y = y + scores.softmax(0) @ rows[: t + 1] @ layer.W_V[h] @ layer.W_O[h]
    assert_close(layer.reconstruct(batch)[b, t], 0.7 * y)


def test_codes_are_what_heads_write():
    layer, batch = make_layer(), make_batch()
    with torch.no_grad():
        layer.W_O[2] = 0.0
    codes = layer.codes(batch)
    z = layer.head_patterns(batch["x"]) @ torch.einsum("bpd,hdr->bhpr", batch["x"] / 1.3, layer.W_V)
    norms = 0.7 * torch.einsum("bhpr,hrd->bphd", z, layer.W_O).norm(dim=-1)
    dense = torch.zeros(B, P, H).double().scatter_add(-1, codes.indices, codes.values)
    assert_close(dense, torch.where(norms > 0.7 * 0.05 * OUT**0.5, norms, 0.0))
    assert (dense[..., 2] == 0).all()


@pytest.mark.parametrize("power", [2.0, 1.0])
def test_the_penalty_is_over_all_four_factors(power: float):
    layer = make_layer(group_power=power)
    squares = [sum(W[h].square().sum() for W in (layer.W_Q, layer.W_K, layer.W_V, layer.W_O)) for h in range(H)]
    expected = 0.05 * torch.stack([s ** (power / 2) for s in squares]).sum()  # type: ignore[arg-type]
    assert_close(layer.loss(make_batch())["norm"], expected, rtol=1e-5, atol=0.0)


def test_balanced_factors_have_the_nuclear_norm_of_their_product():
    W = torch.randn(D, OUT, generator=generator(0, "W")).double()
    left, size, right = torch.linalg.svd(W, full_matrices=False)
    a, b = left * size.sqrt(), size.sqrt()[:, None] * right
    assert_close((a.square().sum() + b.square().sum()) / 2, torch.linalg.matrix_norm(W, "nuc"))


def test_spread_of_one_source_and_of_equal_ones():
    rows = torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]])
    assert_close(pattern_spread(rows, "entropy"), torch.tensor([0.0, 4.0]).clamp_min(1).log())
    assert_close(pattern_spread(rows, "half"), torch.tensor([1.0, 4.0]), atol=1e-4, rtol=1e-4)


def test_effective_ranks():
    layer = make_layer()
    with torch.no_grad():
        layer.W_V[0] = torch.eye(D, R)
        layer.W_O[0] = torch.eye(R, OUT)
        layer.W_V[1] = torch.eye(D, R) * torch.tensor([1.0, 0.0, 0.0])
        layer.W_V[2] = 0.0
    assert_close(layer.effective_rank()[:3], torch.tensor([3.0, 1.0, 0.0]).double())
    assert layer.living_heads().tolist() == [True, True, False, True, True]
    assert ((layer.effective_qk_rank() > 1) & (layer.effective_qk_rank() <= K)).all()


def test_it_begins_as_the_base_layer_where_it_can(make_tiny_model):
    layer, batches = _layer(make_tiny_model)
    settings = ReplacementSettings(n_heads=15, rank=2, noise=0.0)
    for n_heads in (15, 30):  # each singular value once, and twice over
        module = make(settings.replace(n_heads=n_heads), (layer,), batches, generator(0, "start"))
        for batch in batches:
            assert_close(module.reconstruct(batch), batch["target"], atol=1e-4, rtol=1e-3)


def test_heads_that_nobody_needs_die(make_tiny_model):
    layer, batches = _layer(make_tiny_model)
    module = make(ReplacementSettings(n_heads=5, rank=6, norm_penalty=0.03), (layer,), batches, generator(0, "s"))
    alone = make(ReplacementSettings(n_heads=5, rank=6, noise=0.0), (layer,), batches, generator(0, "s"))
    with torch.no_grad():
        alone.W_O[1:] = 0.0
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-2)
    for step in range(400):
        batch = batches[step % len(batches)]
        optimizer.zero_grad()
        terms = module.loss({**batch, "target": alone.reconstruct(batch).detach()})
        torch.stack(list(terms.values())).sum().backward()
        optimizer.step()
        module.project()
    assert module.living_heads()[0]
    assert module.living_heads().sum() <= 2
    assert (module.W_O[~module.living_heads()] == 0).all()
    assert DEAD > 0


def test_another_width_is_refused():
    batch = make_batch()
    with pytest.raises(PolyheadError, match=r"this replacement layer reads x \[b, at most any, 7\]"):
        make_layer().codes({"x": batch["x"][..., :3]})


def _layer(make_tiny_model) -> tuple[BaseLayer, list[Batch]]:
    model = make_tiny_model()
    layer = base_layer(model, 1)
    reads = reading(ReplacementSettings(), (layer,))
    tokens = [torch.randint(31, (8, 17), generator=generator(i, "tokens")) for i in range(4)]
    return layer, [harvest_batch(model, t, reads) for t in tokens]
