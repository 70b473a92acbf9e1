"""Llamascopium folders: synthetic ones with exactly its keys, against its formulas written out, and written back."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.testing import assert_close

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries.activation import BatchTopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig
from polyhead.dictionaries.cross_layer_transcoder import CrossLayerTranscoder
from polyhead.dictionaries.lorsa import Lorsa
from polyhead.interop.llamascopium import read_llamascopium
from polyhead.interop.llamascopium_export import write_llamascopium

D, N, G, K, ROT, CTX = 6, 8, 2, 6, 4, 9
HOOK_IN, HOOK_OUT = "blocks.3.ln1.hook_normalized", "blocks.3.hook_attn_out"
NORM = "dataset_average_activation_norm."


def write_folder(folder: Path, kind: str, *, unit_rows: bool = False, **changes: Any) -> dict[str, Any]:
    """A folder as Llamascopium 2.0 writes it; returns config and tensors together."""
    g = generator(0, "foreign")
    config: dict[str, Any] = {
        "sae_type": "lorsa" if kind == "lorsa" else "sae",
        "d_model": D,
        "expansion_factor": N / D,
        "use_decoder_bias": True,
        "act_fn": "topk",
        "norm_activation": "dataset-wise",
        "sparsity_include_decoder_norm": True,
        "top_k": 3,
        "use_triton_kernel": False,
        "sparsity_threshold_for_triton_spmm_kernel": 0.996,
        "jumprelu_threshold_window": 2.0,
        "hook_point_in": HOOK_OUT if kind == "sae" else HOOK_IN,
        "hook_point_out": HOOK_OUT,
    }
    shapes: dict[str, tuple[int, ...]] = {"W_E": (D, N), "b_E": (N,), "W_D": (N, D), "b_D": (D,)}
    if kind == "lorsa":
        config |= {
            "n_qk_heads": G,
            "d_qk_head": K,
            "positional_embedding_type": "rotary",
            "rotary_dim": ROT,
            "rotary_base": 50,
            "rotary_adjacent_pairs": True,
            "rotary_scale": 1,
            "use_NTK_by_parts_rope": False,
            "n_ctx": CTX,
            "attn_scale": 2.0,
            "use_post_qk_ln": False,
            "normalization_type": None,
            "eps": 1e-6,
        }
        shapes = {"W_Q": (G, D, K), "W_K": (G, D, K), "W_V": (N, D), "W_O": (N, D), "b_Q": (G, K), "b_K": (G, K)}
        shapes |= {"b_V": (N,), "b_D": (D,)}
    else:
        config["use_glu_encoder"] = False
    config |= changes
    if config.get("use_post_qk_ln"):
        shapes |= {"ln_q.w": (G, K), "ln_k.w": (G, K)}
    if config["act_fn"] == "jumprelu":
        shapes["activation_function.log_jumprelu_threshold"] = (N,)
    tensors = {name: torch.randn(shape, generator=g) for name, shape in shapes.items()}
    rows = "W_O" if kind == "lorsa" else "W_D"
    if unit_rows:
        tensors[rows] /= tensors[rows].norm(dim=1, keepdim=True)
    for i, hook in enumerate(sorted({config["hook_point_in"], config["hook_point_out"]})):
        tensors[NORM + hook] = torch.tensor(3.0 + i)
    if kind == "lorsa":
        tensors |= {"mask": torch.ones(CTX, CTX).bool().tril(), "IGNORE": torch.tensor(-math.inf)}
        tensors["rotary_sin"], tensors["rotary_cos"] = tables(config)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "sae_weights.safetensors")
    (folder / "config.json").write_text(json.dumps(config))
    return config | tensors


def tables(config: dict[str, Any]) -> tuple[Tensor, Tensor]:
    frequency = config["rotary_base"] ** (torch.arange(ROT // 2) / (ROT / 2))
    twice = frequency.repeat_interleave(2) if config["rotary_adjacent_pairs"] else frequency.repeat(2)
    angles = torch.arange(CTX)[:, None] / twice
    return angles.sin(), angles.cos()


def their_output(f: dict[str, Any], x: Tensor) -> Tensor:
    """Their formulas, plainly, from x to the target's own units."""
    dataset = f["norm_activation"] == "dataset-wise"
    c_in, c_out = (math.sqrt(D) / f[NORM + f[h]] if dataset else 1.0 for h in ("hook_point_in", "hook_point_out"))
    x = x * c_in
    lorsa = f["sae_type"] == "lorsa"
    pre = their_lorsa_pre(f, x) if lorsa else x @ f["W_E"] + f["b_E"]
    W_D = f["W_O"] if lorsa else f["W_D"]
    size = W_D.norm(dim=1) if f["sparsity_include_decoder_norm"] else torch.ones(N)
    chosen = pre * size
    if f["act_fn"] == "topk":
        positive = chosen.relu()
        acts = torch.zeros_like(positive).scatter(-1, positive.topk(f["top_k"]).indices, 1.0) * positive
    elif f["act_fn"] == "relu":
        acts = chosen.relu()
    else:
        acts = chosen * (chosen > f["activation_function.log_jumprelu_threshold"].exp())
    return ((acts / size) @ W_D + f["b_D"]) / c_out


def their_lorsa_pre(f: dict[str, Any], x: Tensor) -> Tensor:
    def turned(v: Tensor) -> Tensor:
        v_rot, rest, flipped = v[..., :ROT], v[..., ROT:], torch.empty_like(v[..., :ROT])
        if f["rotary_adjacent_pairs"]:
            flipped[..., ::2], flipped[..., 1::2] = -v_rot[..., 1::2], v_rot[..., ::2]
        else:
            flipped[..., : ROT // 2], flipped[..., ROT // 2 :] = -v_rot[..., ROT // 2 :], v_rot[..., : ROT // 2]
        sin, cos = (t[: x.shape[1], None] for t in tables(f))
        return torch.cat([v_rot * cos + flipped * sin, rest], dim=-1)

    q = torch.einsum("bsd,Qdq->bsQq", x, f["W_Q"]) + f["b_Q"]
    k = torch.einsum("bsd,Qdq->bsQq", x, f["W_K"]) + f["b_K"]
    if f["use_post_qk_ln"]:
        q, k = (
            v / (v.pow(2).mean(-1, keepdim=True) + f["eps"]).sqrt() * f[w] for v, w in ((q, "ln_q.w"), (k, "ln_k.w"))
        )
    if f["positional_embedding_type"] == "rotary":
        q, k = turned(q), turned(k)
    scores = torch.einsum("bqgc,bkgc->bgqk", q, k) / f["attn_scale"]
    scores = scores.masked_fill(torch.ones(x.shape[1], x.shape[1]).triu(1).bool(), -math.inf)
    v = (x @ f["W_V"].T + f["b_V"]).unflatten(-1, (G, -1))
    return torch.einsum("bgqk,bkgm->bqgm", scores.softmax(-1), v).flatten(2)


CASES = [
    ("sae", {}),
    ("sae", {"act_fn": "relu", "sparsity_include_decoder_norm": False}),
    ("sae", {"act_fn": "jumprelu", "norm_activation": "inference"}),
    ("transcoder", {}),
    ("transcoder", {"act_fn": "jumprelu"}),
    ("lorsa", {}),
    ("lorsa", {"rotary_adjacent_pairs": False, "act_fn": "jumprelu"}),
    ("lorsa", {"use_post_qk_ln": True, "normalization_type": "RMS", "sparsity_include_decoder_norm": False}),
    ("lorsa", {"positional_embedding_type": "none", "act_fn": "relu", "norm_activation": "inference"}),
]


@pytest.mark.parametrize(("kind", "changes"), CASES)
def test_what_is_read_computes_what_they_compute(tmp_path: Path, kind: str, changes: dict[str, Any]):
    foreign = write_folder(tmp_path, kind, **changes)
    found = read_llamascopium(tmp_path)
    x = torch.randn(2, CTX - 1, D, generator=generator(1, "x"))
    assert isinstance(found.dictionary, {"sae": AttnOutSAE, "transcoder": CrossLayerTranscoder, "lorsa": Lorsa}[kind])
    assert found.layer == 3
    output = found.dictionary.reconstruct({"x": x, "target": torch.zeros_like(x)})
    assert_close(output, their_output(foreign, x), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("kind", "changes"), CASES)
def test_a_round_trip_gives_the_same_tensors(tmp_path: Path, kind: str, changes: dict[str, Any]):
    exact = kind != "lorsa" or not changes.get("rotary_adjacent_pairs", True)
    changes = {**changes} if exact else {**changes, "rotary_adjacent_pairs": False}
    foreign = write_folder(tmp_path / "theirs", kind, unit_rows=True, **changes)
    first = read_llamascopium(tmp_path / "theirs")
    write_llamascopium(first.dictionary, tmp_path / "ours", layer=3)
    written = load_file(tmp_path / "ours" / "sae_weights.safetensors")
    inference = changes.get("norm_activation") == "inference"
    unrotated = changes.get("positional_embedding_type") == "none"
    for name, tensor in load_file(tmp_path / "theirs" / "sae_weights.safetensors").items():
        if (inference and name.startswith(NORM)) or (unrotated and name.startswith("rotary")):
            continue  # of no effect there
        if name.startswith(NORM) or "threshold" in name:
            assert_close(written.pop(name), tensor, msg=name)
        else:
            assert torch.equal(written.pop(name), tensor), name
    assert all(inference and name.startswith(NORM) for name in written)
    config = json.loads((tmp_path / "ours" / "config.json").read_text())
    for key in ("sae_type", "d_model", "hook_point_in", "hook_point_out", "act_fn", "n_qk_heads", "rotary_dim"):
        if key in config and not (unrotated and key == "rotary_dim"):
            assert config[key] == foreign[key], key
    assert int(D * config["expansion_factor"]) == N
    x = torch.randn(1, CTX, D, generator=generator(2, "x"))
    second, batch = read_llamascopium(tmp_path / "ours").dictionary, {"x": x, "target": torch.zeros_like(x)}
    assert_close(second.reconstruct(batch), first.dictionary.reconstruct(batch))


def test_tables_are_recomputed_where_they_are_not_saved(tmp_path: Path):
    write_folder(tmp_path, "lorsa")
    with_tables = read_llamascopium(tmp_path).dictionary
    weights = load_file(tmp_path / "sae_weights.safetensors")
    save_file({k: v for k, v in weights.items() if "rotary" not in k}, tmp_path / "sae_weights.safetensors")
    recomputed = read_llamascopium(tmp_path).dictionary
    assert_close(recomputed.rotary, with_tables.rotary, atol=1e-6, rtol=0.0)


def test_slow_pairs_are_stretched_by_parts(tmp_path: Path):
    parts: dict[str, Any] = {
        "NTK_by_parts_factor": 8.0,
        "NTK_by_parts_low_freq_factor": 1.0,
        "NTK_by_parts_high_freq_factor": 4.0,
    }
    write_folder(tmp_path, "lorsa", use_NTK_by_parts_rope=True, old_context_len=60, **parts)
    weights = load_file(tmp_path / "sae_weights.safetensors")
    save_file({k: v for k, v in weights.items() if "rotary" not in k}, tmp_path / "sae_weights.safetensors")
    lorsa = read_llamascopium(tmp_path).dictionary
    assert isinstance(lorsa, Lorsa)
    rotary = lorsa.rotary
    angle = torch.atan2(rotary[1, 1], rotary[0, 1])
    # 60 / 2 pi = 9.5 turns: kept. 9.5 / sqrt(50) = 1.35 turns: between 1 and 4, (1.35 - 1) / 3 of the way
    share = (60 / (2 * math.pi) / 50**0.5 - 1) / 3
    assert_close(angle, torch.tensor([1.0, 50**-0.5 * (share + (1 - share) / 8)]), atol=1e-5, rtol=1e-4)


REFUSED = [
    ("lorsa", {"sae_type": "clt"}, "sae_type 'clt' is not supported; expected sae, transcoder or lorsa"),
    ("sae", {"act_fn": "batchtopk"}, "act_fn 'batchtopk' is not supported"),
    ("sae", {"use_glu_encoder": True}, "use_glu_encoder True is not supported"),
    ("lorsa", {"norm_activation": "token-wise"}, "norm_activation 'token-wise' is not supported"),
    ("lorsa", {"use_post_qk_ln": True, "normalization_type": "LN"}, "normalization_type 'LN' is not supported"),
    ("lorsa", {"rotary_scale": 2}, "rotary_scale 2 is not supported"),
    ("lorsa", {"d_model": 12, "expansion_factor": N / 12}, "the tensors are not those of its config at W_K"),
    ("sae", {"expansion_factor": 3.0}, "the tensors are not those of its config at W_D"),
]


@pytest.mark.parametrize(("kind", "changes", "line"), REFUSED)
def test_what_is_not_supported_is_said_in_one_line(tmp_path: Path, kind: str, changes: dict[str, Any], line: str):
    write_folder(tmp_path, kind)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | changes))
    with pytest.raises(PolyheadError, match=line) as caught:
        read_llamascopium(tmp_path)
    assert "\n" not in str(caught.value)


def test_damaged_folders_are_refused(tmp_path: Path):
    write_folder(tmp_path, "lorsa")
    weights = tmp_path / "sae_weights.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ArtifactError, match="not a whole safetensors file"):
        read_llamascopium(tmp_path)
    save_file({k: v for k, v in _tensors(whole, tmp_path).items() if not k.startswith(NORM)}, weights)
    with pytest.raises(PolyheadError, match=f"{NORM}{HOOK_IN} is not in sae_weights.safetensors"):
        read_llamascopium(tmp_path)
    weights.rename(tmp_path / "sae_weights.pt")
    with pytest.raises(PolyheadError, match=r"holds sae_weights.pt; only sae_weights.safetensors is read"):
        read_llamascopium(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    del config["n_ctx"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(PolyheadError, match="n_ctx missing"):
        read_llamascopium(tmp_path)


def test_a_shorter_context_may_be_written(tmp_path: Path):
    write_folder(tmp_path / "theirs", "lorsa")
    whole = read_llamascopium(tmp_path / "theirs").dictionary
    write_llamascopium(whole, tmp_path / "short", layer=3, n_ctx=5)
    short = read_llamascopium(tmp_path / "short").dictionary
    x = torch.randn(1, 5, D, generator=generator(2, "x"))
    assert_close(short.reconstruct({"x": x}), whole.reconstruct({"x": x}))
    with pytest.raises(PolyheadError, match=r"this Lorsa reads x \[b, at most 5, 6\]"):
        short.reconstruct({"x": torch.zeros(1, 6, D)})


def test_forms_that_they_lack_are_not_written(tmp_path: Path):
    sae = AttnOutSAE(AttnOutSAEConfig(d_in=D, n_latents=N, activation=BatchTopK(k=2)))
    with pytest.raises(PolyheadError, match="batchtopk among the tokens of a batch"):
        write_llamascopium(sae, tmp_path, layer=0)
    centred = AttnOutSAE(AttnOutSAEConfig(d_in=D, n_latents=N, token_norm="layer_norm", activation=BatchTopK(k=2)))
    with pytest.raises(PolyheadError, match="no token norm like this SAE's"):
        write_llamascopium(centred, tmp_path, layer=0)


def _tensors(whole: bytes, folder: Path) -> dict[str, Tensor]:
    path = folder / "whole.safetensors"
    path.write_bytes(whole)
    return load_file(path)
