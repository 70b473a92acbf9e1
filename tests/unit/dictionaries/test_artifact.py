"""Artifacts: whole or refused, with a line that says why."""

import json
from pathlib import Path

import pytest
import torch

from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.files import sha256_file
from polyhead.dictionaries import MTC, MTCConfig, load_dictionary, save_dictionary

CFG = MTCConfig(d_in=5, d_out=11, n_heads=3, n_latents=23)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_dictionary(MTC(CFG), tmp_path / "mtc", {"layer": 3, "tokens": 131_072})
    return tmp_path / "mtc"


def test_the_folder_holds_three_files_and_says_where_it_came_from(saved: Path):
    assert sorted(p.name for p in saved.iterdir()) == ["config.json", "manifest.json", "weights.safetensors"]
    manifest = json.loads((saved / "manifest.json").read_text())
    assert manifest["provenance"] == {"layer": 3, "tokens": 131_072}
    assert manifest["versions"]["torch"] == torch.__version__
    assert json.loads((saved / "config.json").read_text())["kind"] == "mtc"


@pytest.mark.parametrize("name", ["config.json", "manifest.json", "weights.safetensors"])
def test_a_missing_file_is_named(saved: Path, name: str):
    (saved / name).unlink()
    with pytest.raises(ArtifactError, match=f"{name} is missing"):
        load_dictionary(saved)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ArtifactError, match="no such folder"):
        load_dictionary(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["config.json", "weights.safetensors"])
def test_one_changed_byte_is_found(saved: Path, name: str):
    content = bytearray((saved / name).read_bytes())
    content[-3] ^= 1
    (saved / name).write_bytes(content)
    with pytest.raises(ArtifactError, match=f"{name} is damaged"):
        load_dictionary(saved)


def test_a_truncated_manifest_is_refused(saved: Path):
    text = (saved / "manifest.json").read_text()
    (saved / "manifest.json").write_text(text[: len(text) // 2])
    with pytest.raises(ArtifactError, match="not valid JSON"):
        load_dictionary(saved)


def test_a_manifest_of_another_format_is_refused(saved: Path):
    (saved / "manifest.json").write_text('{"format": 2}')
    with pytest.raises(ArtifactError, match="format 1 was expected; received 2"):
        load_dictionary(saved)


def _rewrite_config(folder: Path, **changes: object) -> None:
    config = {**json.loads((folder / "config.json").read_text()), **changes}
    (folder / "config.json").write_text(json.dumps(config))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sha256"]["config.json"] = sha256_file(folder / "config.json")
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_an_unknown_kind_names_the_known_ones(saved: Path):
    _rewrite_config(saved, kind="mtd")
    with pytest.raises(ArtifactError, match="unknown kind of dictionary 'mtd'; did you mean 'mtc"):
        load_dictionary(saved)


def test_an_unknown_config_key_is_refused(saved: Path):
    _rewrite_config(saved, n_latent=4)
    with pytest.raises(PolyheadError, match="unknown key 'n_latent'; did you mean 'n_latents"):
        load_dictionary(saved)


def test_weights_that_do_not_fit_the_config_are_named(saved: Path):
    _rewrite_config(saved, d_out=7)
    with pytest.raises(ArtifactError, match="do not fit the config at W_dec, b_dec"):
        load_dictionary(saved)


def test_saving_again_replaces_what_was_there(saved: Path):
    other = MTC(CFG)
    save_dictionary(other, saved)
    assert torch.equal(load_dictionary(saved).W_enc, other.W_enc)


def test_only_registered_kinds_are_saved(tmp_path: Path):
    with pytest.raises(PolyheadError, match="Linear is of no method; registered are mtc,"):
        save_dictionary(torch.nn.Linear(2, 2), tmp_path)
