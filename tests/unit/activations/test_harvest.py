import pytest
import torch

from polyhead.activations.harvest import harvest_batch, pattern_source, read_sites, recompute_pattern
from polyhead.activations.store import StoredLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.sites import site


@pytest.fixture
def tokens(rng):
    return torch.randint(31, (2, 7), generator=rng)


def test_roles_are_the_sites_of_a_full_pass(tiny_model, tokens):
    batch = harvest_batch(tiny_model, tokens, StoredLayer(layer=1).reading)
    names = [site(1, n) for n in ("ln1.hook_normalized", "hook_attn_out", "attn.hook_pattern")]
    with torch.no_grad():  # a gradient would need the pattern in the path of the target
        _, cache = tiny_model.run_with_cache(tokens, names)
    assert set(batch) == {"tokens", "valid", "x", "target", "pattern"}
    for role, name in zip(("x", "target", "pattern"), names, strict=True):
        assert torch.equal(batch[role], cache[name])
        assert not batch[role].requires_grad
    assert batch["valid"].all()


def test_nothing_above_the_layer_is_computed(tiny_model, tokens):
    called = []
    tiny_model.blocks[2].register_forward_pre_hook(lambda *_: called.append(2))
    harvest_batch(tiny_model, tokens, StoredLayer(layer=1, target_site="hook_resid_post").reading)
    assert not called


def test_heads_of_a_per_head_site_are_laid_side_by_side(tiny_model, tokens):
    batch = harvest_batch(
        tiny_model, tokens, StoredLayer(layer=0, input_site="attn.hook_z", with_patterns=False).reading
    )
    assert batch["x"].shape == (2, 7, 5 * 6)
    assert "pattern" not in batch


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        ({}, "ln1.hook_normalized"),
        ({"normalization": "LN", "has_bias": True, "positions": "learned"}, "ln1.hook_normalized"),
        ({"positions": "shortformer", "normalization": "LN"}, "hook_resid_pre"),
        ({"d_mlp": 23}, "ln1.hook_normalized"),
    ],
)
def test_recomputed_pattern_is_the_one_of_the_full_pass(make_tiny_model, tokens, changes, source):
    model, spec = make_tiny_model(**changes), StoredLayer(layer=1)
    assert pattern_source(model, (spec.input_site, spec.target_site)) == source
    pattern = harvest_batch(model, tokens, spec.reading)["pattern"]
    for name in {source, "hook_resid_pre", None}:
        value = None if name is None else read_sites(model, tokens, {"r": site(1, name)})["r"]
        assert torch.equal(recompute_pattern(model, 1, tokens, name, value), pattern)


def test_pattern_source_is_what_is_read_anyway(tiny_model):
    assert pattern_source(tiny_model, ("hook_resid_pre", "hook_attn_out")) == "hook_resid_pre"
    assert pattern_source(tiny_model, ("attn.hook_z", "hook_attn_out")) == "hook_resid_pre"


def test_a_wrong_site_or_layer_is_one_line_with_the_nearest_names(tiny_model, tokens):
    with pytest.raises(PolyheadError, match=r"hook_attn_oot.*did you mean 'hook_attn_out"):
        StoredLayer.parse({"layer": 0, "target_site": "hook_attn_oot"})
    with pytest.raises(PolyheadError, match="one vector per token"):
        StoredLayer.parse({"layer": 0, "input_site": "attn.hook_pattern"})
    with pytest.raises(PolyheadError, match="layers 0 to 2"):
        harvest_batch(tiny_model, tokens, StoredLayer(layer=3).reading)
    with pytest.raises(PolyheadError, match=r"no site blocks\.0\.hook_mlp_out"):
        harvest_batch(tiny_model, tokens, StoredLayer(layer=0, target_site="hook_mlp_out").reading)
