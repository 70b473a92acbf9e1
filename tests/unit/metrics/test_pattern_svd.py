"""Dense scores of low rank: planted rank, shared keys, patterns that are no softmax of q k^T."""

import pytest
import torch
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries.qk_baselines import whitened_svd
from polyhead.metrics.pattern_centred import CentredPatternSums
from polyhead.metrics.pattern_svd import HeadWidths, svd_off_sink

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


def measure(fit, held_out, ranks):
    widths = HeadWidths(D, KEY_OF)
    return svd_off_sink(fit, held_out, widths, score_scale=SCALE, ranks=ranks, counted=counted)


def test_the_planted_rank_is_enough_and_full_rank_is_always_measured():
    found = measure([batch_of(0, 2)], [batch_of(1, 2)], (1, 2))
    assert [sorted(by_rank) for by_rank in found] == [[1, 2, D]] * 3
    for by_rank in found:
        assert by_rank[1] > 0.1
        assert by_rank[2] < 1e-3
        assert by_rank[D] < 1e-6


def test_each_head_is_cut_with_its_own_keys():
    fit, held_out = batch_of(0), batch_of(1)
    for h, by_rank in enumerate(measure([fit], [held_out], (3,))):
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
    assert measure([batch_of(0)], [held_out], (2,)) == [{}, {}, {}]


def test_a_rank_above_the_head_is_refused():
    with pytest.raises(PolyheadError, match="rank 7 of a head of width 6"):
        measure([batch_of(0)], [batch_of(1)], (7,))
