"""What scoring the interpretability of a dictionary's latents says of them together. Columns of single latents lie in
`latents.parquet` next to it (docs/interpretability.md)."""

from polyhead.core.records import Record


class Estimate(Record):
    """A mean with the 95 % interval over resampled latents; NaN where nothing was scored."""

    mean: float
    low: float
    high: float


class ScoreRow(Record):
    """One score of the latents of a dictionary next to its controls."""

    score: str
    about: str
    """In words."""
    chance: float | None
    ours: Estimate
    random: Estimate | None
    """Of random directions as dense as the latents; None where the method has no such control."""
    gap: Estimate | None
    """`ours` minus `random`."""
    shuffled: Estimate | None
    """Of items in which nothing is to be found: chance, unless something leaks."""
    token: Estimate | None
    """Of the marked token alone (intruders), or of the best single token of each latent (detection)."""
    n: int
    """Latents."""


class InterpretSummary(Record):
    """Scores of one dictionary."""

    dictionary: str
    method: str
    model: str
    layers: list[int]
    text: str
    held_out: bool
    """Whether the text is another than the dictionary was trained on."""
    n_documents: int
    n_tokens: int
    n_latents: int
    """Chosen at random among those that fire in at most a tenth of positions."""
    n_scored: int
    not_scored: dict[str, int]
    """Why, and how many latents."""
    rows: list[ScoreRow]
    token_bound: float | None
    """Share of latents that local counts describe no better than their best single token."""
    deciles: dict[str, list[float | None]]
    """Kind of item -> mean by decile of activation, the lowest first."""
    judge: str
    milliseconds_per_latent: float
    """Of the judge alone."""
    seconds: dict[str, float]
    seed: int
