"""The four feature studies at a tiny size: every claim judged, figures sound, resuming changes nothing."""

from pathlib import Path
from typing import Any

import pytest
import torch

from polyhead.core.study_records import Findings
from polyhead.studies import find_study
from polyhead.studies.superposition.tms.claims import time_at

TINY: dict[str, dict[str, Any]] = {
    "tms": {
        "n_seeds": 2, "n_geometry_seeds": 2, "n_steps": 20, "n_side": 3, "n_densities": 4, "n_features": 9,
        "d_hidden": 3, "batch": 16,
    },
    "tms-dropout": {"n_seeds": 2, "n_steps": 20, "n_densities": 4, "n_features": 6, "d_hidden": 3, "batch": 16},
    "computation": {"n_seeds": 2, "n_steps": 20, "batch": 16, "n_many": 7, "d_many": 5, "n_pairwise": 4},
    "hidden-size-polysemanticity": {"n_seeds": 2, "n_steps": 20, "widths": (3, 5, 8), "batch": 16, "n_moments": 4},
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", list(TINY))
def test_every_claim_is_judged_and_every_figure_is_sound(name: str, tmp_path: Path):
    study = find_study(name)
    cfg = study.presets["quick"].replace(**TINY[name])
    found = study.run(cfg, tmp_path)
    assert study.name == name
    keys = [c.key for c in found.claims]
    assert len(set(keys)) == len(keys) >= 5
    assert len({f.key for f in found.figures}) == len(found.figures) >= 2
    assert all(c.reason and c.source and c.statement and c.control_note for c in found.claims)
    assert found.n_models > 0
    found.save(tmp_path / "findings.json")
    assert Findings.load(tmp_path / "findings.json") == found
    assert study.run(cfg, tmp_path).claims == found.claims


def test_time_at_a_level_of_a_straight_line_is_its_width_over_the_slope():
    log_density = torch.linspace(0, -3, 31)
    curve = 1 + log_density / 3
    assert time_at(curve, log_density, 0.5) == pytest.approx(0.08 * 3, rel=1e-3)
