"""Experiments and recipes: names, presets, overrides."""

import json

import pytest

from polyhead.core.errors import PolyheadError
from polyhead.dictionaries import TopK
from polyhead.experiments.config import ExperimentConfig, Member
from polyhead.runs.recipe import PRESETS, experiment_recipe, grid, too_short, topk


def test_full_covers_what_a_comparison_needs():
    members = PRESETS["full"].members
    assert {m.variant for m in members} == {"free", "top1", "shuffled"}
    for variant in ("free", "top1", "shuffled"):
        mine = [m for m in members if m.variant == variant and m.init == "one_hot"]
        assert len({m.seed for m in mine}) >= 3
        assert len({m.sparsity for m in mine}) >= 4
    assert {m.init for m in members if m.variant == "free"} == {"one_hot", "spread"}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_json(name: str):
    cfg = PRESETS[name]
    assert ExperimentConfig.parse(json.loads(cfg.model_dump_json())) == cfg


def test_members_are_named_by_what_sets_them_apart():
    members = grid(
        variants=("free", "top1"),
        activations=(topk(3), {"kind": "relu", "l1": 0.02}, {"kind": "jumprelu", "sparsity": 0.5}),
        seeds=(0, 5),
        spread=True,
    )
    names = [m.name for m in members]
    assert len(set(names)) == len(names) == 3 * 2 * 3
    assert "free-k3-n2048-spread-s5" in names
    assert "top1-l10.02-n2048-s0" in names


def test_two_members_alike_are_refused():
    with pytest.raises(PolyheadError, match="same settings"):
        ExperimentConfig.parse({"members": [{}, {}]})


def test_pages_of_no_member_are_refused_with_the_nearest():
    with pytest.raises(PolyheadError, match="did you mean 'free-k16-n2048-s0"):
        ExperimentConfig.parse({"pages": ["free-k16-n2048-s1"]})


def test_pages_default_to_the_first_free_and_the_first_top1():
    cfg = ExperimentConfig(members=grid(variants=("shuffled", "top1", "free"), seeds=(4, 2)))
    assert cfg.page_names == ("free-k16-n2048-s4", "top1-k16-n2048-s4")
    assert ExperimentConfig(members=(Member(control="other_sequence"),)).page_names == ("shuffled-k16-n2048-s0",)


def test_overrides_change_only_what_they_name():
    base = PRESETS["demo"]
    cfg = experiment_recipe("demo", layers=(1,), k=[4, 8], lr=1e-3)
    assert cfg.layers == (1,)
    assert [m.sparsity for m in cfg.members] == ["k=4", "k=4", "k=8", "k=8"]
    assert {m.variant for m in cfg.members} == {m.variant for m in base.members}
    assert cfg.training.lr == 1e-3
    assert cfg.replace(layers=base.layers, members=base.members, training=base.training) == base


def test_options_with_a_name_of_their_own_are_settings():
    named = experiment_recipe("quick", "mtc", k=[4, 8], k_aux=3, n_latents=64)
    assert [m.parsed.activation for m in named.members] == [TopK(k=k, k_aux=3) for k in (4, 8)]
    assert {m.n_latents for m in named.members} == {64}
    assert named == experiment_recipe("quick", "mtc", set=["activation.k=4,8", "activation.k_aux=3", "n_latents=64"])
    batch = experiment_recipe("quick", "mtc", set=["activation.kind=batchtopk"], k_aux=5)
    assert [m.settings["activation"]["k_aux"] for m in batch.members] == [5]
    both = experiment_recipe("quick", ["mtc", "qk_diagonal"], k=[2])
    assert next(m.sparsity for m in both.members) == "k=2"
    with pytest.raises(PolyheadError, match="--k and --l1 were both given"):
        experiment_recipe("quick", "mtc", k=[4], l1=[0.1])
    with pytest.raises(PolyheadError, match="qk_diagonal has no activation for --k to choose"):
        experiment_recipe("quick", "qk_diagonal", k=[4])
    with pytest.raises(PolyheadError, match="k_aux"):
        experiment_recipe("quick", "mtc", l1=[0.1], k_aux=3)


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(PolyheadError, match="did you mean 'full"):
        experiment_recipe("ful")


def test_several_methods_are_one_run_without_a_config_file():
    cfg = experiment_recipe(
        "quick", ["mtc", "sae", "mtc"], k=[4], n_latents=64, seeds=[0, 1], set=["sae.n_latents=32,48"]
    )
    found = [(m.method, m.n_latents, m.seed, m.sparsity) for m in cfg.members]
    assert found == [
        *(("mtc", 64, s, "k=4") for s in (0, 1)),
        *(("attn_out_sae", n, s, "k=4") for n in (32, 48) for s in (0, 1)),
    ]


def test_all_is_every_method_that_fits_and_a_method_named_twice_is_one():
    every = experiment_recipe("quick", "all")
    assert experiment_recipe("quick", ["all", "mtc"]) == every
    assert len({m.method for m in every.members}) == len(every.members) > 5


def test_one_alias_is_the_method_itself():
    assert experiment_recipe("quick", "transcoder") == experiment_recipe("quick", "mtc")
    assert {m.method for m in experiment_recipe("quick", "sae").members} == {"attn_out_sae"}


def test_runs_that_say_nothing_are_told_from_those_that_do():
    assert [too_short(cfg) for cfg in PRESETS.values()] == [None] * len(PRESETS)
    steps = too_short(PRESETS["quick"].replace(n_train_tokens=4096))
    assert steps is not None
    assert "4 training steps" in steps
    assert "--train-tokens 61440 or more" in steps
    wide = experiment_recipe("quick", "mtc", k=[1], n_latents=4096)
    assert "16 times on average" in (too_short(wide) or "")
    assert too_short(wide.replace(n_train_tokens=64 * 4096)) is None
