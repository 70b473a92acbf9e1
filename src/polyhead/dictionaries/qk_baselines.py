"""What a QK dictionary must be compared with: dense low-rank copies of a head, and a dictionary whose pairs are wrong.

`svd`       scores q^T P k with P = the best rank-r approximation of the identity on the two sides' data:
            weights   W_QK = W_Q W_K^T truncated (of the unrotated head: no data, positions kept by rotating after);
            whitened  L_q^T L_k truncated, with cov q = L_q L_q^T and cov k = L_k L_k^T: the best rank r for scores.
`random_pairs`  a trained dictionary whose key codes are permuted among its latents: sparsity stays, pairing goes.
Axis legend: b sequence, p position, q query, k key, d d_model or d_head, n token, r rank.
"""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.dictionaries.init import valid_rows
from polyhead.dictionaries.qk_diagonal import QKDiagonal


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

        Raises:
            PolyheadError: a rank above the width of a head.
        """
        _check_rank(rank, len(self._s))
        middle = (self._U[:, :rank] * self._s[:rank]) @ self._Vh[:rank]
        P = torch.linalg.solve(self._root_q.mT, torch.linalg.solve(self._root_k.mT, middle.mT).mT)
        return LowRankScores(P.float(), self.mean_q, self.mean_k, self.score_scale)


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


def _check_rank(rank: int, width: int) -> None:
    if not 1 <= rank <= width:
        raise PolyheadError(f"rank {rank} of a head of width {width}; expected 1 to {width}")


def _root(rows: Float[Tensor, "n d"]) -> Float[Tensor, "d d"]:
    """Lower triangular L, L L^T the covariance, in double precision."""
    centred = (rows - rows.mean(0)).double()
    covariance = centred.mT @ centred / max(1, len(rows) - 1)
    floor = 1e-6 * covariance.diagonal().mean() + 1e-12
    return torch.linalg.cholesky(covariance + floor * torch.eye(len(covariance), dtype=torch.float64))
