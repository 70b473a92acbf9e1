"""Intervals over documents: equal to a plain loop, wide where documents differ, absent where they are few."""

import numpy as np
import pytest
import torch

from polyhead.core.rng import generator
from polyhead.metrics.by_document import N_DRAWS, DocumentSums, document_interval
from polyhead.metrics.reconstruction import ReconstructionSums, fvu_interval


def ratio(s):
    return s["error"] / s["total"]


def sums_of(values: dict[str, list[float]]):
    return {name: np.array(value, dtype=float) for name, value in values.items()}


def test_sums_are_by_document_whatever_the_batches() -> None:
    owner = torch.tensor([4, 0, 4, 2, 0, 4, 2])
    value = torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
    whole, cut = DocumentSums(), DocumentSums()
    whole.add(owner, x=value, n=torch.ones(7))
    for part in (slice(0, 1), slice(1, 2), slice(2, 7)):
        cut.add(owner[part], x=value[part], n=torch.ones(7)[part])
    for sums in (whole, cut):
        found = sums.result()
        assert found["x"].tolist() == [18.0, 72.0, 37.0]  # documents 0, 2 and 4; 1 and 3 have no position
        assert found["n"].tolist() == [2.0, 2.0, 3.0]
    empty = DocumentSums()
    empty.add(None, x=value)
    assert empty.result() == {}


def test_documents_that_agree_give_a_point() -> None:
    sizes = [1.0, 2.0, 5.0, 9.0, 3.0, 4.0, 8.0, 2.5, 1.5]
    interval = document_interval(sums_of({"error": [0.25 * s for s in sizes], "total": sizes}), ratio)
    assert interval is not None
    assert (interval.low, interval.high, interval.n_documents) == (0.25, 0.25, 9)


def test_the_interval_is_that_of_a_plain_loop() -> None:
    rng = np.random.default_rng(3)
    error, total = rng.uniform(size=11), rng.uniform(1, 2, size=11)
    interval = document_interval({"error": error, "total": total}, ratio, seed=5)
    again, drawn = np.random.default_rng(5), []
    for _ in range(N_DRAWS):
        times = again.multinomial(11, np.full(11, 1 / 11))
        chosen = np.repeat(np.arange(11), times)
        drawn.append(error[chosen].sum() / total[chosen].sum())
    assert interval is not None
    assert [interval.low, interval.high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist())
    assert interval.low < error.sum() / total.sum() < interval.high


def test_it_covers_the_truth_about_as_often_as_it_says() -> None:
    """Documents whose mean varies: intervals over tokens would be ten times too narrow here."""
    rng, covered = np.random.default_rng(0), 0
    for trial in range(100):
        means = rng.normal(1.0, 0.3, size=40)
        error = (means[:, None] + rng.normal(0, 0.1, size=(40, 100))).sum(1)
        interval = document_interval({"error": error, "total": np.full(40, 100.0)}, ratio, seed=trial)
        assert interval is not None
        covered += interval.low <= 1.0 <= interval.high
    assert 86 <= covered <= 99


def test_fewer_than_eight_documents_give_none() -> None:
    for n, given in ((0, False), (1, False), (7, False), (8, True)):
        sums = sums_of({"error": list(range(1, n + 1)), "total": [1.0] * n})
        assert (document_interval(sums, ratio) is not None) == given
    assert document_interval({}, ratio) is None


def test_a_figure_without_a_value_gives_none() -> None:
    assert document_interval(sums_of({"error": [1.0] * 9, "total": [0.0] * 9}), ratio) is None


def test_fvu_has_an_interval_around_it_where_documents_are_known() -> None:
    g = generator(0, "documents")
    target = torch.randn(12, 5, 3, generator=g)
    estimate = target + torch.linspace(0.1, 0.9, 12)[:, None, None] * torch.randn(12, 5, 3, generator=g)
    counted = torch.ones(12, 5, dtype=torch.bool)
    counted[:, 0] = False
    owner = torch.arange(12)[:, None].expand(12, 5)
    known, unknown = (ReconstructionSums(torch.zeros(3)) for _ in range(2))
    known.update(target, estimate, counted, owner)
    unknown.update(target, estimate, counted)
    interval = fvu_interval([known])
    assert interval is not None
    assert interval.low < known.result().fvu < interval.high
    assert fvu_interval([unknown]) is None
    assert known.result() == unknown.result()
