"""Texts to token sequences of one length, BOS before each where the model has one.

With an EOS token, documents form one stream (document, EOS, document, EOS, ...) that is cut every p - 1 tokens, as
language models are trained. Without one, every document is cut by itself and its last piece padded on the right.
Padding is never valid; whether position 0 counts is the policy that every number computed from the sequences carries.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Int, Int32
from torch import Tensor

from polyhead.activations.texts import Document
from polyhead.core.errors import PolyheadError
from polyhead.core.records import TokenPolicy
from polyhead.core.special_tokens import SpecialTokens

_DOCUMENTS_AT_ONCE = 256


@runtime_checkable
class TextTokenizer(Protocol):
    """What packing needs of a tokenizer."""

    bos_token_id: int | None
    eos_token_id: int | None

    def encode(self, text: str) -> list[int]:
        """Token ids, nothing added."""
        ...


@dataclass(frozen=True)
class TokenSequences:
    """Token sequences of one length. Axis legend: n sequence, p position."""

    tokens: Int32[np.ndarray, "n p"]
    valid: Bool[np.ndarray, "n p"]
    """Positions that count: never padding; BOS by policy."""
    sha256: str
    """Of the texts, in order, before they were tokenized."""
    bos_token_id: int | None
    bos: Literal["excluded", "included", "none"]
    n_padded: int
    """Positions that are padding."""
    special: SpecialTokens | None = None
    """The decision that the tokenizer followed, where it states one."""

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def policy(self) -> TokenPolicy:
        """Which positions count, for the record of anything computed from all of them."""
        padding = "excluded" if self.n_padded else "none"
        return TokenPolicy(
            bos=self.bos,
            padding=padding,
            n_sequences=len(self),
            n_positions=int(self.valid.sum()),
            special=self.special,
        )

    @property
    def tokens_sha256(self) -> str:
        """Of the ids and of what is valid: two tokenizers or two lengths never agree in it."""
        return hash_tokens(self.tokens, self.valid)

    def select(self, rows: slice) -> "TokenSequences":
        """Some of the sequences, in the same order. `sha256` still names the texts of all."""
        tokens, valid = self.tokens[rows], self.valid[rows]
        n_bos = 0 if self.bos != "excluded" else len(tokens)
        return replace(self, tokens=tokens, valid=valid, n_padded=tokens.size - n_bos - int(valid.sum()))

    def split(self, *, n_held_out: int) -> tuple["TokenSequences", "TokenSequences"]:
        """Training and held-out sequences; the held-out ones are the last.

        Raises:
            PolyheadError: one side would be empty.
        """
        if not 0 < n_held_out < len(self):
            raise PolyheadError(f"cannot hold out {n_held_out} of {len(self)} sequences; one side would be empty")
        return self.select(slice(None, -n_held_out)), self.select(slice(-n_held_out, None))

    def rows(self, indices: Int[Tensor, " b"]) -> tuple[Int[Tensor, "b p"], Bool[Tensor, "b p"]]:
        """Tokens (int64) and valid positions of the sequences `indices`."""
        chosen = indices.numpy()
        return torch.from_numpy(self.tokens[chosen].astype(np.int64)), torch.from_numpy(self.valid[chosen])


def hash_tokens(tokens: Int32[np.ndarray, "n p"], valid: Bool[np.ndarray, "n p"]) -> str:
    """sha256 over shape, ids and validity."""
    digest = hashlib.sha256(repr(tokens.shape).encode())
    digest.update(np.ascontiguousarray(tokens).tobytes())
    digest.update(np.packbits(valid).tobytes())
    return digest.hexdigest()


def tokenize(
    texts: Iterable[Document | str],
    tokenizer: TextTokenizer,
    *,
    sequence_length: int,
    bos: Literal["excluded", "included"] = "excluded",
    max_sequences: int | None = None,
    parse_special: bool = False,
) -> TokenSequences:
    """Tokenize and pack texts; stops reading once it has `max_sequences`. Same texts, same sequences.

    Args:
        texts: The documents.
        tokenizer: A model's (`model.tokenizer`), which follows the model's decision about BOS and end of document.
        sequence_length: Tokens per sequence, BOS included.
        bos: Whether position 0 counts as valid; has no effect where the tokenizer has no BOS.
        max_sequences: At most so many.
        parse_special: Whether text that spells a special token, such as `<|endoftext|>`, becomes that token. It is
            plain text unless asked for.

    Raises:
        PolyheadError: the length leaves no room after BOS, or the texts hold no token.
    """
    first = [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]
    width = sequence_length - len(first)
    if width < 1:
        raise PolyheadError(f"sequence_length {sequence_length} leaves no room for text after BOS")
    digest = hashlib.sha256()
    documents = _encoded(texts, tokenizer, digest.update, parse_special=parse_special)
    eos = tokenizer.eos_token_id
    rows = list(itertools.islice(_pieces(documents, width, eos), max_sequences))
    if not rows:
        raise PolyheadError("the texts hold no token; nothing to harvest")
    pad = eos if eos is not None else (tokenizer.bos_token_id or 0)
    tokens = np.full((len(rows), sequence_length), pad, dtype=np.int32)
    valid = np.zeros(tokens.shape, dtype=bool)
    for i, row in enumerate(rows):
        end = len(first) + len(row)
        tokens[i, :end] = [*first, *row]
        valid[i, :end] = True
    n_padded = int((~valid).sum())
    if first and bos == "excluded":
        valid[:, 0] = False
    return TokenSequences(
        tokens,
        valid,
        digest.hexdigest(),
        tokenizer.bos_token_id,
        bos if first else "none",
        n_padded=n_padded,
        special=getattr(tokenizer, "special", None),
    )


def _encoded(
    texts: Iterable[Document | str], tokenizer: TextTokenizer, update: Callable[[bytes], object], *, parse_special: bool
) -> Iterator[list[int]]:
    """Token ids of each document, encoded many at a time; `update` gets the bytes of each as it is handed out."""
    plain = (t if isinstance(t, str) else t.text for t in texts)
    many = getattr(tokenizer, "encode_corpus", None)
    while group := list(itertools.islice(plain, _DOCUMENTS_AT_ONCE)):
        encoded = [tokenizer.encode(t) for t in group] if many is None else many(group, parse_special=parse_special)
        for text, ids in zip(group, encoded, strict=True):
            raw = text.encode()
            update(len(raw).to_bytes(8, "big") + raw)
            yield ids


def _pieces(documents: Iterable[Iterable[int]], width: int, eos: int | None) -> Iterator[list[int]]:
    """Runs of at most `width` tokens; only the last run of a document (of the stream, with EOS) may be shorter."""
    if eos is not None:
        documents = [itertools.chain.from_iterable([*ids, eos] for ids in documents if ids)]
    for document in documents:
        ids = iter(document)
        while piece := list(itertools.islice(ids, width)):
            yield piece
