"""First pass over the text: numbers of every latent, and where its examples are. Memory does not grow with the text.

Peaks are the largest |z| of a latent at a counted destination of one sequence. `Best` keeps the highest scores of each
latent; with |z| as score these are the top examples, with a random number they are a fair sample of all its sequences,
from which quantile examples are taken. Axis legend: i latent, p position, k place in a list, n active latents, w kept.
"""

from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.protocols import Codes
from polyhead.core.rng import generator
from polyhead.metrics.movement import Moved

BINS_PER_OCTAVE, LOWEST, HIGHEST = 2, -16, 16
"""Histogram edges are powers of 2^(1/BINS_PER_OCTAVE) from 2^LOWEST to 2^HIGHEST; the end bins hold the rest."""
_BUFFER = 2**20
_PAIRS_KEPT = 64


class Best:
    """The `width` places with the highest scores of each latent, at most one per sequence."""

    def __init__(self, n_latents: int, width: int) -> None:
        self.score = torch.full((n_latents, width), -1.0)
        self.peak = torch.zeros(n_latents, width)
        self.sequence = torch.zeros(n_latents, width, dtype=torch.int64)
        self.position = torch.zeros(n_latents, width, dtype=torch.int64)

    def update(
        self,
        latents: Int[Tensor, " n"],
        score: Float[Tensor, " n"],
        peak: Float[Tensor, " n"],
        position: Int[Tensor, " n"],
        sequence: int,
    ) -> None:
        """Offer one sequence."""
        if self.score.shape[1] == 0:
            return
        lowest, slot = self.score[latents].min(-1)
        better = score > lowest
        at = latents[better], slot[better]
        self.score[at], self.peak[at] = score[better], peak[better]
        self.sequence[at], self.position[at] = sequence, position[better]

    def of(self, latent: int) -> list[tuple[float, int, int]]:
        """(peak, sequence, position) of one latent, highest score first."""
        order = self.score[latent].argsort(descending=True, stable=True)
        kept = [j for j in order.tolist() if self.score[latent, j] >= 0]
        return [
            (float(self.peak[latent, j]), int(self.sequence[latent, j]), int(self.position[latent, j])) for j in kept
        ]


class TokenMass:
    """Activation mass by (latent, source token), exact while the pairs fit, else the largest of each latent."""

    def __init__(self, d_vocab: int, *, most_pairs: int = 2**22) -> None:
        self.d_vocab, self.most_pairs = d_vocab, most_pairs
        self.keys, self.mass = torch.zeros(0, dtype=torch.int64), torch.zeros(0, dtype=torch.float64)
        self._new: list[tuple[Tensor, Tensor]] = []

    def add(self, latents: Int[Tensor, " n"], tokens: Int[Tensor, " n"], values: Float[Tensor, " n"]) -> None:
        """Add entries of a code."""
        self._new.append((latents * self.d_vocab + tokens, values.double()))
        if sum(len(k) for k, _ in self._new) > _BUFFER:
            self._merge()

    def _merge(self) -> None:
        keys = torch.cat([self.keys, *(k for k, _ in self._new)])
        mass = torch.cat([self.mass, *(m for _, m in self._new)])
        self._new = []
        self.keys, where = torch.unique(keys, return_inverse=True)
        self.mass = torch.zeros(len(self.keys), dtype=torch.float64).index_add_(0, where, mass)
        if len(self.keys) > self.most_pairs:
            keep = self._largest(_PAIRS_KEPT)
            self.keys, self.mass = self.keys[keep], self.mass[keep]

    def _largest(self, n: int) -> Int[Tensor, " kept"]:
        """Indices of the `n` largest pairs of each latent, sorted by latent, then mass."""
        order = self.mass.argsort(descending=True, stable=True)
        latent = (self.keys // self.d_vocab)[order]
        by_latent = latent.argsort(stable=True)
        order, latent = order[by_latent], latent[by_latent]
        first = torch.searchsorted(latent, latent)  # where each latent begins
        return order[torch.arange(len(order)) - first < n].sort().values

    def top(self, n: int) -> dict[int, list[int]]:
        """The `n` tokens with the most mass of every latent that has any, heaviest first."""
        self._merge()
        keep = self._largest(n)
        keys, mass = self.keys[keep], self.mass[keep]
        order = mass.argsort(descending=True, stable=True)
        found: dict[int, list[int]] = {}
        for key in keys[order].tolist():
            found.setdefault(key // self.d_vocab, []).append(key % self.d_vocab)
        return found


@dataclass
class LatentSums:
    """Everything the first pass gathers."""

    n_latents: int
    d_vocab: int
    n_top: int
    n_sample: int
    seed: int = 0
    n: int = 0
    active: Tensor = field(init=False)
    energy: Tensor = field(init=False)
    highest: Tensor = field(init=False)
    histogram: Tensor = field(init=False)

    def __post_init__(self) -> None:
        self.active = torch.zeros(self.n_latents, dtype=torch.int64)
        self.energy = torch.zeros(self.n_latents, dtype=torch.float64)
        self.highest = torch.zeros(self.n_latents)
        self.n_bins = (HIGHEST - LOWEST) * BINS_PER_OCTAVE
        self.histogram = torch.zeros(self.n_latents * self.n_bins, dtype=torch.int64)
        self.token_mass, self.key_mass = TokenMass(self.d_vocab), TokenMass(self.d_vocab)
        self.key_top = Best(self.n_latents, self.n_top)
        self.top, self.sample = Best(self.n_latents, self.n_top), Best(self.n_latents, self.n_sample)

    def add_codes(self, codes: Codes, tokens: Int[Tensor, "b p"], counted: Bool[Tensor, "b p"]) -> None:
        """The key side of one batch."""
        fired = (codes.values != 0) & counted[..., None]
        latents, values = codes.indices[fired], codes.values[fired].float().abs()
        self.n += int(counted.sum())
        self.active += torch.bincount(latents, minlength=self.n_latents)
        self.highest.scatter_reduce_(0, latents, values, "amax")
        bins = ((values.log2() - LOWEST) * BINS_PER_OCTAVE).floor().long().clamp(0, self.n_bins - 1)
        self.histogram.index_add_(0, latents * self.n_bins + bins, torch.ones_like(bins))
        self.token_mass.add(latents, tokens[..., None].expand_as(fired)[fired], values)

    def add_moved(self, moved: Moved, weight: Float[Tensor, " i"], counted: Bool[Tensor, " p"], sequence: int) -> None:
        """The query side of one sequence; `weight` is |w_dec|^2."""
        at = counted.nonzero()[:, 0]
        z = moved.z[:, at].float()
        if z.numel() == 0:
            return
        self.energy[moved.latents] += z.square().sum(-1, dtype=torch.float64) * weight[moved.latents]
        peak, place = z.abs().max(-1)
        some = peak > 0
        latents, peak, position = moved.latents[some], peak[some], at[place[some]]
        lot = torch.rand(self.n_latents, generator=generator(self.seed, "sample of sequences", sequence))
        self.top.update(latents, peak, peak, position, sequence)
        self.sample.update(latents, lot[latents], peak, position, sequence)

    def add_keys(self, keys: Moved, tokens: Int[Tensor, " p"], counted: Bool[Tensor, " p"], sequence: int) -> None:
        """The keys of one sequence, of a code that is counted on both sides."""
        at = counted.nonzero()[:, 0]
        size = keys.z[:, at].float()
        if size.numel() == 0:
            return
        row, place = size.nonzero(as_tuple=True)
        self.key_mass.add(keys.latents[row], tokens[at[place]], size[row, place])
        peak, where = size.max(-1)
        some = peak > 0
        self.key_top.update(keys.latents[some], peak[some], peak[some], at[where[some]], sequence)

    def bins_of(self, latent: int) -> list[tuple[float, float, int]]:
        """(low edge, high edge, count) from the first to the last bin that holds anything."""
        counts = self.histogram.view(self.n_latents, -1)[latent]
        used = counts.nonzero()[:, 0]
        if len(used) == 0:
            return []
        edge = [2.0 ** (LOWEST + j / BINS_PER_OCTAVE) for j in range(self.n_bins + 1)]
        return [(edge[j], edge[j + 1], int(counts[j])) for j in range(int(used[0]), int(used[-1]) + 1)]
