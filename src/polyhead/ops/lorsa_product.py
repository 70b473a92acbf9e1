"""The products of low-rank sparse attention, dense and listed, agreeing in value and every gradient.

    u[g, q] = sum_s A_g[q, s] x[s];   z[q, i] = u[g(i), q] . W_V[i] + b_V[i]
Rows of a pattern sum to 1, so a bias of values may be added after the mix, and x may be mixed before it is read: the
same z, but the units of a group then share one mixed input, and of the units only the few that fire take part in any
gradient: dW_V[i] = sum over listed (q, i) of dz u, du a sum of W_V rows (and writing is `write_listed`). Only z itself
is a dense product, chunk by chunk. Sources after a query are skipped block by block, in the mix and in its gradient.
Unit i belongs to group i // m, where m units share a group. Axis legend: b sequence, q query, s source position,
p position, g group, m unit of a group, i unit, d width, k d_qk or entries per token, n = b * q, e entry of a list.
"""

import math
from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.ops.sparse import Groups, Listed, sum_rows, top_of_row

CHUNK = 128
"""Tokens whose dense z exist at one time."""

BLOCK = 32
"""Queries that see the same sources in the mix."""


def causal_pattern(
    q: Float[Tensor, "b p g k"], k: Float[Tensor, "b p g k"], scale: Float[Tensor, ""] | float
) -> Float[Tensor, "b g p p"]:
    """softmax over sources of scale <q, k>, future masked."""
    return _CausalSoftmax.apply((q * scale).permute(0, 2, 1, 3) @ k.permute(0, 2, 3, 1))  # type: ignore[return-value]


def mix_inputs(pattern: Float[Tensor, "b g p p"], x: Float[Tensor, "b p d"]) -> Float[Tensor, "b g p d"]:
    """u: what each group's attention brings to each query; no gradient to x."""
    return _MixInputs.apply(pattern, x.detach())  # type: ignore[return-value]


def plain_units(
    mixed: Float[Tensor, "b g p d"], W_V: Float[Tensor, "i d"], b_V: Float[Tensor, " i"]
) -> Float[Tensor, "b p i"]:
    """z of every unit: the dense form."""
    by_group = W_V.unflatten(0, (mixed.shape[1], -1))
    return torch.einsum("bgpd,gmd->bpgm", mixed, by_group).flatten(2) + b_V


@torch.no_grad()
def top_units(
    mixed: Float[Tensor, "b g p d"],
    W_V: Float[Tensor, "i d"],
    b_V: Float[Tensor, " i"],
    k: int,
    among: Tensor | None = None,
) -> Listed:
    """The k largest z of each token, units ascending; only units where `among` is true, if given."""
    bias = b_V if among is None else b_V.masked_fill(~among, -math.inf)
    parts = [top_of_row(z, k) for z in _dense_chunks(mixed, W_V, bias)]
    values, units = (torch.cat(column) for column in zip(*parts, strict=True))
    units, order = units.sort(dim=-1)
    return _flat(values.gather(-1, order), units)


@torch.no_grad()
def units_above(
    mixed: Float[Tensor, "b g p d"],
    W_V: Float[Tensor, "i d"],
    b_V: Float[Tensor, " i"],
    floor: Float[Tensor, " i"],
    *,
    limit: float = 1.0,
) -> Listed | None:
    """The z above `floor`, or None as soon as more than `limit` of all are."""
    n, n_units = mixed.shape[0] * mixed.shape[2], W_V.shape[0]
    values, units, tokens, done = [], [], [], 0
    for z in _dense_chunks(mixed, W_V, b_V):
        token, unit = (z > floor).nonzero(as_tuple=True)
        values.append(z[token, unit])
        units.append(unit)
        tokens.append(token + done)
        done += z.shape[0]
        if sum(map(len, units)) > limit * n * n_units:
            return None
    token = torch.cat(tokens)
    return Listed(torch.cat(values), torch.cat(units), token, torch.bincount(token, minlength=n))


def differentiable_units(
    listed: Listed,
    groups: Groups,
    mixed: Float[Tensor, "b g p d"],
    W_V: Float[Tensor, "i d"],
    b_V: Float[Tensor, " i"],
) -> Float[Tensor, " e"]:
    """The listed z with a gradient to u, W_V and b_V that is sparse in units."""
    return _ListedUnits.apply(listed, groups, mixed, W_V, b_V)  # type: ignore[return-value]


def _dense_chunks(mixed: Tensor, W_V: Tensor, b_V: Tensor) -> Iterator[Float[Tensor, "n i"]]:
    """z of some tokens of one sequence, in the order of tokens."""
    weights = W_V.unflatten(0, (mixed.shape[1], -1)).mT
    bias = b_V.unflatten(0, (mixed.shape[1], 1, -1))
    for sequence in mixed:
        for part in sequence.split(CHUNK, dim=1):
            yield torch.baddbmm(bias, part, weights).transpose(0, 1).flatten(1)


def _flat(values: Tensor, units: Tensor) -> Listed:
    n, k = values.shape
    tokens = torch.arange(n, device=values.device).repeat_interleave(k)
    return Listed(values.flatten(), units.flatten(), tokens, torch.full((n,), k, device=values.device))


class _CausalSoftmax(torch.autograd.Function):
    """softmax over the last axis of causal scores, in the memory of the scores."""

    @staticmethod
    def forward(ctx, scores: Tensor) -> Tensor:
        p = scores.shape[-1]
        scores += torch.full((p, p), -math.inf, dtype=scores.dtype, device=scores.device).triu(1)
        pattern = torch.softmax(scores, dim=-1)
        ctx.save_for_backward(pattern)
        return pattern

    @staticmethod
    def backward(ctx, *grads: Tensor):
        (dA,), (pattern,) = grads, ctx.saved_tensors
        return torch.ops.aten._softmax_backward_data(dA, pattern, -1, pattern.dtype)


class _MixInputs(torch.autograd.Function):
    """One product per sequence and block of queries, over the sources that the block can see."""

    @staticmethod
    def forward(ctx, pattern: Tensor, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        b, g, p, _ = pattern.shape
        mixed = x.new_empty(b, g, p, x.shape[2])
        for start in range(0, p, BLOCK):
            end = min(start + BLOCK, p)
            seen = pattern[:, :, start:end, :end].reshape(b, -1, end)
            mixed[:, :, start:end] = (seen @ x[:, :end]).view(b, g, end - start, -1)
        return mixed

    @staticmethod
    def backward(ctx, *grads: Tensor):
        (du,), (x,) = grads, ctx.saved_tensors
        b, g, p, d = du.shape
        dA = du.new_zeros(b, g, p, p)
        for start in range(0, p, BLOCK):
            end = min(start + BLOCK, p)
            seen = du[:, :, start:end].reshape(b, -1, d) @ x[:, :end].mT
            dA[:, :, start:end, :end] = seen.view(b, g, end - start, end)
        return dA, None


class _ListedUnits(torch.autograd.Function):
    @staticmethod
    def forward(ctx, listed: Listed, groups: Groups, mixed: Tensor, W_V: Tensor, b_V: Tensor) -> Tensor:
        ctx.save_for_backward(listed.latents, listed.tokens, *groups, mixed, W_V)
        return listed.values.clone()

    @staticmethod
    def backward(ctx, *grads: Tensor):
        (dz,) = grads
        units, tokens, entries, offsets, mixed, W_V = ctx.saved_tensors
        b, g, p, d = mixed.shape
        row = (tokens // p * g + units // (W_V.shape[0] // g)) * p + tokens % p  # of mixed, flattened
        dW = sum_rows(mixed.reshape(-1, d), row[entries], offsets, dz[entries]) if ctx.needs_input_grad[3] else None
        db = dz.new_zeros(W_V.shape[0]).index_add_(0, units, dz)
        order, sizes = row.argsort(stable=True), torch.bincount(row, minlength=b * g * p)
        du = sum_rows(W_V, units[order], sizes.cumsum(0) - sizes, dz[order]).view(b, g, p, d)
        return None, None, du, dW, db
