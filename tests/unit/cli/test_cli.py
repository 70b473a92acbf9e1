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
from polyhead.cli.app import app, main
from polyhead.cli.earlier_words import OPTIONS
from polyhead.cli.show import table
from polyhead.cli.verbosity import split_verbosity
from polyhead.dictionaries import ALIASES, METHODS, find_method
from polyhead.dictionaries.bundled import bundled_folders
from polyhead.runs.list_methods import KEPT, read_methods

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
    ["steer"],
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
        (["train", "mtc", "--out", "{tmp}/a", "--layr", "3"], "--layers"),
        (["train", "mtc", "--out", "{tmp}/a", "--preset", "dem"], "did you mean 'demo"),
        (["train", "mtc", "--out", "{tmp}/a", "--layers", "7"], "layers 0 to 3"),
        (["train", "lorza", "--out", "{tmp}/a"], "unknown method 'lorza'"),
        (["train", "mtc", "--out", "{tmp}/a", "--set", "n_latnts=7"], "did you mean 'n_latents"),
        (["train", "mtc", "--out", "{tmp}/a", "--layers", "1", "2"], "exactly one layer"),
        (["train", "mtc", "--out", "{tmp}/a", "--set", "target_site=hook_atn_out"], "hook_attn_out"),
        (["train", "mtc", "--out", "{tmp}/a", "--k", "8", "--l1", "0.1"], "one kind of sparsity"),
        (["train", "mtc", "--out", "{tmp}/a", "--k", "0"], "k"),
        (["train", "mtc", "--out", "{tmp}/a", "--text", "{tmp}/absent.txt"], "absent.txt does not exist"),
        (["train", "mtc", "--out", "{tmp}/a", "--model", "gtp2"], "gpt2"),
        (["train", "mtc", "--out", "{tmp}/a", "--seq-len", "9999"], "takes at most 256"),
        (["train", "mtc", "--out", "{tmp}/a", "--k"], "at least 1"),
        (["train", "mtc", "--out", "{tmp}/a", "--threads", "0"], "--threads"),
        (["train", "mtc", "--out", "{tmp}/a", "--jobs", "0"], "--jobs"),
        (["train", "mtc", "--out", "{tmp}/a", "--config", "{tmp}"], "a file was expected; received a folder"),
        (["train", "mtc", "--out", "{tmp}/a", "--text", ""], "no text was named"),
        (["train", "mtc", "--out", "{tmp}/file"], "cannot work in {tmp}/file: File exists; choose another folder"),
        (
            ["train", "mtc", "--out", "{tmp}/file/a"],
            "cannot work in {tmp}/file/a: Not a directory; choose another folder",
        ),
        (["train", "lorsa", "--out", "{tmp}/a", "--variants", "top1"], "known: free, shuffled"),
        (["train", "lorsa", "--out", "{tmp}/a", "--spread"], "--spread is about the loadings of an MTC"),
        (["train", "qk_diagonal", "--out", "{tmp}/a", "--k", "8"], "no activation for --k to choose"),
        (["train", "all", "--out", "{tmp}/a", "--set", "n_latents=8"], "name the one that is meant: mtc.n_latents=8"),
        (["train", "mtc", "sae", "--out", "{tmp}/a", "--set", "lorsa.k=8"], "name the one that is meant: mtc.lorsa.k"),
        (["train", "mtc", "sae", "--out", "{tmp}/a", "--lr", "-1"], "--lr"),
        (["train", "mtc", "sae", "--out", "{tmp}/a", "--l1", "1"], "--l1 cannot be given for several"),
        (["train", "--out", "{tmp}/a"], "name one method or several"),
        (["steer", "bundled", MTC, "x", "--latent", "1"], "give one of --scale, --add, --clamp and --ablate"),
        (["steer", "bundled", MTC, "x", "--latent", "2048", "--ablate"], "0 to 2047"),
        (["steer", "bundled", "{tmp}/none", "x", "--latent", "1", "--ablate"], "none"),
        (["demo", "--threads", "-1"], "--threads"),
        (["evaluate", "{tmp}/none"], "not a run folder"),
        (["report", "{tmp}/none"], "not a run folder"),
        (["view", "{tmp}/none"], "has no report"),
        (["dictionary", "import", "{tmp}", "--out", "{tmp}/out"], "in no format known"),
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
        (["graph", "verify", "{tmp}/none", "--perturb", "0"], "--perturb. Must be at least 1"),
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
        (["harvest", "--out", "{tmp}/s", "--tokens", "0"], "--tokens. Must be at least 1"),
        (["harvest", "--out", "{tmp}/s", "--seq-len", "0"], "--seq-len. Must be at least 1"),
        (["dictionary", "score", MTC, "--seq-len", "1"], "seq_len"),
        (["dictionary", "score", MTC, "--tokens", "0"], "--tokens. Must be at least 1"),
        (["graph", "import", "{tmp}", "--out", "{tmp}/i"], "a file was expected; received a folder"),
        (["heads", "weights", "bundled", "--matrix", "W_o", "--out", "{tmp}/w"], "unknown matrix 'W_o'"),
        (["heads", "weights", "bundled", "--out", "{tmp}/w"], "no MLPs"),
        (["heads", "weights", "bundled", "--matrix", "W_O", "--layers", "4", "--out", "{tmp}/w"], "layers 0 to 3"),
        (["heads", "weights", "bundled", "--matrix", "W_O", "--draws", "0", "--out", "{tmp}/w"], "n_draws"),
        (["heads", "compare", "bundled", "--text", "{tmp}/absent.txt", "--out", "{tmp}/b"], "absent.txt"),
        (["heads", "compare", "bundled", "--seq-len", "9999", "--out", "{tmp}/b"], "takes at most 256"),
        (["heads", "compare", "bundled", "--seq-len", "1", "--out", "{tmp}/b"], "at least 3 tokens; received 1"),
        (["heads", "compare", "bundled", "--tokens", "0", "--out", "{tmp}/b"], "--tokens. Must be at least 1"),
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
    code, _, err = run(capsys, "train", "--out", str(tmp_path / "run"), "--config", str(path))
    assert code == 2
    assert "'layr'" in err
    assert "did you mean 'layer" in err


def test_a_saved_config_takes_no_overrides(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "train", "--out", str(tmp_path), "--config", "x.json", "--layers", "2")
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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("train mtc runs/a", "name the folder to write with --out FOLDER"),
        ("train mtc runs/a --out runs/b", "'runs/a' is no method; the folder to write is named by --out"),
        ("harvest store --tokens 9", "name the folder to write with --out FOLDER"),
        ("dictionary import theirs ours", "name the folder to write with --out FOLDER"),
        ("dictionary export ours theirs --target saelens", "name the folder to write with --out FOLDER"),
        ("demo --layer 3", "`--layer` is called `--layers` now"),
        ("harvest --layer=3 --out store", "`--layer` is called `--layers` now"),
        ("dictionary import theirs --layer 3 --out ours", "`--layer` is called `--layers` now"),
        ("dictionary score ours --layer 3", "`--layer` is called `--layers` now"),
        ("heads weights bundled --layer 3 --out w", "`--layer` is called `--layers` now"),
        ("heads compare bundled --sequences 3 --out b", "`--sequences` is called `--tokens` now"),
        ("graph prune g --nodes 0.5 --out h", "`--nodes` is called `--node-threshold` now"),
        ("graph prune g --edges=0.5 --out h", "`--edges` is called `--edge-threshold` now"),
        ("graph verify g --nodes 5", "`--nodes` is called `--perturb` now"),
    ],
)
def test_earlier_spellings_are_answered_with_the_new_one(
    capsys: pytest.CaptureFixture[str], arguments: str, said: str
) -> None:
    code, _, err = run(capsys, *arguments.split())
    assert (code, err.count("\n")) == (2, 1)
    assert said in err


def test_no_option_has_an_earlier_name() -> None:
    for command, renamed in OPTIONS.items():
        found = app
        for word in command:
            found = found[word]
        options = {name for argument in found.assemble_argument_collection() for name in argument.names}
        assert not options & set(renamed), command
        for option in renamed.values():
            assert option in options, (command, option)


@pytest.mark.parametrize("group", ["study", "heads", "dictionary", "graph"])
def test_help_of_a_group_shows_examples(capsys: pytest.CaptureFixture[str], group: str) -> None:
    code, out, _ = run(capsys, group, "--help")
    assert code == 0
    assert f"polyhead {group} " in out.split("Example")[1]


WITHOUT_TORCH = """
import sys
from polyhead.cli.app import main
main(sys.argv[1:])
assert "polyhead" in sys.modules
large = ("torch", "transformers", "pandas", "scipy", "sklearn")
print([name for name in large if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize("command", ["study list", "methods", "methods sae --json", "train --help"])
def test_what_only_tells_imports_nothing_large(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, *command.split()], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"
    assert done.stdout


def test_what_is_kept_of_the_methods_is_what_they_say() -> None:
    known = read_methods()
    own = {kind: one for kind, one in known.items() if METHODS[kind].module.__module__.startswith("polyhead.")}
    assert json.loads(KEPT.read_text()) == own, "run: make methods"


def test_aliases_are_methods_under_another_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert {alias: find_method(alias).kind for alias in ALIASES} == ALIASES
    assert not set(ALIASES) & set(METHODS)
    short, whole = (run(capsys, "methods", name, "--json")[1] for name in ("sae", "attn_out_sae"))
    assert json.loads(short)["sae"] == json.loads(whole)["attn_out_sae"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_written_for_a_shell(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    code, out, _ = run(capsys, "install-completion", "--shell", shell, "--output", str(tmp_path / "completion"))
    assert code == 0, out
    assert "harvest" in (tmp_path / "completion").read_text()


@pytest.mark.parametrize(
    ("words", "left", "level"),
    [
        ("methods", "methods", None),
        ("-q methods", "methods", "quiet"),
        ("train mtc --quiet --out a", "train mtc --out a", "quiet"),
        ("train mtc --out a -v --verbose", "train mtc --out a", "verbose"),
        ("graph --out a -v -- -q", "graph --out a -- -q", "verbose"),
    ],
)
def test_every_command_takes_how_much_is_shown(words: str, left: str, level: str | None) -> None:
    assert split_verbosity(words.split()) == (left.split(), level)


def test_more_and_less_at_once_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "methods", "-v", "-q")[::2] == (
        2,
        "polyhead: -v shows more and -q shows less; give one of them\n",
    )


def test_stages_are_named_on_request(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    small = ["--train-tokens", "1024", "--eval-tokens", "128", "--seq-len", "32", "--k", "2", "--n-latents", "8"]
    command = ["train", "mtc", "--out", str(tmp_path / "run"), *small, "--threads", "1", "--json"]
    code, _, err = run(capsys, *command, "-v")
    assert code == 0
    lines = err.splitlines()
    assert any(line.startswith("note: 1,024 tokens are 4 training steps") for line in lines)
    named = [line for line in lines if line.startswith("stage train")]
    assert named[0] == f"stage train, in {tmp_path / 'run'}"
    assert "free-k2-n8-s0: 1,024 tokens" in lines
    assert any(line.startswith("free-k2-n8-s0: done, 1,024 tokens in ") for line in lines)


def test_quiet_training_says_nothing_but_its_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    small = ["--train-tokens", "16384", "--eval-tokens", "128", "--seq-len", "32", "--k", "2", "--n-latents", "8"]
    code, out, err = run(capsys, "train", "mtc", "--out", str(tmp_path / "run"), *small, "--threads", "1", "-q")
    assert (code, err) == (0, "")
    assert "free-k2-n8-s0" in out
