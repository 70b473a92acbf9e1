"""Figures of the study `computation`, from its trained grids."""

from collections.abc import Mapping

import torch

from polyhead.core.study_records import Bars, Figure, HeatMap, Lines, Reference, Series
from polyhead.studies import study
from polyhead.studies.panels import Panels, band
from polyhead.studies.superposition.computation.claims import (
    READ,
    by_run,
    linear_unexplained,
    reference_losses,
    solved_share,
    unexplained,
)
from polyhead.studies.superposition.computation.models import (
    ACTIVATIONS,
    FINITE,
    MANY_DENSITIES,
    N_INSTANCES,
    ComputationStudyConfig,
    instances,
    pairwise_widths,
)
from polyhead.studies.superposition.computation.neuron_stacks import contributions, stack_order
from polyhead.studies.superposition.models import Grid


def losses(table: Mapping[tuple[str, str], Grid], cfg: ComputationStudyConfig) -> Figure:
    """Ours, published, dead and constant."""
    keys = list(READ)
    rows = [by_run(table[k], cfg) for k in keys]
    reference = [reference_losses(task) for task, _ in keys]  # pyright: ignore[reportArgumentType]
    return Figure(
        key="losses",
        title="Loss at the end of training",
        caption="Mean over seeds with 10th to 90th percentile, the value read from the stored plots, and the exact "
        "losses of networks that output zero or a constant.",
        panels=[
            Bars(
                title="loss, mean of five instances",
                y_label="loss",
                categories=[f"{t} {a}" for t, a in keys],
                series=[
                    band("ours", rows),
                    Series(name="published", y=[READ[k][0] for k in keys]),
                    Series(name="dead outputs", y=[r[0] for r in reference]),
                    Series(name="constant outputs", y=[r[1] for r in reference]),
                ],
            )
        ],
    )


@study.figure("solved", "Solved fraction over seeds")
def solved(switches: Mapping[tuple[str, str, str], Grid]) -> Panels:
    """Share of seeds under 1 % of the best constant's loss at density 1. Rows: task, hidden and output
    activation; columns: hidden bias and size of the init."""
    columns = [(b, s) for b in (False, True) for s in (True, False)]
    rows = list(switches)
    return [
        HeatMap(
            title="solved",
            x=[f"{'bias' if b else 'no bias'}, {'published' if s else 'larger'} start" for b, s in columns],
            y=[f"{t}: {a} / {'linear' if o == 'identity' else o}" for t, a, o in rows],
            values=[[solved_share(switches[r], hidden_bias=b, small_start=s) for b, s in columns] for r in rows],
            limits=(0.0, 1.0),
            annotate=True,
        )
    ]


def weights(table: Mapping[tuple[str, str], Grid], cfg: ComputationStudyConfig) -> Figure:
    """W_in W_out of one run of each task and activation, a row an instance."""
    panels = []
    for task in FINITE:
        for act in ACTIVATIONS:
            t = table[task, act].tensors
            product = torch.bmm(t["W_in"], t["W_out"])[:N_INSTANCES].flatten(1)
            panels.append(
                HeatMap(
                    title=f"{task}, {act}: W_in W_out",
                    x=["0 to 0", "0 to 1", "1 to 0", "1 to 1"],
                    y=[f"density {w.density:.3g}" for w in instances(task)],
                    values=[[round(float(v), 3) for v in row] for row in product],
                    diverging=True,
                    annotate=True,
                )
            )
    return Figure(
        key="weights",
        title="Products of the two layers",
        caption="Seed 0, one row for each of the five instances, after the published heat maps.",
        panels=panels,
        columns=2,
        shared_scale=False,
    )


@study.figure("neuron-stacks", "Neuron stacks: abs of many features")
def stacks(grid: Grid) -> Panels:
    """Contribution of each hidden unit to each feature, the 24 largest features of one model at each density,
    after Elhage et al. 2022."""
    panels = []
    for d in (MANY_DENSITIES[0], MANY_DENSITIES[2], MANY_DENSITIES[-1]):
        i = int(grid.where(lambda c, d=d: c.world.density == d)[0])
        bars = contributions(grid.tensors["W_in"][i : i + 1], grid.tensors["W_out"][i : i + 1])[0]
        order = stack_order(bars)
        size = bars[order].abs()
        kept = size.amax(0).topk(min(24, size.shape[1])).indices.sort().values
        series = [Series(name=f"feature {int(f)}", y=[round(float(v), 4) for v in size[:, f]]) for f in kept]
        panels.append(
            Bars(
                title=f"density {d}",
                x_label="hidden unit",
                y_label="|W_in W_out|",
                categories=[str(a) for a in order],
                series=series,
                stacked=True,
            )
        )
    return panels


def pairwise(grid: Grid, cfg: ComputationStudyConfig) -> Figure:
    """Unexplained variance against hidden units."""
    widths = pairwise_widths(cfg)
    left = unexplained(grid)
    rows = [left[grid.where(lambda c, m=m: c.model.d_hidden == m)] for m in widths]
    return Figure(
        key="pairwise-and",
        title=f"All {grid.cells[0].world.n_out} pairwise ANDs of {cfg.n_pairwise} features",
        caption="Unexplained share of the variance over the number of hidden units; the line is the best linear "
        "readout of the inputs, exact.",
        panels=[
            Lines(
                title="unexplained",
                x_label="hidden units",
                y_label="share of the variance",
                log_x=True,
                series=[band("trained", rows, [float(m) for m in widths])],
                references=[Reference(axis="y", value=linear_unexplained(), label="linear readout")],
            )
        ],
    )
