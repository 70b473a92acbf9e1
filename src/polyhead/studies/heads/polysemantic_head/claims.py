"""Claims of the study of polysemantic heads: the three published tables, and what they leave open."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from polyhead.studies import study
from polyhead.studies.claim import Told
from polyhead.studies.heads.polysemantic_head.measures import Measured, halves
from polyhead.studies.judge import judge_number

SOURCE = "An interactive look at head 1.4 of attn-only-4l (polysemantic attention head), tables and figure 1"


class Published(NamedTuple):
    """One table of the source: shares in [0, 1]."""

    clean_top1: float
    top1: float
    clean_p: float
    p: float


class Table(NamedTuple):
    """A set of prompts, and what is counted on it."""

    set: str
    what: str

    def __str__(self) -> str:
        return f"{self.set}-{self.what}"


PUBLISHED = {
    "induction": Published(0.93, 0.25, 0.28, 0.09),
    "indent": Published(1.00, 0.04, 0.55, 0.11),
    "previous": Published(1.00, 0.80, 0.87, 0.40),
}
UNKNOWN_AT_INDENT = 0.87
TOLERANCE_TOP1, TOLERANCE_P = 0.15, 0.10


def bootstrap(values: Float[np.ndarray, " n"], n: int, seed: int) -> Float[np.ndarray, " r"]:
    """Means of `n` resamples."""
    random = np.random.default_rng(seed)
    return values[random.integers(len(values), size=(n, len(values)))].mean(1)


def _fall(m: Measured, name: str, what: str) -> Told:
    """Fall of the top-1 rate or of the probability, on the prompts that did not choose the head."""
    result, published, n_boot, seed = m.of(name), PUBLISHED[name], m.cfg.n_bootstrap, m.cfg.seed
    best, controls = m.best[name], m.controls[name]
    _, own = halves(len(result.clean_p))
    if what == "top1":
        falls = result.clean_top1[own].astype(float) - result.top1["bos-row"][:, own]
        was, became, tolerance, words = published.clean_top1, published.top1, TOLERANCE_TOP1, "top-1 rate"
    else:
        falls = result.drop()[:, own]
        was, became, tolerance, words = published.clean_p, published.p, TOLERANCE_P, "probability of the answer"
    ours, theirs = falls[m.head], falls[controls].mean(0)
    means = bootstrap(ours, n_boot, seed)
    held, reason = judge_number(means.tolist(), was - became, tolerance=tolerance)
    reason = reason.replace(" models ", " resamples of prompts ")
    excess, leader = bootstrap(ours - theirs, n_boot, seed), bootstrap(falls[best], n_boot, seed)
    low, high = np.percentile(excess, [2.5, 97.5])
    reason += f"; more than heads of equal output by {excess.mean():.2f} (95 % range {low:.2f} to {high:.2f})"
    if best != m.head:
        reason += f"; the head that this set needs most is {m.names[best]}: {leader.mean():.2f}"
    return Told(
        held="no" if low <= 0 else held,
        lead=reason,
        ours={
            f"fall of the {words}, {m.names[m.head]}, {n_boot} resamples of {len(own)} prompts": means,
            f"the same, {m.names[best]}: the head that this set needs most": leader,
        },
        control={f"the same, mean of {len(controls)} heads of nearest output norm": bootstrap(theirs, n_boot, seed)},
        note="Other heads whose output at the last position is nearest in norm, ablated the same way: a fall that "
        "any output of that size would bring shows nothing about this head.",
        words={"quantity": words, "was": was, "became": became, "fall": was - became, "name": m.names[m.head]},
    )


@study.claim(
    "{}",
    source=SOURCE,
    published="{was:.2f} to {became:.2f}, a fall of {fall:.2f}",
    each=tuple(Table(name, what) for name in PUBLISHED for what in ("top1", "probability")),
)
def table(m: Measured, of: Table) -> Told:
    """Redirecting one head to BOS at one position lowers the {quantity} of the {0.set} prompts from
    {was:.0%} to {became:.0%}; here {name} at the last position."""
    return _fall(m, *of)


@study.claim("one-head-for-all", source=f"{SOURCE} (the rank of the head among all heads was not given)")
def one_head_for_all(m: Measured) -> Told:
    """One and the same head is needed for induction, for bigger indentation and for the open bracket."""
    places = []
    for r in m.results:
        _, own = halves(len(r.clean_p))
        order = np.argsort(-r.drop()[:, own].mean(1), kind="stable")
        place = np.empty(len(order), int)
        place[order] = np.arange(1, len(order) + 1)
        places.append(place)
    ranks, worst, name = [float(place[m.head]) for place in places], np.stack(places).max(0), m.names[m.head]
    return Told(
        held=None,
        lead=f"{name} is number "
        + ", ".join(f"{r:.0f} on {s.name}" for r, s in zip(ranks, m.results))
        + f" of {len(worst)}; the best worst rank of any head is {worst.min()}",
        ours={f"rank of {name} by fall of probability: " + ", ".join(r.name for r in m.results): ranks},
        control={"worst of the three ranks, every head of the model": worst},
        note=f"All {len(worst)} heads ablated the same way, one at a time; the head was chosen among the "
        f"{len(m.candidates)} most mixed ones on the other half of the prompts.",
    )


@study.claim(
    "unknown-at-indent", source=SOURCE, published="about 0.87 for newline and 3 spaces, and newline and 7 spaces"
)
def unknown_at_indent(m: Measured) -> Told:
    """At destinations of newline and indentation about 87 % of the head's rows are unclassified."""
    own = m.rows.heads[m.head]
    places = [i for i, t in enumerate(m.rows.destinations) if "\n" in t and sum(own.counts[i])]
    shares = [own.counts[i][-1] / sum(own.counts[i]) for i in places]
    everywhere = own.shares[-1]
    held, reason = judge_number(shares, UNKNOWN_AT_INDENT, tolerance=0.1)
    if held == "yes" and abs(float(np.median(shares)) - everywhere) < 0.05:
        held = "partly"  # the number is there, but it is that of any destination
    named = ", ".join(repr(m.rows.destinations[i]) for i in places)
    return Told(
        held=held,
        lead=reason.replace(" models ", " destination tokens ") + f"; over all destinations {everywhere:.2f}",
        ours={f"{m.names[m.head]}: unknown share at {named}": shares},
        control={"unknown share over all destinations, every head": [h.shares[-1] for h in m.rows.heads]},
        note=f"The share over all destinations of the same head is {everywhere:.2f}: only a share above it says "
        "anything about indentation.",
    )


@study.claim("bos-row-overstates", source="ours")
def bos_row_overstates(m: Measured) -> Told:
    """Redirecting a row to BOS overstates what a head carries: with the head's mean row instead, much of the
    fall is gone."""
    kept, labels = [], []
    for r in m.results:
        bos, mean = r.drop("bos-row").mean(1), r.drop("mean-row").mean(1)
        for i in np.flatnonzero(bos > 0.2 * r.clean_p.mean()):
            kept.append(float(mean[i] / bos[i]))
            labels.append(f"{m.names[i]} on {r.name} {mean[i] / bos[i]:.2f}")
    return Told(
        held=None,
        lead=f"for {sum(k < 0.25 for k in kept)} of {len(kept)} (head, set) the mean row brings under a quarter of "
        "the fall (" + "; ".join(labels) + ")",
        ours={
            "fall with the mean row over fall with the row on BOS, heads with a fall above 20 % of the clean "
            "probability": kept
        },
        control={"no difference between the two ways": [1.0]},
        note="A head that is needed loses as much with any row that is not its own.",
    )
