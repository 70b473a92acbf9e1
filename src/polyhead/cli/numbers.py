"""The kinds of number that options take: one out of range is refused before anything is computed."""

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from cyclopts import Parameter, Token, convert


def between(low: float, high: float, *, above_low: bool = False) -> Callable[[Any, Any], None]:
    """A check of an option: finite, and within `[low, high]`; above `low` where that is asked for.

    Lists are checked number by number; None, an option that was not given, is accepted.
    """
    words = f"{'above' if above_low else 'at least'} {low:g}"
    words += f" and at most {high:g}" if high < _LARGEST else ", a finite number" if high == math.inf else ""
    words = "a finite number" if low == -math.inf else words

    def check(_: Any, value: Any) -> None:
        for number in value if isinstance(value, list | tuple) else [value]:
            if isinstance(number, int | float) and not (
                math.isfinite(number) and low <= number <= high and not (above_low and number == low)
            ):
                raise ValueError(f"Must be {words}.")

    return check


def _whole(kind: Any, tokens: Sequence[Token]) -> Any:
    """Whole numbers only: cyclopts rounds `1.5` to 2."""
    for token in tokens:
        if "." in token.value and not float(token.value).is_integer():
            raise ValueError(f"a whole number was expected; received {token.value[:40]}")
    return convert(kind, tokens)


_LARGEST = 2**62

Count = Annotated[int, Parameter(converter=_whole, validator=between(1, 4096))]
"""Threads, processes."""
Size = Annotated[int, Parameter(converter=_whole, validator=between(1, _LARGEST))]
"""How many of something, at least one."""
Index = Annotated[int, Parameter(converter=_whole, validator=between(0, _LARGEST))]
"""A place that is counted from 0, or how many of something that may be absent."""
Layer = Annotated[Index, Parameter(name="--layers")]
"""One layer; the option is spelled as where several may be given."""
Seed = Annotated[int, Parameter(converter=_whole, validator=between(0, _LARGEST))]
Share = Annotated[float, Parameter(validator=between(0, 1))]
"""A part of a whole."""
Positive = Annotated[float, Parameter(validator=between(0, math.inf, above_low=True))]
"""A rate, a coefficient, a time."""
Finite = Annotated[float, Parameter(validator=between(-math.inf, math.inf))]
"""A factor or an amount, of either sign."""
NotNegative = Annotated[float, Parameter(validator=between(0, math.inf))]

Indices = Parameter(converter=_whole, validator=between(0, _LARGEST))
"""The same for every number of a list, besides `Many`."""
Sizes = Parameter(converter=_whole, validator=between(1, _LARGEST))
Integers = Parameter(converter=_whole, validator=between(-_LARGEST, _LARGEST))
Weights = Parameter(validator=between(0, math.inf))
