"""Shards: `.npy` files of equal numbers of rows, grown by appending, counted only once they are durable."""

import contextlib
import io
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from polyhead.core.errors import ArtifactError, DiskError, PolyheadError
from polyhead.core.files import sha256_file, write_json

FLUSH_SECONDS = 1.0
"""Longest time whose work a kill can cost."""


def shard_name(role: str, number: int) -> str:
    """File name of one shard."""
    return f"{role}-{number:05d}.npy"


def shard_header(shape: tuple[int, ...], dtype: np.dtype) -> bytes:
    """The bytes of a `.npy` file before its rows."""
    buffer = io.BytesIO()
    fields = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, fields)
    return buffer.getvalue()


class ShardWriter:
    """Appends rows of every role and keeps `manifest.json` true. Use as a context manager."""

    def __init__(
        self,
        folder: Path,
        manifest: dict[str, Any],
        *,
        row_shapes: Mapping[str, list[int]],
        dtype: np.dtype,
        n_rows: int,
    ) -> None:
        """Resume from `manifest`, or further back where a shard that it counts is missing, short or damaged.

        Raises:
            ArtifactError: the manifest counts what cannot be counted.
        """
        self.folder, self.manifest, self.dtype, self.n_rows = folder, manifest, dtype, n_rows
        self.row_shapes = {role: tuple(shape) for role, shape in row_shapes.items()}
        self.per_shard: int = manifest["identity"]["sequences_per_shard"]
        if not 0 <= manifest["done"] <= n_rows:
            raise ArtifactError(
                f"{folder / 'manifest.json'} counts {manifest['done']} of {n_rows} sequences; "
                "put back a copy, or delete the folder and harvest again"
            )
        self._written = self._whole_rows(manifest["done"])
        del manifest["shards"][self._whole_shards(self._written) :]
        self._files: dict[str, io.BufferedRandom] = {}
        self._flushed_at = time.monotonic()

    @property
    def done(self) -> int:
        """Rows written so far."""
        return self._written

    def append(self, values: Mapping[str, np.ndarray]) -> None:
        """Write the next rows of every role, `[rows, ...]`.

        Raises:
            ArtifactError: the disk is full or not writable; rows counted in the manifest are safe.
            PolyheadError: a value does not fit the store's dtype.
        """
        n = len(next(iter(values.values())))
        stored = {role: self._convert(role, value) for role, value in values.items()}
        try:
            taken = 0
            while taken < n:
                number, row = divmod(self._written, self.per_shard)
                count = min(n - taken, self._rows_in(number) - row)
                for role, value in stored.items():
                    self._file(role, number).write(value[taken : taken + count].tobytes())
                taken += count
                self._written += count
                if row + count == self._rows_in(number):
                    self._finish(number)
            if time.monotonic() - self._flushed_at > FLUSH_SECONDS:
                self.flush()
        except OSError as error:
            raise self._failure(error) from error

    def flush(self) -> None:
        """Make what is written durable, then count it."""
        self._sync()
        self.manifest["done"] = self._written
        write_json(self.folder / "manifest.json", self.manifest)
        self._flushed_at = time.monotonic()

    def __enter__(self) -> "ShardWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Count what is written. After an error nothing more is counted: it may have come between two roles."""
        try:
            if error is None:
                self.flush()
        except OSError as failed:
            raise self._failure(failed) from failed
        finally:
            self._close()

    def _finish(self, number: int) -> None:
        self._sync()
        self._close()
        names = {role: shard_name(role, number) for role in self.row_shapes}
        self.manifest["shards"].append({role: sha256_file(self.folder / name) for role, name in names.items()})
        self.flush()

    def _sync(self) -> None:
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())

    def _close(self) -> None:
        for file in self._files.values():
            with contextlib.suppress(OSError):  # only what was never counted can still be unwritten
                file.close()
        self._files = {}

    def _convert(self, role: str, value: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            stored = np.ascontiguousarray(value, dtype=self.dtype)
        if not np.isfinite(stored).all():
            why = "is not finite" if not np.isfinite(value).all() else f"does not fit {self.dtype}; store float32"
            raise PolyheadError(f"a value of role {role} in sequences from {self._written} on {why}")
        return stored

    def _rows_in(self, number: int) -> int:
        return min(self.per_shard, self.n_rows - number * self.per_shard)

    def _header(self, role: str, number: int) -> bytes:
        return shard_header((self._rows_in(number), *self.row_shapes[role]), self.dtype)

    def _size(self, role: str, number: int, rows: int) -> int:
        """Bytes of a shard that holds `rows` rows so far."""
        row_bytes = int(np.prod(self.row_shapes[role])) * self.dtype.itemsize
        return len(self._header(role, number)) + rows * row_bytes

    def _whole_shards(self, rows: int) -> int:
        """How many shards `rows` rows fill to the end; the last shard of a store may be shorter than the others."""
        return -(-rows // self.per_shard) if rows == self.n_rows else rows // self.per_shard

    def _whole_rows(self, counted: int) -> int:
        """How many of the counted rows are really there, back to the start of the first shard that is not whole."""
        n_whole = self._whole_shards(counted)
        for number in range(-(-counted // self.per_shard)):
            rows = min(self.per_shard, counted - number * self.per_shard)
            for role in self.row_shapes:
                path = self.folder / shard_name(role, number)
                if not path.exists() or path.stat().st_size < self._size(role, number, rows):
                    return number * self.per_shard
                if number < n_whole and sha256_file(path) != self._recorded(role, number):
                    return number * self.per_shard
        return counted

    def _recorded(self, role: str, number: int) -> str | None:
        """The checksum in the manifest; None where an earlier version lost it."""
        shards = self.manifest["shards"]
        return shards[number].get(role) if number < len(shards) else None

    def _file(self, role: str, number: int) -> io.BufferedRandom:
        """The open shard, cut to the rows that count when it is first opened."""
        if role not in self._files:
            path, row = self.folder / shard_name(role, number), self._written % self.per_shard
            file = open(path, "r+b" if row else "w+b")  # noqa: SIM115 - closed in _close
            self._files[role] = file
            if row:
                file.truncate(self._size(role, number, row))
                file.seek(0, os.SEEK_END)
            else:
                file.write(self._header(role, number))
        return self._files[role]

    def _failure(self, error: OSError) -> DiskError:
        return DiskError(
            f"could not write shards in {self.folder}: {error.strerror or error}; {self.manifest['done']} of "
            f"{self.n_rows} sequences are safe: free some space and run the same harvest again"
        )
