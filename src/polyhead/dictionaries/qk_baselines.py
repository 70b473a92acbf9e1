"""What a QK dictionary must be compared with: dense low-rank copies of a head, and a dictionary whose pairs are wrong.

`svd`       scores q^T P k with P = the best rank-r approximation of the identity on the two sides' data:
            weights   W_QK = W_Q W_K^T truncated (of the unrotated head: no data, positions kept by rotating after);
            whitened  L_q^T L_k truncated, with cov q = L_q L_q^T and cov k = L_k L_k^T: the best rank r for scores.
`trained_dense`  the whitened cut as a start, trained on the patterns like a dictionary, with the same explicit parts.
`random_pairs`  a trained dictionary whose key codes are permuted among its latents: sparsity stays, pairing goes.
Axis legend: b sequence, p position, q query, k key, d d_model or d_head, n token, r rank.
"""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.dictionaries.init import valid_rows
from polyhead.dictionaries.qk_diagonal import QKDiagonal, counted_queries, distances, pattern_terms


class LowRankScores:
    """A head whose scores are score_scale (q - m_q) P (k - m_k) + score_scale m_q k: rank r and a key bias."""

    def __init__(
        self, P: Float[Tensor, "d d"], mean_q: Float[Tensor, " d"], mean_k: Float[Tensor, " d"], score_scale: float
    ) -> None:
        self.P, self.mean_q, self.mean_k, self.score_scale = P, mean_q, mean_k, score_scale

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b 1 q k"]:
        """Patterns of the one head."""
        q, k = batch["q"].float() - self.mean_q, batch["k"].float()
        scores = (q @ self.P @ (k - self.mean_k).mT + (k @ self.mean_q)[:, None]) * self.score_scale
        future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
        return scores.masked_fill(future, -1e9).softmax(-1)[:, None]


class WhitenedHead:
    """The scores of one head in axes in which its queries and its keys are uncorrelated, of variance one."""

    @torch.no_grad()
    def __init__(self, q: Float[Tensor, "n d"], k: Float[Tensor, "n d"], score_scale: float) -> None:
        """Measure both sides.

        Args:
            q: Queries of counted positions.
            k: Keys of counted positions.
            score_scale: What q k^T is multiplied by.
        """
        self.mean_q, self.mean_k, self.score_scale = q.mean(0), k.mean(0), score_scale
        self._root_q, self._root_k = _root(q), _root(k)
        self._U, self._s, self._Vh = torch.linalg.svd(self._root_q.mT @ self._root_k)

    @torch.no_grad()
    def cut(self, rank: int) -> LowRankScores:
        """The rank-r scores nearest to the head's in the mean square over all pairs of a query and a key.

        Args:
            rank: Singular values that are kept.

        Raises:
            PolyheadError: a rank above the width of a head.
        """
        _check_rank(rank, len(self._s))
        middle = (self._U[:, :rank] * self._s[:rank]) @ self._Vh[:rank]
        P = torch.linalg.solve(self._root_q.mT, torch.linalg.solve(self._root_k.mT, middle.mT).mT)
        return LowRankScores(P.float(), self.mean_q, self.mean_k, self.score_scale)

    @torch.no_grad()
    def dense(self, rank: int, n_offsets: int) -> "DenseScores":
        """The same scores as parameters, to be trained.

        Args:
            rank: Singular values that are kept.
            n_offsets: Distances in the offset table, the last for all beyond.

        Raises:
            PolyheadError: a rank above the width of a head.
        """
        _check_rank(rank, len(self._s))
        size = (self._s[:rank] * self.score_scale).sqrt()
        bias = (self._root_k.mT @ self.mean_q.double()) * self.score_scale
        return DenseScores(
            self, (self._U[:, :rank] * size).float(), (self._Vh[:rank].mT * size).float(), bias, n_offsets
        )

    def queries(self, q: Float[Tensor, "b p d"]) -> Float[Tensor, "b p d"]:
        """Queries in the axes of this head."""
        return _whiten(q.float() - self.mean_q, self._root_q)

    def keys(self, k: Float[Tensor, "b p d"]) -> Float[Tensor, "b p d"]:
        """Keys in the axes of this head."""
        return _whiten(k.float() - self.mean_k, self._root_k)


class DenseScores(nn.Module):
    """Trainable scores of rank r, with the same parts outside them as a QK dictionary: key bias and offset table.

    S[t, s] = (q_t A) . (k_s B) + k_s . key_bias + offset[t - s], q and k in whitened axes.
    """

    def __init__(
        self,
        head: WhitenedHead,
        A: Float[Tensor, "d r"],
        B: Float[Tensor, "d r"],
        key_bias: Float[Tensor, " d"],
        n_offsets: int,
    ) -> None:
        super().__init__()
        self.head = head
        self.A, self.B = nn.Parameter(A.clone()), nn.Parameter(B.clone())
        self.key_bias, self.offset = nn.Parameter(key_bias.float()), nn.Parameter(A.new_zeros(1, n_offsets))

    def scores(self, batch: Batch) -> Float[Tensor, "b 1 q k"]:
        """Up to a constant per query, not masked."""
        q, k = self.head.queries(batch["q"]), self.head.keys(batch["k"])
        paired = (q @ self.A) @ (k @ self.B).mT + (k @ self.key_bias)[:, None]
        return paired[:, None] + self.offset[:, distances(q.shape[1], self.offset.shape[1])]

    @torch.no_grad()
    def reconstruct(self, batch: Batch) -> Float[Tensor, "b 1 q k"]:
        """Patterns of the one head."""
        scores = self.scores(batch)
        future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
        return scores.masked_fill(future, -1e9).softmax(-1)


def trained_dense(
    head: WhitenedHead, rank: int, batches: Sequence[Batch], *, n_steps: int = 200, lr: float = 5e-3
) -> DenseScores:
    """Dense scores of a rank, trained from the SVD on the loss of QK dictionaries: what a sparse code competes with.

    Args:
        head: Its whitened axes, which give the start.
        rank: Of the scores.
        batches: With q and k `[b, p, d_head]` of the head and its pattern as the target `[b, 1, q, k]`; gone through
            again and again.
        n_steps: Steps of Adam, one batch each; the rate falls linearly to zero.
        lr: Its first rate.

    Raises:
        PolyheadError: a rank above the width of a head.
    """
    dense = head.dense(rank, max(batch["q"].shape[1] for batch in batches))
    adam = torch.optim.Adam(dense.parameters(), lr=lr, betas=(0.9, 0.99))
    for step in range(n_steps):
        batch = batches[step % len(batches)]
        adam.param_groups[0]["lr"] = lr * (1 - step / n_steps)
        adam.zero_grad()
        terms = pattern_terms(dense.scores(batch), batch["target"], counted_queries(batch))
        (terms["kl"] + terms["nmse"]).backward()
        adam.step()
    return dense


def whitened_svd(batches: Sequence[Batch], rank: int, score_scale: float) -> LowRankScores:
    """The rank-r scores nearest to those of the one head in the batches; `WhitenedHead` gives several ranks.

    Raises:
        PolyheadError: there was no batch, or a rank above the width of a head.
    """
    q, k = (valid_rows([{"x": b["q"], **b} for b in batches], role) for role in ("q", "k"))
    _check_rank(rank, q.shape[1])
    return WhitenedHead(q, k, score_scale).cut(rank)


@torch.no_grad()
def weight_svd(layer: BaseLayer, head: int, rank: int) -> Float[Tensor, "2 d k"]:
    """W_Q and W_K of a head whose product is the best rank-r approximation of W_Q W_K^T, in the head's own axes.

    Rotary positions act on the axes of the head, so the truncated factors are put back into them: the new queries and
    keys can be rotated like the old ones.

    Raises:
        PolyheadError: a rank above the width of a head.
    """
    _check_rank(rank, layer.d_head)
    W_Q, W_K = layer.W_Q[head].double(), layer.W_K[head].double()
    (Q_q, R_q), (Q_k, R_k) = torch.linalg.qr(W_Q), torch.linalg.qr(W_K)
    U, _, Vh = torch.linalg.svd(R_q @ R_k.mT)
    on_q, on_k = Q_q @ U[:, :rank], Q_k @ Vh.mT[:, :rank]
    return torch.stack([on_q @ (on_q.mT @ W_Q), on_k @ (on_k.mT @ W_K)]).float()


def random_pairs(dictionary: QKDiagonal, generator: torch.Generator) -> QKDiagonal:
    """The dictionary with its key codes permuted at random: latent i of the queries meets another latent's keys."""
    other = copy.deepcopy(dictionary)
    order = torch.randperm(dictionary.cfg.n_latents, generator=generator)
    with torch.no_grad():
        for name in ("W", "b", "push", "rate"):
            tensor: Any = getattr(other.key, name)
            axis = 1 if name == "W" else 0
            tensor.copy_(tensor.index_select(axis, order))
    return other


def _whiten(rows: Float[Tensor, "b p d"], root: Float[Tensor, "d d"]) -> Float[Tensor, "b p d"]:
    """x L^-T: covariance one where that of x is L L^T."""
    return rows @ torch.linalg.inv(root).mT.float()


def _check_rank(rank: int, width: int) -> None:
    if not 1 <= rank <= width:
        raise PolyheadError(f"rank {rank} of a head of width {width}; expected 1 to {width}")


def _root(rows: Float[Tensor, "n d"]) -> Float[Tensor, "d d"]:
    """Lower triangular L, L L^T the covariance, in double precision."""
    centred = (rows - rows.mean(0)).double()
    covariance = centred.mT @ centred / max(1, len(rows) - 1)
    floor = 1e-6 * covariance.diagonal().mean() + 1e-12
    return torch.linalg.cholesky(
        covariance + floor * torch.eye(len(covariance), dtype=torch.float64, device=rows.device)
    )
