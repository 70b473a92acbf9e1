"""Draws items from marks: four true texts of one decile and one that is false in one known way.

Every text of an item is of another document. Latents without enough documents are left out and counted by the caller.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from polyhead.analysis.interpretability.documents import AFTER, BEFORE, Documents
from polyhead.analysis.interpretability.firing import SideFirings
from polyhead.analysis.interpretability.items import N_TEXTS, SIDE, Detection, Examples, Items, Kind, Texts
from polyhead.analysis.interpretability.marks import N_DECILES, LatentMarks, Marks, gram_hashes, latent_marks

N_FIT, N_DETECT, FEWEST_FIT = 32, 32, 16
"""Texts that a judge learns from, true texts of a detection set, and the fewest texts to learn from."""
FEWEST_ITEMS = 5
"""A latent with fewer items of a kind is too rare to score."""
DENSEST = 0.1
"""Latents that fire at more positions are left out: no four texts say what they are."""
TOP_PAIRS = 0.3
"""Share of a latent's pairs, those that carry most, of which pair items are made."""
_TRIES = 24
_DONORS = 16


@dataclass(frozen=True)
class _Drawn:
    """One item before it is packed."""

    row: int
    decile: int
    true: Texts
    false: Texts
    matched: bool


def pack(kind: Kind, drawn: Sequence[_Drawn], rng: np.random.Generator) -> Items:
    """Items with the false text at a random place."""
    n = len(drawn)
    false = rng.integers(N_TEXTS, size=n)
    order = np.array([np.insert(np.arange(4), f, 4) for f in false]).reshape(n, N_TEXTS)

    def joined(name: str) -> np.ndarray | None:
        if getattr(drawn[0].true, name) is None:
            return None
        rows = [np.concatenate([getattr(d.true, name), getattr(d.false, name)[None]]) for d in drawn]
        return np.stack(rows)[np.arange(n)[:, None], order]

    return Items(
        kind,
        np.array([d.row for d in drawn], dtype=np.int64),
        np.array([d.decile for d in drawn], dtype=np.int64),
        false,
        Texts(joined("key"), joined("query"), joined("distance")) if drawn else Texts.none(SIDE[kind], N_TEXTS),
        np.array([d.matched for d in drawn], dtype=bool),
    )


class Drawing:
    """Makes items of all chosen latents; what it draws depends on the seed alone."""

    def __init__(self, documents: Documents, firings: dict[str, SideFirings], *, seed: int, per_decile: int = 1):
        self.documents, self.firings, self.seed, self.per_decile = documents, firings, seed, per_decile
        self.n_positions = documents.tokens.shape[1]
        self.usable = documents.usable
        self.n_rows = len(firings["key"].start) - 1
        self._marks: dict[str, list[LatentMarks]] = {}

    def rng(self, *names: str) -> np.random.Generator:
        """A generator for one named purpose."""
        return np.random.default_rng([self.seed, *(ord(c) for name in names for c in name)])

    def marks(self, side: str) -> list[LatentMarks]:
        """Of all latents on one side."""
        if side not in self._marks:
            grams, n = gram_hashes(self.documents.tokens), int(self.usable.sum())
            found = self.firings[side]
            self._marks[side] = [latent_marks(self.documents, grams, found, i, n) for i in range(self.n_rows)]
        return self._marks[side]

    def donors(self, side: str) -> list[tuple[Int[np.ndarray, " d"], bool]]:
        """For each latent those of like density (within 25 %) and entropy (within .25 nats), else the nearest few."""
        marks = self.marks(side)
        density = np.array([np.log(max(m.density, 1e-12)) for m in marks])
        entropy = np.array([m.entropy for m in marks])
        alive = np.array([len(m.marks) > 0 for m in marks])
        rng, found = self.rng("donors", side), []
        for i in range(self.n_rows):
            apart = np.abs(density - density[i]) / np.log(1.25)
            other = np.abs(entropy - entropy[i]) / 0.25
            near = np.maximum(apart, other)
            near[i], near[~alive] = np.inf, np.inf
            like = np.flatnonzero(near <= 1)
            if len(like):
                found.append((rng.permutation(like)[:_DONORS], True))
            else:
                nearest = np.argsort(near, kind="stable")[:4]
                found.append((nearest[np.isfinite(near[nearest])], False))
        return found

    def single(self, side: str, *, shuffled: bool = False) -> Items:
        """K items (side key) or Q items (side query).

        Args:
            side: key or query.
            shuffled: Control: each true text is of another latent of like density, so that nothing is to be found.
        """
        rng, marks, donors = self.rng("single", side, str(shuffled)), self.marks(side), self.donors(side)
        drawn = []
        for row, one in enumerate(marks):
            if not 0 < one.density <= DENSEST:
                continue
            mine = one.marks.where(~one.marks.fitting)
            for decile in range(N_DECILES):
                for _ in range(self.per_decile):
                    if shuffled:
                        item = self._shuffled(rng, side, row, decile, donors[row])
                    else:
                        item = self._single(rng, side, row, mine.where(mine.decile == decile), decile, donors[row])
                    if item is not None:
                        drawn.append(item)
        return pack("K" if side == "key" else "Q", drawn, rng)

    def _single(
        self, rng: np.random.Generator, side: str, row: int, mine: Marks, decile: int, donors: tuple[np.ndarray, bool]
    ) -> _Drawn | None:
        true = _of_documents(rng, mine, 4)
        if true is None or not len(donors[0]):
            return None
        used = set(mine.document[true].tolist())
        for donor in rng.permutation(donors[0])[:8]:
            theirs = self._of_decile(side, int(donor), decile)
            for at in _by_document(rng, theirs)[:4]:
                place = theirs.places(np.array([at]))
                away = int(theirs.document[at]) not in used
                if away and not self.marks(side)[row].fires_at(place, self.n_positions)[0]:
                    return _Drawn(row, decile, _text(side, mine.places(true)), _text(side, place[0]), donors[1])
        return None

    def _shuffled(
        self, rng: np.random.Generator, side: str, row: int, decile: int, donors: tuple[np.ndarray, bool]
    ) -> _Drawn | None:
        """Five texts of five latents; which of them is called false is chance."""
        places, used = [], set()
        for latent in rng.permutation(np.append(donors[0], row)):
            theirs = self._of_decile(side, int(latent), decile)
            fresh = np.flatnonzero(~np.isin(theirs.document, list(used))) if used else np.arange(len(theirs))
            if len(fresh):
                at = int(fresh[_by_document(rng, theirs.where(fresh))[0]])
                used.add(int(theirs.document[at]))
                places.append(theirs.places(np.array([at]))[0])
            if len(places) == N_TEXTS:
                return _Drawn(row, decile, _text(side, np.stack(places[:4])), _text(side, places[4]), donors[1])
        return None

    @cached_property
    def _deciles(self) -> dict[tuple[str, int, int], Marks]:
        return {}

    def _of_decile(self, side: str, row: int, decile: int) -> Marks:
        known = self._deciles
        if (side, row, decile) not in known:
            marks = self.marks(side)[row].marks
            known[side, row, decile] = marks.where(~marks.fitting & (marks.decile == decile))
        return known[side, row, decile]

    def pairs(self, row: int, *, fitting: bool) -> Marks:
        """The pairs that carry most: marks of queries with a usable source elsewhere."""
        marks = self.marks("query")[row].marks
        good = (marks.source >= 0) & (marks.fitting == fitting)
        good &= self.usable[marks.sequence, marks.source.clip(min=0)]
        found = marks.where(good)
        n = min(len(found), max(40, round(TOP_PAIRS * len(found))))
        return found.where(np.argsort(-found.value, kind="stable")[:n])

    def coupled(self, kind: Kind) -> Items:
        """P items (a query that is none) or X items (a key and a query that do not belong together)."""
        rng, drawn = self.rng("coupled", kind), []
        for row in range(self.n_rows):
            if not 0 < self.marks("query")[row].density <= DENSEST:
                continue
            mine = self.pairs(row, fitting=False)
            if kind == "X":  # windows that overlap would say which key belongs to which query
                mine = mine.where(mine.position - mine.source > BEFORE + AFTER)
            make = self._stray_query if kind == "P" else self._crossed
            for _ in range(N_DECILES * self.per_decile):
                item = self._coupled(rng, row, mine, make)
                if item is not None:
                    drawn.append(item)
        return pack(kind, drawn, rng)

    def _coupled(
        self,
        rng: np.random.Generator,
        row: int,
        mine: Marks,
        make: Callable[[np.random.Generator, int, Marks, np.ndarray], Texts | None],
    ) -> _Drawn | None:
        true = _of_documents(rng, mine, 4)
        if true is None:
            return None
        false = make(rng, row, mine, true)
        return None if false is None else _Drawn(row, -1, _pairs(mine, true), false, matched=True)

    def _stray_query(self, rng: np.random.Generator, row: int, mine: Marks, true: np.ndarray) -> Texts | None:
        """A key at which the latent fires with a query at which it does not, as far apart as one of the true pairs."""
        keys = self.marks("key")[row].marks
        keys = keys if len(keys) else mine
        outside = np.flatnonzero(~np.isin(keys.document, mine.document[true]) & ~keys.fitting)
        distances = (mine.position - mine.source)[true]
        for at in outside[_by_document(rng, keys.where(outside))][:_TRIES]:
            distance = int(rng.choice(distances))
            key = keys.places(np.array([at]))[0]
            query = key + np.array([0, distance])
            inside = query[1] < self.n_positions and self.usable[query[0], query[1]]
            if inside and not self.marks("query")[row].fires_at(query, self.n_positions):
                return Texts(key, query, np.array(distance))
        return None

    def _crossed(self, rng: np.random.Generator, row: int, mine: Marks, true: np.ndarray) -> Texts | None:
        """The key of one pair with the query of another document's, of the same bucket of distances."""
        del row
        bucket = distance_bucket(mine.position - mine.source)
        outside = np.flatnonzero(~np.isin(mine.document, mine.document[true]))
        for a in outside[_by_document(rng, mine.where(outside))][:_TRIES]:
            others = outside[(bucket[outside] == bucket[a]) & (mine.document[outside] != mine.document[a])]
            if len(others):
                b = int(others[_by_document(rng, mine.where(others))[0]])
                key = np.array([mine.sequence[a], mine.source[a]])
                return Texts(key, mine.places(np.array([b]))[0], np.array(mine.position[a] - mine.source[a]))
        return None

    def examples(self, side: str) -> Examples:
        """What a judge may learn from: 32 texts (at least 16) per latent, over all deciles; pairs: the top ones."""
        rng, rows, found = self.rng("examples", side), [], []
        for row in range(self.n_rows):
            if side == "pair":
                mine = self.pairs(row, fitting=True)
            else:
                mine = self.marks(side)[row].marks
                mine = mine.where(mine.fitting)
            if len(mine) >= FEWEST_FIT:
                chosen = rng.permutation(len(mine))[:N_FIT]
                chosen = np.concatenate([chosen, rng.choice(chosen, N_FIT - len(chosen))])
                rows.append(row)
                found.append(_pairs(mine, chosen) if side == "pair" else _text(side, mine.places(chosen)))
        return Examples(np.array(rows, dtype=np.int64), _stacked(found) if found else Texts.none(side, N_FIT))

    def detection(self, side: str) -> Detection:
        """32 true texts and 32 false ones per latent, half of these with the token of a true one at the mark."""
        rng, marks = self.rng("detection", side), self.marks(side)
        places = np.argwhere(self.usable & ~self.documents.for_fitting[:, None])
        token = self.documents.tokens[places[:, 0], places[:, 1]]
        order = np.argsort(token, kind="stable")
        rows, positive, negative = [], [], []
        for row, one in enumerate(marks):
            mine = one.marks.where(~one.marks.fitting)
            if len(mine) < N_DETECT or one.density > DENSEST:
                continue
            true = mine.places(rng.permutation(len(mine))[:N_DETECT])
            alike = self._alike(rng, one, places[order], token[order], true)
            n = N_DETECT - len(alike)
            other = places[rng.integers(len(places), size=4 * n)]
            other = other[~one.fires_at(other, self.n_positions)][:n]
            if len(other) == n:
                rows.append(row)
                positive.append(_text(side, true))
                negative.append(_text(side, np.concatenate([alike, other])))
        if not rows:
            return Detection(np.array([], dtype=np.int64), Texts.none(side, N_DETECT), Texts.none(side, N_DETECT))
        return Detection(np.array(rows, dtype=np.int64), _stacked(positive), _stacked(negative))

    def _alike(
        self, rng: np.random.Generator, one: LatentMarks, places: np.ndarray, token: np.ndarray, true: np.ndarray
    ) -> Int[np.ndarray, "k 2"]:
        """Up to half as many places with a token of a true text at which the latent does not fire."""
        found: list[np.ndarray] = []
        for wanted in self.documents.tokens[true[:, 0], true[:, 1]]:
            low, high = np.searchsorted(token, [wanted, wanted + 1])
            some = places[rng.integers(low, high, size=6)] if high > low else places[:0]
            some = some[~one.fires_at(some, self.n_positions)]
            if len(some):
                found.append(some[0])
            if len(found) == N_DETECT // 2:
                break
        return np.stack(found) if found else places[:0]


def distance_bucket(distance: Int[np.ndarray, "..."]) -> Int[np.ndarray, "..."]:
    """0: 1; 1: 2; 2: 3-4; 3: 5-8; ...; the place itself, 0, counts with 1."""
    return np.ceil(np.log2(np.maximum(distance, 1))).astype(np.int64)


def densities(marks: Sequence[LatentMarks]) -> Float[np.ndarray, " i"]:
    """Share of usable positions at which each latent fires."""
    return np.array([m.density for m in marks])


def _by_document(rng: np.random.Generator, marks: Marks) -> np.ndarray:
    """One mark of every document, in random order: documents, not marks, are drawn, for true and false texts alike."""
    order = rng.permutation(len(marks))
    return order[rng.permutation(np.unique(marks.document[order], return_index=True)[1])]


def _of_documents(rng: np.random.Generator, marks: Marks, n: int) -> np.ndarray | None:
    """`n` marks of different documents; None where there are not so many."""
    found = _by_document(rng, marks)[:n]
    return found if len(found) == n else None


def _text(side: str, places: np.ndarray) -> Texts:
    return Texts(key=places) if side == "key" else Texts(query=places)


def _pairs(marks: Marks, chosen: np.ndarray) -> Texts:
    keys = np.stack([marks.sequence[chosen], marks.source[chosen]], -1)
    return Texts(keys, marks.places(chosen), (marks.position - marks.source)[chosen])


def _stacked(found: Sequence[Texts]) -> Texts:
    def joined(name: str) -> np.ndarray | None:
        parts = [getattr(one, name) for one in found]
        return None if parts[0] is None else np.stack(parts)

    return Texts(joined("key"), joined("query"), joined("distance"))
