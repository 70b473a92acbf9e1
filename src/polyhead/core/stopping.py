"""SIGTERM and Ctrl-C: asked for at any moment, met where nothing is lost, and said in the same words everywhere.

A loop that keeps checkpoints notes the request and stops after its current step (`stop_signals`). Everything else is
left at once: under `interruptible` both signals raise in the main thread, so that what is being written aside is
removed and folders are freed on the way out.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from polyhead.core.errors import PolyheadError

RESUME = "run the same command again to resume"
"""What ends every message about a run that stopped early."""


class Stopped(PolyheadError):  # noqa: N818 - a request that was met, not a fault
    """A run ended early because it was asked to; nothing is lost."""

    def __init__(self, message: str, number: int = signal.SIGINT) -> None:
        super().__init__(message)
        self.number = number
        """Of the signal."""


class Interrupted(KeyboardInterrupt):
    """A signal asked the command to end; raised wherever the main thread was."""

    def __init__(self, number: int) -> None:
        super().__init__(signal_name(number))
        self.number = number


@dataclass
class StopRequest:
    """What was asked for so far."""

    name: str | None = None
    """Of the signal; None where there was none."""
    number: int = 0

    def stopped(self, where: str) -> Stopped:
        """The exception that ends the run.

        Args:
            where: how far it got and what is kept: "after step 3 of 10".
        """
        return Stopped(f"stopped by {self.name} {where}; {RESUME}", self.number)


@contextlib.contextmanager
def stop_signals() -> Iterator[StopRequest]:
    """Note the first SIGTERM or SIGINT; a second one has its usual effect. Does nothing outside the main thread."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    usual = {s: signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)}

    def note(number: int, frame: Any) -> None:
        request.number, request.name = number, signal_name(number)
        _set(usual)

    _set(dict.fromkeys(usual, note))
    try:
        yield request
    finally:
        _set(usual)


@contextlib.contextmanager
def interruptible() -> Iterator[StopRequest]:
    """Let SIGTERM and Ctrl-C raise `Interrupted`, and note them; does nothing outside the main thread.

    The note tells a stopped command from a failed one where a library turned the exception into another.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    usual = {s: signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)}

    def leave(number: int, frame: Any) -> None:
        request.number, request.name = number, signal_name(number)
        raise Interrupted(number)

    # a signal that is ignored on purpose (nohup, a shell's background job) stays ignored
    _set({s: leave for s, handler in usual.items() if handler is not signal.SIG_IGN})
    try:
        yield request
    finally:
        _set(usual)


def signal_name(number: int) -> str:
    """As people call it: Ctrl-C, SIGTERM."""
    return "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name


def _set(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)
