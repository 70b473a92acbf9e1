"""Foreign SAE folders with exactly the keys their programs write: our output against each program's own formula."""

import json
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries import load_dictionary, save_dictionary
from polyhead.dictionaries.activation import BatchTopK, JumpReLU, ReLU, TopK
from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig
from polyhead.dictionaries.attn_value_sae import AttnValueSAE, AttnValueSAEConfig
from polyhead.dictionaries.encoder import unpack
from polyhead.interop.dictionary_learning import read_dictionary_learning
from polyhead.interop.saelens import read_saelens
from polyhead.interop.saelens_export import write_saelens
from polyhead.interop.sparsify import read_sparsify

D, N, K = 12, 40, 3


def rand(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=generator(seed, "tensor", *shape))


def x() -> Tensor:
    return rand(2, 5, D, seed=9) + 0.3


def agree(sae: AttnOutSAE, f: Tensor, y: Tensor) -> None:
    """The code and the reconstruction of x() are these."""
    assert 0 < float((f != 0).float().mean()) < 0.9
    torch.testing.assert_close(unpack(sae.codes({"x": x()})), f, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(sae.reconstruct({"x": x()}), y, rtol=1e-4, atol=1e-4)


def top(pre: Tensor, k: int = K) -> Tensor:
    values, places = pre.topk(k, dim=-1)
    return torch.zeros_like(pre).scatter(-1, places, values.relu())


# ---- SAELens


def saelens_tensors(architecture: str) -> dict[str, Tensor]:
    tensors = {"W_enc": rand(D, N), "b_enc": rand(N) - 1, "W_dec": rand(N, D), "b_dec": rand(D)}
    return tensors | ({"threshold": rand(N, seed=3)} if architecture == "jumprelu" else {})


def saelens_folder(folder: Path, architecture: str = "standard", **cfg: Any) -> Path:
    plain = {
        "d_in": D,
        "d_sae": N,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": True,
        "normalize_activations": "none",
        "reshape_activations": "none",
        "metadata": {"sae_lens_version": "6.54.12", "model_name": "gpt2", "hook_name": "blocks.5.hook_attn_out"},
        "architecture": architecture,
        **({"k": K, "rescale_acts_by_decoder_norm": False} if architecture == "topk" else {}),
        **cfg,
    }
    folder.mkdir(exist_ok=True)
    (folder / "cfg.json").write_text(json.dumps(plain))
    save_file(saelens_tensors(architecture), folder / "sae_weights.safetensors")
    return folder


def saelens_formula(cfg: dict[str, Any], t: dict[str, Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    size, mean = torch.ones(()), torch.zeros(())
    if cfg["normalize_activations"] == "constant_norm_rescale":
        size = x.norm(dim=-1, keepdim=True) / D**0.5
        x = x / size
    if cfg["normalize_activations"] == "layer_norm":
        mean = x.mean(-1, keepdim=True)
        size = (x - mean).std(-1, keepdim=True)
        x = (x - mean) / (size + 1e-5)
    pre = (x - t["b_dec"] * cfg["apply_b_dec_to_input"]) @ t["W_enc"] + t["b_enc"]
    norm = t["W_dec"].norm(dim=-1) if cfg.get("rescale_acts_by_decoder_norm") else torch.ones(N)
    match cfg["architecture"]:
        case "standard":
            f = pre.relu()
        case "topk":
            f = top(pre * norm)
        case _:
            f = pre.relu() * (pre > t["threshold"].relu())
    return f, (f / norm @ t["W_dec"] + t["b_dec"]) * size + mean


@pytest.mark.parametrize("norm", ["none", "constant_norm_rescale", "layer_norm"])
@pytest.mark.parametrize("subtract", [True, False])
@pytest.mark.parametrize("architecture", ["standard", "topk", "jumprelu"])
def test_saelens_saes_have_their_own_output_and_go_back_tensor_for_tensor(architecture, subtract, norm, tmp_path):
    folder = saelens_folder(tmp_path / "in", architecture, apply_b_dec_to_input=subtract, normalize_activations=norm)
    sae, layer, metadata, _ = read_saelens(folder)
    assert (layer, sae.cfg.site, metadata["model_name"]) == (5, "hook_attn_out", "gpt2")
    cfg = json.loads((folder / "cfg.json").read_text())
    agree(sae, *saelens_formula(cfg, saelens_tensors(architecture), x()))
    out = write_saelens(sae, tmp_path / "out", layer=5, metadata=metadata)
    back = load_file(out / "sae_weights.safetensors")
    assert back.keys() == saelens_tensors(architecture).keys()
    assert all(torch.equal(t, back[name]) for name, t in saelens_tensors(architecture).items())
    assert json.loads((out / "cfg.json").read_text()) == cfg
    save_dictionary(sae, tmp_path / "ours")
    again = load_dictionary(tmp_path / "ours")
    assert torch.equal(again.reconstruct({"x": x()}), sae.reconstruct({"x": x()}))


def test_saelens_topk_chosen_by_decoder_norm(tmp_path):
    folder = saelens_folder(tmp_path, "topk", rescale_acts_by_decoder_norm=True)
    cfg = json.loads((folder / "cfg.json").read_text())
    f, y = saelens_formula(cfg, saelens_tensors("topk"), x())
    assert not torch.equal(
        f != 0, saelens_formula({**cfg, "rescale_acts_by_decoder_norm": 0}, saelens_tensors("topk"), x())[0] != 0
    )
    agree(read_saelens(folder).dictionary, f, y)


def test_saelens_scaling_by_a_number_outside_of_the_folder_has_to_be_given(tmp_path):
    folder = saelens_folder(tmp_path, normalize_activations="expected_average_only_in")
    with pytest.raises(PolyheadError, match="needs the number that activations were multiplied by"):
        read_saelens(folder)
    cfg = {**json.loads((folder / "cfg.json").read_text()), "normalize_activations": "none"}
    f, y = saelens_formula(cfg, saelens_tensors("standard"), 2.5 * x())
    agree(read_saelens(folder, norm_scaling_factor=2.5).dictionary, f, y / 2.5)


def test_saelens_configs_of_version_five(tmp_path):
    old = {
        "architecture": "standard",
        "d_in": D,
        "d_sae": N,
        "sae_lens_version": "5.3.0",
        "activation_fn_str": "topk",
        "activation_fn_kwargs": {"k": K},
        "apply_b_dec_to_input": True,
        "normalize_activations": False,
        "finetuning_scaling_factor": False,
        "hook_point": "blocks.7.attn.hook_z",
        "model_name": "gpt2",
        "context_size": 128,
    }
    (tmp_path / "cfg.json").write_text(json.dumps(old))
    save_file(saelens_tensors("topk") | {"scaling_factor": torch.ones(N)}, tmp_path / "sae_weights.safetensors")
    sae, layer, metadata, _ = read_saelens(tmp_path, n_heads=4)
    assert (layer, sae.cfg.site, metadata["context_size"]) == (7, "attn.hook_z", 128)
    assert sae.head_loadings().shape == (N, 4)
    cfg = {"architecture": "topk", "apply_b_dec_to_input": True, "normalize_activations": "none"}
    agree(sae, *saelens_formula(cfg, saelens_tensors("topk"), x()))


@pytest.mark.parametrize(
    ("cfg", "line"),
    [
        ({"architecture": "temporal"}, "architecture 'temporal' is not supported; expected standard or topk"),
        ({"architecture": "gated"}, "not those of its config at b_enc, b_gate, b_mag, r_mag"),
        ({"architecture": "skip_transcoder"}, r"a transcoder \(skip_transcoder\) reads one site and writes another"),
        ({"normalize_activations": "covariance_whitening"}, "'covariance_whitening' is not supported"),
        ({"finetuning_scaling_factor": True}, "finetuning_scaling_factor True is not supported"),
        ({"d_sae": N + 1}, r"not those of its config at W_dec, W_enc, b_enc; expected \[\(41, 12\)"),
    ],
)
def test_what_is_not_supported_is_said_in_one_line(cfg, line, tmp_path):
    with pytest.raises(PolyheadError, match=line) as error:
        read_saelens(saelens_folder(tmp_path, **cfg))
    assert "\n" not in str(error.value)


def test_a_truncated_or_missing_file(tmp_path):
    with pytest.raises(ArtifactError, match=r"cfg.json is missing \(found: no such folder\)"):
        read_saelens(tmp_path / "nothing")
    folder = saelens_folder(tmp_path / "cut")
    weights = folder / "sae_weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-50])
    with pytest.raises(ArtifactError, match="not a whole safetensors file"):
        read_saelens(folder)


@pytest.mark.parametrize("activation", [ReLU(), TopK(k=K), JumpReLU(), BatchTopK(k=K)], ids=lambda a: a.kind)
def test_ours_as_saelens_folders_come_back_with_the_same_output(activation, tmp_path):
    sae = AttnOutSAE(AttnOutSAEConfig(d_in=D, n_latents=N, activation=activation, site="attn.hook_z", n_heads=4))
    with torch.no_grad():
        sae.scales.fill_(1.7)
        sae.b_dec.copy_(rand(D))
        sae.b_enc.copy_(rand(N) - 0.3)
    folder = write_saelens(sae, tmp_path / "once", layer=2, metadata={"model_name": "ours"})
    plain = json.loads((folder / "cfg.json").read_text())
    assert plain["reshape_activations"] == "hook_z"
    assert plain["metadata"]["hook_name"] == "blocks.2.attn.hook_z"
    agree(sae, *saelens_formula(plain, load_file(folder / "sae_weights.safetensors"), x()))
    back = read_saelens(folder, n_heads=4)
    assert back.layer == 2
    torch.testing.assert_close(back.dictionary.reconstruct({"x": x()}), sae.reconstruct({"x": x()}))
    torch.testing.assert_close(back.dictionary.head_loadings(), sae.head_loadings())
    again = write_saelens(back.dictionary, tmp_path / "twice", layer=2, metadata={"model_name": "ours"})
    first, second = (load_file(f / "sae_weights.safetensors") for f in (folder, again))
    assert all(torch.equal(t, second[name]) for name, t in first.items())


def test_a_topk_sae_without_its_k_is_refused(tmp_path):
    folder = saelens_folder(tmp_path / "sae", "topk")
    plain = json.loads((folder / "cfg.json").read_text())
    del plain["k"]
    (folder / "cfg.json").write_text(json.dumps(plain))
    with pytest.raises(PolyheadError, match="k None is not supported; expected the number of active latents"):
        read_saelens(folder)


def test_value_saes_of_one_layer_are_written_and_of_several_refused(tmp_path):
    shape = {"d_in": D, "n_latents": N, "activation": TopK(k=K), "n_heads": 4, "n_kv_heads": 2}
    folder = write_saelens(AttnValueSAE(AttnValueSAEConfig(**shape)), tmp_path / "v", layer=1)
    assert json.loads((folder / "cfg.json").read_text())["metadata"]["hook_name"] == "blocks.1.attn.hook_v"
    with pytest.raises(PolyheadError, match="reads 2 layers side by side"):
        write_saelens(AttnValueSAE(AttnValueSAEConfig(**shape, n_parts=2)), tmp_path / "vv", layer=1)


# ---- sparsify


def sparsify_folder(folder: Path, **cfg: Any) -> tuple[Path, dict[str, Tensor]]:
    plain = {
        "activation": "topk",
        "expansion_factor": 32,
        "normalize_decoder": True,
        "num_latents": N,
        "k": K,
        "multi_topk": False,
        "skip_connection": False,
        "transcode": False,
        "d_in": D,
        **cfg,
    }
    tensors = {"encoder.weight": rand(N, D), "encoder.bias": rand(N), "W_dec": rand(N, D, seed=1), "b_dec": rand(D)}
    folder.mkdir()
    (folder / "cfg.json").write_text(json.dumps(plain))
    save_file(tensors, folder / "sae.safetensors")
    return folder, tensors


def test_sparsify_saes_have_their_own_output(tmp_path):
    folder, t = sparsify_folder(tmp_path / "layers.5.self_attn")
    sae, layer, metadata, _ = read_sparsify(folder)
    assert (layer, sae.cfg.site, metadata["k"]) == (5, "hook_attn_out", K)
    f = top(((x() - t["b_dec"]) @ t["encoder.weight"].T + t["encoder.bias"]).relu())
    agree(sae, f, f @ t["W_dec"] + t["b_dec"])
    assert torch.equal(sae.encoder_rows, t["encoder.weight"])
    assert torch.equal(sae.W_dec, t["W_dec"])


@pytest.mark.parametrize("flag", [{"transcode": True}, {"skip_connection": True}, {"activation": "groupmax"}])
def test_other_sparse_coders_are_refused(flag, tmp_path):
    folder, _ = sparsify_folder(tmp_path / "layers.5.mlp", **flag)
    with pytest.raises(PolyheadError, match=f"{next(iter(flag))} .* is not supported; expected"):
        read_sparsify(folder)


# ---- dictionary_learning


def dictionary_learning_folder(folder: Path, kind: str, tensors: dict[str, Any], **trainer: Any) -> Path:
    folder.mkdir(exist_ok=True)
    plain = {"trainer": {"dict_class": kind, "layer": 3, "lm_name": "pythia", "submodule_name": "attn_out", **trainer}}
    (folder / "config.json").write_text(json.dumps({**plain, "buffer": {"ctx_len": 128}}))
    torch.save(tensors, folder / "ae.pt")
    return folder


def linear(**more: Tensor) -> dict[str, Tensor]:
    weights = {"encoder.weight": rand(N, D), "encoder.bias": rand(N), "decoder.weight": rand(D, N, seed=1)}
    return weights | more


@pytest.mark.parametrize(
    ("kind", "tensors", "bias"),
    [
        ("AutoEncoder", linear(bias=rand(D)), "bias"),
        ("AutoEncoderNew", linear(**{"decoder.bias": rand(D)}), "decoder.bias"),
        ("AutoEncoderTopK", linear(b_dec=rand(D), k=torch.tensor(K), threshold=torch.tensor(-1.0)), "b_dec"),
        ("BatchTopKSAE", linear(b_dec=rand(D), k=torch.tensor(K), threshold=torch.tensor(2.5)), "b_dec"),
        ("BatchTopKSAE", linear(b_dec=rand(D), k=torch.tensor(K), threshold=torch.tensor(-1.0)), "b_dec"),
    ],
)
def test_dictionary_learning_saes_have_their_own_output(kind, tensors, bias, tmp_path):
    sae, layer, metadata, _ = read_dictionary_learning(dictionary_learning_folder(tmp_path, kind, tensors))
    assert (layer, sae.cfg.site, metadata["lm_name"]) == (3, "hook_attn_out", "pythia")
    taken_off = 0 if kind == "AutoEncoderNew" else tensors[bias]
    f = ((x() - taken_off) @ tensors["encoder.weight"].T + tensors["encoder.bias"]).relu()
    if kind == "AutoEncoderTopK":
        f = top(f)
    if kind == "BatchTopKSAE":
        f = f * (f > tensors["threshold"])
    agree(sae, f, f @ tensors["decoder.weight"].T + tensors[bias])
    assert torch.equal(sae.encoder_rows, tensors["encoder.weight"])
    assert torch.equal(sae.W_dec, tensors["decoder.weight"].T)


def test_dictionary_learning_jumprelu(tmp_path):
    names = {"W_enc": rand(D, N), "b_enc": rand(N), "W_dec": rand(N, D), "b_dec": rand(D), "threshold": rand(N, seed=4)}
    sae = read_dictionary_learning(dictionary_learning_folder(tmp_path, "JumpReluAutoEncoder", names)).dictionary
    pre = x() @ names["W_enc"] + names["b_enc"]
    f = (pre * (pre > names["threshold"])).relu() * names["W_dec"].norm(dim=1)
    agree(sae, f, f / names["W_dec"].norm(dim=1) @ names["W_dec"] + names["b_dec"])


class Harm:
    """What a pickle could run."""

    def __reduce__(self):
        return Path.touch, (Path("harm-was-done"),)


def test_nothing_in_a_pickle_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = dictionary_learning_folder(tmp_path, "AutoEncoder", {"bias": Harm()})
    with pytest.raises(ArtifactError, match="plain tensors were expected and nothing else is loaded") as error:
        read_dictionary_learning(folder)
    assert "\n" not in str(error.value)
    (folder / "ae.pt").write_bytes(pickle.dumps([1, 2], protocol=2))
    with pytest.raises(ArtifactError):
        read_dictionary_learning(folder)
    assert not (tmp_path / "harm-was-done").exists()


@pytest.mark.parametrize(
    ("kind", "tensors", "line"),
    [
        ("GatedAutoEncoder", linear(), "at decoder_bias, encoder.bias, gate_bias, mag_bias, r_mag"),
        ("IdentityDict", linear(), "dict_class 'IdentityDict' is not supported; expected AutoEncoder or"),
        ("AutoEncoder", linear(), re.escape("at bias; expected [(12,)], received [None]")),
        ("JumpReluAutoEncoder", linear(), "the matrix W_enc was expected; received: decoder.weight, encoder.bias"),
        ("BatchTopKSAE", linear(b_dec=rand(D), k=torch.tensor(K)), "at threshold"),
    ],
)
def test_what_dictionary_learning_classes_lack(kind, tensors, line, tmp_path):
    with pytest.raises(PolyheadError, match=line):
        read_dictionary_learning(dictionary_learning_folder(tmp_path, kind, tensors))
