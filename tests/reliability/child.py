"""A warm process that forks a fresh child for every job it is asked for, so that a kill costs no import.

Reads one JSON job per line from standard input; answers with the child's process id, then with how it ended.
"""

import json
import os
import sys
import time
import traceback
from pathlib import Path

import torch
import torch._dynamo  # torch's optimizers import it when the first is made, which takes longer than a whole job

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "training"))

from toy_run import N_LATENTS, train

from polyhead.activations import shards
from polyhead.activations.store import StoreConfig, StoredLayer, harvest_to_disk
from polyhead.activations.tokens import TokenSequences
from polyhead.core.rng import generator
from polyhead.models.native import NativeConfig, NativeTransformer
from polyhead.training.firing import FiringCounts

N_STEPS, N_SEQUENCES = 300, 1200


def train_job(folder: Path) -> None:
    train(folder, n_steps=N_STEPS, checkpoint_every=1, log_every=3, callbacks=[FiringCounts(N_LATENTS, every=2)])


def harvest_job(folder: Path) -> None:
    cfg = NativeConfig(n_layers=2, d_model=13, n_heads=5, d_head=6, d_vocab=31, n_ctx=17)
    model = NativeTransformer(cfg, generator=generator(0, "tiny model"))
    tokens = torch.randint(31, (N_SEQUENCES, 17), generator=generator(0, "tokens"), dtype=torch.int32).numpy()
    sequences = TokenSequences(tokens, tokens >= 0, "0" * 64, None, "none", n_padded=0)
    shards.FLUSH_SECONDS = 0.0
    layout = StoreConfig(sequences_per_shard=24, sequences_per_run=4)
    harvest_to_disk(model, sequences, StoredLayer(layer=1), folder, layout)


def command_job(folder: Path, arguments: list[str]) -> None:
    """One command line, in a process group of its own so that its workers can be ended with it."""
    from polyhead.cli.app import main as command

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.chdir(folder)
    try:
        command(arguments)
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)


def slow_down_fsync(seconds: float) -> None:
    """Spend most of the time between writing a file and putting it in place, and between that and the next."""
    real = os.fsync

    def fsync(file: int) -> None:
        time.sleep(seconds)
        real(file)
        time.sleep(seconds)

    os.fsync = fsync


def main() -> None:
    torch.set_num_threads(1)
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                if job["slow_fsync"]:
                    slow_down_fsync(job["slow_fsync"])
                if job["kind"] == "command":
                    command_job(Path(job["folder"]), job["arguments"])
                else:
                    {"train": train_job, "harvest": harvest_job}[job["kind"]](Path(job["folder"]))
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":  # workers that a command spawns import this file
    main()
