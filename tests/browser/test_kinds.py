"""Dictionaries of several kinds in one report: each page speaks of its own kind, and one table compares them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from make_kinds import make_kinds

from polyhead.reports import write_report

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Opener = Callable[..., Any]
SAE, QK, LORSA = "#/d/attn_out_sae-k16-s0", "#/d/qk_diagonal-n40-s0", "#/d/lorsa-k16-s0"


@pytest.fixture(scope="session")
def kinds_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(make_kinds(tmp_path_factory.mktemp("kinds") / "run"))


def open_living(page: Any) -> None:
    """From a table to the page of its first living latent."""
    page.wait_for_selector(".rows .row")
    page.click(".rows .row >> nth=0")
    page.wait_for_selector(".example")


def headings(page: Any) -> list[str]:
    return page.eval_on_selector_all("[role=columnheader]", "cells => cells.map((c) => c.textContent)")


def test_one_table_compares_all_methods_and_says_why_a_number_is_absent(kinds_report: Path, open_page: Opener):
    page = open_page(kinds_report)
    page.click("#scores > summary")
    table = page.locator("#scores")
    for title in ("Attention output SAE", "QK diagonalisation", "Low-rank sparse attention", "Free loadings"):
        assert table.locator(f"td.variant:has-text('{title}')").count() > 0
    assert [page.locator(f"#scores th[data-key={k}]").count() for k in ("fvu_attn_out", "pattern_nmse")] == [1, 1]
    assert page.locator("#scores th[data-key=shrinkage]").count() == 0
    page.click("#scores >> text=all >> nth=-1")
    assert page.locator("#scores th[data-key=shrinkage]").count() == 1
    row = table.locator("tr:has(td.variant:has-text('Attention output SAE'))")
    reasons = [cell.get_attribute("title") for cell in row.locator("td.none").all()]
    assert any("counted at destinations" in str(r) for r in reasons)
    assert all(reasons)


def test_the_frontier_compares_other_targets_by_the_attention_output(kinds_report: Path, open_page: Opener):
    page = open_page(kinds_report)
    chosen = page.locator("#frontier [aria-label=Metric] [aria-pressed=true]")
    assert chosen.inner_text() == "FVU attn out"
    assert "QK diagonalisation" in page.inner_text("#frontier .elsewhere")
    assert page.locator("#frontier .legend >> text=QK diagonalisation").count() == 1
    assert "NaN" not in page.inner_html("#frontier")


def test_a_latent_of_the_query_side_says_where_it_fires_and_what_each_source_adds(
    kinds_report: Path, open_page: Opener
):
    page = open_page(kinds_report, SAE)
    page.wait_for_selector(".rows .row")
    assert "Identity" not in headings(page)
    assert "Top destination tokens" in headings(page)
    assert "Measured heads" in headings(page)
    open_living(page)
    assert "direct feature attribution" in page.inner_text(".about")
    assert "Measured, not trained" in page.inner_text(".quarters")
    assert "key side" not in page.inner_text(".reading")
    page.hover(".example .tok.peak >> nth=0")
    assert "fires here" in page.inner_text("#tip")


def test_a_pair_shows_examples_of_both_its_sides(kinds_report: Path, open_page: Opener):
    page = open_page(kinds_report, QK)
    page.wait_for_selector(".rows .row")
    assert {"Query tokens", "Key tokens"} <= set(headings(page))
    assert "Promoted tokens" not in headings(page)
    open_living(page)
    assert page.locator(".examples h3").all_inner_texts()[:2] == [
        "Strongest on the query side",
        "Strongest on the key side",
    ]
    assert page.locator(".example.at-key").count() == 4
    assert page.locator(".example .tok.sends").count() > 0
    assert "attention score" in page.inner_text(".reading")
    assert page.locator(".logits").count() == 0


def test_units_are_called_units_and_filtered_by_their_group(kinds_report: Path, open_page: Opener):
    page = open_page(kinds_report)
    page.click(".highlights >> text=unit 7")
    page.wait_for_selector("h1:text-is('Unit 7')")
    assert page.locator("text=Head loadings").count() == 0
    page.click(".strip >> text=group 3")
    page.wait_for_selector(".rows .row")
    assert page.input_value("[aria-label=Group]") == "3"
    at = headings(page).index("Group")
    cells = page.eval_on_selector_all(".rows .row", f"rows => rows.map((r) => r.children[{at}].textContent)")
    assert set(cells) == {"group 3"}


@pytest.mark.parametrize("width", [400, 900, 1300])
@pytest.mark.parametrize("route", ["", SAE, QK])
def test_no_page_is_wider_than_the_window(kinds_report: Path, open_page: Opener, width: int, route: str):
    page = open_page(kinds_report, route, viewport={"width": width, "height": 900})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_dictionary_without_heads_has_no_map(kinds_report: Path, open_page: Opener):
    page = open_page(kinds_report)
    page.wait_for_selector("canvas.map")
    page.select_option("#main [aria-label=Dictionary]", "lorsa-k16-s0")
    page.wait_for_selector("text=no mixture of heads to be mapped")
    assert page.locator("canvas.map").count() == 0


def test_charts_stand_side_by_side_with_notes_under_them(kinds_report: Path, open_page: Opener):
    page = open_page(kinds_report, viewport={"width": 1280, "height": 900})
    assert page.locator("#frontier .elsewhere").count() > 0
    tops = page.eval_on_selector_all("#frontier figure", "all => all.map((f) => f.getBoundingClientRect().top)")
    assert len(tops) == 2
    assert tops[0] == tops[1]
