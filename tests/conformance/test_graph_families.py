"""Graphs of every Hugging Face family: norms in front or after, parallel blocks, shared keys; sums must close."""

import sys
from pathlib import Path

import pytest
import tiny_hf
import tokenizers

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import GRAPH, QK, VERIFY, GraphRecord, QKRecord, VerifyRecord
from polyhead.core.special_tokens import SpecialTokens
from polyhead.graphs.building import build_graph
from polyhead.graphs.config import GraphConfig
from polyhead.models.hf import HFModel
from polyhead.models.tokenizer import Tokenizer
from polyhead.runs.graph import GraphRunConfig, run_graph

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "graphs"))

from tiny_graphs import (  # pyright: ignore[reportMissingImports]
    loaded,
    prompt,
    worst_heads,
    worst_sum,
)

SPAN = {"n_latents": 16, "activation": {"kind": "topk", "k": 4}}
KINDS = {
    "mtc and transcoders": [("mtc", (0,), SPAN), ("mtc", (2,), SPAN), ("cross_layer_transcoder", (0, 1, 2), SPAN)],
    "sae": [("attn_out_sae", (1,), SPAN), ("attn_out_sae", (2,), {**SPAN, "site": "attn.hook_z"})],
    "two types": [("two_type_features", (1, 2), SPAN), ("attn_out_sae", (0,), SPAN)],
    "lorsa": [("lorsa", (0,), {**SPAN, "n_latents": 24})],
}


CASES = [(family, kind) for kind in KINDS if kind != "lorsa" for family in tiny_hf.TINY]


@pytest.mark.parametrize(("family", "kind"), [*CASES, *((name, "lorsa") for name in ("llama", "gpt_neox", "gpt2"))])
def test_sums(family: str, kind: str) -> None:
    model = tiny_hf.make(family)
    tokens = prompt(9, vocab=model.cfg.d_vocab)
    graph = build_graph(model, [loaded(model, *what) for what in KINDS[kind]], tokens, GraphConfig(max_query_nodes=4))
    assert worst_sum(graph) < 3e-5
    assert worst_heads(graph) < 1e-6


WORDS = [f"w{i}" for i in range(tiny_hf.D_VOCAB)]


def with_words(family: str) -> HFModel:
    """The tiny model with a tokenizer of one word per token."""
    backend = tokenizers.Tokenizer(tokenizers.models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="w0"))
    backend.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer = Tokenizer(backend, SpecialTokens(bos_token_id=1, eos_token_id=2))
    return HFModel(tiny_hf.make(family).hf, name=family, tokenizer=tokenizer)


CANNOT_SPLIT = {"gemma2": "not a query times a key", "gpt_neo": None, "qwen3": None, "gemma3_text": None}
"""Families whose scores are capped, windowed or normed, and what is said where scores cannot be split."""


@pytest.mark.parametrize("family", CANNOT_SPLIT)
def test_the_command_ends_with_a_page(family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = with_words(family)
    dictionaries = [loaded(model, "mtc", (1,), SPAN), loaded(model, "cross_layer_transcoder", (0, 1, 2), SPAN)]
    monkeypatch.setattr("polyhead.runs.graph.load_model", lambda _: model)
    monkeypatch.setattr("polyhead.runs.graph.find_dictionaries", lambda *_: (dictionaries, []))
    (tmp_path / "text.txt").write_text(" ".join(WORDS * 20), "utf-8")
    asked = GraphRunConfig(
        prompt=" ".join(WORDS[5:12]),
        text=str(tmp_path / "text.txt"),
        n_example_tokens=64,
        n_perturb=1,
        n_qk_entries=3,
        max_latents=4,
        node_threshold=1,
        edge_threshold=1,
    )
    found = run_graph(asked, tmp_path / "g")
    record = GraphRecord.load(tmp_path / "g" / GRAPH)
    refused = [note for note in record.notes if "is not explained" in note]
    entries = QKRecord.load(tmp_path / "g" / QK).entries
    if (message := CANNOT_SPLIT[family]) is None:
        assert not refused
        assert len(entries) == 3
    else:
        assert refused
        assert all(message in note for note in refused)
        assert not entries
    assert not [note for note in record.notes if "verified" in note or "examples" in note]
    assert VerifyRecord.load(tmp_path / "g" / VERIFY).worst_frozen_error < 1e-4
    assert Path(found["pages"]).exists()
    assert found["notes"] == record.notes
    run_graph(asked, tmp_path / "g")
    assert GraphRecord.load(tmp_path / "g" / GRAPH).notes == record.notes


def test_stages_that_cannot_be_done_are_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = with_words("llama")
    monkeypatch.setattr("polyhead.runs.graph.load_model", lambda _: model)
    monkeypatch.setattr("polyhead.runs.graph.find_dictionaries", lambda *_: ([loaded(model, "mtc", (1,), SPAN)], []))
    (tmp_path / "text.txt").write_text("", "utf-8")
    asked = GraphRunConfig(prompt="w4 w5 w6", text=str(tmp_path / "text.txt"), node_threshold=1, edge_threshold=1)
    for name, thresholds, said in (
        ("no edges", {"node_threshold": 0, "edge_threshold": 0}, ["the graph is not verified"]),
        ("no text", {}, ["latents have no examples"]),
    ):
        folder = tmp_path / name
        run_graph(asked.replace(**thresholds), folder)
        notes = GraphRecord.load(folder / GRAPH).notes
        assert [note.partition(":")[0] for note in notes[-len(said) - 1 :]] == ["pruned", *said]
        assert (folder / "pages" / "index.html").exists()
    with pytest.raises(PolyheadError, match="there is no text"):
        run_graph(asked.replace(text=str(tmp_path / "none.txt")), tmp_path / "h")
    assert not (tmp_path / "h").exists()
