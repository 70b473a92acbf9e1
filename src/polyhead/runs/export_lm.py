"""From a finished language-model run to a folder that ships: weights, tokenizer, held-out text, and a card.

Every number of the card is computed here from the weights; a test computes the table of heads again.
"""

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from jaxtyping import Int
from torch import Tensor

from polyhead.activations.texts import read_texts
from polyhead.analysis.head_table import head_table, head_table_markdown, newline_tokens
from polyhead.core.arrays import read_npy
from polyhead.core.data_files import read_json_lines, read_object
from polyhead.core.files import write_atomic, write_json
from polyhead.core.head_records import HeadTable
from polyhead.core.progress import progress
from polyhead.core.records import Record
from polyhead.models.checkpoints.native_folder import save_native
from polyhead.models.hooked import HookedModel
from polyhead.models.native import NativeTransformer
from polyhead.models.tokenizer import Tokenizer
from polyhead.ops.losses import next_token_loss

HELD_OUT_FILE = "held_out.parquet"


class HeldOutLoss(Record):
    """Next-token loss of a language model on text it never saw."""

    nats_per_token: float
    bits_per_byte: float
    n_tokens: int
    """Tokens predicted; each sequence starts with BOS and the first token after it is predicted too."""
    n_bytes: int


def held_out_loss(model: HookedModel, stream: np.ndarray, *, n_bytes: int, bos: int) -> HeldOutLoss:
    """Mean loss over a whole token stream, cut into sequences of the model's full length."""
    tokens = sequences(stream, model.cfg.n_ctx, bos=bos)
    n, width = tokens.shape[0], tokens.shape[1] - 1
    total = 0.0
    with torch.no_grad(), progress("held-out loss", total=n, unit="sequences") as bar:
        for part in tokens.split(16):
            total += next_token_loss(model(part), part).double().sum().item()
            bar.advance(len(part))
    nats = total / (n * width)
    share_of_bytes = n_bytes * n * width / len(stream)
    return HeldOutLoss(
        nats_per_token=nats,
        bits_per_byte=total / math.log(2) / share_of_bytes,
        n_tokens=n * width,
        n_bytes=round(share_of_bytes),
    )


def sequences(stream: np.ndarray, n_ctx: int, *, bos: int) -> Int[Tensor, "n p"]:
    """A token stream cut into whole sequences after BOS."""
    width = n_ctx - 1
    n = len(stream) // width
    chunks = torch.from_numpy(stream[: n * width].astype(np.int64)).view(n, width)
    return torch.cat([torch.full((n, 1), bos), chunks], dim=1)


def token_stream(folder: Path, tokenizer: Tokenizer) -> np.ndarray:
    """The held-out text of a model folder as training saw text: files joined by EOS."""
    texts = [d.text for d in read_texts(folder / HELD_OUT_FILE)]
    ids = [[*doc, tokenizer.eos_token_id] for doc in tokenizer.encode_batch(texts)]
    return np.concatenate([np.array(doc, dtype=np.uint16) for doc in ids])


def held_out_head_table(model: HookedModel, stream: np.ndarray, *, n_sequences: int = 128) -> HeadTable:
    """The table of heads of the card: evenly spaced held-out sequences, and repeats made of their tokens."""
    tokens = sequences(stream, model.cfg.n_ctx, bos=model.cfg.bos_token_id or 0)
    chosen = torch.linspace(0, len(tokens) - 1, min(n_sequences, len(tokens))).long()
    longest = min(64, (model.cfg.n_ctx - 1) // 2)  # two copies after BOS
    newline = newline_tokens(model.tokenizer, model.cfg.d_vocab)
    return head_table(model, tokens[chosen], newline=newline, period=(min(8, longest), longest))


def export_lm(model: NativeTransformer, run_dir: Path, out: Path) -> tuple[HeldOutLoss, HeadTable]:
    """Write the model folder `out` from a finished run: what `load_model(out)` reads, and MODEL_CARD.md."""
    corpus = read_object(run_dir / "corpus" / "corpus.json", {"held_out": dict})
    stream = read_npy(run_dir / "corpus" / "held_out.npy", kind="u", shape=(None,))
    loss = held_out_loss(model, stream, n_bytes=corpus["held_out"]["held_out_bytes"], bos=model.cfg.bos_token_id or 0)
    table = held_out_head_table(model, stream)
    save_native(model, out)
    rows = [row for _, row in read_json_lines(run_dir / "corpus" / "held_out.jsonl")]
    write_atomic(
        out / HELD_OUT_FILE,
        lambda aside: pq.write_table(pa.Table.from_pylist(rows), aside, compression="zstd", compression_level=19),
    )
    table.save(out / "head_table.json")
    loss.save(out / "held_out_loss.json")
    write_json(out / "training.json", read_object(run_dir / "config.json"))
    card = model_card(model, run_dir, corpus, loss, table)
    write_atomic(out / "MODEL_CARD.md", lambda aside: aside.write_text(card, encoding="utf-8"))
    return loss, table


def model_card(model: NativeTransformer, run_dir: Path, corpus: dict, loss: HeldOutLoss, table: HeadTable) -> str:
    """The card in Markdown."""
    config = read_object(run_dir / "config.json")
    native = model.native
    kind = "Python source" if config["text"] is None else Path(config["text"]).name
    log = [row for _, row in read_json_lines(run_dir / "metrics.jsonl", constants=True)]
    seen = config["batch_size"] * native.n_ctx * config["n_steps"]
    tiled = config["n_tiled"] / config["batch_size"]
    parts = [
        f"# {model.cfg.name}: an attention-only language model of {kind}",
        f"{native.n_layers} layers x {native.n_heads} heads of {native.d_head}, d_model {native.d_model}, no MLP, "
        f"{native.positions} positions, {native.normalization}, context {native.n_ctx}, byte-level BPE of "
        f"{native.d_vocab} with newline+indent as one token, BOS at the start of every sequence. "
        f"{sum(p.numel() for p in model.parameters()):,} parameters, float32.",
        "Made by `polyhead train-lm`; the config that reproduces it is `training.json` next to this card.",
        "## Results on held-out text",
        f"- loss **{loss.nats_per_token:.3f} nats per token** = {loss.bits_per_byte:.3f} bits per byte over "
        f"{loss.n_tokens:,} tokens ({loss.n_bytes:,} bytes) of {corpus['held_out']['held_out_files']} files. "
        "A held-out file that shares half of its longer lines with the training files was dropped.",
        "## Training",
        f"- {seen:,} tokens seen in {config['n_steps']} steps of {config['batch_size']} x {native.n_ctx}; "
        f"{tiled:.0%} of the sequences are a tiled segment (half natural text, half unigram-sampled tokens, period "
        f"{config['period'][0]} to {config['period'][1]}), without which no induction head forms at this length.",
        f"- training text: {corpus['train']['train_files']:,} files, {corpus['train']['train_bytes'] / 1e6:.1f} MB, "
        f"{corpus['train']['train_tokens']:,} tokens.",
        "- loss curve (training batches, tiled sequences included):",
        _loss_curve(log),
        "## Heads",
        head_table_markdown(table),
        "The same numbers: `head_table.json`.",
        "## Corpus and licences",
        "The weights have the licence of polyhead (MIT); the texts they were trained on have their own:",
        "| package | version | licence | bytes |\n| --- | --- | --- | --- |\n"
        + "\n".join(
            f"| {k} | {v['version']} | {v['licence']} | {v['bytes']:,} |" for k, v in corpus["packages"].items()
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _loss_curve(log: list[dict]) -> str:
    n = len(log)
    marks = sorted({max(0, round(n * f) - 1) for f in (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)})
    window = max(1, n // 50)
    means = [np.mean([row["ce"] for row in log[max(0, i - window + 1) : i + 1]]) for i in marks]
    steps = " | ".join(str(log[i]["step"]) for i in marks)
    return (
        f"| step | {steps} |\n|{' --- |' * (len(marks) + 1)}\n| nats/token | "
        + " | ".join(f"{m:.2f}" for m in means)
        + " |"
    )
