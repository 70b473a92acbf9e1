"""Firings equal the dense form of movement, and keep no more than the floors say."""

import numpy as np
import pytest
import torch

from polyhead.analysis.interpretability.firing import QUERY_FLOOR, Firing, Gathering, moved


def test_moved_equals_the_dense_sum_and_names_the_main_source():
    g = torch.Generator().manual_seed(0)
    n, h, p = 3, 2, 9
    f = torch.rand(n, p, generator=g) * (torch.rand(n, p, generator=g) < 0.4)
    loadings = torch.randn(n, h + 1, generator=g)
    pattern = torch.rand(h, p, p, generator=g).tril()
    row, place = f.nonzero(as_tuple=True)
    found = moved(row, place, f[row, place], pattern, loadings[row])
    arcs = torch.einsum("ih,hts,is->its", loadings[:, :h], pattern, f)
    own = arcs.diagonal(dim1=1, dim2=2) + loadings[:, h:] * f
    elsewhere = arcs - torch.diag_embed(arcs.diagonal(dim1=1, dim2=2))
    expected = (elsewhere.sum(-1) + own).abs()
    assert found.rows.tolist() == sorted(set(row.tolist()))
    assert torch.allclose(found.key, f[found.rows])
    assert torch.allclose(found.query, expected[found.rows], atol=1e-6)
    largest = elsewhere.abs().max(-1)
    assert found.source.tolist() == torch.where(largest.values > 0, largest.indices, -1)[found.rows].tolist()


def test_gathering_keeps_what_reaches_the_floor_of_the_largest_value_whatever_the_order():
    values = torch.rand(2, 5, 7, generator=torch.Generator().manual_seed(1))
    usable = torch.ones(1, 7, dtype=torch.bool)
    for order in ([0, 1, 2, 3, 4], [4, 2, 0, 3, 1]):
        gathering = Gathering(2)
        for n in order:
            gathering.add([Firing(torch.arange(2), values[:, n], values[:, n], None)], usable)
        found = gathering.firings()["query"]
        for i in range(2):
            kept = found.value[found.of(i)]
            expected = values[i][values[i] >= QUERY_FLOOR * values[i].max()]
            assert sorted(kept) == pytest.approx(sorted(expected.tolist()))
            assert (np.diff(found.sequence[found.of(i)]) >= 0).all()
