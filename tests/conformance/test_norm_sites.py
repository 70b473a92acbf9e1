"""What norms have before their gain: against the formulas in plain torch, for every family and kind of norm."""

from collections.abc import Iterator
from typing import Any

import pytest
import tiny_hf
import torch
from tiny_hf import LONG, N_LAYERS, TINY, tokens
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.models.hf import HFModel

LAYER_NORM = ("gpt2", "gpt_neo", "gpt_neox", "starcoder2", "cohere2")


@pytest.fixture(autouse=True)
def _no_grad() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.fixture(params=TINY)
def model(request: pytest.FixtureRequest) -> HFModel:
    return tiny_hf.make(request.param)


def plain(x: Tensor, model: HFModel) -> Tensor:
    """The norm of x without gain and bias, as the family's paper has it."""
    config = model.hf.config
    names = ("rms_norm_eps", "layer_norm_epsilon", "layer_norm_eps", "norm_epsilon")
    eps = next(getattr(config, n) for n in names if hasattr(config, n))
    if model.cfg.family in LAYER_NORM:
        x = x - x.mean(-1, keepdim=True)
    return x / (x.square().mean(-1, keepdim=True) + eps).sqrt()


def norms(model: HFModel) -> dict[str, str]:
    """Every norm of the model (`blocks.1.ln2`) and the site that it reads."""
    parallel, last = getattr(model.hf.config, "use_parallel_residual", False), site(N_LAYERS - 1, "hook_resid_post")
    found = {"ln_final": last}
    for layer in range(N_LAYERS):
        if model.cfg.family not in ("olmo2", "olmo3"):  # norms on outputs only
            found[site(layer, "ln1")] = site(layer, "hook_resid_pre")
            if model.family.ln2 is not None:
                found[site(layer, "ln2")] = site(layer, "hook_resid_pre" if parallel else "hook_resid_mid")
        if model.cfg.family in ("olmo2", "olmo3", "gemma2", "gemma3_text"):
            found |= {site(layer, "ln1_post"): site(layer, "hook_attn_out")}
            found |= {site(layer, "ln2_post"): site(layer, "hook_mlp_out")}
    return found


def test_what_a_norm_has_before_its_gain(model: HFModel) -> None:
    read = norms(model)
    sites = [f"{norm}.{place}" for norm in read for place in ("hook_pre_gain", "hook_normalized")]
    cache: dict[str, Tensor] = model.run_with_cache(tokens(LONG), [*sites, *dict.fromkeys(read.values())])[1]
    for norm, before in read.items():
        got = cache[f"{norm}.hook_pre_gain"]
        torch.testing.assert_close(got, plain(cache[before], model), rtol=1e-5, atol=1e-5, msg=norm)
        assert not torch.allclose(got, cache[f"{norm}.hook_normalized"], rtol=0.1), f"{norm} has a gain"


def test_the_gain_follows_what_is_put_there(model: HFModel) -> None:
    for norm in norms(model):
        new = torch.randn(2, LONG, model.cfg.d_model, generator=generator(0, norm))
        put: dict[str, Any] = {f"{norm}.hook_pre_gain": lambda _, new=new: new}
        after = f"{norm}.hook_normalized"
        _, cache = model.run_with_cache(tokens(LONG), [after], hooks=put)
        twice = {name: (lambda _, new=new: 2 * new) for name in put}
        _, doubled = model.run_with_cache(tokens(LONG), [after], hooks=twice)
        zero = model.run_with_cache(tokens(LONG), [after], hooks=dict.fromkeys(put, torch.zeros_like))[1]
        bias, gained = zero[after], cache[after] - zero[after]
        torch.testing.assert_close(doubled[after] - bias, 2 * gained, rtol=1e-4, atol=1e-5)
        assert float(bias.abs().max()) == 0 or model.cfg.family in LAYER_NORM
        gain = (gained / new).flatten(0, 1)
        torch.testing.assert_close(gain, gain[:1].expand_as(gain), rtol=1e-3, atol=1e-3)


def test_a_model_without_such_a_norm_says_so() -> None:
    with pytest.raises(PolyheadError, match=r"no site blocks.0.ln1.hook_pre_gain .* only norms that the model has"):
        tiny_hf.make("olmo2").run_with_cache(tokens(LONG), ["blocks.0.ln1.hook_pre_gain"])


def test_a_norm_of_another_formula_is_not_believed() -> None:
    model = tiny_hf.make("llama")
    norm = model.hf.model.layers[0].input_layernorm
    handle = norm.register_forward_hook(lambda _module, _args, output: output.tanh())
    try:
        with pytest.raises(PolyheadError, match=r"blocks.0.ln1 does not follow the formula of its family"):
            model.run_with_cache(tokens(LONG), ["blocks.0.ln1.hook_pre_gain"])
    finally:
        handle.remove()


@pytest.mark.parametrize("normalization", ["LN", "LNPre", "RMS", "RMSPre", "none"])
def test_native_norms(normalization: str, make_tiny_model: Any) -> None:
    model = make_tiny_model(n_layers=2, d_mlp=7, normalization=normalization)
    g = generator(1, normalization)
    for name, p in model.named_parameters():
        p.normal_(1.0 if name.endswith(".w") else 0.0, 0.4, generator=g)
    reads = {"blocks.0.ln1": "blocks.0.hook_resid_pre", "blocks.1.ln2": "blocks.1.hook_resid_mid"}
    reads |= {"ln_final": "blocks.1.hook_resid_post"}
    sites = [f"{norm}.{place}" for norm in reads for place in ("hook_pre_gain", "hook_normalized")]
    _, cache = model.run_with_cache(torch.arange(8)[None], [*sites, *reads.values()])
    for norm, before in reads.items():
        x = cache[before]
        if normalization.startswith("LN"):
            x = x - x.mean(-1, keepdim=True)
        if normalization != "none":
            x = x / (x.square().mean(-1, keepdim=True) + model.native.eps).sqrt()
        torch.testing.assert_close(cache[f"{norm}.hook_pre_gain"], x)
        module = model.get_submodule(norm)
        after = x * getattr(module, "w", 1.0) + getattr(module, "b", 0.0)
        torch.testing.assert_close(cache[f"{norm}.hook_normalized"], after)
