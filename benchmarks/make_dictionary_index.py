"""Make the index of attention dictionaries from the facts of SAELens' catalogue.

    python benchmarks/make_dictionary_index.py pretrained_saes.yaml src/polyhead/interop/attention_index.parquet
The catalogue is a file inside the sae-lens wheel (last made from 6.54.12); its facts carry over, no text of it does.
"""

import math
import re
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

_FORMATS = {
    None: "saelens",
    "gemma_2": "gemma_scope",
    "gemma_3": "gemma_scope_2",
    "connor_rob_hook_z": "single_file",
    "llama_scope": "llama_scope",
}
_D_MODEL = {"meta-llama/Llama-3.1-8B": 4096}
_MODELS = {"gemma-2-2b": "google/gemma-2-2b", "gemma-2-9b": "google/gemma-2-9b", "gpt2-small": "openai-community/gpt2"}
_LICENCES = {"google/gemma-scope": "cc-by-4.0"}


def entries(catalogue: dict[str, Any]) -> list[dict[str, Any]]:
    """A row per dictionary that reads an attention site."""
    rows = []
    for release, facts in catalogue.items():
        name = release.lower()
        if not re.search(r"-att(-|$)|attn-out|hook-z|_lxa_", name) or facts.get("conversion_func") not in _FORMATS:
            continue
        for sae in facts["saes"]:
            rows.append(_row(release, facts, sae))
    return rows


def _row(release: str, facts: dict[str, Any], sae: dict[str, Any]) -> dict[str, Any]:
    kind, repo, model = facts.get("conversion_func"), facts["repo_id"], facts["model"]
    site = {"connor_rob_hook_z": "attn.hook_z", "gemma_2": "attn.hook_z", "gemma_3": "attn.hook_z"}
    layer = re.search(r"layer_(\d+)|blocks\.(\d+)\.|^l(\d+)a_", sae["id"])
    assert layer is not None, sae
    return {
        "release": release,
        "id": sae["id"],
        "repository": repo,
        "path": sae["path"],
        "format": _FORMATS[kind],
        "model": _MODELS.get(model, f"EleutherAI/{model}" if model.startswith("pythia") else model),
        "site": site.get(kind, "hook_attn_out"),
        "layer": int(next(g for g in layer.groups() if g)),
        "width": _width(model, f"{release}/{sae['path']}"),
        "l0": None if sae.get("l0") is None else float(sae["l0"]),
        "licence": next((v for k, v in _LICENCES.items() if repo.startswith(k)), None),
    }


def _width(model: str, told: str) -> int | None:
    if found := re.search(r"width_(\d+)([km])", told):
        told_size = int(found[1]) * (1000 if found[2] == "k" else 1_000_000)
        return 2 ** round(
            math.log2(told_size)
        )  # Gemma Scope's widths are powers of two, rounded in names: 65k is 65,536
    if found := re.search(r"_ds(\d+)_", told):
        return int(found[1])
    if found := re.search(r"-(\d+)x$", told):
        return int(found[1]) * _D_MODEL[model]
    if found := re.search(r"-v5-(\d+)k/", told):
        return int(found[1]) * 1024
    return None


def main() -> None:
    catalogue, out = Path(sys.argv[1]), Path(sys.argv[2])
    rows = entries(yaml.load(catalogue.read_text("utf-8"), yaml.CSafeLoader))
    schema = pa.schema(
        [(n, pa.string()) for n in ("release", "id", "repository", "path", "format", "model", "site")]
        + [("layer", pa.int32()), ("width", pa.int32()), ("l0", pa.float32()), ("licence", pa.string())]
    )
    pq.write_table(pa.Table.from_pylist(rows, schema), out, compression="zstd", compression_level=19)
    print(f"{len(rows):,} dictionaries, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
