"""Files of latents next to a graph, as the front end opens them: `features/N.json`, N the nodes' `feature`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from polyhead.core.files import write_json
from polyhead.core.graph_records import GraphRecord
from polyhead.core.records import LatentExample, LatentPage
from polyhead.interop.graph_json.vocabulary import feature_of

LOCAL_SCAN = "./data/features"
"""A `scan` for which circuit-tracer's front end takes feature files from the folder that it serves."""


def write_features(folder: Path, record: GraphRecord, dictionary: int, pages: Iterable[LatentPage]) -> int:
    """Write files for those latents of one dictionary that are nodes; each side of a latent is a feature of its own.

    Returns:
        How many files were written.
    """
    wanted: dict[int, dict[int, bool]] = {}
    for node in record.nodes:
        if node.kind == "latent" and node.dictionary == dictionary and node.latent is not None:
            wanted.setdefault(node.latent, {})[feature_of(node, record)] = node.side == "key"
    written = 0
    for page in pages:
        for number, is_key in wanted.get(page.row.latent, {}).items():
            write_json(
                folder / f"{number}.json",
                feature_file(page, number, record.dictionaries[dictionary].name, is_key=is_key),
            )
            written += 1
    return written


def feature_file(page: LatentPage, number: int, name: str, *, is_key: bool) -> dict[str, Any]:
    """One latent's page in circuit-tracer's terms: f on the key side, z on the query side."""
    side = "key" if is_key else "query"
    own = [e for e in page.examples if e.side == side] or page.examples
    groups: dict[str, list[dict[str, Any]]] = {}
    for example in own:
        name_of = (
            "Top"
            if example.kind == "top"
            else f"Quantile {example.quantile:g}"
            if example.quantile is not None
            else "Quantile"
        )
        groups.setdefault(name_of, []).append(_example(example, is_key=is_key))
    values = [v for group in groups.values() for e in group for v in e["tokens_acts_list"]]
    return {
        "transcoder_id": name,
        "index": number,
        "examples_quantiles": [{"quantile_name": key, "examples": group} for key, group in groups.items()],
        "top_logits": [token for token, _ in page.promoted],
        "bottom_logits": [token for token, _ in page.demoted],
        "act_min": min(values, default=0.0),
        "act_max": max(values, default=page.row.max_activation),
        "quantile_values": [low for low, _, _ in page.histogram],
        "histogram": [float(count) for _, _, count in page.histogram],
        "activation_frequency": page.row.density,
    }


def _example(example: LatentExample, *, is_key: bool) -> dict[str, Any]:
    return {
        "tokens_acts_list": example.key_side if is_key else example.query_side,
        "train_token_ind": example.peak,
        "is_repeated_datapoint": False,
        "tokens": example.tokens,
    }
