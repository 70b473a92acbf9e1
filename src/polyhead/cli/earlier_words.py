"""Commands and options of earlier versions: each is answered with the one that took its place."""

from collections.abc import Sequence

from polyhead.core.errors import PolyheadError

_COMMANDS = {("bench-truth",): "benchmark", ("heads", "between"): "heads compare"}
_OPTIONS = {("train",): {"--tanh": "--sparsity-coef", "--silent-k": "--k-aux"}}


def refuse_earlier_words(words: Sequence[str]) -> None:
    """Refuse a command line that is written in names of an earlier version.

    Args:
        words: of the command line, without the program.

    Raises:
        PolyheadError: the command or option, and what it is called now.
    """
    for command, now in _COMMANDS.items():
        if tuple(words[: len(command)]) == command:
            raise PolyheadError(f"`{' '.join(command)}` is called `{now}` now; write: polyhead {now}")
    for command, options in _OPTIONS.items():
        if tuple(words[: len(command)]) == command:
            for word in words:
                if (option := word.partition("=")[0]) in options:
                    raise PolyheadError(f"`{option}` is called `{options[option]}` now")
