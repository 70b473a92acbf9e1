"""Records of an attribution graph: what was active on one prompt, what acted on what, and how that was checked.

A graph's folder holds `graph.json` (GraphRecord), `edges.parquet` (one row an edge: target, source, weight, heads),
`qk.json` (QKRecord, where pattern entries were explained) and `verify.json` (VerifyRecord, once it was verified).
Nodes are numbered by their place in `nodes`; an edge's weight is source activation times the linear path to the
target's pre-activation in the frozen model, so the weights into a node sum to its pre-activation.
"""

import hashlib
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Float, Int
from pydantic import Field, model_validator

from polyhead.core.earlier_names import current_fields
from polyhead.core.errors import ArtifactError
from polyhead.core.files import write_atomic
from polyhead.core.records import Record

NodeKind = Literal["embedding", "latent", "error", "bias", "logit"]
Side = Literal["key", "query", "own"]
"""key: read at a source, before anything moves; query: what has arrived at a destination; own: nothing moves (MLPs)."""


class GraphNode(Record):
    """One thing that was active at one position."""

    kind: NodeKind
    position: int
    """In the prompt, BOS included; -1 for what has no place (biases of readers)."""
    layer: int | None = None
    """None for embeddings and logits."""
    part: Literal["attn", "mlp"] | None = None
    """Which half of the layer it explains, or fails to."""
    dictionary: int | None = None
    """For a latent, an index into `GraphRecord.dictionaries`."""
    latent: int | None = None
    side: Side | None = None
    token: int | None = None
    """Token id of an embedding or a logit."""
    label: str | None = None
    """The token itself, of an embedding or a logit; for others a name that somebody gave."""
    value: float
    """Activation of a latent (f, or z on the query side); 1 for what is always there; for a logit its value, the mean
    over the vocabulary taken off."""
    pre: float | None = None
    """For a target: its pre-activation, which the weights of its incoming edges sum to (with `cut`)."""
    cut: float = 0.0
    """Sum of incoming edges that were left out of the file, so that the sum stays whole."""
    probability: float | None = None
    """Of a logit's token, next at its position."""
    influence: float | None = None
    """Share of all that reaches the logits which goes through here; after pruning, of the whole graph's."""
    error_norm: float | None = None
    """Of an error node: its norm over that of what it is an error of."""


class GraphDictionary(Record):
    """One dictionary whose latents are nodes."""

    name: str
    kind: str
    """Name of the method: `mtc`, `lorsa`, `cross_layer_transcoder` ..."""
    layers: list[int]
    part: Literal["attn", "mlp", "both"]
    n_latents: int
    heads: list[str]
    """Names of the entries of an edge's `heads` where it crosses this dictionary: heads of the layer, `identity` last,
    or groups of a Lorsa; empty where nothing is moved."""
    sha256: str | None = None
    path: str | None = None


class GraphScores(Record):
    """How much of the prompt's computation goes through latents."""

    replacement: float
    """Share of the paths from logits back to embeddings that go through no error node."""
    completeness: float
    """Share of what flows into nodes, weighted by their influence, that does not come from error nodes."""
    error_share: float
    """Share of influence on the logits that ends in error nodes."""
    n_nodes: int
    n_edges: int
    n_error_nodes: int


class Supernode(Record):
    """Nodes shown as one."""

    label: str
    nodes: list[int]


class GraphRecord(Record):
    """A graph without its edges, which lie next to it."""

    slug: str
    prompt: str
    tokens: list[int]
    token_strings: list[str]
    model: str
    attention: str
    """Which attention kind the graph holds: a method's name, or several joined by ` + `."""
    n_layers: int
    n_heads: int
    patterns: Literal["model", "dictionary"]
    """Whose attention patterns were frozen."""
    dictionaries: list[GraphDictionary]
    nodes: list[GraphNode]
    n_edges: int
    """In `edges.parquet`."""
    n_edges_found: int
    """Before pruning and budget."""
    node_threshold: float | None = None
    edge_threshold: float | None = None
    """Influence kept by pruning, None where nothing was pruned."""
    scores: GraphScores | None = None
    supernodes: list[Supernode] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    """What was left out, capped, or stands in an error node for lack of a dictionary."""
    seconds: float | None = None
    peak_bytes: int | None = None


class Edges(NamedTuple):
    """All edges, sorted by target, then source."""

    target: Int[np.ndarray, " e"]
    source: Int[np.ndarray, " e"]
    weight: Float[np.ndarray, " e"]
    heads: Float[np.ndarray, "e H"] | None
    """Term of each head, 0 for edges that cross no attention layer; they sum to the weight of those that do."""


class QKTerm(Record):
    """One pair of what acts on the query and what acts on the key."""

    query_node: int | None
    """Place in `nodes`; None: all that is not named (`rest`)."""
    key_node: int | None
    value: float
    """Added to the attention score."""


class QKEntry(Record):
    """Why one head looked from one position to another: the score, split."""

    layer: int
    head: int
    query: int
    key: int
    pattern: float
    score: float
    """What the terms sum to: everything over `pairs`, `query_only`, `key_only` and `constant`."""
    pairs: list[QKTerm]
    """Node by node, largest first; the last one holds the rest."""
    query_marginal: list[QKTerm]
    """Each query-side node with everything on the key side, `key_node` None."""
    key_marginal: list[QKTerm]
    contrast: float | None = None
    """Score minus the mean score of the query's row: what softmax sees of it."""
    qk_features: list[tuple[int, float]] = Field(default_factory=list)
    """Latents of a QK dictionary of this layer that are active in query and key, with what each adds to the score."""
    qk_features_rest: float | None = None
    """Score minus what the QK dictionary says."""
    qk_features_of: str | None = None
    """Name of the QK dictionary."""

    @model_validator(mode="before")
    @classmethod
    def _current(cls, values: Any) -> Any:
        """Under names of earlier versions."""
        return current_fields(cls, values)


class QKRecord(Record):
    """Pattern entries of one graph that were explained."""

    entries: list[QKEntry]


class Perturbation(Record):
    """One intervention on one node, predicted and seen."""

    node: int
    action: Literal["suppress", "boost", "swap"]
    factor: float
    n_targets: int
    frozen_error: float
    """Largest difference between an adjacency entry's prediction and the change seen in the frozen model, over the
    largest change."""
    live_correlation: float | None = None
    """Of predicted and seen changes of downstream activations and logits, nothing frozen."""
    live_relative_error: float | None = None
    """|seen - predicted| / |predicted|, nothing frozen."""


class OutputChange(Record):
    """How much one quantity of the output changes in an intervention."""

    predicted: float
    """By the graph, over all paths."""
    frozen: float
    """Seen with norms and patterns frozen as on the prompt."""
    live: float
    """Seen with nothing frozen."""


Quantity = Literal["logit", "margin", "probability"]
"""Of the target token: its logit minus the mean over the vocabulary, minus that of the runner-up, its probability."""
Regime = Literal["frozen", "live"]


class OutputEffect(Record):
    """One intervention, and what it does to the target token."""

    what: Literal["node", "supernode", "set"]
    """A single node, the nodes of one supernode together, or the nodes of most effect together."""
    label: str | None = None
    """Of a supernode."""
    nodes: list[int]
    step: float
    """Change of every node as a share of its value: -1 removes it."""
    logit: OutputChange
    margin: OutputChange | None = None
    """None where the graph has one logit only."""
    probability: OutputChange


class OutputAgreement(Record):
    """How predictions of the output compare with what was seen, over interventions of one sort."""

    what: Literal["node", "supernode", "set"]
    step: float
    quantity: Quantity
    regime: Regime
    n: int
    """Interventions."""
    correlation: float | None
    """None for fewer than three, or where one side does not vary."""
    signs: float | None
    """Share of changes whose sign was predicted."""
    slope: float | None
    """Seen change per predicted one, through the origin."""
    control_correlation: float | None
    """Mean over shuffles of the predictions among these interventions."""
    control_signs: float | None


class OutputRecord(Record):
    """A graph compared with interventions on the output: does what it calls a cause change the answer?"""

    target: int
    """Logit node."""
    runner_up: int | None
    """The next most probable logit node of the same position, if the graph has one."""
    agreements: list[OutputAgreement]
    effects: list[OutputEffect]

    def agreement(
        self,
        *,
        what: Literal["node", "supernode", "set"] = "node",
        step: float = -1.0,
        quantity: Quantity = "logit",
        regime: Regime = "live",
    ) -> OutputAgreement | None:
        """Of one sort of intervention, quantity and regime, by default whole removals of nodes in the live model."""
        asked = (what, step, quantity, regime)
        return next((a for a in self.agreements if (a.what, a.step, a.quantity, a.regime) == asked), None)


class VerifyRecord(Record):
    """A graph held against interventions."""

    outputs: OutputRecord | None = None
    """What changes do to the output; None where that was not asked for."""
    perturbations: list[Perturbation]
    controls: list[Perturbation]
    """The same of nodes drawn at random, whose predictions are shuffled among nodes of the same kind."""
    worst_frozen_error: float
    live_correlation: float | None
    control_correlation: float | None
    seconds: float | None = None


GRAPH, EDGES, QK, VERIFY = "graph.json", "edges.parquet", "qk.json", "verify.json"


def save_edges(edges: Edges, path: Path) -> None:
    """Write the edges as Parquet with a checksum of their values, atomically."""
    columns = {name: pa.array(getattr(edges, name)) for name in ("target", "source", "weight")}
    if edges.heads is not None:
        flat = pa.array(np.ascontiguousarray(edges.heads, dtype=np.float32).reshape(-1))
        columns["heads"] = pa.FixedSizeListArray.from_arrays(flat, edges.heads.shape[1])
    table = pa.table(columns).replace_schema_metadata({_CHECKSUM: _digest(edges)})
    write_atomic(path, lambda aside: pq.write_table(table, aside, compression="zstd", write_page_checksum=True))


def load_edges(path: Path) -> Edges:
    """Read them back, sorted by target, then source.

    Files that were written before edges had a checksum are read without one.

    Raises:
        ArtifactError: missing or damaged.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
        edges = _columns(table)
        said = (table.schema.metadata or {}).get(_CHECKSUM)
    except (OSError, KeyError, ValueError, MemoryError, pa.ArrowException) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise ArtifactError(f"{path} does not hold the edges of a graph: {why}") from None
    if said is not None and said.decode("ascii", "replace") != _digest(edges):
        raise ArtifactError(f"{path} was damaged: its edges are not those of its checksum; make the graph again")
    order = np.lexsort((edges.source, edges.target))
    if (np.diff(order) == 1).all():
        return edges
    heads = None if edges.heads is None else edges.heads[order]
    return Edges(edges.target[order], edges.source[order], edges.weight[order], heads)


_CHECKSUM = b"polyhead.sha256"
"""In the metadata of the Parquet file's schema."""


def _digest(edges: Edges) -> str:
    """Of the values, so that it does not hang on how Parquet compresses them."""
    digest = hashlib.sha256()
    for name, values in edges._asdict().items():
        if values is not None:
            plain = np.ascontiguousarray(values, dtype=np.float32 if name == "heads" else None)
            digest.update(f"{name} {plain.dtype.str} {plain.shape};".encode())
            digest.update(plain.tobytes())
    return digest.hexdigest()


def _columns(table: pa.Table) -> Edges:
    """The columns of a file of edges.

    Raises:
        ValueError: of another kind or with gaps. KeyError: one is missing.
    """
    arrays = {}
    for name, kinds in (("target", "iu"), ("source", "iu"), ("weight", "f")):
        values = table[name].to_numpy()
        if table[name].null_count or values.dtype.kind not in kinds:
            raise ValueError(f"its column {name} has gaps or is of type {table[name].type}")
        arrays[name] = values
    heads = None
    if "heads" in table.column_names:
        column = table["heads"].combine_chunks()
        if not pa.types.is_fixed_size_list(column.type) or not pa.types.is_floating(column.type.value_type):
            raise ValueError(f"its column heads is of type {column.type}")
        heads = np.asarray(column.flatten()).reshape(len(table), column.type.list_size)
    return Edges(arrays["target"], arrays["source"], arrays["weight"], heads)
