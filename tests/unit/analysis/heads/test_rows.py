"""The scan: planted heads are found, batches and stops change nothing, bad patterns are refused."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.heads.proposals import cluster_rows, propose
from polyhead.analysis.heads.row_record import rows_record
from polyhead.analysis.heads.rows import RowScan, RowsConfig, scan_rows
from polyhead.analysis.heads.rules import Vocabulary, rule_book
from polyhead.analysis.heads.unknown_rows import RELATIONS, feature_names
from polyhead.core.errors import ArtifactError, PolyheadError
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.models.hooked import HookedModel
from polyhead.models.native import NativeTransformer

TEXTS = ["<bos>", "<eos>", "\n", "\n  ", "\n    ", *(f" w{i}" for i in range(20)), "(", ")", ",", ":", "_a", "7"]
VOCABULARY = Vocabulary(TEXTS, bos=0, eos=1)
CFG = RowsConfig(n_kept=11, n_destinations=3, sequences_per_batch=3, sequences_per_save=3)


def sequences(n: int = 13, width: int = 17) -> TokenSequences:
    tokens = torch.randint(1, len(TEXTS), (n, width), generator=generator(0, "tokens"), dtype=torch.int32).numpy()
    tokens[:, 0] = 0
    valid = np.ones(tokens.shape, dtype=bool)
    valid[:, 0] = False
    valid[-1, 12:] = False
    return TokenSequences(tokens, valid, "0" * 64, 0, "excluded", n_padded=5)


@pytest.fixture
def model(make_tiny_model: Callable[..., NativeTransformer]) -> NativeTransformer:
    made = make_tiny_model(d_vocab=len(TEXTS))
    for block in made.blocks:
        block.attn.W_Q.data *= 6  # sharper rows than an untrained model's
    return made


def same(a: RowScan, b: RowScan) -> None:
    assert (a.n_done, a.n_rows) == (b.n_done, b.n_rows)
    for name in ("counts", "reached", "shared_out", "touched", "coverage"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)
    for name in ("priority", "sequence", "query", "features", "keys", "weights"):
        np.testing.assert_array_equal(getattr(a.kept, name), getattr(b.kept, name), err_msg=name)


def test_planted_heads_are_what_they_are(model: NativeTransformer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Head 0 looks at BOS, 1 at itself, 2 one back, 3 half and half on itself and BOS, 4 everywhere."""
    planted = torch.zeros(5, 17, 17)
    planted[0, :, 0] = 1
    planted[1] = torch.eye(17)
    planted[2, 1:] = torch.eye(17)[:-1]
    planted[3] = (planted[0] + planted[1]) / 2
    planted[4] = torch.ones(17, 17).tril() / torch.arange(1, 18)[:, None]
    run = model.run_with_cache

    def patched(tokens, sites, *, hooks, with_logits):
        for hook in hooks.values():
            hook(planted.expand(len(tokens), -1, -1, -1))
        return run(tokens, sites, with_logits=with_logits)

    monkeypatch.setattr(model, "run_with_cache", patched)
    scan = scan_rows(model, sequences(), rule_book(["inactive", "self", "previous"]), CFG, vocabulary=VOCABULARY,
                     heads=[(1, h) for h in range(5)])  # fmt: skip
    text, book = sequences(), rule_book(["inactive", "self", "previous"])
    assert scan.n_rows == int(text.valid.sum()) == 13 * 16 - 5
    shares = scan.counts.sum(1) / scan.n_rows
    at = {c: i for i, c in enumerate(book.classes)}
    assert shares[0, at["inactive"]] == 1
    assert shares[1, at["self"]] > 0.9  # a query that is EOS is inactive: the first rule in the stated order
    assert shares[1, at["self"]] + shares[1, at["inactive"]] == 1
    first = (text.valid & (np.arange(17) == 1)).sum() / scan.n_rows  # the row whose previous token is BOS
    assert shares[2, at["inactive"]] >= first
    assert shares[2, at["previous"]] + shares[2, at["inactive"]] == 1
    assert shares[3, at["inactive + self"]] + shares[3, at["inactive"]] == 1
    assert shares[4, at["unknown"]] > 0.5
    np.testing.assert_allclose(scan.touched[4] / scan.n_rows, scan.coverage / scan.n_rows, atol=1e-6)
    record = rows_record(scan, text, book, model="m", texts=TEXTS, text={}, threshold=0.95, seconds=0.0)
    assert [h.name for h in record.heads] == [f"L1H{h}" for h in range(5)]
    assert record.heads[0].class_entropy == 0
    for head in record.heads:
        assert sum(head.mass) == pytest.approx(1, abs=1e-5)
        np.testing.assert_allclose(np.sum(head.curve, axis=0), 1)
        assert head.shares == pytest.approx([c[15] for c in head.curve])  # 95 % is on the curve
        assert np.sum(head.counts) == scan.n_rows


def test_batch_size_changes_counts_in_nothing(model: NativeTransformer) -> None:
    book = rule_book()
    a = scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY)
    b = scan_rows(model, sequences(), book, CFG.replace(sequences_per_batch=5), vocabulary=VOCABULARY)
    np.testing.assert_array_equal(a.counts, b.counts)
    np.testing.assert_array_equal(a.kept.priority, b.kept.priority)
    np.testing.assert_array_equal(a.kept.query, b.kept.query)
    np.testing.assert_allclose(a.shared_out, b.shared_out, rtol=1e-5)


def test_some_heads_are_the_same_as_in_a_scan_of_all(model: NativeTransformer) -> None:
    book = rule_book()
    every = scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY)
    some = scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY, heads=[(2, 4), (1, 0)])
    assert some.heads == [(1, 0), (2, 4)]
    for i, head in enumerate(some.heads):
        np.testing.assert_array_equal(some.counts[i], every.counts[every.heads.index(head)])


def test_the_sample_is_the_unknown_rows_of_smallest_priority(model: NativeTransformer) -> None:
    book = rule_book(["self"])
    few = scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY)
    all_rows = scan_rows(model, sequences(), book, CFG.replace(n_kept=500), vocabulary=VOCABULARY)
    unknown = few.counts.sum(1)[:, -1]
    assert unknown.min() > CFG.n_kept
    np.testing.assert_array_equal(np.isfinite(all_rows.kept.priority).sum(1), unknown)
    np.testing.assert_array_equal(few.kept.query, all_rows.kept.query[:, : CFG.n_kept])
    np.testing.assert_array_equal(few.kept.features, all_rows.kept.features[:, : CFG.n_kept])


def test_features_describe_their_rows(model: NativeTransformer) -> None:
    text, book = sequences(), rule_book(["self"])
    scan = scan_rows(model, text, book, CFG, vocabulary=VOCABULARY)
    names = feature_names(book)
    with torch.no_grad():
        tokens = torch.from_numpy(text.tokens.astype(np.int64))
        _, cache = model.run_with_cache(tokens, [site(layer, "attn.hook_pattern") for layer in range(3)])
    for i, (layer, head) in enumerate(scan.heads):
        s, q = scan.kept.sequence[i, 0], scan.kept.query[i, 0]
        row = cache[site(layer, "attn.hook_pattern")][s, head, q].numpy()
        feature = dict(zip(names, scan.kept.features[i, 0], strict=True))
        assert feature["offset 0"] == pytest.approx(row[q], abs=1e-5)
        assert feature["self"] == pytest.approx(row[q], abs=1e-5)
        assert feature["offset 3 to 4"] == pytest.approx(sum(row[k] for k in (q - 3, q - 4) if k >= 1), abs=1e-5)
        assert feature["largest"] == pytest.approx(row.max(), abs=1e-5)
        newlines = [k for k in range(q) if VOCABULARY.newline[text.tokens[s, k]]]
        assert feature["newline"] == pytest.approx(row[newlines].sum(), abs=1e-5)
        assert scan.kept.keys[i, 0, 0] == row.argmax()
    assert set(RELATIONS) < set(names)


def test_clusters_find_planted_groups_and_are_worded(model: NativeTransformer) -> None:
    random = np.random.default_rng(0)
    planted = np.repeat(np.eye(3), 20, axis=0)
    label = cluster_rows(np.clip(planted + random.normal(0, 0.02, (60, 3)), 0, None))
    assert len({tuple(label[i * 20 : (i + 1) * 20]) for i in range(3)}) == len(set(label)) == 3
    book = rule_book(["self"])
    scan = scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY)
    for method in ("kmeans", "hdbscan"):
        found = propose(scan, sequences(), book, TEXTS, method=method)
        assert sum(p.n_rows for p in found) <= np.isfinite(scan.kept.priority).sum()
    proposals = propose(scan, sequences(), book, TEXTS)
    assert proposals
    assert proposals[0].words
    assert all(e.tokens[-1] == TEXTS[sequences().tokens[e.sequence, e.query]] for e in proposals[0].examples)


def test_nan_in_a_pattern_is_refused(model: NativeTransformer) -> None:
    model.blocks[1].attn.W_K.data[2, 0, 0] = float("nan")
    with pytest.raises(PolyheadError, match="the pattern of layer 1 holds NaN"):
        scan_rows(model, sequences(), rule_book(), CFG, vocabulary=VOCABULARY)


def test_what_cannot_be_scanned_is_refused(model: NativeTransformer) -> None:
    book = rule_book()
    with pytest.raises(PolyheadError, match="no head L3H0"):
        scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY, heads=[(3, 0)])
    with pytest.raises(PolyheadError, match="at least 2 tokens"):
        scan_rows(model, sequences(width=17).__class__(
            np.zeros((2, 1), np.int32), np.ones((2, 1), bool), "", 0, "included", n_padded=0), book, CFG,
            vocabulary=VOCABULARY)  # fmt: skip
    with pytest.raises(PolyheadError, match="has no tokenizer"):
        scan_rows(model, sequences(), book, CFG)


def test_a_stopped_scan_goes_on_and_another_scan_s_state_is_refused(
    model: NativeTransformer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, state = rule_book(), tmp_path / "rows.npz"
    whole = scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY)
    run, calls = HookedModel.run_with_cache, []

    def stops(self, *args, **kwargs):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return run(self, *args, **kwargs)

    monkeypatch.setattr(HookedModel, "run_with_cache", stops)
    with pytest.raises(KeyboardInterrupt):
        scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY, state=state)
    same(scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY, state=state), whole)
    assert len(calls) == 3 + 3  # two of five batches were done before the stop
    same(scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY, state=state), whole)
    assert len(calls) == 3 + 3
    with pytest.raises(ArtifactError, match="another model, text, rule book or setting"):
        scan_rows(model, sequences(), rule_book(["self"]), CFG, vocabulary=VOCABULARY, state=state)
    state.write_bytes(b"PK")
    with pytest.raises(ArtifactError, match="damaged"):
        scan_rows(model, sequences(), book, CFG, vocabulary=VOCABULARY, state=state)


@pytest.mark.slow
def test_a_killed_scan_resumes_with_identical_results(model: NativeTransformer, tmp_path: Path) -> None:
    script = tmp_path / "scan.py"
    state = tmp_path / "rows.npz"
    script.write_text(_script(state))
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "3"
        time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    with np.load(state) as stored:
        assert 0 < int(stored["progress"][0]) < 13
    text, book = sequences(), rule_book()
    whole = scan_rows(model, text, book, CFG, vocabulary=VOCABULARY)
    same(scan_rows(model, text, book, CFG, vocabulary=VOCABULARY, state=state), whole)


def _script(state: Path) -> str:
    return f"""
import sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
sys.path.insert(0, {str(Path(__file__).parents[3])!r})
import conftest, torch
from pathlib import Path
from polyhead.core.rng import generator
from polyhead.models.native import NativeTransformer
import test_rows
save = test_rows.RowScan.save
def slow(self, path, identity):
    save(self, path, identity)
    print(self.n_done, flush=True)
    time.sleep(0.5)
test_rows.RowScan.save = slow
cfg = conftest.TINY.replace(d_vocab=len(test_rows.TEXTS))
model = NativeTransformer(cfg, name="tiny", bos_token_id=0, generator=generator(0, "tiny model"))
for block in model.blocks:
    block.attn.W_Q.data *= 6
test_rows.scan_rows(model, test_rows.sequences(), test_rows.rule_book(), test_rows.CFG,
                    vocabulary=test_rows.VOCABULARY, state=Path({str(state)!r}))
"""
