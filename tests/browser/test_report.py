"""Clicking through a report from disk, offline."""

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from make_run import NASTY, make_run

from polyhead.core.label_records import Label, Labels
from polyhead.reports import write_report
from polyhead.reports.serve import make_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FREE = "#/d/free-k16-s0"
Opener = Callable[..., Any]


def column(page: Any, n: int) -> list[str]:
    """Text of the nth cell of the rows in view, in their order."""
    return page.eval_on_selector_all(
        ".rows .row",
        "(rows, n) => rows.sort((a, b) => a.dataset.index - b.dataset.index).map((r) => r.children[n].textContent)",
        n,
    )


def heading(page: Any, text: str) -> None:
    page.wait_for_selector(f"h1:text-is('{text}')")


def per_cent(text: str) -> float:
    return 0.005 if text.startswith("<") else float(text.removesuffix(" %"))


def test_overview_shows_verdict_charts_map_clusters_and_provenance(small_report: Path, open_page: Opener):
    page = open_page(small_report)
    assert page.title() == "Multitoken transcoders of layer 3, bundled model · polyhead"
    assert page.locator(".verdict li").count() == 4
    assert page.locator("#frontier svg[role=img]").count() == 2
    page.wait_for_selector("canvas.map")
    assert page.locator(".verdict li:visible").count() == 3, "three sentences, then the picture"
    assert page.evaluate("document.querySelector('#frontier svg[role=img]').getBoundingClientRect().bottom") < 900
    assert page.locator(".clusters li").count() == 9
    assert "polyhead demo --layer 3" in page.text_content("#provenance")
    assert "BOS position left out" in page.text_content("#provenance")


def test_every_metric_draws_against_both_counts(small_report: Path, open_page: Opener):
    page = open_page(small_report)
    page.click("[aria-label='Vertical scale'] >> text=linear")
    for button in page.locator("#frontier [aria-label=Metric] button").all():
        button.click()
        assert page.locator("#frontier svg[role=img]").count() == 2
        assert "NaN" not in page.inner_html("#frontier")
    before = page.locator("#frontier .dot").count()
    page.click("#frontier .key >> text=Shuffled")
    assert page.locator("#frontier .dot").count() < before


def test_evaluations_sort_and_show_each_seed(small_report: Path, open_page: Opener):
    page = open_page(small_report)
    page.click("#scores > summary")
    page.click("#scores th[data-key=fvu] button")
    cells = page.eval_on_selector_all("#scores tbody tr", "rows => rows.map((r) => Number(r.children[4].textContent))")
    assert cells == sorted(cells)
    assert page.get_attribute("#scores th[data-key=fvu]", "aria-sort") == "ascending"
    averaged = page.locator("#scores tbody tr").count()
    page.click("#scores >> text=each seed")
    assert page.locator("#scores tbody tr").count() > averaged
    page.hover("#scores th[data-key=fvu] button")
    assert "variance unexplained" in page.inner_text("#tip")


def test_map_click_opens_the_latent_under_the_pointer(small_report: Path, open_page: Opener):
    page = open_page(small_report)
    page.wait_for_selector("canvas.map")
    page.locator("canvas.map").scroll_into_view_if_needed()
    box = page.locator("canvas.map").bounding_box()
    for step in range(400):
        x, y = (
            box["x"] + box["width"] * (0.2 + 0.03 * (step % 20)),
            box["y"] + box["height"] * (0.1 + 0.04 * (step // 20)),
        )
        page.mouse.move(x, y)
        if page.is_visible("#tip"):
            named = re.search(r"Latent (\d+)", page.inner_text("#tip"))
            page.mouse.click(x, y)
            break
    assert named is not None
    page.wait_for_selector("main[data-page=latent]")
    assert page.inner_text("h1") == f"Latent {named[1]}"


def test_map_zooms_moves_and_comes_back_without_opening_anything(small_report: Path, open_page: Opener):
    page = open_page(small_report)
    page.wait_for_selector("canvas.map")
    page.locator("canvas.map").scroll_into_view_if_needed()

    def drawn() -> str:
        page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
        return page.evaluate("document.querySelector('canvas.map').toDataURL()")

    whole = drawn()
    box = page.locator("canvas.map").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 20, steps=4)
    page.mouse.up()
    page.mouse.move(box["x"] + 1, box["y"] + 1)
    moved = drawn()
    assert moved != whole
    assert "latent" not in page.url
    page.click(".map-box >> text=Reset")
    assert drawn() == whole
    page.mouse.move(*middle)
    before = page.evaluate("scrollY")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.mouse.move(box["x"] + 1, box["y"] + 1)
    assert drawn() not in (whole, moved)
    assert page.evaluate("scrollY") == before
    page.click(".map-box >> text=Reset")
    page.focus("canvas.map")
    page.keyboard.press("+")
    zoomed = drawn()
    assert zoomed != whole
    page.keyboard.press("0")
    assert drawn() == whole


def test_map_legend_filters_and_colours_by_cluster(small_report: Path, open_page: Opener):
    page = open_page(small_report)
    page.wait_for_selector("canvas.map")
    page.click(".map-box .key >> nth=0")
    assert page.get_attribute(".map-box .key >> nth=0", "aria-pressed") == "true"
    page.click(".map-box >> text=by cluster")
    assert page.locator(".map-box .key >> text=cluster 3").count() == 1
    page.click("[aria-label='Zoom in']")
    page.click(".map-box >> text=Reset")


def test_table_sorts_by_a_column_both_ways(small_report: Path, open_page: Opener):
    page = open_page(small_report, FREE)
    density = page.locator("[data-key=density] button")
    density.click()
    falling = [per_cent(t) for t in column(page, 1)]
    assert falling == sorted(falling, reverse=True)
    density.click()
    rising = [per_cent(t) for t in column(page, 1)]
    assert rising == sorted(rising)
    assert rising[0] < falling[0]
    assert "sort=density" in page.url


def test_table_filters_by_head_density_identity_and_cluster(small_report: Path, open_page: Opener):
    page = open_page(small_report, FREE)
    page.select_option("[aria-label='Main head']", "3")
    assert set(column(page, 6)) == {"head 3"}
    page.fill("[aria-label='Density, smallest, per cent']", "1")
    page.fill("[aria-label='Density, largest, per cent']", "5")
    assert all(1 <= per_cent(t) <= 5 for t in column(page, 1))
    page.fill("[aria-label='Identity, largest, per cent']", "0.5")
    assert all(per_cent(t) <= 0.5 for t in column(page, 5))
    address = page.url
    tally = page.inner_text(".tally")
    page.reload()
    page.wait_for_selector(".tally")
    assert (page.url, page.inner_text(".tally")) == (address, tally)
    page.click("text=Clear filters")
    page.wait_for_selector(".tally:has-text('240')")


def test_families_distances_and_labels(tmp_path: Path, open_page: Opener):
    run = make_run(tmp_path / "run", dictionaries=1)
    labels = run / "members" / "free-k16-s0" / "dictionary"
    labels.mkdir(parents=True)
    (labels / "labels.json").write_text(
        Labels(labels={13: Label(label="closes <b>brackets</b>"), 9: Label(label="repeats names")}).model_dump_json()
    )
    page = open_page(write_report(run), FREE)
    heads = page.locator("[role=columnheader]").all_inner_texts()
    assert [h.strip() for h in heads if h.strip() in ("Label", "Family", "Distance")] == ["Label", "Family", "Distance"]
    page.fill("#search", "closes")
    assert column(page, 0) == ["13"]
    assert column(page, 1) == ["closes <b>brackets</b>"]
    assert column(page, 9) == ["previous 31.3 %"]
    assert column(page, 10) == ["19.50"]
    page.fill("#search", "")
    page.select_option("[aria-label=Family]", "identity")
    assert {text.split()[0] for text in column(page, 9)} == {"identity"}
    assert set(column(page, 10)) == {"–"}
    page.evaluate("location.hash = '#/d/free-k16-s0/latent/13'")
    page.wait_for_selector(".called")
    assert page.inner_text(".called") == "closes <b>brackets</b>"
    facts = page.inner_text("dl.strip").split("\n")
    assert facts[facts.index("Family") + 1] == "previous 31.3 %"
    assert facts[facts.index("Distance") + 1] == "19.5 tokens"


@pytest.mark.parametrize("route", ["", FREE, f"{FREE}/latent/3"])
def test_the_bar_fits_a_phone(small_report: Path, open_page: Opener, route: str):
    page = open_page(small_report, route, viewport={"width": 420, "height": 900})
    page.wait_for_selector("h1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    assert page.evaluate(
        "(() => { const b = document.getElementById('bar'); return b.scrollWidth <= b.clientWidth; })()"
    )


def test_search_finds_tokens_as_text_and_as_marks(small_report: Path, open_page: Opener):
    page = open_page(small_report, FREE)
    page.fill("#search", "toler")
    texts = [a + b for a, b in zip(column(page, 10), column(page, 11))]
    assert texts
    assert all("toler" in t for t in texts)
    page.select_option("[aria-label='Search in']", "promoted")
    assert all("toler" in t for t in column(page, 11))
    page.fill("#search", "↵")
    assert all("↵" in t for t in column(page, 11))
    page.fill("#search", "no token reads like this")
    assert column(page, 0) == []


def test_latent_page_shows_both_sides_arcs_and_logits(small_report: Path, open_page: Opener):
    page = open_page(small_report, FREE + "/latent/12")
    assert page.locator(".example").count() == 14
    assert page.locator(".example .tok.sends").count() > 20
    assert page.locator(".example .tok.peak").count() == 14
    assert page.locator(".logits li").count() == 16
    assert page.locator(".neighbours li").count() == 8
    spot = page.evaluate("""() => {
        const path = [...document.querySelectorAll('.arc .stroke')].at(-1);
        path.closest('.frame').scrollIntoView({ block: 'center' });
        const p = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
        return [p.x, p.y];
    }""")
    page.mouse.move(*spot)
    assert "moves" in page.inner_text("#tip")
    assert "head " in page.inner_text("#tip")
    page.hover(".example .tok.peak >> nth=0")
    assert "query side" in page.inner_text("#tip")


def test_tokens_left_out_of_a_window_are_said(small_report: Path, open_page: Opener):
    page = open_page(small_report, FREE + "/latent/12")
    page.locator(".tok.gap").first.scroll_into_view_if_needed()
    page.hover(".tok.gap >> nth=0")
    assert page.inner_text("#tip") == "31 tokens left out"


@pytest.mark.parametrize("layout", ["one line", "wrapped"])
def test_arcs_start_and_end_on_their_tokens(small_report: Path, open_page: Opener, layout: str):
    page = open_page(small_report, FREE + "/latent/12")
    page.click(f".segmented >> text={layout}")
    worst = page.evaluate("""() => Math.max(...[...document.querySelectorAll('.example')].flatMap((example) => {
        const tokens = [...example.querySelectorAll('.tok')].map((t) => t.getBoundingClientRect());
        return [...example.querySelectorAll('.arc')].map((arc) => {
            const path = arc.querySelector('.stroke');
            const x = (length) => path.getPointAtLength(length).matrixTransform(path.getScreenCTM()).x;
            const off = (length, r) => Math.abs(x(length) - (r.left + r.right) / 2);
            return Math.max(off(0, tokens[arc.dataset.key]), off(path.getTotalLength(), tokens[arc.dataset.query]));
        });
    }))""")
    assert worst < 7


def test_keyboard_walks_through_the_report(small_report: Path, open_page: Opener):
    page = open_page(small_report)
    page.keyboard.press("t")
    page.wait_for_selector("main[data-page=table]")
    order = column(page, 0)
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    heading(page, f"Latent {order[1]}")
    page.keyboard.press("j")
    heading(page, f"Latent {order[2]}")
    page.keyboard.press("ArrowLeft")
    heading(page, f"Latent {order[1]}")
    page.keyboard.press("/")
    page.wait_for_selector("#search:focus")
    page.keyboard.type("o?")
    assert page.input_value("#search") == "o?"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.is_visible("dialog.help")
    page.keyboard.press("Escape")
    assert not page.is_visible("dialog.help")
    page.keyboard.press("o")
    page.wait_for_selector("main[data-page=overview]")
    page.keyboard.press("g")
    page.keyboard.type("42")
    page.keyboard.press("Enter")
    heading(page, "Latent 42")


def test_deep_link_back_and_unknown_addresses(small_report: Path, open_page: Opener):
    page = open_page(small_report, "#/d/top1-k16-s0/latent/5")
    assert page.inner_text("h1") == "Latent 5"
    page.click("nav >> text=Overview")
    page.wait_for_selector("main[data-page=overview]")
    page.go_back()
    heading(page, "Latent 5")
    for route, words in {
        "#/d/other": "no dictionary called other",
        FREE + "/latent/9999": "has no latent 9999",
        "#/x": "no page",
    }.items():
        page.evaluate("(route) => { location.hash = route; }", route)
        page.wait_for_selector(f"#main:has-text('{words}')")


def test_dark_mode_follows_the_system_and_the_toggle(small_report: Path, open_page: Opener):
    page = open_page(small_report, FREE, color_scheme="dark")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(background)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate(background) != dark


def test_nasty_tokens_appear_as_text(small_report: Path, open_page: Opener):
    page = open_page(small_report, FREE + "/latent/10")
    while page.locator(".example").count() == 0:
        page.keyboard.press("j")
        page.wait_for_timeout(50)
    texts = page.eval_on_selector_all(".example .tok", "nodes => nodes.map((n) => n.textContent)")
    assert "<script>alert(1)</script>" in texts
    assert "</script><b>" in texts
    assert "↵····" in texts
    assert "U+202Eabc" in texts
    assert "\\x00" in texts
    assert "∅" in texts
    assert "\u25cc\u0301" in texts
    assert "U+2028" in texts
    assert "\U0001f469\u200d\U0001f52c" in texts
    assert page.locator("main script, main b").count() == 0


def test_every_special_route_survives_all_nasty_tokens(small_report: Path, open_page: Opener):
    page = open_page(small_report, FREE + "?dead=1&sort=latent")
    page.wait_for_selector(".rows .chip")
    titles = page.eval_on_selector_all(".rows .chip", "(chips) => chips.map((c) => JSON.parse(c.title))")
    assert len(set(titles) & set(NASTY)) >= 3
    shown = page.eval_on_selector_all(".rows .chip", "(chips) => chips.map((c) => c.textContent)")
    assert all(shown)
    assert not re.search(r"[\x00-\x1f\u202e\u2028]", json.dumps(shown, ensure_ascii=False))


def test_charts_are_saved_as_svg_and_png(small_report: Path, open_page: Opener, tmp_path: Path):
    page = open_page(small_report)
    with page.expect_download() as saved:
        page.click("#frontier [aria-label$='SVG'] >> nth=0")
    saved.value.save_as(tmp_path / "chart.svg")
    assert (tmp_path / "chart.svg").read_text().startswith("<svg")
    with page.expect_download() as saved:
        page.click("#frontier [aria-label$='PNG'] >> nth=1")
    saved.value.save_as(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [400, 800, 1600])
@pytest.mark.parametrize("route", ["", FREE, FREE + "/latent/12"])
def test_no_page_is_wider_than_the_window(small_report: Path, open_page: Opener, width: int, route: str):
    page = open_page(small_report, route, viewport={"width": width, "height": 900})
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 1600])
def test_no_text_of_a_latent_is_smaller_than_11_px(small_report: Path, open_page: Opener, width: int):
    page = open_page(small_report, FREE + "/latent/12", viewport={"width": width, "height": 900})
    page.wait_for_selector(".quarters svg text")
    sizes = page.evaluate("""() => [...document.querySelectorAll('main *')].filter((n) =>
        n.getClientRects().length && [...n.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim())
    ).map((n) => {
        const place = n.ownerSVGElement && n.getScreenCTM();
        const scale = place ? Math.hypot(place.a, place.b) : 1;
        return [parseFloat(getComputedStyle(n).fontSize) * scale, n.textContent];
    })""")
    assert [text for size, text in sizes if size < 10.9] == []


def test_numbers_over_the_bars_do_not_touch(small_report: Path, open_page: Opener):
    page = open_page(small_report, FREE + "/latent/12")
    page.wait_for_selector(".quarters svg text")
    touching = page.evaluate("""() => {
        const chart = document.querySelector("svg[aria-label^='Head loadings']:not(.mini)");
        const boxes = [...chart.querySelectorAll('text')].map((t) => t.getBoundingClientRect());
        return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
            a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4)).length;
    }""")
    assert touching == 0


def test_a_table_fills_the_window_and_no_more(small_report: Path, open_page: Opener):
    page = open_page(small_report, FREE)
    assert page.evaluate("document.documentElement.scrollHeight") == 900


def test_a_table_of_16k_latents_paints_and_sorts_quickly(large_report: Path, open_page: Opener):
    page = open_page(large_report, FREE)
    page.wait_for_selector(".rows .row")
    first_paint = page.evaluate("performance.now()")
    assert page.locator(".rows .row").count() < 80
    timed = """(step) => {
        const start = performance.now(), box = document.getElementById('search');
        if (step === 'sort') document.querySelector('[data-key=density] button').click();
        else { box.value = 'merge'; box.dispatchEvent(new Event('input')); }
        return performance.now() - start;
    }"""
    sort, search = page.evaluate(timed, "sort"), page.evaluate(timed, "search")
    print(f"16,384 latents: first rows after {first_paint:.0f} ms, sort {sort:.0f} ms, search {search:.0f} ms")
    assert first_paint < 10_000
    assert sort < 3_000
    assert search < 3_000
    page.fill("#search", "")
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    page.wait_for_selector(".rows .current")
    assert int(page.get_attribute(".rows .current", "data-index")) > 10_000


def test_a_served_report_asks_its_own_host_only(small_report: Path, browser: Any):
    asked, complaints = [], []
    with make_server(small_report) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = server.address
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{address}{FREE}/latent/12")
        page.wait_for_selector(".example")
        page.close()
        server.shutdown()
    assert complaints == []
    assert all(url.startswith((address, "data:")) for url in asked)
