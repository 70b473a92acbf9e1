"""Whether the header of a GGUF file stays within the file: counts and lengths are compared with its bytes before use.

The `gguf` package believes them; an array that claims 2^60 values would keep it busy for ever.
Layout: ggml-org/ggml, docs/gguf.md.
"""

import mmap
import struct
from pathlib import Path

from polyhead.core.errors import ArtifactError

_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value, by the number of its type: whole numbers, floats, truth values."""
_STRING, _ARRAY = 8, 9
_DEEPEST = 4
"""Arrays within each other."""
_MOST_AXES = 8


def check_gguf_header(path: Path) -> None:
    """Walk the metadata and the list of tensors.

    Raises:
        ArtifactError: not a GGUF file, or its header leads beyond its end.
    """
    try:
        with open(path, "rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
            _Walk(data).header()
    except (ValueError, struct.error, OSError) as error:  # an empty file cannot be mapped
        raise ArtifactError(f"{path} is not a readable GGUF file ({error}); was the download cut short?") from None


class _Walk:
    """A position in the bytes of a file."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at, self.order = data, 0, "<"

    def header(self) -> None:
        if self.data[:4] != b"GGUF":
            raise ValueError("it does not begin with GGUF")
        self.at = 4
        version = self.number("I")
        if version & 0xFFFF == 0:
            self.order, self.at = ">", 4
            version = self.number("I")
        if version not in (2, 3):
            raise ValueError(f"version {version}; 2 and 3 are read")
        n_tensors, n_values = self.number("Q"), self.number("Q")
        for _ in range(self.claimed(n_values, 12)):
            self.string()
            self.value(self.number("I"), 0)
        for _ in range(self.claimed(n_tensors, 24)):
            self.string()
            axes = self.number("I")
            if axes > _MOST_AXES:
                raise ValueError(f"a tensor of {axes} axes")
            self.skip(8 * axes + 12)

    def claimed(self, n: int, least: int) -> int:
        """A count of things that take at least so many bytes each."""
        if n * least > len(self.data) - self.at:
            raise ValueError(f"it claims {n:,} entries at byte {self.at}, more than there are bytes")
        return n

    def value(self, kind: int, depth: int) -> None:
        if kind == _STRING:
            self.string()
        elif kind == _ARRAY:
            if depth == _DEEPEST:
                raise ValueError(f"arrays nested deeper than {_DEEPEST}")
            inner, n = self.number("I"), self.number("Q")
            if inner in _WIDTHS:
                self.skip(self.claimed(n, _WIDTHS[inner]) * _WIDTHS[inner])
            else:
                for _ in range(self.claimed(n, 8)):
                    self.value(inner, depth + 1)
        elif kind in _WIDTHS:
            self.skip(_WIDTHS[kind])
        else:
            raise ValueError(f"a value of unknown type {kind} at byte {self.at}")

    def string(self) -> None:
        self.skip(self.number("Q"))

    def number(self, code: str) -> int:
        (value,) = struct.unpack_from(self.order + code, self.data, self.at)
        self.at += struct.calcsize(code)
        return value

    def skip(self, n: int) -> None:
        if n > len(self.data) - self.at:
            raise ValueError(f"{n:,} bytes are claimed at byte {self.at}, beyond the end")
        self.at += n
