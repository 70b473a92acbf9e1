"""Tiny dictionaries in the layouts that public repositories have, and what each has to give, in plain torch."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from polyhead.core.rng import generator

D, N, K = 8, 24, 3


def rand(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=generator(seed, "tensor", *shape))


def tokens() -> Tensor:
    return rand(2, 5, D, seed=9) + 0.3


class Made(NamedTuple):
    """Where it lies, and the output of its own formula on `tokens()`."""

    path: Path
    y: Tensor
    format: str
    reads: str
    target: str


def _parts() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return rand(D, N), 0.1 * rand(N, seed=1), rand(N, D, seed=2), 0.1 * rand(D, seed=3)


def jumped(pre: Tensor, theta: Tensor | float) -> Tensor:
    return torch.where(pre > theta, pre, 0.0).relu()


def chosen(pre: Tensor, k: int = K) -> Tensor:
    values, places = pre.topk(k, dim=-1)
    return torch.zeros_like(pre).scatter(-1, places, values.relu())


def gemma_scope(root: Path, *, kind: str = "att") -> Made:
    W, b, V, c = _parts()
    theta = rand(N, seed=4).abs()
    folder = root / f"gemma-scope-2b-pt-{kind}" / "layer_12" / "width_16k" / "average_l0_41"
    folder.mkdir(parents=True)
    arrays = {"W_enc": W, "b_enc": b, "W_dec": V, "b_dec": c, "threshold": theta}
    np.savez(folder / "params.npz", **{name: t.numpy() for name, t in arrays.items()})
    y = jumped(tokens() @ W + b, theta) @ V + c
    if kind == "transcoders":
        sites = "blocks.12.ln2.hook_pre_gain", "blocks.12.ln2_post.hook_normalized"
    else:
        site = {"att": "attn.hook_z", "res": "hook_resid_post", "mlp": "ln2_post.hook_normalized"}[kind]
        sites = f"blocks.12.{site}", f"blocks.12.{site}"
    return Made(folder, y, "gemma_scope", *sites)


def gemma_scope_2(root: Path, *, kind: str = "attn_out", config: bool = True) -> Made:
    W, b, V, c = _parts()
    theta, skip = rand(N, seed=4).abs(), 0.3 * rand(D, D, seed=5)
    folder = root / "gemma-scope-2-1b-pt" / kind / "layer_7_width_16k_l0_small_affine"
    folder.mkdir(parents=True)
    tensors = {"w_enc": W, "b_enc": b, "w_dec": V, "b_dec": c, "threshold": theta}
    y = jumped(tokens() @ W + b, theta) @ V + c
    says = {"architecture": "jump_relu", "model_name": "gemma-v3-1b-pt"}
    says["hf_hook_point_in"] = "model.layers.7.self_attn.o_proj.input"
    sites = "blocks.7.attn.hook_z", "blocks.7.attn.hook_z"
    if kind == "transcoder":
        tensors["affine_skip_connection"] = skip
        y = y + tokens() @ skip
        says["hf_hook_point_in"] = "model.layers.7.pre_feedforward_layernorm.output"
        says["hf_hook_point_out"] = "model.layers.7.post_feedforward_layernorm.output"
        sites = "blocks.7.ln2.hook_normalized", "blocks.7.ln2_post.hook_normalized"
    save_file(tensors, folder / "params.safetensors")
    if config:
        (folder / "config.json").write_text(json.dumps(says))
    return Made(folder, y, "gemma_scope_2", *sites)


def kissane(root: Path) -> Made:
    W, b, V, c = _parts()
    root.mkdir(parents=True, exist_ok=True)
    file = root / "gpt2-small_L5_Hcat_z_v9.pt"
    torch.save({"W_enc": W, "b_enc": b, "W_dec": V, "b_dec": c}, file)
    says = {"act_name": "blocks.5.attn.hook_z", "act_size": D, "dict_size": N, "layer": 5, "seed": 49}
    file.with_name("gpt2-small_L5_Hcat_z_v9_cfg.json").write_text(json.dumps(says))
    y = ((tokens() - c) @ W + b).relu() @ V + c
    return Made(file, y, "single_file", "blocks.5.attn.hook_z", "blocks.5.attn.hook_z")


def llama_scope(root: Path) -> Made:
    W, b, V, c = _parts()
    folder = root / "Llama3_1-8B-Base-L5A-8x"
    (folder / "checkpoints").mkdir(parents=True)
    hook = "blocks.5.hook_attn_out"
    says = {"hook_point_in": hook, "hook_point_out": hook, "d_model": D, "d_sae": N, "act_fn": "jumprelu"}
    says |= {"jump_relu_threshold": 0.4, "norm_activation": "dataset-wise", "expansion_factor": 8, "dtype": "bf16"}
    says |= {"dataset_average_activation_norm": {"in": 1.7, "out": 1.7}, "use_decoder_bias": True}
    (folder / "hyperparams.json").write_text(json.dumps(says))
    tensors = {"encoder.weight": W.T, "encoder.bias": b, "decoder.weight": V.T, "decoder.bias": c}
    tensors = {name: t.contiguous() for name, t in tensors.items()}
    save_file(tensors, folder / "checkpoints" / "final.safetensors")
    s = D**0.5 / 1.7
    y = (jumped(s * tokens() @ W + b, 0.4 * s) @ V + c) / s
    return Made(folder, y, "llama_scope", hook, hook)


def goodfire(root: Path) -> Made:
    W, b, V, c = _parts()
    root.mkdir(parents=True, exist_ok=True)
    file = root / "Llama-3.1-8B-Instruct-SAE-l19.pth"
    names = ("encoder_linear.weight", "encoder_linear.bias", "decoder_linear.weight", "decoder_linear.bias")
    torch.save(dict(zip(names, (W.T, b, V.T, c), strict=True)), file)
    y = (tokens() @ W + b).relu() @ V + c
    return Made(file, y, "single_file", "blocks.19.hook_resid_post", "blocks.19.hook_resid_post")


def qwen_scope(root: Path) -> Made:
    W, b, V, c = _parts()
    folder = root / f"SAE-Res-Qwen3-1.7B-Base-W32K-L0_{K}"
    folder.mkdir(parents=True)
    torch.save({"W_enc": W.T, "b_enc": b, "W_dec": V.T, "b_dec": c}, folder / "layer4.sae.pt")
    y = chosen(tokens() @ W + b) @ V + c
    return Made(folder / "layer4.sae.pt", y, "single_file", "blocks.4.hook_resid_post", "blocks.4.hook_resid_post")


def saelens_gated(root: Path) -> Made:
    W, _, V, c = _parts()
    gate, mag, r = 0.3 * rand(N, seed=5), 0.5 * rand(N, seed=6), 0.4 * rand(N, seed=7)
    root.mkdir(parents=True, exist_ok=True)
    says = {"architecture": "gated", "d_in": D, "d_sae": N, "apply_b_dec_to_input": True, "dtype": "float32"}
    says |= {"normalize_activations": "none", "reshape_activations": "none", "device": "cpu"}
    says["metadata"] = {"sae_lens_version": "6.5.0", "hook_name": "blocks.3.hook_attn_out", "model_name": "qwen"}
    (root / "cfg.json").write_text(json.dumps(says))
    tensors = {"W_enc": W, "W_dec": V, "b_dec": c, "b_gate": gate, "b_mag": mag, "r_mag": r}
    save_file(tensors, root / "sae_weights.safetensors")
    inside = (tokens() - c) @ W
    f = (inside + gate > 0) * (inside * r.exp() + mag).relu()
    return Made(root, f @ V + c, "saelens", "blocks.3.hook_attn_out", "blocks.3.hook_attn_out")


def saelens_transcoder(root: Path) -> Made:
    W, b, V, c = _parts()
    theta, skip = rand(N, seed=4).abs(), 0.3 * rand(D, D, seed=5)
    root.mkdir(parents=True, exist_ok=True)
    says = {"architecture": "jumprelu_skip_transcoder", "d_in": D, "d_out": D, "d_sae": N, "dtype": "float32"}
    says |= {"normalize_activations": "none", "apply_b_dec_to_input": False, "device": "cpu"}
    hooks = {"hook_name": "blocks.3.ln2.hook_normalized", "hook_name_out": "blocks.3.hook_mlp_out"}
    says["metadata"] = {"sae_lens_version": "6.40.0", "model_name": "Qwen/Qwen3-0.6B", **hooks}
    (root / "cfg.json").write_text(json.dumps(says))
    tensors = {"W_enc": W, "W_dec": V, "b_enc": b, "b_dec": c, "threshold": theta, "W_skip": skip}
    save_file(tensors, root / "sae_weights.safetensors")
    y = jumped(tokens() @ W + b, theta) @ V + c + tokens() @ skip.T
    return Made(root, y, "saelens", "blocks.3.ln2.hook_pre_gain", "blocks.3.hook_mlp_out")


def _sparsify(root: Path, name: str, **flags: bool) -> tuple[Path, tuple[Tensor, ...], Tensor]:
    W, b, V, c = _parts()
    folder, skip = root / name, 0.3 * rand(D, D, seed=5)
    folder.mkdir(parents=True)
    says = {"activation": "topk", "num_latents": N, "k": K, "d_in": D, "normalize_decoder": True, **flags}
    (folder / "cfg.json").write_text(json.dumps(says))
    tensors = {"encoder.weight": W.T.contiguous(), "encoder.bias": b, "W_dec": V, "b_dec": c}
    save_file(tensors | ({"W_skip": skip} if flags.get("skip_connection") else {}), folder / "sae.safetensors")
    return folder, (W, b, V, c), skip


def sparsify_transcoder(root: Path) -> Made:
    folder, (W, b, V, c), skip = _sparsify(root, "layers.2.mlp", transcode=True, skip_connection=True)
    y = chosen((tokens() @ W + b).relu()) @ V + c + tokens() @ skip.T
    return Made(folder, y, "sparsify", "blocks.2.ln2.hook_normalized", "blocks.2.hook_mlp_out")


def sparsify_signed(root: Path) -> Made:
    folder, (W, b, V, c), _ = _sparsify(root, "layers.2.self_attn", signed=True)
    pre = (tokens() - c) @ W + b
    places = pre.abs().topk(K, dim=-1).indices
    y = torch.zeros_like(pre).scatter(-1, places, pre.gather(-1, places)) @ V + c
    return Made(folder, y, "sparsify", "blocks.2.hook_attn_out", "blocks.2.hook_attn_out")


def _learned(root: Path, kind: str, tensors: dict[str, Tensor]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    trainer = {"dict_class": kind, "layer": 1, "submodule_name": "attn_out_layer_1", "lm_name": "qwen", "lr": 1e-3}
    (root / "config.json").write_text(json.dumps({"trainer": trainer}))
    torch.save(tensors, root / "ae.pt")


def learned_gated(root: Path) -> Made:
    W, _, V, c = _parts()
    gate, mag, r = 0.3 * rand(N, seed=5), 0.5 * rand(N, seed=6), 0.4 * rand(N, seed=7)
    tensors = {"decoder_bias": c, "encoder.weight": W.T, "r_mag": r, "gate_bias": gate, "mag_bias": mag}
    _learned(root, "GatedAutoEncoder", tensors | {"decoder.weight": V.T})
    inside = (tokens() - c) @ W
    f = (inside + gate > 0) * (r.exp() * inside + mag).relu()
    return Made(root, f @ V + c, "dictionary_learning", "blocks.1.hook_attn_out", "blocks.1.hook_attn_out")


def learned_matryoshka(root: Path) -> Made:
    W, b, V, c = _parts()
    tensors = {"W_enc": W, "b_enc": b, "W_dec": V, "b_dec": c, "k": torch.tensor(K, dtype=torch.int32)}
    tensors |= {"threshold": torch.tensor(0.7), "group_sizes": torch.tensor([6, 6, 12])}
    _learned(root, "MatryoshkaBatchTopKSAE", tensors)
    y = jumped((tokens() - c) @ W + b, 0.7) @ V + c
    return Made(root, y, "dictionary_learning", "blocks.1.hook_attn_out", "blocks.1.hook_attn_out")


def _tracer_config(root: Path, **more: object) -> None:
    import yaml

    root.mkdir(parents=True, exist_ok=True)
    says = {"model_name": "google/gemma-2-2b", "model_kind": "transcoder_set", **more}
    says |= {"feature_input_hook": "ln2.hook_normalized", "feature_output_hook": "hook_mlp_out"}
    (root / "config.yaml").write_text(yaml.safe_dump(says))


def tracer_npz(root: Path) -> Made:
    W, b, V, c = _parts()
    theta = rand(N, seed=4).abs()
    _tracer_config(root, transcoders=["layer_0.npz"])
    arrays = {"W_enc": W, "b_enc": b, "W_dec": V, "b_dec": c, "threshold": theta}
    np.savez(root / "layer_0.npz", **{name: t.numpy() for name, t in arrays.items()})
    y = jumped(tokens() @ W + b, theta) @ V + c
    return Made(root, y, "circuit_tracer", "blocks.0.ln2.hook_pre_gain", "blocks.0.ln2_post.hook_normalized")


def tracer_lower_case(root: Path) -> Made:
    W, b, V, c = _parts()
    theta, skip = rand(N, seed=4).abs(), 0.3 * rand(D, D, seed=5)
    _tracer_config(root, transcoders=["layer_0.safetensors"])
    tensors = {"w_enc": W, "b_enc": b, "w_dec": V, "b_dec": c, "threshold": theta, "affine_skip_connection": skip}
    save_file(tensors, root / "layer_0.safetensors")
    y = jumped(tokens() @ W + b, theta) @ V + c + tokens() @ skip
    return Made(root, y, "circuit_tracer", "blocks.0.ln2.hook_pre_gain", "blocks.0.ln2_post.hook_normalized")


def tracer_skip(root: Path) -> Made:
    W, b, V, c = _parts()
    skip = 0.3 * rand(D, D, seed=5)
    _tracer_config(root)
    tensors = {"W_enc": W.T.contiguous(), "b_enc": b, "W_dec": V, "b_dec": c, "W_skip": skip}
    save_file(tensors, root / "layer_0.safetensors")
    y = (tokens() @ W + b).relu() @ V + c + tokens() @ skip.T
    return Made(root, y, "circuit_tracer", "blocks.0.ln2.hook_pre_gain", "blocks.0.ln2_post.hook_normalized")


WRITERS: dict[str, Callable[[Path], Made]] = {
    "Gemma Scope att": gemma_scope,
    "Gemma Scope res": lambda root: gemma_scope(root, kind="res"),
    "Gemma Scope mlp": lambda root: gemma_scope(root, kind="mlp"),
    "Gemma Scope transcoder": lambda root: gemma_scope(root, kind="transcoders"),
    "Gemma Scope 2 attn_out": gemma_scope_2,
    "Gemma Scope 2 without config": lambda root: gemma_scope_2(root, config=False),
    "Gemma Scope 2 transcoder": lambda root: gemma_scope_2(root, kind="transcoder"),
    "ckkissane": kissane,
    "Llama Scope": llama_scope,
    "Goodfire": goodfire,
    "Qwen Scope": qwen_scope,
    "SAELens gated": saelens_gated,
    "SAELens transcoder": saelens_transcoder,
    "sparsify transcoder": sparsify_transcoder,
    "sparsify signed": sparsify_signed,
    "dictionary_learning gated": learned_gated,
    "dictionary_learning Matryoshka": learned_matryoshka,
    "circuit-tracer npz": tracer_npz,
    "circuit-tracer lower case": tracer_lower_case,
    "circuit-tracer skip": tracer_skip,
}
