"""Texts from files: plain text, JSON lines, Parquet, and folders of them, in a fixed order.

| suffix | one document is |
| --- | --- |
| .txt .md .rst .py | the file |
| .jsonl | a line, an object with "text" and, if it likes, "name" |
| .parquet | a row with a column "text" and, if it likes, "name" |

A folder is read recursively, its files sorted by path; files of other kinds in it are passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from polyhead.core.data_files import MAX_BYTES, parse_json, read_bytes
from polyhead.core.errors import PolyheadError

PLAIN_SUFFIXES = (".txt", ".md", ".rst", ".py")
_MAX_PLAIN = 8 * 1024**3
SUFFIXES = (*PLAIN_SUFFIXES, ".jsonl", ".parquet")


@dataclass(frozen=True)
class Document:
    """One text and where it came from."""

    name: str
    text: str


def read_texts(path: Path) -> Iterator[Document]:
    """The documents of a file or folder, in a fixed order; large files are read piece by piece.

    Raises:
        PolyheadError: nothing there, a kind of file not in the table above, not UTF-8, or a line or row without text.
    """
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
        if not files:
            raise PolyheadError(f"{path} holds no text; looked for files ending in {', '.join(SUFFIXES)}")
        for file in files:
            yield from _read_file(file, file.relative_to(path).as_posix())
    elif not path.exists():
        raise PolyheadError(f"{path} does not exist")
    else:
        yield from _read_file(path, path.name)


def _read_file(path: Path, name: str) -> Iterator[Document]:
    if not path.is_file():
        raise PolyheadError(f"{path} is a pipe or a device; text is read from files, so write it to one first")
    if path.suffix == ".jsonl":
        yield from _read_jsonl(path, name)
    elif path.suffix == ".parquet":
        yield from _read_parquet(path, name)
    elif path.suffix in PLAIN_SUFFIXES:
        yield Document(name, _decode(read_bytes(path, max_bytes=_MAX_PLAIN), path))
    else:
        raise PolyheadError(f"{path}: cannot read text from {path.suffix or 'no suffix'}; known: {', '.join(SUFFIXES)}")


def _decode(raw: bytes, path: Path, line: int | None = None) -> str:
    where = f"{path}" if line is None else f"{path}:{line}"
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise PolyheadError(
            f"{where} is not UTF-8: byte 0x{raw[error.start]:02x} at offset {error.start}; "
            "convert it first, for instance with `iconv -f LATIN1 -t UTF-8`"
        ) from None


def _read_jsonl(path: Path, name: str) -> Iterator[Document]:
    with open(path, "rb") as handle:
        for number, raw in enumerate(iter(lambda: handle.readline(MAX_BYTES + 1), b""), start=1):
            if len(raw) > MAX_BYTES:
                raise PolyheadError(
                    f"{path}:{number} is longer than {MAX_BYTES:,} bytes; one document stands on a line"
                )
            if not raw.strip():
                continue
            row = parse_json(_decode(raw, path, number), f"{path}:{number}", constants=True)
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                keys = ", ".join(row) if isinstance(row, dict) else type(row).__name__
                raise PolyheadError(f'{path}:{number} has no "text" (received {keys or "no keys"})')
            yield Document(str(row.get("name", f"{name}:{number}")), row["text"])


def _read_parquet(path: Path, name: str) -> Iterator[Document]:
    try:
        with pq.ParquetFile(path) as table:
            columns = table.schema_arrow.names
            if "text" not in columns:
                raise PolyheadError(f'{path} has no column "text" (received {", ".join(columns) or "none"})')
            wanted = [c for c in ("text", "name") if c in columns]
            row = 0
            for piece in table.iter_batches(batch_size=1024, columns=wanted):
                texts = piece.column("text").to_pylist()
                names = piece.column("name").to_pylist() if "name" in wanted else [None] * len(texts)
                for text, given in zip(texts, names, strict=True):
                    row += 1
                    if not isinstance(text, str):
                        raise PolyheadError(f"{path} row {row}: no text (received {str(text)[:60]!r})")
                    yield Document(f"{name}:{row}" if given is None else str(given), text)
    except (pa.ArrowException, OSError, KeyError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise PolyheadError(f"{path} is not a readable Parquet file: {reason}") from None
