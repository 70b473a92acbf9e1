"""Models on another device or in another precision, without a GPU: nothing meets a tensor of the CPU by mistake."""

import pytest
import torch

from elsewhere import another_device, moved
from polyhead.core.sites import site
from polyhead.dictionaries import METHODS
from polyhead.experiments.config import ExperimentConfig, Member, Training
from polyhead.experiments.data import ExperimentData, load_data
from polyhead.experiments.evaluate import evaluate_members
from polyhead.experiments.train import train_member
from polyhead.graphs.frozen import freeze
from polyhead.graphs.passes import live_pass
from polyhead.interventions.rows import KINDS, HeadAblation, ablation_hook, reference
from polyhead.models.base_layer import base_layer
from polyhead.models.load import load_model
from polyhead.ops.schedules import Schedule

TOKENS = torch.arange(8)[None]


def test_two_devices_in_one_operation_are_refused_here_as_by_cuda(make_tiny_model):
    with another_device():
        model = moved(make_tiny_model())
        assert torch.isfinite(model(TOKENS.to(model.device)).cpu()).all()
        with pytest.raises(RuntimeError, match="two devices"):
            model(TOKENS)


def test_a_base_layer_of_a_model_elsewhere_is_the_one_of_the_cpu(make_tiny_model):
    here = base_layer(make_tiny_model(), 1)
    with another_device():
        there = base_layer(moved(make_tiny_model()), 1)
    assert (there.plain_scores, there.is_linear) == (True, True)
    assert here.rotary is not None
    assert there.rotary is not None
    assert torch.equal(here.rotary, there.rotary)


def test_a_layer_in_bfloat16_is_seen_to_be_plain():
    layer = base_layer(load_model("bundled", dtype="bfloat16"), 3)
    assert (layer.plain_scores, layer.is_linear, layer.score_scale) == (True, True, 32**-0.5)
    assert layer.rotary is not None


def test_rows_are_ablated_where_the_model_is(make_tiny_model):
    model, draw = make_tiny_model(), torch.zeros(1, dtype=torch.int64)
    where = torch.ones(1, 8, dtype=torch.bool)
    for kind in KINDS:
        ablation, text = HeadAblation(1, (0, 2), kind), reference(model, TOKENS, 1)  # pyright: ignore[reportArgumentType]
        expected = model.run_with_hooks(TOKENS, ablation_hook(ablation, (1, 8), where, text=text, draw=draw))
        with another_device():
            there = moved(make_tiny_model())
            tokens = TOKENS.to(there.device)
            text = reference(there, tokens, 1)
            hooks = ablation_hook(ablation, (1, 8), where.to(there.device), text=text, draw=draw)
            assert torch.allclose(there.run_with_hooks(tokens, hooks).cpu(), expected, atol=1e-5)


def test_what_a_pass_saw_comes_back_to_the_cpu(make_tiny_model):
    names = [site(1, name) for name in ("hook_resid_pre", "hook_attn_out")] + [site(2, "hook_resid_post")]
    with another_device():
        model = moved(make_tiny_model())
        seen = live_pass(model, freeze(model, [], TOKENS[0]), {}, names).tensors
    assert {name: seen[name].device.type for name in names} == dict.fromkeys(names, "cpu")


def _trained(data: ExperimentData, run_dir) -> list[float]:
    (member,) = data.cfg.members
    train_member(data, member, run_dir)
    (scores,) = evaluate_members(data, data.reading(member), [member], run_dir)
    return [scores.fvu, scores.ce_spliced]


@pytest.mark.slow
def test_members_are_trained_and_scored_where_the_model_is(tmp_path):
    for kind in ("mtc_rank", "qk_diagonal"):
        assert kind in METHODS
        cfg = ExperimentConfig(
            n_train_tokens=512,
            n_eval_tokens=256,
            seq_len=32,
            members=(Member(method=kind, settings={"n_latents": 32}),),
            training=Training(schedule=Schedule(warmup_steps=1)),
        )
        data = load_data(cfg)
        here = _trained(data, tmp_path / kind / "here")
        with another_device():
            there = ExperimentData(cfg, moved(data.model), data.train, data.held_out)
            assert torch.allclose(
                torch.tensor(_trained(there, tmp_path / kind / "there")), torch.tensor(here), atol=1e-2
            )
