"""Claims and notes of the study `skip-trigrams`."""

from collections.abc import Sequence

import torch

from polyhead.core.rng import generator
from polyhead.core.study_records import Claim, Distribution
from polyhead.models.toy.attention_counts import head_outputs
from polyhead.models.toy.two_heads import two_head_solution
from polyhead.studies.judge import judge_number, judge_share
from polyhead.studies.skip_trigrams.gated_claims import (
    GATED,
    best_prices,
    distributed_share,
    flat,
    gated_claim,
    kept_alone_claim,
)
from polyhead.studies.skip_trigrams.models import (
    NEEDED,
    Cell,
    Contexts,
    Gated,
    Measured,
    SkipTrigramsStudyConfig,
    contexts,
)
from polyhead.studies.skip_trigrams.trigram_heads import contributions
from polyhead.tasks.skip_trigrams import SkipTrigramsConfig, order_blind_floor, predictive, sample, truth

MAY = "Circuits Updates May 2023, as summarised in our notes: each trigram ends up on two or more heads"
JULY = "Circuits Updates July 2023, as summarised in our notes"
SPREAD = 1.5
"""Effective number of heads from which a trigram counts as spread."""


def make_claims(
    cfg: SkipTrigramsStudyConfig, cells: Sequence[Cell], gap: Sequence[Cell], gated: Sequence[Gated]
) -> list[Claim]:
    """All claims, published ones first."""
    few = [c for c in cells if c.n_heads < c.world.n_trigrams]
    enough = [c for c in cells if c.n_heads >= c.world.n_trigrams]
    claims = [_two_heads(cfg), _needed(few, enough), _spread(few, enough), _superposed(few, enough)]
    claims += [
        _shared_out(cfg, gap),
        _cancel(gap),
        gated_claim(gated),
        kept_alone_claim(gated),
        _limit(gap),
        _narrow(cells),
    ]
    return [c for c in claims if c is not None]


def make_notes(cells: Sequence[Cell], gap: Sequence[Cell], gated: Sequence[Gated]) -> list[str]:
    """Negative results, contradictions and limits, with their numbers."""
    lines = []
    for n in sorted({c.world.n_trigrams for c in cells}):
        world = SkipTrigramsConfig(n_trigrams=n)
        lines.append(f"n = {n}: {truth(world).floor:.4f} and {order_blind_floor(world):.4f}")
    notes = [
        "In the replication's generator a completion uses the pending A up. Whether an A is still pending depends on "
        "the order of the context, which a model without positions does not see: its best possible loss, computed "
        "exactly over bags of tokens, lies above the entropy of the generator (nats a token, "
        + "; ".join(lines)
        + "). The two-head solution of July 2023 therefore meets the floor only where A stays in force (`standing`), "
        "which is the world used for it here. It needs d_head = 2 n + 2 with the direct path of a one-hot model, "
        "and 3 without it, for any n (ours).",
        "The contribution of a head compares contexts with and without A. A head that writes C_b all the time and is "
        "cancelled by another when A is absent contributes nothing by that measure: in the two-head solution all "
        "trigrams sit on head 1, which only falls silent, and the head that writes the completion has none. The "
        "effective number of heads is therefore 1 there, although both are needed; the removal test says the "
        "opposite (head 0 alone suffices). Neither is superposition in the strict sense, as the authors came to "
        "doubt themselves.",
        "With d_head 1 every head writes multiples of one direction, and the direct path of the one-hot model adds 1 "
        "to the logit of the current token that such heads cannot take back for all tokens: the loss of width-1 "
        "models stays above the order-blind floor even with as many heads as trigrams. The claims on width 1 are "
        "read through the completions, not the loss.",
    ]
    best = best_prices(gated)
    if best:
        notes.append(
            "Gated blocks: the price of open gates that keeps all trigrams and resolves them depends on the size of "
            "the original outputs. Ours train for thousands of steps, not 100,000, and write smaller logits, so the "
            "published prices (.5, .1, .3) shut gates that are needed. " + " ".join(best)
        )
    return notes


def _two_heads(cfg: SkipTrigramsStudyConfig) -> Claim:
    ours, alone = [], []
    for n in (*cfg.gap_trigrams, 32):
        world = SkipTrigramsConfig(n_trigrams=n, rule="standing")
        batch = sample(world, generator(0, "two heads"), 500)
        optimal = predictive(world, batch["tokens"])
        for width in ("full", "circle"):
            model = two_head_solution(n, n_ctx=world.length - 1, width=width)
            with torch.no_grad():
                ours.append(_excess(optimal, model(batch["tokens"])))
                model.attn.W_O[1] = 0
                alone.append(_excess(optimal, model(batch["tokens"])))
    verdict, reason = judge_number(ours, 0.0, tolerance=1e-6)
    return Claim(
        key="two-heads-suffice",
        statement="Two heads complete any number of OV-incoherent skip trigrams with zero loss beyond the noise.",
        source=JULY,
        published="0 nats above the floor, in words",
        ours=[
            Distribution(
                label=f"set by hand, n = {', '.join(map(str, (*cfg.gap_trigrams, 32)))}, two widths each",
                values=ours,
                unit="nats",
            )
        ],
        control=[Distribution(label="head 1 removed", values=alone, unit="nats")],
        control_note="KL divergence from the exact optimum in the standing world; without the cancelling head the "
        "same model completes trigrams whose A is absent.",
        verdict=verdict,
        reason=reason,
    )


def _spread(few: Sequence[Cell], enough: Sequence[Cell]) -> Claim:
    holds, control = ([spread_everywhere(c.end) for c in part] for part in (few, enough))
    verdict, reason = judge_share(flat(holds), flat(control))
    return Claim(
        key="each-trigram-reacts-on-two-heads",
        statement=f"The same by contributions: the effective number of heads that react to A is {SPREAD} or more for "
        "every learnt trigram.",
        source=MAY,
        published="each trigram on 2 or more heads, no number",
        ours=[Distribution(label=_label(c), values=_known(c.end.effective), n_diverged=c.end.n_diverged) for c in few],
        control=[Distribution(label=_label(c), values=_known(c.end.effective)) for c in enough]
        + [Distribution(label=f"untrained {_label(c)}", values=_known(c.start.effective)) for c in few],
        control_note="As many heads as trigrams, where sharing is not forced; and untrained models. Values: "
        "effective number of heads of each trigram; the verdict is over models.",
        verdict=verdict,
        reason=reason,
    )


def _needed(few: Sequence[Cell], enough: Sequence[Cell]) -> Claim:
    holds, control = ([needed_everywhere(c.end) for c in part] for part in (few, enough))
    verdict, reason = judge_share(flat(holds), flat(control))
    return Claim(
        key="each-trigram-needs-two-heads",
        statement="With more incompatible trigrams than heads, each trigram ends up on two or more heads (for every "
        "learnt trigram, removing any of at least two heads changes the chance of C_b by more than "
        f"{NEEDED}, with A or without).",
        source=MAY,
        published="each trigram on 2 or more heads, no number",
        ours=[
            Distribution(label=_label(c), values=_known(c.end.n_needed[c.end.learnt]), n_diverged=c.end.n_diverged)
            for c in few
        ],
        control=[Distribution(label=_label(c), values=_known(c.end.n_needed[c.end.learnt])) for c in enough],
        control_note="As many heads as trigrams, where sharing is not forced. Values: needed heads of each learnt "
        "trigram; the verdict is over models.",
        verdict=verdict,
        reason=reason,
    )


def _superposed(few: Sequence[Cell], enough: Sequence[Cell]) -> Claim:
    holds, control = ([some_distributed(c.end) for c in part] for part in (few, enough))
    verdict, reason = judge_share(flat(holds), flat(control))
    return Claim(
        key="some-trigram-without-a-head-of-its-own",
        statement="With more trigrams than heads, some learnt trigram is carried by no head alone (removing some "
        "subset of the other heads destroys it).",
        source=GATED,
        published="1 of 1 kept models with 4 heads and 5 trigrams",
        ours=[Distribution(label=_label(c), values=distributed_share(c.end)) for c in few],
        control=[Distribution(label=_label(c), values=distributed_share(c.end)) for c in enough],
        control_note="As many heads as trigrams. Values: share of the learnt trigrams of each model that no head "
        "carries alone; the verdict is over models that learnt at least one.",
        verdict=verdict,
        reason=reason,
    )


def _shared_out(cfg: SkipTrigramsStudyConfig, gap: Sequence[Cell]) -> Claim:
    two = [c for c in gap if c.n_heads == 2]
    holds = [bool(row.unique().numel() > 1) for c in two for row in c.end.dominant]
    control = [bool(_by_hand(c.world, cfg.n_contexts).argmax(-1).unique().numel() > 1) for c in two]
    verdict, reason = judge_share(holds, sum(control) / max(1, len(control)))
    return Claim(
        key="heads-share-out-the-trigrams",
        statement="Trained two-head models do not separate the two roles: the trigrams are shared out between the "
        "heads.",
        source=JULY,
        published="in words",
        ours=[Distribution(label=f"largest share on one head, {_label(c)}", values=_largest_share(c.end)) for c in two],
        control=[
            Distribution(
                label=f"set by hand, n = {c.world.n_trigrams}",
                values=[_one_head_share(_by_hand(c.world, cfg.n_contexts).argmax(-1)[0])],
            )
            for c in two
        ],
        control_note="The solution set by hand, in which one head reacts to A for every trigram. A trigram belongs "
        "to the head whose contribution to it is largest. Heads drawn at random would share the "
        "trigrams out too (in 1 - 2^(1-n) of all draws), so this says how training differs from the "
        "construction, not that the sharing is regular.",
        verdict=verdict,
        reason=reason,
    )


def _cancel(gap: Sequence[Cell]) -> Claim:
    two = [c for c in gap if c.n_heads == 2]
    holds = [bool(x > 0.5) for c in two for x in c.end.cancelling]
    control = [bool(x > 0.5) for c in two for x in c.start.cancelling]
    verdict, reason = judge_share(holds, control, published=False)
    return Claim(
        key="trained-heads-cancel",
        statement="What trained two-head models do keep of the construction: without A the two heads write opposite "
        "things on B (cancelling score above 0.5; 1 in the construction).",
        source="ours",
        published="unknown",
        ours=[Distribution(label=_label(c), values=c.end.cancelling.tolist()) for c in two],
        control=[Distribution(label=f"untrained {_label(c)}", values=c.start.cancelling.tolist()) for c in two],
        control_note="The same models before training. Values: cos(output of head 1 on B, minus that of head 0), "
        "contexts without A, mean over trigrams.",
        verdict=verdict,
        reason=reason,
    )


def _limit(gap: Sequence[Cell]) -> Claim:
    two = [c for c in gap if c.n_heads == 2]
    one = [c for c in gap if c.n_heads == 1]
    holds = [bool(x < 0.01) for c in two for x in c.excess]
    control = [bool(x < 0.01) for c in one for x in c.excess]
    verdict, reason = judge_share(holds, control, published=False)
    return Claim(
        key="training-finds-two-head-solution",
        statement="Training finds what two heads can do: trained two-head models of width 4 come within 0.01 nats a "
        "token of the floor, which two heads of width 3 can meet.",
        source="ours",
        published="unknown",
        ours=[_excess_distribution(c) for c in gap if c.n_heads > 1],
        control=[_excess_distribution(c) for c in one],
        control_note="One head, which cannot do it. Values: loss above the exact floor (2,000 fresh sequences).",
        verdict=verdict,
        reason=reason,
    )


def _narrow(cells: Sequence[Cell]) -> Claim | None:
    widths = sorted({c.d_head for c in cells})
    if len(widths) < 2:
        return None
    few = [c for c in cells if c.n_heads < c.world.n_trigrams]
    narrow = [bool(row.all()) for c in few if c.d_head == widths[0] for row in c.end.learnt]
    wide = [bool(row.all()) for c in few if c.d_head == widths[-1] for row in c.end.learnt]
    verdict, reason = judge_share(wide, narrow, published=False)
    return Claim(
        key="width-limits-before-heads",
        statement=f"What limits the published models is the width of their heads: with d_head {widths[-1]} instead "
        f"of {widths[0]} and still one head fewer than trigrams, all trigrams are learnt.",
        source="ours",
        published="unknown",
        ours=[_learnt_distribution(c) for c in few if c.d_head == widths[-1]],
        control=[_learnt_distribution(c) for c in cells if c.d_head == widths[0]],
        control_note="Width 1, with one head fewer than trigrams and (where it says so) as many. Values: share of "
        "the trigrams that each model completes.",
        verdict=verdict,
        reason=reason,
    )


# ---- readings of one group of models


def spread_everywhere(m: Measured) -> list[bool]:
    """Whether every learnt trigram of each model is spread; models that learnt none are left out."""
    return [
        bool((m.effective[i][m.learnt[i]].nan_to_num(0.0) >= SPREAD).all())
        for i in range(len(m.learnt))
        if m.learnt[i].any()
    ]


def needed_everywhere(m: Measured) -> list[bool]:
    """Whether every learnt trigram of each model needs two heads; models that learnt none are left out."""
    return [bool((m.n_needed[i][known] >= 2).all()) for i, known in enumerate(m.learnt) if known.any()]


def some_distributed(m: Measured) -> list[bool]:
    """Whether some learnt trigram of each model has no sole head; models that learnt none are left out."""
    return [share > 0 for share in distributed_share(m)]


def _largest_share(m: Measured) -> list[float]:
    return [_one_head_share(row) for row in m.dominant]


def _one_head_share(dominant: torch.Tensor) -> float:
    return float(torch.bincount(dominant).max() / len(dominant))


def _by_hand(world: SkipTrigramsConfig, n_contexts: int) -> torch.Tensor:
    model = two_head_solution(world.n_trigrams, n_ctx=world.length - 1, width="circle")
    tensors = {k: v.detach()[None].double() for k, v in (*model.named_parameters(), *model.named_buffers())}
    ctx: Contexts = contexts(world, n_contexts)
    present, absent = head_outputs(tensors, ctx.present), head_outputs(tensors, ctx.absent)
    return contributions(present, absent, ctx.trigram, ctx.completions)


def _excess(optimal: torch.Tensor, logits: torch.Tensor) -> float:
    kl = torch.special.xlogy(optimal, optimal) - optimal * logits.log_softmax(-1)
    return max(0.0, float(kl.sum(-1).mean()))


def _excess_distribution(c: Cell) -> Distribution:
    values = c.excess.tolist()
    return Distribution(label=_label(c), values=values, unit="nats", n_diverged=c.end.n_diverged)


def _learnt_distribution(c: Cell) -> Distribution:
    return Distribution(label=_label(c), values=c.end.learnt.double().mean(1).tolist())


def _label(c: Cell) -> str:
    return f"{c.n_heads} heads of width {c.d_head}, {c.world.n_trigrams} trigrams"


def _known(values: torch.Tensor) -> list[float]:
    flat = values.flatten().double()
    return flat[flat.isfinite()].tolist()
