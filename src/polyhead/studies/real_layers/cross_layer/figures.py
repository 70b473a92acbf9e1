"""Figures of the study `cross-layer`."""

import numpy as np

from polyhead.core.study_records import Bars, Figure, Lines, Series
from polyhead.studies import study
from polyhead.studies.panels import RANGE, Panels, band
from polyhead.studies.real_layers.cross_layer.models import Measured, Trial


@study.figure("gain", "What one value SAE of two layers gains over two of one layer each")
def gain(m: Measured) -> Panels:
    """Summed FVU on held-out tokens at equal summed L0; medians with the range over seeds. Shuffled: the second
    layer's values are of other tokens. The published figure (unrecovered) shows L0 and error."""
    series = [
        band(
            f"{name}{', shuffled' if c else ''}",
            [[t.gain(w, control=c) for t in some] for some in m.by_pair.values()],
            middle=np.median,
            ends=RANGE,
        )
        for w, name in (("equal", "equal width"), ("half", "half width"), ("left over", "what is not linear"))
        for c in (False, True)
    ]
    bars = Bars(title="", y_label="1 - FVU of both / FVU of the two", categories=list(m.by_pair), series=series)
    return [bars]


@study.figure("linear", "What two layers share linearly")
def linear(m: Measured) -> Panels:
    """Variance of one layer's values that the other's predict (held-out), and what one PCA of both gains over
    one PCA of each at equal total rank (twice k)."""
    rows = {
        "later from earlier": [s.forward for s in m.shared],
        "earlier from later": [s.backward for s in m.shared],
        "tokens shuffled": [s.shuffled for s in m.shared],
        "gain of one PCA": [s.pca_gain for s in m.shared],
    }
    bars = Bars(
        title="", categories=[s.pair for s in m.shared], series=[Series(name=k, y=[*v]) for k, v in rows.items()]
    )
    return [bars]


@study.figure("shares", "Which layer the latents of a two-layer value SAE write", columns=2)
def shares(m: Measured) -> Panels:
    """Share of the first layer in a living latent's two decoder norms (layers in units of equal mean square),
    all seeds: 0 and 1 are latents of one layer. Crosscoder norms, equal total width."""
    edges = np.linspace(0, 1, 11)
    names = [f"{lo:.0%}" for lo in edges[:-1]]

    def counts(found: list[Trial], control: bool) -> list[float | None]:
        each = [(t.shuffled if control else t.joint)["equal"].shares.numpy() for t in found]
        count = np.histogram(np.concatenate(each), bins=edges)[0]
        return [round(float(c), 4) for c in count / max(1, count.sum())]

    return [
        Bars(
            title=pair,
            x_label="share of the first layer, from",
            y_label="share of living latents",
            categories=names,
            series=[
                Series(name="same token", y=counts(found, False)),
                Series(name="tokens shuffled", y=counts(found, True)),
            ],
        )
        for pair, found in m.by_pair.items()
    ]


def curve(m: Measured) -> list[Figure]:
    """Error against sparsity, where more than one k was trained."""
    first = next(iter(m.by_pair))
    some = sorted((t for t in m.trials if t.pair == first and t.seed == 0), key=lambda t: t.k)
    return [_curve(some)] if len(some) > 1 else []


@study.figure("curve", "Summed error against summed L0, {pair}", words=lambda m: {"pair": m[0].pair})
def _curve(curve: list[Trial]) -> Panels:
    """One seed; held-out tokens."""
    x = [sum(s.l0 for s in t.single) for t in curve]
    rows = {
        "two of one layer": (x, [sum(s.fvu[0] for s in t.single) for t in curve]),
        "one of both, equal width": ([t.joint["equal"].l0 for t in curve], [sum(t.joint["equal"].fvu) for t in curve]),
        "one of both, half width": ([t.joint["half"].l0 for t in curve], [sum(t.joint["half"].fvu) for t in curve]),
        "equal width, shuffled": (
            [t.shuffled["equal"].l0 for t in curve],
            [sum(t.shuffled["equal"].fvu) for t in curve],
        ),
    }
    return [
        Lines(
            title="",
            x_label="active latents per token, both layers",
            y_label="FVU, summed over the two layers",
            series=[Series(name=name, x=xs, y=list(ys)) for name, (xs, ys) in rows.items()],
        )
    ]
