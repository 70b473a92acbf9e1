"""Tensors from files that anybody may have written: every claim is compared with the file before memory is taken.

safetensors   the header is read as checked JSON, sizes and offsets are compared with the file; then the library reads
.pt           a zip archive whose entries are stored as they are: names, sizes and checksums (CRC-32) of all entries,
              then the sizes that the pickle claims for its tensors, without running anything that is in it; then torch
              reads plain tensors and nothing else
.npz          a zip archive of .npy: names, packed and unpacked sizes and headers of all arrays; no objects are loaded
Numbers that are not finite are refused by `check_finite`, with the tensor's name: NaN compares as false with anything,
so that a dictionary with NaN in its encoder looks like one whose latents are dead.
"""

import io
import math
import pickle
import re
import struct
import warnings
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from polyhead.core.data_files import parse_json
from polyhead.core.errors import ArtifactError

_HEADER_BYTES = 64 * 1024**2
_BITS = {"F64": 64, "F32": 32, "F16": 16, "BF16": 16, "I64": 64, "I32": 32, "I16": 16, "I8": 8, "U8": 8, "BOOL": 8}
_BITS |= {"U16": 16, "U32": 32, "U64": 64, "F8_E4M3": 8, "F8_E5M2": 8}
_PACKED_BYTES, _PACKED_RATIO = 64 * 1024**2, 20
"""Trained weights hardly pack at all: a large array that unpacks to more than this many times its size is a bomb."""
_SAVE_AGAIN = "copy the file again or save it again"


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a safetensors file, as they are stored.

    Raises:
        ArtifactError: the file is missing, damaged or cut short, claims more than it holds, or has a type of number
            that is not read.
    """
    _header(path)
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError, KeyError, RuntimeError, AttributeError) as error:
        raise ArtifactError(f"{path} is not a whole safetensors file: {_one_line(error)}") from None


def read_torch(path: Path) -> dict[str, Tensor]:
    """All tensors of a state dict that torch saved, without running anything that is in the file.

    Raises:
        ArtifactError: the file is missing, damaged, claims more than it holds, or holds more than tensors.
    """
    _check_archive(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch comments on the pickle's protocol; what matters is refused below
            tensors = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for a damaged or unsafe file
        raise ArtifactError(
            f"{path}: plain tensors were expected and nothing else is loaded: {_one_line(error)}"
        ) from None
    if not isinstance(tensors, dict):
        raise ArtifactError(f"{path}: a state dict (names to tensors) was expected; received {type(tensors).__name__}")
    for name, t in tensors.items():
        if not isinstance(name, str) or not isinstance(t, Tensor) or t.layout != torch.strided:
            raise ArtifactError(
                f"{path}: a state dict (names to tensors) was expected; received {name!r}: {type(t).__name__}"
            )
        if t.numel() * t.element_size() > t.untyped_storage().nbytes():
            raise ArtifactError(
                f"{path}: {name} claims {t.numel():,} numbers, but only "
                f"{t.untyped_storage().nbytes() // t.element_size():,} are stored; {_SAVE_AGAIN}"
            )
    return dict(tensors)


def read_npz(path: Path) -> dict[str, Tensor]:
    """All arrays of a .npz file of numbers, as they are stored.

    Raises:
        ArtifactError: the file is missing, damaged, holds objects, or arrays that unpack to more than their headers
            claim.
    """
    try:
        if not path.is_file():
            raise ArtifactError(f"{path} is missing" if not path.exists() else f"{path} is not a file")
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_arrays(path, archive, entries)
            return {
                e.filename.removesuffix(".npy"): torch.from_numpy(
                    np.lib.format.read_array(io.BytesIO(archive.read(e)), allow_pickle=False)
                )
                for e in entries
            }
    except ArtifactError:
        raise
    except Exception as error:  # zip, zlib and numpy raise many kinds for a damaged file
        raise ArtifactError(f"{path} is not a whole .npz file: {_one_line(error)}; {_SAVE_AGAIN}") from None


def _check_arrays(path: Path, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Headers of all arrays against the sizes of their entries, before any is unpacked."""
    names = [e.filename for e in entries]
    if len(set(names)) < len(names) or not names:
        raise ArtifactError(f"{path} is damaged: arrays with different names were expected, received {len(names)}")
    for entry in entries:
        if not entry.filename.endswith(".npy"):
            raise ArtifactError(f"{path}: arrays (.npy) were expected; received {entry.filename[:80]!r}")
        if entry.file_size > _PACKED_BYTES and entry.file_size > _PACKED_RATIO * entry.compress_size:
            raise ArtifactError(
                f"{path}: {entry.filename} unpacks from {entry.compress_size:,} to {entry.file_size:,} bytes, which no "
                f"array of trained weights does; {_SAVE_AGAIN}"
            )
        with archive.open(entry) as handle:
            version = np.lib.format.read_magic(handle)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = read(handle)
            begin = handle.tell()
        if dtype.kind not in "fiub":
            raise ArtifactError(f"{path}: {entry.filename} holds {dtype}; arrays of numbers were expected")
        if begin + math.prod(shape) * dtype.itemsize != entry.file_size:
            raise ArtifactError(
                f"{path} is damaged: {entry.filename} {list(shape)} takes {math.prod(shape) * dtype.itemsize:,} bytes, "
                f"its entry holds {entry.file_size - begin:,}; {_SAVE_AGAIN}"
            )


def check_finite(path: Path, tensors: Mapping[str, Tensor], *, minus_infinity: Collection[str] = ()) -> None:
    """Refuse NaN and infinite numbers.

    Args:
        path: Where the tensors come from, for the message.
        tensors: By name.
        minus_infinity: Names in which -inf has a meaning (a mask, the logarithm of a threshold of 0).

    Raises:
        ArtifactError: the first tensor at fault, and how many of its numbers.
    """
    for name, t in tensors.items():
        if not (t.is_floating_point() or t.is_complex()) or t.is_meta:
            continue
        bad = ~torch.isfinite(t)
        if name in minus_infinity:
            bad &= t != -math.inf
        if bool(bad.any()):
            kinds = "NaN" if bool(torch.isnan(t).any()) else "infinite"
            raise ArtifactError(
                f"{path}: {int(bad.sum()):,} of {t.numel():,} numbers of {name} are {kinds}; training diverged or "
                "the file is damaged: use another checkpoint"
            )


# ---- inside


def _header(path: Path) -> dict[str, Any]:
    """The header of a safetensors file, compared with the file's size."""
    try:
        if not path.is_file():
            raise ArtifactError(f"{path} is missing" if not path.exists() else f"{path} is not a file")
        size = path.stat().st_size
        with open(path, "rb") as handle:
            first = handle.read(8)
            n = struct.unpack("<Q", first)[0] if len(first) == 8 else 0
            if not 2 <= n <= min(size - 8, _HEADER_BYTES):
                raise ArtifactError(
                    f"{path} is not a whole safetensors file: its header claims {n:,} bytes, the file has {size:,}; "
                    f"{_SAVE_AGAIN}"
                )
            text = handle.read(n)
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror or error}") from None
    header = parse_json(text.rstrip(b" "), f"{path} (header)", root=dict, advice=_SAVE_AGAIN)
    for name, entry in header.items():
        if name != "__metadata__":
            _check_entry(path, name, entry, size - 8 - n)
    return header


def _check_entry(path: Path, name: str, entry: Any, held: int) -> None:
    """One tensor's type, shape and place against the bytes that the file holds."""
    entry = entry if isinstance(entry, dict) else {}
    shape, places = entry.get("shape"), entry.get("data_offsets")
    if not (_whole(shape) and _whole(places) and len(places) == 2):
        raise ArtifactError(f"{path}: the header's entry of {name} has no shape and offsets; {_SAVE_AGAIN}")
    bits = _BITS.get(str(entry.get("dtype")))
    if bits is None:
        raise ArtifactError(f"{path}: {name} is of type {entry.get('dtype')!r}; types read: {', '.join(_BITS)}")
    start, end = places
    needed = math.prod(shape) * bits // 8
    if not (0 <= start <= end <= held and end - start == needed):
        raise ArtifactError(
            f"{path} is not a whole safetensors file: {name} {shape} takes {needed:,} bytes at {start:,} to {end:,}; "
            f"the file holds {held:,} bytes of tensors; {_SAVE_AGAIN}"
        )


def _whole(values: Any) -> TypeGuard[list[int]]:
    return isinstance(values, list) and all(isinstance(v, int) and not isinstance(v, bool) and v >= 0 for v in values)


def _check_archive(path: Path) -> None:
    """Names, sizes and checksums of a .pt file's entries, and the sizes that its tensors claim."""
    try:
        if not path.is_file():
            raise ArtifactError(f"{path} is missing" if not path.exists() else f"{path} is not a file")
        if not zipfile.is_zipfile(path):
            raise ArtifactError(
                f"{path} is not a zip archive, as torch.save writes it since 1.6; it is damaged, or older: save it "
                "again with a newer torch"
            )
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_entries(path, entries)
            damaged = archive.testzip()
            if damaged is not None:
                raise ArtifactError(f"{path} is damaged: the checksum of its entry {damaged} is wrong; {_SAVE_AGAIN}")
            (pickled,) = (e.filename for e in entries if e.filename.endswith("/data.pkl"))
            stored = {
                e.filename.rsplit("/", 1)[1]: e.file_size
                for e in entries
                if e.filename.startswith(pickled.removesuffix("data.pkl") + "data/")
            }
            with archive.open(pickled) as handle:
                claims = _Claims(handle)
                claims.load()
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise ArtifactError(f"{path} is damaged: {_one_line(error)}; {_SAVE_AGAIN}") from None
    except ArtifactError:
        raise
    except Exception as error:  # an unpickler raises what a damaged stream makes it raise
        raise ArtifactError(
            f"{path}: plain tensors were expected and nothing else is loaded: {_one_line(error)}"
        ) from None
    for key, needed in claims.sizes.items():
        if stored.get(key) != needed:
            raise ArtifactError(
                f"{path} is damaged: a tensor claims {needed:,} bytes of the entry {key}, which holds "
                f"{stored.get(key, 0):,}; {_SAVE_AGAIN}"
            )


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    size, names = path.stat().st_size, [e.filename for e in entries]
    packed = next((e.filename for e in entries if e.compress_type != zipfile.ZIP_STORED), None)
    if packed is not None or sum(e.file_size for e in entries) > size:
        raise ArtifactError(
            f"{path}: entries of a .pt file are stored as they are, {packed or 'some'} unpacks to more than the file"
        )
    if len(set(names)) < len(names) or sum(name.endswith("/data.pkl") for name in names) != 1:
        raise ArtifactError(f"{path} is damaged: one data.pkl was expected and each name once, received {len(names)}")


class _Claims(pickle.Unpickler):
    """Goes through a pickle and notes how many bytes every storage claims. Nothing is imported, nothing is called."""

    def __init__(self, handle: Any) -> None:
        super().__init__(handle)
        self.sizes: dict[str, int] = {}

    def find_class(self, module: str, name: str) -> Any:
        return type(f"{module}.{name}", (_Nothing,), {"wide": _element_bytes(name)})

    def persistent_load(self, pid: Any) -> Any:
        kind, storage, key, _, n = pid
        if kind != "storage" or not isinstance(key, str) or not isinstance(n, int) or n < 0:
            raise pickle.UnpicklingError("a persistent value that is no storage")
        self.sizes[key] = n * int(getattr(storage, "wide", 0))
        return _Nothing()


class _Nothing:
    """Stands for whatever a pickle names."""

    def __new__(cls, *_: Any, **__: Any) -> Any:
        return super().__new__(cls)

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __setstate__(self, _: Any) -> None:
        pass

    def __setitem__(self, _: Any, __: Any) -> None:
        pass

    def append(self, _: Any) -> None:
        """An item of a list."""

    def extend(self, _: Any) -> None:
        """Items of a list."""

    def add(self, _: Any) -> None:
        """An item of a set."""

    def update(self, _: Any) -> None:
        """Items of a set."""


_WIDTHS = {"Double": 8, "Float": 4, "Half": 2, "BFloat16": 2, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1}
_WIDTHS |= {"Bool": 1, "ComplexFloat": 8, "ComplexDouble": 16, "Untyped": 1}


def _element_bytes(name: str) -> int:
    found = re.fullmatch(r"(\w+)Storage", name)
    return _WIDTHS.get(found[1], 0) if found else 0


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return " ".join(lines[0].split())[:200] if lines else type(error).__name__
