"""How a multitoken transcoder finds one head for each latent: by cooling its loadings, or by trying every head.

Choice. With the code f held still, let e = y - y^ be what is left, z[i, h] = A_h f_i what head h alone brings of latent
i, and r_i = e + z_i w_i the error without latent i. The most that any write direction w can take from |r_i|^2 through
head h is the least-squares gain

    gain[i, h] = |sum_t z[i, h, t] r_i[t]|^2 / sum_t z[i, h, t]^2,      at w = sum_t z r_i / sum_t z^2,

and those latents change to their best head whose change lowers the error most (its gain less that of the head they
have). Latents choose at the same time, each as if the others stayed; if all changed, they would crowd onto what is
still unexplained in common, so at most a share `AT_ONCE` of them does at each of the `CHOICES` of a run.
Sums run over the last `WINDOW` steps before a choice, and are kept in buffers, so a resumed run chooses alike.
Axis legend: b sequence, p (t) position, h head, H head or identity, i latent, d width, n = b * p.
"""

import math
from collections.abc import Iterable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.protocols import Batch
from polyhead.dictionaries.bos import explained
from polyhead.dictionaries.init import valid_mask
from polyhead.ops.mtc_product import move_by_head
from polyhead.ops.sparse import sum_rows

WINDOW = 12
"""Steps over which gains are summed before a choice."""
CHOICES = 8
"""Choices in a run, at equal distances."""
AT_ONCE = 0.03
"""Largest share of latents that change their head at one choice."""
RIDGE = 0.1
"""Added to sum z^2, in units of its mean over latents, where a write direction is taken from the sums."""


def sharpness(loadings: Float[Tensor, "i H"], temperature: float) -> Float[Tensor, "i H"]:
    """The factors that turn loadings into sign(L) |L|^(1/t) of unit norm; at t <= 0 only the largest is left."""
    size = loadings.abs()
    relative = size / size.amax(-1, keepdim=True).clamp_min(1e-12)
    if temperature <= 0:
        factor = torch.zeros_like(size).scatter(-1, size.argmax(-1, keepdim=True), 1.0)
    else:
        factor = relative ** (1 / temperature - 1)
    return factor / (size * factor).norm(dim=-1, keepdim=True).clamp_min(1e-12)


def register_gains(mtc: Any) -> None:
    """Buffers for the sums of the formula above."""
    n, width = mtc.loadings.shape
    mtc.register_buffer("gain_dot", torch.zeros(n, width, mtc.cfg.d_out))
    mtc.register_buffer("gain_norm", torch.zeros(n, width))


def _distance(mtc: Any) -> int:
    return max(1, mtc.cfg.bind_steps // CHOICES)


def looks_at_heads(mtc: Any) -> bool:
    """Whether the coming step is one of the last before a choice."""
    step, every = int(mtc.n_steps), _distance(mtc)
    return step < CHOICES * every and step % every >= every - WINDOW


def chooses_heads(mtc: Any) -> bool:
    """Whether the step just counted ends with a choice."""
    step, every = int(mtc.n_steps), _distance(mtc)
    return step % every == 0 and 0 < step <= CHOICES * every


@torch.no_grad()
def add_gains(mtc: Any, batch: Batch, error: Float[Tensor, "b p d"]) -> None:
    """Add one batch; `error` = target - output in the dictionary's units. Positions that are not valid do not count."""
    counted = valid_mask(batch).to(error.dtype)
    error = error * counted[..., None]
    dot, norm, own = (mtc.gain_dot, mtc.gain_norm, torch.zeros_like(mtc.gain_norm))
    code = mtc._listed_code(batch["x"])
    f, listed, (entries, offsets) = code.f.detach(), code.listed, code.groups
    pattern, loadings = batch["pattern"].to(f.dtype), mtc.head_loadings()
    tokens, weights = listed.tokens[entries], f[entries]
    for head in range(loadings.shape[1]):
        back = error if head == pattern.shape[1] else pattern[:, head].mT @ error
        dot[:, head] += sum_rows(back.flatten(0, 1), tokens, offsets, weights)
    length = batch["x"].shape[1]
    for b in range(len(counted)):
        here = (listed.tokens // length == b) & (f > 0)
        latents, column = listed.latents[here].unique(return_inverse=True)
        dense = f.new_zeros(length, len(latents)).index_put((listed.tokens[here] % length, column), f[here])
        z = move_by_head(dense, pattern[b]) * counted[b, :, None]
        norm[latents] += z.square().sum(1).T
        own[latents] += torch.einsum("hpi,gpi,ig->ih", z, z, loadings[latents])
    dot += own[..., None] * mtc.W_dec[:, None]


@torch.no_grad()
def gains(mtc: Any) -> Float[Tensor, "i H"]:
    """The gain of every head for every latent, from the sums so far; 0 where nothing arrived."""
    norm = mtc.gain_norm
    return torch.where(norm > 1e-12, mtc.gain_dot.square().sum(-1) / norm.clamp_min(1e-12), 0.0)


@torch.no_grad()
def choose_heads(mtc: Any, *, everyone: bool = False) -> None:
    """Bind some latents to better heads and turn what they write to the direction found.

    With `everyone`, every latent that was seen goes to its best head, with the length found: for a start.
    """
    gain, before = gains(mtc), mtc.allowed.float().argmax(-1)
    best, seen = gain.argmax(-1), gain.amax(-1) > 0
    gained = gain.amax(-1) - gain.gather(-1, before[:, None])[:, 0]
    n_most = len(best) if everyone else math.ceil(AT_ONCE * len(best))
    moved = gained.topk(n_most).indices
    moved = moved[seen[moved] if everyone else gained[moved] > 0]
    best = before.scatter(0, moved, best[moved])
    mtc.allowed.zero_().scatter_(-1, best[:, None], True)
    new = best[moved]
    size = mtc.gain_norm.gather(-1, best[:, None])[:, 0]
    found = mtc.gain_dot[moved, new] / (size[moved] + RIDGE * size[seen].mean())[:, None]
    if not everyone:  # the length that training has found is kept
        found *= (mtc.W_dec[moved].norm(dim=-1) / found.norm(dim=-1).clamp_min(1e-12))[:, None]
    mtc.W_dec[moved] = found
    mtc.loadings[moved] = mtc.allowed[moved].to(mtc.loadings.dtype)
    mtc.gain_dot.zero_()
    mtc.gain_norm.zero_()


@torch.no_grad()
def choose_heads_on(mtc: Any, batches: Iterable[Batch], *, everyone: bool = False) -> None:
    """One choice from given batches, as at the start of training."""
    for batch in batches:
        batch = explained(mtc, batch)
        error = batch["target"].to(mtc.W_dec.dtype) - mtc.reconstruct(batch)
        add_gains(mtc, batch, error / mtc.target_scale)
    choose_heads(mtc, everyone=everyone)
    mtc._scale_decoder()
