"""Families of latents: planted movement is named by its relation, and the bundled dictionary has induction latents."""

from typing import Any

import pytest
import torch

import polyhead as ph
from polyhead.analysis.family_sums import FAMILIES, relations
from polyhead.core.errors import PolyheadError


@pytest.fixture(scope="module")
def mtc() -> Any:
    return ph.bundled_dictionaries()[3]


def test_relations_equal_their_definition_pair_by_pair() -> None:
    tokens = torch.randint(0, 4, (3, 9), generator=torch.Generator().manual_seed(2))
    found = relations(tokens)
    for b in range(3):
        for t in range(9):
            for s in range(9):
                x = tokens[b]
                expected = {
                    "induction": s < t and s > 0 and bool(x[s - 1] == x[t]),
                    "duplicate": s < t and bool(x[s] == x[t]),
                    "previous": t - s == 1,
                    "recent": 1 <= t - s <= 5,
                    "bos": s == 0 and t > 0,
                }
                assert {name: bool(mask[b, t, s]) for name, mask in found.items()} == expected


def test_shares_equal_sums_over_arcs(mtc: Any) -> None:
    """Against the view of a few latents, pair by pair, where loadings have one sign."""
    model = ph.load_model("bundled")
    rows = mtc.families(model, n_sequences=2, seq_len=33)
    positive = [i for i in range(2048) if bool((mtc.head_loadings()[i] >= 0).all()) and rows.tokens[i] > 0][:6]
    signed = rows.index[rows.tokens > 3][:6].tolist()
    from polyhead.activations.harvest import harvest_batch
    from polyhead.activations.model_text import model_sequences

    sequences = model_sequences(model, "bundled", n_sequences=2, seq_len=33)
    tokens, valid = sequences.rows(torch.arange(2))
    batch = harvest_batch(model, tokens, mtc.origin.reading, valid=valid)
    chosen = torch.tensor(positive + signed)
    arcs = mtc.view(batch, chosen, []).arcs.abs().double()
    counted = valid[:, None, None, :, None] & valid[:, None, None, None, :]
    arcs = arcs * counted
    for name, mask in relations(tokens).items():
        expected = (arcs[:, :, :-1].sum(2) * mask[:, None]).sum((0, 2, 3)) / arcs.sum((0, 2, 3, 4))
        assert rows[name][chosen.tolist()].tolist() == pytest.approx(expected.tolist(), abs=1e-5), name
    own = arcs[:, :, -1].sum((0, 2, 3)) / arcs.sum((0, 2, 3, 4))
    assert rows["identity"][chosen.tolist()].tolist() == pytest.approx(own.tolist(), abs=1e-5)


def test_induction_latents_of_the_bundled_model_are_found(mtc: Any) -> None:
    found = mtc.find("induction", n_sequences=16)
    assert len(found) > 20
    assert (found.induction >= 0.3).all()
    assert found.lift.median() > 1.5  # more than their heads' attention has of it
    latent = int(found.index[0])
    assert mtc.label(latent, n_sequences=16).startswith("induction: ")
    examples = mtc.top_examples(latent, n=3, n_sequences=16)
    assert len(examples) == 3
    assert examples.carried.abs().is_monotonic_decreasing
    first = ph.bundled_dictionaries()[0].find("induction", n_sequences=16)  # layer 0 cannot do it, some meet by chance
    assert 10 * len(first) < len(found)


def test_what_cannot_be_told_is_one_line(mtc: Any) -> None:
    with pytest.raises(PolyheadError, match="unknown family 'inducton'"):
        mtc.find("inducton")
    with pytest.raises(PolyheadError, match="0 to 2047"):
        mtc.top_examples(2048, n_sequences=1)
    with pytest.raises(PolyheadError, match="families are told for"):
        ph.bundled_dictionaries("qk_diagonal")[0].families()
    assert set(FAMILIES) >= {"induction", "previous", "identity"}
