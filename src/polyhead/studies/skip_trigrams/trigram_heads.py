"""Which heads carry which skip trigram, and do two heads cancel where the source is absent?

Everything is read off head outputs `[M, h, r, c]` in rows (contexts) that end in a destination B_b, c the logits they
are added to. Contribution of head h to trigram b: its output on C_b over the mean of all classes (a common shift of
all logits does nothing), with A in the context minus without it, mean over contexts; the direct path of the head only.
Axis legend: M model, h head, r row, c class, n trigram.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor


def contributions(
    present: Float[Tensor, "M h r c"],
    absent: Float[Tensor, "M h r c"],
    trigram: Int[Tensor, " r"],
    completions: Int[Tensor, " n"],
) -> Float[Tensor, "M n h"]:
    """Mean change of the margin of C_b by the presence of A, head by head.

    Args:
        present, absent: outputs of heads in the same contexts with A, and with A taken out.
        trigram: 0-based b of each row.
        completions: the class C_b of each trigram.
    """
    change = present - absent
    margin = change - change.mean(-1, keepdim=True)
    own = margin.gather(-1, completions[trigram].expand(*margin.shape[:2], -1)[..., None])[..., 0]
    return torch.einsum("mhr,rn->mnh", own, _means(trigram, len(completions)).to(own))


def outputs_by_trigram(
    outputs: Float[Tensor, "M h r c"], trigram: Int[Tensor, " r"], n_trigrams: int
) -> Float[Tensor, "M h n c"]:
    """Mean output of each head over the rows of each trigram."""
    return torch.einsum("mhrc,rn->mhnc", outputs, _means(trigram, n_trigrams).to(outputs))


def removal_effects(
    present: Float[Tensor, "M h r c"],
    absent: Float[Tensor, "M h r c"],
    direct: Float[Tensor, "r c"],
    trigram: Int[Tensor, " r"],
    completions: Int[Tensor, " n"],
) -> Float[Tensor, "M n h"]:
    """How much each head matters for a trigram: the larger of two changes of the chance of C_b when it is removed.

    One is the chance lost where A is present, the other the change where A is absent (a head that cancels a completion
    matters there). A head is needed where this is large; contributions alone miss the head that writes a completion
    all the time, because it does not react to A.

    Args:
        direct: logits without any head (the direct path).
    """
    weights = _means(trigram, len(completions)).to(present)
    answer = completions[trigram]

    def chance(logits: Tensor) -> Tensor:
        return logits.softmax(-1).gather(-1, answer.expand(*logits.shape[:-2], -1)[..., None])[..., 0]

    effects = []
    for outputs in (present, absent):
        whole = outputs.sum(1, keepdim=True) + direct
        change = chance(whole) - chance(whole - outputs)
        effects.append(torch.einsum("mhr,rn->mnh", change, weights).abs())
    return torch.maximum(*effects)


def cancelling_score(absent: Float[Tensor, "M h n c"]) -> Float[Tensor, " M"]:
    """cos(output of one head, minus the output of another) on B without A: mean over trigrams, best pair of heads.

    1 where two heads cancel exactly (the two-head solution of July 2023); compare with untrained models, because the
    best of many pairs is not 0 by chance. NaN with a single head. Outputs are taken over the mean of classes.
    """
    direction = F.normalize(absent - absent.mean(-1, keepdim=True), dim=-1)
    cosine = -torch.einsum("mhnc,mgnc->mhg", direction, direction) / absent.shape[2]
    n_heads = absent.shape[1]
    if n_heads < 2:
        return absent.new_full((absent.shape[0],), torch.nan)
    pairs = torch.triu_indices(n_heads, n_heads, offset=1)
    return cosine[:, pairs[0], pairs[1]].amax(-1)


def _means(trigram: Tensor, n_trigrams: int) -> Tensor:
    member = F.one_hot(trigram, n_trigrams).double()
    return member / member.sum(0).clamp_min(1)
