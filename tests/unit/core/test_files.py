"""Files that are whole or absent, whoever writes them and whatever the disk says."""

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from polyhead.core import files
from polyhead.core.errors import ArtifactError
from polyhead.core.files import disk_refusal, remove_leftovers, write_atomic, write_json


def full(path: Path) -> None:
    path.write_bytes(b"half of it")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def rust(path: Path) -> None:
    path.write_bytes(b"half of it")
    raise ValueError("Error while serializing: I/O error: No space left on device (os error 28)")


def torch_like(path: Path) -> None:
    raise RuntimeError("[enforce fail at inline_container.cc:595] . PytorchStreamWriter failed writing file data/0")


def archive(path: Path) -> None:
    try:
        full(path)
    finally:
        raise ValueError("Can't close the ZIP file while there is an open writing handle on it")


@pytest.mark.parametrize("writer", [full, rust, torch_like, archive])
def test_a_full_disk_is_one_line_whoever_writes_and_nothing_earlier_is_lost(tmp_path: Path, writer):
    path = tmp_path / "weights"
    path.write_bytes(b"earlier")
    with pytest.raises(ArtifactError, match=r"could not write .*; nothing earlier was lost") as caught:
        write_atomic(path, writer)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_a_bug_of_a_writer_stays_what_it_is(tmp_path: Path):
    def broken(path: Path) -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        write_atomic(tmp_path / "file", broken)
    try:
        raise OSError(errno.ENOENT, "handled elsewhere")
    except OSError:
        with pytest.raises(KeyError):
            write_atomic(tmp_path / "file", broken)
    assert not any(tmp_path.iterdir())


def test_reasons_of_the_disk_are_told_from_others():
    assert disk_refusal(OSError(errno.EDQUOT, "Disk quota exceeded")) == "Disk quota exceeded"
    assert disk_refusal(Exception("(os error 13)")) == os.strerror(13)
    assert disk_refusal(ValueError("no such key")) is None
    assert disk_refusal(None) is None


SIZES = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
import numpy as np, pyarrow as pa, pyarrow.parquet as pq, torch
from safetensors.torch import save_file
from polyhead.core.errors import ArtifactError
from polyhead.core.files import write_atomic
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
x = torch.randn(100, 100)
def archive(path):
    with open(path, "wb") as handle:
        np.savez(handle, x=x.numpy())
writers = {
    "safetensors": lambda path: save_file({"x": x}, path),
    "torch": lambda path: torch.save(x, path),
    "npz": archive,
    "parquet": lambda path: pq.write_table(pa.table({"x": x.flatten().numpy()}), path),
    "json": lambda path: path.write_text(str(x.tolist())),
}
for name, write in writers.items():
    try:
        write_atomic(Path(sys.argv[1]) / name, write)
        print(name, "written")
    except ArtifactError as error:
        print(name, "refused", len(str(error).splitlines()))
"""


def test_real_writers_that_meet_a_limit_are_refused_in_one_line(tmp_path: Path):
    """A limit on file sizes stands in for a full disk: the system refuses in the same place."""
    done = subprocess.run([sys.executable, "-c", SIZES, str(tmp_path)], capture_output=True, text=True, check=True)
    kinds = ("safetensors", "torch", "npz", "parquet", "json")
    assert done.stdout.splitlines() == [f"{kind} refused 1" for kind in kinds]
    assert not any(tmp_path.iterdir())


def test_files_get_the_mode_of_any_new_file(tmp_path: Path):
    def private(path: Path) -> None:
        path.unlink()
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))  # as safetensors does

    former = os.umask(0o027)
    try:
        write_atomic(tmp_path / "weights", private)
        write_json(tmp_path / "plain", {})
    finally:
        os.umask(former)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("weights", "plain")] == [0o640, 0o640]


def test_leftovers_of_killed_processes_go_and_those_of_living_ones_stay(tmp_path: Path):
    names = {f".a.{2**22 + 1}.tmp": False, ".tmpAb3dE9": False, f".b.{os.getppid()}.tmp": True, ".mine": True}
    for name in names:
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {name for name, stays in names.items() if stays}


@pytest.mark.skipif(sys.platform != "linux", reason="starts of processes are known on Linux")
def test_a_leftover_goes_although_its_process_number_is_used_again(tmp_path: Path):
    path, before = tmp_path / f".a.{os.getppid()}.tmp", time.time() - 10**8
    path.touch()
    os.utime(path, (before, before))  # long before that process began
    remove_leftovers(tmp_path)
    assert not path.exists()


def test_windows_is_spared_what_it_does_not_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It opens no folder, and replaces no file that another program has open for a moment."""
    real, busy = os.replace, [3]

    def replace(here: Path, there: Path) -> None:
        if busy[0]:
            busy[0] -= 1
            raise PermissionError(errno.EACCES, "in use")
        real(here, there)

    monkeypatch.setattr(files.os, "replace", replace)
    monkeypatch.setattr(files, "_ON_WINDOWS", True)
    monkeypatch.setattr(files.os, "open", lambda *_: pytest.fail("a folder was opened"))
    write_atomic(tmp_path / "file", lambda aside: aside.write_bytes(b"1"))
    assert (tmp_path / "file").read_bytes() == b"1"


def test_a_file_size_limit_in_this_process_is_refused_too(tmp_path: Path):
    usual, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, usual[1]))
    try:
        with pytest.raises(ArtifactError, match="nothing earlier was lost"):
            write_json(tmp_path / "x.json", ["long enough"] * 9)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        signal.signal(signal.SIGXFSZ, handler)
    assert not any(tmp_path.iterdir())
