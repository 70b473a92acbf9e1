"""Pages of a heads report: one folder of static files. Layout: docs/formats.md.

Only the overview must be there; every other record adds to the pages where it is found, so a tree imported from another
program (scores and windows, no rules) has pages too.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from polyhead.core.errors import ArtifactError
from polyhead.core.head_names import head_name
from polyhead.core.head_records import (
    AblationRecord,
    HeadPair,
    HeadRows,
    HeadsOverview,
    PreferenceSearch,
    RowsRecord,
    SplitHead,
)
from polyhead.core.progress import progress
from polyhead.core.records import Record, load_lines
from polyhead.core.weight_records import WeightOrder
from polyhead.core.window_records import HeadWindows
from polyhead.reports.folder import replace_folder
from polyhead.reports.scripts import shorten, write_script
from polyhead.reports.shell import write_assets, write_page
from polyhead.reports.units import write_units_data

MARK = "data/heads.js"
"""The file by which a folder is known to hold pages of heads, and may be replaced."""
_OVERLAPS = ("query_overlap", "key_overlap", "read_overlap", "write_overlap")
_PAIR_NUMBERS = ("pattern_overlap", *_OVERLAPS, "q_composition", "k_composition", "v_composition")
_MOST_RANKS = 10
_MOST_NEIGHBOURS = 8
R = TypeVar("R", bound=Record)


def write_heads_pages(records: Path, out: Path) -> Path:
    """Write the pages of the records of a heads report to the folder `out`; returns its index.html.

    Raises:
        ArtifactError: a record is missing, damaged or does not fit the others, or the disk refuses.
        PolyheadError: `out` holds something else.
    """
    made = _Pages(records)

    def fill(folder: Path) -> None:
        write_assets(folder, "heads")
        write_page(folder / "index.html", "heads", "polyhead heads")
        made.write(folder / "data")

    replace_folder(out, fill, mark=MARK, what="folder of pages of heads")
    return out / "index.html"


class _Pages:
    """The records that fit in memory, and the scripts made of them."""

    def __init__(self, records: Path) -> None:
        if not (records / "overview.json").exists():
            raise ArtifactError(
                f"{records} holds no heads report (overview.json is missing); run polyhead heads report"
            )
        self.records = records
        self.overview = HeadsOverview.load(records / "overview.json")
        self.rows = self._maybe(RowsRecord, "rows.json")
        self.preferences = self._maybe(PreferenceSearch, "between/preferences.json")
        pairs = records / "between" / "pairs.jsonl"
        self.pairs = list(load_lines(pairs, HeadPair)) if pairs.exists() else []
        self.splits = self._all(SplitHead, "splits/*.json")
        self.ablations = self._all(AblationRecord, "ablations/*/L*.json")
        self.weights = {p.stem: WeightOrder.load(p) for p in sorted((records / "weights").glob("*.json"))}
        n = len(self.overview.heads)
        for score in self.overview.scores:
            if len(score.values) != n:
                raise ArtifactError(
                    f"{records / 'overview.json'}: {n} heads, so {n} values of {score.key!r}; got {len(score.values)}"
                )
        if self.rows is not None and [(h.layer, h.head) for h in self.rows.heads] != self.overview.heads:
            raise ArtifactError(f"{records / 'rows.json'} has other heads than overview.json; run the report again")

    def _maybe(self, kind: type[R], name: str) -> R | None:
        path = self.records / name
        return kind.load(path) if path.exists() else None

    def _all(self, kind: type[R], pattern: str) -> list[R]:
        return [kind.load(path) for path in sorted(self.records.glob(pattern))]

    def write(self, folder: Path) -> None:
        """All scripts."""
        families = write_units_data(self.records / "units" / "records", folder)
        write_script(folder, "heads", {**self._summary(), "families": families})
        if self.pairs:
            write_script(folder, "pairs", self._pair_columns())
        if self.preferences is not None:
            write_script(folder, "preferences", self.preferences.model_dump(mode="json"))
        for name, order in self.weights.items():
            write_script(folder, f"weights/{name}", order.model_dump(mode="json"))
        with progress("pages of heads", total=len(self.overview.heads), unit="heads") as bar:
            for i, (layer, head) in enumerate(self.overview.heads):
                write_script(folder, f"head/L{layer}H{head}", self._head(i, layer, head))
                bar.advance()

    def _summary(self) -> dict[str, Any]:
        overview = self.overview.model_dump(mode="json", exclude={"foreign"})
        for score in overview["scores"]:
            score["values"] = [None if v is None else shorten(v) for v in score["values"]]
        out: dict[str, Any] = {
            **overview,
            "rows": None,
            "has_pairs": bool(self.pairs),
            "has_preferences": bool(self.preferences),
        }
        out["weights"] = [
            {"key": k, "matrix": w.matrix, "layer": w.layer, "n_blocks": len(w.blocks), "excess": shorten(w.excess)}
            for k, w in self.weights.items()
        ]
        out["ablated"] = [
            {
                "head": head_name(r.layer, r.head),
                "templates": r.templates,
                "clean": [shorten(r.clean.top1_rate), shorten(r.clean.mean_probability)],
                "ablated": [shorten(r.effects[0].top1_rate), shorten(r.effects[0].mean_probability)],
                "rank": r.rank,
                "rank_by": r.rank_by or {"bos-row": r.rank},
                "n_prompts": r.n_prompts,
            }
            for r in self.ablations
            if r.effects
        ]
        out["split"] = sorted({head_name(s.layer, s.head) for s in self.splits})
        if self.rows is not None:
            rows = self.rows
            out["rows"] = {
                "behaviours": [b.model_dump(mode="json") for b in rows.behaviours],
                "classes": rows.classes,
                "destinations": rows.destinations,
                "thresholds": rows.thresholds,
                "threshold": rows.threshold,
                "n_rows": rows.n_rows,
                "policy": rows.policy.model_dump(mode="json"),
                "mass": [[round(v, 4) for v in h.mass] for h in rows.heads],
                "shares": [_sparse(h.shares) for h in rows.heads],
                "proposals": [p.model_dump(mode="json", exclude={"centre"}) for p in rows.proposals],
            }
        return out

    def _pair_columns(self) -> dict[str, Any]:
        place = {head: i for i, head in enumerate(self.overview.heads)}
        out: dict[str, Any] = {
            "a": [place[p.layer, p.head] for p in self.pairs],
            "b": [place[p.other_layer, p.other_head] for p in self.pairs],
        }
        for name in _PAIR_NUMBERS:
            values = [getattr(p, name) for p in self.pairs]
            out[name] = [None if v is None else shorten(v, 3) for v in values]
        return out

    def _head(self, i: int, layer: int, head: int) -> dict[str, Any]:
        out: dict[str, Any] = {"rows": None, "windows": None}
        if self.rows is not None:
            out["rows"] = _rows(self.rows.heads[i])
        windows = self._maybe(HeadWindows, f"windows/L{layer}H{head}.json")
        if windows is not None:
            out["windows"] = _windows(windows)
        out["ablations"] = [_ablation(r) for r in self.ablations if (r.layer, r.head) == (layer, head)]
        out["splits"] = [s.model_dump(mode="json") for s in self.splits if (s.layer, s.head) == (layer, head)]
        out["neighbours"] = list(self._neighbours(layer, head))
        if self.preferences is not None:
            own = [p for p in self.preferences.pairs if p.layer == layer and head in (p.head, p.other_head)]
            out["preferences"] = [p.model_dump(mode="json") for p in own]
        return out

    def _neighbours(self, layer: int, head: int) -> Iterator[dict[str, Any]]:
        """The heads most like this one, by each measure of likeness that there is."""
        own = [p for p in self.pairs if (layer, head) in ((p.layer, p.head), (p.other_layer, p.other_head))]
        for name in _PAIR_NUMBERS:
            found = sorted((p for p in own if getattr(p, name) is not None), key=lambda p: -getattr(p, name))
            if not found:
                continue
            near = []
            for p in found[:_MOST_NEIGHBOURS]:
                first = (p.layer, p.head) == (layer, head)
                other = head_name(p.other_layer, p.other_head) if first else head_name(p.layer, p.head)
                near.append([other, shorten(getattr(p, name), 3), first])
            yield {"by": name, "nearest": near}


def _sparse(values: list[float]) -> list[list[float]]:
    """Index and value of what is not 0."""
    return [[i, shorten(v)] for i, v in enumerate(values) if v > 0]


def _rows(head: HeadRows) -> dict[str, Any]:
    return {
        "counts": [[[i, n] for i, n in enumerate(row) if n] for row in head.counts],
        "curve": {str(i): [round(v, 4) for v in row] for i, row in enumerate(head.curve) if max(row) > 0},
        "mass_with_overlaps": [round(v, 4) for v in head.mass_with_overlaps],
        "class_entropy": head.class_entropy,
        "mass_entropy": head.mass_entropy,
    }


def _windows(record: HeadWindows) -> dict[str, Any]:
    """Places, weights and rules of a window as flat arrays; masses in thousandths, row after row."""
    return {
        **record.model_dump(mode="json", exclude={"windows", "foreign"}),
        "windows": [
            {
                **w.model_dump(mode="json", exclude={"values", "mass"}),
                "values": [round(v, 3) for v in w.values],
                "mass": [round(1000 * v) if math.isfinite(v) else None for row in w.mass for v in row],
            }
            for w in record.windows
        ],
    }


def _ablation(r: AblationRecord) -> dict[str, Any]:
    def effect(e: Any) -> list[Any]:
        return [e.label, shorten(e.top1_rate), shorten(e.mean_probability), shorten(e.mean_logit)]

    kinds = [k for k in (r.ranks[0].drops if r.ranks else {}) if all(k in x.drops for x in r.ranks)] or ["bos-row"]
    falls = [[x.drops.get(k, x.drop) for k in kinds] for x in r.ranks]
    ranks = []
    for i, (x, own) in enumerate(zip(r.ranks, falls, strict=True), start=1):
        places = [1 + sum(other[k] > v for other in falls) for k, v in enumerate(own)]
        if i == r.rank or min(places) <= _MOST_RANKS:
            ranks.append([head_name(x.layer, x.head), [shorten(v) for v in own], places])
    kept = {"templates", "about", "n_prompts", "dropped", "examples", "position", "rank", "notes"}
    return {
        **r.model_dump(mode="json", include=kept),
        "clean": effect(r.clean),
        "effects": [effect(e) for e in r.effects],
        "rank_by": r.rank_by or {"bos-row": r.rank},
        "n_heads": len(r.ranks),
        "ranked_by": kinds,
        "ranks": ranks,
        "sweep": [[s.back, s.token, *(shorten(v) for v in _spread(s.drop))] for s in r.sweep if s.drop],
    }


def _spread(values: list[float]) -> tuple[float, float, float]:
    """Mean, and the 10th and 90th percentile."""
    ordered = sorted(values)
    n = len(ordered) - 1
    return sum(ordered) / len(ordered), ordered[round(0.1 * n)], ordered[round(0.9 * n)]
