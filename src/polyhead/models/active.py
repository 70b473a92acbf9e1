"""Interventions in force: what every pass of a model meets while a `with` block is open.

They are kept per thread and per asynchronous task, so that two callers who share a model do not see each other's.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, runtime_checkable

from polyhead.models.tap import Hook, Tap


@runtime_checkable
class Active(Protocol):
    """One intervention."""

    @property
    def key(self) -> Hashable:
        """Those with the same key change the same thing, one after the other, and share their hooks."""
        ...

    def hooks(self, later: Sequence[Any], /) -> Mapping[str, Hook]:
        """Fresh hooks for one pass, which also do what `later` ones of the same key ask for."""
        ...


_ACTIVE: ContextVar[tuple[tuple[Any, Active], ...]] = ContextVar("polyhead_interventions", default=())


@contextmanager
def in_force(model: Any, interventions: Sequence[Active]) -> Iterator[None]:
    """Let every pass of `model` meet the interventions, after those that are in force already."""
    mine = [(model, one) for one in interventions]
    _ACTIVE.set((*_ACTIVE.get(), *mine))
    try:
        yield
    finally:  # by identity, since a notebook may leave in another context than it entered
        _ACTIVE.set(tuple(entry for entry in _ACTIVE.get() if not any(entry is own for own in mine)))


def intervened(model: Any) -> bool:
    """Whether any intervention on the model is in force here."""
    return any(of is model for of, _ in _ACTIVE.get())


def add_active(model: Any, tap: Tap) -> None:
    """Put the interventions in force into the tap of one pass, before the hooks that it has."""
    groups: dict[Hashable, list[Active]] = {}
    for of, one in _ACTIVE.get():
        if of is model:
            groups.setdefault(one.key, []).append(one)
    for first, *later in reversed(groups.values()):
        tap.hook_before(first.hooks(later))
