"""Figures of the study `ov-coherent`: the published ones redrawn, phase maps, learning curves and an animation."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.analysis.head_ablation import accuracy_by_group, replacements, without_each_head
from polyhead.core.rng import generator
from polyhead.core.study_records import Bars, Drawing, Figure, HeatMap, Series
from polyhead.studies import study
from polyhead.studies.pairs.conditional_ov import conditional_ov
from polyhead.studies.pairs.models import Cell, ShapeMeasures, measure_tables, signal_tokens
from polyhead.studies.pairs.ov_coherent.claims import taus
from polyhead.studies.pairs.ov_coherent.measures import Measured
from polyhead.studies.pairs.preference_order import is_reversed
from polyhead.studies.pairs.token_tables import TokenTables, head_contributions, table_logits
from polyhead.studies.panels import Panels, numbered, rounded
from polyhead.tasks.pairs import truth


def example(measured: ShapeMeasures) -> int:
    """The first model at 100 % whose two heads are reversed, or at 100 %, or the first."""
    solved = torch.tensor(measured.solved)
    if measured.ranks.shape[1] == 2:
        both = solved & is_reversed(taus(measured, solved_only=False))
        if bool(both.any()):
            return int(both.nonzero()[0])
    return int(solved.nonzero()[0]) if bool(solved.any()) else 0


def score_bars(scores: Float[Tensor, "h k"], title: str) -> Bars:
    """Scores of the signal tokens, one series per head."""
    k = scores.shape[1]
    series = [Series(name=f"head {h}", y=[round(x, 3) for x in row]) for h, row in enumerate(scores.tolist())]
    return Bars(title=title, x_label="signal token", y_label="score above noise", categories=numbered(k), series=series)


def table_map(rows: Float[Tensor, "k s"], ranks: Tensor, pairs: Sequence[str], title: str) -> HeatMap:
    """A conditional OV table, rows from the head's favourite token down."""
    order = ranks.argsort().tolist()
    return HeatMap(
        title=title,
        x_label="pair (its completion's logit)",
        y_label="attended token",
        x=list(pairs),
        y=[str(t + 1) for t in order],
        values=[[round(x, 3) for x in rows[t].tolist()] for t in order],
        diverging=True,
    )


def _above_noise(m: Measured, measured: ShapeMeasures, i: int) -> Tensor:
    noise = measured.tables.scores[i, :, 1 + m.cfg.world.n_signal :].mean(-1, keepdim=True)
    return measured.scores[i] - noise


def _rows(m: Measured, measured: ShapeMeasures) -> Tensor:
    signal = signal_tokens(m.cfg.world.n_signal)
    return conditional_ov(measured.tables.ov[:, :, signal], measured.phi)


def _examples(m: Measured) -> list[Cell]:
    first, wide = m.widths[0], m.wide.d_head
    return [m.wide, Cell(2, first), Cell(1, wide)]


@study.figure("scores", "What each head prefers", columns=3, shared_scale=False)
def scores(m: Measured) -> Panels:
    """Attention scores from the read-off token to the signal tokens, above the mean score of noise tokens, of
    the first model of each shape at 100 % (reversed, where there are two heads). Redraws the post's score bars:
    with two heads the one order is the other backwards; with one head scores lie closer together, which is split
    attention."""
    panels: list[Drawing] = []
    for cell in _examples(m):
        i = example(m.cells[cell])
        panels.append(score_bars(_above_noise(m, m.cells[cell], i), f"{cell} (model {i})"))
    return panels


@study.figure("conditional-ov", "Conditional OV logit tables", columns=1)
def tables(m: Measured) -> Panels:
    """Direct effect of a head on the logit of each pair's completion when it attends to one token, centred over
    pairs; rows from the head's favourite down. Redraws the post's tables for the same models as above."""
    panels: list[Drawing] = []
    pairs = _pairs(m)
    for cell in (m.wide, Cell(1, m.wide.d_head)):
        measured = m.cells[cell]
        i, rows = example(measured), _rows(m, measured)
        for h in range(cell.n_heads):
            panels.append(table_map(rows[i, h], measured.ranks[i, h], pairs, f"{cell}, head {h}"))
    return panels


def mean_table(m: Measured) -> Figure:
    measured, pairs = m.cells[m.wide], truth(m.cfg.world).multisets
    solved = torch.tensor(measured.solved)
    rows, ranks = _rows(m, measured), measured.ranks
    k, place = ranks.shape[-1], {pair: i for i, pair in enumerate(pairs)}
    total, n = torch.zeros(k, len(pairs), dtype=torch.float64), 0
    for i in solved.nonzero().flatten().tolist():
        for h in range(ranks.shape[1]):
            by_rank = ranks[i, h].argsort().tolist()  # token at each rank
            columns = [place[tuple(sorted(by_rank[r - 1] + 1 for r in pair))] for pair in pairs]
            total += rows[i, h][by_rank][:, columns]
            n += 1
    mean = total / max(1, n)
    labels = ["/".join(str(r) for r in pair) for pair in pairs]
    return Figure(
        key="mean-table",
        title="The staircase: mean conditional OV table in each head's own order",
        caption=f"Mean over the {n} heads of all models of {m.wide} at 100 %, tokens renamed by the head's "
        "preference (1 is its favourite). Row r boosts the pairs whose best-placed member is r: 4, 3, 2, 1 "
        "of them. Pairs that hold r and a better token are never asked of this row, because the head would "
        "attend to the better one.",
        panels=[
            HeatMap(
                title="centred logit, nats",
                x_label="pair, by preference",
                y_label="attended, by preference",
                x=labels,
                y=numbered(k),
                values=[[round(x, 2) for x in row] for row in mean.tolist()],
                diverging=True,
                annotate=True,
            )
        ],
    )


def animation(m: Measured) -> Figure:
    cell, models = m.wide, m.models[2]
    i, pairs = example(m.cells[cell]), _pairs(m)
    frames, labels = [], []
    for step in m.cfg.moments:
        tables = models.tables(cell, step=step).of([i])
        now = measure_one(m, tables, cell, i)
        rows = _rows(m, now)[0]
        frame: list[Drawing] = [score_bars(_above_noise(m, now, 0), "scores above noise")]
        frame += [table_map(rows[h], now.ranks[0, h], pairs, f"head {h}") for h in range(cell.n_heads)]
        frames.append(frame)
        labels.append(f"step {step}, accuracy {float(now.accuracy[0]):.2f}")
    return Figure(
        key="training",
        title="One model while it trains",
        caption=f"Scores and conditional OV tables of one model ({cell}, model {i}) at moments of training; rows "
        "follow the head's order at that moment.",
        frames=frames,
        frame_labels=labels,
        shared_scale=False,
    )


def measure_one(m: Measured, tables: TokenTables, cell: Cell, i: int) -> ShapeMeasures:
    """Measure one model's tables at a moment of training."""
    return measure_tables(m.cfg.world, tables, m.cells[cell].phi[i : i + 1], table=m.table)


@study.figure("ablation", "Removing a head", words=lambda m: {"wide": m.wide})
def ablation(m: Measured) -> Panels:
    """Accuracy on each pair when a head's output is replaced by zero, by its mean, or by its output in another
    sequence ({wide}, the example model). The other head alone tells the pairs of its order apart no further than
    by its favourite member."""
    measured, table, pairs = m.cells[m.wide], m.table, _pairs(m)
    i = example(measured)
    tables, targets = measured.tables.of([i]), measured.phi[i, table.multiset]
    each = head_contributions(tables, table.counts)[0]
    rest = tables.constant[0].expand(each.shape[1], -1)

    def by_pair(logits: Tensor) -> list[list[float | None]]:
        got = accuracy_by_group(logits, targets, table.multiset, len(pairs), probability=table.probability)
        return [[rounded(x) for x in row] for row in got.reshape(-1, len(pairs)).tolist()]

    values, names = by_pair(table_logits(tables, table.counts)[0]), ["whole model"]
    for how in ("zero", "mean", "resample"):
        g = generator(m.cfg.seed, "resample")
        instead = replacements(each, how, probability=table.probability, generator=g)
        values += by_pair(without_each_head(each, rest, instead))
        names += [f"without head {h} ({how})" for h in range(each.shape[0])]
    return [HeatMap(title="accuracy", x_label="pair", x=pairs, y=names, values=values, limits=(0, 1), annotate=True)]


def _pairs(m: Measured) -> list[str]:
    return ["{" + ", ".join(map(str, pair)) + "}" for pair in truth(m.cfg.world).multisets]
