"""Rows that no rule explains: kept as a sample, described, and gathered into proposals for new rules.

Every head keeps the `size` unknown rows of smallest priority, priorities being uniform numbers that depend on the seed
and the sequence alone. That is a uniform sample of all its unknown rows, however the text is cut into batches, and
it is the same after a scan was stopped and resumed. A kept row has features: how far back its mass lies, mass on the
rules of the book, mass on the candidate relations below, its entropy and its largest weight.
Axis legend: h head, r kept row, f feature, k key.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int

from polyhead.analysis.heads.rules import RuleBook, TokenText

TOP_KEYS = 6
"""Keys kept of a row."""

OFFSETS = (0, 1, 2, 3, 5, 9, 17, 33, 65, 129, 257, 513)
"""Lower edges of the bins of distance."""

RELATIONS: dict[str, str] = {
    "same_line": "tokens of the same line",
    "line_above": "tokens of the line above",
    "line_start": "first tokens of lines",
    "newline": "line breaks",
    "before_same": "tokens before earlier copies of the token",
    "two_after_same": "tokens two after earlier copies of the token",
    "after_previous": "tokens after earlier copies of the token before (one place off induction)",
    "same_but_case": "the same word apart from case and spaces",
    "name": "names and words",
    "number": "numbers",
    "opening": "opening brackets",
    "recent": "the 6 to 16 tokens before",
}
"""Candidate relations: not rules, but what a proposal can be worded in."""


@dataclass
class Reservoir:
    """The kept unknown rows of a set of heads; arrays `[h, r, ...]`, empty places have priority infinity."""

    priority: Float[np.ndarray, "h r"]
    sequence: Int[np.ndarray, "h r"]
    query: Int[np.ndarray, "h r"]
    features: Float32[np.ndarray, "h r f"]
    keys: Int[np.ndarray, "h r t"]
    weights: Float32[np.ndarray, "h r t"]

    @classmethod
    def empty(cls, n_heads: int, size: int, n_features: int) -> "Reservoir":
        """Nothing kept yet."""
        return cls(
            np.full((n_heads, size), np.inf),
            np.full((n_heads, size), -1, np.int64),
            np.zeros((n_heads, size), np.int64),
            np.zeros((n_heads, size, n_features), np.float32),
            np.full((n_heads, size, TOP_KEYS), -1, np.int64),
            np.zeros((n_heads, size, TOP_KEYS), np.float32),
        )

    @property
    def size(self) -> int:
        return self.priority.shape[1]

    def wanted(self, head: int, priority: Float[np.ndarray, " n"], unknown: np.ndarray) -> Int[np.ndarray, " m"]:
        """Which of a batch's rows belong into the sample of one head."""
        rows = np.flatnonzero(unknown & (priority < self.priority[head].max(initial=-np.inf)))
        if len(rows) > self.size:
            rows = rows[np.argsort(priority[rows], kind="stable")[: self.size]]
        return rows

    def put(self, head: int, **new: np.ndarray) -> None:
        """Merge rows into the sample of one head, keeping the smallest priorities."""
        merged = {name: np.concatenate([getattr(self, name)[head], value]) for name, value in new.items()}
        keep = np.argsort(merged["priority"], kind="stable")[: self.size]
        for name, value in merged.items():
            getattr(self, name)[head] = value[keep]


def feature_names(book: RuleBook) -> list[str]:
    """Names of the features, in order."""
    bins = [
        f"offset {low}" if low + 1 == high else f"offset {low} to {high - 1}"
        for low, high in itertools.pairwise(OFFSETS)
    ]
    return [*bins, f"offset {OFFSETS[-1]} or more", *book.names, *RELATIONS, "entropy", "largest"]


def describe_rows(
    rows: Float32[np.ndarray, "m k"],
    text: TokenText,
    sequence: Int[np.ndarray, " m"],
    query: Int[np.ndarray, " m"],
    rule_mass: Float32[np.ndarray, "m n"],
) -> dict[str, np.ndarray]:
    """Features and largest keys of rows; `sequence` indexes the batch of `text`."""
    n_keys = rows.shape[1]
    offset = query[:, None] - np.arange(n_keys)
    mass = np.where(offset >= 0, rows, 0.0).astype(np.float32)
    far = mass * ~text.is_bos[sequence]  # the distance to BOS says nothing but the position
    distance = np.stack(
        [(far * ((offset >= low) & (offset < high))).sum(-1) for low, high in zip(OFFSETS, (*OFFSETS[1:], 1 << 30))],
        axis=-1,
    )
    related = np.stack([(mass * m).sum(-1) for m in relation_masks(text, sequence, query).values()], axis=-1)
    entropy = -(mass * np.log(np.maximum(mass, 1e-30))).sum(-1) / np.log(np.maximum(query, 1) + 1)
    features = np.concatenate([distance, rule_mass, related, entropy[:, None], mass.max(-1)[:, None]], axis=-1)
    n = min(TOP_KEYS, n_keys)
    keys = np.argsort(-mass, axis=-1, kind="stable")[:, :n]
    weights = np.take_along_axis(mass, keys, axis=-1)
    pad = ((0, 0), (0, TOP_KEYS - n))
    return {
        "features": features.astype(np.float32),
        "keys": np.pad(keys, pad, constant_values=-1),
        "weights": np.pad(weights, pad),
    }


def relation_masks(
    text: TokenText, sequence: Int[np.ndarray, " m"], query: Int[np.ndarray, " m"]
) -> dict[str, np.ndarray]:
    """The candidate relations for some rows, each `[m, k]`."""
    tokens, before, vocabulary = text.tokens[sequence], text.before[sequence], text.vocabulary
    at = np.arange(len(query))
    own, own_before = tokens[at, query][:, None], before[at, query][:, None]
    line = text.line[sequence]
    own_line = line[at, query][:, None]
    offset = query[:, None] - np.arange(tokens.shape[1])
    after = np.concatenate([tokens[:, 1:], np.full((len(tokens), 1), -1)], axis=1)
    two_before = np.concatenate([np.full((len(tokens), 1), -1), before[:, :-1]], axis=1)
    indent = text.is_indent[sequence]
    behind_indent = np.zeros_like(indent)
    behind_indent[:, 1:] = indent[:, :-1] & ~indent[:, 1:]
    folded = vocabulary.folded
    special = text.is_bos[sequence]
    word = (vocabulary.starts_word | vocabulary.ends_word) & ~vocabulary.number
    masks = {
        "same_line": (line == own_line) & (offset > 0) & ~special,
        "line_above": (line == own_line - 1) & ~special,
        "line_start": behind_indent & (offset > 0),
        "newline": vocabulary.newline[tokens] & (offset > 0),
        "before_same": (after == own) & (offset > 1),
        "two_after_same": two_before == own,
        "after_previous": (before == own_before) & (offset > 0),
        "same_but_case": (folded[tokens] == folded[own]) & (folded[own] >= 0) & (tokens != own),
        "name": word[tokens] & (offset > 0),
        "number": vocabulary.number[tokens] & (offset > 0),
        "opening": vocabulary.opening[tokens] & (offset > 0),
        "recent": (offset >= 6) & (offset <= 16) & ~special,
    }
    assert list(masks) == list(RELATIONS)
    return {name: mask & (offset >= 0) for name, mask in masks.items()}
