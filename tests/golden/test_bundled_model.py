"""The model that ships: its card's numbers come out of its weights again."""

from importlib.resources import files
from pathlib import Path

import pytest
import torch

import polyhead as ph
from polyhead.activations.texts import read_texts
from polyhead.core.head_records import HeadTable
from polyhead.runs.export_lm import HELD_OUT_FILE, HeldOutLoss, held_out_head_table, held_out_loss, token_stream

FOLDER = Path(str(files("polyhead.models"))) / "bundled"


@pytest.fixture(scope="module")
def table() -> HeadTable:
    return HeadTable.load(FOLDER / "head_table.json")


def test_the_shipped_files_are_small_enough() -> None:
    assert (FOLDER / "weights.safetensors").stat().st_size <= 20e6
    texts = sum(len(d.text.encode()) for d in read_texts(FOLDER / HELD_OUT_FILE))
    assert 1e6 < texts <= 3e6


def test_it_has_the_heads_it_was_made_for(table: HeadTable) -> None:
    assert len(table.rows) == 32
    assert sum(r.induction_unigram >= 0.5 for r in table.rows) >= 3
    assert max(r.previous_token for r in table.rows) >= 0.9
    assert max(r.newline_indent or 0.0 for r in table.rows) >= 0.6


@pytest.mark.slow
def test_the_table_of_heads_and_the_held_out_loss_follow_from_the_weights(table: HeadTable) -> None:
    model = ph.load_model("bundled")
    stream = token_stream(FOLDER, model.tokenizer)
    again = held_out_head_table(model, stream)
    assert again.policy.special == model.cfg.special, "newer than the shipped record"
    assert again.policy.model_copy(update={"special": None}) == table.policy.model_copy(update={"special": None})
    for new, old in zip(again.rows, table.rows, strict=True):
        for key, value in old.model_dump().items():
            assert new.model_dump()[key] == pytest.approx(value, abs=2e-4), (old.layer, old.head, key)
    loss = HeldOutLoss.load(FOLDER / "held_out_loss.json")
    n_bytes = sum(len(d.text.encode()) for d in read_texts(FOLDER / HELD_OUT_FILE))
    new_loss = held_out_loss(model, stream, n_bytes=n_bytes, bos=0)
    assert new_loss.nats_per_token == pytest.approx(loss.nats_per_token, abs=1e-4)
    assert new_loss.bits_per_byte == pytest.approx(loss.bits_per_byte, abs=1e-4)


def test_newline_and_indentation_are_one_token() -> None:
    model = ph.load_model("bundled")
    ids = ph.to_tokens(model, "class A:\n    def f(self):\n        return 1\n")[0]
    words = model.tokenizer.tokens(ids)
    assert words[0] == "<|bos|>"
    assert [w for w in words if "\n" in w] == ["\n    ", "\n        ", "\n"]
    assert torch.equal(ids[1:], torch.tensor(model.tokenizer.encode(model.tokenizer.decode(ids[1:]))))
