"""Progress: a bar on a terminal, few plain lines elsewhere, and as much as was asked for."""

import io
import subprocess
import sys
from collections.abc import Callable

import pytest

from polyhead.core import progress as module
from polyhead.core.progress import VARIABLE, duration, progress, showing, verbosity


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.delenv(VARIABLE, raising=False)

    def wait(seconds: float) -> None:
        now[0] += seconds

    return wait


def walk(clock: Callable[[float], None], *, steps: int, seconds: float) -> None:
    with progress("training a", total=steps, unit="tokens", scale=1000) as bar:
        for step in range(steps):
            clock(seconds)
            bar.note(f"loss {step}")
            bar.advance()


def test_lines_name_the_stage_what_is_done_and_the_time_left(
    clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    walk(clock, steps=200, seconds=1.0)
    assert capsys.readouterr().err.splitlines() == [
        "training a: 2 % (5,000 of 200,000 tokens), 3 min 15 s left, loss 4",
        "training a: 8 % (15,000 of 200,000 tokens), 3 min 5 s left, loss 14",
        "training a: 18 % (35,000 of 200,000 tokens), 2 min 45 s left, loss 34",
        "training a: 38 % (75,000 of 200,000 tokens), 2 min 5 s left, loss 74",
        "training a: 68 % (135,000 of 200,000 tokens), 1 min 5 s left, loss 134",
        "training a: 98 % (195,000 of 200,000 tokens), 5 s left, loss 194",
        "training a: done, 200,000 tokens in 3 min 20 s, loss 199",
    ]


def test_a_short_stage_says_nothing_unless_asked(
    clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    walk(clock, steps=4, seconds=1.0)
    assert capsys.readouterr().err == ""
    with showing("verbose"):
        walk(clock, steps=4, seconds=1.0)
    assert capsys.readouterr().err.splitlines() == [
        "training a: 4,000 tokens",
        "training a: done, 4,000 tokens in 4 s, loss 3",
    ]


def test_quiet_says_nothing_at_all(clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]) -> None:
    with showing("quiet"):
        walk(clock, steps=100, seconds=9.0)
    assert capsys.readouterr().err == ""


def test_what_was_done_before_counts_for_no_rate(
    clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("again", total=100, done=90) as bar:
        clock(6.0)
        bar.advance(5)
    assert capsys.readouterr().err.splitlines()[0] == "again: 95 % (95 of 100 steps), 6 s left"


def test_a_stage_that_fails_is_not_done(clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]) -> None:
    with showing("verbose"), pytest.raises(ZeroDivisionError), progress("fails", total=2):
        raise ZeroDivisionError
    assert capsys.readouterr().err == "fails: 2 steps\n"


def test_a_terminal_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv(VARIABLE, raising=False)
    with progress("a bar", total=2, unit="heads") as bar:
        bar.advance(2)
        bar.note("a note")
    assert "a bar" in terminal.getvalue()
    assert "100 %" in terminal.getvalue()
    assert "a note" in terminal.getvalue()


def test_how_much_is_shown_is_known_to_processes_that_are_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "loud")
    assert verbosity() == "normal"
    code = "from polyhead.core.progress import verbosity; print(verbosity())"
    with showing("quiet"):
        with showing(None):
            assert verbosity() == "quiet"
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "quiet\n"
    assert verbosity() == "normal"


def test_durations_read_as_people_say_them() -> None:
    assert [duration(s) for s in (0.2, 59.4, 60, 3599, 3600, 12000)] == [
        "0 s", "59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "3 h 20 min",
    ]  # fmt: skip
