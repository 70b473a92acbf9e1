"""Does a direction that is written into the residual stream carry a next token? The tests behind the word `verified`.

With W the unembedding (the final norm's gain folded in, centred over the vocabulary) and d a unit direction:
    token      argmax_v d W_v
    alignment  max_v d W_v; its p-value is against draws of random directions with their own best token, because the
               maximum over a vocabulary is large for any direction
    drop       log p(v) of the model minus log p(v) with `removed` taken out of the last residual stream, the final norm
               computed again: the direct effect, everything after the layer (attention and MLPs) as it was
Axis legend: m direction, r draw, t position, d d_model, v vocabulary, j other tokens, h head.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.stats import wilcoxon
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.models.hooked import HookedModel
from polyhead.models.unembedding import final_scale, folded_unembedding

_ROWS = 512
"""Rows whose logits exist at one time."""


class Readout:
    """From the last residual stream to log-probabilities."""

    def __init__(self, model: HookedModel) -> None:
        self.model = model
        self.W = folded_unembedding(model)
        """[d, v], the gain of the final norm folded in."""
        self.centred = self.W - self.W.mean(1, keepdim=True)

    @torch.no_grad()
    def log_probs(self, final: Float[Tensor, "n d"], tokens: Int[Tensor, "n j"]) -> Float[Tensor, "n j"]:
        """log p of some tokens a row."""
        parts = []
        for rows, wanted in zip(final.split(_ROWS), tokens.split(_ROWS)):
            logits = (rows / final_scale(self.model, rows[None])[0][:, None]) @ self.W
            parts.append(logits.gather(1, wanted) - logits.logsumexp(-1, keepdim=True))
        return torch.cat(parts)

    @torch.no_grad()
    def drop(
        self, final: Float[Tensor, "n d"], removed: Float[Tensor, "n d"], tokens: Int[Tensor, "n j"]
    ) -> Float[Tensor, "n j"]:
        """By how many nats each token's log-probability falls without `removed`."""
        return self.log_probs(final, tokens) - self.log_probs(final - removed, tokens)

    @torch.no_grad()
    def check(self, final: Float[Tensor, "n d"], logits: Float[Tensor, "n v"]) -> None:
        """Compare with the model's own logits.

        Raises:
            PolyheadError: they differ, as where the final norm or the unembedding has a bias.
        """
        tokens = logits.topk(3).indices
        own = logits.log_softmax(-1).gather(1, tokens)
        worst = float((self.log_probs(final, tokens) - own).abs().max())
        if worst > 1e-2:
            raise PolyheadError(
                f"the readout of {self.model.cfg.name} is not norm, gain and unembedding alone: log-probabilities "
                f"differ by {worst:.2g} nats; next-token features are not defined for it"
            )


@torch.no_grad()
def promoted(directions: Float[Tensor, "m d"], centred: Float[Tensor, "d v"]) -> tuple[Tensor, Tensor]:
    """Token and alignment of each direction, which is brought to norm 1: `[m]` and `[m]`."""
    unit = directions / directions.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    best = [(rows @ centred).max(-1) for rows in unit.split(_ROWS)]
    return torch.cat([b.indices for b in best]), torch.cat([b.values for b in best])


@torch.no_grad()
def alignment_p(alignment: Float[Tensor, " m"], null: Float[Tensor, " r"]) -> np.ndarray:
    """(1 + draws at least as well aligned) / (1 + draws), by direction."""
    ordered = null.sort().values
    above = len(null) - torch.searchsorted(ordered, alignment)
    return ((1 + above).double() / (1 + len(null))).numpy()


def random_like(rows: Float[Tensor, "n d"], n: int, generator: torch.Generator) -> Float[Tensor, "r d"]:
    """Directions drawn from a Gaussian with the covariance of `rows`, of norm 1."""
    centred = (rows - rows.mean(0)).double()
    values, vectors = torch.linalg.eigh(centred.mT @ centred / max(1, len(rows) - 1))
    draws = torch.randn(n, rows.shape[1], generator=generator) * values.clamp_min(0).sqrt().float()
    draws = draws @ vectors.float().mT
    return draws / draws.norm(dim=-1, keepdim=True).clamp_min(1e-12)


def more_than_others(own: Float[Tensor, "m t"], others: Float[Tensor, "m t"]) -> np.ndarray:
    """One-sided Wilcoxon p-value of own > others over positions, by direction."""
    p = []
    for difference in (own - others).double().numpy():
        p.append(1.0 if not np.any(difference) else float(wilcoxon(difference, alternative="greater")[1]))  # type: ignore[arg-type]
    return np.array(p)


def holm(p: np.ndarray, alpha: float) -> np.ndarray:
    """Which of many hypotheses are rejected with a family-wise error of at most alpha (Holm 1979)."""
    order, flat = np.argsort(p, axis=None), p.ravel()
    passed = flat[order] <= alpha / (flat.size - np.arange(flat.size))
    n = flat.size if passed.all() else int(np.argmin(passed))
    rejected = np.zeros(flat.size, dtype=bool)
    rejected[order[:n]] = True
    return rejected.reshape(p.shape)


def benjamini_hochberg(p: np.ndarray, rate: float) -> np.ndarray:
    """Which are rejected with a false discovery rate of at most `rate` (Benjamini, Hochberg 1995)."""
    order = np.argsort(p)
    below = np.flatnonzero(p[order] <= rate * np.arange(1, len(p) + 1) / len(p))
    rejected = np.zeros(len(p), dtype=bool)
    if len(below):
        rejected[order[: below[-1] + 1]] = True
    return rejected


def distinct_directions(directions: Float[Tensor, "m d"], *, cosine: float = 0.5) -> list[int]:
    """Greedy: which are kept so that no two have an absolute cosine above `cosine`, in the order given."""
    unit = directions / directions.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    kept: list[int] = []
    for i, row in enumerate(unit):
        if not kept or float((unit[kept] @ row).abs().max()) <= cosine:
            kept.append(i)
    return kept
