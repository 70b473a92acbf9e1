"""Python source as a corpus: the standard library and installed packages under permissive licences.

Whole files only; exact duplicates dropped, packages capped so that none dominates; held-out files are chosen by the
hash of their path, and a held-out file that shares most of its lines with the rest is dropped, so that the held-out
loss is not a test of copying. Of the user's own text, the pieces with the lowest hashes of their text are held out:
files may be renamed and moved, equal pieces fall on one side, and some are always held out.
"""

import hashlib
import importlib.metadata
import random
import re
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from polyhead.activations.texts import read_texts
from polyhead.core.errors import PolyheadError
from polyhead.core.progress import progress

PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|PSF|Python Software Foundation|ISC|HPND|Zlib|Unlicense|CC0|0BSD)\b", re.IGNORECASE
)
_COPYLEFT = re.compile(r"\b(GPL|LGPL|AGPL|MPL|Mozilla|EPL|CDDL|proprietary|NVIDIA)\b", re.IGNORECASE)
_MAX_FILE, _MIN_FILE = 200_000, 400
_PIECE, _MIN_PIECE, _MIN_PIECES = 20_000, 1_000, 32
"""Characters of one piece of the user's own text; shorter pieces where a text would give fewer than `_MIN_PIECES`."""


@dataclass(frozen=True)
class SourceFile:
    """One file of the corpus: `name` is `package/relative/path.py`."""

    name: str
    package: str
    text: str


@dataclass(frozen=True)
class Corpus:
    """Training and held-out files, and for every package its version, licence and number of bytes."""

    train: list[SourceFile]
    held_out: list[SourceFile]
    packages: dict[str, dict[str, str | int]]


def python_corpus(
    *, seed: int, max_bytes_per_package: int = 6_000_000, held_out_share: float = 0.03, max_bytes: int | None = None
) -> Corpus:
    """Gather the corpus from this Python environment.

    Raises:
        PolyheadError: less than 1 MB was found.
    """
    seen: set[bytes] = set()
    files: list[SourceFile] = []
    packages: dict[str, dict[str, str | int]] = {}
    found = list(_packages())
    with progress("reading Python source", total=len(found), unit="packages") as bar:
        for package, version, licence, paths in found:
            rng = random.Random(f"{seed}:{package}")
            paths = sorted(paths)
            rng.shuffle(paths)
            taken = 0
            for name, path in paths:
                if taken >= max_bytes_per_package:
                    break
                text = _read(path)
                digest = hashlib.sha256((text or "").encode()).digest()
                if text is None or digest in seen:
                    continue
                seen.add(digest)
                taken += len(text)
                files.append(SourceFile(name, package, text))
            if taken:
                packages[package] = {"version": version, "licence": licence, "bytes": taken}
            bar.advance()
    random.Random(seed).shuffle(files)
    if max_bytes is not None:
        files = _first_bytes(files, max_bytes)
    if sum(len(f.text) for f in files) < 1_000_000:
        raise PolyheadError("found less than 1 MB of Python source under permissive licences; give --text FILE instead")
    return _split(files, held_out_share, packages)


def text_corpus(path: Path, *, held_out_share: float = 0.03, max_bytes: int | None = None) -> Corpus:
    """A corpus of the user's own texts; long ones are cut into pieces so that one file is enough.

    Raises:
        PolyheadError: unreadable, or too little to hold anything out.
    """
    documents = list(read_texts(path))
    n_characters = sum(len(d.text) for d in documents)
    size = max(_MIN_PIECE, min(_PIECE, n_characters // _MIN_PIECES))
    files = [
        SourceFile(f"{document.name}:{start}", "text", document.text[start : start + size])
        for document in documents
        for start in range(0, len(document.text), size)
    ]
    files = files if max_bytes is None else _first_bytes(files, max_bytes)
    n_bytes = sum(len(f.text.encode()) for f in files)
    chosen = _lowest_hashes({f.text for f in files}, held_out_share)
    packages: dict[str, dict[str, str | int]] = {str(path): {"version": "-", "licence": "not stated", "bytes": n_bytes}}
    corpus = _without_copies(
        [f for f in files if f.text in chosen], [f for f in files if f.text not in chosen], packages
    )
    if not corpus.train or not corpus.held_out:
        why = "which share most of their lines" if len(files) > 1 else "too little to hold any out"
        raise PolyheadError(f"{path} holds {n_bytes:,} bytes in {len(files)} pieces, {why}; give more, or other, text")
    return corpus


def _lowest_hashes(texts: set[str], share: float) -> set[str]:
    """The share of the texts, at least one and never all, that comes first by hash."""
    ordered = sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())
    return set(ordered[: min(len(texts) - 1, max(1, round(share * len(texts))))])


def _split(files: list[SourceFile], held_out_share: float, packages: dict[str, dict[str, str | int]]) -> Corpus:
    held_out = [f for f in files if _is_held_out(f.name, held_out_share)]
    return _without_copies(held_out, [f for f in files if not _is_held_out(f.name, held_out_share)], packages)


def _without_copies(
    held_out: list[SourceFile], train: list[SourceFile], packages: dict[str, dict[str, str | int]]
) -> Corpus:
    """The corpus less held-out files that share most of their lines with the rest."""
    lines = {hash(line) for f in train for line in _lines(f.text)}
    held_out = [f for f in held_out if _shared(f.text, lines) < 0.5]
    return Corpus(train, held_out, packages)


def _is_held_out(name: str, share: float) -> bool:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") < share * 2**32


def _lines(text: str) -> list[str]:
    return [line for raw in text.split("\n") if len(line := raw.strip()) > 20]


def _shared(text: str, known: set[int]) -> float:
    lines = _lines(text)
    return sum(hash(line) in known for line in lines) / max(1, len(lines))


def _first_bytes(files: list[SourceFile], max_bytes: int) -> list[SourceFile]:
    total, kept = 0, []
    for file in files:
        total += len(file.text)
        if total > max_bytes:
            break
        kept.append(file)
    return kept


def _packages() -> Iterator[tuple[str, str, str, list[tuple[str, Path]]]]:
    stdlib = Path(sysconfig.get_paths()["stdlib"])
    own = [
        (f"python/{p.relative_to(stdlib)}", p)
        for p in stdlib.rglob("*.py")
        if "site-packages" not in p.parts and "lib2to3" not in p.parts
    ]
    yield "python", sysconfig.get_python_version(), "PSF-2.0", own
    for dist in sorted(importlib.metadata.distributions(), key=lambda d: d.metadata["Name"].lower()):
        meta: Any = dist.metadata  # an email message; its stub knows too little
        stated = [
            meta.get("License-Expression") or "",
            *[c for c in meta.get_all("Classifier") or [] if "License" in c],
        ]
        if not any(stated):
            stated = [(meta.get("License") or "")[:80]]
        licence = "; ".join(s.split(" :: ")[-1] for s in stated if s)
        if not PERMISSIVE.search(licence) or _COPYLEFT.search(licence):
            continue
        paths = [
            (f"{meta['Name']}/{f}", Path(str(dist.locate_file(f)))) for f in dist.files or [] if str(f).endswith(".py")
        ]
        yield meta["Name"], dist.version, licence, paths


def _read(path: Path) -> str | None:
    """The text of a file worth training on, or None: too short, too long, generated, or mostly data."""
    try:
        if not _MIN_FILE <= path.stat().st_size <= _MAX_FILE:
            return None
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return None
    longest = max(map(len, text.split("\n")))
    data_like = sum(c.isdigit() for c in text) > 0.15 * len(text)
    return None if longest > 500 or data_like or "generated by" in text[:1000].lower() else text
