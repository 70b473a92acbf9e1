"""Sites by full name, glob and pair, text for tokens, and all sites by default: equal to full names and token ids."""

import pytest
import torch

import polyhead as ph
from polyhead.core.errors import PolyheadError
from polyhead.models.asked_sites import named_sites
from polyhead.models.hooked import HookedModel


@pytest.fixture(scope="module")
def model() -> HookedModel:
    return ph.load_model("bundled")


@torch.no_grad()
def test_every_way_of_asking_gives_the_same_tensors(model: HookedModel) -> None:
    text = "for x in y:\n    f(x)"
    tokens = ph.to_tokens(model, text)
    name = "blocks.2.attn.hook_pattern"
    logits, expected = model.run_with_cache(tokens, [name, "blocks.2.attn.hook_z", "ln_final.hook_normalized"])
    assert torch.equal(model(text), model(tokens))
    for asked in (name, [("pattern", 2)], ("pattern", 2), "blocks.2.attn.hook_pat*", ["blocks.?.attn.hook_pattern"]):
        again, cache = model.run_with_cache(text, asked)
        assert torch.equal(again, logits)
        assert torch.equal(cache["pattern", 2], expected[name])
    again, everything = model.run_with_cache(text)
    assert torch.equal(again, logits)
    for site, value in expected.items():
        assert torch.equal(everything[site], value), site
    assert torch.equal(everything["z", 2], expected["blocks.2.attn.hook_z"])
    assert "blocks.3.hook_resid_post" in everything
    assert not [site for site in everything if "hook_result" in site or "mlp" in site]


def test_all_sites_are_kept_with_a_hook_and_under_an_intervention(model: HookedModel) -> None:
    tokens = ph.to_tokens(model, "a b c a b")
    site = "blocks.1.hook_attn_out"
    _, cache = model.run_with_cache(tokens, hooks={site: torch.zeros_like})
    assert not cache[site].any()
    assert torch.equal(cache["resid_post", 1], cache["resid_pre", 1])
    with ph.ablate(model, heads=["L3H2"]):
        _, cut = model.run_with_cache(tokens)
    assert not cut["z", 3][:, :, 2].any()


def test_tokens_as_text(model: HookedModel) -> None:
    words = model.to_str_tokens("def f(x):")
    assert "".join(words[1:]) == "def f(x):"
    assert words == model.to_str_tokens(model.to_tokens("def f(x):"))
    with pytest.raises(PolyheadError, match="one sequence"):
        model.to_str_tokens(torch.zeros(2, 3, dtype=torch.int64))


def test_what_there_is_not_is_named(model: HookedModel) -> None:
    assert named_sites("blocks.*.hook_attn_out", 3) == [f"blocks.{i}.hook_attn_out" for i in range(3)]
    with pytest.raises(PolyheadError, match="no site matches"):
        model.run_with_cache("x", "blocks.*.hook_nothing")
    with pytest.raises(PolyheadError, match="site"):
        model.run_with_cache("x", ("patern", 1))
    with pytest.raises(PolyheadError, match="layers 0 to 3"):
        model.run_with_cache("x", ("pattern", 7))
    _, cache = model.run_with_cache("x", ("pattern", 1))
    with pytest.raises(KeyError, match="was not asked for"):
        cache["pattern", 2]
