"""Rules on hand-made text: every mask key by key; rule files; what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from polyhead.analysis.heads.rule_file import read_rules
from polyhead.analysis.heads.rules import Behaviour, TokenText, Vocabulary, rule_book
from polyhead.core.errors import PolyheadError

TEXTS = ["<bos>", "<eos>", "\n", "\n  ", "\n    ", "def", " foo", "_bar", "(", "):", " 7", "   ", "x"]
BOS, EOS, NL0, NL2, NL4, DEF, FOO, BAR, OPEN, CLOSE, SEVEN, BLANK, X = range(13)
VOCABULARY = Vocabulary(TEXTS, bos=BOS, eos=EOS)


def keys(name: str, tokens: list[int], query: int, **changes) -> list[int]:
    """Positions that a rule claims for one query."""
    book = rule_book([name], **changes)
    text = TokenText(np.array([tokens]), VOCABULARY)
    mask = np.broadcast_to(book.masks(text)[0], text.shape)[0]
    return [int(k) for k in np.flatnonzero(mask[query]) if k <= query]


def test_inactive_is_bos_in_front_and_every_eos() -> None:
    assert keys("inactive", [BOS, X, EOS, BOS, X], 4) == [0, 2]


def test_self() -> None:
    assert keys("self", [BOS, X, X, X], 2) == [2]


def test_previous_leaves_bos_and_the_query_out() -> None:
    tokens = [BOS, X, X, X, X, X, X, X]
    assert keys("previous", tokens, 7) == [2, 3, 4, 5, 6]
    assert keys("previous", tokens, 3) == [1, 2]
    assert keys("previous", tokens, 7, previous_width=2) == [5, 6]


def test_induction_is_what_followed_the_same_token() -> None:
    assert keys("induction", [BOS, FOO, X, DEF, FOO, BAR, FOO], 6) == [2, 5]
    assert keys("induction", [BOS, X, X], 2) == [2]  # s <= t: after the copy just before is the query itself


def test_duplicate_is_earlier_copies() -> None:
    assert keys("duplicate", [BOS, FOO, X, FOO, FOO], 4) == [1, 3]


def test_indentation_is_compared_with_the_query_s_own_line() -> None:
    tokens = [BOS, X, NL2, X, NL4, X, NL2, X, X]
    assert keys("similar_indent", tokens, 8) == [2, 6]
    assert keys("similar_indent", tokens, 6) == [2]  # a line start is not similar to itself
    assert keys("bigger_indent", tokens, 8) == [4]
    assert keys("bigger_indent", tokens, 6) == [4]
    assert keys("similar_indent", tokens, 1) == []  # its own line's start is not known


def test_indentation_in_tokens_of_its_own_counts_as_one_line_start() -> None:
    tokens = [BOS, NL0, BLANK, X, NL2, X, NL0, BLANK, X]
    assert keys("similar_indent", tokens, 8) == [1, 2, 6, 7]
    assert keys("bigger_indent", tokens, 5) == [1, 2]
    assert keys("similar_indent", tokens, 7) == [1, 2]  # not the line break that it is itself part of


def test_same_word_is_earlier_pieces() -> None:
    assert keys("same_word", [BOS, DEF, FOO, BAR, X, OPEN, X], 4) == [2, 3]
    assert keys("same_word", [BOS, DEF, FOO, BAR, X, OPEN, X], 6) == []


def test_delimiter_is_punctuation_only() -> None:
    assert keys("delimiter", [BOS, DEF, OPEN, BAR, CLOSE, NL2, SEVEN], 6) == [2, 4]


def test_rule_file_reads_regexes_and_offsets(tmp_path: Path) -> None:
    rules = {
        "rules": [{"name": "name of def", "query": "^\\(", "before_key": "^def$", "offset": [1, 2]}],
        "built_in": [],
    }
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({**rules, "pairs": []}))
    book = read_rules(path)
    assert book.classes == ["name of def", "unknown"]
    text = TokenText(np.array([[BOS, DEF, FOO, BAR, OPEN, DEF, FOO, OPEN]]), VOCABULARY)
    mask = np.broadcast_to(book.masks(text)[0], text.shape)[0]
    assert [(int(q), int(k)) for q, k in zip(*np.nonzero(mask))] == [(4, 2), (7, 6)]
    toml = tmp_path / "rules.toml"
    toml.write_text('built_in = ["previous"]\n[[rules]]\nname = "digits"\nkey = "\\\\d"\n')
    assert read_rules(toml).names == ["digits", "previous"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"rules": [{"name": "a", "kye": "x"}]}', "kye"),
        ('{"rules": [{"name": "a", "key": "("}]}', "not a regular expression"),
        ('{"rules": [{"name": "a"}]}', "says nothing"),
        ('{"rules": [{"name": "a", "offset": [3, 1]}]}', "smallest <= largest"),
        ('{"rules": [{"name": "previous", "key": "x"}]}', "two rules are called 'previous'"),
        ('{"built_in": ["prevous"]}', "did you mean 'previous"),
        ('{"built_in": []}', "at least one behaviour"),
        ('{"pairs": [["self", "foo"]]}', "a pair names 'foo'"),
        ("[1]", "an object was expected; received a list of 1"),
        ("{", "not valid JSON"),
    ],
)
def test_bad_rule_files_are_refused_in_one_line(content: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(content)
    with pytest.raises(PolyheadError, match=says.replace("(", "\\(")) as error:
        read_rules(path)
    assert "\n" not in str(error.value)


def test_a_rule_that_gives_no_mask_is_refused() -> None:
    book = rule_book([], first=[Behaviour("mine", "", lambda t: t.tokens)])
    with pytest.raises(PolyheadError, match="rule 'mine' gave int64"):
        book.masks(TokenText(np.array([[BOS, X]]), VOCABULARY))


def test_tokens_outside_the_vocabulary_are_refused() -> None:
    with pytest.raises(PolyheadError, match="the vocabulary has 0 to 12"):
        TokenText(np.array([[BOS, 13]]), VOCABULARY)
