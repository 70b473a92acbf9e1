"""Tokenizers in GGUF metadata: what is put around a text and which tokens are single, compared with transformers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gguf import GGUFWriter
from tokenizer_folders import byte_level, older
from transformers import AutoTokenizer

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.models.checkpoints.ggml_tokenizer import BYTE, CONTROL, NORMAL, UNKNOWN, USER_DEFINED
from polyhead.models.checkpoints.gguf_tokenizer import read_gguf_tokenizer
from polyhead.models.tokenizer import Tokenizer

MISSING = object()


def read(metadata: dict[str, Any]) -> Tokenizer:
    def field(key: str, default: Any = MISSING) -> Any:
        value = metadata.get(key.removeprefix("tokenizer.ggml."), default)
        if value is MISSING:
            raise ArtifactError(f"no metadata key {key!r}")
        return value

    return read_gguf_tokenizer(field, Path("tiny.gguf"))


def pieces(**more: Any) -> dict[str, Any]:
    """SentencePiece's kind, with two chat tokens, a run of spaces and a word that is a control token's end."""
    words = ["▁the", "▁fox", "▁th", "he", "fox", "the", "th", "fo", "ox", "▁f", "▁t", "s>", "▁▁", "▁"]
    words += dict.fromkeys("thefoxs<|>a_/")
    own = {"<|user|>": USER_DEFINED, "<|end|>": CONTROL}
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256)), *words, *own]
    types = [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256, *[NORMAL] * len(words), *own.values()]
    scores = [0.0] * 259 + [-float(i + 1) for i in range(len(words) + 2)]
    metadata = {"model": "llama", "tokens": tokens, "token_type": types, "scores": scores}
    return {**metadata, "bos_token_id": 1, "eos_token_id": 2, "unknown_token_id": 0, **more}


def merges(**more: Any) -> dict[str, Any]:
    """GPT-2's kind."""
    files = older(byte_level("<|end|>", "<|user|>"))
    tokens = sorted(files["vocab.json"], key=files["vocab.json"].get)
    types = [CONTROL, USER_DEFINED, *[NORMAL] * (len(tokens) - 2)]
    lines = files["merges.txt"].splitlines()[1:]
    metadata = {"model": "gpt2", "pre": "gpt-2", "tokens": tokens, "token_type": types, "merges": lines}
    return {**metadata, "bos_token_id": 0, "eos_token_id": 0, **more}


def words(metadata: dict[str, Any], text: str) -> list[str]:
    return [metadata["tokens"][i] for i in read(metadata).encode(text)]


@pytest.mark.parametrize(
    ("metadata", "bos"),
    [
        (pieces(), 1),
        (pieces(add_bos_token=True), 1),
        (pieces(add_bos_token=False), None),
        (pieces(add_bos_token=True, bos_token_id=None), None),
        (merges(), 0),
        (merges(add_bos_token=False), 0),
        (merges(bos_token_id=1), 1),
        (merges(bos_token_id=1, add_bos_token=False), None),
        (merges(bos_token_id=1, add_bos_token=True), 1),
        (merges(bos_token_id=1, pre="llama-bpe"), 1),
        (merges(bos_token_id=None), None),
    ],
)
def test_bos(metadata: dict[str, Any], bos: int | None) -> None:
    plain = {k: v for k, v in metadata.items() if v is not None}
    expected = 1 if plain["model"] == "llama" and "bos_token_id" not in plain else bos  # llama.cpp's usual id
    assert read(plain).bos_token_id == expected


def test_where_nothing_is_said() -> None:
    """As llama.cpp: ids 1 and 2 of SentencePiece's kind where they are control tokens."""
    bare = {k: v for k, v in pieces().items() if k not in ("bos_token_id", "eos_token_id", "unknown_token_id")}
    assert (read(bare).bos_token_id, read(bare).eos_token_id) == (1, 2)
    bare["token_type"] = [NORMAL] * len(bare["tokens"])
    assert (read(bare).bos_token_id, read(bare).eos_token_id) == (None, None)


def test_a_space_before_a_text() -> None:
    assert words(pieces(), "the fox") == words(pieces(add_space_prefix=True), "the fox") == ["▁the", "▁fox"]
    assert words(pieces(add_space_prefix=False), "the fox") == ["the", "▁fox"]
    assert words(merges(), "the fox") == words(merges(add_space_prefix=False), "the fox")
    assert "".join(words(merges(), "the fox")) == "theĠfox"
    assert "".join(words(merges(add_space_prefix=True), "the fox")) == "ĠtheĠfox"
    for prefix in (True, False):
        tokenizer = read(pieces(add_space_prefix=prefix))
        for text in ("the fox", " the", "é", ""):
            assert tokenizer.decode(tokenizer.encode(text)) == text


def test_control_and_user_defined_tokens_are_single() -> None:
    for metadata in (pieces(), merges()):
        tokenizer, end = read(metadata), metadata["tokens"].index("<|end|>")
        user = metadata["tokens"].index("<|user|>")
        ids = tokenizer.encode("<|user|>fox<|end|>")
        assert (ids[0], ids[-1]) == (user, end)
        (plain,) = tokenizer.encode_corpus(["<|user|>fox<|end|>"])
        assert plain[0] == user, "a user-defined token is text"
        assert end not in plain, "a control token is not"
        assert tokenizer.decode(plain).replace(" ", "") == "<|user|>fox<|end|>"


def test_text_never_merges_into_a_control_token() -> None:
    """`s>` is a piece, and `<` with it would be BOS."""
    (ids,) = read(pieces()).encode_corpus(["<s></s>"])
    assert not {0, 1, 2} & set(ids)


def test_vocabulary_before_merges_in_llama_3() -> None:
    metadata = merges(pre="llama-bpe")
    metadata["tokens"] = [*metadata["tokens"], "zzzz"]
    metadata["token_type"] = [*metadata["token_type"], NORMAL]
    assert words(metadata, "zzzz") == ["zzzz"]
    assert words({**metadata, "pre": "gpt-2"}, "zzzz") == ["z"] * 4


@pytest.mark.parametrize("make", [pieces, merges])
def test_transformers_makes_the_same(make: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    metadata, path = make(), tmp_path / "tiny.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_tokenizer_model(metadata["model"])
    writer.add_token_list(metadata["tokens"])
    writer.add_token_types(metadata["token_type"])
    if "scores" in metadata:
        writer.add_token_scores(metadata["scores"])
        writer.add_unk_token_id(0)
    else:
        writer.add_token_merges(metadata["merges"])
        writer.add_tokenizer_pre(metadata["pre"])
    writer.add_bos_token_id(metadata["bos_token_id"])
    writer.add_eos_token_id(metadata["eos_token_id"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    theirs, mine = AutoTokenizer.from_pretrained(tmp_path, gguf_file=path.name), read(metadata)
    for text in ("the fox", "a  the<|end|>", "naïve 日本", "fox the fox"):
        assert mine.encode(text) == theirs(text, add_special_tokens=False).input_ids, text


BAD: list[tuple[str, Any]] = [
    ("tokens", 5), ("tokens", []), ("tokens", [1, 2]), ("tokens", "abc"), ("token_type", [1]),
    ("token_type", ["a"] * 286),
    ("scores", [0.0]), ("scores", ["x"] * 286), ("scores", None), ("bos_token_id", -1), ("bos_token_id", 10**9),
    ("bos_token_id", "1"), ("eos_token_id", 2**40), ("unknown_token_id", 99_999), ("add_bos_token", "yes"),
    ("add_space_prefix", 3), ("model", 7), ("model", "bert"), ("model", None),
]  # fmt: skip
BAD_MERGES: list[tuple[str, Any]] = [
    ("merges", ["a b c"]), ("merges", ["ab"]), ("merges", [""]), ("merges", ["absent gone"]), ("merges", 3),
    ("merges", [3]), ("pre", 4), ("pre", "unheard-of"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "key", "value"),
    [*((pieces, k, v) for k, v in BAD), *((merges, k, v) for k, v in BAD_MERGES)],
    ids=lambda v: getattr(v, "__name__", None) or str(v)[:20],
)
def test_bad_metadata_is_one_line(make: Callable[..., dict[str, Any]], key: str, value: Any) -> None:
    metadata = make(**{key: value})
    metadata = {k: v for k, v in metadata.items() if v is not None}
    with pytest.raises(PolyheadError) as info:
        read(metadata)
    assert "\n" not in str(info.value)
