import json
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from toy_run import N_LATENTS, ToyBatches, ToyDictionary, train

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.stopping import Stopped
from polyhead.training.checkpoint import latest_checkpoint
from polyhead.training.firing import FiringCounts
from polyhead.training.loop import train_step


class StopAfter(ToyBatches):
    """Sends this process a signal while a step's batch is being made."""

    def __init__(self, step: int, number: signal.Signals) -> None:
        self.step, self.number = step, number

    def batch(self, step: int):
        if step == self.step:
            signal.raise_signal(self.number)  # in this thread, before the step goes on
        return super().batch(step)


def final_bytes(run_dir: Path) -> tuple[bytes, bytes]:
    return (run_dir / "checkpoints/step-00000020.safetensors").read_bytes(), (run_dir / "metrics.jsonl").read_bytes()


def test_the_loss_is_the_sum_of_its_terms_and_constraints_hold_after_the_step():
    module = ToyDictionary()
    optimizer = torch.optim.Adam(module.parameters(), lr=0.1)
    report = train_step(module, [optimizer], ToyBatches().batch(0), clip=None)
    torch.testing.assert_close(report["loss"], report["mse"] + report["l1"])
    torch.testing.assert_close(module.W_dec.norm(dim=-1), torch.ones(N_LATENTS))
    assert all(p.grad is not None for p in module.parameters())


def test_the_reported_norm_is_before_clipping_and_clipping_bounds_the_gradient():
    module = ToyDictionary()
    report = train_step(module, [torch.optim.SGD(module.parameters(), lr=0.0)], ToyBatches().batch(0), clip=1e-3)
    norm = torch.stack([p.grad.norm() for p in module.parameters()]).norm()
    assert report["grad_norm"] > 1e-2
    torch.testing.assert_close(norm, torch.tensor(1e-3), rtol=1e-3, atol=0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_goes_on_to_the_same_bytes(tmp_path: Path, number: signal.Signals):
    counts = FiringCounts(N_LATENTS, every=2)
    train(tmp_path / "whole", callbacks=[counts])
    usual = signal.getsignal(number)
    name = "SIGTERM" if number == signal.SIGTERM else "Ctrl-C"
    with pytest.raises(Stopped, match=f"stopped by {name} after step 8 of 20.*run the same command again"):
        train(tmp_path / "cut", batches=StopAfter(7, number), callbacks=[FiringCounts(N_LATENTS, every=2)])
    assert signal.getsignal(number) is usual
    again = FiringCounts(N_LATENTS, every=2)
    train(tmp_path / "cut", callbacks=[again])
    assert final_bytes(tmp_path / "cut") == final_bytes(tmp_path / "whole")
    assert torch.equal(again.last_fired, counts.last_fired)


def wait_until(happened: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.01)


def test_a_second_ctrl_c_stops_at_once(tmp_path: Path):
    usual = signal.default_int_handler  # a process in the background may have been started with Ctrl-C ignored
    before = signal.signal(signal.SIGINT, usual)

    class Twice(StopAfter):
        def batch(self, step: int):
            batch = super().batch(step)
            if step == 7:
                wait_until(lambda: signal.getsignal(signal.SIGINT) is usual)  # the first one was noted
                signal.raise_signal(signal.SIGINT)
                wait_until(lambda: False)  # the second one ends this
            return batch

    try:
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path, batches=Twice(7, signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_finished_run_is_not_touched_again(tmp_path: Path):
    train(tmp_path)
    before = final_bytes(tmp_path)
    module = train(tmp_path)
    assert final_bytes(tmp_path) == before
    assert module.n_projected == 20


def test_a_damaged_newest_checkpoint_changes_nothing_in_the_end(tmp_path: Path):
    train(tmp_path)
    before = final_bytes(tmp_path)
    (tmp_path / "checkpoints/step-00000020.safetensors").write_bytes(b"")
    train(tmp_path)
    assert final_bytes(tmp_path) == before


def test_a_run_of_another_config_is_refused_with_the_keys_that_differ(tmp_path: Path):
    train(tmp_path)
    with pytest.raises(
        PolyheadError, match=r"other settings: n_steps is 20 there and 30 here, lr is 0.01 .* 0.02 here"
    ):
        train(tmp_path, n_steps=30, lr=2e-2)
    with pytest.raises(PolyheadError, match=r"schedule.warmup_steps is 3 there and 4 here"):
        train(tmp_path, schedule=train.__globals__["SCHEDULE"].replace(warmup_steps=4))


def test_a_checkpoint_of_another_module_is_one_clear_line(tmp_path: Path):
    train(tmp_path)
    other = ToyDictionary()
    other.register_buffer("new", torch.zeros(3))
    with pytest.raises(ArtifactError, match=r"does not match this module.*new") as caught:
        train(tmp_path, module=other)
    assert "\n" not in str(caught.value)


def test_another_number_of_threads_is_mentioned(tmp_path: Path, capsys):
    train(tmp_path)
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(threads + 1)
        train(tmp_path)
    finally:
        torch.set_num_threads(threads)
    said = " ".join(capsys.readouterr().err.split())
    assert f"begun with threads {threads}, now it is {threads + 1}" in said


def test_a_loss_that_is_not_finite_stops_with_step_batch_and_last_good_checkpoint(tmp_path: Path):
    module = ToyDictionary()
    module.broken_from = 12
    said = r"loss is nan at step 12 \(batch 12; mse nan.*last good checkpoint: .*step-00000010"
    with pytest.raises(PolyheadError, match=said):
        train(tmp_path, module=module)
    state = latest_checkpoint(tmp_path / "checkpoints")
    assert state is not None
    assert state["step"] == 10


def test_a_gradient_that_is_not_finite_leaves_the_parameters_good():
    class Kink(ToyDictionary):
        def loss(self, batch):
            return {"root": (self.W_enc * 0).sum().sqrt()}

    module = Kink()
    report = train_step(module, [torch.optim.Adam(module.parameters())], {}, clip=None)
    assert report["loss"] == 0
    assert not report["grad_norm"].isfinite()
    assert module.W_enc.isfinite().all()


def test_a_shortened_log_does_not_stop_a_run(tmp_path: Path):
    train(tmp_path, n_steps=20)
    (tmp_path / "metrics.jsonl").write_text('{"step": 10}\n')
    train(tmp_path)
    assert (tmp_path / "metrics.jsonl").read_text() == '{"step": 10}\n'


def test_the_log_has_one_row_a_step_asked_for(tmp_path: Path):
    train(tmp_path, log_every=4, callbacks=[lambda done, module, batch: {"extra": 1.0} if done == 3 else None])
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [r["step"] for r in rows] == [3, 4, 8, 12, 16, 20]
    assert rows[0]["extra"] == 1.0
    assert {"loss", "mse", "l1", "grad_norm"} <= set(rows[1])


def test_a_full_disk_during_training_loses_nothing(tmp_path: Path):
    train(tmp_path / "whole")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, usual[1]))
    try:
        with pytest.raises(ArtifactError, match=r"could not write .* run the same command again"):
            train(tmp_path / "full", log_every=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    train(tmp_path / "full")
    assert final_bytes(tmp_path / "full") == final_bytes(tmp_path / "whole")
