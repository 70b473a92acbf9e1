"""TransformerLens' own layout: a plain state dict (`*final.pth`) next to a config.json that has no `model_type`.

Neel Nanda's attention-only, GELU and SoLU models, `redwood_attn_2l`, ARENA's two-layer model. Parameter names are
those of `NativeTransformer`; settings are read in tl_config.py. Buffers (the mask, sines and cosines) are compared with
what the native transformer computes, and left out. Read by weights-only loading.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.finite import check_finite
from polyhead.models.checkpoints import tl_config
from polyhead.models.checkpoints.fit import check_fit
from polyhead.models.checkpoints.pickled import load_state_dict
from polyhead.models.native import NativeConfig, NativeTransformer
from polyhead.ops.rotary import rotary_table

_MASK = re.compile(r"\.attn\.(mask|IGNORE)$")
_TURN = re.compile(r"\.attn\.rotary_(sin|cos)$")
_BLOCK = re.compile(r"blocks\.(\d{1,9})\.")
_ROUNDING = 0.02
"""Largest difference of a saved sine or cosine: half precision is off by 0.004, another base by about 1."""


def read_tl_native(
    weights: Path, config: Mapping[str, Any], *, name: str, tokenizer: Any = None, bos_token_id: int | None = None
) -> NativeTransformer:
    """Read a state dict. What `config` leaves out (sizes, biases) is read off the tensors.

    Raises:
        ArtifactError: not a weights-only state dict, or its tensors do not fit.
        PolyheadError: an architecture that the native transformer does not have, or a setting that is not known.
    """
    path = weights.with_name("config.json")
    tl_config.check_settings(config, path)
    state = {k: v.float() if v.is_floating_point() else v for k, v in load_state_dict(weights).items()}
    if any(".norm" in key for key in state):
        raise PolyheadError(
            f"{weights} has the key names of the oldest SoLU checkpoints (`norm` for `ln`), which are not read; "
            "the models named SoLU_*L512W_C4_Code have the present names"
        )
    native = _config(config, state, weights)
    state = _without_buffers(state, native, weights)
    model = NativeTransformer(native, name=name, tokenizer=tokenizer, bos_token_id=bos_token_id)
    expected = {key: value.shape for key, value in model.state_dict().items()}
    for key in expected:
        if key not in state and key.rpartition(".")[2].startswith("b_"):
            state[key] = torch.zeros(expected[key])
    check_fit(state, expected, origin=str(weights))
    check_finite(state, origin=weights)
    model.load_state_dict({key: value.float() for key, value in state.items()}, assign=True)
    return model.eval()


def _config(config: Mapping[str, Any], state: Mapping[str, Tensor], weights: Path) -> NativeConfig:
    path = weights.with_name("config.json")
    shapes = {key: _shape(state, key, n, weights) for key, n in (("embed.W_E", 2), ("blocks.0.attn.W_Q", 3))}
    (d_vocab, _), (n_heads, d_model, d_head) = shapes["embed.W_E"], shapes["blocks.0.attn.W_Q"]
    layers = {int(match[1]) for key in state if (match := _BLOCK.match(key))}
    if layers != set(range(len(layers))):
        raise ArtifactError(f"{weights}: blocks {sorted(layers)[:6]}...; expected all from 0 on, none left out")
    has_mlp = "blocks.0.mlp.W_in" in state
    if config.get("attn_only") is True and has_mlp:
        raise ArtifactError(f"{path}: attn_only is true, but {weights} has the tensor blocks.0.mlp.W_in")
    if config.get("attn_only") is False and not has_mlp:
        raise ArtifactError(f"{path}: attn_only is false, but {weights} lacks the tensor blocks.0.mlp.W_in")
    kind = tl_config.positions(config, state, d_head, path)
    values: dict[str, Any] = {
        "n_layers": len(layers),
        "d_model": d_model,
        "n_heads": n_heads,
        "d_head": d_head,
        "d_vocab": d_vocab,
        "n_ctx": _n_ctx(config, state, weights),
        "d_mlp": _shape(state, "blocks.0.mlp.W_in", 2, weights)[1] if has_mlp else None,
        "positions": kind,
        "normalization": tl_config.normalization(config, state, path),
        "final_rms": bool(config.get("final_rms", False)),
        "has_bias": any(re.search(r"attn\.b_|unembed\.b_U", key) for key in state),
        "eps": tl_config.epsilon(config, path),
        "score_scale": tl_config.score_scale(config, d_head, path),
    }
    tl_config.check_sizes(config, {**values, "d_vocab_out": d_vocab, "n_key_value_heads": n_heads}, path)
    if kind == "rotary":
        values["rotary_base"] = config.get("rotary_base") or 10_000.0
    if has_mlp:
        if config.get("act_fn") is None:
            raise PolyheadError(f"{weights} has MLPs; their activation (act_fn) must stand in {path}")
        values["act_fn"] = config["act_fn"]
    return NativeConfig.parse(values, where=str(path))


def _shape(state: Mapping[str, Tensor], key: str, n_axes: int, weights: Path) -> tuple[int, ...]:
    if key not in state:
        raise ArtifactError(f"{weights} has no tensor {key!r}; it is not a TransformerLens state dict")
    shape = tuple(state[key].shape)
    if len(shape) != n_axes or 0 in shape:
        raise ArtifactError(f"{weights}: {key} has shape {list(shape)}; expected {n_axes} axes, none of length 0")
    return shape


def _n_ctx(config: Mapping[str, Any], state: Mapping[str, Tensor], weights: Path) -> int:
    """The context length: of the table of positions, of the buffers, or as the config says."""
    for key in ("pos_embed.W_pos", "blocks.0.attn.rotary_sin", "blocks.0.attn.mask"):
        if key in state and state[key].ndim == 2:
            return state[key].shape[0]
    if config.get("n_ctx") is None:
        raise PolyheadError(
            f"{weights}: neither position embeddings nor n_ctx in a config.json tell the context length"
        )
    if not 1 <= config["n_ctx"] <= tl_config.MOST_POSITIONS:
        raise ArtifactError(
            f"{weights.with_name('config.json')}: n_ctx is {config['n_ctx']}; expected 1 to {tl_config.MOST_POSITIONS}"
        )
    return config["n_ctx"]


def _without_buffers(state: Mapping[str, Tensor], native: NativeConfig, weights: Path) -> dict[str, Tensor]:
    """The parameters alone.

    Raises:
        PolyheadError: a mask that is not plainly causal, or sines and cosines of another rotation.
    """
    kept: dict[str, Tensor] = {}
    turns = None
    if native.positions == "rotary":
        table = rotary_table(native.n_ctx, native.d_head, native.rotary_base)
        turns = {"cos": table[0].repeat(1, 2), "sin": table[1].repeat(1, 2)}
    for key, value in state.items():
        if _MASK.search(key):
            if value.ndim == 2 and not torch.equal(value.bool(), torch.ones_like(value, dtype=torch.bool).tril()):
                raise PolyheadError(
                    f"{weights}: {key} is not a causal mask (local or bidirectional attention); not read"
                )
        elif turns is not None and (match := _TURN.search(key)):
            expected = turns[match[1]]
            if value.shape != expected.shape or not ((value - expected).abs() < _ROUNDING).all():
                raise PolyheadError(
                    f"{weights}: {key} is not the rotation of base {native.rotary_base:g} over halves of "
                    f"{native.d_head} dimensions, which config.json says; scaled or adjacent rotations are not read"
                )
        else:
            kept[key] = value
    return kept
