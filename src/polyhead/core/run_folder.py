"""The folder of a run: it belongs to one configuration, one process works in it at a time, and a killed run resumes.

Everything that computes into a folder opens it here: training, harvests, studies, sweeps, reports, graphs. So there is
one lock, one way to refuse a folder of something else, one message about resuming, and one place that clears away what
a killed process left.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from polyhead.core.data_files import read_json, read_object
from polyhead.core.earlier_names import current_settings
from polyhead.core.errors import PolyheadError
from polyhead.core.files import remove_leftovers, write_json
from polyhead.core.locks import LOCK, is_locked_by_another, locked
from polyhead.core.progress import say

SECONDS = Path("records") / "seconds.json"
"""Where the wall time of each stage is kept."""
_LONGEST_SHOWN = 60
_MOST_SHOWN = 4


@contextlib.contextmanager
def open_run(folder: Path) -> Iterator[None]:
    """Work in `folder` alone, after clearing away what a killed process was still writing there or below.

    Args:
        folder: made where there is none, and removed again where nothing was written into it.

    Raises:
        FolderBusyError: another process works there.
        ArtifactError: the folder cannot be made or written to.
    """
    with locked(folder):
        clear_leftovers(folder)
        yield


def clear_leftovers(folder: Path) -> None:
    """Remove unfinished files and locks of killed processes from `folder` and every folder below.

    A folder below in which another process works is passed over with all that is in it.
    """
    remove_leftovers(folder)
    for place, folders, names in os.walk(folder):
        here = Path(place)
        if here != folder and LOCK in names and is_locked_by_another(here):
            folders.clear()
        elif here != folder and any(name.startswith(".") for name in names):
            remove_leftovers(here)


def claim(
    folder: Path,
    asked: Mapping[str, Any],
    *,
    file: str,
    what: str,
    replaceable: Callable[[], bool] = lambda: False,
    only_if_empty: bool = False,
) -> None:
    """Record in `folder/file` what the folder belongs to, or refuse one that belongs to something else.

    Args:
        folder: of the run; open (`open_run`).
        asked: plain values, as JSON gives them back.
        file: name of the file that holds them.
        what: what kind of run it is, with its article: "an experiment".
        replaceable: whether what an earlier run left is worth nothing, so that its settings may be replaced.
        only_if_empty: refuse a folder that holds something but no such file.

    Raises:
        PolyheadError: the folder holds another run (differing settings named) or something else.
    """
    path, plain = folder / file, json.loads(json.dumps(dict(asked)))
    if not path.exists():
        if only_if_empty and any(found.name != LOCK for found in folder.iterdir()):
            raise PolyheadError(f"{folder} exists and is not the folder of {what}; choose another folder")
        write_json(path, plain)
        return
    held = current_settings(read_json(path))
    if held == current_settings(plain):
        return
    if replaceable():
        write_json(path, plain)
        return
    raise PolyheadError(refusal(folder, what, held, plain))


def refusal(folder: Path, what: str, held: Any, asked: Mapping[str, Any]) -> str:
    """The one sentence about a folder that belongs to another run.

    Args:
        folder: what was asked for.
        what: what it holds, with its article: "a sweep".
        held: settings that the folder belongs to, as they were read.
        asked: settings that were asked for.
    """
    differing = differences(held if isinstance(held, dict) else {}, asked)
    return f"{folder} holds {what} with other settings: {differing}; choose another folder, or delete that one"


def differences(held: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """Which settings differ, by dotted name: `training.lr is 0.1 there and 0.2 here`; empty where none does.

    Facts of the model that the version which wrote the folder did not record yet are not compared.

    Args:
        held: settings of the folder, nested mappings of plain values.
        asked: settings that were asked for, likewise.
    """
    there, here = _leaves(held), _leaves(asked)
    keys = [key for key in {**there, **here} if there.get(key) != here.get(key)]
    keys = [key for key in keys if key in there or not key.startswith("model.")]
    words = [_difference(key, there.get(key), here.get(key)) for key in keys[:_MOST_SHOWN]]
    return ", ".join(words) + (f" and {len(keys) - _MOST_SHOWN} more" if len(keys) > _MOST_SHOWN else "")


@contextlib.contextmanager
def stage(folder: Path, name: str) -> Iterator[None]:
    """Record how long the block took, in seconds, under `name`; nothing where it failed."""
    begun = time.monotonic()
    say(f"stage {name}, in {folder}")
    yield
    seconds = round(time.monotonic() - begun, 1)
    write_json(folder / SECONDS, {**stage_seconds(folder), name: seconds})
    say(f"stage {name}: {seconds} s")


def stage_seconds(folder: Path) -> dict[str, float]:
    """What `stage` recorded: name to seconds."""
    path = folder / SECONDS
    return read_object(path) if path.exists() else {}


def _leaves(value: Mapping[str, Any], name: str = "") -> dict[str, Any]:
    """Dotted key to plain value."""
    found: dict[str, Any] = {}
    for key, inner in value.items():
        full = f"{name}.{key}" if name else str(key)
        found |= _leaves(inner, full) if isinstance(inner, Mapping) and inner else {full: inner}
    return found


def _difference(key: str, there: Any, here: Any) -> str:
    shown = [_shown(value) for value in (there, here)]
    return f"{key} is {shown[0]} there and {shown[1]} here" if all(shown) and shown[0] != shown[1] else f"{key} differs"


def _shown(value: Any) -> str | None:
    """A value in a few characters; None where it is too long to be told."""
    if isinstance(value, str) and len(value) == 64 and all(c in "0123456789abcdef" for c in value):
        return value[:12]
    text = value if isinstance(value, str) and value and value.isprintable() else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else None
