"""Held-out documents as token sequences that never cross from one document into another.

Axis legend: n sequence, p position.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int32

from polyhead.activations.model_text import text_path
from polyhead.activations.texts import Document, read_texts
from polyhead.activations.tokens import tokenize
from polyhead.core.errors import PolyheadError
from polyhead.models.hooked import HookedModel

BEFORE, AFTER = 12, 4
"""Tokens of a window before and after the marked one."""
_PIECE = 20_000
"""Characters after which a long document counts as another one: a text file may hold a whole book."""


@dataclass(frozen=True)
class Documents:
    """Token sequences with the document of each."""

    tokens: Int32[np.ndarray, "n p"]
    valid: Bool[np.ndarray, "n p"]
    """Neither BOS nor padding."""
    document: Int32[np.ndarray, " n"]
    names: tuple[str, ...]
    """Of the documents."""

    @property
    def usable(self) -> Bool[np.ndarray, "n p"]:
        """Positions whose whole window is text: a shortened window would tell a judge where it stands."""
        padded = np.pad(self.valid, ((0, 0), (BEFORE, AFTER)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, BEFORE + 1 + AFTER, axis=1)
        return np.asarray(windows.all(-1))

    @property
    def for_fitting(self) -> Bool[np.ndarray, " n"]:
        """Sequences of the documents that judges learn from; items are made of the others."""
        return self.document % 2 == 1


def read_documents(
    model: HookedModel,
    text: str,
    *,
    n_tokens: int,
    seq_len: int,
    per_document: int = 16,
    after_sequences: int = 0,
) -> Documents:
    """The documents of a text, each tokenized by itself, until there are `n_tokens` positions.

    Args:
        model: A model with a tokenizer.
        text: `bundled`, a file, or a folder of files.
        n_tokens: Positions, BOS and padding included.
        seq_len: Tokens per sequence, BOS included.
        per_document: Most sequences of one document, so that no document dominates.
        after_sequences: Sequences at the start of the text that a dictionary was trained on; documents that begin
            there are passed over.

    Returns:
        At least two documents.

    Raises:
        PolyheadError: no tokenizer, text that is missing, sequences without room for a window, fewer than four
            documents.
    """
    if model.tokenizer is None:
        raise PolyheadError(f"{model.cfg.name} has no tokenizer, so no text can be read for it")
    room = BEFORE + AFTER + 2
    if not room < seq_len <= model.cfg.n_ctx:
        raise PolyheadError(
            f"sequences of {seq_len} tokens; windows need more than {room}, and {model.cfg.name} takes at most "
            f"{model.cfg.n_ctx}"
        )
    tokens, valid, document, names = [], [], [], []
    passed, wanted, eos = 0, -(-n_tokens // seq_len), model.tokenizer.eos_token_id
    width = seq_len - (model.tokenizer.bos_token_id is not None)
    for piece in _pieces(text):
        if not piece.text:
            continue
        made = tokenize([piece], model.tokenizer, sequence_length=seq_len)
        trained = passed < after_sequences * width
        passed += len(made) * width if eos is None else int(made.valid.sum()) + 1  # documents are cut, or one stream
        if trained:
            continue
        n = min(len(made), per_document, wanted - sum(map(len, tokens)))
        tokens.append(made.tokens[:n])
        valid.append(made.valid[:n])
        document.append(np.full(n, len(names), dtype=np.int32))
        names.append(piece.name)
        if sum(map(len, tokens)) >= wanted:
            break
    if len(names) < 4:
        raise PolyheadError(
            f"{text} holds {len(names)} documents that can be used here; items need at least 4 (give more text)"
        )
    return Documents(np.concatenate(tokens), np.concatenate(valid), np.concatenate(document), tuple(names))


def _pieces(text: str) -> Iterator[Document]:
    """The documents, long ones in pieces."""
    for document in read_texts(text_path(text)):
        for start in range(0, len(document.text), _PIECE):
            name = document.name if len(document.text) <= _PIECE else f"{document.name}:{start}"
            yield Document(name, document.text[start : start + _PIECE])
