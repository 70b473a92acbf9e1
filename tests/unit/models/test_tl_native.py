"""TransformerLens' own layout, on synthetic checkpoints with exactly the keys that the public ones have."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import polyhead as ph
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.rng import generator
from polyhead.models.base_layer import base_layer
from polyhead.models.native import NativeTransformer

Make = Callable[..., NativeTransformer]

NEEL: dict[str, Any] = {"positions": "learned", "normalization": "LN", "has_bias": True}
"""attn-only-1l to -4l."""
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "attn-only": (NEEL, {"normalization": "LN", "act_fn": "gelu", "d_mlp": 52}),
    "demo": ({**NEEL, "positions": "shortformer", "normalization": "none"}, {"shortformer_pos": True}),
    "redwood": ({**NEEL, "positions": "shortformer"}, {"shortformer_pos": True, "normalization": "LN"}),
    "gelu": ({**NEEL, "d_mlp": 19, "act_fn": "gelu"}, {"act_fn": "gelu", "normalization": "LN"}),
    "solu": ({**NEEL, "d_mlp": 19, "act_fn": "solu_ln"}, {"act_fn": "solu_ln", "normalization": "LN"}),
    "final_rms": ({**NEEL, "final_rms": True}, {"final_rms": True, "normalization": "LN"}),
    "LNPre": ({**NEEL, "normalization": "LNPre"}, {"normalization_type": "LNPre"}),
    "arena": (
        {**NEEL, "positions": "shortformer", "normalization": "none"},
        {"positional_embedding_type": "shortformer", "normalization_type": None},
    ),
    "rotary": ({"positions": "rotary", "normalization": "none"}, {"positional_embedding_type": "rotary"}),
    "toy": ({"positions": "learned", "normalization": "none"}, {}),
}
"""Ours, and what stands in the config.json of such a checkpoint beside the sizes."""


def written(
    model: NativeTransformer, folder: Path, config: dict[str, Any] | None, name: str = "tiny_final.pth"
) -> Path:
    """A checkpoint with random weights in all places, with the buffers that TransformerLens saves."""
    g = generator(1, "checkpoint")
    with torch.no_grad():
        for key, p in model.named_parameters():
            p.normal_(1.0 if key.endswith(".w") else 0.0, 0.4, generator=g)
    state = dict(model.state_dict())
    for layer in range(model.cfg.n_layers):
        state[f"blocks.{layer}.attn.mask"] = torch.ones(17, 17).tril().bool()
        state[f"blocks.{layer}.attn.IGNORE"] = torch.tensor(-1e5)
    torch.save(state, folder / "tiny_final.pth")
    sizes = {"d_model": 13, "n_layers": 3, "d_head": 6, "n_heads": 5, "n_ctx": 17, "d_vocab": 31}
    (folder / "config.json").write_text(json.dumps({**sizes, "attn_only": model.cfg.attn_only, **config}))
    return folder


@pytest.fixture
def tokens() -> Tensor:
    return torch.arange(17)[None] * 3 % 31


@pytest.mark.parametrize("kind", KINDS)
def test_a_checkpoint_is_read_as_the_native_model_of_its_kind(
    kind: str, make_tiny_model: Make, tmp_path: Path, tokens: Tensor
) -> None:
    ours, config = KINDS[kind]
    model = make_tiny_model(**ours)
    loaded = ph.load_model(written(model, tmp_path, config))
    assert isinstance(loaded, NativeTransformer)
    assert loaded.native == model.native
    assert torch.equal(loaded(tokens), model(tokens))
    assert not loaded.training
    assert loaded.cfg.name == tmp_path.name


def test_keys_are_those_of_the_public_checkpoints(make_tiny_model: Make) -> None:
    block = {f"attn.{m}_{p}" for m in "Wb" for p in "QKVO"} | {"ln1.w", "ln1.b", "ln2.w", "ln2.b"}
    block |= {f"mlp.{n}" for n in ("W_in", "b_in", "W_out", "b_out", "ln.w", "ln.b")}
    outside = {"embed.W_E", "pos_embed.W_pos", "ln_final.w", "ln_final.b", "unembed.W_U", "unembed.b_U"}
    model = make_tiny_model(**NEEL, d_mlp=19, act_fn="solu_ln", n_layers=1)
    assert set(model.state_dict()) == outside | {f"blocks.0.{k}" for k in block}


def test_half_precision_is_widened_and_absent_biases_are_zero(
    make_tiny_model: Make, tmp_path: Path, tokens: Tensor
) -> None:
    model = make_tiny_model(**NEEL)
    written(model, tmp_path, {})
    state = torch.load(tmp_path / "tiny_final.pth", weights_only=True)
    halved = {k: v.half() if v.is_floating_point() else v for k, v in state.items() if not k.endswith("b_V")}
    torch.save(halved, tmp_path / "tiny_final.pth")
    with torch.no_grad():
        for bias in model.b_V:
            bias.zero_()
    loaded = ph.load_model(tmp_path)
    assert loaded.dtype == torch.float32
    assert_close(loaded(tokens), model(tokens), rtol=0.05, atol=0.05)


def test_a_file_alone_and_the_final_one_of_several(make_tiny_model: Make, tmp_path: Path, tokens: Tensor) -> None:
    model = make_tiny_model(**NEEL)
    written(model, tmp_path, {"normalization": "LN"})
    assert torch.equal(ph.load_model(tmp_path / "tiny_final.pth")(tokens), model(tokens))
    torch.save({}, tmp_path / "tiny_step_100.pth")
    assert torch.equal(ph.load_model(tmp_path)(tokens), model(tokens))
    (tmp_path / "another_final.pth").write_bytes(b"")
    with pytest.raises(PolyheadError, match=r"several models \(another_final.pth, tiny_final.pth\); give the file"):
        ph.load_model(tmp_path)


class _Malicious:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_that_runs_code_is_refused_and_does_not_run(tmp_path: Path) -> None:
    trace = tmp_path / "executed"
    torch.save({"embed.W_E": torch.zeros(2, 2), "x": _Malicious(trace)}, tmp_path / "bad_final.pth")
    with pytest.raises(ArtifactError, match=r"bad_final.pth.*more than tensors.*nothing.* run") as info:
        ph.load_model(tmp_path)
    assert "\n" not in str(info.value)
    assert "weights_only" not in str(info.value), "nobody should be told how to run it after all"
    assert not trace.exists()


def _without_embedding(state: dict[str, Tensor]) -> None:
    del state["embed.W_E"]


def _transposed(state: dict[str, Tensor]) -> None:
    state["blocks.1.attn.W_O"] = state["blocks.1.attn.W_O"].mT.contiguous()


def _one_more(state: dict[str, Tensor]) -> None:
    state["blocks.0.attn.rotary_sin"] = torch.zeros(3)


def _old_names(state: dict[str, Tensor]) -> None:
    state["blocks.0.norm1.w"] = state.pop("blocks.0.ln1.w")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_without_embedding, "no tensor 'embed.W_E'; it is not a TransformerLens state dict"),
        (_transposed, r"tensors that do not fit.*blocks.1.attn.W_O \(expected \[5, 6, 13\], received \[5, 13, 6\]\)"),
        (_one_more, r"tensors that do not fit.*blocks.0.attn.rotary_sin \(expected none, received \[3\]\)"),
        (_old_names, "key names of the oldest SoLU checkpoints"),
    ],
)
def test_what_does_not_fit_is_named(
    spoil: Callable[[dict[str, Tensor]], None], says: str, make_tiny_model: Make, tmp_path: Path
) -> None:
    written(make_tiny_model(**NEEL), tmp_path, {"normalization": "LN"})
    state = torch.load(tmp_path / "tiny_final.pth", weights_only=True)
    spoil(state)
    torch.save(state, tmp_path / "tiny_final.pth")
    with pytest.raises(PolyheadError, match=says) as info:
        ph.load_model(tmp_path)
    assert "\n" not in str(info.value)


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"parallel_attn_mlp": True}, "has no 'parallel_attn_mlp'"),
        ({"positional_embedding_type": "alibi"}, "'alibi'; known: standard, shortformer, rotary"),
        ({"positional_embedding_type": "rotary", "rotary_dim": 4}, "a part of each head"),
    ],
)
def test_architectures_it_does_not_have(
    config: dict[str, Any], says: str, make_tiny_model: Make, tmp_path: Path
) -> None:
    written(make_tiny_model(positions="none"), tmp_path, config)
    with pytest.raises(PolyheadError, match=says):
        ph.load_model(tmp_path)


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04 cut short"])
def test_damaged_files_are_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x_final.pth").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"x_final.pth is not a readable file of weights") as info:
        ph.load_model(tmp_path)
    assert "\n" not in str(info.value)


def test_a_list_of_tensors_is_no_state_dict(tmp_path: Path) -> None:
    torch.save([torch.zeros(2)], tmp_path / "x_final.pth")
    with pytest.raises(ArtifactError, match="other than a dict of tensors"):
        ph.load_model(tmp_path)


def reference_scores(state: dict[str, Tensor], config: dict[str, Any], tokens: Tensor) -> Tensor:
    """Scores of the first layer of a rotary model without norms, by TransformerLens' formulas written from scratch."""
    d_head, n = 8, tokens.shape[1]
    base = float(config.get("rotary_base", 10_000))
    divisor = 1.0 if config.get("use_attn_scale") is False else config.get("attn_scale", -1.0)
    divisor = d_head**0.5 if divisor == -1 else divisor
    frequency = base ** -(torch.arange(d_head // 2) / (d_head // 2))
    angle = (torch.arange(n)[:, None] * frequency).repeat(1, 2)

    def turned(part: str) -> Tensor:
        x = torch.einsum("pd,hdk->hpk", state["embed.W_E"][tokens[0]], state[f"blocks.0.attn.W_{part}"])
        flipped = torch.cat([-x[..., d_head // 2 :], x[..., : d_head // 2]], -1)
        return x * angle.cos() + flipped * angle.sin()

    return turned("Q") @ turned("K").mT / divisor


def rotary_checkpoint(folder: Path, config: dict[str, Any], *, buffers: float | None = None) -> dict[str, Tensor]:
    """One attention layer, two heads of 8, context 32; `buffers`: the base of the saved sines and cosines."""
    g = generator(3, "rotary checkpoint")
    state = {"embed.W_E": torch.randn(40, 16, generator=g), "unembed.W_U": torch.randn(16, 40, generator=g)}
    for part in "QKV":
        state[f"blocks.0.attn.W_{part}"] = torch.randn(2, 16, 8, generator=g) / 4
    state["blocks.0.attn.W_O"] = torch.randn(2, 8, 16, generator=g) / 4
    if buffers is not None:
        angle = (torch.arange(32)[:, None] * buffers ** -(torch.arange(4) / 4)).repeat(1, 2)
        state |= {"blocks.0.attn.rotary_sin": angle.sin(), "blocks.0.attn.rotary_cos": angle.cos()}
    torch.save(state, folder / "x_final.pth")
    plain = {"positional_embedding_type": "rotary", "rotary_dim": 8, "n_ctx": 32, "normalization_type": None}
    (folder / "config.json").write_text(json.dumps({**plain, **config}))
    return state


HONOURED: list[dict[str, Any]] = [
    {},
    {"rotary_base": 1_000_000},
    {"rotary_base": 500.5},
    {"attn_scale": 3.0},
    {"attn_scale": -1.0},
    {"use_attn_scale": False, "attn_scale": 5.0},
    {"use_attn_scale": True, "attn_scale": 8.0},
    {
        "attn_scores_soft_cap": -1.0,
        "attention_dir": "causal",
        "window_size": None,
        "lr": 1e-3,
        "dtype": "torch.float32",
    },
]


@torch.no_grad()
@pytest.mark.parametrize("config", HONOURED)
def test_rotation_and_scale_are_those_of_the_config(config: dict[str, Any], tmp_path: Path) -> None:
    """These formulas were compared with TransformerLens 3.9.0 itself: logits agree to 2e-6."""
    base = config.get("rotary_base", 10_000)
    state = rotary_checkpoint(tmp_path, config, buffers=base)
    tokens = torch.randint(40, (1, 32), generator=generator(0, "tokens"))
    name = "blocks.0.attn.hook_attn_scores"
    loaded = ph.load_model(tmp_path)
    scores = loaded.run_with_cache(tokens, [name])[1][name][0]
    causal = torch.ones(32, 32).tril().bool()
    assert_close(scores[:, causal], reference_scores(state, config, tokens)[:, causal], rtol=1e-5, atol=1e-5)
    assert_close(loaded(tokens), loaded.run_with_cache(tokens, [name])[0], rtol=1e-5, atol=1e-5)
    layer = base_layer(loaded, 0)
    assert layer.plain_scores
    divisor = 1.0 if config.get("use_attn_scale") is False else config.get("attn_scale", -1.0)
    assert layer.score_scale == pytest.approx(8**-0.5 if divisor == -1 else 1 / divisor, rel=1e-5)


@pytest.mark.parametrize("buffers", [9_000.0, 500_000.0])
def test_saved_rotations_of_another_base_are_refused(buffers: float, tmp_path: Path) -> None:
    rotary_checkpoint(tmp_path, {}, buffers=buffers)
    with pytest.raises(PolyheadError, match=r"blocks.0.attn.rotary_(sin|cos) is not the rotation of base 10000"):
        ph.load_model(tmp_path)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"attn_scores_soft_cap": 15.0}, "'attn_scores_soft_cap'"),
    ({"output_logits_soft_cap": 30.0}, "'output_logits_soft_cap'"),
    ({"attention_dir": "bidirectional"}, "'attention_dir'"),
    ({"use_local_attn": True}, "'use_local_attn'"),
    ({"window_size": 7}, "'window_size'"),
    ({"attn_types": ["global", "local"]}, "'attn_types'"),
    ({"n_key_value_heads": 1}, "n_key_value_heads is 1; the tensors have 2"),
    ({"rotary_adjacent_pairs": True}, "'rotary_adjacent_pairs'"),
    ({"use_NTK_by_parts_rope": True}, "'use_NTK_by_parts_rope'"),
    ({"use_qk_norm": "false"}, "use_qk_norm is 'false'"),
    ({"use_qk_norm": 0}, "use_qk_norm is 0"),
    ({"rotary_bsae": 3}, "'rotary_bsae' is not a setting that is known.*did you mean 'rotary_base"),
    ({"a_setting_of_tomorrow": None}, "'a_setting_of_tomorrow' is not a setting that is known"),
    ({"rotary_base": "10000"}, "rotary_base is '10000'; expected a number"),
    ({"rotary_base": 0}, "rotary_base is 0; expected a positive number"),
    ({"rotary_base": True}, "rotary_base is True; expected a number"),
    ({"attn_scale": 0}, "attn_scale is 0"),
    ({"attn_scale": -3.0}, "attn_scale is -3.0"),
    ({"use_attn_scale": "no"}, "use_attn_scale is 'no'; expected true or false"),
    ({"eps": 1e-5, "ln_eps": 1e-6}, "expected one value"),
    ({"n_layers": 0}, "n_layers is 0; the tensors have 1"),
    ({"n_layers": "1"}, "n_layers is '1'; expected a whole number"),
    ({"n_layers": 1_000_000}, "n_layers is 1000000; the tensors have 1"),
    ({"d_vocab": 10**12}, "d_vocab is 1000000000000; the tensors have 40"),
    ({"d_head": 4}, "d_head is 4; the tensors have 8"),
    ({"n_ctx": 10**10}, "n_ctx is 10000000000; expected 1 to"),
    ({"n_ctx": 0}, "n_ctx is 0; expected 1 to"),
    ({"normalization_type": "LN"}, "blocks.0.ln1.w is missing"),
    ({"normalization_type": "batch"}, "normalization 'batch'; known"),
    ({"positional_embedding_type": "standard"}, "pos_embed.W_pos is missing"),
    ({"positional_embedding_type": ["rotary"]}, "expected a name"),
    ({"attn_only": False}, "lacks the tensor blocks.0.mlp.W_in"),
]


@pytest.mark.parametrize(("config", "says"), REFUSED)
def test_settings_that_are_not_read_are_named(config: dict[str, Any], says: str, tmp_path: Path) -> None:
    rotary_checkpoint(tmp_path, config)
    with pytest.raises(PolyheadError, match=says) as info:
        ph.load_model(tmp_path)
    assert "\n" not in str(info.value)
    assert "config.json" in str(info.value)


def _another_mask(state: dict[str, Tensor]) -> None:
    state["blocks.0.attn.mask"] = torch.ones(32, 32).bool()


def _a_local_mask(state: dict[str, Tensor]) -> None:
    state["blocks.0.attn.mask"] = torch.ones(32, 32).tril().triu(-4).bool()


def _a_far_block(state: dict[str, Tensor]) -> None:
    state["blocks.999999999.attn.W_Q"] = torch.zeros(2, 16, 8)


def _nameless_block(state: dict[str, Tensor]) -> None:
    state["blocks.x.attn.W_Q"] = torch.zeros(2, 16, 8)


def _flat(state: dict[str, Tensor]) -> None:
    state["blocks.0.attn.W_Q"] = state["blocks.0.attn.W_Q"].flatten()


def _repeated(state: dict[str, Tensor]) -> None:
    state["embed.W_E"] = torch.zeros(1, 16).expand(10**10, 16)


def _not_finite(state: dict[str, Tensor]) -> None:
    state["unembed.W_U"][3, 4] = float("nan")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_another_mask, "blocks.0.attn.mask is not a causal mask"),
        (_a_local_mask, "blocks.0.attn.mask is not a causal mask"),
        (_a_far_block, r"blocks \[0, 999999999\]"),
        (_nameless_block, "blocks.x.attn.W_Q"),
        (_flat, r"blocks.0.attn.W_Q has shape \[256\]"),
        (_repeated, r"embed.W_E claims shape \[10000000000, 16\], but the file holds fewer values"),
        (_not_finite, "1 of the 640 values of unembed.W_U are NaN or infinite"),
    ],
)
def test_tensors_that_are_not_read_are_named(
    spoil: Callable[[dict[str, Tensor]], None], says: str, tmp_path: Path
) -> None:
    state = rotary_checkpoint(tmp_path, {})
    spoil(state)
    torch.save(state, tmp_path / "x_final.pth")
    with pytest.raises(PolyheadError, match=says) as info:
        ph.load_model(tmp_path)
    assert "\n" not in str(info.value)


def test_an_mlp_whose_activation_is_not_stated_is_refused(make_tiny_model: Make, tmp_path: Path) -> None:
    written(make_tiny_model(**NEEL, d_mlp=19, act_fn="relu"), tmp_path, {"normalization": "LN"})
    with pytest.raises(PolyheadError, match=r"act_fn.* must stand in .*config.json"):
        ph.load_model(tmp_path)
