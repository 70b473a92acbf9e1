"""What a multitoken transcoder must do in every one of its forms (test_methods.py: what every method must do)."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn

from polyhead.core.rng import generator
from polyhead.dictionaries import METHODS, MTC, JumpReLU, MTCConfig, ReLU, TopK, load_dictionary, save_dictionary
from polyhead.dictionaries.mtc_init import initialize
from polyhead.ops.schedules import Schedule
from polyhead.training.adam import AdamConfig, build_adam
from polyhead.training.loop import fit

B, P, H, D_IN, D_OUT, N = 2, 7, 3, 5, 11, 23
"""No two axes are alike, so that a swapped axis fails."""

ACTIVATIONS = {
    "topk": TopK(k=4),
    "relu": ReLU(l1=0.1, negative=0.01, warmup_steps=5),
    "jumprelu": JumpReLU(sparsity=0.1, negative=0.01, threshold=0.3, width=0.5),
}
LOADINGS = ("free", "top1", "top1_argmax")


class Case(NamedTuple):
    """A config, and the width of the target it is for (narrower, or as wide as the input: a residual stream)."""

    kind: str
    cfg: Any


def _mtc_cases() -> list[Any]:
    cases = []
    for name, activation in ACTIVATIONS.items():
        for loadings in LOADINGS:
            cfg = MTCConfig(d_in=D_IN, d_out=D_OUT, n_heads=H, n_latents=N, activation=activation, loadings=loadings)
            cases.append(pytest.param(Case("mtc", cfg), id=f"mtc-{name}-{loadings}-attn_out"))
    cfg = MTCConfig(d_in=D_IN, d_out=D_IN, n_heads=H, n_latents=N, activation=TopK(k=4), sign="nonnegative")
    cases.append(pytest.param(Case("mtc", cfg), id="mtc-topk-nonnegative-resid_post"))
    return cases


EXAMPLES = {"mtc": _mtc_cases}
CASES = [case for make in EXAMPLES.values() for case in make()]


def make_batch(cfg: Any, seed: int = 0) -> dict[str, Tensor]:
    """Random x, target and causal patterns; the first position of every sequence does not count."""
    g = generator(seed, "batch")
    scores = torch.randn(B, H, P, P, generator=g).masked_fill(torch.ones(P, P).triu(1).bool(), -torch.inf)
    return {
        "x": 2.0 * torch.randn(B, P, cfg.d_in, generator=g),
        "target": 3.0 * torch.randn(B, P, cfg.d_out, generator=g) + 1.0,
        "pattern": scores.softmax(-1),
        "valid": torch.arange(P).expand(B, P) > 0,
    }


def make_dictionary(case: Case, seed: int = 0) -> Any:
    """A dictionary at the start of a run, its penalties half warmed up."""
    g = generator(seed, "dictionary")
    dictionary = METHODS[case.kind].module(case.cfg)  # type: ignore[call-arg]
    W_V, W_O = torch.randn(H, D_IN, 2, generator=g), torch.randn(H, 2, case.cfg.d_out, generator=g)
    identity = case.cfg.d_in == case.cfg.d_out
    batches = [make_batch(case.cfg, 1)]
    initialize(dictionary, W_V, W_O, batches, init="spread", identity=identity, generator=g)
    dictionary.n_steps.fill_(2)
    return dictionary


def optimizer_for(dictionary: Any) -> torch.optim.Optimizer:
    return build_adam(dictionary, AdamConfig(lr=1e-2), lr_factors=METHODS["mtc"].rates.factors)


def gradients(dictionary: Any, terms: dict[str, Tensor]) -> dict[str, Tensor]:
    dictionary.zero_grad()
    torch.stack(list(terms.values())).sum().backward()
    return {name: p.grad.clone() for name, p in dictionary.named_parameters()}


@pytest.mark.parametrize("case", CASES)
def test_shapes(case: Case):
    dictionary, batch = make_dictionary(case), make_batch(case.cfg)
    codes = dictionary.encode(batch["x"])
    assert dictionary.reconstruct(batch).shape == batch["target"].shape
    assert codes.values.shape == codes.indices.shape
    assert codes.values.shape[:2] == (B, P)
    assert codes.n_latents == N
    assert codes.indices.dtype == torch.int64
    assert all(term.shape == () for term in dictionary.loss(batch).values())


@pytest.mark.parametrize("case", CASES)
def test_reconstruction_is_decoded_from_the_moved_code(case: Case):
    dictionary, batch = make_dictionary(case), make_batch(case.cfg)
    out = dictionary(batch)
    by_parts = dictionary.decode(dictionary.moved(dictionary.encode(batch["x"]), batch["pattern"]))
    torch.testing.assert_close(out.reconstruction, by_parts, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(out.reconstruction, dictionary.reconstruct(batch))


@pytest.mark.parametrize("case", CASES)
def test_moving_some_latents_is_a_part_of_moving_all(case: Case):
    dictionary, batch = make_dictionary(case), make_batch(case.cfg)
    chosen = torch.tensor([17, 2, 5])
    f = dictionary.encode(batch["x"])
    some = dictionary.moved(f, batch["pattern"], chosen)
    torch.testing.assert_close(some, dictionary.moved(f, batch["pattern"])[..., chosen])


@pytest.mark.parametrize("case", CASES)
def test_encode_is_the_packed_form_of_the_plain_activations(case: Case):
    dictionary, batch = make_dictionary(case), make_batch(case.cfg)
    codes, f = dictionary.encode(batch["x"]), dictionary.activations(batch["x"])
    dense = torch.zeros_like(f).scatter_add(-1, codes.indices, codes.values)
    torch.testing.assert_close(dense, f)


@pytest.mark.parametrize("case", CASES)
def test_mse_is_the_squared_error_of_the_reconstruction_in_target_variances(case: Case):
    dictionary, batch = make_dictionary(case), make_batch(case.cfg)
    error = (dictionary.reconstruct(batch) - batch["target"])[batch["valid"]]
    expected = error.square().mean() / dictionary.target_scale.square()
    torch.testing.assert_close(dictionary.loss(batch)["mse"], expected)


@pytest.mark.parametrize("case", CASES)
def test_positions_that_are_not_valid_do_not_count(case: Case):
    dictionary, batch = make_dictionary(case), make_batch(case.cfg)
    changed = {**batch, "target": batch["target"] + 1e3 * ~batch["valid"][..., None]}
    for name, term in dictionary.loss(batch).items():
        torch.testing.assert_close(term, dictionary.loss(changed)[name])


@pytest.mark.parametrize("case", CASES)
def test_a_gradient_reaches_every_parameter(case: Case):
    dictionary = make_dictionary(case)
    for name, gradient in gradients(dictionary, dictionary.loss(make_batch(case.cfg))).items():
        assert gradient.isfinite().all(), name
        assert gradient.abs().max() > 0, name


@pytest.mark.parametrize("case", CASES)
def test_the_differentiated_loss_is_the_sum_of_the_terms(case: Case):
    """A step along the gradient lowers the sum of the reported terms by lr |gradient|^2, to first order."""
    dictionary, batch = make_dictionary(case).double(), make_batch(case.cfg)
    batch = {role: t.double() if t.is_floating_point() else t for role, t in batch.items()}
    before = torch.stack(list(dictionary.loss(batch).values())).sum()
    found = gradients(dictionary, dictionary.loss(batch))
    found.pop("log_threshold", None)  # straight through: by design not the gradient of the loss
    if case.cfg.loadings == "top1_argmax":
        found.pop("loadings")
    with torch.no_grad():
        for name, p in dictionary.named_parameters():
            if name in found:
                p -= 1e-7 * found[name]
    after = torch.stack(list(dictionary.loss(batch).values())).sum()
    squared_norm = sum(g.square().sum() for g in found.values())
    torch.testing.assert_close((before - after).detach() / 1e-7, squared_norm, rtol=1e-4, atol=0.0)


@pytest.mark.parametrize("product", ["folded", "gathered", "auto"])
@pytest.mark.parametrize("case", CASES)
def test_every_product_has_the_plain_loss_and_gradients(case: Case, product: str):
    dictionary, batch = make_dictionary(case), make_batch(case.cfg)
    plain, fast = dictionary.loss(batch, product="plain"), dictionary.loss(batch, product=product)
    assert plain.keys() == fast.keys()
    for name in plain:
        torch.testing.assert_close(fast[name], plain[name], rtol=1e-5, atol=1e-6)
    expected, found = gradients(dictionary, plain), gradients(dictionary, fast)
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-4, atol=1e-5 * gradient.abs().max().item(), msg=name)


@pytest.mark.parametrize("case", CASES)
def test_constraints_hold_after_the_step(case: Case):
    dictionary = make_dictionary(case)
    optimizer = optimizer_for(dictionary)
    for seed in range(3):
        gradients(dictionary, dictionary.loss(make_batch(case.cfg, seed)))
        optimizer.step()
        dictionary.project()
    ones = torch.ones(N)
    torch.testing.assert_close(dictionary.W_dec.detach().norm(dim=-1), ones)
    torch.testing.assert_close(dictionary.loadings.detach().norm(dim=-1), ones)
    if case.cfg.sign == "nonnegative":
        assert (dictionary.loadings >= 0).all()
    if case.cfg.loadings != "free":
        torch.testing.assert_close(dictionary.effective_heads(), ones)


@pytest.mark.parametrize("case", CASES)
def test_a_saved_dictionary_loads_to_the_same_output(case: Case, tmp_path: Path):
    dictionary, batch = make_dictionary(case), make_batch(case.cfg)
    save_dictionary(dictionary, tmp_path / "saved", {"layer": 3})
    loaded = load_dictionary(tmp_path / "saved")
    assert loaded.cfg == dictionary.cfg
    assert torch.equal(loaded.reconstruct(batch), dictionary.reconstruct(batch))
    assert all(torch.equal(t, loaded.state_dict()[name]) for name, t in dictionary.state_dict().items())


class _Losses(nn.Module):
    def __init__(self, dictionary: nn.Module) -> None:
        super().__init__()
        self.dictionary = dictionary

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        return torch.stack(list(self.dictionary.loss(batch, product="plain").values()))  # type: ignore[operator]


@pytest.mark.parametrize("case", CASES)
def test_vmap_over_stacked_parameters_is_the_loop(case: Case):
    several = [_Losses(make_dictionary(case, seed)) for seed in range(3)]
    batch = make_batch(case.cfg)
    params, buffers = torch.func.stack_module_state(several)  # type: ignore[arg-type]

    def total(p: dict[str, Tensor], b: dict[str, Tensor]) -> Tensor:
        return torch.func.functional_call(several[0], (p, b), (batch,)).sum()

    grads, values = torch.func.vmap(torch.func.grad_and_value(total))(params, buffers)
    for i, one in enumerate(several):
        loss = one(batch).sum()
        torch.testing.assert_close(values[i], loss)
        for name, g in zip(dict(one.named_parameters()), torch.autograd.grad(loss, list(one.parameters()))):
            torch.testing.assert_close(grads[name][i], g, rtol=1e-4, atol=1e-5)


class _Source:
    tokens_per_batch = B * P

    def __init__(self, cfg: Any) -> None:
        self.cfg = cfg

    def batch(self, step: int) -> dict[str, Tensor]:
        return make_batch(self.cfg, step)


@pytest.mark.parametrize("case", CASES)
def test_a_resumed_run_ends_in_the_same_bits(case: Case, tmp_path: Path):
    def run(folder: Path, stop_at: int | None) -> dict[str, Tensor]:
        def stop(step: int, *_: Any) -> None:
            if step == stop_at:
                raise KeyboardInterrupt

        dictionary = make_dictionary(case)
        fit(
            dictionary,
            _Source(case.cfg),
            [optimizer_for(dictionary)],
            n_steps=9,
            schedule=Schedule(warmup_steps=2),
            run_dir=folder,
            checkpoint_every=3,
            callbacks=[stop],
        )
        return dictionary.state_dict()

    whole = run(tmp_path / "whole", None)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", 5)
    resumed = run(tmp_path / "cut", None)
    assert all(torch.equal(t, resumed[name]) for name, t in whole.items())


def test_mtc_is_what_the_registry_builds():
    assert (METHODS["mtc"].config, METHODS["mtc"].module) == (MTCConfig, MTC)
