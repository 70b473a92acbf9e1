"""All numbers of every head in one list, with what each means: what overviews plot and sort by."""

from collections.abc import Callable, Sequence
from typing import Any

from polyhead.core.head_records import HeadRank, HeadRow, HeadTable, RowsRecord, Score

_TABLE: dict[str, tuple[str, str, str]] = {
    "previous_token": ("Previous token", "natural text", "Mean attention to the token before."),
    "bos": ("BOS", "natural text", "Mean attention to the token before every text."),
    "newline_indent": (
        "Newlines, before newlines",
        "natural text",
        "Attention to earlier line breaks at tokens that a line break follows.",
    ),
    "newline_indent_base": (
        "Newlines, elsewhere",
        "natural text",
        "Attention to earlier line breaks at tokens that something else follows.",
    ),
    "entropy": ("Entropy of rows", "natural text", "Mean entropy of the rows of the pattern, in nats: how spread."),
    "induction_unigram": (
        "Induction, random repeats",
        "repeats",
        "On the second copy of repeated random tokens: mean attention to what followed the same token in the first.",
    ),
    "induction_natural": ("Induction, repeated text", "repeats", "The same where natural text is repeated."),
    "duplicate_token": (
        "Duplicate token",
        "repeats",
        "On the second copy of repeated random tokens: mean attention to the same token in the first.",
    ),
}
_WINDOWS: dict[str, tuple[str, str]] = {
    "self_attention_score": ("Self attention", "Mean attention of a token to itself."),
    "prev_token_score": ("Previous token, with BOS", "Mean attention to the token before, all positions counted."),
    "pattern_entropy": ("Entropy, all positions", "Mean entropy of the rows, in nats, all positions counted."),
    "qk_distance": ("Distance", "Mean distance from query to key, weighted by attention, in tokens."),
    "qk_distance_variance": ("Variance of distance", "Variance of the distance, weighted by attention."),
    "induction_score": (
        "Induction, natural text",
        "Attention to tokens after earlier copies of the query's token, where there is one; weights under 0.01 do not "
        "count.",
    ),
}


def table_scores(table: HeadTable) -> list[Score]:
    """Scores on natural and repeated text; those that do not apply to the model are left out."""

    def read(key: str) -> Callable[[HeadRow], float | None]:
        return lambda row: getattr(row, key)

    made = [
        Score(key=key, title=title, group=group, definition=words, values=[read(key)(row) for row in table.rows])
        for key, (title, group, words) in _TABLE.items()
    ]
    return [s for s in made if any(v is not None for v in s.values)]


def row_scores(rows: RowsRecord) -> list[Score]:
    """Entropies, and the mass on every behaviour."""
    made = [
        Score(
            key="mass_entropy",
            title="Mix (entropy of mass)",
            group="rows",
            definition="Entropy, in nats, of the attention mass over behaviours: 0 for a head that does one thing.",
            values=[h.mass_entropy for h in rows.heads],
        ),
        Score(
            key="class_entropy",
            title="Entropy of classes",
            group="rows",
            definition=f"Entropy, in nats, of the classes of rows at the {rows.threshold:.0%} rule, unknown included.",
            values=[h.class_entropy for h in rows.heads],
        ),
        Score(
            key="unknown",
            title="Unknown rows",
            group="rows",
            definition=f"Share of rows that no one or two behaviours explain to {rows.threshold:.0%}.",
            values=[h.shares[-1] for h in rows.heads],
        ),
    ]
    for i, b in enumerate(rows.behaviours):
        words = f"Share of all attention mass on: {b.words}. Uniform attention has {b.uniform_mass:.1%}."
        values: list[float | None] = [h.mass[i] for h in rows.heads]
        title = f"Mass: {b.name.replace('_', ' ')}"
        made.append(Score(key=f"mass:{b.name}", title=title, group="mass", definition=words, values=values))
    return made


def window_scores(names: Sequence[str], values: Any) -> list[Score]:
    """The scores of windows (`[s, l, h]`), under the names that HeadVis trees use."""
    out = []
    for name, table in zip(names, values, strict=True):
        title, words = _WINDOWS.get(name, (name.replace("_", " "), name))
        flat = [None if v != v else float(v) for row in table for v in row]
        out.append(Score(key=name, title=title, group="windows", definition=words, values=flat))
    return out


def copying_score(table: Any) -> Score:
    """Copying scores by layer and head."""
    return Score(
        key="copying",
        title="Copying",
        group="weights",
        definition="How far the head's OV circuit raises the logit of the token it attends to.",
        values=[float(v) for row in table for v in row],
    )


def rank_score(templates: str, about: str, ranks: Sequence[HeadRank], heads: Sequence[tuple[int, int]]) -> Score:
    """Fall of the answer's probability on one template set, head by head."""
    drop = {(r.layer, r.head): r.drop for r in ranks}
    return Score(
        key=f"drop:{templates}",
        title=f"Ablated on {templates}",
        group="ablated",
        definition=f"Fall of the answer's probability when the head's last row is put on BOS. {about}",
        values=[drop.get((h[0], h[1])) for h in heads],
    )
