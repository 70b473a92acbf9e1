"""How byte-level tokenizers split text before they merge: the rules by GGUF's names, and the space before a text."""

import json
from typing import Any

import tokenizers
from tokenizers import Regex, pre_tokenizers

from polyhead.core.errors import PolyheadError

_LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{%s}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3 = ("llama-bpe", "llama3", "llama-v3")
"""Llama 3's rule; its vocabulary is looked up before its merges, and it begins with BOS unless a file denies it."""


def splitter(name: str) -> pre_tokenizers.PreTokenizer:
    """The pre-tokenizer of a rule.

    Raises:
        PolyheadError: a rule that is not known.
    """
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    if name in ("gpt-2", "gpt2", "default"):
        return gpt2
    if name == "smollm":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), gpt2])
    if name in LLAMA3 or name == "qwen2":
        pattern = Regex(_LLAMA3 % ("1" if name == "qwen2" else "1,3"))
        return pre_tokenizers.Sequence([pre_tokenizers.Split(pattern, behavior="isolated"), bytes_only])
    raise PolyheadError(
        f"this GGUF splits text by the rule {name[:60]!r}; known: gpt-2, smollm, llama-bpe, qwen2. "
        "Put the model's tokenizer.json next to the file and it will be used instead"
    )


def with_prefix_space(backend: tokenizers.Tokenizer, wanted: bool) -> tokenizers.Tokenizer:
    """The tokenizer, or a copy of it, whose byte-level pre-tokenizer puts a space before a text or does not."""
    if not any(part.get("add_prefix_space") is not wanted for part in _byte_level(backend.pre_tokenizer)):
        return backend
    plain = json.loads(backend.to_str())
    for part in _parts(plain["pre_tokenizer"]):
        part["add_prefix_space"] = wanted
    return tokenizers.Tokenizer.from_str(json.dumps(plain))


def _byte_level(pre_tokenizer: Any) -> list[dict[str, Any]]:
    return [] if pre_tokenizer is None else _parts(json.loads(pre_tokenizer.__getstate__()))


def _parts(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Every byte-level part of a pre-tokenizer as it is written in JSON."""
    inner = [part for one in node.get("pretokenizers", ()) for part in _parts(one)]
    return [node, *inner] if node.get("type") == "ByteLevel" else inner
