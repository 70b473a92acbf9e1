"""Figures of the study `hidden-size-polysemanticity`."""

from polyhead.core.study_records import Figure, Lines, Reference
from polyhead.studies import study
from polyhead.studies.panels import Panels, band
from polyhead.studies.superposition.hidden_size.claims import measure_width
from polyhead.studies.superposition.hidden_size.measures import HiddenSizeConfig, Measured
from polyhead.studies.superposition.hidden_size.polysemanticity import Polysemanticity
from polyhead.studies.superposition.models import Grid

METRICS = ("polysemantic", "features_per_unit", "mixing")
NAMES = {
    "polysemantic": "share of polysemantic units",
    "features_per_unit": "features per unit",
    "mixing": "1 - mean of max w^2 / sum w^2",
}


def over_training(x: Measured) -> list[Figure]:
    """One figure per measure."""
    return [_over_training(x.grids, x.null, x.cfg, name) for name in METRICS]


def _over_training(
    grids: dict[str, Grid], null: dict[int, Polysemanticity], cfg: HiddenSizeConfig, name: str
) -> Figure:
    panels = []
    for kind, grid in grids.items():
        series = []
        for m in cfg.widths:
            rows = [getattr(measure_width(grid, m, t["W"]), name) for t in grid.moments.values()]
            series.append(band(f"m = {m}", rows, [float(t) for t in grid.moments]))
        marks = [
            Reference(axis="y", value=float(getattr(null[m], name).mean()), label=f"random, m = {m}")
            for m in (cfg.widths[0], cfg.widths[-1])
        ]
        panels.append(Lines(title=kind, x_label="step", y_label=NAMES[name], series=series, references=marks))
    return Figure(
        key=f"over-training-{name.replace('_', '-')}",
        title=f"Polysemanticity over training: {NAMES[name]}",
        caption="One line per width, mean and 10th to 90th percentile over seeds, after the published figure; lines "
        "for random matrices. A linear hidden layer has no basis to be polysemantic in.",
        panels=panels,
        columns=3,
    )


@study.figure("over-width", "Polysemanticity against width", columns=3)
def over_width(x: Measured) -> Panels:
    """At the end of training, three kinds of hidden layer and the random null."""
    grids, null, cfg = x.grids, x.null, x.cfg
    panels = []
    for name in METRICS:
        series = []
        rows = {kind: [getattr(measure_width(grid, m), name) for m in cfg.widths] for kind, grid in grids.items()}
        for label, values in {**rows, "random matrices": [getattr(null[m], name) for m in cfg.widths]}.items():
            series.append(band(label, values, [float(m) for m in cfg.widths]))
        panels.append(Lines(title=NAMES[name], x_label="hidden units m", y_label=NAMES[name], series=series))
    return panels
