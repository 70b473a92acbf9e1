"""The command line: help shows examples, mistakes are one line and exit code 2, JSON is JSON."""

import errno
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

import polyhead
from polyhead.cli.app import main
from polyhead.cli.show import table
from polyhead.dictionaries.bundled import bundled_folders

MTC = str(bundled_folders("mtc")["mtc-layer-0"])

COMMANDS = [
    ["demo"],
    ["models"],
    ["train-lm"],
    ["harvest"],
    ["train"],
    ["methods"],
    ["evaluate"],
    ["report"],
    ["view"],
    *(["study", c] for c in ("list", "run", "report")),
    *(["dictionary", c] for c in ("import", "export", "score")),
    ["sweep"],
    ["neurons"],
    *(["heads", c] for c in ("classify", "ablate", "report", "weights", "compare", "export", "import")),
    ["graph"],
    *(["graph", c] for c in ("prune", "verify", "export", "import", "view")),
]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    code = 0
    try:
        main(list(arguments))
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example_and_a_word_on_every_option(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = run(capsys, *command, "--help")
    assert code == 0
    assert f"polyhead {' '.join(command)}" in out.split("Example")[1]
    for line in out.splitlines():
        if line.startswith("│") and "--" in line:
            words = line.strip("│ \n").split("  ", 1)
            assert words[1:], f"no explanation: {line}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trian"], "train"),
        (["train", "mtc", "{tmp}/a", "--layr", "3"], "--layers"),
        (["train", "mtc", "{tmp}/a", "--preset", "dem"], "nearest: demo"),
        (["train", "mtc", "{tmp}/a", "--layers", "7"], "layers 0 to 3"),
        (["train", "lorza", "{tmp}/a"], "no method is called 'lorza'"),
        (["train", "mtc", "{tmp}/a", "--set", "n_latnts=7"], "nearest: n_latents"),
        (["train", "mtc", "{tmp}/a", "--layers", "1", "2"], "exactly one layer"),
        (["train", "mtc", "{tmp}/a", "--set", "target_site=hook_atn_out"], "hook_attn_out"),
        (["train", "mtc", "{tmp}/a", "--k", "8", "--l1", "0.1"], "one kind of sparsity"),
        (["train", "mtc", "{tmp}/a", "--k", "0"], "k"),
        (["train", "mtc", "{tmp}/a", "--text", "{tmp}/absent.txt"], "absent.txt does not exist"),
        (["train", "mtc", "{tmp}/a", "--model", "gtp2"], "gpt2"),
        (["train", "mtc", "{tmp}/a", "--seq-len", "9999"], "takes at most 256"),
        (["train", "mtc", "{tmp}/a", "--k"], "at least 1"),
        (["train", "mtc", "{tmp}/a", "--threads", "0"], "--threads"),
        (["train", "mtc", "{tmp}/a", "--jobs", "0"], "--jobs"),
        (["train", "mtc", "{tmp}/a", "--config", "{tmp}"], "a file was expected; received a folder"),
        (["train", "mtc", "{tmp}/a", "--text", ""], "no text was named"),
        (["train", "mtc", "{tmp}/file"], "cannot work in {tmp}/file: File exists; choose another folder"),
        (["train", "mtc", "{tmp}/file/a"], "cannot work in {tmp}/file/a: Not a directory; choose another folder"),
        (["train", "lorsa", "{tmp}/a", "--variants", "top1"], "known: free, shuffled"),
        (["train", "lorsa", "{tmp}/a", "--spread"], "--spread is about the loadings of an MTC"),
        (["train", "qk_diagonal", "{tmp}/a", "--k", "8"], "no activation for --k to choose"),
        (["train", "all", "{tmp}/a", "--set", "n_latents=8"], "--set cannot be given for all"),
        (["demo", "--threads", "-1"], "--threads"),
        (["evaluate", "{tmp}/none"], "not a run folder"),
        (["report", "{tmp}/none"], "not a run folder"),
        (["view", "{tmp}/none"], "has no report"),
        (["dictionary", "import", "{tmp}", "{tmp}/out"], "in no format known"),
        (["dictionary", "score", "{tmp}"], "not a whole artifact"),
        (["models", "gtp2"], "gpt2"),
        (["graph", "", "--out", "{tmp}/g"], "the prompt is empty"),
        (["graph", "a " * 400, "--out", "{tmp}/g"], "takes at most 256"),
        (["graph", "def", "--dictionaries", "{tmp}/absent", "--out", "{tmp}/g"], "absent does not exist"),
        (["graph", "def", "--dictionaries", "{tmp}", "--out", "{tmp}/g"], "holds no dictionary"),
        (["graph", "def", "--model", "gtp2", "--out", "{tmp}/g"], "gpt2"),
        (
            ["graph", "def", "--node-threshold", "80", "--out", "{tmp}/g"],
            "--node-threshold. Must be at least 0 and at most 1",
        ),
        (["graph", "def", "--budget", "1e-6", "--out", "{tmp}/g"], "budget"),
        (["graph", "prune", "{tmp}", "--out", "{tmp}/p"], "holds no graph"),
        (["graph", "verify", "{tmp}/none"], "holds no graph"),
        (["graph", "verify", "{tmp}/none", "--nodes", "0"], "--nodes. Must be at least 1"),
        (["graph", "export", "{tmp}/none", "--out", "{tmp}/e"], "holds no graph"),
        (["graph", "view", "{tmp}/none"], "holds no graph"),
        (["graph", "import", "{tmp}/none.json", "--out", "{tmp}/i"], "none.json"),
        (["heads", "export", "{tmp}", "--out", "{tmp}/v"], "{tmp} is not a heads report"),
        (["train-lm", "--steps", "0", "--out", "{tmp}/l"], "--steps. Must be at least 1"),
        (["train-lm", "--n-layers", "0", "--out", "{tmp}/l"], "--n-layers. Must be at least 1"),
        (["train-lm", "--d-model", "0", "--out", "{tmp}/l"], "--d-model. Must be at least 1"),
        (["bench-truth", "--quick"], "`bench-truth` is called `benchmark` now; write: polyhead benchmark"),
        (["heads", "between", "bundled"], "`heads between` is called `heads compare` now"),
        (["train", "mtc", "{tmp}/b", "--tanh", "0.1"], "`--tanh` is called `--sparsity-coef` now"),
        (["train", "mtc", "{tmp}/b", "--silent-k=8"], "`--silent-k` is called `--k-aux` now"),
        (["benchmark", "--steps", "0", "--out", "{tmp}/b"], "--steps. Must be at least 1"),
        (["heads", "ablate", "bundled", "--head", "L3H4", "--prompts", "0"], "--prompts. Must be at least 1"),
        (["heads", "ablate", "bundled", "--head", "L3H4", "--prompts", "2", "--position", "999"], "--position 999"),
        (["heads", "report", "bundled", "--run", "{tmp}/none", "--out", "{tmp}/r"], "none has no pages of latents"),
        (["heads", "report", "bundled", "--tokens", "0", "--out", "{tmp}/r"], "--tokens. Must be at least 1"),
        (["harvest", "{tmp}/s", "--tokens", "0"], "--tokens. Must be at least 1"),
        (["harvest", "{tmp}/s", "--seq-len", "0"], "--seq-len. Must be at least 1"),
        (["dictionary", "score", MTC, "--seq-len", "1"], "seq_len"),
        (["dictionary", "score", MTC, "--tokens", "0"], "--tokens. Must be at least 1"),
        (["graph", "import", "{tmp}", "--out", "{tmp}/i"], "a file was expected; received a folder"),
        (["heads", "weights", "bundled", "--matrix", "W_o", "--out", "{tmp}/w"], "no matrix is called 'W_o'"),
        (["heads", "weights", "bundled", "--out", "{tmp}/w"], "no MLPs"),
        (["heads", "weights", "bundled", "--matrix", "W_O", "--layer", "4", "--out", "{tmp}/w"], "layers 0 to 3"),
        (["heads", "weights", "bundled", "--matrix", "W_O", "--draws", "0", "--out", "{tmp}/w"], "n_draws"),
        (["heads", "compare", "bundled", "--text", "{tmp}/absent.txt", "--out", "{tmp}/b"], "absent.txt"),
        (["heads", "compare", "bundled", "--seq-len", "9999", "--out", "{tmp}/b"], "takes at most 256"),
        (["heads", "compare", "bundled", "--seq-len", "1", "--out", "{tmp}/b"], "at least 3 tokens; received 1"),
        (["heads", "compare", "bundled", "--sequences", "0", "--out", "{tmp}/b"], "--sequences. Must be at least 1"),
        (["heads", "compare", "bundled", "--rate", "5", "--out", "{tmp}/b"], "rate"),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, list) else None,
)
def test_a_mistake_is_one_line_that_helps_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "file").write_text("no folder")
    code, out, err = run(capsys, *(a.format(tmp=tmp_path) for a in arguments))
    assert code == 2
    assert said.format(tmp=tmp_path) in err
    assert err.count("\n") == 1
    assert "Traceback" not in out + err


def test_a_graph_folder_where_a_mistake_stopped_the_first_command_takes_another(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = ["--out", str(tmp_path / "g")]
    assert "gpt2" in run(capsys, "graph", "def", "--model", "gtp2", *out)[2]
    assert "absent does not exist" in run(capsys, "graph", "def", "--dictionaries", str(tmp_path / "absent"), *out)[2]


def test_an_unknown_key_in_a_config_file_names_the_nearest(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "experiment.json"
    path.write_text(json.dumps({"layr": 3}))
    code, _, err = run(capsys, "train", "mtc", str(tmp_path / "run"), "--config", str(path))
    assert code == 2
    assert "'layr'" in err
    assert "nearest: layer" in err


def test_a_saved_config_takes_no_overrides(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "train", "mtc", str(tmp_path), "--config", "x.json", "--layers", "2")
    assert code == 2
    assert "takes no other change" in err


def test_models_lists_names_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "models", "--json")
    names = [row["name"] for row in json.loads(out)["models"]]
    assert code == 0
    assert {"bundled", "gpt2", "attn-only-2l", "pythia-70m"} <= set(names)


def test_importing_polyhead_and_its_help_does_not_import_torch() -> None:
    code = "import sys, polyhead, polyhead.cli.app; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_disk_that_refuses_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "records")

    monkeypatch.setattr("polyhead.runs.list_models.list_models", full)
    code, _, err = run(capsys, "models")
    assert code == 2
    assert err == (
        "polyhead: No space left on device: records; free some space or choose another folder, then run again\n"
    )


def test_a_table_shows_brackets_as_they_are():
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(table("x[i] [/b]", [{"token": "' [i]'", "value": "[/red]"}]))
    text = console.export_text()
    assert "x[i] [/b]" in text
    assert "' [i]'" in text
    assert "[/red]" in text


def test_lists_and_help_need_no_torch() -> None:
    code = """
import contextlib, io, sys
from polyhead.cli.app import main
for arguments in (["--version"], ["--help"], ["train", "--help"], ["graph", "--help"], ["study", "list"]):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        main(arguments)
    assert out.getvalue().strip(), arguments
heavy = {"torch", "transformers", "scipy", "sklearn"} & set(sys.modules)
sys.exit(f"{heavy} were imported" if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_package_is_a_command() -> None:
    done = subprocess.run([sys.executable, "-m", "polyhead", "--version"], capture_output=True, text=True, check=False)
    assert done.stdout.split()[-1] == polyhead.__version__, done.stderr
