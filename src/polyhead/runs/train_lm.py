"""Recipe of the bundled language model: attention-only, on Python source, with sequences that repeat.

Induction heads appear within minutes only if some training sequences repeat themselves, so a share of every batch is
tiled: half of those from real text, half from tokens drawn from the unigram distribution (docs/LOG.md).
"""

import json
from pathlib import Path

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from polyhead.activations.corpus import Corpus, python_corpus, text_corpus
from polyhead.core.arrays import read_npy
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_atomic, write_json
from polyhead.core.progress import progress
from polyhead.core.rng import generator
from polyhead.core.run_folder import claim, open_run
from polyhead.models.native import NativeConfig, NativeTransformer
from polyhead.models.tokenizer import BOS, EOS, Tokenizer, train_tokenizer
from polyhead.ops.losses import chunked_next_token_loss
from polyhead.ops.schedules import Schedule
from polyhead.training.loop import fit
from polyhead.training.optim import Muon


class TrainLMConfig(Config):
    """Everything that decides the weights; saved next to them."""

    model: NativeConfig = NativeConfig(n_layers=4, d_model=256, n_heads=8, d_head=32, d_vocab=4096, n_ctx=256)
    n_steps: int = Field(default=4500, ge=1)
    batch_size: int = Field(default=8, ge=1)
    """Sequences of `model.n_ctx` tokens, BOS included."""
    n_tiled: int = 2
    """How many of them repeat a segment: half natural text, half unigram-sampled tokens."""
    period: tuple[int, int] = (8, 64)
    """Shortest and longest repeated segment, in tokens."""
    muon_lr: float = 0.012
    weight_decay: float = 0.3
    """Decoupled, on the matrices that Muon trains."""
    adam_lr: float = 3e-3
    """For embedding and unembedding."""
    schedule: Schedule = Schedule(warmup_steps=100, decay_fraction=0.5)
    text: str | None = None
    """A file or folder of text instead of the Python source of this environment."""
    max_bytes: int | None = None
    """Cap on corpus size, for quick runs."""
    seed: int = 0


class LanguageModelObjective(nn.Module):
    """Next-token loss of a native model as a trainable objective."""

    def __init__(self, model: NativeTransformer) -> None:
        super().__init__()
        self.model = model

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Mean cross-entropy in nats per token."""
        tokens = batch["tokens"]
        _, cache = self.model.run_with_cache(tokens, ["ln_final.hook_normalized"], with_logits=False)
        return {"ce": chunked_next_token_loss(cache["ln_final.hook_normalized"], self.model.W_U, tokens)}

    def project(self) -> None:
        """Nothing is constrained."""


class TiledBatches:
    """Chunks of text after BOS, some rows replaced by tiled segments. A pure function of the step."""

    def __init__(self, stream: np.ndarray, cfg: TrainLMConfig, *, bos: int) -> None:
        self.stream, self.cfg, self.bos = stream, cfg, bos
        self.width = cfg.model.n_ctx - 1
        self.n_chunks = len(stream) // self.width
        if self.n_chunks < cfg.batch_size:
            raise PolyheadError(f"the corpus has {len(stream)} tokens; one batch needs {cfg.batch_size * self.width}")
        self.tokens_per_batch = cfg.batch_size * cfg.model.n_ctx
        self._order: tuple[int, Tensor] = (-1, torch.empty(0))

    def batch(self, step: int) -> dict[str, Tensor]:
        """`tokens [batch, pos]` of one step."""
        rows = [self._chunk(step * self.cfg.batch_size + i) for i in range(self.cfg.batch_size)]
        g = generator(self.cfg.seed, "tiles", step)
        low, high = self.cfg.period
        for i in range(self.cfg.n_tiled):
            period = int(torch.randint(low, high + 1, (), generator=g))
            if i % 2 == 0:
                segment = rows[i][:period]
            else:
                segment = self.stream[torch.randint(len(self.stream), (period,), generator=g).numpy()]
            rows[i] = np.tile(segment, self.width // period + 1)[: self.width]
        tokens = torch.from_numpy(np.stack(rows).astype(np.int64))
        return {"tokens": torch.cat([torch.full((len(rows), 1), self.bos), tokens], dim=1)}

    def _chunk(self, index: int) -> np.ndarray:
        epoch, i = divmod(index, self.n_chunks)
        if self._order[0] != epoch:
            self._order = epoch, torch.randperm(self.n_chunks, generator=generator(self.cfg.seed, "epoch", epoch))
        start = int(self._order[1][i]) * self.width
        return self.stream[start : start + self.width]


def prepare_corpus(cfg: TrainLMConfig, run_dir: Path) -> Tokenizer:
    """Write tokenizer, token streams, held-out text and the list of packages under `run_dir/corpus`, once."""
    folder = run_dir / "corpus"
    if not (folder / "corpus.json").exists():
        corpus = (
            python_corpus(seed=cfg.seed, max_bytes=cfg.max_bytes)
            if cfg.text is None
            else text_corpus(Path(cfg.text), max_bytes=cfg.max_bytes)
        )
        tokenizer = train_tokenizer((f.text for f in corpus.train[::2]), d_vocab=cfg.model.d_vocab)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / "tokenizer.json", lambda aside: tokenizer.backend.save(str(aside)))
        counts = {split: _write_stream(folder, corpus, split, tokenizer) for split in ("train", "held_out")}
        held_out = "".join(json.dumps({"name": f.name, "text": f.text}) + "\n" for f in corpus.held_out)
        write_atomic(folder / "held_out.jsonl", lambda aside: aside.write_text(held_out, encoding="utf-8"))
        write_json(folder / "corpus.json", {"packages": corpus.packages, **counts})  # last: the folder is whole
    return Tokenizer.load(folder / "tokenizer.json", bos=BOS, eos=EOS)


def _write_stream(folder: Path, corpus: Corpus, split: str, tokenizer: Tokenizer) -> dict[str, int]:
    texts = [f.text for f in getattr(corpus, split)]
    assert tokenizer.eos_token_id is not None
    parts: list[np.ndarray] = []
    with progress(f"tokenizing {split} files", total=len(texts), unit="files") as bar:
        for start in range(0, len(texts), 256):
            for doc in tokenizer.encode_corpus(texts[start : start + 256]):
                parts.append(np.array([*doc, tokenizer.eos_token_id], dtype=np.uint16))
                bar.advance()
    stream = np.concatenate(parts)
    write_atomic(folder / f"{split}.npy", lambda aside: _save(aside, stream))
    return {
        f"{split}_files": len(texts),
        f"{split}_bytes": sum(len(t.encode()) for t in texts),
        f"{split}_tokens": len(stream),
    }


def _save(path: Path, stream: np.ndarray) -> None:
    with open(path, "wb") as handle:  # np.save would add a suffix to a path
        np.save(handle, stream, allow_pickle=False)


def train_lm(cfg: TrainLMConfig, run_dir: Path) -> NativeTransformer:
    """Train, resuming from a checkpoint if there is one. The same command gives the same weights on one machine.

    Raises:
        PolyheadError: `run_dir` holds a run of another config.
    """
    with open_run(run_dir):
        claim(run_dir, json.loads(cfg.model_dump_json()), file="config.json", what="a language model")
        return _train(cfg, run_dir)


def _train(cfg: TrainLMConfig, run_dir: Path) -> NativeTransformer:
    tokenizer = prepare_corpus(cfg, run_dir)
    stream = read_npy(run_dir / "corpus" / "train.npy", kind="u", shape=(None,), mapped=True)
    model = NativeTransformer(
        cfg.model,
        name=run_dir.name,
        tokenizer=tokenizer,
        bos_token_id=tokenizer.bos_token_id,
        generator=generator(cfg.seed, "weights"),
    )
    fit(
        LanguageModelObjective(model),
        TiledBatches(stream, cfg, bos=tokenizer.bos_token_id or 0),
        optimizers(model, cfg),
        n_steps=cfg.n_steps,
        schedule=cfg.schedule,
        run_dir=run_dir,
        label=f"training {run_dir.name}",
    )
    return model


def optimizers(model: NativeTransformer, cfg: TrainLMConfig) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, Adam for embeddings, gains and biases."""
    inner = [p for n, p in model.named_parameters() if n.startswith("blocks") and p.ndim >= 2 and "b_" not in n]
    chosen = set(map(id, inner))
    outer = [p for p in model.parameters() if id(p) not in chosen]
    return [
        Muon(inner, lr=cfg.muon_lr, weight_decay=cfg.weight_decay),
        torch.optim.Adam(outer, lr=cfg.adam_lr, betas=(0.9, 0.95), fused=True),
    ]


LM_PRESETS: dict[str, TrainLMConfig] = {
    "bundled": TrainLMConfig(),
    "quick": TrainLMConfig(
        model=NativeConfig(n_layers=2, d_model=128, n_heads=4, d_head=32, d_vocab=1024, n_ctx=128),
        n_steps=300,
        max_bytes=6_000_000,
    ),
}
"""Named recipes; `bundled` made the weights that ship."""


def lm_recipe(
    preset: str,
    *,
    text: Path | None,
    n_steps: int | None,
    d_model: int | None,
    n_layers: int | None,
    seed: int | None,
) -> TrainLMConfig:
    """A copy of a preset with what is not None changed; the number of heads stays.

    Raises:
        PolyheadError: `d_model` is no multiple of the number of heads (times 2, for rotary positions), or a size is 0.
    """
    base = LM_PRESETS[preset]
    model = base.model
    if d_model is not None:
        if d_model % (2 * model.n_heads):
            raise PolyheadError(
                f"--d-model {d_model} must be a multiple of {2 * model.n_heads} (2 x {model.n_heads} heads)"
            )
        model = model.replace(d_model=d_model, d_head=d_model // model.n_heads)
    if n_layers is not None:
        model = model.replace(n_layers=n_layers)
    changes = {"n_steps": n_steps, "seed": seed, "text": None if text is None else str(text)}
    return base.replace(model=model.model_dump(), **{k: v for k, v in changes.items() if v is not None})


def run_train_lm(cfg: TrainLMConfig, run_dir: Path) -> dict[str, str | float]:
    """Train and export: `run_dir/model` is what `load_model` reads."""
    from polyhead.runs.export_lm import export_lm

    with open_run(run_dir):
        model = train_lm(cfg, run_dir)
        loss, table = export_lm(model, run_dir, run_dir / "model")
    return {
        "model": str(run_dir / "model"),
        "held-out nats/token": loss.nats_per_token,
        "bits/byte": loss.bits_per_byte,
        "best induction head (unigram repeats)": max(row.induction_unigram for row in table.rows),
        "best previous-token head": max(row.previous_token for row in table.rows),
    }
