"""The one reader of JSON, JSON lines, YAML and TOML: every file of plain values is checked here before use.

What is decided for all of them: text is UTF-8, with or without a byte order mark; files and nesting have a largest
size; a key that occurs twice in one object is refused, since readers disagree about which one counts; so are `NaN` and
`Infinity`, integers of more than 64 bits, numbers too large for a float, and halves of surrogate pairs, which no
file name or tensor can hold. Records of earlier versions hold `NaN`; their reader allows it (`constants=True`).
"""

import json
import math
import re
import reprlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from polyhead.core.errors import ArtifactError
from polyhead.core.not_finite import restored

MAX_BYTES = 512 * 1024**2
"""Of one file, and of one line of JSON lines."""
CONFIG_BYTES = 16 * 1024**2
"""Of a file of settings."""
MAX_DEPTH = 100
"""Objects and lists within each other."""
_NO_LENGTH = str(int(1e30))
"""What transformers writes into a tokenizer_config.json that states no largest length."""
_AGAIN = "the file is damaged or something else wrote it: copy it again, or write it again"
_NAMES = {dict: "an object", list: "a list", str: "a string", int: "a whole number", float: "a number"}

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


def read_text(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """All of a UTF-8 text file, without its byte order mark.

    Args:
        path: A file.
        max_bytes: Larger files are refused before they are read.

    Raises:
        ArtifactError: the file is missing, cannot be read, is too large or is not UTF-8.
    """
    return _decoded(read_bytes(path, max_bytes=max_bytes), str(path))


def read_bytes(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """All of a file.

    Raises:
        ArtifactError: the file is missing, cannot be read or is too large.
    """
    if "\0" in str(path):  # pathlib of Python 3.11 says that it does not exist
        raise ArtifactError(f"{str(path)!r} cannot be the path of a file: it holds a NUL character")
    try:
        if not path.exists():
            raise ArtifactError(f"{path} does not exist")
        if not path.is_file():
            raise ArtifactError(f"{path}: a file was expected; received {'a folder' if path.is_dir() else 'a device'}")
        size = path.stat().st_size
        if size > max_bytes:
            raise ArtifactError(
                f"{path}: at most {max_bytes / 1e6:,.0f} MB are read, received {size / 1e6:,.0f} MB; is it this file?"
            )
        return path.read_bytes()
    except ArtifactError:
        raise
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror or error}") from None


def read_json(
    path: Path, *, root: type | None = None, constants: bool = False, max_bytes: int = MAX_BYTES, advice: str = _AGAIN
) -> Any:
    """The value in a JSON file.

    Args:
        path: A file.
        root: Type that the outermost value must have, for example `dict`; any type if not given.
        constants: Numbers that are not finite are expected: those that `not_finite` names (core/not_finite.py), and
            `NaN`, `Infinity` and `-Infinity`, as records of earlier versions hold them.
        max_bytes: Larger files are refused before they are read.
        advice: What the user can do about a damaged file.

    Returns:
        Plain values: None, bool, int, float, str, list, dict.

    Raises:
        ArtifactError: the file is missing, cannot be read, is not valid JSON, or holds something else.
    """
    return parse_json(read_bytes(path, max_bytes=max_bytes), str(path), root=root, constants=constants, advice=advice)


def read_object(
    path: Path,
    keys: Mapping[str, type] | None = None,
    *,
    constants: bool = False,
    max_bytes: int = MAX_BYTES,
    advice: str = _AGAIN,
) -> dict[str, Any]:
    """The object in a JSON file.

    Args:
        path: A file.
        keys: Keys that must be there, with the type of their values.
        constants: As in `read_json`.
        max_bytes: Larger files are refused before they are read.
        advice: What the user can do about a damaged file.

    Raises:
        ArtifactError: as `read_json`; also where the file holds another type, or a key is missing or of another type.
    """
    value = read_json(path, root=dict, constants=constants, max_bytes=max_bytes, advice=advice)
    for key, kind in (keys or {}).items():
        if key not in value:
            raise ArtifactError(f"{path}: the key {key!r} was expected; received {shown(value)}; {advice}")
        if not isinstance(value[key], kind):
            raise ArtifactError(f"{path}: {key}: {_name(kind)} was expected; received {shown(value[key])}; {advice}")
    return value


def parse_json(
    text: str | bytes, where: str, *, root: type | None = None, constants: bool = False, advice: str = _AGAIN
) -> Any:
    """The value of a JSON text; `where` names the place in messages (a path, a path with a line, an option).

    Raises:
        ArtifactError: not valid JSON, nested too deeply, or of another type; see the top of this module.
    """
    plain = _decoded(text, where) if isinstance(text, bytes) else text.removeprefix("\ufeff")

    def constant(name: str) -> float:
        if not constants:
            raise ArtifactError(f"{where}: a finite number was expected; received {name}; write null, or a number")
        return float(name)

    hooks: dict[str, Any] = {"object_pairs_hook": lambda pairs: _unique(pairs, where), "parse_constant": constant}
    if _LARGE.search(plain):
        hooks |= {"parse_int": lambda text: _integer(text, where), "parse_float": lambda text: _float(text, where)}
    try:
        value = json.loads(plain, **hooks)
    except ArtifactError:
        raise
    except RecursionError:
        _too_deep(where)
    except ValueError as error:
        raise ArtifactError(f"{where} is not valid JSON ({error}; received {shown(plain)}); {advice}") from None
    _check(value, where, strings=_SURROGATE.search(plain) is not None, numbers=False)
    if constants:
        try:
            value = restored(value)
        except ValueError as error:
            raise ArtifactError(f"{where}: {error}; {advice}") from None
    if root is not None and not isinstance(value, root):
        raise ArtifactError(f"{where}: {_name(root)} was expected; received {shown(value)}; {advice}")
    return value


def read_json_lines(
    path: Path, *, root: type | None = dict, constants: bool = False, max_bytes: int = MAX_BYTES
) -> Iterator[tuple[int, Any]]:
    """Number (from 1) and value of every line of a file of JSON lines; empty lines are passed over.

    Raises:
        ArtifactError: the file is missing or cannot be read, or a line is not JSON of that type; the line is named.
    """
    # Not str.splitlines: U+2028 may be inside a string.
    for number, line in enumerate(read_text(path, max_bytes=max_bytes).split("\n"), start=1):
        if line.strip():
            yield number, parse_json(line, f"{path}:{number}", root=root, constants=constants)


def read_yaml(path: Path, *, root: type | None = dict, max_bytes: int = 256 * 1024) -> Any:
    """The value in a YAML file that holds plain values only: no aliases, no dates, no tags.

    Raises:
        ArtifactError: the file is missing, cannot be read, is not YAML, or holds something else.
    """
    import yaml

    where, text = str(path), read_text(path, max_bytes=max_bytes)
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                raise ArtifactError(
                    f"{path}: plain values were expected; received the alias *{event.anchor}; write it out"
                )
            if depth > MAX_DEPTH:
                _too_deep(where)
        value = yaml.load(text, Loader=_yaml_loader(where))
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        if isinstance(error, ArtifactError):
            raise
        raise ArtifactError(f"{path}: YAML was expected: {' '.join(str(error).split())[:200]}; {_AGAIN}") from None
    _check(value, where, strings=True, numbers=True)
    if root is not None and not isinstance(value, root):
        raise ArtifactError(f"{path}: {_name(root)} was expected; received {shown(value)}; {_AGAIN}")
    return value


def read_toml(path: Path, *, max_bytes: int = CONFIG_BYTES) -> dict[str, Any]:
    """The table in a TOML file.

    Raises:
        ArtifactError: the file is missing, cannot be read, is not TOML, or holds dates or numbers that are not finite.
    """
    text = read_text(path, max_bytes=max_bytes)
    try:
        value = tomllib.loads(text)
    except RecursionError:
        _too_deep(str(path))
    except ValueError as error:
        raise ArtifactError(f"{path}: TOML was expected: {' '.join(str(error).split())}; {_AGAIN}") from None
    _check(value, str(path), strings=True, numbers=True)
    return value


def read_model(path: Path, kind: type[M], *, constants: bool = False) -> M:
    """A file of JSON as a pydantic model.

    Raises:
        ArtifactError: as `read_json`; also where the values are not those of `kind`: the first such key is named.
    """
    return validated(kind, read_json(path, constants=constants), str(path))


def validated(kind: type[M], value: Any, where: str) -> M:
    """Plain values as a pydantic model.

    Raises:
        ArtifactError: one line: the first key at fault, what was expected, what was received.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise ArtifactError(f"{where} is not a {kind.__name__} of this version: {first_fault(error)}") from None


def validated_as(adapter: TypeAdapter[T], what: str, value: Any, where: str) -> T:
    """The same of any type: `what` names it.

    Raises:
        ArtifactError: as `validated`.
    """
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise ArtifactError(f"{where} is not {what} of this version: {first_fault(error)}") from None


def first_fault(error: ValidationError) -> str:
    """The first of pydantic's complaints in one line: key, what was expected, what was received."""
    first = error.errors(include_url=False, include_context=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    received = "" if first["type"] == "missing" else f" (received {shown(first['input'])})"
    return f"{key + ': ' if key else ''}{first['msg'].removeprefix('Value error, ')}{received}"


def shown(value: Any) -> str:
    """A value in a message: one line, short, whatever it is."""
    if isinstance(value, dict):
        some = ", ".join(shown(key) for key in list(value)[:4])
        return f"an object with {len(value)} keys ({some}{', ...' if len(value) > 4 else ''})" if value else "an object"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    try:
        return " ".join(_SHORT.repr(value).split())
    except (ValueError, RecursionError):  # an integer of more than 4,300 digits
        return f"a {type(value).__name__} too large to show"


_SHORT = reprlib.Repr()
_SHORT.maxstring, _SHORT.maxother, _SHORT.maxlong = 80, 80, 40
_LARGE = re.compile(r"\d{19}|\d[eE]\+?\d{3}")
"""Where there may be an integer of more than 64 bits, or a number too large for a float."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


def _name(kind: type) -> str:
    return _NAMES.get(kind, kind.__name__)


def _decoded(raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArtifactError(
            f"{where}: UTF-8 text was expected; received the byte 0x{raw[error.start]:02x} at {error.start}; "
            "save the file as UTF-8, or copy it again"
        ) from None


def _unique(pairs: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise ArtifactError(f"{where}: the key {shown(twice)} occurs twice in one object; remove one of the two")
    return value


def _integer(text: str, where: str) -> int:
    if text == _NO_LENGTH:
        return int(text)
    if len(text) > 20 or abs(int(text)) >= 2**64:
        raise ArtifactError(f"{where}: a number of at most 64 bits was expected; received one of {len(text)} digits")
    return int(text)


def _float(text: str, where: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ArtifactError(f"{where}: a finite number was expected; received {text[:40]}")
    return value


def _too_deep(where: str) -> NoReturn:
    raise ArtifactError(f"{where}: at most {MAX_DEPTH} levels of nesting are read, received more; {_AGAIN}")


def _check(value: Any, where: str, *, strings: bool, numbers: bool) -> None:
    """Depth, and where asked for halves of surrogate pairs and kinds of numbers, of all that is in a value."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        if not level:
            return
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
                if strings:
                    below += item.keys()
            elif isinstance(item, list):
                below += item
            elif isinstance(item, str):
                if strings:
                    _check_string(item, where)
            elif numbers:
                _check_number(item, where)
        level = below
    _too_deep(where)


def _check_string(item: str, where: str) -> None:
    try:
        item.encode()
    except UnicodeEncodeError:
        raise ArtifactError(f"{where}: text was expected; received half a surrogate pair in {shown(item)}") from None


def _check_number(item: Any, where: str) -> None:
    if isinstance(item, float) and not math.isfinite(item):
        raise ArtifactError(f"{where}: a finite number was expected; received {item}; write null, or a number")
    if isinstance(item, int) and abs(item) >= 2**64:
        raise ArtifactError(f"{where}: a number of at most 64 bits was expected; received {shown(item)}")
    if not isinstance(item, bool | int | float | None):
        raise ArtifactError(f"{where}: plain values were expected; received {shown(item)}; put it in quotation marks")


def _yaml_loader(where: str) -> Any:
    """PyYAML's safe loader, which would take the last of two values of one key without a word."""
    import yaml

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            keys = [key.value for key, _ in node.value]
            if odd := [key for key in keys if not isinstance(key, str)]:
                raise ArtifactError(f"{where}: the name of a key was expected; received {shown(odd[0])}")
            _unique([(key, None) for key in keys], where)
            return super().construct_mapping(node, deep=deep)

    return Loader
