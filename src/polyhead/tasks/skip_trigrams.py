"""OV-incoherent skip trigrams: the same source A, several destinations B_b, and a completion C_b that depends on B_b.

Tokens: A = 0; B_b = 1..n; C_b = B_b + n; BOS = 2n + 1, first in every sequence and drawn like any other token after.
Free draws are uniform over the 2n + 2 tokens. Once an A has come it is pending: the next B_b forces C_b after it.
    consumed   the completion uses the pending A up, and while an A is pending no second A is drawn
    standing   A stays in force for good (A ... B_b always means C_b), and may be drawn again
Sources: Anthropic, May 2023 and July 2023 updates (the task); `consumed` is the generator of the gated-attention
replication by Mathwin, Akar and Sharkey (2024), draw for draw; `standing` is our reading of [A]...[B] -> [C], the one
in which a model without positions can be optimal: whether an A was used up depends on the order of the context.
Axis legend: b sequence, p position, v token.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import torch
from jaxtyping import Float, Int
from pydantic import Field, model_validator
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.protocols import Batch

FREE, PENDING, FORCED = 0, 1, 2
"""Hidden state of the generator before a token is drawn; a function of the tokens before."""


class SkipTrigramsConfig(Config):
    """A world of n skip trigrams that share their source."""

    n_trigrams: int = Field(ge=1)
    length: int = 11
    """Tokens of a sequence, BOS included; each but the first is predicted."""
    rule: Literal["consumed", "standing"] = "consumed"
    """What a completion does to the A before it."""
    p_source: float | None = Field(default=None, gt=0)
    """Chance of an A in a free draw, the rest uniform; uniform over all tokens where None."""

    @model_validator(mode="after")
    def _check(self) -> "SkipTrigramsConfig":
        if self.length < 4:
            raise ValueError(f"length {self.length} holds no trigram: BOS, A, B and C are 4 tokens")
        if self.p_source is not None and self.p_source >= 1:
            raise ValueError(f"p_source {self.p_source} must be below 1: B and C would never be drawn")
        return self

    @property
    def d_vocab(self) -> int:
        return 2 * self.n_trigrams + 2

    @property
    def bos(self) -> int:
        return 2 * self.n_trigrams + 1

    @property
    def source_rate(self) -> float:
        return 1 / self.d_vocab if self.p_source is None else self.p_source


@dataclass(frozen=True)
class SkipTrigramsTruth:
    """What is known exactly. Losses in nats, mean over the predicted tokens of a sequence."""

    source: int
    destinations: Int[Tensor, " n"]
    completions: Int[Tensor, " n"]
    states: Float[Tensor, "p 3"]
    """Chance of FREE, PENDING, FORCED before each predicted token."""
    floor_by_position: Float[Tensor, " p"]
    floor: float
    """Entropy of the next token given all tokens before: no predictor is better."""
    bigram_floor: float
    """The same given the current token alone (a model whose heads see no context)."""


def sample(cfg: SkipTrigramsConfig, generator: torch.Generator, n: int) -> Batch:
    """`tokens [n, length - 1]`, `targets` alike (the tokens one later), `state` before each target."""
    free, pending, completion = _draws(cfg)
    tokens = torch.empty(n, cfg.length, dtype=torch.int64)
    states = torch.empty(n, cfg.length - 1, dtype=torch.int64)
    tokens[:, 0] = cfg.bos
    state = torch.full((n,), FREE)
    for p in range(1, cfg.length):
        u = torch.rand(n, generator=generator, dtype=torch.float64)
        drawn = torch.where(state == PENDING, _inverse(pending, u), _inverse(free, u))
        tokens[:, p] = torch.where(state == FORCED, completion[tokens[:, p - 1]], drawn)
        states[:, p - 1] = state
        state = _next_state(cfg, state, tokens[:, p])
    return {"tokens": tokens[:, :-1], "targets": tokens[:, 1:], "state": states}


def predictive(cfg: SkipTrigramsConfig, tokens: Int[Tensor, "b p"]) -> Float[Tensor, "b p v"]:
    """The generator's own distribution of the token after each position."""
    free, pending, completion = _draws(cfg)
    state = torch.full((len(tokens),), FREE)
    out = []
    for p in range(tokens.shape[1]):
        if p:
            state = _next_state(cfg, state, tokens[:, p])
        forced = torch.nn.functional.one_hot(completion[tokens[:, p]], cfg.d_vocab).double()
        rows = torch.where((state == PENDING)[:, None], pending, free)
        out.append(torch.where((state == FORCED)[:, None], forced, rows))
    return torch.stack(out, dim=1)


def truth(cfg: SkipTrigramsConfig) -> SkipTrigramsTruth:
    """Trigrams, state chances and floors, by dynamic programming over (current token, hidden state)."""
    free, pending, completion = _draws(cfg)
    v, n = cfg.d_vocab, cfg.n_trigrams
    joint = torch.zeros(v, 3, dtype=torch.float64)
    joint[cfg.bos, FREE] = 1.0
    states, pairs = [], torch.zeros(v, v, dtype=torch.float64)
    for _ in range(cfg.length - 1):
        states.append(joint.sum(0))
        forced = torch.zeros(v, v, dtype=torch.float64)
        forced[torch.arange(v), completion] = joint[:, FORCED]
        by_state = torch.stack([joint[:, FREE, None] * free, joint[:, PENDING, None] * pending, forced])
        pairs += by_state.sum(0)
        joint = torch.zeros_like(joint)
        for state in (FREE, PENDING, FORCED):
            after = _next_state(cfg, torch.full((v,), state), torch.arange(v))
            joint[torch.arange(v), after] += by_state[state].sum(0)
    chances = torch.stack(states)
    by_position = chances @ torch.stack([_entropy(free), _entropy(pending), torch.zeros((), dtype=torch.float64)])
    pairs /= cfg.length - 1
    bigram = _entropy(pairs) - _entropy(pairs.sum(1))
    b = torch.arange(1, n + 1)
    return SkipTrigramsTruth(0, b, b + n, chances, by_position, float(by_position.mean()), float(bigram))


def order_blind_floor(cfg: SkipTrigramsConfig) -> float:
    """Entropy of the next token given the current token and the *bag* of tokens before: no model without positions
    is better. Exact, over bags up to a renaming of the trigrams. Equal to the floor under `standing`.
    """
    return _order_blind_floor(cfg.model_dump_json())


@lru_cache(maxsize=64)
def _order_blind_floor(world: str) -> float:
    cfg, total = SkipTrigramsConfig.model_validate_json(world), 0.0
    # a bag: (number of A, number of BOS, sorted counts (B, C) of the other trigrams, counts of the current one)
    level: dict[tuple, float] = {(("bos", 0, 1, (), None), FREE): 1.0}
    for step in range(cfg.length - 1):
        by_bag: dict[tuple, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for (bag, state), p in level.items():
            by_bag[bag][state] += p
        total += sum(_entropy_of_mixture(cfg, weights) for weights in by_bag.values())
        if step < cfg.length - 2:
            level = _next_level(cfg, level)
    return total / (cfg.length - 1)


# ---- inside


def _draws(cfg: SkipTrigramsConfig) -> tuple[Tensor, Tensor, Tensor]:
    """Chances of each token when free and when pending, and the completion of each token (its own where none)."""
    v, a = cfg.d_vocab, cfg.source_rate
    free = torch.full((v,), (1 - a) / (v - 1), dtype=torch.float64)
    free[0] = a
    pending = free
    if cfg.rule == "consumed":
        pending = torch.full((v,), 1 / (v - 1), dtype=torch.float64)
        pending[0] = 0.0
    completion = torch.arange(v)
    completion[1 : cfg.n_trigrams + 1] += cfg.n_trigrams
    return free, pending, completion


def _inverse(chances: Tensor, u: Tensor) -> Tensor:
    cumulated = chances.cumsum(0)
    last = int(chances.nonzero().max())
    return torch.searchsorted(cumulated, u * cumulated[-1], right=True).clamp(max=last)


def _next_state(cfg: SkipTrigramsConfig, state: Tensor, token: Tensor) -> Tensor:
    """State after `token` was drawn in `state`."""
    is_b = (token >= 1) & (token <= cfg.n_trigrams)
    pending = (state == PENDING) | ((state == FORCED) & torch.tensor(cfg.rule == "standing")) | (token == 0)
    pending = pending & ~((state == FORCED) & torch.tensor(cfg.rule == "consumed"))
    may_force = state == PENDING
    return torch.where(may_force & is_b, FORCED, torch.where(pending, PENDING, FREE))


def _entropy(p: Tensor) -> Tensor:
    return -torch.special.xlogy(p, p).sum()


def _entropy_of_mixture(cfg: SkipTrigramsConfig, weights: list[float]) -> float:
    """Chance of a bag times the entropy of what follows it; every completion has one free chance, so one is enough."""
    mass = sum(weights)
    if mass == 0:
        return 0.0
    free, pending, _ = _draws(cfg)
    mixed = (weights[FREE] * free + weights[PENDING] * pending) / mass
    mixed[cfg.n_trigrams + 1] += weights[FORCED] / mass
    return mass * float(_entropy(mixed))


def _next_level(cfg: SkipTrigramsConfig, level: dict[tuple, float]) -> dict[tuple, float]:
    free, pending, _ = (t.tolist() for t in _draws(cfg))
    after: dict[tuple, float] = defaultdict(float)
    for (bag, state), p in level.items():
        _, n_a, n_bos, others, own = bag
        pairs = [*others, *([own] if own is not None else [])]
        unseen = cfg.n_trigrams - len(pairs)
        if state == FORCED:
            moves = [("c", own, 1.0)]
        else:
            chance = pending if state == PENDING else free
            moves = [("a", None, chance[0]), ("bos", None, chance[cfg.bos])]
            moves += [(k, pair, chance[1]) for pair in pairs for k in ("b", "c")]
            moves += [(k, (0, 0), unseen * chance[1]) for k in ("b", "c")] if unseen else []
        for k, pair, q in moves:
            if q == 0:
                continue
            rest = list(pairs)
            if pair is not None and pair != (0, 0):
                rest.remove(pair)
            new = None if pair is None else (pair[0] + (k == "b"), pair[1] + (k == "c"))
            # after a C the own pair matters no more than any other: it is put back among them
            if k == "c":
                rest, new = [*rest, new], None
            key = (k, n_a + (k == "a"), n_bos + (k == "bos"), tuple(sorted(rest)), new)
            after[(key, _state_after(cfg, state, k))] += p * q
    return after


def _state_after(cfg: SkipTrigramsConfig, state: int, kind: str) -> int:
    if state == FORCED:
        return PENDING if cfg.rule == "standing" else FREE
    if state == PENDING:
        return FORCED if kind == "b" else PENDING
    return PENDING if kind == "a" else FREE


def uniform_loss(cfg: SkipTrigramsConfig) -> float:
    """Loss of a model that knows nothing."""
    return math.log(cfg.d_vocab)
