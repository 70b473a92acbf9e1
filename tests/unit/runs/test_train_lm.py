"""The language-model recipe: batches are a function of the step, some rows repeat, a stopped run goes on exactly."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from polyhead.activations.corpus import Corpus, SourceFile, text_corpus
from polyhead.core.errors import PolyheadError
from polyhead.models.load import load_model
from polyhead.models.native import NativeConfig
from polyhead.ops.losses import chunked_next_token_loss, next_token_loss
from polyhead.ops.schedules import Schedule
from polyhead.runs import train_lm as recipe
from polyhead.runs.train_lm import TiledBatches, TrainLMConfig, run_train_lm, train_lm

TINY = TrainLMConfig(
    model=NativeConfig(n_layers=2, d_model=16, n_heads=2, d_head=8, d_vocab=300, n_ctx=24),
    n_steps=6,
    batch_size=5,
    n_tiled=4,
    period=(3, 7),
    schedule=Schedule(warmup_steps=2, decay_fraction=0.5),
)


@pytest.fixture
def corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up corpus instead of this environment's."""
    files = [SourceFile(f"p/{i}.py", "p", f"def f{i}(a, b):\n    return a + {i} * b\n" * 9) for i in range(20)]
    made = Corpus(files[:15], files[15:], {"p": {"version": "1", "licence": "MIT", "bytes": 1}})
    monkeypatch.setattr(recipe, "python_corpus", lambda **_: made)


def batches(seed: int = 0) -> TiledBatches:
    stream = np.arange(1, 1000, dtype=np.uint16) % 250 + 3
    return TiledBatches(stream, TINY.replace(seed=seed), bos=0)


def test_a_batch_depends_on_the_step_alone():
    one, other = batches(), batches()
    order = [other.batch(step)["tokens"] for step in (70, 3, 0)]
    assert torch.equal(order[0], one.batch(70)["tokens"])
    assert torch.equal(order[2], one.batch(0)["tokens"])
    assert not torch.equal(order[1], order[2])
    assert not torch.equal(batches(seed=1).batch(3)["tokens"], order[1])


def test_every_row_begins_with_bos_and_tiled_rows_repeat_with_a_period_in_range():
    tokens = batches().batch(2)["tokens"]
    assert tokens.shape == (5, 24)
    assert (tokens[:, 0] == 0).all()
    for row in tokens[:4, 1:]:
        assert any(torch.equal(row[p:], row[:-p]) for p in range(3, 8))
    last = tokens[4, 1:]
    assert not any(torch.equal(last[p:], last[:-p]) for p in range(3, 8))


def test_an_epoch_shows_every_chunk_once():
    source = batches()
    seen = [source._chunk(i)[0] for i in range(source.n_chunks)]
    assert len(set(seen)) == source.n_chunks


def test_the_chunked_loss_equals_the_plain_one_in_value_and_gradients(rng: torch.Generator):
    x = torch.randn(3, 7, 5, generator=rng, requires_grad=True)
    W = torch.randn(5, 11, generator=rng, requires_grad=True)
    tokens = torch.randint(11, (3, 7), generator=rng)
    plain = next_token_loss(x @ W, tokens).mean()
    grads = torch.autograd.grad(plain, (x, W))
    for chunk in (1, 4, 100):
        loss = chunked_next_token_loss(x, W, tokens, chunk=chunk)
        torch.testing.assert_close(loss, plain)
        for mine, theirs in zip(torch.autograd.grad(3 * loss, (x, W)), grads, strict=True):
            torch.testing.assert_close(mine, 3 * theirs)


@pytest.mark.usefixtures("corpus")
def test_a_run_cut_in_two_ends_with_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = train_lm(TINY, tmp_path / "whole")
    real = recipe.fit

    def short(*arguments: object, **options: object) -> None:
        real(*arguments, **{**options, "checkpoint_every": 2})  # type: ignore[arg-type]

    class Cut(Exception):  # noqa: N818
        pass

    original = TiledBatches.batch

    def cut(self: TiledBatches, step: int) -> dict[str, torch.Tensor]:
        if step == 5:
            raise Cut
        return original(self, step)

    monkeypatch.setattr(recipe, "fit", short)
    with monkeypatch.context() as first:
        first.setattr(TiledBatches, "batch", cut)
        with pytest.raises(Cut):
            train_lm(TINY, tmp_path / "cut")
    again = train_lm(TINY, tmp_path / "cut")
    for name, value in whole.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


@pytest.mark.usefixtures("corpus")
def test_another_config_in_the_same_folder_is_refused(tmp_path: Path):
    train_lm(TINY.replace(n_steps=1), tmp_path)
    with pytest.raises(
        PolyheadError, match="holds a language model with other settings: n_steps is 1 there and 2 here"
    ):
        train_lm(TINY.replace(n_steps=2), tmp_path)


def test_a_text_of_the_user_is_cut_into_pieces_and_some_are_held_out(tmp_path: Path):
    path = tmp_path / "own.txt"
    path.write_text("".join(f"line {i} is unlike every other line, because of {i * i}\n" for i in range(40_000)))
    corpus = text_corpus(path)
    assert corpus.held_out
    assert len(corpus.train) > len(corpus.held_out)
    assert {f.name for f in corpus.train}.isdisjoint(f.name for f in corpus.held_out)


def _lines(n: int) -> str:
    return "".join(f"line {i} is unlike every other line, because of {i * i}\n" for i in range(n))


def test_what_is_held_out_hangs_on_the_text_alone(tmp_path: Path):
    """The same text under other names, in one file or in lines of JSON, splits alike."""
    text = _lines(3_000)
    for name in ("own.txt", "another name.md", "deep/er/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "own.jsonl").write_text(json.dumps({"text": text, "name": "q"}))
    paths = ("own.txt", "another name.md", "deep", "deep/er/x.py", "own.jsonl")
    corpora = [text_corpus(tmp_path / p) for p in paths]
    sides = [([f.text for f in c.train], [f.text for f in c.held_out]) for c in corpora]
    assert all(side == sides[0] for side in sides)
    assert "".join(sorted((f.text for f in [*corpora[0].train, *corpora[0].held_out]), key=text.index)) == text


@pytest.mark.parametrize("n_lines", [40, 41, 50, 77, 100, 300, 1_000])
def test_some_text_is_always_held_out(n_lines: int, tmp_path: Path):
    (tmp_path / "own.txt").write_text(_lines(n_lines))
    corpus = text_corpus(tmp_path / "own.txt")
    assert 0 < len(corpus.held_out) < len(corpus.train)


def test_equal_documents_never_fall_on_both_sides(tmp_path: Path):
    rows = [{"text": f"document {i % 50} says what no other says: {i % 50}"} for i in range(400)]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)))
    corpus = text_corpus(tmp_path / "own.jsonl")
    train, held_out = ({f.text for f in side} for side in (corpus.train, corpus.held_out))
    assert held_out
    assert train.isdisjoint(held_out)
    assert len(train | held_out) == 50


def test_text_that_says_one_thing_over_and_over_is_refused(tmp_path: Path):
    (tmp_path / "own.txt").write_text("the very same line stands here, over and over\n" * 4_000)
    with pytest.raises(PolyheadError, match="share most of their lines"):
        text_corpus(tmp_path / "own.txt")


def test_too_little_text_is_refused(tmp_path: Path):
    path = tmp_path / "own.txt"
    path.write_text("one line")
    with pytest.raises(PolyheadError, match="too little"):
        text_corpus(path)


@pytest.mark.usefixtures("corpus")
def test_a_finished_run_is_a_model_folder_with_a_card(tmp_path: Path):
    result = run_train_lm(TINY.replace(n_steps=2), tmp_path / "lm")
    model = load_model(tmp_path / "lm" / "model")
    assert model.cfg.n_heads == 2
    assert model.tokenizer.eos_token_id == 1
    card = (tmp_path / "lm" / "model" / "MODEL_CARD.md").read_text()
    assert f"{result['held-out nats/token']:.3f} nats per token" in card
    assert all(f"| {layer}.{head} |" in card for layer in (0, 1) for head in (0, 1))
    assert "| p | 1 | MIT |" in card
