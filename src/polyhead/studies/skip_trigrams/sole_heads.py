"""Is a trigram carried by one head alone? The test of no superposition by removing every subset of the other heads.

Trigram b is encoded by head h alone when, for every subset of the other heads that is removed, the largest summed
output of the heads that stay is still C_b, in at least 99 % of the contexts. The direct path is left out, and the empty
subset (nothing removed) does not count, as in the replication whose test this is (Mathwin, Akar, Sharkey 2024). A
trigram counts as learnt when the whole model completes it in at least 99 % of the contexts.
Axis legend: M model, h head, r row, c class, n trigram.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError

SHARE = 0.99
"""Share of contexts in which the prediction must hold."""
MOST_HEADS = 14
"""2^14 subsets are still quick."""


def sole_heads(
    outputs: Float[Tensor, "M h r c"],
    trigram: Int[Tensor, " r"],
    completions: Int[Tensor, " n"],
    *,
    share: float = SHARE,
) -> Bool[Tensor, "M n h"]:
    """For each trigram the heads that keep it under removal of every subset of the others.

    Args:
        outputs: of each head, in contexts where A is present and the last token is B_b, b = `trigram` (0-based).

    Raises:
        PolyheadError: too many heads to go through all subsets.
    """
    n_models, n_heads = outputs.shape[:2]
    if n_heads > MOST_HEADS:
        raise PolyheadError(f"all subsets of at most {MOST_HEADS} heads can be removed; {n_heads} came")
    kept = torch.arange(2**n_heads)[:, None].bitwise_right_shift(torch.arange(n_heads)).bitwise_and(1).bool()
    if n_heads > 1:
        kept = kept[:-1]  # removing nothing does not count
    answer, weights = completions[trigram], _shares(trigram, len(completions))
    found = torch.zeros(n_models, len(completions), n_heads, dtype=torch.bool)
    for m in range(n_models):
        right = torch.einsum("uh,hrc->urc", kept.to(outputs), outputs[m]).argmax(-1) == answer
        for h in range(n_heads):
            always = right[kept[:, h]].all(0)
            found[m, :, h] = always.double() @ weights >= share
    return found


def learnt(
    logits: Float[Tensor, "M r c"], trigram: Int[Tensor, " r"], completions: Int[Tensor, " n"], *, share: float = SHARE
) -> Bool[Tensor, "M n"]:
    """Trigrams that the whole model completes."""
    right = logits.argmax(-1) == completions[trigram]
    return right.double() @ _shares(trigram, len(completions)) >= share


def _shares(trigram: Tensor, n_trigrams: int) -> Tensor:
    member = F.one_hot(trigram, n_trigrams).double()
    return member / member.sum(0).clamp_min(1)
