"""Contributions, cancelling and sole heads, on the two-head solution and on planted outputs."""

import pytest
import torch
from torch.testing import assert_close

from polyhead.core.errors import PolyheadError
from polyhead.models.toy.attention_counts import head_outputs
from polyhead.models.toy.two_heads import two_head_solution
from polyhead.studies.skip_trigrams.sole_heads import learnt, sole_heads
from polyhead.studies.skip_trigrams.trigram_heads import (
    cancelling_score,
    contributions,
    outputs_by_trigram,
    removal_effects,
)

N, V, C = 3, 8, torch.tensor([4, 5, 6])
TRIGRAM = torch.tensor([0, 0, 1, 2, 2])


def planted(*heads: list[list[float]]) -> torch.Tensor:
    """`[1, h, r, c]`: head h writes heads[h][b][c] in every row of trigram b."""
    return torch.tensor(heads).double()[:, TRIGRAM][None]


def one(b: int, value: float) -> list[float]:
    return [value * (c == C[b]) for c in range(V)]


def test_the_two_head_solution_in_numbers():
    model = two_head_solution(N, n_ctx=6, gap=30.0)
    tensors = {k: v.detach()[None].double() for k, v in (*model.named_parameters(), *model.named_buffers())}
    counts = torch.zeros(N, V).double()
    counts[:, 7] = 1  # BOS
    counts[torch.arange(N), torch.arange(1, N + 1)] = 1
    absent = {"counts": counts, "destination": torch.arange(1, N + 1)}
    present = {**absent, "counts": counts + torch.nn.functional.one_hot(torch.tensor(0), V)}
    outs = [head_outputs(tensors, b) for b in (present, absent)]
    b = torch.arange(N)
    found = contributions(*outs, b, C)
    assert_close(found, torch.tensor([[0.0, 30 * (1 - 1 / V)]]).double().expand(1, N, 2), atol=1e-9, rtol=0)
    path = torch.nn.functional.one_hot(b + 1, V).double()
    needed = removal_effects(*outs, path, b, C)
    # head 0 is needed where A is present, head 1 where it is absent: there B would be completed as well
    assert_close(needed, torch.ones(1, N, 2).double() - torch.tensor([0.125, 0.125]).double(), atol=0.2, rtol=0)
    score = cancelling_score(outputs_by_trigram(outs[1], b, N))
    assert 0.99 < float(score) <= 1
    alone = sole_heads(outs[0], b, C)[0]
    assert alone[:, 0].all()
    assert not alone[:, 1].any()


def test_outputs_of_a_trigram_are_means_over_its_rows():
    outputs = torch.randn(2, 3, 5, V, generator=torch.Generator().manual_seed(0)).double()
    found = outputs_by_trigram(outputs, TRIGRAM, N)
    assert_close(found[:, :, 2], outputs[:, :, 3:].mean(2))
    assert_close(found[:, :, 1], outputs[:, :, 2])


def test_opposite_outputs_cancel_and_alike_ones_do_not():
    up, down = [one(b, 2.0) for b in range(N)], [one(b, -0.5) for b in range(N)]
    assert_close(cancelling_score(outputs_by_trigram(planted(up, down), TRIGRAM, N)), torch.ones(1).double())
    assert float(cancelling_score(outputs_by_trigram(planted(up, up), TRIGRAM, N))) == pytest.approx(-1)
    assert cancelling_score(outputs_by_trigram(planted(up), TRIGRAM, N)).isnan().all()


def test_sole_heads_survive_every_subset_and_shared_ones_do_not():
    # trigram 0 on head 0; trigram 1 needs heads 1 and 2; trigram 2 on heads 0 and 1, either suffices
    wrong = [1.0 if c == 0 else 0.0 for c in range(V)]
    half, other = ([a + 3.0 * (c == k) for c, a in enumerate(one(1, 2.0))] for k in (1, 2))
    head0 = [one(0, 5.0), [0.0] * V, one(2, 3.0)]
    head1 = [[0.0] * V, half, one(2, 2.0)]
    head2 = [wrong, other, wrong]
    outputs = planted(head0, head1, head2)
    found = sole_heads(outputs, TRIGRAM, C)[0]
    assert found.tolist() == [[True, False, False], [False, False, False], [True, True, False]]
    assert learnt(outputs.sum(1), TRIGRAM, C).all()


def test_too_many_heads_for_all_subsets_are_refused():
    with pytest.raises(PolyheadError, match="at most 14 heads"):
        sole_heads(torch.zeros(1, 15, 5, V), TRIGRAM, C)
