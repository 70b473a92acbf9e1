"""What a head does in several ways: PCA of q, k and output over the pairs with the largest outputs, and clusters in it.

A pair's output is A[q, k] v_k W_O. Its features are q, k (before rotation) and the direction of v_k W_O, each centred,
reduced by PCA and scaled to total variance 1, side by side. Because each depends on the query or the key alone, the
squared distance of any pair to a cluster's centre is a sum of a query term and a key term, so every pair of a sequence
is labelled by two small tables. Source of the picture: HeadVis (Anthropic 2026), polysemantic head.
Axis legend: b sequence, q query, k key, h head, d d_head, n pair, r component, c cluster.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from torch import Tensor

from polyhead.analysis.heads.split import HeadView, view_head
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.metrics.positions import Positions
from polyhead.models.hooked import HookedModel


@dataclass(frozen=True)
class Pairs:
    """The pairs of one head with the largest outputs, largest first."""

    norm: Float[Tensor, " n"]
    q: Float[Tensor, "n d"]
    k: Float[Tensor, "n d"]
    out: Float[Tensor, "n d"]
    """v_k W_O in an orthonormal basis of what W_O writes, without the factor A."""
    place: Int[Tensor, "n 3"]
    """Sequence, query position, key position."""
    token: Int[Tensor, "n 2"]
    """Query token, key token."""


def output_basis(W_O: Float[Tensor, "d m"]) -> Float[Tensor, "d d2"]:
    """R with |v R| = |v W_O| for all v: coordinates of outputs in what the head writes."""
    return torch.linalg.qr(W_O.detach().float().T, mode="r").R.T


@torch.no_grad()
def largest_pairs(
    model: HookedModel, batches: Iterable[Batch], layer: int, head: int, *, n: int = 2048, per_sequence: int = 64
) -> Pairs:
    """Over batches of text, counted queries and keys only (no BOS, no padding), at most `per_sequence` a sequence.

    Raises:
        PolyheadError: no such head, or no pair was counted.
    """
    positions, basis = Positions.of(model), output_basis(model.W_O[layer][head])
    kept: Pairs | None = None
    first = 0
    for batch in batches:
        view, counted = view_head(model, batch["tokens"], layer, head), positions.counted(batch)
        out = view.v.float() @ basis
        size = view.pattern.float() * out.norm(dim=-1)[:, None]
        size = size.masked_fill(~(counted[:, :, None] & counted[:, None]), 0.0)
        p = size.shape[-1]
        value, flat = size.flatten(1).topk(min(per_sequence, p * p))
        b, i = (value > 0).nonzero(as_tuple=True)
        query, key = flat[b, i] // p, flat[b, i] % p
        new = Pairs(
            norm=value[b, i],
            q=view.q[b, query].float(),
            k=view.k[b, key].float(),
            out=out[b, key],
            place=torch.stack([b + first, query, key], -1),
            token=torch.stack([batch["tokens"][b, query], batch["tokens"][b, key]], -1),
        )
        kept = _best(new if kept is None else _joined(kept, new), n)
        first += len(counted)
    if kept is None or len(kept.norm) == 0:
        raise PolyheadError(f"L{layer}H{head}: no pair of counted tokens gets any attention in this text")
    return kept


def _joined(a: Pairs, b: Pairs) -> Pairs:
    return Pairs(*(torch.cat([getattr(a, f), getattr(b, f)]) for f in Pairs.__dataclass_fields__))


def _best(pairs: Pairs, n: int) -> Pairs:
    order = pairs.norm.argsort(descending=True, stable=True)[:n]
    return Pairs(*(getattr(pairs, f)[order] for f in Pairs.__dataclass_fields__))


@dataclass(frozen=True)
class Axes:
    """One PCA."""

    mean: Float[Tensor, " d"]
    components: Float[Tensor, "d r"]
    """Scaled so that the coordinates have total variance 1."""
    explained: Float[Tensor, " r"]
    """Share of the variance."""

    def __call__(self, x: Float[Tensor, "*n d"]) -> Float[Tensor, "*n r"]:
        """Coordinates."""
        return (x - self.mean) @ self.components


def pca(x: Float[Tensor, "n d"], r: int) -> Axes:
    """The `r` largest components."""
    mean = x.mean(0)
    _, s, vh = torch.linalg.svd(x - mean, full_matrices=False)
    r = min(r, len(s))
    variance = s.square()
    kept = variance[:r].sum().clamp_min(1e-30)
    scale = (len(x) / kept).sqrt()
    return Axes(mean, vh[:r].T * scale, variance[:r] / variance.sum().clamp_min(1e-30))


@dataclass(frozen=True)
class PairClusters:
    """Clusters of pairs; gives every pair of a text a label (`PairLabels`)."""

    axes: tuple[Axes, Axes, Axes]
    """Of q, k and the direction of the output."""
    centres: Float[Tensor, "c r"]
    silhouette: float
    """Of the chosen number of clusters, over the largest pairs; below 0.25 or so they are hardly clusters."""
    silhouettes: dict[int, float]
    """By number of clusters."""
    coordinates: Float[Tensor, "n r"]
    """Of the pairs that were clustered."""
    cluster: Int[Tensor, " n"]
    basis: Float[Tensor, "d d2"]

    @property
    def names(self) -> list[str]:
        """`cluster 0`, ..."""
        return [f"cluster {c}" for c in range(len(self.centres))]

    def label(self, view: HeadView) -> Int[Tensor, "b q k"]:
        """The nearest centre of every pair."""
        r = [a.components.shape[1] for a in self.axes]
        parts = self.centres.split(r, dim=1)
        out = view.v.float() @ self.basis
        query = torch.cdist(self.axes[0](view.q.float()), parts[0]).square()
        key = torch.cdist(self.axes[1](view.k.float()), parts[1]).square()
        key = key + torch.cdist(self.axes[2](_direction(out)), parts[2]).square()
        best = torch.full((*view.pattern.shape,), float("inf"), device=query.device)
        label = torch.zeros_like(best, dtype=torch.int64)
        for c in range(len(self.centres)):
            distance = query[:, :, None, c] + key[:, None, :, c]
            nearer = distance < best
            best, label = torch.where(nearer, distance, best), label.masked_fill(nearer, c)
        return label


def _direction(out: Tensor) -> Tensor:
    return out / out.norm(dim=-1, keepdim=True).clamp_min(1e-12)


def cluster_pairs(
    pairs: Pairs,
    W_O: Float[Tensor, "d m"],
    *,
    n_clusters: int | None = None,
    most: int = 6,
    n_components: int = 8,
    seed: int = 0,
) -> PairClusters:
    """k-means on the features of pairs; without `n_clusters`, the number from 2 to `most` with the best silhouette.

    Raises:
        PolyheadError: fewer pairs than clusters.
    """
    most = most if n_clusters is None else n_clusters
    if len(pairs.norm) <= most:
        raise PolyheadError(f"{len(pairs.norm)} pairs are too few for {most} clusters; give more text")
    parts = (pairs.q, pairs.k, _direction(pairs.out))
    axes = tuple(pca(x, n_components) for x in parts)
    x = torch.cat([a(p) for a, p in zip(axes, parts, strict=True)], 1)
    fits, points = {}, x.cpu().numpy()
    for c in [n_clusters] if n_clusters is not None else range(2, most + 1):
        fit = KMeans(c, n_init=4, random_state=seed).fit(points)  # pyright: ignore[reportArgumentType]
        found = np.asarray(fit.labels_)
        score = float(silhouette_score(points, found)) if 2 <= len(np.unique(found)) < len(x) else 0.0
        fits[c] = (score, fit)
    chosen = max(fits, key=lambda c: fits[c][0])
    score, fit = fits[chosen]
    return PairClusters(
        axes=axes,  # pyright: ignore[reportArgumentType]
        centres=torch.from_numpy(fit.cluster_centers_).to(x),
        silhouette=score,
        silhouettes={c: s for c, (s, _) in fits.items()},
        coordinates=x,
        cluster=torch.from_numpy(fit.labels_).long().to(x.device),
        basis=output_basis(W_O),
    )
