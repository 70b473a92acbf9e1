"""Kill -9 at random moments, run the same command again, compare every byte with an uninterrupted run."""

import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

N_KILLS = int(os.environ.get("POLYHEAD_KILLS", "0"))
"""For hours instead of seconds: kills per command (test_kill_commands.py), and a multiple of them here."""


class Warm:
    """Talks to `child.py`."""

    def __init__(self) -> None:
        env = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("child.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
        )

    def run(
        self,
        kind: str,
        folder: Path,
        *,
        kill_after: float | None = None,
        slow_fsync: float = 0.0,
        arguments: Sequence[str] = (),
        number: int = signal.SIGKILL,
    ) -> int:
        """Run one job, killing it after that many seconds if it has not ended; its exit status."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        job = json.dumps({"kind": kind, "folder": str(folder), "slow_fsync": slow_fsync, "arguments": list(arguments)})
        self.process.stdin.write(job.encode() + b"\n")
        self.process.stdin.flush()
        pid = int(self.process.stdout.readline())
        if kill_after is not None and not select.select([self.process.stdout], [], [], kill_after)[0]:
            os.kill(pid, number)
        return int(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    server = Warm()
    yield server
    server.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where the system has such a place: a kill needs no disk, and disks differ in speed by hundreds."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


def steps_done(folder: Path) -> int:
    """How far a run got, by its own account."""
    for path, key in ((folder / "checkpoints" / "latest.json", "step"), (folder / "manifest.json", "done")):
        if path.exists():
            return json.loads(path.read_text())[key]
    return 0


def cut_while_writing(folder: Path) -> bool:
    """Whether a file was being written aside, or a checkpoint was there that `latest.json` did not yet name."""
    newest = max((int(p.stem[5:]) for p in folder.rglob("step-*.safetensors")), default=0)
    return newest > steps_done(folder) or any(folder.rglob(".*tmp*"))


class Outcome(NamedTuple):
    """What a series of kills left."""

    runs: list[Path]
    """Finished runs; more than one where a run got to its end between two kills."""
    n_killed: int
    n_while_writing: int


def kill_until_done(warm: Warm, kind: str, root: Path, n_steps: int, *, n_kills: int) -> Outcome:
    """Kill a run `n_kills` times, then let it end.

    The moments are random in a window that widens when a run got nowhere and narrows when it got too far, so that the
    kills spread over the whole run on any machine.
    """
    moments, window, runs = random.Random(0), 0.05, [root / "run-0"]
    n_killed = n_while_writing = 0
    while n_killed < n_kills:
        before, slow_fsync = steps_done(runs[-1]), 0.004 * (n_killed % 2)
        status = warm.run(kind, runs[-1], kill_after=moments.uniform(0, window), slow_fsync=slow_fsync)
        assert status in (0, -signal.SIGKILL)
        if status == 0:
            runs.append(root / f"run-{len(runs)}")
            continue
        n_killed += 1
        n_while_writing += cut_while_writing(runs[-1])
        fair = (n_steps - before) / (n_kills + 1 - n_killed)
        window *= 0.5 if steps_done(runs[-1]) - before > fair else 1.3
    assert steps_done(runs[-1]) > 0 or len(runs) > 1, "no run lived long enough to keep anything"
    assert warm.run(kind, runs[-1]) == 0
    assert all(steps_done(run) == n_steps for run in runs)
    return Outcome(runs, n_killed, n_while_writing)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, hidden ones too."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.timeout(3600 if N_KILLS else 90)
def test_a_training_run_killed_at_random_moments_ends_in_the_same_bytes(warm: Warm, folder: Path):
    assert warm.run("train", folder / "whole") == 0
    outcome = kill_until_done(warm, "train", folder, 300, n_kills=max(24, 8 * N_KILLS))
    assert outcome.n_while_writing >= 3
    whole = contents(folder / "whole")
    assert "checkpoints/step-00000300.safetensors" in whole
    assert all(contents(run) == whole for run in outcome.runs)


@pytest.mark.timeout(3600 if N_KILLS else 90)
def test_a_harvest_killed_at_random_moments_ends_in_the_same_bytes(warm: Warm, folder: Path):
    assert warm.run("harvest", folder / "whole") == 0
    outcome = kill_until_done(warm, "harvest", folder, 1200, n_kills=max(10, 4 * N_KILLS))
    assert all(contents(run) == contents(folder / "whole") for run in outcome.runs)
