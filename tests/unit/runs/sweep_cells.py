"""Functions of cells, imported by the workers of the sweeps under test."""

import os
import signal
import time
from pathlib import Path
from typing import Any

from polyhead.core.errors import PolyheadError


def square(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The square, and how often this cell was begun."""
    return {"square": config["x"] ** 2}


def fails_until(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Fails `n_failures` times, in the way asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    n = len(list(folder.iterdir()))
    (folder / f"try-{n}").touch()
    if n < config["n_failures"]:
        if config["how"] == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if config["how"] == "mistake":
            raise PolyheadError("d_head is 0")
        raise RuntimeError("broken on purpose")
    return {"tries": n + 1, "threads": threads()}


def threads() -> int:
    import torch

    return torch.get_num_threads()


def not_plain(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {"accuracy": float("nan")}


def stops_its_sweep(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Sends SIGTERM to the sweep, then waits until it is stopped itself, as a training loop would."""
    from polyhead.core.stopping import stop_signals

    folder.mkdir(parents=True, exist_ok=True)
    with stop_signals() as stop:
        os.kill(os.getppid(), signal.SIGTERM)
        end = time.monotonic() + 20
        while stop.name is None and time.monotonic() < end:
            time.sleep(0.01)
    (folder / "checkpoint").write_text(str(stop.name))
    return {}
