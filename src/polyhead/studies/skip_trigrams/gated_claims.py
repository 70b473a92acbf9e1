"""Claims of the study `skip-trigrams` about gated blocks."""

from collections.abc import Sequence

from polyhead.core.study_records import Claim, Distribution
from polyhead.studies.judge import judge_share
from polyhead.studies.skip_trigrams.models import Gated, Measured

GATED = "Mathwin, Akar, Sharkey 2024, and the models kept with its code"


def gated_claim(gated: Sequence[Gated]) -> Claim | None:
    """Whether blocks, at prices tuned on other bases, keep all trigrams and put each on a head of its own."""
    if not gated:
        return None
    chosen = _tuned(gated)
    plain = [g for g in gated if g.alpha is None or g.alpha == 0]
    holds, control = (flat([resolved(g)[1::2] for g in part]) for part in (chosen, plain))
    verdict, reason = judge_share(holds, control)
    prices = ", ".join(f"{g.alpha} for n = {g.world.n_trigrams}" for g in chosen)
    return Claim(
        key="gated-block-removes-superposition",
        statement="A gated block trained on the output of such a model keeps its trigrams and puts each on a head of "
        "its own.",
        source=GATED,
        published="1 of 1 kept models (8 heads for 4); in words for 2 and 3 heads",
        ours=[Distribution(label=_gated_label(g), values=_resolved_share(g)) for g in gated if g.alpha],
        control=[Distribution(label=_gated_label(g), values=_resolved_share(g)) for g in plain]
        + [
            Distribution(label=f"before, {g.n_heads} heads, n = {g.world.n_trigrams}", values=_kept_share(g.before, g))
            for g in gated
            if g.alpha is None
        ],
        control_note="The same block with free gates (alpha 0) and without gates, and the base itself. Values: share "
        "of the trigrams learnt by the base that the block still completes and that one head carries "
        f"alone. The verdict asks for all of them; prices were chosen on every other base ({prices}) "
        "and judged on the rest.",
        verdict=verdict,
        reason=reason,
    )


def kept_alone_claim(gated: Sequence[Gated]) -> Claim | None:
    """Whether what they keep at the highest price is on one head each."""
    priced = [g for g in gated if g.alpha]
    if not priced:
        return None
    highest = max(g.alpha for g in priced if g.alpha)
    plain = [g for g in gated if not g.alpha]
    holds = [share == 1 for g in priced if g.alpha == highest for share in _alone_of_kept(g)]
    control = [share == 1 for g in plain for share in _alone_of_kept(g)]
    verdict, reason = judge_share(holds, control, published=False)
    return Claim(
        key="what-gated-blocks-keep-is-on-one-head",
        statement=f"The weaker form: what a gated block still completes at the highest price tried ({highest}), one "
        "head carries alone, whatever was lost on the way.",
        source="ours",
        published="unknown",
        ours=[Distribution(label=_gated_label(g), values=_alone_of_kept(g)) for g in priced],
        control=[Distribution(label=_gated_label(g), values=_alone_of_kept(g)) for g in plain],
        control_note="Free gates and no gates. Values: of the trigrams that a block still completes, the share that "
        "one head carries alone; blocks that complete none are left out.",
        verdict=verdict,
        reason=reason,
    )


def best_prices(gated: Sequence[Gated]) -> list[str]:
    """What each price does in each world, in words."""
    lines = []
    for n in sorted({g.world.n_trigrams for g in gated}):
        mine = [g for g in gated if g.world.n_trigrams == n]
        shares = [(sum(resolved(g)) / max(1, len(resolved(g))), g) for g in mine]
        said = ", ".join(
            f"{'no gates' if g.alpha is None else f'alpha {g.alpha}'}: {share:.0%} resolved, "
            f"{float(g.unexplained.median()):.2f} unexplained"
            for share, g in shares
        )
        before = [share == 1 for share in _kept_share(mine[0].before, mine[0])]
        lines.append(f"n = {n}: before {sum(before)} of {len(before)} bases; {said}.")
    return lines


def resolved(g: Gated) -> list[bool]:
    """Whether the block keeps all trigrams of its base, each on a sole head; bases that learnt none are left out."""
    return [share == 1 for share in _resolved_share(g)]


def distributed_share(m: Measured) -> list[float]:
    """Share of the learnt trigrams of each model that no head carries alone; models that learnt none are left out."""
    alone = m.sole.any(-1)
    return [float((~alone[i][known]).double().mean()) for i, known in enumerate(m.learnt) if known.any()]


def flat(parts: Sequence[Sequence[bool]]) -> list[bool]:
    """One list from several."""
    return [bool(x) for part in parts for x in part]


def _tuned(gated: Sequence[Gated]) -> list[Gated]:
    """For each world the block whose price resolves most of every other base; the cheapest of equals."""
    chosen = []
    for n in sorted({g.world.n_trigrams for g in gated}):
        mine = [g for g in gated if g.world.n_trigrams == n and g.alpha]
        chosen.append(max(mine, key=lambda g: (sum(resolved(g)[0::2]), sum(_resolved_share(g)[0::2]))))
    return chosen


def _resolved_share(g: Gated) -> list[float]:
    return _kept_share(g.after, g)


def _alone_of_kept(g: Gated) -> list[float]:
    return [1 - share for share in distributed_share(g.after)]


def _kept_share(m: Measured, g: Gated) -> list[float]:
    good = m.learnt & m.sole.any(-1)
    return [float(good[i][known].double().mean()) for i, known in enumerate(g.before.learnt) if known.any()]


def _gated_label(g: Gated) -> str:
    price = "no gates" if g.alpha is None else f"alpha {g.alpha}"
    return f"{2 * g.n_heads} heads for {g.n_heads}, n = {g.world.n_trigrams}, {price}"
