"""A neurons run on a model saved to disk: records, resuming, mistakes."""

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from polyhead.analysis.neuroscope.running import UnitConfig
from polyhead.analysis.neuroscope.scan import UnitScan
from polyhead.core.errors import PolyheadError
from polyhead.core.unit_records import UnitCard, UnitPage, UnitRow
from polyhead.dictionaries.bundled import bundled_folders
from polyhead.runs.neurons import NeuronsConfig, run_neurons

SMALL = UnitConfig(n_top=2, n_bottom=1, n_sample=2, before=3, after=1, n_logits=2, n_neighbours=2)


def config(**changes) -> NeuronsConfig:
    base = {"model": "bundled", "units": ("heads",), "layers": (1,), "n_tokens": 48 * 20, "seq_len": 48, "keep": SMALL}
    return NeuronsConfig.parse({**base, **changes})


def digests(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in ("seconds.json", "summary.json")
    }


def test_killed_and_run_again(tmp_path, monkeypatch):
    whole = run_neurons(config(), tmp_path / "whole")
    assert whole["tokens"] == 960
    original, calls = UnitScan.add, []

    def dies(self, tokens, valid):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        original(self, tokens, valid)

    monkeypatch.setattr(UnitScan, "add", dies)
    with pytest.raises(KeyboardInterrupt):
        run_neurons(config(), tmp_path / "cut", checkpoint_tokens=400)
    monkeypatch.setattr(UnitScan, "add", original)
    run_neurons(config(), tmp_path / "cut", checkpoint_tokens=400)
    assert digests(tmp_path / "cut") == digests(tmp_path / "whole")
    assert not (tmp_path / "cut" / "checkpoints").exists()
    assert run_neurons(config(), tmp_path / "whole") == whole  # done: read back
    with pytest.raises(PolyheadError, match=r"holds a scan with other settings: config.seq_len is"):
        run_neurons(config(seq_len=40), tmp_path / "whole")


def test_records_read_back(tmp_path):
    run_neurons(config(), tmp_path)
    folder = tmp_path / "records" / "L1-heads"
    card = UnitCard.load(folder / "card.json")
    assert (card.kind, card.n_units, card.policy.bos) == ("head", 8, "excluded")
    rows = [UnitRow.model_validate(r) for r in pq.read_table(folder / "units.parquet").to_pylist()]
    pages = [UnitPage.model_validate(p) for p in json.loads((folder / "pages" / "0000.json").read_text())]
    assert [p.row for p in pages] == rows
    assert len(pages) == 8


def test_neurons_of_a_model_without_mlps(tmp_path):
    with pytest.raises(PolyheadError, match="no MLPs, so no neurons"):
        run_neurons(config(units=("neurons",)), tmp_path)


@pytest.mark.parametrize(
    ("name", "layer", "site", "said"),
    [
        ("qk-layer-2", 2, "ln1.hook_normalized", "holds a QKDiagonal"),
        ("mtc-layer-0", 1, "ln1.hook_normalized", "was trained on layer 0; layer 1 was asked for"),
        ("mtc-layer-0", 0, "ln1.hook_normalised", "did you mean 'blocks.0.ln1.hook_normalized"),
        ("mtc-layer-0", 4, "ln1.hook_normalized", "layers 0 to 3"),
    ],
)
def test_a_dictionary_that_cannot_be_scanned_there_is_refused(tmp_path, name, layer, site, said):
    where = {"dictionary": str(bundled_folders()[name]), "dictionary_layer": layer, "dictionary_site": site}
    with pytest.raises(PolyheadError, match=said):
        run_neurons(config(**where), tmp_path)
