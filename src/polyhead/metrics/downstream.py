"""What a replaced tensor does to the model's predictions, over the scored positions (`positions.Positions.scored`).

    CE   mean of -log q(next token), in nats
    KL   mean of sum_v p(v) (log p(v) - log q(v)), p the clean model and q the spliced one
With logits l of q: log q(v) = l(v) - lse(l), so one log-sum-exp and one dot product with p a position give both. What
belongs to the clean model alone is computed once a batch (`Scores`). Rows are taken `CHUNK` at a time in float32.
Axis legend: b sequence, p position, n = b * p, v vocabulary.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.core.records import Interval
from polyhead.metrics.by_document import DocumentSums, Sums, document_interval

CHUNK = 512


@dataclass(frozen=True)
class Scores:
    """The clean model's predictions on one batch, and which of them count."""

    tokens: Int[Tensor, "b p"]
    scored: Bool[Tensor, "b p_less_1"]
    probabilities: Float[Tensor, "n v"]
    negative_entropy: Float[Tensor, " n"]
    """sum_v p log p."""
    documents: Int[Tensor, "b p"] | None = None

    @property
    def rows(self) -> Int[Tensor, " m"]:
        """Which of the b * p rows are scored."""
        return _rows(self.scored)

    @property
    def owners(self) -> Int[Tensor, " m"] | None:
        """The document of each scored row, where documents are known."""
        return None if self.documents is None else self.documents.flatten()[self.rows]


class LossSum:
    """Mean cross-entropy of one way to run the model."""

    def __init__(self) -> None:
        self.total, self.n, self.documents = 0.0, 0, DocumentSums()

    def update(
        self,
        logits: Float[Tensor, "b p v"],
        tokens: Int[Tensor, "b p"],
        scored: Bool[Tensor, "b p-1"],
        documents: Int[Tensor, "b p"] | None = None,
    ) -> None:
        """Add one batch; where the documents of positions are known, by document too."""
        target = _next(tokens)
        parts = [rows.logsumexp(-1) - rows.gather(-1, target[at, None])[:, 0] for at, rows in _chunks(logits)]
        rows = _rows(scored)
        losses = torch.cat(parts)[rows]
        self.total += float(losses.sum(dtype=torch.float64))
        self.documents.add(None if documents is None else documents.flatten()[rows], ce=losses)
        self.n += len(rows)

    def mean(self) -> float:
        """Nats per token."""
        return self.total / max(1, self.n)


class SpliceSum:
    """Cross-entropy of the spliced model, and its KL divergence from the clean one."""

    def __init__(self) -> None:
        self.ce, self.kl, self.n, self.documents = 0.0, 0.0, 0, DocumentSums()

    def update(self, clean: Scores, spliced: Float[Tensor, "b p v"]) -> None:
        """Add one batch."""
        target, ce, expected = _next(clean.tokens), [], []
        for at, rows in _chunks(spliced):
            lse = rows.logsumexp(-1)
            ce.append(lse - rows.gather(-1, target[at, None])[:, 0])
            expected.append((clean.probabilities[at, None] @ rows[..., None])[:, 0, 0] - lse)
        scored = clean.rows
        losses, divergences = torch.cat(ce)[scored], (clean.negative_entropy - torch.cat(expected))[scored]
        self.ce += float(losses.sum(dtype=torch.float64))
        self.kl += float(divergences.sum(dtype=torch.float64))
        self.n += len(scored)
        self.documents.add(clean.owners, ce=losses, kl=divergences, n=torch.ones_like(losses))

    def means(self) -> tuple[float, float]:
        """CE and KL in nats per token; rounding may leave a KL of 0 at up to 1e-6 on either side, which is cut at 0."""
        return self.ce / max(1, self.n), max(0.0, self.kl / max(1, self.n))


def loss_intervals(spliced: SpliceSum, reference: Sums) -> dict[str, Interval | None]:
    """Over documents: `ce_spliced`, `kl` and, with the reference's `ce_clean` and `ce_mean`, `ce_recovered_mean`."""
    own = spliced.documents.result()
    found = {
        "ce_spliced": document_interval(own, lambda s: s["ce"] / s["n"]),
        "kl": document_interval(own, lambda s: s["kl"] / s["n"]),
    }
    if own and reference:
        found["ce_recovered_mean"] = document_interval(
            {**own, **reference}, lambda s: (s["ce_mean"] - s["ce"]) / (s["ce_mean"] - s["ce_clean"])
        )
    return found


def score(
    logits: Float[Tensor, "b p v"],
    tokens: Int[Tensor, "b p"],
    scored: Bool[Tensor, "b p-1"],
    documents: Int[Tensor, "b p"] | None = None,
) -> Scores:
    """The clean model's side of a batch."""
    kept, entropy = torch.empty_like(logits.flatten(0, 1), dtype=torch.float32), []
    for at, rows in _chunks(logits):
        log_p = rows.log_softmax(-1)
        torch.exp(log_p, out=kept[at])
        entropy.append((kept[at][:, None] @ log_p[..., None])[:, 0, 0])
    return Scores(tokens, scored, kept, torch.cat(entropy), documents)


def _next(tokens: Tensor) -> Tensor:
    """The token after each position, flat; after the last one, which is never scored, itself."""
    return torch.cat([tokens[:, 1:], tokens[:, -1:]], dim=1).flatten()


def _rows(scored: Tensor) -> Tensor:
    """Flat indices into b * p of the scored positions."""
    b, p = scored.nonzero().unbind(1)
    return b * (scored.shape[1] + 1) + p


def _chunks(logits: Tensor):
    """(slice of rows, rows in float32), `CHUNK` rows at a time."""
    flat = logits.flatten(0, 1)
    for start in range(0, len(flat), CHUNK):
        at = slice(start, start + CHUNK)
        rows = flat[at]
        yield at, rows.float()
