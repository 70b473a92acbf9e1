"""The search for inverted preference orders: heads of one layer that, for the same query, rank keys in opposite ways.

Keys are the mean inputs of the commonest tokens of a text, queries are inputs at random positions of it (both after
the norm, before rotation: preference for content, positions set aside). For heads i, j of a layer:
    correlation   mean over queries of the Spearman correlation of their scores over the keys; its two sources apart:
                  static (mean ranks, whatever the query) and specific (ranks without the mean rank of each key)
    information   mutual information of their favourite keys, over random subsets of the keys, in nats
    opposite      share of (query, subset) where the favourite of one is the last of the other
A correlation of 0 is the wrong comparison: the inputs of a layer lie near a few directions, so two heads that read
anything at all agree or disagree. The null is pairs of *random heads*: a real head of the layer whose query and key
frames are turned at random in the stream (singular values kept) and which reads the same inputs; where two query heads
share a key head, so do the random ones. p-values are empirical, two-sided, and Benjamini-Hochberg holds the false
discovery rate over all pairs of the model. In a model with random weights the null is exact.
Axis legend: l layer, n query, m key, h head, d d_model, k d_head, r random head.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import torch
from jaxtyping import Float, Int
from pydantic import Field
from scipy.stats import false_discovery_control
from torch import Tensor

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.head_records import PreferencePair, PreferenceSearch
from polyhead.core.protocols import Batch
from polyhead.core.records import TokenPolicy
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.metrics.positions import PolicyCount, Positions
from polyhead.models.hooked import HookedModel

_LIKES = 6
"""Favourite keys that a record names."""


class PreferenceSearchConfig(Config):
    """How pairs are compared."""

    n_keys: int = 64
    """Commonest tokens of the text."""
    n_queries: int = 256
    n_random: int = 256
    """Random heads per layer; all their pairs are the null."""
    n_sharing: int = 6
    """Random query heads on each random key head, where real query heads share one."""
    n_subsets: int = 1024
    """(query, subset) events for favourites."""
    subset: int = 8
    """Keys of a subset."""
    n_random_information: int = 48
    """Random heads whose pairs are the null of `information`."""
    rate: float = Field(default=0.05, gt=0, lt=1)
    """False discovery rate."""
    seed: int = 0


@dataclass(frozen=True)
class Inputs:
    """What heads read in a text."""

    queries: Float[Tensor, "l n d"]
    keys: Float[Tensor, "l m d"]
    key_tokens: list[int]
    policy: TokenPolicy


@torch.no_grad()
def collect_inputs(model: HookedModel, batches: Iterable[Batch], cfg: PreferenceSearchConfig) -> Inputs:
    """Queries and keys of every layer. The batches are gone through twice.

    Raises:
        PolyheadError: the text has too few different tokens, or too few positions.
    """
    if iter(batches) is batches:
        raise PolyheadError("the text is gone through twice; received an iterator; give Repeatable(...)")
    positions = Positions.of(model)
    count, seen = PolicyCount(positions), Counter[int]()
    for batch in batches:
        count.update(batch)
        seen.update(batch["tokens"][positions.counted(batch)].tolist())
    if len(seen) < cfg.n_keys or count.n_positions < cfg.n_queries:
        raise PolyheadError(
            f"{len(seen)} different tokens at {count.n_positions} positions; {cfg.n_keys} key tokens and "
            f"{cfg.n_queries} queries were asked for: give more text or ask for fewer"
        )
    key_tokens = [t for t, _ in sorted(seen.items(), key=lambda kv: (-kv[1], kv[0]))[: cfg.n_keys]]
    place = torch.full((model.cfg.d_vocab,), -1)
    place[torch.tensor(key_tokens)] = torch.arange(cfg.n_keys)
    g = generator(cfg.seed, "queries")
    chosen = torch.randperm(count.n_positions, generator=g)[: cfg.n_queries].sort().values
    names = [site(layer, "ln1.hook_normalized") for layer in range(model.cfg.n_layers)]
    keys = torch.zeros(len(names), cfg.n_keys, model.cfg.d_model, dtype=torch.float64)
    queries, first = [], 0
    for batch in batches:
        _, cache = model.run_with_cache(batch["tokens"], names, with_logits=False)
        counted = positions.counted(batch)
        mine = chosen[(chosen >= first) & (chosen < first + int(counted.sum()))] - first
        first += int(counted.sum())
        key = place[batch["tokens"][counted].cpu()]
        x = torch.stack([cache[n][counted].float().cpu() for n in names])
        queries.append(x[:, mine])
        keys.index_add_(1, key[key >= 0], x[:, key >= 0].double())
    keys /= torch.tensor([seen[t] for t in key_tokens])[:, None]
    return Inputs(torch.cat(queries, 1), keys.float(), key_tokens, count.policy())


def ranks(scores: Float[Tensor, "*h n m"]) -> Float[Tensor, "*h n m"]:
    """Ranks over keys, centred and of unit length: the product of two is a Spearman correlation."""
    rank = scores.argsort(-1).argsort(-1).float()
    rank = rank - rank.mean(-1, keepdim=True)
    return rank / rank.norm(dim=-1, keepdim=True)


def mean_correlations(scores: Float[Tensor, "h n m"]) -> Float[Tensor, "h h"]:
    """Mean over queries of the Spearman correlation of every two heads."""
    flat = ranks(scores).flatten(1)
    return flat @ flat.T / scores.shape[1]


@dataclass(frozen=True)
class Events:
    """Random subsets of keys, each met by one query."""

    query: Int[Tensor, " e"]
    keys: Int[Tensor, "e s"]


def draw_events(n_queries: int, n_keys: int, cfg: PreferenceSearchConfig) -> Events:
    """The same for all heads, real and random."""
    g = generator(cfg.seed, "subsets")
    query = torch.randint(n_queries, (cfg.n_subsets,), generator=g)
    keys = torch.rand(cfg.n_subsets, n_keys, generator=g).argsort(-1)[:, : min(cfg.subset, n_keys)]
    return Events(query, keys)


def favourites(scores: Float[Tensor, "h n m"], events: Events) -> tuple[Int[Tensor, "h e"], Int[Tensor, "h e"]]:
    """First and last key of every head in every event."""
    seen = scores[:, events.query[:, None], events.keys]
    pick = events.keys.expand(len(scores), -1, -1)
    first, last = (f(-1).indices[..., None] for f in (seen.max, seen.min))
    return pick.gather(-1, first)[..., 0], pick.gather(-1, last)[..., 0]


def mutual_information(x: Int[Tensor, " e"], y: Int[Tensor, " e"], n: int) -> float:
    """Of two lists of values below `n`, plug-in estimate, nats (too high for few events: compare with a null)."""
    joint = torch.bincount(x * n + y, minlength=n * n).view(n, n).double() / len(x)
    entropy = torch.special.entr
    return float(entropy(joint.sum(0)).sum() + entropy(joint.sum(1)).sum() - entropy(joint).sum())


class _Layer:
    """Scores of the heads of one layer, and of random ones that read the same inputs."""

    def __init__(self, model: HookedModel, inputs: Inputs, layer: int) -> None:
        self.x_q, self.x_k = inputs.queries[layer], inputs.keys[layer]
        weights = (getattr(model, name)[layer].detach().float().cpu() for name in ("W_Q", "b_Q", "W_K", "b_K"))
        self.W_Q, self.b_Q, self.W_K, self.b_K = weights
        self.share = model.cfg.n_heads // model.cfg.n_kv_heads

    def real(self) -> Float[Tensor, "h n m"]:
        q = torch.einsum("nd,hdk->hnk", self.x_q, self.W_Q) + self.b_Q[:, None]
        k = torch.einsum("md,hdk->hmk", self.x_k, self.W_K) + self.b_K[:, None]
        return q @ k.mT

    def random(self, n_keys: int, n_per_key: int, g: torch.Generator) -> Float[Tensor, "r n m"]:
        """`n_keys * n_per_key` random heads; each run of `n_per_key` shares its keys."""
        n_heads, made = len(self.W_Q), []
        for i in range(n_keys):
            group = i % (n_heads // self.share)
            k = self.x_k @ _turned(self.W_K[group * self.share], g) + self.b_K[group * self.share]
            for j in range(n_per_key):
                h = group * self.share + (i // n_heads + j) % self.share
                q = self.x_q @ _turned(self.W_Q[h], g) + self.b_Q[h]
                made.append(q @ k.T)
        return torch.stack(made)


def _turned(W: Float[Tensor, "d k"], g: torch.Generator) -> Float[Tensor, "d k"]:
    """The matrix with its column space put at random and its inner products kept."""
    d, k = W.shape
    if d < 2 * k:  # the whole space is turned
        turn, upper = torch.linalg.qr(torch.randn(d, d, generator=g))
        return (turn * upper.diagonal().sign()) @ W
    drawn = torch.randn(d, k, generator=g)
    # drawn = frame @ upper (Cholesky: many times faster than a QR); W = own frame @ core, so core^T core = W^T W
    upper = torch.linalg.cholesky(drawn.mT @ drawn, upper=True)
    core = torch.linalg.qr(W, mode="r").R
    return drawn @ torch.linalg.solve_triangular(upper, core, upper=True)


@torch.no_grad()
def search_preferences(
    model: HookedModel, inputs: Inputs, cfg: PreferenceSearchConfig, *, texts: list[str] | None = None
) -> PreferenceSearch:
    """All pairs of heads of every layer, with verdicts.

    Raises:
        PolyheadError: a model with one head per layer.
    """
    if model.cfg.n_heads < 2:
        raise PolyheadError(f"{model.cfg.name} has one head per layer; a pair needs two")
    events = draw_events(inputs.queries.shape[1], inputs.keys.shape[1], cfg)
    names = [str(t) if texts is None else texts[t] for t in inputs.key_tokens]
    found: list[PreferencePair] = []
    limits: dict[str, tuple[float, float]] = {}
    for layer in range(model.cfg.n_layers):
        pairs, null = _search_layer(_Layer(model, inputs, layer), layer, events, names, cfg)
        found += pairs
        limits[str(layer)] = (float(null.quantile(0.005)), float(null.quantile(0.995)))
    two_sided = [min(1.0, 2 * min(p.p_inverted, p.p_aligned)) for p in found]
    adjusted = false_discovery_control(two_sided).tolist()
    judged = [
        p.model_copy(update={"verdict": _side(p) if a <= cfg.rate else "neither"})
        for p, a in zip(found, adjusted, strict=True)
    ]
    return PreferenceSearch(
        model=model.cfg.name,
        n_queries=inputs.queries.shape[1],
        keys=names,
        rate=cfg.rate,
        n_inverted=sum(p.verdict == "inverted" for p in judged),
        n_aligned=sum(p.verdict == "aligned" for p in judged),
        null_correlation=limits,
        pairs=judged,
        policy=inputs.policy,
    )


def _side(pair: PreferencePair) -> Literal["inverted", "aligned"]:
    return "inverted" if pair.p_inverted < pair.p_aligned else "aligned"


def _search_layer(
    at: _Layer, layer: int, events: Events, names: list[str], cfg: PreferenceSearchConfig
) -> tuple[list[PreferencePair], Tensor]:
    g = generator(cfg.seed, "random heads", layer)
    scores, m = at.real(), at.x_k.shape[0]
    correlation = mean_correlations(scores)
    rank = ranks(scores)
    static, mean_rank = mean_correlations(rank.mean(1, keepdim=True)), rank.mean(1)
    specific = (rank - rank.mean(1, keepdim=True)).flatten(1)
    specific = specific / specific.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    likes = [[names[k] for k in row] for row in mean_rank.argsort(-1, descending=True)[:, :_LIKES].tolist()]
    strangers = at.random(cfg.n_random, 1, g)
    table = mean_correlations(strangers)
    own = torch.triu_indices(cfg.n_random, cfg.n_random, 1)
    null = {False: table[own[0], own[1]].sort().values}
    top, bottom = favourites(scores, events)
    some = favourites(strangers[: cfg.n_random_information], events)[0]
    null_information = {False: _informations(some, list(combinations(range(len(some)), 2)), m)}
    if at.share > 1:
        sharing = at.random(cfg.n_random, cfg.n_sharing, g)
        groups = sharing.unflatten(0, (cfg.n_random, cfg.n_sharing))
        pick = torch.triu_indices(cfg.n_sharing, cfg.n_sharing, 1)
        null[True] = torch.cat([mean_correlations(x)[pick[0], pick[1]] for x in groups]).sort().values
        some = favourites(sharing[: cfg.n_random_information * cfg.n_sharing], events)[0]
        n = cfg.n_sharing
        same = [(a * n + i, a * n + j) for a in range(len(some) // n) for i, j in combinations(range(n), 2)]
        null_information[True] = _informations(some, same, m)
    pairs = []
    for i, j in combinations(range(len(scores)), 2):
        shared = at.share > 1 and i // at.share == j // at.share
        c, information = float(correlation[i, j]), mutual_information(top[i], top[j], m)
        opposite = ((top[i] == bottom[j]) | (top[j] == bottom[i])).double().mean()
        pairs.append(
            PreferencePair(
                layer=layer,
                head=i,
                other_head=j,
                shared_keys=shared,
                correlation=c,
                static=float(static[i, j]),
                specific=float(specific[i] @ specific[j]),
                likes=likes[i],
                other_likes=likes[j],
                p_inverted=_tail(null[shared], c, "low"),
                p_aligned=_tail(null[shared], c, "high"),
                information=information,
                p_information=_tail(null_information[shared], information, "high"),
                opposite=float(opposite),
                verdict="neither",
            )
        )
    return pairs, null[False]


def _informations(top: Int[Tensor, "r e"], pairs: list[tuple[int, int]], n: int) -> Float[Tensor, " x"]:
    return torch.tensor([mutual_information(top[i], top[j], n) for i, j in pairs]).sort().values


def _tail(null: Float[Tensor, " x"], value: float, side: Literal["low", "high"]) -> float:
    """Share of the sorted null, the value itself added, that is as extreme."""
    v = torch.tensor(value, dtype=null.dtype)
    below = int(torch.searchsorted(null, v, right=side == "low"))
    return (1 + (below if side == "low" else len(null) - below)) / (1 + len(null))
