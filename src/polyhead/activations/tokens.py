"""Texts to token sequences of one length, BOS before each where the model has one.

With an EOS token, documents form one stream (document, EOS, document, EOS, ...) that is cut every p - 1 tokens, as
language models are trained. Without one, every document is cut by itself and its last piece padded on the right.
Padding is never valid; whether position 0 counts is the policy that every number computed from the sequences carries.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Int, Int32, Real
from torch import Tensor

from polyhead.activations.texts import Document
from polyhead.core.errors import PolyheadError
from polyhead.core.records import TextSplit, TokenPolicy
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
    documents: Int32[np.ndarray, "n p"] | None = None
    """Index into `document_names` of every position; BOS belongs to the first token after it, padding is -1."""
    document_names: tuple[str, ...] = ()
    split: TextSplit | None = None
    """Which part of a text these are, where it was shared out."""

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
            **document_counts(self.positions_per_document),
            split=self.split,
            special=self.special,
        )

    @property
    def positions_per_document(self) -> Int[np.ndarray, " d"] | None:
        """Valid positions of every document by its index; None where documents are not known."""
        if self.documents is None:
            return None
        return np.bincount(self.documents[self.valid], minlength=len(self.document_names))

    @property
    def n_documents(self) -> int | None:
        """Documents with a valid position; None where documents are not known."""
        counts = self.positions_per_document
        return None if counts is None else int((counts > 0).sum())

    @property
    def tokens_sha256(self) -> str:
        """Of the ids and of what is valid: two tokenizers or two lengths never agree in it."""
        return hash_tokens(self.tokens, self.valid)

    def select(self, rows: slice | Int[np.ndarray, " m"]) -> "TokenSequences":
        """Some of the sequences, in the order of `rows`. `sha256` still names the texts of all."""
        tokens, valid = self.tokens[rows], self.valid[rows]
        n_bos = 0 if self.bos != "excluded" else len(tokens)
        return replace(
            self,
            tokens=tokens,
            valid=valid,
            n_padded=tokens.size - n_bos - int(valid.sum()),
            documents=None if self.documents is None else self.documents[rows],
        )

    def hold_out_last(self, n_held_out: int) -> tuple["TokenSequences", "TokenSequences"]:
        """Training and held-out sequences in order, as earlier versions did; a document may lie on both sides.

        Raises:
            PolyheadError: one side would be empty.
        """
        if not 0 < n_held_out < len(self):
            raise PolyheadError(f"cannot hold out {n_held_out} of {len(self)} sequences; one side would be empty")
        train, held_out = self.select(slice(None, -n_held_out)), self.select(slice(-n_held_out, None))
        return (
            replace(train, split=TextSplit(by="order", part="train")),
            replace(held_out, split=TextSplit(by="order", part="held_out")),
        )

    def rows(self, indices: Int[Tensor, " b"]) -> tuple[Int[Tensor, "b p"], Bool[Tensor, "b p"]]:
        """Tokens (int64) and valid positions of the sequences `indices`."""
        chosen = indices.numpy()
        return torch.from_numpy(self.tokens[chosen].astype(np.int64)), torch.from_numpy(self.valid[chosen])

    def document_rows(self, indices: Int[Tensor, " b"]) -> dict[str, Int[Tensor, "b p"]]:
        """The role `documents` of the sequences `indices` (int64); no role where documents are not known."""
        if self.documents is None:
            return {}
        return {"documents": torch.from_numpy(self.documents[indices.numpy()].astype(np.int64))}


def document_counts(counts: Real[np.ndarray, " d"] | None) -> dict[str, Any]:
    """The fields of a `TokenPolicy` that say of how many documents the positions are.

    Args:
        counts: Positions counted of every document; None where documents are not known.
    """
    if counts is None or not counts.sum():
        return {}
    n = int((counts > 0).sum())
    return {
        "n_documents": n,
        "tokens_per_document": round(int(counts.sum()) / n, 1),
        "largest_document_share": round(int(counts.max()) / int(counts.sum()), 4),
    }


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
    digest, names = hashlib.sha256(), list[str]()
    encoded = _encoded(texts, tokenizer, digest.update, names, parse_special=parse_special)
    eos = tokenizer.eos_token_id
    rows = list(itertools.islice(_pieces(encoded, width, eos), max_sequences))
    if not rows:
        raise PolyheadError("the texts hold no token; nothing to harvest")
    pad = eos if eos is not None else (tokenizer.bos_token_id or 0)
    tokens = np.full((len(rows), sequence_length), pad, dtype=np.int32)
    valid, documents = np.zeros(tokens.shape, dtype=bool), np.full(tokens.shape, -1, dtype=np.int32)
    for i, (row, owners) in enumerate(rows):
        end = len(first) + len(row)
        tokens[i, :end] = [*first, *row]
        valid[i, :end] = True
        documents[i, :end] = [*owners[: len(first)], *owners]
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
        documents=documents,
        document_names=tuple(names),
    )


def _encoded(
    texts: Iterable[Document | str],
    tokenizer: TextTokenizer,
    update: Callable[[bytes], object],
    names: list[str],
    *,
    parse_special: bool,
) -> Iterator[list[int]]:
    """Token ids of each document, encoded many at a time; as each is handed out, `update` gets its bytes and `names`
    its name."""
    stream = iter(texts)
    many = getattr(tokenizer, "encode_corpus", None)
    while group := list(itertools.islice(stream, _DOCUMENTS_AT_ONCE)):
        plain = [t if isinstance(t, str) else t.text for t in group]
        encoded = [tokenizer.encode(t) for t in plain] if many is None else many(plain, parse_special=parse_special)
        for document, text, ids in zip(group, plain, encoded, strict=True):
            raw = text.encode()
            update(len(raw).to_bytes(8, "big") + raw)
            names.append(f"document {len(names)}" if isinstance(document, str) else document.name)
            yield ids


def _pieces(documents: Iterable[list[int]], width: int, eos: int | None) -> Iterator[tuple[list[int], list[int]]]:
    """Runs of at most `width` tokens, each with the index of its document next to it.

    Only the last run of a document (of the stream, with EOS) may be shorter.
    """
    ids, owners = list[int](), list[int]()
    for number, document in enumerate(documents):
        if not document:
            continue
        ids += document if eos is None else [*document, eos]
        owners += [number] * (len(ids) - len(owners))
        whole = len(ids) - len(ids) % width
        for at in range(0, whole, width):
            yield ids[at : at + width], owners[at : at + width]
        ids, owners = ids[whole:], owners[whole:]
        if eos is None and ids:
            yield ids, owners
            ids, owners = [], []
    if ids:
        yield ids, owners
