"""A position-free one-layer attention model as tables over tokens, for many models at once.

Read at one last token r, such a model is a function of how often each token v occurs (counts n_v, the last included):

    attention on all copies of v   a_v = n_v exp(S_v) / sum_u n_u exp(S_u)
    logits = direct[r] + b_O + sum_h sum_v a_v^h OV^h_v

so scores S [m h v] and OV tables [m h v c] say everything, exactly. The models of a stack have equally many heads.
Axis legend: m model, h head, v token, c class, n sequence (up to the order of its context).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.models.toy.attention import ToyAttention, ToyAttentionConfig

CHUNK = 2**24
"""Numbers in the largest temporary of one chunk of models."""


@dataclass(frozen=True)
class TokenTables:
    """M models read at one token."""

    scores: Float[Tensor, "m h v"]
    """From the read-off token to each token, scaled; biases are in."""
    ov: Float[Tensor, "m h v c"]
    """Direct effect of each token on the logits under full attention; the value bias is in, b_O is not."""
    constant: Float[Tensor, "m c"]
    """Logits without any head: direct path of the read-off token, and b_O."""

    def __len__(self) -> int:
        return self.scores.shape[0]

    @property
    def n_heads(self) -> int:
        return self.scores.shape[1]

    def of(self, models: Sequence[int]) -> "TokenTables":
        """The tables of some of the models."""
        i = list(models)
        return TokenTables(self.scores[i], self.ov[i], self.constant[i])


def token_tables(
    tensors: Mapping[str, Tensor], cfg: ToyAttentionConfig, models: Sequence[int], *, read_off: int = 0
) -> TokenTables:
    """Tables of some members of an ensemble whose models all have the architecture `cfg`.

    Args:
        tensors: parameters and buffers by name, `[M, ...]`, as `Ensemble.tensors()` gives them; padding is cut off.
        models: indices of members, each of architecture `cfg` (initial scales aside).

    Raises:
        PolyheadError: the architecture has positions or a norm, so that tables over tokens do not say everything.
    """
    if cfg.positions or cfg.norm:
        raise PolyheadError("token tables need a model without positions and norm; this one has some")
    i, h, k, d = list(models), cfg.n_heads, cfg.d_head, cfg.width
    w = {name: t[i].double() for name, t in tensors.items()}
    embed = w["W_E"] if cfg.d_model is not None else torch.eye(cfg.d_vocab, d).double().expand(len(i), -1, -1)

    def side(letter: str, rows: Tensor) -> Tensor:
        value = torch.einsum("mvd,mhdk->mhvk", rows, w[f"attn.W_{letter}"][:, :h, :d, :k])
        return value + w[f"attn.b_{letter}"][:, :h, None, :k] if cfg.qkv_bias else value

    q, key, v = side("Q", embed[:, read_off : read_off + 1]), side("K", embed), side("V", embed)
    scores = torch.einsum("mhk,mhvk->mhv", q[:, :, 0], key) * k**-0.5
    out = torch.einsum("mhvk,mhkd->mhvd", v, w["attn.W_O"][:, :h, :k, :d])
    constant = embed[:, read_off] if cfg.direct else torch.zeros(len(i), d).double()
    constant = constant + w["attn.b_O"][:, :d] if cfg.output_bias else constant
    if cfg.d_model is None:
        return TokenTables(scores, out[..., : cfg.n_out], constant[..., : cfg.n_out])
    unembed, extra = w["W_U"], w["b_U"] if cfg.unembed_bias else 0.0
    ov = torch.einsum("mhvd,mdc->mhvc", out, unembed)
    return TokenTables(scores, ov, torch.einsum("md,mdc->mc", constant, unembed) + extra)


def model_tables(model: ToyAttention, *, read_off: int = 0) -> TokenTables:
    """Tables of one model, with a model axis of length 1."""
    tensors = {name: p.detach()[None] for name, p in model.named_parameters()}
    return token_tables(tensors, model.toy, [0], read_off=read_off)


def attention_mass(tables: TokenTables, counts: Float[Tensor, "n v"]) -> Float[Tensor, "m h n v"]:
    """Attention of each head on all copies of each token, in each sequence; adds to 1 over tokens."""
    return (tables.scores[:, :, None] + counts.to(tables.scores).log()).softmax(-1)  # absent tokens: ln 0


def head_contributions(tables: TokenTables, counts: Float[Tensor, "n v"]) -> Float[Tensor, "m h n c"]:
    """What each head adds to the logits in each sequence."""
    return attention_mass(tables, counts) @ tables.ov


def table_logits(tables: TokenTables, counts: Float[Tensor, "n v"]) -> Float[Tensor, "m n c"]:
    """Logits at the read-off token in each sequence."""
    return head_contributions(tables, counts).sum(1) + tables.constant[:, None]


def chunks(tables: TokenTables, n_sequences: int) -> Iterator[list[int]]:
    """Indices of models in groups small enough for tensors over `n_sequences`."""
    each = tables.n_heads * n_sequences * max(tables.scores.shape[-1], tables.ov.shape[-1])
    step = max(1, CHUNK // max(1, each))
    for start in range(0, len(tables), step):
        yield list(range(start, min(start + step, len(tables))))


def is_right(tables: TokenTables, counts: Float[Tensor, "n v"], targets: Int[Tensor, "m n"]) -> Bool[Tensor, "m n"]:
    """Whether the largest logit is the target's, for each model and sequence."""
    parts = [table_logits(tables.of(i), counts).argmax(-1) == targets[i] for i in chunks(tables, counts.shape[0])]
    return torch.cat(parts)


def exact_accuracy(
    tables: TokenTables, counts: Float[Tensor, "n v"], probability: Float[Tensor, " n"], targets: Int[Tensor, "m n"]
) -> Float[Tensor, " m"]:
    """Probability that a model is right; `counts` with `probability` are all sequences there are."""
    return (is_right(tables, counts, targets).double() * probability).sum(1)


def exact_loss(
    tables: TokenTables, counts: Float[Tensor, "n v"], probability: Float[Tensor, " n"], targets: Int[Tensor, "m n"]
) -> Float[Tensor, " m"]:
    """Expected cross-entropy in nats."""
    parts = []
    for i in chunks(tables, counts.shape[0]):
        log_p = table_logits(tables.of(i), counts).log_softmax(-1)
        parts.append(-(log_p.gather(-1, targets[i][..., None])[..., 0] * probability).sum(1))
    return torch.cat(parts)
