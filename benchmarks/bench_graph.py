"""What an attribution graph costs: ours beside circuit-tracer's, of the same prompt, model and transcoders.

    sh benchmarks/install_circuit_tracer.sh         # once: the peer in an environment of its own
    python benchmarks/bench_graph.py [--threads 1] [--rounds 3] [--size 4x256x4096x32 ...]
                                     [--default-allocator] [--cpu-time]

A size is layers x d_model x latents a layer x tokens; the model and its per-layer transcoders (one latent in a hundred
active) are random, read by both from the same files. Every row is a process of its own with the same threads and
allocator setting; graphs are built in turn, row after row, between two measurements of the GEMM peak, so that ratios
hold on a machine whose speed moves. Both build the whole unpruned graph in memory, from the first forward pass on.

circuit-tracer          attention passes, without nodes, so that an edge joins its ends through all heads between them;
                        dense adjacency
ours                    attention outputs as latents of attention SAEs (one in a hundred active), with a term per head
                        on edges through heads: what attention does is in nodes between, not in longer edges; sparse
ours, all edges         the same without cutting any (`edge_share` 0)
ours, no attention      transcoders only, attention outputs as errors: less than circuit-tracer does

On a busy machine `--cpu-time` counts the CPU seconds of a row's process, all its threads, instead of the clock's.
Peak memory: VmHWM of the row's process, and what it grew by after imports and loading.
"""

import argparse
import ctypes
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
PEER = HERE.parent / ".venv-peers-circuit-tracer" / "bin" / "python"
OURS, ALL, BARE, THEIRS = "ours", "ours, all edges", "ours, no attention", "circuit-tracer"
SIZES = ("4x128x2048x32", "4x256x4096x32")
SHARE, N_ATTENTION = 0.01, 1024


def tune_allocator() -> None:
    """Keep freed memory in the process (glibc M_MMAP_THRESHOLD, M_TRIM_THRESHOLD), else big temporaries fault anew."""
    libc = ctypes.CDLL(None)
    libc.mallopt(-3, 2**31 - 1)
    libc.mallopt(-1, 2**31 - 1)


def make_files(size: str, folder: Path) -> None:
    """The model, transcoders and prompt, for both."""
    from small_model import native_config, random_model, random_transcoder, write_for_peer

    from polyhead.dictionaries.activation import JumpReLU

    L, d, n, P = map(int, size.split("x"))
    cfg = native_config(L, d)
    transcoder = random_transcoder(cfg, n, JumpReLU(), site="ln2.hook_normalized", share=SHARE, later=False, seed=2)
    tokens = torch.randint(cfg.d_vocab, (P,), generator=torch.Generator().manual_seed(3))
    tokens[0] = 0
    write_for_peer(folder, random_model(cfg, seed=1), cfg, transcoder, tokens)


def ours(name: str, size: str, folder: Path) -> Callable[[], str]:
    from safetensors.torch import load_file
    from small_model import loaded_of, native_config, random_attention, random_model

    from polyhead.graphs.building import build_graph
    from polyhead.graphs.config import GraphConfig
    from polyhead.interop.circuit_tracer import load_circuit_tracer

    L, d, _, _ = map(int, size.split("x"))
    cfg = native_config(L, d)
    model, tokens = random_model(cfg, seed=1), load_file(folder / "prompt.safetensors")["tokens"]
    dictionaries = [loaded_of(load_circuit_tracer(folder / "transcoders").transcoder, "transcoders")]
    if name != BARE:
        dictionaries += [random_attention(model, cfg, layer, N_ATTENTION, tokens, SHARE) for layer in range(L)]
    bounds = {"edge_share": 0, "max_incoming": 10**9} if name == ALL else {}
    graph_config = GraphConfig(max_query_nodes=100_000, budget_bytes=16 * 1024**3, **bounds)

    def build() -> str:
        graph = build_graph(model, dictionaries, tokens, graph_config)
        latents = sum(node.kind == "latent" for node in graph.nodes)
        return f"{len(graph)} {latents} {len(graph.edges.weight)}"

    return build


def theirs(folder: Path) -> Callable[[], str]:
    from peer_circuit_tracer import attribute, load

    model, tokens = load(folder)

    def build() -> str:
        graph = attribute(model, tokens)
        adjacency = graph.adjacency_matrix
        return f"{len(adjacency)} {len(graph.selected_features)} {int((adjacency != 0).sum())}"

    return build


def worker(name: str, size: str, folder: Path, clock: Callable[[], float]) -> None:
    """A line in: a graph; a line out: its seconds. At the end: peak and base memory in MB, nodes, latents, edges."""
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(HERE))
    build = theirs(folder) if name == THEIRS else ours(name, size, folder)
    base = memory_mb("VmRSS")
    counts = ""
    print("ready", flush=True)
    for _ in sys.stdin:
        start = clock()
        counts = build()
        print(clock() - start, flush=True)
    print(memory_mb("VmHWM"), base, counts, flush=True)


def memory_mb(field: str) -> int:
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) // 1024


def gemm_peak(clock: Callable[[], float]) -> float:
    a, best = torch.randn(2048, 2048), float("inf")
    for _ in range(8):
        start = clock()
        a @ a
        best = min(best, clock() - start)
    return 2 * 2048**3 / best / 1e9


class Row:
    """A worker process, asked for one graph at a time."""

    def __init__(self, name: str, size: str, folder: Path, options: list[str], threads: int) -> None:
        python = str(PEER) if name == THEIRS else sys.executable
        self.name, self.times = name, list[float]()
        self.log = (folder / f"{name}.log").open("w")
        self.process = subprocess.Popen(
            [python, __file__, "--worker", name, "--size", size, "--folder", folder, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"},
        )
        self._line()

    def block(self) -> None:
        assert self.process.stdin is not None
        print(1, file=self.process.stdin, flush=True)
        self.times.append(float(self._line()))

    def close(self) -> list[int]:
        """Peak memory, what it began with (MB), nodes, latents, edges."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        found = [int(word) for word in self._line().split()]
        self.process.wait()
        self.log.close()
        return found

    def _line(self) -> str:
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            if line.startswith("ready") or re.fullmatch(r"[\d.e-]+( \d+)*\s*", line):
                return line.strip()
        raise SystemExit(
            f"{self.name} stopped with exit code {self.process.wait()}: {Path(self.log.name).read_text()[-1500:]}"
        )


def compare(size: str, args: argparse.Namespace, options: list[str], clock: Callable[[], float]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_files(size, folder)
        names = [OURS, ALL, BARE, THEIRS] if PEER.exists() else [OURS, ALL, BARE]
        rows = [Row(row, size, folder, options, args.threads) for row in names]
        print(f"\nlayers x d_model x latents x tokens: {size}; the first round of each row is not counted")
        before = gemm_peak(clock)
        for _ in range(args.rounds + 1):
            for row in rows:
                row.block()
        print(f"GEMM peak {before:.0f} GF/s before, {gemm_peak(clock):.0f} after")
        ends = {row.name: row.close() for row in rows}
    print(f"{'row':<20}{'median s':>9}{'range':>14}{'peak MB':>9}{'grown by':>10}{'latents':>9}{'edges':>12}")
    for row in rows:
        row.times = row.times[1:]
        peak, base, _, latents, edges = ends[row.name]
        span = f"{min(row.times):.2f}-{max(row.times):.2f}"
        median = statistics.median(row.times)
        print(
            f"{row.name:<20}{median:>9.2f}{span:>14}{peak:>9,}{peak - base:>10,}{latents:>9,}{edges:>12,}", flush=True
        )
    for row in rows[:-1] if PEER.exists() else []:
        ratios = [other / mine for other, mine in zip(rows[-1].times, row.times, strict=True)]
        span = f"{min(ratios):.2f}-{max(ratios):.2f}"
        print(f"{THEIRS} / {row.name}: median {statistics.median(ratios):.2f}, rounds {span}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", action="append", help=f"{', '.join(SIZES)} by default")
    parser.add_argument("--default-allocator", action="store_true")
    parser.add_argument("--cpu-time", action="store_true")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    clock = time.process_time if args.cpu_time else time.perf_counter
    if not args.default_allocator:
        tune_allocator()
    if args.worker:
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        worker(args.worker, args.size[0], args.folder, clock)
        return
    torch.set_num_threads(args.threads)
    allocator = "default" if args.default_allocator else "keeps freed memory"
    seconds = "CPU seconds" if args.cpu_time else "seconds by the clock"
    print(f"{args.threads} threads, allocator {allocator}, both sides; {seconds}")
    if not PEER.exists():
        print("the peer is not installed (sh benchmarks/install_circuit_tracer.sh): ours alone")
    options = ["--default-allocator"] if args.default_allocator else []
    options += ["--cpu-time"] if args.cpu_time else []
    for size in args.size or SIZES:
        compare(size, args, options, clock)


if __name__ == "__main__":
    main()
