"""The bag form of toy attention: a fast loss for prompts of few symbols with all answers read out at once.

Where every answer position holds the same token ("="), a query depends on its position alone, and so does everything it
can get from an answer position. What is left to look up is one entry for each (query, key position, symbol): the
weight w = e^S and w v, v the value. With them a layer of attention is linear in the one-hot prompt,

    [denominator, numerator](example, query, head) = constant(query, head) + sum_k table[query, head, k, symbol_k],
    z = numerator / denominator,

a sum of n_prompt + 1 rows of a table in place of all attention (an embedding bag; its gradient is one too, of the
examples that have the row). The values go through W_O W_U at once, and nothing of width d_model depends on the example.
It is the same function of the same parameters as `ToyAttention.loss` and its gradients are the same (tested); the
gradient of its middle part is written by hand, because its temporaries are what costs. Learned embedding and
positions, all biases, no norm.

e^S is taken of S - max + 60, not under e^-80, the maximum over everything that the query could see: exact in
float32 as long as the largest score that an example does show is less than 140 below the largest that it might.
Axis legend: m model, b example, k prompt position, s symbol, j answer, h head, d head coordinate, c class, e d_head + 1
entries (the denominator first).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.models.toy.attention_config import ToyAttentionConfig

LIFT, FLOOR = 60.0, -80.0


@dataclass(frozen=True)
class BagLayout:
    """What the fast form knows of the strings."""

    n_prompt: int
    """Positions that hold symbols."""
    n_symbols: int
    """Token ids 0 to n_symbols - 1 occur in the prompt."""
    n_answers: int
    """Positions after the prompt, all with the same token, all read out."""
    answer_token: int


@dataclass(frozen=True)
class Bag:
    """Everything that the models of an ensemble look up."""

    table: Float[Tensor, "m rows j e h"]
    """n_prompt * n_symbols rows (position first), and a last one for what the answer positions give."""
    W_OU: Float[Tensor, "m dh c"]
    """W_O W_U; rows head coordinate first, then head."""
    base: Float[Tensor, "m j c"]
    """Logits without any head: the direct path and the biases."""


def bag_loss(cfg: ToyAttentionConfig, layout: BagLayout) -> Callable[[Mapping[str, Tensor], Batch], Tensor]:
    """The loss `(tensors, batch) -> [M]`, equal to that of `ToyAttention`.

    The batch is the plain one: `tokens [b, p]`, and `targets [b, p]` of which the last n_answers are read.

    Raises:
        PolyheadError: an architecture that this form does not hold for.
    """
    _check(cfg, layout)

    def loss(tensors: Mapping[str, Tensor], batch: Batch) -> Tensor:
        bag = make_bag(tensors, cfg, layout)
        rows = prompt_rows(batch["tokens"][:, : layout.n_prompt], layout)
        targets = batch["targets"][:, layout.n_prompt :]
        return _BagCrossEntropy.apply(bag.table, bag.W_OU, bag.base, rows, targets)  # pyright: ignore[reportReturnType]

    return loss


def bag_heads(bag: Bag, prompts: Int[Tensor, "b k"], layout: BagLayout) -> Float[Tensor, "m b j d h"]:
    """z of every head at the answer positions."""
    m, _, j, e, h = bag.table.shape
    rows = prompt_rows(prompts, layout)
    sums = torch.stack([F.embedding_bag(rows, table.flatten(1), mode="sum") for table in bag.table])
    sums = sums.view(m, len(prompts), j, e, h)
    return sums[:, :, :, 1:] / sums[:, :, :, :1]


def bag_logits(bag: Bag, prompts: Int[Tensor, "b k"], layout: BagLayout) -> Float[Tensor, "m b j c"]:
    """Logits at the answer positions."""
    z = bag_heads(bag, prompts, layout)
    m, b, j = z.shape[:3]
    return (z.reshape(m, b * j, -1) @ bag.W_OU).view(m, b, j, -1) + bag.base[:, None]


def prompt_rows(prompts: Int[Tensor, "b k"], layout: BagLayout) -> Int[Tensor, "b k_and_last"]:
    """The rows of the table that each example sums: one for each (position, symbol), and the last one."""
    rows = prompts + layout.n_symbols * torch.arange(layout.n_prompt)
    return torch.cat([rows, torch.full((len(prompts), 1), layout.n_prompt * layout.n_symbols)], 1)


def make_bag(tensors: Mapping[str, Tensor], cfg: ToyAttentionConfig, layout: BagLayout) -> Bag:
    """The tables, differentiable in the parameters (`[M, ...]` by name)."""
    n, s, j, h, d = layout.n_prompt, layout.n_symbols, layout.n_answers, cfg.n_heads, cfg.d_head
    W_E, W_pos, W_U = tensors["W_E"], tensors["W_pos"][:, : n + j], tensors["W_U"]
    m = len(W_E)
    answer = W_E[:, layout.answer_token, None] + W_pos[:, n:]  # the stream at the answers, [m, j, d_model]

    def project(x: Tensor, letter: str) -> Tensor:
        return (x @ tensors[f"attn.W_{letter}"].permute(0, 2, 3, 1).reshape(m, cfg.width, d * h)).view(m, -1, d, h)

    def bias(letter: str) -> Tensor:
        return tensors[f"attn.b_{letter}"].transpose(1, 2)[:, None]

    scale = tensors["attn.scale"].view(m, 1, 1, 1)
    query = (project(answer, "Q") + bias("Q")) * scale  # [m, j, d, h]
    scores, values = [], []
    for x, b, out in ((project(W_pos, "K"), bias("K"), scores), (project(W_pos, "V"), bias("V"), values)):
        out.append(x + b)
    for letter, out in (("K", scores), ("V", values)):
        out.append(project(W_E, letter))
    by_position, by_symbol = ((query[:, None] * key[:, :, None]).sum(3) for key in scores)  # [m, k or s, j, h]
    fixed_scores = by_position[:, n:] + by_symbol[:, layout.answer_token, None]
    fixed_values = values[0][:, n:] + values[1][:, layout.answer_token, None]
    all_scores = torch.cat([(by_position[:, :n, None] + by_symbol[:, None, :s]).flatten(1, 2), fixed_scores], 1)
    seen = torch.ones(j, j).triu()[:, :, None]  # answer key (row) before or at answer query (column)
    hidden = torch.cat([torch.zeros(n * s, j, 1), (1 - seen) * -1e30])
    top = (all_scores.detach() + hidden).amax(1, keepdim=True)
    weights = (all_scores - (top - LIFT)).clamp(FLOOR, LIFT).exp()
    w, fixed_w = weights[:, : n * s, :, None], (weights[:, n * s :] * seen)[:, :, :, None]
    v = (values[0][:, :n, None] + values[1][:, None, :s]).flatten(1, 2)[:, :, None]
    fixed = torch.cat([fixed_w, fixed_w * fixed_values[:, :, None]], 3).sum(1, keepdim=True)
    table = torch.cat([torch.cat([w, w * v], 3), fixed], 1)
    W_OU = tensors["attn.W_O"].permute(0, 2, 1, 3).reshape(m, d * h, cfg.width) @ W_U
    stream = tensors["attn.b_O"][:, None] + (answer if cfg.direct else torch.zeros_like(answer))
    return Bag(table, W_OU, stream @ W_U + tensors["b_U"][:, None])


class _BagCrossEntropy(torch.autograd.Function):
    """Mean cross-entropy of each model; the gradients are made with the values, one model at a time (in the cache)."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, W_OU: Tensor, base: Tensor, rows: Tensor, targets: Tensor) -> Tensor:
        m, _, j, e, h = table.shape
        b = len(rows)
        grads = torch.empty_like(table), torch.empty_like(W_OU), torch.empty_like(base)
        losses, right = table.new_empty(m), targets.reshape(-1, 1)
        z, inverse = table.new_empty(b, j, e - 1, h), table.new_empty(b, j, 1, h)
        sorted_rows, order = rows.flatten().sort()
        examples = order // rows.shape[1]  # those that have row 0, those that have row 1, ...
        starts = torch.searchsorted(sorted_rows, torch.arange(table.shape[1]))
        for i in range(m):
            sums = F.embedding_bag(rows, table[i].flatten(1), mode="sum")
            parts = sums.view(b, j, e, h)
            torch.reciprocal(parts[:, :, :1], out=inverse)
            torch.mul(parts[:, :, 1:], inverse, out=z)
            flat_z = z.view(b * j, -1)
            p = torch.mm(flat_z, W_OU[i]).view(b, j, -1).add_(base[i]).view(b * j, -1)
            p.sub_(p.amax(1, keepdim=True))
            at_right = p.gather(1, right)
            total = p.exp_().sum(1, keepdim=True)
            losses[i] = (total.log() - at_right).mean()
            p.div_(total).scatter_add_(1, right, p.new_full((), -1.0).expand(right.shape)).mul_(1 / (b * j))
            torch.mm(flat_z.T, p, out=grads[1][i])
            torch.sum(p.view(b, j, -1), 0, out=grads[2][i])
            d_z = torch.mm(p, W_OU[i].T).view(b, j, e - 1, h).mul_(inverse)
            parts[:, :, 1:] = d_z
            torch.sum(d_z.mul_(z), 2, out=inverse.view(b, j, h))
            parts[:, :, :1] = inverse.neg_()
            grads[0][i] = F.embedding_bag(examples, sums, starts, mode="sum").view(-1, j, e, h)
        ctx.save_for_backward(*grads)
        return losses

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> tuple[Tensor | None, ...]:
        g = outer[0]
        table, W_OU, base = ctx.saved_tensors
        return g.view(-1, 1, 1, 1, 1) * table, g.view(-1, 1, 1) * W_OU, g.view(-1, 1, 1) * base, None, None


def _check(cfg: ToyAttentionConfig, layout: BagLayout) -> None:
    have = (cfg.d_model is not None, cfg.positions, cfg.qkv_bias, cfg.output_bias, cfg.unembed_bias, not cfg.norm)
    if not all(have):
        raise PolyheadError(
            "the bag form needs d_model, positions, qkv_bias, output_bias, unembed_bias and no norm; received "
            + ", ".join(f"{n}={getattr(cfg, n)}" for n in ("d_model", "positions", "qkv_bias", "output_bias", "norm"))
        )
    if layout.n_prompt + layout.n_answers > cfg.n_ctx or max(layout.answer_token, layout.n_symbols - 1) >= cfg.d_vocab:
        raise PolyheadError(f"{layout} does not fit a model with n_ctx {cfg.n_ctx} and d_vocab {cfg.d_vocab}")
