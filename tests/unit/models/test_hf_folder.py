"""Folders in transformers' layout: which weights are taken, and what is refused without running anything."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.testing import assert_close
from transformers import GPT2Config, GPT2LMHeadModel

import polyhead as ph
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.rng import generator
from polyhead.models.tokenizer import train_tokenizer


@pytest.fixture
def hf() -> Any:
    model = GPT2LMHeadModel(GPT2Config(n_layer=2, n_embd=8, n_head=2, vocab_size=30, n_positions=8)).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.normal_(0.0, 0.4, generator=generator(0, p.numel()))
    return model


@pytest.fixture
def folder(hf: Any, tmp_path: Path) -> Path:
    hf.save_pretrained(tmp_path)
    return tmp_path


@pytest.fixture
def pickled(hf: Any, folder: Path) -> Path:
    """The same with pytorch_model.bin."""
    torch.save(hf.state_dict(), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder


IDS = torch.arange(8)[None]


def check_logits(folder: Path, hf: Any) -> None:
    model = ph.load_model(folder)
    with torch.no_grad():
        assert_close(model(IDS), hf(IDS).logits)
    assert model.cfg.name == folder.name


def test_safetensors(folder: Path, hf: Any) -> None:
    check_logits(folder, hf)


def test_bin_through_weights_only_loading(pickled: Path, hf: Any) -> None:
    check_logits(pickled, hf)


def test_shards(hf: Any, tmp_path: Path) -> None:
    hf.save_pretrained(tmp_path, max_shard_size="2KB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 1
    check_logits(tmp_path, hf)


def test_safetensors_come_before_bin(folder: Path, hf: Any) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"not even a pickle")
    check_logits(folder, hf)


def test_dtype(folder: Path, hf: Any) -> None:
    hf.half().save_pretrained(folder)
    assert ph.load_model(folder).dtype == torch.float32, "float32 however it is stored"
    assert ph.load_model(folder, dtype="bfloat16").dtype == torch.bfloat16


def test_its_tokenizer(folder: Path) -> None:
    assert ph.load_model(folder).tokenizer is None
    train_tokenizer(["words"], d_vocab=300).backend.save(str(folder / "tokenizer.json"))
    assert ph.load_model(folder).tokenizer.tokens([0]) == ["<|bos|>"]


class _Malicious:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_that_runs_code_is_refused_and_does_not_run(pickled: Path) -> None:
    trace = pickled / "executed"
    torch.save({"transformer.wte.weight": _Malicious(trace)}, pickled / "pytorch_model.bin")
    with pytest.raises(ArtifactError, match=r"more than tensors.*nothing in it was run") as info:
        ph.load_model(pickled)
    assert "\n" not in str(info.value)
    assert "weights_only" not in str(info.value)
    assert not trace.exists()


def test_code_beside_the_weights_is_not_run(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "novel", "auto_map": {"AutoConfig": "novel.Novel", "AutoModelForCausalLM": "novel.Novel"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "novel.py").write_text(f"import os; os.mkdir({str(folder / 'executed')!r})")
    with pytest.raises(PolyheadError, match=r"'novel'.*not supported") as info:
        ph.load_model(folder)
    assert "\n" not in str(info.value)
    assert not (folder / "executed").exists()


def test_code_beside_a_known_family_is_not_run(folder: Path, hf: Any) -> None:
    """As with Phi-3, whose repositories carry code for older versions of transformers."""
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "novel.Novel", "AutoModelForCausalLM": "novel.Novel"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "novel.py").write_text(f"import os; os.mkdir({str(folder / 'executed')!r})")
    check_logits(folder, hf)
    assert not (folder / "executed").exists()


def test_a_config_transformers_cannot_read(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "gpt2", "n_layer": "many"}))
    with pytest.raises(ArtifactError, match=r"config\.json.*n_layer") as info:
        ph.load_model(folder)
    assert "\n" not in str(info.value)


def test_model_types_without_a_causal_language_model(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "vit"}))
    with pytest.raises(
        PolyheadError,
        match=r"models of type 'vit' are not supported: the installed transformers has no causal language model",
    ):
        ph.load_model(folder)


@pytest.mark.parametrize("keep", [0, 30, -4])
@pytest.mark.parametrize("kind", ["folder", "pickled"])
def test_damaged_weights(kind: str, keep: int, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(kind)
    path = folder / ("model.safetensors" if kind == "folder" else "pytorch_model.bin")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ArtifactError, match=r"damaged") as info:
        ph.load_model(folder)
    assert "\n" not in str(info.value)
    assert str(folder) in str(info.value)


def test_weights_that_leave_something_without_values(folder: Path) -> None:
    state = load_file(folder / "model.safetensors")
    del state["transformer.h.1.attn.c_attn.weight"]
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ArtifactError, match=r"leave 1 tensors without values: transformer.h.1.attn.c_attn.weight"):
        ph.load_model(folder)


def test_weights_of_other_shapes(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "n_positions": 9}))
    with pytest.raises(ArtifactError, match=r"wpe.weight|do not fit config.json") as info:
        ph.load_model(folder)
    assert "\n" not in str(info.value)
