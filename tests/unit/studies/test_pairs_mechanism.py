"""Orders, split attention, supports and hard ceilings: known answers on planted heads."""

from itertools import permutations

import pytest
import torch

from polyhead.core.errors import PolyheadError
from polyhead.studies.pairs.attention_split import attention_split
from polyhead.studies.pairs.conditional_ov import compare_with_support, conditional_ov, predicted_support
from polyhead.studies.pairs.ov_coherent.hard_attention import hard_accuracy, hard_ceiling
from polyhead.studies.pairs.preference_order import (
    between_models_taus,
    chance_of_reversal,
    covers_all_pairs,
    head_pair_taus,
    is_reversed,
    kendall_tau,
    margins,
    preference_ranks,
)
from polyhead.studies.pairs.token_tables import TokenTables
from polyhead.tasks.pairs import PairsConfig, signal_table, truth

PAIRS = PairsConfig()
PRESENT = torch.tensor([[x in pair for x in range(1, 5)] for pair in truth(PAIRS).multisets])


def test_tau_and_reversal():
    scores = torch.tensor([[[4.0, 3, 2, 1], [1, 2, 3, 4]], [[4, 3, 2, 1], [9, 3, 1, 2]]])
    tau = head_pair_taus(scores)[:, 0]
    assert tau.tolist() == pytest.approx([-1, 4 / 6])
    assert is_reversed(tau).tolist() == [True, False]
    assert preference_ranks(scores)[1, 1].tolist() == [0, 1, 3, 2]
    assert margins(scores, torch.tensor([[[1.0, 3], [0, 0]], [[0, 0], [2, 4]]]))[1, 1].tolist() == [6, 0, -2, -1]


def test_one_random_order_in_24_is_the_reversal():
    reference = torch.arange(4.0)
    rate = sum(bool(is_reversed(kendall_tau(reference, torch.tensor(p).float()))) for p in permutations(range(4))) / 24
    assert rate == pytest.approx(chance_of_reversal(4)) == pytest.approx(1 / 24)


def test_heads_of_other_models_are_unrelated(rng):
    first = torch.randn(500, 4, generator=rng)
    tau = between_models_taus(torch.stack([first, -first], 1), rng)
    assert abs(float(tau.mean())) < 0.1
    with pytest.raises(PolyheadError, match="two models"):
        between_models_taus(torch.randn(1, 2, 4), rng)
    with pytest.raises(PolyheadError, match="have 1"):
        head_pair_taus(torch.randn(3, 1, 4))


def test_two_heads_cover_all_pairs_exactly_when_reversed(rng):
    scores = torch.randn(300, 2, 4, generator=rng)
    scores[::3, 1] = -scores[::3, 0]
    assert torch.equal(covers_all_pairs(scores), is_reversed(head_pair_taus(scores)[:, 0]))


def planted(scale, *, noise=-20.0):
    """Two heads with reversed orders; OV tables that support what the order predicts."""
    scores = torch.full((1, 2, 11), noise, dtype=torch.float64)
    scores[0, 0, 1:5] = scale * torch.tensor([4.0, 3, 2, 1])
    scores[0, 1, 1:5] = scale * torch.tensor([1.0, 2, 3, 4])
    ov = torch.zeros(1, 2, 11, 11, dtype=torch.float64)
    ranks = preference_ranks(scores[..., 1:5])
    ov[:, :, 1:5, :10] = predicted_support(ranks, PRESENT).double()
    return TokenTables(scores, ov, torch.zeros(1, 11, dtype=torch.float64))


def split_of(tables):
    table = signal_table(PAIRS)
    return attention_split(tables, table.counts, table.probability, table.multiset, slice(1, 5))


def test_supports_are_4_3_2_1_and_meet_in_the_true_pair():
    ranks = preference_ranks(planted(1.0).scores[..., 1:5])
    support = predicted_support(ranks, PRESENT)[0]
    assert [int(support[0, x].sum()) for x in range(4)] == [4, 3, 2, 1]
    assert [int(support[1, x].sum()) for x in range(4)] == [1, 2, 3, 4]
    for i, (low, high) in enumerate(truth(PAIRS).multisets):
        both = support[0, low - 1] & support[1, high - 1]
        assert both.nonzero().flatten().tolist() == [i]


def test_planted_tables_agree_with_their_support():
    tables = planted(1.0)
    ranks = preference_ranks(tables.scores[..., 1:5])
    completion = torch.arange(10)[None]
    table = conditional_ov(tables.ov[:, :, 1:5], completion)
    assert float(table.sum(-1).abs().max()) < 1e-9
    got = compare_with_support(table, ranks, PRESENT)
    assert got.size.tolist() == [4, 3, 2, 1]
    assert got.specificity[0].tolist() == [[4, 3, 2, 1]] * 2
    assert float(got.sign_agreement.min()) == float(got.precision.min()) == float(got.constructive.min()) == 1
    assert got.excluded[0, 0].isnan().tolist() == [True, False, False, False]
    torch.testing.assert_close(got.excluded[0, 0, 1:], got.absent[0, 0, 1:])
    wrong = compare_with_support(-table, ranks, PRESENT)
    assert float(wrong.constructive) == float(wrong.sign_agreement.max()) == 0


def test_hard_heads_are_hard_and_flat_heads_are_split():
    hard = split_of(planted(10.0))
    assert int(hard.mixed.sum()) == 6
    assert bool(hard.hard.all())
    assert not bool(hard.any(hard.split))
    assert (float(hard.coverage()), float(hard.nowhere_hard())) == (1, 0)
    flat = split_of(planted(0.0))
    torch.testing.assert_close(flat.favourite_share[..., flat.mixed], torch.full((1, 2, 6), 0.5, dtype=torch.float64))
    assert float(flat.share(flat.majority)) == float(flat.share(flat.shared)) == float(flat.nowhere_hard()) == 1
    lost = split_of(planted(10.0, noise=20.0))  # a token that is not the favourite scores like noise
    assert bool(lost.any(lost.split))
    assert not bool(lost.any(lost.shared))


def test_hard_ceilings_of_pairs():
    known = truth(PAIRS)
    one = hard_ceiling(known.multisets, known.probabilities, 1)
    two = hard_ceiling(known.multisets, known.probabilities, 2)
    assert one.accuracy == pytest.approx(7 / 16)
    assert two.accuracy == pytest.approx(1)
    assert two.share == pytest.approx(1 / 24)
    assert two.orders[0] == two.orders[1][::-1]
    equal = hard_accuracy(known.multisets, known.probabilities, [(1, 2, 3, 4)] * 2)
    assert equal == pytest.approx(7 / 16)  # 4 of 10 inputs are told apart


def test_three_slots_are_beyond_any_number_of_hard_heads():
    cfg = PairsConfig(n_signal=3, n_slots=3, n_noise=7)
    known = truth(cfg)
    ceilings = [hard_ceiling(known.multisets, known.probabilities, h).accuracy for h in (1, 2, 3, 4)]
    assert ceilings[0] < ceilings[1] < ceilings[2]
    assert (
        ceilings[2] == ceilings[3] == pytest.approx((3 * 1 + 3 * 3 + 6) / 27)
    )  # a hard head never sees how often a token occurs


def test_too_large_a_search_is_refused():
    known = truth(PAIRS)
    with pytest.raises(PolyheadError, match="24 orders"):
        hard_ceiling(known.multisets, known.probabilities, 6)
