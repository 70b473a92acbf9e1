"""The live page in Chromium: hostile prompts, edits, two tabs at once, a long prompt, cancel, graph and freeze."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from polyhead.live.asked import Ask
from polyhead.live.session import Session
from polyhead.models.load import load_model
from polyhead.runs.graph import find_dictionaries

pytest.importorskip("uvicorn", reason="the extra polyhead[live] is not installed")
import uvicorn

from polyhead.live.server import Live, bind

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script> \u202e\u0000 🧑‍🚀 'quo\"te\\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    session = Session(load_model("bundled"), *find_dictionaries(["bundled"], "bundled"))
    with bind(0) as taken:
        made = Live(session, tmp_path_factory.mktemp("frozen"), taken.getsockname()[1])
        config = uvicorn.Config(made.app(), log_level="warning", access_log=False, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: server.run(sockets=[taken]))
        thread.start()
        try:
            yield made
        finally:
            made.close()
            server.should_exit = True
            thread.join()


@pytest.fixture
def tab(browser: Any, live: Live) -> Iterator[Callable[..., Any]]:
    """A page of the server; console errors other than refused questions, and requests elsewhere, fail the test."""
    complaints: list[str] = []
    contexts = []

    def opened(**options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        refused = ("status of 400", "status of 409")
        page.on(
            "console",
            lambda m: m.type == "error" and not any(w in m.text for w in refused) and complaints.append(m.text),
        )
        page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda r: r.url.startswith((live.address, "data:")) or complaints.append(r.url))
        page.goto(live.address)
        page.wait_for_selector("#prompt")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def run(page: Any, prompt: str) -> None:
    page.fill("#prompt", prompt)
    page.click("#run")
    page.wait_for_selector(".live-page[aria-busy=false] .status:text-matches('tokens|error|prompt')")


def status(page: Any) -> str:
    return page.inner_text(".status")


def test_patterns_latents_and_edits(tab: Callable[..., Any]):
    page = tab()
    run(page, "def head(x):\n    return x\n\ndef he")
    assert page.locator(".pattern").count() == 32
    assert page.locator(".live-latent").count() == 8
    assert page.locator(".live-latent svg.arcs .arc").count() > 0
    assert page.locator(".continuation").count() == 1
    page.click(".pattern >> nth=17")
    assert page.inner_text(".pattern-large h3") == "L2H1"
    page.click(".pattern-large button:text('ablate')")
    page.wait_for_selector(".pattern.edited:has-text('L2H1')")
    assert "L2H1 x 0" in page.inner_text("#output")
    page.click(".live-latent button:text('× 3') >> nth=0")
    page.wait_for_selector(".edit >> nth=1")
    page.wait_for_selector("#output:has-text('latent')")
    page.click(".edit button >> nth=0")
    page.click(".edit button >> nth=0")
    page.wait_for_selector("#output:has-text('Change a head')")
    assert page.locator(".continuation").count() == 1


def test_hostile_prompts_are_text(tab: Callable[..., Any]):
    page = tab()
    run(page, HOSTILE)
    assert page.locator("#main img, #main script").count() == 0
    assert "<img src=x onerror" in page.inner_text("#output")
    page.evaluate("document.querySelector('#prompt').value = 'a' + String.fromCharCode(0xd800) + 'b'")
    page.click("#run")
    page.wait_for_selector(".status.error")
    assert "surrogate" in status(page)
    page.fill("#prompt", "")
    page.click("#run")
    page.wait_for_selector(".status.error:has-text('empty')")


def test_long_prompts_fit_or_are_refused(tab: Callable[..., Any], live: Live):
    page = tab(viewport={"width": 420, "height": 800})
    run(page, "x = 1\n" * 45)
    assert page.locator(".pattern").count() == 32
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    page.fill("#prompt", "word " * 3000)
    page.click("#run")
    page.wait_for_selector(".status.error:has-text('at most 256')")
    assert page.locator(".pattern").count() == 32


def test_the_answer_is_shown_before_the_text(tab: Callable[..., Any], live: Live, monkeypatch: pytest.MonkeyPatch):
    page = tab()
    real, go_on = live.session.texts, threading.Event()

    def slow(ask: Any, check: Any) -> Any:
        while not go_on.wait(0.01):
            check()
        return real(ask, check)

    monkeypatch.setattr(live.session, "texts", slow)
    page.fill("#prompt", "import o")
    page.click("#run")
    page.wait_for_selector(".status:has-text('continuing the text')")
    assert page.locator(".pattern").count() == 32
    assert page.inner_text(".continuation p") == "import o …"
    page.click("#cancel")
    page.wait_for_selector(".status:has-text('the text was cancelled')")
    assert page.inner_text(".continuation p") == "import o …"
    page.click("#run")
    page.wait_for_selector(".status:has-text('continuing the text')")
    go_on.set()
    page.wait_for_selector(".live-page[aria-busy=false]")
    text = live.session.answer(Ask(prompt="import o"))["text_before"]
    assert page.inner_text(".continuation p").startswith("import o" + text.split("\n")[0].rstrip())


def test_two_tabs_and_cancel(tab: Callable[..., Any], live: Live, monkeypatch: pytest.MonkeyPatch):
    one, two = tab(), tab()
    real = live.session.look

    def slow(ask: Any, check: Any = lambda: None) -> Any:
        for _ in range(2000 if ask.prompt == "slow" else 0):
            check()
            time.sleep(0.01)
        return real(ask, check)

    monkeypatch.setattr(live.session, "look", slow)
    one.fill("#prompt", "slow")
    one.click("#run")
    one.wait_for_selector(".live-page[aria-busy=true]")
    run(two, "import os")
    assert "tokens" in status(two)
    assert status(one).startswith("Computing")
    one.click("#cancel")
    one.wait_for_selector(".status:has-text('Cancelled')")
    run(one, "import sys")
    assert "tokens" in status(one)


def test_a_graph_and_a_frozen_page(tab: Callable[..., Any], open_page: Callable[..., Any], live: Live):
    page = tab()
    run(page, "from pathlib import Path\n\nfrom path")
    page.click(".pattern-large button:text('ablate')")
    page.wait_for_selector(".live-page[aria-busy=false] .status:text-matches('tokens')")
    page.click("#graph")
    page.wait_for_selector("text=Open the graph", timeout=60_000)
    assert status(page) == "The graph is drawn with 1 edit in force."
    with page.context.expect_page() as opened:
        page.click("text=Open the graph")
    opened.value.wait_for_selector("main[data-page=graph]")
    assert "edited: L3H0 x 0" in opened.value.inner_text(".notes-list")
    page.click("#freeze")
    page.wait_for_selector(".status:has-text('Written')")
    frozen = Path(status(page).removeprefix("Written: ")).parent
    still = open_page(frozen)
    assert still.locator(".pattern").count() == 32
    assert still.locator("#run, #freeze, .edit-buttons").count() == 0
    assert still.locator("#prompt").input_value() == "from pathlib import Path\n\nfrom path"
