"""Artefacts that an earlier version wrote (commit 62343c9, the folder next to this file) are read, and mean the same.

The runs have three multitoken transcoders (free, Top-1, spread), an attention-output SAE and a QK dictionary of layer 3
of the bundled model, 16 latents each, two steps of training; the graph is of one prompt of 20 tokens.
"""

import shutil
from pathlib import Path

import pytest
import torch

import polyhead as ph
from polyhead.core.records import Evaluation, load_lines
from polyhead.core.threads import cpu_threads
from polyhead.dictionaries import TopK
from polyhead.experiments.train import load_config, run_experiment
from polyhead.graphs.graph import Graph
from polyhead.reports.graphs import write_graph_pages

EARLIER = Path(__file__).with_name("written_earlier")


@pytest.mark.parametrize(
    "path", sorted(p.parent for p in EARLIER.rglob("weights.safetensors")), ids=lambda p: p.parts[-2]
)
def test_a_dictionary_is_read_with_its_weights(path: Path) -> None:
    dictionary = ph.load_dictionary(path)
    assert dictionary.cfg.n_latents in (8, 16)
    assert all(bool(tensor.isfinite().all()) for tensor in dictionary.state_dict().values())


def test_a_run_is_finished_and_scores_as_it_did(tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(EARLIER / "mtc", run)
    before = {e.name: e for e in load_lines(run / "records" / "evaluations.jsonl", Evaluation)}
    with cpu_threads(1):
        after, _ = ph.evaluate(run)
    assert [e.name for e in after] == list(before)
    for e in after:
        for number in ("fvu", "l0_source", "l0_dest", "ce_clean", "ce_spliced", "kl", "effective_heads"):
            earlier = getattr(before[e.name], number)
            same = None if earlier is None else pytest.approx(earlier, rel=1e-4)
            assert getattr(e, number) == same, (e.name, number)


def test_a_member_resumes_from_its_checkpoint_to_the_same_tensors(tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(EARLIER / "mtc", run)
    folder = run / "members" / "free-k4-n16-s0" / "dictionary"
    expected = ph.load_dictionary(folder).state_dict()
    shutil.rmtree(folder)
    with cpu_threads(1):
        run_experiment(load_config(run), run, threads=1)
    received = ph.load_dictionary(folder).state_dict()
    assert list(received) == list(expected)
    for name, tensor in expected.items():
        assert received[name].dtype == tensor.dtype
        assert received[name].numpy().tobytes() == tensor.numpy().tobytes(), name


def test_names_of_earlier_versions_are_read_as_those_of_today() -> None:
    evaluations = {e.name: e.init for e in load_lines(EARLIER / "mtc" / "records" / "evaluations.jsonl", Evaluation)}
    assert evaluations["free-k4-n16-s0"] == "one_hot"
    assert evaluations["free-k4-n16-spread-s0"] == "spread"
    assert evaluations["mean"] is None
    free, _, spread = load_config(EARLIER / "mtc").members
    assert (free.settings["init"], spread.settings["init"]) == ("one_hot", "spread")
    assert free.parsed.activation == TopK(k=4, k_aux=8, aux_weight=0.125)
    assert load_config(EARLIER / "attn_out_sae").members[0].settings["init"] == "subspace"
    dictionary = ph.load_dictionary(EARLIER / "mtc" / "members" / "free-k4-n16-s0" / "dictionary")
    assert dictionary.dead.dtype == torch.bool


def test_a_graph_is_read_and_its_pages_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "graph"
    shutil.copytree(EARLIER / "graph", folder)
    graph = Graph.load(folder)
    assert len(graph) == 34
    assert graph.record.n_edges == 24
    assert write_graph_pages([folder], tmp_path / "pages").exists()
