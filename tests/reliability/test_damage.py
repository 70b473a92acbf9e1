"""Every kind of file that polyhead reads, damaged in many ways: a value or one line, and never another value unsaid.

`POLYHEAD_DAMAGE=500` tries so many inputs of each kind (25 if not given) and `POLYHEAD_DAMAGE_REPORT=FILE` writes how
they ended. The damage of an input depends on its number alone, so a failure is repeated by its number.
"""

import json
import os
import random
import resource
import shutil
import signal
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import pytest
from damage import BYTES, JSON_KINDS, JSON_SURE, SURE, json_damage
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from specimens import SPECIMENS, Specimen, digest

from polyhead.core.errors import PolyheadError

N = int(os.environ.get("POLYHEAD_DAMAGE", "25"))
REPORT = os.environ.get("POLYHEAD_DAMAGE_REPORT")
SECONDS = 120
MEMORY = 24 * 1024**3


class Hang(BaseException):
    """Not an Exception, so that no reader takes it for damage."""


@contextmanager
def limits() -> Iterator[None]:
    """An alarm, and so little memory that a claimed size cannot take the machine."""

    def late(*_: object) -> None:
        raise Hang(f"no end after {SECONDS} s")

    former = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGALRM, late)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, former[1]))
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, former)


def any_of(path: str, globs: tuple[str, ...]) -> bool:
    return any(fnmatch(path, glob) for glob in globs)


def damaged(raw: bytes, name: str, rng: random.Random, *, specimen: Specimen) -> tuple[str, bytes, bool]:
    """Kind of damage, the bytes, and whether the result must be the old one or a refusal."""
    checked, free = any_of(name, specimen.checked), any_of(name, specimen.free)
    kinds: list[str] = list(BYTES)
    plain = None
    if name.endswith(".json") and not free:
        plain = json.loads(raw)
        kinds += [*JSON_KINDS, *JSON_KINDS]
    kind = rng.choice(kinds)
    if kind in JSON_KINDS:
        return kind, json_damage(kind, plain, rng), checked or kind in JSON_SURE - set(specimen.content)
    sure = kind in SURE and not name.endswith(".jsonl")  # no lines are an empty list of records
    sure |= kind == "cut" and name.endswith((".json", ".safetensors", ".parquet", ".npy"))
    sure &= not free
    return kind, BYTES[kind](raw, rng), checked or sure


def ended(specimen: Specimen, folder: Path, whole: str) -> str:
    """`equal`, `other` or `refused`.

    Raises:
        AssertionError: a refusal of several lines.
        Exception: whatever is no refusal.
    """
    with limits():
        try:
            found = digest(specimen.read(folder))
        except PolyheadError as error:
            said = str(error)
        except MemoryError:  # the command line says so in one line
            return "refused"
        else:
            return "equal" if found == whole else "other"
    assert len(said.splitlines()) == 1, said
    assert len(said) < 3000, said[:500]
    return "refused"


@pytest.fixture(scope="module")
def report() -> Iterator[dict[str, Counter[str]]]:
    counts: dict[str, Counter[str]] = {}
    yield counts
    if REPORT:
        Path(REPORT).write_text(json.dumps(counts, indent=1))


@pytest.mark.parametrize("kind", SPECIMENS)
def test_damage_ends_as_a_value_or_a_line(kind: str, tmp_path: Path, report: dict[str, Counter[str]]) -> None:
    specimen, counts = SPECIMENS[kind], report.setdefault(kind, Counter())
    whole, folder = tmp_path / "whole" / "it", tmp_path / "damaged" / "it"  # one name, for what records a name
    whole.mkdir(parents=True)
    specimen.make(whole)
    with limits():
        expected = digest(specimen.read(whole))
        assert digest(specimen.read(whole)) == expected, "reading twice gives the same"
    names = [str(p.relative_to(whole)) for p in sorted(whole.rglob("*")) if p.is_file()]
    names = [name for name in names if not any_of(name, specimen.ignored)]
    assert names
    faults: list[str] = []

    @settings(
        max_examples=N,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32), st.sampled_from(names))
    def one(number: int, name: str) -> None:
        rng = random.Random(f"{kind} {number} {name}")
        raw = (whole / name).read_bytes()
        what, changed, sure = damaged(raw, name, rng, specimen=specimen)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder)
        (folder / name).write_bytes(changed)
        place = f"{kind}: {name} {what} ({number})"
        counts["inputs"] += 1
        try:
            end = ended(specimen, folder, expected)
        except (Exception, Hang) as error:
            end = "fault"
            faults.append(f"{place}: {type(error).__name__}: {' '.join(str(error).split())[:300]}")
        if end == "other" and sure:
            end = "fault"
            faults.append(f"{place}: read with another result and no word")
        counts[end] += 1

    one()
    assert not faults, f"{len(faults)} of {counts['inputs']} inputs:\n" + "\n".join(faults[:40])
