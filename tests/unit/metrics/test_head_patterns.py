"""Heads whose pattern is made, in the whole evaluation: exact and mean patterns, single heads, old records."""

import json

import pytest
import torch

from polyhead.activations.harvest import harvest_batch
from polyhead.core.reading import Read, Reading, one_site
from polyhead.core.records import Evaluation
from polyhead.core.rng import generator
from polyhead.dictionaries.qk_diagonal_init import QKDiagonalSettings, make, reading
from polyhead.interventions.splice import target_hooks
from polyhead.metrics.baselines import Constant
from polyhead.metrics.downstream import LossSum
from polyhead.metrics.evaluate import Subject, evaluate, measure_reference
from polyhead.models.base_layer import base_layer

LAYER, N, P = 1, 6, 11
HEADS = (1, 3)


class Exact:
    def reconstruct(self, batch):
        return batch["target"].clone()


class Mean:
    """The mean pattern of the training text."""

    def __init__(self, value):
        self.value = value

    def reconstruct(self, batch):
        return self.value.to(batch["target"].dtype).expand_as(batch["target"])


@pytest.fixture
def measured(tiny_model):
    tokens = torch.randint(1, 31, (N, P), generator=generator(0, "evaluate"))
    tokens[:, 0] = 0
    layer = base_layer(tiny_model, LAYER)
    spec = reading(QKDiagonalSettings(heads=HEADS), [layer])
    batches = [harvest_batch(tiny_model, t, spec) for t in tokens.split(4)]
    mean = torch.cat([b["target"] for b in batches]).mean(0)
    reference = measure_reference(tiny_model, batches, targets=spec.targets, mean=mean)
    return tiny_model, layer, batches, reference, mean


def test_the_pattern_itself_is_perfect(measured):
    model, _, batches, reference, _ = measured
    got = evaluate(model, Subject(name="own", variant="clean", reconstruction=Exact()), batches, reference)
    assert [h.head for h in got.head_patterns] == ["L1H1", "L1H3"]
    for head in got.head_patterns:
        assert head.nmse_about_mean == head.nmse_off_sink == head.nmse_renormalised == 0
        assert head.ce_spliced == pytest.approx(got.ce_clean, abs=1e-6)
        assert head.ce_recovered == pytest.approx(1.0, abs=1e-3)
        assert (head.l0_query, head.explicit_off_sink, head.reaches_goal) == (None, None, None)
    assert got.pattern_nmse_off_sink == 0


def test_the_mean_pattern_is_where_recovery_begins(measured):
    model, _, batches, reference, mean = measured
    got = evaluate(model, Subject(name="mean", variant="mean", reconstruction=Mean(mean)), batches, reference)
    for head, ce_mean in zip(got.head_patterns, reference.ce_mean_heads, strict=True):
        assert head.nmse_about_mean == pytest.approx(1.0)
        assert head.ce_mean == ce_mean == head.ce_spliced
        assert head.ce_recovered == 0


def test_every_head_is_spliced_alone(measured):
    model, _, batches, reference, mean = measured
    for head, expected in zip(HEADS, reference.ce_mean_heads, strict=True):
        losses, i = LossSum(), HEADS.index(head)
        for batch in batches:
            read = Read(site=f"blocks.{LAYER}.attn.hook_pattern", heads=(head,))
            estimate = mean[None, i : i + 1].expand(len(batch["tokens"]), -1, -1, -1)
            where = reference.positions.counted(batch)
            logits = model.run_with_hooks(batch["tokens"], target_hooks([read], estimate, where, n_heads=5)).detach()
            losses.update(logits, batch["tokens"], reference.positions.scored(batch))
        assert losses.mean() == pytest.approx(expected)


def test_a_dictionary_tells_both_sides_and_its_explicit_parts(measured):
    model, layer, batches, reference, _ = measured
    settings = QKDiagonalSettings(heads=HEADS, n_latents=8, k=2, key_k=3, max_density=0.9)
    dictionary = make(settings, [layer], batches, generator(0, "dictionary")).eval()
    subject = Subject(name="qk", variant="qk_diagonal", method="qk_diagonal", side="both", reconstruction=dictionary)
    got = evaluate(model, subject, batches, reference)
    first, second = got.head_patterns
    assert (first.l0_query, first.l0_key) == (second.l0_query, second.l0_key) == (got.l0_dest, got.l0_key)
    assert got.densest == first.densest is not None
    flat = dictionary.explicit_patterns(batches[0])
    assert torch.allclose(flat.sum(-1), torch.ones(()))
    with torch.no_grad():
        dictionary.query.W.zero_()
        dictionary.query.b.fill_(-1.0)  # no latent fires any more: the explicit parts are all there is
    alone = evaluate(model, subject, batches, reference)
    assert torch.allclose(dictionary.patterns(batches[0]), flat)
    for head in alone.head_patterns:
        assert 1 - head.nmse_off_sink == pytest.approx(head.explicit_off_sink)


def test_records_of_earlier_versions_are_read(measured):
    model, _, batches, reference, _ = measured
    got = evaluate(model, Subject(name="own", variant="clean", reconstruction=Exact()), batches, reference)
    plain = json.loads(got.json_line())
    assert Evaluation.model_validate(plain) == got
    for name in ("head_patterns", "pattern_nmse_off_sink", "l0_key", "densest"):
        plain.pop(name)
    assert Evaluation.model_validate(plain).head_patterns == ()


def test_targets_that_are_no_patterns_have_no_heads(tiny_model):
    tokens = torch.randint(1, 31, (N, P), generator=generator(0, "evaluate"))
    target = one_site(f"blocks.{LAYER}.hook_attn_out")
    batches = [harvest_batch(tiny_model, tokens, Reading(roles={"target": target}))]
    reference = measure_reference(tiny_model, batches, targets=target, mean=torch.zeros(13))
    got = evaluate(
        tiny_model, Subject(name="c", variant="zero", reconstruction=Constant(torch.zeros(13))), batches, reference
    )
    assert (got.head_patterns, got.pattern_nmse_off_sink, reference.ce_mean_heads) == ((), None, ())
