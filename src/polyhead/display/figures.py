"""Objects as matplotlib figures, in a style that a paper could use."""

from functools import singledispatch
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import AblationRecord, HeadTable, RowsRecord
from polyhead.core.protocols import HasHeadLoadings
from polyhead.core.study_records import StudyRecord
from polyhead.dictionaries.latent_module import LatentModule
from polyhead.display.frames import frame
from polyhead.display.study_figures import draw_panel
from polyhead.graphs.graph import Graph
from polyhead.interventions.effect import Effect

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = (
    *("#2f7fd1", "#d1782f", "#3a9a5b", "#b04a8f", "#7a6ad8", "#c94f4f", "#5f8c2e", "#1f9aa8", "#8a6b4a", "#6b7280"),
    *("#a3bffa", "#f3c08b", "#9ed8b0"),
)


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1, **options: Any) -> tuple[Any, Any]:
    """A matplotlib figure and its axes, in the style of this library.

    Raises:
        PolyheadError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        import matplotlib.pyplot as plt
        from cycler import cycler
    except ImportError as error:
        raise PolyheadError("figures need matplotlib; install it with: pip install polyhead[plot]") from error
    style: dict[Any, Any] = {
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 10,
        "axes.titlelocation": "left",
        "legend.frameon": False,
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
        "axes.prop_cycle": cycler(color=PALETTE),
    }
    with mpl.rc_context(style):
        figure, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **options)
    plt.close(figure)  # the notebook draws what is returned, once
    return figure, axes


@singledispatch
def plot(shown: Any, *args: Any, **options: Any) -> "Figure":
    """Draw an object.

    Args:
        shown: A record, graph, dictionary or effect.
        args: What kind of object it is decides: the key of a study's figure.
        options: The same.

    Returns:
        A matplotlib figure; `.savefig(path)` writes it.

    Raises:
        PolyheadError: this kind of object has no figure, or matplotlib is not installed.
    """
    raise PolyheadError(f"a {type(shown).__name__} has no figure; .to_dataframe() gives its numbers")


@plot.register
def _(table: HeadTable) -> Any:
    """Scores as heat maps of layers and heads."""
    rows: Any = frame(table)
    shown = {
        "previous_token": "Previous token",
        "induction_unigram": "Induction",
        "duplicate_token": "Duplicate token",
        "bos": "BOS",
    }
    n_layers, n_heads = int(rows.layer.max()) + 1, int(rows["head"].max()) + 1
    figure, axes = new_figure(9, 0.9 + 0.22 * n_layers, 1, 4, squeeze=False)
    image: Any = None
    for axis, (key, title) in zip(axes[0], shown.items(), strict=True):
        values = rows[key].astype(float).to_numpy().reshape(n_layers, n_heads)
        image = axis.imshow(values, vmin=0, vmax=1, cmap="Blues", aspect="auto")
        axis.set(title=title, xlabel="head")
        axis.set_yticks(range(n_layers) if n_layers <= 12 else range(0, n_layers, 4))
    axes[0][0].set_ylabel("layer")
    figure.colorbar(image, ax=axes[0].tolist(), shrink=0.9, label="mean attention")
    return figure


@plot.register
def _(record: RowsRecord, n_classes: int = 8) -> Any:
    """Share of rows by class, one bar per head; smaller classes together."""
    rows: Any = frame(record)
    order = rows.mean().sort_values(ascending=False).index
    top = [name for name in order if name != "unknown"][: min(n_classes, len(PALETTE) - 2)]
    figure, axis = new_figure(7, 0.9 + 0.22 * len(rows))
    left, rest = np.zeros(len(rows)), 1.0 - rows[top].sum(axis=1) - rows["unknown"]
    for name, values in [*((n, rows[n]) for n in top), ("other classes", rest), ("unknown", rows["unknown"])]:
        colour = {"unknown": "#d5d5d5", "other classes": "#9a9a9a"}.get(name)
        axis.barh(rows.index, values, left=left, label=name, color=colour, height=0.8)
        left = left + values.to_numpy()
    axis.set(xlim=(0, 1), xlabel="share of rows")
    axis.invert_yaxis()
    axis.legend(bbox_to_anchor=(1.01, 1), loc="upper left")
    return figure


@plot.register
def _(record: AblationRecord) -> Any:
    rows: Any = frame(record)
    figure, axis = new_figure(7, 0.9 + 0.24 * len(rows))
    axis.barh(rows["ablated"], rows["probability"], color=["#9a9a9a", *["#2f7fd1"] * (len(rows) - 1)], height=0.7)
    axis.axvline(rows["probability"][0], color="#9a9a9a", linewidth=1, linestyle=":")
    axis.set(xlabel="mean probability of the answer", title=f"L{record.layer}H{record.head} on {record.templates}")
    axis.invert_yaxis()
    return figure


@plot.register
def _(effect: Effect, n: int = 8) -> Any:
    rows = effect.next_tokens(n)
    figure, axis = new_figure(5, 0.9 + 0.34 * len(rows))
    place = np.arange(len(rows))
    axis.barh(place - 0.2, rows["p_before"], height=0.38, label="before", color="#9a9a9a")
    axis.barh(place + 0.2, rows["p_after"], height=0.38, label="after", color="#2f7fd1")
    axis.set_yticks(place, [repr(token).replace("$", r"\$") for token in rows["token"]])
    axis.set(xlabel="probability of the next token", title="; ".join(effect.about))
    axis.invert_yaxis()
    axis.legend()
    return figure


@plot.register
def _(dictionary: LatentModule) -> Any:
    """Effective heads of all latents, and their loadings, latents sorted by main head."""
    loadings = dictionary.head_loadings() if isinstance(dictionary, HasHeadLoadings) else None
    if loadings is None:
        raise PolyheadError(f"{dictionary!r} has no loadings by head to draw")
    rows: Any = frame(dictionary)
    values = np.abs(loadings.detach().float().cpu().numpy())
    order = np.lexsort((-values.max(1), values.argmax(1)))
    figure, (left, right) = new_figure(8, 3.2, 1, 2)
    left.hist(rows["effective heads"], bins=40, color="#2f7fd1")
    left.set(xlabel="effective heads per latent", ylabel="latents", title=repr(dictionary).partition("(")[0])
    image = right.imshow(values[order].T, aspect="auto", cmap="Blues", interpolation="nearest")
    right.set_yticks(range(values.shape[1]), list(rows.columns[2:]))
    right.set(xlabel="latents, sorted by main head", title="absolute loadings")
    figure.colorbar(image, ax=right)
    return figure


@plot.register
def _(graph: Graph, n_nodes: int = 30) -> Any:
    """Influence of the strongest nodes; the drawing of the graph itself is its notebook view."""
    rows: Any = frame(graph)
    if not rows.influence.notna().any():
        raise PolyheadError("nodes have no influence yet; prune the graph first: ph.graphs.prune(graph).plot()")
    rows = rows[rows.kind != "logit"].head(n_nodes)
    words = [repr(r.label) if isinstance(r.label, str) else r.latent for r in rows.itertuples()]
    names = [
        f"{kind} {'' if pd.isna(word) else word} at {position}"
        for kind, word, position in zip(rows["kind"], words, rows["position"], strict=True)
    ]
    figure, axis = new_figure(6, 0.9 + 0.2 * len(rows))
    axis.barh([name.replace("$", r"\$") for name in names], rows["influence"], color="#2f7fd1")
    axis.set(xlabel="influence on the answers")
    axis.invert_yaxis()
    return figure


@plot.register
def _(record: StudyRecord, key: str | None = None) -> Any:
    """One figure of a study, by its key or a word of its caption; the first if none is named."""
    figures = record.findings.figures
    said = [f for f in figures if key is not None and key in f"{f.key} {f.title} {f.caption}".lower()]
    shown = next((f for f in figures if key in (None, f.key)), next(iter(said), None))
    if shown is None:
        raise PolyheadError(f"no figure of {record.name} shows {key!r}; it has {', '.join(f.key for f in figures)}")
    panels = shown.panels or shown.frames[-1]
    columns = min(shown.columns, len(panels), 3)
    rows = -(-len(panels) // columns)
    figure, axes = new_figure(4.2 * columns + 1, 3.2 * rows, rows, columns, squeeze=False)
    for axis in axes.flat[len(panels) :]:
        axis.axis("off")
    for axis, panel in zip(axes.flat, panels, strict=False):
        draw_panel(figure, axis, panel)
    figure.suptitle(shown.title, x=0.01, ha="left", wrap=True)
    return figure
