"""Records of a heads report: windows of text with the attention of one head.

`windows/L3H5.json` of a report folder is one HeadWindows. Everything that a HeadVis
tree holds has a place here; `foreign` keeps what only such a tree knows, so that it goes back out unchanged.
"""

from typing import Any

from pydantic import Field, model_validator

from polyhead.core.head_names import head_name
from polyhead.core.records import Record


class Window(Record):
    """One stretch of text and the attention of one head in it, sparse."""

    sequence: int
    """Number of the sequence in the text."""
    interval: int
    """Fifth (or other part) of the sequences by `max_activation`, 1 the lowest."""
    max_activation: float | None
    """Largest weight of the window, position 0 left out on both sides."""
    tokens: list[str]
    flat: list[int]
    """`query * n_tokens + key` of the largest weights of every row."""
    values: list[float]
    codes: list[int] = Field(default_factory=list)
    """Behaviours that claim each weight, as bits (bit i: behaviour i); empty where no rules were applied."""
    classes: list[int] = Field(default_factory=list)
    """Class of every row, an index into `HeadWindows.classes`; -1: not counted. Empty where no rules were applied."""
    mass: list[list[float]] = Field(default_factory=list)
    """Mass of every row by behaviour, each key given to the first that claims it; last: claimed by none."""

    @model_validator(mode="after")
    def _fits(self) -> "Window":
        n = len(self.tokens)
        if len(self.flat) != len(self.values):
            raise ValueError(f"{len(self.flat)} places and {len(self.values)} weights; one a place is expected")
        if self.flat and not 0 <= min(self.flat) <= max(self.flat) < n * n:
            raise ValueError(f"places from {min(self.flat)} to {max(self.flat)}; {n} tokens have 0 to {n * n - 1}")
        for name, given, expected in (
            ("codes", len(self.codes), len(self.flat)),
            ("classes", len(self.classes), n),
            ("mass", len(self.mass), n),
        ):
            if given not in (0, expected):
                raise ValueError(f"{given} {name}; {expected} or none are expected")
        return self


class Histogram(Record):
    """Counts or weights between edges."""

    edges: list[float]
    values: list[float]


class HeadWindows(Record):
    """One head in windows of text."""

    layer: int
    head: int
    behaviours: list[str]
    """What bits and masses stand for; empty without rules."""
    classes: list[str]
    windows: list[Window]
    distances: Histogram
    """Attention mass by distance between query and key."""
    maxima: Histogram
    """Sequences by `max_activation`, all that were read."""
    top_query_tokens: list[tuple[str, float]]
    """By attention mass in the windows."""
    top_key_tokens: list[tuple[str, float]]
    mean_max_activation: float | None
    foreign: dict[str, Any] = Field(default_factory=dict)

    @property
    def name(self) -> str:
        return head_name(self.layer, self.head)
