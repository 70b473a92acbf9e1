"""All-but-one maps, circuit matrix, head worth, Fourier energy and carry chains, on planted heads."""

import math

import pytest
import torch

from polyhead.analysis.head_ablation import replacements, with_only_each_head, without_all_heads
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.models.toy.attention import ToyAttention
from polyhead.models.toy.attention_config import ToyAttentionConfig
from polyhead.studies.addition.all_but_one import antidiagonal_share, head_logits, pair_maps
from polyhead.studies.addition.carry_chains import chain_accuracy, places_proven
from polyhead.studies.addition.circuit_matrix import circuit_matrix, nmf_patterns, rank_of, set_overlap, shuffled_rows
from polyhead.studies.addition.digit_fourier import fourier_energy
from polyhead.studies.addition.head_shapley import head_worth
from polyhead.tasks.addition import AdditionConfig, add, as_batch, digit_pairs, draw_prompts, read_position

WORLD = AdditionConfig(n_digits=2, base=5, n_train=5, n_test=5)
TOY = ToyAttentionConfig(
    n_heads=3,
    d_head=2,
    d_vocab=WORLD.d_vocab,
    d_vocab_out=WORLD.base,
    n_ctx=WORLD.n_ctx,
    d_model=13,
    positions=True,
    qkv_bias=True,
    output_bias=True,
    unembed_bias=True,
)


def toy_model() -> ToyAttention:
    model = ToyAttention(TOY, generator=generator(0, "maps"))
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.2 * torch.randn(p.shape, generator=generator(1, "maps", str(tuple(p.shape)))))
    return model


def test_all_but_one_is_the_model_with_the_values_of_the_others_at_zero() -> None:
    model = toy_model()
    batch = as_batch(WORLD, digit_pairs(WORLD), "published")
    position = read_position(WORLD, "published")
    parts = head_logits(model, batch["tokens"], position)
    alone = with_only_each_head(parts.heads, parts.rest, replacements(parts.heads, "zero"))

    def only_head_1(v: torch.Tensor) -> torch.Tensor:
        kept = torch.zeros_like(v)
        kept[:, :, 1] = v[:, :, 1]
        return kept

    hooked = model.run_with_hooks(batch["tokens"], {site(0, "attn.hook_v"): only_head_1})[:, position]
    assert torch.allclose(alone[1], hooked, atol=1e-4)


def test_the_baseline_without_heads_is_constant_along_antidiagonals_in_any_model() -> None:
    parts = head_logits(toy_model(), as_batch(WORLD, digit_pairs(WORLD))["tokens"], WORLD.n_prompt)
    baseline = pair_maps(without_all_heads(parts.rest, torch.zeros_like(parts.heads)), WORLD.base)
    alone = pair_maps(parts.rest + parts.heads, WORLD.base)
    assert float(antidiagonal_share(baseline)) == pytest.approx(1)
    assert float(antidiagonal_share(alone).min()) < 0.95


def test_a_map_shows_the_logit_of_the_right_digit() -> None:
    logits = torch.arange(125.0).view(25, 5)
    maps = pair_maps(logits, 5)
    assert float(maps[3, 4]) == logits[19, 2]
    assert float(maps[1, 2]) == logits[7, 3]


def test_contributions_are_centred_over_classes() -> None:
    heads = torch.randn(2, 3, 4, 5, generator=generator(0, "centred"))
    right = torch.tensor([1, 0, 4, 2])
    matrix = circuit_matrix(heads, right)
    assert torch.allclose(matrix, circuit_matrix(heads + 7, right), atol=1e-5)
    assert float(matrix[1, 2, 3]) == pytest.approx(float(heads[1, 2, 3, 2] - heads[1, 2, 3].mean()), abs=1e-6)


def test_rank_finds_planted_patterns_and_shuffling_destroys_them() -> None:
    g = generator(0, "rank")
    matrix = torch.rand(12, 3, generator=g) @ torch.rand(3, 40, generator=g)
    ours, shuffled = rank_of(matrix, (2, 3)), rank_of(shuffled_rows(matrix, g), (2, 3))
    assert ours.singular_99 <= 3 < shuffled.singular_99
    assert ours.nmf_errors[1] < 0.02 < ours.nmf_errors[0]
    assert shuffled.nmf_errors[1] > 0.05
    assert torch.equal(shuffled_rows(matrix, g).sort(1).values, matrix.sort(1).values)
    heads, circuits = nmf_patterns(matrix, 3)
    assert heads.shape == (12, 3)
    assert circuits.mean(1).tolist() == pytest.approx([1, 1, 1])


def test_overlap_tells_circuits_from_contexts() -> None:
    """Every circuit has two heads of its own, in every context."""
    matrix = torch.zeros(4, 6, 3)
    for circuit in range(3):
        matrix[:, 2 * circuit : 2 * circuit + 2, circuit] = torch.tensor([1.0, -2.0])
    assert set_overlap(matrix, 2) == (0, 1)


def test_shapley_values_sum_to_the_whole_and_equal_heads_are_worth_the_same() -> None:
    heads = torch.randn(5, 30, 4, generator=generator(0, "worth"))
    heads[3] = heads[1]
    right = torch.randint(0, 4, (30,), generator=generator(1, "worth"))
    worth = head_worth(heads, torch.zeros(30, 4), right, n_pairs=300, generator=generator(2, "worth"))
    assert float(worth.shapley.sum()) == pytest.approx(worth.whole, abs=1e-5)
    assert abs(float(worth.shapley[3] - worth.shapley[1])) < 5 * float(worth.shapley_error.max())


def test_a_single_head_is_worth_the_same_in_every_way() -> None:
    heads = torch.randn(1, 30, 4, generator=generator(0, "one"))
    right = torch.zeros(30, dtype=torch.int64)
    worth = head_worth(heads, torch.zeros(30, 4), right, n_pairs=2, generator=generator(2, "one"))
    assert float(worth.only_one) == pytest.approx(float(worth.leave_one_out), abs=1e-6)
    assert float(worth.shapley) == pytest.approx(worth.whole, abs=1e-6)


@pytest.mark.parametrize("frequency", [1, 2, 5])
def test_fourier_energy_finds_a_planted_code(frequency: int) -> None:
    pair = torch.arange(100)
    a, b = pair // 10, pair % 10
    turn = 2 * math.pi * frequency / 10
    classes = torch.randn(10, generator=generator(0, "fourier"))
    classes = classes - classes.mean()
    for planted, kind in ((a * turn, "alone"), (b * turn, "alone"), ((a + b) * turn, "sum"), ((a - b) * turn, "mixed")):
        energy = fourier_energy(planted.cos()[:, None] * classes, 10)
        share = getattr(energy, kind) / energy.total
        if kind == "mixed" and frequency == 5:  # a - b and a + b are the same thing there
            continue
        assert float(share[frequency - 1]) == pytest.approx(1, abs=1e-6)


def test_fourier_energies_add_up() -> None:
    logits = torch.randn(3, 100, 10, generator=generator(0, "parseval"))
    centred = logits - logits.mean(-1, keepdim=True)
    centred = centred - centred.mean(1, keepdim=True)
    whole = centred.square().sum(-1).mean(1)
    energy = fourier_energy(logits, 10)
    assert energy.total.tolist() == pytest.approx(whole.tolist(), rel=1e-5)
    assert energy.kind_shares().sum(-1).tolist() == pytest.approx([1, 1, 1])


@pytest.mark.parametrize("window", [0, 1, 2])
def test_a_rule_with_a_window_has_a_step_at_its_window(window: int) -> None:
    cfg = AdditionConfig()
    prompts = draw_prompts(cfg, generator(0, "chains"), 30_000)
    sums = add(cfg, prompts)
    blind = sums.open_chain & (sums.chain >= window)
    right = ~(blind & (sums.carry == 1))
    found = chain_accuracy(right[None], sums)
    for c in range(4):
        with_carry, without = float(found.by_chain_with_carry[0, c]), float(found.by_chain_without_carry[0, c])
        assert (with_carry, without) == ((1, 1) if c < window else (0, 1))
    assert places_proven(found).tolist() == [window]
    assert float(found.closed) == 1
    assert float(found.per_digit) == pytest.approx(float(right.double().mean()))
    assert float(found.by_place[0, 0]) == 1
