"""The sparse code that every dictionary with an encoder shares: which latents fire at which token, listed or dense.

    pre = rows W_enc + b_enc;   f = act(pre), see `activation`;   rows are tokens, `[n, d_in]`, already in encoder units
The plain form is dense; the listed form keeps only what fires (ops/sparse.py), with the same values and gradients.
Functions and no base class: a dictionary owns its parameters under their usual names (`W_enc`, `b_enc`,
`log_threshold`) and calls these. Axis legend: n token, d width, i latent, m entry of a list.
"""

from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, Codes
from polyhead.dictionaries.activation import (
    HAS_THRESHOLD,
    AnyActivation,
    BatchTopK,
    TopK,
    fire,
    fire_all,
    list_floor,
    sparsity,
)
from polyhead.ops.sparse import (
    Groups,
    Listed,
    differentiable,
    entries_above,
    group_by_latent,
    largest_entries,
    pad,
    sum_by_token,
    top_entries,
)

FOLLOW = 0.05
"""How fast a threshold of batchtopk follows those of the batches: its memory is about 1 / FOLLOW steps."""


class Code(NamedTuple):
    """Activations of some tokens: dense `[n, i]`, or `[m]` next to the list they belong to."""

    f: Tensor
    shortfall: Tensor | None
    """sum_i relu(theta_i - pre_i), `[n]`; None where nothing asks for it."""
    listed: Listed | None = None
    groups: Groups | None = None
    gap: Tensor | None = None
    """How far the learned threshold is from the batch's, `()`: mean_i (theta_i / c - 1)^2; None but for batchtopk."""
    cut: Tensor | None = None
    """c, the batch's threshold, `()`; None but for batchtopk."""

    def per_token(self, penalty: Tensor) -> Float[Tensor, " n"]:
        """Sum over latents of something that has one value an activation."""
        return penalty.sum(-1) if self.listed is None else sum_by_token(penalty, self.listed)


def plain_code(
    act: AnyActivation,
    rows: Float[Tensor, "n d"],
    W_enc: Float[Tensor, "d i"],
    b_enc: Float[Tensor, " i"],
    theta: Float[Tensor, " i"],
    *,
    training: bool = True,
) -> Code:
    """The dense form. With `training`, batchtopk chooses among the tokens of the batch."""
    pre = rows @ W_enc + b_enc
    if training and isinstance(act, BatchTopK):
        cut = pre.detach().flatten().topk(min(act.k * len(rows), pre.numel())).values[-1].clamp_min(0.0)
        return Code(torch.where(pre >= cut, pre, 0.0).relu(), None, gap=_gap(theta, cut), cut=cut)
    shortfall = None if isinstance(act, TopK) else (theta - pre).relu().sum(-1)
    return Code(fire_all(act, pre, theta), shortfall)


def listed_code(
    act: AnyActivation,
    rows: Float[Tensor, "n d"],
    W_enc: Float[Tensor, "d i"],
    b_enc: Float[Tensor, " i"],
    theta: Float[Tensor, " i"],
    *,
    training: bool = True,
    limit: float = 1.0,
) -> Code | None:
    """The listed form; None where more than `limit` of all latents would be in the list.

    With `training`, inactive entries that still have a gradient of their own (jumprelu's band) are listed too, and
    batchtopk chooses among the tokens of the batch; a reconstruction is made without, so that it is each token's own.
    """
    n_latents, gap, cut = W_enc.shape[1], None, None
    if isinstance(act, BatchTopK) and training:
        if act.k > limit * n_latents:
            return None
        listed, cut = largest_entries(rows, W_enc, b_enc, act.k * len(rows))
        gap = _gap(theta, cut)
    elif isinstance(act, TopK) and not isinstance(act, BatchTopK):
        listed = top_entries(rows, W_enc, b_enc, act.k) if act.k <= limit * n_latents else None
    else:
        floor = list_floor(act, theta.detach()) if training else theta.detach()
        listed = entries_above(rows, W_enc, b_enc, floor, limit=limit)
    if listed is None:
        return None
    groups = group_by_latent(listed, n_latents)
    pre = differentiable(listed, groups, rows, W_enc, b_enc)
    if isinstance(act, TopK):
        return Code(pre.relu(), None, listed, groups, gap, cut)
    theta_listed = theta[listed.latents]
    # sum over inactive latents = sum over all, which is one row product, minus the few active ones
    above = sum_by_token((pre - theta_listed).relu(), listed)
    everything = theta.sum() - b_enc.sum() - rows @ W_enc.sum(-1)
    return Code(fire(act, pre, theta_listed), everything + above, listed, groups)


@torch.no_grad()
def packed(code: Code, shape: tuple[int, int], n_latents: int) -> Codes:
    """A listed code as `Codes` of `shape` (sequences, positions)."""
    assert code.listed is not None
    values, indices = (t.unflatten(0, shape) for t in pad(code.f, code.listed))
    return Codes(values, indices, n_latents)


def penalties(act: AnyActivation, code: Code, weight: Float[Tensor, " n"], warm: Tensor | float) -> dict[str, Tensor]:
    """The loss terms that an activation brings; `weight` sums to 1 over tokens, `warm` in [0, 1] scales sparsity."""
    if isinstance(act, TopK):
        return {} if code.gap is None else {"threshold": code.gap}
    assert code.shortfall is not None
    return {
        "sparsity": warm * (code.per_token(sparsity(act, code.f)) * weight).sum(),
        "shortfall": act.negative * (code.shortfall * weight).sum(),
    }


def warmth(act: AnyActivation, n_steps: Tensor) -> Tensor | float:
    """How much of its sparsity penalty applies after `n_steps` steps: 0 to 1, linearly over `warmup_steps`."""
    if isinstance(act, TopK) or not act.warmup_steps:
        return 1.0
    return (n_steps / act.warmup_steps).clamp(max=1.0)


def threshold(act: AnyActivation, b_enc: Tensor, log_threshold: Tensor | None) -> Float[Tensor, " i"]:
    """theta: a latent is active where its pre-activation is above it."""
    if isinstance(act, HAS_THRESHOLD):
        if log_threshold is None:
            raise PolyheadError(f"this dictionary keeps no learned threshold, which activation {act.kind!r} needs")
        return log_threshold.exp()
    return torch.zeros_like(b_enc)


@torch.no_grad()
def batch_cut(act: BatchTopK, rows: Float[Tensor, "n d"], W_enc: Tensor, b_enc: Tensor) -> Float[Tensor, ""]:
    """c of these tokens: where a learned threshold starts."""
    return largest_entries(rows, W_enc, b_enc, act.k * len(rows))[1].clamp_min(1e-6)


def remember_cut(dictionary: Any, *codes: Code) -> None:
    """Keep the thresholds of a training batch, one for each code, until the step is made (`follow_cut`)."""
    cuts = [code.cut for code in codes if code.cut is not None]
    dictionary._cut = torch.stack(cuts).squeeze(0) if cuts and torch.is_grad_enabled() else None


@torch.no_grad()
def follow_cut(dictionary: Any) -> None:
    """Move the learned threshold towards the batch's, after a step: the loss term alone is far too slow a pull."""
    cut = getattr(dictionary, "_cut", None)
    if cut is not None:
        goal = cut.clamp_min(1e-6).log()
        dictionary.log_threshold.lerp_(
            (goal[:, None] if goal.ndim else goal).expand_as(dictionary.log_threshold), FOLLOW
        )
        dictionary._cut = None


def _gap(theta: Tensor, cut: Tensor) -> Tensor:
    return (theta / cut.clamp_min(1e-6) - 1).square().mean()


def dead_entries(
    rows: Float[Tensor, "n d"], W_enc: Tensor, b_enc: Tensor, dead: Tensor, k: int
) -> tuple[Tensor, Listed, Groups]:
    """relu of the `k` largest pre-activations among dead latents only, as a list: f `[m]`, the list, its groups."""
    chosen = dead.nonzero()[:, 0]
    listed = top_entries(rows, W_enc[:, chosen], b_enc[chosen], min(k, len(chosen)))
    listed = listed._replace(latents=chosen[listed.latents])
    groups = group_by_latent(listed, W_enc.shape[1])
    return differentiable(listed, groups, rows, W_enc, b_enc).relu(), listed, groups


def position_weights(batch: Batch) -> Float[Tensor, "b p"]:
    """Equal weights over the valid positions, summing to 1; all positions are valid where the batch does not say."""
    valid = batch.get("valid")
    counted = (torch.ones_like(batch["target"][..., 0]) if valid is None else valid).to(torch.float32)
    return counted / counted.sum().clamp_min(1.0)


def unpack(codes: Codes) -> Float[Tensor, "b p i"]:
    """A dense code from a packed one."""
    dense = codes.values.new_zeros(*codes.values.shape[:-1], codes.n_latents)
    return dense.scatter_add(-1, codes.indices, codes.values)
