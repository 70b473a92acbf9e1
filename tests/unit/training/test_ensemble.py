"""An ensemble is a loop over models: the same numbers, also after a stop, and beside a model that breaks."""

import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.core.stopping import Stopped
from polyhead.models.toy.attention import ToyAttention, ToyAttentionConfig
from polyhead.ops.schedules import Schedule, rate_factor
from polyhead.training.ensemble import Ensemble, EnsembleConfig, Trained, fit_ensemble, vmap_loss

D_VOCAB, N_CTX, N_STEPS = 7, 5, 24
CELLS = [(1, 3, True), (2, 1, False), (3, 2, True), (1, 1, False)]
"""(heads, d_head, bias): no cell is as large as the padded shapes."""
CFG = EnsembleConfig(
    n_steps=N_STEPS,
    schedule=Schedule(warmup_steps=5, decay_fraction=0.5, decay="cosine"),
    checkpoint_every=10,
    log_every=4,
)
LR = torch.tensor([1e-2, 3e-2, 5e-3, 2e-2], dtype=torch.float64)
DECAY = torch.tensor([0.0, 0.1, 0.01, 0.3], dtype=torch.float64)
CLIP = torch.tensor([0.05, 1e9, 0.5, 0.2], dtype=torch.float64)


def model(n_heads: int, d_head: int, bias: bool, seed: int = 0) -> ToyAttention:
    cfg = ToyAttentionConfig(
        n_heads=n_heads, d_head=d_head, d_vocab=D_VOCAB, n_ctx=N_CTX, output_bias=bias, qkv_bias=bias
    )
    return ToyAttention(cfg, generator=generator(seed, "model", n_heads, d_head)).double()


def models() -> list[ToyAttention]:
    return [model(*cell) for cell in CELLS]


def plain_loss() -> Callable[[Mapping[str, Tensor], Mapping[str, Tensor]], Tensor]:
    return vmap_loss(model(3, 3, True), per_model=("targets",))


def batches(step: int) -> dict[str, Tensor]:
    g = generator(0, "batch", step)
    return {
        "tokens": torch.randint(D_VOCAB, (11, N_CTX), generator=g),
        "targets": torch.randint(D_VOCAB, (len(CELLS), 11), generator=g),
    }


def fit(run_dir: Path | None = None, cfg: EnsembleConfig = CFG, **changes: Any) -> Trained:
    options = {"lr": LR, "weight_decay": DECAY, "clip": CLIP, "snapshots": (0, 7, N_STEPS), "batches": batches}
    options |= {"loss": plain_loss(), **changes}
    loss, source = options.pop("loss"), options.pop("batches")
    return fit_ensemble(Ensemble.of(models()), loss, source, cfg, run_dir=run_dir, **options)


def trained_alone(i: int) -> tuple[nn.Module, list[float]]:
    """One model with torch's own AdamW and clipping; its losses."""
    module, losses = models()[i], []
    adam = torch.optim.AdamW(module.parameters(), lr=0.0, betas=CFG.betas, eps=CFG.eps, weight_decay=float(DECAY[i]))
    for step in range(N_STEPS):
        batch = batches(step)
        adam.param_groups[0]["lr"] = float(LR[i]) * rate_factor(CFG.schedule, step, N_STEPS)
        adam.zero_grad()
        loss = torch.stack(list(module.loss({**batch, "targets": batch["targets"][i]}).values())).sum()
        loss.backward()
        nn.utils.clip_grad_norm_(module.parameters(), float(CLIP[i]))
        adam.step()
        losses.append(loss.item())
    return module, losses


def test_an_ensemble_is_the_loop_over_its_models():
    trained = fit()
    assert trained.healthy == [0, 1, 2, 3]
    for i in range(len(CELLS)):
        alone, losses = trained_alone(i)
        assert_close(dict(trained.ensemble.member(i).named_parameters()), dict(alone.named_parameters()))
        assert_close(trained.losses[:, i].tolist(), [losses[step - 1] for step in trained.logged_steps])


def test_padded_entries_stay_exactly_zero_and_the_rest_moves():
    trained, start = fit(), Ensemble.of(models())
    assert start.mask is not None
    moved = trained.ensemble.flat != start.flat
    assert not bool((trained.ensemble.flat[start.mask == 0] != 0).any())
    assert bool(moved.any(1).all())
    assert not bool(moved[start.mask == 0].any())


def test_a_member_is_a_module_of_its_own_size_and_a_copy():
    trained = fit()
    before, after = trained.ensemble.member(2, trained.snapshots[0]), trained.ensemble.member(2)
    assert before.attn.W_Q.shape == (3, D_VOCAB, 2)
    assert_close(dict(before.named_parameters()), dict(model(*CELLS[2]).named_parameters()), rtol=0, atol=0)
    assert not torch.equal(before.attn.W_Q, after.attn.W_Q)


def test_snapshots_are_of_the_steps_asked_for():
    trained = fit()
    assert list(trained.snapshots) == [0, 7, N_STEPS]
    assert torch.equal(trained.snapshots[0], Ensemble.of(models()).flat)
    assert torch.equal(trained.snapshots[N_STEPS], trained.ensemble.flat)


def same(one: Trained, other: Trained) -> bool:
    pairs = [(one.ensemble.flat, other.ensemble.flat), (one.losses.nan_to_num(-1), other.losses.nan_to_num(-1))]
    pairs += [(one.diverged_at, other.diverged_at)]
    pairs += [(one.snapshots[k], other.snapshots[k]) for k in one.snapshots]
    return one.logged_steps == other.logged_steps and all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("stop_at", [6, 9, 17])
def test_a_stopped_run_goes_on_bit_for_bit(tmp_path: Path, stop_at: int):
    def interrupted(step: int) -> dict[str, Tensor]:
        if step == stop_at:
            signal.raise_signal(signal.SIGTERM)
        return batches(step)

    with pytest.raises(Stopped, match=rf"stopped by SIGTERM after step {stop_at + 1} of {N_STEPS}.*same command again"):
        fit(tmp_path, batches=interrupted)
    assert same(fit(tmp_path), fit())
    assert same(fit(tmp_path), fit())  # a finished run is read back whole


def test_a_stop_without_a_run_folder_is_obeyed_too():
    def interrupted(step: int) -> dict[str, Tensor]:
        if step == 3:
            signal.raise_signal(signal.SIGINT)
        return batches(step)

    with pytest.raises(Stopped, match="stopped by Ctrl-C after step 4 of 24; nothing is kept"):
        fit(batches=interrupted)


def test_a_killed_run_goes_on_from_its_last_checkpoint(tmp_path: Path):
    def killed(step: int) -> dict[str, Tensor]:
        if step == 13:
            raise KeyboardInterrupt  # no checkpoint is written on the way out
        return batches(step)

    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, batches=killed)
    assert same(fit(tmp_path), fit())


@pytest.mark.parametrize("broken", ["loss", "gradient"])
def test_a_model_that_diverges_is_stopped_and_reported_and_changes_no_other(tmp_path: Path, broken: str):
    plain = plain_loss()

    def poisoned(tensors: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> Tensor:
        values = plain(tensors, batch)
        if "poison" not in batch:
            return values
        if broken == "loss":
            return torch.where(torch.arange(4) == 1, torch.nan, values)
        root = (tensors["attn.W_Q"][1].sum() * 0.0).sqrt()  # value 0, gradient not finite
        return values + root * (torch.arange(4) == 1)

    def source(step: int) -> dict[str, Tensor]:
        return {**batches(step), **({"poison": torch.ones(())} if step == 7 else {})}

    sick, well = fit(tmp_path, loss=poisoned, batches=source), fit()
    assert sick.diverged_at.tolist() == [-1, 7, -1, -1]
    assert sick.healthy == [0, 2, 3]
    assert torch.equal(sick.ensemble.flat[sick.healthy], well.ensemble.flat[sick.healthy])
    assert torch.equal(sick.ensemble.flat[1], well.snapshots[7][1])
    assert same(fit(tmp_path, loss=poisoned, batches=source), sick)


def test_too_high_a_rate_ends_in_a_report_and_finite_numbers():
    lr = torch.tensor([1e-2, 1e200, 1e-2, 1e-2], dtype=torch.float64)
    trained = fit(lr=lr, weight_decay=None, clip=None)
    assert trained.healthy == [0, 2, 3]
    assert bool(trained.ensemble.flat.isfinite().all())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"config": {"seed": 1}}, "seed is None there and 1 here"),
        ({"cfg": CFG.replace(lr=0.5)}, "ensemble.lr is 0.01 there and 0.5 here"),
        ({"lr": 2 * LR}, "lr of each model is "),
        ({"snapshots": (3,)}, r"snapshots is \[0, 7, 24\] there and \[3\] here"),
    ],
)
def test_a_run_folder_of_another_config_is_refused_in_one_line(tmp_path: Path, changes: dict[str, Any], said: str):
    fit(tmp_path)
    with pytest.raises(PolyheadError, match=f"holds a run with other settings: {said}") as caught:
        fit(tmp_path, **changes)
    assert "\n" not in str(caught.value)


def test_impossible_ensembles_are_refused():
    with pytest.raises(PolyheadError, match="at least one model"):
        Ensemble.of([])
    flat, deep = nn.Module(), nn.Module()
    flat.W, deep.W = nn.Parameter(torch.zeros(3)), nn.Parameter(torch.zeros(3, 2))
    with pytest.raises(PolyheadError, match="'W' has different numbers of axes"):
        Ensemble.of([flat, deep])
    deep.W = nn.Parameter(torch.zeros(2))
    deep.register_buffer("scale", torch.ones(2))
    with pytest.raises(PolyheadError, match="buffers of the same shapes"):
        Ensemble.of([flat, deep])
    with pytest.raises(PolyheadError, match="for 4 models; 3 received"):
        fit(lr=LR[:3], weight_decay=None, clip=None)


def test_batches_shared_by_all_models_need_no_model_axis():
    shared = batches(0)
    batch = {**shared, "targets": shared["targets"][0]}
    tensors = Ensemble.of(models()).tensors()
    expected = [m.loss(batch)["cross_entropy"] for m in models()]
    assert_close(vmap_loss(model(3, 3, True))(tensors, batch), torch.stack(expected))


def test_constraints_are_restored_after_each_step():
    def project(tensors: Mapping[str, Tensor]) -> None:
        tensors["attn.W_O"].clamp_(min=0.0)

    free = fit_ensemble(Ensemble.of(models()), plain_loss(), batches, CFG)
    bound = fit_ensemble(Ensemble.of(models()), plain_loss(), batches, CFG, project=project, snapshots=(1,))
    assert free.ensemble.tensors()["attn.W_O"].min() < 0
    for flat in (bound.ensemble.flat, bound.snapshots[1]):
        assert bound.ensemble.tensors(flat)["attn.W_O"].min() == 0


def test_a_template_pads_what_no_member_has_in_full():
    template, ragged = model(3, 3, True), [model(3, 1, False), model(2, 3, True)]
    batch = {**batches(0), "targets": batches(0)["targets"][:2]}
    with pytest.raises(PolyheadError, match=r"'attn.b_Q': the template has \[3, 3\], the ensemble \[2, 3\]; give the"):
        plain_loss()(Ensemble.of(ragged).tensors(), batch)
    values = plain_loss()(Ensemble.of(ragged, template=template).tensors(), batch)
    for i, m in enumerate(ragged):
        assert_close(values[i], m.loss({**batch, "targets": batch["targets"][i]})["cross_entropy"])
