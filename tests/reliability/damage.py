"""Kinds of damage to a file, and whether each could also be a legal edit of its content.

A damage that no editor makes (cut short, emptied, another type, nesting, NaN) must be refused or change nothing. What
could be an edit (a key removed, another number, a changed byte of a file that carries no checksum) may have another
result, but still ends as a value or a refusal.
"""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

Bytes = Callable[[bytes, random.Random], bytes]


def _cut(raw: bytes, rng: random.Random) -> bytes:
    return raw[: rng.randrange(1, max(2, len(raw)))]


def _flip(raw: bytes, rng: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(rng.choice((1, 1, 3, 16))):
        at = rng.randrange(min(len(raw), rng.choice((64, 2048, 1 << 30))))
        changed[at] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _insert(raw: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + rng.randbytes(rng.choice((1, 8, 200))) + raw[at:]


def _zeros(raw: bytes, rng: random.Random) -> bytes:
    at, n = rng.randrange(len(raw)), rng.choice((1, 64, 4096))
    return raw[:at] + bytes(min(n, len(raw) - at)) + raw[at + n :]


def _other(raw: bytes, rng: random.Random) -> bytes:
    return rng.choice((
        b"\x80\x04]\x94.", b"PK\x03\x04" + bytes(60), b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'shape': (9,)", b"PAR1",
        b"GGUF\x03\x00\x00\x00" + b"\xff" * 40, b"\x00" * 4096, b"null", b"[]", b"{}", b"7", b'"text"',
        b"\xff\xfe{\x00}\x00",
        b"<html>404</html>", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n",
    ))  # fmt: skip


BYTES: dict[str, Bytes] = {
    "cut": _cut, "emptied": lambda raw, rng: b"", "flipped": _flip, "inserted": _insert, "zeroed": _zeros,
    "other": _other,
}  # fmt: skip
SURE = {"emptied"}
"""Of BYTES: never an edit, also where a file carries no checksum."""

CONTAINERS: list[Any] = [[], {}, [[1]], {"a": 1}, [None], [{}]]
OTHERS: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    3,
    10**6,
    2**31,
    2**63,
    1e300,
    0.5,
    "",
    "x",
    "8",
    "../x",
    "\u0000",
    "a\nb",
]


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*way, key)
        yield from places(inner, (*way, key))


def _at(value: Any, way: tuple[Any, ...]) -> Any:
    for step in way:
        value = value[step]
    return value


def json_damage(kind: str, value: Any, rng: random.Random) -> bytes:
    """JSON text of a value with one place of it changed; `kind` is one of JSON_KINDS."""
    value = json.loads(json.dumps(value))
    found = list(places(value))
    if not found:
        return b"[]"
    way = rng.choice(found)
    parent, last = _at(value, way[:-1]), way[-1]
    old, mark = parent[last], "@@HERE@@"
    if kind == "removed":
        del parent[last]
        return json.dumps(value).encode()
    if kind == "another type":
        new = rng.choice([c for c in CONTAINERS if type(c) is not type(old)])
    elif kind == "another value":
        new = rng.choice([o for o in OTHERS if o != old])
    else:
        new = mark
    parent[last] = new
    text = json.dumps(value)
    if kind == "another key" and isinstance(parent, dict):
        parent.pop(last)
        parent[rng.choice(("unknown_key", "", "\u0000", "__class__"))] = old
        text = json.dumps(value)
    inner = json.dumps(old)
    raw = {
        "nested": "[" * 5000 + "]" * 5000,
        "deep object": '{"a":' * 300 + "1" + "}" * 300,
        "not a number": rng.choice(("NaN", "Infinity", "-Infinity", "1e999", "9" * 400)),
        "half a character": '"\\ud800"',
        "doubled": f'{inner}, "again": 1, "again": 2' if isinstance(parent, dict) else inner,
    }.get(kind, inner)
    return text.replace(f'"{mark}"', raw).encode()


JSON_KINDS = (
    "removed", "another type", "another value", "another key", "nested", "deep object", "not a number",
    "half a character", "doubled",
)  # fmt: skip
JSON_SURE = {"another type", "nested", "deep object", "not a number", "half a character", "doubled"}
"""Of JSON_KINDS: never an edit."""
