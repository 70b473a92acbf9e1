"""The tokenizer's wrapper and the bundled recipe."""

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.models.checkpoints.tokenizer_files import read_tokenizer
from polyhead.models.native import NativeTransformer
from polyhead.models.text import to_tokens
from polyhead.models.token_texts import BYTE
from polyhead.models.tokenizer import BOS, EOS, Tokenizer, train_tokenizer

CODE = "class A:\n    def f(self, x):\n        if x:\n            return x + 12\n\n\tpass\r\n    # end\n"
TRAINED = train_tokenizer([CODE * 20], d_vocab=400)


def test_a_newline_and_its_indentation_are_one_token() -> None:
    for break_ in ("\n", "\n    ", "\n        ", "\n            ", "\n\t", "\r\n    "):
        pieces = TRAINED.tokens(TRAINED.encode(f"x{break_}return"))
        assert pieces[0] == "x"
        assert pieces[1] == break_
        assert "".join(pieces[2:]) == "return"


def test_no_token_crosses_the_end_of_a_line_or_two_digits() -> None:
    pieces = [p for p in TRAINED.tokens(range(2, len(TRAINED))) if not BYTE.fullmatch(p)]
    assert not [p for p in pieces if "\n" in p and p.lstrip("\r\n").strip(" \t")], "text after a newline"
    assert not [p for p in pieces if sum(c.isdigit() for c in p) > 1]
    assert TRAINED.tokens(TRAINED.encode("2024")) == list("2024")


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    ids = TRAINED.encode(text)
    expected = text.replace(BOS, "").replace(EOS, "")
    assert TRAINED.decode(ids) == expected
    assert all(0 <= i < len(TRAINED) for i in ids)
    assert TRAINED.encode_batch([text, "x"]) == [ids, TRAINED.encode("x")]


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_pieces_of_plain_text_are_the_text(text: str) -> None:
    assert "".join(TRAINED.tokens(TRAINED.encode(text))) == text


def test_special_tokens_are_shown_but_not_decoded() -> None:
    ids = [TRAINED.bos_token_id, *TRAINED.encode("if"), TRAINED.eos_token_id]
    assert TRAINED.tokens(ids) == ["<|bos|>", "if", "<|eos|>"]
    assert TRAINED.decode(ids) == "if"
    assert TRAINED.tokens([len(TRAINED) + 5]) == [f"<{len(TRAINED) + 5}>"], "an id of a padded vocabulary"
    assert TRAINED.tokens(TRAINED.encode("é")[:1]) == ["<0xC3>"], "half of a character"


def test_training_is_deterministic_and_saved_whole(tmp_path: Path) -> None:
    again = train_tokenizer([CODE * 20], d_vocab=400)
    assert again.backend.to_str() == TRAINED.backend.to_str()
    TRAINED.backend.save(str(tmp_path / "tokenizer.json"))
    loaded = Tokenizer.load(tmp_path / "tokenizer.json", bos=BOS, eos=EOS)
    assert (loaded.bos_token_id, loaded.eos_token_id) == (0, 1)
    assert loaded.encode(CODE) == TRAINED.encode(CODE)
    assert len(loaded) == len(TRAINED)


def test_damaged_files_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    for content in ("", "{", "[]", '{"version": "1.0"}'):
        path.write_text(content)
        with pytest.raises(ArtifactError, match=r"not a readable tokenizer.json") as info:
            Tokenizer.load(path)
        assert "\n" not in str(info.value)


def test_gpt2_files_without_a_tokenizer_json(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    folder = shared_data("tokenizers/gpt2")
    whole = read_tokenizer(folder)
    for name in ("vocab.json", "merges.txt"):
        if not (folder / name).exists():
            pytest.skip(f"{folder} has no {name}")
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    parts = read_tokenizer(tmp_path)
    assert whole is not None
    assert parts is not None
    text = "Hello world, it's 2024.\n    def f(x): — 日本<|endoftext|>"
    assert parts.encode(text) == whole.encode(text)
    assert parts.bos_token_id == 50256
    assert read_tokenizer(tmp_path / "none") is None


def test_a_config_that_writes_tokens_as_records(tmp_path: Path) -> None:
    TRAINED.backend.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "tokenizer_config.json").write_text('{"bos_token": {"content": "<|bos|>"}, "eos_token": "<|eos|>"}')
    read = read_tokenizer(tmp_path)
    assert read is not None
    assert (read.bos_token_id, read.eos_token_id) == (0, 1)


def test_to_tokens(make_tiny_model: Callable[..., NativeTransformer]) -> None:
    model = make_tiny_model(d_vocab=400)
    with pytest.raises(PolyheadError, match="tiny has no tokenizer; pass token ids"):
        to_tokens(model, "if")
    model.tokenizer = TRAINED
    assert to_tokens(model, "if").tolist() == [[0, *TRAINED.encode("if")]]
    without = make_tiny_model(d_vocab=400, bos_token_id=None)
    without.tokenizer = TRAINED
    assert to_tokens(without, "if").tolist() == [TRAINED.encode("if")]


def test_a_copy_of_a_model_keeps_its_tokenizer(tiny_model: NativeTransformer) -> None:
    tiny_model.tokenizer = TRAINED
    copied = copy.deepcopy(tiny_model).double()
    assert copied.tokenizer is tiny_model.tokenizer
    assert copied.dtype == torch.float64
