"""The study `ov-dimension`: do features that are moved alike form groups, and of what sizes?

Features moved through the same mixture of heads share a "where"; how many they are is the dimension of what is moved
(OV) there. "Progress on Attention" clusters head loadings by k-means for many k, finds sizes like a power law at every
k and no discrete groups, and concludes that there is no preferred OV dimension. It had no null: k-means cuts any cloud
into groups, and unevenly where the cloud is uneven. Here the laws are fitted by likelihood and two nulls are cut alike.
"""

from pathlib import Path

import numpy as np

from polyhead.core.study_records import Claim, Distribution, Drawing, Figure, Findings, Lines, Scatter, Series
from polyhead.studies.judge import judge_number, judge_share
from polyhead.studies.layer_members import Place
from polyhead.studies.real_layers.ov_dimension.measures import (
    NULLS,
    Cut,
    DimensionConfig,
    Measured,
    Source,
    measure_layer,
)
from polyhead.studies.study import Study

SOURCE = "Transformer Circuits, Progress on Attention (2025), clusters of head loadings"
CLAUSET = "Clauset, Shalizi, Newman, Power-law distributions in empirical data, SIAM Review 51 (2009)"
SOURCES: tuple[Source, ...] = ("loadings", *NULLS)
FITTED_FROM = 30
"""Groups from which a law of sizes is judged."""


def run(cfg: DimensionConfig, folder: Path) -> Findings:
    """Train a dictionary on every layer and cut its loadings, and those of the nulls, into groups."""
    found = [m for place in cfg.places for layer in place.layers for m in measure_layer(place, layer, cfg, folder)]
    return Findings(
        claims=[_power_law(found), _exponent(found), _beyond_nulls(found), _no_groups(found), *_ranks(found, cfg)],
        figures=[_sizes(found), _gini(found), _rank_figure(found)],
        notes=_notes(found, cfg),
        n_models=len(found),
        n_diverged=0,
    )


def _judged(found: list[Measured], *sources: str) -> list[Cut]:
    return [c for m in found for c in m.cuts if c.source in sources and c.k >= FITTED_FROM and c.alpha is not None]


def _power_law(found: list[Measured]) -> Claim:
    real, null = _judged(found, "loadings"), _judged(found, *NULLS)
    holds, control = ([bool(c.is_power_law) for c in some] for some in (real, null))
    verdict, reason = judge_share(holds, control)
    return Claim(
        key="power-law",
        statement="The sizes of groups of like head loadings follow a power law at every k: it is not ruled out, "
        "neither a lognormal nor a cutoff fits better, and an exponential fits worse (p < 0.1).",
        source=SOURCE,
        published="power-law-like cluster sizes at every k (k values and exponent are lost); no null",
        ours=[
            Distribution(label="goodness of fit, loadings", values=[c.goodness or 0.0 for c in real]),
            Distribution(
                label="log likelihood over an exponential's, a group", values=[_over_exponential(c) for c in real]
            ),
        ],
        control=[
            Distribution(label=f"goodness of fit, {n}", values=[c.goodness or 0.0 for c in _judged(found, n)])
            for n in NULLS
        ],
        control_note="One case a clustering (dictionary, method, k). Controls: as many points drawn isotropically or "
        "with the loadings' own mean and covariance, cut alike. A test with little power passes "
        "everything: that the nulls pass too means that passing says nothing of loadings.",
        verdict=verdict,
        reason=reason,
    )


def _over_exponential(cut: Cut) -> float:
    return cut.laws["exponential"][0] / max(1, cut.n_tail)


def _exponent(found: list[Measured]) -> Claim:
    values = [c.alpha for c in _judged(found, "loadings") if c.alpha is not None]
    verdict, reason = judge_number(values, None, tolerance=0.2)
    return Claim(
        key="exponent",
        statement="The exponent of the best power law of group sizes.",
        source=SOURCE,
        published="unknown (lost)",
        ours=[Distribution(label="alpha, loadings", values=values)],
        control=[
            Distribution(label=f"alpha, {n}", values=[c.alpha for c in _judged(found, n) if c.alpha is not None])
            for n in NULLS
        ],
        control_note="The same fit on the nulls: an exponent that they have too is one of k-means, not of features.",
        verdict=verdict,
        reason=reason,
    )


def _beyond_nulls(found: list[Measured]) -> Claim:
    holds, control, ours, nulls = [], [], [], []
    for m in found:
        for c in m.some("loadings"):
            draws = [n.gini for n in m.some("matched covariance") if n.k == c.k]
            holds.append(c.gini > max(draws))
            control += [d > max(draws[:i] + draws[i + 1 :]) for i, d in enumerate(draws) if len(draws) > 1]
            ours.append(c.gini)
            nulls += draws
    verdict, reason = judge_share(holds, control, published=False)
    return Claim(
        key="beyond-nulls",
        statement="Group sizes are more uneven than those of a cloud with the same mean and covariance.",
        source="ours (the null the original lacked)",
        published="unknown",
        ours=[Distribution(label="Gini coefficient of sizes, loadings", values=ours)],
        control=[Distribution(label="Gini coefficient, matched covariance", values=nulls)],
        control_note="Holds for a clustering if its Gini coefficient is above all draws of the null; the control "
        "asks the same of one draw against the others.",
        verdict=verdict,
        reason=reason,
    )


def _no_groups(found: list[Measured]) -> Claim:
    ours = [m.grouped["loadings"][0] for m in found]
    nulls = [m.grouped["matched covariance"] for m in found]
    planted = [m.grouped["planted"][0] for m in found]
    holds = [a <= max(n) + 0.05 for a, n in zip(ours, nulls, strict=True)]
    control = [p <= max(n) + 0.05 for p, n in zip(planted, nulls, strict=True)]
    verdict, reason = judge_share(holds, control)
    return Claim(
        key="no-discrete-groups",
        statement="There are no discrete groups: HDBSCAN puts no more latents into groups than of a cloud with the "
        "same mean and covariance (by more than 5 points).",
        source=SOURCE,
        published="no discrete populations, hence no preferred OV dimension; seen in rank-size plots",
        ours=[Distribution(label="share of latents in a group", values=ours)],
        control=[
            Distribution(label="matched covariance", values=[x for n in nulls for x in n]),
            Distribution(label="planted: one head a latent, a little noise", values=planted),
        ],
        control_note="The control plants groups (each latent on its strongest head, with noise of 0.05), which the "
        "test must see.",
        verdict=verdict,
        reason=reason,
    )


def _ranks(found: list[Measured], cfg: DimensionConfig) -> list[Claim]:
    claims = []
    for side, words, weights in (("writes", "write", "rows of W_dec"), ("reads", "read", "columns of W_enc")):
        rows = [row for m in found for row in m.ranks[side]]
        verdict, reason = judge_share([rank < random for _, rank, random in rows], 0.5, published=False)
        claims.append(
            Claim(
                key=f"rank-{side}",
                statement=f"Features that are moved alike also {words} alike: the effective rank of a group's "
                f"{weights} is below that of random groups of the same size.",
                source="ours",
                published="unknown",
                ours=[
                    Distribution(label="effective rank over that of random groups", values=[r / o for _, r, o in rows])
                ],
                control=[Distribution(label="random groups", values=[1.0])],
                control_note=f"Participation ratio, groups of at least 3 latents out of {cfg.rank_clusters} "
                "spherical k-means groups; against a coin for every group.",
                verdict=verdict,
                reason=reason,
            )
        )
    return claims


def _sizes(found: list[Measured]) -> Figure:
    panels: list[Drawing] = []
    for m in found:
        series = []
        for source in SOURCES:
            cuts = m.some(source)
            for k in sorted({c.k for c in cuts} & {30, 300, max((c.k for c in cuts), default=0)}):
                sizes = next(c.sizes for c in cuts if c.k == k)
                at = np.unique(np.geomspace(1, len(sizes), 40).astype(int))
                ranks = at.astype(float).tolist()
                series.append(Series(name=f"{source}, k = {k}", x=ranks, y=[float(sizes[i - 1]) for i in at]))
        panels.append(
            Lines(title=m.name, x_label="rank", y_label="latents in the group", series=series, log_x=True, log_y=True)
        )
    return Figure(
        key="rank-size",
        title="Sizes of groups of like head loadings, largest first",
        caption="k-means on unit loadings of living latents, beside one draw of each null. Redraws the published "
        "rank-size plots, which had no null. A power law is a straight line.",
        panels=panels,
        columns=2,
    )


def _gini(found: list[Measured]) -> Figure:
    panels: list[Drawing] = []
    for m in found:
        series = []
        for source in SOURCES:
            cuts = m.some(source)
            ks = sorted({c.k for c in cuts})
            values = [[c.gini for c in cuts if c.k == k] for k in ks]
            series.append(
                Series(
                    name=source,
                    x=[float(k) for k in ks],
                    y=[float(np.mean(v)) for v in values],
                    low=[min(v) for v in values],
                    high=[max(v) for v in values],
                )
            )
        panels.append(
            Lines(title=m.name, x_label="groups", y_label="Gini coefficient of sizes", series=series, log_x=True)
        )
    return Figure(
        key="unevenness",
        title="How uneven group sizes are, for every number of groups",
        caption="0: all groups alike. Bands: smallest and largest over draws of a null.",
        panels=panels,
        columns=2,
    )


def _rank_figure(found: list[Measured]) -> Figure:
    panels: list[Drawing] = []
    for side, label in (("writes", "rows of W_dec"), ("reads", "columns of W_enc")):
        rows = [row for m in found for row in m.ranks[side]]
        sizes = [float(size) for size, _, _ in rows]
        series = [
            Series(name="groups of like loadings", x=sizes, y=[rank for _, rank, _ in rows]),
            Series(name="random groups", x=sizes, y=[random for _, _, random in rows]),
        ]
        panels.append(
            Scatter(
                title=f"Effective rank of {label}",
                x_label="latents in the group",
                y_label="participation ratio",
                series=series,
                log_x=True,
                log_y=True,
            )
        )
    return Figure(
        key="ranks",
        title="Dimensions a group writes and reads",
        caption="One point a group, over all dictionaries. Random groups of the same sizes show what many vectors "
        "span anyway.",
        panels=panels,
        columns=2,
    )


def _notes(found: list[Measured], cfg: DimensionConfig) -> list[str]:
    better = {
        name: float(np.mean([c.laws[name][1] < 0.1 and c.laws[name][0] < 0 for c in _judged(found, "loadings")]))
        for name in ("lognormal", "exponential", "cutoff")
        if _judged(found, "loadings")
    }
    alive = ", ".join(f"{m.name}: {m.n_alive}" for m in found)
    groups = ", ".join(f"{m.name}: {m.n_dense} holding {m.grouped['loadings'][0]:.0%}" for m in found)
    return [
        f"Living latents (active on held-out text): {alive}. Numbers of groups up to half of that are used, so the "
        f"largest asked for ({max(cfg.n_clusters)}) may be missing.",
        "Share of clusterings of loadings in which another law fits the tail better than a power law (p < 0.1): "
        + ", ".join(f"{name} {share:.0%}" for name, share in better.items())
        + ". Tails have between "
        + " and ".join(str(f([c.n_tail for c in _judged(found, "loadings")] or [0])) for f in (min, max))
        + " groups; with few, no test can tell laws apart.",
        f"HDBSCAN (at least 5 latents a group): {groups}.",
        f"Loadings start {'on all heads' if cfg.start == 'spread' else 'on one head'} here. The published work "
        "repeats the clustering on a two-layer attention-value SAE; here only transcoders are cut.",
    ]


STUDY = Study(
    name="ov-dimension",
    title="How many features are moved alike?",
    question="Do head loadings of features form groups, and is the power law of their sizes more than k-means makes "
    "of any cloud?",
    sources=(SOURCE, CLAUSET),
    presets={
        "quick": DimensionConfig(
            places=(Place(ks=(16,), seeds=(0,), n_latents=1024, n_train_tokens=32_768, n_eval_tokens=8192),),
            n_clusters=(10, 30, 100, 300),
            n_goodness=20,
        ),
        "full": DimensionConfig(),
    },
    run=run,
)
