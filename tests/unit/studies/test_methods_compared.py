"""The study `methods-compared`, on a few methods and tokens."""

from pathlib import Path

import pytest

from polyhead.studies.real_layers.methods_compared.study import STUDY, ComparedSetup, MethodsComparedConfig


@pytest.mark.slow
def test_every_claim_is_judged_and_every_method_is_in_the_table(tmp_path: Path) -> None:
    place = ComparedSetup(ks=(8,), seeds=(0,), n_claim_seeds=2, n_train_tokens=4_096, n_eval_tokens=2_048)
    cfg = MethodsComparedConfig(places=(place,), methods=("mtc", "attn_out_sae", "lorsa"))
    findings = STUDY.run(cfg, tmp_path)
    assert [c.key for c in findings.claims] == ["lorsa-above-sae", "alive-random-start", "active-subspace-helps"]
    assert all(c.ours[0].values and c.control[0].values for c in findings.claims)
    table = next(f for f in findings.figures if f.key == "table")
    fvu = table.panels[0]
    assert fvu.kind == "bars"
    assert set(fvu.categories) == {"mtc free", "mtc top1", "attn_out_sae", "attn_out_sae, random init", "lorsa"}
    assert all(0 < y < 2 for y in fvu.series[0].y if y is not None)
    assert findings.n_models == 2 + 2 * 2 + 2  # mtc twice; output SAE with two starts, Lorsa: two seeds each
