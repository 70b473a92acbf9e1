"""The study `more-features-than-heads`: every claim judged, random directions counted, everything drawn."""

from pathlib import Path

import numpy as np
import pytest
import torch

from polyhead.core.study_records import Findings
from polyhead.studies import find_study
from polyhead.studies.layer_members import LayerSetup
from polyhead.studies.real_layers.more_features_than_heads.models import Examined


def test_forms_of_one_word_count_once():
    e = Examined(
        tokens=torch.arange(5),
        alignment=torch.zeros(5),
        drop=torch.zeros(5, 1),
        aligned=np.ones(5, bool),
        causal=np.ones(5, bool),
        verified=np.array([True, True, True, False, True]),
        comes=np.ones(5, bool),
        words=[" def", "Def", "\n", "x", " "],
    )
    assert e.distinct(e.verified) == [0, 2]  # white space is one word


@pytest.mark.slow
def test_the_study_judges_every_claim_and_can_be_drawn(tmp_path: Path):
    study = find_study("more-features-than-heads")
    place = LayerSetup(ks=(16,), seeds=(0,), n_train_tokens=8_192, n_eval_tokens=4_096, n_latents=256)
    changes = {"places": (place,), "n_candidates": 32, "n_positions": 8, "n_draws": 199}
    found = study.run(study.presets["quick"].replace(**changes), tmp_path)
    assert {c.key for c in found.claims} == {"more-than-heads", "and-it-comes", "several-heads"}
    assert all(c.reason and c.ours and c.control for c in found.claims)
    assert {f.key for f in found.figures} == {"funnel", "heads", "support", "effects"}
    found.save(tmp_path / "findings.json")
    assert Findings.load(tmp_path / "findings.json") == found
