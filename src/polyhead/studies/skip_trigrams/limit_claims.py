"""Claims of the study `skip-trigrams` about what limits training."""

from polyhead.core.study_records import Distribution
from polyhead.studies import study
from polyhead.studies.claim import Share
from polyhead.studies.skip_trigrams.claims import label
from polyhead.studies.skip_trigrams.models import Cell, Measured


@study.claim("training-finds-two-head-solution", source="ours")
def training_finds_two_head_solution(m: Measured) -> Share:
    """Training finds what two heads can do: trained two-head models of width 4 come within 0.01 nats per token of the
    floor, which two heads of width 3 can meet."""
    two = [c for c in m.gap if c.n_heads == 2]
    one = [c for c in m.gap if c.n_heads == 1]
    holds = [bool(x < 0.01) for c in two for x in c.excess]
    control = [bool(x < 0.01) for c in one for x in c.excess]
    return Share(
        holds=holds,
        against=control,
        ours=[_excess_distribution(c) for c in m.gap if c.n_heads > 1],
        control=[_excess_distribution(c) for c in one],
        note="One head, which cannot do it. Values: loss above the exact floor (2,000 fresh sequences).",
    )


@study.claim("width-limits-before-heads", source="ours")
def width_limits_before_heads(m: Measured) -> Share | None:
    """What limits the published models is the width of their heads: with d_head {word} instead of {word2} and still one
    head fewer than trigrams, all trigrams are learnt."""
    widths = sorted({c.d_head for c in m.cells})
    if len(widths) < 2:
        return None
    few = [c for c in m.cells if c.n_heads < c.world.n_trigrams]
    narrow = [bool(row.all()) for c in few if c.d_head == widths[0] for row in c.end.learnt]
    wide = [bool(row.all()) for c in few if c.d_head == widths[-1] for row in c.end.learnt]
    return Share(
        holds=wide,
        against=narrow,
        ours=[_learnt_distribution(c) for c in few if c.d_head == widths[-1]],
        control=[_learnt_distribution(c) for c in m.cells if c.d_head == widths[0]],
        note="Width 1, with one head fewer than trigrams and (where it says so) as many. Values: share of the "
        "trigrams that each model completes.",
        words={"word": widths[-1], "word2": widths[0]},
    )


def _excess_distribution(c: Cell) -> Distribution:
    values = c.excess.tolist()
    return Distribution(label=label(c), values=values, unit="nats", n_diverged=c.end.n_diverged)


def _learnt_distribution(c: Cell) -> Distribution:
    return Distribution(label=label(c), values=c.end.learnt.double().mean(1).tolist())
