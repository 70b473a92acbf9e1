"""Figures of the study `skip-trigrams`: wiring, contributions, loss over the floor, training as an animation."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from polyhead.core.study_records import Bars, Drawing, Figure, HeatMap, Lines, Reference, Series
from polyhead.models.toy.attention_counts import score_tables
from polyhead.models.toy.two_heads import two_head_solution
from polyhead.studies import study
from polyhead.studies.panels import Panels, band
from polyhead.studies.skip_trigrams.models import Cell, Gated
from polyhead.tasks.skip_trigrams import SkipTrigramsConfig, truth


def make_figures(cells: Sequence[Cell], gap: Sequence[Cell], gated: Sequence[Gated]) -> list[Figure]:
    """All figures, in the order of the page."""
    few = [c for c in cells if c.n_heads < c.world.n_trigrams]
    figures = [_wiring(few[0]), _by_hand(), _contributions(cells), _effective(cells), _gap(gap), _training(few[0])]
    return figures + ([_gates(gated)] if gated else [])


def _wiring(c: Cell) -> Figure:
    last = {name: t[-1:] for name, t in c.example.items()}
    return Figure(
        key="wiring",
        title="Wiring of a trained model",
        caption=f"Best-trained model of {c.n_heads} heads of width {c.d_head} for {c.world.n_trigrams} trigrams. "
        "First row: attention of each destination token if every token stood once in the context; second "
        "row: what each attended token adds to the logits, over their mean. Redraws the wiring diagrams of "
        "the May 2023 update as tables.",
        panels=_tables(last, 0, c.n_heads, c.world),
        columns=c.n_heads,
        shared_scale=False,
    )


def _by_hand() -> Figure:
    world = SkipTrigramsConfig(n_trigrams=3, rule="standing")
    model = two_head_solution(3, n_ctx=world.length - 1, gap=8.0)
    tensors = {k: v.detach()[None] for k, v in (*model.named_parameters(), *model.named_buffers())}
    return Figure(
        key="two-heads",
        title="Two heads set by hand",
        caption="The July 2023 solution for 3 trigrams as weights (drawn at a finite score scale): head 0 attends to "
        "the current token and writes the completion; head 1 attends to A where there is one, and else takes "
        "back what head 0 wrote.",
        panels=_tables(tensors, 0, 2, world),
        columns=2,
        shared_scale=False,
    )


@study.figure("contributions", "Which head carries which trigram", columns=4, shared_scale=False)
def _contributions(cells: Sequence[Cell]) -> Panels:
    """Change of the logit of C_b (over the mean of all logits) by the presence of A, head by head, direct path
    of the head only; the best-trained model of each size."""
    panels: list[Drawing] = []
    for c in cells:
        if not len(c.end.learnt):
            continue
        best = int(c.end.learnt.double().mean(1).argmax())
        panels.append(
            HeatMap(
                title=f"{c.n_heads} heads of width {c.d_head}",
                x_label="head",
                y_label="trigram",
                x=[str(h) for h in range(c.n_heads)],
                y=_trigrams(c.world),
                values=_cells(c.end.contributions[best]),
                diverging=True,
                annotate=True,
            )
        )
    return panels


@study.figure("spread", "Learnt, spread, carried alone")
def _effective(cells: Sequence[Cell]) -> Panels:
    """Over all models of each size: share of trigrams that are completed; of those, the share with an effective
    number of heads of 1.5 or more, and the share that one head carries alone (removal of every subset of the
    others)."""
    names = [f"{c.n_heads} heads x {c.d_head}, n = {c.world.n_trigrams}" for c in cells]

    def share(values: list[Tensor]) -> list[float | None]:
        return [float(v.double().mean()) if v.numel() else None for v in values]

    known = [c.end.effective[c.end.learnt] for c in cells]
    return [
        Bars(
            title="Trigrams",
            y_label="share",
            categories=names,
            series=[
                Series(name="completed", y=share([c.end.learnt for c in cells])),
                Series(name="spread over heads", y=share([(k >= 1.5) for k in known])),
                Series(name="carried by one head alone", y=share([c.end.sole.any(-1)[c.end.learnt] for c in cells])),
            ],
        )
    ]


@study.figure("loss-gap", "Loss above the floor")
def _gap(gap: Sequence[Cell]) -> Panels:
    """Trained models of width 4 without the direct path, in the world where A stays in force: loss above the
    exact entropy floor, median and 10th to 90th percentile over seeds. Two heads of width 3 can meet the floor
    for any n."""
    heads = sorted({c.n_heads for c in gap})
    series = []
    for h in heads:
        mine = sorted((c for c in gap if c.n_heads == h), key=lambda c: c.world.n_trigrams)
        name, at = f"{h} head{'s' if h > 1 else ''}", [c.world.n_trigrams for c in mine]
        series.append(band(name, [c.excess for c in mine], at, middle=np.median))
    worlds = sorted({c.world.n_trigrams: c.world for c in gap}.items())
    uninformed: list[float | None] = [truth(w).bigram_floor - truth(w).floor for _, w in worlds]
    series.append(Series(name="best without context", x=[float(n) for n, _ in worlds], y=uninformed))
    return [
        Lines(
            title="Loss above the floor",
            x_label="trigrams",
            y_label="nats per token",
            series=series,
            log_x=True,
            references=[Reference(axis="y", value=0.0, label="two heads set by hand")],
        )
    ]


def _training(c: Cell) -> Figure:
    frames, steps = [], sorted(c.history)
    best = int(c.end.learnt.double().mean(1).argmax()) if len(c.end.learnt) else 0
    for i, step in enumerate(steps):
        tables = _tables({name: t[i : i + 1] for name, t in c.example.items()}, 0, c.n_heads, c.world)[: c.n_heads]
        made = HeatMap(
            title="contributions",
            x=[f"head {h}" for h in range(c.n_heads)],
            y=_trigrams(c.world),
            values=_cells(c.history[step].contributions[best]),
            diverging=True,
        )
        frames.append([*tables, made])
    return Figure(
        key="training",
        title="Training, step by step",
        caption="The model of the wiring figure over training: attention of its heads and the contribution of each "
        "head to each trigram.",
        frames=frames,
        frame_labels=[f"step {s}" for s in steps],
        columns=c.n_heads + 1,
        shared_scale=False,
    )


def _gates(gated: Sequence[Gated]) -> Figure:
    panels: list[Drawing] = []
    for n in sorted({g.world.n_trigrams for g in gated}):
        mine = [g for g in gated if g.world.n_trigrams == n]
        known = mine[0].before.learnt
        groups = [("base", mine[0].before)]
        groups += [("no gates" if g.alpha is None else f"alpha {g.alpha}", g.after) for g in mine]

        def share(flag: Tensor, known: Tensor = known) -> float | None:
            return float(flag[known].double().mean()) if known.any() else None

        panels.append(
            Bars(
                title=f"{mine[0].n_heads} heads, {n} trigrams",
                y_label="share of the base's trigrams",
                categories=[name for name, _ in groups],
                series=[
                    Series(name="still completed", y=[share(m.learnt) for _, m in groups]),
                    Series(name="and carried by one head", y=[share(m.learnt & m.sole.any(-1)) for _, m in groups]),
                ],
            )
        )
    return Figure(
        key="gated-blocks",
        title="Gated blocks",
        caption="Trigrams that the base completes: how many the block still completes, and how many of them one head "
        "carries alone, by the price of open gates; all bases together.",
        panels=panels,
        columns=len(panels),
    )


def _tables(tensors: dict[str, Tensor], i: int, n_heads: int, world: SkipTrigramsConfig) -> list[Drawing]:
    scores, values = score_tables(tensors)
    ov = torch.einsum("mhsk,mhkd->mhsd", values, tensors["attn.W_O"])
    ov = ov - ov.mean(-1, keepdim=True)
    names = ["A", *(f"B{b}" for b in range(1, world.n_trigrams + 1))]
    names += [*(f"C{b}" for b in range(1, world.n_trigrams + 1)), "BOS"]
    attention: list[Drawing] = [
        HeatMap(
            title=f"attention of head {h}",
            x_label="attended token",
            y_label="destination",
            x=names,
            y=names,
            values=_cells(scores[i, h].softmax(-1)),
            limits=(0.0, 1.0),
        )
        for h in range(n_heads)
    ]
    logits: list[Drawing] = [
        HeatMap(
            title=f"logits of head {h}",
            x_label="next token",
            y_label="attended token",
            x=names,
            y=names,
            values=_cells(ov[i, h]),
            diverging=True,
        )
        for h in range(n_heads)
    ]
    return attention + logits


def _trigrams(world: SkipTrigramsConfig) -> list[str]:
    return [f"A B{b} C{b}" for b in range(1, world.n_trigrams + 1)]


def _cells(values: Tensor) -> list[list[float | None]]:
    return [[round(float(x), 4) for x in row] for row in values]
