"""A text in three parts (train, validation, held out), shared out by document, and sequences drawn over a part.

The part of a document is a function of its own text and of a salt, nothing else: files may be renamed, reordered, added
or removed, equal documents lie in one part, and no sequence crosses from one part into another. Sequences are drawn
document by document: each gives one sequence, in a random order, before any gives its second, so that figures rest on
as many documents as they can. Of a document that is longer than needed, one stretch is used. Documents are read once,
and only those that may be drawn are kept.
"""

import hashlib
import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
import torch
from pydantic import Field, model_validator

from polyhead.activations.texts import Document
from polyhead.activations.tokens import TextTokenizer, TokenSequences, tokenize
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.records import TextSplit
from polyhead.core.rng import generator

Part = Literal["train", "validation", "held_out"]
PARTS: tuple[Part, ...] = get_args(Part)
_SPREAD = 2
"""Sequences tokenized for one that is drawn, where there is so much text."""
_BYTES_PER_TOKEN = 8
"""More than tokenizers make of text."""
_FEWEST = 256
"""Documents kept of a part, where it has them, however few sequences are drawn."""


class SplitConfig(Config):
    """How documents are shared out; what is neither validation nor held out is for training."""

    salt: int = 0
    validation_share: float = Field(default=0.05, ge=0, lt=1)
    """Expected share of the documents."""
    held_out_share: float = Field(default=0.15, gt=0, lt=1)

    @model_validator(mode="after")
    def _leaves_training(self) -> "SplitConfig":
        if self.validation_share + self.held_out_share >= 1:
            raise ValueError("validation_share and held_out_share leave nothing to train on; their sum is below 1")
        return self

    def record(self, part: Part, *, by: Literal["document", "within_document"], note: str | None) -> TextSplit:
        """What a record says of sequences of `part`."""
        return TextSplit(by=by, part=part, note=note, **self.model_dump())


def part_of(text: str, cfg: SplitConfig) -> Part:
    """The part that a document with this text belongs to."""
    return _part(_place(_digest(text, cfg)), cfg)


@dataclass(frozen=True)
class SplitText:
    """Documents of every part, in the order in which they are drawn."""

    cfg: SplitConfig
    by: Literal["document", "within_document"]
    documents: Mapping[Part, list[Document]]
    notes: Mapping[Part, str]
    """What was done where documents were too few, by the part that it concerns."""

    def draw(self, part: Part, tokenizer: TextTokenizer, *, n_sequences: int, sequence_length: int) -> TokenSequences:
        """Sequences drawn over all documents of a part: `[n, p]`, n <= `n_sequences`.

        Raises:
            PolyheadError: the part holds no token.
        """
        documents = self.documents[part]
        if not documents:
            raise PolyheadError(f"no document of the text is in its {part} part; give more documents")
        n_chars = _SPREAD * n_sequences * sequence_length * _BYTES_PER_TOKEN
        found = tokenize(_stretches(documents, n_chars, self.cfg), tokenizer, sequence_length=sequence_length)
        order = _in_turn(found, self.cfg.salt)[:n_sequences]
        return replace(found.select(order), split=self.cfg.record(part, by=self.by, note=self.notes.get(part)))


def split_texts(documents: Iterable[Document], cfg: SplitConfig, *, n_tokens: Mapping[Part, int]) -> SplitText:
    """Share out documents; of each part, keep as much as drawing `n_tokens` from it may need.

    A text of one document is cut in three. Where no document fell into a part that tokens are wanted of (validation
    aside), the one whose hash is nearest moves there. Both are said in the notes.

    Raises:
        PolyheadError: there is no text.
    """
    kept: dict[Part, _Lowest] = {part: _Lowest(_SPREAD * _BYTES_PER_TOKEN * n_tokens.get(part, 0)) for part in PARTS}
    first: _Hashed | None = None
    last: _Hashed | None = None
    for document in documents:
        if not document.text:
            continue
        one = _Hashed(_digest(document.text, cfg), document)
        kept[_part(one.place, cfg)].add(one)
        first = one if first is None or one.digest < first.digest else first
        last = one if last is None or one.digest > last.digest else last
    if first is None or last is None:
        raise PolyheadError("the texts hold no token; nothing to read")
    if first.digest == last.digest:
        return _within(first.document, cfg)
    notes: dict[Part, str] = {}
    moves: tuple[tuple[Part, _Hashed], ...] = (("held_out", first), ("train", last))
    for part, nearest in moves:
        if not kept[part].n_seen and n_tokens.get(part, 0):
            for other in kept.values():
                other.drop(nearest)
            kept[part].add(nearest)
            notes[part] = f"no document fell into {part} by its hash; {nearest.document.name}, the nearest, moved there"
    shared: dict[Part, list[Document]] = {part: lowest.documents for part, lowest in kept.items()}
    return SplitText(cfg, "document", shared, notes)


def _within(document: Document, cfg: SplitConfig) -> SplitText:
    """One document, cut in three: training text first, held-out text last."""
    n = len(document.text)
    ends = [round(n * (1 - cfg.held_out_share - cfg.validation_share)), round(n * (1 - cfg.held_out_share)), n]
    starts = [0, *ends[:-1]]
    pieces: dict[Part, list[Document]] = {
        part: [Document(document.name, document.text[start:end])] if end > start else []
        for part, start, end in zip(PARTS, starts, ends, strict=True)
    }
    note = f"the text is one document ({document.name}), so its last part is held out: numbers hold for it alone"
    return SplitText(cfg, "within_document", pieces, dict.fromkeys(PARTS, note))


def _digest(text: str, cfg: SplitConfig) -> bytes:
    return hashlib.sha256(f"{cfg.salt}:".encode() + text.encode()).digest()


def _place(digest: bytes) -> float:
    """Uniform in [0, 1)."""
    return int.from_bytes(digest[:6], "big") / 2**48


def _part(place: float, cfg: SplitConfig) -> Part:
    if place < cfg.held_out_share:
        return "held_out"
    return "validation" if place < cfg.held_out_share + cfg.validation_share else "train"


def _stretches(documents: list[Document], n_chars: int, cfg: SplitConfig) -> list[Document]:
    """A stretch of every document, of one length wherever documents are long enough; together `n_chars` if there are.

    A stretch begins after a space, at a place that the document's hash decides.
    """
    longest = -(-n_chars // len(documents))
    while sum(min(len(d.text), longest) for d in documents) < min(n_chars, sum(len(d.text) for d in documents)):
        longest *= 2
    return [_stretch(d, longest, cfg) if len(d.text) > longest else d for d in documents]


def _stretch(document: Document, n_chars: int, cfg: SplitConfig) -> Document:
    start = int(_place(_digest(document.text, cfg)[12:]) * (len(document.text) - n_chars + 1))
    text = document.text[start : start + n_chars]
    return Document(document.name, text if start == 0 else text[text.find(" ") + 1 :])


@dataclass(frozen=True)
class _Hashed:
    """A document and the hash of its text."""

    digest: bytes
    document: Document

    @property
    def place(self) -> float:
        return _place(self.digest)

    @property
    def turn(self) -> bytes:
        """Where it stands in the order of documents; independent of the part it falls into."""
        return self.digest[6:]


@dataclass
class _Lowest:
    """The documents that come first, up to the one that fills `n_bytes` and `_FEWEST`; equal texts count once."""

    n_bytes: int
    n_seen: int = 0
    _held: int = 0
    _by_turn: dict[bytes, Document] = field(default_factory=dict)
    _heap: list[tuple[int, bytes]] = field(default_factory=list)
    """Largest turn first: heaps of Python give the smallest."""

    def add(self, one: _Hashed) -> None:
        """Keep a document, and drop those that are no longer needed."""
        self.n_seen += 1
        known = self._by_turn.get(one.turn)
        if known is not None:  # the same text under another name
            self._by_turn[one.turn] = min(known, one.document, key=lambda d: d.name)
            return
        self._by_turn[one.turn] = one.document
        heapq.heappush(self._heap, (-int.from_bytes(one.turn, "big"), one.turn))
        self._held += len(one.document.text)
        while len(self._heap) > _FEWEST and self._held - len(self._by_turn[self._heap[0][1]].text) >= self.n_bytes:
            self._held -= len(self._by_turn.pop(heapq.heappop(self._heap)[1]).text)

    def drop(self, one: _Hashed) -> None:
        """Forget a document that moves to another part."""
        if one.turn in self._by_turn:
            self._held -= len(self._by_turn.pop(one.turn).text)
            self._heap = [entry for entry in self._heap if entry[1] != one.turn]
            heapq.heapify(self._heap)

    @property
    def documents(self) -> list[Document]:
        """In their order."""
        return [self._by_turn[turn] for turn in sorted(self._by_turn)]


def _in_turn(sequences: TokenSequences, salt: int) -> np.ndarray:
    """An order in which every document gives one sequence before any gives its second; a sequence is of the document
    that it begins with."""
    assert sequences.documents is not None
    owners: list[int] = sequences.documents[:, 0].tolist()
    shuffled = torch.randperm(len(owners), generator=generator(salt, "sequences")).tolist()
    turns, seen = [0] * len(owners), dict[int, int]()
    for i in shuffled:
        turns[i] = seen[owners[i]] = seen.get(owners[i], -1) + 1
    return np.array(sorted(shuffled, key=turns.__getitem__))
