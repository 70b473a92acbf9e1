"""Orders, nulls and blocks of weights: planted blocks, exact searches, what noise gives."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score

from polyhead.analysis.weights.blocks import agreement, clusters, highest_merge, null_level, picture, zooms
from polyhead.analysis.weights.nulls import null_draws
from polyhead.analysis.weights.order import (
    block_excess,
    greedy_path,
    neighbour_similarity,
    order_rows,
    squared_cosines,
    two_opt,
)
from polyhead.analysis.weights.packed import order_picture, unpack_near, unpack_pooled
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.core.weight_records import Block, WeightOrder


def planted(n_blocks: int = 5, size: int = 9, d: int = 37, noise: float = 0.4) -> tuple[torch.Tensor, torch.Tensor]:
    """Blocks of rows along one direction each, half of them negated, in a random order; their labels."""
    g = generator(0, "planted blocks")
    label = torch.arange(n_blocks).repeat_interleave(size)[torch.randperm(n_blocks * size, generator=g)]
    directions = torch.linalg.qr(torch.randn(d, n_blocks, generator=g))[0].T
    sign = torch.randint(0, 2, (len(label), 1), generator=g) * 2 - 1
    rows = sign * directions[label] * 3 + noise * torch.randn(len(label), d, generator=g)
    return rows * torch.rand(len(label), 1, generator=g).add(0.5), label


@pytest.mark.parametrize("method", ["greedy", "two_opt", "leaves"])
def test_planted_blocks_stand_together(method):
    weights, label = planted()
    similar = squared_cosines(weights)
    order = order_rows(similar, method)
    assert sorted(order.tolist()) == list(range(len(weights)))
    changes = int((label[order][1:] != label[order][:-1]).sum())
    assert changes == 4
    assert block_excess(similar, order, width=4) > 0.2


def test_spectral_order_of_a_chain(rng):
    """Rows that turn slowly from one direction to the next come out in their order, whatever their signs."""
    at = torch.arange(40)[:, None] / 2
    rows = torch.exp(-0.5 * (at - torch.arange(20)) ** 2 / 4)
    shuffle = torch.randperm(40, generator=rng)
    signs = torch.randint(0, 2, (40, 1), generator=rng) * 2 - 1
    order = order_rows(squared_cosines((rows * signs)[shuffle]), "spectral")
    found = shuffle[order].tolist()
    assert found in (list(range(40)), list(range(39, -1, -1)))


def test_two_opt_against_slow_search(rng):
    """Until no reversal of any stretch helps, and never worse than where it began."""
    similar = squared_cosines(torch.randn(14, 5, generator=rng)).numpy()
    path = greedy_path(similar)
    better = two_opt(similar, path, sweeps=100)

    def total(p):
        return float(similar[p[:-1], p[1:]].sum())

    assert total(better) >= total(path)
    for i in range(14):
        for j in range(i + 2, 15):
            other = better.copy()
            other[i:j] = other[i:j][::-1]
            assert total(other) <= total(better) + 1e-5


def test_greedy_takes_the_nearest_at_either_end(rng):
    similar = squared_cosines(torch.randn(9, 4, generator=rng)).numpy()
    path = greedy_path(similar).tolist()
    off = similar - 2 * np.eye(9)
    best = np.unravel_index(off.argmax(), off.shape)
    assert abs(path.index(best[0]) - path.index(best[1])) == 1


def test_measures_against_loops(rng):
    weights = torch.randn(11, 6, generator=rng)
    similar = squared_cosines(weights)
    cosine = torch.nn.functional.cosine_similarity(weights[:, None], weights[None], dim=-1)
    torch.testing.assert_close(similar, cosine.square())
    order = torch.randperm(11, generator=rng)
    ordered = similar[order][:, order]
    inside = [float(ordered[i, j]) for i in range(11) for j in range(i + 1, 11) if j - i <= 3]
    outside = [float(ordered[i, j]) for i in range(11) for j in range(i + 1, 11) if j - i > 3]
    expected = sum(inside) / len(inside) - sum(outside) / len(outside)
    assert block_excess(similar, order, width=3) == pytest.approx(expected, abs=1e-6)
    near = [float(ordered[i, i + 1]) for i in range(10)]
    assert neighbour_similarity(similar, order) == pytest.approx(sum(near) / 10, abs=1e-6)


def test_nulls_keep_what_they_say(rng):
    for n, d in ((23, 11), (11, 23)):
        weights = torch.randn(n, d, generator=rng) @ torch.diag(torch.linspace(0.1, 4, d))
        for kind in ("gaussian", "spectrum"):
            drawn = list(null_draws(weights, kind, 2))
            torch.testing.assert_close(drawn[0].norm(dim=1), weights.norm(dim=1))
            assert not torch.equal(drawn[0], drawn[1])
    from polyhead.analysis.weights.nulls import spectrum_draws

    for n, d in ((23, 11), (11, 23)):
        weights = torch.randn(n, d, generator=rng)
        again = spectrum_draws(weights)(rng)
        s, t = torch.linalg.svdvals(weights), torch.linalg.svdvals(again)
        torch.testing.assert_close(s, t, rtol=1e-3, atol=1e-3)


def test_sign_flips_and_column_shuffles_are_no_null(rng):
    """They keep every squared cosine, so an order of them is the order of the matrix itself."""
    weights = torch.randn(13, 7, generator=rng)
    flipped = weights * (torch.randint(0, 2, (13, 1), generator=rng) * 2 - 1)
    shuffled = flipped[:, torch.randperm(7, generator=rng)]
    torch.testing.assert_close(squared_cosines(shuffled), squared_cosines(weights))


def test_a_path_makes_structure_out_of_noise(rng):
    noise = torch.randn(120, 24, generator=rng)
    similar = squared_cosines(noise)
    plain = torch.arange(120)
    ordered = order_rows(similar, "two_opt")
    assert neighbour_similarity(similar, ordered) > 4 * neighbour_similarity(similar, plain)

    def excess(weights: torch.Tensor) -> float:
        near = squared_cosines(weights)
        return block_excess(near, order_rows(near, "two_opt", sweeps=20), width=8)

    values = [excess(drawn) for drawn in null_draws(noise, "gaussian", 20)]
    assert min(values) > 0.005  # every draw of pure noise shows a band
    assert min(values) * 0.5 < excess(noise) < max(values) * 1.5  # and noise is like other noise


def test_clusters_are_the_planted_ones_and_noise_has_none():
    weights, label = planted()
    similar = squared_cosines(weights)
    level = null_level(weights, "gaussian", n_draws=10)
    found = clusters(similar, level)
    assert adjusted_rand_score(label, found) == 1.0
    assert int(found.max()) == 4
    noise = next(null_draws(weights, "gaussian", 1, seed=5))
    assert int(clusters(squared_cosines(noise), max(level, highest_merge(squared_cosines(noise)) + 1e-3)).max()) == -1
    same = agreement(similar, similar, (found, found), n_shuffles=5)
    assert same.rand == 1.0
    assert same.spearman == pytest.approx(1.0)
    assert max(map(abs, same.shuffled)) < 0.2


def test_picture_and_zooms():
    weights, _ = planted()
    similar = squared_cosines(weights)
    order = order_rows(similar, "two_opt")
    image = picture(similar, order, tiles=5)
    ordered = similar[order][:, order]
    assert float(image[1, 3]) == pytest.approx(float(ordered[9:18, 27:36].mean()), abs=1e-5)
    block = ordered[9:18, 9:18]
    assert float(image[1, 1]) == pytest.approx(float((block.sum() - block.trace()) / 72), abs=1e-5)
    pieces = zooms(similar, order, width=10, n_frames=4)
    assert [p[0] for p in pieces] == [0, 12, 23, 35]
    assert torch.equal(pieces[-1][1], ordered[35:, 35:])


def test_bad_input():
    with pytest.raises(PolyheadError, match="at least 3 rows"):
        squared_cosines(torch.ones(2, 4))
    with pytest.raises(PolyheadError, match="not finite"):
        squared_cosines(torch.full((4, 4), float("nan")))
    similar = squared_cosines(torch.eye(5))
    with pytest.raises(PolyheadError, match="band of width 4 on 5 rows"):
        block_excess(similar, torch.arange(5), width=4)
    with pytest.raises(PolyheadError, match="above 0 and at most 1"):
        clusters(similar, 0.0)


def test_packed_pictures_are_the_matrix_within_half_a_step(rng: torch.Generator) -> None:
    similar = squared_cosines(torch.randn(70, 12, generator=rng))
    order = order_rows(similar, "greedy")
    kept = order_picture(similar, order, band=9, tiles=16)
    near, ordered = unpack_near(kept), similar[order][:, order]
    assert near.shape == (70, 9)
    for i in (0, 33, 69):
        expected = torch.zeros(9)
        expected[: len(ordered[i, i + 1 : i + 10])] = ordered[i, i + 1 : i + 10]
        assert float((near[i].sqrt() - expected.sqrt()).abs().max()) <= 0.5 / 255 + 1e-6
    whole = picture(similar, order, tiles=16)
    assert float((unpack_pooled(kept).sqrt() - whole.sqrt()).abs().max()) <= 0.5 / 255 + 1e-6
    small = order_picture(similar[:5, :5], torch.tensor([4, 2, 0, 1, 3]))
    assert (small.band, small.tiles) == (4, 5)
    assert unpack_near(small)[4].eq(0).all()


def test_the_record_of_1500_rows_stays_small(rng: torch.Generator, tmp_path: Path) -> None:
    similar = squared_cosines(torch.randn(1_500, 64, generator=rng))
    order = torch.randperm(1_500, generator=rng)
    blocks = [Block(rows=list(range(3 * i, 3 * i + 3)), place=3 * i, mean_similarity=0.123456789) for i in range(500)]
    record = WeightOrder(
        model="noise",
        matrix="L0 W_out [1500, 64]",
        layer=0,
        method="given",
        order=order.tolist(),
        neighbour=0.1,
        excess=0.1,
        width=23,
        null_neighbour={kind: [0.123456789] * 20 for kind in ("gaussian", "spectrum")},
        null_excess={kind: [0.123456789] * 20 for kind in ("gaussian", "spectrum")},
        level=0.1,
        blocks=blocks,
        seconds=1.0,
        picture=order_picture(similar, order),
    )
    record.save(tmp_path / "order.json")
    assert (tmp_path / "order.json").stat().st_size < 600_000
    old = record.model_dump(mode="json", exclude={"picture"})
    assert WeightOrder.model_validate(old).picture is None
