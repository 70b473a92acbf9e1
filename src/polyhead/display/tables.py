"""Objects as static HTML for a notebook: a title, a sentence, and a table, or a graph's drawing."""

from functools import singledispatch
from html import escape
from typing import Any

import pandas as pd

from polyhead.core.head_names import head_name
from polyhead.core.head_records import AblationRecord, HeadTable, RowsRecord
from polyhead.core.study_records import StudyRecord
from polyhead.dictionaries.latent_module import LatentModule
from polyhead.display.frames import frame
from polyhead.display.graph_svg import graph_svg
from polyhead.graphs.graph import Graph
from polyhead.interventions.effect import Effect

_STYLE = (
    "<style>.polyhead{color:inherit;font:13px/1.5 system-ui,sans-serif;max-width:100%;overflow-x:auto}"
    ".polyhead table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    ".polyhead th,.polyhead td{padding:2px 10px;text-align:right;border:0;"
    "border-bottom:1px solid rgba(128,128,128,.3);background:transparent;color:inherit;white-space:pre-wrap}"
    ".polyhead td:first-child,.polyhead th,.polyhead.words td{text-align:left}"
    ".polyhead p{margin:4px 0;max-width:75ch}</style>"
)
_ROWS = 20


def cell(title: str, about: str, body: str, *, words: bool = False) -> str:
    """A titled block; `body` is HTML, the others are text; words are set to the left, numbers to the right."""
    kind = "polyhead words" if words else "polyhead"
    return f'{_STYLE}<div class="{kind}"><b>{escape(title)}</b><p>{escape(about)}</p>{body}</div>'


def table(rows: pd.DataFrame, n: int = _ROWS) -> str:
    """The first rows of a data frame, escaped, and how many there are."""
    shown = rows.head(n)
    text = shown.to_html(escape=True, border=0, float_format="{:.3f}".format, na_rep="", max_cols=12)
    more = f"<p>{n} of {len(rows):,} rows; .to_dataframe() has all of them.</p>" if len(rows) > n else ""
    return text + more


@singledispatch
def html(shown: Any) -> str:
    """Static HTML of an object.

    Args:
        shown: A record, graph, dictionary or effect.

    Returns:
        A fragment without scripts or links, with every text of the object escaped.
    """
    return cell(type(shown).__name__, "", table(frame(shown)), words=True)


@html.register
def _(found: HeadTable) -> str:
    about = f"{len(found.rows)} heads on {found.policy.n_positions:,} positions; definitions: docs/metrics.md."
    return cell(f"Heads of {found.model}", about, table(frame(found), 40))


@html.register
def _(record: RowsRecord) -> str:
    about = f"{record.n_rows:,} rows per head; share of rows per class at the {record.threshold:.0%} rule."
    return cell(f"Rows of {record.model}", about, table(frame(record), 40))


@html.register
def _(record: AblationRecord) -> str:
    name = head_name(record.layer, record.head)
    about = f"{record.n_prompts} prompts of the set {record.templates}: {record.about}"
    return cell(f"{name} of {record.model}, ablated", about, table(frame(record)))


@html.register
def _(record: StudyRecord) -> str:
    return cell(record.title, record.question, table(frame(record).drop(columns="reason"), 40), words=True)


@html.register
def _(graph: Graph) -> str:
    about = f"{len(graph):,} nodes, {len(graph.edges.weight):,} edges; the strongest are drawn, answers on top."
    return cell("Attribution graph", about, graph_svg(graph))


@html.register
def _(effect: Effect) -> str:
    about = f"{'; '.join(effect.about)}. KL divergence at the last position: {effect.kl:.3f} nats."
    texts = "".join(
        f"<p><b>{when}</b> {escape(repr(text))}</p>"
        for when, text in (("before", effect.text_before), ("after", effect.text_after))
        if text
    )
    return cell("Next token, before and after", about, table(effect.next_tokens()) + texts)


@html.register
def _(dictionary: LatentModule) -> str:
    about = "Loadings per latent; .families() and .label(i) say what latents do."
    return cell(repr(dictionary), about, table(frame(dictionary), 8))
