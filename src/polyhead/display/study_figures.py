"""One panel of a study's figure on matplotlib axes: a heat map, bars, lines, or points."""

from typing import Any

import numpy as np

from polyhead.core.study_records import Bars, HeatMap, Lines, Scatter, Series

_CATEGORY_COLOURS = 20


def draw_panel(figure: Any, axis: Any, panel: HeatMap | Bars | Lines | Scatter) -> None:
    """Draw a panel, with its labels, references and legend."""
    axis.set(title=_plain(panel.title), xlabel=_plain(panel.x_label), ylabel=_plain(panel.y_label))
    if isinstance(panel, HeatMap):
        return _heat_map(figure, axis, panel)
    if isinstance(panel, Bars):
        _bars(axis, panel)
    elif isinstance(panel, Lines):
        _lines(axis, panel)
    else:
        _points(axis, panel)
    if not isinstance(panel, Bars):
        if panel.log_x:
            axis.set_xscale("log")
        if panel.log_y:
            axis.set_yscale("log")
    for line in panel.references:
        draw = axis.axhline if line.axis == "y" else axis.axvline
        draw(line.value, color="#8a8a8a", linewidth=1, linestyle="--", label=_plain(line.label))
    if axis.get_legend_handles_labels()[0] and len(axis.get_legend_handles_labels()[0]) <= 12:
        axis.legend(fontsize=8)


def _heat_map(figure: Any, axis: Any, panel: HeatMap) -> None:
    values = np.array([[np.nan if v is None else v for v in row] for row in panel.values], dtype=float)
    low, high = panel.limits or (np.nanmin(values), np.nanmax(values))
    if panel.diverging:
        high = max(abs(low), abs(high))
        low = -high
    colours = "RdBu_r" if panel.diverging else "Blues"
    if panel.categories:
        colours, low, high = "tab20", -0.5, _CATEGORY_COLOURS - 0.5
    image = axis.imshow(values, cmap=colours, vmin=low, vmax=high, aspect="auto")
    for ticks, names in ((axis.set_xticks, panel.x), (axis.set_yticks, panel.y)):
        step = max(1, len(names) // 16)
        places = range(0, len(names), step)
        ticks(list(places), [_plain(names[i]) for i in places])
    axis.tick_params(axis="x", rotation=90 if max(map(len, panel.x), default=0) > 4 else 0)
    if panel.annotate and values.size <= 200:
        middle = (low + high) / 2
        for (y, x), value in np.ndenumerate(values):
            if value == value:
                strong = abs(value) > 0.6 * high if panel.diverging else value > middle
                axis.text(x, y, f"{value:.2g}", ha="center", va="center", fontsize=7, color="w" if strong else "k")
    if panel.categories:
        from matplotlib.patches import Patch

        there = sorted({int(v) for v in values[~np.isnan(values)]})
        handles = [Patch(color=image.cmap(image.norm(i)), label=_plain(panel.categories[i])) for i in there]
        axis.legend(handles=handles, fontsize=7, bbox_to_anchor=(1.01, 1), loc="upper left")
    else:
        figure.colorbar(image, ax=axis)


def _bars(axis: Any, panel: Bars) -> None:
    place, n = np.arange(len(panel.categories)), len(panel.series)
    width, bottom = 0.8 if panel.stacked else 0.8 / max(n, 1), np.zeros(len(place))
    for i, series in enumerate(panel.series):
        y = _numbers(series.y)
        x = place if panel.stacked else place + (i - (n - 1) / 2) * width
        axis.bar(x, y, width, bottom=bottom if panel.stacked else None, label=_plain(series.name), yerr=_error(series))
        bottom = bottom + np.nan_to_num(y)
    axis.set_xticks(place, [_plain(c) for c in panel.categories])
    axis.tick_params(axis="x", rotation=90 if sum(map(len, panel.categories)) > 50 else 0)


def _lines(axis: Any, panel: Lines) -> None:
    for series in panel.series:
        x = _numbers(series.x) if series.x is not None else np.arange(len(series.y))
        (line,) = axis.plot(x, _numbers(series.y), label=_plain(series.name), marker="o", markersize=3, linewidth=1.2)
        if series.low is not None and series.high is not None:
            axis.fill_between(x, _numbers(series.low), _numbers(series.high), color=line.get_color(), alpha=0.18)


def _points(axis: Any, panel: Scatter) -> None:
    for series in panel.series:
        x, y = _numbers(series.x or []), _numbers(series.y)
        if series.joined != "no":
            ring = series.joined == "ring" and len(x)
            axis.plot(np.append(x, x[:1]) if ring else x, np.append(y, y[:1]) if ring else y, linewidth=0.8, alpha=0.6)
        axis.scatter(x, y, s=14, label=_plain(series.name))
        if series.labels and len(series.labels) <= 30:
            for a, b, name in zip(x, y, series.labels, strict=True):
                axis.annotate(_plain(name), (a, b), fontsize=7, xytext=(3, 3), textcoords="offset points")
    if panel.square:
        axis.set_aspect("equal", adjustable="datalim")


def _numbers(values: Any) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], dtype=float)


def _error(series: Series) -> np.ndarray | None:
    if series.low is None or series.high is None:
        return None
    y = _numbers(series.y)
    return np.clip(np.nan_to_num(np.stack([y - _numbers(series.low), _numbers(series.high) - y])), 0, None)


def _plain(text: str) -> str:
    """Dollar signs are text, not mathematics."""
    return text.replace("$", r"\$")
