"""The home page of a folder of pages, from disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from make_home import make_home

from polyhead.reports.home import write_home

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_home(make_home(tmp_path_factory.mktemp("home") / "runs")).parent


def test_every_kind_has_a_section_and_links_open(home: Path, open_page: Callable[..., Any]):
    page = open_page(home)
    kinds = page.eval_on_selector_all(".places > section", "nodes => nodes.map((n) => n.id)")
    assert kinds == ["kind-studies", "kind-run", "kind-heads", "kind-graphs"]
    assert "polyhead report" in page.inner_text("main")
    for selector, kind in (
        ("#kind-studies .items a", "study"),
        ("#kind-run .items a", "table"),
        ("#kind-heads .home-link", "overview"),
        ("#kind-graphs .items a", "graph"),
    ):
        page.locator(selector).first.click()
        page.wait_for_selector(f"main[data-page={kind}]")
        page.go_back()
        page.wait_for_selector("main[data-page=home]")


def test_search_keeps_what_fits(home: Path, open_page: Callable[..., Any]):
    page = open_page(home)
    page.keyboard.press("/")
    page.keyboard.type("smaller study")
    assert page.locator(".home-link").count() == 1
    assert page.locator(".items a").all_inner_texts() == ["A smaller study"]
    page.fill("#search", "no such thing")
    assert page.inner_text(".places") == "No page fits."


@pytest.mark.parametrize("width", [360, 1100])
def test_it_fits_the_window(home: Path, open_page: Callable[..., Any], width: int):
    page = open_page(home, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
