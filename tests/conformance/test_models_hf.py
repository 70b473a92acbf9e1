"""Every Hugging Face family after polyhead's sites: the identities that must hold, on tiny random models.

`hook_attn_out` is defined as the output of attention before a norm on that output (Gemma, OLMo2), so the sum over heads
holds as it stands; what joins the residual stream there is `ln1_post.hook_normalized`.
"""

import copy
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny_hf
import torch
import torch.nn.functional as F
from tiny_hf import D_VOCAB, LONG, N_CTX, N_LAYERS, OTHERS, SHORT, TINY, WINDOW, tokens
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM

import polyhead as ph
from polyhead.core.errors import PolyheadError
from polyhead.core.sites import BLOCK_SITES, GLOBAL_SITES, site
from polyhead.models.hf import HFModel, attention
from polyhead.models.hf.adapter import adapted
from polyhead.models.hf.family import FAMILIES
from polyhead.models.hf.identities import identities
from polyhead.models.hf.wiring import parallel

TOLERANCE = 1e-5
"""Relative, float32; the worst measured is 3e-6."""

ROUNDING = 3e-5
"""For logits reached on two ways, such as fused and materialised: rounding, enlarged by three sharp random layers."""


@pytest.fixture(autouse=True)
def _no_grad() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.fixture(params=TINY)
def model(request: pytest.FixtureRequest) -> HFModel:
    return tiny_hf.make(request.param)


def error(ours: Tensor, theirs: Tensor) -> float:
    """Largest difference relative to the largest value."""
    assert ours.shape == theirs.shape
    return ((ours - theirs).abs().max() / theirs.abs().max()).item()


def same(ours: Tensor, theirs: Tensor, tolerance: float = TOLERANCE) -> bool:
    return error(ours, theirs) <= tolerance


def all_sites(model: HFModel) -> list[str]:
    """Every site that a model of this family has."""
    family = model.family
    absent = {
        "mlp.hook_pre": family.mlp_in is None,
        "mlp.hook_post": family.mlp_in is None,
        "attn.hook_rot_q": not family.rotary,
        "attn.hook_rot_k": not family.rotary,
        "ln1.hook_pre_gain": family.ln1 is None,
        "ln2.hook_pre_gain": family.ln2 is None,
        "ln1_post.hook_pre_gain": family.ln1_post is None,
        "ln2_post.hook_pre_gain": family.ln2_post is None,
        "ln1_post.hook_normalized": family.ln1_post is None,
        "ln2_post.hook_normalized": family.ln2_post is None,
        "hook_resid_mid": model.parallel,
        "hook_pos_embed": family.rotary,
    }
    names = [site(layer, s) for layer in range(N_LAYERS) for s in BLOCK_SITES if not absent.get(s, False)]
    return [s for s in GLOBAL_SITES if not absent.get(s, False)] + names


def cached(model: HFModel, sites: list[str], length: int = LONG, **more: Any) -> dict[str, Tensor]:
    return model.run_with_cache(tokens(length), sites, **more)[1]


def split(model: HFModel, layer: int, *names: str) -> list[Tensor]:
    """The tensors at some sites of a layer, in the order asked for."""
    sites = [site(layer, n) for n in names]
    cache = cached(model, sites)
    return [cache[s] for s in sites]


def sinks_of(model: HFModel, layer: int) -> Tensor | None:
    """Learned scores `[h]` that take part in the softmax and move nothing (gpt-oss)."""
    return getattr(model.hf.get_submodule(f"{model.family.blocks}.{layer}.{model.family.attn}"), "sinks", None)


def hooks_left(model: HFModel) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.hf.modules())


# Logits


@pytest.mark.parametrize("length", [1, SHORT, LONG, N_CTX])
def test_logits_are_transformers(model: HFModel, length: int) -> None:
    ids = tokens(length)
    theirs = model.hf(input_ids=ids).logits
    assert theirs.abs().max() > 1, "a model without signal would show nothing"
    patterned, _ = model.run_with_cache(ids, [site(layer, "attn.hook_pattern") for layer in range(N_LAYERS)])
    assert patterned is not None
    errors = error(model(ids), theirs), error(patterned, theirs)
    print(f"relative error: {model.cfg.name} length {length} fused {errors[0]:.1e} materialised {errors[1]:.1e}")
    assert max(errors) <= TOLERANCE


def test_patterns_are_transformers(model: HFModel) -> None:
    hf = copy.deepcopy(model.hf)  # transformers leaves hooks of its own on a model that gave its attentions
    theirs = hf(input_ids=tokens(LONG), output_attentions=True).attentions
    for layer in range(N_LAYERS):
        (ours,) = split(model, layer, "attn.hook_pattern")
        assert same(ours, theirs[layer])


def test_rotation_covers_a_part_of_the_head() -> None:
    q, rotated = split(tiny_hf.make("gpt_neox"), 0, "attn.hook_q", "attn.hook_rot_q")
    changed = (q != rotated).flatten(0, 2).any(0)
    assert changed.tolist() == [True] * 4 + [False] * 6


# Attention


@pytest.mark.parametrize("length", [SHORT, LONG])
def test_pattern_is_a_distribution_over_what_may_be_seen(model: HFModel, length: int) -> None:
    position = torch.arange(length)
    back = position[:, None] - position
    local = TINY[model.cfg.name].local
    sites = [site(layer, f"attn.{s}") for layer in range(N_LAYERS) for s in ("hook_pattern", "hook_attn_scores")]
    cache = cached(model, sites, length)
    for layer in range(N_LAYERS):
        allowed = (back >= 0) & (back < WINDOW) if local[layer] else back >= 0
        pattern, scores = cache[site(layer, "attn.hook_pattern")], cache[site(layer, "attn.hook_attn_scores")]
        assert pattern.shape == (2, model.cfg.n_heads, length, length)
        sinks, total = sinks_of(model, layer), torch.ones(pattern.shape[:-1])
        if sinks is not None:
            total -= (sinks[:, None] - torch.logaddexp(scores.logsumexp(-1), sinks[:, None])).exp()
        torch.testing.assert_close(pattern.sum(-1), total)
        assert (pattern[..., ~allowed] == 0).all()
        assert (pattern[..., allowed] > 0).all()
        assert torch.equal(scores.isneginf(), (~allowed).expand_as(scores))
        torch.testing.assert_close(scores.softmax(-1) * total[..., None], pattern)
        kind = ("window 5" if local[layer] else "full") + ("" if sinks is None else " + sink")
        assert model.cfg.attention[layer] == kind


def test_shapes_and_repeated_key_heads(model: HFModel) -> None:
    cfg = model.cfg
    names = ["attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_z", "attn.hook_result"]
    q, k, v, z, result = split(model, 1, *names)
    assert q.shape == k.shape == v.shape == z.shape == (2, LONG, cfg.n_heads, cfg.d_head)
    assert result.shape == (2, LONG, cfg.n_heads, cfg.d_model)
    group = cfg.n_heads // cfg.n_kv_heads
    keys = [k, v, *(split(model, 1, "attn.hook_rot_k") if model.family.rotary else [])]
    for x in keys:
        heads = x.unflatten(2, (cfg.n_kv_heads, group))
        assert torch.equal(heads, heads[:, :, :, :1].expand_as(heads))
        assert cfg.n_kv_heads == 1 or not torch.equal(heads[:, :, 0], heads[:, :, 1])


def test_results_and_output_bias_make_attn_out(model: HFModel) -> None:
    for layer in range(N_LAYERS):
        result, out = split(model, layer, "attn.hook_result", "hook_attn_out")
        assert same(result.sum(2) + model.b_O[layer], out)


def test_stream_is_the_sum_of_what_joins_it(model: HFModel) -> None:
    family = model.family
    attn = "hook_attn_out" if family.ln1_post is None else "ln1_post.hook_normalized"
    mlp = "hook_mlp_out" if family.ln2_post is None else "ln2_post.hook_normalized"
    for layer in range(N_LAYERS):
        pre, attn_out, mlp_out, post = split(model, layer, "hook_resid_pre", attn, mlp, "hook_resid_post")
        assert same(pre + attn_out + mlp_out, post)
        if not model.parallel:
            (middle,) = split(model, layer, "hook_resid_mid")
            assert same(pre + attn_out, middle)


# Weights


def test_weight_views_reproduce_the_sites(model: HFModel) -> None:
    cfg = model.cfg
    for layer in range(N_LAYERS):
        normed, *parts = split(model, layer, "ln1.hook_normalized", *(f"attn.hook_{x}" for x in "qkv"))
        for name, site_value in zip("QKV", parts):
            weight, bias = getattr(model, f"W_{name}")[layer], getattr(model, f"b_{name}")[layer]
            assert weight.shape == (cfg.n_heads, cfg.d_model, cfg.d_head)
            assert bias.shape == (cfg.n_heads, cfg.d_head)
            assert same(torch.einsum("bpm,hmd->bphd", normed, weight) + bias, site_value)
        z, result, out = split(model, layer, "attn.hook_z", "attn.hook_result", "hook_attn_out")
        by_head = torch.einsum("bphd,hdm->bphm", z, model.W_O[layer])
        assert same(by_head, result)
        assert same(by_head.sum(2) + model.b_O[layer], out)


def test_embedding_and_unembedding(model: HFModel) -> None:
    logits, cache = model.run_with_cache(tokens(LONG), ["hook_embed", "ln_final.hook_normalized"])
    assert logits is not None
    assert same(model.W_E[tokens(LONG)], cache["hook_embed"])
    direct = cache["ln_final.hook_normalized"] @ model.W_U
    cap = getattr(model.hf.config, "final_logit_softcapping", None)
    assert same(direct if cap is None else cap * torch.tanh(direct / cap), logits)


# Replacing


def test_replacing_a_tensor_by_itself_changes_nothing(model: HFModel) -> None:
    plain = model(tokens(LONG))
    for name in all_sites(model):
        seen: list[Tensor] = []
        logits = model.run_with_hooks(tokens(LONG), {name: lambda x: seen.append(x) or x.clone()})  # noqa: B023
        assert len(seen) == 1, name
        assert same(logits, plain, ROUNDING), name


def test_replacing_a_tensor_changes_what_follows(model: HFModel) -> None:
    plain = model(tokens(LONG))
    for name in all_sites(model):
        if "scores" in name:
            continue  # adding a constant to all scores of a query changes nothing
        keep = name.endswith(("hook_k", "hook_v"))  # the same change for query heads that share a key head
        noise = torch.linspace(-1, 1, LONG)[None, :, None, None] if keep else None

        def shift(x: Tensor, noise: Tensor | None = noise) -> Tensor:
            return x * (1.5 + torch.arange(x.shape[-1]) % 2) if noise is None else x + noise

        assert error(model.run_with_hooks(tokens(LONG), {name: shift}), plain) > 1e-4, name


def test_replaced_pattern_moves_values_accordingly(model: HFModel) -> None:
    flat = torch.ones(LONG, LONG).tril()
    flat = (flat / flat.sum(-1, keepdim=True)).expand(2, model.cfg.n_heads, LONG, LONG)
    at = {n: site(1, f"attn.hook_{n}") for n in ("pattern", "v", "z")}
    logits, cache = model.run_with_cache(tokens(LONG), list(at.values()), hooks={at["pattern"]: lambda _: flat})
    assert logits is not None
    assert torch.equal(cache[at["pattern"]], flat)
    assert same(cache[at["z"]], torch.einsum("bhqk,bkhd->bqhd", flat, cache[at["v"]]))
    assert error(logits, model(tokens(LONG))) > 1e-3


def test_replaced_scores_reach_the_pattern(model: HFModel) -> None:
    at = {n: site(2, f"attn.hook_{n}") for n in ("attn_scores", "pattern")}
    cache = cached(model, list(at.values()), hooks={at["attn_scores"]: lambda x: 2 * x})
    (pattern,) = split(model, 2, "attn.hook_pattern")
    squared, sinks = pattern**2, sinks_of(model, 2)
    if sinks is not None:  # the sink's weight e^s over all weights, where twice the scores meet the same s
        (scores,) = split(model, 2, "attn.hook_attn_scores")
        squared = (2 * scores).exp() / ((2 * scores).exp().sum(-1, keepdim=True) + sinks.exp()[:, None, None])
        assert same(cache[at["pattern"]], squared)
        return
    assert same(cache[at["pattern"]], squared / squared.sum(-1, keepdim=True))


def test_key_of_one_query_head_may_be_replaced(model: HFModel) -> None:
    """Under GQA the other query heads of the group keep theirs; where a family cannot do that, it says so."""
    hooked, scores = site(1, "attn.hook_k"), site(1, "attn.hook_attn_scores")

    def one(k: Tensor) -> Tensor:
        return torch.cat([k[:, :, :1], -k[:, :, 1:2], k[:, :, 2:]], dim=2)

    grouped = model.cfg.n_heads != model.cfg.n_kv_heads
    if grouped and (model.family.joint_k_norm or model.family.qkv != "separate"):
        with pytest.raises(PolyheadError, match=r"share a key head.*hook_rot_k"):
            cached(model, [scores], hooks={hooked: one})
        hooked = site(1, "attn.hook_rot_k")
    before, after = cached(model, [scores])[scores], cached(model, [scores], hooks={hooked: one})[scores]
    seen = torch.ones(LONG, LONG).tril(-1).bool() & ~before[0, 0].isneginf()
    changed = (before - after).abs().amax(0)[:, seen].amax(-1) > 1e-3
    assert changed.tolist() == [head == 1 for head in range(model.cfg.n_heads)]


def test_replaced_middle_of_the_stream_reaches_both_its_uses(model: HFModel) -> None:
    mlp = "hook_mlp_out" if model.family.ln2_post is None else "ln2_post.hook_normalized"
    middle, added, post = (site(1, n) for n in ("hook_resid_mid", mlp, "hook_resid_post"))
    if model.parallel:  # there is no stream between attention and MLP
        with pytest.raises(PolyheadError, match="this model has no site"):
            cached(model, [middle])
        return
    (stream,) = split(model, 1, "hook_resid_mid")
    cache = cached(model, [added, post], hooks={middle: lambda x: x.flip(-1)})
    assert same(cache[post], stream.flip(-1) + cache[added])
    assert error(cache[added], split(model, 1, mlp)[0]) > 1e-3


# Cost


def test_patterns_only_where_asked_for(model: HFModel, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()

    def spy(place: Any, name: str) -> None:
        original = getattr(place, name)

        def counted(*args: Any, **kwargs: Any) -> Tensor:
            calls[name] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(place, name, counted)

    spy(F, "scaled_dot_product_attention")
    spy(attention, "capped_scores")
    capped = getattr(model.hf.config, "attn_logit_softcapping", None) is not None or sinks_of(model, 0) is not None
    for asked in ([], [1], [0, 2], [0, 1, 2]):
        calls.clear()
        sites = [site(layer, "attn.hook_pattern") for layer in asked]
        cache = cached(model, sites)
        assert list(cache) == sites
        assert calls["scaled_dot_product_attention"] == (0 if capped else N_LAYERS)
        assert calls["capped_scores"] == len(asked) + (N_LAYERS if capped else 0)


@pytest.mark.parametrize("length", [SHORT, LONG])
def test_the_bytes_of_a_site_do_not_depend_on_which_others_are_read(model: HFModel, length: int) -> None:
    names = all_sites(model)
    together, logits = cached(model, names, length), model(tokens(length))
    for name in names:
        assert torch.equal(cached(model, [name], length)[name], together[name]), name
    assert torch.equal(model.run_with_cache(tokens(length), names)[0], logits)


def test_pass_stops_after_the_last_site(model: HFModel) -> None:
    blocks = model.hf.get_submodule(model.family.blocks)
    entered: list[int] = []
    handles = [b.register_forward_pre_hook(lambda *_, n=n: entered.append(n)) for n, b in enumerate(blocks)]
    try:
        inside = "hook_mlp_out" if model.family.mlp_in is None else "mlp.hook_post"
        for name in ("attn.hook_pattern", "attn.hook_z", "hook_attn_out", inside, "hook_resid_post"):
            entered.clear()
            logits, cache = model.run_with_cache(tokens(LONG), [site(1, name)], with_logits=False)
            assert logits is None
            assert list(cache) == [site(1, name)]
            assert entered == [0, 1], name
    finally:
        for handle in handles:
            handle.remove()
    assert hooks_left(model) == 0
    assert same(model(tokens(LONG)), model.hf(input_ids=tokens(LONG)).logits)


# Faults


def test_model_works_after_an_exception_in_a_hook(model: HFModel) -> None:
    plain, kind = model(tokens(LONG)), model.hf.config._attn_implementation

    def fail(_: Tensor) -> Tensor:
        raise RuntimeError("from the hook")

    for name in all_sites(model):
        with pytest.raises(RuntimeError, match="from the hook"):
            model.run_with_hooks(tokens(LONG), {name: fail})
        assert hooks_left(model) == 0, name
        assert model.hf.config._attn_implementation == kind
        assert not any("_attn" in vars(m) for m in model.hf.modules())
        assert attention._PASS.get() is None
    assert torch.equal(model(tokens(LONG)), plain)


def test_hook_of_the_wrong_shape(model: HFModel) -> None:
    with pytest.raises(ValueError, match=r"blocks\.0\.attn\.hook_z returned shape"):
        model.run_with_hooks(tokens(LONG), {"blocks.0.attn.hook_z": lambda z: z[:, 1:]})


def test_errors_say_what_is_wanted(model: HFModel) -> None:
    ids = tokens(SHORT)
    with pytest.raises(PolyheadError, match=r"blocks\.1\.attn\.hook_patern.*did you mean .*hook_pattern"):
        model.run_with_cache(ids, ["blocks.1.attn.hook_patern"])
    with pytest.raises(PolyheadError, match=r"asks for layer 3; the model has layers 0 to 2"):
        model.run_with_hooks(ids, {"blocks.3.attn.hook_z": lambda z: z})
    with pytest.raises(PolyheadError, match=rf"token ids from \d+ to {D_VOCAB}; .* knows 0 to {D_VOCAB - 1}"):
        model(torch.cat([ids, torch.full((2, 1), D_VOCAB)], dim=1))
    with pytest.raises(PolyheadError, match="token ids from -1"):
        model(ids - ids.min() - 1)
    with pytest.raises(PolyheadError, match=rf"sequence of {N_CTX + 1} tokens; .* takes at most {N_CTX}"):
        model(torch.zeros(1, N_CTX + 1, dtype=torch.long))
    absent = "hook_pos_embed" if model.family.rotary else "blocks.0.attn.hook_rot_q"
    with pytest.raises(PolyheadError, match=f"this model has no site {absent}"):
        model.run_with_cache(ids, [absent])


# Decoders without an entry, and entries that share code with those above


@pytest.mark.parametrize("kind", OTHERS)
def test_identities_hold_for_other_model_types(kind: str, tmp_path: Path) -> None:
    model = tiny_hf.make(kind)
    found = identities(model)
    assert len(found) == 11
    assert max(found.values()) <= TOLERANCE, found
    assert model.family.adapted == (kind not in FAMILIES)
    model.hf.save_pretrained(tmp_path)
    loaded = ph.load_model(tmp_path)
    assert same(loaded(tokens(LONG)), model(tokens(LONG)))


def test_the_documented_table_of_model_types_is_the_tested_one() -> None:
    page = Path(__file__).parents[2] / "docs" / "models.md"
    rows = [line.split("|")[1:3] for line in page.read_text("utf-8").splitlines() if line.startswith("| `")]
    documented = {kind.strip(" `"): how.strip() for kind, how in rows}
    tested = {tiny.model_type for tiny in (TINY | tiny_hf.ALL_OTHERS).values()}
    assert documented == {kind: "entry" if kind in FAMILIES else "found" for kind in tested}


@pytest.mark.parametrize("kind", TINY)
def test_modules_of_known_families_are_found_without_their_entry(kind: str) -> None:
    """The adapter finds what the entry says, wherever a family is of the kind that it looks for."""
    model = tiny_hf.make(kind)
    if model.cfg.family in ("gpt2", "gpt_neo"):
        with pytest.raises(PolyheadError, match="are not supported"):
            adapted(model.hf)
        return
    found, entry = adapted(model.hf), model.family
    known = ("blocks", "embed", "ln_final", "attn", "out_proj", "qkv", "ln1", "ln1_post", "ln2", "ln2_post", "mlp")
    known += ("mlp_in", "mlp_out", "normalization", "gain_plus_one", "joint_k_norm", "embeds_times_sqrt_d")
    assert {name: getattr(found, name) for name in known} == {name: getattr(entry, name) for name in known}
    assert parallel(model.hf, found) == model.parallel


def opt() -> Any:
    from transformers import OPTConfig

    return OPTConfig(
        vocab_size=D_VOCAB, hidden_size=6, num_hidden_layers=1, ffn_dim=7, num_attention_heads=2, word_embed_proj_dim=6
    )


def diffllama() -> Any:
    return AutoConfig.for_model("diffllama", **tiny_hf.SQUARE)


def mamba() -> Any:
    return AutoConfig.for_model("mamba", vocab_size=D_VOCAB, hidden_size=8, num_hidden_layers=2)


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (opt, r"'opt' are not supported: expected one MLP module besides attention in a block, found fc1, fc2"),
        (diffllama, r"on a probe these do not hold: .*z W_O \+ b_O is the output of attention \(off by"),
        (mamba, r"'mamba' are not supported: their code does not call transformers' attention interface"),
    ],
)
def test_decoders_that_do_not_behave_are_refused_with_the_reason(config: Any, says: str) -> None:
    if config is diffllama and not tiny_hf.CURRENT:
        pytest.skip("its attention in transformers 4 is refused for another reason")
    hf = AutoModelForCausalLM.from_config(config(), attn_implementation="eager")
    with pytest.raises(PolyheadError, match=says):
        HFModel(hf, name="other")


# Precision and storage


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_precisions(model: HFModel, dtype: torch.dtype) -> None:
    if dtype == torch.float64 and model.family.mlp_in is None:
        pytest.skip("transformers' product over experts has no float64")
    other = copy.deepcopy(model.hf).to(dtype)
    wrapped = HFModel(other, name=model.cfg.name)
    logits, cache = wrapped.run_with_cache(tokens(LONG), [site(1, "attn.hook_pattern"), site(1, "attn.hook_result")])
    assert logits is not None
    assert logits.dtype == dtype
    assert same(logits, other(input_ids=tokens(LONG)).logits, 5e-6 if dtype == torch.float64 else 0.1)
    if sinks_of(model, 1) is None:
        assert cache[site(1, "attn.hook_pattern")].sum(-1).sub(1).abs().max() < 0.02


@pytest.mark.parametrize("kind", ["safetensors", "bin"])
def test_saved_folder_gives_the_same_logits(model: HFModel, kind: str, tmp_path: Path) -> None:
    if kind == "safetensors":
        model.hf.save_pretrained(tmp_path)
    else:
        model.hf.config.save_pretrained(tmp_path)
        torch.save(model.hf.state_dict(), tmp_path / "pytorch_model.bin")
    loaded = ph.load_model(tmp_path)
    assert isinstance(loaded, HFModel)
    assert loaded.cfg == model.cfg.replace(name=tmp_path.name)
    assert torch.equal(loaded(tokens(LONG)), model(tokens(LONG)))
