"""Every public layout through the one door: the output of its own formula, the sites it belongs to, what is refused."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from public_formats import WRITERS, D, N, gemma_scope, gemma_scope_2, kissane, llama_scope, qwen_scope, tokens
from safetensors.torch import load_file, save_file

import polyhead as ph
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.runs.dictionaries import run_import


@pytest.mark.parametrize("name", WRITERS)
def test_a_public_layout_gives_the_output_of_its_own_formula(name: str, tmp_path: Path) -> None:
    made = WRITERS[name](tmp_path / "theirs")
    dictionary = ph.load_dictionary(made.path)
    torch.testing.assert_close(dictionary.reconstruct({"x": tokens()}), made.y, rtol=1e-5, atol=1e-5)
    roles = dictionary.origin.reading.roles
    assert ([r.site for r in roles["x"]], [r.site for r in roles["target"]]) == ([made.reads], [made.target])
    result = run_import(made.path, tmp_path / "ours")
    assert (result["from"], result["reads"], result["target"]) == (made.format, made.reads, made.target)
    again = ph.load_dictionary(tmp_path / "ours")
    torch.testing.assert_close(again.reconstruct({"x": tokens()}), dictionary.reconstruct({"x": tokens()}))


def test_a_file_alone_says_less_than_its_repository(tmp_path: Path) -> None:
    made = gemma_scope(tmp_path)
    alone = tmp_path / "params.npz"
    alone.write_bytes((made.path / "params.npz").read_bytes())
    with pytest.raises(PolyheadError, match=r"does not say which site it reads .* give --site"):
        ph.load_dictionary(alone)
    with pytest.raises(PolyheadError, match=r"does not say which layer it explains; give --layers"):
        ph.load_dictionary(alone, site="attn.hook_z")
    read = ph.load_dictionary(alone, site="attn.hook_z", layer=3)
    assert read.origin.reading.roles["x"][0].site == "blocks.3.attn.hook_z"


def test_a_topk_file_without_its_k_is_refused_and_read_with_it(tmp_path: Path) -> None:
    made = qwen_scope(tmp_path / "theirs")
    other = tmp_path / "layer4.sae.pt"
    other.write_bytes(made.path.read_bytes())
    with pytest.raises(PolyheadError, match=r"does not say how many latents fire .* give --k"):
        ph.load_dictionary(other)
    read = ph.load_dictionary(other, k=3)
    torch.testing.assert_close(read.reconstruct({"x": tokens()}), made.y, rtol=1e-5, atol=1e-5)


def _npz(path: Path, entries: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def test_npz_files_that_lie_are_refused_in_one_line(tmp_path: Path) -> None:
    file = gemma_scope(tmp_path).path / "params.npz"
    whole = file.read_bytes()
    plain = {name: _npy(array) for name, array in np.load(file).items()}
    header = _npy(np.zeros(4, np.float32))
    faults = {
        "holds object": {"W_enc.npy": _npy(np.array([{}], dtype=object))},
        "takes 4,000,000,000,000 bytes": {"W_enc.npy": header.replace(b"(4,), }", b"(1000000000000,), }")[:140]},
        "unpacks from": {"W_enc.npy": _npy(np.zeros(2**26, np.uint8))},
        "arrays (.npy) were expected": {"run.py": b"print()"},
        "NaN": {**{f"{k}.npy": v for k, v in plain.items()}, "b_enc.npy": _npy(np.full(N, np.nan, np.float32))},
        "W_enc [d_in, n_latents] was expected": {"W_enc.npy": _npy(np.zeros(3, np.float32))},
    }
    for said, entries in faults.items():
        _npz(file, entries)
        with pytest.raises(ArtifactError) as error:
            ph.load_dictionary(file.parent)
        assert said in str(error.value)
        assert "\n" not in str(error.value)
    file.write_bytes(whole[:-100])
    with pytest.raises(ArtifactError, match=r"not a whole .npz file"):
        ph.load_dictionary(file.parent)


def test_what_gemma_scope_2_holds_and_no_form_has_is_refused(tmp_path: Path) -> None:
    made = gemma_scope_2(tmp_path)
    file = made.path / "params.safetensors"
    tensors = load_file(file)
    save_file(tensors | {"w_enc": torch.zeros(2, D, N)}, file)
    with pytest.raises(PolyheadError, match=r"crosscoder .* several sites"):
        ph.load_dictionary(made.path)
    save_file(tensors | {"w_gate": torch.zeros(D, N)}, file)
    with pytest.raises(ArtifactError, match="w_gate is no tensor that is known"):
        ph.load_dictionary(made.path)


def test_a_gemma_scope_2_cross_layer_transcoder(tmp_path: Path) -> None:
    folder, n = tmp_path / "gemma-scope-2-1b-pt" / "clt" / "width_1k_l0_small", 3
    folder.mkdir(parents=True)
    x, wanted = torch.randn(2, 4, n, D), torch.zeros(2, 4, n, D)
    for i in range(n):
        W, b, V, c = torch.randn(D, N), torch.randn(N), torch.randn(N, n, D), torch.randn(D)
        V[:, :i] = 0
        tensors = {"w_enc": W, "b_enc": b, "w_dec": V, "b_dec": c, "threshold": torch.full((N,), 0.5)}
        save_file(tensors, folder / f"params_layer_{i}.safetensors")
        pre = x[:, :, i] @ W + b
        wanted += torch.einsum("bpn,ntd->bptd", torch.where(pre > 0.5, pre, 0.0), V)
        wanted[:, :, i] += c
    clt = ph.load_dictionary(folder)
    torch.testing.assert_close(clt.reconstruct({"x": x.flatten(2)}), wanted.flatten(2), rtol=1e-5, atol=1e-5)
    assert clt.cfg.sources[2] == "blocks.2.ln2.hook_normalized"
    assert clt.cfg.targets[2] == "blocks.2.ln2_post.hook_normalized"
    (folder / "params_layer_1.safetensors").unlink()
    with pytest.raises(ArtifactError, match=r"params_layer_1\.safetensors is missing"):
        ph.load_dictionary(folder)


def test_a_config_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    made = kissane(tmp_path / "kissane")
    config = made.path.with_name(made.path.stem + "_cfg.json")
    config.write_text(config.read_text().replace(f'"dict_size": {N}', '"dict_size": 25'))
    with pytest.raises(ArtifactError, match=r"dict_size is 25, W_enc"):
        ph.load_dictionary(made.path)
    folder = llama_scope(tmp_path).path
    config = folder / "hyperparams.json"
    config.write_text(config.read_text().replace('"dataset-wise"', '"token-wise"'))
    with pytest.raises(PolyheadError, match=r"norm_activation 'token-wise' is not supported"):
        ph.load_dictionary(folder)


def test_a_gated_code_is_the_jumprelu_code_to_the_last_latent(tmp_path: Path) -> None:
    """Also where the threshold would be below 0 and relu alone decides."""
    from polyhead.interop.foreign_sae import ungated

    torch.manual_seed(0)
    W, gate, mag, r = torch.randn(D, N), torch.randn(N), torch.randn(N), torch.randn(N)
    x = torch.randn(500, D)
    expected = (x @ W + gate > 0) * ((x @ W) * r.exp() + mag).relu()
    one = ungated({"W_enc": W, "b_gate": gate, "b_mag": mag, "r_mag": r, "W_dec": W.T, "b_dec": x[0]})
    pre = x @ one["W_enc"] + one["b_enc"]
    torch.testing.assert_close(torch.where(pre > one["threshold"], pre, 0.0), expected, rtol=1e-5, atol=1e-5)
