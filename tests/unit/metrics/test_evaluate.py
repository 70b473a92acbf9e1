"""Evaluation: exact reconstructions, agreement with the parts, and independence of how text is cut."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyhead.activations.harvest import harvest_batch
from polyhead.activations.store import StoredLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.reading import one_site
from polyhead.core.rng import generator
from polyhead.dictionaries.activation import TopK
from polyhead.dictionaries.mtc import MTC, MTCConfig
from polyhead.metrics.baselines import Constant
from polyhead.metrics.evaluate import (
    Repeatable,
    Subject,
    evaluate,
    evaluate_all,
    measure_reference,
    patterns_of_others,
)
from polyhead.metrics.positions import Positions
from polyhead.metrics.reconstruction import ReconstructionSums
from polyhead.metrics.sparsity import SparsitySums

LAYER, N, P = 1, 6, 11
TARGET = one_site(f"blocks.{LAYER}.hook_attn_out")


class Own:
    """The target itself."""

    def reconstruct(self, batch: Batch):
        return batch["target"].clone()


def tokens() -> torch.Tensor:
    ids = torch.randint(1, 31, (N, P), generator=generator(0, "evaluate"))
    ids[:, 0] = 0
    return ids


def cut(model, sizes, order=range(N), target_site: str = "hook_attn_out"):
    valid = torch.ones(N, P, dtype=torch.bool)
    valid[2, 8:] = False  # padding
    order = list(order)
    spec = StoredLayer(layer=LAYER, target_site=target_site)
    parts = zip(tokens()[order].split(sizes), valid[order].split(sizes), strict=True)
    return [harvest_batch(model, t, spec.reading, valid=v) for t, v in parts]


def dictionary() -> MTC:
    cfg = MTCConfig(d_in=13, d_out=13, n_heads=5, n_latents=23, activation=TopK(k=3))
    return MTC(cfg, generator=generator(0, "mtc")).requires_grad_(False)


MEAN = torch.linspace(-0.1, 0.1, 13)


@pytest.mark.parametrize("target_site", ["hook_attn_out", "hook_resid_post"])
def test_the_target_itself_is_perfect(tiny_model, target_site: str):
    batches = cut(tiny_model, (4, 2), target_site=target_site)
    reference = measure_reference(tiny_model, batches, targets=one_site(f"blocks.{LAYER}.{target_site}"), mean=MEAN)
    got = evaluate(tiny_model, Subject(name="own", variant="clean", reconstruction=Own()), batches, reference)
    assert (got.fvu, got.nmse) == (0.0, 0.0)
    assert got.shrinkage == pytest.approx(1.0)
    assert got.ce_spliced == pytest.approx(got.ce_clean, abs=1e-6)
    assert got.kl == pytest.approx(0.0, abs=1e-6)
    assert got.ce_recovered_mean == pytest.approx(1.0, abs=1e-3)
    assert got.l0_source is None
    assert (got.layer, got.target) == (LAYER, f"blocks.{LAYER}.{target_site}")
    assert (got.policy.bos, got.policy.padding, got.policy.n_positions) == ("excluded", "excluded", N * (P - 1) - 3)


def test_constants_are_the_ablations(tiny_model):
    batches = cut(tiny_model, (N,))
    reference = measure_reference(tiny_model, batches, targets=TARGET, mean=MEAN)
    subjects = [
        Subject(name="mean", variant="mean", reconstruction=Constant(MEAN)),
        Subject(name="zero", variant="zero", reconstruction=Constant(torch.zeros(13))),
    ]
    by_mean, by_zero = evaluate_all(tiny_model, subjects, batches, reference)
    assert by_mean.fvu == pytest.approx(1.0)
    assert by_mean.ce_spliced == pytest.approx(reference.ce_mean)
    assert by_mean.ce_recovered_mean == pytest.approx(0.0, abs=1e-9)
    assert by_zero.nmse == pytest.approx(1.0)
    assert by_zero.ce_spliced == pytest.approx(reference.ce_zero)
    assert (by_mean.shrinkage, by_zero.shrinkage) == (0.0, 0.0)


def test_a_dictionarys_numbers_are_those_of_the_parts(tiny_model):
    batches, mtc = cut(tiny_model, (4, 2)), dictionary()
    reference = measure_reference(tiny_model, batches, targets=TARGET, mean=MEAN)
    got = evaluate(tiny_model, Subject(name="mtc", variant="free", reconstruction=mtc), batches, reference)
    errors, sparsity = ReconstructionSums(MEAN), SparsitySums(mtc.W_dec, mtc.loadings)
    for batch in batches:
        counted = Positions(0).counted(batch)
        errors.update(batch["target"], mtc.reconstruct(batch), counted)
        sparsity.update(mtc.encode(batch["x"]), batch["pattern"], counted)
    assert (got.fvu, got.nmse, got.shrinkage) == pytest.approx(tuple(errors.result()))
    s = sparsity.result()
    assert (got.l0_source, got.l0_dest, got.dead_share) == (s.l0_source, s.l0_dest, s.dead_share)
    assert (got.effective_heads, got.identity_share) == (s.effective_heads, s.identity_share)


def numbers(evaluation) -> list[float]:
    return [v for v in evaluation.model_dump().values() if isinstance(v, float)]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(1, N - 1), order=st.permutations(range(N)))
def test_how_text_is_cut_and_ordered_changes_nothing(tiny_model, first: int, order: list[int]):
    subject = Subject(name="mtc", variant="free", reconstruction=dictionary())
    results = []
    for batches in (cut(tiny_model, (N,)), cut(tiny_model, (first, N - first), order)):
        reference = measure_reference(tiny_model, batches, targets=TARGET, mean=MEAN)
        results.append(numbers(evaluate(tiny_model, subject, batches, reference)))
    assert results[0] == pytest.approx(results[1], rel=1e-4, abs=1e-6)


def test_including_bos_changes_the_policy_and_the_numbers(tiny_model):
    batches = cut(tiny_model, (N,))
    subject = Subject(name="zero", variant="zero", reconstruction=Constant(torch.zeros(13)))
    without, with_bos = (
        evaluate(
            tiny_model,
            subject,
            batches,
            measure_reference(tiny_model, batches, targets=TARGET, mean=MEAN, include_bos=include),
        )
        for include in (False, True)
    )
    assert with_bos.policy.bos == "included"
    assert with_bos.policy.n_positions == without.policy.n_positions + N
    assert with_bos.fvu != without.fvu


def test_other_batches_than_the_references_are_refused(tiny_model):
    reference = measure_reference(tiny_model, cut(tiny_model, (N,)), targets=TARGET, mean=MEAN)
    with pytest.raises(PolyheadError, match="same batches"):
        evaluate_all(tiny_model, [], cut(tiny_model, (N,))[:1] * 2, reference)


def test_a_target_outside_the_layers_is_refused(tiny_model):
    with pytest.raises(PolyheadError, match="site of a layer"):
        measure_reference(tiny_model, [], targets=one_site("hook_embed"), mean=MEAN)


def test_no_batches_are_an_error(tiny_model):
    with pytest.raises(PolyheadError, match="no position to score"):
        measure_reference(tiny_model, [], targets=TARGET, mean=MEAN)


def test_the_shuffled_control_gets_the_pattern_of_the_sequence_before(tiny_model):
    (batch,) = cut(tiny_model, (N,))
    assert torch.equal(patterns_of_others(batch)["pattern"], batch["pattern"].roll(1, 0))
    one = {role: value[:1] for role, value in batch.items()}
    before = batch["pattern"][-1:]
    assert torch.equal(patterns_of_others(one, before)["pattern"], before)
    with pytest.raises(PolyheadError, match="at least 2"):
        patterns_of_others(one)


def test_the_control_does_not_depend_on_where_later_batches_are_cut(tiny_model):
    subject = Subject(name="other", variant="shuffled", reconstruction=dictionary(), other_patterns=True)
    results = []
    for sizes in ((2, 4), (2, 1, 3)):
        batches = cut(tiny_model, sizes)
        reference = measure_reference(tiny_model, batches, targets=TARGET, mean=MEAN)
        results.append(numbers(evaluate(tiny_model, subject, batches, reference)))
    assert results[0] == pytest.approx(results[1], rel=1e-4, abs=1e-6)


def test_repeatable_starts_again():
    source = Repeatable(lambda: iter([{"tokens": torch.zeros(1, 1)}]))
    assert len(list(source)) == len(list(source)) == 1


def test_figures_have_intervals_over_documents_where_these_are_known(tiny_model) -> None:
    ids = torch.randint(1, 31, (27, P), generator=generator(0, "documents"))
    ids[:, 0] = 0
    owner = (torch.arange(27) % 9)[:, None].expand(27, P)
    valid = torch.ones(27, P, dtype=torch.bool)
    reading = StoredLayer(layer=LAYER, target_site="hook_attn_out").reading
    plain = harvest_batch(tiny_model, ids, reading, valid=valid)
    found = []
    for batch in (plain, {**plain, "documents": owner}):
        reference = measure_reference(tiny_model, [batch], targets=TARGET, mean=MEAN)
        subject = Subject(name="d", variant="free", reconstruction=dictionary())
        found.append(evaluate(tiny_model, subject, [batch], reference))
    without, known = found
    assert (without.intervals, without.policy.n_documents) == ({}, None)
    assert (known.policy.n_documents, known.policy.tokens_per_document) == (9, 30.0)
    assert set(known.intervals) == {"fvu", "ce_spliced", "kl", "ce_recovered_mean"}
    for name, interval in known.intervals.items():
        assert interval.low <= getattr(known, name) <= interval.high
    assert known.model_copy(update={"intervals": {}, "policy": without.policy}) == without
