"""What every command prints: tables for people, one JSON object for programs."""

import sys
from collections.abc import Callable
from typing import Annotated, Any

from cyclopts import Parameter
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from polyhead.core.not_finite import json_text

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON object instead of tables.")]

Many = Parameter(consume_multiple=1, negative_iterable="")
"""Values after one option, at least one."""


def show(value: dict[str, Any], as_json: bool, human: Callable[[Console], None]) -> None:
    """Print `value` as JSON, or let `human` print it on a console."""
    if as_json:
        plain = not (sys.stdout.encoding or "").lower().startswith("utf")  # other encodings get JSON's own escapes
        print(json_text(value, ensure_ascii=plain))  # noqa: T201
    else:
        human(Console(width=None if sys.stdout.isatty() else 120))  # a file or a pipe has no width of its own


def table(title: str, rows: list[dict[str, Any]]) -> Table:
    """Rows with the same keys as a table; brackets in them are text (of a prompt, of a token), not markup."""
    made = Table(
        title=Text(title, style="table.title"), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1)
    )
    for i, (key, value) in enumerate(rows[0].items() if rows else ()):
        made.add_column(Text(key), justify="right" if i and not isinstance(value, str) else "left", no_wrap=not i)
    for row in rows:
        cells = (f"{v:.3f}" if isinstance(v, float) else "" if v is None else str(v) for v in row.values())
        made.add_row(*map(Text, cells))
    return made
