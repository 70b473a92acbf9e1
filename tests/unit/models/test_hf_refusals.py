"""Folders in transformers' layout that are not what they claim: one line that names what is wrong, or a warning."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.testing import assert_close
from transformers import LlamaConfig, LlamaForCausalLM

import polyhead as ph
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator

_TYPED = hasattr(LlamaConfig(), "rope_parameters")
"""Whether transformers checks the types of settings itself: from version 5."""

SIZES: dict[str, Any] = {
    "vocab_size": 30, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
    "intermediate_size": 14, "max_position_embeddings": 16,
}  # fmt: skip
IDS = torch.arange(8)[None]


@pytest.fixture
def hf() -> Any:
    model = LlamaForCausalLM(LlamaConfig(**SIZES)).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.normal_(0.0, 0.4, generator=generator(0, p.numel()))
    return model


@pytest.fixture
def folder(hf: Any, tmp_path: Path) -> Path:
    hf.save_pretrained(tmp_path)
    return tmp_path


def configure(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def rewrite(folder: Path, change: Callable[[dict[str, torch.Tensor]], Any]) -> None:
    state = load_file(folder / "model.safetensors")
    change(state)
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def refusal(folder: Path) -> str:
    with pytest.raises(PolyheadError) as info:
        ph.load_model(folder)
    assert "\n" not in str(info.value)
    assert len(str(info.value)) < 700
    return str(info.value)


QUANTISED: list[tuple[Any, str]] = [
    ({"quant_method": "gptq", "bits": 4}, "gptq"),
    ({"quant_method": "awq", "bits": 4}, "awq"),
    ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "bitsandbytes"),
    ({"quant_method": "fp8"}, "fp8"),
    ({"quant_method": "compressed-tensors", "config_groups": {}}, "compressed-tensors"),
    ({"quant_method": "of tomorrow"}, "of tomorrow"),
    ({"bits": 4}, "quantization_config without a quant_method"),
    ("yes", "quantization_config without a quant_method"),
]


@pytest.mark.parametrize(("quantization", "says"), QUANTISED)
def test_quantised_checkpoints_are_refused_with_what_to_do(quantization: Any, says: str, folder: Path) -> None:
    configure(folder, quantization_config=quantization)
    message = refusal(folder)
    assert says in message
    assert "unquantised checkpoint" in message


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int32, torch.float8_e4m3fn])
def test_weights_in_codes_are_refused_without_a_quantization_config(dtype: torch.dtype, folder: Path) -> None:
    name = "model.layers.1.mlp.up_proj.weight"
    rewrite(folder, lambda state: state.update({name: state[name].to(dtype)}))
    assert name in (message := refusal(folder))
    assert "quantised" in message


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("num_hidden_layers", 1_000_000, "1,000,000 layers"),
        ("num_hidden_layers", 3, "3 layers"),
        ("num_hidden_layers", 0, "num_hidden_layers is 0"),
        ("num_hidden_layers", "2", "num_hidden_layers"),
        ("num_hidden_layers", True, "num_hidden_layers"),
        ("vocab_size", 10**12, "embed_tokens.weight (expected [1000000000000, 12], got [30, 12])"),
        ("vocab_size", -30, "vocab_size is -30"),
        ("intermediate_size", 10**11, "mlp.gate_proj.weight (expected [100000000000, 12], got [14, 12])"),
        ("num_attention_heads", 4, "q_proj.weight"),
        ("num_key_value_heads", 3, "2 query heads cannot share 3 key heads"),
        ("num_key_value_heads", 0, "num_key_value_heads is 0"),
        ("max_position_embeddings", 0, "max_position_embeddings is 0"),
        ("hidden_act", "swish-of-tomorrow", "hidden_act is 'swish-of-tomorrow'"),
        ("hidden_act", [], "hidden_act"),
        ("rope_parameters", {"rope_type": "of tomorrow", "rope_theta": 1e4}, "of tomorrow"),
        ("rope_parameters", {"rope_type": ["default"], "rope_theta": 1e4}, "config"),
        ("rope_parameters", {"rope_type": "default", "rope_theta": "ten thousand"}, "config"),
        ("rms_norm_eps", "1e-6", "rms_norm_eps"),
        ("rms_norm_eps", -1e9, "not finite in float32"),
        ("rope_parameters", {"rope_type": "default", "rope_theta": -1}, "rope_theta is -1; expected a positive number"),
        ("rope_parameters", {"rope_type": "default", "rope_theta": 0}, "rope_theta is 0; expected a positive number"),
        ("sliding_window", 0, "sliding_window is 0; expected a whole number of at least 1"),
        ("sliding_window", "4", "sliding_window is '4'; expected a whole number of at least 1"),
        ("attn_logit_softcapping", "30", "attn_logit_softcapping is '30'; expected a positive number"),
        ("query_pre_attn_scalar", -1, "query_pre_attn_scalar is -1; expected a positive number"),
        ("model_type", 7, "model_type is 7"),
        ("model_type", ["llama"], "model_type is ['llama']"),
    ],
)
def test_values_that_make_no_model(key: str, value: Any, says: str, folder: Path) -> None:
    configure(folder, **{key: value})
    if key == "rope_parameters" and not _TYPED and value["rope_type"] != "default":
        pytest.skip("transformers 4 has no such key and passes over it")
    assert (says if says != "rms_norm_eps" or _TYPED else "a setting of another type") in refusal(folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_named(value: float, folder: Path) -> None:
    name = "model.layers.0.self_attn.k_proj.weight"
    rewrite(folder, lambda state: state[name][3, 2:4].fill_(value))
    assert f"2 of the 72 values of {name} are NaN or infinite" in refusal(folder)


def test_biases_and_layers_that_config_leaves_out_are_refused(folder: Path) -> None:
    """The model that would run is not the one that was trained."""
    configure(folder, num_hidden_layers=1)
    assert "model.layers.1.input_layernorm.weight" in refusal(folder)
    configure(folder, num_hidden_layers=2)
    rewrite(folder, lambda state: state.update({"model.layers.0.self_attn.q_proj.bias": torch.ones(12)}))
    assert "model.layers.0.self_attn.q_proj.bias" in refusal(folder)


def test_tensors_beside_the_language_model_are_named_once_and_recorded(
    folder: Path, hf: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    names = [f"extra_{i}.weight" for i in range(6)]
    rewrite(folder, lambda state: state.update({name: torch.ones(2) for name in names}))
    model = ph.load_model(folder)
    lines = [line for line in capfd.readouterr().err.splitlines() if line]
    assert len(lines) == 1
    assert "6 tensors are not part of the language model and are not used: extra_0.weight" in lines[0]
    assert model.cfg.unused_tensors == tuple(names)
    with torch.no_grad():
        assert_close(model(IDS), hf(IDS).logits)


def test_labels_of_other_heads_are_not_counted_out(folder: Path, hf: Any) -> None:
    """transformers would make a table of as many names."""
    configure(folder, num_labels=10**12)
    with torch.no_grad():
        assert_close(ph.load_model(folder)(IDS), hf(IDS).logits)


def test_masks_and_frequencies_that_earlier_versions_saved_say_nothing(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    old = {"model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(3)}
    rewrite(folder, lambda state: state.update(old))
    assert ph.load_model(folder).cfg.unused_tensors == ()
    assert capfd.readouterr().err == ""


def test_a_byte_order_mark_and_a_path_without_a_name(folder: Path, hf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "config.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    monkeypatch.chdir(folder)
    for dot in (".", "./", Path(".")):
        model = ph.load_model(dot)
        assert model.cfg.name == folder.name
    with torch.no_grad():
        assert_close(model(IDS), hf(IDS).logits)


INDEXES: list[tuple[Any, str]] = [
    ([], "object"),
    ({}, "weight_map"),
    ({"weight_map": {}}, "weight_map"),
    ({"weight_map": {"a": 1}}, "weight_map"),
    ({"weight_map": {"a": "../elsewhere.safetensors"}}, "own folder"),
    ({"weight_map": {"a": "/etc/passwd"}}, "own folder"),
    ({"weight_map": {"a": "config.json"}}, "own folder"),
    ({"weight_map": {"a": "absent.safetensors"}}, "fetch the missing shard"),
]


@pytest.mark.parametrize(("index", "says"), INDEXES)
def test_an_index_names_shards_of_its_own_folder(index: Any, says: str, folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "shard.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert says in refusal(folder)


def test_a_shard_that_lacks_tensors_is_named_by_them(hf: Any, tmp_path: Path) -> None:
    hf.save_pretrained(tmp_path, max_shard_size="4KB")
    shards = sorted(tmp_path.glob("model-*.safetensors"))
    save_file({"nothing": torch.ones(1)}, shards[-1], metadata={"format": "pt"})
    assert "without values" in refusal(tmp_path)
