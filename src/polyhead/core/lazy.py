"""Names that a package imports when they are first asked for, so that importing the package stays fast."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from polyhead.core.errors import PolyheadError, nearest


class UnknownName(PolyheadError, AttributeError):  # noqa: N818 - reads better in a traceback
    """A name that a package does not have; the message gives the nearest, or where it went."""


def lazy_names(
    package: str, names: Mapping[str, str], earlier: Mapping[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package.

    Args:
        package: Its full name.
        names: Public name -> `module:attribute`, or `module` alone where the name is a module.
        earlier: Names that the package had before -> what to write now.

    Returns:
        The two functions.
    """
    short = package.replace("polyhead", "ph", 1)

    def get(name: str) -> Any:
        if name in names:
            module, _, attribute = names[name].partition(":")
            found: Any = import_module(module)
            for part in attribute.split(".") if attribute else ():
                found = getattr(found, part)
            return found
        if earlier and name in earlier:
            raise UnknownName(f"{short}.{name} is now {earlier[name]}")
        hint = "" if name.startswith("_") else f"; {nearest(name, names)}"
        raise UnknownName(f"{short} has no {name!r}{hint}")

    def names_of() -> list[str]:
        return sorted(names)

    return get, names_of
