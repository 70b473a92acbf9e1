"""How a command ends: 0, 2 where the user can act, 130 or 143 when stopped, 1 for a fault of ours; always in one line.

Whoever uses the library gets exceptions; only the command line turns them into lines.
"""

import contextlib
import errno
import os
import shlex
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from cyclopts import CycloptsError

import polyhead
from polyhead.core.data_files import shown
from polyhead.core.errors import PolyheadError
from polyhead.core.stopping import RESUME, Stopped, interruptible

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
"""The disk refuses: nothing of ours is wrong, and what was written stays."""
_PATH = (errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOENT)
"""A path that the user gave can be no such file or folder."""
_NO_MEMORY = ("can't allocate memory", "cannot allocate memory", "out of memory", "not enough memory")
"""What torch says in a RuntimeError where others raise MemoryError."""


@contextlib.contextmanager
def one_line(arguments: Sequence[str]) -> Iterator[None]:
    """Run a command; whatever it raises becomes one line on standard error and an exit code.

    Args:
        arguments: The words of the command line, for the file about a fault of ours.

    Raises:
        SystemExit: where the command did not end by itself.
    """
    try:
        with interruptible() as asked:
            try:
                _accept(arguments)
                _escape_what_cannot_be_shown()
                yield
                _flush()
            except BaseException:
                if asked.name is not None:  # whatever the signal's exception became on its way through libraries
                    fail(f"stopped by {asked.name}; {RESUME}", code=128 + asked.number)
                raise
    except Stopped as error:
        fail(str(error), code=128 + error.number)
    except CycloptsError as error:
        fail(f"{error} (polyhead --help shows every command)")
    except PolyheadError as error:
        fail(str(error))
    except BrokenPipeError:  # whoever read our output, such as `head`, has seen enough
        _silence(sys.stdout)
        sys.exit(0)
    except OSError as error:
        if error.errno not in (*_DISK, *_PATH):
            _ours(error, arguments)
        advice = "free some space or choose another folder" if error.errno in _DISK else "give another path"
        _silence(sys.stdout)
        fail(f"{error.strerror}: {error.filename or 'the disk, or the output'}; {advice}, then run again")
    except KeyboardInterrupt:  # raised by a handler that is not ours
        fail(f"stopped by Ctrl-C; {RESUME}", code=128 + signal.SIGINT)
    except MemoryError as error:
        _no_memory(error)
    except Exception as error:
        if isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _NO_MEMORY):
            _no_memory(error)
        _ours(error, arguments)


def fail(message: str, *, code: int = 2) -> NoReturn:
    """Say one line on standard error and end.

    Raises:
        SystemExit: always.
    """
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in " ".join(message.split()))
    line = line if len(line) <= 1000 else f"{line[:600]} ... {line[-300:]}"
    with contextlib.suppress(OSError, ValueError, AttributeError):  # no standard error: the exit code has to do
        sys.stderr.write(f"polyhead: {line}\n")
        sys.stderr.flush()
    sys.exit(code)


def _accept(arguments: Sequence[str]) -> None:
    for word in arguments:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise PolyheadError(f"{shown(word)} is not valid UTF-8; write the argument in UTF-8") from None
        if "\0" in word:
            raise PolyheadError(f"{shown(word)} holds the character NUL, which no name or path may hold")


def _escape_what_cannot_be_shown() -> None:
    """A terminal or a pipe of ASCII shows other characters as escapes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _silence(stream: Any) -> None:
    """Let what Python writes at its own end go nowhere, so that it does not complain about a closed or full output."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, stream.fileno())
        os.close(sink)


def _no_memory(error: BaseException) -> NoReturn:
    said = (str(error).strip().splitlines() or ["no more memory"])[0]
    fail(f"there is not enough memory ({said[:160]}); ask for fewer tokens, latents or jobs, then run again")


def _ours(error: Exception, arguments: Sequence[str]) -> NoReturn:
    """A fault of ours: its traceback goes into a file, its place into the line."""
    command = shlex.join(["polyhead", *arguments])
    head = f"polyhead {polyhead.__version__}, Python {sys.version.split()[0]}, {sys.platform}\n{command}\n\n"
    text = head + "".join(traceback.format_exception(error))
    name = f"polyhead-fault-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    path = Path(tempfile.gettempdir()) / name
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        where = f"its traceback is in {path}; report it with that file and the command `{command[:400]}`"
    except OSError as full:
        where = f"its traceback could not be saved ({full.strerror}); report it with the command `{command[:400]}`"
    said = (str(error).strip().splitlines() or [""])[0][:200]
    fail(f"unexpected {type(error).__name__}{': ' if said else ''}{said}. This is a fault of polyhead: {where}", code=1)
