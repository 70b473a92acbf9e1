"""What a graph file must hold to be read; fields that are not named here are passed over."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from polyhead.core.graph_records import QKRecord

_Number = Annotated[int, Field(ge=-(2**53), le=2**53)]
"""An integer that every reader of JSON has exactly."""


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class FileMetadata(_Read):
    """About the graph."""

    slug: str
    scan: str
    prompt_tokens: list[str]
    prompt: str
    node_threshold: float | None = None
    schema_version: int | None = None
    feature_details: dict[str, Any] = Field(default_factory=dict)
    pruning_settings: dict[str, Any] = Field(default_factory=dict)
    info: dict[str, Any] = Field(default_factory=dict)


class FileParams(_Read):
    """The saved state of the subgraph."""

    pinnedIds: list[str] = Field(default_factory=list)
    supernodes: list[list[str]] = Field(default_factory=list)


class Tracing(_Read):
    """Why the head after a node looked where it did."""

    pair_wise_contributors: list[tuple[str, str, float]]
    top_q_marginal_contributors: list[tuple[str, float]]
    top_k_marginal_contributors: list[tuple[str, float]]


class FileNode(_Read):
    """One node."""

    node_id: str
    feature_type: str
    layer: str | _Number
    ctx_idx: _Number
    feature: _Number | None = None
    clerp: str = ""
    influence: float | None = None
    activation: float | None = None
    token_prob: float | None = None
    qk_tracing_results: Tracing | None = None
    polyhead: dict[str, Any] | None = None


class FileLink(_Read):
    """One edge."""

    source: str
    target: str
    weight: float
    heads: list[tuple[_Number, float]] = Field(default_factory=list)


class GraphFile(_Read):
    """The file."""

    metadata: FileMetadata
    qParams: FileParams
    nodes: list[FileNode]
    links: list[FileLink]
    qk_only_nodes: dict[str, FileNode] = Field(default_factory=dict)
    polyhead: dict[str, Any] | None = None


class OwnBlock(_Read):
    """What the format has no place for, in a file that polyhead wrote."""

    record: dict[str, Any]
    dtypes: dict[str, Literal["int32", "int64", "uint32", "uint64", "float16", "float32", "float64"]]
    n_terms: int = Field(ge=0, le=2**16)
    qk: QKRecord | None = None
