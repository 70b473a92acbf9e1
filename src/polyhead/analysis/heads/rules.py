"""Behaviours of attention rows: which keys a query would look at if its head did this one thing.

A behaviour is a name, a sentence and a mask over (query, key), made from the tokens alone. Keys after the query are
struck out for all of them. The order of a rule book is stated and decides where rules overlap (rows.py).

    inactive         BOS at position 0, and every EOS
    self             the query itself
    previous         the w tokens before the query (w = 5), BOS left out
    induction        keys whose previous token equals the query's token
    similar_indent   newline and indentation before a line indented as deep as the query's line
    bigger_indent    the same of a line that is indented deeper
    duplicate        earlier keys with the query's token
    same_word        earlier pieces of the word that the query is in
    delimiter        punctuation and operators

The masks of the source (Hoogland et al., head 1.4 of a 4-layer attention-only model) are published as names and
examples only; these definitions are ours. Axis legend: b sequence, p position, q query, k key, v vocabulary.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from polyhead.core.errors import PolyheadError, nearest
from polyhead.models.token_texts import BYTE
from polyhead.ops.row_mass import MAX_MASKS

PREVIOUS_WIDTH = 5
_TAB = 4
"""Columns of a tab in an indentation."""


class Vocabulary:
    """What rules may know of each token of the vocabulary."""

    def __init__(self, texts: Sequence[str], *, bos: int | None = None, eos: int | None = None) -> None:
        self.texts, self.bos, self.eos = list(texts), bos, eos
        self._matching: dict[str, np.ndarray] = {}
        special = {i for i in (bos, eos) if i is not None}
        self._read = [BYTE.sub("\ufffd", t) for t in texts]  # a part of a character is no digit, bracket or word
        plain = ["" if i in special else t for i, t in enumerate(self._read)]
        self.newline = np.array(["\n" in t for t in plain])
        self.blank = np.array([bool(t) and not t.strip() for t in plain])
        self.indent = np.array([_columns(t.rsplit("\n", 1)[-1]) for t in plain])
        """Columns of white space after the last line break (in all, without one)."""
        self.delimiter = np.array([bool(t.strip()) and not re.search(r"[^\W]", t) for t in plain])
        self.starts_word = np.array([bool(re.match(r"\w", t)) for t in plain])
        self.ends_word = np.array([bool(re.search(r"\w\Z", t)) for t in plain])
        self.number = np.array([bool(re.fullmatch(r"\s*\d+", t)) for t in plain])
        self.opening = np.array([t.rstrip()[-1:] in tuple("([{") for t in plain])
        numbers: dict[str, int] = {}
        words = [t.strip().casefold() for t in plain]
        self.folded = np.array([numbers.setdefault(w, len(numbers)) if w and w[0].isalnum() else -1 for w in words])
        """A number for each word apart from case and spaces; -1 where a token is no word."""

    @classmethod
    def of(cls, model: Any) -> "Vocabulary":
        """Of a model.

        Raises:
            PolyheadError: the model has no tokenizer.
        """
        if model.tokenizer is None:
            raise PolyheadError(f"{model.cfg.name} has no tokenizer; rules read the text of tokens")
        eos = getattr(model.tokenizer, "eos_token_id", None)
        return cls(model.tokenizer.tokens(range(model.cfg.d_vocab)), bos=model.cfg.bos_token_id, eos=eos)

    def __len__(self) -> int:
        return len(self.texts)

    def matching(self, pattern: str) -> Bool[np.ndarray, " v"]:
        """Tokens whose text a regular expression finds something in."""
        if pattern not in self._matching:
            compiled = re.compile(pattern)
            self._matching[pattern] = np.array([compiled.search(t) is not None for t in self._read])
        return self._matching[pattern]


def _columns(text: str) -> int:
    blank = text[: len(text) - len(text.lstrip(" \t"))]
    return sum(_TAB if c == "\t" else 1 for c in blank)


class TokenText:
    """The tokens of a batch, and what rules need of them, each worked out once."""

    def __init__(self, tokens: Int[np.ndarray, "b p"], vocabulary: Vocabulary) -> None:
        """
        Raises:
            PolyheadError: a token that is not in the vocabulary.
        """
        if tokens.size and (tokens.min() < 0 or tokens.max() >= len(vocabulary)):
            raise PolyheadError(
                f"token ids from {tokens.min()} to {tokens.max()}; the vocabulary has 0 to {len(vocabulary) - 1} "
                "(was the text tokenized for another model?)"
            )
        self.tokens, self.vocabulary = tokens, vocabulary

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of a full mask."""
        return (*self.tokens.shape, self.tokens.shape[1])

    def at(self, fact: Bool[np.ndarray, " v"]) -> Bool[np.ndarray, "b p"]:
        """A fact about tokens, at every position."""
        return fact[self.tokens]

    @cached_property
    def offset(self) -> Int[np.ndarray, "1 q k"]:
        """Query position minus key position."""
        position = np.arange(self.tokens.shape[1])
        return (position[:, None] - position)[None]

    @cached_property
    def is_bos(self) -> Bool[np.ndarray, "b p"]:
        """Position 0, where it holds BOS."""
        found = np.zeros(self.tokens.shape, dtype=bool)
        if self.vocabulary.bos is not None:
            found[:, 0] = self.tokens[:, 0] == self.vocabulary.bos
        return found

    @cached_property
    def before(self) -> Int[np.ndarray, "b p"]:
        """The token before each; -1 in front."""
        return np.concatenate([np.full((len(self.tokens), 1), -1), self.tokens[:, :-1]], axis=1)

    @cached_property
    def _indents(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        newline, blank = self.at(self.vocabulary.newline), self.at(self.vocabulary.blank)
        width = self.vocabulary.indent[self.tokens]
        n_batch, n = self.tokens.shape
        position = np.broadcast_to(np.arange(n), (n_batch, n))
        # a newline token with text after the break ("\n}") ends its own indentation
        goes_on = blank & ~newline
        last = np.maximum.accumulate(np.where(goes_on, -1, position), axis=1)  # latest token that is not plain blank
        inside = (last >= 0) & np.take_along_axis(newline, np.maximum(last, 0), 1)
        total = np.where(goes_on, width, 0).cumsum(1)
        start = np.maximum(last, 0)
        own = np.take_along_axis(width - total, start, 1) + total
        latest = np.maximum.accumulate(np.where(inside, position, -1), axis=1)
        column = np.where(latest >= 0, np.take_along_axis(own, np.maximum(latest, 0), 1), -1)
        ahead = np.minimum.accumulate(np.where(goes_on, n, position)[:, ::-1], axis=1)[:, ::-1]
        following = np.concatenate([ahead[:, 1:], np.full((n_batch, 1), n)], axis=1)
        end = np.where(inside, following - 1, position)
        return column, inside, np.take_along_axis(column, end, 1), end

    @property
    def line_indent(self) -> Int[np.ndarray, "b p"]:
        """Indentation, as far as it is read, of the line that a position is in; -1 before the first line break."""
        return self._indents[0]

    @property
    def is_indent(self) -> Bool[np.ndarray, "b p"]:
        """Line breaks and the white space after them."""
        return self._indents[1]

    @property
    def key_indent(self) -> Int[np.ndarray, "b p"]:
        """The line's whole indentation, at the positions of `is_indent`."""
        return self._indents[2]

    @property
    def indent_end(self) -> Int[np.ndarray, "b p"]:
        """Last position of the indentation that a position is part of."""
        return self._indents[3]

    @cached_property
    def line(self) -> Int[np.ndarray, "b p"]:
        """Number of the line; a line break belongs to the line after it."""
        return self.at(self.vocabulary.newline).cumsum(1)

    @cached_property
    def word(self) -> Int[np.ndarray, "b p"]:
        """Number of the word; pieces of one word (letters, digits, underscores) share it."""
        ends, starts = self.at(self.vocabulary.ends_word), self.at(self.vocabulary.starts_word)
        goes_on = np.zeros(self.tokens.shape, dtype=bool)
        goes_on[:, 1:] = ends[:, :-1] & starts[:, 1:]
        return (~goes_on).cumsum(1)


@dataclass(frozen=True)
class Behaviour:
    """One thing that a head may do. A rule of your own is `Behaviour("mine", "what it says", function)`."""

    name: str
    words: str
    """What a head that does only this looks at."""
    mask: Callable[[TokenText], Any]
    """From the tokens of a batch to a bool array that broadcasts to `[b, q, k]`; keys after the query do not count."""
    origin: str = "built in"
    """What it was made from; part of the identity of a scan, so that a changed rule is not resumed."""


@dataclass(frozen=True)
class RuleBook:
    """Behaviours in their stated order, and which pairs may explain a row together."""

    behaviours: tuple[Behaviour, ...]
    pairs: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        names = [b.name for b in self.behaviours]
        if not names:
            raise PolyheadError("a rule book needs at least one behaviour")
        if len(names) > MAX_MASKS:
            raise PolyheadError(f"{len(names)} behaviours; at most {MAX_MASKS} at once: leave some built-in ones out")
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise PolyheadError(f"two rules are called {twice[0]!r}; every rule needs a name of its own")
        if "unknown" in names:
            raise PolyheadError("a rule cannot be called 'unknown': that is the name of rows which no rule explains")

    @property
    def names(self) -> list[str]:
        return [b.name for b in self.behaviours]

    @property
    def sets(self) -> list[tuple[int, ...]]:
        """Everything a row can be classified as, in the order tried: singles, then pairs."""
        return [*((i,) for i in range(len(self.behaviours))), *self.pairs]

    @property
    def classes(self) -> list[str]:
        """Names of `sets`, then `unknown`."""
        return [*(" + ".join(self.names[i] for i in s) for s in self.sets), "unknown"]

    def masks(self, text: TokenText) -> list[Bool[np.ndarray, "..."]]:
        """Masks of all behaviours on a batch.

        Raises:
            PolyheadError: a rule of the user's gave something else than a mask.
        """
        return [_checked(b, text) for b in self.behaviours]


def _checked(behaviour: Behaviour, text: TokenText) -> np.ndarray:
    mask = np.asarray(behaviour.mask(text))
    try:
        fits = mask.dtype == bool and np.broadcast_shapes(mask.shape, text.shape) == text.shape and mask.ndim == 3
    except ValueError:
        fits = False
    if not fits:
        raise PolyheadError(
            f"rule {behaviour.name!r} gave {mask.dtype} {list(mask.shape)}; "
            f"a mask is bool [batch, query, key] = {list(text.shape)}, or broadcasts to it"
        )
    return mask


def all_pairs(n: int) -> tuple[tuple[int, int], ...]:
    """Every pair, in the order of the behaviours."""
    return tuple((i, j) for i in range(n) for j in range(i + 1, n))


def rule_book(
    names: Sequence[str] | None = None,
    *,
    first: Sequence[Behaviour] = (),
    previous_width: int = PREVIOUS_WIDTH,
    pairs: Sequence[tuple[str, str]] | None = None,
) -> RuleBook:
    """Rules in front (the user's), then built-in ones by name (all of them, in their own order, by default).

    Args:
        pairs: names that may explain a row together; every pair by default.

    Raises:
        PolyheadError: an unknown name, a name twice, too many rules.
    """
    built_in = built_in_behaviours(previous_width)
    wanted = list(built_in) if names is None else list(names)
    for name in wanted:
        if name not in built_in:
            raise PolyheadError(f"unknown behaviour {name!r}; {nearest(name, built_in)}")
    behaviours = (*first, *(built_in[n] for n in wanted))
    if pairs is None:
        return RuleBook(behaviours, all_pairs(len(behaviours)))
    at = {b.name: i for i, b in enumerate(behaviours)}
    for name in (n for pair in pairs for n in pair):
        if name not in at:
            raise PolyheadError(f"a pair names {name!r}; {nearest(name, at)}")
    for a, b in pairs:
        if a == b:
            raise PolyheadError(f"a pair needs two different behaviours; received {a!r} twice")
    chosen = [(min(at[a], at[b]), max(at[a], at[b])) for a, b in pairs]
    return RuleBook(behaviours, tuple(dict.fromkeys(chosen)))


def built_in_behaviours(previous_width: int = PREVIOUS_WIDTH) -> dict[str, Behaviour]:
    """The behaviours of the table above, by name, in their order."""
    if previous_width < 1:
        raise PolyheadError(f"previous_width {previous_width}; at least 1 token before the query")

    def previous(t: TokenText) -> np.ndarray:
        return (t.offset >= 1) & (t.offset <= previous_width) & ~t.is_bos[:, None, :]

    behaviours = (
        Behaviour("inactive", "BOS or EOS: nothing in particular", _inactive),
        Behaviour("self", "the token itself", lambda t: t.offset == 0),
        Behaviour("previous", f"the {previous_width} tokens before", previous, f"built in, width {previous_width}"),
        Behaviour("induction", "what followed the same token earlier", _induction),
        Behaviour("similar_indent", "line starts indented as deep as this line", _similar_indent),
        Behaviour("bigger_indent", "line starts indented deeper than this line", _bigger_indent),
        Behaviour("duplicate", "earlier copies of the token", _duplicate),
        Behaviour("same_word", "earlier pieces of the same word", _same_word),
        Behaviour("delimiter", "punctuation and operators", lambda t: t.at(t.vocabulary.delimiter)[:, None, :]),
    )
    return {b.name: b for b in behaviours}


def _inactive(t: TokenText) -> np.ndarray:
    eos = t.vocabulary.eos
    return (t.is_bos if eos is None else t.is_bos | (t.tokens == eos))[:, None, :]


def _induction(t: TokenText) -> np.ndarray:
    return t.tokens[:, :, None] == t.before[:, None, :]


def _duplicate(t: TokenText) -> np.ndarray:
    return (t.tokens[:, :, None] == t.tokens[:, None, :]) & (t.offset > 0)


def _same_word(t: TokenText) -> np.ndarray:
    return (t.word[:, :, None] == t.word[:, None, :]) & (t.offset > 0)


def _indent_keys(t: TokenText) -> np.ndarray:
    """Line starts that are over before the query, where the query's own indentation is known."""
    position = np.arange(t.tokens.shape[1])[None, :, None]
    return (t.is_indent[:, None, :] & (t.indent_end[:, None, :] < position)) & (t.line_indent[:, :, None] >= 0)


def _similar_indent(t: TokenText) -> np.ndarray:
    return _indent_keys(t) & (t.key_indent[:, None, :] == t.line_indent[:, :, None])


def _bigger_indent(t: TokenText) -> np.ndarray:
    return _indent_keys(t) & (t.key_indent[:, None, :] > t.line_indent[:, :, None])
