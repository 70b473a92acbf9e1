"""Reading a run folder: records in, one clear line for whatever is missing or damaged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from polyhead.core.arrays import read_table
from polyhead.core.data_files import read_json, validated_as
from polyhead.core.errors import ArtifactError
from polyhead.core.label_records import load_labels
from polyhead.core.records import DictionaryCard, Evaluation, LatentPage, LatentRow, Overview, load_lines

_PAGES = TypeAdapter(list[LatentPage])
_NAME = re.compile(r"\w[\w.+=,@ -]*")
_LATER = ("family", "family_share", "distance")
"""Columns of the latent table that earlier versions did not write."""
_SHARD = re.compile(r"(\d+)\.json")


@dataclass(frozen=True)
class RunRecords:
    """The records of a run that fit in memory, and where the rest lies."""

    folder: Path
    overview: Overview
    evaluations: list[Evaluation]

    def latents(self, card: DictionaryCard) -> pa.Table:
        """The latent table of a dictionary, in the order of latents.

        Raises:
            ArtifactError: missing, damaged, or without a column that reports need.
        """
        path = self.folder / card.name / "latents.parquet"
        if not path.exists():
            raise ArtifactError(f"{path} does not exist: {card.name!r} is in the overview but was not analysed")
        fields = LatentRow.model_fields
        older = [name for name in _LATER if name not in _columns(path)]
        table = read_table(path, [name for name in fields if name not in older], advice="analyse the run again")
        for name in older:
            table = table.append_column(name, pa.array([fields[name].default] * table.num_rows))
        table = table.select(list(fields)).sort_by("latent")
        expected = card.n_heads + 1
        widths = {len(row) for row in table["loadings"].to_pylist()} - {expected}
        if widths:
            raise ArtifactError(
                f"{path}: {expected} loadings per latent expected (heads, identity); {min(widths)} received"
            )
        return table

    def labels(self, card: DictionaryCard) -> dict[int, str]:
        """What the latents of a dictionary are called, where `polyhead interpret` or a person said it.

        Raises:
            ArtifactError: a damaged file of labels.
        """
        found = load_labels(self.folder.parent / "members" / card.name / "dictionary")
        return {latent: one.label for latent, one in found.labels.items()}

    def page_shards(self, card: DictionaryCard) -> list[tuple[int, Path]]:
        """Number and file of every shard of latent pages; a dictionary may have none."""
        folder = self.folder / card.name / "pages"
        found = [(int(m[1]), path) for path in folder.glob("*.json") if (m := _SHARD.fullmatch(path.name))]
        return sorted(found)


def _columns(path: Path) -> list[str]:
    """The columns of a table; none of one that is damaged, which reading it says."""
    try:
        return pq.read_schema(path).names
    except (pa.ArrowException, OSError):
        return []


def read_run(run_dir: Path) -> RunRecords:
    """The records of a run folder.

    Raises:
        ArtifactError: no such folder, no records in it, or a damaged record.
    """
    if not run_dir.is_dir():
        raise ArtifactError(f"there is no run folder at {run_dir}")
    folder = run_dir / "records"
    if not (folder / "overview.json").exists():
        raise ArtifactError(f"{run_dir} holds no records (records/overview.json is missing): analyse the run first")
    overview = Overview.load(folder / "overview.json")
    for card in overview.dictionaries:
        if not _NAME.fullmatch(card.name):
            raise ArtifactError(f"{folder / 'overview.json'}: {card.name!r} cannot name the folder of a dictionary")
        if len(card.head_names) != card.n_heads + 1:
            raise ArtifactError(
                f"{folder / 'overview.json'}: {card.name!r} has {card.n_heads} heads, so {card.n_heads + 1} names "
                f"with the identity; {len(card.head_names)} received"
            )
    return RunRecords(folder, overview, list(load_lines(folder / "evaluations.jsonl", Evaluation)))


def read_pages(path: Path) -> Iterator[LatentPage]:
    """The latent pages of one shard.

    Raises:
        ArtifactError: missing, damaged, or of another version.
    """
    yield from validated_as(_PAGES, "a list of LatentPage", read_json(path, constants=True), str(path))
