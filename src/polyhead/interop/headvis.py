"""HeadVis trees: a folder of JSON about every attention head of a model, out and in.

    config.json             model, dataset, heads, metrics with their descriptions, what is plotted
    scatter_data.json       one row per head: layer, head, one number a metric
    heads/L3H5.json         sequences (tokens, attention_indices = query * seq_len + key, attention_values, interval,
                            max_activation), qk_distance_histogram, top_query_tokens, top_key_tokens, histogram,
                            statistics
    server_config.json, attributions/manifest.json      {} in a static tree

The base fields are those that Neuronpedia's generator writes for the front end. Ours are added in blocks called
`polyhead` (of the config, of a head, of a sequence), which other readers pass over: rules that claim weights, classes
and masses of rows, classified rows of the whole text, ablation, split heads. What a tree holds beyond both is kept in
`foreign` and written back, so that reading and writing a tree changes nothing. Attributions are not read: the shape of
their files is not published.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from polyhead.core.data_files import read_json, read_object, shown
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.files import write_json
from polyhead.core.head_records import AblationRecord, HeadRows, HeadsOverview, RowsRecord, Score, SplitHead
from polyhead.core.window_records import HeadWindows, Histogram, Window
from polyhead.interop.settings import inside

BLOCK = "polyhead"
FORMAT = 1
_CONFIG = ("model_name", "dataset_name", "heads", "n_layers", "n_heads", "metrics", "metric_descriptions")
_SEQUENCE = {
    "sequence_id": "sequence",
    "interval": "interval",
    "tokens": "tokens",
    "attention_indices": "flat",
    "attention_values": "values",
    "max_activation": "max_activation",
}
_HEAD = ("sequences", "qk_distance_histogram", "top_query_tokens", "top_key_tokens", "histogram", "statistics")
_ABOUT = ("title", "command", "created", "versions", "seconds", "findings", "notes", "model", "text")


def write_headvis(records: Path, out: Path) -> Path:
    """Write the records of a heads report as a HeadVis tree; returns its config.json.

    Raises:
        ArtifactError: a record is missing or damaged.
        PolyheadError: `out` holds something else, or `records` are of no heads report.
    """
    if out.exists() and not (out.is_dir() and ((out / "config.json").exists() or not any(out.iterdir()))):
        raise PolyheadError(f"{out} exists and is not a HeadVis tree; choose another folder")
    if not (records / "overview.json").exists():
        raise PolyheadError(
            f"{records.parent} is not a heads report; make one with: polyhead heads report MODEL --out FOLDER"
        )
    overview = HeadsOverview.load(records / "overview.json")
    rows = RowsRecord.load(records / "rows.json") if (records / "rows.json").exists() else None
    n_intervals = 1
    for i, (layer, head) in enumerate(overview.heads):
        windows = HeadWindows.load(records / "windows" / f"L{layer}H{head}.json")
        n_intervals = max([n_intervals, *(w.interval for w in windows.windows)])
        write_json(
            out / "heads" / f"L{layer}H{head}.json", _head_out(records, windows, rows.heads[i] if rows else None)
        )
    write_json(out / "scatter_data.json", _scatter_out(overview))
    write_json(out / "server_config.json", overview.foreign.get("server_config", {}))
    write_json(out / "attributions" / "manifest.json", {})
    write_json(out / "config.json", _config_out(overview, rows, n_intervals))
    return out / "config.json"


def _config_out(overview: HeadsOverview, rows: RowsRecord | None, n_intervals: int) -> dict[str, Any]:
    base = {
        "model_name": overview.model.get("name", overview.title),
        "dataset_name": overview.text.get("origin", ""),
        "heads": [list(h) for h in overview.heads],
        "n_layers": max(layer for layer, _ in overview.heads) + 1,
        "n_heads": max(head for _, head in overview.heads) + 1,
        "n_intervals": n_intervals,
        "metrics": [s.key for s in overview.scores],
        "metric_descriptions": {s.key: s.definition for s in overview.scores if s.definition},
        "head_data_pattern": "L{layer}H{head}.json",
        "has_umap": False,
        "umap_heads": [],
        "custom_plots": [
            {"key": "qk_distance_histogram", "label": "Q-K distance"},
            {"key": "histogram", "label": "Activation distribution"},
        ],
        "custom_tables": [
            {"key": "top_query_tokens", "label": "Top query tokens"},
            {"key": "top_key_tokens", "label": "Top key tokens"},
        ],
        "statistics_display": {
            "n_samples": {"label": "Samples kept", "format": "default"},
            "mean_max_activation": {"label": "Mean max activation", "format": "default"},
        },
    }
    if "config" in overview.foreign:  # the tree came from elsewhere: what it said of itself stays
        return overview.foreign["config"]
    block: dict[str, Any] = {
        "format": FORMAT,
        "about": overview.model_dump(mode="json", include=set(_ABOUT)),
        "scores": {s.key: {"title": s.title, "group": s.group} for s in overview.scores},
    }
    if rows is not None:
        block["rows"] = rows.model_dump(mode="json", exclude={"heads"})
    return {**base, BLOCK: block}


def _scatter_out(overview: HeadsOverview) -> list[dict[str, Any]]:
    extra = overview.foreign.get("scatter", [{}] * len(overview.heads))
    return [
        {"layer": layer, "head": head, **{s.key: s.values[i] for s in overview.scores}, **extra[i]}
        for i, (layer, head) in enumerate(overview.heads)
    ]


def _head_out(records: Path, windows: HeadWindows, rows: HeadRows | None) -> dict[str, Any]:
    foreign = dict(windows.foreign)
    beyond = foreign.pop("sequences", [{}] * len(windows.windows))
    statistics = {"n_samples": len(windows.windows), "mean_max_activation": windows.mean_max_activation}
    out = {
        "sequences": [{**_sequence_out(w), **e} for w, e in zip(windows.windows, beyond, strict=True)],
        "qk_distance_histogram": _histogram_out(windows.distances),
        "top_query_tokens": [{"token": t, "weight": v} for t, v in windows.top_query_tokens],
        "top_key_tokens": [{"token": t, "weight": v} for t, v in windows.top_key_tokens],
        "histogram": _histogram_out(windows.maxima),
        "statistics": {**statistics, **foreign.pop("statistics", {})},
        **foreign,
    }
    block: dict[str, Any] = {}
    if windows.behaviours:
        block |= {"behaviours": windows.behaviours, "classes": windows.classes}
    if rows is not None:
        block["rows"] = rows.model_dump(mode="json")
    ablations = [AblationRecord.load(p) for p in sorted((records / "ablations").glob(f"*/{windows.name}.json"))]
    splits = [SplitHead.load(p) for p in sorted((records / "splits").glob(f"split-{windows.name}-*.json"))]
    if ablations:
        block["ablations"] = [r.model_dump(mode="json") for r in ablations]
    if splits:
        block["splits"] = [s.model_dump(mode="json") for s in splits]
    return {**out, BLOCK: block} if block else out


def _sequence_out(w: Window) -> dict[str, Any]:
    value = w.model_dump(mode="json")
    out = {theirs: value[ours] for theirs, ours in _SEQUENCE.items()}
    out["seq_len"] = len(w.tokens)
    block = {name: value[name] for name in ("codes", "classes", "mass") if value[name]}
    return {**out, BLOCK: block} if block else out


def _histogram_out(h: Histogram) -> dict[str, Any]:
    def plain(values: list[float]) -> list[float | int]:
        return [int(v) if v.is_integer() else v for v in values]

    return {"bin_edges": plain(h.edges), "bin_values": plain(h.values)}


def read_headvis(tree: Path, records: Path) -> HeadsOverview:
    """Read a HeadVis tree into the records of a heads report, in the folder `records`.

    Raises:
        ArtifactError: not such a tree, or a file of it is missing or damaged.
        PolyheadError: `records` holds something already.
    """
    if records.exists() and any(records.iterdir()):
        raise PolyheadError(f"{records} holds records already; choose another folder")
    if not (tree / "config.json").exists():
        raise ArtifactError(f"{tree} is not a HeadVis tree: config.json is missing")
    try:
        found = _read(tree)
    except (TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError, ValidationError) as error:
        raise ArtifactError(f"{tree} is not a HeadVis tree that can be read: {_why(error)}") from None
    overview, heads, blocks = found
    for windows in heads:
        windows.save(records / "windows" / f"{windows.name}.json")
    for name, record in blocks:
        record.save(records / name)
    overview.save(records / "overview.json")
    return overview


def _read(tree: Path) -> tuple[HeadsOverview, list[HeadWindows], list[tuple[Path, Any]]]:
    """Overview, heads, and our own blocks with the files that they are kept in."""
    config = _object(tree / "config.json")
    absent = [key for key in _CONFIG if key not in config]
    if absent:
        raise ArtifactError(f"{tree / 'config.json'} lacks {absent[0]!r}; a HeadVis config has {', '.join(_CONFIG)}")
    heads = _heads(config["heads"], tree / "config.json")
    files = [_head_file(tree, config.get("head_data_pattern", "L{layer}H{head}.json"), la, h) for la, h in heads]
    overview = _overview_in(tree, config, heads)
    made = [_head_in(file, la, h) for (la, h), file in zip(heads, files, strict=True)]
    blocks = _blocks_in(config.get(BLOCK, {}), [_object(file).get(BLOCK, {}) for file in files], tree)
    return overview, made, blocks


def _heads(values: Any, path: Path) -> list[tuple[int, int]]:
    """Pairs of layer and head, each once."""
    pairs: list[Any] = values if isinstance(values, list) else [None]
    if not all(isinstance(p, list) and len(p) == 2 and all(type(n) is int and n >= 0 for n in p) for p in pairs):
        raise ArtifactError(f"{path}: heads are pairs [layer, head] of whole numbers from 0")
    heads = [(layer, head) for layer, head in pairs]
    if len(set(heads)) < len(heads):
        raise ArtifactError(f"{path}: a head is named twice")
    return heads


_FIELD = re.compile(r"\{(layer|head)(?::0?(\d?)d)?\}")


def _head_file(tree: Path, pattern: Any, layer: int, head: int) -> Path:
    """The file of a head. Only `{layer}` and `{head}` are filled in, as whole numbers: the pattern is a stranger's.

    Raises:
        PolyheadError: anything else in braces, or a name that leads out of the tree.
    """
    where = f"{tree / 'config.json'}: head_data_pattern"
    if not isinstance(pattern, str) or set(_FIELD.sub("", pattern)) & set("{}"):
        raise ArtifactError(f"{where} must be a name with {{layer}} and {{head}}, received {shown(pattern)}")
    numbers = {"layer": layer, "head": head}

    def filled(field: re.Match[str]) -> str:
        width = int(field[2] or 0)
        return str(numbers[field[1]]).rjust(width, "0" if ":0" in field[0] else " ")

    return inside(tree, f"heads/{_FIELD.sub(filled, pattern)}", where)


def _object(path: Path) -> dict[str, Any]:
    return read_object(path)


def _overview_in(tree: Path, config: dict[str, Any], heads: list[tuple[int, int]]) -> HeadsOverview:
    rows = read_json(tree / "scatter_data.json")
    if not isinstance(rows, list) or not all(isinstance(r, dict) and {"layer", "head"} <= r.keys() for r in rows):
        raise ArtifactError(f"{tree / 'scatter_data.json'} is not a list of rows with layer and head")
    found = {(r["layer"], r["head"]): r for r in rows}
    block = config.get(BLOCK, {})
    about, named = block.get("about", {}), block.get("scores", {})
    foreign: dict[str, Any] = {} if block else {"config": config}
    server = tree / "server_config.json"
    if server.exists() and (value := read_json(server)):
        foreign["server_config"] = value
    known = {"layer", "head", *config["metrics"]}
    extra = [{k: v for k, v in found.get(h, {}).items() if k not in known} for h in heads]
    if any(extra):
        foreign["scatter"] = extra
    try:
        scores = [
            Score(
                key=key,
                title=named.get(key, {}).get("title", key.replace("_", " ")),
                group=named.get(key, {}).get("group", "metrics"),
                definition=config["metric_descriptions"].get(key, ""),
                values=[found.get(h, {}).get(key) for h in heads],
            )
            for key in config["metrics"]
        ]
        return HeadsOverview(
            **{
                "title": f"{config['model_name']}: heads of a HeadVis tree",
                "command": f"polyhead heads import {tree.name}",
                "created": str((config.get("pipeline_config") or {}).get("created_at", "")),
                "model": {"name": config["model_name"], "n_layers": config["n_layers"], "n_heads": config["n_heads"]},
                "text": {"origin": config["dataset_name"]},
                "versions": {},
                "seconds": {},
                "findings": [],
                "notes": ["Read from a HeadVis tree."],
                **about,
            },
            heads=heads,
            scores=scores,
            foreign=foreign,
        )
    except (ValidationError, AttributeError) as error:
        raise ArtifactError(f"{tree}: {_why(error)}") from None


def _head_in(path: Path, layer: int, head: int) -> HeadWindows:
    value = _object(path)
    absent = [key for key in _HEAD if key not in value]
    if absent:
        raise ArtifactError(f"{path} lacks {absent[0]!r}; a head of a HeadVis tree has {', '.join(_HEAD)}")
    block = value.get(BLOCK, {})
    foreign: dict[str, Any] = {k: v for k, v in value.items() if k not in (*_HEAD, BLOCK)}
    try:
        windows = [_sequence_in(s) for s in value["sequences"]]
        beyond = [{k: v for k, v in s.items() if k not in (*_SEQUENCE, "seq_len", BLOCK)} for s in value["sequences"]]
        statistics = {k: v for k, v in value["statistics"].items() if k != "mean_max_activation"}
        if statistics.get("n_samples") == len(windows):
            del statistics["n_samples"]
        foreign |= ({"sequences": beyond} if any(beyond) else {}) | ({"statistics": statistics} if statistics else {})
        return HeadWindows(
            layer=layer,
            head=head,
            behaviours=block.get("behaviours", []),
            classes=block.get("classes", []),
            windows=windows,
            distances=_histogram_in(value["qk_distance_histogram"]),
            maxima=_histogram_in(value["histogram"]),
            top_query_tokens=[(t["token"], t["weight"]) for t in value["top_query_tokens"]],
            top_key_tokens=[(t["token"], t["weight"]) for t in value["top_key_tokens"]],
            mean_max_activation=value["statistics"].get("mean_max_activation"),
            foreign=foreign,
        )
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ArtifactError(f"{path} is damaged: {_why(error)}") from None


def _sequence_in(s: Mapping[str, Any]) -> Window:
    if s["seq_len"] != len(s["tokens"]):
        raise ValueError(f"seq_len {s['seq_len']} and {len(s['tokens'])} tokens")
    return Window(**{ours: s[theirs] for theirs, ours in _SEQUENCE.items()}, **s.get(BLOCK, {}))


def _histogram_in(h: Mapping[str, Any]) -> Histogram:
    return Histogram(edges=h["bin_edges"], values=h["bin_values"])


def _blocks_in(config: dict[str, Any], heads: list[dict[str, Any]], tree: Path) -> list[tuple[Path, Any]]:
    """Our own blocks, where a tree has them, with the files that they are kept in."""
    found: list[tuple[Path, Any]] = []
    try:
        if "rows" in config and all("rows" in b for b in heads):
            rows = RowsRecord(**config["rows"], heads=[HeadRows(**b["rows"]) for b in heads])
            found.append((Path("rows.json"), rows))
        for block in heads:
            for value in block.get("ablations", []):
                r = AblationRecord(**value)
                name = Path(r.templates).name
                if name in ("", "..") or "\0" in name or len(name) > 200:
                    raise ArtifactError(f"{tree}: {shown(r.templates)} cannot be the name of a template set")
                found.append((Path("ablations") / name / f"L{r.layer}H{r.head}.json", r))
            for value in block.get("splits", []):
                s = SplitHead(**value)
                kind = "rules" if s.split == "rules" else "clusters"
                found.append((Path("splits") / f"split-L{s.layer}H{s.head}-{kind}.json", s))
    except (ValidationError, TypeError) as error:
        raise ArtifactError(f"{tree}: a {BLOCK} block is damaged: {_why(error)}") from None
    return found


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}"
    if isinstance(error, KeyError):
        return f"{error.args[0]!r} is missing"
    return str(error)
