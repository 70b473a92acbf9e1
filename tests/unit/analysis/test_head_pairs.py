"""Heads against heads: exact answers, agreement with dense matrices, matched random."""

import pytest
import torch

from polyhead.analysis.heads.head_pairs import (
    Frame,
    HeadFrames,
    chance_overlap,
    copying_scores,
    head_pairs,
    overlap,
    pattern_overlaps,
    random_overlaps,
)
from polyhead.core.errors import PolyheadError
from polyhead.core.sites import site
from polyhead.models.circuits import ov_circuit, qk_circuit
from polyhead.ops.factored import composition_score


def test_overlap_of_known_subspaces():
    eye = torch.eye(7)
    a, b = Frame.of(eye[:, :2] * 3), Frame.of(eye[:, 1:4])
    assert overlap(a, b) == pytest.approx(0.5)  # one of two directions is shared
    assert overlap(a, Frame.of(eye[:, :5])) == pytest.approx(1.0)
    assert chance_overlap(a, b) == pytest.approx(3 / 7)
    flat = torch.cat([eye[:, :2], eye[:, :2]], 1)  # four columns of rank 2
    assert Frame.of(flat).basis.shape == (7, 2)


def test_random_subspaces_overlap_by_chance():
    drawn = random_overlaps(3, 5, 13, n_draws=400)
    assert float(drawn.mean()) == pytest.approx(5 / 13, abs=0.01)


def test_pairs_against_dense_circuits(tiny_model):
    pairs = head_pairs(tiny_model)
    assert len(pairs) == 15 * 14 // 2
    pair = next(p for p in pairs if (p.layer, p.head, p.other_layer, p.other_head) == (0, 3, 2, 4))
    first = ov_circuit(tiny_model, 0, 3)
    second = {
        "q": qk_circuit(tiny_model, 2, 4),
        "k": qk_circuit(tiny_model, 2, 4).T,
        "v": ov_circuit(tiny_model, 2, 4),
    }
    for into, circuit in second.items():
        expected = float(composition_score(first, circuit).detach())
        assert getattr(pair, f"{into}_composition") == pytest.approx(expected, rel=1e-4)
    expected = overlap(Frame.of(tiny_model.W_Q[0][3]), Frame.of(tiny_model.W_Q[2][4]))
    assert pair.query_overlap == pytest.approx(expected, rel=1e-4)
    same = next(p for p in pairs if (p.layer, p.other_layer) == (1, 1))
    assert same.q_composition is None
    assert same.pattern_overlap is None


def test_random_composition_keeps_singular_values(tiny_model):
    """Heads of a random model compose as random ones do: the real score lies among the draws more often than not."""
    frames = HeadFrames(tiny_model)
    inside = 0
    for second in range(5, 15):
        drawn = frames.random_compositions(2, second, "q", n_draws=50)
        score = frames.composition(2, second, "q")
        inside += float(drawn.min()) <= score <= float(drawn.max())
    assert inside >= 8


def test_copying(make_tiny_model):
    model = make_tiny_model(d_model=31)
    with torch.no_grad():
        model.embed.W_E.copy_(torch.eye(31))
        model.unembed.W_U.copy_(torch.eye(31))
        attn = model.blocks[1].attn
        attn.W_O[2] = attn.W_V[2].T  # positive semidefinite: copies
        attn.W_O[3] = -attn.W_V[3].T
    scores = copying_scores(model)
    assert scores.shape == (3, 5)
    assert float(scores[1, 2]) == pytest.approx(1.0, abs=1e-5)
    assert float(scores[1, 3]) == pytest.approx(-1.0, abs=1e-5)
    dense = model.W_E @ model.W_V[0][4] @ model.W_O[0][4] @ model.W_U
    values = torch.linalg.eigvals(dense.detach())
    expected = float(values.real.sum() / values.abs().sum())
    assert float(scores[0, 4]) == pytest.approx(expected, abs=1e-4)


def test_pattern_overlap_against_patterns(tiny_model, rng):
    tokens = torch.randint(1, 31, (5, 9), generator=rng)
    tokens[:, 0] = 0
    valid = torch.ones_like(tokens, dtype=torch.bool)
    valid[:, 0] = False
    valid[3, 6:] = False
    batches = [{"tokens": t, "valid": v} for t, v in zip(tokens.split(2), valid.split(2))]
    found = pattern_overlaps(tiny_model, batches)
    with torch.no_grad():
        _, cache = tiny_model.run_with_cache(tokens, [site(2, "attn.hook_pattern")])
    pattern = cache[site(2, "attn.hook_pattern")].clone()
    pattern[..., 0] = 0
    pattern = pattern * valid[:, None, :, None]
    a, b = pattern[:, 1], pattern[:, 4]
    expected = float(torch.minimum(a, b).sum() / torch.maximum(a, b).sum())
    assert float(found[2, 1, 4]) == pytest.approx(expected, rel=1e-4)
    torch.testing.assert_close(found.diagonal(dim1=1, dim2=2), torch.ones(3, 5))
    empty = [{"tokens": tokens, "valid": torch.zeros_like(valid)}]
    empty[0]["tokens"] = torch.zeros_like(tokens[:, :1])
    empty[0]["valid"] = torch.zeros(5, 1, dtype=torch.bool)
    with pytest.raises(PolyheadError, match="no position was counted"):
        pattern_overlaps(tiny_model, empty)
