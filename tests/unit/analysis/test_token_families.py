"""Kinds of source: tokens by their text, the next of an order, and masses summed one source at a time."""

import pytest
import torch

import polyhead as ph
from polyhead.analysis.token_families import TokenMasses, is_delimiter, is_indentation, successors

VOCABULARY = [
    "<s>",
    "3",
    "4",
    " 3",
    " 4",
    "a",
    "b",
    "May",
    "June",
    " monday",
    " tuesday",
    "(",
    "),",
    "\n    ",
    " ",
    "x1",
]


def test_kinds_of_tokens():
    assert [w for w in VOCABULARY if is_delimiter(w)] == ["(", "),"]
    assert [w for w in VOCABULARY if is_indentation(w)] == ["\n    "]


def test_the_next_token_keeps_space_and_capital():
    found = successors(VOCABULARY)
    following = {w: VOCABULARY[i] for w, i in zip(VOCABULARY, found.tolist(), strict=True) if i >= 0}
    assert following == {"3": "4", " 3": " 4", "a": "b", "May": "June", " monday": " tuesday"}


def test_masses_equal_sums_over_sources():
    g = torch.Generator().manual_seed(0)
    tokens = torch.randint(1, len(VOCABULARY), (3, 6), generator=g)
    f, carried = torch.rand(2, 3, 6, 4, generator=g).double()
    promoted = torch.randint(0, len(VOCABULARY), (4, 3), generator=g)
    sums = TokenMasses(VOCABULARY, promoted, 4)
    valid = torch.ones(3, 6, dtype=torch.bool)
    for b in range(3):
        shuffled = torch.stack([torch.randperm(4, generator=g) for _ in range(6)])  # slots in any order
        sums.add(tokens[b], valid[b], f[b].gather(1, shuffled), shuffled, carried[b].gather(1, shuffled))
    following = successors(VOCABULARY)
    for i in range(4):
        expected = dict.fromkeys(sums.mass, 0.0)
        for b in range(3):
            for s in range(6):
                token, value = int(tokens[b, s]), float(carried[b, s, i])
                expected["delimiters"] += value * is_delimiter(VOCABULARY[token])
                expected["indentation"] += value * is_indentation(VOCABULARY[token])
                expected["copying"] += value * (token in promoted[i])
                expected["succession"] += value * bool(following[token] >= 0 and following[token] in promoted[i])
        assert {name: float(mass[i]) for name, mass in sums.mass.items()} == pytest.approx(expected)


def test_a_code_that_only_the_position_decides_has_share_1_and_noise_has_none():
    g = torch.Generator().manual_seed(0)
    by_position = torch.arange(8.0).expand(64, 8)
    f = torch.stack([by_position, torch.rand(64, 8, generator=g), torch.zeros(64, 8)], -1).double()
    sums = TokenMasses(VOCABULARY, None, 3)
    every, indices = torch.ones(8, dtype=torch.int64), torch.arange(3).expand(8, 3)
    for b in range(64):
        sums.add(every, every.bool(), f[b], indices, f[b])
    assert sums.position_share().tolist() == pytest.approx([1.0, 0.0, 0.0], abs=0.03)


def test_latents_of_the_bundled_model_by_kind_of_source():
    found = ph.bundled_dictionaries()[3].find("copying", n_sequences=16)
    assert len(found) > 20
    assert found.copying.is_monotonic_decreasing
    assert ((found.filter(["copying", "succession", "delimiters", "indentation", "position"]) <= 1 + 1e-6).all()).all()
