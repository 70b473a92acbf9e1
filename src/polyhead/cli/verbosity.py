"""`-v` and `-q`, which every command takes: taken out of its words before the command reads them."""

from collections.abc import Sequence

from polyhead.core.errors import PolyheadError
from polyhead.core.progress import Verbosity

FLAGS: dict[str, Verbosity] = {"-v": "verbose", "--verbose": "verbose", "-q": "quiet", "--quiet": "quiet"}


def split_verbosity(words: Sequence[str]) -> tuple[list[str], Verbosity | None]:
    """The words without these flags, and how much is to be shown; None where nothing was said.

    What follows `--` is left as it is.

    Raises:
        PolyheadError: both were given.
    """
    n = list(words).index("--") if "--" in words else len(words)
    asked: set[Verbosity] = {FLAGS[word] for word in words[:n] if word in FLAGS}
    if len(asked) > 1:
        raise PolyheadError("-v shows more and -q shows less; give one of them")
    rest = [word for word in words[:n] if word not in FLAGS]
    level: Verbosity | None = next(iter(asked), None)
    return [*rest, *words[n:]], level
