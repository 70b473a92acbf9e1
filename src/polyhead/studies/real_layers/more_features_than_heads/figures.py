"""Figures of the study `more-features-than-heads`."""

import numpy as np

from polyhead.core.study_records import Bars, HeatMap, Reference, Scatter, Series
from polyhead.studies import study
from polyhead.studies.panels import RANGE, Panels, band
from polyhead.studies.real_layers.more_features_than_heads.models import Measured, Result

_SHOWN = 24


@study.figure("funnel", "From latents to verified next-token features", columns=2)
def funnel(m: Measured) -> Panels:
    """Medians with the range over seeds. Aligned: the decoder points at its best token more than random
    directions at theirs. Moves its token: its removal lowers that token, and more than others. Verified: both."""
    stages = ["candidates", "aligned", "moves its token", "verified", "distinct words", "and it comes"]

    def counts(r: Result, random: bool) -> list[int]:
        e = r.random if random else r.real
        distinct, comes = len(e.distinct(e.verified)), len(e.distinct(e.verified & e.comes))
        return [len(e.words), int(e.aligned.sum()), int(e.causal.sum()), int(e.verified.sum()), distinct, comes]

    def series(name: str, random: bool, label: str) -> Series:
        rows = np.array([counts(r, random) for r in m.results if r.site == name], dtype=float)
        return band(label, rows.T, middle=np.median, ends=RANGE)

    return [
        Bars(
            title=name,
            y_label="latents",
            categories=stages,
            series=[series(name, False, "latents"), series(name, True, "random decoders")],
            references=[Reference(axis="y", value=r.n_heads, label=f"{r.n_heads} heads")],
        )
        for name, r in m.first.items()
    ]


@study.figure(
    "heads",
    "What is lost of each feature when a single head is removed",
    columns=2,
    words=lambda _: {"shown": _SHOWN},
)
def heads(m: Measured) -> Panels:
    """The first {shown} distinct verified features by energy, first seed: mean share of what arrives of the
    latent that a head brings, at the positions where the feature is examined. A row with one dark cell is a
    feature of one head."""
    panels = []
    for name, r in m.first.items():
        share = r.shared.share[:_SHOWN]
        if len(share):
            panels.append(
                HeatMap(
                    title=name,
                    x_label="head removed",
                    y_label="predicted word",
                    x=[str(h) for h in range(r.n_heads)],
                    y=[f"{i + 1} {word!r}" for i, word in enumerate(r.shared.words[:_SHOWN])],
                    values=np.round(share.double().numpy(), 3).tolist(),
                    diverging=True,
                )
            )
    if not panels:
        panels = [HeatMap(title="none verified", x=["-"], y=["-"], values=[[None]])]
    return panels


@study.figure("support", "How many heads of the model a feature needs", columns=2)
def support(m: Measured) -> Panels:
    """All seeds; direct effect of each whole head on the feature's token at the feature's positions, everything
    after the layer held as it was."""
    panels = []
    for name, one in m.first.items():
        found = [r for r in m.results if r.site == name]

        def counts(swapped: bool, found: list[Result] = found, n_heads: int = one.n_heads) -> list[float | None]:
            tables = [r.shared.supports_swapped if swapped else r.shared.supports for r in found]
            each = np.concatenate([t.sum(1) for t in tables]) if tables else np.zeros(0)
            total = max(1, len(each))
            return [round(float((each == n).sum() / total), 4) for n in range(n_heads + 1)]

        panels.append(
            Bars(
                title=name,
                x_label="heads whose removal lowers the token",
                y_label="share of verified features",
                categories=[str(n) for n in range(one.n_heads + 1)],
                series=[Series(name="own token", y=counts(False)), Series(name="another's token", y=counts(True))],
            )
        )
    return panels


@study.figure("effects", "Alignment with the best token, and what the removal does to it", columns=2)
def effects(m: Measured) -> Panels:
    """First seed, every candidate: unit decoder times centred unembedding, and median nats lost at the examined
    positions."""

    def points(r: Result, random: bool) -> Series:
        e = r.random if random else r.real
        drop = e.drop.median(-1).values
        return Series(
            name="random decoders" if random else "latents",
            x=[round(float(v), 4) for v in e.alignment],
            y=[round(float(v), 4) for v in drop],
        )

    return [
        Scatter(
            title=name, x_label="alignment", y_label="median drop, nats", series=[points(r, True), points(r, False)]
        )
        for name, r in m.first.items()
    ]
