"""Dictionaries that span layers: causal by shape, the same in both forms, and good enough to find what was planted."""

import itertools

import pytest
import torch
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.dictionaries import METHODS
from polyhead.dictionaries.activation import JumpReLU, ReLU, TopK
from polyhead.dictionaries.attention_features import TwoTypeSettings, plan
from polyhead.dictionaries.attn_out_crosscoder import AttnOutCrosscoder
from polyhead.dictionaries.cross_layer_transcoder import reached
from polyhead.dictionaries.spanning import Spanning, SpanningConfig
from polyhead.dictionaries.spanning_init import calibrate, initialize, linear_map

D, N = 6, 9
ACTIVATIONS = [TopK(k=3), ReLU(l1=0.1, negative=0.01), JumpReLU(sparsity=0.1, negative=0.01, threshold=0.2, width=0.4)]


def layer(number: int, *, has_mlp: bool = True) -> BaseLayer:
    h, k = 2, 3
    zeros = {name: torch.zeros(h, D, k) for name in ("W_Q", "W_K", "W_V")}
    biases = {name: torch.zeros(h, k) for name in ("b_Q", "b_K", "b_V")}
    return BaseLayer(
        layer=number,
        **zeros,
        **biases,
        W_O=torch.zeros(h, k, D),
        b_O=torch.zeros(D),
        n_kv_heads=h,
        score_scale=1.0,
        rotary=None,
        has_mlp=has_mlp,
    )


TOP3 = TopK(k=3)


def small(activation=TOP3, writes=((0, 1, 2), (1, 2), (2,)), **changes) -> Spanning:
    cfg = SpanningConfig(
        d_model=D,
        n_latents=N,
        activation=activation,
        sources=tuple(f"blocks.{i}.hook_resid_mid" for i in range(len(writes))),
        targets=tuple(f"blocks.{i}.hook_mlp_out" for i in range(3)),
        writes=writes,
    )
    dictionary = Spanning(cfg.replace(**changes), generator=generator(0, "small"))
    with torch.no_grad():
        dictionary.input_scale.copy_(torch.arange(1, len(writes) + 1) * 0.7)
        dictionary.target_scale.copy_(torch.tensor([1.0, 2.0, 0.5])[: len(dictionary.target_scale)])
        dictionary.b_enc.normal_(generator=generator(1, "small"))
        dictionary.b_dec.normal_(generator=generator(2, "small"))
    return dictionary


def batch(dictionary: Spanning, seed: int = 0) -> dict[str, Tensor]:
    g = generator(seed, "batch")
    widths = {"x": len(dictionary.cfg.sources), "target": len(dictionary.cfg.targets)}
    return {role: torch.randn(2, 5, width * D, generator=g) for role, width in widths.items()}


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.kind)
def test_what_is_written_is_the_formula_source_by_source(activation):
    dictionary = small(activation)
    b = batch(dictionary)
    x, f = b["x"].unflatten(-1, (3, D)), dictionary.activations(b["x"]).unflatten(-1, (3, N))
    expected = []
    for target in range(3):
        y = dictionary.b_dec[target].expand(2, 5, -1)
        for source in range(target + 1):
            y = y + f[:, :, source] @ dictionary.W_dec[source][:, target - source]
        expected.append(y * dictionary.target_scale[target])
    torch.testing.assert_close(dictionary.reconstruct(b), torch.cat(expected, -1))
    pre = x[:, :, 1] / dictionary.input_scale[1] @ dictionary.W_enc[1] + dictionary.b_enc[1]
    torch.testing.assert_close(dictionary.pre_activations(b["x"], 1), pre)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: a.kind)
def test_listed_and_dense_forms_agree_in_every_term_and_gradient(activation):
    if isinstance(activation, TopK):
        activation = TopK(k=1, k_aux=2)
    dictionary = small(activation, n_latents=20)
    dictionary.mark_dead(torch.arange(60) % 3 == 0)
    with torch.no_grad():
        dictionary.b_enc.normal_(generator=generator(3, "bias")).sub_(2.0)  # few fire, so the list is taken
    b, found = batch(dictionary), {}
    for product in ("auto", "plain"):
        dictionary.zero_grad()
        terms = dictionary.loss(b, product=product)
        torch.stack(list(terms.values())).sum().backward()
        grads = {name: p.grad.clone() for name, p in dictionary.named_parameters()}
        found[product] = {**{k: v.detach() for k, v in terms.items()}, **grads}
    assert found["auto"].keys() == found["plain"].keys()
    for name, value in found["auto"].items():
        torch.testing.assert_close(value, found["plain"][name], msg=name, rtol=1e-4, atol=1e-6)


def test_a_later_source_changes_no_earlier_target():
    dictionary = small()
    b = batch(dictionary)
    before = dictionary.reconstruct(b).unflatten(-1, (3, D))
    for source in range(3):
        changed = b["x"].clone()
        changed[..., source * D :] += torch.randn(changed[..., source * D :].shape, generator=generator(9, "change"))
        after = dictionary.reconstruct({**b, "x": changed}).unflatten(-1, (3, D))
        assert torch.equal(after[:, :, :source], before[:, :, :source])
        assert not torch.equal(after[:, :, source:], before[:, :, source:])


def test_there_is_no_parameter_for_a_pair_that_is_not_allowed():
    dictionary = small()
    assert [tuple(W.shape) for W in dictionary.W_dec] == [(N, 3, D), (N, 2, D), (N, 1, D)]
    loadings = dictionary.layer_loadings()
    assert loadings.shape == (3 * N, 3)
    torch.testing.assert_close(loadings.square().sum(-1), torch.ones(3 * N))
    for source, target in itertools.product(range(3), range(3)):
        assert bool((loadings[source * N : (source + 1) * N, target] > 0).all()) == (target >= source)
    names, group = dictionary.latent_groups()
    assert names[group[N]] == "blocks.1.hook_resid_mid"


def test_two_types_may_write_what_the_definition_says():
    layers = [layer(2), layer(5)]
    planned = plan(TwoTypeSettings(), layers)
    assert planned.targets == (
        "blocks.2.hook_mlp_out",
        "blocks.5.hook_mlp_out",
        "blocks.2.hook_attn_out",
        "blocks.5.hook_attn_out",
    )
    writes = dict(zip(planned.sources, planned.writes, strict=True))
    assert writes == {
        "blocks.2.ln2.hook_normalized": (0, 1, 3),  # MLPs >= 2, attention > 2
        "blocks.5.ln2.hook_normalized": (1,),
        "blocks.2.hook_attn_out": (0, 1, 2, 3),
        "blocks.5.hook_attn_out": (1, 3),
    }


@pytest.mark.parametrize(
    ("left", "gone"),
    [
        (("resid_to_attn", "attn_to_later_attn", "attn_to_mlp"), {(0, 1)}),
        (("resid_to_later_mlp", "attn_to_later_attn", "attn_to_mlp"), {(0, 3)}),
        (("resid_to_later_mlp", "resid_to_attn", "attn_to_mlp"), {(2, 3)}),
        (("resid_to_later_mlp", "resid_to_attn", "attn_to_later_attn"), {(2, 0), (2, 1), (3, 1)}),
        ((), {(0, 1), (0, 3), (2, 0), (2, 1), (2, 3), (3, 1)}),
    ],
)
def test_each_crossing_term_can_be_switched_off(left, gone):
    def pairs(cross) -> set[tuple[int, int]]:
        planned = plan(TwoTypeSettings(cross=cross), [layer(0), layer(1)])
        return {(source, target) for source, targets in enumerate(planned.writes) for target in targets}

    assert pairs(TwoTypeSettings().cross) - pairs(left) == gone


def test_an_attention_only_model_has_no_mlp_part_and_no_type_1_in_its_last_layer():
    layers = [layer(number, has_mlp=False) for number in (1, 2, 3)]
    planned = plan(TwoTypeSettings(), layers)
    assert planned.sources[:2] == ("blocks.2.ln1.hook_normalized", "blocks.3.ln1.hook_normalized")
    assert planned.targets == tuple(f"blocks.{i}.hook_attn_out" for i in (1, 2, 3))
    assert planned.writes == ((1, 2), (2,), (0, 1, 2), (1, 2), (2,))
    raw = plan(TwoTypeSettings(reads="resid"), layers)
    assert raw.sources[0] == "blocks.1.hook_resid_post"


def test_a_cross_layer_transcoder_of_an_attention_only_model_is_refused():
    method = METHODS["cross_layer_transcoder"]
    with pytest.raises(PolyheadError, match=r"explains MLPs, and layers 0, 1 have none"):
        method.reading(method.settings(), [layer(0, has_mlp=False), layer(1, has_mlp=False)])


@pytest.mark.parametrize("kind", ["cross_layer_transcoder", "two_type_features", "attn_out_crosscoder"])
def test_layers_out_of_order_are_refused(kind):
    method = METHODS[kind]
    with pytest.raises(PolyheadError, match=r"earlier to later, each once; these received: \[3, 1\]"):
        method.reading(method.settings(), [layer(3), layer(1)])


@pytest.mark.parametrize("kind", ["two_type_features", "attn_out_crosscoder"])
def test_a_single_layer_is_refused_where_features_are_of_several(kind):
    with pytest.raises(PolyheadError, match="two layers or more; 1 received"):
        METHODS[kind].check([layer(3)])


def test_of_one_layer_it_is_an_mlp_transcoder():
    METHODS["cross_layer_transcoder"].check([layer(3)])
    one = small(ReLU(), ((0,),), targets=("blocks.0.hook_mlp_out",))
    x = torch.randn(2, 3, D, generator=generator(3, "x"))
    f = (x / one.input_scale @ one.W_enc[0] + one.b_enc[0]).relu()
    plain = (f @ one.W_dec[0][:, 0] + one.b_dec[0]) * one.target_scale
    torch.testing.assert_close(one.reconstruct({"x": x, "target": x}), plain)


def test_a_batch_of_another_width_is_refused():
    dictionary = small()
    with pytest.raises(PolyheadError, match=r"x must hold blocks.0.hook_resid_mid, .* 3 x 6 wide; 12 received"):
        dictionary.codes({"x": torch.zeros(1, 2, 2 * D)})


def test_the_linear_map_is_found_and_calibration_is_least_squares():
    g = generator(0, "map")
    x, W = torch.randn(400, D, generator=g), torch.randn(D, 4, generator=g)
    torch.testing.assert_close(linear_map(x, x @ W + 3.0), W, rtol=0.05, atol=0.05)
    dictionary = small(ReLU())
    b = batch(dictionary)
    spread = dictionary.target_scale[:, None]
    calibrate(dictionary, [b])
    now = dictionary.reconstruct(b).unflatten(-1, (3, D)) / spread - dictionary.b_dec
    goal = b["target"].unflatten(-1, (3, D)) / spread - dictionary.b_dec
    torch.testing.assert_close((now * goal).sum(), now.square().sum())  # the residual is orthogonal to the output


def test_features_planted_over_two_layers_come_back_with_both_sides():
    """Twelve features, four only in layer 0, four only in layer 1, four that write both: decoder norms tell which."""
    g = generator(0, "planted")
    d, n, kinds = 16, 12, torch.arange(12) // 4
    directions = [torch.linalg.qr(torch.randn(d, d, generator=g))[0][:n] for _ in range(2)]
    strength = torch.stack([(kinds != 1).float(), (kinds != 0).float()])

    def sample(seed: int) -> dict[str, Tensor]:
        g = generator(seed, "sample")
        f = torch.rand(8, 64, n, generator=g) * (torch.rand(8, 64, n, generator=g) < 0.1)
        both = torch.cat([(f * strength[m]) @ directions[m] for m in range(2)], dim=-1)
        return {"x": both, "target": both}

    cfg = SpanningConfig(
        d_model=d,
        n_latents=24,
        activation=TopK(k=3),
        sources=("a", "b"),
        targets=("a", "b"),
        writes=reached(2, "later"),
    )
    crosscoder = initialize(AttnOutCrosscoder(cfg), [sample(100 + i) for i in range(4)], generator(1, "start"))
    adam = torch.optim.Adam(crosscoder.parameters(), lr=1e-2)
    for step in range(400):
        adam.zero_grad()
        crosscoder.loss(sample(step))["mse"].backward()
        adam.step()
        crosscoder.project()
    mse = float(crosscoder.loss(sample(999))["mse"].detach())
    assert mse < 0.1
    planted = torch.cat([strength[m][:, None] * directions[m] for m in range(2)], dim=-1)
    planted = planted / planted.norm(dim=-1, keepdim=True)
    first = (crosscoder.W_dec[0] * crosscoder.target_scale[:, None]).flatten(1)
    cosine = planted @ (first / first.norm(dim=-1, keepdim=True)).mT
    assert (cosine.max(-1).values[kinds != 1] > 0.95).all()  # only layer 0's latents can write both
    share = crosscoder.layer_loadings()[:24].square()
    best = cosine.argmax(-1)
    assert (share[best[kinds == 2], 1] > 0.2).all()
    assert (share[best[kinds == 0], 1] < 0.02).all()
