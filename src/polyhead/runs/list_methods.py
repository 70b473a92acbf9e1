"""What the command line says of the methods it can train.

Listing them takes no torch: what is said of those that come with the package is kept in `dictionaries/methods.json`,
which a test compares with the methods themselves. Where they are imported already, with what was registered from
outside, they are asked directly.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polyhead
from polyhead.core.data_files import read_object
from polyhead.core.errors import PolyheadError, nearest
from polyhead.core.files import write_json

if TYPE_CHECKING:
    import pandas as pd

KEPT = Path(polyhead.__file__).parent / "dictionaries" / "methods.json"


def list_methods() -> list[dict[str, Any]]:
    """One row per method."""
    return [known["row"] for known in _methods().values()]


def methods_frame(name: str | None = None) -> "pd.DataFrame":
    """The methods that can be trained, or the settings of one, as a data frame.

    Raises:
        PolyheadError: no such method.
    """
    import pandas as pd

    return pd.DataFrame(list_methods() if name is None else describe_method(name))


def describe_method(name: str) -> list[dict[str, Any]]:
    """One row per setting, with its default.

    Raises:
        PolyheadError: no such method.
    """
    known = _methods()
    found = next((k for k, one in known.items() if name in (k, one["row"]["also"])), None)
    if found is None:
        raise PolyheadError(f"unknown method {name!r}; {nearest(name, known)}")
    return known[found]["settings"]


def read_methods() -> dict[str, Any]:
    """By name, the row and the settings of every method that is known now."""
    from polyhead.dictionaries import ALIASES, METHODS

    short = {kind: alias for alias, kind in ALIASES.items()}
    found = {}
    for m in METHODS.values():
        default = json.loads(m.settings().model_dump_json())
        found[m.kind] = {
            "row": {
                "method": m.kind,
                "also": short.get(m.kind, ""),
                "": m.title,
                "layers": {"one": "one", "many": "several", "any": "one or more"}[m.layers],
                "code at": {"key": "source", "query": "destination", "both": "both sides"}[m.side],
                "lr": m.rates.lr,
            },
            "settings": [
                {"setting": key, "default": json.dumps(default[key]), "": " ".join((field.description or "").split())}
                for key, field in m.settings.model_fields.items()
            ],
        }
    return found


def _methods() -> dict[str, Any]:
    return read_methods() if "polyhead.dictionaries" in sys.modules or not KEPT.exists() else read_object(KEPT)


if __name__ == "__main__":  # make methods
    write_json(KEPT, read_methods())
