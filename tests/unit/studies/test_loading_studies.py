"""The studies of head loadings run on one layer, judge every claim and give figures that can be drawn."""

import pytest
import torch

from polyhead.core.study_records import Findings
from polyhead.dictionaries.activation import TopK
from polyhead.dictionaries.mtc import MTC, MTCConfig
from polyhead.studies import STUDIES, find_study
from polyhead.studies.layer_members import LayerSetup
from polyhead.studies.real_layers.ov_dimension.measures import Cut
from polyhead.studies.real_layers.qk_ov_coupling.models import freeze, frozen_loadings, survival

SMALL = {"layers": (3,), "seeds": (0,), "n_latents": 96, "n_train_tokens": 2048, "n_eval_tokens": 1024, "seq_len": 64}


def small(name: str):
    study = find_study(name)
    if name == "attention-superposition":
        return study, study.presets["quick"].replace(places=(LayerSetup(ks=(4, 8), **SMALL),))
    if name == "qk-ov-coupling":
        return study, study.presets["quick"].replace(
            places=(LayerSetup(ks=(4, 8), **SMALL),), frozen_k=4, n_centroids=(3,)
        )
    changes = {"n_clusters": (10, 30), "n_goodness": 4, "n_nulls": 2}
    return study, study.presets["quick"].replace(places=(LayerSetup(ks=(8,), **SMALL),), **changes)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["attention-superposition", "qk-ov-coupling", "ov-dimension"])
def test_study(name: str, tmp_path):
    study, cfg = small(name)
    found = study.run(cfg, tmp_path)
    for claim in found.claims:
        assert claim.reason
        assert claim.ours
        assert claim.control
        assert (claim.agreement == "nothing published") == (claim.published is None)
    assert len({c.key for c in found.claims}) == len(found.claims)
    assert all(figure.panels for figure in found.figures)
    found.save(tmp_path / "findings.json")
    assert Findings.load(tmp_path / "findings.json") == found
    assert study.run(cfg, tmp_path) == found, "a second run reads what the first one kept"
    assert name in STUDIES


def free_mtc() -> MTC:
    return MTC(MTCConfig(d_in=6, d_out=6, n_heads=3, n_latents=40, activation=TopK(k=2)))


def test_frozen_loadings_are_few_and_of_the_right_sign():
    free = free_mtc()
    made = frozen_loadings(free, 4, seed=0)
    for rows in made.values():
        unsigned = rows * torch.where(rows.gather(1, rows.abs().argmax(1, keepdim=True)) < 0, -1.0, 1.0)
        assert len(unsigned.mul(1e4).round().unique(dim=0)) <= 4
        torch.testing.assert_close(rows.norm(dim=1), torch.ones(40))
    own = (made["centroids"] * free.head_loadings()).sum(1)
    assert own.mean() > (made["shuffled"] * free.head_loadings()).sum(1).mean()
    assert (own > 0).all()


def test_freezing_at_its_own_loadings_changes_nothing():
    free = free_mtc()
    frozen = freeze(free, free.head_loadings())
    batch = {"x": torch.randn(2, 5, 6), "pattern": torch.rand(2, 3, 5, 5).tril()}
    torch.testing.assert_close(frozen.reconstruct(batch), free.reconstruct(batch))


def test_survival_is_one_for_free_and_zero_for_one_head():
    fvu = {"free": 0.1, "top1": 0.2, "half": 0.15, "worse": 0.3}
    assert [survival(fvu, n) for n in fvu] == pytest.approx([1, 0, 0.5, -1])


def test_a_power_law_needs_to_stand_against_every_other_law():
    cut = Cut(
        "loadings", "k-means", 30, [], 0.0, 2.0, 1, 20, 0.5, {"lognormal": (-1.0, 0.5), "exponential": (3.0, 0.01)}
    )
    assert cut.is_power_law
    assert not cut._replace(goodness=0.05).is_power_law
    assert not cut._replace(laws={**cut.laws, "cutoff": (-4.0, 0.01)}).is_power_law
    assert not cut._replace(laws={"exponential": (3.0, 0.2)}).is_power_law
    assert cut._replace(alpha=None).is_power_law is None
