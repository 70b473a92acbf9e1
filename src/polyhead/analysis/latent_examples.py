"""Second pass over the text: windows around chosen peaks, both sides of the latent on every token, and its arcs.

A window is the stretch of text around the destination, and a few tokens around each far source that matters to it; "…"
(position -1) stands for what is left out between. Arcs are the largest contributions
    weight[t, s] = sum_h L[i, h] A_h[t, s] f[s, i]        (identity: only t = s)
or what the method's own view says each source sends to each destination,
among the tokens shown; half of them are kept for those into the peak, which come first.
Axis legend: p q k position, h head, w window.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from polyhead.core.config import Config
from polyhead.core.records import Arc, LatentExample

ELLIPSIS = "…"


class PageConfig(Config):
    """What is on the page of a latent."""

    n_top: int = 10
    """Top examples, at most one per sequence."""
    quantiles: tuple[float, ...] = (0.75, 0.5, 0.25)
    """Quantiles of the peak |z| over the sequences in which the latent arrives anywhere."""
    n_sample: int = 48
    """Sequences a latent from which the quantiles are taken."""
    n_arcs: int = 12
    """Most arcs an example."""
    before: int = 20
    """Tokens before the destination."""
    after: int = 7
    """Tokens after it."""
    n_promoted: int = 10
    """Tokens promoted, and as many demoted."""
    n_neighbours: int = 8
    """Nearest latents."""


class Wanted(NamedTuple):
    """An example to be made."""

    latent: int
    position: int
    kind: Literal["top", "quantile"]
    quantile: float | None
    order: int
    """Its place on the page."""
    side: Literal["query", "key"] = "query"
    """Whether `position` is a destination or a source."""


@dataclass(frozen=True)
class Example:
    """An example, without its words."""

    wanted: Wanted
    sequence: int
    positions: np.ndarray
    tokens: np.ndarray
    f: np.ndarray
    z: np.ndarray
    arcs: list[tuple[int, int]]
    """(query, key) as indices into the window."""
    arc_heads: np.ndarray
    """`[arc, h + 1]`."""

    @property
    def peak(self) -> int:
        """Index of the wanted position in the window."""
        return int(np.flatnonzero(self.positions == self.wanted.position)[0])

    @property
    def strongest(self) -> int | None:
        """Index of the arc that brings most to the peak, or takes most from it on the key side."""
        end = 0 if self.wanted.side == "query" else 1
        weights = [abs(w) if arc[end] == self.peak else -1.0 for arc, w in zip(self.arcs, self.arc_heads.sum(-1))]
        return int(np.argmax(weights)) if weights and max(weights) > 0 else None

    def record(self, texts: list[str]) -> LatentExample:
        """With words: `texts` is the text of every id of the vocabulary."""
        heads = rounded(self.arc_heads)
        weights = rounded(self.arc_heads.sum(-1))
        return LatentExample(
            kind=self.wanted.kind,
            quantile=self.wanted.quantile,
            side=self.wanted.side,
            sequence=self.sequence,
            start=int(self.positions[0]),
            positions=self.positions.tolist(),
            tokens=[ELLIPSIS if t < 0 else texts[t] for t in self.tokens.tolist()],
            key_side=rounded(self.f),
            query_side=rounded(self.z),
            peak=self.peak,
            arcs=[
                Arc(query=q, key=k, weight=w, heads=h) for (q, k), w, h in zip(self.arcs, weights, heads, strict=True)
            ],
        )


def rounded(values: np.ndarray) -> list:
    """Plain numbers with about five digits below the largest one."""
    largest = float(np.abs(values).max(initial=0.0))
    decimals = 4 - int(np.floor(np.log10(largest))) if largest > 0 else 4
    return (np.round(values.astype(np.float64), decimals) + 0.0).tolist()  # + 0.0: no minus zero


@dataclass(frozen=True)
class SequenceView:
    """One sequence as arrays."""

    index: int
    tokens: np.ndarray
    n_present: int
    """Tokens that are not padding."""
    f: np.ndarray
    """`[n, p]` of the latents in `latents`."""
    z: np.ndarray
    latents: np.ndarray
    pattern: np.ndarray | None = None
    """`[h, q, k]`, where frozen patterns move the latents by their `loadings`."""
    loadings: np.ndarray | None = None
    """`[n, h + 1]`, identity last."""
    arcs: np.ndarray | None = None
    """`[n, h, q, k]` of any other method; None where it does not say what comes from where."""

    def example(self, wanted: Wanted, cfg: PageConfig) -> Example:
        """The window and its arcs."""
        row = int(np.searchsorted(self.latents, wanted.latent))
        f, z = self.f[row], self.z[row]
        on_key = wanted.side == "key"
        if not on_key and self.arcs is not None and z[: self.n_present].any() and z[wanted.position] == 0:
            wanted = wanted._replace(position=int(np.abs(z[: self.n_present]).argmax()))  # it was found at its source
        t, sources = np.array([wanted.position]), self._sources(row)
        others = np.arange(wanted.position, self.n_present) if on_key else sources
        weights = self._sent(row, others, t)[:, :, 0] if on_key else self._sent(row, t, sources)[:, 0]
        positions = self._window(wanted, others, weights.sum(0), float(abs(z[wanted.position])), cfg)
        shown = positions >= 0
        at = positions.clip(0)
        arcs, heads = self._arcs(row, positions, wanted, cfg)
        return Example(
            wanted,
            self.index,
            positions,
            np.where(shown, self.tokens[at], -1),
            np.where(shown, f[at], 0.0).astype(np.float32),
            np.where(shown, z[at], 0.0).astype(np.float32),
            arcs,
            heads,
        )

    def _sources(self, row: int) -> np.ndarray:
        """Positions from which the latent sends anything."""
        if self.pattern is not None:
            return np.flatnonzero(self.f[row])
        return np.zeros(0, np.int64) if self.arcs is None else np.flatnonzero(self.arcs[row].any((0, 1)))

    def _sent(self, row: int, queries: np.ndarray, sources: np.ndarray) -> np.ndarray:
        """`[h + 1, queries, sources]`: what each source sends to each query through each head, identity last."""
        if self.pattern is not None and self.loadings is not None:
            loading = self.loadings[row]
            by_head = self.pattern[:, queries][:, :, sources] * loading[:-1, None, None]
            own = (queries[:, None] == sources[None, :]) * loading[-1]
            return np.concatenate([by_head, own[None]]) * self.f[row, sources]
        if self.arcs is None:
            return np.zeros((1, len(queries), len(sources)), np.float32)
        by_head = self.arcs[row][:, queries][:, :, sources]
        return np.concatenate([by_head, np.zeros_like(by_head[:1])])

    def _window(
        self, wanted: Wanted, others: np.ndarray, weights: np.ndarray, size: float, cfg: PageConfig
    ) -> np.ndarray:
        """Positions around the peak and around the strongest other ends of its arcs, -1 for a gap."""
        t = wanted.position
        before, after = (cfg.before, cfg.after) if wanted.side == "query" else (cfg.after, cfg.before)
        width = before + 1 + after
        end = min(self.n_present, max(t + after + 1, width))
        start = max(0, min(t - before, end - width))
        keep = np.zeros(len(self.tokens), dtype=bool)
        keep[start:end] = True
        strongest = np.argsort(-np.abs(weights), kind="stable")[:2]
        if self.pattern is None:  # what arcs add up to need not be the code's own number
            size = float(np.abs(weights).max(initial=0.0))
        for j in strongest:
            if abs(weights[j]) >= 0.1 * size > 0:
                keep[max(0, others[j] - 2) : min(self.n_present, others[j] + 2)] = True
        positions = np.flatnonzero(keep)
        gaps = np.flatnonzero(np.diff(positions) > 1) + 1
        return np.insert(positions, gaps, -1)

    def _arcs(
        self, row: int, positions: np.ndarray, wanted: Wanted, cfg: PageConfig
    ) -> tuple[list[tuple[int, int]], np.ndarray]:
        shown = np.flatnonzero(positions >= 0)
        keys = shown[np.isin(positions[shown], self._sources(row))]
        queries, sources = positions[shown], positions[keys]
        sent = self._sent(row, queries, sources)
        size = np.abs(sent.sum(0))
        if size.size == 0 or size.max() == 0:
            return [], np.zeros((0, len(sent)), np.float32)
        rank = size.copy()
        at_peak = rank[queries == wanted.position] if wanted.side == "query" else rank[:, sources == wanted.position].T
        first = np.argsort(-at_peak, axis=1, kind="stable")[:, : cfg.n_arcs // 2]
        np.put_along_axis(at_peak, first, np.take_along_axis(at_peak, first, 1) + size.max(), 1)
        if wanted.side == "query":  # half of the arcs are kept for the peak
            rank[queries == wanted.position] = at_peak
        else:
            rank[:, sources == wanted.position] = at_peak.T
        flat = np.argsort(-rank, axis=None, kind="stable")[: cfg.n_arcs]
        q, k = np.unravel_index(flat, size.shape)
        strong = size[q, k] >= 0.02 * size.max()
        q, k = q[strong], k[strong]
        return list(zip(shown[q].tolist(), keys[k].tolist())), sent[:, q, k].T.astype(np.float32)
