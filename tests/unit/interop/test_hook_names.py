"""Foreign hook names, against the tensors that their programs feed a dictionary, computed in plain torch.

The formulas are those of TransformerLens' blocks: what each hook holds was measured with the programs themselves
(TransformerLens 2.16 and 3.2, its TransformerBridge, circuit-tracer 0.5, SAELens 6.54) to 1e-6.
"""

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.norm_facts import NormFacts
from polyhead.core.sites import site
from polyhead.interop.hook_names import (
    Loading,
    facts_of_name,
    from_any,
    from_module,
    from_transformer_lens,
    to_transformer_lens,
)

sys.path.insert(0, str(Path(__file__).parents[2] / "conformance"))
import tiny_hf

FAMILIES = ("gpt2", "llama-gqa", "qwen3", "olmo2", "gemma2", "gemma3_text")
OLD, NEW = Loading(before_version_3=True), Loading()


def divided(x: Tensor, model: Any) -> Tensor:
    """Centred under LayerNorm, then divided by the root of its mean square: a norm without gain and bias."""
    config = model.hf.config
    if model.cfg.family == "gpt2":
        x = x - x.mean(-1, keepdim=True)
        return x / (x.square().mean(-1, keepdim=True) + config.layer_norm_epsilon).sqrt()
    return x / (x.square().mean(-1, keepdim=True) + config.rms_norm_eps).sqrt()


def gained(x: Tensor, norm: Any, model: Any) -> Tensor:
    """With the learned gain and bias of a transformers norm."""
    weight = norm.weight + 1 if "gemma" in model.cfg.family else norm.weight
    return x * weight + (getattr(norm, "bias", None) if getattr(norm, "bias", None) is not None else 0)


def theirs(model: Any, loading: Loading) -> dict[str, Tensor]:
    """What TransformerLens has at its hooks in block 1, from the stream and the outputs of attention and MLP."""
    names = ["hook_resid_pre", "hook_resid_post", "hook_attn_out", "hook_mlp_out", "hook_resid_mid"]
    with torch.no_grad():
        cache = model.run_with_cache(tiny_hf.tokens(11), [site(1, n) for n in names])[1]
    pre, post, attn, mlp, mid = (cache[site(1, n)] for n in names)
    family, block = model.cfg.family, model.hf.get_submodule(model.family.blocks)[1]
    own = {"hook_resid_pre": pre, "hook_resid_mid": mid, "hook_resid_post": post}
    own |= {"attn.hook_out": attn, "mlp.hook_out": mlp, "hook_attn_out": attn, "hook_mlp_out": mlp}
    if family == "olmo2":  # there ln1 and ln2 are the norms on the outputs, and the hooks lie before them
        own |= {"ln1.hook_normalized": divided(attn, model), "ln2.hook_normalized": divided(mlp, model)}
        return own | {"mlp.hook_in": mid}
    before = {"ln1": divided(pre, model), "ln2": divided(mid, model)}
    norms = {"gpt2": ("ln_1", "ln_2")}.get(family, ("input_layernorm", model.family.ln2))
    whole = {n: gained(before[n], block.get_submodule(m), model) for n, m in zip(before, norms, strict=True)}
    late = family == "gpt2" and bool(loading.before_version_3) and not loading.fold_ln
    own |= {f"{n}.hook_normalized": (whole if late else before)[n] for n in before}
    own |= {"mlp.hook_in": whole["ln2"], "ln1.hook_out": whole["ln1"]}
    if "gemma" in family:
        for n, out, norm in (("ln1", attn, "post_attention_layernorm"), ("ln2", mlp, "post_feedforward_layernorm")):
            own[f"{n}_post.hook_normalized"] = divided(out, model)
            added = gained(divided(out, model), block.get_submodule(norm), model)
            own["hook_attn_out" if n == "ln1" else "hook_mlp_out"] = added
    return own


@pytest.mark.parametrize("loading", [OLD, NEW, OLD._replace(fold_ln=True)], ids=["version 2", "version 3", "folded"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_site_of_a_foreign_hook_holds_their_tensor(family: str, loading: Loading) -> None:
    model = tiny_hf.make(family)
    for name, expected in theirs(model, loading).items():
        if loading.fold_ln and name in ("mlp.hook_in", "ln1.hook_out"):
            continue  # the gain is in the weights after it there
        place = from_transformer_lens(f"blocks.1.{name}", model.norm_facts, loading, "cfg.json")
        assert place.layer == 1
        with torch.no_grad():
            ours = model.run_with_cache(tiny_hf.tokens(11), [site(1, place.site)])[1][site(1, place.site)]
        torch.testing.assert_close(ours, expected, rtol=1e-5, atol=1e-5, msg=f"{family} {name} -> {place.site}")


@pytest.mark.parametrize("family", FAMILIES)
def test_the_way_back(family: str) -> None:
    facts = tiny_hf.make(family).norm_facts
    for name in ("hook_resid_pre", "hook_attn_out", "hook_mlp_out", "ln1.hook_normalized", "attn.hook_z"):
        place = from_transformer_lens(f"blocks.2.{name}", facts, NEW, "cfg.json")
        assert to_transformer_lens(place.site, facts, "x") == name
    if family.startswith("gemma"):
        with pytest.raises(PolyheadError, match="TransformerLens has no hook at hook_mlp_out in this model"):
            to_transformer_lens("hook_mlp_out", facts, "x")
    with pytest.raises(PolyheadError, match=r"no hook at ln2.hook_normalized"):
        to_transformer_lens("ln2.hook_normalized", facts, "x")


def test_what_cannot_be_known_is_not_guessed() -> None:
    layer_norm = NormFacts(places="before", layer_norm=True)
    unclear = Loading(before_version_3=None)
    with pytest.raises(PolyheadError, match=r"after the gain in TransformerLens before version 3.*--site ln1"):
        from_transformer_lens("blocks.0.ln1.hook_normalized", layer_norm, unclear, "cfg.json")
    unfolded = Loading(before_version_3=True, fold_ln=None)
    with pytest.raises(PolyheadError, match=r"the file does not say which"):
        from_transformer_lens("blocks.0.ln1.hook_normalized", layer_norm, unfolded, "cfg.json")
    place = from_transformer_lens("blocks.0.ln1.hook_normalized", NormFacts(), unclear, "cfg.json")
    assert place.site == "ln1.hook_pre_gain"
    assert place.assumed == NormFacts(places="before", layer_norm=False)
    place = from_transformer_lens("blocks.0.hook_attn_out", NormFacts(), NEW, "cfg.json")
    assert (place.site, place.assumed) == ("hook_attn_out", NormFacts(places="before"))
    with pytest.raises(PolyheadError, match="is centred or not"):
        from_transformer_lens("hook_attn_out", layer_norm, Loading(center_writing_weights=None), "cfg.json")


def test_an_assumption_is_compared_with_every_model() -> None:
    place = from_transformer_lens("blocks.0.hook_attn_out", facts_of_name("some/llama"), NEW, "cfg.json")
    place.assumed.check(tiny_hf.make("llama-gqa").norm_facts, dictionary="d", name="llama")
    with pytest.raises(PolyheadError, match=r"norms before attention and the MLP only; gemma has .* on their outputs"):
        place.assumed.check(tiny_hf.make("gemma2").norm_facts, dictionary="d", name="gemma")
    place = from_transformer_lens("blocks.0.ln1.hook_normalized", NormFacts(), OLD, "cfg.json")
    with pytest.raises(PolyheadError, match="a model with RMSNorm; gpt has LayerNorm"):
        place.assumed.check(tiny_hf.make("gpt2").norm_facts, dictionary="d", name="gpt")
    folded = from_transformer_lens("blocks.0.attn.hook_z", NormFacts(), Loading(fold_value_biases=True), "cfg.json")
    with pytest.raises(PolyheadError, match="no value biases; gpt has value biases"):
        folded.assumed.check(tiny_hf.make("gpt2").norm_facts, dictionary="d", name="gpt")
    folded.assumed.check(tiny_hf.make("llama-gqa").norm_facts, dictionary="d", name="llama")


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("gpt2-small", ("before", True)),
        ("EleutherAI/pythia-70m", ("before", True)),
        ("google/gemma-2-2b", ("around", False)),
        ("gemma-3-1b-it", ("around", False)),
        ("gemma-2b", ("before", False)),
        ("allenai/OLMo-2-1124-7B", ("after", False)),
        ("meta-llama/Llama-3.2-1B", ("before", False)),
        ("Qwen/Qwen3-4B", ("before", False)),
        (None, ("before", False)),
    ],
)
def test_what_a_name_tells(name: str | None, facts: tuple[str, bool]) -> None:
    told = facts_of_name(name)
    assert (told.places, told.layer_norm) == facts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("layers.5", (5, "hook_resid_post")),
        ("h.3", (3, "hook_resid_post")),
        ("gpt_neox.layers.3", (3, "hook_resid_post")),
        ("transformer.h.11.mlp", (11, "hook_mlp_out")),
        ("model.layers.20.mlp", (20, "hook_mlp_out")),
        ("layers.5.self_attn", (5, "hook_attn_out")),
        ("gpt_neox.layers.0.attention", (0, "hook_attn_out")),
        ("model.layers.7.self_attn.o_proj", (7, "hook_attn_out")),
        ("h.2.attn.c_proj", (2, "hook_attn_out")),
        ("resid_post_layer_4", (4, "hook_resid_post")),
        ("attn_out_layer_4", (4, "hook_attn_out")),
        ("mlp_out_layer4", (4, "hook_mlp_out")),
        ("attn_out", (None, "hook_attn_out")),
    ],
)
def test_modules(name: str, expected: tuple[int | None, str]) -> None:
    place = from_module(name, "cfg.json")
    assert (place.layer, place.site) == expected
    assert from_any(name, NormFacts(), NEW, "cfg.json") == place


@pytest.mark.parametrize("name", ["", None, 3, "layers.x", "layers.5.self_attn.q_proj", "wpe", "layers.5.", "a\nb"])
def test_modules_whose_output_is_no_site(name: Any) -> None:
    with pytest.raises(PolyheadError, match="is no module whose output is a site here") as error:
        from_module(name, "cfg.json")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "name", ["", None, 3, "blocks.1.hook_resid", "blocks.x.hook_attn_out", "ln1_post.hook_normalized"]
)
def test_hooks_that_are_no_site(name: Any) -> None:
    with pytest.raises(PolyheadError) as error:
        from_transformer_lens(name, NormFacts(), NEW, "cfg.json")
    assert "\n" not in str(error.value)
