"""Data as scripts: a page opened from disk may not fetch files, but it may load scripts.

Each data file is one call, `polyhead.receive("key", 'JSON text')`. The page parses the string, which is faster than a
large object literal, and nothing in it can run. Files are pure ASCII.
"""

import json
import math
import re
from pathlib import Path
from typing import Any

from polyhead.core.errors import ArtifactError

_SCRIPT = re.compile(r"polyhead\.receive\((\".*?\"),'(.*)'\);\n", re.S)
_ESCAPED = re.compile(r"\\(u003c|.)", re.S)


def data_script(key: str, value: Any) -> str:
    """The text of the script that hands `value` to the page under `key`. Numbers that are not finite become null."""
    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(_finite(value), allow_nan=False, separators=(",", ":"))
    literal = text.replace("\\", "\\\\").replace("'", "\\'").replace("<", "\\u003c")
    return f"polyhead.receive({json.dumps(key).replace('<', chr(92) + 'u003c')},'{literal}');\n"


def write_script(folder: Path, key: str, value: Any) -> None:
    """Write `folder/KEY.js`."""
    path = folder / f"{key}.js"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data_script(key, value), encoding="ascii")


def read_script(path: Path) -> Any:
    """The value that `write_script` wrote to a file.

    Raises:
        ArtifactError: missing, or damaged.
    """
    try:
        found = _SCRIPT.fullmatch(path.read_text(encoding="ascii"))
        if found is None:
            raise ValueError("no call of polyhead.receive")
        return json.loads(_ESCAPED.sub(lambda m: "<" if m[1] == "u003c" else m[1], found[2]))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ArtifactError(
            f"{path} cannot be read as a data file of a page: {reason}; write the pages again"
        ) from None


def shorten(number: float, digits: int = 4) -> float | int:
    """`number` at so many significant digits: what a chart can show, in a third of the bytes."""
    return float(f"{number:.{digits}g}") if number else 0


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    return value
