"""Clicking through the pages of studies from disk, offline."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from make_study import N_FRAMES, NASTY, make_study, small_study

from polyhead.reports import write_study_pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Opener = Callable[..., Any]
RECORD = make_study()
FIGURES = {figure.key: figure for figure in RECORD.findings.figures}


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("studies") / "pages"
    records = [RECORD, small_study("another"), small_study("third", "partly")]
    write_study_pages(records, out, missing={"tms": "polyhead study run tms --preset quick"})
    return out


@pytest.fixture
def open_study(pages: Path, open_page: Opener) -> Opener:
    """`open_study("#claim-accuracy", name="made-by-hand", **context)`."""

    def opened(route: str = "", name: str = "made-by-hand", **options: Any) -> Any:
        return open_page(pages, route, file=f"{name}.html", **options)

    return opened


def open_all(page: Any) -> Any:
    """Everything that folds is open and drawn."""
    page.evaluate("document.querySelectorAll('#main details').forEach((d) => (d.open = true))")
    page.wait_for_timeout(50)
    return page


def focused(page: Any) -> str:
    return page.evaluate("document.activeElement.closest('[data-stop]').id")


def marks(page: Any, key: str, selector: str) -> int:
    return page.locator(f"#figure-{key} {selector}").count()


def save(page: Any, key: str, what: str, path: Path) -> str:
    with page.expect_download() as saved:
        page.click(f"#figure-{key} .save button:text-is('{what}')")
    saved.value.save_as(path)
    assert saved.value.suggested_filename.startswith(f"made-by-hand-{key}.")
    return path.read_text(encoding="utf-8")


def test_the_key_figure_and_its_takeaway_come_before_claims_with_text_verdicts(open_study: Opener):
    page = open_study()
    assert page.title() == f"{RECORD.title} · polyhead"
    sections = page.eval_on_selector_all(".study > [id]", "nodes => nodes.map((n) => n.id)")
    assert sections == ["claims", "figures", "notes", "circumstances"]
    selector = ".question, .takeaway, .key-figure > .figure, #claims"
    order = page.eval_on_selector_all(selector, "nodes => nodes.map((n) => n.id || n.className)")
    assert order == ["question", "takeaway", "figure-sweep", "claims"]
    claims = RECORD.findings.claims
    assert page.locator(".claims .claim").count() == len(claims)
    held = page.eval_on_selector_all(".claim .verdict-pill", "nodes => nodes.map((n) => n.dataset.held)")
    assert held == [claim.held or "measured" for claim in claims]
    words = {"yes": "held", "partly": "partly", "no": "did not hold", "measured": "measured"}
    shown = [t.replace("\n", "") for t in page.locator(".claim .verdict-pill").all_inner_texts()]
    assert all(words[h] in s and len(s) > len(words[h]) for h, s in zip(held, shown)), (
        "an icon stands next to the words"
    )
    agreement = page.locator(".claim .agreement").all_inner_texts()
    assert agreement == [claim.agreement for claim in claims]
    assert page.locator(".claim >> nth=0 >> .published").text_content() == "every model shown"
    assert page.inner_text(".claim >> nth=0 >> .headline").split("\n")[0].startswith("60 of 64")
    assert page.inner_text(".claim >> nth=0 >> .against") == "control 3 of 64"


def test_distributions_show_every_seed_and_the_median(open_study: Opener):
    page = open_all(open_study())
    accuracy = page.locator("#claim-accuracy")
    assert accuracy.locator(".strip.ours .seed").count() == 128
    assert accuracy.locator(".strip.control .seed").count() == 64
    assert accuracy.locator(".median").count() == 3
    assert "2 diverged" in accuracy.locator(".said >> nth=1").text_content()
    shares = page.locator("#claim-reversed-orders")
    assert shares.locator(".share").count() == 3
    assert shares.locator(".said >> nth=0").text_content() == "93.8 % (60 of 64), 1 diverged"
    assert page.locator("#claim-nasty .said").text_content() == "no model, 8 diverged"
    assert "and 2 more" in page.locator("#claim-dimensions svg").text_content()


def test_the_reason_opens_with_all_numbers(open_study: Opener):
    page = open_study()
    assert not page.is_visible("#claim-dimensions-why")
    page.click("#claim-dimensions summary")
    assert page.is_visible("#claim-dimensions-why")
    assert "p = 1e-27" in page.inner_text("#claim-dimensions-why")
    assert page.locator("#claim-dimensions-why tbody tr").count() == 10
    page.click("#claim-dimensions summary")
    assert not page.is_visible("#claim-dimensions-why")


def test_every_kind_of_figure_draws_all_its_marks(open_study: Opener):
    page = open_all(open_study())
    assert page.locator(".figure").count() == len(FIGURES)
    expected = {
        ("sweep", ".cell"): 24,
        ("sweep", ".cell.missing"): 1,
        ("sweep", ".cells text"): 23,
        ("signed", ".cell"): 50,
        ("signed", ".colour-bar"): 1,
        ("phases", ".cell"): 108,
        ("phases", ".cell.missing"): 2,
        ("phases", ".legend text"): 4,
        ("all-but-one", ".cell"): 800,
        ("all-but-one", "svg.chart"): 9,
        ("all-but-one", ".colour-bar"): 1,
        ("contributions", ".cell"): 3200,
        ("ablation", ".bar"): 14,
        ("ablation", "path.error"): 14,
        ("ablation", "line.reference"): 2,
        ("shares", ".bar"): 24,
        ("curves", ".line"): 3,
        ("curves", ".band"): 3,
        ("curves", ".point"): 90,
        ("curves", "line.reference"): 2,
        ("gap", ".point"): 5,
        ("multiples", ".line"): 12,
        ("planes", ".ring"): 3,
        ("planes", ".point"): 30,
        ("cloud", ".point"): 240,
        ("arrows", "path.line"): 5,
        ("training", ".cell"): 100,
        ("training", ".ring"): 1,
    }
    assert {where: marks(page, *where) for where in expected} == expected
    for key in FIGURES:
        assert "NaN" not in page.inner_html(f"#figure-{key}")
        assert "undefined" not in page.inner_html(f"#figure-{key}")
    path = page.get_attribute("#figure-gap .line", "d")
    assert path.count("M") == 2, "the missing point breaks the line"


def test_equal_units_shared_scales_and_log_axes(open_study: Opener):
    page = open_all(open_study())
    spans = page.eval_on_selector_all(
        "#figure-planes .ring", "nodes => nodes.map((n) => { const b = n.getBBox(); return [b.width, b.height]; })"
    )
    data = [(max(s.x) - min(s.x), max(s.y) - min(s.y)) for s in (p.series[0] for p in FIGURES["planes"].panels)]
    scales = [pixels / units for span, own in zip(spans, data) for pixels, units in zip(span, own)]
    assert max(scales) / min(scales) < 1.02, "one scale for both axes and all three planes"
    ticks = page.eval_on_selector_all("#figure-curves .axes text", "nodes => nodes.map((n) => n.textContent)")
    assert "10⁻³" in ticks
    assert "training step (log)" in ticks


def test_tooltips_name_the_value(open_study: Opener):
    page = open_all(open_study())
    page.locator("#figure-sweep .cell").nth(1).hover()
    tip = page.inner_text("#tip")
    value = FIGURES["sweep"].panels[0].values[0][1]
    assert "1 head" in tip
    assert str(value) in tip
    page.locator("#figure-ablation .bar").nth(0).hover(position={"x": 3, "y": 60})
    assert "zero ablation" in page.inner_text("#tip")


def test_the_scrubber_changes_the_drawing(open_study: Opener):
    page = open_all(open_study())
    box = page.locator("#figure-training")
    label = box.locator(".frame-label")
    ring = "#figure-training .ring"
    assert label.inner_text() == f"step 1600 ({N_FRAMES} of {N_FRAMES})"
    last = page.get_attribute(ring, "d")
    slider = box.locator("input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    assert label.inner_text() == f"step 0 (1 of {N_FRAMES})"
    first = page.get_attribute(ring, "d")
    assert first != last
    page.keyboard.press("ArrowRight")
    assert label.inner_text().startswith("step 200 ")
    axes = page.locator("#figure-training svg >> nth=0 >> .axes").inner_html()
    box.locator(".play").click()
    page.wait_for_selector(f"#figure-training .frame-label:text-is('step 1600 ({N_FRAMES} of {N_FRAMES})')")
    assert box.locator(".play").inner_text() == "▶ Play", "it stops at the end"
    assert page.get_attribute(ring, "d") == last
    assert page.locator("#figure-training svg >> nth=0 >> .axes").inner_html() == axes, "the scale does not move"
    slider.focus()
    page.keyboard.press(" ")
    page.keyboard.press(" ")
    assert box.locator(".play").inner_text() == "▶ Play"


def test_downloads_hold_the_data(open_study: Opener, tmp_path: Path):
    page = open_all(open_study())
    figure = json.loads(save(page, "ablation", "JSON", tmp_path / "a.json"))
    assert figure == json.loads(FIGURES["ablation"].model_dump_json())
    rows = list(csv.DictReader(io.StringIO(save(page, "sweep", "CSV", tmp_path / "s.csv"))))
    assert len(rows) == 24
    assert (rows[1]["y"], rows[1]["x"]) == ("1 head", "2")
    assert float(rows[1]["value"]) == FIGURES["sweep"].panels[0].values[0][1]
    assert rows[-1]["value"] == ""
    rows = list(csv.DictReader(io.StringIO(save(page, "training", "CSV", tmp_path / "t.csv"))))
    assert len(rows) == N_FRAMES * 110
    assert rows[0]["frame"] == "step 0"
    rows = list(csv.DictReader(io.StringIO(save(page, "curves", "CSV", tmp_path / "c.csv"))))
    assert float(rows[40]["y"]) == pytest.approx(FIGURES["curves"].panels[0].series[1].y[10])
    assert len(list(csv.DictReader(io.StringIO(save(page, "signed", "CSV", tmp_path / "x.csv"))))) == 50


@pytest.mark.parametrize("key", ["sweep", "all-but-one", "curves", "training"])
def test_the_drawing_is_saved_as_one_vector_file(open_study: Opener, tmp_path: Path, key: str):
    page = open_all(open_study())
    text = save(page, key, "SVG", tmp_path / "f.svg")
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    inner = [n for n in root if n.tag.endswith("svg")]
    assert len(inner) == page.locator(f"#figure-{key} svg.chart").count()
    assert FIGURES[key].title in "".join(root.itertext())
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    assert all(float(n.get("x", 0)) + float(n.get("width", 0)) <= width for n in inner)
    assert all(float(n.get("y", 0)) + float(n.get("height", 0)) <= height for n in inner)
    assert "var(--" not in text


@pytest.mark.parametrize(("route", "id"), [("#claim-loss", "claim-loss"), ("#figure-planes", "figure-planes")])
def test_a_deep_link_opens_its_claim_or_figure(open_study: Opener, route: str, id: str):
    page = open_study(route)
    assert focused(page) == id
    assert page.evaluate("(id) => document.getElementById(id).open ?? true", id)
    top = page.evaluate("(id) => document.getElementById(id).getBoundingClientRect().top", id)
    assert 0 <= top < 300
    if id.startswith("claim"):
        assert page.is_visible(f"#{id}-why")
    page.evaluate("location.hash = '#claim-accuracy'")
    page.wait_for_selector("#claim-accuracy[open] > summary:focus")


def test_an_address_that_names_nothing_shows_the_page(open_study: Opener):
    assert open_study("#claim-of-another-study").locator(".claim").count() == 5


def test_the_keyboard_walks_through_claims_figures_and_studies(open_study: Opener):
    page = open_study()
    page.keyboard.press("j")
    assert focused(page) == "figure-sweep", "the key figure stands before the claims"
    page.keyboard.press("j")
    assert focused(page) == "claim-reversed-orders"
    page.keyboard.press("j")
    assert page.url.endswith("#claim-accuracy")
    page.keyboard.press("Enter")
    assert page.is_visible("#claim-accuracy-why")
    page.keyboard.press("k")
    assert focused(page) == "claim-reversed-orders"
    page.keyboard.press("Enter")
    assert page.is_visible("#claim-reversed-orders-why")
    page.keyboard.press("e")
    assert page.locator(".claim[open]").count() == 5
    page.keyboard.press("e")
    assert page.locator(".claim[open]").count() == 0
    page.keyboard.press("f")
    page.keyboard.press("?")
    assert page.is_visible("dialog.help")
    assert "next, previous claim" in page.inner_text("dialog.help")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_selector("h1:text-is('A smaller study')")
    page.keyboard.press("o")
    page.wait_for_selector("main[data-page=list]")


def test_the_page_is_short_before_claims_and_figures_open(open_study: Opener):
    for width, most in ((1400, 3000), (420, 6000)):
        page = open_study(viewport={"width": width, "height": 900})
        assert page.locator("#main details[open]").count() == 0
        assert page.evaluate("document.documentElement.scrollHeight") < most
        assert page.evaluate("document.querySelector('#figure-sweep .cell').getBoundingClientRect().top") < 900
        assert page.locator("details.figure .thumb svg").count() == len(FIGURES) - 1
        page.click("#figure-planes > summary")
        page.wait_for_selector("#figure-planes .body .ring")
        assert page.locator("#figure-planes .ring").count() == 3
        assert page.locator("#figure-planes .thumb").count() == 0


def test_paper_has_all_of_it(open_study: Opener):
    page = open_study("#claim-loss")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#main details:not([open])").count() == 0
    assert page.locator(".strip-box svg").count() == len(RECORD.findings.claims)
    assert page.locator("#figure-planes .ring").count() == 3
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.eval_on_selector_all("#main details[open]", "nodes => nodes.map((n) => n.id)") == ["claim-loss"]


HELD_WORDS = [("yes", "✓", "held"), ("partly", "◐", "partly"), ("no", "✕", "did not hold"), (None, "·", "measured")]


def test_the_list_is_searched_and_filtered(pages: Path, open_page: Opener):
    page = open_page(pages)
    rows = page.locator("tr[data-study]:visible")
    assert rows.count() == 3
    page.fill(".study-search input", RECORD.title.upper())
    assert rows.count() == 1
    page.fill(".study-search input", "no such words")
    assert rows.count() == 0
    assert page.locator(".study-search output").inner_text() == "0 of 3 studies"
    page.fill(".study-search input", "")
    page.select_option("[aria-label='Claims that held']", "no")
    assert [r.get_attribute("data-study") for r in rows.all()] == ["made-by-hand"]
    page.select_option("[aria-label='Claims that held']", "")
    for agreement in ("agrees in part", "disagrees"):
        page.select_option("[aria-label='Claims that agree']", agreement)
        fitting = [c.key for c in RECORD.findings.claims if c.agreement == agreement]
        row = page.locator("tr[data-study=made-by-hand]")
        assert row.locator("summary").inner_text() == f"{len(fitting)} of {len(RECORD.findings.claims)} claims"
        assert row.locator("li:not([hidden])").evaluate_all("n => n.map((li) => li.dataset.claim)") == fitting
    assert "third" not in [r.get_attribute("data-study") for r in rows.all()], "none of its claims disagrees"


def test_the_list_shows_the_key_figures(pages: Path, open_page: Opener):
    page = open_page(pages)
    assert page.locator("tr[data-study] .thumb svg").count() == 3
    assert page.locator("tr[data-study=another] .thumb .cell").count() == 24
    assert page.locator(".thumb text").count() == 0


def test_the_list_shows_every_study_with_its_verdicts(pages: Path, open_page: Opener):
    page = open_page(pages)
    assert page.locator("tr[data-study]").count() == 3
    assert " ".join(page.inner_text("tr.absent").split()) == "tms not run yet: polyhead study run tms --preset quick"
    first = page.locator("tr[data-study=made-by-hand]")
    pills = first.locator(".verdict-pill").all_inner_texts()
    held = [claim.held for claim in RECORD.findings.claims]
    expected = [
        *(f"{icon} {held.count(h)} {word}" for h, icon, word in HELD_WORDS if held.count(h)),
    ]
    assert [re.sub(r"\s+", " ", t) for t in pills] == expected
    assert len(expected) >= 3
    assert "64" in first.inner_text()
    assert "3 diverged" in first.inner_text()
    first.locator("summary").click()
    first.locator("a[href$='#claim-loss']").click()
    page.wait_for_selector("#claim-loss[open]")


def test_text_from_records_stays_text(open_study: Opener):
    page = open_study("#claim-nasty")
    assert page.locator("main script").count() == 0
    shown = page.text_content("#claim-nasty .statement")
    assert shown == NASTY
    assert NASTY in page.text_content("#notes")


def test_circumstances_are_stated(open_study: Opener):
    page = open_all(open_study())
    foot = page.inner_text("#circumstances")
    for words in (RECORD.command, RECORD.machine, "83 s", "2025-02-03 10:20 UTC", "n_steps", "2,000", "lr 0.01"):
        assert words in foot


def _luminance(colour: str) -> float:
    parts = [int(v) / 255 for v in re.findall(r"\d+", colour)[:3]]
    r, g, b = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_legible_in_both_themes(open_study: Opener, theme: Any):
    page = open_study(color_scheme=theme)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    open_all(page)
    card = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    seen = page.evaluate("""() => [
        ...[...document.querySelectorAll('h1, p, dt, dd, .statement, .source, .published, .verdict-pill')]
            .map((n) => getComputedStyle(n).color),
        ...[...document.querySelectorAll('svg.chart text:not(.cells text)')].map((n) => getComputedStyle(n).fill),
    ]""")
    behind = _luminance(card)
    ratios = {}
    for colour in set(seen):
        high, low = sorted((_luminance(colour), behind), reverse=True)
        ratios[colour] = (high + 0.05) / (low + 0.05)
    assert min(ratios.values()) >= 4.5, ratios
    before = page.get_attribute("#figure-curves .line >> nth=0", "stroke")
    page.click("#theme")
    assert page.get_attribute("#figure-curves .line >> nth=0", "stroke") != before, "figures follow the theme"


@pytest.mark.parametrize("width", [360, 768, 1100, 1600])
@pytest.mark.parametrize("name", ["index", "made-by-hand"])
def test_no_page_is_wider_than_the_window_and_no_label_is_cut(open_study: Opener, width: int, name: str):
    page = open_study(name=name, viewport={"width": width, "height": 900})
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    out = page.evaluate("""() => [...document.querySelectorAll('svg.chart')].flatMap((chart) => {
        const whole = chart.getBoundingClientRect();
        return [...chart.querySelectorAll('text')].filter((t) => {
            const r = t.getBoundingClientRect();
            if (r.left < whole.left - 2 || r.right > whole.right + 2) return true;
            return r.top < whole.top - 2 || r.bottom > whole.bottom + 2;
        }).map((t) => t.textContent);
    })""")
    assert out == []


def test_figures_are_drawn_again_for_another_width(open_study: Opener):
    page = open_all(open_study())
    assert page.locator("#figure-curves svg[width='374']").count() == 0
    page.set_viewport_size({"width": 420, "height": 900})
    page.wait_for_selector("#figure-curves svg[width='374']")


def test_a_damaged_data_file_is_said(pages: Path, browser: Any, tmp_path: Path):
    import shutil

    copy = tmp_path / "pages"
    shutil.copytree(pages, copy)
    (copy / "data" / "study-another.js").write_text("polyhead.receive('study-another', '{');")
    page = browser.new_page()
    page.goto((copy / "another.html").as_uri())
    page.wait_for_selector("main[data-page=error]")
    assert "data/study-another.js is damaged" in page.inner_text("main")
    page.close()
