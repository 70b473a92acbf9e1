"""Where latents fire on documents, on both of their sides, and where each query got most from.

Key side: the code f at a source. Query side: what arrives, |z|, at a destination, with the source that sends most of
it from another position (-1: none does). A firing counts from a share of the latent's largest value on. Memory grows
with firings, not with positions times latents.
Axis legend: i latent (row among the chosen ones), n sequence, p position, e entry of a sparse code, h head.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.analysis.latent_sides import Sides
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator

KEY_FLOOR, QUERY_FLOOR = 0.01, 0.1
"""Shares of a latent's largest value below which it does not count as firing. Attention leaves a little of everything
everywhere, so queries need the higher one."""


class Firing(NamedTuple):
    """What the chosen latents do on one sequence: dense over a few rows."""

    rows: Int[Tensor, " m"]
    key: Float[Tensor, "m p"] | None
    query: Float[Tensor, "m p"] | None
    source: Int[Tensor, "m p"] | None
    """The source that sends most to each destination from elsewhere; -1 where none does."""


@runtime_checkable
class Reader(Protocol):
    """Reads latents off batches; `rows` of what it returns index `latents`."""

    latents: tuple[int, ...]

    def read(self, batch: Batch) -> Iterable[Firing]:
        """One result per sequence of the batch."""
        ...


def moved(
    row: Int[Tensor, " e"],
    place: Int[Tensor, " e"],
    value: Float[Tensor, " e"],
    pattern: Float[Tensor, "h p p"],
    loadings: Float[Tensor, "e h+1"],
) -> Firing:
    """Both sides of a sparse code that frozen patterns move by loadings.

    Args:
        row: Latent of each entry.
        place: Its source.
        value: Its activation.
        pattern: Attention by head, `[destination, source]`.
        loadings: Of the latent of each entry, the identity last.
    """
    rows, local = torch.unique(row, return_inverse=True)
    n_pos = pattern.shape[-1]
    key = value.new_zeros(len(rows), n_pos)
    key[local, place] = value
    weight = loadings * value[:, None]
    sent = torch.einsum("eh,eht->et", weight[:, :-1], pattern.permute(2, 0, 1)[place])
    entry = torch.arange(len(place))
    own = sent[entry, place] + weight[:, -1]
    sent[entry, place] = 0.0
    size = sent.abs()
    largest = torch.zeros_like(key).scatter_reduce_(0, local[:, None].expand_as(size), size, "amax")
    source = torch.full(key.shape, -1)
    e, t = ((size == largest[local]) & (size > 0)).nonzero(as_tuple=True)
    source[local[e], t] = place[e]
    sent[entry, place] = own
    return Firing(rows, key, torch.zeros_like(key).index_add_(0, local, sent).abs(), source)


class DictionaryReader:
    """The latents of a dictionary of any method."""

    def __init__(self, sides: Sides, latents: Sequence[int], n_latents: int) -> None:
        self.sides, self.latents = sides, tuple(latents)
        self.loadings = sides.loadings()
        self.row = torch.full((n_latents,), -1)
        self.row[torch.tensor(self.latents)] = torch.arange(len(self.latents))

    @torch.no_grad()
    def read(self, batch: Batch) -> Iterable[Firing]:
        """By loadings where patterns move the code, from `view` where the method has one, else the code alone."""
        pattern = self.sides.movement(batch) if self.loadings is not None else None
        codes = self.sides.dictionary.codes(batch)
        values, indices = codes.values.float().cpu(), codes.indices.cpu()
        for b in range(len(values)):
            row = self.row[indices[b]]
            place, k = ((values[b] > 0) & (row >= 0)).nonzero(as_tuple=True)
            row, value = row[place, k], values[b, place, k]
            if pattern is not None and self.loadings is not None:
                own = self.loadings[torch.tensor(self.latents)[row]]
                yield moved(row, place, value, pattern[b].float().cpu(), own)
            else:
                yield self._viewed(batch, b, row, place, value)

    def _viewed(self, batch: Batch, b: int, row: Tensor, place: Tensor, value: Tensor) -> Firing:
        rows, local = torch.unique(row, return_inverse=True)
        d = self.sides.dictionary
        if not hasattr(d, "view"):
            code = value.new_zeros(len(rows), len(batch["tokens"][b]))
            code[local, place] = value
            on_key = self.sides.side == "key"
            return Firing(rows, code if on_key else None, None if on_key else code, None)
        seen = self.sides.seen(batch, b, torch.tensor(self.latents)[rows])
        source = None
        if seen.arcs is not None:
            arcs = seen.arcs.sum(1).abs()
            arcs = arcs - torch.diag_embed(arcs.diagonal(dim1=1, dim2=2))
            largest = arcs.max(-1)
            source = torch.where(largest.values > 0, largest.indices, -1)
        return Firing(rows, seen.key_side.clamp_min(0), seen.query_side.abs(), source)


class RandomReader:
    """Control: random unit directions of what the encoder reads, as dense as real latents, with loadings of theirs."""

    def __init__(self, sides: Sides, latents: Sequence[int], directions: Float[Tensor, "i d"], seed: int) -> None:
        self.sides, self.latents, self.directions = sides, tuple(latents), directions
        self.threshold = torch.zeros(len(directions))
        loadings = sides.loadings()
        mixed = torch.randperm(len(self.latents), generator=generator(seed, "random latents"))
        self.loadings = None if loadings is None else loadings[torch.tensor(self.latents)[mixed]]

    @classmethod
    def like(
        cls,
        sides: Sides,
        latents: Sequence[int],
        density: Float[Tensor, " i"],
        x: Float[Tensor, "p d"],
        seed: int,
    ) -> "RandomReader":
        """As dense on the positions `x` as each of the real latents."""
        directions = torch.randn(len(latents), x.shape[1], generator=generator(seed, "random directions"))
        directions = directions / directions.norm(dim=-1, keepdim=True)
        made = cls(sides, latents, directions, seed)
        order = (x @ directions.T).sort(0, descending=True).values
        at = (density * len(x)).round().long().clamp(1, len(x) - 1)
        made.threshold = order[at, torch.arange(len(latents))]
        return made

    @torch.no_grad()
    def read(self, batch: Batch) -> Iterable[Firing]:
        """Moved by the same patterns as real latents; the code alone where nothing moves by loadings."""
        pattern = self.sides.movement(batch) if self.loadings is not None else None
        code = (batch["x"].float().cpu() @ self.directions.T - self.threshold).clamp_min(0)
        for b in range(len(code)):
            place, row = code[b].nonzero(as_tuple=True)
            if pattern is not None and self.loadings is not None:
                yield moved(row, place, code[b, place, row], pattern[b].float().cpu(), self.loadings[row])
            else:
                rows = torch.arange(len(self.latents))
                on_key = self.sides.side == "key"
                yield Firing(rows, code[b].T if on_key else None, None if on_key else code[b].T, None)


@dataclass(frozen=True)
class SideFirings:
    """Firings of all chosen latents on one side, sorted by latent, then place."""

    start: Int[np.ndarray, " s"]
    """Where each latent's firings begin, and the end."""
    sequence: Int[np.ndarray, " e"]
    position: Int[np.ndarray, " e"]
    value: Float[np.ndarray, " e"]
    source: Int[np.ndarray, " e"]
    """-1 where nothing is sent from elsewhere."""

    def of(self, row: int) -> slice:
        """The firings of one latent."""
        return slice(int(self.start[row]), int(self.start[row + 1]))


@dataclass
class _Side:
    floor: float
    highest: Tensor
    parts: list[tuple[np.ndarray, ...]] = field(default_factory=list)

    def add(self, n: int, rows: Tensor, value: Tensor, source: Tensor | None, usable: Tensor) -> None:
        value = value * usable
        self.highest[rows] = torch.maximum(self.highest[rows], value.amax(1))
        local, place = (value >= (self.floor * self.highest[rows]).clamp_min(1e-9)[:, None]).nonzero(as_tuple=True)
        sent = torch.full_like(place, -1) if source is None else source[local, place]
        row = rows[local]
        self.parts.append(
            (
                row.numpy().astype(np.int32),
                np.full(len(row), n, dtype=np.int32),
                place.numpy().astype(np.int16),
                value[local, place].numpy(),
                sent.numpy().astype(np.int16),
            )
        )

    def firings(self) -> SideFirings:
        none = tuple(np.zeros(0, dtype=t) for t in (np.int32, np.int32, np.int16, np.float32, np.int16))
        row, sequence, position, value, source = map(np.concatenate, zip(*(self.parts or [none]), strict=True))
        kept = value >= self.floor * self.highest.numpy()[row]
        order = np.flatnonzero(kept)[np.lexsort((position[kept], sequence[kept], row[kept]))]
        start = np.searchsorted(row[order], np.arange(len(self.highest) + 1))
        return SideFirings(start, sequence[order], position[order], value[order], source[order])


class Gathering:
    """Collects what a reader reads, sequence by sequence."""

    def __init__(self, n_rows: int) -> None:
        self.n = 0
        self.sides = {
            "key": _Side(KEY_FLOOR, torch.zeros(n_rows)),
            "query": _Side(QUERY_FLOOR, torch.zeros(n_rows)),
        }

    def add(self, found: Iterable[Firing], usable: Tensor) -> None:
        """The sequences of a batch; `usable` [b, p] says which positions may be marked."""
        for one, good in zip(found, usable, strict=True):
            if one.key is not None and len(one.rows):
                self.sides["key"].add(self.n, one.rows, one.key, None, good)
            if one.query is not None and len(one.rows):
                self.sides["query"].add(self.n, one.rows, one.query, one.source, good)
            self.n += 1

    def firings(self) -> dict[str, SideFirings]:
        """By side: key, query."""
        return {side: found.firings() for side, found in self.sides.items()}


def gather(batches: Iterable[tuple[Batch, Tensor]], readers: Sequence[Reader]) -> list[dict[str, SideFirings]]:
    """What several readers read of the same batches in one pass.

    Args:
        batches: Each with the positions that may be marked, bool `[b, p]`.
        readers: Of real latents, of controls.

    Returns:
        Firings by side (key, query) of each reader.
    """
    made = [Gathering(len(reader.latents)) for reader in readers]
    for batch, usable in batches:
        for reader, gathering in zip(readers, made, strict=True):
            gathering.add(reader.read(batch), usable)
    return [gathering.firings() for gathering in made]
