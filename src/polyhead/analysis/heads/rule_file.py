"""Rules from a file: regular expressions on the texts of tokens and a range of offsets. Nothing in it is executed.

JSON or TOML:

    built_in = ["inactive", "previous"]       # optional: which built-in rules follow, in which order; all by default
    previous_width = 5                        # optional
    pairs = [["inactive", "previous"]]        # optional: which may explain a row together; every pair by default
    [[rules]]
    name = "open bracket"
    words = "an open bracket in the last 40 tokens"
    query = "^\\\\s*\\\\w"                      # on the text of the query's token; any by default
    key = "[(\\\\[{]"                         # on the text of the key's token; any by default
    before_key = "^ ?def$"                    # on the text of the token before the key; any by default
    offset = [1, 40]                          # smallest and largest query position minus key position

The rules of a file come first, in their order, then the built-in ones.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import field_validator, model_validator

from polyhead.analysis.heads.rules import PREVIOUS_WIDTH, Behaviour, RuleBook, TokenText, rule_book
from polyhead.core.config import Config
from polyhead.core.data_files import read_object, read_toml
from polyhead.core.errors import PolyheadError


class Rule(Config):
    """One rule of a file."""

    name: str
    words: str = ""
    query: str | None = None
    key: str | None = None
    before_key: str | None = None
    offset: tuple[int, int] | None = None

    @field_validator("query", "key", "before_key")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern

    @model_validator(mode="after")
    def _says_something(self) -> "Rule":
        if not self.name.strip() or "+" in self.name:
            raise ValueError(f"a rule needs a name without '+'; received {self.name!r}")
        if self.query is self.key is self.before_key is self.offset is None:
            raise ValueError(f"rule {self.name!r} says nothing: give query, key, before_key or offset")
        if self.offset is not None and not 0 <= self.offset[0] <= self.offset[1]:
            raise ValueError(f"offset {list(self.offset)} of rule {self.name!r} must be 0 <= smallest <= largest")
        return self

    def behaviour(self) -> Behaviour:
        """As a behaviour."""
        return Behaviour(self.name, self.words or self.name, self._mask, self.model_dump_json())

    def _mask(self, text: TokenText) -> np.ndarray:
        mask = np.ones((1, 1, 1), dtype=bool)
        vocabulary = text.vocabulary
        if self.query is not None:
            mask = mask & text.at(vocabulary.matching(self.query))[:, :, None]
        if self.key is not None:
            mask = mask & text.at(vocabulary.matching(self.key))[:, None, :]
        if self.before_key is not None:
            matches = np.append(vocabulary.matching(self.before_key), False)  # index -1: nothing before
            mask = mask & matches[text.before][:, None, :]
        if self.offset is not None:
            mask = mask & (text.offset >= self.offset[0]) & (text.offset <= self.offset[1])
        return mask


class RuleFile(Config):
    """The whole file."""

    rules: tuple[Rule, ...] = ()
    built_in: tuple[str, ...] | None = None
    previous_width: int = PREVIOUS_WIDTH
    pairs: tuple[tuple[str, str], ...] | None = None

    def book(self) -> RuleBook:
        """As a rule book."""
        return rule_book(
            self.built_in,
            first=[r.behaviour() for r in self.rules],
            previous_width=self.previous_width,
            pairs=self.pairs,
        )


def read_rules(path: Path) -> RuleBook:
    """Read a rule file.

    Raises:
        PolyheadError: no such file, not JSON or TOML, unknown keys, a regular expression that does not compile.
    """
    return RuleFile.parse(_read(path), where=str(path)).book()


def _read(path: Path) -> dict[str, Any]:
    if path.suffix not in (".json", ".toml"):
        raise PolyheadError(f"{path}: rules are read from .json or .toml")
    return read_object(path) if path.suffix == ".json" else read_toml(path)
