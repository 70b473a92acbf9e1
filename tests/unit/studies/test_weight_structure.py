"""The study runs, judges every claim and gives figures that can be drawn."""

import pytest

from polyhead.core.study_records import Findings
from polyhead.studies import STUDIES, find_study


@pytest.mark.slow
def test_weight_structure(tmp_path):
    study = find_study("weight-structure")
    cfg = study.presets["quick"].replace(n_seeds=3, layers=(0, 2), n_tokens=1024, sweeps=1)
    found = study.run(cfg, tmp_path)
    assert {c.key for c in found.claims} == {
        "blocks",
        "beyond-spectrum",
        "out-of-noise",
        "one-blob",
        "weights-and-activations",
    }
    for claim in found.claims:
        assert claim.reason
        assert claim.ours
        assert claim.control
        assert (claim.agreement == "nothing published") == (claim.published is None)
    assert {f.key for f in found.figures} >= {"ordered", "zoom", "excess", "neighbours", "orders", "clusters"}
    found.save(tmp_path / "findings.json")
    assert Findings.load(tmp_path / "findings.json") == found
    assert "weight-structure" in STUDIES
