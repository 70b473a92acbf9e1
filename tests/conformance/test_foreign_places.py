"""Dictionaries at the places that other programs name: imported with a model, spliced, and traced in graphs."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny_hf
import torch
from safetensors.torch import save_file
from torch import Tensor

from polyhead.activations.harvest import harvest_batch
from polyhead.core.artifact import load_artifact
from polyhead.core.errors import PolyheadError
from polyhead.core.reading import Reading
from polyhead.core.rng import generator
from polyhead.dictionaries import load_dictionary
from polyhead.dictionaries.encoder import unpack
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.frozen import freeze
from polyhead.graphs.loaded import load_with_reading
from polyhead.graphs.verification import verify
from polyhead.interop import opening
from polyhead.interventions.splice import target_hooks
from polyhead.models.hf import HFModel
from polyhead.runs.dictionaries import run_import

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "graphs"))

from tiny_graphs import prompt, worst_sum  # pyright: ignore[reportMissingImports]

N = 24


@pytest.fixture(autouse=True)
def _tiny_models(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(opening, "load_model", tiny_hf.make)
    with torch.no_grad():
        yield


def rand(*shape: int) -> Tensor:
    return torch.randn(shape, generator=generator(0, "foreign", *shape))


def sae(folder: Path, hook: str, d: int, *, loading: dict[str, bool] | None = None, **cfg: Any) -> dict[str, Tensor]:
    """An SAELens folder, trained with the model loaded as `loading` says."""
    folder.mkdir()
    tensors = {"W_enc": rand(d, N), "b_enc": rand(N), "W_dec": rand(N, d), "b_dec": rand(d)}
    save_file(tensors, folder / "sae_weights.safetensors")
    says = {"sae_lens_version": "6.54.12", "hook_name": hook, "model_from_pretrained_kwargs": loading or {}}
    plain = {"architecture": "standard", "d_in": d, "d_sae": N, "apply_b_dec_to_input": False, "metadata": says, **cfg}
    (folder / "cfg.json").write_text(json.dumps(plain))
    return tensors


def fed(model: HFModel, out: Path) -> tuple[Any, dict[str, Tensor]]:
    """The imported dictionary, and a batch of what its manifest says it reads."""
    reading = Reading.parse(load_artifact(out).provenance["reading"])
    return load_dictionary(out), harvest_batch(model, tiny_hf.tokens(9), reading)


def test_an_sae_of_z_has_head_loadings_when_its_model_is_given(tmp_path: Path) -> None:
    sae(tmp_path / "z", "blocks.1.attn.hook_z", 60)
    run_import(tmp_path / "z", tmp_path / "out", model="llama-gqa")
    shares = load_dictionary(tmp_path / "out").head_loadings()
    assert shares.shape == (N, 6)
    torch.testing.assert_close(shares.sum(-1), torch.ones(N))
    run_import(tmp_path / "z", tmp_path / "without")
    assert load_dictionary(tmp_path / "without").head_loadings() is None


def test_an_sae_of_llamascopium_with_its_model(tmp_path: Path) -> None:
    config = {
        "sae_type": "sae",
        "d_model": 18,
        "expansion_factor": 2.0,
        "act_fn": "relu",
        "norm_activation": "inference",
    }
    config |= {"hook_point_in": "blocks.1.hook_attn_out", "hook_point_out": "blocks.1.hook_attn_out"}
    (tmp_path / "sae").mkdir()
    (tmp_path / "sae" / "config.json").write_text(json.dumps(config))
    tensors = {"W_E": rand(18, 36), "b_E": rand(36), "W_D": rand(36, 18), "b_D": rand(18)}
    save_file(tensors, tmp_path / "sae" / "sae_weights.safetensors")
    said = run_import(tmp_path / "sae", tmp_path / "out", model="gemma2")
    assert said["target"] == "blocks.1.ln1_post.hook_normalized"
    with pytest.raises(PolyheadError, match="is centred or not"):
        run_import(tmp_path / "sae", tmp_path / "out", model="gpt2")


def test_values_of_key_heads_under_shared_heads(tmp_path: Path) -> None:
    """Other programs have one value per key head."""
    model = tiny_hf.make("llama-gqa")
    sae(tmp_path / "v", "blocks.1.attn.hook_v", 20)
    run_import(tmp_path / "v", tmp_path / "out", model="llama-gqa")
    _, batch = fed(model, tmp_path / "out")
    v = model.run_with_cache(tiny_hf.tokens(9), ["blocks.1.attn.hook_v"])[1]["blocks.1.attn.hook_v"]
    assert torch.equal(batch["x"], v[:, :, [0, 3]].flatten(2))


@pytest.mark.parametrize("subtract", [True, False])
def test_value_biases_that_were_folded_away(subtract: bool, tmp_path: Path) -> None:
    model = tiny_hf.make("gpt2")
    folded = {"fold_value_biases": True}
    t = sae(tmp_path / "z", "blocks.1.attn.hook_z", 35, loading=folded, apply_b_dec_to_input=subtract)
    run_import(tmp_path / "z", tmp_path / "out", model="gpt2")
    ours, batch = fed(model, tmp_path / "out")
    x = batch["x"] - model.b_V[1].flatten()  # rows of a pattern sum to 1
    f = ((x - subtract * t["b_dec"]) @ t["W_enc"] + t["b_enc"]).relu()
    torch.testing.assert_close(unpack(ours.codes(batch)), f, rtol=1e-4, atol=1e-4)
    y = f @ t["W_dec"] + t["b_dec"] + model.b_V[1].flatten()
    torch.testing.assert_close(ours.reconstruct(batch), y, rtol=1e-4, atol=1e-4)
    run_import(tmp_path / "z", tmp_path / "without")
    with pytest.raises(PolyheadError, match="no value biases; gpt2 has value biases"):
        load_with_reading(tmp_path / "without").assumes.check(model.norm_facts, dictionary="d", name="gpt2")


def test_streams_of_centred_models(tmp_path: Path) -> None:
    """The mean is taken off first and put back last; under RMSNorm nothing is centred."""
    for name, centred in (("gpt2", True), ("llama-gqa", False)):
        model = tiny_hf.make(name)
        d, folder = model.cfg.d_model, tmp_path / name
        t = sae(folder, "blocks.1.hook_resid_pre", d, loading={"center_writing_weights": True})
        run_import(folder, tmp_path / f"{name}-out", model=name)
        ours, batch = fed(model, tmp_path / f"{name}-out")
        mean = batch["x"].mean(-1, keepdim=True) * centred
        f = ((batch["x"] - mean) @ t["W_enc"] + t["b_enc"]).relu()
        torch.testing.assert_close(unpack(ours.codes(batch)), f, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(ours.reconstruct(batch), f @ t["W_dec"] + t["b_dec"] + mean, rtol=1e-4, atol=1e-4)


def test_site_and_layer_in_place_of_what_a_folder_says(tmp_path: Path) -> None:
    sae(tmp_path / "a", "blocks.1.hook_attn_out", 18)
    said = run_import(tmp_path / "a", tmp_path / "out", model="gemma2")
    assert said["target"] == "blocks.1.ln1_post.hook_normalized"
    said = run_import(tmp_path / "a", tmp_path / "out", site="hook_attn_out", layer=2)
    assert said["target"] == "blocks.2.hook_attn_out"
    said = run_import(tmp_path / "a", tmp_path / "out", site="blocks.0.hook_mlp_out")
    assert said["target"] == "blocks.0.hook_mlp_out"
    with pytest.raises(PolyheadError, match=r"--site blocks.0.hook_mlp_out is of layer 0, --layers is 2"):
        run_import(tmp_path / "a", tmp_path / "out", site="blocks.0.hook_mlp_out", layer=2)
    with pytest.raises(PolyheadError, match="unknown site"):
        run_import(tmp_path / "a", tmp_path / "out", site="hook_attention")
    with pytest.raises(PolyheadError, match=r"reads 18 numbers per token; .* of gpt2 is 35 wide"):
        run_import(tmp_path / "a", tmp_path / "out", model="gpt2")
    with pytest.raises(PolyheadError, match="layers 0 to 2"):
        run_import(tmp_path / "a", tmp_path / "out", model="llama-gqa", layer=7)


def transcoders(folder: Path, d: int, hooks: tuple[str, str]) -> None:
    folder.mkdir()
    for i in range(tiny_hf.N_LAYERS):
        tensors = {"W_enc": rand(N + i, d)[:N], "b_enc": rand(N), "W_dec": rand(N, d + i)[:, :d].contiguous()}
        save_file({**tensors, "b_dec": rand(d)}, folder / f"layer_{i}.safetensors")
    says = f"model_kind: transcoder_set\nfeature_input_hook: {hooks[0]}\nfeature_output_hook: {hooks[1]}\n"
    (folder / "config.yaml").write_text(says)


@pytest.mark.parametrize("family", ["gemma2", "gemma3_text", "llama-gqa", "qwen3"])
def test_transcoders_of_their_hooks_in_splices_and_graphs(family: str, tmp_path: Path) -> None:
    """`ln2.hook_normalized` to `hook_mlp_out`, as circuit-tracer's set for Gemma 2 has it."""
    model = tiny_hf.make(family)
    transcoders(tmp_path / "set", model.cfg.d_model, ("ln2.hook_normalized", "hook_mlp_out"))
    said = run_import(tmp_path / "set", tmp_path / "out", model=family)
    last = "ln2_post.hook_normalized" if "gemma" in family else "hook_mlp_out"
    assert said["reads"] == " + ".join(f"blocks.{i}.ln2.hook_pre_gain" for i in range(3))
    assert said["target"] == " + ".join(f"blocks.{i}.{last}" for i in range(3))
    ours, batch = fed(model, tmp_path / "out")
    hooks = target_hooks(
        Reading.parse(load_artifact(tmp_path / "out").provenance["reading"]).targets,
        ours.reconstruct(batch),
        torch.ones(2, 9, dtype=torch.bool),
        n_heads=model.cfg.n_heads,
    )
    added, mid, post = (f"blocks.2.{n}" for n in (last, "hook_resid_mid", "hook_resid_post"))
    _, cache = model.run_with_cache(tiny_hf.tokens(9), [added, mid, post], hooks=hooks)
    torch.testing.assert_close(cache[post], cache[mid] + cache[added], rtol=1e-4, atol=1e-4)
    one = load_with_reading(tmp_path / "out")
    tokens = prompt(7, vocab=model.cfg.d_vocab)
    graph = build_graph(model, [one], tokens, GraphConfig(max_query_nodes=4))
    assert worst_sum(graph) < 3e-5
    record = verify(model, [one], graph, 6, generator(0, "verify"))
    assert record.worst_frozen_error < 1e-4


def test_a_graph_refuses_what_was_imported_for_another_kind_of_model(tmp_path: Path) -> None:
    transcoders(tmp_path / "set", 18, ("ln2.hook_normalized", "hook_mlp_out"))
    run_import(tmp_path / "set", tmp_path / "out")
    model = tiny_hf.make("gemma2")
    with pytest.raises(PolyheadError, match=r"was imported for a model with norms before .*--model"):
        freeze(model, [load_with_reading(tmp_path / "out")], prompt(7, vocab=model.cfg.d_vocab))
