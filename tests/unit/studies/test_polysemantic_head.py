"""The study of polysemantic heads runs, judges every claim and draws every figure."""

from pathlib import Path

import numpy as np
import pytest

from polyhead.core.head_records import Effect
from polyhead.core.study_records import Findings
from polyhead.studies.heads.polysemantic_head.claims import table
from polyhead.studies.heads.polysemantic_head.measures import (
    Measured,
    PolysemanticHeadConfig,
    SetResult,
    choose,
    leading,
)
from polyhead.studies.heads.polysemantic_head.study import STUDY


def planted(name: str, bos: list[float], mean: list[float], n: int = 20) -> SetResult:
    """Heads whose rows on BOS and mean rows leave these probabilities of a clean 0.6; below 0.3 it is not top-1."""
    p = {kind: np.repeat(np.array(v)[:, None], n, 1) for kind, v in (("bos-row", bos), ("mean-row", mean))}
    clean = Effect(label="clean", top1=[True] * n, probability=[0.6] * n, logit=[1.0] * n)
    top1 = {kind: v > 0.3 for kind, v in p.items()}
    return SetResult(name, "", None, clean, p, top1, np.ones(len(bos)), {})  # pyright: ignore


def test_a_head_is_chosen_only_if_both_ways_of_ablation_hurt() -> None:
    results = [planted(name, [0.1, 0.2, 0.6, 0.5], [0.6, 0.2, 0.6, 0.5]) for name in ("induction", "indent")]
    assert choose(results, [0, 1, 2, 3]) == 1  # head 0 falls more on BOS, but not at all with its mean row
    assert choose(results, [0, 2, 3]) == 3
    assert leading(results[0]) == 1


def test_a_fall_that_controls_share_is_not_reproduced() -> None:
    names = [f"L0H{i}" for i in range(4)]
    alone = planted("induction", [0.6, 0.1, 0.6, 0.6], [0.6] * 4)
    shared = planted("induction", [0.1] * 4, [0.1] * 4)
    for result, verdict in ((alone, "partly"), (shared, "not reproduced")):
        cfg = PolysemanticHeadConfig(n_bootstrap=20, n_controls=3)
        others = [planted(name, [0.1] * 4, [0.1] * 4) for name in ("indent", "previous")]
        measured = object.__new__(Measured)  # claims of the tables ask neither the model nor its rows
        measured.__dict__.update(cfg=cfg, results=[result, *others], names=names, candidates=[1], head=1)
        top1, probability, *_ = table.judge(measured)
        assert top1.verdict == verdict  # a fall of 1 against 0.68
        assert probability.ours[0].values == pytest.approx([0.5] * 20)
    assert "resamples of prompts" in top1.reason


@pytest.mark.slow
def test_the_study_runs(tmp_path: Path) -> None:
    cfg = STUDY.presets["quick"].replace(n_sequences=8, seq_len=64, prompt_share=0.1, n_bootstrap=20, with_sweep=False)
    findings = STUDY.run(cfg, tmp_path)
    assert [c.key for c in findings.claims][:2] == ["induction-top1", "induction-probability"]
    assert len(findings.claims) == 9
    assert all(c.reason and c.ours and c.control for c in findings.claims)
    assert {f.key for f in findings.figures} == {"mass", "classes", "thresholds", "tables", "ranks", "hydra"}
    assert Findings.model_validate_json(findings.model_dump_json()) == findings
    assert STUDY.run(cfg, tmp_path) == findings
