"""How far a stage is, on standard error: a bar on a terminal, plain lines elsewhere.

Lines name the stage, what is done and the time left. The first comes after some seconds, the next ones ever more
rarely, so that a log stays short; a stage that ends before its first line says nothing. `POLYHEAD_VERBOSITY` (set by
`-v` and `-q` on the command line, inherited by worker processes) changes that: `verbose` also names every stage when
it begins and ends, `quiet` shows no progress at all.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal, Protocol, runtime_checkable

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

Verbosity = Literal["quiet", "normal", "verbose"]
VARIABLE = "POLYHEAD_VERBOSITY"
FIRST_LINE, RAREST_LINE = 5.0, 60.0
"""Seconds until the first line of a stage, and the longest between two."""


@runtime_checkable
class Bar(Protocol):
    """The handle inside a `with progress(...)`."""

    def advance(self, n: float = 1) -> None:
        """Count `n` more units as done."""
        ...

    def note(self, text: str) -> None:
        """Show a short text at the end of the line."""
        ...


def verbosity() -> Verbosity:
    """How much is shown now; `normal` where the variable says nothing known."""
    match os.environ.get(VARIABLE):
        case "quiet":
            return "quiet"
        case "verbose":
            return "verbose"
        case _:
            return "normal"


@contextmanager
def showing(level: Verbosity | None) -> Iterator[None]:
    """Show so much inside the block, in this process and in those that it starts; None changes nothing."""
    former = os.environ.get(VARIABLE)
    if level is not None:
        os.environ[VARIABLE] = level
    try:
        yield
    finally:
        if level is not None:
            os.environ.pop(VARIABLE)
            if former is not None:
                os.environ[VARIABLE] = former


def say(text: str) -> None:
    """One line, where stages are named (`-v`)."""
    if verbosity() == "verbose":
        _print(text)


@contextmanager
def progress(label: str, *, total: float, done: float = 0, unit: str = "steps", scale: float = 1.0) -> Iterator[Bar]:
    """Show how far a stage is.

    Args:
        label: name of the stage.
        total: steps in all.
        done: steps that were done before, which count for no rate.
        unit: what people count; a step is `scale` of them.
        scale: units per step.
    """
    console = Console(file=sys.stderr)
    if console.is_terminal and verbosity() != "quiet":
        with _rich(console) as shown:
            task = shown.add_task(label, total=total, completed=done, unit=unit, scale=scale, note="")  # type: ignore[arg-type]
            yield _RichBar(shown, task)
        return
    lines = _Lines(label, total, done, unit, scale)
    yield lines
    lines.end()


class _Lines:
    """Plain lines, where there is no terminal; none where it is to be quiet."""

    def __init__(self, label: str, total: float, done: float, unit: str, scale: float) -> None:
        self._label, self._total, self._done, self._unit, self._scale = label, total, done, unit, scale
        self._before, self._note, self._said = done, "", False
        self._begun = time.monotonic()
        self._gap = FIRST_LINE
        self._next = self._begun + self._gap
        say(f"{label}: {self._count(total)} {unit}" + (f", {self._count(done)} done before" if done else ""))

    def advance(self, n: float = 1) -> None:
        self._done += n
        now = time.monotonic()
        if now >= self._next:
            self._gap = min(2 * self._gap, RAREST_LINE)
            self._next = now + self._gap
            self._line(now)

    def note(self, text: str) -> None:
        self._note = text

    def end(self) -> None:
        if verbosity() == "verbose" or (self._said and verbosity() != "quiet"):
            seconds = time.monotonic() - self._begun
            note = f", {self._note}" if self._note else ""
            _print(f"{self._label}: done, {self._count(self._done)} {self._unit} in {duration(seconds)}{note}")

    def _line(self, now: float) -> None:
        if verbosity() == "quiet":
            return
        self._said = True
        share = 100 * self._done / self._total if self._total else 100.0
        rate = (self._done - self._before) / (now - self._begun)
        left = max(0.0, self._total - self._done) / rate if rate > 0 else None
        parts = [f"{share:.0f} % ({self._count(self._done)} of {self._count(self._total)} {self._unit})"]
        parts += [] if left is None else [f"{duration(left)} left"]
        _print(f"{self._label}: {', '.join([*parts, *([self._note] if self._note else [])])}")

    def _count(self, steps: float) -> str:
        return f"{steps * self._scale:,.0f}"


def duration(seconds: float) -> str:
    """A time as people say it: `8 s`, `2 min 5 s`, `3 h 20 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _print(text: str) -> None:
    with suppress(OSError, ValueError, AttributeError):  # a closed or full standard error must stop no work
        sys.stderr.write(" ".join(text.split()) + "\n")
        sys.stderr.flush()


def _rich(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f} %"),
        _Rate(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        TextColumn("{task.fields[note]}"),
        console=console,
        speed_estimate_period=60,
    )


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        scale, unit = task.fields["scale"], task.fields["unit"]
        speed = (task.finished_speed or task.speed or 0.0) * scale
        return Text(f"{speed:,.0f} {unit}/s" if speed else f"- {unit}/s", style="cyan")


class _RichBar:
    """A bar on a terminal."""

    def __init__(self, bar: Progress, task_id: int) -> None:
        self._bar, self._task = bar, task_id

    def advance(self, n: float = 1) -> None:
        self._bar.advance(self._task, n)  # pyright: ignore[reportArgumentType]

    def note(self, text: str) -> None:
        self._bar.update(self._task, note=text)  # pyright: ignore[reportArgumentType]
