"""Toy worlds by the hundred: model-steps a second of ensembles beside the plain one-model loop, on one thread.

    python benchmarks/bench_toy.py [--threads 1] [--rounds 3] [--steps 60] [--whole]

One row a world and form, timed in alternation in one process beside a GEMM peak, so that ratios hold on a machine whose
speed moves. Times are processor seconds: those of one core with one thread, whatever else runs. A model-step is one
optimizer step of one model, data included. `--whole` trains the 512-model grid of the pairs world to its end instead of
stating its time from a few steps.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from polyhead.core.protocols import Batch
from polyhead.core.rng import generator
from polyhead.models.toy.attention import ToyAttention, ToyAttentionConfig
from polyhead.models.toy.attention_bag import bag_loss
from polyhead.models.toy.attention_counts_fused import fused_counts_loss, last_rows
from polyhead.models.toy.autoencoder import AutoencoderConfig, ToyAutoencoder, autoencoder_loss
from polyhead.studies.addition.models import AdditionStudyConfig
from polyhead.tasks import addition, pairs, superposition
from polyhead.training.ensemble import Ensemble, EnsembleConfig, Loss, fit_ensemble, vmap_loss

WORLD = pairs.PairsConfig(n_noise=7)
GRID = [(2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (1, 1), (1, 4), (1, 5)]
"""(heads, d_head)."""
N_SEEDS, N_STEPS, BATCH = 64, 2000, 256
ADDITION = AdditionStudyConfig()
AIM = {"ratio": 20.0, "grid seconds": 120.0, "feature grid seconds": 180.0}


def pair_model(n_heads: int, d_head: int, seed: int) -> ToyAttention:
    cfg = ToyAttentionConfig(n_heads=n_heads, d_head=d_head, d_vocab=WORLD.d_vocab, n_ctx=WORLD.n_ctx)
    return ToyAttention(cfg, generator=generator(seed, "model", n_heads, d_head))


def pair_batches(n_models: int, *, counts: bool) -> Callable[[int], Batch]:
    phi = pairs.injections(WORLD, generator(0, "phi"), n_models)

    def batch(step: int) -> Batch:
        made = pairs.sample(WORLD, generator(0, "batch", step), BATCH, phi)
        return last_rows(made["tokens"], made["targets"], d_vocab=WORLD.d_vocab) if counts else made

    return batch


def pairs_plain_loop(n_steps: int) -> float:
    """One model of two heads, d_head 5, with torch's own AdamW: seconds."""
    model, batches = pair_model(2, 5, 0), pair_batches(1, counts=False)
    adam = torch.optim.AdamW(model.parameters(), lr=1e-2, betas=(0.9, 0.99), weight_decay=0.0)

    def step(i: int) -> None:
        batch = batches(i)
        adam.zero_grad(set_to_none=True)
        torch.stack(list(model.loss({**batch, "targets": batch["targets"][0]}).values())).sum().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()

    return seconds(lambda: [step(i) for i in range(n_steps)])


def pairs_ensemble(cells: list[tuple[int, int]], n_seeds: int, *, counts: bool) -> Callable[[int], float]:
    """A grid of cells times seeds as one program: number of steps to seconds."""

    def run(n_steps: int) -> float:
        ensemble = Ensemble.of([pair_model(h, d, seed) for h, d in cells for seed in range(n_seeds)])
        template = pair_model(2, 5, 0)
        loss: Loss = fused_counts_loss(template.toy) if counts else vmap_loss(template, per_model=("targets",))
        batches, cfg = pair_batches(len(ensemble), counts=counts), EnsembleConfig(n_steps=n_steps, clip=1.0)
        return seconds(lambda: fit_ensemble(ensemble, loss, batches, cfg))

    return run


def pairs_rows() -> dict[str, tuple[int, float, Callable[[int], float]]]:
    """Row name -> (models, steps relative to --steps, steps to seconds)."""
    return {
        "plain loop, 1 model": (1, 4, pairs_plain_loop),
        "vmap, 64 models": (64, 1, pairs_ensemble([(2, 5)], 64, counts=False)),
        "counts, 64 models": (64, 4, pairs_ensemble([(2, 5)], 64, counts=True)),
        "counts, 512 models, 8 cells": (512, 1, pairs_ensemble(GRID, N_SEEDS, counts=True)),
    }


def bench_pairs(args: argparse.Namespace) -> None:
    print(f"pairs world: batch {BATCH}, context {WORLD.n_ctx}, {WORLD.d_vocab} tokens; two heads of d_head 5 or a grid")
    rates = print_rates(pairs_rows(), args)
    plain = statistics.median(rates["plain loop, 1 model"])
    n_models = len(GRID) * N_SEEDS
    rate = statistics.median(rates["counts, 512 models, 8 cells"])
    print(f"512-model grid against the plain loop: {rate / plain:.0f} x (aim >= {AIM['ratio']:.0f})")
    if args.whole:
        took, how = pairs_ensemble(GRID, N_SEEDS, counts=True)(N_STEPS), "measured whole"
    else:
        took, how = n_models * N_STEPS / rate, f"stated from {args.rounds} x {args.steps} steps"
    print(f"512-model grid, {N_STEPS:,} steps: {took:.0f} s, {how} (aim <= {AIM['grid seconds']:.0f} s)")


def print_rates(
    rows: dict[str, tuple[int, float, Callable[[int], float]]], args: argparse.Namespace
) -> dict[str, list]:
    """Time all rows in alternation and print model-steps a second; the first row is the plain loop."""
    rates: dict[str, list[float]] = {name: [] for name in rows}
    for _, _, run in rows.values():
        run(3)  # warm-up
    for _ in range(args.rounds):
        for name, (n_models, factor, run) in rows.items():
            n_steps = max(1, round(factor * args.steps))
            rates[name].append(n_models * n_steps / run(n_steps))
    plain = statistics.median(next(iter(rates.values())))
    print(f"{'row':<30}{'model-steps/s':>14}{'range':>18}{'x plain':>9}")
    for name, found in rates.items():
        rate = statistics.median(found)
        print(f"{name:<30}{rate:>14,.0f}{f'{min(found):,.0f}-{max(found):,.0f}':>18}{rate / plain:>9.1f}")
    return rates


def adder(seed: int) -> ToyAttention:
    return ToyAttention(ADDITION.toy, generator=generator(seed, "addition"))


def sums(step: int) -> Batch:
    return addition.sample(ADDITION.world, generator(0, "sums", step), ADDITION.batch_size)


def addition_plain_loop(n_steps: int) -> float:
    """One model of 32 heads of width 2, with torch's own AdamW: seconds."""
    model = adder(0)
    adam = torch.optim.AdamW(model.parameters(), lr=ADDITION.lr, betas=(0.9, 0.95), weight_decay=0.0)

    def step(i: int) -> None:
        adam.zero_grad(set_to_none=True)
        torch.stack(list(model.loss(sums(i)).values())).sum().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()

    return seconds(lambda: [step(i) for i in range(n_steps)])


def addition_ensemble(n_models: int) -> Callable[[int], float]:
    def run(n_steps: int) -> float:
        ensemble = Ensemble.of([adder(seed) for seed in range(n_models)])
        cfg = EnsembleConfig(n_steps=n_steps, lr=ADDITION.lr, betas=(0.9, 0.95), clip=1.0)
        return seconds(lambda: fit_ensemble(ensemble, bag_loss(ADDITION.toy, ADDITION.layout), sums, cfg))

    return run


def bench_addition(args: argparse.Namespace) -> None:
    """What a run costs; what accuracy it reaches is in the record of the study addition-32x2."""
    print(f"six-digit addition: 32 heads of width 2, d_model 128, batch {ADDITION.batch_size}")
    rows: dict[str, tuple[int, float, Callable[[int], float]]] = {
        "plain loop, 1 model": (1, 0.25, addition_plain_loop),
        "bag form, 1 model": (1, 1, addition_ensemble(1)),
        "bag form, 5 models": (5, 0.5, addition_ensemble(5)),
    }
    rates = print_rates(rows, args)
    for name, n_models in (("bag form, 1 model", 1), ("bag form, 5 models", 5)):
        rate = statistics.median(rates[name])
        epoch = ADDITION.world.n_train / ADDITION.batch_size / rate
        print(f"{name}: {epoch:.2f} s an epoch and model; {240 * rate / n_models:,.0f} steps of each in 4 minutes")


def autoencoders(n: int, m: int, n_models: int) -> list[ToyAutoencoder]:
    cfg = AutoencoderConfig(n_features=n, d_hidden=m)
    return [ToyAutoencoder(cfg, generator=generator(seed, "autoencoder")) for seed in range(n_models)]


def features(n: int, n_models: int) -> Callable[[int], Batch]:
    """Every model at a density of its own."""
    worlds = [
        superposition.SuperpositionConfig(n_features=n, density=0.05 + 0.9 * i / n_models) for i in range(n_models)
    ]
    return lambda step: superposition.sample_grid(worlds, generator(0, "features", step), BATCH)


def autoencoder_plain_loop(n: int, m: int) -> Callable[[int], float]:
    """One model with torch's own AdamW: seconds."""

    def run(n_steps: int) -> float:
        model, batches = autoencoders(n, m, 1)[0], features(n, 1)
        adam = torch.optim.AdamW(model.parameters(), lr=1e-2, betas=(0.9, 0.99), weight_decay=0.0)

        def step(i: int) -> None:
            batch = {key: value[0] for key, value in batches(i).items()}
            adam.zero_grad(set_to_none=True)
            torch.stack(list(model.loss(batch).values())).sum().backward()
            adam.step()

        return seconds(lambda: [step(i) for i in range(n_steps)])

    return run


def autoencoder_ensemble(n: int, m: int, n_models: int, *, fast: bool) -> Callable[[int], float]:
    def run(n_steps: int) -> float:
        models = autoencoders(n, m, n_models)
        loss = autoencoder_loss(models[0].toy) if fast else vmap_loss(models[0], per_model=("x", "importance"))
        cfg = EnsembleConfig(n_steps=n_steps)
        return seconds(lambda: fit_ensemble(Ensemble.of(models), loss, features(n, n_models), cfg))

    return run


def bench_features(args: argparse.Namespace) -> None:
    """Toy autoencoders; computation networks run through the same fast loss."""
    for n, m in ((5, 2), (20, 5)):
        print(f"toy autoencoders: {n} features on {m} units, batch {BATCH}")
        rows: dict[str, tuple[int, float, Callable[[int], float]]] = {
            "plain loop, 1 model": (1, 8, autoencoder_plain_loop(n, m)),
            "vmap, 256 models": (256, 0.5, autoencoder_ensemble(n, m, 256, fast=False)),
            "fast, 1,000 models": (1000, 0.5, autoencoder_ensemble(n, m, 1000, fast=True)),
        }
        rate = statistics.median(print_rates(rows, args)["fast, 1,000 models"])
        took, aim = 1000 * N_STEPS / rate, AIM["feature grid seconds"]
        print(f"1,000-model grid, {N_STEPS:,} steps: {took:.0f} s (aim <= {aim:.0f} s)")


def gemm_peak() -> float:
    a = torch.randn(2048, 2048)
    return 2 * 2048**3 / min(seconds(lambda: a @ a) for _ in range(4)) / 1e9


def seconds(step: Callable[[], object]) -> float:
    """Of processor time."""
    start = time.process_time()
    step()
    return time.process_time() - start


BENCHES: list[Callable[[argparse.Namespace], None]] = [bench_pairs, bench_addition, bench_features]
"""One function a world; each prints its own table and aims."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--whole", action="store_true", help="train grids to their end")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    print(f"torch {torch.__version__}, {args.threads} thread(s); model-steps include data and optimizer")
    for bench in BENCHES:
        print(f"\nGEMM peak just before: {gemm_peak():.0f} GF/s")
        bench(args)
    print(f"GEMM peak just after: {gemm_peak():.0f} GF/s")


if __name__ == "__main__":
    main()
