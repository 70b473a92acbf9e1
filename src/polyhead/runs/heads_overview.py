"""The overview of a heads report: scores of all heads, findings in words, and dictionaries of a run seen by heads."""

import datetime
import os
from pathlib import Path
from typing import Any

from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.heads import findings
from polyhead.analysis.heads.scores import copying_score, rank_score, row_scores, table_scores, window_scores
from polyhead.core.arrays import read_table
from polyhead.core.data_files import read_object
from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import (
    AblationRecord,
    DictionaryLink,
    HeadPair,
    HeadRank,
    HeadsOverview,
    HeadTable,
    PreferenceSearch,
    RowsRecord,
    SplitHead,
)
from polyhead.core.records import DictionaryCard, Overview, load_lines
from polyhead.core.run_folder import stage_seconds
from polyhead.core.weight_records import WeightOrder
from polyhead.models.hooked import HookedModel
from polyhead.runs.compare_heads import read_copying
from polyhead.runs.study import versions


def write_overview(
    config: dict[str, Any], model: HookedModel, text: TokenSequences, out: Path, notes: list[str], run: Path | None
) -> HeadsOverview:
    """Read the records of a report, and write `overview.json`."""
    records = out / "records"
    rows = RowsRecord.load(records / "rows.json")
    table = HeadTable.load(records / "head_table.json")
    windows = read_object(records / "windows" / "scores.json", {"names": list, "values": list}, constants=True)
    heads = [(h.layer, h.head) for h in rows.heads]
    pairs = list(load_lines(records / "between" / "pairs.jsonl", HeadPair))
    preferences = PreferenceSearch.load(records / "between" / "preferences.json")
    ablations = [AblationRecord.load(p) for p in sorted((records / "ablations").glob("*/L*.json"))]
    splits = [SplitHead.load(p) for p in sorted((records / "splits").glob("*.json"))]
    orders = [WeightOrder.load(p) for p in sorted((records / "weights").glob("*.json"))]
    scores = [*row_scores(rows), *table_scores(table), *window_scores(windows["names"], windows["values"])]
    scores.append(copying_score(read_copying(records / "between" / "copying.json")))
    found = [*findings.of_rows(rows), *findings.of_table(table)]
    by_set: dict[str, list[HeadRank]] = {}
    for name in sorted({r.templates for r in ablations}):
        some = next(r for r in ablations if r.templates == name)
        ranks = by_set[name] = list(load_lines(records / "ablations" / name / "ranks.jsonl", HeadRank))
        scores.append(rank_score(name, some.about, ranks, heads))
        found.append(findings.of_ranks(name, some.n_prompts, some.clean.top1_rate, some.clean.mean_probability, ranks))
    found += findings.of_many(by_set) + findings.of_checks(ablations) + findings.of_splits(splits)
    found += findings.of_pairs(pairs, preferences) + findings.of_weights(orders)
    links, report = dictionary_links(run, model, out / "pages") if run is not None else ([], None)
    overview = HeadsOverview(
        title=f"{model.cfg.name}: what its heads do",
        command=_command(config, out, run),
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        model=model.cfg.model_dump(mode="json"),
        text={
            "origin": "held-out Python source that ships with the bundled model"
            if config["text"] == "bundled"
            else Path(config["text"]).name,
            "tokens": int(text.tokens.size),
            "sequence length": config["seq_len"],
            "sha256": text.sha256,
        },
        versions=versions(),
        seconds=stage_seconds(out),
        heads=heads,
        scores=scores,
        findings=found,
        notes=notes,
        dictionaries=links,
        report=report,
    )
    overview.save(records / "overview.json")
    return overview


def _command(config: dict[str, Any], out: Path, run: Path | None) -> str:
    parts = [f"polyhead heads report {_short(config['model'])}", f"--out {_short(str(out))}"]
    if config["text"] != "bundled":
        parts.append(f"--text {_short(config['text'])}")
    for key, name in (("n_tokens", "tokens"), ("n_prompts", "prompts")):
        if config[key] is not None:
            parts.append(f"--{name} {config[key]}")
    if config["seq_len"] != 256:
        parts.append(f"--seq-len {config['seq_len']}")
    if config["quick"]:
        parts.append("--quick")
    if run is not None:
        parts.append(f"--run {_short(str(run))}")
    return " ".join(parts)


def _short(place: str) -> str:
    """A name as given; of a path outside the folder, its last part: pages do not name the machine's folders."""
    return Path(place).name if Path(place).is_absolute() else place


def dictionary_links(run: Path, model: HookedModel, pages: Path) -> tuple[list[DictionaryLink], str]:
    """The dictionaries of a run by the heads of their layer, and where the run's pages are, relative to `pages`.

    Raises:
        PolyheadError: the run has no records or pages, or is of another model.
    """
    path, report = run / "records" / "overview.json", run / "report"
    if not path.exists() or not (report / "index.html").exists():
        raise PolyheadError(f"{run} has no pages of latents yet; write them with: polyhead report {run}")
    overview = Overview.load(path)
    name, n_heads = overview.model.get("name"), overview.model.get("n_heads")
    if (name, n_heads) != (model.cfg.name, model.cfg.n_heads):
        raise PolyheadError(
            f"{run} has dictionaries of {name} with {n_heads} heads per layer; this is {model.cfg.name}"
        )
    links = [_link(card, overview.layer, run) for card in overview.dictionaries]
    return links, Path(os.path.relpath(report.resolve(), pages.resolve())).as_posix()


def _link(card: DictionaryCard, layer: int, run: Path) -> DictionaryLink:
    columns = ["main_head", "loadings", "energy_share", "effective_heads"]
    rows = read_table(run / "records" / card.name / "latents.parquet", columns).to_pylist()
    n = card.n_heads + 1
    main, through, pure = [0] * n, [0.0] * n, 0.0
    for row in rows:
        if not row["energy_share"] > 0:
            continue
        main[row["main_head"]] += 1
        squares = [v * v for v in row["loadings"]]
        for i, v in enumerate(squares):
            through[i] += row["energy_share"] * v / (sum(squares) or 1.0)
        pure += row["energy_share"] if row["effective_heads"] < 1.5 else 0.0
    whole = sum(through) or 1.0
    return DictionaryLink(
        name=card.name,
        layer=layer,
        n_latents=card.n_latents,
        latents_by_head=main,
        loading_share=[v / whole for v in through],
        energy_of_pure=pure / whole,
    )
