"""`show`: the patterns of a layer's heads as an interactive cell, drawn by one small script inside the cell."""

import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np

from polyhead.core.errors import PolyheadError
from polyhead.core.head_names import head_name


class Cell:
    """A self-contained piece of HTML that notebooks draw."""

    def __init__(self, page: str, height: int) -> None:
        self.page, self.height = page, height

    def _repr_html_(self) -> str:
        """An inline frame, so that neither styles nor scripts touch the notebook."""
        return (
            f'<iframe srcdoc="{escape(self.page)}" sandbox="allow-scripts" width="100%" height="{self.height}" '
            'style="border:0;color-scheme:light dark"></iframe>'
        )

    def save(self, path: Any) -> None:
        """Write the cell as a page of its own."""
        from polyhead.core.files import write_atomic

        write_atomic(path, lambda aside: aside.write_text(self.page, encoding="utf-8"))


def show(pattern: Any, tokens: Sequence[str], *, names: Sequence[str] | None = None, layer: int | None = None) -> Cell:
    """Attention patterns as an interactive view: point at a token to see where each head looks from it.

    Args:
        pattern: `[h, q, k]`, or `[1, h, q, k]` as `run_with_cache` gives it; a tensor or an array.
        tokens: The text of each position.
        names: Of the heads; L3H0, L3H1 ... where `layer` is given, else head 0, head 1 ...
        layer: The layer that the pattern is of.

    Returns:
        What a notebook draws; `.save(path)` writes it as a page.

    Raises:
        PolyheadError: shapes that do not fit each other.
    """
    values = np.asarray(pattern.detach().float().cpu() if hasattr(pattern, "detach") else pattern, dtype=np.float64)
    values = values[0] if values.ndim == 4 and len(values) == 1 else values
    if values.ndim != 3 or values.shape[1] != values.shape[2] or values.shape[1] != len(tokens):
        raise PolyheadError(
            f"expected a pattern [heads, n, n] and n tokens; received {list(values.shape)} and {len(tokens)} tokens"
        )
    if names is None:
        names = [f"head {h}" if layer is None else head_name(layer, h) for h in range(len(values))]
    if len(names) != len(values):
        raise PolyheadError(f"{len(values)} heads and {len(names)} names were given")
    data = {"tokens": list(tokens), "names": list(names), "pattern": np.round(values, 4).tolist()}
    text = json.dumps(data, allow_nan=False, ensure_ascii=True).replace("<", "\\u003c")
    page = (files("polyhead.display") / "pattern.html").read_text(encoding="utf-8").replace("/*DATA*/null", text)
    return Cell(page, 150 + 24 * (1 + len(tokens) // 12) + 150 * (1 + (len(values) - 1) // 6))
