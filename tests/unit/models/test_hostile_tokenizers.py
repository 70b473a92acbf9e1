"""Folders of tokenizers that are damaged, contradict themselves, or hold values of another type: a tokenizer whose
tokens are those of the undamaged one, or one line."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tokenizer_folders import END, TEXT, byte_level, older, write_folder

from polyhead.core.errors import PolyheadError
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.checkpoints.tokenizer_files import read_tokenizer
from polyhead.models.tokenizer import Tokenizer

MADE = byte_level(END)
WORDS = MADE.encode(TEXT).ids
VALUES: list[Any] = [
    None, True, False, 5, -1, 1e300, "", "\0", "x" * 100_000, [], {}, [[]], {"content": 5}, {"content": None},
    {"content": END, "lstrip": "yes"}, {"5": 5}, {"-1": {"content": "q"}}, {"1e3": {"content": "q"}},
    {"9999999999999999999999": {"content": "q"}}, [{"content": "q"}, 3], ["<q>", None], "the",
]  # fmt: skip
KEYS = [
    "bos_token", "eos_token", "unk_token", "pad_token", "added_tokens_decoder", "additional_special_tokens",
    "extra_special_tokens", "add_bos_token", "add_prefix_space", "tokenizer_class",
]  # fmt: skip


def outcome(folder: Path, config: Any = None) -> bool:
    """Whether the folder is read; where it is not, the reason is one line."""
    try:
        tokenizer = read_tokenizer(folder, config)
        assert tokenizer is not None
        ids = tokenizer.encode(TEXT)
    except PolyheadError as error:
        said = str(error)
    else:
        assert tokenizer.backend.decode(ids, skip_special_tokens=False).strip() == TEXT
        return True
    assert "\n" not in said
    assert len(said) < 1_000
    return False


@pytest.mark.parametrize("key", KEYS)
def test_settings_of_every_type(key: str, tmp_path: Path) -> None:
    files = older(MADE)
    for i, value in enumerate(VALUES):
        for layout in ("whole", "older"):
            made, more = (MADE, {}) if layout == "whole" else (None, files)
            outcome(write_folder(tmp_path / f"{layout}-{i}", made, config={}, settings={key: value}, files=more))
            outcome(
                write_folder(
                    tmp_path / f"map-{layout}-{i}",
                    made,
                    config={},
                    files={**more, "special_tokens_map.json": {key: value}},
                )
            )


@pytest.mark.parametrize("file", ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"])
def test_files_of_every_root(file: str, tmp_path: Path) -> None:
    raw = [
        "",
        "{",
        "null",
        "[]",
        "5",
        '"x"',
        "\x00",
        "NaN",
        '{"bos_token": ' * 5_000,
        "[" * 100_000,
        '{"a": 1, "a": 2}',
    ]
    for i, text in enumerate([*raw, *map(json.dumps, VALUES[:8])]):
        folder = write_folder(tmp_path / str(i), MADE, config={}, files={file: text})
        if text not in ("{}",):
            assert not outcome(folder), text[:40]


def test_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, MADE, config={})
    (folder / "tokenizer_config.json").write_bytes(b'\xef\xbb\xbf{"bos_token": "<|endoftext|>"}')
    tokenizer = read_tokenizer(folder)
    assert tokenizer is not None
    assert tokenizer.bos_token_id == 0


def test_config_of_every_type(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, MADE, config={})
    for key in ("bos_token_id", "eos_token_id", "model_type"):
        for value in (None, True, -1, 10**30, 1.5, "0", [], [[]], ["x"], {}, {"a": 1}):
            assert outcome(folder, {key: value}), (key, value)
            tokenizer = read_tokenizer(folder, {key: value})
            assert tokenizer is not None
            assert tokenizer.bos_token_id is None


def test_damaged_tokenizer_json(tmp_path: Path) -> None:
    plain = json.loads(MADE.to_str())
    changes: list[dict[str, Any]] = [
        {"model": None}, {"model": {}}, {"model": {"type": "BPE"}}, {"model": {"type": "none"}}, {"added_tokens": 5},
        {"added_tokens": [{}]}, {"pre_tokenizer": {"type": "none"}}, {"pre_tokenizer": []}, {"decoder": 7},
        {"post_processor": {"type": "TemplateProcessing"}}, {"version": "9"}, {"normalizer": {"type": "Prepend"}},
        {"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated", "invert": False}},
    ]  # fmt: skip
    for i, change in enumerate(changes):
        outcome(write_folder(tmp_path / str(i), None, config={}, files={"tokenizer.json": {**plain, **change}}))
    text = MADE.to_str()
    for i, cut in enumerate((0, 1, 10, len(text) // 2, len(text) - 1)):
        folder = write_folder(tmp_path / f"cut-{i}", None, config={}, files={"tokenizer.json": text[:cut]})
        assert not outcome(folder)


def test_damaged_vocab_and_merges(tmp_path: Path) -> None:
    good = older(MADE)
    bad: list[dict[str, Any]] = [
        {"vocab.json": ""}, {"vocab.json": "[]"}, {"vocab.json": '{"a": "b"}'}, {"vocab.json": '{"a": -1}'},
        {"merges.txt": "a b c\n"}, {"merges.txt": "absent gone\n"}, {"merges.txt": "\x00\n"}, {"vocab.json": "5"},
    ]  # fmt: skip
    for i, change in enumerate(bad):
        assert not outcome(write_folder(tmp_path / str(i), None, config={}, files={**good, **change})), change


def test_ids_that_contradict_the_vocabulary(tmp_path: Path) -> None:
    for i, added in enumerate(({"<q>": 7}, {"<q>": 5_000}, {"the": 3}, {END: 4, "<q>": 300})):
        folder = write_folder(tmp_path / str(i), None, config={}, files={**older(MADE), "added_tokens.json": added})
        assert not outcome(folder), added


def test_a_kind_without_a_tokenizer_json_that_is_not_read(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path, None, config={}, settings={"tokenizer_class": "RobertaTokenizer"}, files=older(MADE)
    )
    with pytest.raises(PolyheadError, match=r"RobertaTokenizer.? as vocab.json and merges.txt, which is not read"):
        read_tokenizer(folder)


@pytest.mark.parametrize("name", ["tokenizer.json", "merges.txt", "tokenizer_config.json"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_refused_at_once(make: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, None, config={}, files=older(MADE))
    (folder / name).unlink(missing_ok=True)
    make(folder / name)
    assert not outcome(folder)


def test_ids_out_of_range_have_a_text() -> None:
    tokenizer = Tokenizer(byte_level(END), SpecialTokens())
    assert tokenizer.tokens([-1, 300, 2**40]) == ["<-1>", "<300>", "<1099511627776>"]
    assert len(set(tokenizer.tokens(range(300)))) == 300, "no two tokens look alike"


def test_no_two_tokens_of_real_vocabularies_look_alike(shared_data: Callable[[str], Path]) -> None:
    for name in ("tokenizers/gpt2", "stories260k/hf", "smollm2-135m-instruct-q4_1"):
        tokenizer = read_tokenizer(shared_data(name))
        assert tokenizer is not None
        shown = tokenizer.tokens(range(len(tokenizer)))
        assert len(set(shown)) == len(shown), name
