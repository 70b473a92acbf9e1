"""Clicking through the pages of heads from disk, offline."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from make_heads import HEADS, N_UNITS, NASTY, TOKENS, make_heads
from polyhead.analysis.weights.order import squared_cosines
from polyhead.reports.heads import write_heads_pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Opener = Callable[..., Any]


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("heads")
    return write_heads_pages(make_heads(folder / "records"), folder / "pages").parent


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare")
    return write_heads_pages(make_heads(folder / "records", bare=True), folder / "pages").parent


def visit(page: Any, route: str, kind: str) -> None:
    page.evaluate(f"location.hash = {route!r}")
    page.wait_for_selector(f"main[data-page={kind}]")


def test_overview_shows_findings_scatter_and_mix(pages: Path, open_page: Opener):
    page = open_page(pages)
    assert page.title() == "made: what its heads do · polyhead"
    assert page.inner_text("#findings li").startswith("L0H1 does many things")
    assert page.locator("#scatter svg a").count() == len(HEADS) - 1  # one head has no second score
    assert page.locator("#mix .mix").count() == len(HEADS)
    assert page.evaluate("document.querySelector('#mix .mix').getBoundingClientRect().bottom") < 450
    page.click("#mix button:text-is('rows')")
    assert page.locator("#mix .mix").count() == len(HEADS)
    assert page.locator("#about dt:text-is('ablated')").count() == 1  # stages of one kind are one line
    page.select_option("#scatter-x", "induction_score")
    assert "x=induction_score" in page.url
    page.click("#findings .head-name")
    page.wait_for_selector("main[data-page=head]")
    assert page.inner_text("h1") == "L0H1"


def test_tokens_are_text(pages: Path, open_page: Opener):
    page = open_page(pages, "#/head/L0H1")
    assert page.locator("img").count() == 0
    assert NASTY in page.inner_text("#rows")
    visit(page, "#/unit/L0-neurons/1", "unit")
    assert page.locator("img").count() == 0
    assert NASTY in page.inner_text("#examples")


def test_links_to_latents_lead_into_the_report_of_the_run(pages: Path, open_page: Opener):
    page = open_page(pages)
    links = page.eval_on_selector_all("#dictionaries a", "nodes => nodes.map((n) => n.getAttribute('href'))")
    assert links[0] == "../../run/report/index.html#/d/free"
    assert links[2].endswith("#/d/free?head=1")


def test_table_sorts_filters_and_keeps_its_state_in_the_address(pages: Path, open_page: Opener):
    page = open_page(pages, "#/heads")
    names = ".grid-view .rows .head-name"
    assert page.locator(names).first.inner_text() == "L1H2"
    page.click(".grid-view [data-key=head] button")
    assert page.locator(names).first.inner_text() == "L0H0"
    assert "sort=head" in page.url
    page.fill("#search", "L1")
    assert page.locator(names).count() == 3
    page.reload()
    page.wait_for_selector("main[data-page=heads]")
    assert page.input_value("#search") == "L1"
    assert page.inner_text(".tally") == "3 of 6 heads"
    page.focus(".grid-view")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("main[data-page=head]")
    assert page.inner_text("h1") == "L1H1"
    page.keyboard.press("k")
    page.wait_for_selector("h1:text-is('L1H0')")


@pytest.mark.parametrize("route", ["#/heads", "#/units"])
def test_an_empty_table_says_so_without_naming_latents(pages: Path, open_page: Opener, route: str):
    page = open_page(pages, route)
    page.fill("#search", "<b>nowhere")
    page.wait_for_selector(".rows.empty", state="attached")
    said = page.evaluate("getComputedStyle(document.querySelector('.rows.empty'), '::after').content")
    assert said == '"Nothing passes these filters."'


def test_row_inspector_tells_which_rule_claims_what(pages: Path, open_page: Opener):
    page = open_page(pages, "#/head/L0H1?w=1&q=4")
    assert page.input_value("#window") == "1"
    assert page.inner_text(".row-class") == "inactive + previous"
    lines = page.locator(".keys-list li").all_inner_texts()
    assert len(lines) == 2
    assert lines[0].split("\n")[:2] == ["70 %", "4 back"]
    assert lines[0].endswith("inactive")
    assert "itself" in lines[1]
    assert lines[1].endswith("self, mine")
    assert page.locator(".row-detail .mix .piece").count() == 4  # four shares above 0 of five
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#rows .tok.peak") == TOKENS[5]
    assert "q=5" in page.url
    page.click(".tok.pickable[data-at='5']")
    assert page.locator("#rows .tok.peak").count() == 0
    page.keyboard.press(",")
    assert page.input_value("#window") == "0"
    page.click("canvas.attention", position={"x": 5, "y": 9})
    assert page.locator("#rows .tok.peak").count() == 1


def test_head_page_has_every_part(pages: Path, open_page: Opener):
    page = open_page(pages, "#/head/L0H1")
    for part in (
        "rows-mix",
        "scores",
        "destinations",
        "curve",
        "rows",
        "where",
        "unknown",
        "ablations",
        "splits",
        "neighbours",
        "preferences",
    ):
        assert page.locator(f"#{part}").count() == 1, part
    assert page.locator("#ablations .ablation").count() == 2
    assert page.locator("#ablations svg.plot").count() == 2
    effects = page.locator("#ablations table.effects").first.locator("tbody tr")
    assert effects.nth(1).inner_text().split("\t")[:4] == ["bos-row, last position", "50 %", "0.400", "−0.500"]
    ranks = page.locator("#ablations .ranks").first
    assert ranks.locator("thead th").all_inner_texts() == ["Head", "row on BOS", "mean row", "output zero"]
    assert ranks.locator(".here").inner_text().split() == ["L0H1", "0.400", "2", "0.010", "5", "0.020", "6"]
    ranks.locator("button:text-is('mean row')").click()
    assert ranks.locator("tbody tr").first.inner_text().startswith("L1H2")
    assert ranks.locator("[aria-sort]").inner_text() == "mean row"
    said = page.locator("#ablations summary").all_inner_texts()
    assert "rank 2 by row on BOS, 5 by mean row, 6 by output zero of 6" in said[0]
    assert said[1].endswith("rank 2 by row on BOS of 6")  # an older record
    assert page.locator("#splits .split-head").count() == 2
    assert page.locator("#destinations .mix").count() == 3
    assert page.locator("#curve .area").count() > 2
    plain = open_page(pages, "#/head/L1H2")
    assert plain.locator("#ablations").count() == 0


def test_pairs_and_preferences(pages: Path, open_page: Opener):
    page = open_page(pages, "#/pairs")
    assert page.inner_text(".tally") == "15 pairs"
    assert page.locator("#preferences tbody tr").first.inner_text().split("\t")[2] == "inverted"
    page.fill("#search", "L1H2")
    assert page.inner_text(".tally") == "5 of 15 pairs"
    page.fill("#search", "L0 L0H1 L1H0")
    assert page.inner_text(".tally") == "1 of 15 pairs"


def test_units_are_searched_opened_and_stepped_through(pages: Path, open_page: Opener):
    page = open_page(pages, "#/units")
    assert page.inner_text(".tally") == f"{N_UNITS + 3} units"
    page.fill("#search", '"word2"')
    page.wait_for_selector(".tally:text-matches('^2 of')")
    page.select_option("select[aria-label=Family]", "L0-neurons")
    assert page.inner_text(".tally") == f"1 of {N_UNITS + 3} units"
    page.locator(".grid-view .rows a").first.click()
    page.wait_for_selector("main[data-page=unit]")
    assert page.inner_text("h1") == "Neuron 2 of layer 0"
    assert page.locator("#often rect").count() == 3
    visit(page, "#/unit/L0-heads/1", "unit")
    assert page.locator(".head .head-name").get_attribute("href") == "#/head/L0H1"


def test_long_tokens_do_not_move_the_columns_of_a_row(pages: Path, open_page: Opener):
    page = open_page(pages, "#/units", viewport={"width": 1200, "height": 900})
    lefts = page.eval_on_selector_all(
        ".grid-view .rows [role=cell]:last-child", "cells => cells.map((c) => c.getBoundingClientRect().left)"
    )
    assert len(lefts) == N_UNITS + 3
    assert max(lefts) - min(lefts) < 1


def test_blocks_lead_to_their_neurons(pages: Path, open_page: Opener):
    page = open_page(pages, "#/weights")
    assert page.locator("section svg[role=img]").count() == 2
    page.click(".blocks a:text-is('in the table')")
    page.wait_for_selector("main[data-page=units]")
    assert page.inner_text(".tally") == f"2 of {N_UNITS + 3} units"


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wide")
    return write_heads_pages(make_heads(folder / "records", n_units=64), folder / "pages").parent


def test_window_on_an_ordered_matrix_moves_zooms_and_keeps_its_place(wide: Path, open_page: Opener):
    page = open_page(wide, "#/weights?m=L0-W_out&at=30&zoom=24")
    title, here = page.locator(".zoom h3").nth(1), page.locator(".zoom-figure.map")
    assert title.inner_text() == "Places 30 to 53"
    assert here.get_attribute("aria-valuetext") == "places 30 to 53 of 64"
    here.focus()
    page.keyboard.press("ArrowRight")
    assert "at=31&zoom=24" in page.url
    page.keyboard.press("-")
    assert "at=16&zoom=48" in page.url  # as many rows more as fit, around the same middle
    page.keyboard.press("Home")
    box = here.bounding_box()
    across, down = box["x"] + box["width"] * 44 / 420, box["y"] + box["height"] * 26 / 400
    size = box["width"] * 368 / 420
    page.mouse.move(across + 0.3 * size, down + 0.3 * size)
    page.mouse.down()
    page.mouse.move(across + 0.42 * size, down + 0.42 * size, steps=4)
    page.mouse.up()
    assert title.inner_text() == "Places 8 to 55"
    page.reload()
    page.wait_for_selector("main[data-page=weights]")
    assert title.inner_text() == "Places 8 to 55"
    page.click(".zoom button:text-is('24')")
    page.click(".blocks button:text-is('show')")
    assert title.inner_text() == "Places 0 to 23"
    page.keyboard.press("d")
    page.wait_for_selector(":root[data-theme=dark]")
    assert title.inner_text() == "Places 0 to 23"


def test_a_cell_of_the_window_names_its_neurons_and_opens_them(wide: Path, open_page: Opener):
    page = open_page(wide, "#/weights?m=L0-W_out&at=0&zoom=24")
    view = page.locator(".zoom-figure.view")
    box = view.bounding_box()

    def over(row: int, column: int) -> tuple[float, float]:
        unit = box["width"] / 620
        return box["x"] + unit * (92 + 520 * (column + 0.5) / 24), box["y"] + unit * (28 + 520 * (row + 0.5) / 24)

    page.mouse.move(*over(2, 5))
    assert page.inner_text(".tip strong") == "neuron 2 and 5"
    rows = torch.linspace(-1, 1, 8)[None].sub(torch.linspace(-1, 1, 64)[:, None]).square().mul(-9).exp()
    value = float(squared_cosines(rows)[2, 5])
    said = page.inner_text(".zoom-said")
    assert said.startswith("neuron 2 at place 2 and 5 at place 5: squared cosine ")
    assert float(said.split()[-1]) == pytest.approx(value, abs=0.01)
    page.mouse.move(*over(0, 22))
    assert "not kept: over 20 places apart" in page.inner_text(".tip")
    painted = page.evaluate(
        """() => { const c = document.querySelector('.zoom-figure.view canvas').getContext('2d');
        const row = c.getImageData(0, 0, 24, 1).data;
        return [0, 1, 22, 23].map((x) => [...row.slice(4 * x, 4 * x + 4)].join()); }"""
    )
    assert len(set(painted)) == 4  # the diagonal, a neighbour, and two shades of what is not kept
    view.focus()
    page.mouse.move(*over(4, 7))
    page.keyboard.press("ArrowDown")
    assert page.inner_text(".zoom-said").startswith("neuron 5 at place 5 and 7 at place 7")
    page.keyboard.press("Enter")
    page.wait_for_selector("main[data-page=unit]")
    assert page.inner_text("h1") == "Neuron 5 of layer 0"
    page.go_back()
    page.wait_for_selector("main[data-page=weights]")
    page.mouse.click(*over(2, 5))
    page.wait_for_selector("h1:text-is('Neuron 2 of layer 0')")


def test_an_imported_tree_has_pages_without_rules(bare: Path, open_page: Opener):
    page = open_page(bare, "#/head/L0H1?w=0&q=4")
    assert page.locator("#rows .keys-list li").count() == 2
    assert page.locator("#rows-mix").count() == 0
    for route, kind in (("#/", "overview"), ("#/heads", "heads")):
        visit(page, route, kind)
    assert page.locator("#bar nav a").all_inner_texts() == ["Overview", "Heads"]


def test_what_is_not_there_is_said(pages: Path, open_page: Opener):
    page = open_page(pages, "#/head/L9H9")
    assert "no head L9H9" in page.inner_text("main")
    for route, words in (
        ("#/unit/L0-neurons/99", "units 0 to 4"),
        ("#/unit/L7-neurons/0", "no family"),
        ("#/nowhere", "no page"),
    ):
        visit(page, "#/", "overview")
        visit(page, route, "error")
        assert words in page.inner_text("main")


def test_keys_theme_and_jump(pages: Path, open_page: Opener):
    page = open_page(pages, color_scheme="light")
    page.keyboard.press("d")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("g")
    page.keyboard.type("1.2")
    page.keyboard.press("Enter")
    page.wait_for_selector("main[data-page=head]")
    assert page.inner_text("h1") == "L1H2"
    for key, kind in (("h", "heads"), ("p", "pairs"), ("u", "units"), ("w", "weights"), ("o", "overview")):
        page.keyboard.press(key)
        page.wait_for_selector(f"main[data-page={kind}]")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1


@pytest.mark.parametrize(
    "route", ["#/", "#/heads", "#/head/L0H1", "#/pairs", "#/units", "#/unit/L0-neurons/1", "#/weights"]
)
def test_nothing_sticks_out_of_a_narrow_window(pages: Path, open_page: Opener, route: str):
    page = open_page(pages, route, viewport={"width": 400, "height": 800})
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_36000_units_are_quick(tmp_path: Path, open_page: Opener):
    folder = write_heads_pages(make_heads(tmp_path / "records", n_units=36_864), tmp_path / "pages").parent
    page = open_page(folder, "#/units")
    assert page.inner_text(".tally") == "36,867 units"
    assert page.locator(".grid-view .rows .row").count() < 80
    sorting = page.evaluate(
        """() => { const t = performance.now(); document.querySelector('[data-key=max] button').click();
        document.querySelector('[data-key=density] button').click(); return performance.now() - t; }"""
    )
    assert sorting < 2000, sorting
    searching = page.evaluate(
        """async () => { const t = performance.now(); const box = document.getElementById('search');
        box.value = 'word1234'; box.dispatchEvent(new Event('input'));
        const tally = document.querySelector(".tally");
        while (!tally.textContent.includes(" of ")) await new Promise((r) => setTimeout(r, 5));
        return performance.now() - t; }"""
    )
    assert searching < 2000, searching
