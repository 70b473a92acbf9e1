"""Workers end with the process they work for, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from polyhead.core.processes import is_alive, started
from polyhead.core.workers import end_workers, start_worker

PARENT = """
import sys, time
from polyhead.core.workers import start_worker
if __name__ == "__main__":
    workers = [start_worker("time:sleep", (60,), name="sleeps") for _ in range(2)]
    print(*(w.pid for w in workers), flush=True)
    time.sleep(60)
"""


def gone(pids: list[int], seconds: float) -> bool:
    """Whether none of the processes runs (a dead one that nobody waited for counts as gone)."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(is_alive(pid) and _state(pid) != "Z" for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path, number: signal.Signals):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    assert len(pids) == 2
    parent.send_signal(number)
    parent.wait()
    parent.stdout.close()
    assert gone(pids, 15.0)  # the promise is two seconds on a machine that is not busy


def test_a_worker_calls_its_function_apart_from_the_terminal(tmp_path: Path):
    worker = start_worker("os:mkdir", (str(tmp_path / "made"),), name="makes a folder")
    worker.join(60)
    assert worker.exitcode == 0
    assert (tmp_path / "made").is_dir()


def test_workers_that_do_not_stop_are_killed():
    worker = start_worker("time:sleep", (60,), name="sleeps")
    end_workers([worker], seconds=5.0)
    assert worker.exitcode in (-signal.SIGTERM, -signal.SIGKILL)
    assert started(os.getpid()) is None or not is_alive(worker.pid)
