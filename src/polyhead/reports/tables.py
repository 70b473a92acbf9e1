"""The latent table as columns: numbers for typed arrays, tokens as indices into one vocabulary."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from polyhead.core.records import LatentPage
from polyhead.reports.scripts import shorten

ROW_SHARD = 8192
"""Latents in one file of the table."""

NUMBERS = (
    *("density", "energy_share", "max_activation", "effective_heads", "identity_share", "map_x", "map_y"),
    *("family_share", "distance"),
)
WHOLE_NUMBERS = ("latent", "main_head", "cluster", "group")
TOKEN_LISTS = ("top_source_tokens", "top_key_tokens", "top_promoted")


def table_scripts(table: pa.Table, labels: Mapping[int, str]) -> tuple[list[str], list[dict[str, Any]]]:
    """The vocabulary of all token lists, and the columns of each shard of rows.

    Args:
        table: One row per latent.
        labels: What latents are called, by number.
    """
    vocabulary: dict[str, int] = {}
    shards = []
    for first in range(0, table.num_rows, ROW_SHARD):
        part = table.slice(first, ROW_SHARD)
        columns: dict[str, Any] = {"first": first}
        for name in NUMBERS:
            columns[name] = [None if v is None else shorten(v, 5) for v in part[name].to_pylist()]
        for name in WHOLE_NUMBERS:
            columns[name] = part[name].to_pylist()
        columns["family"] = part["family"].to_pylist()
        columns["label"] = [labels.get(latent, "") for latent in part["latent"].to_pylist()]
        columns["loadings"] = [round(v, 4) for row in part["loadings"].to_pylist() for v in row]
        for name in TOKEN_LISTS:
            columns[name] = [
                [vocabulary.setdefault(token, len(vocabulary)) for token in row] for row in part[name].to_pylist()
            ]
        shards.append(columns)
    return list(vocabulary), shards


def page_data(page: LatentPage) -> dict[str, Any]:
    """What the page of one latent needs beyond its row in the table."""
    return {
        "examples": [
            {
                "kind": e.kind,
                "quantile": e.quantile,
                "side": e.side,
                "sequence": e.sequence,
                "start": e.start,
                "positions": e.positions,
                "peak": e.peak,
                "tokens": e.tokens,
                "key": [shorten(v) for v in e.key_side],
                "query": [shorten(v) for v in e.query_side],
                "arcs": [[a.query, a.key, shorten(a.weight), [shorten(h, 3) for h in a.heads]] for a in e.arcs],
            }
            for e in page.examples
        ],
        "promoted": [[token, shorten(v)] for token, v in page.promoted],
        "demoted": [[token, shorten(v)] for token, v in page.demoted],
        "histogram": [[shorten(low), shorten(high), count] for low, high, count in page.histogram],
        "neighbours": [[latent, shorten(v)] for latent, v in page.neighbours],
    }
