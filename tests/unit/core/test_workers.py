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


MAIN = """
import os, sys
from pathlib import Path
Path(sys.argv[1], f"main of {os.getpid()}").touch()
from polyhead.core.workers import start_worker
worker = start_worker("os:mkdir", (sys.argv[1] + "/made",), name="makes a folder")
worker.join()
print(worker.exitcode)
"""
HOLDS_THE_INTERPRETER = """
import ctypes, os
print(os.getpid(), flush=True)
ctypes.PyDLL(None).sleep(60)  # as loading a large library does: no other thread of the process runs meanwhile
"""
WAITS_FOR_AN_IMPORT = """
import time
from polyhead.core.workers import start_worker
start_worker("holds_the_interpreter:work", (), name="imports")
time.sleep(60)
"""
A_BUSY_MACHINE = 60.0
"""Seconds that tests wait at most for an end that takes two on a quiet machine; what it took is printed."""


def wait_until_gone(pids: list[int]) -> None:
    """Wait for the end of all (a dead one that nobody waited for counts as gone), and print how long that took."""
    begin = time.monotonic()
    while any(is_alive(pid) and _state(pid) != "Z" for pid in pids):
        assert time.monotonic() - begin < A_BUSY_MACHINE, pids
        time.sleep(0.01)
    print(f"workers ended {time.monotonic() - begin:.2f} s after their parent")


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
    wait_until_gone(pids)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread watches, which waits for such an import")
def test_a_worker_that_imports_does_not_outlive_a_killed_parent(tmp_path: Path):
    (tmp_path / "holds_the_interpreter.py").write_text(HOLDS_THE_INTERPRETER)
    script = tmp_path / "parent.py"
    script.write_text(WAITS_FOR_AN_IMPORT)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
        wait_until_gone([worker])


def test_a_worker_does_not_import_the_script_of_its_parent(tmp_path: Path):
    script, folder = tmp_path / "parent.py", tmp_path / "seen"
    folder.mkdir()
    script.write_text(MAIN)  # without `if __name__ == "__main__"`: each import would start another worker
    done = subprocess.run([sys.executable, str(script), str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]
    names = sorted(path.name.split(" of ")[0] for path in folder.iterdir())
    assert names == ["made", "main"]


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
