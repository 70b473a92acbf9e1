import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from polyhead.activations.tokens import tokenize
from polyhead.core.errors import PolyheadError


class Letters:
    """One token a letter: a is 2, b is 3, ..."""

    def __init__(self, *, bos: int | None = 0, eos: int | None = 1) -> None:
        self.bos_token_id, self.eos_token_id = bos, eos

    def encode(self, text: str) -> list[int]:
        return [ord(c) - ord("a") + 2 for c in text]


def test_with_eos_documents_are_packed_behind_bos():
    got = tokenize(["abc", "", "de"], Letters(), sequence_length=5)
    assert got.tokens.tolist() == [[0, 2, 3, 4, 1], [0, 5, 6, 1, 1]]
    assert got.valid.tolist() == [[False, True, True, True, True], [False, True, True, True, False]]
    assert got.tokens.dtype == np.int32
    stated = got.policy.model_dump()
    assert stated.pop("special") is None, "letters state no decision"
    counts = {"n_documents": 2, "tokens_per_document": 3.5, "largest_document_share": 0.5714, "split": None}
    assert stated == {"bos": "excluded", "padding": "excluded", "n_sequences": 2, "n_positions": 7} | counts


def test_without_eos_each_document_is_cut_by_itself_and_padded():
    got = tokenize(["abcd", "e"], Letters(eos=None), sequence_length=4, bos="included")
    assert got.tokens.tolist() == [[0, 2, 3, 4], [0, 5, 0, 0], [0, 6, 0, 0]]
    assert got.valid.sum(1).tolist() == [4, 2, 2]
    assert got.policy.bos == "included"


def test_without_bos_every_position_is_text():
    got = tokenize(["abcd"], Letters(bos=None, eos=None), sequence_length=2)
    assert got.tokens.tolist() == [[2, 3], [4, 5]]
    assert got.policy.bos == "none"
    assert got.policy.padding == "none"


@given(
    st.lists(st.text("abcde", max_size=12), max_size=9),
    st.integers(2, 7),
    st.booleans(),
    st.sampled_from(["excluded", "included"]),
)
def test_no_token_is_lost_and_padding_is_never_valid(texts, length, has_eos, bos):
    tokenizer = Letters(eos=1 if has_eos else None)
    expected = [i for t in texts if t for i in [*tokenizer.encode(t), *([1] if has_eos else [])]]
    if not expected:
        with pytest.raises(PolyheadError, match="hold no token"):
            tokenize(texts, tokenizer, sequence_length=length, bos=bos)
        return
    got = tokenize(texts, tokenizer, sequence_length=length, bos=bos)
    assert (got.tokens[:, 0] == 0).all()
    assert (got.valid[:, 0] == (bos == "included")).all()
    body, valid = got.tokens[:, 1:], got.valid[:, 1:]
    assert body[valid].tolist() == expected
    assert got.n_padded == (~valid).sum()
    assert (np.diff(valid.astype(int), axis=1) <= 0).all()


def test_hash_names_texts_and_token_hash_names_packing():
    a = tokenize(["abc", "de"], Letters(), sequence_length=5)
    b = tokenize(["abc", "de"], Letters(), sequence_length=4)
    c = tokenize(["abcd", "e"], Letters(), sequence_length=5)
    assert a.sha256 == b.sha256 != c.sha256
    assert a.tokens_sha256 != b.tokens_sha256
    assert a.tokens_sha256 == tokenize(["abc", "de"], Letters(), sequence_length=5).tokens_sha256


def test_max_sequences_stops_reading():
    def endless():
        while True:
            yield "abc"

    assert len(tokenize(endless(), Letters(), sequence_length=5, max_sequences=3)) == 3


def test_split_holds_out_the_last_and_keeps_the_policy_true():
    whole = tokenize(["abcdefghij"], Letters(), sequence_length=5)
    train, held_out = whole.hold_out_last(1)
    assert (len(train), len(held_out)) == (2, 1)
    assert train.policy.padding == "none"
    assert held_out.policy.padding == "excluded"
    assert held_out.n_padded == whole.n_padded == 1
    with pytest.raises(PolyheadError, match="one side would be empty"):
        whole.hold_out_last(3)


def test_rows_are_tensors_of_the_chosen_sequences():
    whole = tokenize(["abcdefghij"], Letters(), sequence_length=5)
    tokens, valid = whole.rows(torch.tensor([2, 0]))
    assert tokens.dtype == torch.int64
    assert tokens.tolist() == whole.tokens[[2, 0]].tolist()
    assert valid.tolist() == whole.valid[[2, 0]].tolist()


def test_a_length_without_room_is_refused():
    with pytest.raises(PolyheadError, match="no room"):
        tokenize(["a"], Letters(), sequence_length=1)
