"""Do head loadings fall into groups, and how large are the groups?

Loadings are points on a sphere: unit norm, largest entry positive (a loading and what it writes may turn together).
k-means by distance, spherical k-means by cosine with unit centroids, and HDBSCAN, which also says what is in no group.
Nulls with the same number of points: isotropic directions, and normalized Gaussian draws with the points' own mean and
covariance; clustering cuts both into groups as well, so only what they do not show is structure.
"""

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from polyhead.core.errors import PolyheadError

Clustering = Literal["k-means", "spherical"]
Null = Literal["isotropic", "matched covariance"]


class Clusters(NamedTuple):
    """Groups of points."""

    labels: Int[ndarray, " n"]
    """-1: in no group."""
    centroids: Float[ndarray, "k d"]
    """Of unit norm."""

    @property
    def sizes(self) -> list[int]:
        """Points of every group that has any, largest first."""
        kept = self.labels[self.labels >= 0]
        return sorted((int(c) for c in np.bincount(kept, minlength=len(self.centroids)) if c), reverse=True)


def oriented(points: Float[ndarray, "n d"]) -> Float[ndarray, "n d"]:
    """Unit norm, the entry of largest size positive."""
    points = np.asarray(points, dtype=np.float64)
    points = points / np.linalg.norm(points, axis=1, keepdims=True).clip(1e-12)
    main = points[np.arange(len(points)), np.abs(points).argmax(1)]
    return points * np.where(main < 0, -1.0, 1.0)[:, None]


def cluster(points: Float[ndarray, "n d"], k: int, kind: Clustering, *, seed: int) -> Clusters:
    """`k` groups of points of unit norm.

    Raises:
        PolyheadError: fewer points than groups.
    """
    if k > len(points):
        raise PolyheadError(f"{k} clusters of {len(points)} points; ask for at most as many clusters as points")
    if kind == "spherical":
        return _spherical(points, k, seed)
    from sklearn.cluster import KMeans

    found = KMeans(k, n_init=1, random_state=seed).fit(points)  # pyright: ignore[reportArgumentType]
    return Clusters(np.asarray(found.labels_), _unit(np.asarray(found.cluster_centers_)))


def density_clusters(points: Float[ndarray, "n d"], *, min_size: int = 5) -> Clusters:
    """HDBSCAN: as many groups as there are dense places; the rest is in none."""
    from sklearn.cluster import HDBSCAN

    found = HDBSCAN(min_cluster_size=min_size, copy=True)  # pyright: ignore[reportArgumentType]
    labels = np.asarray(found.fit_predict(points))
    means = [points[labels == c].mean(0) for c in range(labels.max() + 1)]
    return Clusters(labels, _unit(np.array(means).reshape(-1, points.shape[1])))


def null_points(points: Float[ndarray, "n d"], null: Null, rng: np.random.Generator) -> Float[ndarray, "n d"]:
    """As many points as are given, drawn from a null."""
    n, d = points.shape
    draws = rng.standard_normal((n, d))
    if null == "matched covariance":
        values, vectors = np.linalg.eigh(np.cov(points.T))
        draws = points.mean(0) + (draws * np.sqrt(values.clip(0))) @ vectors.T
    return oriented(draws)


def unevenness(sizes: list[int]) -> float:
    """Gini coefficient of group sizes: 0 all alike, towards 1 a few hold everything."""
    x = np.sort(np.asarray(sizes, dtype=float))
    n = len(x)
    return float((2 * np.arange(1, n + 1) - n - 1) @ x / (n * x.sum()))


def _spherical(points: ndarray, k: int, seed: int) -> Clusters:
    from sklearn.cluster import kmeans_plusplus

    centroids, _ = kmeans_plusplus(points, k, random_state=seed)
    labels = np.full(len(points), -1)
    for _ in range(100):
        new = (points @ centroids.T).argmax(1)
        if (new == labels).all():
            break
        labels = new
        sums = np.zeros_like(centroids)
        np.add.at(sums, labels, points)
        used = np.bincount(labels, minlength=k) > 0
        centroids[used] = _unit(sums[used])
    return Clusters(labels, centroids)


def _unit(rows: ndarray) -> ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)
