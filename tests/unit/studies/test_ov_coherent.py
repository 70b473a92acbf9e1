"""The study of pairs at a small size: its structure, not its numbers."""

import pytest

from polyhead.core.errors import PolyheadError
from polyhead.core.study_records import Findings
from polyhead.studies import find_study

STUDY = find_study("ov-coherent")
TINY = STUDY.presets["quick"].replace(heads=(1, 2, 3), d_heads=(1, 2), n_seeds=3, n_seeds_open=2, n_steps=20)


@pytest.mark.slow
def test_every_claim_is_judged_and_every_figure_valid(tmp_path):
    found = STUDY.run(TINY, tmp_path)
    keys = [claim.key for claim in found.claims]
    assert len(set(keys)) == len(keys) >= 15
    assert len({figure.key for figure in found.figures}) == len(found.figures)
    assert all(claim.reason and claim.ours for claim in found.claims)
    assert all((c.agreement == "nothing published") == (c.published is None) for c in found.claims)
    assert all(c.held for c in found.claims), "whether they held is said of all, published or not"
    assert found.n_models == 3 * 4 * 3 + (3 + 3 + 3 + 3 + 3 + 4) * 2
    found.save(tmp_path / "findings.json")
    assert Findings.load(tmp_path / "findings.json") == found
    assert STUDY.run(TINY, tmp_path) == found  # from the checkpoints


def test_a_sweep_without_two_heads_is_refused(tmp_path):
    with pytest.raises(PolyheadError, match="1 and 2 heads"):
        STUDY.run(TINY.replace(heads=(1, 3)), tmp_path)
