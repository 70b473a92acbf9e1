"""The HTML page of each kind, and the few files that it loads: one script (built from `viewer/`) and its styles."""

import html
import shutil
from importlib import resources
from pathlib import Path

STYLES: dict[str, tuple[str, ...]] = {
    "report": ("base.css", "pages.css"),
    "heads": ("base.css", "pages.css", "heads.css"),
    "graphs": ("base.css", "pages.css", "graphs.css"),
    "studies": ("base.css", "studies.css"),
    "home": ("base.css", "home.css"),
    "live": ("base.css", "pages.css", "live.css"),
}
"""By kind of page, the styles in the order of loading; nothing else but the kind's script is copied."""


def write_assets(folder: Path, kind: str) -> None:
    """Copy the script and the styles of a kind of page to `folder/assets`."""
    (folder / "assets").mkdir()
    with resources.as_file(resources.files("polyhead.reports") / "assets") as source:
        for name in _names(kind):
            shutil.copyfile(source / name, folder / "assets" / name)


def write_page(path: Path, kind: str, title: str, *, study: str = "", asks: bool = False) -> None:
    """Write the HTML of one page.

    Args:
        path: the file; its assets lie in `assets` next to it.
        kind: a key of `STYLES`.
        title: shown until the script has read its data.
        study: the study that a page of studies shows, none for their list.
        asks: whether the page may ask the server that it comes from; pages from disk may not.
    """
    page = (resources.files("polyhead.reports") / "assets" / "page.html").read_text(encoding="utf-8")
    *styles, script = (f"assets/{name}" for name in _names(kind))
    # in the head and not deferred, so that the theme is known before anything is painted
    tags = [*(f'<link rel="stylesheet" href="{style}" />' for style in styles), f'<script src="{script}"></script>']
    filled = {"assets": "\n    ".join(tags), "kind": kind, "study": html.escape(study), "title": html.escape(title)}
    filled["connect"] = "; connect-src 'self'" if asks else ""
    for name, value in filled.items():
        page = page.replace(f"{{{{{name}}}}}", value)
    path.write_text(page, encoding="utf-8")


def _names(kind: str) -> list[str]:
    return [*STYLES[kind], f"{kind}.js"]
