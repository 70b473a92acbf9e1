"""What a layer is said to be, for every family: what transformers' own attention computes, or not plain."""

from typing import Any

import pytest
import tiny_hf
import torch
from tiny_hf import N_CTX, N_LAYERS, TINY, WINDOW
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.dictionaries import METHODS
from polyhead.dictionaries.lorsa_init import check_scores
from polyhead.models import attention_mask
from polyhead.models.attention_mask import windowed
from polyhead.models.base_layer import base_layer
from polyhead.models.hf import HFModel
from polyhead.ops.rotary import apply_rotary

NORMED = {"qwen3", "olmo2", "olmo2-gqa", "olmo3", "gemma3_text"}
NOT_ROTARY = {"gpt2", "gpt2-scaled-by-layer", "gpt2-unscaled", "gpt_neo"}
CAPS = {"gemma2": 3.0}
SINKS = {"gpt_oss"}
NEIGHBOURS = {"cohere2"}
"""Neighbouring dimensions are the pairs that turn, which no table describes."""


def rotates(name: str, layer: int) -> bool:
    """Layer 1 of two families has no positions at all."""
    return name not in NOT_ROTARY and not (name in ("smollm3", "cohere2") and layer == 1)


def made_scores(layer: BaseLayer, x: Tensor) -> Tensor:
    """The formula in the header of BaseLayer, written again."""
    q, k = (torch.einsum("pd,hdk->phk", x, W) + b for W, b in ((layer.W_Q, layer.b_Q), (layer.W_K, layer.b_K)))
    if (table := layer.rotation()) is not None:
        q, k = apply_rotary(q[None], table)[0], apply_rotary(k[None], table)[0]
    return layer.score_scale * torch.einsum("qhk,shk->hqs", q, k)


def own(model: HFModel, layer: int, n: int) -> tuple[Tensor, Tensor]:
    names = [site(layer, "ln1.hook_normalized"), site(layer, "attn.hook_attn_scores")]
    cache = model.run_with_cache(tiny_hf.tokens(n), names, with_logits=False)[1]
    return cache[names[0]][0], cache[names[1]][0]


@torch.no_grad()
@pytest.mark.parametrize("name", sorted(TINY))
def test_every_layer_is_said_to_be_what_it_is(name: str) -> None:
    model = tiny_hf.make(name)
    for number in range(N_LAYERS):
        layer = base_layer(model, number)
        local = TINY[name].local[number]
        assert layer.window == (WINDOW if local else None)
        assert layer.softcap == CAPS.get(name)
        assert layer.qk_norm == (name in NORMED)
        assert layer.sinks == (name in SINKS)
        assert (layer.rotary is None) == (not rotates(name, number))
        assert isinstance(layer.rotary, str) == (name in NEIGHBOURS and rotates(name, number))
        assert layer.plain_scores == (not local and name not in NORMED | SINKS | set(CAPS))
        assert bool(layer.obstacles) == (not layer.plain_scores)
        if layer.plain_scores:
            check_scores("lorsa", layer)
            x, scores = own(model, number, N_CTX)
            seen = scores.isfinite()
            torch.testing.assert_close(made_scores(layer, x)[seen], scores[seen], rtol=1e-4, atol=1e-4)
        else:
            with pytest.raises(PolyheadError, match=r"window|cap|norm|sink"):
                check_scores("lorsa", layer)


@torch.no_grad()
@pytest.mark.parametrize("name", sorted(TINY))
def test_score_scales_are_those_of_the_model(name: str) -> None:
    """Gemma's comes from query_pre_attn_scalar, also where a norm or a cap keeps the layer from being plain."""
    expected = {"gemma2": 7**-0.5, "gemma3_text": 7**-0.5, "gpt_neo": 1.0, "gpt2-unscaled": 1.0, "granite": 0.3}
    model = tiny_hf.make(name)
    for number in range(N_LAYERS):
        scale = expected.get(name, model.cfg.d_head**-0.5)
        scale /= number + 1 if name == "gpt2-scaled-by-layer" else 1
        assert base_layer(model, number).score_scale == pytest.approx(scale, rel=1e-5)


@pytest.mark.parametrize("name", sorted(TINY))
def test_qk_dictionaries_read_what_scores_are_made_of(name: str) -> None:
    method = METHODS["qk_diagonal"]
    layer = base_layer(tiny_hf.make(name), 1)
    (read,) = method.reading(method.settings(), [layer]).roles["q"]
    assert read.site == site(1, "attn.hook_rot_q" if rotates(name, 1) else "attn.hook_q")


def family(kind: str, **more: Any) -> HFModel:
    config = AutoConfig.for_model(kind, **{**TINY[kind].settings, **more})
    hf, rng = AutoModelForCausalLM.from_config(config, attn_implementation="eager"), generator(0, kind)
    with torch.no_grad():
        for p in hf.parameters():
            p.normal_(1.0 if p.ndim == 1 else 0.0, 0.3 if p.ndim == 1 else p.shape[-1] ** -0.5, generator=rng)
    return HFModel(hf, name=kind)


@pytest.mark.parametrize("window", [1, 23, 24, 25, 60, 511])
def test_windows_of_any_length_are_seen(window: int) -> None:
    layer = base_layer(family("mistral", sliding_window=window, max_position_embeddings=600), 1)
    assert (layer.plain_scores, layer.window) == (False, window)
    assert layer.rotary is not None


def test_a_leftover_window_of_a_family_without_windows_is_none() -> None:
    layer = base_layer(family("llama", sliding_window=4), 1)
    assert (layer.window, layer.plain_scores) == (None, True)


def test_a_window_hides_nothing_from_sequences_within_it() -> None:
    model = family("mistral", sliding_window=30, max_position_embeddings=100)
    layer = base_layer(model, 0, n_positions=30)
    assert (layer.plain_scores, layer.window) == (True, None)
    table = layer.rotation()
    assert table is not None
    assert table.shape[1] == 30, "longer sequences would not be plain"
    assert not base_layer(model, 0, n_positions=31).plain_scores
    assert base_layer(family("mistral", sliding_window=100, max_position_embeddings=100), 0).plain_scores


def test_windows_longer_than_the_probe_are_verified_by_the_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"sliding_window": 700, "max_position_embeddings": 2000}
    for kind in ("mistral", "gemma3_text", "phi3"):
        model = family(kind, **settings)
        assert torch.equal(attention_mask._given_mask(model, 2, 720), windowed(720, 700))
        assert base_layer(model, 2).window == 700
        model(tiny_hf.tokens(9))  # blocks are themselves again
    monkeypatch.setattr(attention_mask, "_given_mask", lambda *_: windowed(708, 699))
    model = family("mistral", **settings)
    assert not base_layer(model, 2, n_positions=50).plain_scores, "the model does not do what its config says"


def test_a_model_that_hides_more_than_its_config_says_is_not_plain() -> None:
    model = family("mistral", sliding_window=10, max_position_embeddings=100)
    hidden = model.hf.config.sliding_window
    assert hidden == 10
    x = torch.ones(3, 40, 40).tril().bool() & windowed(40, 9)
    assert not attention_mask.sees(model, 0, x, 10, 512)
    assert attention_mask.sees(model, 0, windowed(40, 10).expand(3, -1, -1), 10, 512)


LONG_ROPE = {
    "rope_type": "longrope", "rope_theta": 1e4, "original_max_position_embeddings": 32,
    "short_factor": [1.0, 1.1, 1.2, 1.3, 1.4], "long_factor": [2.0, 3.0, 4.0, 5.0, 6.0],
}  # fmt: skip


@torch.no_grad()
@pytest.mark.parametrize(("asked", "n"), [(None, 32), (20, 32), (32, 32), (33, 33), (90, 90)])
def test_long_rope_is_the_table_of_the_length_that_is_run(asked: int | None, n: int) -> None:
    more = {
        "hidden_size": 60,
        "sliding_window": None,
        "max_position_embeddings": 90,
        "original_max_position_embeddings": 32,
    }
    model = family("phi3", **more, rope_parameters=LONG_ROPE)
    layer = base_layer(model, 1, n_positions=asked)
    assert layer.plain_scores
    table = layer.rotation()
    assert table is not None
    assert table.shape[1] == n
    x, scores = own(model, 1, n)
    seen = scores.isfinite()
    torch.testing.assert_close(made_scores(layer, x)[seen], scores[seen], rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_unknown_is_not_none() -> None:
    """A projection that is changed by more than norm and rotation: the layer rotates in a way that is not known."""
    model = family("llama")
    attn = model.hf.model.layers[1].self_attn
    attn.q_proj.register_forward_hook(lambda _m, _a, out: out + 0.5 * out.abs())
    layer = base_layer(model, 1)
    assert layer.rotary == "unknown"
    assert not layer.plain_scores
    assert layer.rotated_sites
    with pytest.raises(PolyheadError, match=r"layer 1 .* is not known"):
        layer.rotation()
    method = METHODS["qk_diagonal"]
    assert method.reading(method.settings(), [layer]).roles["q"][0].site.endswith("hook_rot_q")
