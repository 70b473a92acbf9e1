"""Figures of the study `pattern-formation`."""

import numpy as np

from polyhead.core.pattern_records import DENSE, FAITHFUL
from polyhead.core.study_records import Bars, Drawing, Lines, Reference, Series
from polyhead.studies import study
from polyhead.studies.heads.pattern_formation.claims import pick, shares, top, values_of
from polyhead.studies.heads.pattern_formation.models import BOTH, DENSE_SCORES, Cell, Measured
from polyhead.studies.panels import RANGE, Panels, band


def heads_of(real: list[Cell]) -> list[str]:
    """Names of the heads explained one by one."""
    return list(dict.fromkeys(c["head"] for c in real if c["known_as"] != "several"))


def _title(real: list[Cell], head: str) -> str:
    known = next(c["known_as"] for c in real if c["head"] == head)
    return f"{head}, {known}" if known else head


def _line(cells: list[Cell], name: str, x: str, y: str) -> Series:
    """One point per share of d_head: means over seeds, with the smallest and largest."""
    groups = [[c for c in cells if c["share"] == s] for s in sorted({c["share"] for c in cells})]
    at = [float(np.mean([_busier(c) if x == "l0" else c["share"] for c in g])) for g in groups]
    return band(name, [values_of(g, y) for g in groups], at, ends=RANGE)


def _busier(cell: Cell) -> float:
    """Numbers in use on the side with more of them, over d_head."""
    return max(cell["l0"], cell["l0_key"]) * cell.get("block_width", 1) / cell["d_head"]


@study.figure("frontier", "Faithfulness against active latents", columns=2, shared_scale=False)
def frontier(m: Measured) -> Panels:
    """Held-out text; lines: means over seeds, bands: smallest and largest. SVD and trained scores are dense: their
    rank stands in place of L0. Random pairs: the same codes with key sides permuted among latents."""
    panels: list[Drawing] = []
    for head in heads_of(m.real):
        mine = [c for c in m.real if c["head"] == head]
        series = [_line(pick(mine, v), v, "l0", "off_sink") for v in ("rank 1", "random pairs")]
        if long := pick(mine, "rank 1, long"):
            series.append(_line(long, "rank 1, wider and longer", "l0", "off_sink"))
        series.append(_line(pick(mine, BOTH), "rank 1, sparse on both sides", "l0", "off_sink"))
        series.append(_line(pick(mine, "SVD"), "SVD (rank / d_head)", "share", "off_sink"))
        series.append(_line(pick(mine, DENSE_SCORES), "dense, trained (rank / d_head)", "share", "off_sink"))
        series = [one for one in series if one.y]
        panels.append(
            Lines(
                title=_title(m.real, head),
                x_label="active latents on the busier side / d_head",
                y_label="nMSE about the mean pattern, off the sink",
                series=series,
                references=[
                    Reference(axis="y", value=FAITHFUL, label="faithful"),
                    Reference(axis="x", value=0.5, label="half of d_head"),
                ],
            )
        )
    return panels


@study.figure("density", "How dense the codes are", columns=1)
def densities(m: Measured) -> Panels:
    """Largest density over latents and both sides on held-out text, active latents per key, and the share of
    latents that ever fire on both sides. Keys have more active latents than queries: a latent is a narrow
    condition on the query and the many keys it ranks."""
    heads = heads_of(m.real)

    def bars(name: str, key: str) -> Bars:
        trained = shares(m.real)
        by = {s: [pick([c for c in m.real if c["head"] == h], "rank 1", s) for h in heads] for s in trained}
        series = [
            Series(name=f"k = {s:g} d_head", y=[float(np.mean(values_of(g, key))) if g else None for g in by[s]])
            for s in trained
        ]
        lines = [Reference(axis="y", value=DENSE, label="dense")] if key == "density" else []
        return Bars(title=name, y_label=name, categories=heads, series=series, references=lines)

    return [
        bars("largest density", "density"),
        bars("active latents per key", "l0_key"),
        bars("share of latents alive", "alive"),
    ]


@study.figure("variants", "What matters: one head, every variant", columns=2, shared_scale=False)
def variants(m: Measured) -> Panels:
    """The heads with every variant, at the largest k. `long`: wider, trained for longer; `keys as sparse`: also
    keys have only k; `no cap`: latents may always fire; `no explicit parts`: without key bias and offset table;
    `mask`: any pair may meet."""
    cells = [c for c in m.real if c["every"] and c.get("share") == top(m.real)]
    cells += [c for c in m.real if c["every"] and c["variant"] in ("blocks of 4", "rank 1, long", BOTH)]
    names = list(dict.fromkeys(c["variant"] for c in cells))

    def bars(title: str, value: str) -> Bars:
        found = [[c for c in cells if c["variant"] == n] for n in names]
        y = [float(np.mean(values_of(g, value))) if all(value in c for c in g) else None for g in found]
        return Bars(title=title, y_label=title, categories=names, series=[Series(name=title, y=y)])

    return [
        bars("nMSE off the sink", "off_sink"),
        bars("largest density", "density"),
        bars("active latents per query", "l0"),
        bars("active latents per key", "l0_key"),
    ]


@study.figure(
    "width", "More latents at the same k", columns=2, shared_scale=False, words=lambda m: {"n_steps": m.cfg.n_steps}
)
def widths(m: Measured) -> Panels:
    """One head, and several heads that share latents; {n_steps} steps each."""
    panels: list[Drawing] = []
    groups = {h: [c for c in m.real if c["head"] == h and c["every"]] for h in heads_of(m.real)}
    groups |= {c["head"]: [d for d in m.real if d["head"] == c["head"]] for c in m.real if c["known_as"] == "several"}
    for name, cells in groups.items():
        cells = [c for c in cells if c["variant"].endswith(" latents") or c["variant"] == "rank 1"]
        cells = [c for c in cells if c["share"] == top(m.real)]
        widths = sorted({c["n_latents"] for c in cells})
        if len(widths) < 2:
            continue
        by = [[c for c in cells if c["n_latents"] == n] for n in widths]
        for key, label in (("off_sink", "nMSE off the sink"), ("l0", "active latents per query")):
            y: list[float | None] = [float(np.mean(values_of(g, key))) for g in by]
            series = [Series(name=label, x=[float(n) for n in widths], y=y)]
            panels.append(Lines(title=name, x_label="latents", y_label=label, series=series, log_x=True))
    if not panels:
        panels = [Lines(title="no widths were trained", series=[])]
    return panels


@study.figure("planted", "Where the rank-1 floor lies", words=lambda m: {"n_latents": m.cfg.n_latents})
def planted_heads(m: Measured) -> Panels:
    """16 planted features of which 2 are on for each token and side. Rank 1: 16 latents per query of
    {n_latents}; blocks: 3 of 32 on both sides. Bands: smallest and largest over seeds."""
    series = []
    for variant in dict.fromkeys(c["variant"] for c in m.planted):
        values = [
            [c["nmse"] for c in m.planted if c["variant"] == variant and c["rank"] == r] for r in m.cfg.planted_ranks
        ]
        series.append(band(variant, values, m.cfg.planted_ranks, ends=RANGE))
    panel = Lines(title="Planted heads", x_label="planted rank", y_label="pattern nMSE", series=series, log_x=True)
    return [panel]
