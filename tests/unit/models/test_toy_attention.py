"""Toy attention: hand-computed logits, every switch against a slow reference, the sites, one member of an ensemble."""

import math
from itertools import product
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor
from torch.testing import assert_close

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.interventions.splice import spliced_logits
from polyhead.models.circuits import ov_circuit, qk_circuit
from polyhead.models.toy.attention import ToyAttention, ToyAttentionConfig
from polyhead.training.ensemble import Ensemble

B, P, H, K, V, OUT, D = 2, 5, 3, 4, 7, 11, 6
"""Sequences, positions, heads, d_head, vocabulary, classes, d_model of the learned embedding."""
SWITCHES = [
    {"d_model": d, "direct": direct, "qkv_bias": bias, "output_bias": bias, "positions": positions, "norm": norm}
    for d, direct, bias, positions, norm in product((None, D), *[(False, True)] * 4)
]
SWITCHES += [{"d_model": D, "unembed_bias": True}, {"d_model": D, "unembed_bias": True, "d_vocab_out": OUT}]
SWITCHES += [{"d_vocab_out": OUT, "output_bias": True}, {"d_vocab_out": 5}]


def make(seed: int = 0, n_heads: int = H, d_head: int = K, **switches: Any) -> ToyAttention:
    """A model in float64 whose parameters are all random, biases too."""
    cfg = ToyAttentionConfig(n_heads=n_heads, d_head=d_head, d_vocab=V, n_ctx=P + 2, **switches)
    model, g = ToyAttention(cfg, generator=generator(seed, "toy")).double(), generator(seed, "scramble")
    with torch.no_grad():
        for p in model.parameters():
            p.normal_(0.0, 0.6, generator=g)
    return model.requires_grad_(False)


@pytest.fixture
def tokens() -> Tensor:
    return torch.randint(V, (B, P), generator=generator(0, "tokens"))


def slow_logits(model: ToyAttention, sequence: list[int]) -> Tensor:
    """One sequence, one query and one head after the other."""
    toy, w = model.toy, model.attn
    W_E = torch.eye(V, toy.width, dtype=torch.float64) if toy.d_model is None else model.W_E
    stream = [W_E[t] + (model.W_pos[i] if toy.positions else 0) for i, t in enumerate(sequence)]
    read = [(x - x.mean()) / (x.var(unbiased=False) + 1e-5).sqrt() if toy.norm else x for x in stream]
    rows = []
    for q in range(len(sequence)):
        out = stream[q] * float(toy.direct)
        for h in range(toy.n_heads):
            b_Q, b_K, b_V = (w.b_Q[h], w.b_K[h], w.b_V[h]) if toy.qkv_bias else (0.0, 0.0, 0.0)
            query = read[q] @ w.W_Q[h] + b_Q
            weights = [math.exp(query @ (x @ w.W_K[h] + b_K) / math.sqrt(toy.d_head)) for x in read[: q + 1]]
            for weight, x in zip(weights, read[: q + 1], strict=True):
                out = out + weight / sum(weights) * (x @ w.W_V[h] + b_V) @ w.W_O[h]
        out = out + (w.b_O if toy.output_bias else 0)
        logits = out[: toy.n_out] if toy.d_model is None else out @ model.W_U
        rows.append(logits + (model.b_U if toy.unembed_bias else 0))
    return torch.stack(rows)


@pytest.mark.parametrize("switches", SWITCHES, ids=lambda s: " ".join(k for k, v in s.items() if v) or "plain")
def test_every_combination_of_switches_equals_the_slow_reference(switches: dict[str, Any], tokens: Tensor):
    model = make(**switches)
    expected = torch.stack([slow_logits(model, sequence) for sequence in tokens.tolist()])
    assert_close(model(tokens), expected)
    assert model(tokens).shape == (B, P, switches.get("d_vocab_out", V))


def test_logits_computed_by_hand():
    """Token 0 looks at token 1 three times as much as at itself, and both values are written to token 2's logit."""
    cfg = ToyAttentionConfig(n_heads=1, d_head=1, d_vocab=3, n_ctx=2)
    model = ToyAttention(cfg, generator=generator(0, "hand"))
    with torch.no_grad():
        for name, values in (
            ("W_Q", [1.0, 0.0, 0.0]),
            ("W_K", [0.0, math.log(3.0), 0.0]),
            ("W_V", [4.0, 8.0, 0.0]),
            ("W_O", [0.0, 0.0, 1.0]),
        ):
            weight = getattr(model.attn, name)
            weight.copy_(torch.tensor(values).reshape(weight.shape))
    logits = model(torch.tensor([[1, 0]]))
    assert_close(logits, torch.tensor([[[0.0, 1.0, 8.0], [1.0, 0.0, 0.75 * 8 + 0.25 * 4]]]))


def sites_of(toy: ToyAttentionConfig) -> dict[str, tuple[int, ...]]:
    d, heads, square = (B, P, toy.width), (B, P, H, K), (B, H, P, P)
    attn = {"hook_q": heads, "hook_k": heads, "hook_v": heads, "hook_z": heads, "hook_result": (B, P, H, toy.width)}
    attn |= {"hook_attn_scores": square, "hook_pattern": square}
    block = {"hook_resid_pre": d, "ln1.hook_normalized": d, "hook_attn_out": d, "hook_resid_post": d}
    block |= {f"attn.{name}": shape for name, shape in attn.items()}
    embeds = {"hook_embed": d} | ({"hook_pos_embed": d} if toy.positions else {})
    return embeds | {site(0, name): shape for name, shape in block.items()}


@pytest.mark.parametrize("switches", SWITCHES[::3] + SWITCHES[-4:])
def test_every_site_can_be_read_and_patching_it_with_itself_changes_nothing(switches: dict[str, Any], tokens: Tensor):
    model = make(**switches)
    shapes, plain = sites_of(model.toy), model(tokens)
    logits, cache = model.run_with_cache(tokens, shapes)
    assert {name: tuple(value.shape) for name, value in cache.items()} == shapes
    assert_close(logits, plain)
    for name, value in cache.items():
        assert_close(model.run_with_hooks(tokens, {name: lambda _, value=value: value.clone()}), plain)
        changed = model.run_with_hooks(tokens, {name: lambda x: x + torch.linspace(0, 1, x.shape[-1]).to(x)})
        assert not torch.allclose(changed, plain) or name.endswith(("hook_k", "hook_attn_scores", "hook_pattern"))


def test_the_sites_add_up(tokens: Tensor):
    model = make(direct=True, output_bias=True)
    names = [site(0, n) for n in ("hook_resid_pre", "attn.hook_result", "hook_attn_out", "hook_resid_post")]
    _, cache = model.run_with_cache(tokens, [*names, site(0, "attn.hook_pattern")])
    pre, result, out, post = (cache[name] for name in names)
    assert_close(result.sum(2) + model.attn.b_O, out)
    assert_close(pre + out, post)
    assert_close(cache[site(0, "attn.hook_pattern")].sum(-1), torch.ones(B, H, P, dtype=torch.float64))


def test_a_site_it_does_not_have_is_refused(tokens: Tensor):
    with pytest.raises(PolyheadError, match="no site hook_pos_embed"):
        make().run_with_cache(tokens, ["hook_pos_embed"])


def test_circuits_are_its_scores_and_direct_effects(tokens: Tensor):
    model = make()  # one-hot: a token's row of a circuit is what its stream reads or writes
    scores, result = site(0, "attn.hook_attn_scores"), site(0, "attn.hook_result")
    _, cache = model.run_with_cache(tokens, [scores, result, site(0, "attn.hook_pattern")])
    for h in range(H):
        qk, ov = qk_circuit(model, 0, h).dense(), ov_circuit(model, 0, h).dense()
        expected = qk[tokens[:, -1]].gather(1, tokens) / math.sqrt(K)
        assert_close(cache[scores][:, h, -1], expected)
        pattern = cache[site(0, "attn.hook_pattern")][:, h, -1]
        assert_close(cache[result][:, -1, h], torch.einsum("bp,bpd->bd", pattern, ov[tokens]))


@pytest.mark.parametrize("bias", [False, True])
def test_weights_by_layer_are_the_parameters_or_zeros(bias: bool):
    model = make(qkv_bias=bias, output_bias=bias)
    assert model.W_Q[0].shape == (H, V, K)
    assert model.b_V[0].shape == (H, K)
    assert model.b_O[0].shape == (V,)
    assert bool((model.b_V[0] != 0).any()) == bias
    assert bool((model.b_O[0] != 0).any()) == bias


@pytest.mark.parametrize("common", [{}, {"d_model": D}, {"direct": False, "d_vocab_out": OUT}, {"norm": True}])
def test_a_member_of_an_ensemble_is_the_model_and_its_padding_is_neutral(common: dict[str, Any], tokens: Tensor):
    cells = [(1, 4, True), (3, 1, False), (2, 2, True)]
    models = [make(i, h, k, qkv_bias=bias, output_bias=bias, **common) for i, (h, k, bias) in enumerate(cells)]
    padded = make(0, 3, 4, qkv_bias=True, output_bias=True, **common)
    ensemble = Ensemble.of(models, template=padded)
    names = [site(0, "attn.hook_z"), site(0, "attn.hook_pattern")]
    for i, model in enumerate(models):
        member = ensemble.member(i)
        assert_close(member.run_with_cache(tokens, names), model.run_with_cache(tokens, names), rtol=0, atol=0)
        full = {name: tensor[i] for name, tensor in ensemble.tensors().items()}
        assert_close(torch.func.functional_call(padded, full, (tokens,)), model(tokens))


def test_ablations_work_on_one_member(tokens: Tensor):
    ensemble = Ensemble.of([make(0, 2, 3), make(1, 1, 4)])
    member, name = ensemble.member(1), site(0, "hook_attn_out")
    onehot = torch.nn.functional.one_hot(tokens, V).double()
    assert_close(spliced_logits(member.float(), tokens, name, torch.zeros(*tokens.shape, V)), onehot.float())
    mean = torch.linspace(-1, 1, V)
    assert_close(spliced_logits(member, tokens, name, mean.expand(*tokens.shape, V)), onehot.float() + mean)


def test_the_loss_reads_the_last_position_or_all_that_count(tokens: Tensor):
    model, last = make(), torch.tensor([3, 1])
    logp = model(tokens).log_softmax(-1)
    alone = model.loss({"tokens": tokens, "targets": last})["cross_entropy"]
    assert_close(alone, -(logp[0, -1, 3] + logp[1, -1, 1]) / 2)
    targets = torch.full((B, P), -100)
    targets[:, -1] = last
    assert_close(model.loss({"tokens": tokens, "targets": targets})["cross_entropy"], alone)
    targets[0, 2] = 6
    assert_close(model.loss({"tokens": tokens, "targets": targets})["cross_entropy"], (2 * alone - logp[0, 2, 6]) / 3)


def test_weights_weigh_sequences(tokens: Tensor):
    model, last = make(d_vocab_out=OUT), torch.tensor([3, 1])
    logp = model(tokens)[:, -1].log_softmax(-1)
    weighted = model.loss({"tokens": tokens, "targets": last, "weights": torch.tensor([0.5, 3.0]).double()})
    assert_close(weighted["cross_entropy"], -(0.5 * logp[0, 3] + 3.0 * logp[1, 1]) / 2)


def test_impossible_sizes_are_refused():
    with pytest.raises(PolyheadError, match=r"d_head: .*greater than or equal to 1 \(received 0\)"):
        ToyAttentionConfig.parse({"n_heads": 1, "d_head": 0, "d_vocab": 3, "n_ctx": 2})
    with pytest.raises(ValidationError, match="unembed_bias needs a learned embedding"):
        ToyAttentionConfig(n_heads=1, d_head=1, d_vocab=3, n_ctx=2, unembed_bias=True)
    with pytest.raises(PolyheadError, match="takes at most 7"):
        make()(torch.zeros(1, 8, dtype=torch.int64))
