"""NumPy's files and Parquet tables, read with a check: nothing in them runs, damage is one line with the path."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from polyhead.core.errors import ArtifactError

if TYPE_CHECKING:
    import pyarrow as pa

_AGAIN = "put back a copy, or write it again"


def read_npy(
    path: Path, *, kind: str, shape: Sequence[int | None] | None = None, mapped: bool = False, advice: str = _AGAIN
) -> np.ndarray:
    """The array in a .npy file.

    Args:
        path: A file.
        kind: Kinds of numbers that may be in it, as letters of `numpy.dtype.kind`: `iu` whole numbers, `f` floats,
            `b` booleans.
        shape: Size of every axis, None where any size will do.
        mapped: Leave the array on disk and read what is used.
        advice: What the user can do about a damaged file.

    Raises:
        ArtifactError: the file is missing, is not such an array, or is cut short.
    """
    try:
        with open(path, "rb") as handle:
            if handle.read(6) != b"\x93NUMPY":  # numpy.load would take an archive or a pickle as well
                raise ArtifactError(
                    f"{path} is damaged: an array of NumPy was expected; received something else; {advice}"
                )
            handle.seek(0)
            array = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing; {advice}") from None
    except ArtifactError:
        raise
    except Exception as error:  # a header that is no Python literal alone gives five kinds of error
        raise ArtifactError(f"{path} is damaged ({_reason(error)}); {advice}") from None
    _check(array, str(path), kind, shape, advice)
    return array


def read_npz(path: Path, kinds: Mapping[str, str] | None = None, *, advice: str = _AGAIN) -> dict[str, np.ndarray]:
    """All arrays of a .npz archive, by name.

    Args:
        path: A file.
        kinds: Arrays that must be there, with kinds of numbers as in `read_npy`; `U` is text.
        advice: What the user can do about a damaged file.

    Raises:
        ArtifactError: the file is missing, is not such an archive, or an array in it is damaged.
    """
    try:
        with open(path, "rb") as handle:
            if handle.read(2) != b"PK":
                raise ArtifactError(
                    f"{path} is damaged: an archive of NumPy was expected; received something else; {advice}"
                )
            handle.seek(0)
            with np.load(handle, allow_pickle=False) as stored:
                found = {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing; {advice}") from None
    except ArtifactError:
        raise
    except Exception as error:  # of the header, the archive, its compression
        raise ArtifactError(f"{path} is damaged ({_reason(error)}); {advice}") from None
    for name, kind in (kinds or {}).items():
        if not isinstance(found.get(name), np.ndarray):
            raise ArtifactError(f"{path}: the array {name!r} is missing; {advice}")
        _check(found[name], f"{path}: {name}", kind, None, advice)
    return found


def read_table(path: Path, columns: Sequence[str] | None = None, *, advice: str = _AGAIN) -> "pa.Table":
    """A Parquet table.

    Args:
        path: A file.
        columns: Columns that must be there, the only ones that are read; all if not given.
        advice: What the user can do about a damaged file.

    Raises:
        ArtifactError: the file is missing, is not a whole Parquet file, or lacks a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if not path.is_file():
            raise ArtifactError(f"{path} does not exist; {advice}")
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            names = file.schema_arrow.names
            absent = [name for name in columns or () if name not in names]
            if absent:
                raise ArtifactError(
                    f"{path} lacks the column {absent[0]!r} (received: {', '.join(names[:12])}); "
                    f"it was written by another version; {advice}"
                )
            table = file.read(columns=None if columns is None else list(columns))
        table.validate(full=True)
    except ArtifactError:
        raise
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise ArtifactError(f"{path} is not a readable Parquet file ({_reason(error)}); {advice}") from None
    return table


def _check(array: np.ndarray, where: str, kind: str, shape: Sequence[int | None] | None, advice: str) -> None:
    if array.dtype.kind not in kind:
        words = {"i": "whole numbers", "u": "whole numbers", "f": "floats", "b": "booleans", "U": "text"}
        wanted = " or ".join(dict.fromkeys(words[letter] for letter in kind))
        raise ArtifactError(f"{where}: {wanted} were expected; received {array.dtype}; {advice}")
    if array.dtype.kind == "b" and array.size and array.view(np.uint8).max() > 1:
        raise ArtifactError(f"{where} is damaged: booleans were expected; received other bytes; {advice}")
    if shape is not None and not (
        array.ndim == len(shape) and all(n is None or n == m for n, m in zip(shape, array.shape, strict=True))
    ):
        wanted = " x ".join("any" if n is None else str(n) for n in shape)
        received = " x ".join(map(str, array.shape)) or "a single value"
        raise ArtifactError(f"{where}: an array of {wanted} was expected; received {received}; {advice}")


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
