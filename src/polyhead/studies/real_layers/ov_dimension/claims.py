"""Claims of the study `ov-dimension`."""

from polyhead.studies import study
from polyhead.studies.claim import Number, Share
from polyhead.studies.real_layers.ov_dimension.measures import NULLS, Cut, LoadingsOf, Measured

SOURCE = "Transformer Circuits, Progress on Attention (2025), clusters of head loadings"
FITTED_FROM = 30
"""Groups from which a law of sizes is judged."""


def judged(found: list[LoadingsOf], *sources: str) -> list[Cut]:
    return [c for m in found for c in m.cuts if c.source in sources and c.k >= FITTED_FROM and c.alpha is not None]


@study.claim(
    "power-law",
    source=SOURCE,
    published="power-law-like cluster sizes at every k (k values and exponent are lost); no null",
)
def power_law(m: Measured) -> Share:
    """The sizes of groups of similar head loadings follow a power law at every k: it is not ruled out, neither a
    lognormal nor a cutoff fits better, and an exponential fits worse (p < 0.1)."""
    real, null = (judged(m.found, "loadings"), judged(m.found, *NULLS))
    holds, control = ([bool(c.is_power_law) for c in some] for some in (real, null))
    return Share(
        holds=holds,
        against=control,
        ours={
            "goodness of fit, loadings": [c.goodness or 0.0 for c in real],
            "log likelihood over an exponential's, a group": [_over_exponential(c) for c in real],
        },
        control={f"goodness of fit, {n}": [c.goodness or 0.0 for c in judged(m.found, n)] for n in NULLS},
        note="One case a clustering (dictionary, method, k). Controls: as many points drawn isotropically or with "
        "the loadings' own mean and covariance, cut alike. A test with little power passes everything: that the "
        "nulls pass too means that passing says nothing of loadings.",
    )


def _over_exponential(cut: Cut) -> float:
    return cut.laws["exponential"][0] / max(1, cut.n_tail)


@study.claim("exponent", source=f"{SOURCE} (lost)")
def exponent(m: Measured) -> Number:
    """The exponent of the best power law of group sizes."""
    values = [c.alpha for c in judged(m.found, "loadings") if c.alpha is not None]
    return Number(
        values=values,
        expected=None,
        ours={"alpha, loadings": values},
        control={f"alpha, {n}": [c.alpha for c in judged(m.found, n) if c.alpha is not None] for n in NULLS},
        note="The same fit on the nulls: an exponent that they have too is one of k-means, not of features.",
    )


@study.claim("beyond-nulls", source="ours (the null the original lacked)")
def beyond_nulls(m: Measured) -> Share:
    """Group sizes are more uneven than those of a cloud with the same mean and covariance."""
    holds, control, ours, nulls = ([], [], [], [])
    for one in m.found:
        for c in one.some("loadings"):
            draws = [n.gini for n in one.some("matched covariance") if n.k == c.k]
            holds.append(c.gini > max(draws))
            control += [d > max(draws[:i] + draws[i + 1 :]) for i, d in enumerate(draws) if len(draws) > 1]
            ours.append(c.gini)
            nulls += draws
    return Share(
        holds=holds,
        against=control,
        ours={"Gini coefficient of sizes, loadings": ours},
        control={"Gini coefficient, matched covariance": nulls},
        note="Holds for a clustering if its Gini coefficient is above all draws of the null; the control asks the "
        "same of one draw against the others.",
    )


@study.claim(
    "no-discrete-groups",
    source=SOURCE,
    published="no discrete populations, hence no preferred OV dimension; seen in rank-size plots",
)
def no_discrete_groups(m: Measured) -> Share:
    """There are no discrete groups: HDBSCAN puts no more latents into groups than of a cloud with the same mean and
    covariance (by more than 5 points)."""
    ours = [one.grouped["loadings"][0] for one in m.found]
    nulls = [one.grouped["matched covariance"] for one in m.found]
    planted = [one.grouped["planted"][0] for one in m.found]
    holds = [a <= max(n) + 0.05 for a, n in zip(ours, nulls, strict=True)]
    control = [p <= max(n) + 0.05 for p, n in zip(planted, nulls, strict=True)]
    return Share(
        holds=holds,
        against=control,
        ours={"share of latents in a group": ours},
        control={
            "matched covariance": [x for n in nulls for x in n],
            "planted: one head per latent, a little noise": planted,
        },
        note="The control plants groups (each latent on its strongest head, with noise of 0.05), which the test must "
        "see.",
    )


_SIDES = {"writes": ("write", "rows of W_dec"), "reads": ("read", "columns of W_enc")}


@study.claim("rank-{}", source="ours", each=tuple(_SIDES))
def ranks(m: Measured, side: str) -> Share:
    """Features that are moved alike also {verb} alike: the effective rank of a group's {weights} is below that of
    random groups of the same size."""
    verb, weights = _SIDES[side]
    rows = [row for one in m.found for row in one.ranks[side]]
    return Share(
        holds=[rank < random for _, rank, random in rows],
        against=0.5,
        ours={"effective rank over that of random groups": [r / o for _, r, o in rows]},
        control={"random groups": [1.0]},
        note=f"Participation ratio, groups of at least 3 latents out of {m.cfg.rank_clusters} spherical k-means "
        "groups; chance is one half for every group.",
        words={"verb": verb, "weights": weights},
    )
