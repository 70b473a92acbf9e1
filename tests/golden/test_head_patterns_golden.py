"""The report on a head's pattern, on patterns small enough to be worked by hand; the working is in the comments."""

import math

import pytest
import torch

from polyhead.core.pattern_records import goal_reached
from polyhead.core.protocols import Codes
from polyhead.metrics.head_patterns import HeadLoss, HeadPatternSums
from polyhead.metrics.pattern_centred import CentredPatternSums
from polyhead.metrics.top_keys import TopKeySums
from polyhead.metrics.two_sided import TwoSidedSums

# Two sequences of BOS and two tokens, one head. Rows of tokens:
#   sequence 1   t1 .5 .5        t2 .2 .6 .2          mean pattern   t1 .7 .3      t2 .4 .35 .25
#   sequence 2   t1 .9 .1        t2 .6 .1 .3
PATTERN = torch.tensor(
    [
        [[[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.2, 0.6, 0.2]]],
        [[[1.0, 0.0, 0.0], [0.9, 0.1, 0.0], [0.6, 0.1, 0.3]]],
    ],
    dtype=torch.float64,
)
# The estimate has t1 .6 .4 and t2 .2 .4 .4 in sequence 1, and is exact in sequence 2.
ESTIMATE = PATTERN.clone()
ESTIMATE[0, 0, 1, :2] = torch.tensor([0.6, 0.4])
ESTIMATE[0, 0, 2] = torch.tensor([0.2, 0.4, 0.4])
COUNTED = torch.tensor([[False, True, True]] * 2)


def centred(pattern, estimate, counted=COUNTED):
    sums = CentredPatternSums()
    sums.update(pattern, estimate, counted)
    return sums.result()


def test_about_the_mean_pattern():
    # error .01 + .01 + .04 + .04 = .1; spread t1 4 * .2^2 = .16, t2 2 * (.2^2 + .25^2 + .05^2) = .21
    assert centred(PATTERN, ESTIMATE).about_mean == [pytest.approx(0.1 / 0.37)]


def test_without_the_sink_key():
    # error .01 + .04 + .04 = .09; spread 2 * .2^2 + 2 * (.25^2 + .05^2) = .21
    assert centred(PATTERN, ESTIMATE).off_sink == [pytest.approx(0.09 / 0.21)]


def test_renormalised_without_the_sink():
    # t1 is 1 everywhere. t2: .75 .25 and .25 .75, mean .5 .5, spread 4 * .25^2; the estimate has .5 .5 for .75 .25
    assert centred(PATTERN, ESTIMATE).renormalised == [pytest.approx(2 * 0.25**2 / (4 * 0.25**2))]


def test_what_the_mean_pattern_alone_scores():
    # ten entries of sum 4, squares 2.22: spread about the scalar 2.22 - 1.6 = .62, about the mean pattern .37
    assert centred(PATTERN, ESTIMATE).of_mean_pattern == [pytest.approx(0.37 / 0.62)]


def test_the_mean_pattern_itself_scores_one():
    mean = PATTERN.mean(0, keepdim=True).expand_as(PATTERN)
    got = centred(PATTERN, mean)
    assert (got.about_mean, got.off_sink) == ([pytest.approx(1.0)], [pytest.approx(1.0)])


def test_a_sink_that_takes_all_leaves_no_row_to_renormalise():
    # of sequence 2 only the sink is left in t2, so t2 has one sequence and no mean; t1 is 1 everywhere
    pattern = PATTERN.clone()
    pattern[1, 0, 2] = torch.tensor([1.0, 0.0, 0.0])
    assert centred(pattern, ESTIMATE).renormalised == [None]


def test_a_query_that_one_sequence_counts_is_left_out():
    counted = COUNTED.clone()
    counted[1, 2] = False  # t1 alone: error .02, spread .16
    assert centred(PATTERN, ESTIMATE, counted).about_mean == [pytest.approx(0.02 / 0.16)]


def test_patterns_that_never_change_have_no_spread():
    same = PATTERN[:1].expand(2, -1, -1, -1)
    got = centred(same, ESTIMATE)
    assert (got.about_mean, got.off_sink, got.renormalised) == ([None], [None], [None])
    assert got.of_mean_pattern == [pytest.approx(0.0)]


def test_top_keys_on_and_off_the_sink():
    # t1 on the sink, the estimate not; t2 on key 1, both; t3 on key 3, the estimate on key 2; query 0 does not count
    pattern = torch.tensor([[[[1.0, 0, 0, 0], [0.7, 0.3, 0, 0], [0.1, 0.8, 0.1, 0], [0.1, 0.2, 0.3, 0.4]]]])
    estimate = torch.tensor([[[[1.0, 0, 0, 0], [0.4, 0.6, 0, 0], [0.2, 0.5, 0.3, 0], [0.1, 0.2, 0.4, 0.3]]]])
    sums = TopKeySums()
    sums.update(pattern, estimate, torch.ones(1, 4, dtype=torch.bool))
    assert sums.result() == ([pytest.approx(1 / 3)], [0.0], [0.5])


def two_sides() -> tuple[Codes, Codes]:
    # queries: position 1 latents 0 and 2, position 2 latent 0. keys: position 1 none, position 2 latent 1.
    queries = Codes(torch.tensor([[[9.0, 9.0], [1.0, 2.0], [3.0, 0.0]]]), torch.tensor([[[1, 3], [0, 2], [0, 0]]]), 4)
    keys = Codes(torch.tensor([[[5.0], [0.0], [1.0]]]), torch.tensor([[[2], [0], [0]]]), 4)
    return queries, keys


def test_both_sides_are_counted():
    # counted: positions 1 and 2. L0 (2 + 1) / 2 and (0 + 1) / 2; latent 0 fires on every query; it alone on both sides
    sums = TwoSidedSums()
    sums.update(*two_sides(), torch.tensor([[False, True, True]]))
    assert sums.result() == (1.5, 0.5, 1.0, 0.25)


def twice(codes: Codes) -> Codes:
    return Codes(codes.values.repeat(2, 1, 1), codes.indices.repeat(2, 1, 1), codes.n_latents)


class Explained:
    """A dictionary whose explicit parts make the mean pattern."""

    def codes(self, batch):
        return twice(two_sides()[0])

    def key_codes(self, batch):
        return twice(two_sides()[1])

    def explicit_patterns(self, batch):
        return PATTERN.mean(0, keepdim=True).expand_as(PATTERN)


def test_the_whole_report_of_one_head():
    sums = HeadPatternSums(["L3H5"], 4, Explained())
    sums.update({}, PATTERN, ESTIMATE, COUNTED)
    (got,) = sums.result([HeadLoss(clean=2.0, spliced=2.1, mean=2.4)])
    assert (got.head, got.d_head, got.l0_query) == ("L3H5", 4, 1.5)
    assert got.nmse == pytest.approx(0.1 / 0.62)
    # KL of four rows, two of them exact
    t1 = 0.5 * math.log(5 / 6) + 0.5 * math.log(5 / 4)
    t2 = 0.6 * math.log(6 / 4) + 0.2 * math.log(2 / 4)
    assert got.kl == pytest.approx((t1 + t2) / 4)
    assert got.nmse_off_sink == pytest.approx(0.09 / 0.21)
    assert got.explicit_off_sink == pytest.approx(0.0)
    assert got.ce_recovered == pytest.approx(0.75)
    assert got.reaches_goal is False  # .43, and a latent that always fires


def test_the_goal_asks_for_both_sides_and_for_no_dense_latent():
    good = {"d_head": 32, "nmse_off_sink": 0.1, "l0_query": 16.0, "l0_key": 16.0, "densest": 0.2}
    assert goal_reached(**good) is True
    for worse in ({"nmse_off_sink": 0.11}, {"l0_query": 16.5}, {"l0_key": 16.5}, {"densest": 0.21}):
        assert goal_reached(**{**good, **worse}) is False
    assert goal_reached(**{**good, "l0_key": None}) is None


def test_a_block_of_four_numbers_counts_as_four_latents():
    blocks = {"d_head": 32, "nmse_off_sink": 0.1, "l0_query": 4.0, "l0_key": 3.0, "densest": 0.2}
    assert goal_reached(**blocks, block_width=4) is True
    assert goal_reached(**{**blocks, "l0_query": 4.1}, block_width=4) is False


def test_batches_of_other_lengths_change_nothing():
    short = PATTERN[:1, :, :2, :2], ESTIMATE[:1, :, :2, :2], COUNTED[:1, :2]
    together, apart = CentredPatternSums(), CentredPatternSums()
    together.update(torch.cat([PATTERN, PATTERN[:1]]), torch.cat([ESTIMATE, ESTIMATE[:1]]), _third_short())
    for part in ((PATTERN[:1], ESTIMATE[:1], COUNTED[:1]), short, (PATTERN[1:], ESTIMATE[1:], COUNTED[1:])):
        apart.update(*part)
    for a, b in zip(together.result(), apart.result(), strict=True):
        assert a == pytest.approx(b)


def _third_short() -> torch.Tensor:
    return torch.tensor([[False, True, True], [False, True, True], [False, True, False]])
