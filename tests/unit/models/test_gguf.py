"""GGUF files, written here with the gguf package from transformers' own models."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import tokenizers
import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter
from torch.testing import assert_close
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

import polyhead as ph
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.rng import generator
from polyhead.core.special_tokens import SpecialTokens
from polyhead.models.checkpoints.gguf_file import _fields
from polyhead.models.checkpoints.gguf_tokenizer import read_gguf_tokenizer
from polyhead.models.checkpoints.tokenizer_files import read_tokenizer
from polyhead.models.tokenizer import Tokenizer, train_tokenizer

SIZES: dict[str, Any] = {
    "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "vocab_size": 300, "max_position_embeddings": 16, "rms_norm_eps": 1e-5,
}  # fmt: skip
"""Rows are multiples of 32, the length of a block of Q8_0 and Q4_1."""
OUTSIDE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
INSIDE = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip
TEXT = "The quick brown fox.\n\tdef f(x):\n        return x + 1  # naïve — 日本\n"


def make_hf(kind: str = "llama", *, tied: bool = False) -> Any:
    classes = {"llama": (LlamaConfig, LlamaForCausalLM), "qwen2": (Qwen2Config, Qwen2ForCausalLM)}
    config, model = classes[kind]
    hf, g = model(config(**SIZES, tie_word_embeddings=tied)).eval(), generator(0, kind)
    with torch.no_grad():
        for name, p in hf.named_parameters():
            p.normal_(1.0 if name.endswith("norm.weight") else 0.0, 0.2, generator=g)
    return hf


def to_ggml(kind: str, name: str, value: torch.Tensor) -> tuple[str, np.ndarray]:
    """The name and rows of a tensor as llama.cpp's converter writes them."""
    stem, _, last = name.rpartition(".")
    if kind == "llama" and stem.endswith(("q_proj", "k_proj")):
        n_heads = 4 if stem.endswith("q_proj") else 2
        value = value.view(n_heads, 2, -1, value.shape[1]).transpose(1, 2).reshape(value.shape)
    if stem in OUTSIDE:
        return f"{OUTSIDE[stem]}.{last}", value.numpy()
    _, _, layer, rest = stem.split(".", 3)
    return f"blk.{layer}.{INSIDE[rest]}.{last}", value.numpy()


def write_gguf(
    hf: Any,
    path: Path,
    *,
    kind: str = "llama",
    quantization: GGMLQuantizationType = GGMLQuantizationType.F32,
    describe: Callable[[GGUFWriter], None] | None = None,
    change: Callable[[dict[str, np.ndarray]], None] | None = None,
) -> Path:
    writer = GGUFWriter(path, kind)
    writer.add_context_length(SIZES["max_position_embeddings"])
    writer.add_embedding_length(SIZES["hidden_size"])
    writer.add_block_count(SIZES["num_hidden_layers"])
    writer.add_feed_forward_length(SIZES["intermediate_size"])
    writer.add_head_count(SIZES["num_attention_heads"])
    writer.add_head_count_kv(SIZES["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(SIZES["rms_norm_eps"])
    (describe or describe_bytes)(writer)
    state = {
        k: v for k, v in hf.state_dict().items() if not (k.startswith("lm_head") and hf.config.tie_word_embeddings)
    }
    tensors = dict(to_ggml(kind, k, v.float()) for k, v in state.items())
    if change is not None:
        change(tensors)
    for name, value in tensors.items():
        if value.ndim == 1 or quantization == GGMLQuantizationType.F32:
            writer.add_tensor(name, np.ascontiguousarray(value))
        else:
            writer.add_tensor(name, gguf.quants.quantize(value, quantization), raw_dtype=quantization)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def describe_bytes(writer: GGUFWriter) -> None:
    """Metadata of a byte-level BPE that was trained here."""
    describe_bpe(train_tokenizer([TEXT], d_vocab=300).backend, writer)


def describe_bpe(backend: tokenizers.Tokenizer, writer: GGUFWriter, *, split: str = "gpt-2") -> None:
    pieces = [backend.id_to_token(i) or f"<unused{i}>" for i in range(300)]
    merges = json.loads(backend.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(split)
    writer.add_token_list(pieces)
    writer.add_token_types([3, 3, *[1] * 298])
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)


def describe_scores(writer: GGUFWriter) -> None:
    """Metadata of a SentencePiece tokenizer."""
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256)), "▁", "a", "b", "ab", "▁ab"]
    pieces += [f"filler{i}" for i in range(300 - len(pieces))]
    writer.add_tokenizer_model("llama")
    writer.add_token_list(pieces)
    writer.add_token_scores([-float(i) for i in range(300)])
    writer.add_token_types([2, 3, 3, *[6] * 256, *[1] * 41])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)


def ids() -> torch.Tensor:
    return torch.randint(300, (2, 16), generator=generator(0, "ids"))


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
@pytest.mark.parametrize("tied", [True, False])
def test_logits_are_those_of_transformers(kind: str, tied: bool, tmp_path: Path) -> None:
    hf = make_hf(kind, tied=tied)
    model = ph.load_model(write_gguf(hf, tmp_path / "tiny.gguf", kind=kind))
    with torch.no_grad():
        assert_close(model(ids()), hf(ids()).logits, rtol=1e-4, atol=1e-5)
    assert (model.cfg.family, model.cfg.n_kv_heads, model.cfg.bos_token_id, model.cfg.name) == (kind, 2, 0, "tiny")


@pytest.mark.parametrize("quantization", ["F16", "BF16", "Q8_0", "Q4_1", "Q4_0", "Q5_0"])
def test_quantised_blocks_are_read_as_they_dequantise(quantization: str, tmp_path: Path) -> None:
    kind, hf = GGMLQuantizationType[quantization], make_hf()
    model = ph.load_model(write_gguf(hf, tmp_path / "tiny.gguf", quantization=kind))
    with torch.no_grad():
        for name, p in hf.named_parameters():
            if p.ndim == 2:
                _, rows = to_ggml("llama", name, p)
                again = torch.from_numpy(gguf.quants.dequantize(gguf.quants.quantize(rows, kind), kind).copy())
                if name.endswith(("q_proj.weight", "k_proj.weight")):
                    n_heads = 4 if "q_proj" in name else 2
                    again = again.view(n_heads, -1, 2, p.shape[1]).transpose(1, 2)
                p.copy_(again.reshape(p.shape))
        assert_close(model(ids()), hf(ids()).logits, rtol=1e-4, atol=1e-5)


def test_a_byte_level_tokenizer_comes_out_as_it_went_in(tmp_path: Path) -> None:
    backend = train_tokenizer([TEXT], d_vocab=300).backend
    backend.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    original = Tokenizer(backend, SpecialTokens(bos_token_id=0, eos_token_id=1))
    read = ph.load_model(
        write_gguf(make_hf(), tmp_path / "t.gguf", describe=lambda w: describe_bpe(backend, w))
    ).tokenizer
    for text in (TEXT, "", "  ", "a<|bos|>b", "x" * 50, "it's 12345", "\r\n\r\n"):
        assert read.encode(text) == original.encode(text)
        assert read.decode(read.encode(text)) == text.replace("<|bos|>", "")
    assert read.tokens([0, 1]) == ["<|bos|>", "<|eos|>"]


@pytest.mark.parametrize("split", ["smollm", "llama-bpe", "qwen2", "default"])
def test_splitting_rules_lose_nothing(split: str, tmp_path: Path) -> None:
    backend = train_tokenizer([TEXT], d_vocab=300).backend
    path = write_gguf(make_hf(), tmp_path / "t.gguf", describe=lambda w: describe_bpe(backend, w, split=split))
    read = ph.load_model(path).tokenizer
    text = "it's 12345\n\n  — 日本!!\t x"
    assert read.decode(read.encode(text)) == text


def test_a_tokenizer_of_scores(tmp_path: Path) -> None:
    read = ph.load_model(write_gguf(make_hf(), tmp_path / "t.gguf", describe=describe_scores)).tokenizer
    assert read.tokens(read.encode("ab ab")) == [" ab", " ab"]
    assert (read.bos_token_id, read.eos_token_id) == (1, 2)
    for text in ("ab ab", "abba\nxé", ""):
        assert read.decode(read.encode(text)) == text


def test_a_tokenizer_json_beside_the_file_is_preferred(tmp_path: Path) -> None:
    path = write_gguf(make_hf(), tmp_path / "t.gguf", describe=lambda w: describe_bpe(
        train_tokenizer([TEXT], d_vocab=300).backend, w, split="unheard-of"))  # fmt: skip
    with pytest.raises(PolyheadError, match=r"rule 'unheard-of'; known: gpt-2.*tokenizer.json next to"):
        ph.load_model(path)
    own = train_tokenizer(["other words"], d_vocab=280)
    own.backend.save(str(tmp_path / "tokenizer.json"))
    model = ph.load_model(tmp_path)
    assert model.tokenizer.encode("other") == own.encode("other")


def _drop(tensors: dict[str, np.ndarray]) -> None:
    del tensors["blk.1.attn_k.weight"]


def _reshape(tensors: dict[str, np.ndarray]) -> None:
    tensors["blk.0.ffn_up.weight"] = np.zeros((95, 64), np.float32)


def _experts(tensors: dict[str, np.ndarray]) -> None:
    tensors["blk.0.ffn_gate_inp.weight"] = np.zeros((8, 64), np.float32)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_drop, r"layers.1.self_attn.k_proj.weight \(expected \[32, 64\], received none\)"),
        (_reshape, r"layers.0.mlp.up_proj.weight \(expected \[96, 64\], received \[95, 64\]\)"),
        (_experts, r"layers.0.ffn_gate_inp.weight \(expected none, received \[8, 64\]\)"),
    ],
)
def test_tensors_that_do_not_fit_are_named(
    change: Callable[[dict[str, np.ndarray]], None], says: str, tmp_path: Path
) -> None:
    with pytest.raises(ArtifactError, match=says):
        ph.load_model(write_gguf(make_hf(), tmp_path / "t.gguf", change=change))


def test_other_architectures_are_named(tmp_path: Path) -> None:
    path = tmp_path / "t.gguf"
    writer = GGUFWriter(path, "mamba")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(PolyheadError, match="architecture 'mamba' is not read; known: llama, qwen2, qwen3"):
        ph.load_model(path)


def test_scaled_rotation_is_refused(tmp_path: Path) -> None:
    def describe(writer: GGUFWriter) -> None:
        describe_bytes(writer)
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)

    with pytest.raises(PolyheadError, match="scaled rotary frequencies"):
        ph.load_model(write_gguf(make_hf(), tmp_path / "t.gguf", describe=describe))


@pytest.mark.parametrize("keep", [0, 3, 20, 400, 0.5, 0.999])
def test_a_file_cut_short_is_one_line(keep: float, tmp_path: Path) -> None:
    path = write_gguf(make_hf(), tmp_path / "t.gguf")
    raw = path.read_bytes()
    path.write_bytes(raw[: int(keep * len(raw)) if 0 < keep < 1 else int(keep)])
    with pytest.raises(ArtifactError, match=r"t.gguf is not a readable GGUF file.*cut short") as info:
        ph.load_model(path)
    assert "\n" not in str(info.value)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.gguf"
    writer = GGUFWriter(path, "llama")
    writer.add_head_count(4)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ArtifactError, match=r"no metadata key '(llama|tokenizer)\.[\w.]+', which its architecture"):
        ph.load_model(path)


def test_the_real_one_carries_the_tokenizer_that_stands_beside_it(shared_data: Callable[[str], Path]) -> None:
    path = shared_data("smollm2-135m-instruct-q4_1/SmolLM2-135M-Instruct.Q4_1.gguf")
    inside, beside = read_gguf_tokenizer(_fields(GGUFReader(path), path), path), read_tokenizer(path.parent)
    assert beside is not None
    assert (len(inside), inside.eos_token_id) == (len(beside), beside.eos_token_id)
    for text in (TEXT, "it's 12345\r\n\n\n   x", "<|im_start|>user\nHi<|im_end|>", "\u00a0\u2003 \t日本!?"):
        assert inside.encode(text) == beside.encode(text)
        assert inside.decode(inside.encode(text)) == beside.decode(beside.encode(text))


@pytest.mark.parametrize(
    ("describe", "says"),
    [
        (lambda w: w.add_rope_dimension_count(8), r"llama.rope.dimension_count is 8; only 16"),
        (lambda w: w.add_sliding_window(4), r"a sliding window \(llama.attention.sliding_window = 4\)"),
        (lambda w: w.add_key_length(8), r"q_proj.weight|value_length"),
        (lambda w: w.add_value_length(8), r"llama.attention.value_length is 8; only 16"),
        (lambda w: w.add_rope_scaling_factor(4.0), r"scaled rotary frequencies.*llama.rope.scaling.factor is 4.0"),
        (lambda w: w.add_logit_scale(0.5), r"llama.logit_scale is 0.5; only 1"),
        (lambda w: w.add_attn_logit_softcapping(50.0), r"llama.attn_logit_softcapping is 50.0; only 0"),
        (lambda w: w.add_causal_attention(False), r"llama.attention.causal is False; only True"),
        (lambda w: w.add_attention_scale(1.0), r"llama.attention.scale is not 1 / sqrt\(16\)"),
        (lambda w: w.add_expert_count(8), r"llama.expert_count is 8"),
        (lambda w: w.add_uint32("llama.of_tomorrow", 1), r"the metadata key 'llama.of_tomorrow' is not known"),
        (lambda w: w.add_string("llama.vocab_size", "300"), r"llama.vocab_size is '300'; expected a whole number"),
        (lambda w: w.add_vocab_size(10**9), r"llama.vocab_size is 1000000000, with 300 tokens"),
        (lambda w: w.add_rope_freq_base(float("nan")), r"llama.rope.freq_base is nan; expected a positive number"),
        (lambda w: w.add_array("llama.rope.freq_base", [1.0, 2.0]), r"llama.rope.freq_base is \[1.0, 2.0\]"),
        (lambda w: w.add_string("llama.attention.sliding_window", "x"), r"llama.attention.sliding_window is 'x'"),
    ],
)
def test_settings_that_are_not_read_are_named(
    describe: Callable[[GGUFWriter], None], says: str, tmp_path: Path
) -> None:
    def both(writer: GGUFWriter) -> None:
        describe_bytes(writer)
        describe(writer)

    with pytest.raises(PolyheadError, match=says) as info:
        ph.load_model(write_gguf(make_hf(), tmp_path / "t.gguf", describe=both))
    assert "\n" not in str(info.value)


def test_settings_that_say_what_is_so_are_read(tmp_path: Path) -> None:
    def both(writer: GGUFWriter) -> None:
        describe_bytes(writer)
        writer.add_rope_dimension_count(16)
        writer.add_key_length(16)
        writer.add_value_length(16)
        writer.add_sliding_window(16)
        writer.add_vocab_size(300)
        writer.add_rope_freq_base(5000.0)
        writer.add_expert_count(0)
        writer.add_string("someone.quantised_by", "someone")

    hf = make_hf()
    model = ph.load_model(write_gguf(hf, tmp_path / "t.gguf", describe=both))
    config = model.hf.config
    theta = config.rope_parameters["rope_theta"] if hasattr(config, "rope_parameters") else config.rope_theta
    assert theta == 5000.0


@pytest.mark.parametrize("n", [1, 3, 1_000_000])
def test_layers_that_the_file_does_not_have(n: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SIZES, "num_hidden_layers", 2)
    hf = make_hf()
    monkeypatch.setitem(SIZES, "num_hidden_layers", n)
    says = r"layers.1.* \(expected none" if n == 1 else rf"block_count is {n}; the file has tensors of 2"
    with pytest.raises(ArtifactError, match=says):
        ph.load_model(write_gguf(hf, tmp_path / "t.gguf"))


def test_weights_that_are_not_finite_are_named(tmp_path: Path) -> None:
    def spoil(tensors: dict[str, np.ndarray]) -> None:
        tensors["blk.1.ffn_up.weight"] = np.full((96, 64), np.nan, np.float32)

    with pytest.raises(ArtifactError, match=r"6,144 of the 6,144 values of model.layers.1.mlp.up_proj.weight are NaN"):
        ph.load_model(write_gguf(make_hf(), tmp_path / "t.gguf", change=spoil))


def test_names_of_no_known_form_are_left_over(tmp_path: Path) -> None:
    def spoil(tensors: dict[str, np.ndarray]) -> None:
        tensors["blk.weight"] = np.zeros((2, 2), np.float32)

    with pytest.raises(ArtifactError, match=r"blk.weight \(expected none"):
        ph.load_model(write_gguf(make_hf(), tmp_path / "t.gguf", change=spoil))


ONE_KEY = struct.pack("<IQQQ", 3, 0, 1, 1) + b"a"
HEADERS = {
    "an array of 2^60 numbers": ONE_KEY + struct.pack("<IIQ", 9, 4, 1 << 60),
    "an array of 2^60 strings": ONE_KEY + struct.pack("<IIQ", 9, 8, 1 << 60),
    "arrays in arrays": ONE_KEY + struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 1000,
    "2^60 keys": struct.pack("<IQQ", 3, 0, 1 << 60),
    "2^60 tensors": struct.pack("<IQQ", 3, 1 << 60, 0),
    "a key of 2^60 bytes": struct.pack("<IQQQ", 3, 0, 1, 1 << 60),
    "a type of tomorrow": ONE_KEY + struct.pack("<I", 99),
    "a tensor of 2^31 axes": struct.pack("<IQQQ", 3, 1, 0, 1) + b"a" + struct.pack("<I", 1 << 31),
    "version 9": struct.pack("<IQQ", 9, 0, 0),
}


@pytest.mark.parametrize("what", HEADERS)
def test_headers_that_claim_more_than_there_is(what: str, tmp_path: Path) -> None:
    path = tmp_path / "t.gguf"
    path.write_bytes(b"GGUF" + HEADERS[what] + bytes(64))
    with pytest.raises(ArtifactError, match=r"t.gguf is not a readable GGUF file") as info:
        ph.load_model(path)
    assert "\n" not in str(info.value)
