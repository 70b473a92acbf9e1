"""Heads against heads: patterns, subspaces, composition, copying; each compared with matched random heads.

    pattern overlap   sum of min(A_i, A_j) / sum of max(A_i, A_j) over counted rows, BOS column left out (same layer)
    subspace overlap  mean squared cosine of the principal angles between what two heads read (W_Q, W_K, W_V: columns)
                      or write (W_O: rows); random subspaces of ranks r, s in d dimensions: max(r, s) / d
    composition       |OV_1 C_2| / (|OV_1| |C_2|), C_2 = QK, QK^T, OV of a later head (ops/factored.composition_score);
                      random: the same with the singular values kept and the frames turned at random
    copying           sum of Re(eigenvalues) / sum of |eigenvalues| of W_E W_V W_O W_U, norm gains left out, except the
                      final one if given folded

Numerical ranks are used, so a head that is not full rank is compared with random subspaces of its own rank.
Axis legend: b sequence, q query, k key, h head, m d_model, d d_head, v vocabulary.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import HeadPair
from polyhead.core.protocols import Batch
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.metrics.positions import Positions
from polyhead.models.hooked import HookedModel

_RANK_TOLERANCE = 1e-4
"""Singular values below this share of the largest do not count."""
Into = Literal["q", "k", "v"]


@torch.no_grad()
def pattern_overlaps(model: HookedModel, batches: Iterable[Batch]) -> Float[Tensor, "layer h h"]:
    """Pattern overlap of all heads of each layer; one layer's patterns of one sequence are held at a time.

    Raises:
        PolyheadError: no position was counted.
    """
    cfg, positions = model.cfg, Positions.of(model)
    smaller = torch.zeros(cfg.n_layers, cfg.n_heads, cfg.n_heads, dtype=torch.float64)
    mass = torch.zeros(cfg.n_layers, cfg.n_heads, dtype=torch.float64)
    n = 0
    for batch in batches:
        counted = positions.counted(batch)
        skip = positions.is_bos(batch)
        n += int(counted.sum())

        def read(pattern: Tensor, layer: int, counted: Tensor = counted, skip: Tensor = skip) -> None:
            for b in range(len(pattern)):
                rows = pattern[b][:, counted[b]].float()
                rows = rows.masked_fill(skip[b], 0.0).flatten(1)
                mass[layer] += rows.sum(-1, dtype=torch.float64).cpu()
                for i in range(len(rows)):
                    smaller[layer, i] += torch.minimum(rows[i], rows).sum(-1, dtype=torch.float64).cpu()

        names = [site(layer, "attn.hook_pattern") for layer in range(cfg.n_layers)]
        hooks = {name: (lambda p, layer=layer: read(p, layer)) for layer, name in enumerate(names)}
        model.run_with_cache(batch["tokens"], names[-1:], hooks=hooks, with_logits=False)
    if n == 0:
        raise PolyheadError("no position was counted: every one was padding or BOS; give longer text")
    larger = mass[:, :, None] + mass[:, None] - smaller
    return (smaller / larger.clamp_min(1e-300)).float()


@dataclass(frozen=True)
class Frame:
    """An orthonormal basis of what a head reads or writes, and its singular values."""

    basis: Float[Tensor, "m r"]
    values: Float[Tensor, " r"]

    @classmethod
    def of(cls, W: Float[Tensor, "m d"]) -> "Frame":
        """Of the columns of a matrix, to its numerical rank."""
        u, s, _ = torch.linalg.svd(W.detach().float().cpu(), full_matrices=False)
        rank = int((s > _RANK_TOLERANCE * s[:1]).sum())
        return cls(u[:, :rank], s[:rank])


def overlap(a: Frame, b: Frame) -> float:
    """Mean squared cosine of the principal angles: 1 where one subspace holds the other."""
    r = min(a.basis.shape[1], b.basis.shape[1])
    return float((a.basis.T @ b.basis).square().sum()) / r if r else 0.0


def chance_overlap(a: Frame, b: Frame) -> float:
    """What random subspaces of the same ranks have on average."""
    return max(a.basis.shape[1], b.basis.shape[1]) / len(a.basis)


def random_overlaps(r: int, s: int, m: int, *, n_draws: int = 100, seed: int = 0) -> Float[Tensor, " n"]:
    """Overlaps of random subspaces of ranks `r` and `s` in `m` dimensions."""
    g = generator(seed, "random subspaces", r, s, m)
    bases = [torch.linalg.qr(torch.randn(n_draws, m, k, generator=g))[0] for k in (r, s)]
    return (bases[0].mT @ bases[1]).square().sum((1, 2)) / min(r, s)


class HeadFrames:
    """SVDs of the circuits of all heads: everything overlaps and compositions need.

    The reading and writing sides of a circuit have the same singular values.
    """

    def __init__(self, model: HookedModel) -> None:
        cfg = model.cfg
        self.shape = (cfg.n_layers, cfg.n_heads)
        self.frames: dict[str, list[Frame]] = {}
        self.qk: list[tuple[Tensor, Tensor, Tensor]] = []
        self.ov: list[tuple[Tensor, Tensor, Tensor]] = []
        names = ("W_Q", "W_K", "W_V", "W_O")
        for layer in range(cfg.n_layers):
            W = {name: getattr(model, name)[layer].detach().float().cpu() for name in names}
            for h in range(cfg.n_heads):
                for name in names:
                    self.frames.setdefault(name, []).append(Frame.of(W[name][h].T if name == "W_O" else W[name][h]))
                self.qk.append(_thin_svd(W["W_Q"][h], W["W_K"][h].T))
                self.ov.append(_thin_svd(W["W_V"][h], W["W_O"][h]))

    def composition(self, first: int, second: int, into: Into) -> float:
        """Score of two heads by flat number (layer * n_heads + head)."""
        _, s1, write = self.ov[first]
        if into == "q":
            read, s2 = self.qk[second][0], self.qk[second][1]
        elif into == "k":
            read, s2 = self.qk[second][2].T, self.qk[second][1]
        else:
            read, s2 = self.ov[second][0], self.ov[second][1]
        product = s1[:, None] * (write @ read) * s2
        return float(product.norm() / (s1.norm() * s2.norm()).clamp_min(1e-30))

    def random_compositions(
        self, first: int, second: int, into: Into, *, n_draws: int = 20, seed: int = 0
    ) -> Float[Tensor, " n"]:
        """The same with both frames turned at random."""
        s1 = self.ov[first][1]
        s2 = (self.ov if into == "v" else self.qk)[second][1]
        g = generator(seed, "random composition", first, second, into)
        m = self.ov[first][0].shape[0]
        a, b = (torch.linalg.qr(torch.randn(n_draws, m, len(s), generator=g))[0] for s in (s1, s2))
        product = s1[:, None] * (a.mT @ b) * s2
        return product.flatten(1).norm(dim=1) / (s1.norm() * s2.norm()).clamp_min(1e-30)


def _thin_svd(A: Tensor, B: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """U, S, Vh of A B without forming it."""
    q_a, r_a = torch.linalg.qr(A)
    q_b, r_b = torch.linalg.qr(B.T)
    u, s, vh = torch.linalg.svd(r_a @ r_b.T)
    return q_a @ u, s, vh @ q_b.T


@torch.no_grad()
def copying_scores(model: HookedModel, *, unembed: Float[Tensor, "m v"] | None = None) -> Float[Tensor, "layer h"]:
    """Copying score of every head, -1 to 1; 1: each token raises its own logit and nothing rotates.

    `unembed` replaces W_U (for instance with the final norm's gain folded in).
    """
    W_U = (model.W_U if unembed is None else unembed).detach().float().cpu()
    middle = W_U @ model.W_E.detach().float().cpu()  # [m, m]: eigenvalues of X W_U W_E Y are those of W_E Y X W_U
    scores = []
    for layer in range(model.cfg.n_layers):
        W_V, W_O = (getattr(model, name)[layer].detach().float().cpu() for name in ("W_V", "W_O"))
        values = torch.linalg.eigvals(W_O @ middle @ W_V)
        scores.append(values.real.sum(-1) / values.abs().sum(-1).clamp_min(1e-30))
    return torch.stack(scores)


@torch.no_grad()
def head_pairs(
    model: HookedModel, patterns: Float[Tensor, "layer h h"] | None = None, *, frames: HeadFrames | None = None
) -> list[HeadPair]:
    """Every pair of different heads, the earlier one first; composition only across layers."""
    frames = HeadFrames(model) if frames is None else frames
    n_layers, n_heads = frames.shape
    flat = frames.frames
    tables = {name: _all_overlaps(rows) for name, rows in flat.items()}
    pairs = []
    for i in range(n_layers * n_heads):
        for j in range(i + 1, n_layers * n_heads):
            (la, ha), (lb, hb) = divmod(i, n_heads), divmod(j, n_heads)
            later = lb > la
            pairs.append(
                HeadPair(
                    layer=la,
                    head=ha,
                    other_layer=lb,
                    other_head=hb,
                    pattern_overlap=None if later or patterns is None else float(patterns[la, ha, hb]),
                    query_overlap=float(tables["W_Q"][i, j]),
                    key_overlap=float(tables["W_K"][i, j]),
                    read_overlap=float(tables["W_V"][i, j]),
                    write_overlap=float(tables["W_O"][i, j]),
                    q_composition=frames.composition(i, j, "q") if later else None,
                    k_composition=frames.composition(i, j, "k") if later else None,
                    v_composition=frames.composition(i, j, "v") if later else None,
                )
            )
    return pairs


def _all_overlaps(frames: list[Frame]) -> Float[Tensor, "n n"]:
    """Overlap of every two subspaces."""
    n, m, most = len(frames), len(frames[0].basis), max(f.basis.shape[1] for f in frames)
    bases = torch.zeros(n, m, most)
    for basis, f in zip(bases, frames, strict=True):
        basis[:, : f.basis.shape[1]] = f.basis
    rank = torch.tensor([f.basis.shape[1] for f in frames]).float()
    # |A^T B|^2 is the inner product of the projections A A^T and B B^T
    out = torch.stack([(b.T @ bases).square().sum((1, 2)) for b in bases])
    return out / torch.minimum(rank[:, None], rank).clamp_min(1.0)
