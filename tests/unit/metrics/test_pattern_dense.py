"""Dense scores of low rank: planted rank, shared keys, patterns that are no softmax of q k^T."""

import pytest
import torch
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries.qk_baselines import WhitenedHead, trained_dense, whitened_svd
from polyhead.dictionaries.qk_diagonal import counted_queries, pattern_terms
from polyhead.metrics.pattern_centred import CentredPatternSums
from polyhead.metrics.pattern_dense import DenseErrors, HeadWidths, dense_off_sink

N, T, D, SCALE = 12, 14, 6, 0.7
KEY_OF = (0, 0, 1)


def batch_of(seed: int, rank: int = D) -> dict[str, Tensor]:
    """Three heads, two of which share their keys; only `rank` axes of the queries are ever used."""
    g = generator(seed, "batch")
    q, k = torch.randn(N, T, 3, D, generator=g), torch.randn(N, T, 2, D, generator=g)
    q[..., rank:] = 0
    scores = SCALE * torch.einsum("bqhd,bkhd->bhqk", q, k[:, :, list(KEY_OF)])
    pattern = scores.masked_fill(torch.ones(T, T, dtype=torch.bool).triu(1), -1e9).softmax(-1)
    return {"q": q.flatten(2), "k": k.flatten(2), "target": pattern}


def counted(batch):
    where = torch.ones(batch["q"].shape[:2], dtype=torch.bool)
    where[:, 0] = False
    return where


def measure(fit, held_out, ranks, trained=()):
    widths = HeadWidths(D, KEY_OF)
    more = {"score_scale": SCALE, "ranks": ranks, "trained": trained, "counted": counted}
    return dense_off_sink(fit, held_out, widths, **more)


def test_the_planted_rank_is_enough_and_full_rank_is_always_measured():
    found = measure([batch_of(0, 2)], [batch_of(1, 2)], (1, 2))
    assert [sorted(by_rank) for by_rank, _ in found] == [[1, 2, D]] * 3
    for by_rank, trained in found:
        assert trained == {}
        assert by_rank[1] > 0.1
        assert by_rank[2] < 1e-3
        assert by_rank[D] < 1e-6


def test_each_head_is_cut_with_its_own_keys():
    fit, held_out = batch_of(0), batch_of(1)
    for h, (by_rank, _) in enumerate(measure([fit], [held_out], (3,))):
        cut = {}
        for name, batch in (("fit", fit), ("held_out", held_out)):
            q, k = batch["q"].unflatten(-1, (3, D))[:, :, h], batch["k"].unflatten(-1, (2, D))[:, :, KEY_OF[h]]
            cut[name] = {"q": q, "k": k}
        sums = CentredPatternSums()
        estimate = whitened_svd([cut["fit"]], 3, SCALE).reconstruct(cut["held_out"])
        sums.update(held_out["target"][:, h : h + 1], estimate, counted(held_out))
        assert by_rank[3] == pytest.approx(sums.result().off_sink[0])


def test_patterns_that_queries_and_keys_do_not_make_have_no_such_number():
    held_out = batch_of(1)
    held_out["target"] = held_out["target"].flip(0)
    assert measure([batch_of(0)], [held_out], (2,)) == [DenseErrors({}, {})] * 3


def test_training_starts_from_the_cut():
    batch = HeadWidths(D, KEY_OF).alone(batch_of(0), 2)
    q, k = (batch[role].flatten(0, 1) for role in ("q", "k"))
    head = WhitenedHead(q, k, SCALE)
    torch.testing.assert_close(head.dense(3, T).reconstruct(batch), head.cut(3).reconstruct(batch))
    torch.testing.assert_close(head.dense(D, T).reconstruct(batch), batch["target"], rtol=1e-3, atol=1e-5)


def test_training_stays_exact_where_the_rank_is_enough():
    fit, held_out = [batch_of(seed, 3) for seed in range(4)], [batch_of(9, 3)]
    for errors in measure(fit, held_out, (3,), trained=(3,)):
        assert errors.trained[3] < 1e-3


def test_training_lowers_the_loss_where_the_rank_is_too_low():
    batches = [HeadWidths(D, KEY_OF).alone(batch_of(seed), 1) for seed in range(4)]
    head = WhitenedHead(*(torch.cat([b[role] for b in batches]).flatten(0, 1) for role in ("q", "k")), SCALE)

    @torch.no_grad()
    def loss(dense) -> float:
        terms = [pattern_terms(dense.scores(b), b["target"], counted_queries(b)) for b in batches]
        return sum(float(t["kl"] + t["nmse"]) for t in terms)

    assert loss(trained_dense(head, 2, batches)) < 0.95 * loss(head.dense(2, T))


def test_training_is_a_function_of_its_batches():
    batches = [HeadWidths(D, KEY_OF).alone(batch_of(seed), 0) for seed in range(2)]
    head = WhitenedHead(batches[0]["q"].flatten(0, 1), batches[0]["k"].flatten(0, 1), SCALE)
    first, again = (trained_dense(head, 2, batches, n_steps=5) for _ in range(2))
    assert torch.equal(first.A, again.A)
    assert not torch.equal(first.A, head.dense(2, T).A)


def test_a_rank_above_the_head_is_refused():
    with pytest.raises(PolyheadError, match="rank 7 of a head of width 6"):
        measure([batch_of(0)], [batch_of(1)], (7,))
