"""The tokenizer in the metadata of a GGUF file, read as llama.cpp reads it.

Where a key is absent, the kind of tokenizer decides, as there: SentencePiece's kind (`llama`) begins with BOS and puts
a space before a text; GPT-2's kind (`gpt2`) does neither, except that Llama 3's splitting rule begins with BOS. A BOS
that is named but not put before a text is treated as in folders (`tokenizer_files.py`).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from polyhead.core.data_files import shown
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.checkpoints.ggml_tokenizer import CONTROL, NORMAL, tokenizer_from_merges, tokenizer_from_scores
from polyhead.models.checkpoints.splitting import LLAMA3
from polyhead.models.tokenizer import Tokenizer

_PREFIX = "tokenizer.ggml."


def read_gguf_tokenizer(field: Callable[..., Any], path: Path) -> Tokenizer:
    """Build the tokenizer.

    Args:
        field: `field(key)` gives a value of the metadata or raises, `field(key, default)` gives the default.
        path: Of the file, for messages.

    Raises:
        ArtifactError: lists of different lengths, or values of another type.
        PolyheadError: a kind of tokenizer that is not read.
    """
    kind = field(_PREFIX + "model")
    if kind not in ("llama", "gpt2"):
        raise PolyheadError(
            f"{path}: tokenizer kind {shown(kind)} is not read; put the model's tokenizer.json next to the file"
        )
    read = _Fields(field, path)
    pieces = read.list_of("tokens", str)
    types = read.list_of("token_type", int, [NORMAL] * len(pieces), length=len(pieces))
    split = read.one("pre", str, "default") if kind == "gpt2" else ""
    adds = read.one("add_bos_token", bool, None)
    usual = (1, 2) if kind == "llama" and types[1:3] == [CONTROL, CONTROL] else (None, None)
    special = _special(read, len(pieces), adds=adds, by_default=kind == "llama" or split in LLAMA3, usual=usual)
    prefix = read.one("add_space_prefix", bool, kind == "llama")
    try:
        if kind == "llama":
            scores = read.list_of("scores", float, length=len(pieces))
            unknown = read.id("unknown_token_id", 0, len(pieces))
            return tokenizer_from_scores(
                pieces, scores, types, special=special, unknown=unknown or 0, space_prefix=prefix
            )
        merges = read.list_of("merges", str)
        return tokenizer_from_merges(pieces, merges, types, split=split, special=special, space_prefix=prefix)
    except ArtifactError as error:
        raise ArtifactError(f"{path}: {error}") from None


def _special(
    read: "_Fields", n: int, *, adds: bool | None, by_default: bool, usual: tuple[int | None, int | None]
) -> SpecialTokens:
    bos, eos = (read.id(f"{which}_token_id", i, n) for which, i in zip(("bos", "eos"), usual, strict=True))
    bos_from = "tokenizer.ggml.bos_token_id"
    if bos is None:
        bos_from = "none: no tokenizer.ggml.bos_token_id"
    elif adds or (adds is None and by_default):
        bos_from += "; the tokenizer puts it before a prompt"
    elif adds is False and bos != eos:
        bos, bos_from = None, "none: tokenizer.ggml.add_bos_token is false"
    else:
        bos_from += "; the tokenizer adds none itself"
    eos_from = "tokenizer.ggml.eos_token_id" if eos is not None else "none: no tokenizer.ggml.eos_token_id"
    return SpecialTokens(bos_token_id=bos, bos_from=bos_from, eos_token_id=eos, eos_from=eos_from)


class _Fields:
    """Values of the metadata, of the type expected or a one-line error."""

    def __init__(self, field: Callable[..., Any], path: Path) -> None:
        self.field, self.path = field, path

    def one(self, key: str, kind: type, default: Any) -> Any:
        """A value."""
        value = self.field(_PREFIX + key, default)
        if value is not default and not isinstance(value, kind):
            raise self._wrong(key, value, kind.__name__)
        return value

    def id(self, key: str, default: int | None, n: int) -> int | None:
        """An id of the vocabulary."""
        value = self.field(_PREFIX + key, default)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < n):
            raise self._wrong(key, value, f"an id from 0 to {n - 1}")
        return value

    def list_of(self, key: str, kind: type, *default: list[Any], length: int | None = None) -> list[Any]:
        """A list, of a length where one is given."""
        values = self.field(_PREFIX + key, *default)
        if not isinstance(values, list) or not all(isinstance(v, kind) for v in values):
            raise self._wrong(key, values, f"a list of {kind.__name__}")
        if length is not None and len(values) != length:
            raise ArtifactError(f"{self.path}: {_PREFIX}{key} has {len(values)} entries for {length} tokens")
        return values

    def _wrong(self, key: str, value: Any, expected: str) -> ArtifactError:
        return ArtifactError(f"{self.path}: {_PREFIX}{key} is {shown(value)}; expected {expected}")
