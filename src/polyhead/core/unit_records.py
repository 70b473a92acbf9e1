"""Records of units (neurons, heads, latents), of orders of weights, of split heads and of pairs of heads.

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


class Block(Record):
    """A cluster of rows of a weight matrix."""

    rows: list[int]
    """Neurons, in the order of the picture."""
    place: int
    """Median place in the order."""
    mean_similarity: float
    """Mean squared cosine of its pairs."""


class OrderPicture(Record):
    """An ordered matrix to look at. Bytes in base64; byte b stands for the squared cosine (b / 255)^2."""

    band: int
    """Distances from the diagonal that are kept, from 1."""
    near: str
    """`band` bytes a place: place i with places i + 1 to i + band, 0 after the end."""
    tiles: int
    """Of a side; tile t holds the places from t * n / tiles (rounded up) on."""
    pooled: str
    """`tiles` x `tiles` bytes, row after row: the mean of each tile, pairs of a row with itself left out."""


class WeightOrder(Record):
    """One matrix, ordered, measured against nulls. Definitions: analysis/weights."""

    model: str
    matrix: str
    """`L3 W_out [1536, 576]`."""
    layer: int
    method: str
    order: list[int]
    neighbour: float
    excess: float
    width: int
    null_neighbour: dict[str, list[float]]
    """By null, one value a draw."""
    null_excess: dict[str, list[float]]
    level: float
    """Mean squared cosine above which a cluster counts: none of the null's draws reaches it."""
    blocks: list[Block]
    seconds: float
    picture: OrderPicture | None = None
    """None in older records."""


class SubHead(Record):
    """One part of a split head."""

    name: str
    mass: float
    """Mean attention mass at a counted destination; over the parts of a head these sum to 1."""
    norm_share: float
    """Sum over destinations of |part's output|^2 / sum over parts of the same."""
    ce_delta: float
    """Rise of the next-token loss (nats) when this part is removed from every row."""
    ce_delta_control: float
    """The same when as much mass is removed in every row, in proportion, from all of the head."""
    effective_keys: float
    """exp of the entropy of the part's own mass over keys, mean over rows weighted by mass."""


class SplitHead(Record):
    """A head as the sum of parts."""

    layer: int
    head: int
    split: str
    """How pairs were told apart: `rules` or `clusters of q, k and output`."""
    parts: list[SubHead]
    error: float
    """Largest |sum of parts - head| over outputs, relative to the largest output."""
    ce_clean: float
    ce_delta: float
    """Rise of the loss when the whole head is removed."""
    behaviour_entropy: float
    """Entropy of the parts' mass, in nats."""
    silhouette: float | None
    """Of the clusters, over the pairs with the largest outputs; None for rules."""
    policy: TokenPolicy


class HeadPair(Record):
    """Two heads of a model, the earlier first. None: not applicable to this pair."""

    layer: int
    head: int
    other_layer: int
    other_head: int
    pattern_overlap: float | None = None
    """Same layer: sum of min / sum of max of the two patterns, BOS column left out."""
    query_overlap: float
    """Mean squared cosine of the principal angles of what W_Q reads; `key`, `read` (W_V), `write` (W_O) likewise."""
    key_overlap: float
    read_overlap: float
    write_overlap: float
    q_composition: float | None = None
    k_composition: float | None = None
    v_composition: float | None = None


class PreferencePair(Record):
    """Two heads of a layer and the orders in which they prefer keys, given the same queries."""

    layer: int
    head: int
    other_head: int
    shared_keys: bool
    """The two query heads read the same key head."""
    correlation: float
    """Mean over queries of the Spearman correlation of the two heads' scores over the key set."""
    static: float
    """Spearman correlation of the two heads' mean ranks of the keys: what they prefer whatever the query is."""
    specific: float
    """Mean over queries of the correlation of ranks with each head's mean rank of every key taken away: what the query
    changes."""
    likes: list[str]
    """Keys that the first head ranks highest, on average; `other_likes`: the other."""
    other_likes: list[str]
    p_inverted: float
    """Share of pairs of random heads with a correlation at most this; `p_aligned`: at least this."""
    p_aligned: float
    information: float
    """Mutual information of the two heads' favourite keys over random subsets of the key set, in nats."""
    p_information: float
    opposite: float
    """Share of (query, subset) where one head's favourite is the other's last."""
    verdict: Literal["inverted", "aligned", "neither"]
    """After Benjamini-Hochberg over all pairs of the model and both sides."""


class PreferenceSearch(Record):
    """The search of one model for inverted preference orders."""

    model: str
    n_queries: int
    keys: list[str]
    """The key tokens."""
    rate: float
    """False discovery rate that is controlled."""
    n_inverted: int
    n_aligned: int
    null_correlation: dict[str, tuple[float, float]]
    """By layer, 0.5th and 99.5th percentile of the correlation of pairs of random heads."""
    pairs: list[PreferencePair]
    policy: TokenPolicy


class HeadMix(Record):
    """What a dictionary says of one head: several things in it, and things it shares with other heads."""

    layer: int
    head: int
    energy_share: float
    """Of what all heads move."""
    latents: float
    """Effective number of latents that use the head, by energy."""
    latents_alone: float
    """The same of those that live on this head alone: polysemantic without superposition where it is large."""
    spread_share: float
    """Share of the head's energy in latents spread over heads: superposition where it is large."""
