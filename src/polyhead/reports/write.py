"""write_report: a run folder's records become a folder of static files.

The folder is built aside and put in place whole, so an interrupted or failed report leaves the former one untouched.
Layout: docs/formats.md.
"""

from pathlib import Path
from typing import Any

from polyhead.core.progress import progress
from polyhead.core.records import PAGE_SHARD, DictionaryCard, Evaluation
from polyhead.reports.folder import replace_folder
from polyhead.reports.reading import RunRecords, read_pages, read_run
from polyhead.reports.scripts import write_script
from polyhead.reports.shell import write_assets, write_page
from polyhead.reports.tables import page_data, table_scripts

MARK = "data/overview.js"
"""The file by which a folder is known to be a report, and may be replaced by a newer one."""


def write_report(run_dir: Path, out: Path | None = None) -> Path:
    """Write the report of a run and return its folder (`run_dir/report` unless `out` is given).

    Raises:
        ArtifactError: the run or its records are missing or damaged, or the disk refuses.
        PolyheadError: `out` holds something that is not a report.
    """
    run = read_run(run_dir)
    out = run_dir / "report" if out is None else out

    def fill(aside: Path) -> None:
        write_assets(aside, "report")
        write_page(aside / "index.html", "report", "polyhead report")
        _write_data(run, aside / "data")

    replace_folder(out, fill, mark=MARK, what="report")
    return out


def _write_data(run: RunRecords, folder: Path) -> None:
    dictionaries = [_write_dictionary(run, card, folder) for card in run.overview.dictionaries]
    overview = run.overview.model_dump(mode="json", exclude={"dictionaries"})
    evaluations = [_evaluation(e) for e in run.evaluations]
    write_script(folder, "overview", {**overview, "dictionaries": dictionaries, "evaluations": evaluations})


def _evaluation(evaluation: Evaluation) -> dict[str, Any]:
    derived: dict[str, float | None] = {
        "ce_delta": evaluation.ce_spliced - evaluation.ce_clean,
        "fvu_attn_out": evaluation.attn_out_fvu,
    }
    for name in ("ce_recovered_mean", "ce_recovered_zero"):
        try:
            derived[name] = getattr(evaluation, name)
        except ZeroDivisionError:
            derived[name] = None
    return {**evaluation.model_dump(mode="json"), **derived}


def _write_dictionary(run: RunRecords, card: DictionaryCard, folder: Path) -> dict[str, Any]:
    vocabulary, rows = table_scripts(run.latents(card), run.labels(card))
    shards = run.page_shards(card)
    for number, columns in enumerate(rows):
        write_script(folder, f"{card.name}/rows-{number:04d}", columns)
    write_script(folder, f"{card.name}/tokens", vocabulary)
    with progress(f"pages of {card.name}", total=len(shards) * PAGE_SHARD, unit="latents") as bar:
        for number, path in shards:
            pages = {page.row.latent: page_data(page) for page in read_pages(path)}
            write_script(folder, f"{card.name}/pages-{number:04d}", pages)
            bar.advance(PAGE_SHARD)
    return {
        **card.model_dump(mode="json"),
        "n_rows": sum(len(columns["latent"]) for columns in rows),
        "row_shards": len(rows),
        "page_shards": [number for number, _ in shards],
        "page_shard_size": PAGE_SHARD,
    }
