"""One small run from the command line, end to end, and what happens when it is run again."""

import json
from pathlib import Path

import pytest

from polyhead.cli.app import main

TRAIN = ["--preset", "quick", "--train-tokens", "4096", "--eval-tokens", "2048", "--n-latents", "64", "--k", "4"]


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a free and a Top-1 member, evaluated and reported."""
    folder = tmp_path_factory.mktemp("run") / "small"
    main(["train", "mtc", "--out", str(folder), *TRAIN, "--variants", "free", "top1", "--json"])
    main(["report", str(folder), "--json"])
    return folder


def test_the_report_opens_on_files_that_exist(run_dir: Path) -> None:
    assert (run_dir / "report" / "index.html").exists()
    overview = json.loads((run_dir / "records" / "overview.json").read_text())
    assert [d["variant"] for d in overview["dictionaries"]] == ["free", "top1"]
    assert overview["verdict"]


def test_evaluate_prints_every_member_and_the_baselines(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["evaluate", str(run_dir), "--json"])
    result = json.loads(capsys.readouterr().out)
    variants = {e["variant"] for e in result["evaluations"]}
    assert {"free", "top1", "pca", "head_svd", "head_data_svd"} <= variants
    for e in result["evaluations"]:
        assert e["policy"]["bos"] == "excluded"
        assert e["fvu"] >= 0
        assert e["variant"] not in ("free", "top1") or e["fvu"] < 0.9


def test_the_same_command_again_trains_nothing_and_changes_nothing(run_dir: Path) -> None:
    weights = [p.read_bytes() for p in sorted(run_dir.glob("members/*/dictionary/weights.safetensors"))]
    main(["train", "mtc", "--out", str(run_dir), *TRAIN, "--variants", "free", "top1", "--json"])
    assert weights == [p.read_bytes() for p in sorted(run_dir.glob("members/*/dictionary/weights.safetensors"))]
    assert len(weights) == 2


def test_the_saved_config_gives_the_same_weights_in_another_folder(run_dir: Path, tmp_path: Path) -> None:
    main(["train", "mtc", "--out", str(tmp_path / "again"), "--config", str(run_dir / "experiment.json"), "--json"])
    for path in sorted(run_dir.glob("members/*/dictionary/weights.safetensors")):
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(run_dir)).read_bytes()


def test_another_experiment_in_the_same_folder_is_refused(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["train", "mtc", "--out", str(run_dir), *TRAIN, "--layers", "2"])
    assert stop.value.code == 2
    assert "layer" in capsys.readouterr().err


def test_a_folder_where_a_mistake_stopped_the_first_command_takes_the_mended_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for layer, said in ((9, "layers 0 to 3"), (8, "layers 0 to 3")):
        with pytest.raises(SystemExit):
            main(["train", "mtc", "--out", str(tmp_path / "run"), *TRAIN, "--layers", str(layer)])
        assert said in capsys.readouterr().err


def test_sizes_that_do_not_fit_each_other_are_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["train", "dynamic_head", "--out", str(tmp_path / "run"), *TRAIN[:6], "--n-latents", "8", "--k", "9"])
    assert stop.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == "polyhead: settings of dynamic_head: activation.k 9 is more than n_latents 8"


def test_fewer_training_tokens_than_a_batch_train_one_batch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = ["--set", "n_latents=16", "activation.k=2", "--train-tokens", "10", "--eval-tokens", "256"]
    main(["train", "attn_out_sae", "--out", str(tmp_path / "run"), *settings, "--json"])
    (member,) = json.loads(capsys.readouterr().out)["members"]
    assert (member["member"], member["steps"]) == ("attn_out_sae-k2-n16-s0", 1)


@pytest.mark.slow
def test_members_shared_out_among_processes_get_the_same_weights(run_dir: Path, tmp_path: Path) -> None:
    config = str(run_dir / "experiment.json")
    main(["train", "mtc", "--out", str(tmp_path / "one"), "--config", config, "--threads", "1", "--json"])
    main(
        ["train", "mtc", "--out", str(tmp_path / "two"), "--config", config, "--threads", "1", "--jobs", "2", "--json"]
    )
    names = sorted(
        p.relative_to(tmp_path / "one") for p in tmp_path.glob("one/members/*/dictionary/weights.safetensors")
    )
    assert len(names) == 2
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
