"""Claims and notes of the study `skip-trigrams`."""

import torch

from polyhead.core.rng import generator
from polyhead.models.toy.attention_counts import head_outputs
from polyhead.models.toy.two_heads import two_head_solution
from polyhead.studies import study
from polyhead.studies.claim import Number, Share, distribution
from polyhead.studies.skip_trigrams.gated_claims import GATED, distributed_share, flat
from polyhead.studies.skip_trigrams.models import NEEDED, Cell, Contexts, HeadMeasures, Measured, contexts
from polyhead.studies.skip_trigrams.trigram_heads import contributions
from polyhead.tasks.skip_trigrams import SkipTrigramsConfig, predictive, sample

MAY = "Circuits Updates May 2023, as summarised in our notes: each trigram ends up on two or more heads"
JULY = "Circuits Updates July 2023, as summarised in our notes"
SPREAD = 1.5
"""Effective number of heads from which a trigram counts as spread."""


@study.claim("two-heads-suffice", source=JULY, published="0 nats above the floor, in words")
def two_heads_suffice(m: Measured) -> Number:
    """Two heads complete any number of OV-incoherent skip trigrams with zero loss beyond the noise."""
    ours, alone = ([], [])
    for n in (*m.cfg.gap_trigrams, 32):
        world = SkipTrigramsConfig(n_trigrams=n, rule="standing")
        batch = sample(world, generator(0, "two heads"), 500)
        optimal = predictive(world, batch["tokens"])
        for width in ("full", "circle"):
            model = two_head_solution(n, n_ctx=world.length - 1, width=width)
            with torch.no_grad():
                ours.append(_excess(optimal, model(batch["tokens"])))
                model.attn.W_O[1] = 0
                alone.append(_excess(optimal, model(batch["tokens"])))
    return Number(
        values=ours,
        expected=0.0,
        tolerance=1e-06,
        ours=[
            distribution(
                f"set by hand, n = {', '.join(map(str, (*m.cfg.gap_trigrams, 32)))}, two widths each", ours, unit="nats"
            )
        ],
        control=[distribution("head 1 removed", alone, unit="nats")],
        note="KL divergence from the exact optimum in the standing world; without the cancelling head the same model "
        "completes trigrams whose A is absent.",
    )


@study.claim("each-trigram-reacts-on-two-heads", source=MAY, published="each trigram on 2 or more heads, no number")
def each_trigram_reacts_on_two_heads(m: Measured) -> Share:
    """Measured by contributions, each trigram ends up on two or more heads: the effective number of heads that react
    to A is {spread} or more for every learnt trigram."""
    holds, control = ([spread_everywhere(c.end) for c in part] for part in (m.few, m.enough))
    return Share(
        holds=flat(holds),
        against=flat(control),
        ours=[distribution(label(c), _known(c.end.effective), n_diverged=c.end.n_diverged) for c in m.few],
        control={
            **{label(c): _known(c.end.effective) for c in m.enough},
            **{f"untrained {label(c)}": _known(c.start.effective) for c in m.few},
        },
        note="As many heads as trigrams, where sharing is not forced; and untrained models. Values: effective number "
        "of heads of each trigram; the verdict is over models.",
        words={"spread": SPREAD},
    )


@study.claim("each-trigram-needs-two-heads", source=MAY, published="each trigram on 2 or more heads, no number")
def each_trigram_needs_two_heads(m: Measured) -> Share:
    """With more incompatible trigrams than heads, each trigram ends up on two or more heads (for every learnt trigram,
    removing any of at least two heads changes the chance of C_b by more than {needed}, with A or without)."""
    holds, control = ([needed_everywhere(c.end) for c in part] for part in (m.few, m.enough))
    return Share(
        holds=flat(holds),
        against=flat(control),
        ours=[distribution(label(c), _known(c.end.n_needed[c.end.learnt]), n_diverged=c.end.n_diverged) for c in m.few],
        control={label(c): _known(c.end.n_needed[c.end.learnt]) for c in m.enough},
        note="As many heads as trigrams, where sharing is not forced. Values: needed heads of each learnt trigram; "
        "the verdict is over models.",
        words={"needed": NEEDED},
    )


@study.claim(
    "some-trigram-without-a-head-of-its-own", source=GATED, published="1 of 1 kept models with 4 heads and 5 trigrams"
)
def some_trigram_without_a_head_of_its_own(m: Measured) -> Share:
    """With more trigrams than heads, some learnt trigram is carried by no head alone (removing some subset of the other
    heads destroys it)."""
    holds, control = ([some_distributed(c.end) for c in part] for part in (m.few, m.enough))
    return Share(
        holds=flat(holds),
        against=flat(control),
        ours={label(c): distributed_share(c.end) for c in m.few},
        control={label(c): distributed_share(c.end) for c in m.enough},
        note="As many heads as trigrams. Values: share of the learnt trigrams of each model that no head carries "
        "alone; the verdict is over models that learnt at least one.",
    )


@study.claim("heads-share-out-the-trigrams", source=JULY, published="in words")
def heads_share_out_the_trigrams(m: Measured) -> Share:
    """Trained two-head models do not separate the two roles: the trigrams are divided between the heads."""
    two = [c for c in m.gap if c.n_heads == 2]
    holds = [bool(row.unique().numel() > 1) for c in two for row in c.end.dominant]
    control = [bool(_by_hand(c.world, m.cfg.n_contexts).argmax(-1).unique().numel() > 1) for c in two]
    return Share(
        holds=holds,
        against=sum(control) / max(1, len(control)),
        ours={f"largest share on one head, {label(c)}": _largest_share(c.end) for c in two},
        control={
            f"set by hand, n = {c.world.n_trigrams}": [
                _one_head_share(_by_hand(c.world, m.cfg.n_contexts).argmax(-1)[0])
            ]
            for c in two
        },
        note="The solution set by hand, in which one head reacts to A for every trigram. A trigram belongs to the "
        "head whose contribution to it is largest. Heads drawn at random would divide the trigrams too (in 1 "
        "- 2^(1-n) of all draws), so this says how training differs from the construction, not that the sharing "
        "is regular.",
    )


@study.claim("trained-heads-cancel", source="ours")
def trained_heads_cancel(m: Measured) -> Share:
    """Trained two-head models keep one part of the construction: without A the two heads write opposite outputs
    on B (cancelling score above 0.5; 1 in the construction)."""
    two = [c for c in m.gap if c.n_heads == 2]
    holds = [bool(x > 0.5) for c in two for x in c.end.cancelling]
    control = [bool(x > 0.5) for c in two for x in c.start.cancelling]
    return Share(
        holds=holds,
        against=control,
        ours={label(c): c.end.cancelling for c in two},
        control={f"untrained {label(c)}": c.start.cancelling for c in two},
        note="The same models before training. Values: cos(output of head 1 on B, minus that of head 0), contexts "
        "without A, mean over trigrams.",
    )


# ---- readings of one group of models


def spread_everywhere(m: HeadMeasures) -> list[bool]:
    """Whether every learnt trigram of each model is spread; models that learnt none are left out."""
    return [
        bool((m.effective[i][m.learnt[i]].nan_to_num(0.0) >= SPREAD).all())
        for i in range(len(m.learnt))
        if m.learnt[i].any()
    ]


def needed_everywhere(m: HeadMeasures) -> list[bool]:
    """Whether every learnt trigram of each model needs two heads; models that learnt none are left out."""
    return [bool((m.n_needed[i][known] >= 2).all()) for i, known in enumerate(m.learnt) if known.any()]


def some_distributed(m: HeadMeasures) -> list[bool]:
    """Whether some learnt trigram of each model has no sole head; models that learnt none are left out."""
    return [share > 0 for share in distributed_share(m)]


def _largest_share(m: HeadMeasures) -> list[float]:
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


def label(c: Cell) -> str:
    return f"{c.n_heads} heads of width {c.d_head}, {c.world.n_trigrams} trigrams"


def _known(values: torch.Tensor) -> list[float]:
    flat = values.flatten().double()
    return flat[flat.isfinite()].tolist()
