"""What a training step of a sparse autoencoder costs: ours beside SAELens' `SAETrainer`, both with Adam and all.

    sh benchmarks/install_peers.sh saelens          # once: the peer in an environment of its own
    python benchmarks/bench_sae.py [--threads 1] [--rounds 5] [--size 256x8192 ...] [--default-allocator]

Every row is a process of its own with the same threads and allocator setting; blocks of steps are timed in turn, row
after row, between two measurements of the GEMM peak, so that ratios hold on a machine whose speed moves.
Ours: loss, backward, clipping, fused Adam, unit decoder rows, and a look at which latents fire every 10 steps. Theirs:
`SAETrainer.step` with the package's defaults. One batch of random tokens; ReLU with L0 latents a token (theirs does not
depend on it), and once with half of all latents on, where ours is dense too. `ours, dense` is our plain form: a torch
SAE that scatters its code into a matrix, for where the peer is not installed.
Peak memory: VmHWM of the row's process, and what it grew by after imports.
"""

import argparse
import ctypes
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

TOKENS, K, L0, LR, BLOCK = 2048, 32, 64, 3e-4, 10
PEER = Path(__file__).resolve().parents[1] / ".venv-peers-saelens" / "bin" / "python"
ROWS = {
    "topk ours": False,
    "topk ours, dense": False,
    "topk sae_lens": True,
    "relu ours": False,
    "relu ours, half on": False,
    "relu sae_lens": True,
}
"""Row -> whether it runs in the peer's environment."""
AIM = {"topk": 3.5, "relu": 1.5}


def tune_allocator() -> None:
    """Keep freed memory in the process (glibc M_MMAP_THRESHOLD, M_TRIM_THRESHOLD), else big temporaries fault anew."""
    libc = ctypes.CDLL(None)
    libc.mallopt(-3, 2**31 - 1)
    libc.mallopt(-1, 2**31 - 1)


def tokens(d: int) -> torch.Tensor:
    return torch.randn(TOKENS, d, generator=torch.Generator().manual_seed(0))


def ours(row: str, d: int, n: int) -> Callable[[], None]:
    from polyhead.core.rng import generator
    from polyhead.dictionaries.activation import ReLU, TopK
    from polyhead.dictionaries.sae import SAE, SAEConfig
    from polyhead.dictionaries.sae_init import initialize
    from polyhead.training.adam import AdamConfig, build_adam
    from polyhead.training.firing import FiringCounts
    from polyhead.training.loop import train_step

    x = tokens(d).unflatten(0, (8, -1))
    batch = {"x": x, "target": x, "valid": torch.ones(x.shape[:2], dtype=torch.bool)}
    sae = SAE(SAEConfig(d_in=d, n_latents=n, activation=TopK(k=K) if row.startswith("topk") else ReLU()))
    initialize(sae, [batch], init="random", generator=generator(0, "bench"))
    if row.endswith("half on"):
        torch.nn.init.zeros_(sae.b_enc)
    adam, counts, done = build_adam(sae, AdamConfig(lr=LR)), FiringCounts(n), 0
    if row.endswith("dense"):
        loss = sae.loss
        sae.loss = lambda batch: loss(batch, product="plain")

    def step() -> None:
        nonlocal done
        done += 1
        train_step(sae, [adam], batch, clip=1.0)
        counts(done, sae, batch)

    return step


def sae_lens(row: str, d: int, n: int) -> Callable[[], None]:
    from sae_lens import SAETrainer, StandardTrainingSAE, StandardTrainingSAEConfig  # type: ignore[import-not-found]
    from sae_lens.config import SAETrainerConfig  # type: ignore[import-not-found]
    from sae_lens.saes.topk_sae import TopKTrainingSAE, TopKTrainingSAEConfig  # type: ignore[import-not-found]

    if row.startswith("topk"):
        sae = TopKTrainingSAE(TopKTrainingSAEConfig(d_in=d, d_sae=n, k=K))
    else:
        sae = StandardTrainingSAE(StandardTrainingSAEConfig(d_in=d, d_sae=n))
    cfg = SAETrainerConfig(total_training_samples=10**9, train_batch_size_samples=TOKENS, lr=LR, lr_end=LR)
    x = tokens(d)
    trainer = SAETrainer(cfg=cfg, sae=sae, data_provider=iter(lambda: x, None))

    def step() -> None:
        trainer.maybe_reset_sparsity()
        trainer.step(x)
        trainer.n_training_steps += 1

    return step


def worker(row: str, d: int, n: int) -> None:
    """A line in: a block of steps; a line out: seconds a step, of the clock and of the CPU. Last: peak and base MB."""
    make = sae_lens if ROWS[row] else ours
    with torch.no_grad():
        torch.randn(8, 8) @ torch.randn(8, 8)
    if ROWS[row]:
        import sae_lens as package  # type: ignore[import-not-found]

        version = f"sae_lens {package.__version__}, torch {torch.__version__}"
    else:
        import polyhead.dictionaries
        import polyhead.training.loop

        version = f"polyhead {polyhead.__version__}, torch {torch.__version__}"
    base = memory_mb("VmRSS")
    step = make(row, d, n)
    for _ in range(3):
        step()
    print("ready", version, flush=True)
    for line in sys.stdin:
        start = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            step()
        print((time.perf_counter() - start[0]) / int(line), (time.process_time() - start[1]) / int(line), flush=True)
    print(memory_mb("VmHWM"), base, flush=True)


def memory_mb(field: str) -> int:
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) // 1024


def gemm_peak() -> float:
    a, best = torch.randn(2048, 2048), float("inf")
    for _ in range(8):
        start = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - start)
    return 2 * 2048**3 / best / 1e9


class Row:
    """A worker process, asked for one block at a time."""

    def __init__(self, name: str, size: str, options: list[str], threads: int) -> None:
        python = str(PEER) if ROWS[name] else sys.executable
        self.name, self.times, self.cpu = name, list[float](), list[float]()
        self.process = subprocess.Popen(
            [python, __file__, "--worker", name, "--size", size, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads), "WANDB_MODE": "disabled", "HF_HUB_OFFLINE": "1"},
        )
        self.version = self._line().removeprefix("ready ")

    def block(self, steps: int) -> None:
        assert self.process.stdin is not None
        print(steps, file=self.process.stdin, flush=True)
        clock, cpu = map(float, self._line().split())
        self.times.append(clock)
        self.cpu.append(cpu)

    def close(self) -> tuple[int, int]:
        """Peak memory and growth over imports, MB."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        peak, base = map(int, self._line().split())
        self.process.wait()
        return peak, peak - base

    def _line(self) -> str:
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            if not ROWS[self.name] or line.startswith("ready") or re.match(r"[\d.e-]+ [\d.e-]+$", line):
                return line.strip()
        raise SystemExit(f"{self.name} stopped with exit code {self.process.wait()}")


def compare(size: str, args: argparse.Namespace, options: list[str]) -> None:
    d, n = map(int, size.split("x"))
    names = [name for name, peer in ROWS.items() if PEER.exists() or not peer]
    rows = [Row(name, size, options, args.threads) for name in names]
    versions = dict.fromkeys(row.version for row in rows)
    print(f"\nd {d}, {n:,} latents, {TOKENS:,} tokens a step, k {K}, ReLU L0 {L0}; {'; '.join(versions)}")
    before = gemm_peak()
    for _ in range(args.rounds):
        for row in rows:
            row.block(args.block)
    print(
        f"GEMM peak {before:.0f} GF/s before, {gemm_peak():.0f} after; the five dense products of a step alone:",
        end=" ",
    )
    print(f"{1e3 * 10 * TOKENS * d * n / before / 1e9:,.0f} ms at that peak")
    memory = {row.name: row.close() for row in rows}
    print(f"{'row':<20}{'median ms':>10}{'range':>14}{'CPU ms':>9}{'tokens/s':>10}{'peak MB':>9}{'grown by':>10}")
    for row in rows:
        ms, (peak, grown) = [1e3 * t for t in row.times], memory[row.name]
        span, middle = f"{min(ms):,.0f}-{max(ms):,.0f}", statistics.median(ms)
        cpu = 1e3 * statistics.median(row.cpu)
        print(
            f"{row.name:<20}{middle:>10,.1f}{span:>14}{cpu:>9,.1f}{1e3 * TOKENS / middle:>10,.0f}{peak:>9,}{grown:>10,}"
        )
    by_name = {row.name: row for row in rows}
    for kind, aim in AIM.items():
        peer = f"{kind} sae_lens" if f"{kind} sae_lens" in by_name else f"{kind} ours, dense"
        if peer in by_name:
            print(f"{peer} / {kind} ours:", end="")
            for what in ("times", "cpu"):
                pairs = zip(getattr(by_name[peer], what), getattr(by_name[f"{kind} ours"], what))
                ratios = [theirs / mine for theirs, mine in pairs]
                words = "clock" if what == "times" else "CPU time"
                print(f" {words} {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})", end=";")
            print(f" aim >= {aim}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--block", type=int, default=BLOCK, help="steps timed together")
    parser.add_argument("--size", action="append", help="d x latents, 256x8192 and 512x16384 by default")
    parser.add_argument("--default-allocator", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not args.default_allocator:
        tune_allocator()
    if args.worker:
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        d, n = map(int, args.size[0].split("x"))
        worker(args.worker, d, n)
        return
    torch.set_num_threads(args.threads)
    allocator = "default" if args.default_allocator else "keeps freed memory"
    print(f"{args.threads} threads, allocator {allocator}, both sides")
    if not PEER.exists():
        print("the peer is not installed (sh benchmarks/install_peers.sh saelens): our own dense form stands in")
    options = ["--default-allocator"] if args.default_allocator else []
    for size in args.size or ["256x8192", "512x16384"]:
        compare(size, args, options)


if __name__ == "__main__":
    main()
