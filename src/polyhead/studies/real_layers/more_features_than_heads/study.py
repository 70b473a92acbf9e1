"""The study `more-features-than-heads`: does one layer of a real model move more next-token features than it has heads?

Asked for as an open example in the literature on attention superposition. Latents of a multitoken transcoder of the
layer are taken as candidates, and each must pass tests against random directions and against other tokens before it
counts; then single heads are taken out of the model to see which of them the feature needs.
"""

from pathlib import Path

import numpy as np

from polyhead.core.study_records import Bars, Claim, Distribution, Figure, Findings, HeatMap, Reference, Scatter, Series
from polyhead.studies.judge import judge_share
from polyhead.studies.layer_members import Place
from polyhead.studies.real_layers.more_features_than_heads.models import (
    LEVEL,
    MoreFeaturesConfig,
    Result,
    result,
    sites,
)
from polyhead.studies.study import Study

SOURCES = (
    "Transformer Circuits, Progress on Attention (2025), attention features in superposition",
    "Transformer Circuits, HeadVis (2026): no confirmed natural example of attention superposition",
    "Thaman, Rigg, Oozeer, David, Experiments in Superposition (open wish)",
)
_SHOWN = 24


def run(cfg: MoreFeaturesConfig, folder: Path) -> Findings:
    """Train the dictionaries, examine their latents, and judge."""
    results: list[Result] = []
    for here, dictionaries in sites(cfg, folder):
        results += [result(cfg, here, mtc, seed) for seed, mtc in enumerate(dictionaries)]
    return Findings(
        claims=[_more(results), _comes(results), _several(cfg, results)],
        figures=_figures(results),
        notes=_notes(cfg, results),
        n_models=len(results),
        n_diverged=0,
    )


def _by_site(results: list[Result], value, label: str) -> list[Distribution]:  # type: ignore[no-untyped-def]
    names = dict.fromkeys(r.site for r in results)
    return [
        Distribution(label=f"{name}: {label}", values=[float(value(r)) for r in results if r.site == name])
        for name in names
    ]


def _more(results: list[Result]) -> Claim:
    def count(r: Result, random: bool = False) -> int:
        e = r.random if random else r.real
        return len(e.distinct(e.verified))

    holds = [count(r) > r.n_heads for r in results]
    verdict, reason = judge_share(holds, [count(r, True) > r.n_heads for r in results], published=False)
    heads = ", ".join(f"{name} {n}" for name, n in {r.site: r.n_heads for r in results}.items())
    return Claim(
        key="more-than-heads",
        statement="One layer has more verified next-token features, with distinct predicted words, than heads.",
        source=SOURCES[0],
        published="conjectured; no confirmed example in a real model",
        ours=[
            *_by_site(results, count, "distinct predicted words of verified latents"),
            *_by_site(results, lambda r: r.n_directions, "verified latents with decoders of cosine below one half"),
        ],
        control=_by_site(results, lambda r: count(r, True), "the same, random directions for decoders"),
        control_note="Each latent keeps its places and sizes, its decoder is drawn from a Gaussian with the "
        f"covariance of the layer's attention outputs, with that direction's own best token. Heads: {heads}.",
        verdict=verdict,
        reason=reason,
    )


def _comes(results: list[Result]) -> Claim:
    def count(r: Result, random: bool = False) -> int:
        e = r.random if random else r.real
        return len(e.distinct(e.verified & e.comes))

    holds = [count(r) > r.n_heads for r in results]
    verdict, reason = judge_share(holds, [count(r, True) > r.n_heads for r in results], published=False)
    return Claim(
        key="and-it-comes",
        statement="The same, counting only features whose word does come next at their positions more often than "
        "anywhere in the held-out text.",
        source="ours",
        published="unknown",
        ours=_by_site(results, count, "distinct words"),
        control=_by_site(results, lambda r: count(r, True), "random directions for decoders"),
        control_note=f"One-sided binomial test against the word's frequency, false discovery rate {LEVEL:g}.",
        verdict=verdict,
        reason=reason,
    )


def _several(cfg: MoreFeaturesConfig, results: list[Result]) -> Claim:
    def share(r: Result, swapped: bool = False) -> float:
        table = r.shared.supports_swapped if swapped else r.shared.supports
        return float((table.sum(1) >= 2).mean()) if len(table) else 0.0

    verdict, reason = judge_share(
        [share(r) >= 0.5 for r in results], [share(r, True) >= 0.5 for r in results], published=False
    )
    return Claim(
        key="several-heads",
        statement="Most verified features are brought by several heads: for at least half of them, taking away each of "
        "two or more single heads of the model lowers their token, more than any of 16 other candidates' tokens.",
        source="ours",
        published="unknown",
        ours=[
            *_by_site(results, share, "share of features that two or more heads support"),
            *_by_site(results, _mean_heads, "supporting heads of a feature, mean"),
            *_by_site(results, _mean_features, "features that a head supports, mean"),
        ],
        control=_by_site(results, lambda r: share(r, True), "the same for the token of another feature"),
        control_note="Same positions and heads, but the token of the next feature on the list: a head passes "
        f"by chance for one token in 17. A drop counts from {cfg.min_drop / 2:g} nats on, mean over positions.",
        verdict=verdict,
        reason=reason,
    )


def _mean_heads(r: Result) -> float:
    return float(r.shared.supports.sum(1).mean()) if len(r.shared.words) else 0.0


def _mean_features(r: Result) -> float:
    return float(r.shared.supports.sum(0).mean())


def _figures(results: list[Result]) -> list[Figure]:
    first = {name: next(r for r in results if r.site == name) for name in dict.fromkeys(r.site for r in results)}
    return [_funnel(results, first), _heads(first), _spread(results, first), _effects(first)]


def _funnel(results: list[Result], first: dict[str, Result]) -> Figure:
    stages = ["candidates", "aligned", "moves its token", "verified", "distinct words", "and it comes"]

    def counts(r: Result, random: bool) -> list[int]:
        e = r.random if random else r.real
        distinct, comes = len(e.distinct(e.verified)), len(e.distinct(e.verified & e.comes))
        return [len(e.words), int(e.aligned.sum()), int(e.causal.sum()), int(e.verified.sum()), distinct, comes]

    def series(name: str, random: bool, label: str) -> Series:
        rows = np.array([counts(r, random) for r in results if r.site == name], dtype=float)
        low, high = rows.min(0).tolist(), rows.max(0).tolist()
        return Series(name=label, y=np.median(rows, axis=0).tolist(), low=low, high=high)

    return Figure(
        key="funnel",
        title="From latents to verified next-token features",
        caption="Medians with the range over seeds. Aligned: the decoder points at its best token more than random "
        "directions at theirs. Moves its token: its removal lowers that token, and more than others. Verified: both.",
        panels=[
            Bars(
                title=name,
                y_label="latents",
                categories=stages,
                series=[series(name, False, "latents"), series(name, True, "random decoders")],
                references=[Reference(axis="y", value=r.n_heads, label=f"{r.n_heads} heads")],
            )
            for name, r in first.items()
        ],
        columns=2,
    )


def _heads(first: dict[str, Result]) -> Figure:
    panels = []
    for name, r in first.items():
        share = r.shared.share[:_SHOWN]
        if len(share):
            panels.append(
                HeatMap(
                    title=name,
                    x_label="head taken away",
                    y_label="predicted word",
                    x=[str(h) for h in range(r.n_heads)],
                    y=[f"{i + 1} {word!r}" for i, word in enumerate(r.shared.words[:_SHOWN])],
                    values=np.round(share.double().numpy(), 3).tolist(),
                    diverging=True,
                )
            )
    if not panels:
        panels = [HeatMap(title="none verified", x=["-"], y=["-"], values=[[None]])]
    return Figure(
        key="heads",
        title="What is lost of each feature when a single head is taken away",
        caption=f"The first {_SHOWN} distinct verified features by energy, first seed: mean share of what arrives of "
        "the latent that a head brings, at the positions where the feature is examined. A row with one dark "
        "cell is a feature of one head.",
        panels=list(panels),
        columns=2,
    )


def _spread(results: list[Result], first: dict[str, Result]) -> Figure:
    panels = []
    for name, one in first.items():
        found = [r for r in results if r.site == name]

        def counts(swapped: bool, found: list[Result] = found, heads: int = one.n_heads) -> list[float | None]:
            tables = [r.shared.supports_swapped if swapped else r.shared.supports for r in found]
            each = np.concatenate([t.sum(1) for t in tables]) if tables else np.zeros(0)
            total = max(1, len(each))
            return [round(float((each == n).sum() / total), 4) for n in range(heads + 1)]

        panels.append(
            Bars(
                title=name,
                x_label="heads whose removal lowers the token",
                y_label="share of verified features",
                categories=[str(n) for n in range(one.n_heads + 1)],
                series=[Series(name="own token", y=counts(False)), Series(name="another's token", y=counts(True))],
            )
        )
    return Figure(
        key="support",
        title="How many heads of the model a feature needs",
        caption="All seeds; direct effect of each whole head on the feature's token at the feature's positions, "
        "everything behind the layer held as it was.",
        panels=list(panels),
        columns=2,
    )


def _effects(first: dict[str, Result]) -> Figure:
    def points(r: Result, random: bool) -> Series:
        e = r.random if random else r.real
        drop = e.drop.median(-1).values
        return Series(
            name="random decoders" if random else "latents",
            x=[round(float(v), 4) for v in e.alignment],
            y=[round(float(v), 4) for v in drop],
        )

    return Figure(
        key="effects",
        title="Alignment with the best token, and what the removal does to it",
        caption="First seed, every candidate: unit decoder times centred unembedding, and median nats lost at the "
        "examined positions.",
        panels=[
            Scatter(
                title=name,
                x_label="alignment",
                y_label="median drop, nats",
                series=[points(r, True), points(r, False)],
            )
            for name, r in first.items()
        ],
        columns=2,
    )


def _notes(cfg: MoreFeaturesConfig, results: list[Result]) -> list[str]:
    examples = {
        r.site: ", ".join(repr(w) for w in r.shared.words[:20]) or "none" for r in reversed(results) if r.seed == 0
    }
    effective = {name: [float(v) for r in results if r.site == name for v in r.shared.effective] for name in examples}
    largest = {
        name: [float(v) for r in results if r.site == name for v in r.shared.share.max(1).values]
        for name in examples
        if any(len(r.shared.words) for r in results if r.site == name)
    }
    return [
        "Verified means: (1) the latent's decoder is better aligned with its best token than random directions with "
        f"theirs, isotropic ones and ones drawn like the layer's attention outputs, {cfg.n_draws:,} each, at a false "
        f"discovery rate of {LEVEL:g}; and (2) at the {cfg.n_positions} held-out positions where most of it arrives, "
        "no two in one sequence, taking what arrives of it out of the last residual stream lowers the log-probability "
        f"of that token by a median of {cfg.min_drop:g} nats or more, and by more than it lowers the tokens of "
        f"{16} other candidates (one-sided Wilcoxon, Holm at {LEVEL:g} over all candidates). The token comes from the "
        "weights alone. Everything behind the layer, MLPs included, is held as it was: the effect is the direct one.",
        "Words are compared without spaces and case, so that forms of one word count once; white space is one word.",
        *[f"{name}: the first verified words of seed 0 by energy are {words}." for name, words in examples.items()],
        *[
            f"{name}: a verified latent's loadings use {np.median(effective[name]):.2g} heads (median participation "
            f"ratio), and its strongest single head brings {np.median(largest[name]):.0%} of it at its positions."
            for name in largest
        ],
        "More features than heads is not yet superposition of heads: a head of width d_head can write many "
        "directions. What speaks for sharing is that features need several heads, and heads serve several features; "
        "loadings themselves depend on where training starts, the heads taken out of the model do not.",
    ]


STUDY = Study(
    name="more-features-than-heads",
    title="More next-token features than heads in one layer",
    question="Does one attention layer of a real model move more verified next-token features than it has heads?",
    sources=SOURCES,
    presets={
        "quick": MoreFeaturesConfig(
            places=(Place(ks=(16,), seeds=(0, 1), n_latents=1024, n_train_tokens=49_152),),
            n_candidates=192,
            n_positions=16,
            n_draws=1999,
        ),
        "full": MoreFeaturesConfig(),
    },
    run=run,
)
