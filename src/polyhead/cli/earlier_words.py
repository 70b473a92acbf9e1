"""Commands and options of earlier versions: each is answered with the one that took its place."""

from collections.abc import Sequence

from polyhead.core.errors import PolyheadError

COMMANDS = {("bench-truth",): "benchmark", ("heads", "between"): "heads compare"}
_LAYERS = {"--layer": "--layers"}
OPTIONS: dict[tuple[str, ...], dict[str, str]] = {
    ("train",): {"--tanh": "--sparsity-coef", "--silent-k": "--k-aux"},
    ("demo",): _LAYERS,
    ("harvest",): _LAYERS,
    ("dictionary", "import"): _LAYERS,
    ("dictionary", "score"): _LAYERS,
    ("heads", "weights"): _LAYERS,
    ("heads", "compare"): {"--sequences": "--tokens"},
    ("graph", "prune"): {"--nodes": "--node-threshold", "--edges": "--edge-threshold"},
    ("graph", "verify"): {"--nodes": "--perturb"},
}
"""By the words of a command, its earlier options and what each is called now."""
OUT = (("train",), ("harvest",), ("dictionary", "import"), ("dictionary", "export"))
"""Commands whose folder to write was their last word."""


def refuse_earlier_words(words: Sequence[str]) -> None:
    """Refuse a command line that is written in names of an earlier version.

    Args:
        words: of the command line, without the program.

    Raises:
        PolyheadError: the command or option, and what it is called now.
    """
    given = [word.partition("=")[0] for word in words]
    for command, now in COMMANDS.items():
        if tuple(words[: len(command)]) == command:
            raise PolyheadError(f"`{' '.join(command)}` is called `{now}` now; write: polyhead {now}")
    for command, options in OPTIONS.items():
        if tuple(words[: len(command)]) == command:
            for option in given[len(command) :]:
                if option in options:
                    raise PolyheadError(f"`{option}` is called `{options[option]}` now")
    for command in OUT:
        if tuple(words[: len(command)]) == command and not {"--out", "--help", "-h"} & set(given):
            raise PolyheadError(f"polyhead {' '.join(command)}: name the folder to write with --out FOLDER")
