import json
import resource
from pathlib import Path

import numpy as np
import pytest
import torch

from polyhead.activations import store as store_module
from polyhead.activations.harvest import harvest_batch
from polyhead.activations.store import Store, StoreConfig, StoredBatches, StoredLayer, harvest_to_disk, weights_sha256
from polyhead.activations.tokens import TokenSequences
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.protocols import BatchSource
from polyhead.models.hooked import HookedModel

N, LENGTH = 11, 7
SMALL = StoreConfig(sequences_per_shard=4, sequences_per_run=2)


@pytest.fixture
def sequences(rng):
    tokens = torch.randint(1, 31, (N, LENGTH), generator=rng, dtype=torch.int32).numpy()
    tokens[:, 0] = 0
    return TokenSequences(tokens, tokens != 0, "0" * 64, 0, "excluded", n_padded=0)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


class Opaque(HookedModel):
    """A model that tells nothing of its insides but its sites, as those of other families do."""

    def __init__(self, inner: HookedModel) -> None:
        super().__init__(inner.cfg)
        self.inner = inner

    def _forward(self, tokens, tap):
        return self.inner._forward(tokens, tap)


def test_a_model_of_another_family_computes_patterns_from_the_tokens(tmp_path, tiny_model, sequences):
    model, spec = Opaque(tiny_model), StoredLayer(layer=1)
    store = harvest_to_disk(model, sequences, spec, tmp_path, SMALL)
    assert set(store.sites) == {"x", "target"}
    source = StoredBatches(store, sequences_per_batch=3, seed=0, model=model)
    expected = harvest_batch(tiny_model, sequences.rows(source.indices(0))[0], spec.reading)
    torch.testing.assert_close(source.batch(0)["pattern"], expected["pattern"])


class Cut(Exception):  # noqa: N818 - stands in for a kill
    pass


def cut_after(monkeypatch, n_runs: int) -> None:
    """Let the model run `n_runs` times (one of them for the shapes), then break off."""
    left, real = [n_runs], store_module.read_sites

    def read(*args):
        if left[0] == 0:
            raise Cut
        left[0] -= 1
        return real(*args)

    monkeypatch.setattr(store_module, "read_sites", read)


@pytest.mark.parametrize(
    ("changes", "spec", "cfg", "roles"),
    [
        ({}, {}, {}, {"x", "target"}),
        ({}, {"input_site": "attn.hook_z"}, {}, {"x", "target", "resid"}),
        ({"positions": "shortformer"}, {}, {}, {"x", "target", "resid"}),
        ({}, {}, {"store_patterns": True}, {"x", "target", "pattern"}),
        ({}, {"with_patterns": False}, {}, {"x", "target"}),
    ],
)
def test_batches_from_disk_are_those_of_the_model(tmp_path, make_tiny_model, sequences, changes, spec, cfg, roles):
    model, spec = make_tiny_model(**changes), StoredLayer.parse({"layer": 1, **spec})
    store = harvest_to_disk(model, sequences, spec, tmp_path / "s", SMALL.replace(**cfg))
    assert set(store.sites) == roles
    source = StoredBatches(store, sequences_per_batch=3, seed=0, model=model)
    assert isinstance(source, BatchSource)
    batch = source.batch(2)
    tokens, valid = sequences.rows(source.indices(2))
    expected = harvest_batch(model, tokens, spec.reading, valid=valid)
    assert set(batch) == set(expected)
    for role, value in expected.items():
        torch.testing.assert_close(batch[role], value, rtol=1e-5, atol=1e-6)


def test_the_manifest_says_what_is_stored(tmp_path, tiny_model, sequences):
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    identity = manifest["identity"]
    assert manifest["done"] == N
    assert len(manifest["shards"]) == 3
    assert identity["model_sha256"] == weights_sha256(tiny_model)
    assert identity["text_sha256"] == sequences.sha256
    assert identity["row_shapes"] == {"x": [7, 13], "target": [7, 13]}
    assert np.load(tmp_path / "x-00002.npy").shape == (3, 7, 13)


@pytest.mark.parametrize("n_runs", range(1, 7))
def test_a_harvest_cut_anywhere_goes_on_to_the_same_bytes(tmp_path, tiny_model, sequences, monkeypatch, n_runs):
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path / "whole", SMALL)
    monkeypatch.setattr("polyhead.activations.shards.FLUSH_SECONDS", 0.0)
    cut_after(monkeypatch, n_runs)
    with pytest.raises(Cut):
        harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path / "cut", SMALL)
    assert json.loads((tmp_path / "cut/manifest.json").read_text())["done"] == 2 * (n_runs - 1)
    with pytest.raises(ArtifactError, match=f"holds {2 * (n_runs - 1)} of 11 sequences; run the same harvest again"):
        Store(tmp_path / "cut")
    monkeypatch.undo()
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path / "cut", SMALL)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


def test_a_missing_or_short_shard_is_harvested_again(tmp_path, tiny_model, sequences):
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL)
    before = contents(tmp_path)
    (tmp_path / "x-00001.npy").unlink()
    (tmp_path / "target-00002.npy").write_bytes(b"")
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("n", [1, 3, 4, 5, 8, 11])
@pytest.mark.parametrize("per_run", [1, 2, 4])
def test_a_finished_harvest_run_again_changes_nothing(tmp_path, tiny_model, sequences, n, per_run):
    cfg, some = SMALL.replace(sequences_per_run=per_run), sequences.select(slice(0, n))
    harvest_to_disk(tiny_model, some, StoredLayer(layer=1), tmp_path, cfg)
    before = contents(tmp_path)
    for _ in range(2):
        store = harvest_to_disk(tiny_model, some, StoredLayer(layer=1), tmp_path, cfg)
        store.verify()
        assert contents(tmp_path) == before
    assert store.read("x", torch.arange(n)).shape == (n, LENGTH, 13)


def test_a_store_that_lost_checksums_is_refused_and_mended_by_the_same_harvest(tmp_path, tiny_model, sequences):
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL)
    before = contents(tmp_path)
    manifest = json.loads(before["manifest.json"])
    for broken in (manifest["shards"][:2], [], [*manifest["shards"][:2], {"x": manifest["shards"][2]["x"]}]):
        (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "shards": broken}))
        with pytest.raises(ArtifactError, match=r"checksums of \d of 3 shards; run the same harvest again"):
            Store(tmp_path)
        harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL).verify()
        assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["x-00000.npy", "target-00001.npy", "x-00002.npy", "tokens.npy", "valid.npy"])
@pytest.mark.parametrize("how", ["flip", "cut", "empty", "gone", "longer"])
def test_a_damaged_finished_store_is_mended_by_the_same_harvest(tmp_path, tiny_model, sequences, name, how):
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL)
    before = contents(tmp_path)
    raw = before[name]
    damaged = {"flip": raw[:-1] + bytes([raw[-1] ^ 1]), "cut": raw[:-3], "empty": b"", "longer": raw + b"0"}
    (tmp_path / name).unlink() if how == "gone" else (tmp_path / name).write_bytes(damaged[how])
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL).verify()
    assert contents(tmp_path) == before


@pytest.mark.parametrize("done", [-1, 12])
def test_a_count_that_cannot_be_is_refused(tmp_path, tiny_model, sequences, done):
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "done": done}))
    with pytest.raises(ArtifactError, match=f"counts {done} of 11 sequences"):
        harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layer": 2}, "spec.layer is 1 there and 2 here"),
        ({"target_site": "hook_resid_post"}, "spec.target_site is hook_attn_out there and hook_resid_post here"),
        ({"dtype": "float16"}, "dtype is float32 there and float16 here"),
        ({"seed": 1}, r"model_sha256 is \w{12} there and \w{12} here"),
        ({"text": True}, r"text_sha256 is 000000000000 there and 111111111111 here"),
        ({"tokens": True}, r"tokens_sha256 is \w{12} there and \w{12} here"),
    ],
)
def test_another_harvest_is_not_mixed_in(tmp_path, make_tiny_model, sequences, change, said):
    harvest_to_disk(make_tiny_model(), sequences, StoredLayer(layer=1), tmp_path, SMALL)
    before = contents(tmp_path)
    spec = {k: v for k, v in change.items() if k in StoredLayer.model_fields}
    cfg = {k: v for k, v in change.items() if k == "dtype"}
    if "text" in change:
        sequences = TokenSequences(sequences.tokens, sequences.valid, "1" * 64, 0, "excluded", n_padded=0)
    if "tokens" in change:
        sequences = TokenSequences(sequences.tokens[::-1].copy(), sequences.valid, "0" * 64, 0, "excluded", n_padded=0)
    with pytest.raises(PolyheadError, match=said) as caught:
        harvest_to_disk(
            make_tiny_model(seed=change.get("seed", 0)),
            sequences,
            StoredLayer.parse({"layer": 1, **spec}),
            tmp_path,
            SMALL.replace(**cfg),
        )
    assert "row_shapes" not in str(caught.value)
    assert contents(tmp_path) == before


def test_a_corrupt_shard_is_named_when_it_is_first_read(tmp_path, tiny_model, sequences):
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL)
    raw = bytearray((tmp_path / "target-00001.npy").read_bytes())
    raw[-1] ^= 1
    (tmp_path / "target-00001.npy").write_bytes(raw)
    source = StoredBatches(Store(tmp_path), sequences_per_batch=2, seed=0, model=tiny_model)
    source.rows(torch.tensor([0, 8]))
    with pytest.raises(ArtifactError, match=r"target-00001\.npy is damaged"):
        source.rows(torch.tensor([0, 5]))
    with pytest.raises(ArtifactError, match=r"target-00001\.npy is damaged"):
        Store(tmp_path).verify()


def test_damaged_tokens_are_found_on_opening(tmp_path, tiny_model, sequences):
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL)
    np.save(tmp_path / "tokens.npy", sequences.tokens + 1)
    with pytest.raises(ArtifactError, match=r"tokens\.npy or valid\.npy"):
        Store(tmp_path)


def test_the_wrong_model_and_no_model_are_refused(tmp_path, make_tiny_model, sequences):
    store = harvest_to_disk(make_tiny_model(), sequences, StoredLayer(layer=1), tmp_path, SMALL)
    with pytest.raises(PolyheadError, match=r"harvested from tiny with weights \w{12}; tiny here has weights"):
        StoredBatches(store, sequences_per_batch=2, seed=0, model=make_tiny_model(seed=1))
    with pytest.raises(PolyheadError, match="keeps no patterns; give the model"):
        StoredBatches(store, sequences_per_batch=2, seed=0)


def test_stored_patterns_need_no_model(tmp_path, tiny_model, sequences):
    cfg = SMALL.replace(store_patterns=True)
    store = harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, cfg)
    batch = StoredBatches(store, sequences_per_batch=2, seed=0).batch(0)
    torch.testing.assert_close(batch["pattern"].sum(-1), torch.ones(2, 5, LENGTH))


def test_half_precision_halves_the_disk_and_refuses_what_it_cannot_hold(tmp_path, tiny_model, sequences):
    spec = StoredLayer(layer=1, with_patterns=False)
    full = harvest_to_disk(tiny_model, sequences, spec, tmp_path / "full", SMALL)
    half = harvest_to_disk(tiny_model, sequences, spec, tmp_path / "half", SMALL.replace(dtype="float16"))
    rows = torch.arange(N)
    torch.testing.assert_close(half.read("x", rows), full.read("x", rows), rtol=1e-3, atol=1e-3)
    with torch.no_grad():
        tiny_model.embed.W_E.mul_(1e9)
    wide = StoredLayer(layer=1, input_site="hook_resid_pre", with_patterns=False)
    with pytest.raises(PolyheadError, match="does not fit float16; store float32"):
        harvest_to_disk(tiny_model, sequences, wide, tmp_path / "wide", SMALL.replace(dtype="float16"))


def test_a_full_disk_is_one_clear_line_and_nothing_is_lost(tmp_path, tiny_model, sequences, monkeypatch):
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path / "whole", SMALL)
    monkeypatch.setattr("polyhead.activations.shards.FLUSH_SECONDS", 0.0)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1200, usual[1]))
    try:
        with pytest.raises(ArtifactError, match="free some space and run the same harvest again") as caught:
            harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path / "full", SMALL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert "\n" not in str(caught.value)
    harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path / "full", SMALL)
    assert contents(tmp_path / "full") == contents(tmp_path / "whole")


def test_a_folder_that_is_no_store_is_named(tmp_path, tiny_model, sequences):
    with pytest.raises(ArtifactError, match="has no manifest"):
        Store(tmp_path)
    (tmp_path / "x-00000.npy").touch()
    with pytest.raises(ArtifactError, match="shards without a manifest"):
        harvest_to_disk(tiny_model, sequences, StoredLayer(layer=1), tmp_path, SMALL)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(ArtifactError, match="an object was expected; received a list"):
        Store(tmp_path)


def test_a_run_that_straddles_shards_is_refused():
    with pytest.raises(PolyheadError, match="sequences_per_shard 5 is not a multiple of sequences_per_run 2"):
        StoreConfig.parse({"sequences_per_shard": 5, "sequences_per_run": 2})
