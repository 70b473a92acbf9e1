"""What heads do, from Python: scores, classes of rows, ablation on template sets, parts of one head.

Each function takes a model that is loaded already (`ph.load_model`). The same from the command line, resumable and with
pages: `polyhead heads`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from polyhead.core.head_records import AblationRecord, RowsRecord, SplitHead
    from polyhead.models.hooked import HookedModel

__all__ = ["ablate", "classify", "scores", "split"]


def scores(
    model: "HookedModel",
    text: str = "bundled",
    *,
    n_tokens: int = 8192,
    seq_len: int = 128,
    seed: int = 0,
) -> "pd.DataFrame":
    """Scores of every head on natural and repeated text. Definitions: docs/metrics.md.

    Args:
        model: Any model with a tokenizer.
        text: `bundled`, a file, or a folder of files.
        n_tokens: Tokens of natural text, BOS included; as many repeated sequences as these are sequences.
        seq_len: Tokens per sequence.
        seed: Of the repeated segments.

    Returns:
        One row per head, named `L3H4`: layer, head, previous, induction (random repeats), duplicate, bos, entropy (in
        nats), and label, which names the largest of the first four where it is at least .3.

    Raises:
        PolyheadError: no tokenizer, text that is missing or too short, sequences that the model does not take.
    """
    import pandas as pd
    import torch

    from polyhead.activations.model_text import model_sequences
    from polyhead.analysis.head_table import head_table
    from polyhead.core.head_names import head_name

    sequences = model_sequences(model, text, n_sequences=max(1, -(-n_tokens // seq_len)), seq_len=seq_len)
    tokens, valid = sequences.rows(torch.arange(len(sequences)))
    longest = max(2, min(64, (seq_len - 1) // 2))
    table = head_table(
        model,
        tokens,
        valid=valid,
        n_repeats=len(sequences),
        period=(min(8, longest), longest),
        seed=seed,
    )
    found = pd.DataFrame(
        [
            {
                "layer": row.layer,
                "head": row.head,
                "previous": row.previous_token,
                "induction": row.induction_unigram,
                "duplicate": row.duplicate_token,
                "bos": row.bos,
                "entropy": row.entropy,
            }
            for row in table.rows
        ],
        index=pd.Index([head_name(row.layer, row.head) for row in table.rows], name="name"),
    )
    found["label"] = [_label(row) for row in found.to_dict("records")]
    return found


_LABELS = {
    "previous": "previous token",
    "induction": "induction",
    "duplicate": "duplicate token",
    "bos": "rests on BOS",
}
_LEAST = 0.3
"""A head whose largest score is below this has no label of its own."""


def _label(row: dict[str, Any]) -> str:
    """One line: the largest score, or that none stands out. Rest on BOS counts only where nothing else does."""
    value, name = max((row[name] or 0.0, name) for name in ("previous", "induction", "duplicate"))
    if value < _LEAST:
        value, name = row["bos"] or 0.0, "bos"
    return f"{_LABELS[name]} ({value:.2f})" if value >= _LEAST else "no score stands out"


def classify(
    model: "HookedModel",
    text: str = "bundled",
    *,
    heads: Sequence[str] | None = None,
    n_tokens: int = 65_536,
    seq_len: int = 256,
    rules: Path | None = None,
    out: Path | None = None,
) -> "RowsRecord":
    """Classify the rows of heads' patterns by behaviour.

    Args:
        model: Any model with a tokenizer.
        text: `bundled`, a file, or a folder of files.
        heads: Names such as `L3H4`; all of them by default.
        n_tokens: Tokens that are scanned.
        seq_len: Tokens per sequence.
        rules: A rule file (docs/heads.md); the built-in rules by default.
        out: Folder in which the scan is kept and resumed.

    Returns:
        Shares of classes, mass on behaviours, and examples, by head.

    Raises:
        PolyheadError: text or rules that are missing or unusable, a head that the model does not have.
    """
    from polyhead.core.head_names import parse_head
    from polyhead.runs.heads import ClassifyConfig, run_classify

    named = None if heads is None else tuple(parse_head(h) for h in heads)
    length = min(seq_len, model.cfg.n_ctx)
    cfg = ClassifyConfig(model=model.cfg.name, text=text, heads=named, rules=rules, n_tokens=n_tokens, seq_len=length)
    return run_classify(cfg, out, model=model)


def ablate(
    model: "HookedModel",
    head: str,
    templates: str = "induction",
    *,
    text: str = "bundled",
    n_prompts: int | None = None,
    position: int | None = 0,
    ranks: bool = False,
    seed: int = 0,
    out: Path | None = None,
) -> "AblationRecord":
    """Ablate one head on a template set in every way there is. To ablate heads in a `with` block: `ph.ablate`.

    Args:
        model: Any model with a tokenizer and BOS.
        head: Such as `L3H4`.
        templates: A set that ships (docs/heads.md), or a file.
        text: Reference text of means and resampling.
        n_prompts: How many prompts; those of the set by default.
        position: Tokens before the last at which the head is ablated; None: where a sweep falls most.
        ranks: Also rank every head of the model by its effect.
        seed: Of the words put into templates, and of resampling.
        out: Folder for the record.

    Returns:
        Accuracy and probability of the answer, clean and ablated.

    Raises:
        PolyheadError: no such head or templates, an answer of several tokens, text that is too short.
    """
    from polyhead.core.head_names import parse_head
    from polyhead.runs.heads import AblateConfig, run_ablate

    cfg = AblateConfig(
        model=model.cfg.name,
        head=parse_head(head),
        templates=templates,
        text=text,
        n_prompts=n_prompts,
        position=position,
        ranks=ranks,
        seed=seed,
    )
    return run_ablate(cfg, out, model=model)


def split(
    model: "HookedModel",
    heads: str | Sequence[str],
    text: str = "bundled",
    *,
    n_sequences: int = 32,
    seq_len: int = 128,
    rules: Sequence[str] | None = None,
    out: Path | None = None,
) -> "list[SplitHead]":
    """Split heads into parts, by rules and by clusters, and ablate every part.

    Args:
        model: Any model with a tokenizer.
        heads: One name or several, such as `L3H4`.
        text: `bundled`, a file, or a folder of files.
        n_sequences: Sequences of text.
        seq_len: Tokens per sequence.
        rules: Behaviours to split by; all built-in ones by default.
        out: Folder for the records.

    Returns:
        Two records per head: by rules, then by clusters.

    Raises:
        PolyheadError: no such head or rule, text that is missing or too short.
    """
    from polyhead.core.head_names import parse_head
    from polyhead.runs.compare_heads import split_heads

    named = [parse_head(h) for h in ([heads] if isinstance(heads, str) else heads)]
    return split_heads(
        model, named, text=text, n_sequences=n_sequences, seq_len=min(seq_len, model.cfg.n_ctx), rules=rules, out=out
    )
