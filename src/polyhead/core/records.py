"""Records: the small frozen results that stages hand to each other as files. Reports read nothing else.

A run folder holds `records/overview.json` (Overview), `records/evaluations.jsonl` (one Evaluation a line), and per
dictionary `records/<name>/latents.parquet` (columns = fields of LatentRow) and `records/<name>/pages/NNNN.json`
(a list of LatentPage, PAGE_SHARD latents per file: latent i is in file i // PAGE_SHARD). docs/formats.md says the same.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, model_validator

from polyhead.core.data_files import read_json_lines, validated
from polyhead.core.earlier_names import current_fields
from polyhead.core.files import write_atomic
from polyhead.core.pattern_records import HeadPattern
from polyhead.core.record import Record
from polyhead.core.sites import is_after_attention
from polyhead.core.special_tokens import SpecialTokens

PAGE_SHARD = 64
"""Latents in one file of pages."""

Variant = str
"""free, top1, top1_argmax ...: the MTC by its loadings; shuffled: free MTC with patterns of another sequence; the name
of a method; pca, head_svd, head_data_svd: linear baselines of equal rank; mean, zero: ablations."""


FEWEST_DOCUMENTS = 8
"""No interval over documents is given of fewer."""


class Interval(Record):
    """95 % interval of a figure over documents (metrics/by_document.py)."""

    low: float
    high: float
    n_documents: int


class TextSplit(Record):
    """How a text was shared out, and which part of it a number is of."""

    by: Literal["document", "within_document", "order"]
    """`document`: by the hash of each document's text. `within_document`: the text is one document, cut in three.
    `order`: the last sequences of the text were held out (earlier versions)."""
    part: Literal["train", "validation", "held_out"]
    salt: int | None = None
    """What the hash is salted with; it decides the order of documents and sequences too."""
    validation_share: float | None = None
    """Expected share of the documents."""
    held_out_share: float | None = None
    note: str | None = None
    """Where documents were too few to follow their hashes alone: what was done instead."""


class TokenPolicy(Record):
    """Which positions a number was computed over. Carried by every evaluation."""

    bos: Literal["excluded", "included", "none"]
    """`none`: the model has no BOS in front."""
    padding: Literal["excluded", "none"]
    n_sequences: int
    n_positions: int
    """Positions counted, after exclusions."""
    n_documents: int | None = None
    """Documents that these positions are of; None in older records."""
    tokens_per_document: float | None = None
    """Positions counted per document, on average."""
    largest_document_share: float | None = None
    """Share of the positions that the document with most of them has."""
    split: TextSplit | None = None
    """None in older records, and where a text was not shared out."""
    special: SpecialTokens | None = None
    """The model's decision about BOS and end of document; None in older records."""


class Evaluation(Record):
    """One dictionary or baseline on held-out text. Definitions: docs/metrics.md. None means not applicable."""

    name: str
    """Unique in the run; the folder under `records/` where a dictionary has latent pages."""
    variant: Variant
    method: str | None = None
    """Name of the method, for a dictionary."""
    layer: int
    """The (first) layer explained."""
    target: str
    """Site that is reconstructed; several are joined by ` + `."""
    seed: int | None
    n_latents: int | None
    """Latents, or rank of a linear baseline."""
    sparsity: str
    """The setting in words: `k=16`, `l1=3e-2`, `rank 32`."""
    init: str | None = None
    """How the dictionary was initialized: loadings `one_hot` or `spread` over all heads, for example."""
    n_train_tokens: int | None
    policy: TokenPolicy
    fvu: float
    """At the target's own site; of several sites, the mean of theirs."""
    fvu_attn_out: float | None = None
    """Of the layer's attention output once the target is put back: comparable between methods of one layer.

    None where the target is that output itself, spans layers, or lies after it; `attn_out_fvu` tells them apart.
    """
    nmse: float
    l0_source: float | None
    """Active latents per source token."""
    l0_dest: float | None
    """Latents carrying 90 % of the energy at a destination; of a code that is counted there, active latents."""
    dead_share: float | None
    dense_share: float | None = None
    """Share of L0 from latents that are active on more than a fifth of the positions."""
    pattern_nmse: float | None = None
    """Of the patterns a method makes: sum (A - A^)^2 / sum (A - mean A)^2 over causal entries of counted queries."""
    pattern_kl: float | None = None
    """KL(A || A^) of a counted query's row, in nats."""
    pattern_nmse_off_sink: float | None = None
    """Of the same patterns about their mean over sequences, without the sink key; mean over heads."""
    l0_key: float | None = None
    """Active latents per key, of a code with two sides."""
    densest: float | None = None
    """Largest density of one latent, on either side, of a code with two sides."""
    head_patterns: tuple[HeadPattern, ...] = ()
    """Every head whose pattern is made; empty in older records."""
    train_seconds: float | None = None
    train_memory: int | None = None
    """Bytes that a training step was planned with, optimizer included."""
    shrinkage: float
    ce_clean: float
    ce_spliced: float
    ce_mean: float
    """Next-token loss with the target replaced by its mean (`ce_zero`: by zero)."""
    ce_zero: float
    kl: float
    intervals: dict[str, Interval] = Field(default={})
    """Over documents, by name (`fvu`, `fvu_attn_out`, `ce_spliced`, `kl`, `ce_recovered_mean`). Empty in older records,
    and for text of fewer than 8 documents."""
    effective_heads: float | None
    """Energy-weighted participation ratio of the loadings."""
    identity_share: float | None
    """Energy-weighted share of squared loading on the identity head."""

    @model_validator(mode="before")
    @classmethod
    def _current(cls, values: Any) -> Any:
        """Under names of earlier versions."""
        return current_fields(cls, values)

    @property
    def attn_out_fvu(self) -> float | None:
        """FVU of one layer's attention output, whether that is the target itself or was measured after splicing.

        None of a target after attention, which cannot change that output (earlier versions recorded 0 there).
        """
        names = self.target.split(" + ")
        if any(is_after_attention(name) for name in names):
            return None
        own = len(names) == 1 and names[0].endswith("hook_attn_out")
        return self.fvu if own and self.fvu_attn_out is None else self.fvu_attn_out

    @property
    def ce_recovered_mean(self) -> float:
        """(ce_mean - ce_spliced) / (ce_mean - ce_clean)."""
        return (self.ce_mean - self.ce_spliced) / (self.ce_mean - self.ce_clean)

    @property
    def ce_recovered_zero(self) -> float:
        """(ce_zero - ce_spliced) / (ce_zero - ce_clean)."""
        return (self.ce_zero - self.ce_spliced) / (self.ce_zero - self.ce_clean)


class LoadingMap(Record):
    """Head-loading space of one dictionary: points are in LatentRow; this names the clusters."""

    method: str
    """How the 2-D projection was made."""
    n_clusters: int
    cluster_sizes: list[int]
    cluster_loadings: list[list[float]]
    """Mean unit loading per cluster, `[n_clusters, n_heads + 1]`."""


class DictionaryCard(Record):
    """What a trained dictionary is, for the overview."""

    name: str
    variant: Variant
    method: str = "mtc"
    title: str = "Multitoken transcoder"
    """The method in words."""
    side: Literal["key", "query", "both"] = "key"
    """Where its code is counted: at sources, at destinations, or on both sides."""
    noun: str = "latent"
    """What one row of its table is called: latent, unit, head."""
    about: str = ""
    """One sentence on what a row is; empty where the side says it all."""
    loadings: Literal["trained", "measured", "layers", "none"] = "trained"
    """What the loadings of a row are: parameters or decoder norms by head; shares measured from the arcs of its
    examples; decoder norms by layer; or nothing worth showing, where there is one attention only."""
    identity: bool = True
    """Whether there is an identity head; its loading is 0 where not."""
    group_names: list[str] = Field(default=[])
    """What `group` of a row points into: attentions shared by units, or sites that are read. Empty: no groups."""
    n_latents: int
    n_heads: int
    head_names: list[str]
    """`n_heads` names, then `identity`."""
    n_live: int
    config: dict[str, Any]
    loading_map: LoadingMap | None
    highlights: list[str]
    """Latents worth opening first, in words of the text itself."""


class Overview(Record):
    """The first page of a report."""

    title: str
    command: str
    """The command that reproduces the run."""
    created: str
    versions: dict[str, str]
    model: dict[str, Any]
    """ModelConfig of the base model, and `sha256` of its weights."""
    text: dict[str, Any]
    """Origin, licence, sequences, tokens, `sha256`."""
    layer: int
    input_site: str
    target_site: str
    dictionaries: list[DictionaryCard]
    """Those with latent pages; the evaluations hold more rows than these."""
    verdict: list[str]
    """Plain sentences, made from the evaluations, with numbers."""
    seconds: dict[str, float]
    """Wall time of each stage."""


class LatentRow(Record):
    """One line of the latent table."""

    latent: int
    density: float
    """Share of source tokens where it is active."""
    energy_share: float
    """Share of the total sum of (z |w_dec|)^2 over destinations."""
    max_activation: float
    effective_heads: float
    identity_share: float
    main_head: int
    """Index into `head_names`, by |loading|."""
    loadings: list[float]
    map_x: float
    map_y: float
    cluster: int
    top_source_tokens: list[str]
    """Commonest tokens by activation mass, on the side where the code is counted (queries, where on both)."""
    top_promoted: list[str]
    top_key_tokens: list[str] = Field(default=[])
    """The same of the keys, where the code is counted on both sides."""
    group: int = -1
    """Index into `group_names` of the card."""
    family: str = ""
    """What it does with positions, or what it carries (`analysis/family_sums.py`); empty for none."""
    family_share: float = 0.0
    """Share of what it moves that makes it so."""
    distance: float | None = None
    """Tokens from destination back to source, mean over what patterns move; None where they move nothing."""


class Arc(Record):
    """What one source position sends to one destination through one latent."""

    query: int
    key: int
    """Indices into the example's tokens."""
    weight: float
    """sum_h loading_h A_h[query, key] f[key], identity included on the diagonal."""
    heads: list[float]
    """The same by head, identity last."""


class LatentExample(Record):
    """A window of text around the peak of a latent on one of its two sides."""

    kind: Literal["top", "quantile"]
    quantile: float | None
    side: Literal["query", "key"] = "query"
    """On which side the peak is: at a destination (query), or at a source (key)."""
    sequence: int
    start: int
    """Position in the sequence of the window's first token."""
    positions: list[int] = Field(default=[])
    """Position in the sequence of every token of the window; -1 for the "…" that stands for tokens left out between a
    far source and the peak (f and z are 0 there). Empty: contiguous from `start`."""
    tokens: list[str]
    key_side: list[float]
    """f at every token of the window (before moving)."""
    query_side: list[float]
    """z at every token of the window (after moving; signed)."""
    peak: int
    """Index of the destination with the largest |z|, or of the source with the largest f on the key side."""
    arcs: list[Arc]


class LatentPage(Record):
    """Everything shown on the page of one latent."""

    row: LatentRow
    examples: list[LatentExample]
    promoted: list[tuple[str, float]]
    """Tokens whose logits the decoder row raises most through the unembedding (direct path, norm scale left out)."""
    demoted: list[tuple[str, float]]
    histogram: list[tuple[float, float, int]]
    """(low edge, high edge, count) of nonzero source activations, edges geometric."""
    neighbours: list[tuple[int, float]]
    """Nearest latents by cosine of decoder rows."""


R = TypeVar("R", bound=Record)


def save_lines(path: Path, records: Iterable[Record]) -> None:
    """Write one JSON record per line, atomically."""
    text = "".join(r.json_line() + "\n" for r in records)
    write_atomic(path, lambda aside: aside.write_text(text, encoding="utf-8"))


def load_lines(path: Path, kind: type[R]) -> Iterator[R]:
    """Read what `save_lines` wrote.

    Raises:
        ArtifactError: missing, or a line that is not such a record.
    """
    for number, value in read_json_lines(path, constants=True):
        yield validated(kind, value, f"{path}:{number}")
