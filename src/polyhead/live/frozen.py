"""An answer of the live page as a static page, which needs neither model nor server."""

from pathlib import Path
from typing import Any

from polyhead.reports.folder import replace_folder
from polyhead.reports.scripts import write_script
from polyhead.reports.shell import write_assets, write_page

MARK = "data/live.js"
"""The file by which a folder is known to hold such a page, and may be replaced."""


def write_live_page(out: Path, about: dict[str, Any], answer: dict[str, Any] | None) -> Path:
    """Write the page to the folder `out`, replaced whole; returns its index.html.

    Args:
        out: The folder.
        about: The model and its dictionaries (`Session.about`).
        answer: What the page shows; None for the page that asks a server.

    Raises:
        DiskError: the disk refuses.
        PolyheadError: `out` holds something else.
    """

    def fill(folder: Path) -> None:
        write_assets(folder, "live")
        write_page(folder / "index.html", "live", f"polyhead: {about['title']}", asks=answer is None)
        write_script(folder / "data", "live", {**about, "answer": answer})

    replace_folder(out, fill, mark=MARK, what="live page")
    return out / "index.html"
