"""A sample of damaged files through the real command line: exit code 0 or 2, one line, no traceback."""

import os
import random
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from specimens import SPECIMENS
from test_damage import any_of, damaged

N = int(os.environ.get("POLYHEAD_DAMAGE_COMMANDS", "1"))

COMMANDS: dict[str, list[str]] = {
    "native model": ["models", "IT", "--load"],
    "store": ["harvest", "--out", "IT", "--tokens", "128", "--layers", "0", "--threads", "1"],
    "graph json": ["graph", "import", "IT/vernon.json", "--out", "OUT"],
    "headvis": ["heads", "import", "IT", "--out", "OUT"],
    "saelens": ["dictionary", "import", "IT", "--out", "OUT"],
}
"""A command for some kinds of specimen; IT is the damaged folder, OUT one that is not there."""


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_damaged_file_ends_the_command_in_one_line(kind: str, tmp_path: Path) -> None:
    specimen, whole, folder = SPECIMENS[kind], tmp_path / "whole" / "it", tmp_path / "damaged" / "it"
    whole.mkdir(parents=True)
    specimen.make(whole)
    names = [str(p.relative_to(whole)) for p in sorted(whole.rglob("*")) if p.is_file()]
    names = [name for name in names if not any_of(name, specimen.ignored)]
    for number in range(N):
        rng = random.Random(zlib.crc32(f"{kind} {number}".encode()))
        name = rng.choice(names)
        what, changed, _ = damaged((whole / name).read_bytes(), name, rng, specimen=specimen)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(whole, folder)
        (folder / name).write_bytes(changed)
        words = [
            w.replace("IT", str(folder)).replace("OUT", str(tmp_path / f"out-{number}"))
            if w.isupper() or "/" in w
            else w
            for w in COMMANDS[kind]
        ]
        done = subprocess.run(
            [sys.executable, "-m", "polyhead.cli.app", *words], capture_output=True, timeout=600, check=False
        )
        said = done.stderr.decode()
        assert done.returncode in (0, 2), (name, what, said)
        assert "Traceback" not in said, (name, what, said)
        if done.returncode == 2:
            assert said.splitlines()[-1].startswith("polyhead: "), (name, what, said)
