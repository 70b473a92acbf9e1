"""Proposals for new rules: unknown rows gathered into clusters, each put in words by what sets it apart.

Rows of all heads together; features as square roots of masses (distances are then Hellinger's, and small masses are
heard). k-means with the k of the best silhouette, or HDBSCAN. A cluster is worded by the features whose mean mass is
largest relative to all unknown rows.
"""

from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.heads.rows import RowScan
from polyhead.analysis.heads.rules import RuleBook
from polyhead.analysis.heads.unknown_rows import OFFSETS, RELATIONS, feature_names
from polyhead.core.head_records import Proposal, RowExample

CONTEXT = 24
"""Tokens of text shown before a query."""
_MOST = 4000
"""Rows that are clustered; larger samples are thinned evenly."""


def propose(
    scan: RowScan,
    sequences: TokenSequences,
    book: RuleBook,
    texts: list[str],
    *,
    method: Literal["kmeans", "hdbscan"] = "kmeans",
    most: int = 8,
    n_examples: int = 4,
) -> list[Proposal]:
    """Clusters of the kept unknown rows, largest first; none where fewer than 20 rows were kept."""
    head, place = np.nonzero(np.isfinite(scan.kept.priority))
    if len(head) > _MOST:
        thin = np.linspace(0, len(head) - 1, _MOST).astype(int)
        head, place = head[thin], place[thin]
    if len(head) < 20:
        return []
    features = scan.kept.features[head, place].astype(np.float64)
    label = cluster_rows(features, method=method, most=most)
    out = []
    for cluster in np.unique(label[label >= 0]):
        own = np.flatnonzero(label == cluster)
        names, counts = np.unique(head[own], return_counts=True)
        order = np.argsort(-counts, kind="stable")[:6]
        centre = features[own].mean(0)
        nearest = own[np.argsort(((np.sqrt(features[own]) - np.sqrt(features[own]).mean(0)) ** 2).sum(-1))]
        known = feature_names(book)
        out.append(
            Proposal(
                n_rows=len(own),
                share=len(own) / len(head),
                words=_words(centre, features.mean(0), book),
                heads=[(f"L{scan.heads[names[i]][0]}H{scan.heads[names[i]][1]}", int(counts[i])) for i in order],
                centre={name: round(float(x), 4) for name, x in zip(known, centre, strict=True)},
                examples=[_example(scan, sequences, texts, int(head[i]), int(place[i])) for i in nearest[:n_examples]],
            )
        )
    return sorted(out, key=lambda p: -p.n_rows)


def cluster_rows(
    features: Float[np.ndarray, "r f"], *, method: Literal["kmeans", "hdbscan"] = "kmeans", most: int = 8
) -> Int[np.ndarray, " r"]:
    """Cluster of each row; -1 for rows that HDBSCAN leaves out."""
    from sklearn.cluster import HDBSCAN, KMeans
    from sklearn.metrics import silhouette_score

    points = np.sqrt(np.clip(features, 0.0, None))
    if method == "hdbscan":
        found: Any = HDBSCAN(min_cluster_size=max(10, len(points) // 50), copy=True)  # pyright: ignore[reportArgumentType]
        return found.fit_predict(points)
    best, label = -np.inf, np.zeros(len(points), int)
    distinct = len(np.unique(points.round(6), axis=0))
    for k in range(2, min(most, distinct - 1) + 1):
        found = KMeans(k, n_init=4, random_state=0).fit_predict(points)  # pyright: ignore[reportArgumentType]
        score = silhouette_score(points, found, sample_size=min(len(points), 1000), random_state=0)
        if score > best:
            best, label = score, found
    return label


def _words(centre: np.ndarray, everywhere: np.ndarray, book: RuleBook) -> str:
    names = feature_names(book)
    says = {f"offset {low}": f"{low} back" for low in OFFSETS} | RELATIONS | {b.name: b.words for b in book.behaviours}
    candidates = []
    for name, own, all_rows in zip(names, centre, everywhere, strict=True):
        if name in ("entropy", "largest", "offset 0") or own < 0.1:
            continue
        lift = own / max(all_rows, 1e-9)
        candidates.append((own * np.log(max(lift, 1e-9)), name, own, lift))
    strong = [c for c in sorted(candidates, reverse=True) if c[0] > 0][:3]
    entropy = centre[names.index("entropy")]
    spread = "sharp" if entropy < 0.35 else "spread out" if entropy > 0.65 else "over a few keys"
    if not strong:
        return f"nothing sets it apart from other unknown rows; {spread}"
    parts = [f"{says.get(n, n.replace('offset', 'distance'))} ({own:.0%}, {lift:.1f}x)" for _, n, own, lift in strong]
    return "; ".join(parts) + f"; {spread}"


def _example(scan: RowScan, sequences: TokenSequences, texts: list[str], head: int, place: int) -> RowExample:
    sequence, query = int(scan.kept.sequence[head, place]), int(scan.kept.query[head, place])
    row, start = sequences.tokens[sequence], max(0, query - CONTEXT)
    keys, weights = scan.kept.keys[head, place], scan.kept.weights[head, place]
    return RowExample(
        layer=scan.heads[head][0],
        head=scan.heads[head][1],
        sequence=sequence,
        query=query,
        start=start,
        tokens=[texts[t] for t in row[start : query + 1]],
        keys=[(int(k), texts[row[k]], round(float(w), 4)) for k, w in zip(keys, weights) if k >= 0 and w > 0.01],
    )
