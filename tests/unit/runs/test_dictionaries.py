"""A trained SAE out to another program's layout, in again, and scored: the same dictionary all the way."""

import json
from pathlib import Path

import pytest

from polyhead.cli.app import main
from polyhead.core.data_files import read_json
from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_json
from polyhead.runs.dictionaries import run_export, run_import
from polyhead.runs.score import run_score

SIZES = ["--train-tokens", "4096", "--eval-tokens", "2048", "--n-latents", "64", "--k", "4"]
FORMATS = ("saelens", "llamascopium")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dictionary folder of a small attention output SAE."""
    run = tmp_path_factory.mktemp("sae") / "run"
    main(["train", "attn_out_sae", "--out", str(run), *SIZES, "--json"])
    (folder,) = run.glob("members/*/dictionary")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_round_trip_keeps_every_score(trained: Path, tmp_path: Path, name: str) -> None:
    own = run_score(trained, model="bundled", n_tokens=2048)
    run_export(trained, tmp_path / "theirs", target=name)
    said = run_import(tmp_path / "theirs", tmp_path / "back", layer=3)
    assert (said["from"], said["kind"], said["target"]) == (name, "attn_out_sae", "blocks.3.hook_attn_out")
    back = run_score(tmp_path / "back", model="bundled", n_tokens=2048)
    assert back.fvu == pytest.approx(own.fvu, rel=1e-4)
    assert back.ce_spliced == pytest.approx(own.ce_spliced, rel=1e-4)
    assert back.l0_dest == own.l0_dest == 4.0


@pytest.mark.slow
def test_a_dictionary_of_another_model_is_refused_in_one_line(trained: Path, tmp_path: Path) -> None:
    for file in trained.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    manifest = read_json(tmp_path / "manifest.json")
    manifest["provenance"]["model"] |= {"name": "another", "d_head": 64}
    write_json(tmp_path / "manifest.json", manifest)
    with pytest.raises(PolyheadError, match="trained on another; bundled is another model: d_head 64 against 32"):
        run_score(tmp_path, model="bundled", n_tokens=2048)


@pytest.mark.slow
def test_what_cannot_be_written_says_what_can(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(PolyheadError, match="circuit_tracer has no form for Attention output SAE"):
        run_export(trained, tmp_path, target="circuit_tracer")
    with pytest.raises(PolyheadError, match="did you mean 'saelens"):
        run_export(trained, tmp_path, target="saelenz")


@pytest.mark.slow
def test_scores_are_printed_as_json(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["dictionary", "score", str(trained), "--tokens", "2048", "--json"])
    assert json.loads(capsys.readouterr().out)["method"] == "attn_out_sae"


@pytest.mark.slow
def test_a_run_is_published_with_its_text_its_tokens_and_its_metrics(trained: Path, tmp_path: Path) -> None:
    run = trained.parents[2]
    main(["evaluate", str(run), "--json"])
    out = tmp_path / "upload"
    main(
        ["dictionary", "publish", str(run), "hub:me/saes", "--out", str(out), "--licence", "mit", "--dry-run", "--json"]
    )
    name = trained.parent.name
    assert (out / name / "weights.safetensors").read_bytes() == (trained / "weights.safetensors").read_bytes()
    card = (out / "README.md").read_text("utf-8")
    for part in (
        "4,096 tokens in sequences of 128",
        "FVU",
        f'ph.load_dictionary("hub:me/saes/{name}")',
        "Licence: mit",
    ):
        assert part in card
