"""Items keep their promises: other documents, own firings, whole windows, false in one way only; shuffled ones .2."""

import numpy as np
import pytest
from make_planted import VOCABULARY, documents, side

from polyhead.analysis.interpretability.counts import CountsJudge
from polyhead.analysis.interpretability.drawing import Drawing, distance_bucket
from polyhead.analysis.interpretability.marks import gram_hashes, latent_marks
from polyhead.analysis.interpretability.scores import Material, by_latent, score_columns, shuffled_scores
from polyhead.analysis.interpretability.text_features import TextFeatures

N_LATENTS = 12


@pytest.fixture(scope="module")
def text():
    return documents(n_documents=160)


@pytest.fixture(scope="module")
def firings(text):
    """Latent i carries token 10 + i, and arrives where the token before the query is 30 + i (its first source)."""
    keys, queries, sources = [], [], []
    for i in range(N_LATENTS):
        key = (text.tokens == 10 + i) & text.usable
        after = np.zeros_like(key)
        after[:, 1:] = text.tokens[:, :-1] == 30 + i
        source = np.where(key.any(1), key.argmax(1), -1)[:, None] * np.ones((1, key.shape[1]), dtype=int)
        source = np.where(source < np.arange(key.shape[1]), source, -1)
        keys.append(key)
        queries.append(after & text.usable & (source > 0))
        sources.append(source)
    return {"key": side(keys), "query": side(queries, source=sources)}


@pytest.fixture(scope="module")
def drawing(text, firings):
    return Drawing(text, firings, seed=0)


def test_single_items_are_of_five_documents_and_the_false_text_is_where_the_latent_does_not_fire(drawing, text):
    items = drawing.single("key")
    assert len(items) > 60
    places = items.texts.places
    assert all(len(set(text.document[places[e, :, 0]])) == 5 for e in range(len(items)))
    token = text.tokens[places[..., 0], places[..., 1]]
    is_own = token == (10 + items.row)[:, None]
    assert (is_own.sum(1) == 4).all()
    assert not is_own[np.arange(len(items)), items.false].any()
    assert text.usable[places[..., 0], places[..., 1]].all()
    assert not text.for_fitting[places[..., 0]].any()
    assert items.matched.all()


def test_true_texts_are_of_the_decile_that_the_item_states(drawing):
    items = drawing.single("query")
    for e in range(len(items)):
        marks = drawing.marks("query")[items.row[e]].marks
        decile = {(s, p): d for s, p, d in zip(marks.sequence, marks.position, marks.decile, strict=True)}
        true = np.delete(items.texts.places[e], items.false[e], axis=0)
        assert {decile[tuple(place)] for place in true} == {items.decile[e]}


def test_stray_queries_keep_a_true_key_and_distance_and_crossed_pairs_do_not_overlap(drawing, text):
    stray = drawing.coupled("P")
    assert len(stray) > 30
    at = np.arange(len(stray))
    key, query = stray.texts.key[at, stray.false], stray.texts.query[at, stray.false]
    assert (text.tokens[key[:, 0], key[:, 1]] == 10 + stray.row).all()
    assert (text.tokens[query[:, 0], query[:, 1] - 1] != 30 + stray.row).all()
    assert (query[:, 1] - key[:, 1] == stray.texts.distance[at, stray.false]).all()
    true = np.ones((len(stray), 5), dtype=bool)
    true[at, stray.false] = False
    distances = [set(stray.texts.distance[e][true[e]]) for e in at]
    assert all(stray.texts.distance[e, stray.false[e]] in distances[e] for e in at)
    crossed = drawing.coupled("X")
    at = np.arange(len(crossed))
    key, query = crossed.texts.key[at, crossed.false], crossed.texts.query[at, crossed.false]
    assert (text.document[key[:, 0]] != text.document[query[:, 0]]).all()
    assert (crossed.texts.distance > 16).all()


def test_repeated_contexts_are_one_mark_and_windows_are_whole(text):
    tokens = text.tokens.copy()
    tokens[3, 20:40] = tokens[2, 20:40]
    changed = type(text)(tokens, text.valid, text.document, text.names)
    fires = np.zeros(tokens.shape, dtype=bool)
    fires[2, 30] = fires[3, 30] = fires[5, 30] = True
    found = latent_marks(changed, gram_hashes(tokens), side([fires]), 0, 1000)
    assert sorted(found.marks.sequence.tolist()) == [2, 5]
    assert found.density == pytest.approx(3 / 1000)
    assert found.fires_at(np.array([[3, 30], [3, 31]]), tokens.shape[1]).tolist() == [True, False]
    assert text.usable.sum(1).tolist() == [64 - 13 - 4] * len(text.tokens)


def test_the_counts_find_a_planted_token_and_a_planted_query_and_nothing_in_shuffled_items(drawing, text):
    material, features = Material.drawn(drawing), TextFeatures(text, VOCABULARY)
    found = score_columns(material, features)
    assert found["K"].mean() > 0.9
    assert found["Q"].mean() > 0.6
    assert found["K_token"].mean() > 0.95
    assert abs(found["Q_token"].mean() - 0.2) < 0.15
    assert found["detect_key"].mean() > 0.9
    assert found["detect_key_token"].mean() > 0.99
    assert found["P_fit"].mean() > 0.5  # the query condition is one
    assert abs(found["X"].mean() - 0.2) < 0.15  # keys and queries meet by chance here
    for mean, low, high in shuffled_scores(material, CountsJudge(features)).values():
        assert low <= 0.2 <= high, mean


def test_rare_latents_are_told_as_such(text, firings):
    rare = np.zeros(text.tokens.shape, dtype=bool)
    rare[:3, 30] = True
    never, dense = np.zeros_like(rare), text.usable
    some = {"key": side([rare, never, dense]), "query": side([rare, never, dense])}
    found = score_columns(Material.drawn(Drawing(text, some, seed=0)), TextFeatures(text, VOCABULARY))
    assert found["why"].tolist() == ["too rare to score", "never fires", "too dense to score"]
    assert found[["K", "Q", "two_sided"]].isna().all().all()


def test_items_depend_on_the_seed_alone(text, firings, drawing):
    again = Drawing(text, firings, seed=0).single("key")
    other = Drawing(text, firings, seed=1).single("key")
    assert (again.texts.places == drawing.single("key").texts.places).all()
    assert other.texts.places.shape != again.texts.places.shape or (other.texts.places != again.texts.places).any()


def test_distance_buckets():
    assert distance_bucket(np.array([1, 2, 3, 4, 5, 8, 9, 16, 17])).tolist() == [0, 1, 2, 2, 3, 3, 4, 4, 5]


def test_a_latent_needs_five_answered_items(drawing):
    items = drawing.single("key")
    values = np.where(items.row == items.row[0], np.nan, 1.0)
    found = by_latent(items, values, N_LATENTS)
    assert np.isnan(found[items.row[0]])
    assert np.nanmin(found) == 1.0
