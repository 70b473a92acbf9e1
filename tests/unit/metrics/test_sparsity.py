"""Moved codes and sparsity: equal to slow dense references, and unchanged by how text is cut and ordered."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from polyhead.core.protocols import Codes
from polyhead.core.rng import generator
from polyhead.metrics import movement
from polyhead.metrics.movement import move_sequence
from polyhead.metrics.sparsity import Sparsity, SparsitySums, carrying
from polyhead.ops.participation import participation_ratio

B, P, H, K, N, D = 5, 7, 3, 4, 11, 2


def data(seed: int = 0):
    g = generator(seed, "sparsity")
    indices = torch.stack([torch.randperm(N, generator=g)[:K] for _ in range(B * P)]).view(B, P, K)
    values = torch.rand(B, P, K, generator=g) * (torch.rand(B, P, K, generator=g) > 0.4)
    indices = indices * (values != 0)  # as the protocol pads
    pattern = torch.randn(B, H, P, P, generator=g).tril().softmax(-1).tril()
    loadings, W_dec = torch.randn(N, H + 1, generator=g), torch.randn(N, D, generator=g)
    counted = torch.rand(B, P, generator=g) > 0.3
    return Codes(values, indices, N), pattern, loadings, W_dec, counted


def dense_z(codes: Codes, pattern, loadings):
    """z[b, t, i] written out."""
    f = torch.zeros(B, P, N).scatter_add(-1, codes.indices, codes.values)
    heads = torch.cat([pattern, torch.eye(P).expand(B, 1, P, P)], dim=1)
    return f, torch.einsum("ih,bhts,bsi->bti", loadings, heads, f)


@pytest.mark.parametrize("floats_at_once", [1, 40, 2**23])
def test_the_moved_code_of_a_sequence_equals_the_dense_one(monkeypatch: pytest.MonkeyPatch, floats_at_once: int):
    monkeypatch.setattr(movement, "_FLOATS_AT_ONCE", floats_at_once)
    codes, pattern, loadings, _, _ = data()
    f, z = dense_z(codes, pattern, loadings)
    for b in range(B):
        got = move_sequence(codes.values[b], codes.indices[b], pattern[b], loadings)
        assert got.latents.tolist() == (f[b] != 0).any(0).nonzero()[:, 0].tolist()
        torch.testing.assert_close(got.z, z[b][:, got.latents].T)


def slow(codes, pattern, loadings, W_dec, counted) -> Sparsity:
    f, z = dense_z(codes, pattern, loadings)
    f, z = f[counted], z[counted].double()
    e = z.square() * W_dec.double().square().sum(-1)
    counts = []
    for row in e:
        total, running, n = float(row.sum()), 0.0, 0
        for value in sorted(row.tolist(), reverse=True):
            if total == 0 or running >= 0.9 * total:
                break
            running, n = running + value, n + 1
        counts.append(n)
    energy, L = e.sum(0), loadings.double()
    heads = L.abs().sum(-1) ** 2 / (L**2).sum(-1)
    identity = L[:, -1] ** 2 / (L**2).sum(-1)
    return Sparsity(
        l0_source=float((f != 0).sum(-1).double().mean()),
        l0_dest=sum(counts) / len(counts),
        dead_share=float((f == 0).all(0).double().mean()),
        effective_heads=float((heads * energy).sum() / energy.sum()),
        identity_share=float((identity * energy).sum() / energy.sum()),
        density=(f != 0).double().mean(0),
        energy=energy,
    )


def measured(codes, pattern, loadings, W_dec, counted, cuts=(B,)) -> Sparsity:
    sums = SparsitySums(W_dec, loadings)
    parts = (x.split(cuts) for x in (codes.values, codes.indices, pattern, counted))
    for values, indices, heads, here in zip(*parts, strict=True):
        sums.update(Codes(values, indices, N), heads, here)
    return sums.result()


def same(a: Sparsity, b: Sparsity) -> None:
    assert a[:5] == pytest.approx(b[:5], rel=1e-5)
    torch.testing.assert_close(a.density, b.density)
    torch.testing.assert_close(a.energy, b.energy, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_sparsity_equals_a_slow_reference(seed: int):
    same(measured(*data(seed)), slow(*data(seed)))


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(1, B - 1), order=st.permutations(range(B)))
def test_how_text_is_cut_and_ordered_changes_nothing(cut: int, order: list[int]):
    codes, pattern, loadings, W_dec, counted = data()
    moved = Codes(codes.values[order], codes.indices[order], N)
    other = measured(moved, pattern[order], loadings, W_dec, counted[order], cuts=(cut, B - cut))
    same(other, measured(*data()))


def test_carrying_looks_beyond_its_first_try():
    flat = torch.ones(1, 200)  # 90 % of 200 equal entries is 180 of them
    assert carrying(torch.cat([flat, torch.zeros(1, 200)])).tolist() == [180, 0]


def test_participation_of_equal_and_single_loadings():
    rows = torch.tensor([[1.0, -1.0, 1.0, 1.0], [0.0, -3.0, 0.0, 0.0]])
    assert participation_ratio(rows).tolist() == [4.0, 1.0]
