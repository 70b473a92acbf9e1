"""One process per folder: whoever holds it, however it ended, on whatever machine."""

import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from polyhead.core import locks
from polyhead.core.errors import ArtifactError
from polyhead.core.locks import LOCK, FolderBusyError, is_locked_by_another, locked
from polyhead.core.processes import boot, is_alive, running_seconds, started

HOLD = """
import sys, time
from pathlib import Path
from polyhead.core.locks import locked
with locked(Path(sys.argv[1]), wait=0.0):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.0)


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that works in `folder`."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    process.send_signal(number)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def left_by(folder: Path, **changes: object) -> None:
    """A lock file as a process leaves it that was killed."""
    record = {"pid": 2**22 + 1, "started": "5", "host": socket.gethostname(), "boot": boot(), "since": "then"}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LOCK).write_text(json.dumps({**record, **changes}))


def test_nothing_is_left_and_a_folder_made_for_nothing_goes_too(tmp_path: Path):
    (tmp_path / "there").mkdir()
    with locked(tmp_path / "there"), locked(tmp_path / "made"), locked(tmp_path / "kept"):
        assert (tmp_path / "made" / LOCK).exists()
        (tmp_path / "kept/file").touch()
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "kept", "there"]


def test_the_same_thread_may_enter_again_and_another_may_not(tmp_path: Path):
    refused = []

    def enter() -> None:
        try:
            with locked(tmp_path):
                pass
        except FolderBusyError as error:
            refused.append(str(error))

    with locked(tmp_path), locked(tmp_path):
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        assert not is_locked_by_another(tmp_path)
    assert len(refused) == 1
    with locked(tmp_path):
        pass


def test_another_process_is_refused_in_one_line_that_says_who_works_there(tmp_path: Path):
    process = holder(tmp_path)
    try:
        assert is_locked_by_another(tmp_path)
        with pytest.raises(
            FolderBusyError, match=f"in use: process {process.pid} on {socket.gethostname()} "
        ) as caught:
            with locked(tmp_path):
                pass
        assert "\n" not in str(caught.value)
    finally:
        end(process)


def test_the_lock_of_a_killed_process_is_taken_over_at_once(tmp_path: Path):
    end(holder(tmp_path))
    assert (tmp_path / LOCK).exists()
    assert not is_locked_by_another(tmp_path)
    with locked(tmp_path):
        assert json.loads((tmp_path / LOCK).read_text())["pid"] == os.getpid()
    assert not (tmp_path / LOCK).exists()


def test_a_second_process_waits_for_one_that_is_about_to_end(tmp_path: Path):
    process = holder(tmp_path)
    threading.Timer(0.3, process.kill).start()
    with locked(tmp_path, wait=20.0):
        pass
    end(process)


def test_a_forked_child_does_not_hold_what_its_parent_holds(tmp_path: Path):
    def child() -> None:
        try:
            with locked(tmp_path, wait=0.0):
                os._exit(0)
        except FolderBusyError:
            os._exit(3)

    with locked(tmp_path):
        process = multiprocessing.get_context("fork").Process(target=child)
        process.start()
        process.join()
        assert process.exitcode == 3


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"pid": os.getpid()},  # the number was used again, or the machine started again since
        {"pid": os.getpid(), "started": started(os.getpid()), "boot": "another boot"},
        {"pid": "none", "boot": None},
        {"host": "elsewhere"},  # a container of this machine, by its boot
    ],
)
@pytest.mark.parametrize("system_lock", [True, False])
def test_stale_locks_of_this_machine_are_taken_over(tmp_path, monkeypatch, changes, system_lock):
    if boot() is None or started(os.getpid()) is None:
        pytest.skip("this system does not tell boots and starts of processes")
    if not system_lock:
        monkeypatch.setattr(locks, "_lock", lambda fd: None)
    left_by(tmp_path, **changes)
    with locked(tmp_path):
        pass


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'{"pid": 1'])
def test_a_lock_file_that_cannot_be_read_is_taken_over(tmp_path: Path, content: bytes):
    (tmp_path / LOCK).write_bytes(content)
    with locked(tmp_path):
        pass


def test_without_a_system_lock_a_living_holder_is_still_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "_lock", lambda fd: None)
    left_by(tmp_path, pid=os.getpid(), started=started(os.getpid()))
    with pytest.raises(FolderBusyError):
        with locked(tmp_path):
            pass


def test_a_holder_on_another_host_counts_while_it_gives_signs_of_life(tmp_path: Path):
    left_by(tmp_path, host="elsewhere", boot="theirs")
    with pytest.raises(FolderBusyError, match=r"process \d+ on elsewhere .*its claim ends in \d+ s"):
        with locked(tmp_path):
            pass
    long_ago = time.time() - locks.STALE_SECONDS - 1
    os.utime(tmp_path / LOCK, (long_ago, long_ago))
    with locked(tmp_path):
        pass


def test_a_holder_gives_signs_of_life(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(locks, "_beating", [])
    with locked(tmp_path):
        os.utime(tmp_path / LOCK, (1.0, 1.0))
        end_by = time.monotonic() + 20
        while (tmp_path / LOCK).stat().st_mtime == 1.0 and time.monotonic() < end_by:
            time.sleep(0.02)
        assert (tmp_path / LOCK).stat().st_mtime > 1.0


def test_a_folder_that_cannot_be_is_one_line(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(ArtifactError, match="cannot work in"):
        with locked(tmp_path / "file"):
            pass


def test_processes_are_known_by_number_and_start():
    assert is_alive(os.getpid())
    assert not is_alive(2**22 + 1)
    assert not any(map(is_alive, (0, -1, 10**30)))
    assert started(2**22 + 1) is None
    if sys.platform == "linux":
        assert 0 < (running_seconds(os.getpid()) or 0) < 10**6


def test_nothing_is_signalled_on_windows(monkeypatch: pytest.MonkeyPatch):
    """There, `os.kill(pid, 0)` sends Ctrl-C to a whole group of processes."""
    monkeypatch.setattr(os, "name", "nt")
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a signal was sent"))
    assert is_alive(os.getpid())
