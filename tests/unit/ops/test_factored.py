"""Factored matrices do what the dense ones do, and stay factored."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.ops.factored import FactoredMatrix, composition_score


def make(left: int, r: int, right: int, seed: int = 0) -> FactoredMatrix:
    g = generator(seed, left, r, right)
    return FactoredMatrix(
        torch.randn(left, r, generator=g, dtype=torch.float64), torch.randn(r, right, generator=g, dtype=torch.float64)
    )


def sorted_complex(values: Tensor) -> Tensor:
    order = sorted(values.tolist(), key=lambda z: (-round(abs(z), 9), round(z.real, 9), round(z.imag, 9)))
    return torch.tensor(order, dtype=torch.complex128)


size = st.integers(1, 9)


@given(left=size, r=size, right=size)
def test_svd_and_norm_are_those_of_the_dense_matrix(left: int, r: int, right: int) -> None:
    m = make(left, r, right)
    u, s, vh = m.svd()
    k = min(left, r, right)
    assert (u.shape, s.shape, vh.shape) == ((left, k), (k,), (k, right))
    assert_close((u * s) @ vh, m.dense())
    assert_close(u.mT @ u, torch.eye(k).double())
    assert_close(vh @ vh.mT, torch.eye(k).double())
    assert_close(s, torch.linalg.svdvals(m.dense())[:k])
    assert_close(m.norm(), m.dense().norm())


@given(d=size, r=size)
def test_eigenvalues_are_the_nonzero_ones_of_the_dense_matrix(d: int, r: int) -> None:
    m = make(d, r, d)
    ours, dense = m.eigenvalues(), torch.linalg.eigvals(m.dense())
    assert ours.shape == (r,)
    k = min(d, r)
    assert_close(sorted_complex(ours)[:k], sorted_complex(dense)[:k], rtol=1e-6, atol=1e-6)
    assert_close(ours.real.sum(), m.trace())
    assert_close(m.trace(), m.dense().trace())


@given(a=size, r=size, b=size, s=size, c=size)
def test_products(a: int, r: int, b: int, s: int, c: int) -> None:
    m, n = make(a, r, b), make(b, s, c, seed=1)
    product = m @ n
    assert isinstance(product, FactoredMatrix)
    assert product.rank == min(r, s)
    assert_close(product.dense(), m.dense() @ n.dense())
    assert_close(m @ n.A, m.dense() @ n.A)
    assert_close(m @ n.A[:, 0], m.dense() @ n.A[:, 0])
    x = torch.randn(2, 3, a, generator=generator(2)).double()
    assert_close(x @ m, x @ m.dense())
    assert_close(x[0, 0] @ m, x[0, 0] @ m.dense())
    assert_close(m.T.dense(), m.dense().T)
    assert m.T.shape == (b, a)


def test_nothing_large_is_formed() -> None:
    """At this width the dense matrix would take 40 GB."""
    d, r = 100_000, 3
    m, n = make(d, r, d), make(d, r, d, seed=1)
    x = torch.ones(d).double()
    assert_close((x @ m) @ x, x @ (m @ x))
    assert m.svd()[0].shape == (d, r)
    assert m.eigenvalues().shape == (r,)
    assert (m @ n).norm() <= m.norm() * n.norm()
    assert 0 < composition_score(m, n) < 1


def test_composition_score() -> None:
    m, n = make(7, 3, 8), make(8, 2, 9, seed=1)
    expected = (m.dense() @ n.dense()).norm() / (m.dense().norm() * n.dense().norm())
    assert_close(composition_score(m, n), expected)
    rank_one = FactoredMatrix(m.A[:, :1], m.B[:1])
    assert_close(composition_score(rank_one, rank_one.T), torch.tensor(1.0).double())  # reads just what is written
    eye = torch.eye(6)
    apart = FactoredMatrix(eye[:, :2], eye[:2]), FactoredMatrix(eye[:, 2:], eye[2:])
    assert composition_score(*apart) == 0


def test_shapes_that_do_not_fit_are_refused() -> None:
    m = make(7, 3, 8)
    with pytest.raises(PolyheadError, match=r"expected 8 rows, received 7"):
        m @ m
    with pytest.raises(PolyheadError, match=r"expected vectors of 7"):
        torch.ones(2, 8).double() @ m
    with pytest.raises(PolyheadError, match=r"square.*\[7, 8\]"):
        m.eigenvalues()
