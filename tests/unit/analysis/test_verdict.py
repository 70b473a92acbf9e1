"""The verdict says what the numbers say, on both axes, and where it cannot, says that."""

import pytest

from polyhead.analysis.verdict import compare, seed_spread, verdict
from polyhead.core.records import Evaluation, TokenPolicy


def row(variant="free", *, k=16, seed=0, fvu=0.2, ce=3.9, source=None, dest=None, init="one_hot", **more) -> Evaluation:
    linear = variant in ("pca", "head_svd", "head_data_svd")
    fields = {
        "name": f"{variant}{k}{seed}{init}",
        "variant": variant,
        "layer": 3,
        "target": "blocks.3.hook_attn_out",
        "seed": None if linear else seed,
        "n_latents": k if linear else 2048,
        "sparsity": f"rank {k}" if linear else f"k={k}",
        "init": None if linear else init,
        "n_train_tokens": 1000,
        "policy": TokenPolicy(bos="excluded", padding="none", n_sequences=1, n_positions=10),
        "fvu": fvu,
        "nmse": fvu,
        "l0_source": None if linear else float(k if source is None else source),
        "l0_dest": None if linear else float(k if dest is None else dest),
        "dead_share": 0.1,
        "shrinkage": 1.0,
        "ce_clean": 3.8,
        "ce_spliced": ce,
        "ce_mean": 4.5,
        "ce_zero": 4.7,
        "kl": 0.1,
        "effective_heads": 3.0 if variant != "top1" else 1.0,
        "identity_share": 0.75 if variant == "shuffled" else 0.01,
    }
    return Evaluation(**{**fields, **more})


def frontier(variant, fvus, *, ks=(8, 32), seeds=(0,), wobble=0.0, factor=1.0, **more):
    """A point a k and seed; destination L0 is `factor` times k."""
    return [
        row(variant, k=k, seed=s, fvu=fvu + wobble * (s - 1), ce=3.8 + fvu, dest=k * factor, **more)
        for s in seeds
        for k, fvu in zip(ks, fvus, strict=True)
    ]


def test_equal_source_l0_compares_point_by_point():
    got = compare(frontier("free", [0.2, 0.1]), frontier("top1", [0.23, 0.15]), "l0_source", "fvu")
    assert got is not None
    assert got.by_seed == [pytest.approx((-0.03 - 0.05) / 2)]
    assert (got.low, got.high) == (8, 32)
    assert got.spread is None
    assert not got.decided


def test_between_points_the_frontier_is_linear_in_log_l0():
    # Top-1 at 16, the geometric middle of 8 and 32, where free stands at (0.2 + 0.1) / 2
    got = compare(frontier("free", [0.2, 0.1]), [row("top1", k=16, fvu=0.25)], "l0_source", "fvu")
    assert got is not None
    assert got.means == (pytest.approx(0.15), pytest.approx(0.25))
    assert (got.low, got.high) == (16, 16)


def test_nothing_is_extrapolated():
    assert compare(frontier("free", [0.2, 0.1]), [row("top1", k=64)], "l0_source", "fvu") is None


def test_almost_equal_l0_counts_as_equal():
    got = compare([row(fvu=0.2, source=15.9)], [row("top1", fvu=0.3, source=16.0)], "l0_source", "fvu")
    assert got is not None
    assert got.difference == pytest.approx(-0.1)


def test_seed_spread_is_pooled_over_settings():
    rows = [row(k=8, seed=0, fvu=0.1), row(k=8, seed=1, fvu=0.3), row(k=16, seed=0, fvu=0.5)]
    assert seed_spread(rows, "fvu") == pytest.approx(0.02**0.5)  # ((-.1)^2 + .1^2) / 1
    assert seed_spread(rows[1:], "fvu") is None


def test_a_gap_beyond_the_seed_spread_has_a_winner():
    free = frontier("free", [0.2, 0.1], seeds=(0, 1, 2), wobble=0.002)
    top1 = frontier("top1", [0.23, 0.13], seeds=(0, 1, 2), wobble=0.002)
    lines = verdict([*free, *top1])
    assert (
        "At equal source L0 (8.0 to 32.0) FVU is 0.150 against 0.180 for free and Top-1: free wins by 0.030" in lines[0]
    )
    assert "15.0 times the seed spread of 0.002; 3 seeds, all agree" in lines[0]
    assert "nats" in lines[1]


def test_a_gap_within_the_seed_spread_is_undecided():
    free = frontier("free", [0.2, 0.1], seeds=(0, 1, 2), wobble=0.05)
    top1 = frontier("top1", [0.21, 0.11], seeds=(0, 1, 2), wobble=0.05)
    assert "undecided, free is lower than Top-1 by 0.010" in verdict([*free, *top1])[0]


def test_the_winner_can_flip_with_the_l0_that_is_counted():
    free = frontier("free", [0.2, 0.1], ks=(8, 32), factor=2.0)
    top1 = frontier("top1", [0.22, 0.12], ks=(8, 32))
    source, _, dest, _ = verdict([*free, *top1])[:4]
    assert "source L0" in source
    assert "free is lower by 0.020, from one seed, so the seed spread is not known" in source
    assert "destination L0 (16.0 to 32.0)" in dest
    assert "Top-1 is lower" in dest


def test_ranges_that_do_not_overlap_are_named():
    free, top1 = frontier("free", [0.2, 0.1], factor=10.0), frontier("top1", [0.2, 0.1])
    (line,) = [s for s in verdict([*free, *top1]) if "nothing can be compared" in s]
    assert "destination L0" in line
    assert "free has 80.0 to 320.0 and Top-1 8.0 to 32.0, which do not overlap for any seed" in line


def test_seeds_without_overlap_are_counted():
    free = [row(seed=0, dest=16), row(seed=1, dest=16)]
    top1 = [row("top1", seed=0, dest=16), row("top1", seed=1, dest=90)]
    assert any("one seed left out because the ranges do not overlap" in s for s in verdict([*free, *top1]))


def test_the_control_and_its_identity_are_told():
    lines = verdict([row(fvu=0.17), row("shuffled", fvu=0.55)])
    assert any("0.170 against 0.550 for free and the shuffled control" in s for s in lines)
    assert any("75% of the shuffled control's" in s for s in lines)


def test_linear_baselines_bracket_the_best_dictionary():
    rows = [row(fvu=0.15), row("pca", k=16, fvu=0.35), row("pca", k=32, fvu=0.10), row("head_svd", k=4, fvu=0.8)]
    line = next(s for s in verdict(rows) if "linear" in s)
    assert "the lowest FVU of free is 0.150 (k=16" in line
    assert "output PCA needs more than rank 16 (0.350) and is at least as good at rank 32 (0.100" in line
    assert "per-head SVD of W_OV is worse at every rank tried (at best 0.800, rank 4)" in line


def test_effective_heads_are_given_from_every_start():
    lines = verdict([row(effective_heads=3.4), row(effective_heads=4.0, init="spread"), row("top1")])
    assert any("3.4 from the one-hot init, 4.0 from the spread init" in s for s in lines)


def test_free_is_compared_from_the_start_that_top1_had():
    rows = [row(fvu=0.1), row(fvu=0.9, init="spread"), row("top1", fvu=0.2)]
    assert "0.100 against 0.200" in verdict(rows)[0]


def test_layers_are_told_apart():
    other = {"layer": 2, "target": "blocks.2.hook_attn_out"}
    lines = verdict([row(), row("top1"), row(**other), row("top1", **other)])
    assert sum(s.startswith("blocks.2.hook_attn_out: ") for s in lines) == len(lines) / 2


def test_no_evaluations_no_sentences():
    assert verdict([]) == []
