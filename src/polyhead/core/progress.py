"""Progress bars with rate and time left, on standard error, and silent where that is not a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        scale, unit = task.fields["scale"], task.fields["unit"]
        speed = (task.finished_speed or task.speed or 0.0) * scale
        return Text(f"{speed:,.0f} {unit}/s" if speed else f"- {unit}/s", style="cyan")


class Bar:
    """The handle inside a `with progress(...)`."""

    def __init__(self, bar: Progress, task_id: int) -> None:
        self._bar, self._task = bar, task_id

    def advance(self, n: float = 1) -> None:
        """Count `n` more units as done."""
        self._bar.advance(self._task, n)  # pyright: ignore[reportArgumentType]

    def note(self, text: str) -> None:
        """Show a short text at the end of the line."""
        self._bar.update(self._task, note=text)  # pyright: ignore[reportArgumentType]


@contextmanager
def progress(label: str, *, total: float, done: float = 0, unit: str = "steps", scale: float = 1.0) -> Iterator[Bar]:
    """A bar over `total` units; the rate shown is units per second times `scale`, in `unit`."""
    console = Console(file=sys.stderr)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f} %"),
        _Rate(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        TextColumn("{task.fields[note]}"),
        console=console,
        disable=not console.is_terminal,
        speed_estimate_period=60,
    )
    with bar:
        task = bar.add_task(label, total=total, completed=done, unit=unit, scale=scale, note="")  # type: ignore[arg-type]
        yield Bar(bar, task)
