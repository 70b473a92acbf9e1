"""Attention layers whose attention features are known exactly, because the weights are built from them.

Feature i reads rows e_i of the stream (its source, rank r), moves by a mixture L_i of the heads, and writes rows d_i:
    y_t = sum_i sum_h L_ih sum_s A_h(t, s) f_i(s) d_i,   f_i(s) = x_s e_i^T;   W_V[h] W_O[h] = sum_i L_ih e_i^T d_i
Head h attends where conditions match: condition c has query rows q_c and key rows k_c (rank rho: rho symbols, and a
query of one symbol matches keys of the same), and
    score_h(t, s) = sum_c C_ch (x_t q_c^T) (k_c x_s^T) + sink [s is BOS],   A_h = causal softmax of score_h
Feature i uses condition c(i): C_ch > 0 on the heads of its loadings, full on one of them, between .4 and .9 on others,
and `overlap` pulls all heads to the same C. All rows e, q, k and the direction of BOS are orthonormal, so each is read
without error; the rest of the stream holds a dense anisotropic background. A narrower `d_head` than the features need
puts them in superposition within the heads: then the formula no longer is the layer, by a residual that is measured.
The stream is divided by its root mean square, and activities f are those of the divided stream.
Two layers: both read the same directions, outputs are orthogonal to all that is read, and `shared` says which share of
the features is moved by heads of both layers. Axis legend: b sequence, p position, i feature, c condition, h head, r
row of a feature, s row of a condition, d width, k d_head, l layer.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field, model_validator
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.rng import generator as make_generator

_TYPICAL = 64
"""Sequences on which the typical scale of the stream is measured."""


class PlantedConfig(Config):
    """The knobs of a planted layer."""

    n_features: int = Field(default=16, ge=1)
    n_heads: int = Field(default=4, ge=1)
    d_model: int = Field(default=64, ge=4)
    n_positions: int = Field(default=32, ge=3)
    n_layers: int = Field(default=1, ge=1, le=2)
    n_conditions: int | None = Field(default=None, ge=1)
    """Places to look at, one per feature if None. Fewer: features share them; more: some heads look there for nothing,
    and their patterns show that the features are not theirs."""
    heads_per_feature: int = Field(default=2, ge=1)
    """Heads with a loading, in each layer that moves the feature."""
    negative: float = Field(default=0.0, ge=0, le=1)
    """Chance that a loading other than the largest is negative."""
    qk_rank: int = Field(default=1, ge=1)
    ov_rank: int = Field(default=1, ge=1)
    overlap: float = Field(default=0.0, ge=0, le=1)
    """0: heads attend for their own features only; 1: all heads have one and the same pattern."""
    shared: float = Field(default=0.0, ge=0, le=1)
    """Share of features that heads of both layers move."""
    correlation: float = Field(default=0.0, ge=0, le=1)
    """Chance that the second feature of a pair (0 1, 2 3, ...) is active exactly where the first is."""
    paired: bool = False
    """Whether the features of a pair have the same condition and the same loadings."""
    active_sources: float = Field(default=2.0, gt=0)
    """Features active at a position, in the mean."""
    active_conditions: float = Field(default=1.0, gt=0)
    """Conditions that hold at a position, in the mean, on each side."""
    coupling: float = Field(default=0.6, ge=0, le=1)
    """Chance that where a key condition holds a feature of it is active; the other activity has no reason."""
    zipf: float = Field(default=0.5, ge=0)
    """Exponent of the frequencies of features and conditions."""
    noise: float = Field(default=0.0, ge=0)
    """Standard deviation of isotropic noise in each dimension, where an activity is about 1."""
    background: float = Field(default=1.5, ge=0)
    """Norm of the dense background."""
    idle: int = Field(default=0, ge=0)
    """Directions that heads read and write like features, but that occur only where no key condition holds: they lie in
    the values and are (all but) never moved."""
    match: float = Field(default=11.0, gt=0)
    """Score of a met condition at its main head, nats."""
    sink: float = Field(default=6.0, ge=0)
    """Score of BOS, nats."""
    d_head: int | None = Field(default=None, ge=2)
    """As wide as the features need where None; narrower: superposition within the heads."""

    @property
    def conditions(self) -> int:
        return self.n_features if self.n_conditions is None else self.n_conditions

    @property
    def n_read(self) -> int:
        """Orthonormal directions that the layer reads, BOS included."""
        return self.n_features * self.ov_rank + 2 * self.conditions * self.qk_rank + 1 + self.idle

    @model_validator(mode="after")
    def _fits(self) -> "PlantedConfig":
        room = 2 if self.n_layers == 1 else 2 + self.n_features * self.ov_rank // 2
        if self.n_read + room > self.d_model:
            raise ValueError(f"{self.n_read} directions are read and {room} more needed; d_model is {self.d_model}")
        if self.heads_per_feature > self.n_heads:
            raise ValueError(f"heads_per_feature is {self.heads_per_feature}; there are {self.n_heads} heads")
        return self


@dataclass(frozen=True, eq=False)
class AttentionTruth:
    """What is known of the features of some layers; None where a world does not say. Rows are orthonormal."""

    source: Float[Tensor, "i r d"] | None
    """Read at the source."""
    output: Float[Tensor, "i r d"] | None
    """Written at the destination."""
    loading: Float[Tensor, "i lh"] | None
    """Unit mixtures of the heads of all layers, layer by layer."""
    query: Float[Tensor, "c s d"] | None
    """What a position must hold to look."""
    key: Float[Tensor, "c s d"] | None
    """What a position must hold to be looked at."""
    n_features: int


@dataclass(frozen=True, eq=False)
class PlantedLayers:
    """The built layers with their truth."""

    cfg: PlantedConfig
    layers: tuple[BaseLayer, ...]
    truth: AttentionTruth
    condition_of: Int[Tensor, " i"]
    background: Float[Tensor, "m d"]
    """A draw of standard normal numbers times this is the background, its spectrum a power law."""
    mean: Float[Tensor, " d"]
    bos: Float[Tensor, " d"]
    idle: Float[Tensor, "j d"]
    """Read and all but never moved."""


@dataclass(frozen=True, eq=False)
class PlantedSample:
    """Sequences of a planted world; position 0 is BOS."""

    stream: Float[Tensor, "b p d"]
    """What enters the first layer, before it is divided by its root mean square."""
    activity: Float[Tensor, "b p i r"]
    """Planted activities, in units of the stream (the layer reads them divided by the root mean square)."""


def plant(cfg: PlantedConfig, seed: int) -> PlantedLayers:
    """Draw directions, loadings and conditions, and build the weights that realise them."""
    g = make_generator(seed, "planted")
    n, r, c, rho, d = cfg.n_features, cfg.ov_rank, cfg.conditions, cfg.qk_rank, cfg.d_model
    basis = torch.linalg.qr(torch.randn(d, d, generator=g, dtype=torch.float64)).Q.mT.float()
    sizes = [n * r, c * rho, c * rho, 1, cfg.idle]
    source, query, key, bos, idle, rest = basis.split([*sizes, d - sum(sizes)])
    source, query, key = source.view(n, r, d), query.view(c, rho, d), key.view(c, rho, d)
    output = _outputs(cfg, rest, g)
    condition_of = torch.arange(n) // 2 if cfg.paired else torch.arange(n) % c
    moves = _loadings(cfg, condition_of, g)
    spectrum = torch.arange(1, len(rest) + 1).float().pow(-1.0).sqrt()
    background = spectrum[:, None] * rest * (cfg.background / spectrum.norm())
    mean = 2 * rest[0]
    planted = PlantedLayers(
        cfg, (), AttentionTruth(source, output, moves, query, key, n), condition_of, background, mean, bos[0], idle
    )
    stream = sample(planted, make_generator(seed, "typical"), _TYPICAL).stream[:, 1:]
    scale = float(stream.square().mean(-1).rsqrt().square().mean())  # of a product of two activities
    strength = _strengths(cfg, condition_of, moves, g)
    layers = tuple(_layer(planted, layer, strength[layer] / scale, g) for layer in range(cfg.n_layers))
    return PlantedLayers(cfg, layers, planted.truth, condition_of, background, mean, bos[0], idle)


def _outputs(cfg: PlantedConfig, rest: Tensor, g: torch.Generator) -> Float[Tensor, "i r d"]:
    """Random orthonormal rows for each feature; orthogonal to all that is read where a second layer reads on."""
    space = torch.eye(cfg.d_model) if cfg.n_layers == 1 else rest
    raw = torch.randn(cfg.n_features, len(space), cfg.ov_rank, generator=g)
    return torch.linalg.qr(raw).Q.mT @ space


def _loadings(cfg: PlantedConfig, condition_of: Tensor, g: torch.Generator) -> Float[Tensor, "i lh"]:
    """Balanced supports (each head carries about as many features), the same for features of one condition."""
    n, h, m = cfg.n_features, cfg.n_heads, cfg.heads_per_feature
    offsets = torch.randperm(h, generator=g)
    picked = torch.zeros(n, cfg.n_layers, h)
    n_both = round(cfg.shared * n) if cfg.n_layers > 1 else 0
    for i in range(n):
        c = int(condition_of[i])
        heads = [int(offsets[(c + j * (1 + c // h % max(1, h - 1))) % h]) for j in range(m)]
        spare = [x for x in torch.randperm(h, generator=g).tolist() if x not in heads]
        heads = list(dict.fromkeys(heads)) + spare[: m - len(set(heads))]
        size = 0.5 + 0.5 * torch.rand(cfg.n_layers, m, generator=g)
        sign = torch.where(torch.rand(cfg.n_layers, m, generator=g) < cfg.negative, -1.0, 1.0)
        sign[:, 0] = 1.0
        picked[i, :, heads] = size * sign
        if cfg.n_layers > 1 and i >= n_both:
            picked[i, i % 2] = 0
    if cfg.paired:
        picked = picked[torch.arange(n) // 2 * 2]
    flat = picked.flatten(1)
    return flat / flat.norm(dim=1, keepdim=True)


def _strengths(cfg: PlantedConfig, condition_of: Tensor, loading: Tensor, g: torch.Generator) -> Float[Tensor, "l c h"]:
    """C: the score of a met condition at each head, nats."""
    used = torch.zeros(cfg.n_layers, cfg.conditions, cfg.n_heads)
    by_head = (loading.view(-1, cfg.n_layers, cfg.n_heads) != 0).float()
    for layer in range(cfg.n_layers):
        used[layer].index_add_(0, condition_of, by_head[:, layer])
    idle = (used.sum((0, 2)) == 0).nonzero()[:, 0]  # places that no feature uses: some head looks there all the same
    free = used.sum(1).argsort(-1)
    for place, c in enumerate(idle.tolist()):
        used[:, c].scatter_(-1, free[:, [place % cfg.n_heads]], 1.0)
    draw = 0.4 + 0.5 * torch.rand(used.shape, generator=g)
    draw.scatter_(-1, (torch.rand(used.shape, generator=g) * (used > 0)).argmax(-1, keepdim=True), 1.0)
    own = draw * (used > 0)
    return cfg.match * ((1 - cfg.overlap) * own + cfg.overlap)


def _layer(planted: PlantedLayers, layer: int, strength: Float[Tensor, "c h"], g: torch.Generator) -> BaseLayer:
    """The weights of one layer. Within a head every latent direction is a row of one tight frame of d_head dimensions:
    orthonormal where the head is wide enough, crowded where it is not."""
    cfg, truth = planted.cfg, planted.truth
    assert truth.source is not None
    assert truth.output is not None
    assert truth.loading is not None
    assert truth.query is not None
    assert truth.key is not None
    h, d = cfg.n_heads, cfg.d_model
    loading = truth.loading.view(-1, cfg.n_layers, h)[:, layer]
    needed = max(
        max(int((strength[:, j] > 0).sum()) * cfg.qk_rank + 1 for j in range(h)),
        max(int((loading[:, j] != 0).sum()) * cfg.ov_rank for j in range(h)) + -(-cfg.idle // h),
    )
    k = cfg.d_head or 4 * math.ceil(needed / 4)
    W_Q, W_K, W_V = torch.zeros(h, d, k), torch.zeros(h, d, k), torch.zeros(h, d, k)
    b_Q, W_O = torch.zeros(h, k), torch.zeros(h, k, d)
    for j in range(h):
        conditions, features = (strength[:, j] > 0).nonzero()[:, 0], (loading[:, j] != 0).nonzero()[:, 0]
        frame = _frame(len(conditions) * cfg.qk_rank + 1, k, g)
        amount = strength[conditions, j].repeat_interleave(cfg.qk_rank)[:, None] * math.sqrt(k)
        W_Q[j] = truth.query[conditions].flatten(0, 1).T @ (amount * frame[1:])
        W_K[j] = truth.key[conditions].flatten(0, 1).T @ frame[1:] + torch.outer(planted.bos, frame[0])
        b_Q[j] = cfg.sink * math.sqrt(k) / math.sqrt(d) * frame[0]  # at BOS the stream is sqrt(d) times its direction
        idle = planted.idle[j::h]
        n_rows = len(features) * cfg.ov_rank
        frame = _frame(max(1, n_rows + len(idle)), k, g)[: n_rows + len(idle)]
        amount = loading[features, j].repeat_interleave(cfg.ov_rank)[:, None]
        W_V[j] = torch.cat([truth.source[features].flatten(0, 1), idle]).T @ frame
        written = torch.nn.functional.normalize(torch.randn(len(idle), d, generator=g), dim=-1)
        W_O[j] = frame.T @ torch.cat([amount * truth.output[features].flatten(0, 1), written])
    zeros = torch.zeros(h, k)
    return BaseLayer(layer, W_Q, W_K, W_V, W_O, b_Q, zeros, zeros, torch.zeros(d), h, k**-0.5, None, has_mlp=False)


def _frame(n: int, k: int, g: torch.Generator) -> Float[Tensor, "n k"]:
    """n unit rows in k dimensions: orthonormal where n <= k, a random tight frame (nearly) where not."""
    raw = torch.randn(max(n, k), max(n, k), generator=g, dtype=torch.float64)
    rows = torch.linalg.qr(raw).Q[:n, :k]
    return (rows / rows.norm(dim=1, keepdim=True)).float()


@torch.no_grad()
def sample(planted: PlantedLayers, generator: torch.Generator, n: int) -> PlantedSample:
    """`n` sequences: BOS, then positions that are independent of one another."""
    cfg, truth = planted.cfg, planted.truth
    assert truth.source is not None
    assert truth.query is not None
    assert truth.key is not None
    b, p, c, rho = n, cfg.n_positions, cfg.conditions, cfg.qk_rank
    chance = (cfg.active_conditions * _frequencies(c, cfg.zipf)).clamp(max=0.5)
    stream = planted.mean + torch.randn(b, p, len(planted.background), generator=generator) @ planted.background
    events = {}
    for side, rows in (("query", truth.query), ("key", truth.key)):
        events[side] = torch.rand(b, p, c, generator=generator) < chance
        symbol = torch.randint(rho, (b, p, c), generator=generator)
        code = torch.nn.functional.one_hot(symbol, rho) * events[side][..., None]
        stream = stream + torch.einsum("bpcr,crd->bpd", code.float(), rows)
    if cfg.idle:
        present = (torch.rand(b, p, cfg.idle, generator=generator) < 4 / cfg.idle) & ~events["key"].any(
            -1, keepdim=True
        )
        stream = stream + (present * (1.0 + torch.rand(present.shape, generator=generator))) @ planted.idle
    active = _active(planted, events["key"], generator)
    direction = torch.randn(*active.shape, cfg.ov_rank, generator=generator)
    direction = direction.abs() if cfg.ov_rank == 1 else direction
    direction = direction / direction.norm(dim=-1, keepdim=True)
    size = (0.5 + torch.rand(active.shape, generator=generator)) * active
    activity = size[..., None] * direction
    stream = stream + torch.einsum("bpir,ird->bpd", activity, truth.source)
    stream = stream + cfg.noise * torch.randn(stream.shape, generator=generator)
    stream[:, 0], activity[:, 0] = 20 * planted.bos, 0
    return PlantedSample(stream, activity)


def _active(planted: PlantedLayers, keys: Bool[Tensor, "b p c"], generator: torch.Generator) -> Bool[Tensor, "b p i"]:
    cfg, of = planted.cfg, planted.condition_of
    shape = (*keys.shape[:2], cfg.n_features)
    users = torch.bincount(of, minlength=cfg.conditions).clamp_min(1)
    coupled = keys[..., of] & (torch.rand(shape, generator=generator) < cfg.coupling / users[of])
    without = max(0.2 * cfg.active_sources, cfg.active_sources - cfg.coupling * cfg.active_conditions)
    chance = (without * _frequencies(cfg.n_features, cfg.zipf)).clamp(max=0.5)
    active = coupled | (torch.rand(shape, generator=generator) < chance)
    if cfg.correlation:
        copied = torch.rand(*shape[:2], cfg.n_features // 2, generator=generator) < cfg.correlation
        n = cfg.n_features // 2 * 2
        active[..., 1:n:2] = torch.where(copied, active[..., 0:n:2], active[..., 1:n:2])
    return active


def _frequencies(n: int, exponent: float) -> Float[Tensor, " n"]:
    """Zipf: proportional to rank^-exponent, adding to 1."""
    weight = torch.arange(1, n + 1).float().pow(-exponent)
    return weight / weight.sum()
