"""Writes the JSON of attribution graphs, node by node and link by link, never the whole in memory."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from jaxtyping import Float

from polyhead import __version__
from polyhead.core.data_files import read_json
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.files import write_atomic, write_json
from polyhead.core.graph_folder import file_name
from polyhead.core.graph_records import Edges, GraphNode, GraphRecord
from polyhead.core.records import LatentPage
from polyhead.interop.graph_json.capping import GraphLimits, Held, capped
from polyhead.interop.graph_json.features import LOCAL_SCAN, write_features
from polyhead.interop.graph_json.qk import tracing_results
from polyhead.interop.graph_json.vocabulary import (
    BLOCK,
    FORMAT,
    TRANSCODER,
    feature_of,
    ids_of,
    label_of,
    layer_of,
    type_of,
)


def write_graph_json(
    held: Held,
    path: Path,
    *,
    limits: GraphLimits | None = None,
    scan: str | None = None,
    source_sets: Mapping[str, str] | None = None,
    as_transcoders: bool = False,
    words: Mapping[tuple[int, int], str] | None = None,
) -> Held:
    """Write one graph.

    Args:
        held: the graph, with the QK record and pinned nodes where there are some.
        path: of the file.
        limits: what is left out beyond them is said in the notes; `GraphLimits()` by default.
        scan: what the front end takes for the model; the record's model by default.
        source_sets: `feature_details` for Neuronpedia: `neuronpedia_source_set`, `neuronpedia_lorsa_source_set`,
            `feature_json_base_url`.
        as_transcoders: call every latent a transcoder's, the only kind whose examples circuit-tracer's page shows;
            what each really is stays in our own fields.
        words: by dictionary and latent, what front ends write next to its number.

    Returns:
        The graph that the file holds, which is also what reading it gives.

    Raises:
        PolyheadError: a weight or value is not finite, or edges and nodes do not fit together.
    """
    _check(held)
    held = capped(held, limits or GraphLimits())
    metadata = _metadata(held.record, scan or held.record.model, source_sets or {})
    write_atomic(path, lambda aside: _write(aside, held, metadata, as_transcoders, words or {}))
    return held


def write_graph_folder(
    held: Held,
    folder: Path,
    *,
    limits: GraphLimits | None = None,
    pages: Mapping[int, Iterable[LatentPage]] | None = None,
    scan: str | None = None,
    as_transcoders: bool = False,
    words: Mapping[tuple[int, int], str] | None = None,
) -> Held:
    """Write a folder that circuit-tracer's server shows: the graph, the list of graphs, files of its latents.

    Args:
        held: the graph.
        folder: of `--graph_file_dir`; graphs already there stay in the list.
        limits: as for `write_graph_json`.
        pages: dictionary to pages of its latents, in any order; only those of nodes are written.
        scan: the folder's own features by default, where pages are given.
        as_transcoders: as for `write_graph_json`.
        words: as for `write_graph_json`.

    Raises:
        PolyheadError: as `write_graph_json`.
    """
    slug = file_name(held.record.slug)
    if slug != held.record.slug:  # front ends find the file by the slug that it holds
        notes = [*held.record.notes, f"renamed when written: no file can be called {held.record.slug!r}"]
        held = held._replace(record=held.record.model_copy(update={"slug": slug, "notes": notes}))
    scan = scan or (LOCAL_SCAN if pages else None)
    held = write_graph_json(
        held, folder / f"{slug}.json", limits=limits, scan=scan, as_transcoders=as_transcoders, words=words
    )
    for number, some in (pages or {}).items():
        write_features(folder / "features", held.record, number, some)
    menu = folder / "graph-metadata.json"
    own = _metadata(held.record, scan or held.record.model, {})
    write_json(menu, {"graphs": [*(g for g in _known(menu) if g.get("slug") != slug), own]})
    return held


def _known(menu: Path) -> list[dict[str, Any]]:
    """Graphs that a folder lists already."""
    if not menu.exists():
        return []
    plain = read_json(menu)
    found = plain.get("graphs") if isinstance(plain, dict) else None
    if not isinstance(found, list) or not all(isinstance(g, dict) for g in found):
        raise ArtifactError(f"{menu} is no list of graphs; move it away, or choose another folder")
    return found


def _check(held: Held) -> None:
    record, edges = held.record, held.edges
    n = len(record.nodes)
    if len(edges.weight) and not (
        min(edges.target.min(), edges.source.min()) >= 0 and max(edges.target.max(), edges.source.max()) < n
    ):
        raise PolyheadError(
            f"edges refer to nodes up to {max(edges.target.max(), edges.source.max())}; the graph has {n}"
        )
    values = np.array([node.value for node in record.nodes])
    bad = int((~np.isfinite(edges.weight)).sum() + (~np.isfinite(values)).sum())
    if bad:
        raise PolyheadError(f"{bad} weights or activations of {record.slug} are not finite; JSON has no place for them")


def _metadata(record: GraphRecord, scan: str, source_sets: Mapping[str, str]) -> dict[str, Any]:
    pruning = {"node_threshold": record.node_threshold, "edge_threshold": record.edge_threshold}
    pruning = {key: value for key, value in pruning.items() if value is not None}
    return {
        "slug": record.slug,
        "scan": scan,
        "transcoder_list": [],
        "prompt_tokens": record.token_strings,
        "prompt": record.prompt,
        "schema_version": 1,
        **({"node_threshold": record.node_threshold} if record.node_threshold is not None else {}),
        **({"feature_details": dict(source_sets)} if source_sets else {}),
        "info": {
            "description": " ".join([f"Attention: {record.attention}.", *(f"{note}." for note in record.notes)]),
            "generator": {"name": "polyhead", "version": __version__},
        },
        "pruning_settings": pruning,
    }


def _write(
    path: Path, held: Held, metadata: dict[str, Any], as_transcoders: bool, words: Mapping[tuple[int, int], str]
) -> None:
    record, ids = held.record, ids_of(held.record)
    types = [type_of(n, record.dictionaries) for n in record.nodes]
    if as_transcoders:
        types = [TRANSCODER if n.kind == "latent" else own for n, own in zip(record.nodes, types, strict=True)]
    lorsa = "neuronpedia_lorsa_source_set" in metadata.get("feature_details", {})
    q_params = {
        "pinnedIds": [ids[i] for i in held.pinned],
        "supernodes": [[group.label, *(ids[i] for i in group.nodes)] for group in record.supernodes],
        "linkType": "both",
        "clickedId": "",
        "sg_pos": "",
    }
    own = {
        "format": FORMAT,
        "record": record.model_dump(mode="json", exclude={"nodes", "supernodes", "token_strings", "prompt", "slug"}),
        "dtypes": {name: str(value.dtype) for name, value in held.edges._asdict().items() if value is not None},
        "n_terms": 0 if held.edges.heads is None else held.edges.heads.shape[1],
        "qk": None if held.qk is None else held.qk.model_dump(mode="json", exclude_defaults=True),
    }
    tracing = tracing_results(held, ids)
    shares = _cumulative(record.nodes, 1.0 if record.node_threshold is None else record.node_threshold)

    def entry(i: int, tracing: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
        node, plain = record.nodes[i], _node(i, record, ids, types[i], shares, tracing, lorsa=lorsa)
        said = (
            words.get((node.dictionary, node.latent))
            if node.dictionary is not None and node.latent is not None
            else None
        )
        return plain if said is None else {**plain, "clerp": f"{plain['clerp']}: {said}"}

    apart = {ids[i]: entry(i, {}) for i in sorted(held.qk_only)}
    shown = (i for i in range(len(ids)) if i not in held.qk_only)
    with open(path, "w", encoding="utf-8") as out:
        out.write(f'{{"metadata": {_text(metadata)},\n"qParams": {_text(q_params)},\n"nodes": [')
        _stream(out, (entry(i, tracing) for i in shown))
        out.write('],\n"links": [')
        _stream(out, _links(held.edges, ids))
        out.write("],\n")
        if apart:
            out.write(f'"qk_only_nodes": {_text(apart)},\n')
        out.write(f'"{BLOCK}": {_text(own)}}}\n')


def _stream(out: TextIO, values: Iterable[Any]) -> None:
    for i, value in enumerate(values):
        out.write(("\n" if i == 0 else ",\n") + (value if isinstance(value, str) else _text(value)))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _node(
    i: int,
    record: GraphRecord,
    ids: Sequence[str],
    feature_type: str,
    shares: Float[np.ndarray, " n"],
    tracing: Mapping[int, dict[str, Any]],
    *,
    lorsa: bool,
) -> dict[str, Any]:
    node = record.nodes[i]
    entry: dict[str, Any] = {
        "node_id": ids[i],
        "feature": feature_of(node, record, lorsa_source_set=lorsa),
        "layer": layer_of(node, record.n_layers),
        "ctx_idx": max(node.position, 0),
        "feature_type": feature_type,
        "token_prob": node.probability or 0.0,
        "is_target_logit": node.kind == "logit" and not any(n.kind == "logit" for n in record.nodes[:i]),
        "reverse_ctx_idx": 0,
        "jsNodeId": ids[i],
        "clerp": label_of(node, record),
        "influence": None if np.isnan(shares[i]) else float(shares[i]),
        "activation": node.value if node.kind == "latent" else None,
        BLOCK: {"place": i, **node.model_dump(mode="json", exclude_defaults=True)},
    }
    if i in tracing:
        entry["qk_tracing_results"] = tracing[i]
    return entry


def _cumulative(nodes: Sequence[GraphNode], kept: float) -> Float[np.ndarray, " n"]:
    """What front ends call influence: the share that nodes down to this one have together; NaN: unknown.

    It is a share of the graph before pruning, of which the nodes here hold `kept`: front ends hide what is beyond it.
    """
    own = np.array([np.nan if n.influence is None else n.influence for n in nodes], dtype=np.float64)
    order = np.argsort(-np.nan_to_num(own, nan=-np.inf), kind="stable")
    total = np.nancumsum(own[order])
    result = np.full(len(nodes), np.nan)
    if len(nodes) and total[-1] > 0:
        result[order] = kept * np.minimum(total / total[-1], 1.0)
    result[np.isnan(own)] = np.nan
    return result


def _links(edges: Edges, ids: Sequence[str]) -> Iterator[str]:
    quoted = [_text(name) for name in ids]
    for e in range(len(edges.weight)):
        source, target, weight = quoted[edges.source[e]], quoted[edges.target[e]], _number(edges.weight[e])
        text = f'{{"source": {source}, "target": {target}, "weight": {weight}'
        if edges.heads is not None and (terms := np.flatnonzero(edges.heads[e])).size:
            text += f', "heads": [{", ".join(f"[{h}, {_number(edges.heads[e, h])}]" for h in terms)}]'
        yield text + "}"


def _number(value: np.floating[Any]) -> str:
    """The shortest decimal that is read back as the same number of its own precision."""
    text = np.format_float_scientific(value, trim="-", unique=True)
    return text if type(value)(float(text)) == value else repr(float(value))
