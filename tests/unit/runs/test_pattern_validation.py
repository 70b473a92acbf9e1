"""Training of a QK dictionary says on held-out text what the goal asks; training of other methods does not."""

from math import ceil
from pathlib import Path

import pytest

from polyhead.core.data_files import read_json_lines
from polyhead.experiments.config import ExperimentConfig, Member
from polyhead.experiments.evaluate import pattern_rows, run_evaluate
from polyhead.experiments.train import member_dir, run_experiment


def test_the_last_row_of_training_has_the_numbers_of_the_goal(tmp_path: Path):
    qk = {"heads": [3], "n_latents": 16, "k": 4.0, "key_k": 4.0}
    members = (
        Member(method="qk_diagonal", settings=qk),
        Member(method="mtc", settings={"n_latents": 16}),
    )
    cfg = ExperimentConfig(
        layers=(3,),
        seq_len=32,
        n_train_tokens=1024,
        n_eval_tokens=512,
        baseline_ranks=(),
        members=members,
        split="in_order",
    )
    summary = run_experiment(cfg, tmp_path, threads=1)["members"]
    logs = [member_dir(tmp_path, member) / "metrics.jsonl" for member in cfg.members]
    last = [list(read_json_lines(log, constants=True))[-1][1] for log in logs]
    assert not any(key.startswith("validation") for key in last[1])
    evaluations, verdict = run_evaluate(tmp_path)
    (row,) = pattern_rows(evaluations)  # without a validation part, training looked at these 16 sequences
    assert row["head"] == "L3H3"
    assert last[0]["validation_pattern_nmse_off_sink"] == pytest.approx(row["off sink"]) == summary[0]["nMSE off sink"]
    assert last[0]["validation_l0_key"] == pytest.approx(row["L0 k"])
    (head,) = next(e for e in evaluations if e.head_patterns).head_patterns
    assert head.dense_rank == max(1, ceil(max(head.l0_query, head.l0_key)))
    assert 0 < head.dense_off_sink == row["dense"] < head.svd_off_sink
    assert head.svd_rank_faithful in range(4, 33, 4)
    assert any(line.startswith("Heads explained (nMSE about the mean pattern, sink excluded") for line in verdict)
