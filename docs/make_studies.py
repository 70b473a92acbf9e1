"""Writes docs/studies.md, docs/studies/*.md and the figures they show from the shipped records: `make docs`."""

import shutil
import sys
import tempfile
from pathlib import Path

from polyhead.reports.studies import write_study_pages
from polyhead.reports.study_markdown import studies_index, study_document
from polyhead.runs.study_report import shipped_record
from polyhead.studies import STUDIES
from polyhead.studies.story import tell

DOCS = Path(__file__).parent


def documents() -> dict[Path, str]:
    """The documents as they should be, by path."""
    records = [record for name in STUDIES if (record := shipped_record(name)) is not None]
    stories = {record.name: tell(record) for record in records}
    made = {DOCS / "studies" / f"{r.name}.md": study_document(r, stories[r.name]) for r in records}
    return {DOCS / "studies.md": studies_index(records, stories), **made}


def pictures() -> None:
    """One PNG per study, from its own page."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        sys.exit("the pictures need Chromium (chromium or chromium-browser)")
    records = [record for name in STUDIES if (record := shipped_record(name)) is not None]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pages = write_study_pages(records, Path(folder) / "pages", missing={}).parent
        browser = playwright.chromium.launch(executable_path=path, args=["--headless", "--no-sandbox"])
        for record in records:
            page = browser.new_page(viewport={"width": 1100, "height": 900}, color_scheme="light", bypass_csp=True)
            page.goto((pages / f"{record.name}.html").as_uri())
            page.add_style_tag(content="#bar { position: static !important } .save { visibility: hidden }")
            figure = page.locator(f"#figure-{tell(record).key_figure}")
            figure.scroll_into_view_if_needed()
            page.wait_for_timeout(300)
            figure.screenshot(path=DOCS / "images" / f"study-{record.name}.png")
        browser.close()


if __name__ == "__main__":
    (DOCS / "studies").mkdir(exist_ok=True)
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
    pictures()
