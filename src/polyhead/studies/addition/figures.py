"""Figures of the addition study, as data. Single heads are those of model 0, the first healthy one; none is picked."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from polyhead.analysis.head_ablation import replacements, with_only_each_head, without_all_heads
from polyhead.core.rng import generator
from polyhead.core.study_records import Bars, Drawing, Figure, HeatMap, Lines, Reference, Scatter, Series
from polyhead.studies import study
from polyhead.studies.addition.all_but_one import pair_maps
from polyhead.studies.addition.circuit_matrix import circuit_matrix, nmf_patterns
from polyhead.studies.addition.digit_fourier import fourier_energy
from polyhead.studies.addition.models import Measured, geometry
from polyhead.studies.panels import Panels, band
from polyhead.tasks.addition import window_ceiling

N_PATTERNS = 6


def figures(m: Measured) -> list[Figure]:
    """All figures, in the order of the page."""
    return [
        _curves(m),
        _chains(m),
        _rings(m),
        *_planes(m),
        _animation(m),
        *_maps(m),
        _digit_grids(m),
        _matrix(m),
        _patterns(m),
        _fourier(m),
    ]


def rounded(values: Tensor | list[float], digits: int = 3) -> list[float | None]:
    """Plain numbers; None for what was not measured."""
    numbers = values.tolist() if isinstance(values, Tensor) else values
    return [None if v != v else round(float(v), digits) for v in numbers]


def over_models(name: str, values: Tensor, x: Sequence[float] | None = None) -> Series:
    """Median and 10th to 90th percentile over models of `[m, x]`."""
    return band(name, values.T, x, middle=np.median, digits=3)


def _references(m: Measured, axis: str = "y") -> list[Reference]:
    ceilings = [(w, window_ceiling(m.cfg.world, w).per_digit) for w in (1, 2)]
    return [
        Reference(axis="y", value=round(v, 4), label=f"ceiling, {w} lower place{'s' * (w > 1)}") for w, v in ceilings
    ]


@study.figure("accuracy", "Accuracy along training", columns=2, words=lambda m: {"n_healthy": len(m.healthy)})
def _curves(m: Measured) -> Panels:
    """Per digit, median and 10th to 90th percentile over {n_healthy} models. Redraws the published curve of
    accuracy by epoch; right: by place of the sum, place 0 first."""
    c, per_epoch = m.curves, m.cfg.world.n_train / m.cfg.batch_size
    x = [round(s / per_epoch, 2) for s in c.steps]
    whole = [
        over_models(name, values.T, x) for name, values in (("training strings", c.train), ("test strings", c.test))
    ]
    places = [over_models(f"place {j}", c.places[:, :, j].T, x) for j in range(c.places.shape[2])]
    return [
        Lines(title="all places", x_label="epoch", y_label="accuracy", series=whole, references=_references(m)),
        Lines(title="by place, test", x_label="epoch", y_label="accuracy", series=places),
    ]


@study.figure("carry-chains", "How far the model looks for a carry", columns=3)
def _chains(m: Measured) -> Panels:
    """Accuracy of digits with 0, 1, 2, ... nines directly below them. A rule that sees w lower places is right
    where there are fewer than w nines and guesses beyond; right: by place, next to the exact ceilings."""
    n = m.chains.by_chain.shape[1]
    names = [f"{c} nines" if c < n - 1 else f"{c} or more" for c in range(n)]
    ideal = [
        Series(name=f"rule with {w} lower place{'s' * (w > 1)}", y=[1.0 if c < w else 0.5 for c in range(n)])
        for w in (1, 2)
    ]
    all_of_them = [over_models("models", m.chains.by_chain), *ideal]
    split = [
        over_models("a carry comes", m.chains.by_chain_with_carry),
        over_models("no carry comes", m.chains.by_chain_without_carry),
    ]
    places = m.chains.by_place.shape[1]
    ceilings = [
        Series(name=f"ceiling, {w} lower", y=rounded(list(window_ceiling(m.cfg.world, w).per_place), 4)) for w in (1, 2)
    ]
    by_place = [over_models("models", m.chains.by_place), *ceilings]
    return [
        Bars(title="by chain of nines", y_label="accuracy", categories=names, series=all_of_them),
        Bars(title="with and without a carry", y_label="accuracy", categories=names, series=split),
        Bars(
            title="by place of the sum",
            y_label="accuracy",
            categories=[str(j) for j in range(places)],
            series=by_place,
        ),
    ]


@study.figure(
    "ring-scores",
    "How near the digits are to a ring, over all heads of all models",
    columns=3,
    words=lambda m: {"n_heads": m.cfg.n_heads, "n_healthy": len(m.healthy)},
)
def _rings(m: Measured) -> Panels:
    """Score 1: equally spaced on an ellipse in the order of the digits. All {n_heads} heads of {n_healthy}
    models, not one picked head; the random weights of the init for comparison."""
    panels: list[Drawing] = []
    edges = np.linspace(0, 1, 11)
    for name in "KVO":
        series = []
        for label, g in (("trained", m.geometry), ("untrained", m.untrained_geometry)):
            counts, _ = np.histogram(g.rings[name].whitened[..., 0].flatten().numpy(), edges)
            series.append(Series(name=label, y=rounded((counts / max(1, counts.sum())).tolist())))
        panels.append(
            Bars(
                title=f"{name} plane",
                x_label="ring score (roundest frame)",
                y_label="share of heads",
                categories=[f"{e:.1f}" for e in edges[:-1]],
                series=series,
            )
        )
    return panels


def _ring_series(points: Tensor, name: str = "digits") -> Series:
    x = [round(float(v), 2) for v in points[:, 0]]
    return Series(name=name, x=x, y=rounded(points[:, 1], 2), labels=[str(i) for i in range(len(x))], joined="ring")


def _place_series(points: Tensor, m: Measured) -> list[Series]:
    n, out = m.cfg.world.n_digits, []
    for name, start in (("places of a", 0), ("places of b", n)):
        part = points[start : start + n]
        x = [round(float(v), 2) for v in part[:, 0]]
        out.append(Series(name=name, x=x, y=rounded(part[:, 1], 2), labels=[str(i) for i in range(n)]))
    return out


def _planes(m: Measured) -> list[Figure]:
    planes, heads = m.geometry.planes, range(m.cfg.n_heads)
    kinds = (
        ("K", "Keys", planes.K[0, :, 0], "digits 0 to 9 at position 0"),
        ("V", "Values", planes.V[0, :, 0], "digits 0 to 9 at position 0"),
        ("O", "Outputs", planes.O[0], "the ten classes: W_O W_U"),
    )
    note = " Redraws the published planes (head 19, head 31) for every head of model 0, in the frame training left."
    out = [
        Figure(
            key=f"plane-{key}",
            title=f"{title} of {len(heads)} heads: {what}",
            caption=f"Joined in their order; the number is the ring score in the roundest frame.{note}",
            panels=[
                Scatter(
                    title=f"head {h}: {float(m.geometry.rings[key].whitened[0, h, 0]):.2f}",
                    series=[_ring_series(points[h])],
                    square=True,
                )
                for h in heads
            ],
            columns=8,
            shared_scale=False,
        )
        for key, title, points, what in kinds
    ]
    places = [
        Scatter(
            title=f"head {h}: {float(m.geometry.places[0, h]):.2f}",
            series=_place_series(planes.K[0, h, :, 0], m),
            square=True,
        )
        for h in heads
    ]
    text = (
        "Key of digit 0 at every place of a and of b; the number is the distance ratio (0: the same place coincides)."
    )
    out.append(
        Figure(
            key="plane-places",
            title=f"Keys of {len(heads)} heads: places of a and b",
            caption=text + note,
            panels=list(places),
            columns=8,
            shared_scale=False,
        )
    )
    return out


def _animation(m: Measured, n_heads: int = 4) -> Figure:
    best = m.geometry.rings["K"].whitened[0, :, 0].topk(min(n_heads, m.cfg.n_heads)).indices.tolist()
    frames: list[list[Drawing]] = []
    for step in m.curves.steps:
        planes = geometry(m.cfg, m.trained.ensemble, m.trained.snapshots[step], m.healthy[:1]).planes
        frames.append(
            [Scatter(title=f"head {h}, keys", series=[_ring_series(planes.K[0, h, 0])], square=True) for h in best]
        )
    return Figure(
        key="planes-over-training",
        title="Digits moving in the plane of keys",
        caption=f"The {len(best)} heads of model 0 whose digits end nearest to a ring (picked; all heads are above), "
        f"at {len(frames)} moments of training. Redraws the published animation.",
        frames=frames,
        frame_labels=[f"step {step}" for step in m.curves.steps],
        columns=len(best),
    )


def _map(values: Tensor, title: str, limits: tuple[float, float] | None = None) -> HeatMap:
    names = [str(i) for i in range(len(values))]
    return HeatMap(
        title=title,
        x_label="b",
        y_label="a",
        x=names,
        y=names,
        values=[rounded(row, 1) for row in values],
        diverging=True,
        limits=limits,
    )


def _maps(m: Measured) -> list[Figure]:
    base, out = m.cfg.world.base, []
    for readout, p in m.pairs.items():
        heads, rest = p.heads[0], p.rest[0]
        none = pair_maps(without_all_heads(rest, torch.zeros_like(heads)), base)
        alone = pair_maps(with_only_each_head(heads, rest, torch.zeros_like(heads)), base)
        size = float(max(alone.abs().amax(), none.abs().amax()))
        panels = [_map(none, "no head"), *(_map(alone[h], f"head {h}") for h in range(m.cfg.n_heads))]
        where = "index 11, never trained" if readout == "published" else "index 12, as trained"
        out.append(
            Figure(
                key=f"all-but-one-{readout}",
                title=f"One head alone: logit of the right digit, {readout} readout ({where})",
                caption="Values of all other heads at zero, digits 0 of a and b, all other digits 0; model 0. Largest "
                f"logit {size:.0f}. With no head the map is constant along anti-diagonals for any weights.",
                panels=list(panels),
                columns=8,
                shared_scale=True,
            )
        )
    out.append(_replacement_bars(m))
    return out


@study.figure("all-but-one-accuracy", "One head alone: share of the 100 pairs it answers, by what replaces the others")
def _replacement_bars(m: Measured) -> Panels:
    """Median and 10th to 90th percentile over heads and models, corrected readout; chance is 0.1. Replacing by
    the mean or by another prompt keeps the constant part that the other heads supply."""
    series = []
    p = m.pairs["corrected"]
    for name, how in (("zero", "zero"), ("mean", "mean"), ("another prompt", "resample")):
        stand_in = replacements(p.heads, how, generator=generator(0, "addition resample"))  # pyright: ignore
        alone = with_only_each_head(p.heads, p.rest, stand_in)
        right = (alone.argmax(-1) == p.right).double().mean(-1)
        series.append(over_models(name, right.flatten()[:, None]))
    return [
        Bars(
            title="digit 0 right with one head",
            y_label="accuracy",
            categories=["one head"],
            series=series,
            references=[Reference(axis="y", value=0.1, label="chance")],
        )
    ]


def _digit_grids(m: Measured) -> Figure:
    base, p = m.cfg.world.base, m.pairs["corrected"]
    energy = fourier_energy(p.heads[0], base).total
    head = int(energy.argmax())
    logits = (p.heads[0, head] + p.rest[0]).unflatten(0, (base, base))
    return Figure(
        key="digit-logits",
        title=f"All ten digit logits with head {head} alone",
        caption="The head of model 0 whose logits change most over the 100 pairs, corrected readout. Redraws the "
        "published 2 x 5 grid.",
        panels=[_map(logits[..., c], f"digit {c}") for c in range(base)],
        columns=5,
    )


@study.figure("circuit-matrix", "What every head adds to the right digit, for every pair")
def _matrix(m: Measured) -> Panels:
    """Logit of the right digit minus the mean over digits, corrected readout, all other digits 0. Each column is
    one of the 100 circuits."""
    p, base = m.pairs["corrected"], m.cfg.world.base
    matrix = circuit_matrix(p.heads[0], p.right)
    order = matrix.abs().sum(1).argsort(descending=True).tolist()
    heat = HeatMap(
        title="model 0",
        x_label="pair (a, b)",
        y_label="head, largest first",
        x=[f"{n // base}+{n % base}" for n in range(base * base)],
        y=[f"head {h}" for h in order],
        values=[rounded(matrix[h], 1) for h in order],
        diverging=True,
    )
    return [heat]


def _patterns(m: Measured) -> Figure:
    p, base = m.pairs["corrected"], m.cfg.world.base
    matrix = circuit_matrix(p.heads[0], p.right)
    heads, circuits = nmf_patterns(matrix, min(N_PATTERNS, m.cfg.n_heads - 1))
    maps: list[Drawing] = []
    for k in range(circuits.shape[0]):
        leading = np.argsort(-heads[:, k])[:4]
        title = "heads " + ", ".join(str(h) for h in leading)
        maps.append(_map(torch.from_numpy(circuits[k]).unflatten(0, (base, base)), title, (0.0, float(circuits.max()))))
    return Figure(
        key="patterns",
        title="Patterns of heads that go together (NMF of the size of contributions)",
        caption=f"{len(maps)} components of the matrix above; each map shows for which pairs it is used (mean 1), "
        "its title the heads that lead it.",
        panels=[one.model_copy(update={"diverging": False}) for one in maps],
        columns=3,
    )


@study.figure("fourier", "Frequencies of the digits in what heads answer", columns=3)
def _fourier(m: Measured) -> Panels:
    """Energy of each head's logits over the 100 pairs, corrected readout, by frequency and kind: one digit
    alone, (a + b) mod 10, or mixed; median and 10th to 90th percentile over models."""
    base = m.cfg.world.base
    panels: list[Drawing] = []
    for name, pairs in (("trained", m.pairs), ("untrained", m.untrained_pairs)):
        energy = fourier_energy(pairs["corrected"].heads, base)
        series = []
        for label, part in (("one digit alone", energy.alone), ("a + b", energy.sum), ("mixed", energy.mixed)):
            share = part.sum(1) / energy.total.sum(1, keepdim=True)
            series.append(over_models(label, share))
        categories = [str(f) for f in range(1, base // 2 + 1)]
        panels.append(
            Bars(title=name, x_label="frequency", y_label="share of energy", categories=categories, series=series)
        )
    energy = fourier_energy(m.pairs["corrected"].heads[0], base)
    by_head = energy.alone + energy.sum + energy.mixed
    order = by_head.sum(1).argsort(descending=True).tolist()
    stacked = [
        Series(name=f"frequency {f + 1}", y=rounded(by_head[order, f] / by_head[order].sum(1)))
        for f in range(base // 2)
    ]
    panels.append(
        Bars(
            title="model 0, by head (largest first)",
            x_label="head",
            y_label="share of energy",
            categories=[str(h) for h in order],
            series=stacked,
            stacked=True,
        )
    )
    return panels
