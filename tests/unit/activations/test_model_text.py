from pathlib import Path

import numpy as np
import pytest

import polyhead
from polyhead.activations.model_text import model_sequences
from polyhead.activations.texts import read_texts
from polyhead.activations.tokens import tokenize
from polyhead.core.errors import PolyheadError
from polyhead.models.hooked import HookedModel


@pytest.fixture(scope="module")
def model() -> HookedModel:
    return polyhead.load_model("bundled")


def test_sequences_are_those_of_the_tokenizer(model: HookedModel, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("def area(width, height):\n    return width * height\n" * 9, "utf-8")
    assert model.tokenizer is not None
    read = model_sequences(model, str(file), n_sequences=3, seq_len=11)
    plain = tokenize(read_texts(file), model.tokenizer, sequence_length=11, max_sequences=3)
    assert read.tokens.shape == (3, 11)
    assert np.array_equal(read.tokens, plain.tokens)
    assert read.tokens_sha256 == plain.tokens_sha256


@pytest.mark.parametrize(
    ("text", "n", "length", "message"),
    [
        ("bundled", 0, 16, "received 0 of 16 tokens"),
        ("bundled", 2, 1, "received 2 of 1 tokens"),
        ("bundled", 2, 257, "sequences of 257 tokens; .* takes at most 256"),
        ("  ", 2, 16, "no text was named"),
        ("{tmp}/none.txt", 2, 16, "none.txt does not exist"),
        ("{tmp}/short.txt", 2, 16, "gives no sequence of 16 tokens .* give longer text"),
    ],
)
def test_what_cannot_be_read_is_refused(
    model: HookedModel, tmp_path: Path, text: str, n: int, length: int, message: str
) -> None:
    (tmp_path / "short.txt").write_text("a b", "utf-8")
    with pytest.raises(PolyheadError, match=message):
        model_sequences(model, text.replace("{tmp}", str(tmp_path)), n_sequences=n, seq_len=length, whole=True)
