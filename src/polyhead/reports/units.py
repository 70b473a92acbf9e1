"""Units (neurons, heads, latents) as data scripts: one table of all families in shards, pages loaded when opened."""

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter

from polyhead.core.arrays import read_table
from polyhead.core.data_files import read_json, validated_as
from polyhead.core.errors import ArtifactError
from polyhead.core.progress import progress
from polyhead.core.records import PAGE_SHARD
from polyhead.core.unit_records import UnitCard, UnitPage, UnitRow
from polyhead.reports.scripts import shorten, write_script
from polyhead.reports.tables import ROW_SHARD

NUMBERS = ("density", "mean", "std", "max", "min", "kurtosis")
_PAGES = TypeAdapter(list[UnitPage])
_NAME = re.compile(r"[\w-]+")


def write_units_data(records: Path, folder: Path) -> list[dict[str, Any]]:
    """Write `units/...` scripts; returns the cards of the families, in the order of layers, none where none were seen.

    Raises:
        ArtifactError: a damaged table or page.
    """
    cards = sorted((UnitCard.load(p) for p in records.glob("*/card.json")), key=lambda c: (c.kind, c.layer))
    vocabulary: dict[str, int] = {}
    columns: dict[str, list[Any]] = {k: [] for k in ("family", "unit", *NUMBERS, "top_tokens", "top_promoted")}
    for number, card in enumerate(cards):
        if not _NAME.fullmatch(card.name):
            raise ArtifactError(f"{card.name!r} cannot name a folder of units")
        table = _table(records / card.name / "units.parquet", card)
        columns["family"] += [number] * table.num_rows
        columns["unit"] += table["unit"].to_pylist()
        for name in NUMBERS:
            columns[name] += [None if v is None or v != v else shorten(v, 4) for v in table[name].to_pylist()]
        for name in ("top_tokens", "top_promoted"):
            lists = table[name].to_pylist()
            columns[name] += [[vocabulary.setdefault(t, len(vocabulary)) for t in row] for row in lists]
    n = len(columns["unit"])
    starts = range(0, n, ROW_SHARD)
    for shard, first in enumerate(starts):
        part = {name: values[first : first + ROW_SHARD] for name, values in columns.items()}
        write_script(folder, f"units/rows-{shard:04d}", {"first": first, **part})
    if n:
        write_script(folder, "units/tokens", list(vocabulary))
    with progress("pages of units", total=n, unit="units") as bar:
        for card in cards:
            for path in sorted((records / card.name / "pages").glob("*.json")):
                pages = _pages(path)
                write_script(folder, f"units/{card.name}/pages-{path.stem}", {p.row.unit: _page(p) for p in pages})
                bar.advance(len(pages))
    shards = {"n_units_all": n, "row_shards": len(starts), "page_shard_size": PAGE_SHARD}
    return [{**card.model_dump(mode="json"), **shards} for card in cards]


def _table(path: Path, card: UnitCard) -> pa.Table:
    table = read_table(path, list(UnitRow.model_fields), advice="scan the units again")
    if table.num_rows != card.n_units:
        raise ArtifactError(f"{path}: {card.n_units} units expected, {table.num_rows} received; scan the units again")
    return table


def _pages(path: Path) -> list[UnitPage]:
    return validated_as(_PAGES, "a list of UnitPage", read_json(path, constants=True), str(path))


def _page(page: UnitPage) -> dict[str, Any]:
    return {
        "examples": [
            {
                **e.model_dump(mode="json", exclude={"values"}),
                "values": [shorten(v, 3) for v in e.values],
            }
            for e in page.examples
        ],
        "promoted": [[t, shorten(v)] for t, v in page.promoted],
        "demoted": [[t, shorten(v)] for t, v in page.demoted],
        "histogram": [[shorten(low), shorten(high), n] for low, high, n in page.histogram],
        "neighbours": [
            {
                "by": n.by,
                "nearest": [[i, shorten(v, 3)] for i, v in n.nearest],
                "farthest": [[i, shorten(v, 3)] for i, v in n.farthest],
            }
            for n in page.neighbours
        ],
    }
