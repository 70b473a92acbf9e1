"""Claims and notes of the study `attention-features`."""

from collections.abc import Mapping

import torch
from torch import Tensor

from polyhead.analysis.feature_geometry import feature_dimensionality
from polyhead.core.rng import generator
from polyhead.core.study_records import Claim, Distribution
from polyhead.models.toy.attention_features import FeatureHeads, FeatureHeadsConfig
from polyhead.studies.attention_features.head_geometry import (
    antipodal_pairs,
    captured,
    head_mix_fit,
    pattern_cosine,
    phase,
    represented,
)
from polyhead.studies.attention_features.models import AttentionFeaturesStudyConfig, Trained
from polyhead.studies.judge import judge_share
from polyhead.tasks.attention_features import AttentionFeaturesConfig, truth

OURS = "ours; the text of the January 2024 model was not found"
SPARSE = 0.1
"""Largest density that counts as sparse."""
GOOD_FIT = 0.95
"""Cosine from which a planted pattern counts as written by a mixture of heads."""


def make_claims(
    cfg: AttentionFeaturesStudyConfig, phases: Mapping[str, Trained], widths: Mapping[int, Trained], overlaps: Trained
) -> list[Claim]:
    """All claims."""
    return [
        _superposed_when_sparse(cfg, phases),
        _antipodal(phases),
        _more_features(widths, cfg),
        _half(widths, cfg),
        _head_mix(overlaps),
        _patterns_must_overlap(overlaps),
    ]


def make_notes(
    cfg: AttentionFeaturesStudyConfig, phases: Mapping[str, Trained], widths: Mapping[int, Trained], overlaps: Trained
) -> list[str]:
    """Negative results and limits."""
    two = phases["phase-2-1"]
    stuck = []
    for density in [d for d in cfg.densities if d <= SPARSE]:
        mine = two.where(density=density, importance=1.0)
        best = min((float(two.unexplained[i]) for i in mine), default=float("nan"))
        worst = max((float(two.unexplained[i]) for i in mine), default=float("nan"))
        stuck.append(f"density {density}: {best:.2f} to {worst:.2f}")
    shares = _by_start(cfg, two)
    alone = pattern_cosine(overlaps.planted, overlaps.recovered)
    apart = [float(alone[i].nanmean()) for i in overlaps.where(overlap=cfg.overlaps[0])]
    together = [float(alone[i].nanmean()) for i in overlaps.where(overlap=cfg.overlaps[-1])]
    mean = [sum(v) / max(1, len(v)) for v in (apart, together)]
    return [
        "The world is our proposal. With overlap 1 all planted patterns are one, and the student is exactly the "
        "autoencoder of toy models of superposition with heads in the place of hidden units; what is new is overlap "
        "below 1, where a shared head must look at the source positions of all its features.",
        "Seeds matter, so phase maps show the best of the seeds, and the claims count all of them. Two sparse "
        f"features of equal importance on one head are superposed at the end in {shares[0]} of the models whose "
        f"loadings start with opposite signs, and in {shares[1]} of those that start with the same sign. Unexplained "
        "loss over seeds, two features of equal importance on one head: " + "; ".join(stuck) + ".",
        "What a student moves of a feature to its own output (its loadings times its heads' patterns) has a cosine "
        f"of {mean[0]:.2f} with the planted pattern at overlap {cfg.overlaps[0]} and {mean[1]:.2f} at "
        f"{cfg.overlaps[-1]} (4 features on 2 heads). Where patterns differ and heads are fewer than features, "
        "planted patterns lie outside the span of the heads, so no mixture of heads, and no multitoken transcoder, "
        "can write them: recovery is limited by the student, not by the fit. The fit has as many free weights as "
        "heads on few positions, so its control (patterns planted with another seed) is not zero.",
    ]


def _superposed_when_sparse(cfg: AttentionFeaturesStudyConfig, phases: Mapping[str, Trained]) -> Claim:
    ours, control, holds, fails = [], [], [], []
    for key, n in (("phase-2-1", 2), ("phase-3-2", 3)):
        t = phases[key]
        kind = phase(t.geometry, n - 1)
        for density in cfg.densities:
            found = [bool(kind[i] == 2) for i in t.where(density=density, importance=1.0)]
            shown = Distribution(
                label=f"{n} features, {n - 1} heads, density {density}", values=[float(x) for x in found]
            )
            if density <= SPARSE:
                ours.append(shown)
                holds += found
            elif density == cfg.densities[0]:
                control.append(shown)
                fails += found
    verdict, reason = judge_share(holds, fails, published=False)
    return Claim(
        key="sparse-features-share-heads",
        statement="With one head fewer than features of equal importance, sparse features are superposed over the "
        "heads; dense ones are not, one of them is dropped.",
        source=OURS,
        published="unknown",
        ours=ours,
        control=control,
        control_note="Dense features (always active), where interference costs more than a dropped feature. Values: "
        "1 for each model whose last feature shares its direction over heads with another, over all "
        "seeds.",
        verdict=verdict,
        reason=reason,
    )


def _antipodal(phases: Mapping[str, Trained]) -> Claim:
    signed, unsigned = phases["phase-2-1"], phases["phase-2-1-unsigned"]
    found, without = (_antipodal_shares(t) for t in (signed, unsigned))
    verdict, reason = judge_share(found, without, published=False)
    return Claim(
        key="antipodal-pairs-need-negative-loadings",
        statement="Two sparse features of equal importance share one head as an antipodal pair, one of them with a "
        "negative loading.",
        source=OURS,
        published="unknown",
        ours=[Distribution(label="free signs", values=[float(x) for x in found])],
        control=[Distribution(label="loadings kept at 0 or above", values=[float(x) for x in without])],
        control_note="The same students whose loadings are clamped at 0 after each step. Values: 1 for each sparse "
        f"model (density up to {SPARSE}, equal importance) with an antipodal pair (cosine <= -0.9, both "
        "represented).",
        verdict=verdict,
        reason=reason,
    )


def _more_features(widths: Mapping[int, Trained], cfg: AttentionFeaturesStudyConfig) -> Claim:
    sparse, dense = cfg.densities[-2], cfg.densities[0]
    ours, control, holds, fails = [], [], [], []
    for n, t in widths.items():
        count = captured(t.geometry)
        label = f"{n} features on {t.n_heads} heads"
        for density, group, judged in ((sparse, ours, holds), (dense, control, fails)):
            values = count[t.where(density=density)].tolist()
            group.append(Distribution(label=label, values=values, n_diverged=t.n_diverged))
            judged += [v > 1.1 for v in values] if n > t.n_heads else []
    verdict, reason = judge_share(holds, fails, published=False)
    return Claim(
        key="more-features-than-heads",
        statement="A layer represents more sparse attention features than it has heads.",
        source=OURS,
        published="unknown",
        ours=ours,
        control=control,
        control_note="The same with dense features. Values: features captured per head, each counted up to 1 "
        f"(density {sparse} against {dense}); a linear student reaches 1, a model counts from 1.1 on, "
        "if it has more features than heads.",
        verdict=verdict,
        reason=reason,
    )


def _half(widths: Mapping[int, Trained], cfg: AttentionFeaturesStudyConfig) -> Claim:
    sparse = cfg.densities[-2]
    ours, control, holds, fails = [], [], [], []
    for n, t in widths.items():
        there = represented(t.geometry)
        values = [t.geometry.dimensionality[i][there[i]] for i in t.where(density=sparse)]
        ours.append(Distribution(label=f"{n} features on {t.n_heads} heads", values=_known(values)))
        null = torch.randn(len(values), n, t.n_heads, generator=torch.Generator().manual_seed(n))
        chance = feature_dimensionality(null)
        control.append(Distribution(label=f"random loadings, {n} features", values=chance.flatten().tolist()))
        if n == 2 * t.n_heads:
            holds += [bool(((v - 0.5).abs() < 0.1).double().mean() > 0.5) for v in values if len(v)]
            fails += [bool(((v - 0.5).abs() < 0.1).double().mean() > 0.5) for v in chance]
    verdict, reason = judge_share(holds, fails, published=False)
    return Claim(
        key="half-a-head-each",
        statement="With twice as many sparse features as heads, most features take half a head (D_i within 0.1 of "
        "1/2).",
        source=OURS,
        published="unknown",
        ours=ours,
        control=control,
        control_note="Gaussian loadings of the same size. Values: D_i of each represented feature; the verdict is "
        "over models with twice as many features as heads.",
        verdict=verdict,
        reason=reason,
    )


def _head_mix(overlaps: Trained) -> Claim:
    fit, chance = head_mix_fit(overlaps.planted, overlaps.pattern), head_mix_fit(_other(overlaps), overlaps.pattern)
    holds, fails = ([bool(row.mean() >= GOOD_FIT) for row in x] for x in (fit, chance))
    verdict, reason = judge_share(holds, fails, published=False)
    levels = sorted({c.overlap for c in overlaps.cells})
    return Claim(
        key="mixtures-of-heads-write-the-patterns",
        statement="The pattern of each attention feature is a linear combination of the heads' patterns, the form "
        "that a multitoken transcoder can write.",
        source="Progress on Attention 2025: transcoders form patterns in the same way as the toy model",
        published="in words, no number",
        ours=[
            Distribution(label=f"overlap {o}", values=fit[overlaps.where(overlap=o)].mean(-1).tolist()) for o in levels
        ],
        control=[
            Distribution(
                label=f"other patterns, overlap {o}", values=chance[overlaps.where(overlap=o)].mean(-1).tolist()
            )
            for o in levels
        ],
        control_note="Patterns planted for another seed, fitted by the same heads. Values: cosine of planted pattern "
        f"and its best mixture of heads, mean over features; a model counts from {GOOD_FIT} on.",
        verdict=verdict,
        reason=reason,
    )


def _patterns_must_overlap(overlaps: Trained) -> Claim:
    levels = sorted({c.overlap for c in overlaps.cells})
    alike = _of(overlaps, levels[-1])
    line = float(torch.tensor(alike).quantile(0.9)) if alike else float("nan")
    verdict, reason = judge_share([v > line for v in _of(overlaps, levels[0])], 0.1, published=False)
    return Claim(
        key="superposition-costs-more-when-patterns-differ",
        statement="Sharing heads costs more the more the patterns differ: at overlap 0 more is left unexplained than "
        "by nine in ten of the models whose features all have one pattern.",
        source=OURS,
        published="unknown",
        ours=[Distribution(label=f"overlap {o}", values=_of(overlaps, o)) for o in levels[:-1]],
        control=[Distribution(label=f"overlap {levels[-1]}", values=alike)],
        control_note="One pattern for all features. Values: loss over the loss of the best constants, 4 features on "
        "2 heads.",
        verdict=verdict,
        reason=reason,
    )


# ---- readings


def _antipodal_shares(t: Trained) -> list[bool]:
    pairs = antipodal_pairs(t.geometry).any(-1).any(-1)
    return [bool(pairs[i]) for i, c in enumerate(t.cells) if c.density <= SPARSE and c.importance == 1.0]


def _by_start(cfg: AttentionFeaturesStudyConfig, t: Trained) -> list[str]:
    """`k of n` superposed among sparse, equally important pairs that start with opposite signs, and with the same."""
    student = FeatureHeadsConfig(n_features=2, n_heads=1, n_positions=cfg.n_positions)
    kind, found = phase(t.geometry, 1), {True: [], False: []}
    for i, c in enumerate(t.cells):
        if c.density <= SPARSE and c.importance == 1.0:
            start = FeatureHeads(student, generator=generator(c.seed, "student", 2, 1)).W_in.detach()
            found[bool(start.prod() < 0)].append(bool(kind[i] == 2))
    return [f"{sum(found[opposite])} of {len(found[opposite])}" for opposite in (True, False)]


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
