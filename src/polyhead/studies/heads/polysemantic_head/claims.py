"""Claims of the study of polysemantic heads: the three published tables, and what they leave open."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from polyhead.core.head_records import RowsRecord
from polyhead.core.study_records import Claim, Distribution
from polyhead.studies.heads.polysemantic_head.measures import SetResult, halves
from polyhead.studies.judge import judge_number

SOURCE = "An interactive look at head 1.4 of attn-only-4l (polysemantic attention head), tables and figure 1"


class Published(NamedTuple):
    """One table of the source: shares in [0, 1]."""

    clean_top1: float
    top1: float
    clean_p: float
    p: float


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


def table_claims(
    result: SetResult, head: int, best: int, names: list[str], *, n_boot: int, n_controls: int, seed: int
) -> tuple[Claim, Claim]:
    """Fall of the top-1 rate and of the probability, on the prompts that did not choose the head."""
    name, published = names[head], PUBLISHED[result.name]
    _, own = halves(len(result.clean_p))
    controls = result.matched(head, n_controls)
    fall_top1 = result.clean_top1[own].astype(float) - result.top1["bos-row"][:, own]
    fall_p = result.drop()[:, own]
    made = []
    for what, falls, was, became, tolerance in (
        ("top1", fall_top1, published.clean_top1, published.top1, TOLERANCE_TOP1),
        ("probability", fall_p, published.clean_p, published.p, TOLERANCE_P),
    ):
        ours, theirs = falls[head], falls[controls].mean(0)
        means = bootstrap(ours, n_boot, seed)
        verdict, reason = judge_number(means.tolist(), was - became, tolerance=tolerance)
        reason = reason.replace(" models ", " resamples of prompts ")
        excess, leader = bootstrap(ours - theirs, n_boot, seed), bootstrap(falls[best], n_boot, seed)
        low, high = np.percentile(excess, [2.5, 97.5])
        if low <= 0:
            verdict = "not reproduced"
        reason += f"; more than heads of equal output by {excess.mean():.2f} (95 % range {low:.2f} to {high:.2f})"
        if best != head:
            reason += f"; the head that this set needs most is {names[best]}: {leader.mean():.2f}"
        words = "top-1 rate" if what == "top1" else "probability of the answer"
        made.append(
            Claim(
                key=f"{result.name}-{what}",
                statement=f"One head on BOS at one position takes the {words} of the {result.name} prompts from "
                f"{was:.0%} to {became:.0%}; here {name} at the last position.",
                source=SOURCE,
                published=f"{was:.2f} to {became:.2f}, a fall of {was - became:.2f}",
                ours=[
                    _distribution(f"fall of the {words}, {name}, {n_boot} resamples of {len(own)} prompts", means),
                    _distribution(f"the same, {names[best]}: the head that this set needs most", leader),
                ],
                control=[
                    _distribution(
                        f"the same, mean of {len(controls)} heads of nearest output norm",
                        bootstrap(theirs, n_boot, seed),
                    )
                ],
                control_note="Other heads whose output at the last position is nearest in norm, ablated the same "
                "way: a fall that any output of that size would bring shows nothing about this head.",
                verdict=verdict,
                reason=reason,
            )
        )
    return made[0], made[1]


def _distribution(label: str, values: np.ndarray) -> Distribution:
    return Distribution(label=label, values=[float(v) for v in values])


def one_head_claim(results: list[SetResult], head: int, name: str, candidates: list[int]) -> Claim:
    """Whether one and the same head is among the most important for all three behaviours."""
    ranks, others = [], []
    for r in results:
        _, own = halves(len(r.clean_p))
        mean = r.drop()[:, own].mean(1)
        order = np.argsort(-mean, kind="stable")
        place = np.empty(len(order), int)
        place[order] = np.arange(1, len(order) + 1)
        ranks.append(float(place[head]))
        others.append(place)
    worst = np.stack(others).max(0)
    return Claim(
        key="one-head-for-all",
        statement="One and the same head is needed for induction, for bigger indentation and for the open bracket.",
        source=SOURCE,
        published="unknown (the rank of the head among all heads was not given)",
        ours=[
            Distribution(
                label=f"rank of {name} by fall of probability: " + ", ".join(r.name for r in results), values=ranks
            )
        ],
        control=[
            Distribution(label="worst of the three ranks, every head of the model", values=worst.astype(float).tolist())
        ],
        control_note=f"All {len(worst)} heads ablated the same way, one at a time; the head was chosen among the "
        f"{len(candidates)} most mixed ones on the other half of the prompts.",
        verdict="published number unknown",
        reason=f"{name} is number "
        + ", ".join(f"{r:.0f} on {s.name}" for r, s in zip(ranks, results))
        + f" of {len(worst)}; the best worst rank of any head is {worst.min()}",
    )


def unknown_claim(rows: RowsRecord, head: int, name: str) -> Claim:
    """Share of unclassified rows behind line breaks."""
    own = rows.heads[head]
    places = [i for i, t in enumerate(rows.destinations) if "\n" in t and sum(own.counts[i])]
    shares = [own.counts[i][-1] / sum(own.counts[i]) for i in places]
    everywhere = own.shares[-1]
    verdict, reason = judge_number(shares, UNKNOWN_AT_INDENT, tolerance=0.1)
    if verdict == "reproduced" and abs(float(np.median(shares)) - everywhere) < 0.05:
        verdict = "partly"  # the number is there, but it is that of any destination
    return Claim(
        key="unknown-at-indent",
        statement="At destinations of newline and indentation about 87 % of the head's rows are unclassified.",
        source=SOURCE,
        published="about 0.87 for newline and 3 spaces, and newline and 7 spaces",
        ours=[
            Distribution(
                label=f"{name}: unknown share at {', '.join(repr(rows.destinations[i]) for i in places)}", values=shares
            )
        ],
        control=[
            Distribution(
                label="unknown share over all destinations, every head", values=[h.shares[-1] for h in rows.heads]
            )
        ],
        control_note=f"The share over all destinations of the same head is {everywhere:.2f}: only a share above it "
        "says anything about indentation.",
        verdict=verdict,
        reason=reason.replace(" models ", " destination tokens ") + f"; over all destinations {everywhere:.2f}",
    )


def artefact_claim(results: list[SetResult], names: list[str]) -> Claim:
    """Heads whose row on BOS hurts: does their mean row hurt as much?"""
    kept, labels = [], []
    for r in results:
        bos, mean = r.drop("bos-row").mean(1), r.drop("mean-row").mean(1)
        for i in np.flatnonzero(bos > 0.2 * r.clean_p.mean()):
            kept.append(float(mean[i] / bos[i]))
            labels.append(f"{names[i]} on {r.name} {mean[i] / bos[i]:.2f}")
    small = sum(k < 0.25 for k in kept)
    return Claim(
        key="bos-row-overstates",
        statement="A row put on BOS also hurts heads that carry nothing: where the head's mean row is put instead, "
        "much of the fall is gone.",
        source="ours",
        published="unknown",
        ours=[
            Distribution(
                label="fall with the mean row over fall with the row on BOS, heads with a fall above 20 % of the "
                "clean probability",
                values=kept,
            )
        ],
        control=[Distribution(label="no difference between the two ways", values=[1.0])],
        control_note="A head that is needed loses as much with any row that is not its own.",
        verdict="published number unknown",
        reason=f"for {small} of {len(kept)} (head, set) the mean row brings under a quarter of the fall ("
        + "; ".join(labels)
        + ")",
    )
