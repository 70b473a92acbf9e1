"""The text that a model reads: from a name or a path to token sequences, with every check in one place."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from polyhead.activations.split import Part, SplitConfig, split_texts
from polyhead.activations.texts import read_texts
from polyhead.activations.tokens import TextTokenizer, TokenSequences, tokenize
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
    """The first token sequences of a text, in its order, as the model's tokenizer packs it.

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
    tokenizer = _checked(model, n_sequences, seq_len)
    sequences = tokenize(read_texts(text_path(text)), tokenizer, sequence_length=seq_len, max_sequences=n_sequences)
    if whole and not sequences.valid[:, -1].any():
        raise PolyheadError(
            f"{text} gives no sequence of {seq_len} tokens (the longest has {int(sequences.valid.sum(1).max())} after "
            "BOS); give longer text, or a smaller --seq-len"
        )
    return sequences


def model_parts(
    model: HookedModel, text: str, *, n_sequences: Mapping[Part, int], seq_len: int, split: SplitConfig | None = None
) -> dict[Part, TokenSequences]:
    """Sequences drawn over the documents of parts of a text, as the model's tokenizer packs them.

    Args:
        model: A model with a tokenizer.
        text: `bundled`, a file, or a folder of files.
        n_sequences: For every part that is wanted, how many sequences at most; fewer where it holds less text. What is
            drawn from one part does not depend on how many are drawn from another.
        seq_len: Tokens per sequence, BOS included.
        split: How documents are shared out.

    Returns:
        By part `[n, p]` tokens, p = `seq_len`, with their valid positions and their documents. A validation part
        without text is left out.

    Raises:
        PolyheadError: as `model_sequences`, or a part other than validation holds no text.
    """
    tokenizer = _checked(model, min(n_sequences.values()), seq_len)
    n_tokens: dict[Part, int] = {part: n * seq_len for part, n in n_sequences.items()}
    shared = split_texts(read_texts(text_path(text)), split or SplitConfig(), n_tokens=n_tokens)
    return {
        part: shared.draw(part, tokenizer, n_sequences=n, sequence_length=seq_len)
        for part, n in n_sequences.items()
        if part != "validation" or shared.documents[part]
    }


def _checked(model: HookedModel, n_sequences: int, seq_len: int) -> TextTokenizer:
    """The model's tokenizer, where the model can read such sequences."""
    if model.tokenizer is None:
        raise PolyheadError(f"{model.cfg.name} has no tokenizer, so no text can be read for it")
    if n_sequences < 1 or seq_len < 2:
        raise PolyheadError(
            f"expected at least 1 sequence of at least 2 tokens; received {n_sequences} of {seq_len} tokens"
        )
    if seq_len > model.cfg.n_ctx:
        raise PolyheadError(f"sequences of {seq_len} tokens; {model.cfg.name} takes at most {model.cfg.n_ctx}")
    return model.tokenizer
