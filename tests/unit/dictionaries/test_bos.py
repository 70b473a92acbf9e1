"""The rule about BOS: a planted sink, the formulas of each rule, and what earlier versions wrote."""

import json

import pytest
import torch
from test_mtc_variants import B, D, H, P, random_batch, random_layer
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries import find_method, load_dictionary, save_dictionary
from polyhead.dictionaries.bos import bos_token, explained
from polyhead.experiments.config import ExperimentConfig, Member
from polyhead.training.firing import FiringCounts

MOVERS = ("mtc", "mtc_rank", "joint_sae_mtc", "dynamic_head")
BOS, LATENTS = 7, 24


def sink_batch(seed: int) -> dict[str, Tensor]:
    """Heads put 0.5 to 0.95 of their weight on position 0, whose input is the same everywhere and unlike the others'.

    These are combinations of the first `D - 1` directions. The target is the layer's own output."""
    g, layer = generator(seed, "sink"), random_layer()
    x = torch.zeros(B, P, D)
    x[..., : D - 1] = torch.randn(B, P, D - 1, generator=g).relu()
    x[:, 0] = 0.0
    x[:, 0, D - 1] = 6.0
    scores = torch.randn(B, H, P, P, generator=g).masked_fill(~torch.ones(P, P).tril().bool(), -torch.inf)
    sink = 0.5 + 0.45 * torch.rand(B, H, P, generator=g)
    pattern = scores.softmax(-1) * (1 - sink)[..., None]
    pattern[..., 0] += sink
    tokens = torch.arange(P).expand(B, P) + 20
    tokens = torch.where(torch.arange(P) == 0, BOS, tokens)
    target = torch.einsum("bhqk,bkd,hdv,hvm->bqm", pattern, x, layer.W_V, layer.W_O)
    return {"x": x, "pattern": pattern, "target": target, "tokens": tokens, "valid": tokens != BOS}


def make(kind: str, batches: list[dict[str, Tensor]], **changes):
    method = find_method(kind)
    settings = method.settings.parse({"n_latents": LATENTS, "activation": {"kind": "topk", "k": 12}, **changes})
    return method.make(settings, [random_layer()], batches, generator(0, "dictionary"))


def fvu(module, batch: dict[str, Tensor]) -> float:
    keep, y = batch["valid"], batch["target"]
    left = (module.reconstruct(batch) - y)[keep].square().sum()
    return float(left / (y[keep] - y[keep].mean(0)).square().sum())


def trained(kind: str, n_steps: int = 250, **changes):
    first = [sink_batch(s) for s in range(8)]
    module = make(kind, first, **changes)
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-2)
    for step in range(n_steps):
        optimizer.zero_grad()
        torch.stack(list(module.loss(sink_batch(step % 64)).values())).sum().backward()
        optimizer.step()
        module.project()
    return module.requires_grad_(False)


def test_a_planted_sink_costs_the_old_rule_and_no_other():
    batch = sink_batch(1000)
    left = {
        (heads, rule): fvu(trained("dynamic_head", heads=heads, bos=rule), batch)
        for heads in ("all", "strongest")
        for rule in ("train", "exact", "untrained")
    }
    for rule in ("train", "exact"):
        assert left["all", rule] < 0.1 < 1 < left["all", "untrained"], left
    assert left["strongest", "exact"] < 0.5 < left["strongest", "untrained"], left
    assert left["strongest", "train"] < left["strongest", "untrained"], left


def test_the_joint_baseline_codes_bos_when_it_is_trained_on_it():
    batch = sink_batch(1000)
    errors = {}
    for rule in ("train", "untrained"):
        joint = trained("joint_sae_mtc", bos=rule, loadings="top1")
        errors[rule] = float((joint.input_reconstruction(batch) - batch["x"])[:, 0].norm() / batch["x"][:, 0].norm())
    assert errors["train"] < 0.2 < errors["untrained"], errors


def test_exact_bos_is_the_layer_applied_to_codes_elsewhere_and_to_the_input_at_bos():
    batches = [sink_batch(s) for s in range(3)]
    batch, layer = batches[0], random_layer()
    whole = make("dynamic_head", batches, heads="all", bos="exact")
    x = whole.input_reconstruction(batch)
    torch.testing.assert_close(x[:, 0], batch["x"][:, 0])
    expected = torch.einsum("bhqk,bkd,hdv,hvm->bqm", batch["pattern"], x, layer.W_V, layer.W_O)
    torch.testing.assert_close(whole.reconstruct(batch), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", MOVERS)
def test_exact_bos_is_the_same_dictionary_on_what_other_positions_send(kind: str):
    batches = [sink_batch(s) for s in range(3)]
    batch, layer = batches[0], random_layer()
    one = make(kind, batches, bos="exact")
    assert not one.codes(batch).values[:, 0].any()
    assert one.codes(batch).values[:, 1:].any()
    sent = torch.einsum("bhq,bd,hdv,hvm->bqm", batch["pattern"][..., 0], batch["x"][:, 0], layer.W_V, layer.W_O)
    other = {**batch, "x": batch["x"].clone()}
    other["x"][:, 0] *= -3.0
    torch.testing.assert_close(one.reconstruct(other) - one.reconstruct(batch), -4 * sent, rtol=1e-3, atol=1e-3)
    view = one.view(batch, torch.arange(5), [layer])
    assert not view.key_side[:, 0].any()
    assert not view.arcs[..., 0].any()


@pytest.mark.parametrize("kind", ["mtc", "mtc_rank", "joint_sae_mtc"])
def test_training_under_exact_sees_no_more_than_the_rest_of_the_target(kind: str):
    batches = [sink_batch(s) for s in range(3)]
    one, batch = make(kind, batches, bos="exact"), sink_batch(9)
    left = explained(one, batch)
    assert not left["pattern"][..., 0].any()
    for a, b in zip(explained(one, left).values(), left.values(), strict=True):
        torch.testing.assert_close(a, b)
    for name, term in one.loss(batch).items():
        torch.testing.assert_close(term, one.loss(left)[name], msg=name)
    y, rest = one.reconstruct(batch), one.reconstruct(left)
    torch.testing.assert_close(y - batch["target"], rest - left["target"], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", MOVERS)
def test_without_a_bos_every_rule_is_the_same(kind: str):
    batches = [{**sink_batch(s), "valid": torch.ones(B, P, dtype=torch.bool)} for s in range(2)]
    made = [make(kind, batches, bos=rule) for rule in ("train", "exact")]
    assert [one.cfg.bos_token_id for one in made] == [None, None]
    torch.testing.assert_close(made[0].reconstruct(batches[0]), made[1].reconstruct(batches[0]))
    for name, term in made[0].loss(batches[0]).items():
        torch.testing.assert_close(term, made[1].loss(batches[0])[name])


def test_bos_is_the_token_that_every_sequence_begins_with_and_no_loss_counts():
    batch = sink_batch(0)
    assert bos_token([batch]) == BOS
    assert bos_token([random_batch()]) is None
    assert bos_token([{**batch, "valid": torch.ones_like(batch["valid"])}]) is None
    assert bos_token([{**batch, "tokens": batch["tokens"] + torch.arange(B)[:, None]}]) is None


def test_a_latent_for_bos_alone_is_not_dead_where_bos_is_trained():
    batch, dead = sink_batch(0), {}
    for rule in ("train", "untrained"):
        one = make("dynamic_head", [batch], bos=rule)
        with torch.no_grad():
            one.W_enc[:, 0], one.b_enc[0] = 10 * torch.eye(D)[D - 1], -1.0  # fires at BOS alone
        counts = FiringCounts(LATENTS, every=1, dead_after=1)
        counts(1, one, batch)
        dead[rule] = bool(counts.dead()[0])
    assert dead == {"train": False, "untrained": True}


@pytest.mark.parametrize("kind", MOVERS)
@pytest.mark.parametrize("rule", ["train", "exact"])
def test_a_dictionary_comes_back_with_its_rule(tmp_path, kind: str, rule: str):
    batch = sink_batch(0)
    one = make(kind, [batch], bos=rule)
    save_dictionary(one, tmp_path)
    back = load_dictionary(tmp_path)
    assert (back.cfg.bos, back.cfg.bos_token_id) == (rule, BOS)
    torch.testing.assert_close(back.reconstruct(batch), one.reconstruct(batch), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("kind", "rule"), [("mtc", "train"), ("joint_sae_mtc", "untrained"), ("dynamic_head", "untrained")]
)
def test_a_dictionary_and_a_run_of_earlier_versions_keep_the_rule_they_were_trained_with(kind: str, rule: str):
    method = find_method(kind)
    config = make(kind, [sink_batch(0)]).cfg.model_dump(mode="json")
    assert config["bos"] == "train"
    earlier = {k: v for k, v in config.items() if k not in ("bos", "bos_token_id")}
    assert method.config.parse(earlier).bos == rule
    saved = json.loads(Member(method=kind).model_dump_json())
    assert saved["settings"].pop("bos") == "train"
    back = Member.parse(saved)
    assert back.settings["bos"] == rule
    assert back.name == Member(method=kind).name
    assert Member.parse({"method": kind, "settings": {"n_latents": 64}}).settings["bos"] == "train"


def test_members_with_different_rules_have_different_names():
    rules = [Member(method="dynamic_head", settings={"bos": rule}) for rule in ("train", "exact")]
    assert [m.name for m in rules] == ["dynamic_head-k16-n2048-s0", "dynamic_head-k16-n2048-bosexact-s0"]
    ExperimentConfig(members=tuple(rules))


def test_exact_bos_is_refused_where_the_layer_is_not_linear_in_what_is_read():
    with pytest.raises(PolyheadError, match="use bos=train"):
        make("mtc", [sink_batch(0)], bos="exact", input_site="hook_resid_pre")


def test_a_transcoder_has_no_untrained_bos():
    with pytest.raises(PolyheadError, match="bos"):
        find_method("mtc").settings.parse({"bos": "untrained"})
