"""The text that a model reads: from a name or a path to token sequences, with every check in one place."""

from importlib.resources import files
from pathlib import Path

from polyhead.activations.texts import read_texts
from polyhead.activations.tokens import TokenSequences, tokenize
from polyhead.core.errors import PolyheadError
from polyhead.models.hooked import HookedModel


def text_path(text: str) -> Path:
    """Where a text lies: the one that ships with the bundled model, or the user's own.

    Raises:
        PolyheadError: the name is empty.
    """
    if text == "bundled":
        return Path(str(files("polyhead.models") / "bundled" / "held_out.parquet"))
    if not text.strip():
        raise PolyheadError("no text was named; give `bundled`, a file, or a folder of files")
    return Path(text)


def model_sequences(
    model: HookedModel, text: str, *, n_sequences: int, seq_len: int, whole: bool = False
) -> TokenSequences:
    """The first token sequences of a text, as the model's tokenizer packs it.

    Args:
        model: a model with a tokenizer.
        text: `bundled`, a file, or a folder of files.
        n_sequences: how many sequences at most; fewer where the text is shorter.
        seq_len: tokens per sequence, BOS included.
        whole: require at least one sequence without padding.

    Returns:
        `[n, p]` tokens with their valid positions, n <= `n_sequences` and p = `seq_len`.

    Raises:
        PolyheadError: the model has no tokenizer, the text is missing or too short, no sequence is asked for, or the
            sequences are shorter than two tokens or longer than the model's context.
    """
    if model.tokenizer is None:
        raise PolyheadError(f"{model.cfg.name} has no tokenizer, so no text can be read for it")
    if n_sequences < 1 or seq_len < 2:
        raise PolyheadError(
            f"expected at least 1 sequence of at least 2 tokens; received {n_sequences} of {seq_len} tokens"
        )
    if seq_len > model.cfg.n_ctx:
        raise PolyheadError(f"sequences of {seq_len} tokens; {model.cfg.name} takes at most {model.cfg.n_ctx}")
    sequences = tokenize(
        read_texts(text_path(text)), model.tokenizer, sequence_length=seq_len, max_sequences=n_sequences
    )
    if whole and not sequences.valid[:, -1].any():
        raise PolyheadError(
            f"{text} gives no sequence of {seq_len} tokens (the longest has {int(sequences.valid.sum(1).max())} after "
            "BOS); give longer text, or a smaller --seq-len"
        )
    return sequences
