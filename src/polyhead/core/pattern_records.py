"""Records of how well the pattern of one head is explained, and the goal that such an explanation is held against."""

from polyhead.core.record import Record

FAITHFUL = 0.1
"""nMSE about the mean pattern, sink excluded, up to which a pattern counts as explained."""
DENSE = 0.2
"""Share of tokens from which one latent counts as dense."""
GOAL = (
    f"nMSE about the mean pattern, sink excluded, at most {FAITHFUL:g} with L0 at most d_head / 2 on queries and on "
    f"keys and no latent denser than {DENSE:.0%}"
)
"""A latent that is a block of r numbers counts as r in that L0."""


class HeadPattern(Record):
    """The pattern of one head as a dictionary makes it. Definitions: docs/metrics.md. None means not measurable."""

    head: str
    """`L3H5`."""
    d_head: int
    nmse: float
    """About one scalar, the mean of all causal entries: what earlier versions called the pattern nMSE."""
    nmse_of_mean_pattern: float | None
    """What the mean pattern over sequences scores in `nmse`: all that needs no look at the text."""
    nmse_about_mean: float | None
    """About the mean pattern over sequences."""
    nmse_off_sink: float | None
    """The same without the sink key: the number of the goal."""
    nmse_renormalised: float | None
    """The same of rows that are divided by what they hold off the sink."""
    kl: float
    """Mean over queries, in nats."""
    on_sink: float | None
    """Share of queries whose top key is the sink."""
    top_key_on_sink: float | None
    """Of those, the share whose top key is also the sink here."""
    top_key_off_sink: float | None
    """Of all other queries, the share with the same top key."""
    explicit_off_sink: float | None = None
    """1 - `nmse_off_sink` of the parts that always act (key bias, offset table) alone; negative where they mislead."""
    l0_query: float | None = None
    l0_key: float | None = None
    block_width: int = 1
    """Numbers that one latent is on either side."""
    densest: float | None = None
    """Largest density of one latent, on either side."""
    alive: float | None = None
    """Share of latents that fire on both sides."""
    ce_spliced: float | None = None
    """Next-token loss with the pattern of this head alone replaced (`ce_mean`: by its mean over the training text)."""
    ce_mean: float | None = None
    ce_recovered: float | None = None
    """(ce_mean - ce_spliced) / (ce_mean - ce_clean)."""
    dense_rank: int | None = None
    """Rank of dense scores of equal cost: the numbers in use on the side with more of them, rounded up."""
    svd_off_sink: float | None = None
    """`nmse_off_sink` of the head's scores cut to that rank by the SVD of whitened queries and keys."""
    dense_off_sink: float | None = None
    """The same of scores of that rank, trained from there on the patterns, with a key bias and an offset table."""
    svd_rank_faithful: int | None = None
    """Least rank, in eighths of d_head, at which the cut scores meet the error of the goal."""
    reaches_goal: bool | None = None
    """Whether it reaches the goal that docs/metrics.md states; None where a number of it was not measured."""


def goal_reached(
    *,
    d_head: int,
    nmse_off_sink: float | None,
    l0_query: float | None = None,
    l0_key: float | None = None,
    densest: float | None = None,
    block_width: int = 1,
) -> bool | None:
    """Whether the goal (`GOAL`) is reached; None where one of its numbers was not measured."""
    if nmse_off_sink is None or l0_query is None or l0_key is None or densest is None:
        return None
    return nmse_off_sink <= FAITHFUL and max(l0_query, l0_key) * block_width <= d_head / 2 and densest <= DENSE
