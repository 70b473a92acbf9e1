"""The ranking names no best method where L0s are not equal, and numbers are those of the evaluations."""

import pytest
from test_verdict import row

from polyhead.analysis.method_ranking import patterns, ranking
from polyhead.core.pattern_records import GOAL, HeadPattern, goal_reached


def method(name, fvu, *, source=None, dest=None, **more):
    return row(name, method=name, fvu=fvu, **{**more, "l0_source": source, "l0_dest": dest})


def mtc(variant, fvu, source, dest=None):
    return row(variant, method="mtc", fvu=fvu, l0_source=source, l0_dest=dest)


def test_methods_are_ranked_and_not_called_best_at_unequal_l0():
    value = method("attn_value_sae", 0.21, source=16.0, fvu_attn_out=0.15, target="blocks.3.attn.hook_v")
    (line,) = ranking([mtc("free", 0.32, 16.0, 29.0), value, method("mtc_rank", 0.5, source=4.0)])
    places = [line.index(words) for words in ("Attention value SAE 0.150 (L0 16.0", "free MTC 0.320 (L0 16.0", "0.500")]
    assert places == sorted(places)
    assert "Not at equal L0 (4.0 to 16.0)" in line
    assert "lowest, by" not in line


def test_at_equal_l0_the_lowest_is_named_with_its_distance():
    (line,) = ranking([mtc("free", 0.32, 16.0), mtc("top1", 0.30, 15.5)])
    assert "At equal L0 Top-1 MTC is lowest, by 0.020 (one seed)." in line


def test_counts_of_different_sides_are_not_equal():
    (line,) = ranking([method("attn_out_sae", 0.3, dest=16.0), method("attn_value_sae", 0.2, source=16.0)])
    assert "some count it at sources, some at destinations" in line


def test_what_counts_on_both_sides_is_read_on_the_side_of_the_others():
    (line,) = ranking([mtc("free", 0.3, 8.0, 16.0), method("attn_out_sae", 0.2, dest=16.0)])
    assert "free MTC 0.300 (L0 16.0 at destinations)" in line
    assert "At equal L0 Attention output SAE is lowest" in line


def test_of_several_sparsities_the_nearest_to_the_others_is_read():
    rows = [row("free", method="mtc", k=k, fvu=0.1 * k, l0_source=float(k), l0_dest=None) for k in (2, 16, 128)]
    (line,) = ranking([*rows, method("attn_value_sae", 0.2, source=16.0)])
    assert "free MTC 1.600 (L0 16.0" in line


@pytest.mark.parametrize("rows", [[], [mtc("free", 0.3, 16.0)], [mtc("free", 0.3, 16.0), row("pca", fvu=0.1)]])
def test_one_method_is_not_ranked(rows):
    assert ranking(rows) == []


def test_controls_are_not_ranked():
    lines = ranking([mtc("free", 0.3, 16.0), mtc("top1", 0.4, 16.0), mtc("shuffled", 0.123, 16.0)])
    assert "0.123" not in lines[0]


def test_patterns_of_their_own_making_are_told():
    found = method("qk_diagonal", 0.4, dest=12.0, pattern_nmse=0.41, pattern_kl=0.22)
    assert patterns([found]) == [
        "Attention patterns of their own making: QK diagonalisation k=16 seed 0 nMSE 0.410, KL 0.220 nats, "
        "L0 12.0 at destinations."
    ]


def test_the_goal_leads_what_is_said_of_patterns():
    def head(name, error, l0_key):
        return HeadPattern(
            head=name, d_head=32, nmse=0.05, nmse_of_mean_pattern=0.9, nmse_about_mean=0.06, nmse_off_sink=error,
            nmse_renormalised=0.3, kl=0.1, on_sink=0.5, top_key_on_sink=0.9, top_key_off_sink=0.6, l0_query=12.0,
            l0_key=l0_key, densest=0.15,
            reaches_goal=goal_reached(d_head=32, nmse_off_sink=error, l0_query=12.0, l0_key=l0_key, densest=0.15),
        )  # fmt: skip

    heads = (head("L3H3", 0.08, 49.7), head("L3H5", 0.09, 14.0))
    found = method("qk_diagonal", 0.4, dest=12.0, pattern_nmse=0.41, pattern_kl=0.22, head_patterns=heads)
    first, _ = patterns([found])
    assert first == (
        f"Heads explained ({GOAL}): 1 of 2. L3H5 by QK diagonalisation k=16 seed 0 yes (0.090, L0 12.0 per query and "
        "14.0 per key of d_head 32, densest 15%); L3H3 by QK diagonalisation k=16 seed 0 no (0.080, L0 12.0 per query "
        "and 49.7 per key of d_head 32, densest 15%)."
    )
    dense = tuple(h.model_copy(update={"dense_rank": 14, "dense_off_sink": 0.25}) for h in heads[1:])
    (line, _) = patterns([found.model_copy(update={"head_patterns": dense})])
    assert line.endswith("densest 15%; dense scores of rank 14: 0.250).")
