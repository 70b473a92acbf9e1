"""A claim is a function of what a study measured: its docstring is the statement, its result the evidence.

    @study.claim("reversed-orders", source=POST, published="the large majority of runs")
    def reversed_orders(m: Measured) -> Share:
        '''The two heads prefer the signal tokens in exactly reversed orders.'''
        return Share(holds=is_reversed(taus(m.wide)), against=1 / 24, ours={"tau": taus(m.wide)}, note="Exact chance.")

The layer judges the result (`judge`) and writes the record of the claim. A result's `words` fill the braces of the
statement and of the published words, where these depend on the config.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
from torch import Tensor

from polyhead.core.study_records import Claim, Distribution, Held
from polyhead.studies.judge import judge_number, judge_share

Values = Tensor | np.ndarray | Sequence[Any]
Shown = Mapping[str, Values] | Sequence[Distribution]
"""Distributions, or the values of each by label."""


def distribution(label: str, values: Values, *, unit: str = "", n_diverged: int = 0) -> Distribution:
    """A distribution of the finite values."""
    return Distribution(
        label=label, values=[v for v in map(float, values) if np.isfinite(v)], unit=unit, n_diverged=n_diverged
    )


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a claim shows, whatever rule judges it."""

    ours: Shown
    control: Shown = ()
    """Where the claim should fail."""
    note: str = ""
    """What the control is and why it tells."""
    lead: str = ""
    """Words before the reason that the rule gives."""
    tail: str = ""
    """Words that follow it, punctuation included."""
    words: Mapping[str, Any] = field(default_factory=dict)

    def judged(self) -> tuple[Held | None, str]:
        """Whether it held, and the rule's reason."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Share(Evidence):
    """A statement that holds or not for each model."""

    holds: Values
    against: Values | float
    """The same for control models, or the exact rate of chance."""

    def judged(self) -> tuple[Held | None, str]:
        chance = isinstance(self.against, int | float)
        return judge_share(_bools(self.holds), self.against if chance else _bools(self.against))  # pyright: ignore


@dataclass(frozen=True, kw_only=True)
class Number(Evidence):
    """A number with a tolerance; `expected=None`: measured only."""

    values: Values
    expected: float | None
    tolerance: float = 0.0
    digits: int = 3

    def judged(self) -> tuple[Held | None, str]:
        values = [float(v) for v in self.values]
        return judge_number(values, self.expected, tolerance=self.tolerance, digits=self.digits)


@dataclass(frozen=True, kw_only=True)
class Paired(Evidence):
    """One number is larger than the other in each pair; chance is one half."""

    larger: Values
    smaller: Values

    def judged(self) -> tuple[Held | None, str]:
        return judge_share([bool(a > b) for a, b in zip(self.larger, self.smaller, strict=False)], 0.5)


@dataclass(frozen=True, kw_only=True)
class AllOf(Evidence):
    """Several numbers or shares at once: as true as the worst of them."""

    parts: Mapping[str, Evidence]
    """By label; what each shows is shown in turn."""
    ours: Shown = ()

    def judged(self) -> tuple[Held | None, str]:
        judged = {label: part.judged() for label, part in self.parts.items()}
        order: list[Held | None] = ["yes", None, "partly", "no"]
        worst: Held | None = max((held for held, _ in judged.values()), key=lambda held: order.index(held))
        return worst, "; ".join(f"{label}: {reason}" for label, (_, reason) in judged.items())


@dataclass(frozen=True, kw_only=True)
class Told(Evidence):
    """Judged by a rule of its own, or only measured (`held=None`); the reason is `lead`."""

    held: Held | None

    def judged(self) -> tuple[Held | None, str]:
        return self.held, ""


@dataclass(frozen=True)
class Declared:
    """A claim as it stands in the code, before anything was measured."""

    key: str
    source: str
    published: str | None
    each: Sequence[Any] | Callable[[Any], Iterable[Any]] | None
    evidence: Callable[..., Evidence | None]

    @property
    def statement(self) -> str:
        """As written, with braces where it depends on the config."""
        return " ".join((self.evidence.__doc__ or "").split())

    def statements(self) -> dict[str, str]:
        """Key to statement of those of its claims whose words do not depend on what was measured."""
        if self.each is None:
            return {} if "{" in self.statement else {self.key: self.statement}
        found = {}
        for item in () if callable(self.each) else self.each:
            with suppress(KeyError):  # words that only a measurement gives
                found[self._key(item)] = self.statement.format(item)
        return found

    def _key(self, *item: Any) -> str:
        return self.key.format(*(str(i).replace(", ", "-").replace(" ", "-").replace("/", "-") for i in item))

    def __call__(self, m: Any, *item: Any) -> Evidence | None:
        return self.evidence(m, *item)

    def judge(self, m: Any) -> Iterator[Claim]:
        """The claims for what was measured: one, one per item of `each`, or none where the config does not ask."""
        items = self.each(m) if callable(self.each) else self.each
        for item in [()] if items is None else [(item,) for item in items]:
            found = self.evidence(m, *item)
            if found is None:
                continue
            held, reason = found.judged()
            reason = f"{found.lead} {reason}" if found.lead and reason else found.lead or reason
            words = found.words
            fill = (lambda text: text.format(*item, **words)) if item or words else str  # noqa: B023
            yield Claim(
                key=self._key(*item),
                statement=fill(self.statement),
                source=self.source,
                published=None if self.published is None else fill(self.published),
                ours=[shown for part in _parts(found) for shown in _shown(part.ours)],
                control=_shown(found.control),
                control_note=found.note,
                held=held,
                reason=reason + found.tail,
            )


def claim(
    key: str,
    *,
    source: str,
    published: str | None = None,
    each: Sequence[Any] | Callable[[Any], Iterable[Any]] | None = None,
) -> Callable[[Callable[..., Evidence | None]], Declared]:
    """Make a claim of a function of what was measured (and of an item of `each`).

    Args:
        key: short and unique in the study; `{}` is the item.
        source: where it is said.
        published: what was published, in words; None where nothing was.
        each: items of which each gives a claim, or how they follow from what was measured.
    """
    return lambda evidence: Declared(key, source, published, each, evidence)


def declared(module: ModuleType) -> list[Declared]:
    """The claims of a module, in the order in which they are written."""
    return [value for value in vars(module).values() if isinstance(value, Declared)]


def _shown(shown: Shown) -> list[Distribution]:
    return [distribution(*one) for one in shown.items()] if isinstance(shown, Mapping) else list(shown)


def _parts(found: Evidence) -> Sequence[Evidence]:
    return [*found.parts.values()] if isinstance(found, AllOf) else [found]


def _bools(values: Any) -> list[bool]:
    return [bool(v) for v in values]
