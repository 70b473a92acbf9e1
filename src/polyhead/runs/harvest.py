"""Write the activations of one layer to disk."""

from pathlib import Path
from typing import Any

from polyhead.activations.model_text import model_parts, model_sequences
from polyhead.activations.planner import plan_harvest
from polyhead.activations.store import StoreConfig, StoredLayer, begun_in_order, harvest_to_disk
from polyhead.core.errors import PolyheadError
from polyhead.models.load import load_model


def run_harvest(
    out: Path,
    *,
    model: str,
    text: str,
    layer: int,
    input_site: str,
    target_site: str,
    seq_len: int,
    n_tokens: int,
    patterns: bool,
) -> dict[str, Any]:
    """Harvest the training part of a text into `out`, resuming where an earlier run stopped.

    Returns:
        What the store holds.

    Raises:
        PolyheadError: no token is asked for, a model, text or site that is not there, or a store of something else.
    """
    if n_tokens < 1 or seq_len < 2:
        raise PolyheadError(f"--tokens is 1 or more and --seq-len 2 or more; received: {n_tokens} and {seq_len}")
    spec = StoredLayer.parse({"layer": layer, "input_site": input_site, "target_site": target_site})
    loaded = load_model(model)
    n = -(-n_tokens // seq_len)
    if begun_in_order(out):
        sequences = model_sequences(loaded, text, n_sequences=n, seq_len=seq_len)
    else:
        sequences = model_parts(loaded, text, n_sequences={"train": n}, seq_len=seq_len)["train"]
    cfg = StoreConfig(store_patterns=patterns)
    plan_harvest(loaded, sequences, spec.reading, keep="disk", stored=spec, folder=out, cfg=cfg).show().check()
    store = harvest_to_disk(loaded, sequences, spec, out, cfg)
    return {
        "store": str(out),
        "sequences": len(store),
        "tokens": int(store.tokens.size),
        "documents": sequences.n_documents,
        "bytes": sum(p.stat().st_size for p in out.iterdir()),
        **store.sites,
    }
