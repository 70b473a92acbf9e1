"""What the command line says of the methods it can train."""

import json
from typing import Any

from polyhead.dictionaries import METHODS, find_method


def list_methods() -> list[dict[str, Any]]:
    """One row per method."""
    return [
        {
            "method": m.kind,
            "": m.title,
            "layers": {"one": "one", "many": "several", "any": "one or more"}[m.layers],
            "code at": {"key": "source", "query": "destination", "both": "both sides"}[m.side],
            "lr": m.rates.lr,
        }
        for m in METHODS.values()
    ]


def describe_method(name: str) -> list[dict[str, Any]]:
    """One row a setting, with its default.

    Raises:
        PolyheadError: no such method.
    """
    settings = find_method(name).settings
    default = json.loads(settings().model_dump_json())
    return [
        {"setting": key, "default": json.dumps(default[key]), "": " ".join((field.description or "").split())}
        for key, field in settings.model_fields.items()
    ]
