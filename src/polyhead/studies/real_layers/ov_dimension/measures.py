"""What the study `ov-dimension` measures on the head loadings of each dictionary."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from numpy import ndarray

from polyhead.core.config import Config
from polyhead.experiments.config import Member
from polyhead.studies.layer_members import LayerSetup, OneLayer, remembered, topk, train_layer
from polyhead.studies.real_layers.loading_clusters import (
    Clustering,
    Null,
    cluster,
    density_clusters,
    null_points,
    oriented,
    unevenness,
)
from polyhead.studies.real_layers.ov_dimension.cluster_rank import ranks_of_groups, ranks_of_random_groups
from polyhead.studies.real_layers.ov_dimension.heavy_tails import compare, fit_power_law, goodness

KINDS: tuple[Clustering, ...] = ("k-means", "spherical")
NULLS: tuple[Null, ...] = ("isotropic", "matched covariance")
Source = Literal["loadings", "isotropic", "matched covariance"]


class DimensionConfig(Config):
    """Where, and how loadings are cut into groups."""

    places: tuple[LayerSetup, ...] = (LayerSetup(layers=(0, 1, 2, 3), ks=(32,), seeds=(0,), n_latents=4096),)
    n_clusters: tuple[int, ...] = (10, 30, 100, 300, 1000, 3000)
    """Those up to half the living latents are used."""
    init: Literal["one_hot", "spread"] = "spread"
    """Where loadings begin; one-hot starts put the groups there by hand."""
    n_nulls: int = 3
    """Draws of each null."""
    n_goodness: int = 40
    """Synthetic samples behind each goodness of fit."""
    rank_clusters: int = 30
    """Groups whose rank is measured."""


class Cut(NamedTuple):
    """One clustering into k groups, and the law of its sizes."""

    source: Source
    kind: Clustering
    k: int
    sizes: list[int]
    gini: float
    alpha: float | None
    """None where too few sizes differ to fit anything."""
    x_min: int | None
    n_tail: int
    goodness: float | None
    laws: dict[str, tuple[float, float]]
    """Log likelihood ratio (positive: power law) and p, by the other law."""

    @property
    def is_power_law(self) -> bool | None:
        """Not ruled out, no other law better, better than an exponential (all at 0.1); None where nothing was fitted.

        The last is what makes a tail heavy: a steep power law and an exponential look alike on a short tail.
        """
        if self.alpha is None or self.goodness is None:
            return None
        none_better = all(p >= 0.1 or ratio > 0 for ratio, p in self.laws.values())
        ratio, p = self.laws["exponential"]
        return self.goodness > 0.1 and none_better and ratio > 0 and p < 0.1


class LoadingsOf(NamedTuple):
    """One dictionary."""

    name: str
    n_alive: int
    cuts: list[Cut]
    grouped: dict[str, list[float]]
    """Share of latents in a group of HDBSCAN: `loadings`, the nulls by draw, and `planted` one-head groups."""
    n_dense: int
    """Groups of HDBSCAN."""
    ranks: dict[str, list[tuple[int, float, float]]]
    """`writes` and `reads`: (size, effective rank, of random groups of the size) of every group."""

    def some(self, source: Source, kind: Clustering = "k-means") -> list[Cut]:
        """The clusterings of one source, by k."""
        return [c for c in self.cuts if c.source == source and c.kind == kind]


def measure_layer(place: LayerSetup, layer: int, cfg: DimensionConfig, folder: Path) -> list[LoadingsOf]:
    """Train the dictionaries of a layer and cut their loadings."""
    settings = {"n_latents": place.n_latents, "init": cfg.init}
    members = [
        Member(settings={**settings, "activation": topk(k)}, seed=seed) for k in place.ks for seed in place.seeds
    ]
    trained = train_layer(place, layer, members, folder)
    found = []
    for m in members:
        label = f"{trained.name}, k {m.settings['activation']['k']}, seed {m.seed}"
        plain = remembered(trained.folder / f"{m.name}.json", lambda m=m: _measure(trained, m, cfg))
        cuts = [Cut(**c) for c in plain.pop("cuts")]
        found.append(LoadingsOf(name=label, cuts=cuts, **plain))
    return found


def _measure(layer: OneLayer, member: Member, cfg: DimensionConfig) -> dict[str, Any]:
    dictionary = layer.dictionary(member)
    alive = torch.zeros(dictionary.cfg.n_latents, dtype=torch.bool)
    for batch, counted in layer.held_out(layer.data.reading(member)):
        codes = dictionary.codes(batch)
        alive[codes.indices[(codes.values != 0) & counted[..., None]]] = True
    points = oriented(dictionary.head_loadings()[alive].double().numpy())
    writes, reads = (w.detach()[alive].double().numpy() for w in (dictionary.W_dec, dictionary.W_enc.T))
    rng = np.random.default_rng(member.seed)
    nulls = {null: [null_points(points, null, rng) for _ in range(cfg.n_nulls)] for null in NULLS}
    ks = [k for k in cfg.n_clusters if k <= len(points) // 2]
    cuts = [_cut("loadings", kind, points, k, cfg, rng) for kind in KINDS for k in ks]
    cuts += [_cut(null, "k-means", draw, k, cfg, rng) for null in NULLS for draw in nulls[null] for k in ks]
    return {
        "n_alive": len(points),
        "cuts": [c._asdict() for c in cuts],
        "n_dense": len(density_clusters(points).sizes),
        "grouped": {
            "loadings": [_grouped(points)],
            **{null: [_grouped(draw) for draw in draws] for null, draws in nulls.items()},
            "planted": [_grouped(_one_headed(points, rng))],
        },
        "ranks": _ranks(points, {"writes": writes, "reads": reads}, cfg, rng),
    }


def _cut(source: Source, kind: Clustering, points: ndarray, k: int, cfg: DimensionConfig, rng: Any) -> Cut:
    sizes = cluster(points, k, kind, seed=0).sizes
    fit = fit_power_law(sizes)
    laws = {} if fit is None else {name: (c.ratio, c.p) for name, c in compare(sizes, fit).items()}
    return Cut(
        source=source,
        kind=kind,
        k=k,
        sizes=sizes,
        gini=unevenness(sizes),
        alpha=None if fit is None else fit.alpha,
        x_min=None if fit is None else fit.x_min,
        n_tail=0 if fit is None else fit.n_tail,
        goodness=None if fit is None else goodness(sizes, fit, rng, n_draws=cfg.n_goodness),
        laws=laws,
    )


def _grouped(points: ndarray) -> float:
    return float((density_clusters(points).labels >= 0).mean())


def _one_headed(points: ndarray, rng: Any) -> ndarray:
    """The same latents, each on its strongest head but for a little noise: groups that are there."""
    return oriented(np.eye(points.shape[1])[points.argmax(1)] + 0.05 * rng.standard_normal(points.shape))


def _ranks(points: ndarray, sides: dict[str, ndarray], cfg: DimensionConfig, rng: Any) -> dict[str, Any]:
    labels = cluster(points, min(cfg.rank_clusters, max(2, len(points) // 10)), "spherical", seed=0).labels
    found = {}
    for name, rows in sides.items():
        own = ranks_of_groups(rows, labels)
        random = ranks_of_random_groups(rows, [size for size, _ in own], rng)
        found[name] = [(size, rank, other) for (size, rank), other in zip(own, random, strict=True)]
    return found


@dataclass(frozen=True)
class Measured:
    """Every dictionary of every layer."""

    cfg: DimensionConfig
    found: list[LoadingsOf]
    n_diverged: int = 0

    @property
    def n_models(self) -> int:
        return len(self.found)


def measure(cfg: DimensionConfig, folder: Path) -> Measured:
    """Train a dictionary on every layer and cut its loadings, and those of the nulls, into groups."""
    every = [(place, layer) for place in cfg.places for layer in place.layers]
    return Measured(cfg, [one for where in every for one in measure_layer(*where, cfg, folder)])
