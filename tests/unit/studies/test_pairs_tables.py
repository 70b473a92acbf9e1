"""Token tables say what the model says, and the ablations and effective numbers built on them are exact."""

import pytest
import torch

from polyhead.analysis.head_ablation import (
    accuracy_by_group,
    replacements,
    with_only_each_head,
    without_all_heads,
    without_each_head,
)
from polyhead.core.errors import PolyheadError
from polyhead.core.sites import site
from polyhead.models.toy.attention import ToyAttention, ToyAttentionConfig
from polyhead.ops.participation import cancellation, participation_ratio
from polyhead.studies.pairs.token_tables import (
    TokenTables,
    attention_mass,
    exact_accuracy,
    exact_loss,
    head_contributions,
    model_tables,
    table_logits,
    token_tables,
)
from polyhead.training.ensemble import Ensemble

TOY = ToyAttentionConfig(n_heads=3, d_head=2, d_vocab=7, n_ctx=5)
VARIANTS = [{}, {"qkv_bias": True, "output_bias": True}, {"d_model": 13, "unembed_bias": True, "d_vocab_out": 4}]


def shaken(cfg, rng):
    """A model whose biases are not zero."""
    model = ToyAttention(cfg, generator=rng)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.3 * torch.randn(p.shape, generator=rng))
    return model


def contexts(rng, n=11):
    tokens = torch.randint(1, 7, (n, 5), generator=rng)
    tokens[:, -1] = 0
    return tokens, torch.nn.functional.one_hot(tokens, 7).sum(1).float()


@pytest.mark.parametrize("changes", VARIANTS)
def test_tables_give_the_logits_and_the_attention_of_the_model(changes, rng):
    model = shaken(TOY.replace(**changes), rng)
    tokens, counts = contexts(rng)
    tables = model_tables(model)
    logits, cache = model.run_with_cache(tokens, [site(0, "attn.hook_pattern")])
    assert logits is not None
    torch.testing.assert_close(table_logits(tables, counts)[0].float(), logits[:, -1], atol=1e-5, rtol=1e-4)
    mass = attention_mass(tables, counts)[0].float()  # h n v
    pattern = cache[site(0, "attn.hook_pattern")][:, :, -1]  # n h k
    one_hot = torch.nn.functional.one_hot(tokens, 7).float()
    torch.testing.assert_close(mass, torch.einsum("nhk,nkv->hnv", pattern, one_hot), atol=1e-6, rtol=1e-4)


def test_tables_of_a_ragged_ensemble_are_those_of_its_members(rng):
    shapes = [TOY, TOY.replace(n_heads=2, d_head=5), TOY.replace(output_bias=True)]
    models = [shaken(cfg, rng) for cfg in shapes]
    ensemble = Ensemble.of(models)
    for i, (cfg, model) in enumerate(zip(shapes, models, strict=True)):
        if not cfg.output_bias:
            cfg = cfg.replace(output_bias=True)  # padded: the ensemble's b_O is zero there
        got, alone = token_tables(ensemble.tensors(), cfg, [i]), model_tables(model)
        torch.testing.assert_close(got.scores, alone.scores)
        torch.testing.assert_close(got.ov, alone.ov)
        torch.testing.assert_close(got.constant, alone.constant)


def test_accuracy_and_loss_are_expectations(rng):
    model = shaken(TOY, rng)
    tokens, counts = contexts(rng)
    targets = torch.randint(0, 7, (11,), generator=rng)
    p = torch.rand(11, generator=rng)
    p = p / p.sum()
    logits = model(tokens)[:, -1].detach()
    accuracy = exact_accuracy(model_tables(model), counts, p, targets[None])
    assert float(accuracy) == pytest.approx(float((p * (logits.argmax(-1) == targets)).sum()))
    each = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    loss = exact_loss(model_tables(model), counts, p, targets[None])
    assert float(loss) == pytest.approx(float((each * p).sum()), rel=1e-5)


def test_models_with_positions_have_no_tables(rng):
    with pytest.raises(PolyheadError, match="positions"):
        model_tables(ToyAttention(TOY.replace(positions=True), generator=rng))


def test_ablations_equal_hooks_on_the_model(rng):
    model = shaken(TOY, rng)
    tokens, counts = contexts(rng)
    tables = model_tables(model)
    parts = head_contributions(tables, counts)
    rest = tables.constant[:, None].expand(-1, 11, -1)
    got = without_each_head(parts, rest, replacements(parts, "zero"))[0]
    for h in range(3):

        def hook(z, h=h):
            z = z.clone()
            z[:, :, h] = 0
            return z

        logits = model.run_with_hooks(tokens, {site(0, "attn.hook_z"): hook})[:, -1]
        torch.testing.assert_close(got[h].float(), logits, atol=1e-5, rtol=1e-4)


def test_replacements_and_their_combinations(rng):
    parts = torch.randn(2, 3, 11, 7, generator=rng)
    rest = torch.randn(2, 11, 7, generator=rng)
    p = torch.rand(11, generator=rng)
    mean = replacements(parts, "mean", probability=p)
    torch.testing.assert_close(mean[:, :, 4], (parts * (p / p.sum())[:, None]).sum(2))
    drawn = replacements(parts, "resample", generator=rng)
    assert all((drawn[0, 0, i] == parts[0, 0]).all(-1).any() for i in range(11))
    whole = rest + parts.sum(1)
    torch.testing.assert_close(without_each_head(parts, rest, parts)[:, 2], whole)  # replaced by itself
    only = with_only_each_head(parts, rest, mean)
    torch.testing.assert_close(only[:, 1], rest + parts[:, 1] + mean[:, 0] + mean[:, 2])
    torch.testing.assert_close(without_all_heads(rest, mean), rest + mean.sum(1))
    with pytest.raises(PolyheadError, match="generator"):
        replacements(parts, "resample")


def test_accuracy_by_group_weighs_sequences():
    logits = torch.eye(3)[torch.tensor([0, 1, 2, 0, 1])]
    targets, group = torch.tensor([0, 1, 0, 1, 1]), torch.tensor([0, 0, 0, 2, -1])
    got = accuracy_by_group(logits, targets, group, 4, probability=torch.tensor([1.0, 2, 5, 1, 1]))
    assert got[:1].tolist() == pytest.approx([3 / 8])
    assert got[2] == 0
    assert got[[1, 3]].isnan().all()


def test_effective_heads_counts_heads_and_not_their_sizes():
    a = torch.tensor([[1.0, 1, 1, 1], [0, 0, 3, 0], [2, -2, 0, 0]])
    assert participation_ratio(a).tolist() == [4, 1, 2]
    assert participation_ratio(7 * a).tolist() == [4, 1, 2]
    assert cancellation(a).tolist() == [0, 0, 1]


def test_tokens_far_below_an_absent_one_still_share_the_attention():
    scores = torch.tensor([[[0.0, 5000.0, -3000.0, -3000.0, -9000.0]]], dtype=torch.float64)
    tables = TokenTables(scores, torch.zeros(1, 1, 5, 2), torch.zeros(1, 2))
    mass = attention_mass(tables, torch.tensor([[0.0, 0, 1, 3, 2]]))
    assert mass[0, 0, 0].tolist() == pytest.approx([0, 0, 0.25, 0.75, 0])
