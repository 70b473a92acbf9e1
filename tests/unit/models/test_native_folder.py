"""polyhead's own folders: the same bits back, and what is wrong is named."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import polyhead as ph
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.models.checkpoints.native_folder import CONFIG, load_native, save_native
from polyhead.models.native import NativeTransformer
from polyhead.models.tokenizer import EOS, train_tokenizer

Make = Callable[..., NativeTransformer]


@pytest.fixture
def folder(make_tiny_model: Make, tmp_path: Path) -> Path:
    model = make_tiny_model(positions="learned", normalization="LN", d_mlp=19, act_fn="solu_ln", has_bias=True)
    save_native(model, tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("positions", ["rotary", "learned", "shortformer", "none"])
def test_the_same_bits_come_back(positions: str, make_tiny_model: Make, tmp_path: Path) -> None:
    model = make_tiny_model(positions=positions, bos_token_id=5)
    save_native(model, tmp_path)
    loaded = ph.load_model(tmp_path)
    assert isinstance(loaded, NativeTransformer)
    assert loaded.native == model.native
    assert loaded.cfg == model.cfg
    assert loaded.tokenizer is None
    assert not loaded.training
    assert {k: v.tolist() for k, v in loaded.state_dict().items()} == {
        k: v.tolist() for k, v in model.state_dict().items()
    }
    tokens = torch.arange(17)[None]
    assert torch.equal(loaded(tokens), model(tokens))
    save_native(loaded, tmp_path / "again")
    for file in ("weights.safetensors", "config.json"):
        assert (tmp_path / "again" / file).read_bytes() == (tmp_path / file).read_bytes()


def test_the_tokenizer_comes_along(make_tiny_model: Make, tmp_path: Path) -> None:
    model = make_tiny_model()
    model.tokenizer = train_tokenizer(["def f():\n    return 1\n"], d_vocab=270)
    save_native(model, tmp_path)
    loaded = load_native(tmp_path).tokenizer
    assert (loaded.bos_token_id, loaded.eos_token_id) == (0, loaded.backend.token_to_id(EOS))
    assert loaded.encode("def g") == model.tokenizer.encode("def g")


def test_dtype_and_device(folder: Path) -> None:
    assert ph.load_model(folder).dtype == torch.float32
    for dtype in ("bfloat16", torch.bfloat16):
        model = ph.load_model(folder, dtype=dtype, device="cpu")
        assert model.dtype == torch.bfloat16
        assert model(torch.arange(5)[None]).dtype == torch.bfloat16
    with pytest.raises(PolyheadError, match="dtype 'float8'; known: float32"):
        ph.load_model(folder, dtype="float8")


def test_wrong_shapes_are_named(folder: Path) -> None:
    state = load_file(folder / "weights.safetensors")
    state["blocks.1.attn.W_O"] = torch.zeros(5, 6, 12)
    del state["ln_final.w"]
    state["extra"] = torch.zeros(2)
    save_file(state, folder / "weights.safetensors")
    with pytest.raises(ArtifactError, match=r"tensors that do not fit") as info:
        ph.load_model(folder)
    text = str(info.value)
    assert "blocks.1.attn.W_O (expected [5, 6, 13], received [5, 6, 12])" in text
    assert "ln_final.w (expected [13], received none)" in text
    assert "extra (expected none, received [2])" in text


@pytest.mark.parametrize("keep", [0, 7, 500, -1])
def test_damaged_weights(keep: int, folder: Path) -> None:
    path = folder / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ArtifactError, match=r"weights.safetensors is damaged") as info:
        ph.load_model(folder)
    assert "\n" not in str(info.value)


def test_configs_that_are_not_ours(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["native"]["d_heads"] = config["native"].pop("d_head")
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(PolyheadError, match=r"config.json: d_head: .*unknown key 'd_heads'; did you mean 'd_head'"):
        ph.load_model(folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(ArtifactError, match=r"config.json is not valid JSON"):
        ph.load_model(folder)
    (folder / "config.json").write_text("[]")
    with pytest.raises(ArtifactError, match=r"config.json.*object"):
        ph.load_model(folder)
    (folder / "config.json").unlink()
    with pytest.raises(PolyheadError, match=r"weights.safetensors with a .native. config"):
        ph.load_model(folder)


def test_folders_and_files_that_hold_no_model(tmp_path: Path) -> None:
    with pytest.raises(PolyheadError, match=r"holds no weights that are read: looked for model.safetensors"):
        ph.load_model(tmp_path)
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(PolyheadError, match=r"notes.txt: a model file ends in .gguf, .pth"):
        ph.load_model(tmp_path / "notes.txt")
    with pytest.raises(PolyheadError, match=r"absent does not exist"):
        ph.load_model(tmp_path / "absent")
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(ArtifactError, match=r"no config.json with a model_type"):
        ph.load_model(tmp_path)


@pytest.mark.parametrize("key", ["d_model", "n_heads", "d_head", "d_vocab", "n_ctx"])
@pytest.mark.parametrize("size", [2**40, 2**62, 2**63, 2**64 - 1])
def test_sizes_beyond_any_tensor_are_refused(make_tiny_model: Make, tmp_path: Path, key: str, size: int) -> None:
    save_native(make_tiny_model(), tmp_path)
    config = json.loads((tmp_path / CONFIG).read_text())
    config["native"][key] = size
    (tmp_path / CONFIG).write_text(json.dumps(config))
    with pytest.raises(ArtifactError, match=rf"{size}|shape|claims"):
        load_native(tmp_path)
