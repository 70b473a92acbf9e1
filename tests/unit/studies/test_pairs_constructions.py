"""The explicit solutions are right on every signal sequence, run through the module itself."""

from itertools import product

import pytest
import torch

from polyhead.core.errors import PolyheadError
from polyhead.models.toy.attention import ToyAttention
from polyhead.studies.pairs.capacity.constructions import CONSTRUCTIONS, ONE_OF_TWO, construct, line_ceiling, points
from polyhead.studies.pairs.models import Cell
from polyhead.studies.pairs.token_tables import exact_accuracy, model_tables
from polyhead.tasks.pairs import PairsConfig, injections, multiset_index, signal_table, truth

WORLD = PairsConfig()


def built(name, cell, rng):
    model = ToyAttention(cell.toy(WORLD), generator=rng)
    phi = injections(WORLD, rng, 1)[0]
    construct(name, model, phi)
    return model, phi


@pytest.mark.parametrize(("name", "cell"), [*CONSTRUCTIONS.items(), (ONE_OF_TWO, Cell(2, 5))])
def test_constructions_are_right_on_every_ordered_signal_sequence(name, cell, rng):
    if name == ONE_OF_TWO:
        cell = Cell(1, 5)  # without the second head the rest is the same
    model, phi = built(name, cell, rng)
    drawn = torch.tensor(list(product(range(1, 5), repeat=2)))
    tokens = torch.randint(5, 11, (16, 8), generator=rng)
    tokens[:, -1] = 0
    tokens[:, 2], tokens[:, 5] = drawn[:, 0], drawn[:, 1]
    logits = model(tokens)[:, -1].detach()
    want = phi[multiset_index(WORLD, drawn)]
    assert torch.equal(logits.argmax(-1), want)
    others = logits.scatter(1, want[:, None], -torch.inf).amax(1)
    assert float((logits.gather(1, want[:, None])[:, 0] - others).min()) > 3


@pytest.mark.parametrize(("name", "cell"), CONSTRUCTIONS.items())
def test_constructions_are_right_on_the_exact_table(name, cell, rng):
    table = signal_table(WORLD)
    for _ in range(3):
        model, phi = built(name, cell, rng)
        accuracy = exact_accuracy(model_tables(model), table.counts, table.probability, phi[table.multiset][None])
        assert float(accuracy) == pytest.approx(1)


def test_points_of_the_line_differ_and_directions_of_the_others_do():
    line = points("even split, bias")[:, 0]
    assert len({round(x, 4) for x in line.tolist()}) == 10
    for name in ("even split", "hard reversed"):
        z = points(name)
        angles = torch.atan2(z[:, 1], z[:, 0]).sort().values
        assert float(angles.diff().min()) > 0.1


def test_no_line_through_the_origin_beats_its_ceiling(rng):
    phi = injections(WORLD, rng, 40)
    bound = line_ceiling(WORLD, phi)
    p = truth(WORLD).probabilities
    assert set(bound.mul(16).tolist()) <= {4.0, 5.0, 6.0}
    z = torch.randn(10, generator=rng)  # whatever is read for each pair
    for row, most in zip(phi, bound.tolist(), strict=True):
        logits = torch.outer(z, 3 * torch.randn(11, generator=rng))
        logits[:, 0] += 1
        assert float(p[logits.argmax(1) == row].sum()) <= most + 1e-9


def test_a_model_too_small_is_refused(rng):
    with pytest.raises(PolyheadError, match="needs 1 head, d_head 2"):
        built("even split", Cell(1, 1), rng)
