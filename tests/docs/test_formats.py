"""The table of formats in docs/formats.md is that of the readers."""

import re
from pathlib import Path

from polyhead.interop.index import entries
from polyhead.interop.registry import FORMATS

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")


def test_every_format_that_is_read_has_its_row() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.split("## SAEs of other programs")[1], re.M)
    assert sorted(rows) == sorted(FORMATS)


def test_the_page_says_how_large_the_index_is() -> None:
    assert f"the shipped index of {len(entries()):,}" in PAGE
