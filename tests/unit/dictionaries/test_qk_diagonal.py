"""QK diagonalisation: planted truth, the plain form, gates and caps, bad input."""

import pytest
import torch
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries.qk_diagonal import QKDiagonal, QKDiagonalConfig, pattern_terms
from polyhead.dictionaries.qk_diagonal_init import QKDiagonalSettings, chosen_heads, make, reading
from polyhead.dictionaries.qk_diagonal_side import QKSide
from polyhead.training.adam import AdamConfig, build_adam

N, T = 16, 24


def layer(n_heads: int = 1, d_head: int = 6, n_kv_heads: int | None = None) -> BaseLayer:
    W, b = torch.zeros(n_heads, 5, d_head), torch.zeros(n_heads, d_head)
    W_O, n_kv_heads = torch.zeros(n_heads, d_head, 5), n_kv_heads or n_heads
    return BaseLayer(0, W, W, W, W_O, b, b, b, torch.zeros(5), n_kv_heads, 1.0, None)


def batch_of(q: Tensor, k: Tensor) -> dict[str, Tensor]:
    future = torch.ones(q.shape[1], q.shape[1], dtype=torch.bool).triu(1)
    pattern = (q @ k.mT).masked_fill(future, -1e9).softmax(-1)[:, None]
    valid = torch.ones(q.shape[:2], dtype=torch.bool)
    valid[:, 0] = False
    return {"q": q, "k": k, "target": pattern, "valid": valid}


def planted(rank: int, seed: int, n_features: int = 6) -> dict[str, Tensor]:
    """One of `n_features` blocks of `rank` signed coordinates is on, on either side."""
    g = generator(seed, "planted")

    def side() -> Tensor:
        on = torch.randint(n_features, (N, T), generator=g)
        z = torch.randn(N, T, n_features, rank, generator=g)
        return (z * torch.nn.functional.one_hot(on, n_features)[..., None]).flatten(2)

    return batch_of(3.0 * side(), side())


def trained(settings: QKDiagonalSettings, rank: int, n_steps: int, lr: float) -> QKDiagonal:
    batches = [planted(rank, seed) for seed in range(48)]
    d_head = batches[0]["q"].shape[-1]
    dictionary = make(settings, [layer(d_head=d_head)], batches[:4], generator(0, "start"))
    adam = build_adam(dictionary, AdamConfig(lr=lr))
    for step in range(n_steps):
        adam.param_groups[0]["lr"] = lr * min(1.0, 2 - 2 * step / n_steps)
        adam.zero_grad()
        torch.stack(list(dictionary.loss(batches[step % 48]).values())).sum().backward()
        adam.step()
        dictionary.project()
    return dictionary.eval()


def random_dictionary(rank: int = 2, heads: tuple[int, ...] = (0, 2)) -> tuple[QKDiagonal, dict[str, Tensor]]:
    settings = QKDiagonalSettings(n_latents=10, k=4, key_k=4, max_density=0.6, rank=rank, heads=heads)
    g = generator(3, "batch")
    q, k = torch.randn(N, T, 6 * len(heads), generator=g), torch.randn(N, T, 6 * len(heads), generator=g)
    batch = {"q": q, "k": k, "target": torch.ones(N, len(heads), T, T).tril() / torch.arange(1, T + 1)[:, None]}
    return make(settings, [layer(n_heads=4)], [batch], generator(0, "start")).eval(), batch


def test_blocks_of_the_planted_rank_find_signed_planted_blocks():
    settings = QKDiagonalSettings(n_latents=24, k=1.5, key_k=1.5, max_density=0.25, rank=2, offset_table=False)
    dictionary = trained(settings, rank=2, n_steps=400, lr=1e-2)
    held_out = planted(2, seed=99)
    assert dictionary.loss(held_out)["nmse"] < 0.2
    assert dictionary.codes(held_out).values.gt(0).sum(-1).float().mean() < 2


def test_scores_are_the_plain_sum_over_latents_and_explicit_parts():
    dictionary, batch = random_dictionary()
    cfg, u, w = dictionary.cfg, dictionary.query(batch["q"]), dictionary.key(batch["k"])
    with torch.no_grad():
        dictionary.key_bias.normal_()
        dictionary.offset.normal_()
    scores = dictionary.scores(batch)
    for b, h, t, s in [(0, 0, 5, 2), (3, 1, 20, 20), (7, 1, 9, 0)]:
        plain = sum(dictionary.scales[i, h] * (u[b, t, i] @ w[b, s, i]) for i in range(cfg.n_latents))
        key = batch["k"][b, s, 6 * h : 6 * h + 6] / dictionary.key.scale
        plain = plain + key @ dictionary.key_bias[h] + dictionary.offset[h, t - s]
        torch.testing.assert_close(scores[b, h, t, s], plain)


def test_arcs_sum_to_the_paired_scores():
    dictionary, batch = random_dictionary()
    arcs = dictionary.view(batch, torch.arange(10), [layer(4)]).arcs
    assert arcs is not None
    u, w = dictionary.query(batch["q"]), dictionary.key(batch["k"])
    torch.testing.assert_close(arcs.sum(1), dictionary.paired(u, w).tril(), rtol=1e-4, atol=1e-4)


def test_patterns_without_error_cost_nothing():
    scores = torch.randn(2, 3, 5, 5, generator=generator(0, "s"))
    pattern = scores.masked_fill(torch.ones(5, 5, dtype=torch.bool).triu(1), -1e9).softmax(-1)
    terms = pattern_terms(scores + torch.randn(2, 3, 5, 1), pattern, torch.ones(2, 5, dtype=torch.bool))
    assert terms["kl"].abs() < 1e-6
    assert terms["nmse"] < 1e-10


def test_gates_keep_k_on_average_and_the_cap():
    side = QKSide(4, 20, 1, 3.0, 0.2)
    g = generator(0, "side")
    with torch.no_grad():
        side.W.normal_(generator=g)
        side.b[:, 0] = torch.linspace(-3, 3, 20)  # some would always fire
    x = torch.randn(64, 64, 4, generator=g)
    side.calibrate(x.flatten(0, 1))
    counted = torch.ones(4, 64, dtype=torch.bool)
    for step in range(400):
        side(x[step % 16 * 4 :][:4], counted)
        side.advance()
    rate = side.fires(side.sizes(side.values(x))).float().mean((0, 1))
    assert abs(float(rate.sum()) - 3) < 0.3
    assert rate.max() < 0.25


def test_a_loss_does_not_move_the_gates_until_the_step_is_done():
    dictionary, batch = random_dictionary()
    dictionary.train()
    first, again = dictionary.loss(batch), dictionary.loss(batch)
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_blocks_say_how_wide_they_are():
    assert (random_dictionary(rank=2)[0].block_width(), random_dictionary(rank=1)[0].block_width()) == (2, 1)


def test_key_codes_are_the_other_side():
    dictionary, batch = random_dictionary(rank=1)
    codes, w = dictionary.key_codes(batch), dictionary.key(batch["k"])[..., 0]
    torch.testing.assert_close(torch.zeros_like(w).scatter_add(-1, codes.indices, codes.values), w)


def test_heads_that_share_keys_read_them_once():
    shared = layer(n_heads=6, n_kv_heads=2)
    assert chosen_heads(QKDiagonalSettings(heads=(1, 2, 4)), shared) == ((1, 2, 4), (0, 3), (0, 0, 1))
    roles = reading(QKDiagonalSettings(), [shared]).roles
    assert roles["k"][0].heads == (0, 3)
    assert roles["q"][0].site == "blocks.0.attn.hook_q"  # a layer without rotation has no rotated queries


def test_loadings_are_zero_in_heads_that_are_not_explained():
    dictionary, _ = random_dictionary(heads=(0, 2))
    loadings = dictionary.head_loadings()
    assert loadings.shape == (10, 4)
    assert (loadings[:, [1, 3]] == 0).all()
    assert (loadings[:, [0, 2]] != 0).all()


@pytest.mark.parametrize("heads", [(4,), (), (1, 1), (-1,)])
def test_heads_that_are_not_there_are_refused(heads: tuple[int, ...]):
    with pytest.raises(PolyheadError, match="expected one or more of 0 to 3"):
        reading(QKDiagonalSettings(heads=heads), [layer(4)])


def test_a_batch_of_another_layer_is_refused():
    dictionary, batch = random_dictionary()
    with pytest.raises(PolyheadError, match=r"reads q \[b, p, 12\].*widths 6 and 12 received"):
        dictionary.scores({**batch, "q": batch["q"][..., :6]})
    with pytest.raises(PolyheadError, match="k missing, received: q"):
        dictionary.scores({"q": batch["q"]})


def test_a_block_wider_than_its_head_is_refused():
    batch = planted(1, 0)
    with pytest.raises(PolyheadError, match="rank 9 is more than the head's width 6"):
        make(QKDiagonalSettings(rank=9), [layer(d_head=6)], [batch], generator(0, "start"))


def test_a_config_says_everything_of_the_shape():
    cfg = QKDiagonalConfig(n_latents=4, rank=1, k=2, max_density=0.5, heads=(0,), n_heads=2, key_of=(0,), d_head=3)
    assert [name for name, _ in QKDiagonal(cfg).named_parameters()] == [
        "key_bias",
        "query.W",
        "query.b",
        "key.W",
        "key.b",
    ]
