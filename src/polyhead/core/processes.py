"""Which process wrote something, and whether it still runs: on Linux, macOS and Windows.

A process number says little by itself: it is used again later, and after a reboot by something else. With the time the
process started and the boot it belongs to, it names one process for good.
"""

import os
import sys
from functools import lru_cache
from pathlib import Path

_STILL_ACTIVE = 259
_QUERY_LIMITED_INFORMATION = 0x1000


def is_alive(pid: int) -> bool:
    """Whether a process with this number runs on this machine now.

    Args:
        pid: a process number; anything that can be none counts as not running.

    Returns:
        True also for processes of other users, which cannot be signalled.
    """
    if pid <= 0:
        return False
    if os.name == "nt":
        return _is_alive_windows(pid)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it is there and belongs to somebody else
        return True
    return True


def started(pid: int) -> str | None:
    """When a process started, in the unit of its system; None where that cannot be known.

    Args:
        pid: a process number on this machine.

    Returns:
        Clock ticks since boot on Linux; None elsewhere, and for a process that does not run.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return fields[19]
    except (OSError, IndexError):
        return None


def running_seconds(pid: int) -> float | None:
    """How long a process has been running, in seconds; None where that cannot be known."""
    ticks = started(pid)
    if ticks is None:
        return None
    try:
        uptime = float(Path("/proc/uptime").read_text("ascii").split()[0])
        return uptime - int(ticks) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, AttributeError):
        return None


@lru_cache(maxsize=1)
def boot() -> str | None:
    """What names this boot of this machine, shared by its containers; None where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return None


def _is_alive_windows(pid: int) -> bool:
    """By a handle: `os.kill(pid, 0)` would send Ctrl-C there."""
    if sys.platform != "win32":
        return True  # not Windows at all: nothing is known, and the cautious answer is that it runs
    import ctypes

    kernel = ctypes.windll.kernel32
    handle = kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, False, pid)
    if not handle:
        return kernel.GetLastError() == 5  # access denied: it runs and belongs to somebody else
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == _STILL_ACTIVE
