"""Studies on attribution graphs: prompts, heads, carried features and shuffled heads are what they say they are."""

from pathlib import Path

import numpy as np
import pytest
import torch

from polyhead.core.errors import PolyheadError
from polyhead.dictionaries.bundled import bundled_card, bundled_dictionaries, bundled_folders
from polyhead.graphs.frozen import freeze
from polyhead.graphs.loaded import LoadedDictionary, load_dictionaries
from polyhead.graphs.parts.block import MovedRead
from polyhead.models.hooked import HookedModel
from polyhead.studies import find_study
from polyhead.studies.graphs.answer_selection.models import KINDS, LETTERS, accuracy, contrasts, questions
from polyhead.studies.graphs.edge_heads.models import _effective, crossing, graph_of, spread
from polyhead.studies.graphs.induction_graph.models import _by_head, carried_by, case_of, contentless
from polyhead.studies.graphs.prompts import GraphPlace, Heads, Repeat, open_place


@pytest.fixture(scope="module")
def opened() -> tuple[HookedModel, list[Repeat], Heads]:
    return open_place(GraphPlace(n_prompts=2), seed=0)


@pytest.fixture(scope="module")
def dictionaries() -> list[LoadedDictionary]:
    return [one for folder in bundled_folders("mtc").values() for one in load_dictionaries(folder)]


def test_the_next_token_stood_at_the_key_behind_the_last_token(opened: tuple[HookedModel, list[Repeat], Heads]) -> None:
    _, prompts, heads = opened
    for prompt in prompts:
        assert int(prompt.tokens[prompt.key]) == prompt.answer
        assert int(prompt.tokens[prompt.key - 1]) == int(prompt.tokens[-1])
    assert heads.previous == (2, 7)
    assert {layer for layer, _ in heads.induction} == {3}


def test_too_few_prompts_are_refused() -> None:
    with pytest.raises(PolyheadError, match="lower least_probability"):
        open_place(GraphPlace(n_prompts=2, least_probability=1.0), seed=0)


def test_what_arrives_is_the_sum_over_heads(
    opened: tuple[HookedModel, list[Repeat], Heads], dictionaries: list[LoadedDictionary]
) -> None:
    model, prompts, heads = opened
    frozen = freeze(model, dictionaries, prompts[0].tokens)
    key = prompts[0].key
    for block in frozen.blocks:
        if isinstance(block.read, MovedRead):
            here = [node.value for node, p in zip(block.nodes, block.positions.tolist(), strict=True) if p == key]
            terms = _by_head(block, block.read, key)
            torch.testing.assert_close(terms.sum(1), torch.tensor(here, dtype=terms.dtype), rtol=1e-4, atol=1e-4)
    through, rest = carried_by(frozen, *heads.previous, position=key)
    assert through
    assert not set(through) & set(rest)


def test_removing_what_was_carried_there_takes_the_attention_away(
    opened: tuple[HookedModel, list[Repeat], Heads], dictionaries: list[LoadedDictionary]
) -> None:
    model, prompts, heads = opened
    case = case_of(model, dictionaries, prompts[0], heads, 0)
    assert case is not None
    assert case.removed.pattern < 0.5
    assert case.removed.pattern < case.top.pattern
    assert contentless(model, prompts, heads.previous)[0] > 0.8


def test_shuffled_heads_keep_loadings_and_places(
    opened: tuple[HookedModel, list[Repeat], Heads], dictionaries: list[LoadedDictionary]
) -> None:
    model, prompts, _ = opened
    graph = graph_of(model, dictionaries, prompts[0].tokens)
    found = crossing(graph, 0)
    again = crossing(graph, 0)
    np.testing.assert_array_equal(found.shuffled, again.shuffled)
    assert not np.allclose(found.shuffled, found.terms)
    measured = spread(found, model.cfg.n_layers)
    assert 1 <= measured.effective <= model.cfg.n_heads
    assert sum(measured.counts) == pytest.approx(1, abs=1e-6)


def test_effective_heads_of_known_terms() -> None:
    terms = np.array([[2.0, 0, 0, 0], [1, -1, 0, 0], [1, 1, 1, 1]])
    np.testing.assert_allclose(_effective(terms), [1, 2, 4])


def test_questions_have_one_right_option_at_the_places_named(opened: tuple[HookedModel, list[Repeat], Heads]) -> None:
    model = opened[0]
    assert model.tokenizer is not None
    asked = questions(model, 6, seed=0)
    assert sorted(q.answer for q in asked) == [0, 0, 1, 1, 2, 2]
    for question in asked:
        text = model.tokenizer.decode(question.tokens[1:].tolist())
        kind = text.split("Which of these is ")[1].split("?")[0]
        words = [line[3:] for line in text.splitlines()[1:4]]
        assert [word in KINDS[kind] for word in words] == [o == question.answer for o in range(3)]
        read = [model.tokenizer.decode([int(question.tokens[p])]).strip() for p in question.places[0]]
        assert read == list(LETTERS)
    found = contrasts(model, asked)
    assert found.right.shape == (6, 2, model.cfg.n_layers, model.cfg.n_heads)
    everything = [(layer, head) for layer in range(4) for head in range(8)]
    assert accuracy(model, asked) == pytest.approx(
        np.mean([int(c) == q.answer for c, q in zip(found.chosen, asked, strict=True)])
    )
    assert 0 <= accuracy(model, asked, everything) <= 1


def test_what_ships_is_whole_and_small() -> None:
    assert [d.cfg.n_heads for d in bundled_dictionaries()] == [8] * 4
    assert [d.cfg.heads for d in bundled_dictionaries("qk_diagonal")] == [(7,), (0, 3, 5, 7)]
    card = bundled_card()
    assert set(card["dictionaries"]) == set(bundled_folders())
    assert card["bytes"] < 25e6
    half = card["half_precision"]
    assert abs(half["loss_all_layers_replaced"] - half["the_same_in_single_precision"]) < 1e-3
    for entry in card["dictionaries"].values():
        if entry["method"] == "mtc":
            assert entry["scores"]["ce_recovered_mean"] > 0.9


def test_answer_selection_runs_at_quick_without_a_download(tmp_path: Path) -> None:
    study = find_study("answer-selection")
    assert study.presets["quick"].model == "bundled"
    findings = study.run(study.presets["quick"].replace(n_questions=6, n_heads=2), tmp_path)
    assert findings.claims
    assert not any("ship" in note for note in findings.notes)
