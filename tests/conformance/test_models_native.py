"""What the native transformer must do in every combination of positions, normalisation, MLP and biases."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
from plain_transformer import plain_logits
from torch import Tensor
from torch.testing import assert_close

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.core.sites import BLOCK_SITES, site
from polyhead.models import native
from polyhead.models.native import NativeTransformer

Make = Callable[..., NativeTransformer]

POSITIONS = ("rotary", "learned", "shortformer", "none")
NORMS = ("LN", "LNPre", "RMS", "RMSPre", "none")
ACTS = ("gelu", "gelu_new", "relu", "silu", "solu_ln")
D_MLP = 19
ATTN_ONLY: list[dict[str, Any]] = [
    {"positions": p, "normalization": n, "has_bias": b} for p, n, b in product(POSITIONS, NORMS, (False, True))
]
WITH_MLP: list[dict[str, Any]] = [
    {"positions": p, "normalization": n, "has_bias": b, "d_mlp": D_MLP, "act_fn": a}
    for a, (p, n), b in product(ACTS, (("rotary", "RMSPre"), ("learned", "LN"), ("shortformer", "none")), (False, True))
]
MIXED_FINAL = [{"normalization": n, "final_rms": True} for n in ("LN", "none")]
CASES = ATTN_ONLY + WITH_MLP + MIXED_FINAL
N_LAYERS = 2
EXPLICIT = ("hook_attn_scores", "hook_pattern", "hook_result")
"""What is built only for who asks for it."""


def _id(case: dict[str, Any]) -> str:
    return "-".join(
        {True: "bias", False: "plain"}.get(v, str(v)) if isinstance(v, bool) else str(v) for v in case.values()
    )


def scramble(model: NativeTransformer, seed: int = 1) -> NativeTransformer:
    """float64, every parameter random: gains away from one and biases away from zero, so that none can be forgotten."""
    g, model = generator(seed, "scramble"), model.double().eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.normal_(1.0 if name.endswith(".w") else 0.0, 0.4, generator=g)
    return model.requires_grad_(False)


@pytest.fixture(params=CASES, ids=_id)
def model(request: pytest.FixtureRequest, make_tiny_model: Make) -> NativeTransformer:
    return scramble(make_tiny_model(n_layers=N_LAYERS, **request.param))


@pytest.fixture
def tokens() -> Tensor:
    return torch.randint(31, (2, 11), generator=generator(0, "tokens"))


def sites_of(model: NativeTransformer) -> list[str]:
    """Every site this model has."""
    absent = {f"{norm}.{place}" for norm in ("ln1_post", "ln2_post") for place in ("hook_pre_gain", "hook_normalized")}
    if model.cfg.attn_only:
        absent |= {"hook_resid_mid", "ln2.hook_pre_gain", "ln2.hook_normalized"}
        absent |= {"mlp.hook_pre", "mlp.hook_post", "hook_mlp_out"}
    if model.cfg.positions != "rotary":
        absent |= {"attn.hook_rot_q", "attn.hook_rot_k"}
    names = [site(layer, s) for layer in range(N_LAYERS) for s in BLOCK_SITES if s not in absent]
    embeds = ["hook_embed"] + (["hook_pos_embed"] if model.cfg.positions in ("learned", "shortformer") else [])
    return [*embeds, *names, "ln_final.hook_pre_gain", "ln_final.hook_normalized"]


def cached(model: NativeTransformer, tokens: Tensor, sites: list[str]) -> dict[str, Tensor]:
    return model.run_with_cache(tokens, sites)[1]


# --- identities ---


def test_logits_are_those_of_the_plain_form(model: NativeTransformer, tokens: Tensor) -> None:
    expected = torch.stack([plain_logits(model, row) for row in tokens])
    assert_close(model(tokens), expected, rtol=1e-5, atol=1e-5)  # the rotation table is kept in float32


def test_the_explicit_path_gives_the_logits_of_the_fused_one(model: NativeTransformer, tokens: Tensor) -> None:
    looked_at = {site(layer, f"attn.{s}"): lambda _: None for layer in range(N_LAYERS) for s in EXPLICIT}
    logits, cache = model.run_with_cache(tokens, sites_of(model), hooks=looked_at)
    assert_close(logits, model(tokens))
    assert list(cache) == sites_of(model), "sites come by in the order of a sequential block"


def test_the_bytes_of_a_site_do_not_depend_on_which_others_are_read(model: NativeTransformer, tokens: Tensor) -> None:
    model = model.float()  # as it is used; narrower numbers show a changed order of sums sooner
    logits, together = model.run_with_cache(tokens, sites_of(model))
    assert torch.equal(logits, model(tokens))
    for name in sites_of(model):
        assert torch.equal(cached(model, tokens, [name])[name], together[name]), name


def test_a_gradient_flows_through_the_sites_that_are_read(make_tiny_model: Make, tokens: Tensor) -> None:
    names = [site(1, f"attn.{s}") for s in EXPLICIT]
    logits, cache = make_tiny_model().run_with_cache(tokens, names)
    for name, grad in zip(names, torch.autograd.grad(logits[0, -1, 3], [cache[n] for n in names])):
        assert grad.abs().max() > 0, name


def test_shapes_are_as_the_legend_says(model: NativeTransformer, tokens: Tensor) -> None:
    b, p, h, d, k = 2, 11, 5, 13, 6
    shapes = {"hook_attn_scores": (b, h, p, p), "hook_pattern": (b, h, p, p), "hook_result": (b, p, h, d)}
    shapes |= dict.fromkeys(("hook_q", "hook_k", "hook_v", "hook_z", "hook_rot_q", "hook_rot_k"), (b, p, h, k))
    shapes |= dict.fromkeys(("hook_pre", "hook_post"), (b, p, D_MLP))
    for name, value in cached(model, tokens, sites_of(model)).items():
        assert value.shape == shapes.get(name.split(".")[-1], (b, p, d)), name


def test_pattern_rows_sum_to_one_and_are_causal(model: NativeTransformer, tokens: Tensor) -> None:
    for layer in range(N_LAYERS):
        pattern = cached(model, tokens, [site(layer, "attn.hook_pattern")])[site(layer, "attn.hook_pattern")]
        assert_close(pattern.sum(-1), torch.ones(2, 5, 11).double())
        assert pattern.triu(1).abs().max() == 0
        assert pattern.min() >= 0


def test_no_position_sees_a_later_token(model: NativeTransformer, tokens: Tensor) -> None:
    changed = tokens.clone()
    changed[:, 6:] = (changed[:, 6:] + 1) % 31
    before, after = model(tokens), model(changed)
    assert_close(before[:, :6], after[:, :6])
    assert not torch.allclose(before[:, 6:], after[:, 6:])


def test_results_of_heads_sum_to_the_output_of_attention(model: NativeTransformer, tokens: Tensor) -> None:
    for layer in range(N_LAYERS):
        result, out, z = (site(layer, s) for s in ("attn.hook_result", "hook_attn_out", "attn.hook_z"))
        cache = cached(model, tokens, [result, out, z])
        assert_close(cache[result].sum(2) + model.b_O[layer], cache[out])
        assert_close(cached(model, tokens, [out])[out], cache[out])
        assert_close(torch.einsum("bphk,hkd->bphd", cache[z], model.W_O[layer]), cache[result])


def test_the_residual_stream_adds_up(model: NativeTransformer, tokens: Tensor) -> None:
    cache = cached(model, tokens, sites_of(model))
    start = cache["hook_embed"] + (cache["hook_pos_embed"] if model.cfg.positions == "learned" else 0.0)
    assert_close(start, cache[site(0, "hook_resid_pre")])
    for layer in range(N_LAYERS):
        at = {s: cache.get(site(layer, s)) for s in BLOCK_SITES}
        middle = at["hook_resid_pre"] + at["hook_attn_out"]
        if at["hook_mlp_out"] is not None:
            assert_close(middle, at["hook_resid_mid"])
            middle = middle + at["hook_mlp_out"]
        assert_close(middle, at["hook_resid_post"])
        if layer + 1 < N_LAYERS:
            assert_close(at["hook_resid_post"], cache[site(layer + 1, "hook_resid_pre")])


def test_replacing_every_site_by_itself_changes_nothing(model: NativeTransformer, tokens: Tensor) -> None:
    sites = sites_of(model)
    cache = cached(model, tokens, sites)
    logits = model(tokens)
    for name in sites:
        assert_close(model.run_with_hooks(tokens, {name: lambda _, name=name: cache[name]}), logits, msg=name)
    assert_close(model.run_with_hooks(tokens, dict.fromkeys(sites, torch.clone)), logits)
    assert torch.equal(model.run_with_hooks(tokens, {site(1, "attn.hook_z"): lambda _: None}), logits)


def test_replacing_a_site_changes_the_logits(model: NativeTransformer, tokens: Tensor) -> None:
    g, logits = generator(0, "noise"), model(tokens)
    for name in sites_of(model):
        if name.endswith("hook_attn_scores"):
            continue  # noise on masked scores would not be a number
        changed = model.run_with_hooks(
            tokens, {name: lambda x: x + torch.randn(x.shape, generator=g, dtype=torch.float64)}
        )
        assert not torch.allclose(changed, logits), name


def test_a_replaced_pattern_moves_other_values(model: NativeTransformer, tokens: Tensor) -> None:
    pattern, z, v = (site(1, f"attn.{s}") for s in ("hook_pattern", "hook_z", "hook_v"))
    own = torch.eye(11).double().expand(2, 5, 11, 11)
    _, cache = model.run_with_cache(tokens, [z, v, pattern], hooks={pattern: lambda _: own})
    assert torch.equal(cache[pattern], own), "the cache holds what was put in"
    assert_close(cache[z], cache[v])


# --- details ---


def test_q_and_k_are_seen_before_rotation_and_after(make_tiny_model: Make, tokens: Tensor) -> None:
    model = scramble(make_tiny_model(has_bias=True))
    names = {s: site(2, s) for s in ("ln1.hook_normalized", *(f"attn.hook_{n}" for n in ("q", "k", "rot_q", "rot_k")))}
    cache = cached(model, tokens, list(names.values()))
    for n, W, b in (("q", model.W_Q[2], model.b_Q[2]), ("k", model.W_K[2], model.b_K[2])):
        before, after = cache[names[f"attn.hook_{n}"]], cache[names[f"attn.hook_rot_{n}"]]
        assert_close(before, torch.einsum("bpd,hdk->bphk", cache[names["ln1.hook_normalized"]], W) + b)
        assert torch.equal(before[:, 0], after[:, 0]), "position 0 is not rotated"
        assert not torch.allclose(before[:, 1:], after[:, 1:])
        assert_close(before.norm(dim=-1), after.norm(dim=-1), rtol=1e-6, atol=1e-6)
    # scores are made of the rotated ones
    scores = cached(model, tokens, [site(2, "attn.hook_attn_scores")])[site(2, "attn.hook_attn_scores")]
    rotated = torch.einsum("bqhd,bkhd->bhqk", cache[names["attn.hook_rot_q"]], cache[names["attn.hook_rot_k"]]) / 6**0.5
    assert_close(scores.tril(), rotated.tril())


def test_rotated_scores_depend_on_distance_alone(make_tiny_model: Make) -> None:
    model = scramble(make_tiny_model(n_layers=1))
    same = torch.full((1, 12), 4)
    scores = cached(model, same, [site(0, "attn.hook_attn_scores")])[site(0, "attn.hook_attn_scores")][0]
    for distance in range(12):
        line = scores.diagonal(-distance, dim1=-2, dim2=-1)
        assert_close(line, line[:, :1].expand_as(line), rtol=1e-5, atol=1e-5)


def test_shortformer_positions_reach_queries_and_keys_only(make_tiny_model: Make, tokens: Tensor) -> None:
    model = scramble(make_tiny_model(positions="shortformer"))
    names = [site(0, s) for s in ("hook_resid_pre", "ln1.hook_normalized", "attn.hook_v", "attn.hook_q", "attn.hook_k")]
    _, before = model.run_with_cache(tokens, names)
    _, after = model.run_with_cache(tokens, names, hooks={"hook_pos_embed": lambda x: 2 * x})
    for name in names[:3]:
        assert torch.equal(before[name], after[name]), name
    pos = model.pos_embed.W_pos[: tokens.shape[1]]
    for name, W in zip(names[3:], (model.W_Q[0], model.W_K[0])):
        assert_close(after[name] - before[name], torch.einsum("pd,hdk->phk", pos, W).expand_as(before[name]))


@pytest.mark.parametrize("asked", ["attn.hook_pattern", "attn.hook_attn_scores"])
def test_patterns_are_made_only_where_asked_for(
    asked: str, make_tiny_model: Make, tokens: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, calls = scramble(make_tiny_model()), []

    def spy(name: str) -> None:
        real = getattr(native, name)
        monkeypatch.setattr(native, name, lambda *a, **k: (calls.append(name), real(*a, **k))[1])

    spy("fused_attention")
    spy("attention_scores")
    model(tokens)
    assert calls == ["fused_attention"] * 3
    calls.clear()
    model.run_with_cache(tokens, [site(1, asked), site(0, "attn.hook_z"), site(2, "attn.hook_result")])
    assert calls == ["fused_attention", "attention_scores", "fused_attention", "fused_attention"]
    calls.clear()
    model.run_with_hooks(tokens, {site(2, asked): lambda _: None})
    assert calls == ["fused_attention", "fused_attention", "attention_scores"]


def test_the_pass_stops_after_the_last_site(
    make_tiny_model: Make, tokens: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, ran = scramble(make_tiny_model(d_mlp=D_MLP)), []
    for layer, block in enumerate(model.blocks):
        block.ln1.register_forward_hook(lambda *_, layer=layer: ran.append(f"ln1.{layer}"))
        block.ln2.register_forward_hook(lambda *_, layer=layer: ran.append(f"ln2.{layer}"))
    monkeypatch.setattr(native, "mix_values", lambda *_: pytest.fail("the pattern was the last site"))
    last = site(1, "attn.hook_pattern")
    logits, cache = model.run_with_cache(tokens, [last, "hook_embed"], with_logits=False)
    assert logits is None
    assert set(cache) == {last, "hook_embed"}
    assert ran == ["ln1.0", "ln2.0", "ln1.1"]


def test_hooks_behind_the_last_site_are_no_matter(make_tiny_model: Make, tokens: Tensor) -> None:
    model, first = scramble(make_tiny_model()), site(0, "hook_resid_post")
    hooks = {site(2, "hook_attn_out"): torch.zeros_like}
    _, cache = model.run_with_cache(tokens, [first], hooks=hooks, with_logits=False)
    assert_close(cache[first], cached(model, tokens, [first])[first])


def test_hooks_are_taken_off(tiny_model: NativeTransformer, tokens: Tensor) -> None:
    before = tiny_model(tokens)
    with pytest.raises(ZeroDivisionError):
        tiny_model.run_with_hooks(tokens, {site(1, "hook_attn_out"): lambda x: 1 // 0 * x})
    tiny_model.run_with_hooks(tokens, {site(1, "hook_attn_out"): torch.zeros_like})
    assert torch.equal(tiny_model(tokens), before)


@pytest.mark.parametrize("name", ["blocks.0.attn.hook_rot_q", "blocks.0.hook_mlp_out", "hook_pos_embed"])
def test_a_site_the_model_lacks_is_one_clear_line(name: str, make_tiny_model: Make, tokens: Tensor) -> None:
    model = make_tiny_model(positions="none")
    with pytest.raises(PolyheadError, match=f"has no site {name} .*rotary.*MLP") as info:
        model.run_with_cache(tokens, [name])
    assert "\n" not in str(info.value)
    with pytest.raises(PolyheadError, match=f"has no site {name}"):
        model.run_with_hooks(tokens, {name: lambda x: x})


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (torch.tensor([[1, 31]]), r"from 1 to 31; tiny knows 0 to 30"),
        (torch.tensor([[-1, 3]]), r"from -1 to 3; tiny knows 0 to 30"),
        (torch.zeros(1, 18, dtype=torch.long), r"18 tokens; tiny takes at most 17"),
        (torch.zeros(1, 0, dtype=torch.long), r"\[1, 0\]"),
    ],
)
def test_bad_tokens_are_refused(bad: Tensor, says: str, tiny_model: NativeTransformer) -> None:
    with pytest.raises(PolyheadError, match=says):
        tiny_model(bad)


def test_weight_views(make_tiny_model: Make) -> None:
    model = make_tiny_model()
    assert model.W_Q.stack().shape == (3, 5, 13, 6)
    assert model.W_O[-1] is model.blocks[2].attn.W_O
    assert [b.abs().sum().item() for b in model.b_Q] == [0.0] * 3, "zeros where there are no biases"
    assert model.b_O[0].shape == (13,)
    with pytest.raises(IndexError, match=r"W_Q\[3\].*0 to 2"):
        model.W_Q[3]
