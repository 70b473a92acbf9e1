"""TransformerLens' own layout: a plain state dict (`*final.pth`) beside a config.json that has no `model_type`.

Neel Nanda's attention-only, GELU and SoLU models, `redwood_attn_2l`, ARENA's two-layer model. Parameter names are
those of `NativeTransformer`; the causal `mask` and `IGNORE` buffers are left out. Read by weights-only loading.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.finite import check_finite
from polyhead.models.checkpoints.fit import check_fit
from polyhead.models.checkpoints.pickled import load_state_dict
from polyhead.models.native import NativeConfig, NativeTransformer

_BUFFER = re.compile(r"\.(mask|IGNORE)$")
_POSITIONS = {"standard": "learned", "shortformer": "shortformer", "rotary": "rotary"}
_REFUSED = (
    "parallel_attn_mlp",
    "use_local_attn",
    "gated_mlp",
    "scale_attn_by_inverse_layer_idx",
    "use_attn_result_norm",
)


def read_tl_native(
    weights: Path, config: Mapping[str, Any], *, name: str, tokenizer: Any = None, bos_token_id: int | None = None
) -> NativeTransformer:
    """Read a state dict. What `config` leaves out (sizes, biases) is read off the tensors.

    Raises:
        ArtifactError: not a weights-only state dict, or its tensors do not fit.
        PolyheadError: an architecture that the native transformer does not have.
    """
    state = {k: v.float() for k, v in load_state_dict(weights).items() if not _BUFFER.search(k)}
    if any(".norm" in key for key in state):
        raise PolyheadError(
            f"{weights} has the key names of the oldest SoLU checkpoints (`norm` for `ln`), which are not read; "
            "the models named SoLU_*L512W_C4_Code have the present names"
        )
    native = _config(config, state, weights)
    model = NativeTransformer(native, name=name, tokenizer=tokenizer, bos_token_id=bos_token_id)
    expected = {key: value.shape for key, value in model.state_dict().items()}
    for key in expected:
        if key not in state and key.rpartition(".")[2].startswith("b_"):
            state[key] = torch.zeros(expected[key])
    check_fit(state, expected, origin=str(weights))
    check_finite(state, origin=weights)
    model.load_state_dict(state, assign=True)
    return model.eval()


def _config(config: Mapping[str, Any], state: Mapping[str, Tensor], weights: Path) -> NativeConfig:
    for key in ("embed.W_E", "blocks.0.attn.W_Q"):
        if key not in state:
            raise ArtifactError(f"{weights} has no tensor {key!r}; it is not a TransformerLens state dict")
    for key in _REFUSED:
        if config.get(key):
            raise PolyheadError(f"{weights}: the native transformer has no {key!r}")
    n_heads, d_model, d_head = state["blocks.0.attn.W_Q"].shape
    has_mlp = "blocks.0.mlp.W_in" in state
    if "pos_embed.W_pos" in state:
        n_ctx = state["pos_embed.W_pos"].shape[0]
    elif "n_ctx" in config:
        n_ctx = config["n_ctx"]
    else:
        raise PolyheadError(
            f"{weights}: neither position embeddings nor n_ctx in a config.json tell the context length"
        )
    values = {
        "n_layers": 1 + max(int(k.split(".")[1]) for k in state if k.startswith("blocks.")),
        "d_model": d_model,
        "n_heads": n_heads,
        "d_head": d_head,
        "d_vocab": state["embed.W_E"].shape[0],
        "n_ctx": n_ctx,
        "d_mlp": state["blocks.0.mlp.W_in"].shape[1] if has_mlp else None,
        "positions": _positions(config, state),
        "normalization": _normalization(config, state),
        "final_rms": bool(config.get("final_rms", False)),
        "has_bias": any(re.search(r"attn\.b_|unembed\.b_U", key) for key in state),
        "eps": config.get("eps", config.get("layer_norm_eps", 1e-5)),
    }
    if has_mlp:
        values["act_fn"] = config.get("act_fn", "gelu")
    return NativeConfig.parse(values, where=str(weights))


def _positions(config: Mapping[str, Any], state: Mapping[str, Tensor]) -> str:
    kind = config.get("positional_embedding_type", "standard")
    if kind not in _POSITIONS:
        raise PolyheadError(f"positional_embedding_type {kind!r}; known: {', '.join(_POSITIONS)}")
    if config.get("shortformer_pos"):
        return "shortformer"
    if kind == "rotary" and config.get("rotary_dim") not in (None, config.get("d_head")):
        raise PolyheadError("rotation of a part of each head only is not in the native transformer")
    return _POSITIONS[kind] if "pos_embed.W_pos" in state or kind == "rotary" else "none"


def _normalization(config: Mapping[str, Any], state: Mapping[str, Tensor]) -> str:
    if "blocks.0.ln1.b" in state:
        return "LN"
    if "blocks.0.ln1.w" in state:
        return "RMS"
    kind = config.get("normalization_type", config.get("normalization"))
    return kind if kind in ("LNPre", "RMSPre") else "none"
