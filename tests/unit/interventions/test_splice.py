"""Splice and ablate: the model's own tensor changes nothing, and only the positions asked for change."""

import pytest
import torch

from polyhead.core.errors import PolyheadError
from polyhead.interventions.splice import clean_pass, spliced_logits

TOKENS = torch.tensor([[0, 4, 7, 9, 2], [0, 3, 3, 8, 1]])


@pytest.mark.parametrize("name", ["hook_attn_out", "hook_resid_post"])
def test_a_sites_own_tensor_changes_nothing(tiny_model, name: str):
    site = f"blocks.1.{name}"
    logits, cache = tiny_model.run_with_cache(TOKENS, [site])
    torch.testing.assert_close(spliced_logits(tiny_model, TOKENS, site, cache[site]), logits)


def test_logits_before_the_spliced_positions_stay(tiny_model):
    site = "blocks.1.hook_attn_out"
    where = torch.tensor([[False, False, False, True, True]]).expand(2, -1)
    got = spliced_logits(tiny_model, TOKENS, site, torch.randn(2, 5, 13), where)
    clean = tiny_model(TOKENS)
    torch.testing.assert_close(got[:, :3], clean[:, :3])
    assert (got[:, 3:] - clean[:, 3:]).abs().max() > 1e-3


def test_zero_ablating_the_attention_of_a_layer_removes_its_part_of_the_residual(tiny_model):
    got = spliced_logits(tiny_model, TOKENS, "blocks.2.hook_attn_out", torch.zeros(2, 5, 13))
    _, cache = tiny_model.run_with_cache(TOKENS, ["blocks.2.hook_resid_pre"])
    last = tiny_model.ln_final(cache["blocks.2.hook_resid_pre"]) @ tiny_model.W_U
    torch.testing.assert_close(got, last)


def test_a_site_the_model_lacks_is_named(tiny_model):
    with pytest.raises(PolyheadError, match="hook_mlp_out"):
        spliced_logits(tiny_model, TOKENS, "blocks.0.hook_mlp_out", torch.zeros(2, 5, 13))


@pytest.mark.parametrize("name", ["hook_attn_out", "hook_resid_post", "hook_resid_mid"])
@pytest.mark.parametrize("positions", ["rotary", "learned", "shortformer"])
@pytest.mark.parametrize("layer", [0, 2])
def test_going_on_from_a_clean_pass_equals_starting_over(make_tiny_model, name: str, positions: str, layer: int):
    model = make_tiny_model(positions=positions, d_mlp=None if positions == "learned" else 11, has_bias=True)
    if name == "hook_resid_mid" and positions == "learned":
        pytest.skip("an attention-only model has no hook_resid_mid")
    site, where = f"blocks.{layer}.{name}", TOKENS > 2
    clean, new = clean_pass(model, TOKENS, site), torch.randn(2, 5, 13)
    torch.testing.assert_close(clean.logits, model(TOKENS))
    expected = spliced_logits(model, TOKENS, site, new, where)
    torch.testing.assert_close(spliced_logits(model, TOKENS, site, new, where, clean=clean), expected)
