"""JSON has no place for NaN and infinities: files hold null there and say in `not_finite` what it stands for.

`{"loss": null, "not_finite": {"/loss": "NaN"}}`: a JSON pointer (RFC 6901) to each null, and `NaN`, `Infinity` or
`-Infinity`. Reading puts the numbers back, so that a value that was written is the value that is read.
"""

import json
import math
from typing import Any

from polyhead.core.errors import PolyheadError

KEY = "not_finite"
_NAMES = ("NaN", "Infinity", "-Infinity")


def json_text(value: Any, **options: Any) -> str:
    """Strict JSON of plain values; where some number is not finite, of `without`.

    Args:
        value: Plain values. Numbers that are not finite must be in an object, or in a list of objects.
        options: Of `json.dumps`.

    Raises:
        PolyheadError: a number that is not finite and has no object around it.
    """
    options = {"ensure_ascii": False, "allow_nan": False, **options}
    try:
        return json.dumps(value, **options)
    except ValueError:
        return json.dumps(without(value), **options)


def without(value: Any) -> Any:
    """The same values with null for every number that is not finite, each object on top naming its own.

    Raises:
        PolyheadError: a number that is not finite and has no object around it, or a key that is called `not_finite`.
    """
    if isinstance(value, list | tuple):
        return [without(item) for item in value]
    found: dict[str, str] = {}
    plain = _nulled(value, "", found)
    if not found:
        return plain
    if not isinstance(plain, dict) or KEY in plain:
        raise PolyheadError(f"{value!r} cannot be written as JSON: numbers that are not finite stand in an object")
    return {**plain, KEY: found}


def restored(value: Any) -> Any:
    """What `without` was given: the numbers that `not_finite` names, put back.

    Raises:
        ValueError: a pointer to nothing, or to something other than null.
    """
    if isinstance(value, list):
        return [restored(item) if isinstance(item, dict) and KEY in item else item for item in value]
    if not isinstance(value, dict) or KEY not in value:
        return value
    named = value.pop(KEY)
    if not isinstance(named, dict):
        raise ValueError(f"{KEY} holds pointers to nulls in an object")
    for pointer, name in named.items():
        try:
            *way, last = (_step(part) for part in pointer.split("/")[1:])
            place: Any = value
            for step in way:
                place = place[int(step) if isinstance(place, list) else step]
            at: Any = int(last) if isinstance(place, list) else last
            if place[at] is not None or name not in _NAMES:
                raise ValueError
            place[at] = float(name)
        except (KeyError, IndexError, TypeError, ValueError):
            raise ValueError(f"{KEY} names {pointer!r} as {name!r}, where no null stands") from None
    return value


def _nulled(value: Any, pointer: str, found: dict[str, str]) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        found[pointer] = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return None
    if isinstance(value, dict):
        return {k: _nulled(v, f"{pointer}/{_escaped(str(k))}", found) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_nulled(v, f"{pointer}/{i}", found) for i, v in enumerate(value)]
    return value


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _step(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
