"""Records of heads: scores, classified rows, proposals for new rules, ablations, split heads, pairs, and the overview.

`rows.json` of a scan folder is one RowsRecord, `ablation.json` of an ablation folder one AblationRecord,
`overview.json` of a report folder one HeadsOverview. Shares, rates and probabilities are in [0, 1].
docs/formats.md says the same.
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from polyhead.core.head_names import head_name
from polyhead.core.records import Record, TokenPolicy


class HeadRow(Record):
    """Scores of one head. Definitions: docs/metrics.md. None means not applicable."""

    layer: int
    head: int
    previous_token: float
    """Mean attention to the token before."""
    induction_unigram: float
    """Mean attention, on the second copy of unigram-sampled tokens, to the token after the same one in the first."""
    induction_natural: float
    """The same where the segment is natural text."""
    duplicate_token: float
    """Mean attention, on the second copy of unigram-sampled tokens, to the same token in the first copy."""
    bos: float | None
    """Mean attention to BOS."""
    newline_indent: float | None
    """Share of attention on earlier newline tokens, at destinations that a newline token follows."""
    newline_indent_base: float | None
    """The same at destinations that another token follows."""
    entropy: float
    """Mean entropy of the rows of the pattern, in nats."""


class HeadTable(Record):
    """What every head of a model does."""

    model: str
    policy: TokenPolicy
    """Of the natural text; destinations of the scores on repeats are the whole second copies."""
    n_repeats: int
    """Repeated sequences of each kind."""
    period: tuple[int, int]
    """Shortest and longest repeated segment, in tokens."""
    rows: list[HeadRow]


class BehaviourCard(Record):
    """One behaviour of a rule book."""

    name: str
    words: str
    """What a head that does only this looks at."""
    uniform_mass: float
    """Its mass under uniform attention: mean share of allowed keys that it claims. A head below it avoids them."""


class HeadRows(Record):
    """All rows of one head."""

    layer: int
    head: int
    counts: list[list[int]]
    """Rows by destination (`RowsRecord.destinations`, then all other tokens) and class (`RowsRecord.classes`)."""
    shares: list[float]
    """Share of all rows, by class."""
    mass: list[float]
    """Mean mass of each behaviour, every key given to the first behaviour that claims it; last: claimed by none."""
    mass_with_overlaps: list[float]
    """Mean mass of each behaviour, overlaps counted for every one."""
    curve: list[list[float]]
    """Share of rows by class at each threshold of `RowsRecord.thresholds`: `[class][threshold]`."""
    class_entropy: float
    """Of `shares`, in nats: how mixed the explained and unexplained rows are."""
    mass_entropy: float
    """Of `mass`, in nats: how mixed its attention is, no threshold involved."""

    @property
    def name(self) -> str:
        return head_name(self.layer, self.head)


class Proposal(Record):
    """A cluster of unknown rows and the rule it suggests."""

    n_rows: int
    """Of the sample."""
    share: float
    """Of the sampled unknown rows."""
    words: str
    """What its rows look at, strongest first, with mass and how many times that is the mass of all unknown rows."""
    heads: list[tuple[str, int]]
    """Heads that have the most rows in it."""
    centre: dict[str, float]
    """Mean features."""
    examples: list["RowExample"]


class RowExample(Record):
    """One row in its text."""

    layer: int
    head: int
    sequence: int
    query: int
    start: int
    """Position of the first of `tokens`."""
    tokens: list[str]
    """Text up to the query, cut on the left."""
    keys: list[tuple[int, str, float]]
    """Position, text and weight of the largest keys."""


class RowsRecord(Record):
    """Every row of the heads of a model, classified."""

    model: str
    policy: TokenPolicy
    text: dict[str, Any]
    """Origin, `sha256`, tokens per sequence."""
    threshold: float
    behaviours: list[BehaviourCard]
    """In the stated order: where rules overlap, the first counts."""
    classes: list[str]
    """Behaviours, pairs that occur, then `unknown`."""
    destinations: list[str]
    """Destination tokens with a distribution of their own."""
    thresholds: list[float]
    n_rows: int
    """Of each head."""
    heads: list[HeadRows]
    proposals: list[Proposal]
    seconds: float


class Effect(Record):
    """What one intervention does to the prediction of the answers, prompt by prompt."""

    label: str
    """`row on BOS, last position`."""
    top1: list[bool]
    """Whether the answer is the likeliest next token."""
    probability: list[float]
    logit: list[float]

    @property
    def top1_rate(self) -> float:
        return sum(self.top1) / len(self.top1)

    @property
    def mean_probability(self) -> float:
        return sum(self.probability) / len(self.probability)

    @property
    def mean_logit(self) -> float:
        return sum(self.logit) / len(self.logit)


class SweepPoint(Record):
    """The row at one position replaced by one-hot on BOS, everywhere else the model as it is."""

    back: int
    """Tokens after it: 0 is the last position, where the answer is predicted."""
    token: str
    """The commonest token there."""
    drop: list[float]
    """Fall of the answer's probability, by prompt (of those long enough)."""


class HeadRank(Record):
    """One head among all, ablated the same way."""

    layer: int
    head: int
    top1_rate: float
    mean_probability: float
    drop: float
    """Mean fall of the answer's probability."""
    drops: dict[str, float] = Field(default_factory=dict)
    """The same by way of ablation: `bos-row` (as `drop`), `mean-row`, `zero-output`. Empty in older records."""


class AblationRecord(Record):
    """One head ablated on one set of prompts."""

    model: str
    layer: int
    head: int
    templates: str
    about: str
    n_prompts: int
    dropped: dict[str, int]
    """Prompts left out, by reason."""
    examples: list[tuple[str, str]]
    """Some prompts with their answers."""
    position: int
    """Tokens after the position that was ablated; 0 is the last."""
    clean: Effect
    effects: list[Effect]
    sweep: list[SweepPoint]
    ranks: list[HeadRank]
    """All heads, largest drop first."""
    rank: int
    """Of this head, 1 for the largest drop."""
    rank_by: dict[str, int] = Field(default_factory=dict)
    """The same by way of ablation; keys of `HeadRank.drops`. A row on BOS also brings in what is read there, so a head
    that is high by `bos-row` alone may not be needed. Empty in older records."""
    notes: list[str]
    seconds: float


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


class Score(Record):
    """One number of every head."""

    key: str
    title: str
    definition: str
    group: str
    """`natural text`, `repeats`, `rows`, ...: how scores are gathered in menus."""
    values: list[float | None]
    """In the order of `HeadsOverview.heads`."""


class DictionaryLink(Record):
    """A dictionary of a run, seen from the heads of its layer."""

    name: str
    layer: int
    n_latents: int
    latents_by_head: list[int]
    """Latents whose main head this is; last: the identity."""
    loading_share: list[float]
    """Share of the dictionary's energy that goes through each head; last: the identity."""
    energy_of_pure: float
    """Share of energy in latents with fewer than 1.5 effective heads: one thing over one head."""


class HeadsOverview(Record):
    """The first page of a heads report."""

    title: str
    command: str
    created: str
    model: dict[str, Any]
    text: dict[str, Any]
    versions: dict[str, str]
    seconds: dict[str, float]
    heads: list[tuple[int, int]]
    scores: list[Score]
    findings: list[str]
    """Plain sentences with numbers; text in backticks is shown as a token, `L3H5` becomes a link."""
    notes: list[str]
    """What was left out, and why."""
    dictionaries: list[DictionaryLink] = Field(default_factory=list)
    report: str | None = None
    """Where the pages of these dictionaries are, relative to the folder of pages."""
    foreign: dict[str, Any] = Field(default_factory=dict)


def rank_by(ranks: Sequence[HeadRank], layer: int, head: int) -> dict[str, int]:
    """Rank of one head by each way of ablation that all heads were ablated in; 1 for the largest drop."""
    own = next((r for r in ranks if (r.layer, r.head) == (layer, head)), None)
    if own is None:
        return {}
    return {kind: 1 + sum(r.drops.get(kind, drop) > drop for r in ranks) for kind, drop in own.drops.items()}


Proposal.model_rebuild()
