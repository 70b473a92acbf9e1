"""Latents of graphs in the runs that trained them: their rows for labels, their pages, links to a run's report."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from polyhead.core.errors import ArtifactError
from polyhead.core.graph_records import GraphDictionary, GraphRecord, QKRecord
from polyhead.core.records import PAGE_SHARD, DictionaryCard, LatentPage
from polyhead.reports.reading import RunRecords, read_pages, read_run
from polyhead.reports.scripts import shorten, write_script
from polyhead.reports.tables import page_data

_MOST_TOKENS = 5
_MOST_QK_FEATURES, _MOST_EXAMPLES = 12, 3
"""Latents of an explained entry that the page draws, and the examples of each."""
_LAYER = re.compile(r" of layer \S.*$")
"""What a graph adds to the names of dictionaries that have the same one."""


def own_name(name: str) -> str:
    """A dictionary's name in the run that trained it, from its name in a graph."""
    return _LAYER.sub("", name)


@dataclass
class _Known:
    """A dictionary that a run describes, and which of its latents graphs ask for."""

    number: int
    named: bool
    """Whether the caller named the run; one that was found may be of another version, and is then left out."""
    run: RunRecords
    card: DictionaryCard
    report: Path
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    wanted: set[int] = field(default_factory=set)


class LatentPages:
    """What runs know about the latents of graphs; a dictionary that no run describes has none.

    Raises:
        ArtifactError: a run's records are missing or damaged.
    """

    def __init__(self, runs: Sequence[Path], records: Sequence[GraphRecord], out: Path) -> None:
        self._out = out
        self._known: list[_Known] = []
        for folder in [*runs, *_found(records)]:
            try:
                run = read_run(folder)
            except ArtifactError:
                if folder in runs:
                    raise
                continue  # nobody named it
            for card in run.overview.dictionaries:
                report = folder / "report" / "index.html"
                self._known.append(_Known(len(self._known), folder in runs, run, card, report))

    def find(self, dictionary: GraphDictionary) -> _Known | None:
        """The run's card of a graph's dictionary: of the same name, layer and size."""
        asked = (own_name(dictionary.name), dictionary.n_latents)
        found = (k for k in self._known if (k.card.name, k.card.n_latents) == asked)
        return next((k for k in found if k.run.overview.layer in dictionary.layers), None)

    def pages_of(self, dictionary: GraphDictionary) -> Iterator[LatentPage] | None:
        """The pages that a run has of a dictionary's latents, or None where no run has any."""
        known = self.find(dictionary)
        if known is None:
            return None
        return _pages(known)

    def qk_features(self, name: str, layer: int) -> _Known | None:
        """The run's card of a QK dictionary of a layer."""
        found = (k for k in self._known if k.card.name == own_name(name) and k.card.side == "both")
        return next((k for k in found if k.run.overview.layer == layer), None)

    def of_entries(self, record: QKRecord) -> dict[str, dict[str, Any]]:
        """By name of a QK dictionary its card, and of each latent that is a reason its tokens and first examples."""
        out: dict[str, dict[str, Any]] = {}
        for name, layer in dict.fromkeys((entry.qk_features_of, entry.layer) for entry in record.entries):
            known = None if name is None else self.qk_features(name, layer)
            if name is None or known is None or not self._read(known):
                continue
            asked = {
                latent
                for e in record.entries
                if e.qk_features_of == name
                for latent, _ in e.qk_features[:_MOST_QK_FEATURES]
            }
            pages = (page for page in _pages(known) if page.row.latent in asked)
            found = {page.row.latent: page_data(page)["examples"][:_MOST_EXAMPLES] for page in pages}
            out[name] = {
                "card": _plain(known.card),
                "latents": {
                    str(i): {**known.rows[i], "examples": found.get(i, [])} for i in sorted(asked) if i in known.rows
                },
            }
        return out

    def of_graph(self, record: GraphRecord) -> list[dict[str, Any] | None]:
        """For each dictionary of the graph, None or its card, the address of its report and the rows of its latents."""
        out: list[dict[str, Any] | None] = []
        for place, dictionary in enumerate(record.dictionaries):
            known = self.find(dictionary)
            if known is None or not self._read(known):
                out.append(None)
                continue
            asked = {n.latent for n in record.nodes if n.dictionary == place and n.latent is not None}
            known.wanted |= asked
            report = os.path.relpath(known.report, self._out) if known.report.exists() else None
            shards = [number for number, _ in known.run.page_shards(known.card)]
            out.append(
                {
                    "card": _plain(known.card),
                    "folder": f"latents/{known.number}",
                    "report": None if report is None else Path(report).as_posix(),
                    "page_shards": shards,
                    "page_shard_size": PAGE_SHARD,
                    "rows": {str(i): known.rows[i] for i in sorted(asked) if i in known.rows},
                }
            )
        return out

    def _read(self, known: _Known) -> bool:
        try:
            known.rows = known.rows or _rows(known)
        except ArtifactError:
            if known.named:
                raise
            self._known.remove(known)
        return bool(known.rows)

    def write(self, folder: Path) -> None:
        """Pages of every latent that a graph asked for."""
        for known in self._known:
            for number, path in known.run.page_shards(known.card) if known.wanted else []:
                pages = {p.row.latent: page_data(p) for p in read_pages(path) if p.row.latent in known.wanted}
                write_script(folder, f"latents/{known.number}/pages-{number:04d}", pages)


def _pages(known: _Known) -> Iterator[LatentPage]:
    return (page for _, path in known.run.page_shards(known.card) for page in read_pages(path))


def _plain(card: DictionaryCard) -> dict[str, Any]:
    return card.model_dump(mode="json", exclude={"config", "highlights", "loading_map"})


def _found(records: Sequence[GraphRecord]) -> list[Path]:
    """Runs that the dictionaries of graphs lie in, where they are still there."""
    paths = {Path(d.path) for record in records for d in record.dictionaries if d.path is not None}
    above = {parent for path in paths for parent in path.parents[:3]}
    return sorted(folder for folder in above if (folder / "records" / "overview.json").is_file())


def _rows(known: _Known) -> dict[int, dict[str, Any]]:
    columns = ("latent", "density", "top_source_tokens", "top_key_tokens", "top_promoted", "loadings")
    return {
        row["latent"]: {
            "density": shorten(row["density"]),
            "tokens": row["top_source_tokens"][:_MOST_TOKENS],
            "key_tokens": row["top_key_tokens"][:_MOST_TOKENS],
            "promoted": row["top_promoted"][:_MOST_TOKENS],
            "loadings": [shorten(v, 3) for v in row["loadings"]],
        }
        for row in known.run.latents(known.card).select(list(columns)).to_pylist()
    }
