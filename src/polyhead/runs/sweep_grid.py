"""From words of the command line to the cells of a sweep: every combination of the values that are named."""

import importlib
import json
from collections.abc import Sequence
from itertools import product
from typing import Any

from polyhead.core.errors import PolyheadError, nearest
from polyhead.runs.sweep import SweepCell

WORLDS = {"pairs": "polyhead.runs.sweep_pairs", "tms": "polyhead.runs.sweep_tms"}
"""Name to a module with FUNCTION, a config class called <Name>CellConfig and `table_row(record)`."""
LARGEST_GRID = 100_000


def find_world(name: str) -> Any:
    """The module of a world.

    Raises:
        PolyheadError: unknown name; the nearest is named.
    """
    if name not in WORLDS:
        raise PolyheadError(f"unknown world {name!r}; {nearest(name, WORLDS)}")
    return importlib.import_module(WORLDS[name])


def grid_cells(world: str, settings: Sequence[str], *, n_seeds: int) -> list[SweepCell]:
    """One cell for each combination of the values in `settings` (see `parse_axis`), all of them checked.

    Raises:
        PolyheadError: an unknown world or key (the nearest is named), or an impossible combination.
    """
    module = find_world(world)
    kind = getattr(module, f"{world.capitalize()}CellConfig")
    axes = dict(parse_axis(setting) for setting in settings)
    if len(axes) < len(settings):
        raise PolyheadError("every key is set once; list its values after one --set: --set n_heads=1,2,3")
    n_cells = 1
    for values in axes.values():
        n_cells *= len(values)
    if n_cells > LARGEST_GRID:
        raise PolyheadError(f"the grid has {n_cells} cells; at most {LARGEST_GRID} are run as one sweep")
    cells = []
    for combination in product(*axes.values()):
        chosen = dict(zip(axes, combination, strict=True))
        name = ",".join(f"{key}={_text(value)}" for key, value in chosen.items()) or world
        cfg = kind.parse({"n_seeds": n_seeds, **nested(chosen)}, where=name)
        cells.append(SweepCell(name, module.FUNCTION, cfg.model_dump(mode="json")))
    return cells


def parse_axis(setting: str) -> tuple[str, list[Any]]:
    """A key and its values: `n_heads=1,2,3`, `d_head=1:6` (whole numbers, both ends included), `world.n_ctx=8`.

    Raises:
        PolyheadError: it does not read like one of these.
    """
    key, equals, text = setting.partition("=")
    if not (equals and key.strip() and text.strip()):
        raise PolyheadError(f"--set takes key=values, for example n_heads=1,2,3 or d_head=1:6; received: {setting!r}")
    values = [value for part in text.split(",") for value in _values(part.strip(), setting)]
    if len({json.dumps(v) for v in values}) < len(values):
        raise PolyheadError(f"a value comes twice in --set {setting}")
    return key.strip(), values


def _values(text: str, setting: str) -> list[Any]:
    first, colon, last = text.partition(":")
    if colon:
        try:
            span = range(int(first), int(last) + 1)
        except ValueError:
            raise PolyheadError(f"a range is written first:last in whole numbers; received: {setting!r}") from None
        if not span:
            raise PolyheadError(f"the range {text} in --set {setting} is empty: {first} is above {last}")
        return list(span)
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return [text]
    return [value]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """`{"world.n_ctx": 8}` as `{"world": {"n_ctx": 8}}`."""
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *parents, last = key.split(".")
        place = nested
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return nested
