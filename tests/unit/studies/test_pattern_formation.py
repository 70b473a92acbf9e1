"""The study `pattern-formation`: what counts as reached, what is trained on a head, claims on made-up cells."""

from typing import Any

import pytest
import torch

from polyhead.dictionaries import METHODS
from polyhead.studies import find_study
from polyhead.studies.heads.pattern_formation import claims
from polyhead.studies.heads.pattern_formation.claims import reaches
from polyhead.studies.heads.pattern_formation.models import (
    BOTH,
    DENSE_SCORES,
    Head,
    Measured,
    PatternFormationConfig,
    fidelity_of,
    measure_planted,
    variants,
)


def cell(variant: str = "rank 1", **changes: Any) -> dict[str, Any]:
    numbers = {"nmse": 0.02, "off_sink": 0.05, "kl": 0.1, "l0": 12.0, "l0_key": 15.0, "density": 0.15, "alive": 0.9}
    numbers["d_head"] = 32
    named = {"variant": variant, "share": 0.4, "seed": 0, "head": "L3H3", "known_as": "induction", "every": True}
    return named | numbers | {"n_latents": 512} | changes


def measured(real: list[dict[str, Any]]) -> Measured:
    return Measured(PatternFormationConfig(), real, [])


@pytest.mark.parametrize(
    "broken", [{"off_sink": 0.11}, {"l0": 16.1}, {"l0_key": 16.1}, {"density": 0.21}, {"block_width": 2}]
)
def test_the_goal_needs_all_of_it(broken: dict[str, float]):
    assert reaches(cell())
    assert not reaches(cell(**broken))


def test_verdicts_follow_the_cells():
    good = [cell(head=f"L{i}H0") for i in range(8)]
    random = [cell("random pairs", head=f"L{i}H0", off_sink=0.8) for i in range(8)]
    (fails,), (goal,) = (
        one.judge(measured(good + random)) for one in (claims.rank_1_fails, claims.faithful_and_sparse)
    )
    assert (fails.held, fails.agreement, fails.verdict) == ("no", "disagrees", "not reproduced")
    assert (goal.held, goal.agreement, goal.published) == ("yes", "nothing published", None)
    assert "holds for 8 of 8" in goal.reason
    (missed,) = claims.faithful_and_sparse.judge(measured([{**c, "off_sink": 0.5} for c in good] + random))
    assert "holds for 0 of 8" in missed.reason
    assert missed.held == "no"


def test_both_sides_are_judged_and_the_yardstick_is_trained_at_the_goals_rank():
    sparse = [cell(BOTH, head=f"L{i}H0", share=0.48, off_sink=0.13 - 0.01 * i) for i in range(6)]
    loose = [cell("rank 1, long", head=f"L{i}H0", off_sink=0.01, l0_key=50.0) for i in range(6)]
    dense = [
        cell(DENSE_SCORES, head=f"L{i}H0", share=share, off_sink=0.2 - share / 5)
        for i in range(6)
        for share in (0.25, 0.5)
    ]
    (goal,), (against,) = (
        one.judge(measured(sparse + loose + dense))
        for one in (claims.faithful_and_sparse, claims.better_than_trained_dense)
    )
    assert "holds for 3 of 6" in goal.reason
    assert against.control[0].values == pytest.approx([0.1] * 6)
    assert "holds for 2 of 6" in against.reason


def test_width_is_compared_with_what_more_active_latents_bring():
    cells = [
        cell("128 latents", off_sink=0.06),
        cell("1024 latents", off_sink=0.03),
        cell(),
        cell(share=0.125, off_sink=0.3),
    ]
    (claim,) = claims.width_does_not_help.judge(measured(cells))
    assert claim.ours[0].values == pytest.approx([0.03])
    assert claim.control[0].values == pytest.approx([0.25])


def test_every_variant_is_a_setting_its_method_knows():
    cells = variants(PatternFormationConfig(), 32, Head(layer=3, head=3, every_variant=True), (0.125, 0.4))
    for c in cells:
        METHODS[c["kind"]].settings.parse({**c["settings"], "heads": (3,)})
    assert {"rank 1", "rank 1, long", "mask", "no cap", "keys as sparse", "blocks of 4", BOTH} <= {
        c["variant"] for c in cells
    }
    assert len(variants(PatternFormationConfig(), 32, Head(layer=3, head=6), (0.125, 0.4))) == 4


def test_planted_cells_are_measured_once(tmp_path: Any):
    cfg = PatternFormationConfig(n_latents=32, planted_ranks=(1,), planted_seeds=(0,), planted_steps=2)
    first = measure_planted(cfg, tmp_path)
    assert [c["variant"] for c in first] == ["rank 1", "blocks of the planted rank"]
    assert measure_planted(cfg.replace(planted_steps=50), tmp_path) == first


def test_a_subject_without_codes_has_fidelity_alone():
    class Copy:
        def reconstruct(self, batch: Any) -> torch.Tensor:
            return batch["target"]

    pattern = torch.ones(2, 1, 4, 4).tril() / torch.arange(1, 5)[:, None]
    found = fidelity_of(Copy(), [{"target": pattern}], lambda b: torch.ones(2, 4, dtype=torch.bool))
    assert found["nmse"] == 0
    assert found["off_sink"] != found["off_sink"]  # patterns of all sequences are equal: nothing to explain
    assert "l0" not in found


def test_it_has_the_presets_every_study_has():
    assert {"quick", "full"} <= set(find_study("pattern-formation").presets)
