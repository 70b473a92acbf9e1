"""Dictionaries from a hub: only what is read is fetched, faults are one line each, and nothing partial is used."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from fake_hub import Faults, serve_hub
from huggingface_hub import constants
from public_formats import gemma_scope, kissane, llama_scope, tokens, tracer_skip

import polyhead as ph
from polyhead.core.errors import PolyheadError
from polyhead.interop.dictionary_hub import HubAddress, parse_address
from polyhead.interop.index import entries
from polyhead.runs.dictionaries import run_import
from polyhead.runs.publish import run_publish


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Faults]]:
    """A folder of repositories that a hub serves, and its faults; with an empty cache."""
    root = tmp_path / "hub"
    root.mkdir()
    with serve_hub(root) as (url, faults):
        monkeypatch.setattr(constants, "ENDPOINT", url)
        template = f"{url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(time, "sleep", lambda _: None)  # between retries
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        yield root, faults


ATT = "hub:google/gemma-scope-2b-pt-att"
ONE = f"{ATT}/layer_12/width_16k/average_l0_41"


def one_line(address: str) -> str:
    with pytest.raises(PolyheadError) as error:
        ph.load_dictionary(address)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("hub:a/b", ("a/b", "", None)),
        ("hub:a/b@v1", ("a/b", "", "v1")),
        ("hub:a/b-2/c/d.npz@main", ("a/b-2", "c/d.npz", "main")),
    ],
)
def test_addresses(text: str, parts: tuple[str, str, str | None]) -> None:
    assert parse_address(text) == HubAddress(*parts)
    assert str(parse_address(text)) == text


@pytest.mark.parametrize("text", ["hub:", "hub:a", "hub:a/b/../c", "hub:a//b", "hub:/etc/passwd/x/..", "hub:a/b@"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(PolyheadError, match=r"is no address of a dictionary; expected hub:OWNER/REPO"):
        parse_address(text)


def test_a_dictionary_is_fetched_by_address_and_by_name_and_then_taken_from_the_cache(hub) -> None:
    root, faults = hub
    made = gemma_scope(root / "google")
    (root / "google/gemma-scope-2b-pt-att/README.md").write_text("much text")
    read = ph.load_dictionary(ONE)
    torch.testing.assert_close(read.reconstruct({"x": tokens()}), made.y, rtol=1e-5, atol=1e-5)
    assert read.origin.reading.roles["x"][0].site == "blocks.12.attn.hook_z"
    assert faults.fetched == ["layer_12/width_16k/average_l0_41/params.npz"]
    assert torch.equal(ph.load_dictionary("gemma-scope-2b-pt-att/layer_12/width_16k/average_l0_41").W_dec, read.W_dec)
    assert len(faults.fetched) == 1


@pytest.mark.parametrize("make", [kissane, llama_scope, tracer_skip], ids=lambda f: f.__name__)
def test_other_layouts_are_fetched_whole(make, hub) -> None:
    root, _ = hub
    made = make(root / "owner" / "repo" / "deep")
    read = ph.load_dictionary(f"hub:{made.path.relative_to(root).as_posix()}@main")
    torch.testing.assert_close(read.reconstruct({"x": tokens()}), made.y, rtol=1e-5, atol=1e-5)


def test_an_interrupted_download_is_resumed(hub) -> None:
    root, faults = hub
    made = gemma_scope(root / "google")
    faults.cut = {"layer_12/width_16k/average_l0_41/params.npz": 1}
    read = ph.load_dictionary(ONE)
    torch.testing.assert_close(read.reconstruct({"x": tokens()}), made.y, rtol=1e-5, atol=1e-5)


def test_what_goes_wrong_is_one_line_and_leaves_nothing_partial(hub, monkeypatch: pytest.MonkeyPatch) -> None:
    root, faults = hub
    gemma_scope(root / "google")
    assert "the hub knows no such repository, or it is private" in one_line("hub:google/nothing/here")
    assert "has no revision v9" in one_line(f"{ONE}@v9")
    assert "has nothing at 'layer_99'; it holds layer_12" in one_line(f"{ATT}/layer_99")
    several = one_line(f"{ATT}/layer_12")
    assert "holds several dictionaries; add one of them to the address: width_16k/average_l0_41" in several
    faults.gated = {"google/gemma-scope-2b-pt-att"}
    said = one_line(ONE)
    assert "asks for a licence to be accepted on its page" in said
    assert "run `hf download google/gemma-scope-2b-pt-att --include 'layer_12/width_16k/average_l0_41*'`" in said
    faults.gated, faults.absent = set(), {"layer_12/width_16k/average_l0_41/params.npz"}
    assert "a file that the hub lists cannot be fetched" in one_line(ONE)
    faults.absent, faults.wrong_size = set(), {"layer_12/width_16k/average_l0_41/params.npz"}
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 1)
    assert "the hub could not be read" in one_line(ONE)
    faults.wrong_size = set()
    assert ph.load_dictionary(ONE).cfg.n_latents == 24


def test_without_a_network_the_repository_the_path_and_what_to_do_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    said = one_line(ONE)
    for part in ("google/gemma-scope-2b-pt-att", "layer_12/width_16k/average_l0_41", "hf download", str(tmp_path)):
        assert part in said


def test_names_of_the_index_that_are_not_there() -> None:
    assert "'layer_99/width_16k/canonical'" in one_line("gemma-scope-2b-pt-att-canonical/layer_99/width_16k/canonical")
    assert "has 52 dictionaries; give one of them" in one_line("gemma-scope-2b-pt-att-canonical")
    assert "no folder or file, no address" in one_line("gemma-scope-2b-pt-atx/layer_1/canonical")


def test_the_index_says_of_every_dictionary_what_it_is() -> None:
    from polyhead.core.sites import BLOCK_SITES
    from polyhead.interop.registry import FORMATS

    all_of_it = entries()
    assert len(all_of_it) == len({e.name for e in all_of_it}) == 2574
    assert len({e.address for e in all_of_it}) > 2400
    assert {e.format for e in all_of_it} <= FORMATS.keys()
    assert {e.site for e in all_of_it} <= set(BLOCK_SITES)
    by_name = {e.name: e for e in all_of_it}
    one = by_name["gemma-scope-2b-pt-att-canonical/layer_12/width_16k/canonical"]
    assert (one.repository, one.model, one.site) == ("google/gemma-scope-2b-pt-att", "google/gemma-2-2b", "attn.hook_z")
    assert (one.layer, one.width, one.format) == (12, 16384, "gemma_scope")
    assert by_name["gpt2-small-hook-z-kk/blocks.0.hook_z"].width == 24576
    assert by_name["llama_scope_lxa_8x/l0a_8x"].width == 32768
    assert all(parse_address(e.address) for e in all_of_it)


def test_the_list_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    from polyhead.interop.index import find_entries

    found = find_entries(model="gemma-2-2b", site="z", layer=12)
    assert {(e.model, e.site, e.layer) for e in found} == {("google/gemma-2-2b", "attn.hook_z", 12)}
    from polyhead.cli.dictionary import dictionary

    dictionary(
        ["list", "--model", "gemma-2-2b", "--site", "z", "--layers", "12", "--json"], result_action="return_value"
    )
    shown = json.loads(capsys.readouterr().out)["dictionaries"]
    assert [row["id"] for row in shown] == [e.id for e in found]
    with pytest.raises(PolyheadError, match=r"no dictionary of the index has the model 'gemma-9'"):
        find_entries(model="gemma-9")


def test_what_is_published_is_loaded_again_from_the_hub(hub, tmp_path: Path) -> None:
    root, faults = hub
    made = gemma_scope(tmp_path / "theirs")
    run_import(made.path, tmp_path / "ours")
    said = run_publish(tmp_path / "ours", "hub:me/z-sae", out=tmp_path / "dry", licence="mit", dry_run=True)
    assert (said["uploaded"], sorted(p.name for p in (tmp_path / "dry").iterdir())) == (
        False,
        ["README.md", "config.json", "manifest.json", "weights.safetensors"],
    )
    assert not (root / "me").exists()
    card = (tmp_path / "dry" / "README.md").read_text("utf-8")
    for part in (
        "license: mit",
        "library_name: polyhead",
        'ph.load_dictionary("hub:me/z-sae")',
        "blocks.12.attn.hook_z",
    ):
        assert part in card
    assert run_publish(tmp_path / "ours", "hub:me/z-sae", out=tmp_path / "dry", licence="mit")["uploaded"]
    back = ph.load_dictionary("hub:me/z-sae")
    torch.testing.assert_close(back.reconstruct({"x": tokens()}), made.y, rtol=1e-5, atol=1e-5)
    faults.writable = False
    with pytest.raises(PolyheadError, match=r"was not uploaded .* log in with `hf auth login`"):
        run_publish(tmp_path / "ours", "hub:me/other", out=tmp_path / "dry", licence="mit")
    with pytest.raises(PolyheadError, match="published to a whole repository; give hub:me/z-sae"):
        run_publish(tmp_path / "ours", "hub:me/z-sae/part", out=tmp_path / "dry", licence="mit")
    (tmp_path / "dry" / "thesis.txt").write_text("mine")
    with pytest.raises(PolyheadError, match=r"holds thesis\.txt, which is not of this repository"):
        run_publish(tmp_path / "ours", "hub:me/z-sae", out=tmp_path / "dry", licence="mit", dry_run=True)
