"""circuit-tracer folders: synthetic ones with exactly its keys, read, computed with and written back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file
from torch import Tensor

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries import load_dictionary, save_dictionary
from polyhead.dictionaries.activation import BatchTopK, JumpReLU, TopK
from polyhead.dictionaries.cross_layer_transcoder import CrossLayerTranscoder, reached
from polyhead.dictionaries.spanning import SpanningConfig
from polyhead.interop.circuit_tracer import load_circuit_tracer
from polyhead.interop.circuit_tracer_export import save_circuit_tracer

L, F, D = 3, 7, 5
HOOKS = {"feature_input_hook": "hook_resid_mid", "feature_output_hook": "hook_mlp_out"}


def write_clt(folder: Path, *, jumprelu: bool = True, dtype: torch.dtype = torch.float32) -> None:
    g = generator(0, "foreign")
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(L):
        enc = {
            f"W_enc_{i}": torch.randn(F, D, generator=g),
            f"b_enc_{i}": torch.randn(F, generator=g),
            f"b_dec_{i}": torch.randn(D, generator=g),
        }
        if jumprelu:
            enc[f"threshold_{i}"] = torch.rand(F, generator=g)
        save_file({k: v.to(dtype) for k, v in enc.items()}, folder / f"W_enc_{i}.safetensors")
        W_dec = torch.randn(F, L - i, D, generator=g)
        save_file({f"W_dec_{i}": W_dec.to(dtype)}, folder / f"W_dec_{i}.safetensors")
    config = {"model_name": "somebody/model", "model_kind": "cross_layer_transcoder", "scan": "here", **HOOKS}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))


def write_set(folder: Path, *, kind: str = "jumprelu") -> None:
    g = generator(1, "foreign")
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(L):
        tensors = {
            "W_enc": torch.randn(F, D, generator=g),
            "W_dec": torch.randn(F, D, generator=g),
            "b_enc": torch.randn(F, generator=g),
            "b_dec": torch.randn(D, generator=g),
        }
        if kind == "jumprelu":
            tensors["activation_function.threshold"] = torch.rand(F, generator=g)
        if kind == "topk":
            tensors["k"] = torch.tensor(2)
        save_file(tensors, folder / f"layer_{i}.safetensors")
    config: dict[str, Any] = {"model_name": "m", "model_kind": "transcoder_set", **HOOKS}
    config |= {"activation": "topk", "k": 2} if kind == "topk" else {}
    config |= {"activation": "relu"} if kind == "relu" else {}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))


def tensors_of(folder: Path) -> dict[str, dict[str, Tensor]]:
    return {path.name: load_file(path) for path in sorted(folder.glob("*.safetensors"))}


def same(a: Path, b: Path) -> None:
    there, here = tensors_of(a), tensors_of(b)
    assert there.keys() == here.keys()
    for name, tensors in there.items():
        assert tensors.keys() == here[name].keys(), name
        for key, value in tensors.items():
            if "threshold" in key:  # kept as a logarithm
                torch.testing.assert_close(here[name][key], value, rtol=1e-6, atol=0, msg=f"{name} {key}")
            else:
                assert torch.equal(here[name][key], value), f"{name} {key}"


@pytest.mark.parametrize("jumprelu", [True, False])
def test_a_cross_layer_transcoder_goes_round(tmp_path: Path, jumprelu: bool):
    write_clt(tmp_path / "theirs", jumprelu=jumprelu)
    transcoder, model_name, scan, _ = load_circuit_tracer(tmp_path / "theirs")
    assert (model_name, scan) == ("somebody/model", "here")
    save_circuit_tracer(transcoder, tmp_path / "ours", model_name=model_name, scan="here")
    same(tmp_path / "theirs", tmp_path / "ours")
    theirs, ours = (yaml.safe_load((tmp_path / who / "config.yaml").read_text()) for who in ("theirs", "ours"))
    assert theirs | {"feature_output_hook": "mlp.hook_out"} == ours  # the same tensor in every model


@pytest.mark.parametrize("kind", ["jumprelu", "relu", "topk"])
def test_a_transcoder_set_goes_round(tmp_path: Path, kind: str):
    write_set(tmp_path / "theirs", kind=kind)
    transcoder = load_circuit_tracer(tmp_path / "theirs").transcoder
    assert transcoder.cfg.writes == ((0,), (1,), (2,))
    save_circuit_tracer(transcoder, tmp_path / "ours", model_name="m")
    same(tmp_path / "theirs", tmp_path / "ours")
    theirs, ours = (yaml.safe_load((tmp_path / who / "config.yaml").read_text()) for who in ("theirs", "ours"))
    assert theirs | {"feature_output_hook": "mlp.hook_out"} == ours  # the same tensor in every model


def test_what_is_read_computes_what_the_format_means(tmp_path: Path):
    write_clt(tmp_path / "clt")
    transcoder = load_circuit_tracer(tmp_path / "clt").transcoder
    x = torch.randn(2, 4, L, D, generator=generator(2, "x"))
    files, features = tensors_of(tmp_path / "clt"), []
    for i in range(L):
        enc = files[f"W_enc_{i}.safetensors"]
        pre = torch.einsum("bpd,fd->bpf", x[:, :, i], enc[f"W_enc_{i}"]) + enc[f"b_enc_{i}"]
        features.append(pre * (pre > enc[f"threshold_{i}"]))
    expected = []
    for out in range(L):
        y = files[f"W_enc_{out}.safetensors"][f"b_dec_{out}"].expand(2, 4, D)
        for i in range(out + 1):
            y = y + features[i] @ files[f"W_dec_{i}.safetensors"][f"W_dec_{i}"][:, out - i]
        expected.append(y)
    batch = {"x": x.flatten(2), "target": torch.zeros(2, 4, L * D)}
    torch.testing.assert_close(transcoder.reconstruct(batch), torch.cat(expected, -1))
    torch.testing.assert_close(transcoder.activations(batch["x"]), torch.cat(features, -1))
    save_dictionary(transcoder, tmp_path / "saved")
    assert torch.equal(load_dictionary(tmp_path / "saved").reconstruct(batch), transcoder.reconstruct(batch))


def test_ours_is_the_same_function_once_written_and_read(tmp_path: Path):
    cfg = SpanningConfig(
        d_model=D,
        n_latents=F,
        activation=JumpReLU(threshold=0.2),
        sources=tuple(f"blocks.{i}.ln2.hook_normalized" for i in range(L)),
        targets=tuple(f"blocks.{i}.hook_mlp_out" for i in range(L)),
        writes=reached(L, "later"),
    )
    ours = CrossLayerTranscoder(cfg, generator=generator(3, "ours"))
    ours.input_scale.copy_(torch.tensor([0.5, 2.0, 3.0]))
    ours.target_scale.copy_(torch.tensor([1.5, 0.3, 4.0]))
    save_circuit_tracer(ours, tmp_path / "ours", model_name="mine")
    back = load_circuit_tracer(tmp_path / "ours").transcoder
    batch = {"x": torch.randn(2, 4, L * D, generator=generator(4, "x")), "target": torch.zeros(2, 4, L * D)}
    torch.testing.assert_close(back.reconstruct(batch), ours.reconstruct(batch))
    assert back.cfg.sources == ours.cfg.sources


def test_half_precision_is_read_as_float32(tmp_path: Path):
    write_clt(tmp_path, dtype=torch.bfloat16)
    assert load_circuit_tracer(tmp_path).transcoder.W_enc[0].dtype == torch.float32


def _config(folder: Path, **changes: Any) -> None:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes))


def _replace(folder: Path, name: str, **tensors: Tensor) -> None:
    save_file({**load_file(folder / name), **tensors}, folder / name)


def _cut(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])


CLT_FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no config": (lambda f: (f / "config.yaml").unlink(), "config.yaml is missing"),
    "no yaml": (lambda f: (f / "config.yaml").write_text("a: [1,"), "YAML was expected"),
    "object": (lambda f: (f / "config.yaml").write_text("!!python/object/apply:os.getcwd []"), "YAML was expected"),
    "kind": (lambda f: _config(f, model_kind="crosscoder"), "model_kind must be .*received 'crosscoder'"),
    "hook": (
        lambda f: _config(f, feature_input_hook="hook_resid_middle"),
        "no site that is known; did you mean 'hook_resid_mid",
    ),
    "gap": (lambda f: (f / "W_enc_1.safetensors").unlink(), "W_enc_1.safetensors is missing"),
    "no decoder": (lambda f: (f / "W_dec_2.safetensors").unlink(), "W_dec_2.safetensors is missing"),
    "cut": (lambda f: _cut(f, "W_dec_1.safetensors"), "W_dec_1.safetensors is not a whole safetensors file"),
    "key": (
        lambda f: save_file({"W_enc": torch.zeros(F, D)}, f / "W_enc_0.safetensors"),
        "W_enc_0, b_enc_0, b_dec_0 expected",
    ),
    "width": (
        lambda f: _replace(f, "W_enc_1.safetensors", W_enc_1=torch.zeros(F, D + 1)),
        r"W_enc of layer 1 must be \[7, 5\], received \[7, 6\]",
    ),
    "reach": (
        lambda f: _replace(f, "W_dec_1.safetensors", W_dec_1=torch.zeros(F, 3, D)),
        r"W_dec of layer 1 must be \[7, 2, 5\]",
    ),
    "skip": (lambda f: _replace(f, "W_enc_1.safetensors", W_skip_1=torch.zeros(D, D)), "W_skip_1 is no tensor that"),
    "below 0": (lambda f: _replace(f, "W_enc_1.safetensors", threshold_1=-torch.ones(F)), "thresholds below 0"),
}


@pytest.mark.parametrize("fault", CLT_FAULTS)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, fault: str):
    write_clt(tmp_path)
    break_it, said = CLT_FAULTS[fault]
    break_it(tmp_path)
    with pytest.raises(ArtifactError, match=said) as error:
        load_circuit_tracer(tmp_path)
    assert "\n" not in str(error.value)


def test_a_set_elsewhere_or_without_its_k_is_refused(tmp_path: Path):
    write_set(tmp_path, kind="topk")
    _config(tmp_path, k=None)
    with pytest.raises(ArtifactError, match="topk needs k"):
        load_circuit_tracer(tmp_path)
    assert load_circuit_tracer(tmp_path, k=2).transcoder.cfg.activation == TopK(k=2)
    _config(tmp_path, transcoders=["https://somewhere/layer_0.npz"])
    with pytest.raises(ArtifactError, match=r"no address that is read; expected hf://OWNER/REPO/PATH"):
        load_circuit_tracer(tmp_path)
    _config(tmp_path, transcoders=[])
    with pytest.raises(ArtifactError, match="names no transcoder"):
        load_circuit_tracer(tmp_path)


def test_what_the_format_cannot_say_is_not_written(tmp_path: Path):
    def transcoder(layers: tuple[int, ...], activation: Any, reach: Any = "later") -> CrossLayerTranscoder:
        return CrossLayerTranscoder(
            SpanningConfig(
                d_model=D,
                n_latents=F,
                activation=activation,
                sources=tuple(f"blocks.{i}.hook_resid_mid" for i in layers),
                targets=tuple(f"blocks.{i}.hook_mlp_out" for i in layers),
                writes=reached(len(layers), reach),
            )
        )

    with pytest.raises(PolyheadError, match=r"from 0 without gaps; this transcoder explains layers \[1, 3\]"):
        save_circuit_tracer(transcoder((1, 3), JumpReLU()), tmp_path, model_name="m")
    with pytest.raises(PolyheadError, match="no topk for a cross_layer_transcoder"):
        save_circuit_tracer(transcoder((0, 1), TopK(k=2)), tmp_path, model_name="m")
    with pytest.raises(PolyheadError, match="no batchtopk for a transcoder_set"):
        save_circuit_tracer(transcoder((0, 1), BatchTopK(k=2), "own"), tmp_path, model_name="m")
