"""Errors that end a command with one clear line and exit code 2.

A `PolyheadError` is the user's to mend: what was asked, what was expected, what was received, what to do next.
Everything else is a bug of ours and keeps its traceback.
"""

import difflib
from collections.abc import Iterable


class PolyheadError(ValueError):
    """A mistake or a condition the user can act on; the command line prints it as one line and exits with 2."""


class ArtifactError(PolyheadError):
    """A file on disk is missing, damaged, or belongs to something else."""


class DiskError(ArtifactError):
    """The disk refuses what is written: nothing that asks for files can go on, so no command may do without them."""


def nearest(name: str, known: Iterable[str], *, n: int = 3) -> str:
    """A clause for messages: `did you mean 'lorsa'?` with the known names nearest to `name`, or all where none is."""
    options = list(known)
    close = difflib.get_close_matches(name, options, n=n, cutoff=0.5)
    if close:
        *others, last = map(repr, close)
        return f"did you mean {', '.join(others)}{' or ' if others else ''}{last}?"
    shown = options if len(options) <= 12 else [*options[:12], f"... ({len(options)} in all)"]
    return "known: " + ", ".join(shown)
