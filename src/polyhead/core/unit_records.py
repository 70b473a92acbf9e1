"""Records of units: neurons, heads, latents.

A folder `records/NAME/` of a neurons run holds `card.json` (UnitCard), `units.parquet` (columns = fields of UnitRow)
and `pages/NNNN.json` (lists of UnitPage, PAGE_SHARD a file: unit i is in file i // PAGE_SHARD). docs/formats.md says
the same.
"""

from typing import Literal

from polyhead.core.records import Record, TokenPolicy

UnitKind = Literal["neuron", "head", "latent"]


class UnitCard(Record):
    """A family of units: the neurons or heads of one layer, or the latents of a dictionary."""

    name: str
    """The folder under `records/`: `L3-neurons`, `L3-heads`."""
    kind: UnitKind
    layer: int
    n_units: int
    model: str
    value: str
    """What an activation is, in words with its site."""
    policy: TokenPolicy
    n_correlated: int
    """Positions over which activation correlations were taken; 0 where none were."""
    effect: str
    """How promoted and demoted tokens are computed, in words."""


class UnitRow(Record):
    """One line of a table of units. Activations are signed."""

    unit: int
    density: float
    """Share of counted positions with an activation above 0."""
    mean: float
    std: float
    max: float
    min: float
    kurtosis: float
    """Excess kurtosis of the activations: 0 for normal ones, large for sparse ones."""
    top_tokens: list[str]
    """Tokens at the peaks of the top examples, highest first, each once."""
    top_promoted: list[str]


class UnitExample(Record):
    """A window of text around one extreme (or quantile) of a unit."""

    kind: Literal["top", "bottom", "quantile"]
    quantile: float | None
    sequence: int
    start: int
    """Position in the sequence of the window's first token."""
    tokens: list[str]
    values: list[float]
    """The activation at every token."""
    peak: int
    """Index of the extreme in the window."""


class UnitNeighbours(Record):
    """Units of the same family by one similarity, from -1 to 1; signs matter."""

    by: Literal["input weights", "output weights", "activations"]
    nearest: list[tuple[int, float]]
    farthest: list[tuple[int, float]]


class UnitPage(Record):
    """Everything shown on the page of one unit."""

    row: UnitRow
    examples: list[UnitExample]
    promoted: list[tuple[str, float]]
    demoted: list[tuple[str, float]]
    histogram: list[tuple[float, float, int]]
    """(low edge, high edge, count) over all counted positions, edges geometric on both sides of 0; (0, 0, n) holds
    exact zeros and what is too small for the first bin."""
    neighbours: list[UnitNeighbours]
