"""Edits of latents and heads: equal to hooks written by hand, composable, and gone after their block."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from polyhead.activations.harvest import harvest_batch
from polyhead.core.errors import PolyheadError
from polyhead.dictionaries import load_dictionary, save_dictionary
from polyhead.dictionaries.attn_out_sae import AttnOutSAE, AttnOutSAEConfig
from polyhead.dictionaries.attn_value_sae import AttnValueSAE, AttnValueSAEConfig
from polyhead.dictionaries.bundled import bundled_dictionaries, bundled_folders
from polyhead.dictionaries.encoder import unpack
from polyhead.dictionaries.lorsa import Lorsa, LorsaConfig
from polyhead.graphs.building import build_graph
from polyhead.interventions.effect import effect
from polyhead.interventions.splice import clean_pass, spliced_logits
from polyhead.interventions.steer import ablate, clamp, steer
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model

LAYER = 3
X, PATTERN, OUT, Z = (
    f"blocks.{LAYER}.{s}" for s in ("ln1.hook_normalized", "attn.hook_pattern", "hook_attn_out", "attn.hook_z")
)


@pytest.fixture(scope="module")
def model() -> HookedModel:
    return load_model("bundled")


@pytest.fixture(scope="module")
def mtcs() -> list[Any]:
    return bundled_dictionaries("mtc")


@pytest.fixture(scope="module")
def tokens() -> Tensor:
    drawn = torch.randint(5, 4096, (3, 11), generator=torch.Generator().manual_seed(1))
    drawn[:, 0], drawn[:, 8:] = 0, drawn[:, 2:5]  # a repeat, so that induction latents fire
    return drawn


def by_hand(
    model: HookedModel,
    mtc: Any,
    tokens: Tensor,
    change: Callable[[Tensor], Tensor],
    latents: list[int],
    heads: Any = None,
) -> Tensor:
    """Logits with f' = change(f) of some latents, from the formula of the transcoder, with plain hooks."""
    _, cache = model.run_with_cache(tokens, [X, PATTERN])
    pre = (cache[X] / mtc.input_scale) @ mtc.W_enc + mtc.b_enc
    f = torch.where(pre > mtc.threshold(), pre, 0.0)[..., latents]
    difference = change(f) - f
    total = torch.zeros(*tokens.shape, mtc.cfg.d_out)
    for h in range(mtc.cfg.n_heads + 1):
        if heads is not None and h not in heads:
            continue
        moved = difference if h == mtc.cfg.n_heads else cache[PATTERN][:, h] @ difference
        total += (moved * mtc.head_loadings()[latents, h]) @ mtc.W_dec[latents] * mtc.target_scale
    return model.run_with_hooks(tokens, {OUT: lambda value: value + total})


@pytest.fixture(scope="module")
def firing(model: HookedModel, mtcs: list[Any], tokens: Tensor) -> list[int]:
    """Three latents of layer 3 that fire on the tokens."""
    batch = harvest_batch(model, tokens, mtcs[LAYER].origin.reading)
    return unpack(mtcs[LAYER].codes(batch))[:, 1:].amax((0, 1)).topk(3).indices.tolist()


def test_scaling_latents_equals_a_hook_written_by_hand(
    model: HookedModel, mtcs: list[Any], tokens: Tensor, firing: list[int]
) -> None:
    clean = model(tokens)
    with steer(model, mtcs[LAYER], latent=firing, scale=3.0):
        steered = model(tokens)
    torch.testing.assert_close(steered, by_hand(model, mtcs[LAYER], tokens, lambda f: 3 * f, firing), atol=2e-5, rtol=0)
    assert (steered - clean).abs().max() > 0.01
    assert torch.equal(model(tokens), clean)


def test_ablating_and_clamping_equal_hooks_written_by_hand(
    model: HookedModel, mtcs: list[Any], tokens: Tensor, firing: list[int]
) -> None:
    def held(f: Tensor) -> Tensor:
        new = torch.full_like(f, 1.75)
        new[:, 0] = f[:, 0]  # BOS stays as it is
        return new

    with ablate(model, bundled_folders("mtc")[f"mtc-layer-{LAYER}"], latents=firing):
        ablated = model(tokens)
    with clamp(model, mtcs[LAYER], latent=firing[0], value=1.75):
        clamped = model(tokens)
    torch.testing.assert_close(ablated, by_hand(model, mtcs[LAYER], tokens, lambda f: 0 * f, firing), atol=2e-5, rtol=0)
    torch.testing.assert_close(clamped, by_hand(model, mtcs[LAYER], tokens, held, firing[:1]), atol=2e-5, rtol=0)


def test_a_latent_can_be_changed_through_some_heads_and_at_some_positions(
    model: HookedModel, mtcs: list[Any], tokens: Tensor, firing: list[int]
) -> None:
    def late(f: Tensor) -> Tensor:
        new = f.clone()
        new[:, [4, -1]] = 0
        return new

    with ablate(model, mtcs[LAYER], latents=firing, heads=["L3H3", (3, 5)]):
        through = model(tokens)
    with ablate(model, mtcs[LAYER], latents=firing, positions=[4, -1]):
        at = model(tokens)
    by_heads = by_hand(model, mtcs[LAYER], tokens, lambda f: 0 * f, firing, heads=(3, 5))
    torch.testing.assert_close(through, by_heads, atol=2e-5, rtol=0)
    torch.testing.assert_close(at, by_hand(model, mtcs[LAYER], tokens, late, firing), atol=2e-5, rtol=0)


def test_blocks_nest_and_edits_of_one_dictionary_act_in_turn(
    model: HookedModel, mtcs: list[Any], tokens: Tensor, firing: list[int]
) -> None:
    first = firing[0]
    with ablate(model, mtcs[LAYER], latents=first):
        once = model(tokens)
        with ablate(model, mtcs[LAYER], latents=firing):
            both = model(tokens)
        assert torch.equal(model(tokens), once)
        with steer(model, mtcs[1], latent=range(40), scale=2.0), ablate(model, heads="L2H1"):
            other = model(tokens)
    torch.testing.assert_close(both, by_hand(model, mtcs[LAYER], tokens, lambda f: 0 * f, firing), atol=2e-5, rtol=0)
    with ablate(model, heads=[(2, 1)]), steer(model, mtcs[1], latent=range(40), scale=2.0):
        with ablate(model, mtcs[LAYER], latents=first):
            torch.testing.assert_close(model(tokens), other, atol=2e-5, rtol=0)
    with steer(model, mtcs[LAYER], latent=first, scale=2.0), steer(model, mtcs[LAYER], latent=first, scale=4.0):
        eight = model(tokens)
    torch.testing.assert_close(eight, by_hand(model, mtcs[LAYER], tokens, lambda f: 8 * f, [first]), atol=5e-5, rtol=0)


def test_edits_of_one_latent_through_some_heads_and_through_all_act_on_one_code(
    model: HookedModel, mtcs: list[Any], tokens: Tensor, firing: list[int]
) -> None:
    mtc = mtcs[LAYER]
    gone = by_hand(model, mtc, tokens, lambda f: 0 * f, firing)
    for first, second in (("L3H3", None), (None, "L3H3"), ("L3H3", ["L3H3", "L3H5"])):
        with ablate(model, mtc, latents=firing, heads=first), ablate(model, mtc, latents=firing, heads=second):
            both = model(tokens)
        only = by_hand(model, mtc, tokens, lambda f: 0 * f, firing, heads=(3, 5))
        torch.testing.assert_close(both, only if first and second else gone, atol=2e-5, rtol=0)
    _, a = model.run_with_cache(tokens, [OUT])
    with steer(model, mtc, latent=firing, scale=3.0), ablate(model, mtc, latents=firing, heads=["L3H5"]):
        _, b = model.run_with_cache(tokens, [OUT])
    batch, chosen = harvest_batch(model, tokens, mtc.origin.reading), torch.tensor(firing)
    f = unpack(mtc.codes(batch))[..., firing]
    expected = mtc.write(batch, chosen, 2 * f) - mtc.write(batch, chosen, 3 * f, [5])
    torch.testing.assert_close(b[OUT] - a[OUT], expected, atol=2e-5, rtol=0)


@pytest.mark.parametrize("kind", ["zero-output", "bos-row"])
def test_heads_are_ablated_as_by_hand(model: HookedModel, tokens: Tensor, kind: Any) -> None:
    def zero(z: Tensor) -> Tensor:
        new = z.clone()
        new[:, :, [2, 6]] = 0
        return new

    def to_bos(pattern: Tensor) -> Tensor:
        new = pattern.clone()
        new[:, [2, 6]] = 0
        new[:, [2, 6], :, 0] = 1
        return new

    hooks = {Z: zero} if kind == "zero-output" else {PATTERN: to_bos}
    with ablate(model, heads=["L3H6", "3.2"], kind=kind):
        cut = model(tokens)
    torch.testing.assert_close(cut, model.run_with_hooks(tokens, hooks), atol=1e-6, rtol=0)


def test_heads_are_scaled_as_by_hand(model: HookedModel, tokens: Tensor) -> None:
    def triple(z: Tensor) -> Tensor:
        new = z.clone()
        new[:, [2], 5] *= 3
        return new

    with steer(model, heads="L3H5", scale=3.0, positions=[2]):
        scaled = model(tokens)
    torch.testing.assert_close(scaled, model.run_with_hooks(tokens, {Z: triple}), atol=1e-6, rtol=0)


def saved(kind: str, model: HookedModel, folder: Path) -> Any:
    """A small random dictionary of layer 3, saved with what it reads, and loaded."""
    draw, width = torch.Generator().manual_seed(4), model.cfg.d_model
    activation = {"kind": "topk", "k": 7}
    heads = tuple(range(model.cfg.n_heads))
    made, sites = {
        "output": lambda: (
            AttnOutSAE(
                AttnOutSAEConfig(d_in=width, n_latents=45, activation=activation, token_norm="layer_norm", n_heads=8),
                generator=draw,
            ),
            {"x": (OUT, None), "target": (OUT, None)},
        ),
        "value": lambda: (
            AttnValueSAE(
                AttnValueSAEConfig(d_in=width, n_latents=45, activation=activation, n_kv_heads=8, n_heads=8),
                generator=draw,
            ),
            dict.fromkeys(("x", "target"), (f"blocks.{LAYER}.attn.hook_v", heads)),
        ),
        "lorsa": lambda: (
            Lorsa(
                LorsaConfig(
                    d_in=width, d_out=width, n_latents=44, d_qk=6, n_groups=11, n_ctx=64, activation=activation
                ),
                generator=draw,
            ),
            {"x": (X, None), "target": (OUT, None)},
        ),
    }[kind]()
    roles = {role: [{"site": name, "heads": of}] for role, (name, of) in sites.items()}
    save_dictionary(made, folder, {"layers": [LAYER], "reading": {"roles": roles}, "model": model.cfg.model_dump()})
    return load_dictionary(folder)


@pytest.mark.parametrize("kind", ["output", "value", "lorsa"])
def test_ablating_every_latent_leaves_what_no_latent_writes(
    model: HookedModel, tokens: Tensor, tmp_path: Path, kind: str
) -> None:
    d = saved(kind, model, tmp_path / "d")
    batch = harvest_batch(model, tokens, d.origin.reading)
    f = unpack(d.codes(batch))
    written = d.write(batch, torch.arange(f.shape[-1]), f)
    silent = d.reconstruct(batch) - written  # what is written when nothing fires, the same for every text but its norm
    site = d.origin.reading.targets[0].site
    target = batch["target"]
    with ablate(model, d, latents=range(f.shape[-1])):
        _, cache = model.run_with_cache(tokens, [site])
    expected = target - d.reconstruct(batch) + silent
    torch.testing.assert_close(cache[site].flatten(2), expected, atol=1e-4, rtol=1e-4)
    if kind == "value":
        with ablate(model, d, latents=range(45), heads=["L3H2"]):
            _, cache = model.run_with_cache(tokens, [site])
        assert torch.equal(cache[site][:, :, :2], target.unflatten(2, (8, -1))[:, :, :2])
        torch.testing.assert_close(cache[site][:, :, 2], expected.unflatten(2, (8, -1))[:, :, 2], atol=1e-4, rtol=1e-4)


def test_an_intervention_is_seen_by_no_other_thread_and_ends_with_an_error(
    model: HookedModel, mtcs: list[Any], tokens: Tensor, firing: list[int]
) -> None:
    clean, elsewhere = model(tokens), []

    def failing() -> None:
        with ablate(model, mtcs[LAYER], latents=firing):
            thread = threading.Thread(target=lambda: elsewhere.append(model(tokens)))
            thread.start()
            thread.join()
            assert not torch.equal(model(tokens), clean)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        failing()
    assert torch.equal(model(tokens), clean)
    assert torch.equal(elsewhere[0], clean)


def test_splices_and_graphs_meet_the_intervention(
    model: HookedModel, mtcs: list[Any], tokens: Tensor, firing: list[int]
) -> None:
    site = "blocks.1.hook_attn_out"
    with ablate(model, mtcs[LAYER], latents=firing):
        steered = model(tokens)
        clean = clean_pass(model, tokens, site)
        again = spliced_logits(model, tokens, site, clean.own, clean=clean)
        graph = build_graph(model, list(bundled_folders("mtc").values()), tokens[0])
    torch.testing.assert_close(again, steered, atol=1e-5, rtol=0)
    probabilities = steered[0, -1].softmax(-1).tolist()
    shown = [node for node in graph.nodes if node.kind == "logit"]
    assert shown
    assert [n.probability for n in shown] == pytest.approx([probabilities[n.token] for n in shown], abs=1e-5)


def test_the_effect_on_a_prompt(model: HookedModel, mtcs: list[Any]) -> None:
    prompt = "def forward(self, x):\n    return self"
    none = effect(model, prompt, steer(model, mtcs[LAYER], latent=[0, 1], scale=1.0), n_tokens=5)
    assert none.kl == pytest.approx(0, abs=1e-9)
    assert none.text_before == none.text_after != ""
    some = effect(model, prompt, [ablate(model, heads=["L3H3"]), steer(model, mtcs[2], latent=range(300), scale=0)])
    rows = some.next_tokens(7)
    assert some.kl > 0
    assert len(rows) == 7
    assert rows.logit_change.tolist() == pytest.approx((rows.logit_after - rows.logit_before).tolist())
    assert some.text_after == ""


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda m, d: steer(m, d, latent=2048, scale=2), r"latents \[2048\] .* 0 to 2047"),
        (lambda m, d: steer(m, d, latent=[], scale=2), "latents none"),
        (lambda m, d: steer(m, d, latent=1), "either scale=... or add"),
        (lambda m, d: steer(m, d, heads=["L3H1"], scale=2), "heads=... and scale=... without"),
        (lambda m, d: steer(m, heads=["L3H9"], scale=2), "there is no head L3H9"),
        (lambda m, d: ablate(m, d, latents=1, heads=["L2H1"]), "of layer 3; received heads L2H1"),
        (lambda m, d: ablate(m, heads="L1H1", kind="mean-output"), "needs reference text"),
        (lambda m, d: ablate(m, "absent", latents=1), "absent"),
        (lambda m, d: ablate(m, bundled_dictionaries("qk_diagonal")[0], latents=1), "codes can be edited"),
        (lambda m, d: ablate(m, None, latents=1), "no dictionary"),
    ],
)
def test_mistakes_are_one_line(model: HookedModel, mtcs: list[Any], make: Any, said: str) -> None:
    with pytest.raises(PolyheadError, match=said) as error:
        make(model, mtcs[LAYER])
    assert "\n" not in str(error.value)
