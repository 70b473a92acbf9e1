"""The tokenizer of a folder in transformers' layout, and the decision which tokens stand around a text.

tokenizer.json is the tokenizer; next to it, or to vocab.json and merges.txt in the older layout, tokenizer_config.json,
special_tokens_map.json and added_tokens.json name its special tokens. They are read as transformers reads them.

BOS is, in this order:

1. what the tokenizer itself puts before a prompt: the post-processor of tokenizer.json, in the older layout
   `add_bos_token`;
2. the BOS token that the files, or else the tokenizer's class, name. transformers does not put it there, but
   TransformerLens and most dictionaries do: in the training text of GPT-2's kind the end-of-document token stands
   before every document. Where `add_bos_token: false` is stated and BOS is a token of its own, there is none;
3. where nothing names one, config.json's, if the tokenizer knows it as a special token;
4. none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tokenizers
from tokenizers import AddedToken

from polyhead.core.data_files import read_json, shown
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.checkpoints.splitting import splitter, with_prefix_space
from polyhead.models.tokenizer import Tokenizer, one_line, read_backend

_CONFIG, _MAP, _ADDED = "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"
_NAMES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_END = "<|endoftext|>"


@dataclass(frozen=True)
class _Class:
    """What one of transformers' tokenizer classes brings of its own."""

    bos: str | None
    eos: str | None
    unk: str
    pad: str | None = None
    split: str | None = None
    """Rule by which it splits text, where it is built from vocab.json and merges.txt."""


_CLASSES = {
    "GPT2Tokenizer": _Class(_END, _END, _END, split="gpt2"),
    "CodeGenTokenizer": _Class(_END, _END, _END, split="gpt2"),
    "GPTNeoXTokenizer": _Class(_END, _END, _END, "<|padding|>", split="gpt2"),
    "Qwen2Tokenizer": _Class(None, _END, _END, _END, split="qwen2"),
    "GemmaTokenizer": _Class("<bos>", "<eos>", "<unk>", "<pad>"),
    "LlamaTokenizer": _Class("<s>", "</s>", "<unk>"),
}
_NORMALIZED = ("GPTNeoXTokenizer", "Qwen2Tokenizer")
"""Classes that bring text into Unicode's composed form."""
_CLASS_OF_FAMILY = {
    "gpt2": "GPT2Tokenizer",
    "gpt_neo": "GPT2Tokenizer",
    "gpt_neox": "GPTNeoXTokenizer",
    "qwen2": "Qwen2Tokenizer",
    "qwen3": "Qwen2Tokenizer",
    "gemma2": "GemmaTokenizer",
    "gemma3": "GemmaTokenizer",
    "gemma3_text": "GemmaTokenizer",
}
_USUAL = "GPT2Tokenizer"
"""What vocab.json and merges.txt are of where nothing says."""
_NO_CLASS = ("", "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend")


def read_tokenizer(folder: Path, config: Mapping[str, Any] | None = None) -> Tokenizer | None:
    """The tokenizer of a folder: tokenizer.json, or vocab.json with merges.txt; None where there is neither.

    Args:
        folder: Where the files are.
        config: The model's config.json, which says what kind of tokenizer it has and, where nothing else does, its
            special tokens.

    Raises:
        ArtifactError: a damaged file, or files that contradict each other.
        PolyheadError: a kind of tokenizer that is not read.
    """
    whole = (folder / "tokenizer.json").exists()
    if not whole and not ((folder / "vocab.json").exists() and (folder / "merges.txt").exists()):
        return None
    stated = _Stated.read(folder, config or {}, whole=whole)
    backend = read_backend(folder / "tokenizer.json") if whole else _from_merges(folder, stated)
    if not whole or (stated.cls in _CLASSES and _CLASSES[stated.cls].split is not None):
        backend = with_prefix_space(backend, stated.prefix_space)  # these classes set it, whatever tokenizer.json says
    _add_tokens(backend, stated)
    return Tokenizer(backend, decide(backend, stated))


@dataclass(frozen=True)
class _Stated:
    """What the files next to a tokenizer say of it."""

    folder: Path
    cls: str
    """The tokenizer's class, without `Fast`; empty where it is none in particular."""
    names: dict[str, tuple[str | None, str]]
    """`bos_token` and the like: the token (None: stated as none) and the file or class that names it."""
    forms: dict[str, AddedToken]
    """Special tokens that are written with more than their text."""
    extra: tuple[str, ...]
    added: dict[int, AddedToken]
    add_bos: bool | None
    whole: bool
    """Whether there is a tokenizer.json, whose post-processor then decides what is put before a text."""
    prefix_space: bool
    config: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path, config: Mapping[str, Any], *, whole: bool) -> "_Stated":
        settings = _object(folder / _CONFIG)
        kind = _kind(settings, config, folder / _CONFIG) or ("" if whole else _USUAL)
        brought = _CLASSES.get(kind)
        sources: list[tuple[str, Mapping[str, Any]]] = [(_CONFIG, settings)]
        if "added_tokens_decoder" not in settings:
            sources.insert(0, (_MAP, _object(folder / _MAP)))
        names: dict[str, tuple[str | None, str]] = {}
        forms: dict[str, AddedToken] = {}
        if brought is not None:
            source = f"the class {kind}"
            names = {f"{name}_token": (getattr(brought, name), source) for name in ("bos", "eos", "unk", "pad")}
        for file, values in reversed(sources):
            for name in _NAMES:
                if name in values:
                    token = _token(values[name], folder / file, name)
                    names[name] = (None if token is None else token.content, file)
                    forms |= {} if token is None else {token.content: token}
        extra = [
            token
            for file, values in sources
            for key in ("additional_special_tokens", "extra_special_tokens")
            for token in _tokens(values.get(key), folder / file, key)
        ]
        forms |= {t.content: t for t in extra}
        special = {token for token, _ in names.values()} | {t.content for t in extra}
        return cls(
            folder,
            kind,
            names,
            forms,
            tuple(t.content for t in extra),
            _added(folder, settings, special),
            _flag(settings, "add_bos_token", folder),
            whole,
            bool(_flag(settings, "add_prefix_space", folder)),
            config,
        )


def decide(backend: tokenizers.Tokenizer, stated: _Stated) -> SpecialTokens:
    """BOS and end of document of a tokenizer, by the rules at the top of this file.

    Raises:
        PolyheadError: the tokenizer puts several tokens before a prompt.
    """
    eos, eos_from = _named(backend, stated, "eos_token")
    named, bos_from = _named(backend, stated, "bos_token")
    before = prefix(backend)
    if len(before) > 1:
        shown = " ".join(str(backend.id_to_token(i)) for i in before)
        raise PolyheadError(
            f"{stated.folder / 'tokenizer.json'} puts {len(before)} tokens before a prompt ({shown}); one is what a "
            "model here may have: change the post_processor in a copy of the file"
        )
    if before:
        named, bos_from = before[0], "tokenizer.json puts it before a prompt"
    elif named is not None and stated.add_bos and not stated.whole:
        bos_from = f"add_bos_token in {_CONFIG}"
    elif named is not None and stated.add_bos is False and named != eos:
        named, bos_from = None, f"add_bos_token is false in {_CONFIG}"
    elif named is not None:
        bos_from += "; the tokenizer adds none itself"
    return SpecialTokens(bos_token_id=named, bos_from=bos_from, eos_token_id=eos, eos_from=eos_from)


def prefix(backend: tokenizers.Tokenizer) -> list[int]:
    """The ids that a tokenizer's own post-processor puts before a text."""
    for text in ("x", "a", "0", " ", "\n"):
        try:
            plain, whole = backend.encode(text, add_special_tokens=False), backend.encode(text)
        except Exception:  # a vocabulary that lacks this text and has no unknown token
            continue
        if plain.ids:
            return whole.ids[: [*whole.special_tokens_mask, 0].index(0)]
    return []


def _named(backend: tokenizers.Tokenizer, stated: _Stated, name: str) -> tuple[int | None, str]:
    """The id of `bos_token` or `eos_token`, and what names it."""
    if name in stated.names:
        token, source = stated.names[name]
        source = source if source.startswith("the class") else f"{name} of {source}"
        if token is None:
            return None, f"none: {source}"
        i = backend.token_to_id(token)
        if i is not None:
            return i, source
        if not source.startswith("the class"):
            return None, f"none: {source} is {shown(token)}, which the vocabulary lacks"
    ids = stated.config.get(f"{name}_id")
    i = ids[0] if isinstance(ids, list) and ids else ids
    if not isinstance(i, int) or isinstance(i, bool):
        return None, "none: no file names one"
    added = backend.get_added_tokens_decoder().get(i)
    if added is None or not added.special:
        return None, f"none: no file of the tokenizer names one, and {i} in config.json is no special token"
    return i, f"{name}_id of config.json"


def _kind(settings: Mapping[str, Any], config: Mapping[str, Any], path: Path) -> str:
    cls = settings.get("tokenizer_class") or config.get("tokenizer_class")
    if cls is not None and not isinstance(cls, str):
        raise ArtifactError(f"{path}: tokenizer_class is {shown(cls)}; expected the name of a class")
    name = (cls or "").removesuffix("Fast")
    family = config.get("model_type")
    if name in _NO_CLASS and cls is None and isinstance(family, str):
        return _CLASS_OF_FAMILY.get(family, "")
    return "" if name in _NO_CLASS else name


def _from_merges(folder: Path, stated: _Stated) -> tokenizers.Tokenizer:
    split = _CLASSES[stated.cls].split if stated.cls in _CLASSES else None
    if split is None:
        raise PolyheadError(
            f"{folder} has a {shown(stated.cls)} as vocab.json and merges.txt, which is not read; give its "
            "tokenizer.json"
        )
    vocab, merges = folder / "vocab.json", folder / "merges.txt"
    if not (vocab.is_file() and merges.is_file()):  # a pipe would be waited for
        raise ArtifactError(f"{vocab} and {merges} do not make a tokenizer: one of them is no file")
    try:
        # The class as such, not the ready-made tokenizer of the same kind, which would insert spaces of its own.
        model = tokenizers.models.BPE.from_file(str(vocab), str(merges))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the Rust library raises bare Exception, and panics that are not even that
        raise ArtifactError(f"{vocab} and {merges} do not make a tokenizer: {one_line(error)}") from None
    backend = tokenizers.Tokenizer(model)
    if stated.cls in _NORMALIZED:
        backend.normalizer = tokenizers.normalizers.NFC()  # pyright: ignore[reportAttributeAccessIssue]
    backend.pre_tokenizer = splitter(split)  # pyright: ignore[reportAttributeAccessIssue]
    backend.decoder = tokenizers.decoders.ByteLevel()  # pyright: ignore[reportAttributeAccessIssue]
    return backend


def _add_tokens(backend: tokenizers.Tokenizer, stated: _Stated) -> None:
    """Tokens that stand outside tokenizer.json, under the ids given there; named ones become special."""
    known = {t.content for t in backend.get_added_tokens_decoder().values()}
    for i, token in sorted(stated.added.items()):
        if token.content in known:
            continue
        backend.add_tokens([token])
        if backend.token_to_id(token.content) != i:
            raise ArtifactError(
                f"{stated.folder}: the added token {shown(token.content)} has id {i}, but the vocabulary gives it "
                f"{backend.token_to_id(token.content)}; the files are of different tokenizers"
            )
    special = {t.content for t in backend.get_added_tokens_decoder().values() if t.special}
    for content in dict.fromkeys([*(token for token, _ in stated.names.values()), *stated.extra]):
        if content and content not in special and backend.token_to_id(content) is not None:
            form = stated.forms.get(content)
            backend.add_special_tokens([form or AddedToken(content, normalized=False, special=True)])


def _object(path: Path) -> dict[str, Any]:
    """A JSON object, empty where there is no such file."""
    value = read_json(path) if path.exists() else {}
    if not isinstance(value, dict):
        raise ArtifactError(f"{path} holds a {type(value).__name__}; expected an object of settings")
    return value


def _flag(settings: Mapping[str, Any], name: str, folder: Path) -> bool | None:
    value = settings.get(name)
    if value is not None and not isinstance(value, bool):
        raise ArtifactError(f"{folder / _CONFIG}: {name} is {shown(value)}; expected true or false")
    return value


_FORM = ("lstrip", "rstrip", "single_word", "normalized")


def _token(value: Any, path: Path, name: str, *, special: bool = True) -> AddedToken | None:
    """A token written as text or as a record with `content`."""
    if value is None:
        return None
    record = value if isinstance(value, dict) else {"content": value}
    form = {k: record[k] for k in _FORM if k in record}
    content = record.get("content")
    if not isinstance(content, str) or not content or not all(isinstance(v, bool) for v in form.values()):
        raise ArtifactError(f"{path}: {name} is {shown(value)}; expected a token as text or as a record")
    form.setdefault("normalized", not special)
    return AddedToken(content, special=special, **form)


def _tokens(value: Any, path: Path, name: str) -> Iterator[AddedToken]:
    values = value.values() if isinstance(value, dict) else value
    if value is not None and not isinstance(value, list | dict):
        raise ArtifactError(f"{path}: {name} is a {type(value).__name__}; expected a list of tokens")
    for one in values or ():
        token = _token(one, path, name)
        if token is not None:
            yield token


def _added(folder: Path, settings: Mapping[str, Any], special: set[str | None]) -> dict[int, AddedToken]:
    """Tokens beyond the vocabulary, by id: from tokenizer_config.json, in the older layout from added_tokens.json."""
    found: dict[int, AddedToken] = {}
    if "added_tokens_decoder" in settings:
        path, entries = folder / _CONFIG, settings["added_tokens_decoder"]
        pairs = list(entries.items()) if isinstance(entries, dict) else [("", None)]
    else:
        path = folder / _ADDED
        pairs = [(i, {"content": text, "special": text in special}) for text, i in _object(path).items()]
    for i, record in pairs:
        is_special = isinstance(record, dict) and record.get("special") is True
        token = _token(record, path, f"the added token {shown(i)}", special=is_special)
        number = i if isinstance(i, int) and not isinstance(i, bool) else int(i) if str(i).isdecimal() else -1
        if token is None or number < 0:
            raise ArtifactError(f"{path}: the added token {shown(i)} is {shown(record)}; expected an id and a token")
        found[number] = token
    return found
