"""Records of what heads do: classified rows, proposals for new rules, and what breaks when a head is ablated.

`rows.json` of a scan folder is one RowsRecord, `ablation.json` of an ablation folder one AblationRecord. Shares, rates
and probabilities are in [0, 1]. docs/formats.md says the same.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from polyhead.core.records import Record, TokenPolicy


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
        return f"L{self.layer}H{self.head}"


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


def rank_by(ranks: Sequence[HeadRank], layer: int, head: int) -> dict[str, int]:
    """Rank of one head by each way of ablation that all heads were ablated in; 1 for the largest drop."""
    own = next((r for r in ranks if (r.layer, r.head) == (layer, head)), None)
    if own is None:
        return {}
    return {kind: 1 + sum(r.drops.get(kind, drop) > drop for r in ranks) for kind, drop in own.drops.items()}


Proposal.model_rebuild()
