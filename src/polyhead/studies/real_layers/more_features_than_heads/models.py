"""Multitoken transcoders of one layer, and which of their latents are verified next-token features.

Axis legend: s held-out sequence, p position, m candidate, t the sequences where a candidate is looked at (one position
each), i latent, h head, d d_model, j other tokens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from pydantic import Field
from scipy.stats import binomtest
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.reading import Reading, one_site
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.experiments.config import Member
from polyhead.experiments.data import ExperimentData
from polyhead.metrics.positions import Positions
from polyhead.studies.layer_members import LayerSetup, topk, train_layer
from polyhead.studies.real_layers.more_features_than_heads.next_token_features import (
    Readout,
    alignment_p,
    benjamini_hochberg,
    distinct_directions,
    holm,
    more_than_others,
    promoted,
    random_like,
)

LEVEL = 0.01
"""Family-wise error (Holm) of effects, false discovery rate (Benjamini, Hochberg) of alignment and of what comes."""
_OTHERS = 16
"""Other tokens that a removal is compared on."""


class MoreFeaturesConfig(Config):
    """Everything that decides the record."""

    places: tuple[LayerSetup, ...] = (
        LayerSetup(layers=(3,), ks=(16,), seeds=(0, 1, 2), n_train_tokens=65_536, n_eval_tokens=16_384),
    )
    n_candidates: int = Field(default=256, ge=2)
    """Latents with the largest energy at destinations, which are examined."""
    n_positions: int = Field(default=24, ge=8)
    """Positions of each, no two of one sequence: where it is strongest."""
    n_draws: int = Field(default=4999, ge=99)
    """Random directions that alignment is compared with, of each of two kinds."""
    min_drop: float = Field(default=0.1, gt=0)
    """Median nats by which the removal must lower its token's log-probability."""


class Site(NamedTuple):
    """One layer of one model, and what is held out of its text."""

    name: str
    data: ExperimentData
    layer: BaseLayer
    readout: Readout
    final: Tensor
    """[s, p, d]: the last residual stream."""
    z: Tensor
    """[s, p, h, k]: what the heads bring, before W_O."""
    rows: Tensor
    """[n, d]: attention outputs at counted positions."""
    tokens: Tensor
    scored: Tensor
    """[s, p]: counted positions that a token follows."""
    reading: Reading


class Candidates(NamedTuple):
    """Directions that are examined: a latent's decoder row each, or a random one in its place."""

    latents: Tensor
    directions: Tensor
    """[m, d], in the units of the attention output."""
    size: Tensor
    """[m, t]: z, what arrives of it."""
    where: Tensor
    """[m, t, 2]: sequence and position."""


@dataclass
class Examined:
    """What was found of one dictionary (or of random directions in place of its decoder)."""

    tokens: Tensor
    """[m]: the token each promotes."""
    alignment: Tensor
    drop: Tensor
    """[m, t]: nats by which its token's log-probability falls without it."""
    aligned: np.ndarray
    causal: np.ndarray
    verified: np.ndarray
    comes: np.ndarray
    """Its token follows at its positions more often than anywhere."""
    words: list[str]

    def distinct(self, which: np.ndarray) -> list[int]:
        """The first of each predicted word (spaces and case aside; white space is one word), in order of energy."""
        seen: dict[str, int] = {}
        for i in np.flatnonzero(which):
            seen.setdefault(self.words[i].strip().lower(), int(i))
        return list(seen.values())


class Shared(NamedTuple):
    """How the distinct verified features of one dictionary use the heads."""

    words: list[str]
    share: Tensor
    """[m, h]: part of what arrives that single heads bring, by the dictionary (1 - what is left without the head)."""
    supports: np.ndarray
    """[m, h]: without that head of the model, its token falls, and more than any of 16 other candidates' tokens."""
    supports_swapped: np.ndarray
    """The same for the token of another feature at the same positions: by chance at most one in 17."""
    effective: Tensor
    """[m]: participation ratio of the loadings."""


class Result(NamedTuple):
    """One seed."""

    site: str
    n_heads: int
    width: int
    seed: int
    real: Examined
    random: Examined
    shared: Shared
    n_directions: int
    """Of the verified ones, with no two decoders of cosine above one half."""


def sites(cfg: MoreFeaturesConfig, folder: Path) -> Iterator[tuple[Site, list[Any]]]:
    """Each layer with its trained dictionaries, one a sparsity and seed."""
    for place in cfg.places:
        members = [
            Member(settings={"n_latents": place.n_latents, "activation": topk(k)}, seed=seed)
            for k in place.ks
            for seed in place.seeds
        ]
        for number in place.layers:
            trained = train_layer(place, number, members, folder)
            yield _held_out(trained.data, number), [trained.dictionary(member) for member in members]


@torch.no_grad()
def _held_out(data: ExperimentData, number: int) -> Site:
    layer, readout = data.layers[0], Readout(data.model)
    names = {"x": "ln1.hook_normalized", "target": "hook_attn_out", "pattern": "attn.hook_pattern", "z": "attn.hook_z"}
    last = site(data.model.cfg.n_layers - 1, "hook_resid_post")
    roles = {**{role: one_site(site(number, name)) for role, name in names.items()}, "final": one_site(last)}
    reading = Reading(roles=roles)
    positions, kept = (
        Positions.of(data.model),
        {"final": [], "z": [], "rows": [], "tokens": [], "scored": []},
    )
    for i, batch in enumerate(data.held_out_batches(reading).in_order()):
        if i == 0:
            logits = data.model.run_with_hooks(batch["tokens"][:1], {})
            readout.check(batch["final"][0].float(), logits[0].float())
        scored = torch.zeros_like(batch["tokens"], dtype=torch.bool)
        scored[:, :-1] = positions.scored(batch)
        found = {"final": batch["final"], "z": batch["z"].unflatten(-1, (layer.n_heads, -1)), "scored": scored}
        found |= {"rows": batch["target"][positions.counted(batch)], "tokens": batch["tokens"]}
        for name, value in found.items():
            kept[name].append(value.float() if value.is_floating_point() else value)
    whole = {name: torch.cat(values) for name, values in kept.items()}
    return Site(f"{data.model.cfg.name} layer {number}", data, layer, readout, reading=reading, **whole)


@torch.no_grad()
def candidates(cfg: MoreFeaturesConfig, here: Site, mtc: Any) -> Candidates:
    """The latents with the most energy that arrive in enough sequences, each where it is strongest in a sequence."""
    best, at, energy, start = [], [], torch.zeros(mtc.cfg.n_latents), 0
    for batch in here.data.held_out_batches(here.reading).in_order():
        scored = here.scored[start : start + len(batch["tokens"])]
        start += len(scored)
        z = mtc.moved(mtc.codes(batch), batch["pattern"]) * scored[..., None]
        energy += z.square().sum((0, 1))
        top = z.max(1)
        best.append(top.values)
        at.append(top.indices)
    value, place = torch.cat(best), torch.cat(at)
    enough = (value > 0).sum(0) >= cfg.n_positions
    chosen = (energy * enough).topk(min(cfg.n_candidates, int(enough.sum()))).indices
    size, sequence = value[:, chosen].topk(cfg.n_positions, dim=0)
    where = torch.stack([sequence, place[:, chosen].gather(0, sequence)], dim=-1)
    directions = mtc.W_dec[chosen] * mtc.target_scale
    return Candidates(chosen, directions, size.T, where.transpose(0, 1))


@torch.no_grad()
def examine(cfg: MoreFeaturesConfig, here: Site, found: Candidates, seed: int) -> Examined:
    """Alignment, effect of the removal on the own token and on others, and what really follows."""
    (m, t), g = found.size.shape, generator(seed, "null")
    tokens, alignment = promoted(found.directions, here.readout.centred)
    d = found.directions.shape[1]
    nulls = [torch.randn(cfg.n_draws, d, generator=g), random_like(here.rows, cfg.n_draws, g)]
    p_aligned = np.maximum(*[alignment_p(alignment, promoted(n, here.readout.centred)[1]) for n in nulls])
    final = here.final[found.where[..., 0], found.where[..., 1]]
    removed = found.size[..., None] * found.directions[:, None]
    shift = torch.randint(1, m, (m, _OTHERS), generator=g)
    others = tokens[(torch.arange(m)[:, None] + shift) % m]
    wanted = torch.cat([tokens[:, None], others], dim=1)[:, None].expand(m, t, 1 + _OTHERS)
    drop = here.readout.drop(final.flatten(0, 1), removed.flatten(0, 1), wanted.flatten(0, 1)).unflatten(0, (m, t))
    different = (others != tokens[:, None])[:, None].float()
    elsewhere = (drop[..., 1:] * different).sum(-1) / different.sum(-1).clamp_min(1)
    own = drop[..., 0]
    causal = holm(more_than_others(own, elsewhere), LEVEL) & (own.median(-1).values >= cfg.min_drop).numpy()
    aligned = benjamini_hochberg(p_aligned, LEVEL)
    names = here.data.model.tokenizer
    words = names.tokens(int(token) for token in tokens)  # type: ignore[union-attr]
    comes = benjamini_hochberg(_comes(here, found, tokens), LEVEL)
    return Examined(tokens, alignment, own, aligned, causal, aligned & causal, comes, words)


def _comes(here: Site, found: Candidates, tokens: Tensor) -> np.ndarray:
    """One-sided binomial p-value that the token follows more often at these positions than at all."""
    following = here.tokens[found.where[..., 0], found.where[..., 1] + 1] == tokens[:, None]
    s, p = here.scored.nonzero().unbind(1)
    base = torch.bincount(here.tokens[s, p + 1], minlength=int(tokens.max()) + 1).double() / len(s)
    n = found.size.shape[1]
    pairs = zip(following.sum(1).tolist(), base[tokens].clamp_min(1 / len(s)).tolist())
    return np.array([binomtest(k, n, b, alternative="greater").pvalue for k, b in pairs])


def with_random_directions(here: Site, found: Candidates, seed: int) -> Candidates:
    """The same places and sizes, each with a direction drawn like an attention output, of the same norm."""
    draws = random_like(here.rows, len(found.directions), generator(seed, "control"))
    return found._replace(directions=draws * found.directions.norm(dim=-1, keepdim=True))


@torch.no_grad()
def shared_heads(
    cfg: MoreFeaturesConfig, here: Site, mtc: Any, found: Candidates, real: Examined, chosen: list[int]
) -> Shared:
    """Single heads taken away, in the dictionary's account and in the model itself."""
    h, words = here.layer.n_heads, [real.words[i] for i in chosen]
    if len(chosen) < 2:
        return Shared(words, torch.zeros(0, h), np.zeros((0, h), bool), np.zeros((0, h), bool), torch.zeros(0))
    where, tokens = found.where[chosen], real.tokens[chosen]
    final = here.final[where[..., 0], where[..., 1]].flatten(0, 1)
    z = here.z[where[..., 0], where[..., 1]]
    n, t = where.shape[:2]
    others = real.tokens[torch.randint(len(real.tokens), (n, _OTHERS), generator=generator(0, "other tokens"))]
    asked = torch.cat([tokens[:, None], tokens.roll(1)[:, None], others], dim=1)
    wanted = asked[:, None].expand(n, t, 2 + _OTHERS).flatten(0, 1)
    tables = np.zeros((2, n, h), dtype=bool)
    for head in range(h):
        removed = (z[:, :, head] @ here.layer.W_O[head]).flatten(0, 1)
        drop = here.readout.drop(final, removed, wanted).unflatten(0, (n, t)).mean(1)
        for which in range(2):
            rest = drop[:, 2:].masked_fill(others == asked[:, which, None], -np.inf).max(1).values
            tables[which, :, head] = (drop[:, which] >= cfg.min_drop / 2) & (drop[:, which] > rest)
    loadings = mtc.head_loadings()[found.latents[chosen]]
    return Shared(
        words,
        _single_heads(here, mtc, found, chosen),
        tables[0],
        tables[1],
        loadings.abs().sum(-1).square() / loadings.square().sum(-1),
    )


@torch.no_grad()
def _single_heads(here: Site, mtc: Any, found: Candidates, chosen: list[int]) -> Tensor:
    """Mean share of z that each head brings at the feature's positions, `[m, h]`."""
    latents, where = found.latents[chosen], found.where[chosen]
    loadings = mtc.head_loadings()[latents]
    brought, start = torch.zeros(*where.shape[:2], here.layer.n_heads), 0
    for batch in here.data.held_out_batches(here.reading).in_order():
        stop = start + len(batch["tokens"])
        m, t = ((where[..., 0] >= start) & (where[..., 0] < stop)).nonzero().unbind(1)
        codes = mtc.codes(batch)
        for i, j in zip(m.tolist(), t.tolist()):
            s, p = where[i, j].tolist()
            f = (codes.values[s - start] * (codes.indices[s - start] == latents[i])).sum(-1)
            brought[i, j] = (batch["pattern"][s - start, :, p].float() @ f) * loadings[i, :-1]
        start = stop
    return (brought / found.size[chosen][..., None]).mean(1)


def result(cfg: MoreFeaturesConfig, here: Site, mtc: Any, seed: int) -> Result:
    """Everything of one seed."""
    found = candidates(cfg, here, mtc)
    real = examine(cfg, here, found, seed)
    random = examine(cfg, here, with_random_directions(here, found, seed), seed)
    chosen = real.distinct(real.verified)
    return Result(
        here.name,
        here.layer.n_heads,
        here.layer.d_model,
        seed,
        real,
        random,
        shared_heads(cfg, here, mtc, found, real, chosen),
        len(distinct_directions(found.directions[np.flatnonzero(real.verified)])),
    )


@dataclass(frozen=True)
class Measured:
    """Every dictionary of every site."""

    cfg: MoreFeaturesConfig
    results: list[Result]
    n_diverged: int = 0

    @property
    def n_models(self) -> int:
        return len(self.results)

    @property
    def first(self) -> dict[str, Result]:
        """The first seed of each site."""
        return {r.site: r for r in reversed(self.results)}


def measure(cfg: MoreFeaturesConfig, folder: Path) -> Measured:
    """Train the dictionaries and examine their latents."""
    found = [
        result(cfg, here, mtc, seed)
        for here, dictionaries in sites(cfg, folder)
        for seed, mtc in enumerate(dictionaries)
    ]
    return Measured(cfg, found)
