"""J1 equals its formula summed slot by slot, and AUROC and credit their definitions."""

import itertools
import math

import numpy as np
import pytest
from make_planted import VOCABULARY, documents, side

from polyhead.analysis.interpretability.counts import MU, BestToken, CountsJudge
from polyhead.analysis.interpretability.drawing import Drawing
from polyhead.analysis.interpretability.items import Examples, Items, Texts
from polyhead.analysis.interpretability.judges import auroc, credit
from polyhead.analysis.interpretability.text_features import CLASSES, TextFeatures, token_class

OFFSETS = (-4, -3, -2, -1, 0, 1)


@pytest.fixture(scope="module")
def features():
    return TextFeatures(documents(), VOCABULARY)


def slow(features, scored, learned):
    """The formula, text by text, of single-sided places."""
    tokens, m = features.tokens, len(learned)
    total = 0.0
    for o in OFFSETS:
        w = tokens[scored[0], scored[1] + o]
        n, p = sum(tokens[s, t + o] == w for s, t in learned), features.token_rate[w]
        total += math.log((n + MU * p) / ((m + MU) * p))
    kind = features.token_class[tokens[tuple(scored)]]
    n = sum(features.token_class[tokens[s, t]] == kind for s, t in learned)
    p = features.class_rate[kind]
    total += math.log((n + MU * p) / ((m + MU) * p))
    window = [o for o in range(-12, 5) if o]
    terms = []
    for o in window:
        w = tokens[scored[0], scored[1] + o]
        n = sum(tokens[s, t + other] == w for s, t in learned for other in window)
        p = features.token_rate[w]
        terms.append(math.log((n + MU * p) / ((m * len(window) + MU) * p)))
    return total + sum(terms) / len(terms)


def items_at(places, false=0):
    n = len(places)
    return Items("K", np.arange(n), np.zeros(n, int), np.full(n, false), Texts(key=places), np.ones(n, bool))


def test_leave_one_out_scores_equal_the_formula(features):
    places = np.random.default_rng(0).integers([0, 13], [40, 59], size=(3, 5, 2))
    found = CountsJudge(features).scores(items_at(places))
    for i, c in itertools.product(range(3), range(5)):
        assert found[i, c] == pytest.approx(slow(features, places[i, c], np.delete(places[i], c, 0)), abs=1e-5)


def test_fitted_scores_equal_the_formula_and_latents_without_examples_get_none(features):
    rng = np.random.default_rng(1)
    places, learned = (rng.integers([0, 13], [40, 59], size=(n, m, 2)) for n, m in ((3, 5), (1, 32)))
    found = CountsJudge(features).fitted_scores(items_at(places), Examples(np.array([1]), Texts(key=learned)))
    assert np.isnan(found[[0, 2]]).all()
    for c in range(5):
        assert found[1, c] == pytest.approx(slow(features, places[1, c], learned[0]), abs=1e-5)


def test_scores_move_with_the_texts(features):
    places = np.random.default_rng(2).integers([0, 13], [40, 59], size=(4, 5, 2))
    order = np.array([3, 0, 4, 1, 2])
    judge = CountsJudge(features)
    assert judge.scores(items_at(places[:, order])) == pytest.approx(judge.scores(items_at(places))[:, order])


def test_pairs_with_an_equality_stand_out(features):
    tokens = features.tokens
    equal = [(s, a, b) for s in range(40) for b in range(30, 59) for a in range(13, b) if tokens[s, a] == tokens[s, b]]
    chosen = np.array(equal)[np.random.default_rng(5).permutation(len(equal))[:5]]
    other = np.array([39, 20, 21 + int(np.argmax(tokens[39, 21:58] != tokens[39, 20]))])
    rows = np.concatenate([chosen[:4], other[None]])
    texts = Texts(rows[None][..., [0, 1]], rows[None][..., [0, 2]], np.array([[5, 5, 5, 5, 5]]))
    found = features.of(texts)
    assert found.slots[0, :, 14].tolist() == [1, 1, 1, 1, 0]
    rates = features.rates(True, np.array([5]))
    assert len(rates) == found.slots.shape[-1] == 18
    assert [rate.sum() for rate in rates] == pytest.approx([1.0] * 18)
    assert rates[14][1] == pytest.approx(1 / 49, abs=0.01)


def test_credit_shares_ties_and_auroc_counts_them_half():
    items = items_at(np.zeros((4, 5, 2), int), false=1)
    scores = np.array([[1, 0, 1, 1, 1], [0, 0, 1, 1, 1], [0, 1, 1, 1, 1], [np.nan, 0, 1, 1, 1]])
    assert credit(items, scores) == pytest.approx([1.0, 0.5, 0.0, np.nan], nan_ok=True)
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 4, 7).astype(float), rng.integers(0, 4, 9).astype(float)
    expected = np.mean([1.0 if x > y else 0.5 if x == y else 0.0 for x in a for y in b])
    assert auroc(a, b) == pytest.approx(expected)
    sklearn = pytest.importorskip("sklearn.metrics")
    assert auroc(a, b) == pytest.approx(sklearn.roc_auc_score([1] * 7 + [0] * 9, [*a, *b]))


def test_the_best_token_is_the_one_most_above_its_rate(features):
    at = np.argwhere((features.tokens == 7) & features.documents.usable)[:3]
    other = np.argwhere((features.tokens == 9) & features.documents.usable)[:1]
    examples = Examples(np.array([0]), Texts(key=np.concatenate([at, other])[None]))
    assert BestToken(features).tokens(examples).tolist() == [7]


def test_classes_of_tokens():
    words = {"\n    ": "indent", "  ": "indent", " ": "space", " 12": "digit", "(": "bracket", " Self": "capital"}
    words |= {"'": "quote", "self": "word", "_x": "word", "+=": "other"}
    assert {word: CLASSES[token_class(word)] for word in words} == words


def test_a_drawing_without_firings_gives_no_items():
    text = documents()
    none = np.zeros(text.tokens.shape, dtype=bool)
    drawing = Drawing(text, {"key": side([none]), "query": side([none])}, seed=0)
    assert len(drawing.single("key")) == 0
    assert len(drawing.coupled("P")) == 0
    assert len(drawing.detection("key").row) == 0
