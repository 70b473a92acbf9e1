"""All-but-one maps: what logit does one head alone give to the right digit, for every pair (a, b)?

All heads but one are replaced (`analysis.head_ablation`) for the base^2 prompts a, b in 0..base-1; the map shows the
logit of (a + b) mod base. With no head left and zeros in their stead the logits do not depend on the prompt as long as
the token at the position read out does not, so the map of that baseline is a function of (a + b) mod base *whatever the
weights*: `antidiagonal_share` measures it, and an untrained model is the control.
Axis legend: m model, h head, n prompt, c class, a and b digits.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.sites import site
from polyhead.models.toy.attention import ToyAttention


@dataclass(frozen=True)
class HeadLogits:
    """The logits at one position as a sum over heads and a rest (exact: one layer, linear read-out)."""

    heads: Float[Tensor, "h n c"]
    rest: Float[Tensor, "n c"]
    """The direct path and the biases."""


@torch.no_grad()
def head_logits(model: ToyAttention, tokens: Int[Tensor, "n p"], position: int) -> HeadLogits:
    """Contribution of each head to the logits at `position`; value vectors include their bias."""
    logits, cache = model.run_with_cache(tokens, [site(0, "attn.hook_result")])
    assert logits is not None
    result = cache[site(0, "attn.hook_result")][:, position]  # [n, h, d_model]
    heads = (result @ model.W_U if model.toy.d_model is not None else result[..., : model.toy.n_out]).transpose(0, 1)
    return HeadLogits(heads, logits[:, position] - heads.sum(0))


def pair_maps(logits: Float[Tensor, "*any n c"], base: int) -> Float[Tensor, "*any a b"]:
    """The logit of (a + b) mod base for prompts a, b in order, a first."""
    pair = torch.arange(base * base)
    right = (pair // base + pair % base) % base
    return logits[..., pair, right].unflatten(-1, (base, base))


def antidiagonal_share(maps: Float[Tensor, "*any a b"]) -> Float[Tensor, "*any"]:
    """Share of a map's variance that (a + b) mod base explains; 1 where the map is constant along it."""
    base = maps.shape[-1]
    flat = maps.double().flatten(-2)
    pair = torch.arange(base * base)
    member = torch.nn.functional.one_hot((pair // base + pair % base) % base, base).double()
    means = flat @ member / base
    within = (flat - means @ member.T).square().sum(-1)
    total = (flat - flat.mean(-1, keepdim=True)).square().sum(-1)
    scale = flat.square().sum(-1).clamp_min(1e-300)
    return torch.where(total < 1e-10 * scale, 1.0, 1 - within / total.clamp_min(1e-300))
