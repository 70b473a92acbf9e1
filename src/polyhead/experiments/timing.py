"""Wall time of each stage of a run, kept beside its records."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from polyhead.core.data_files import read_object
from polyhead.core.files import write_json


@contextmanager
def timed(run_dir: Path, stage: str) -> Iterator[None]:
    """Record how long the block took, in seconds, under `stage`."""
    start = time.monotonic()
    yield
    path = run_dir / "records" / "seconds.json"
    seconds = read_object(path) if path.exists() else {}
    write_json(path, {**seconds, stage: round(time.monotonic() - start, 1)})


def stage_seconds(run_dir: Path) -> dict[str, float]:
    """What `timed` recorded."""
    path = run_dir / "records" / "seconds.json"
    return read_object(path) if path.exists() else {}
