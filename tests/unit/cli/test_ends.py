"""How commands end: one line and a documented exit code, whatever happens to them or to their output."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from polyhead.cli import app as command_line
from polyhead.cli.app import main
from polyhead.cli.net import one_line
from polyhead.core.errors import PolyheadError


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = 0
    try:
        main(list(arguments))
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def ended(capsys, error: BaseException) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stop, one_line(["models", "a b"]):
        raise error
    return stop.value.code, capsys.readouterr().err


@pytest.fixture
def faults(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "error", [KeyError("x"), RecursionError("deep"), ZeroDivisionError(), TypeError("a\nb\nc"), OSError(5, "I/O error")]
)
def test_a_fault_of_ours_is_one_line_with_the_place_of_its_traceback(capsys, faults, error):
    code, err = ended(capsys, error)
    assert code == 1
    assert len(err.splitlines()) == 1
    assert f"unexpected {type(error).__name__}" in err
    assert "`polyhead models 'a b'`" in err
    (path,) = faults.glob("polyhead-fault-*.txt")
    assert str(path) in err
    text = path.read_text()
    assert "Traceback (most recent call last)" in text
    assert "polyhead models 'a b'" in text


def test_a_fault_whose_traceback_cannot_be_saved(capsys, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    code, err = ended(capsys, KeyError("x"))
    assert code == 1
    assert "could not be saved" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        MemoryError("Unable to allocate 8. TiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried\nto allocate 8 bytes"),
        RuntimeError("CUDA out of memory. Tried to allocate"),
    ],
)
def test_no_memory_is_the_users_to_mend(capsys, error):
    code, err = ended(capsys, error)
    assert code == 2
    assert "not enough memory" in err
    assert len(err.splitlines()) == 1


def test_lines_hold_no_character_that_ends_or_hides_them(capsys):
    code, err = ended(capsys, PolyheadError("a\nb\r\x1b[31mc\u2028d \ud800 e"))
    assert code == 2
    assert err == "polyhead: a b \\x1b[31mc d \\ud800 e\n"


def test_library_users_get_exceptions():
    from polyhead.runs.list_models import describe_model

    with pytest.raises(PolyheadError):
        describe_model("no/such/model/anywhere", load=False)


@pytest.mark.parametrize("word", ["a\ud800", "a\0b"])
def test_arguments_that_no_name_can_be(capsys, word):
    for arguments in (["models", word], ["report", word], ["train", "mtc", "--out", "x", "--text", word]):
        code, _, err = run(capsys, *arguments)
        assert code == 2
        assert len(err.splitlines()) == 1


NUMBERS = [
    *(("train", "mtc", "--out", "OUT", "--lr", x) for x in ("inf", "-inf", "nan", "0", "-1", "1e999", "x")),
    *(("train", "mtc", "--out", "OUT", "--k", x) for x in ("0", "-3", "nan", "9" * 5000, "1.5")),
    *(("train", "mtc", "--out", "OUT", "--l1", x) for x in ("nan", "inf", "-1")),
    *(("train", "mtc", "--out", "OUT", "--sparsity-coef", x) for x in ("nan", "-inf")),
    *(
        ("train", "mtc", "--out", "OUT", "--set", x)
        for x in ("activation.k=NaN", "n_latents=Infinity", "n_latents=1e999")
    ),
    *(
        ("train", "mtc", "--out", "OUT", f"--{name}", x)
        for name in ("train-tokens", "seq-len", "n-latents")
        for x in ("0", "-1")
    ),
    ("harvest", "--out", "OUT", "--layers", "2.5"),
    ("train", "mtc", "--out", "OUT", "--seeds", "-1"),
    ("train", "mtc", "--out", "OUT", "--layers", "-1"),
    ("train", "mtc", "--out", "OUT", "--n-latents", "9" * 30),
    ("train", "mtc", "--out", "OUT", "--threads", "100000"),
    ("train", "mtc", "--out", "OUT", "--jobs", "0"),
    ("train-lm", "--steps", "0", "--out", "OUT"),
    ("train-lm", "--d-model", "-4", "--out", "OUT"),
    ("train-lm", "--seed", "1" + "0" * 30, "--out", "OUT"),
    ("harvest", "--out", "OUT", "--tokens", "-1"),
    ("harvest", "--out", "OUT", "--layers", "-2"),
    ("graph", "def f", "--out", "OUT", "--node-threshold", "nan"),
    ("graph", "def f", "--out", "OUT", "--budget", "inf"),
    ("graph", "def f", "--out", "OUT", "--max-logits", "0"),
    ("heads", "classify", "bundled", "--threshold", "nan", "--out", "OUT"),
    ("heads", "compare", "bundled", "--rate", "inf", "--out", "OUT"),
    ("heads", "weights", "bundled", "--draws", "-5", "--out", "OUT"),
    ("neurons", "bundled", "--tokens", "0", "--out", "OUT"),
    ("sweep", "pairs", "--seeds", "0"),
    ("sweep", "pairs", "--retries", "-1"),
    ("sweep", "pairs", "--set", "world.n_ctx=NaN"),
    ("study", "run", "tms", "--seeds", "-1"),
    *(("steer", "bundled", "bundled", "def f", "--latent", "1", "--scale", x) for x in ("nan", "inf", "-inf")),
    ("steer", "bundled", "bundled", "def f", "--latent", "1", "--temperature", "-1"),
    ("benchmark", "--minutes", "nan"),
    ("benchmark", "--steps", "-5"),
    ("view", "OUT", "--port", "70000"),
]


@pytest.mark.parametrize("arguments", NUMBERS, ids=lambda a: " ".join(a)[:60])
def test_numbers_out_of_range_are_refused_before_anything_is_written(capsys, tmp_path, arguments):
    out = tmp_path / "out"
    code, _, err = run(capsys, *(str(out) if word == "OUT" else word for word in arguments))
    assert code == 2
    assert len(err.splitlines()) == 1
    assert len(err) < 1000
    assert not out.exists()


def polyhead(command: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """In a shell, so that output goes where a user's goes."""
    line = command.replace("polyhead", f"{sys.executable} -m polyhead.cli.app")
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, env={**os.environ, **env}, timeout=300, check=False
    )


def test_closed_and_full_output():
    done = polyhead("polyhead methods | head -1; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (0, b"")
    done = polyhead("polyhead models --json | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (0, b"")
    done = polyhead("polyhead models > /dev/full")
    assert done.returncode == 2
    assert re.fullmatch(rb"polyhead: No space left on device: [^\n]*\n", done.stderr)
    done = polyhead("polyhead models x y z 2>&-")
    assert (done.returncode, done.stderr) == (2, b"")


def test_ascii_terminals_get_escapes():
    for env in ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
        done = polyhead("polyhead --help && polyhead models && polyhead models nowhere-\u00e9\u20ac", **env)
        assert done.returncode == 2
        assert done.stdout
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.isascii()
    done = polyhead("polyhead methods mtc --json", PYTHONIOENCODING="ascii")
    assert done.stdout.isascii()
    assert "mtc" in json.loads(done.stdout)


def test_every_number_of_the_command_line_has_a_range():
    """An option of a bare `int` or `float` would take nan, inf and what no tensor can hold."""
    for path in Path(command_line.__file__).parent.glob("*.py"):
        bare = re.findall(r"^    (\w+): (?:int|float)(?: \| None)? = ", path.read_text(), re.MULTILINE)
        assert set(bare) <= {"port"}, path
        assert not re.findall(r"list\[(?:int|float)\] \| None, Many\]", path.read_text()), path
