"""Attention mass on many overlapping masks at once, for all heads, in one sparse read of the pattern.

A mask depends on tokens alone, so all heads and layers share it. `n` masks over (query, key) are packed into one code a
pair, bit i for mask i. The pairs with a code other than 0 are few (a tenth or so) and are listed once a batch, sorted
by query and code. The mass on each code, an *atom*, is then a gather and a segment sum; the mass on any union or part
of masks is a small matrix product over atoms, with no double counting where masks overlap.

Axis legend: b sequence, h head, q query, k key, a atom, n mask.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int64, UInt16
from torch import Tensor

MAX_MASKS = 16
"""Bits of a code."""


class Segments(NamedTuple):
    """The claimed pairs of one sequence."""

    flat: Int64[np.ndarray, " pairs"]
    """Flat `query * n_keys + key`, sorted by query, then atom, then key."""
    starts: Int64[np.ndarray, " segments"]
    """Where each (query, atom) begins in `flat`."""
    place: Int64[np.ndarray, " segments"]
    """Flat `query * n_atoms + atom`."""


class Claims(NamedTuple):
    """Which masks claim which pairs of a batch."""

    codes: UInt16[np.ndarray, " a"]
    """Bits of each atom; only combinations that occur, ascending."""
    n_query: int
    n_key: int
    sequences: list[Segments]

    def sizes(self) -> Int64[np.ndarray, "b q a"]:
        """Pairs in every (query, atom)."""
        out = np.zeros((len(self.sequences), self.n_query * len(self.codes)), np.int64)
        for row, s in zip(out, self.sequences, strict=True):
            row[s.place] = np.diff(s.starts, append=len(s.flat))
        return out.reshape(len(self.sequences), self.n_query, len(self.codes))


def pack(masks: Sequence[Bool[np.ndarray, "#b #q #k"]], shape: tuple[int, int, int]) -> UInt16[np.ndarray, "b q k"]:
    """One code per pair, bit i where mask i holds; pairs with a key after the query have no bits."""
    assert len(masks) <= MAX_MASKS, len(masks)
    code = np.zeros(shape, np.uint16)
    for i, mask in enumerate(masks):
        np.bitwise_or(code, np.uint16(1 << i), out=code, where=mask)
    code *= np.tri(shape[1], shape[2], shape[2] - shape[1], dtype=np.uint16)
    return code


def claim(code: UInt16[np.ndarray, "b q k"]) -> Claims:
    """List the pairs that any mask claims."""
    n_batch, n_query, n_key = code.shape
    counts = np.bincount(code.ravel(), minlength=1)
    counts[0] = 0
    codes = np.flatnonzero(counts)
    atom = np.zeros(len(counts), np.int64)
    atom[codes] = np.arange(len(codes))
    sequences = []
    for row in code.reshape(n_batch, -1):
        flat = np.flatnonzero(row)
        # place and index in one integer: one sort of plain integers is many times faster than an indirect one
        key = ((flat // n_key * len(codes) + atom[row[flat]]) << 32) | flat
        key.sort()
        place = key >> 32
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        sequences.append(Segments(key & 0xFFFFFFFF, starts, place[starts]))
    return Claims(codes.astype(np.uint16), n_query, n_key, sequences)


def row_mass(pattern: Tensor, claims: Claims) -> Float32[np.ndarray, "h b q a"]:
    """Mass of every row `pattern[b, h, q, :]` on each atom; heads first, so that a head's rows lie together."""
    n_batch, n_heads = pattern.shape[:2]
    assert pattern.shape[2:] == (claims.n_query, claims.n_key), (tuple(pattern.shape), claims.n_query, claims.n_key)
    mass = np.zeros((n_heads, n_batch, claims.n_query * len(claims.codes)), np.float32)
    for i, (s, own) in enumerate(zip(claims.sequences, pattern.detach(), strict=True)):
        if len(s.flat):
            values = own.reshape(n_heads, -1).index_select(1, torch.from_numpy(s.flat).to(own.device))
            mass[:, i, s.place] = np.add.reduceat(values.float().cpu().numpy(), s.starts, axis=1)
    return mass.reshape(n_heads, n_batch, claims.n_query, len(claims.codes))


def in_any(codes: UInt16[np.ndarray, " a"], sets: Sequence[Sequence[int]]) -> Float32[np.ndarray, "a s"]:
    """1 where an atom lies in at least one mask of the set: `mass @ in_any(...)` is the mass on each union."""
    bits = np.array([sum(1 << i for i in s) for s in sets], np.int64)
    return ((codes[:, None].astype(np.int64) & bits) != 0).astype(np.float32)


def first_of(codes: UInt16[np.ndarray, " a"], n: int) -> Float32[np.ndarray, "a n"]:
    """1 for the first mask, in the order given, that claims an atom: `mass @ first_of(...)` shares mass out once."""
    lowest = codes.astype(np.int64) & -codes.astype(np.int64)
    return (lowest[:, None] == (1 << np.arange(n))).astype(np.float32)
