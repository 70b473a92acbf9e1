"""Claims and notes of the study `attention-features`."""

import torch
from torch import Tensor

from polyhead.analysis.feature_geometry import feature_dimensionality
from polyhead.core.study_records import Distribution
from polyhead.studies import study
from polyhead.studies.attention_features.head_geometry import (
    antipodal_pairs,
    captured,
    head_mix_fit,
    phase,
    represented,
)
from polyhead.studies.attention_features.models import Measured, Trained
from polyhead.studies.claim import Share
from polyhead.tasks.attention_features import AttentionFeaturesConfig, truth

OURS = "ours; the text of the January 2024 model was not found"
SPARSE = 0.1
"""Largest density that counts as sparse."""
GOOD_FIT = 0.95
"""Cosine from which a planted pattern counts as written by a mixture of heads."""


@study.claim("sparse-features-share-heads", source=OURS)
def sparse_features_share_heads(m: Measured) -> Share:
    """With one head fewer than features of equal importance, sparse features are superposed over the heads; dense
    ones are not, one of them is dropped."""
    ours, control, holds, fails = ([], [], [], [])
    for key, n in (("phase-2-1", 2), ("phase-3-2", 3)):
        t = m.phases[key]
        kind = phase(t.geometry, n - 1)
        for density in m.cfg.densities:
            found = [bool(kind[i] == 2) for i in t.where(density=density, importance=1.0)]
            shown = Distribution(
                label=f"{n} features, {n - 1} heads, density {density}", values=[float(x) for x in found]
            )
            if density <= SPARSE:
                ours.append(shown)
                holds += found
            elif density == m.cfg.densities[0]:
                control.append(shown)
                fails += found
    return Share(
        holds=holds,
        against=fails,
        ours=ours,
        control=control,
        note="Dense features (always active), where interference costs more than a dropped feature. Values: 1 for "
        "each model whose last feature shares its direction over heads with another, over all seeds.",
    )


@study.claim("antipodal-pairs-need-negative-loadings", source=OURS)
def antipodal_pairs_need_negative_loadings(m: Measured) -> Share:
    """Two sparse features of equal importance share one head as an antipodal pair, one of them with a negative
    loading."""
    signed, unsigned = (m.phases["phase-2-1"], m.phases["phase-2-1-unsigned"])
    found, without = (_antipodal_shares(t) for t in (signed, unsigned))
    return Share(
        holds=found,
        against=without,
        ours={"free signs": found},
        control={"loadings kept at 0 or above": without},
        note="The same students whose loadings are clamped at 0 after each step. Values: 1 for each sparse model "
        f"(density up to {SPARSE}, equal importance) with an antipodal pair (cosine <= -0.9, both represented).",
    )


@study.claim("more-features-than-heads", source=OURS)
def more_features_than_heads(m: Measured) -> Share:
    """A layer represents more sparse attention features than it has heads."""
    sparse, dense = (m.cfg.densities[-2], m.cfg.densities[0])
    ours, control, holds, fails = ([], [], [], [])
    for n, t in m.widths.items():
        count = captured(t.geometry)
        label = f"{n} features on {t.n_heads} heads"
        for density, group, judged in ((sparse, ours, holds), (dense, control, fails)):
            values = count[t.where(density=density)].tolist()
            group.append(Distribution(label=label, values=values, n_diverged=t.n_diverged))
            judged += [v > 1.1 for v in values] if n > t.n_heads else []
    return Share(
        holds=holds,
        against=fails,
        ours=ours,
        control=control,
        note="The same with dense features. Values: features captured per head, each counted up to 1 (density "
        f"{sparse} against {dense}); a linear student reaches 1, a model counts from 1.1 on, if it has more "
        "features than heads.",
    )


@study.claim("half-a-head-each", source=OURS)
def half_a_head_each(m: Measured) -> Share:
    """With twice as many sparse features as heads, most features take half a head (D_i within 0.1 of 1/2)."""
    sparse = m.cfg.densities[-2]
    ours, control, holds, fails = ([], [], [], [])
    for n, t in m.widths.items():
        there = represented(t.geometry)
        values = [t.geometry.dimensionality[i][there[i]] for i in t.where(density=sparse)]
        ours.append(Distribution(label=f"{n} features on {t.n_heads} heads", values=_known(values)))
        null = torch.randn(len(values), n, t.n_heads, generator=torch.Generator().manual_seed(n))
        chance = feature_dimensionality(null)
        control.append(Distribution(label=f"random loadings, {n} features", values=chance.flatten().tolist()))
        if n == 2 * t.n_heads:
            holds += [bool(((v - 0.5).abs() < 0.1).double().mean() > 0.5) for v in values if len(v)]
            fails += [bool(((v - 0.5).abs() < 0.1).double().mean() > 0.5) for v in chance]
    return Share(
        holds=holds,
        against=fails,
        ours=ours,
        control=control,
        note="Gaussian loadings of the same size. Values: D_i of each represented feature; the verdict is over "
        "models with twice as many features as heads.",
    )


@study.claim(
    "mixtures-of-heads-write-the-patterns",
    source="Progress on Attention 2025: transcoders form patterns in the same way as the toy model (in words, no "
    "number)",
)
def mixtures_of_heads_write_the_patterns(m: Measured) -> Share:
    """The pattern of each attention feature is a linear combination of the heads' patterns, the form that a multitoken
    transcoder can write."""
    fit, chance = (
        head_mix_fit(m.overlaps.planted, m.overlaps.pattern),
        head_mix_fit(_other(m.overlaps), m.overlaps.pattern),
    )
    holds, fails = ([bool(row.mean() >= GOOD_FIT) for row in x] for x in (fit, chance))
    levels = sorted({c.overlap for c in m.overlaps.cells})
    return Share(
        holds=holds,
        against=fails,
        ours={f"overlap {o}": fit[m.overlaps.where(overlap=o)].mean(-1) for o in levels},
        control={f"other patterns, overlap {o}": chance[m.overlaps.where(overlap=o)].mean(-1) for o in levels},
        note="Patterns planted for another seed, fitted by the same heads. Values: cosine of planted pattern and its "
        f"best mixture of heads, mean over features; a model counts from {GOOD_FIT} on.",
    )


@study.claim("superposition-costs-more-when-patterns-differ", source=OURS)
def superposition_costs_more_when_patterns_differ(m: Measured) -> Share:
    """Sharing heads costs more the more the patterns differ: at overlap 0 more is left unexplained than by nine in
    ten of the models whose features all have one pattern."""
    levels = sorted({c.overlap for c in m.overlaps.cells})
    alike = _of(m.overlaps, levels[-1])
    line = float(torch.tensor(alike).quantile(0.9)) if alike else float("nan")
    return Share(
        holds=[v > line for v in _of(m.overlaps, levels[0])],
        against=0.1,
        ours={f"overlap {o}": _of(m.overlaps, o) for o in levels[:-1]},
        control={f"overlap {levels[-1]}": alike},
        note="One pattern for all features. Values: loss over the loss of the best constants, 4 features on 2 heads.",
    )


# ---- readings


def _antipodal_shares(t: Trained) -> list[bool]:
    pairs = antipodal_pairs(t.geometry).any(-1).any(-1)
    return [bool(pairs[i]) for i, c in enumerate(t.cells) if c.density <= SPARSE and c.importance == 1.0]


def _of(t: Trained, overlap: float) -> list[float]:
    return t.unexplained[t.where(overlap=overlap)].tolist()


def _other(t: Trained) -> Tensor:
    """Patterns of the same world planted with seeds nobody trained on."""
    n, p = t.planted.shape[1:3]
    return torch.stack(
        [
            truth(
                AttentionFeaturesConfig(n_features=n, n_positions=p, overlap=c.overlap, pattern_seed=10_000 + c.seed)
            ).patterns
            for c in t.cells
        ]
    )


def _known(values: list[Tensor]) -> list[float]:
    flat = torch.cat(values) if values else torch.zeros(0)
    return flat[flat.isfinite()].tolist()
