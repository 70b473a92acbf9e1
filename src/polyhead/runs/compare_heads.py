"""Heads against heads, and one head in parts: assembled from a model and a text.

OUT/pairs.jsonl            HeadPair, one per line
OUT/copying.json           copying score by layer and head
OUT/preferences.json       PreferenceSearch
OUT/split-L3H0.json        SplitHead, for the heads asked for: by rules and by clusters
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from pydantic import TypeAdapter

from polyhead.activations.model_text import model_sequences
from polyhead.activations.tokens import TokenSequences
from polyhead.analysis.heads.head_pairs import HeadFrames, copying_scores, head_pairs, pattern_overlaps
from polyhead.analysis.heads.pair_clusters import cluster_pairs, largest_pairs
from polyhead.analysis.heads.preferences import PreferenceSearchConfig, collect_inputs, search_preferences
from polyhead.analysis.heads.rules import Vocabulary, rule_book
from polyhead.analysis.heads.split import RuleLabels, split_head
from polyhead.core.data_files import read_json, validated_as
from polyhead.core.errors import PolyheadError
from polyhead.core.files import write_json
from polyhead.core.head_records import HeadPair, PreferenceSearch, SplitHead
from polyhead.core.protocols import Batch
from polyhead.core.records import save_lines
from polyhead.metrics.evaluate import Repeatable
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model
from polyhead.models.unembedding import folded_unembedding


def text_batches(
    model: HookedModel, text: str, *, n_sequences: int, seq_len: int, sequences_per_batch: int = 8
) -> Repeatable:
    """Batches of `tokens` and `valid`, which can be gone through again.

    Raises:
        PolyheadError: no tokenizer, text not found or empty, no sequences, too short or too long ones.
    """
    if seq_len < 3:
        raise PolyheadError(f"expected sequences of at least 3 tokens; received {seq_len}")
    sequences = model_sequences(model, text, n_sequences=n_sequences, seq_len=seq_len)
    return Repeatable(lambda: _batches(sequences, model, sequences_per_batch))


def _batches(sequences: TokenSequences, model: HookedModel, size: int) -> Iterator[Batch]:
    for rows in torch.arange(len(sequences)).split(size):
        tokens, valid = sequences.rows(rows)
        yield {"tokens": tokens.to(model.device), "valid": valid.to(model.device)}


def run_compare(
    name: str,
    out: Path,
    *,
    text: str = "bundled",
    n_sequences: int = 32,
    seq_len: int = 128,
    cfg: PreferenceSearchConfig | None = None,
) -> tuple[list[HeadPair], PreferenceSearch]:
    """All pairs of heads and the search for inverted preference orders, written to the folder `out`.

    Raises:
        PolyheadError: as `text_batches`, `collect_inputs` and `search_preferences`.
    """
    model, cfg = load_model(name), cfg or PreferenceSearchConfig()
    batches = text_batches(model, text, n_sequences=n_sequences, seq_len=seq_len)
    texts = model.tokenizer.tokens(range(model.cfg.d_vocab))
    found = search_preferences(model, collect_inputs(model, batches, cfg), cfg, texts=texts)
    found.save(out / "preferences.json")
    pairs = head_pairs(model, pattern_overlaps(model, batches), frames=HeadFrames(model))
    save_lines(out / "pairs.jsonl", pairs)
    scores = copying_scores(model, unembed=folded_unembedding(model)).tolist()
    write_json(out / "copying.json", {"values": scores})
    return pairs, found


def run_split(
    name: str,
    heads: Sequence[tuple[int, int]],
    out: Path,
    *,
    text: str = "bundled",
    n_sequences: int = 32,
    seq_len: int = 128,
    rules: Sequence[str] | None = None,
) -> list[SplitHead]:
    """`split_heads` of a model by name, with a record for each head and split in the folder `out`.

    Raises:
        PolyheadError: as `text_batches` and `split_head`; an unknown rule.
    """
    return split_heads(
        load_model(name), heads, text=text, n_sequences=n_sequences, seq_len=seq_len, rules=rules, out=out
    )


def split_heads(
    model: HookedModel,
    heads: Sequence[tuple[int, int]],
    *,
    text: str = "bundled",
    n_sequences: int = 32,
    seq_len: int = 128,
    rules: Sequence[str] | None = None,
    out: Path | None = None,
) -> list[SplitHead]:
    """Split heads by rules and by clusters, and ablate every part.

    Raises:
        PolyheadError: as `text_batches` and `split_head`; an unknown rule.
    """
    batches = text_batches(model, text, n_sequences=n_sequences, seq_len=seq_len)
    by_rules = RuleLabels(rule_book(rules), Vocabulary.of(model))
    made = []
    for layer, head in heads:
        parts = {"rules": split_head(model, batches, layer, head, by_rules)}
        own = cluster_pairs(largest_pairs(model, batches, layer, head), model.W_O[layer][head])
        named = "clusters of q, k and output"
        parts["clusters"] = split_head(model, batches, layer, head, own, split=named, silhouette=own.silhouette)
        for kind, record in parts.items():
            made.append(record)
            if out is not None:
                record.save(out / f"split-L{layer}H{head}-{kind}.json")
    return made


def read_copying(path: Path) -> list[list[float]]:
    """The copying scores `[layer][head]` that `run_compare` wrote; earlier versions wrote the list alone.

    Raises:
        ArtifactError: missing or damaged.
    """
    value = read_json(path, constants=True)
    scores = value.get("values") if isinstance(value, dict) else value
    return validated_as(_SCORES, "copying scores", scores, str(path))


_SCORES = TypeAdapter(list[list[float]])
