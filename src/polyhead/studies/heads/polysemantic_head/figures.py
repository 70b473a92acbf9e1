"""Figures of the study of polysemantic heads."""

from typing import Any

import numpy as np

from polyhead.core.head_records import RowsRecord, SweepPoint
from polyhead.core.study_records import Bars, Drawing, Figure, HeatMap, Lines, Reference, Series
from polyhead.studies import study
from polyhead.studies.heads.polysemantic_head.claims import PUBLISHED
from polyhead.studies.heads.polysemantic_head.measures import KINDS, Measured, SetResult, sweeps
from polyhead.studies.panels import Panels, band

_MOST_CLASSES = 9


@study.figure("mass", "Where every head looks", words=lambda m: {"n_rows": m.rows.n_rows})
def mass(m: Measured) -> Panels:
    """Mean attention mass by behaviour, {n_rows:,} rows per head of held-out Python; every key counts for the
    first behaviour that claims it. Figure 1 of the source shows classes of rows of one head."""
    rows = m.rows
    names = [b.name for b in rows.behaviours] + ["none of them"]
    heads = [h.name for h in rows.heads]
    return [
        Bars(
            title="mass by behaviour",
            y_label="share of attention",
            categories=heads,
            stacked=True,
            series=[Series(name=n, y=[h.mass[i] for h in rows.heads]) for i, n in enumerate(names)],
        )
    ]


def classes(m: Measured) -> Figure:
    """Classes of rows: every head; then one head by destination token."""
    rows, own = m.rows, m.rows.heads[m.head]
    by_token = [own.counts[i] for i in range(len(rows.destinations))]
    kept = _commonest(np.sum([h.shares for h in rows.heads], axis=0))
    near = _commonest(np.array(own.shares) + 0.2 * _rates(by_token).max(0))
    labels = ["all", *(repr(t)[1:-1] for t in rows.destinations)]
    rates = np.concatenate([np.array(own.shares)[None], _rates(by_token)])
    return Figure(
        key="classes",
        title="Rows classified at 95 % of their mass",
        caption="Each row is the smallest set of behaviours, one or two, that holds 95 % of it, else unknown. Above "
        f"all heads; below {own.name} by destination token, as in figure 1 of the source. Rare classes together.",
        panels=[
            Bars(title="every head", y_label="share of rows", categories=[h.name for h in rows.heads], stacked=True,
                 series=_stack(rows, np.array([h.shares for h in rows.heads]), kept)),
            Bars(title=f"{own.name} by destination token", y_label="share of rows", categories=labels, stacked=True,
                 series=_stack(rows, rates, near)),
        ],
    )  # fmt: skip


def _rates(counts: list[list[int]]) -> np.ndarray:
    table = np.array(counts, float)
    return table / np.maximum(table.sum(1, keepdims=True), 1)


def _commonest(weight: np.ndarray) -> list[int]:
    order = [int(i) for i in np.argsort(-weight, kind="stable") if i != len(weight) - 1 and weight[i] > 0]
    return [*sorted(order[:_MOST_CLASSES]), len(weight) - 1]


def _stack(rows: RowsRecord, shares: np.ndarray, kept: list[int]) -> list[Series]:
    rest = 1.0 - shares[:, kept].sum(1)
    made = [Series(name=rows.classes[i], y=shares[:, i].tolist()) for i in kept[:-1]]
    return [
        *made,
        Series(name="other pairs", y=np.maximum(rest, 0).tolist()),
        Series(name="unknown", y=shares[:, -1].tolist()),
    ]


@study.figure("thresholds", "How much the threshold matters")
def thresholds(m: Measured) -> Panels:
    """Share of rows that no behaviour or pair explains, against the mass asked for, for the heads of widest mix. The
    source uses 95 % and shows no other."""
    heads = [m.rows.heads[i] for i in m.candidates]
    series = [Series(name=h.name, x=m.rows.thresholds, y=[*h.curve[-1]]) for h in heads]
    return [Lines(title="unknown rows", x_label="mass asked for", y_label="share of rows", series=series)]


@study.figure("tables", "Three tables, published and ours", columns=3)
def tables(m: Measured) -> Panels:
    """Top-1 rate and mean probability of the right next token with one head ablated at the last position. Published:
    head 1.4 of another model, other prompts. Equal output: nearest in norm at that position."""
    panels: list[Drawing] = []
    for r in m.results:

        def after(kind: str, heads: Any, r: SetResult = r) -> list[float]:
            return [r.top1[kind][heads].mean(), r.probability[kind][heads].mean()]

        p, lead = PUBLISHED[r.name], m.best[r.name]
        name, leader = m.names[m.head], m.names[lead]
        rows = {
            "published, clean": [p.clean_top1, p.clean_p],
            "published, row on BOS": [p.top1, p.p],
            "ours, clean": [r.clean.top1_rate, r.clean.mean_probability],
            f"ours, {name} row on BOS": after("bos-row", m.head),
            f"ours, {name} mean row": after("mean-row", m.head),
            f"ours, {leader} (needed most) row on BOS": after("bos-row", lead),
            f"ours, {leader} mean row": after("mean-row", lead),
            "heads of equal output, row on BOS": after("bos-row", m.controls[r.name]),
        }
        panels.append(
            HeatMap(title=f"{r.name} ({len(r.clean_p)} prompts)", x=["top-1", "probability"], y=list(rows),
                    limits=(0, 1), values=[[float(v) for v in row] for row in rows.values()], annotate=True)
        )  # fmt: skip
    return panels


@study.figure("ranks", "Every head ablated in turn", words=lambda m: {"name": m.names[m.head]})
def ranks(m: Measured) -> Panels:
    """Fall of the answer's mean probability with one head's row at the last position redirected to BOS, or replaced by
    the head's mean row; the twelve largest falls, and {name}."""
    panels: list[Drawing] = []
    for r in m.results:
        fall = {kind: r.drop(kind).mean(1) for kind in KINDS}
        order = [int(i) for i in np.argsort(-fall["bos-row"], kind="stable")]
        shown = order[:12] if m.head in order[:12] else [*order[:11], m.head]
        panels.append(
            Bars(title=r.name, y_label="fall of probability", categories=[m.names[i] for i in shown],
                 series=[Series(name=kind, y=fall[kind][shown].tolist()) for kind in KINDS],
                 references=[Reference(axis="y", value=PUBLISHED[r.name].clean_p - PUBLISHED[r.name].p,
                                       label="published, head 1.4")])
        )  # fmt: skip
    return panels


def swept(m: Measured) -> dict[str, dict[str, list[SweepPoint]]]:
    """Ablation at every position, of the judged head, the most needed one, and the most needed one before the last
    layer."""
    early = len(m.names) - m.model.cfg.n_heads
    found = {}
    for r in m.results:
        before = int(np.argmax(r.drop("mean-row").mean(1)[:early]))
        found[r.name] = {
            m.names[i]: sweeps(r, _place(m.names[i])) for i in dict.fromkeys([m.head, m.best[r.name], before])
        }
    return found


def _place(name: str) -> tuple[int, int]:
    layer, _, head = name[1:].partition("H")
    return int(layer), int(head)


@study.figure("sweep", "Ablating one position at a time", columns=3)
def sweep(m: Measured) -> Panels:
    """Fall of the answer's probability when only the row at one position is redirected to BOS; band: 10th to 90th
    percentile over prompts. In the last layer only the last position can matter."""
    panels: list[Drawing] = []
    for name, by_head in swept(m).items():
        series = []
        for head, points in by_head.items():
            drops = [np.array(p.drop) if p.drop else np.zeros(1) for p in points]
            labels = [repr(p.token)[1:-1] for p in points]
            series.append(band(head, drops, [-p.back for p in points]).model_copy(update={"labels": labels}))
        panels.append(Lines(title=name, x_label="position from the end", y_label="fall of probability", series=series))
    return panels


@study.figure("hydra", "Do later heads step in?", columns=3)
def hydra(m: Measured) -> Panels:
    """Heads before the last layer ablated at all positions, with the patterns of later layers free to change or
    frozen as in the clean run. Free below frozen: later heads repair by attending elsewhere; above: the head
    works through later patterns."""
    panels: list[Drawing] = [
        Bars(title=name, y_label="fall of probability", categories=[h for h, _, _ in rows],
             series=[Series(name="later patterns free", y=[f for _, f, _ in rows]),
                     Series(name="later patterns frozen", y=[f for _, _, f in rows])])
        for name, rows in m.backups.items()
    ]  # fmt: skip
    return panels
