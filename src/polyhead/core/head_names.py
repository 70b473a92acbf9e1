"""Names of heads: L3H4 is head 4 of layer 3, both counted from 0."""

import re
from collections.abc import Iterable

from polyhead.core.errors import PolyheadError

Head = tuple[int, int]
"""Layer and head."""
_HEAD = re.compile(r"(?:L(\d+)H(\d+)|(\d+)\.(\d+))", re.IGNORECASE)


def head_name(layer: int, head: int) -> str:
    """`L3H4` for layer 3, head 4."""
    return f"L{layer}H{head}"


def parse_head(name: str) -> Head:
    """`L3H5` or `3.5` to (3, 5).

    Raises:
        PolyheadError: anything else.
    """
    match = _HEAD.fullmatch(name.strip())
    if match is None:
        raise PolyheadError(f"{name!r} is not a head; write L3H5 for head 5 of layer 3 (both from 0)")
    layer, head = (int(x) for x in (match[1] or match[3], match[2] or match[4]))
    return layer, head


def heads_by_layer(heads: Iterable[str | Head], n_layers: int, n_heads: int) -> dict[int, tuple[int, ...]]:
    """Heads, by name or as pairs, gathered by layer.

    Args:
        heads: `"L3H4"` or `(3, 4)`, at least one.
        n_layers: Layers of the model.
        n_heads: Heads per layer.

    Returns:
        Layer -> its heads, ascending, each once.

    Raises:
        PolyheadError: none is given, or one that the model does not have.
    """
    found: dict[int, set[int]] = {}
    for item in [heads] if isinstance(heads, str) else heads:
        layer, head = parse_head(item) if isinstance(item, str) else (int(item[0]), int(item[1]))
        if not (0 <= layer < n_layers and 0 <= head < n_heads):
            raise PolyheadError(
                f"there is no head {head_name(layer, head)}; the model has layers 0 to {n_layers - 1} with heads "
                f"0 to {n_heads - 1}"
            )
        found.setdefault(layer, set()).add(head)
    if not found:
        raise PolyheadError('no head was named; give some, such as heads=["L3H4"]')
    return {layer: tuple(sorted(of)) for layer, of in sorted(found.items())}
