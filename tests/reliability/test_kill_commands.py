"""Kill -9, Ctrl-C and SIGTERM at random moments of every long command; run it again, compare with an uninterrupted run.

`make test` tries the commands that take seconds, once each. POLYHEAD_KILLS=8 tries all of them, eight times each.
"""

import json
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from test_kill import N_KILLS, Warm

VOLATILE = ("seconds", "created", "train_seconds", "tokens_per_second", "train_memory", "memory", "text", "peak_bytes")
"""Keys whose values depend on when, where and how fast something ran; `text`: the path of the text."""
TIMES = ("seconds.json", "cost.json", "run.json")
PAGES = (".html", ".js", ".css", ".md", ".svg")
"""Rendered from records, dates and seconds included: they have to be there."""

_WORDS = random.Random(0)
TEXT = "".join(
    " ".join("".join(_WORDS.choices("abcdefghij", k=_WORDS.randint(1, 7))) for _ in range(12)) + "\n"
    for _ in range(2000)
)
SMALL = ["--seq-len", "16", "--train-tokens", "1024", "--eval-tokens", "128", "--layers", "1", "--threads", "1"]
TRAINED = ["train", "mtc", "--out", "run", *SMALL, "--set", "n_latents=16", "activation.k=4"]


class Case(NamedTuple):
    """A command, and what has to be there before it."""

    arguments: str
    before: tuple[list[str], ...] = ()
    quick: bool = False


CASES = {
    "train": Case(" ".join(TRAINED), quick=True),
    "train-seeds": Case(" ".join([*TRAINED, "--seeds", "0", "1"])),
    "train-all": Case(" ".join(["train", "all", "--out", "run", *SMALL, "--n-latents", "16", "--k", "4"])),
    "train-jobs": Case(" ".join([*TRAINED, "--seeds", "0", "1", "--jobs", "2"])),
    "harvest": Case("harvest --out run --tokens 9000 --seq-len 16 --layers 1 --threads 1", quick=True),
    "train-lm": Case("train-lm --preset quick --out run --text text.txt --steps 6 --threads 1"),
    "evaluate": Case("evaluate run --threads 1", (TRAINED,), quick=True),
    "report": Case("report run --threads 1", (TRAINED,)),
    "score": Case("dictionary score run/members/free-k4-n16-s0/dictionary --tokens 256 --seq-len 16", (TRAINED,)),
    "neurons": Case("neurons bundled --units heads --layers 0 --out run --tokens 2048 --seq-len 32 --threads 1"),
    "heads-report": Case("heads report bundled --quick --out run --tokens 1024 --seq-len 64 --threads 1"),
    "graph": Case("graph def --out run --threads 1"),
    "benchmark": Case("benchmark --quick --out run --steps 4 --methods pca mtc --cases roomy"),
    "study": Case("study run hidden-size-polysemanticity --preset quick --out run"),
    "sweep": Case("sweep pairs --set n_heads=1 d_head=1 --seeds 2 --out run --set n_steps=20"),
}
CHOSEN = [name for name, case in CASES.items() if case.quick or N_KILLS]


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    server = Warm()
    yield server
    server.close()


def plain(value: Any) -> Any:
    """Without what depends on time and place."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in VOLATILE}
    return [plain(v) for v in value] if isinstance(value, list) else value


def contents(folder: Path) -> dict[str, Any]:
    """Every file below, by its name: bytes, or values where times are among them."""
    found: dict[str, Any] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = str(path.relative_to(folder))
        if path.name in TIMES or path.suffix in PAGES:
            found[name] = None
        elif path.suffix == ".json":
            found[name] = plain(json.loads(path.read_text("utf-8")))
        elif path.name.endswith(".jsonl"):
            found[name] = [plain(json.loads(line)) for line in path.read_text("utf-8").splitlines()]
        else:
            found[name] = path.read_bytes()
    return found


def place(root: Path, name: str, warm: Warm, case: Case) -> Path:
    """A working folder with what the command needs."""
    folder = root / name
    folder.mkdir()
    (folder / "text.txt").write_text(TEXT)
    for arguments in case.before:
        assert warm.run("command", folder, arguments=arguments) == 0
    return folder


@pytest.mark.timeout(3600 if N_KILLS else 400)
@pytest.mark.parametrize("name", CHOSEN)
def test_a_killed_command_ends_as_if_it_had_never_been_killed(warm: Warm, tmp_path: Path, name: str):
    case = CASES[name]
    first = place(tmp_path, "first", warm, case._replace(before=()))
    for arguments in case.before:
        assert warm.run("command", first, arguments=arguments) == 0
    start = tmp_path / "start"
    shutil.copytree(first, start)
    begun = time.monotonic()
    assert warm.run("command", first, arguments=case.arguments.split()) == 0
    seconds, whole, moments = time.monotonic() - begun, contents(first), random.Random(name)
    numbers = (signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
    for kill in range(max(1, N_KILLS)):
        folder, number = tmp_path / f"kill-{kill}", numbers[kill % len(numbers)]
        shutil.copytree(start, folder)
        ended = warm.run(
            "command",
            folder,
            arguments=case.arguments.split(),
            kill_after=moments.uniform(0.02, 0.98) * seconds,
            number=number,
        )
        assert ended in (0, -number, 128 + number), (name, number, ended)
        assert warm.run("command", folder, arguments=case.arguments.split()) == 0
        again = contents(folder)
        assert again.keys() == whole.keys()
        assert [key for key in whole if again[key] != whole[key]] == []
        shutil.rmtree(folder)
