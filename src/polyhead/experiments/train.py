"""Train the members of an experiment, one after another or shared out among processes."""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from torch import nn

from polyhead.activations.planner import plan_training
from polyhead.core.config import explained
from polyhead.core.data_files import read_json_lines, read_object
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.files import write_json
from polyhead.core.progress import say
from polyhead.core.protocols import Batch, Orients
from polyhead.core.rng import generator
from polyhead.core.run_folder import claim, open_run, stage
from polyhead.core.stopping import RESUME, Stopped, stop_signals
from polyhead.core.threads import cpu_threads
from polyhead.core.workers import end_workers, start_worker
from polyhead.dictionaries import load_dictionary, save_dictionary
from polyhead.experiments.config import ExperimentConfig, Member
from polyhead.experiments.data import ExperimentData, load_data
from polyhead.experiments.validation import PatternValidation
from polyhead.training.adam import AdamConfig, build_adam
from polyhead.training.firing import FiringCounts
from polyhead.training.loop import Callback, fit
from polyhead.training.track import Tracker, Tracking

CONFIG_FILE = "experiment.json"
ENVIRONMENT_FILE = "environment.json"
"""Threads that the run was begun with."""
COST_FILE = "cost.json"
"""Next to a member's dictionary: wall seconds of its (last piece of) training, bytes its steps were planned with."""
_CALIBRATION_SEQUENCES = 16
_POLL_SECONDS = 0.2
_DEAD_AFTER_TOKENS = 20_000
"""A latent that has not fired for this many training tokens counts as dead: in the log, and for what revives it."""


def run_experiment(
    cfg: ExperimentConfig,
    run_dir: Path,
    *,
    jobs: int = 1,
    threads: int | None = None,
    store: Path | None = None,
    track: Sequence[str | Tracker] = (),
    project: str = "polyhead",
) -> dict[str, Any]:
    """Train what is not finished yet; every finished member is `members/<name>/dictionary`.

    The weights of a member depend on its settings and on the number of threads, not on the members next to it, on
    `jobs`, or on how often the run was stopped: a run that is resumed keeps its number of threads.

    Args:
        cfg: model, text and members.
        run_dir: where everything is written.
        jobs: processes among which the members are shared out.
        threads: CPU threads per process; those the run began with where None, and at the beginning all there are,
            divided by `jobs`.
        store: where a harvest lies on disk, instead of running the model.
        track: trackers that are told the metrics of every member (training/track.py): names, or with one process
            trackers of your own.
        project: what a tracker files the members under.

    Raises:
        FolderBusyError: another process trains there.
        PolyheadError: the folder holds another experiment, and whatever loading and training may raise.
        Stopped: SIGTERM or Ctrl-C was received; checkpoints were written first.
    """
    if jobs > 1 and not all(isinstance(one, str) for one in track):
        raise PolyheadError(
            "a tracker of your own works in one process: use jobs=1, or name one that comes with polyhead"
        )
    tracking = Tracking(tuple(track), project)
    tracking.trackers(run_dir)  # refused before anything is written
    with open_run(run_dir):
        cfg = as_begun(cfg, run_dir)
        save_config(cfg, run_dir)
        todo = [m.name for m in cfg.members if not is_finished(run_dir, m)]
        if todo:
            threads = _threads(run_dir, jobs, threads)
            with stage(run_dir, "train"):
                if jobs > 1:
                    _share_out(run_dir, todo, tracking, jobs=min(jobs, len(todo)), threads=threads, store=store)
                else:
                    train_members(run_dir, todo, threads=threads, store=store, tracking=tracking)
        return {"run": str(run_dir), "members": [_summary(run_dir, m) for m in cfg.members]}


def as_begun(cfg: ExperimentConfig, run_dir: Path) -> ExperimentConfig:
    """The config with the split of the run that it resumes: one that an earlier version began keeps its order."""
    path = run_dir / CONFIG_FILE
    if not (path.exists() and (run_dir / "members").exists()):
        return cfg
    begun = ExperimentConfig.parse_saved(read_object(path), where=str(path)).split
    if begun != cfg.split:
        say(f"{run_dir} was begun with the split {begun}; it is resumed with it")
    return cfg.replace(split=begun)


def save_config(cfg: ExperimentConfig, run_dir: Path) -> None:
    """Record the config, or refuse a folder that holds another experiment; one that trained nothing yet is replaced.

    Raises:
        PolyheadError: the folder holds members of another experiment.
    """
    claim(
        run_dir,
        json.loads(cfg.model_dump_json()),
        file=CONFIG_FILE,
        what="an experiment",
        replaceable=lambda: not (run_dir / "members").exists(),
    )


def _threads(run_dir: Path, jobs: int, threads: int | None) -> int:
    """CPU threads of each process, the same however a run is resumed: the last bits of sums depend on them."""
    path = run_dir / ENVIRONMENT_FILE
    known = read_object(path).get("threads") if path.exists() else None
    if threads is None and isinstance(known, int) and known > 0:
        return known
    if threads is None:
        threads = torch.get_num_threads() if jobs == 1 else max(1, (os.cpu_count() or 1) // jobs)
    if threads != known:
        write_json(path, {"threads": threads})
    return threads


def load_config(run_dir: Path) -> ExperimentConfig:
    """The config of a run folder.

    Raises:
        PolyheadError: no experiment there.
    """
    path = run_dir / CONFIG_FILE
    if not path.exists():
        raise PolyheadError(
            f"{run_dir} is not a run folder (no {CONFIG_FILE}); make one with: polyhead train METHOD --out {run_dir}"
        )
    return ExperimentConfig.parse_saved(read_object(path), where=str(path))


def member_dir(run_dir: Path, member: Member) -> Path:
    """Folder of one member."""
    return run_dir / "members" / member.name


def is_finished(run_dir: Path, member: Member) -> bool:
    """Whether the member's dictionary was written (its manifest is written last)."""
    return (member_dir(run_dir, member) / "dictionary" / "manifest.json").exists()


def require_finished(run_dir: Path, member: Member) -> None:
    """Raise with the command that finishes the member, where it is not."""
    if not is_finished(run_dir, member):
        raise PolyheadError(
            f"{member.name} is not trained yet; finish with: "
            f"polyhead train --config {run_dir / CONFIG_FILE} --out {run_dir}"
        )


def load_member(run_dir: Path, member: Member) -> Any:
    """The trained dictionary of a member."""
    require_finished(run_dir, member)
    return load_dictionary(member_dir(run_dir, member) / "dictionary").requires_grad_(False)


def train_members(
    run_dir: Path,
    names: list[str],
    *,
    threads: int | None = None,
    store: Path | None = None,
    tracking: Tracking | None = None,
) -> None:
    """Train the named members in this process; the model runs over the text once for all of them.

    What a member reads is the same to the last bit whatever is read with it (models/tap.py), so that a run which is
    resumed, or shared out among processes, harvests no more than its members need.
    """
    with cpu_threads(threads):
        cfg = load_config(run_dir)
        data = load_data(cfg) if store is None else load_data(cfg).with_store(store)
        todo = [m for m in cfg.members if m.name in names and not is_finished(run_dir, m)]
        if todo and store is None:
            data.harvest_for(todo)
        for member in todo:
            with open_run(member_dir(run_dir, member)):
                train_member(data, member, run_dir, tracking=tracking)


def train_member(data: ExperimentData, member: Member, run_dir: Path, *, tracking: Tracking | None = None) -> nn.Module:
    """Train one member to the end and save its dictionary."""
    cfg, folder, method = data.cfg, member_dir(run_dir, member), member.of
    batches = data.training_batches(member)
    n_first = -(-_CALIBRATION_SEQUENCES // cfg.training.sequences_per_batch)
    first = [batches.batch(step) for step in range(n_first)]
    dictionary = new_dictionary(data, member, first)
    plan = plan_training(dictionary, batches, n_steps=data.n_steps, folder=folder).check()
    if member == cfg.members[0]:
        plan.show()
    adam = AdamConfig(lr=cfg.training.lr or method.rates.lr, betas=(0.9, 0.99))
    looks: list[Callback] = [_firing_counts(dictionary, first[0], batches.tokens_per_batch)]
    validation = PatternValidation.of(data, data.reading(member), dictionary)
    looks += [] if validation is None else [validation]
    start = time.monotonic()
    fit(
        dictionary,
        batches,
        [build_adam(dictionary, adam, lr_factors=method.rates.factors)],
        n_steps=data.n_steps,
        schedule=cfg.training.schedule,
        run_dir=folder,
        clip=cfg.training.clip,
        checkpoint_every=cfg.training.checkpoint_every,
        config=identity(data, member),
        callbacks=looks,
        trackers=(tracking or Tracking()).trackers(run_dir),
        label=member.name,
    )
    trained: object = dictionary
    if isinstance(trained, Orients):
        trained.orient()
    cost = {"seconds": round(time.monotonic() - start, 2), "memory": plan.memory_bytes}
    write_json(folder / COST_FILE, cost)
    environment = {"threads": torch.get_num_threads()}  # the last bits depend on it
    save_dictionary(dictionary, folder / "dictionary", {**identity(data, member), **environment})
    return dictionary


def new_dictionary(data: ExperimentData, member: Member, first: Sequence[Batch]) -> Any:
    """The member's dictionary where training starts: shaped by the layers, scaled by the first batches.

    It is made on the CPU, so that its start is the same everywhere, and then moved to where the model is.

    Raises:
        PolyheadError: settings that do not fit each other or the widths of the layers.
    """
    plain = [{role: value.cpu() for role, value in batch.items()} for batch in first]
    try:
        made = member.of.make(member.parsed, data.layers, plain, generator(member.seed, "dictionary"))
    except ValidationError as error:
        raise PolyheadError(f"settings of {member.method}: {explained(error, member.of.config)}") from None
    return made.to(data.model.device)


def _firing_counts(dictionary: Any, batch: Batch, tokens_per_batch: int) -> FiringCounts:
    with torch.no_grad():
        n_latents = dictionary.codes(batch).n_latents
    return FiringCounts(n_latents, dead_after=-(-_DEAD_AFTER_TOKENS // tokens_per_batch))


def identity(data: ExperimentData, member: Member) -> dict[str, Any]:
    """What decides a dictionary's weights: compared when a run resumes, kept in the manifest."""
    split = None if data.train.split is None else data.train.split.model_dump(exclude_none=True)
    return {
        "model": data.model.cfg.model_dump(),
        "text": data.cfg.text,
        **({} if data.cfg.split == "in_order" else {"split": split, "n_documents": data.train.n_documents}),
        "text_sha256": data.train.sha256,
        "layers": list(data.cfg.layers),
        "reading": json.loads(data.reading(member).model_dump_json()),
        "n_train_tokens": data.n_steps * data.cfg.training.sequences_per_batch * data.cfg.seq_len,
        "n_distinct_train_tokens": int(data.train.tokens.size),
        "member": json.loads(member.model_dump_json()),
        "training": json.loads(data.cfg.training.model_dump_json()),
    }


def _summary(run_dir: Path, member: Member) -> dict[str, Any]:
    path = member_dir(run_dir, member) / "metrics.jsonl"
    last = next(reversed([row for _, row in read_json_lines(path, constants=True)]), {})
    if not {"step", "loss"} <= last.keys():
        raise ArtifactError(f"{path} does not end with a step and its loss; put back a copy, or train again")
    shown = {"member": member.name, "steps": last["step"], "final loss": last["loss"]}
    if "validation_pattern_nmse_off_sink" in last:
        shown |= {"nMSE off sink": last["validation_pattern_nmse_off_sink"]}
        shown |= {f"L0 {side}": last[f"validation_l0_{side}"] for side in ("query", "key")}
        shown |= {"densest": last["validation_densest"]}
    return shown


def _share_out(
    run_dir: Path, names: list[str], tracking: Tracking, *, jobs: int, threads: int, store: Path | None
) -> None:
    function = "polyhead.experiments.train:work"
    workers = [
        start_worker(function, (run_dir, names[i::jobs], threads, store, tracking), name=f"members {i + 1}")
        for i in range(jobs)
    ]
    try:
        with stop_signals() as stop:
            while any(worker.is_alive() for worker in workers) and not stop.name:
                wait([w.sentinel for w in workers if w.is_alive()], timeout=_POLL_SECONDS)
            if stop.name:
                end_workers(workers)
                raise stop.stopped(f"while {jobs} processes trained; their checkpoints hold everything")
    finally:
        end_workers(workers)
    failed = [w.name for w in workers if w.exitcode]
    if failed:
        raise PolyheadError(f"{len(failed)} of {jobs} processes failed (their messages are above); {RESUME}")


def work(run_dir: Path, names: list[str], threads: int, store: Path | None, tracking: Tracking) -> None:
    """What a worker of `run_experiment` does: train its members; a message and exit code 2 where that fails."""
    try:
        train_members(run_dir, names, threads=threads, store=store, tracking=tracking)
    except Stopped:
        sys.exit(128 + signal.SIGTERM)
    except PolyheadError as error:
        print(f"polyhead: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
