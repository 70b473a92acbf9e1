"""The addition study, small: every claim judged, every figure drawn, an interrupted study goes on."""

from pathlib import Path

import pytest
import torch

from polyhead.core.errors import PolyheadError
from polyhead.core.study_records import Findings
from polyhead.studies import find_study
from polyhead.studies.addition.models import AdditionStudyConfig, measure_trained, right_digits, strings, train
from polyhead.tasks.addition import AdditionConfig, add, as_batch

STUDY = find_study("addition-32x2")
TINY = AdditionStudyConfig().replace(
    world=AdditionConfig(n_digits=3, n_train=60, n_test=30),
    n_heads=5,
    d_model=11,
    n_seeds=2,
    n_steps=20,
    batch_size=20,
    n_probe=4000,
    n_contexts=2,
    n_orders=2,
)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return STUDY.run(TINY, tmp_path_factory.mktemp("addition"))


def test_every_claim_is_judged_with_a_control(findings: Findings) -> None:
    keys = [c.key for c in findings.claims]
    assert len(set(keys)) == len(keys) >= 12
    for claim in findings.claims:
        assert claim.verdict
        assert claim.reason
        assert claim.ours
        assert claim.control
        assert all(len(d.values) == 2 for d in claim.ours)
    assert (findings.n_models, findings.n_diverged) == (2, 0)


def test_untrained_accuracy_does_not_reproduce_anything(findings: Findings) -> None:
    verdicts = {c.key: c.verdict for c in findings.claims}
    assert verdicts["test-accuracy"] == "not reproduced"
    assert verdicts["one-lower-place"] == "not reproduced"
    assert verdicts["baseline"] == "reproduced"


def test_every_figure_has_something_to_draw(findings: Findings) -> None:
    keys = [f.key for f in findings.figures]
    assert len(set(keys)) == len(keys)
    assert {"accuracy", "carry-chains", "plane-K", "planes-over-training", "all-but-one-published"} <= set(keys)
    assert len(next(f for f in findings.figures if f.key == "plane-K").panels) == 5


def test_findings_survive_the_file(findings: Findings) -> None:
    assert Findings.model_validate_json(findings.model_dump_json()) == findings


def test_accuracy_is_that_of_the_plain_model(tmp_path: Path) -> None:
    trained = train(TINY, tmp_path)
    measured = measure_trained(TINY, trained)
    _, test = strings(TINY)
    logits = trained.ensemble.member(1)(as_batch(TINY.world, test)["tokens"])
    plain = (logits[:, TINY.world.n_prompt :].argmax(-1) == add(TINY.world, test).digits).double().mean()
    assert float(measured.test_accuracy[1]) == pytest.approx(float(plain))


def test_a_second_run_takes_the_models_from_the_first(tmp_path: Path) -> None:
    first = train(TINY, tmp_path)
    second = train(TINY, tmp_path)
    assert torch.equal(first.ensemble.flat, second.ensemble.flat)
    assert right_digits(TINY, second.ensemble, second.ensemble.flat, strings(TINY)[1]).shape == (2, 30, 4)


def test_a_study_of_diverged_models_says_so(tmp_path: Path) -> None:
    with pytest.raises(PolyheadError, match="all 2 models diverged"):
        STUDY.run(TINY.replace(lr=1e30), tmp_path)


def test_presets_are_the_published_architecture() -> None:
    for preset in STUDY.presets.values():
        assert isinstance(preset, AdditionStudyConfig)
        assert (preset.n_heads, preset.d_model, preset.toy.d_head, preset.n_seeds >= 5 or preset.fresh) == (
            32,
            128,
            2,
            True,
        )
