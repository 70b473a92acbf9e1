"""Ctrl-C and SIGTERM: the same words and a code that says which, wherever a command is."""

import signal
import time

import pytest

from polyhead.cli.app import main
from polyhead.core.stopping import RESUME, Stopped
from polyhead.runs import list_models

SIGNALS = [(signal.SIGINT, "Ctrl-C", 130), (signal.SIGTERM, "SIGTERM", 143)]


@pytest.fixture(autouse=True)
def _usual_handlers():
    """A process in the background may have been started with Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ended(capsys: pytest.CaptureFixture[str]) -> tuple[int | str | None, str]:
    with pytest.raises(SystemExit) as caught:
        main(["models"])
    return caught.value.code, capsys.readouterr().err


@pytest.mark.parametrize(("number", "name", "code"), SIGNALS)
def test_a_signal_ends_a_command_in_one_line(monkeypatch, capsys, number, name, code):
    def interrupted():
        signal.raise_signal(number)
        time.sleep(30)

    monkeypatch.setattr(list_models, "list_models", interrupted)
    usual = signal.getsignal(number)
    assert ended(capsys) == (code, f"polyhead: stopped by {name}; {RESUME}\n")
    assert signal.getsignal(number) is usual


@pytest.mark.parametrize(("number", "name", "code"), SIGNALS)
def test_a_signal_that_a_library_turns_into_another_error_is_still_a_stop(monkeypatch, capsys, number, name, code):
    def interrupted():
        try:
            signal.raise_signal(number)
            time.sleep(30)
        except BaseException:
            raise ImportError("a module could not be loaded") from None

    monkeypatch.setattr(list_models, "list_models", interrupted)
    assert ended(capsys) == (code, f"polyhead: stopped by {name}; {RESUME}\n")


@pytest.mark.parametrize(("number", "name", "code"), SIGNALS)
def test_a_run_that_kept_a_checkpoint_says_so(monkeypatch, capsys, number, name, code):
    def stopped():
        raise Stopped(f"stopped by {name} after step 3 of 9; {RESUME}", number)

    monkeypatch.setattr(list_models, "list_models", stopped)
    assert ended(capsys) == (code, f"polyhead: stopped by {name} after step 3 of 9; {RESUME}\n")
