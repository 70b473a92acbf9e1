"""Settings in the files of other programs: every key is known, listed as harmless, or refused by its name.

Numbers are numbers and flags are true or false: a string in their place (`"false"`) is refused, since other readers
take it for something else. What a setting says wrongly is one line with the file and the key.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict

from polyhead.core.config import Config
from polyhead.core.data_files import read_object, shown
from polyhead.core.errors import ArtifactError, PolyheadError

_MOST = 600
"""Characters of a message."""


class ForeignSettings(Config):
    """Base of the settings of one format: as they are written there, nothing converted."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True, validate_default=True
    )


S = TypeVar("S", bound=ForeignSettings)


def read_config(path: Path) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ArtifactError: the file is missing, or holds something else.
    """
    if not path.is_file():
        found = ", ".join(sorted(p.name for p in path.parent.iterdir())) if path.parent.is_dir() else "no such folder"
        raise ArtifactError(f"{path} is missing (found: {found or 'nothing'})")
    return read_object(path)


def checked(kind: type[S], plain: dict[str, Any], path: Path, *, harmless: Collection[str]) -> S:
    """Settings as `kind`, without the keys that change nothing of what a dictionary computes.

    Raises:
        PolyheadError: one line: keys that are missing, unknown or of another type.
    """
    kept = {key: value for key, value in plain.items() if key not in harmless}
    try:
        return kind.parse(kept, where=str(path))
    except PolyheadError as error:
        text = str(error)
        raise PolyheadError(text if len(text) <= _MOST else text[: _MOST - 3] + "...") from None


def refuse(path: Path, what: str, expected: str, received: Any) -> PolyheadError:
    """The one line about a variant that is not supported."""
    value = repr(received) if isinstance(received, str) and len(received) < 80 else shown(received)
    return PolyheadError(f"{path}: {what} {value} is not supported; expected {expected}")


def inside(folder: Path, name: Any, where: str, *, outside: bool | None = None) -> Path:
    """A file of a folder, by the name that a setting gives it.

    Args:
        folder: The folder that was named by the user.
        name: A relative path below it.
        where: File and key, for messages.
        outside: Allow files that lie elsewhere; None where the user has no option for it.

    Raises:
        PolyheadError: a name that leads out of the folder, by itself or through a link.
    """
    if not isinstance(name, str) or not name or "\0" in name:
        raise PolyheadError(f"{where}: the name of a file was expected; received {shown(name)}")
    path = folder / name
    try:
        within = path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError) as error:
        raise PolyheadError(f"{where}: {name!r} cannot be a file: {error}") from None
    if not within and not outside:
        allow = "" if outside is None else ", or allow it with --outside"
        raise PolyheadError(f"{where}: {name!r} leads out of {folder}; copy the file there{allow}")
    return path
