"""Two heads for any number of OV-incoherent skip trigrams, set by hand.

Head 0 attends to the current token and, on B_b, writes the logit of C_b. Head 1 attends to A where there is one and
else to the current token; on A it writes nothing, on B_b minus what head 0 writes. With A in the context head 0 stands
alone and completes; without it the two cancel, and the prediction is uniform. Source: Anthropic, July 2023 update.

    full     scores and outputs one number per token: d_head = 2 n + 2; head 0 also takes the direct path back
    circle   tokens lie on circles, whose best match is the token itself: d_head = 3 for any n, in a model without the
             direct path (three dimensions cannot take back an identity on 2 n + 2 tokens). Ours.
Exact in the limit of large scores; `gap` (nats, between the winner and the next best) says how far to go: what is lost
is about d_vocab e^-gap. Tokens as in `tasks.skip_trigrams`: A = 0, B_b = 1..n, C_b = B_b + n, BOS = 2 n + 1.
"""

import math
from typing import Literal

import torch
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.rng import generator
from polyhead.models.toy.attention import ToyAttention
from polyhead.models.toy.attention_config import ToyAttentionConfig


def two_head_solution(
    n_trigrams: int, *, n_ctx: int, width: Literal["full", "circle"] = "full", gap: float = 40.0
) -> ToyAttention:
    """The two-head model for n trigrams.

    Raises:
        PolyheadError: no trigrams, or a gap that is not positive.
    """
    if n_trigrams < 1 or gap <= 0:
        raise PolyheadError(f"at least 1 trigram and a gap above 0 are needed; {n_trigrams} and {gap} received")
    d_vocab = 2 * n_trigrams + 2
    d_head = d_vocab if width == "full" else 3
    cfg = ToyAttentionConfig(n_heads=2, d_head=d_head, d_vocab=d_vocab, n_ctx=n_ctx, direct=width == "full")
    model = ToyAttention(cfg, generator=generator(0, "two heads")).double()
    weights = _full(n_trigrams, gap) if width == "full" else _circle(n_trigrams, gap)
    with torch.no_grad():
        for name, value in weights.items():
            getattr(model.attn, name).copy_(value)
        model.attn.W_Q.div_(model.attn.scale)  # the model divides scores by the root of d_head
    return model


def _full(n: int, gap: float) -> dict[str, Tensor]:
    v = 2 * n + 2
    eye = torch.eye(v, dtype=torch.float64)
    W_Q, W_K = gap * torch.stack([eye, eye]), torch.stack([eye, eye])
    W_K[1, 0] = 2.0  # a value of A that every destination prefers to itself
    completes = torch.zeros(v, v, dtype=torch.float64)
    b = torch.arange(1, n + 1)
    completes[b, b + n] = gap
    return {"W_Q": W_Q, "W_K": W_K, "W_V": torch.stack([eye, eye]), "W_O": torch.stack([completes - eye, -completes])}


def _circle(n: int, gap: float) -> dict[str, Tensor]:
    v = 2 * n + 2
    tokens = _on_circle(v)
    radius = gap / (1 - math.cos(2 * math.pi / v))
    third = torch.zeros(v, 1, dtype=torch.float64)
    query = torch.cat([radius * tokens, third + 1], dim=1)
    W_K = torch.cat([tokens, third], dim=1).repeat(2, 1, 1)
    W_K[1, 0] = torch.tensor([0.0, 0.0, radius + gap], dtype=torch.float64)  # above any match, by the gap
    trigrams = _on_circle(n)
    value, out = torch.zeros(v, 3, dtype=torch.float64), torch.zeros(3, v, dtype=torch.float64)
    value[1 : n + 1, :2] = trigrams
    out[:2, n + 1 : 2 * n + 1] = trigrams.T * gap / (1 - math.cos(2 * math.pi / n) if n > 2 else 1.0)
    return {
        "W_Q": torch.stack([query, query]),
        "W_K": W_K,
        "W_V": torch.stack([value, value]),
        "W_O": torch.stack([out, -out]),
    }


def _on_circle(n: int) -> Tensor:
    angle = 2 * math.pi * torch.arange(n, dtype=torch.float64) / n
    return torch.stack([angle.cos(), angle.sin()], dim=1)
