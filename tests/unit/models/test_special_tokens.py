"""BOS and end of document: one decision, made as transformers' own tokenizers make it, and followed everywhere."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizer_folders import (
    END,
    TEXT,
    byte_level,
    older,
    sentence_piece,
    with_template,
    write_folder,
)
from transformers import AutoTokenizer

import polyhead as ph
from polyhead.activations.tokens import tokenize
from polyhead.analysis.heads.prompts import Template, TemplateSet, make_prompts
from polyhead.core.errors import PolyheadError
from polyhead.core.special_tokens import SpecialTokens
from polyhead.metrics.positions import PolicyCount, Positions
from polyhead.models.checkpoints.tokenizer_files import read_tokenizer
from polyhead.models.native import NativeTransformer
from polyhead.models.tokenizer import Tokenizer
from polyhead.runs.list_models import describe_model

FAST = {"tokenizer_class": "PreTrainedTokenizerFast"}
NAMES = {"bos_token": "<s>", "eos_token": "</s>"}
PROMPTS = ("the fox", " the fox", "", "x\n\n  y", "naïve — 日本 😀", f"a{END}b", "a <s>b</s> c", "<a1> the<a2>")
SET = TemplateSet(
    name="letters", templates=(Template(prompt="<a> x", answer="y"),), slots={"a": ("b", "c", "d", "e", "f")}
)
LLAMA, GEMMA = ("<unk>", "<s>", "</s>"), ("<pad>", "<eos>", "<bos>", "<unk>")


def read(folder: Path) -> Tokenizer:
    tokenizer = read_tokenizer(folder, json.loads((folder / "config.json").read_text()))
    assert tokenizer is not None
    return tokenizer


def check(folder: Path, *, bos: int | None, eos: int | None, added: bool) -> Tokenizer:
    """Prompts are transformers', after the BOS that stands before them; `added`: transformers puts it there itself."""
    mine, theirs = read(folder), AutoTokenizer.from_pretrained(folder, local_files_only=True)
    assert (mine.bos_token_id, mine.eos_token_id) == (bos, eos), mine.special
    before = [] if bos is None else [bos]
    for text in PROMPTS:
        expected = theirs(text).input_ids
        assert [*before, *mine.encode(text)] == (expected if added or bos is None else [bos, *expected]), text
    return mine


def test_gpt2_like(tmp_path: Path) -> None:
    """transformers adds none; the token between documents stands before a prompt, as in training text."""
    folder = write_folder(tmp_path, byte_level(END), config={"model_type": "gpt2"}, settings={"model_max_length": 9})
    tokenizer = check(folder, bos=0, eos=0, added=False)
    assert tokenizer.special.bos_from == "the class GPT2Tokenizer; the tokenizer adds none itself"


def test_gpt2_like_that_denies_it(tmp_path: Path) -> None:
    """`add_bos_token: false` is what transformers writes for every GPT-2; the token still separates documents."""
    settings = {"bos_token": END, "eos_token": END, "add_bos_token": False}
    check(write_folder(tmp_path, byte_level(END), config={"model_type": "gpt2"}, settings=settings),
          bos=0, eos=0, added=False)  # fmt: skip


def test_real_gpt2(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_bytes(shared_data("tokenizers/gpt2/vocab.json").read_bytes())
    merges = shared_data("tokenizers/gpt2/merges.txt").read_bytes()
    (tmp_path / "merges.txt").write_bytes(b"#version: 0.2\n" + merges)  # the line that transformers 4 skips unread
    check(write_folder(tmp_path, None, config={"model_type": "gpt2"}), bos=50256, eos=50256, added=False)


def test_real_gpt_neox(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    path = shared_data("tokenizers/gpt-neox-20b/tokenizer.json")
    (tmp_path / "tokenizer.json").write_bytes(path.read_bytes())
    check(write_folder(tmp_path, None, config={"model_type": "gpt_neox"}), bos=0, eos=0, added=False)


def test_real_llama(shared_data: Callable[[str], Path]) -> None:
    tokenizer = check(shared_data("stories260k/hf"), bos=1, eos=2, added=True)
    assert tokenizer.special.bos_from == "tokenizer.json puts it before a prompt"


def test_real_smollm2(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("smollm2-135m-instruct-q4_1/tokenizer.json").parent
    assert read(folder).special.bos_from == "bos_token of tokenizer_config.json; the tokenizer adds none itself"
    check(folder, bos=1, eos=2, added=False)


def test_llama_like_with_a_post_processor(tmp_path: Path) -> None:
    made = byte_level("<s>", "</s>", before="<s>")
    for name, settings in {"plain": {**FAST, **NAMES}, "denied": {**FAST, **NAMES, "add_bos_token": False}}.items():
        folder = write_folder(
            tmp_path / name, made, config={"model_type": "llama", "bos_token_id": 1}, settings=settings
        )
        check(folder, bos=0, eos=1, added=True)
    check(write_folder(tmp_path / "unnamed", made, config={"model_type": "llama"}), bos=0, eos=None, added=True)


def test_llama_like_that_names_bos_and_denies_it(tmp_path: Path) -> None:
    settings = {**FAST, **NAMES, "add_bos_token": False}
    tokenizer = check(write_folder(tmp_path, byte_level("<s>", "</s>"), config={"model_type": "llama"},
                                   settings=settings), bos=None, eos=1, added=True)  # fmt: skip
    assert tokenizer.special.bos_from == "add_bos_token is false in tokenizer_config.json"


def test_sentence_piece_llama(tmp_path: Path) -> None:
    made = sentence_piece("<s>", prefix=True, special=LLAMA)
    check(write_folder(tmp_path, made, config={"model_type": "llama"}, settings={**FAST, **NAMES}),
          bos=1, eos=2, added=True)  # fmt: skip


def test_qwen_like(tmp_path: Path) -> None:
    """An id in config.json, no BOS of the tokenizer, none added."""
    config = {"model_type": "qwen2", "bos_token_id": 0, "eos_token_id": 0}
    settings = {"bos_token": None, "eos_token": END, "add_bos_token": False, "tokenizer_class": "Qwen2Tokenizer"}
    check(write_folder(tmp_path / "a", byte_level(END), config=config, settings=settings), bos=None, eos=0, added=True)
    check(write_folder(tmp_path / "b", byte_level(END), config=config), bos=None, eos=0, added=True)


def test_olmo2_like(tmp_path: Path) -> None:
    """No id in config.json, one token for both ends, none added."""
    settings = {"bos_token": END, "eos_token": END, "tokenizer_class": "GPT2Tokenizer"}
    config = {"model_type": "olmo2", "bos_token_id": None, "eos_token_id": 0}
    check(write_folder(tmp_path, byte_level(END), config=config, settings=settings), bos=0, eos=0, added=False)


def test_gemma_like(tmp_path: Path) -> None:
    made = sentence_piece("<bos>", prefix=False, special=GEMMA)
    settings = {"bos_token": "<bos>", "eos_token": "<eos>", "tokenizer_class": "GemmaTokenizer", "add_bos_token": True}
    config = {"model_type": "gemma2", "bos_token_id": 2, "eos_token_id": 1}
    check(write_folder(tmp_path, made, config=config, settings=settings), bos=2, eos=1, added=True)


def test_older_layout(tmp_path: Path) -> None:
    files, gpt2 = older(byte_level(END)), {"model_type": "gpt2"}
    check(write_folder(tmp_path / "plain", None, config=gpt2, files=files), bos=0, eos=0, added=False)
    for flag, added in ((True, True), (False, False)):
        folder = write_folder(
            tmp_path / f"bos-{flag}", None, config=gpt2, settings={"add_bos_token": flag}, files=files
        )
        assert check(folder, bos=0, eos=0, added=added)
        folder = write_folder(
            tmp_path / f"space-{flag}", None, config=gpt2, settings={"add_prefix_space": flag}, files=files
        )
        check(folder, bos=0, eos=0, added=False)
        folder = write_folder(
            tmp_path / f"both-{flag}", byte_level(END), config=gpt2, settings={"add_prefix_space": flag}
        )
        check(folder, bos=0, eos=0, added=False)


def test_older_layout_with_tokens_of_its_own(tmp_path: Path) -> None:
    files = older(byte_level(END))
    files["special_tokens_map.json"] = {"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": False}}
    files["added_tokens.json"] = {"</s>": 301, "<s>": 300, "<a1>": 302, "<a2>": 303}
    for name, settings in {"alone": None, "both": {"bos_token": END, "eos_token": END}}.items():
        folder = write_folder(tmp_path / name, None, config={"model_type": "gpt2"}, settings=settings, files=files)
        tokenizer = check(folder, bos=300, eos=301, added=False)
        assert tokenizer.encode("<a1>") == [302]
        assert tokenizer.encode_corpus(["a</s>", "<a1>"]) == [
            tokenizer.encode("a") + _spelled(tokenizer, "</s>"),
            [302],
        ]


def _spelled(tokenizer: Tokenizer, text: str) -> list[int]:
    """The tokens of text that is not taken for one token."""
    return [i for c in text for i in tokenizer.encode(c)]


def test_older_layout_of_qwen(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path, None, config={"model_type": "qwen2", "bos_token_id": 0}, files=older(byte_level(END))
    )
    mine, theirs = read(folder), AutoTokenizer.from_pretrained(folder, local_files_only=True)
    for text in (*PROMPTS, "it's 12345 x2", "e\u0301", "  a\r\n\r\nb"):
        assert mine.encode(text) == theirs(text).input_ids


def test_a_special_tokens_map_next_to_tokenizer_json(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, byte_level("<s>", "</s>", END), config={"model_type": "gpt2"},
                          files={"special_tokens_map.json": NAMES})  # fmt: skip
    check(folder, bos=0, eos=1, added=False)


def test_named_tokens_that_tokenizer_json_does_not_mark(tmp_path: Path) -> None:
    """An ordinary entry of the vocabulary that a file names is special, as transformers has it."""
    made = byte_level("<s>", "</s>")
    plain = json.loads(made.to_str())
    plain["added_tokens"] = []
    folder = write_folder(tmp_path, None, config={"model_type": "llama"}, settings={**FAST, **NAMES},
                          files={"tokenizer.json": plain})  # fmt: skip
    check(folder, bos=0, eos=1, added=False)


def test_no_ordinary_word_stands_before_a_prompt(tmp_path: Path) -> None:
    made = byte_level(END)
    word = made.token_to_id("Ġthe")
    config = {"model_type": "llama", "bos_token_id": word, "eos_token_id": [word, 0]}
    special = read(write_folder(tmp_path / "a", made, config=config)).special
    assert (special.bos_token_id, special.eos_token_id) == (None, None)
    assert special.bos_from.endswith(f"{word} in config.json is no special token")
    special = read(
        write_folder(tmp_path / "b", made, config={**config, "bos_token_id": 0, "eos_token_id": [0]})
    ).special
    assert (special.bos_token_id, special.bos_from) == (
        0,
        "bos_token_id of config.json; the tokenizer adds none itself",
    )
    lacking = write_folder(tmp_path / "c", made, config={}, settings={"bos_token": "<s>", **FAST})
    assert read(lacking).special.bos_from.endswith("is '<s>', which the vocabulary lacks")


def test_several_tokens_before_a_prompt_are_refused(tmp_path: Path) -> None:
    made = byte_level("<s>", "</s>")
    made.post_processor = with_template(made, "<s>").post_processor
    plain = json.loads(made.to_str())
    plain["post_processor"]["single"].insert(0, {"SpecialToken": {"id": "<s>", "type_id": 0}})
    folder = write_folder(tmp_path, None, config={}, files={"tokenizer.json": plain})
    with pytest.raises(PolyheadError, match=r"puts 2 tokens before a prompt \(<s> <s>\)"):
        read(folder)


@pytest.mark.parametrize("bos", [None, 0, 1])
def test_everything_of_a_model_begins_alike(bos: int | None, make_tiny_model: Callable[..., NativeTransformer]) -> None:
    made = byte_level("<s>", "</s>", size=400)
    own = Tokenizer(made, SpecialTokens(bos_token_id=1, eos_token_id=1))  # disagrees with the model, which decides
    model = make_tiny_model(d_vocab=400, n_ctx=64, bos_token_id=bos)
    model.tokenizer = own
    first = [] if bos is None else [bos]
    words = made.encode("the fox").ids
    assert ph.to_tokens(model, "the fox").tolist() == [[*first, *words]]
    packed = tokenize(["the fox", "the fox"], model.tokenizer, sequence_length=len(first) + 2 * len(words) + 2)
    assert packed.tokens.tolist() == [[*first, *words, 1, *words, 1]]
    prompts = make_prompts(model, SET, n=4, seed=0)
    assert bos is None or set(prompts.tokens[:, 0].tolist()) == {bos}
    count = PolicyCount(Positions.of(model))
    tokens, valid = packed.rows(torch.tensor([0]))
    count.update({"tokens": tokens, "valid": valid})
    assert count.policy().bos == packed.policy.bos == ("none" if bos is None else "excluded")
    assert count.policy().special == packed.policy.special == model.cfg.special


def test_asked_for_after_the_name_or_as_an_option(tmp_path: Path, make_tiny_model: Callable[..., Any]) -> None:
    from polyhead.models.checkpoints.native_folder import save_native

    model = make_tiny_model(d_vocab=400)
    model.tokenizer = Tokenizer(byte_level("<s>", "</s>", size=400), SpecialTokens(bos_token_id=0, eos_token_id=1))
    save_native(model, tmp_path)
    words = model.tokenizer.encode("the fox")

    def first(asked: str = "", **options: Any) -> tuple[list[int], str]:
        loaded = ph.load_model(f"{tmp_path}{asked}", **options)
        ids = ph.to_tokens(loaded, "the fox")[0].tolist()
        assert tokenize(["the fox"], loaded.tokenizer, sequence_length=len(ids)).tokens[0].tolist() == ids
        assert ids[-len(words) :] == words
        return ids[: -len(words)], loaded.cfg.bos_from

    assert first() == ([0], "config.json")
    assert first(":bos=none") == ([], "asked for (bos=none)")
    assert first(bos="none") == ([], "asked for (bos=none)")
    assert first(":bos=</s>") == first(":bos=</s>:eos=none") == ([1], "asked for (bos=</s>)")
    assert first(":bos=7") == ([7], "asked for (bos=7)")
    assert ph.load_model(f"{tmp_path}:bos=none").cfg.name.endswith(":bos=none"), "records say so"
    for wrong, says in (
        (":bos=<t>", "no such token"),
        (":bos=4000", "knows 0 to 399"),
        (":eos=4000", "knows 0 to 399"),
    ):
        with pytest.raises(PolyheadError, match=says):
            first(wrong)


def test_shown_by_models(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, byte_level(END), config={"model_type": "gpt2"})
    row = describe_model(str(folder), load=False)
    assert row["before a sequence"] == f"0 '{END}' (the class GPT2Tokenizer; the tokenizer adds none itself)"
    assert row["after a document"] == f"0 '{END}' (the class GPT2Tokenizer)"
    assert describe_model("gpt2:bos=none", load=False)["bos"] == "none (asked for)"
    assert describe_model("bundled", load=False)["before a sequence"] == "0 '<|bos|>' (config.json)"
    assert describe_model("bundled:bos=none", load=False)["before a sequence"] == "none: asked for (bos=none)"


def test_corpora_are_plain_text_and_prompts_are_not() -> None:
    made = byte_level(END)
    tokenizer = Tokenizer(made, SpecialTokens(bos_token_id=0, eos_token_id=0))
    page = f"a{END}b"
    assert tokenizer.encode(page) == [*made.encode("a").ids, 0, *made.encode("b").ids]
    (plain,) = tokenizer.encode_corpus([page])
    assert 0 not in plain
    assert tokenize([page], tokenizer, sequence_length=64).tokens[0].tolist()[: len(plain) + 2] == [0, *plain, 0]
    assert tokenizer.decode(plain) == page
    parsed = tokenize([page], tokenizer, sequence_length=64, parse_special=True).tokens[0].tolist()
    assert parsed[1 : 1 + 3] == tokenizer.encode(page)


def test_what_a_file_was_saved_with_is_off(tmp_path: Path) -> None:
    """Truncation, padding and dropout."""
    made = byte_level(END)
    long, short = TEXT * 5, ["fox", TEXT]
    expected = [made.encode(t).ids for t in (long, *short)]
    made.enable_truncation(max_length=8)
    made.enable_padding(pad_id=0, pad_token=END)
    made.model.dropout = 0.9
    tokenizer = read(write_folder(tmp_path, made, config={"model_type": "gpt2"}))
    for _ in range(3):
        assert [tokenizer.encode(long), *tokenizer.encode_batch(short)] == expected
        assert tokenizer.encode_corpus([long, *short]) == expected
    assert TEXT in tokenizer.decode(tokenizer.encode(long))
