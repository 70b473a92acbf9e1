import pytest
import torch

from polyhead.activations.harvest import harvest_batch
from polyhead.activations.store import StoredLayer
from polyhead.activations.streaming import MemoryBatches, StreamingBatches, harvest_in_memory
from polyhead.activations.tokens import TokenSequences
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import BatchSource

N, LENGTH = 11, 7


@pytest.fixture
def sequences(rng):
    tokens = torch.randint(1, 31, (N, LENGTH), generator=rng, dtype=torch.int32).numpy()
    tokens[:, 0] = 0
    valid = tokens != 0
    return TokenSequences(tokens, valid, "0" * 64, 0, "excluded", n_padded=0)


@pytest.fixture(params=["streaming", "memory"])
def make(request, tiny_model, sequences):
    def build(**kwargs):
        spec = kwargs.pop("spec", StoredLayer(layer=1))
        kwargs = {"sequences_per_batch": 3, "seed": 0, **kwargs}
        if request.param == "streaming":
            return StreamingBatches(tiny_model, sequences, spec.reading, **kwargs)
        return MemoryBatches(harvest_in_memory(tiny_model, sequences, spec.reading, sequences_per_run=4), **kwargs)

    return build


def test_a_batch_is_a_function_of_the_step_alone(make):
    source, other = make(), make()
    assert isinstance(source, BatchSource)
    assert source.tokens_per_batch == 3 * LENGTH
    forward = [source.batch(step) for step in range(8)]
    for step in (7, 0, 5, 3):
        assert all(torch.equal(v, forward[step][k]) for k, v in other.batch(step).items())


def test_an_epoch_holds_no_sequence_twice_and_the_next_is_another_order(make):
    source = make()
    first = torch.cat([source.indices(s) for s in range(3)])
    second = torch.cat([source.indices(s) for s in range(3, 6)])
    assert len(set(first.tolist())) == len(set(second.tolist())) == 9
    assert first.tolist() != second.tolist()
    assert make(seed=1).indices(0).tolist() != first[:3].tolist()


def test_rows_are_the_harvest_of_their_sequences(make, tiny_model, sequences):
    source = make()
    batch, indices = source.batch(2), source.indices(2)
    tokens, valid = sequences.rows(indices)
    expected = harvest_batch(tiny_model, tokens, StoredLayer(layer=1).reading, valid=valid)
    for role, value in expected.items():
        torch.testing.assert_close(batch[role], value, rtol=1e-5, atol=1e-6)
    assert not batch["valid"][:, 0].any()


def test_the_control_takes_the_pattern_of_the_sequence_before(make):
    own, other = make().batch(1), make(control="other_sequence").batch(1)
    assert torch.equal(other["pattern"][1], own["pattern"][0])
    assert torch.equal(other["pattern"][0], own["pattern"][-1])
    assert torch.equal(other["x"], own["x"])


def test_in_order_gives_every_sequence_once_also_under_the_control(make, sequences):
    for control, sizes in ((None, [5, 5, 1]), ("other_sequence", [5, 6])):
        batches = list(make(sequences_per_batch=5, control=control).in_order())
        assert [len(b["tokens"]) for b in batches] == sizes
        assert torch.equal(torch.cat([b["tokens"] for b in batches]), torch.from_numpy(sequences.tokens).long())


def test_what_cannot_make_a_batch_is_refused(make):
    with pytest.raises(PolyheadError, match="there are 11 sequences; one batch needs 12"):
        make(sequences_per_batch=12)
    with pytest.raises(PolyheadError, match="needs 2"):
        make(sequences_per_batch=1, control="other_sequence")
    source = make(spec=StoredLayer(layer=1, with_patterns=False), control="other_sequence")
    with pytest.raises(PolyheadError, match="with_patterns"):
        source.batch(0)


def test_changing_a_batch_in_memory_does_not_change_the_harvest(make):
    source = make()
    before = source.batch(0)["x"].clone()
    source.batch(0)["x"].zero_()
    assert torch.equal(source.batch(0)["x"], before)
