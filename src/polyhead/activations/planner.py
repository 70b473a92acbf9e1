"""Plans: peak memory, disk and time of a harvest or a training, said before it starts and refused if they do not fit.

Sizes of what is kept are exact. What a run of the model or a training step needs in passing is measured on one real
batch: its time, and where the system tells (Linux), the growth of the process's peak memory; elsewhere it is
estimated from the shapes. Memory is what comes on top of what the process holds when the plan is made.
"""

import contextlib
import copy
import gc
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from polyhead.activations.harvest import harvest_batch, read_sites
from polyhead.activations.shards import shard_header
from polyhead.activations.store import StoreConfig, StoredLayer, stored_sites
from polyhead.activations.tokens import TokenSequences
from polyhead.core.errors import PolyheadError
from polyhead.core.progress import verbosity
from polyhead.core.protocols import BatchSource
from polyhead.core.reading import Reading
from polyhead.core.sites import site
from polyhead.models.hooked import HookedModel

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Plan:
    """What something will take. Bytes and seconds."""

    title: str
    memory: Mapping[str, int]
    """Additional bytes at the peak, by what they are for."""
    disk: Mapping[str, int]
    seconds: float
    memory_available: int
    disk_free: int
    folder: Path | None = None
    """Where the disk is used."""

    @property
    def memory_bytes(self) -> int:
        """Additional memory at the peak."""
        return sum(self.memory.values())

    @property
    def disk_bytes(self) -> int:
        """Additional disk."""
        return sum(self.disk.values())

    def check(self) -> "Plan":
        """Itself, if it fits.

        Raises:
            PolyheadError: it does not; every number is named.
        """
        short = []
        for what, needed, there, parts in (
            ("memory", self.memory_bytes, self.memory_available, self.memory),
            (f"disk under {self.folder}", self.disk_bytes, self.disk_free, self.disk),
        ):
            if needed > there:
                largest = max(parts, key=lambda name: parts[name])
                short.append(
                    f"{size(needed)} of {what} ({largest}: {size(parts[largest])}), but only {size(there)} is available"
                )
        if short:
            raise PolyheadError(f"{self.title} needs {'; and '.join(short)}: take fewer tokens or smaller batches")
        return self

    def table(self) -> Table:
        """One row per need with its parts, next to what the machine has."""
        table = Table(box=None, pad_edge=False)
        table.add_column(self.title)
        table.add_column("needs", justify="right", no_wrap=True)
        table.add_column("there is", justify="right", no_wrap=True)
        needs = (("memory", self.memory, self.memory_available), ("disk", self.disk, self.disk_free))
        for what, parts, there in needs:
            if parts:
                table.add_row(what, size(sum(parts.values())), size(there))
            for name, n_bytes in parts.items():
                if n_bytes:
                    table.add_row(f"  {name}", size(n_bytes), "", style="dim")
        table.add_row("time", duration(self.seconds), "")
        return table

    def show(self, console: Console | None = None) -> "Plan":
        """Print the table (on standard error unless told otherwise, and not there where it is to be quiet); itself."""
        if console is None and verbosity() == "quiet":
            return self
        (console or Console(stderr=True)).print(self.table())
        return self


class Probe(NamedTuple):
    """One measured run."""

    seconds: float
    memory: int | None
    """Bytes by which the peak rose above what was held before; None where the system does not tell."""


def plan_harvest(
    model: HookedModel,
    sequences: TokenSequences,
    reading: Reading,
    *,
    keep: Literal["memory", "disk", "nothing"],
    stored: StoredLayer | None = None,
    sequences_per_run: int = 16,
    folder: Path | None = None,
    cfg: StoreConfig | None = None,
) -> Plan:
    """Plan `harvest_in_memory` (keep="memory"), `harvest_to_disk` ("disk") or one epoch of streaming ("nothing").

    Runs the model three times on one batch. The time to write to disk is not in it.

    Args:
        stored: what goes to disk.
    """
    cfg = cfg or StoreConfig()
    per_run = min(cfg.sequences_per_run if keep == "disk" else sequences_per_run, len(sequences))
    tokens, valid = sequences.rows(torch.arange(per_run))
    batch: dict[str, torch.Tensor] = {}
    probed = probe(lambda: batch.update(harvest_batch(model, tokens, reading, valid=valid)))
    n, n_runs = len(sequences), -(-len(sequences) // per_run)
    passing = probed.memory if probed.memory is not None else _estimated_run(model, reading, per_run, tokens.shape[1])
    memory = {"a run of the model": passing}
    if keep == "memory":
        memory |= {_WORDS.get(role, role): n * value[0].numel() * _kept_width(value) for role, value in batch.items()}
    disk = _disk(model, sequences, stored, cfg) if keep == "disk" and stored is not None else {}
    if disk:
        memory["rows on their way to disk"] = 2 * per_run * sum(disk.values()) // n
    there = _existing(folder or Path())
    if disk and folder is not None and (folder / "manifest.json").exists():
        disk["already there"] = -min(sum(disk.values()), sum(p.stat().st_size for p in folder.glob("*.npy")))
    title = {"memory": "harvest into memory", "disk": "harvest to disk", "nothing": "one epoch of streaming"}[keep]
    return Plan(
        title=f"{title}: {n:,} sequences of {tokens.shape[1]} tokens{_from_documents(sequences)}",
        memory=memory,
        disk=disk,
        seconds=probed.seconds * n_runs,
        memory_available=available_memory(),
        disk_free=shutil.disk_usage(there).free,
        folder=folder,
    )


def plan_training(
    module: Any, batches: BatchSource, *, n_steps: int, folder: Path, optimizer_states: int = 2, keep: int = 2
) -> Plan:
    """Plan `fit`: runs loss and gradient of one batch on a copy of `module`, which stays as it is.

    Args:
        optimizer_states: tensors an optimizer keeps for each parameter (Adam: 2).
        keep: checkpoints kept; one more is on disk while it is written.
    """
    batch = batches.batch(0)
    twin = copy.deepcopy(module)
    probed = probe(lambda: torch.stack(list(twin.loss(batch).values())).sum().backward())
    weights = sum(t.numel() * t.element_size() for t in module.state_dict().values())
    whole = weights * (1 + optimizer_states)
    estimated = weights + 4 * sum(t.numel() * t.element_size() for t in batch.values())
    passing = probed.memory if probed.memory is not None else estimated
    return Plan(
        title=f"training: {n_steps:,} steps of {batches.tokens_per_batch:,} tokens",
        memory={"optimizer": weights * optimizer_states, "writing a checkpoint": whole, "a step": passing},
        disk={f"{keep + 1} checkpoints": (keep + 1) * whole},
        seconds=probed.seconds * n_steps,
        memory_available=available_memory(),
        disk_free=shutil.disk_usage(_existing(folder)).free,
        folder=folder,
    )


def probe(run: Callable[[], object]) -> Probe:
    """Three calls of `run`: the better time of the last two, and the peak memory of all."""
    gc.collect()
    before = _reset_peak()
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    peak = _memory("VmHWM")
    return Probe(min(seconds[1:]), None if before is None or peak is None else max(0, peak - before))


def available_memory() -> int:
    """Bytes this process may still take: what the system has left, or a container's limit where that is less."""
    left = [_sysconf_memory()]
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        left = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")] or left
    with contextlib.suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        limit, used = ((group / name).read_text() for name in ("memory.max", "memory.current"))
        left.append(int(limit) - int(used))
    return max(0, min(left))


def size(n_bytes: float) -> str:
    """`1.2 GB`, in powers of ten."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(n_bytes) >= scale:
            return f"{n_bytes / scale:.1f} {unit}"
    return f"{n_bytes:.0f} B"


def duration(seconds: float) -> str:
    """`3 s`, `4 min`, `2.5 h`."""
    if seconds < 99:
        return f"{seconds:.0f} s" if seconds >= 1 else "under 1 s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


_WORDS = {"valid": "validity", "x": "inputs", "target": "targets", "pattern": "patterns"}


def _from_documents(sequences: TokenSequences) -> str:
    n = sequences.n_documents
    return "" if n is None else f" from {n:,} document{'' if n == 1 else 's'}"


def _kept_width(value: torch.Tensor) -> int:
    return 4 if value.is_floating_point() else value.element_size()


def _disk(model: HookedModel, sequences: TokenSequences, spec: StoredLayer, cfg: StoreConfig) -> dict[str, int]:
    """Bytes of the store's files by role, to the byte but for the manifest."""
    n, width = sequences.tokens.shape
    tokens = sequences.rows(torch.arange(1))[0].to(model.device)
    names = {role: site(spec.layer, name) for role, name in stored_sites(model, spec, cfg).items()}
    dtype, found = np.dtype(cfg.dtype), read_sites(model, tokens, names)
    n_shards = -(-n // cfg.sequences_per_shard)
    per_token = 5 if sequences.split is None else 9
    sizes = {"tokens": n * width * per_token + 256 + (0 if sequences.split is None else 128)}
    for role, value in found.items():
        header = len(shard_header((cfg.sequences_per_shard, *value.shape[1:]), dtype))
        sizes[_WORDS.get(role, "residuals")] = n * value.numel() * dtype.itemsize + n_shards * header
    return sizes


def _estimated_run(model: HookedModel, reading: Reading, b: int, p: int) -> int:
    """Bytes alive at the worst moment of a run, where they cannot be measured: streams, heads, and three patterns."""
    c = model.cfg
    streams = b * p * (4 * c.d_model + 8 * c.n_heads * c.d_head + (0 if c.attn_only else 8 * c.d_model))
    patterns = 3 * b * c.n_heads * p * p if any(r.is_pattern for reads in reading.roles.values() for r in reads) else 0
    return (streams + patterns) * model.dtype.itemsize


def _existing(folder: Path) -> Path:
    """The nearest folder above that exists."""
    return next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())


def _reset_peak() -> int | None:
    """Forget the peak so far; the bytes held now, or None where the system does not do this."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return None
    return _memory("VmRSS")


def _memory(field: str) -> int | None:
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:")), None)


def _sysconf_memory() -> int:
    """Bytes of memory that this machine has; on Windows, that are free."""
    if hasattr(os, "sysconf"):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    import ctypes

    status = (ctypes.c_uint64 * 8)()  # MEMORYSTATUSEX: its size and the load, then seven sizes; the second is free
    status[0] = ctypes.sizeof(status)
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # pyright: ignore[reportAttributeAccessIssue]
    return status[2]
