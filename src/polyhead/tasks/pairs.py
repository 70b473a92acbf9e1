"""OV-coherent pairs: the completion depends on which signal tokens are in the context, whatever their places.

Tokens: 0 is read off, 1..K are signal tokens, K+1..K+N are noise. A signal sequence ends in 0; `n_slots` places of its
context hold signal tokens, drawn independently (so that repeats occur), the others noise; its target is phi(multiset of
the signal tokens) for an arbitrary injection phi. A noise sequence and its target are drawn from noise tokens alone, so
nothing is to be learned there but ln N. Published with K = 4, two slots and 10 completions, which are token ids
themselves (Greenspan and Wynroe 2023; docs/studies.md); "integers in [0, 11]" read half-open gives 11 tokens
(`n_noise=6`), read closed gives 12 (`n_noise=7`). Both readings agree in all that is said about signal tokens.

Importance is a weight in the loss, frequency a probability of being drawn. A sequence's weight is the mean importance
of its signal tokens over the mean weight of a signal sequence.

Axis legend: b sequence, p position, m model, s multiset.
"""

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Literal

import torch
from jaxtyping import Float, Int
from pydantic import Field, model_validator
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch

READ_OFF = 0
LARGEST_TABLE = 200_000


class PairsConfig(Config):
    """One world of pairs (or triples ...)."""

    n_signal: int = Field(default=4, ge=2)
    """K."""
    n_slots: int = Field(default=2, ge=1)
    """Signal tokens in a signal sequence."""
    n_noise: int = Field(default=6, ge=1)
    """Kinds of noise tokens: 6 for the 11-token reading, 7 for the 12-token reading."""
    n_ctx: int = Field(default=8, ge=2)
    """Tokens of a sequence, the read-off token included."""
    noise_share: float = Field(default=0.5, ge=0, lt=1)
    """Share of noise sequences."""
    completions: Literal["shared", "separate"] = "shared"
    """Whether completions are token ids, or classes of their own after them."""
    frequency: tuple[float, ...] | None = None
    """How often each signal token is drawn, up to a factor; equal where None."""
    importance: tuple[float, ...] | None = None
    """Weight of each signal token in the loss, up to a factor; equal where None."""

    @property
    def n_multisets(self) -> int:
        return math.comb(self.n_signal + self.n_slots - 1, self.n_slots)

    @property
    def d_vocab(self) -> int:
        """Input tokens."""
        return 1 + self.n_signal + self.n_noise

    @property
    def d_vocab_out(self) -> int:
        """Classes at the output."""
        return self.d_vocab + (self.n_multisets if self.completions == "separate" else 0)

    @model_validator(mode="after")
    def _possible(self) -> "PairsConfig":
        if self.n_slots > self.n_ctx - 1:
            raise ValueError(
                f"n_slots is {self.n_slots}, the context before the read-off token has {self.n_ctx - 1} places; "
                "raise n_ctx"
            )
        if self.completions == "shared" and self.n_multisets > self.d_vocab:
            raise ValueError(
                f"{self.n_multisets} multisets need as many completions, the vocabulary has {self.d_vocab} tokens; "
                "raise n_noise or set completions='separate'"
            )
        for name in ("frequency", "importance"):
            given = getattr(self, name)
            if given is not None and (len(given) != self.n_signal or min(given) <= 0):
                raise ValueError(
                    f"{name} needs {self.n_signal} positive numbers, one per signal token; received {given}"
                )
        return self


@dataclass(frozen=True)
class PairsTruth:
    """What is known exactly."""

    multisets: tuple[tuple[int, ...], ...]
    """Sorted token ids, in the order of multiset indices: `(1, 1), (1, 2), ...`."""
    probabilities: Float[Tensor, " s"]
    """Of each multiset in a signal sequence."""
    noise_loss: float
    """The best loss on noise sequences, ln N, in nats."""
    best_loss: float
    """The best (unweighted) loss over all sequences: signal sequences can be known exactly."""
    chance_accuracy: float
    """The best accuracy on signal sequences of a model that does not look at the context."""
    one_slot_accuracy: float
    """The best accuracy of a model that sees the token of one slot, whichever it is."""


def truth(cfg: PairsConfig) -> PairsTruth:
    """Multisets, their probabilities, and what is best without seeing everything."""
    q = token_probabilities(cfg)
    multisets, probabilities = _multisets(q, cfg.n_slots)
    rest = max(_multisets(q, cfg.n_slots - 1)[1]) if cfg.n_slots > 1 else 1.0
    noise = math.log(cfg.n_noise)
    return PairsTruth(
        multisets,
        torch.tensor(probabilities, dtype=torch.float64),
        noise,
        cfg.noise_share * noise,
        max(probabilities),
        rest,  # whatever token is seen, the others are drawn independently of it
    )


def token_probabilities(cfg: PairsConfig) -> list[float]:
    """Of each signal token in one slot."""
    given = cfg.frequency or (1.0,) * cfg.n_signal
    return [f / sum(given) for f in given]


def multiset_weights(cfg: PairsConfig) -> Float[Tensor, " s"]:
    """Weight in the loss of a signal sequence with each multiset; 1 on average over signal sequences."""
    importance, known = cfg.importance or (1.0,) * cfg.n_signal, truth(cfg)
    raw = torch.tensor([sum(importance[x - 1] for x in one) / cfg.n_slots for one in known.multisets]).double()
    return (raw / (raw * known.probabilities).sum()).float()


def injections(cfg: PairsConfig, generator: torch.Generator, n_models: int) -> Int[Tensor, "m s"]:
    """A random injection of multisets into completions for each model."""
    low = cfg.d_vocab if cfg.completions == "separate" else 0
    n = cfg.d_vocab_out - low
    return low + torch.rand(n_models, n, generator=generator).argsort(1)[:, : cfg.n_multisets]


def sample(cfg: PairsConfig, generator: torch.Generator, n: int, phi: Int[Tensor, "*m s"]) -> Batch:
    """`n` sequences, signal sequences first, `round(n * noise_share)` noise sequences after them.

    Args:
        phi: completion of each multiset, `[s]` for one model or `[m, s]` for many.

    Returns:
        tokens `[b, p]`, targets `[*m, b]`, multiset `[b]` (-1 for noise) and, where importance is set, weights `[b]`.

    Raises:
        PolyheadError: `phi` does not give a completion to each multiset.
    """
    if phi.shape[-1] != cfg.n_multisets:
        raise PolyheadError(f"phi gives {phi.shape[-1]} completions; this world has {cfg.n_multisets} multisets")
    n_noise = round(n * cfg.noise_share)
    n_signal, first_noise = n - n_noise, 1 + cfg.n_signal
    tokens = torch.randint(first_noise, cfg.d_vocab, (n, cfg.n_ctx), generator=generator)
    noise_targets = torch.randint(first_noise, cfg.d_vocab, (n_noise,), generator=generator)
    tokens[:n_signal, -1] = READ_OFF
    q = torch.tensor(token_probabilities(cfg))
    drawn = 1 + torch.multinomial(q, n_signal * cfg.n_slots, replacement=True, generator=generator)
    drawn = drawn.view(n_signal, cfg.n_slots)
    places = torch.rand(n_signal, cfg.n_ctx - 1, generator=generator).argsort(1)[:, : cfg.n_slots]
    tokens[:n_signal].scatter_(1, places, drawn)
    multiset = torch.full((n,), -1)
    multiset[:n_signal] = multiset_index(cfg, drawn)
    targets = torch.cat([phi[..., multiset[:n_signal]], noise_targets.expand(*phi.shape[:-1], -1)], -1)
    batch = {"tokens": tokens, "targets": targets, "multiset": multiset}
    if cfg.importance is not None:
        batch["weights"] = torch.cat([multiset_weights(cfg)[multiset[:n_signal]], torch.ones(n_noise)])
    return batch


def multiset_index(cfg: PairsConfig, drawn: Int[Tensor, "b n_slots"]) -> Int[Tensor, " b"]:
    """Index of the multiset of each row of signal tokens, in the order of `truth(cfg).multisets`."""
    code = torch.full((cfg.n_signal**cfg.n_slots,), -1)
    place = cfg.n_signal ** torch.arange(cfg.n_slots)
    for i, one in enumerate(combinations_with_replacement(range(cfg.n_signal), cfg.n_slots)):
        code[(torch.tensor(one) * place).sum()] = i
    return code[((drawn.sort(1).values - 1) * place).sum(1)]


@dataclass(frozen=True)
class SignalTable:
    """Every signal sequence up to the order of its context."""

    counts: Float[Tensor, "n d_vocab"]
    """Tokens of each kind, the read-off token included."""
    probability: Float[Tensor, " n"]
    """Among signal sequences; adds to 1."""
    multiset: Int[Tensor, " n"]


def signal_table(cfg: PairsConfig) -> SignalTable:
    """All signal sequences, exactly: multisets of signal tokens times multisets of noise tokens.

    Raises:
        PolyheadError: more than 200,000 of them (a shorter context or fewer kinds of noise are needed).
    """
    n_fill = cfg.n_ctx - 1 - cfg.n_slots
    n_rows = cfg.n_multisets * math.comb(cfg.n_noise + n_fill - 1, n_fill)
    if n_rows > LARGEST_TABLE:
        raise PolyheadError(f"{n_rows} kinds of signal sequences, at most {LARGEST_TABLE} are listed; lower n_ctx")
    signals, p_signal = _multisets(token_probabilities(cfg), cfg.n_slots)
    noises, p_noise = _multisets([1 / cfg.n_noise] * cfg.n_noise, n_fill)
    noise_counts = _count_rows(noises, cfg.n_signal, cfg.d_vocab)
    rows = _count_rows(signals, 0, cfg.d_vocab)[:, None] + noise_counts
    rows[..., READ_OFF] += 1
    probability = torch.tensor(p_signal).double()[:, None] * torch.tensor(p_noise).double()
    multiset = torch.arange(cfg.n_multisets)[:, None].expand(-1, len(noises))
    return SignalTable(rows.flatten(0, 1), probability.flatten(), multiset.flatten())


def _multisets(q: list[float], n: int) -> tuple[tuple[tuple[int, ...], ...], list[float]]:
    """Multisets of n draws (items 1, 2, ...) and the probability of each."""
    kinds = tuple(combinations_with_replacement(range(1, len(q) + 1), n))
    probabilities = []
    for one in kinds:
        orders = math.factorial(n)
        for times in Counter(one).values():
            orders //= math.factorial(times)
        probabilities.append(orders * math.prod(q[x - 1] for x in one))
    return kinds, probabilities


def _count_rows(kinds: tuple[tuple[int, ...], ...], shift: int, d_vocab: int) -> Float[Tensor, "n d_vocab"]:
    rows = torch.zeros(len(kinds), d_vocab)
    for row, one in zip(rows, kinds, strict=True):
        for x in one:
            row[x + shift] += 1
    return rows
