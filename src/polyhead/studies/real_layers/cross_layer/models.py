"""Value SAEs of one layer and of two, trained on the same tokens, for the study `cross-layer`.

Pair (a, b): the values of two layers at the same token. Control: the values of b are those of another token, drawn
once by a permutation of all tokens, so each layer alone is what it was and nothing is shared.
Left over: the values of b less what a linear map of a's predicts; what two layers still share then is not linear.
Axis legend: n token, d width of one layer's values, l layer of the pair.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import torch
from pydantic import Field
from torch import Tensor

from polyhead.activations.streaming import harvest_in_memory
from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.protocols import Batch
from polyhead.core.reading import Read, Reading
from polyhead.core.rng import generator
from polyhead.core.sites import site
from polyhead.dictionaries import METHODS
from polyhead.dictionaries.activation import TopK
from polyhead.experiments.config import ExperimentConfig
from polyhead.experiments.data import load_data
from polyhead.metrics.positions import Positions
from polyhead.metrics.sparsity import FiringSums
from polyhead.ops.schedules import Schedule
from polyhead.training.adam import AdamConfig, build_adam
from polyhead.training.firing import FiringCounts
from polyhead.training.loop import fit

SAE = METHODS["attn_value_sae"]
BOTH = 0.1
"""A latent is of both layers if each holds more than this share of its two decoder norms."""
_TOKENS = 1024
"""Tokens of a batch."""
_SHAPE = (8, 128)


class CrossLayerConfig(Config):
    """Everything that decides the record."""

    model: str = "bundled"
    text: str = "bundled"
    pairs: tuple[tuple[int, int], ...] = ((2, 3),)
    second_model: str | None = None
    """Another model next to the first, if any, with a text and pairs of its own."""
    second_text: str = "bundled"
    second_pairs: tuple[tuple[int, int], ...] = ()
    second_train_tokens: int = Field(default=49_152, ge=1)
    n_train_tokens: int = Field(default=131_072, ge=1)
    """Distinct tokens harvested for training."""
    n_eval_tokens: int = Field(default=16_384, ge=1)
    n_steps: int = Field(default=128, ge=1)
    """Steps of 1,024 tokens for every SAE."""
    n_latents: int = Field(default=1024, ge=1)
    """Of a one-layer SAE."""
    k: int = Field(default=16, ge=1)
    """Of a one-layer SAE; a two-layer SAE gets twice as many."""
    curve: tuple[int, ...] = ()
    """More k, for the first pair and seed, as a curve."""
    n_seeds: int = Field(default=3, ge=1)


class Pair(NamedTuple):
    """The values of two layers, training and held out, `[n, d]` each."""

    model: str
    layers: tuple[BaseLayer, BaseLayer]
    train: tuple[Tensor, Tensor]
    held_out: tuple[Tensor, Tensor]

    @property
    def name(self) -> str:
        """As in tables: `bundled 2+3`."""
        return f"{self.model} {self.layers[0].layer}+{self.layers[1].layer}"

    def shuffled(self, seed: int) -> "Pair":
        """The second layer's values of other tokens."""
        mixed = [
            (rows[0], rows[1][torch.randperm(len(rows[1]), generator=generator(seed, "shuffle", i))])
            for i, rows in enumerate((self.train, self.held_out))
        ]
        return self._replace(train=mixed[0], held_out=mixed[1])

    def left_over(self) -> "Pair":
        """The second layer's values less what is linearly predicted from the first's."""
        sides = (self.train, self.held_out)
        rows = [(a, b - p) for (a, b), p in zip(sides, predictions(*self.train, *self.held_out), strict=True)]
        return self._replace(train=rows[0], held_out=rows[1])


@dataclass
class Score:
    """One SAE on held-out tokens."""

    fvu: list[float]
    """By layer."""
    l0: float
    dead: float
    shares: Tensor = field(default_factory=lambda: torch.zeros(0))
    """Of each living latent of a two-layer SAE: the first layer's share of its two decoder norms."""

    @property
    def both(self) -> float:
        """Share of living latents that are of both layers."""
        return float(((self.shares > BOTH) & (self.shares < 1 - BOTH)).double().mean()) if len(self.shares) else 0.0


class Trial(NamedTuple):
    """Everything of one pair, one seed and one k."""

    pair: str
    seed: int
    k: int
    single: list[Score]
    """One a layer."""
    joint: dict[str, Score]
    """`equal`: as many latents as the two together; `half`: as many as one of them."""
    shuffled: dict[str, Score]
    """The same, tokens shuffled. `left over`, in both: equal width, on what is not linearly shared."""
    left_over: Score
    """The one-layer SAE of what is left over of the second layer."""

    def gain(self, what: str, *, control: bool = False) -> float:
        """1 - (sum of FVU of the two-layer SAE) / (that of the two one-layer SAEs)."""
        together = (self.shuffled if control else self.joint)[what]
        second = self.left_over if what == "left over" else self.single[1]
        return 1 - sum(together.fvu) / (self.single[0].fvu[0] + second.fvu[0])


class Linear(NamedTuple):
    """What two layers share linearly, on held-out tokens."""

    pair: str
    forward: float
    """Share of the variance of b's values that a linear map of a's predicts."""
    backward: float
    shuffled: float
    """The first for tokens that do not belong together."""
    pca_gain: float
    """1 - FVU of one PCA of both / FVU of one PCA of each layer, of equal total rank 2 k."""


def values_of(cfg: CrossLayerConfig) -> Iterator[Pair]:
    """Every pair of every model, each model read once."""
    yield from _values(cfg.model, cfg.text, cfg.pairs, cfg.n_train_tokens, cfg.n_eval_tokens)
    if cfg.second_model is not None:
        yield from _values(
            cfg.second_model,
            cfg.second_text,
            cfg.second_pairs,
            cfg.second_train_tokens,
            min(cfg.n_eval_tokens, cfg.second_train_tokens // 4),
        )


def _values(model: str, text: str, pairs: Sequence[tuple[int, int]], n_train: int, n_eval: int) -> Iterator[Pair]:
    numbers = tuple(sorted({n for pair in pairs for n in pair}))
    data = load_data(
        ExperimentConfig(model=model, text=text, layers=numbers, n_train_tokens=n_train, n_eval_tokens=n_eval)
    )
    layers = dict(zip(numbers, data.layers, strict=True))
    reads = {n: (Read(site=site(n, "attn.hook_v"), heads=layers[n].kv_heads),) for n in numbers}
    spec, rows = Reading(roles={f"v{n}": reads[n] for n in numbers}), []
    for sequences in (data.train, data.held_out):
        harvest = harvest_in_memory(data.model, sequences, spec, label="values").roles
        counted = Positions.of(data.model).counted(harvest)
        rows.append({n: harvest[f"v{n}"][counted] for n in numbers})
    for a, b in pairs:
        yield Pair(data.model.cfg.name, (layers[a], layers[b]), (rows[0][a], rows[0][b]), (rows[1][a], rows[1][b]))


class Rows:
    """Batches of tokens, each epoch in another order; a function of the step."""

    tokens_per_batch = _TOKENS

    def __init__(self, x: Tensor, seed: int) -> None:
        self.x, self.seed = x, seed
        self.per_epoch = len(x) // _TOKENS
        self._order: tuple[int, Tensor] = (-1, torch.empty(0))

    def batch(self, step: int) -> Batch:
        """1,024 tokens, as if eight sequences of 128."""
        epoch, i = divmod(step, self.per_epoch)
        if self._order[0] != epoch:
            self._order = epoch, torch.randperm(len(self.x), generator=generator(self.seed, "rows", epoch))
        x = self.x[self._order[1][i * _TOKENS : (i + 1) * _TOKENS]].unflatten(0, _SHAPE)
        return {"x": x, "target": x}


def train(
    cfg: CrossLayerConfig, rows: Sequence[Tensor], layers: Sequence[BaseLayer], n: int, k: int, seed: int, folder: Path
) -> Any:
    """One value SAE of the layers whose values are `rows`."""
    settings = SAE.settings(n_latents=n, activation=TopK(k=k, k_aux=32))  # type: ignore[call-arg]
    batches = Rows(torch.cat(list(rows), dim=-1), seed)
    sae = SAE.make(settings, layers, [batches.batch(step) for step in range(2)], generator(seed, "dictionary"))
    fit(
        sae,
        batches,
        [build_adam(sae, AdamConfig(lr=SAE.rates.lr))],
        n_steps=cfg.n_steps,
        schedule=Schedule(warmup_steps=20, decay_fraction=0.3),
        run_dir=folder,
        checkpoint_every=cfg.n_steps,
        log_every=cfg.n_steps,
        callbacks=[FiringCounts(n, dead_after=20)],
        label=folder.name,
    )
    return sae.requires_grad_(False)


@torch.no_grad()
def score_of(sae: Any, train_rows: Sequence[Tensor], held_out: Sequence[Tensor]) -> Score:
    """FVU by layer, L0, dead share and shares of layers, on held-out tokens."""
    firing, d = FiringSums(), held_out[0].shape[1]
    error, spread = torch.zeros(len(held_out)), torch.zeros(len(held_out))
    for part in zip(*(rows.split(_TOKENS) for rows in held_out), strict=True):
        x = torch.cat(part, dim=-1)[None]
        firing.update(sae.codes({"x": x, "target": x}), torch.ones(1, x.shape[1], dtype=torch.bool))
        left = (sae.reconstruct({"x": x, "target": x}) - x)[0].split(d, dim=-1)
        error += torch.stack([e.square().sum() for e in left])
        spread += torch.stack([(p - r.mean(0)).square().sum() for p, r in zip(part, train_rows, strict=True)])
    norms = sae.W_dec.unflatten(-1, (len(held_out), d)).norm(dim=-1)
    alive = firing.density > 0
    shares = (norms[:, 0] / norms.sum(-1))[alive] if len(held_out) == 2 else torch.zeros(0)
    return Score((error / spread).tolist(), firing.l0(), firing.dead_share(), shares)


def trial(cfg: CrossLayerConfig, pair: Pair, seed: int, k: int, folder: Path) -> Trial:
    """All SAEs of one pair, one seed and one k."""
    mixed, rest, n = pair.shuffled(seed), pair.left_over(), cfg.n_latents
    here = folder / f"{pair.name.replace(' ', '-')}-k{k}-s{seed}"

    def one(of: Pair, chosen: tuple[int, ...], width: int, name: str) -> Score:
        rows, held = ([side[i] for i in chosen] for side in (of.train, of.held_out))
        sae = train(cfg, rows, [pair.layers[i] for i in chosen], width, k * len(chosen), seed, here / name)
        return score_of(sae, rows, held)

    def both(of: Pair, of_rest: Pair, name: str) -> dict[str, Score]:
        wanted = {"equal": (of, 2 * n), "half": (of, n), "left over": (of_rest, 2 * n)}
        return {k: one(which, (0, 1), width, f"{name}-{k.replace(' ', '-')}") for k, (which, width) in wanted.items()}

    return Trial(
        pair.name,
        seed,
        k,
        single=[one(pair, (i,), n, f"layer{i}") for i in (0, 1)],
        joint=both(pair, rest, "both"),
        shuffled=both(mixed, rest.shuffled(seed), "mixed"),
        left_over=one(rest, (1,), n, "rest"),
    )


@torch.no_grad()
def linear(pair: Pair, rank: int) -> Linear:
    """Linear prediction between the two layers, and what one PCA of both gains over two."""
    (a, b), (a_out, b_out) = pair.train, pair.held_out
    mixed = b_out[torch.randperm(len(b_out), generator=generator(0, "linear"))]
    mixed_train = b[torch.randperm(len(b), generator=generator(1, "linear"))]
    together = _pca_error([a, b], [a_out, b_out], rank, joint=True)
    apart = _pca_error([a, b], [a_out, b_out], rank, joint=False)
    return Linear(
        pair.name,
        forward=_predicted(a, b, a_out, b_out),
        backward=_predicted(b, a, b_out, a_out),
        shuffled=_predicted(a, mixed_train, a_out, mixed),
        pca_gain=1 - together / apart,
    )


def _predicted(x: Tensor, y: Tensor, x_out: Tensor, y_out: Tensor) -> float:
    """1 - FVU of the prediction of y from x, on held-out tokens."""
    left = y_out - predictions(x, y, x_out, y_out)[1]
    return 1 - float(left.square().sum() / (y_out - y.mean(0)).square().sum())


def predictions(x: Tensor, y: Tensor, x_out: Tensor, y_out: Tensor) -> tuple[Tensor, Tensor]:
    """The ridge regression of y on x, on training and on held-out tokens; `y_out` is not looked at."""
    del y_out
    mean_x, mean_y = x.mean(0), y.mean(0)
    xc, yc = (x - mean_x).double(), (y - mean_y).double()
    gram = xc.mT @ xc
    gram.diagonal().add_(1e-3 * gram.diagonal().mean())
    map_ = torch.linalg.solve(gram, xc.mT @ yc).float()
    return (x - mean_x) @ map_ + mean_y, (x_out - mean_x) @ map_ + mean_y


def _pca_error(train_rows: list[Tensor], held_out: list[Tensor], rank: int, *, joint: bool) -> float:
    """Sum of the layers' FVU after PCA of total rank 2 `rank`: of both at once, or `rank` for each."""
    scales = [rows.square().mean().sqrt() for rows in train_rows]
    train_rows = [rows / s for rows, s in zip(train_rows, scales, strict=True)]
    held_out = [rows / s for rows, s in zip(held_out, scales, strict=True)]
    groups = [[0, 1]] if joint else [[0], [1]]
    errors = [0.0] * 2
    for group in groups:
        rows = torch.cat([train_rows[i] for i in group], -1).double()
        mean = rows.mean(0)
        vectors = torch.linalg.eigh((rows - mean).mT @ (rows - mean))[1][:, -rank * len(group) :]
        out = torch.cat([held_out[i] for i in group], -1).double() - mean
        left = (out - out @ vectors @ vectors.mT).split(held_out[0].shape[1], dim=-1)
        for i, e in zip(group, left, strict=True):
            errors[i] = float(e.square().sum() / (held_out[i] - train_rows[i].mean(0)).double().square().sum())
    return sum(errors)


@dataclass(frozen=True)
class Measured:
    """All trials, and what pairs of layers share linearly."""

    cfg: CrossLayerConfig
    trials: list[Trial]
    shared: list[Linear]
    n_diverged: int = 0

    @property
    def main(self) -> list[Trial]:
        """At the k that is judged."""
        return [t for t in self.trials if t.k == self.cfg.k]

    @property
    def n_models(self) -> int:
        return 9 * len(self.trials)

    @property
    def by_pair(self) -> dict[str, list[Trial]]:
        """Trials of each pair of layers."""
        return {pair: [t for t in self.main if t.pair == pair] for pair in dict.fromkeys(t.pair for t in self.main)}


def measure(cfg: CrossLayerConfig, folder: Path) -> Measured:
    """Train all value SAEs of every pair and seed."""
    trials: list[Trial] = []
    shared: list[Linear] = []
    for values in values_of(cfg):
        first = not trials
        trials += [trial(cfg, values, seed, cfg.k, folder) for seed in range(cfg.n_seeds)]
        shared.append(linear(values, cfg.k))
        if first:
            trials += [trial(cfg, values, 0, k, folder) for k in cfg.curve if k != cfg.k]
    return Measured(cfg, trials, shared)
