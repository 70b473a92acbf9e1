"""Claims of the study `skip-trigrams` about gated blocks."""

from collections.abc import Sequence

from polyhead.studies import study
from polyhead.studies.claim import Share
from polyhead.studies.skip_trigrams.models import Gated, HeadMeasures, Measured

GATED = "Mathwin, Akar, Sharkey 2024, and the models kept with its code"


@study.claim(
    "gated-block-removes-superposition",
    source=GATED,
    published="1 of 1 kept models (8 heads for 4); in words for 2 and 3 heads",
)
def gated_block_removes_superposition(m: Measured) -> Share | None:
    """A gated block trained on the output of such a model keeps its trigrams and puts each on a head of its own."""
    if not m.gated:
        return None
    chosen = _tuned(m.gated)
    plain = [g for g in m.gated if g.alpha is None or g.alpha == 0]
    holds, control = (flat([resolved(g)[1::2] for g in part]) for part in (chosen, plain))
    prices = ", ".join(f"{g.alpha} for n = {g.world.n_trigrams}" for g in chosen)
    return Share(
        holds=holds,
        against=control,
        ours={_gated_label(g): _resolved_share(g) for g in m.gated if g.alpha},
        control={
            **{_gated_label(g): _resolved_share(g) for g in plain},
            **{
                f"before, {g.n_heads} heads, n = {g.world.n_trigrams}": _kept_share(g.before, g)
                for g in m.gated
                if g.alpha is None
            },
        },
        note="The same block with free gates (alpha 0) and without gates, and the base itself. Values: share of the "
        "trigrams learnt by the base that the block still completes and that one head carries alone. The "
        f"verdict asks for all of them; prices were chosen on every other base ({prices}) and judged on the "
        "rest.",
    )


@study.claim("what-gated-blocks-keep-is-on-one-head", source="ours")
def what_gated_blocks_keep_is_on_one_head(m: Measured) -> Share | None:
    """What a gated block still completes at the highest price tried ({highest}), one head carries alone, even where
    other trigrams were lost."""
    priced = [g for g in m.gated if g.alpha]
    if not priced:
        return None
    highest = max(g.alpha for g in priced if g.alpha)
    plain = [g for g in m.gated if not g.alpha]
    holds = [share == 1 for g in priced if g.alpha == highest for share in _alone_of_kept(g)]
    control = [share == 1 for g in plain for share in _alone_of_kept(g)]
    return Share(
        holds=holds,
        against=control,
        ours={_gated_label(g): _alone_of_kept(g) for g in priced},
        control={_gated_label(g): _alone_of_kept(g) for g in plain},
        note="Free gates and no gates. Values: of the trigrams that a block still completes, the share that one head "
        "carries alone; blocks that complete none are left out.",
        words={"highest": highest},
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


def distributed_share(m: HeadMeasures) -> list[float]:
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


def _kept_share(m: HeadMeasures, g: Gated) -> list[float]:
    good = m.learnt & m.sole.any(-1)
    return [float(good[i][known].double().mean()) for i, known in enumerate(g.before.learnt) if known.any()]


def _gated_label(g: Gated) -> str:
    price = "no gates" if g.alpha is None else f"alpha {g.alpha}"
    return f"{2 * g.n_heads} heads for {g.n_heads}, n = {g.world.n_trigrams}, {price}"
