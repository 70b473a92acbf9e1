"""What a heads report found, as plain sentences made from its records. Nothing is said that a record does not hold."""

from collections.abc import Mapping, Sequence

from polyhead.core.head_names import head_name
from polyhead.core.head_records import (
    AblationRecord,
    HeadPair,
    HeadRank,
    HeadRows,
    HeadTable,
    PreferenceSearch,
    RowsRecord,
    SplitHead,
)
from polyhead.core.weight_records import WeightOrder

_INDUCTION = 0.3
"""Mean attention on repeated random tokens from which a head is called an induction head here."""
_PREVIOUS = 0.5
_HURT = 0.05


def _says(names: Sequence[str], values: Sequence[float], most: int = 4, least: float = 0.02) -> str:
    order = sorted(range(len(names)), key=lambda i: -values[i])[:most]
    return ", ".join(f"{names[i].replace('_', ' ')} {values[i]:.0%}" for i in order if values[i] >= least)


def of_rows(rows: RowsRecord) -> list[str]:
    """Explained rows, the most and the least mixed heads."""
    explained = 1 - sum(h.shares[-1] for h in rows.heads) / len(rows.heads)
    names = [b.name for b in rows.behaviours] + ["none of the rules"]
    order = sorted(rows.heads, key=lambda h: -h.mass_entropy)

    def mixed(head: HeadRows) -> str:
        return f"{head.name} ({_says(names, head.mass)}; entropy {head.mass_entropy:.2f} nats)"

    out = [
        f"One or two behaviours explain {explained:.0%} of {rows.n_rows * len(rows.heads):,} rows to "
        f"{rows.threshold:.0%} of their mass.",
        f"Widest mix of mass: {'; '.join(mixed(h) for h in order[:3])}.",
        f"Most single-minded: {mixed(order[-1])}.",
    ]
    for p in rows.proposals[:2]:
        heads = ", ".join(name for name, _ in p.heads[:4])
        out.append(f"Of the unknown rows {p.share:.0%} look at {p.words} (most of them of {heads}).")
    return out


def of_table(table: HeadTable) -> list[str]:
    """Heads of known kinds."""

    def names(key: str, least: float) -> str:
        found = [(getattr(r, key), head_name(r.layer, r.head)) for r in table.rows]
        found = sorted(((v, n) for v, n in found if v is not None and v >= least), reverse=True)
        return ", ".join(f"{n} ({v:.2f})" for v, n in found[:8])

    induction, previous = names("induction_unigram", _INDUCTION), names("previous_token", _PREVIOUS)
    return [
        f"Heads with more than {_INDUCTION} of their attention on induction targets of repeated random tokens: "
        f"{induction or 'none'}.",
        f"Heads with more than {_PREVIOUS} on the token before: {previous or 'none'}.",
    ]


def of_ranks(templates: str, n_prompts: int, top1: float, probability: float, ranks: Sequence[HeadRank]) -> str:
    """The head that one template set needs most."""
    best = ranks[0]
    words = {"mean-row": "by its mean row at the same place", "zero-output": "by its output zeroed"}
    others = []
    for kind, way in words.items():
        if all(kind in r.drops for r in ranks):
            r = max(ranks, key=lambda r: r.drops[kind])
            others.append(f"{way} at L{r.layer}H{r.head} (-{r.drops[kind]:.2f})")
    return (
        f"On {templates} ({n_prompts} prompts, {top1:.0%} answered), a head's row on BOS at the last position costs "
        f"most at L{best.layer}H{best.head}: top-1 falls to {best.top1_rate:.0%}, the answer's probability from "
        f"{probability:.2f} to {best.mean_probability:.2f}." + (f" Most is lost {', '.join(others)}." if others else "")
    )


def of_many(ranks: Mapping[str, Sequence[HeadRank]]) -> list[str]:
    """Heads that two or more template sets need: one head, many things."""
    if len(ranks) < 2:
        return []
    hurt: dict[str, list[tuple[float, str]]] = {}
    for name, list_ in ranks.items():
        for r in list_:
            if r.drop >= _HURT:
                hurt.setdefault(head_name(r.layer, r.head), []).append((r.drop, name))
    many = sorted(((head, sets) for head, sets in hurt.items() if len(sets) > 1), key=lambda x: (-len(x[1]), x[0]))
    said = [
        f"{head}: {', '.join(f'{name} -{drop:.2f}' for drop, name in sorted(sets, reverse=True))}"
        for head, sets in many
    ]
    words = "; ".join(said[:6]) + (f"; and {len(said) - 6} more" if len(said) > 6 else "")
    return [
        f"Heads whose row on BOS costs at least {_HURT} of probability on two or more template sets: {words or 'none'}."
    ]


def of_checks(records: Sequence[AblationRecord]) -> list[str]:
    """Heads whose row on BOS costs much while their mean row and no output at all cost little: BOS itself does it."""
    misled = []
    for r in records:
        after = {e.label: r.clean.mean_probability - e.mean_probability for e in r.effects}
        fall = after.get("bos-row, last position", 0.0)
        others = [after[k] for k in ("mean-row, last position", "zero-output, last position") if k in after]
        if fall >= _HURT and others and max(others) < fall / 2:
            misled.append(
                f"L{r.layer}H{r.head} on {r.templates} (-{fall:.2f}, else {round(-max(others), 2) + 0.0:+.2f})"
            )
    if not misled:
        return []
    return [
        "The harm is what the head reads at BOS, not what it does, where a row on BOS costs over twice as much as the "
        f"head's mean row and a zeroed output do: {'; '.join(misled)}."
    ]


def of_splits(splits: Sequence[SplitHead]) -> list[str]:
    """Of the three heads whose best part costs most beyond its control: what that part is."""
    found = []
    for s in splits:
        if s.split == "rules" and s.parts:
            found.append((s, max(s.parts, key=lambda p: p.ce_delta - p.ce_delta_control)))
    found.sort(key=lambda x: x[1].ce_delta_control - x[1].ce_delta)
    out = []
    for s, part in found[:3]:
        out.append(
            f"L{s.layer}H{s.head} split by rules: its parts sum to it within {s.error:.0e}; without its "
            f"{part.name.replace('_', ' ')} part ({part.mass:.0%} of mass) the loss rises by {part.ce_delta:.4f} nats, "
            f"by {part.ce_delta_control:.4f} when as much mass is taken from all of it, by {s.ce_delta:.4f} without "
            "the head."
        )
    return out


def of_pairs(pairs: Sequence[HeadPair], preferences: PreferenceSearch) -> list[str]:
    """The most alike patterns, and what the search found."""
    out = []
    alike = [p for p in pairs if p.pattern_overlap is not None]
    if alike:
        p = max(alike, key=lambda p: p.pattern_overlap or 0.0)
        out.append(
            f"The most alike patterns of one layer are those of L{p.layer}H{p.head} and L{p.other_layer}H{p.other_head}"
            f" (overlap {p.pattern_overlap:.2f} of 1, BOS left out)."
        )
    found = (
        "nothing"
        if not preferences.n_inverted + preferences.n_aligned
        else f"{preferences.n_inverted} inverted and {preferences.n_aligned} aligned pairs"
    )
    out.append(
        f"Search for inverted preference orders over {len(preferences.pairs)} pairs of heads within a layer, with "
        f"{preferences.rate:.0%} false discoveries: {found}."
    )
    inverted = sorted((p for p in preferences.pairs if p.verdict == "inverted"), key=lambda p: p.correlation)[:3]
    if inverted:
        out.append(
            "Most inverted: "
            + "; ".join(
                f"L{p.layer}H{p.head} and L{p.layer}H{p.other_head} (rank correlation {p.correlation:.2f}, "
                f"query-specific part {p.specific:.2f})"
                for p in inverted
            )
            + "."
        )
    return out


def of_weights(orders: Sequence[WeightOrder]) -> list[str]:
    """Whether the ordered matrices show more than their nulls."""
    out = []
    for o in orders:
        worst = {kind: max(draws) for kind, draws in o.null_excess.items()}
        above = [kind for kind, value in worst.items() if o.excess > value]
        words = f"above every draw of {' and '.join(above)}" if above else "not above its nulls"
        out.append(f"{o.matrix}, ordered: block excess {o.excess:.4f}, {words}; {len(o.blocks)} blocks.")
    return out
