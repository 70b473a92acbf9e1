"""Plans a harvest and does it, in a process of its own; prints predicted and measured growth of memory and time."""

import json
import sys
import tempfile
import time
from pathlib import Path

import torch

from polyhead.activations.planner import _memory, _reset_peak, plan_harvest
from polyhead.activations.store import StoreConfig, StoredLayer, harvest_to_disk
from polyhead.activations.streaming import harvest_in_memory
from polyhead.activations.tokens import TokenSequences
from polyhead.core.rng import generator
from polyhead.models.native import NativeConfig, NativeTransformer


def main(keep: str) -> None:
    torch.set_num_threads(1)
    cfg = NativeConfig(n_layers=3, d_model=64, n_heads=4, d_head=16, d_vocab=101, n_ctx=128)
    model = NativeTransformer(cfg, generator=generator(0, "weights"))
    tokens = torch.randint(101, (600, 128), generator=generator(0, "tokens"), dtype=torch.int32).numpy()
    sequences = TokenSequences(tokens, tokens >= 0, "0" * 64, None, "none", n_padded=0)
    spec, layout = StoredLayer(layer=2), StoreConfig(sequences_per_shard=256, sequences_per_run=64)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "store"
        before = _reset_peak()
        plan = plan_harvest(
            model, sequences, spec.reading, keep=keep, stored=spec, sequences_per_run=64, folder=folder, cfg=layout
        )
        start = time.perf_counter()
        kept = None
        if keep == "memory":
            kept = harvest_in_memory(model, sequences, spec.reading, sequences_per_run=64)
        else:
            harvest_to_disk(model, sequences, spec, folder, layout)
        measured = {
            "memory": None if before is None else _memory("VmHWM") - before,
            "seconds": time.perf_counter() - start,
            "disk": sum(p.stat().st_size for p in folder.glob("*.npy")),
        }
        predicted = {"memory": plan.memory_bytes, "seconds": plan.seconds, "disk": plan.disk_bytes}
    assert keep == "disk" or kept is not None
    print(json.dumps({"predicted": predicted, "measured": measured}))


main(sys.argv[1])
