"""The one training loop: a pure step, batches that are a function of the step, checkpoints, callbacks.

Because `batches.batch(step)` depends on nothing but `step`, the data cursor is the step itself and a resumed run sees
exactly what an uninterrupted one would have seen. On CPU, with the same number of threads, the final checkpoint is the
same to the last byte however often the run was killed and started again.
"""

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from polyhead.core.earlier_names import current_settings
from polyhead.core.errors import ArtifactError, DiskError, PolyheadError
from polyhead.core.not_finite import json_text
from polyhead.core.notice import notice
from polyhead.core.progress import Bar, progress
from polyhead.core.protocols import Batch, BatchSource
from polyhead.core.run_folder import differences, open_run, refusal
from polyhead.core.stopping import stop_signals
from polyhead.ops.schedules import Schedule, rate_factor
from polyhead.training.checkpoint import latest_checkpoint, save_checkpoint
from polyhead.training.track import Tracker, tracked

Metrics = dict[str, float]
Callback = Callable[[int, nn.Module, Batch], Metrics | None]
"""Called after every step with the number of finished steps, the module and the batch of that step; what it returns is
logged with the step. One with `state_dict` and `load_state_dict` is kept in checkpoints."""


def train_step(
    module: Any, optimizers: Sequence[torch.optim.Optimizer], batch: Batch, *, clip: float | None
) -> dict[str, Tensor]:
    """One step: loss terms, gradients of their sum, clipping, update, projection. Returns the terms and the norm.

    Where loss or gradient is not finite, nothing is updated.
    """
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    terms = module.loss(batch)
    total = torch.stack(list(terms.values())).sum()
    total.backward()
    report = {"loss": total.detach(), **{k: v.detach() for k, v in terms.items()}}
    report["grad_norm"] = nn.utils.clip_grad_norm_(module.parameters(), math.inf if clip is None else clip)
    if not _finite(report):
        return report  # the caller stops; the parameters are still the good ones
    for optimizer in optimizers:
        optimizer.step()
    module.project()
    return report


def fit(
    module: Any,
    batches: BatchSource,
    optimizers: Sequence[torch.optim.Optimizer],
    *,
    n_steps: int,
    schedule: Schedule,
    run_dir: Path,
    clip: float | None = 1.0,
    checkpoint_every: int = 200,
    log_every: int = 10,
    config: Mapping[str, Any] | None = None,
    generator: torch.Generator | None = None,
    callbacks: Sequence[Callback] = (),
    trackers: Sequence[Tracker] = (),
    label: str = "training",
) -> None:
    """Train `module` in place for `n_steps`, resuming from the newest checkpoint under `run_dir` if there is one.

    Args:
        clip: largest gradient norm, or None.
        config: plain values that decide the result; kept in checkpoints and compared when a run resumes.
        generator: the one the module draws from, if any; its state is kept in checkpoints.
        trackers: are told every row of `metrics.jsonl` (training/track.py).
        label: name of the run, for progress and trackers.

    Raises:
        FolderBusyError: another process trains in `run_dir`.
        PolyheadError: loss or gradient is not finite (step and last good checkpoint named), the run was begun with
            another config (differing keys named), every checkpoint is damaged, the disk is full.
        Stopped: SIGTERM or Ctrl-C was received; the step was finished and a checkpoint written first.
    """
    with open_run(run_dir):
        parts = _Parts(module, optimizers, generator, callbacks)
        settings = _settings(n_steps, clip, schedule, config)
        log = _Log(run_dir / "metrics.jsonl")
        # before a checkpoint brings back optimizers whose rates were lowered by the schedule
        rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in optimizers]
        start = _resume(run_dir, settings, parts, log)
        job = _Job(module, batches, parts, rates, n_steps, clip, schedule, checkpoint_every, log_every, callbacks)
        unit, scale = "tokens", batches.tokens_per_batch
        with (
            tracked(trackers, label, settings) as tell,
            progress(label, total=n_steps, done=start, unit=unit, scale=scale) as bar,
        ):
            _train(job, start, run_dir / "checkpoints", settings, log, bar, tell)


class _Job(NamedTuple):
    """What `fit` was asked for."""

    module: Any
    batches: BatchSource
    parts: "_Parts"
    rates: list[list[float]]
    """Of each optimizer's groups where the schedule has factor 1."""
    n_steps: int
    clip: float | None
    schedule: Schedule
    checkpoint_every: int
    log_every: int
    callbacks: Sequence[Callback]


def _train(
    job: _Job,
    start: int,
    folder: Path,
    settings: dict[str, Any],
    log: "_Log",
    bar: Bar,
    tell: Callable[[int, Metrics], None],
) -> None:
    """The steps from `start` on, with their rows of the log and their checkpoints."""
    optimizers = job.parts.optimizers
    with stop_signals() as stop:
        for step in range(start, job.n_steps):
            _set_rates(optimizers, job.rates, rate_factor(job.schedule, step, job.n_steps))
            batch = job.batches.batch(step)
            report = train_step(job.module, optimizers, batch, clip=job.clip)
            if not _finite(report):
                raise PolyheadError(_not_finite(step, report, folder))
            done = step + 1
            extra = {k: v for call in job.callbacks for k, v in (call(done, job.module, batch) or {}).items()}
            if extra or done % job.log_every == 0 or done == job.n_steps:
                row = {"step": done, **{k: v.item() for k, v in report.items()}, **extra}
                log.append(row)
                tell(done, {k: v for k, v in row.items() if k != "step"})
                bar.note(f"loss {row['loss']:.4g}")
            bar.advance()
            asked = stop.name  # read once: a signal may come at any moment
            if asked or done % job.checkpoint_every == 0 or done == job.n_steps:
                record = {"config": settings, "environment": _environment(), "log_bytes": log.sync()}
                path = save_checkpoint(folder, done, {"step": done, **job.parts.state(), **record})
                if asked and done < job.n_steps:
                    raise stop.stopped(f"after step {done} of {job.n_steps} ({path} holds everything)")


def _settings(n_steps: int, clip: float | None, schedule: Schedule, config: Mapping[str, Any] | None) -> dict[str, Any]:
    """What decides the result, as plain values that survive JSON unchanged."""
    own = {"n_steps": n_steps, "clip": clip, "schedule": schedule.model_dump(mode="json")}
    return {**own, **json.loads(json.dumps(dict(config or {})))}


def _resume(run_dir: Path, settings: dict[str, Any], parts: "_Parts", log: "_Log") -> int:
    """Bring everything to the newest checkpoint; the number of steps done."""
    state = latest_checkpoint(run_dir / "checkpoints")
    if state is None:
        log.begin(0)
        return 0
    check_same_run(state, settings, run_dir)
    parts.restore(state)
    log.begin(state["log_bytes"])
    return state["step"]


class _Parts:
    """Everything with a state of its own."""

    def __init__(
        self,
        module: nn.Module,
        optimizers: Sequence[torch.optim.Optimizer],
        generator: torch.Generator | None,
        callbacks: Sequence[Callback],
    ) -> None:
        self.module, self.optimizers, self.generator = module, optimizers, generator
        self.callbacks: list[Any] = [c for c in callbacks if hasattr(c, "state_dict")]

    def state(self) -> dict[str, Any]:
        return {
            "module": dict(self.module.state_dict()),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "generator": None if self.generator is None else self.generator.get_state(),
            "callbacks": [callback.state_dict() for callback in self.callbacks],
        }

    def restore(self, state: dict[str, Any]) -> None:
        try:
            self.module.load_state_dict(state["module"])
            for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
            for callback, saved in zip(self.callbacks, state.get("callbacks", []), strict=True):
                callback.load_state_dict(saved)
        except (RuntimeError, ValueError, KeyError) as error:
            reason = " ".join(str(error).split())
            raise ArtifactError(f"the checkpoint does not match this module, optimizer or callback: {reason}") from None
        if self.generator is not None and state["generator"] is not None:
            self.generator.set_state(state["generator"])


class _Log:
    """metrics.jsonl: one row per line, cut back to the checkpoint's offset when a run resumes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, n_bytes: int) -> None:
        """Keep the first `n_bytes`; fewer are kept as they are, for the log decides nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "ab") as log:
            log.truncate(min(n_bytes, log.tell()))

    def append(self, row: dict[str, Any]) -> None:
        try:
            with open(self.path, "a", encoding="utf-8") as log:
                log.write(json_text(row) + "\n")
        except OSError as error:
            raise DiskError(
                f"could not write {self.path}: {error.strerror or error}; the last checkpoint is untouched, "
                "free some space and run the same command again"
            ) from error

    def sync(self) -> int:
        """Make the rows durable; their number of bytes."""
        with open(self.path, "ab") as log:
            os.fsync(log.fileno())
            return log.tell()


def _set_rates(optimizers: Sequence[torch.optim.Optimizer], rates: list[list[float]], factor: float) -> None:
    for optimizer, group_rates in zip(optimizers, rates, strict=True):
        for group, rate in zip(optimizer.param_groups, group_rates, strict=True):
            group["lr"] = rate * factor


def _environment() -> dict[str, Any]:
    """What the last bits depend on besides the config."""
    return {"threads": torch.get_num_threads(), "torch": torch.__version__}


def check_same_run(state: dict[str, Any], settings: dict[str, Any], run_dir: Path) -> None:
    """Refuse another config and mention another environment. Checkpoints without a config are taken as they are."""
    saved = current_settings(state.get("config", settings))
    if differences(saved, settings):
        raise PolyheadError(refusal(run_dir, "a run", saved, settings))
    for key, now in _environment().items():
        was = state.get("environment", {}).get(key, now)
        if was != now:
            notice(f"{run_dir} was begun with {key} {was}, now it is {now}: the last bits of the weights may differ")


def _finite(report: dict[str, Tensor]) -> bool:
    return bool(torch.isfinite(torch.stack([report["loss"], report["grad_norm"]])).all())


def _not_finite(step: int, report: dict[str, Tensor], folder: Path) -> str:
    what = "gradient norm" if math.isfinite(report["loss"].item()) else "loss"
    value = report["grad_norm" if what == "gradient norm" else "loss"].item()
    terms = ", ".join(f"{k} {v.item():.4g}" for k, v in report.items() if k != "loss")
    good = sorted(folder.glob("step-*.safetensors"))
    last = f"last good checkpoint: {good[-1]}" if good else "no checkpoint was written yet"
    return f"the {what} is {value} at step {step} (batch {step}; {terms}); {last}; try a lower learning rate"
