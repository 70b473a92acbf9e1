"""A figure is a function of what a study measured: its docstring is the caption, its result the drawings.

    @study.figure("frontier", "Error against active latents", columns=2)
    def frontier(m: Measured) -> Panels:
        '''One point per seed.'''
        return [Scatter(title=name, series=found) for name, found in points(m).items()]

Below it are parts that several studies draw: bands over seeds, shares.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from polyhead.core.study_records import Drawing, Figure, Series

Panels = Sequence[Drawing]

RANGE = (0, 100)
"""Ends of a band that shows the smallest and the largest value."""
Rows = Iterable[Any]
"""Values of the seeds at each place: sequences, arrays or tensors."""


def figure(
    key: str,
    title: str,
    *,
    columns: int = 1,
    shared_scale: bool = True,
    words: Callable[[Any], Mapping[str, Any]] = lambda _: {},
) -> Callable[[Callable[[Any], Panels]], Callable[[Any], Figure]]:
    """Make a figure of a function that draws its panels; the rest is as in `Figure`.

    Args:
        words: what fills the braces of title and caption, where these depend on what was measured.
    """

    def made(draw: Callable[[Any], Panels]) -> Callable[[Any], Figure]:
        caption = " ".join((draw.__doc__ or "").split())

        def whole(m: Any) -> Figure:
            found = words(m)
            return Figure(
                key=key,
                title=title.format(**found) if found else title,
                caption=caption.format(**found) if found else caption,
                panels=list(draw(m)),
                columns=columns,
                shared_scale=shared_scale,
            )

        return whole

    return made


def band(
    name: str,
    rows: Rows,
    x: Iterable[float] | None = None,
    *,
    middle: Callable[[Any], Any] = np.mean,
    ends: tuple[float, float] = (10, 90),
    digits: int | None = None,
) -> Series:
    """A line or bars with the spread over seeds; None at places without a finite value.

    Args:
        middle: what is drawn of the values at a place.
        ends: percentiles of the band's ends.
        digits: decimals that are kept; all if None.
    """
    y, low, high = [], [], []
    for row in rows:
        values = np.asarray([float(v) for v in row])
        values = values[np.isfinite(values)]
        ys = (middle(values), *np.percentile(values, ends)) if len(values) else (None, None, None)
        for kept, value in zip((y, low, high), ys, strict=True):
            kept.append(rounded(value, digits))
    places = None if x is None else [float(at) for at in x]
    return Series(name=name, x=places, y=y, low=low, high=high)


def rounded(value: Any, digits: int | None = 3) -> float | None:
    """A plain number of some decimals; None for what is missing or not finite."""
    if value is None or not np.isfinite(float(value)):
        return None
    return float(value) if digits is None else round(float(value), digits)


def share(holds: Sequence[bool]) -> float | None:
    """Share of models for which something holds; None where there are none."""
    return rounded(sum(map(bool, holds)) / len(holds)) if len(holds) else None


def numbered(n: int) -> list[str]:
    """Names of places from 1 on."""
    return [str(i + 1) for i in range(n)]
