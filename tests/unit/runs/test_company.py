"""A dictionary's bytes depend on its settings alone: not on the members next to it, on stops, or on processes."""

from pathlib import Path

import pytest

from polyhead.core.stopping import Stopped
from polyhead.experiments import train as train_module
from polyhead.experiments.train import member_dir, run_experiment
from polyhead.runs.recipe import experiment_recipe

SMALL = {"layers": (1,), "seq_len": 16, "n_train_tokens": 1024, "n_eval_tokens": 64}
METHODS = ("attn_out_sae", "lorsa", "mtc")
"""Of the output alone, of input and output, and with patterns: each would leave another kernel to the model."""


def recipe(*methods: str):
    whole = [experiment_recipe("quick", m, set=["n_latents=16"], k=[3], **SMALL) for m in methods]
    cfg = whole[0].replace(members=tuple(m for one in whole for m in one.members), baseline_ranks=(2,))
    return cfg.replace(training=cfg.training.replace(sequences_per_batch=4, checkpoint_every=5))


def weights(run: Path, cfg) -> dict[str, bytes]:
    return {m.name: (member_dir(run, m) / "dictionary/weights.safetensors").read_bytes() for m in cfg.members}


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    cfg, run = recipe(*METHODS), tmp_path_factory.mktemp("together")
    run_experiment(cfg, run, threads=1)
    return weights(run, cfg)


@pytest.mark.parametrize("method", METHODS)
def test_a_member_alone_is_the_member_in_company(together, tmp_path: Path, method: str):
    cfg = recipe(method)
    run_experiment(cfg, tmp_path, threads=1)
    alone = weights(tmp_path, cfg)
    assert alone == {name: together[name] for name in alone}


def test_a_run_stopped_between_members_ends_in_the_same_bytes(together, tmp_path: Path, monkeypatch):
    cfg, left, real = recipe(*METHODS), [2], train_module.train_member

    def train_one(*args, **kwargs):
        if not left[0]:
            raise Stopped("stopped")
        left[0] -= 1
        return real(*args, **kwargs)

    monkeypatch.setattr(train_module, "train_member", train_one)
    with pytest.raises(Stopped):
        run_experiment(cfg, tmp_path, threads=1)
    monkeypatch.undo()
    run_experiment(cfg, tmp_path)  # the number of threads is that of the beginning
    assert weights(tmp_path, cfg) == together


@pytest.mark.slow
def test_a_run_shared_out_among_processes_ends_in_the_same_bytes(together, tmp_path: Path):
    cfg = recipe(*METHODS)
    run_experiment(cfg, tmp_path, threads=1, jobs=2)
    assert weights(tmp_path, cfg) == together
