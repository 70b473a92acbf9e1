"""Cross-layer transcoders of ours as circuit-tracer folders, whose layout circuit_tracer.py describes.

Scales are folded into the weights. Hooks are written as `mlp.hook_in` and `mlp.hook_out`, which every model has alike.
"""

from pathlib import Path
from typing import Any, Literal

import torch
import yaml
from safetensors.torch import save_file
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_atomic
from polyhead.core.norm_facts import NormFacts
from polyhead.core.sites import parse_site
from polyhead.dictionaries.activation import BatchTopK, JumpReLU, ReLU, TopK
from polyhead.dictionaries.cross_layer_transcoder import CrossLayerTranscoder, reached
from polyhead.dictionaries.spanning import SpanningConfig
from polyhead.interop.circuit_tracer import CLT, CONFIG, SET, SET_THRESHOLD
from polyhead.interop.hook_names import facts_of_name, to_transformer_lens

_THEIRS = {"ln2.hook_normalized": "mlp.hook_in", "hook_mlp_out": "mlp.hook_out"}


def save_circuit_tracer(
    transcoder: CrossLayerTranscoder,
    folder: Path | str,
    *,
    model_name: str,
    scan: str | None = None,
    model: NormFacts | None = None,
) -> None:
    """Write a folder that circuit-tracer loads; our scales are folded into its weights.

    Args:
        transcoder: What is written.
        folder: Folder to write.
        model_name: As circuit-tracer is to load it.
        scan: Name of its features.
        model: Norms of the base model; told by `model_name` if not given.

    Raises:
        PolyheadError: layers that do not go from 0 without gaps, or an activation that the format does not have.
    """
    folder, cfg = Path(folder), transcoder.cfg
    if cfg.skip and len(cfg.sources) > 1 and any(len(w) > 1 for w in cfg.writes):
        raise PolyheadError("circuit-tracer's cross-layer transcoders have no skip connections; this one has")
    kind, hooks = _writable(cfg, facts_of_name(model_name) if model is None else model)
    folder.mkdir(parents=True, exist_ok=True)
    act = cfg.activation
    for i in range(len(cfg.sources)):
        reach = list(cfg.writes[i])
        W_enc = (transcoder.W_enc[i] / transcoder.input_scale[i]).detach().T.contiguous()
        W_dec = (transcoder.W_dec[i] * transcoder.target_scale[reach, None]).detach().contiguous()
        b_enc, b_dec = transcoder.b_enc[i], transcoder.b_dec[i] * transcoder.target_scale[i]
        biases = {"b_enc": b_enc.detach().clone(), "b_dec": b_dec.detach().clone()}
        theta = {"threshold": transcoder.threshold(i).detach().clone()} if isinstance(act, JumpReLU) else {}
        if kind == CLT:
            _write(
                folder / f"W_enc_{i}.safetensors",
                {f"{k}_{i}": v for k, v in ({"W_enc": W_enc} | biases | theta).items()},
            )
            _write(folder / f"W_dec_{i}.safetensors", {f"W_dec_{i}": W_dec})
        else:
            more = {SET_THRESHOLD: theta["threshold"]} if theta else {}
            more |= {"W_skip": transcoder.W_skip[i].detach().contiguous()} if cfg.skip else {}
            if isinstance(act, TopK):
                more["k"] = torch.tensor(act.k)
            _write(
                folder / f"layer_{i}.safetensors", {"W_enc": W_enc, "W_dec": W_dec[:, 0].contiguous(), **biases, **more}
            )
    config: dict[str, Any] = {
        "model_name": model_name,
        "model_kind": kind,
        "feature_input_hook": hooks[0],
        "feature_output_hook": hooks[1],
    }
    config |= {"scan": scan} if scan else {}
    config |= {"activation": "topk", "k": act.k} if isinstance(act, TopK) else {}
    config |= {"activation": "relu"} if isinstance(act, ReLU) and kind == SET else {}
    text = yaml.safe_dump(config, sort_keys=False)
    write_atomic(folder / CONFIG, lambda aside: Path(aside).write_text(text, "utf-8"))


def _writable(
    cfg: SpanningConfig, model: NormFacts
) -> tuple[Literal["cross_layer_transcoder", "transcoder_set"], tuple[str, str]]:
    sources, targets = ([parse_site(name) for name in names] for names in (cfg.sources, cfg.targets))
    n = len(sources)
    layers = [s.layer for s in sources]
    if layers != list(range(n)) or [t.layer for t in targets] != layers:
        raise PolyheadError(f"circuit-tracer's layers go from 0 without gaps; this transcoder explains layers {layers}")
    kind = SET if cfg.writes == reached(n, "own") else CLT
    if isinstance(cfg.activation, BatchTopK) or (kind == CLT and isinstance(cfg.activation, TopK)):
        raise PolyheadError(f"circuit-tracer has no {cfg.activation.kind} for a {kind}; train with relu or jumprelu")
    hooks = [
        _THEIRS.get(at.name) or to_transformer_lens(at.name, model, "this transcoder")
        for at in (*sources[:1], *targets[:1])
    ]
    return kind, (hooks[0], hooks[1])


def _write(path: Path, tensors: dict[str, Tensor]) -> None:
    write_atomic(path, lambda aside: save_file(tensors, aside))
