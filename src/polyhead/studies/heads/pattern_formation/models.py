"""Heads of real models and planted ones, explained by QK dictionaries: trained, measured and kept cell by cell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool
from torch import Tensor

from polyhead.activations.streaming import HarvestedText, MemoryBatches, harvest_in_memory
from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading
from polyhead.core.rng import generator
from polyhead.dictionaries import METHODS
from polyhead.dictionaries.init import valid_rows
from polyhead.dictionaries.qk_baselines import WhitenedHead, random_pairs, trained_dense
from polyhead.dictionaries.qk_diagonal import QKDiagonal
from polyhead.dictionaries.qk_diagonal_init import QKDiagonalSettings, reading
from polyhead.dictionaries.qk_mask import QKMask
from polyhead.experiments.config import ExperimentConfig
from polyhead.experiments.data import load_data
from polyhead.metrics.head_patterns import HeadPatternSums
from polyhead.metrics.pattern_fidelity import PatternFidelitySums
from polyhead.metrics.positions import Positions
from polyhead.ops.schedules import Schedule, rate_factor
from polyhead.studies.layer_members import remembered
from polyhead.tasks.planted_qk import PlantedQK, sample
from polyhead.training.adam import AdamConfig, build_adam

Cell = dict[str, Any]
"""One measured dictionary: `variant`, `k`, `seed`, `head`, and the numbers of `fidelity_of`."""


BOTH = "rank 1, sparse on both sides"
DENSE_SCORES = "dense scores, trained"


class Head(Config):
    """One head, and what is known of it."""

    layer: int
    head: int
    known_as: str = ""
    """`induction`, `previous token`, `diffuse` ..."""
    every_variant: bool = False
    """Also widths, gates, blocks and masks, over more seeds; else the frontier alone."""


class HeadPlace(Config):
    """Heads of one model on one text."""

    model: str = "bundled"
    text: str = "bundled"
    heads: tuple[Head, ...] = (Head(layer=3, head=3, known_as="induction", every_variant=True),)
    n_train_tokens: int = 131_072
    n_eval_tokens: int = 12_288
    seq_len: int = 128
    shares: tuple[float, ...] = (0.125, 0.25, 0.4)
    """Active latents per query in training, over d_head; held-out text has up to an eighth more."""
    together: tuple[int, ...] = ()
    """Heads of the first head's layer that are also explained by one shared set of latents."""


class PatternFormationConfig(Config):
    """Everything that decides the numbers."""

    places: tuple[HeadPlace, ...] = (HeadPlace(),)
    n_latents: int = 512
    max_density: float = 0.08
    widths: tuple[int, ...] = (128, 1024)
    n_steps: int = 256
    long_latents: int = 1024
    """Of the variant `long`, which goes for the goal: wider, trained for longer."""
    long_steps: int = 768
    """0: no such variant."""
    long_share: float = 0.42
    """Active latents per query in training, over d_head."""
    long_density: float = 0.08
    """Its cap on the density of a latent in training."""
    seeds: tuple[int, ...] = (0, 1)
    """For the heads with every variant; the others have the first."""
    both_share: float = 0.48
    """Of the variant that goes for the goal on both sides: active latents per query and per key in training."""
    both_width: int = 3
    """Its latents, times d_head: no more than its density cap lets fire often enough."""
    both_density: float = 0.17
    both_lr: float = 2e-2
    svd_shares: tuple[float, ...] = (0.125, 0.25, 0.4, 0.5, 0.75)
    """Ranks of dense scores over d_head, cut by the SVD and trained."""
    planted_ranks: tuple[int, ...] = (1, 2, 4, 8)
    planted_seeds: tuple[int, ...] = (0, 1)
    planted_steps: int = 500


def variants(cfg: PatternFormationConfig, d_head: int, head: Head, shares: Sequence[float]) -> list[Cell]:
    """What is trained on one head: settings by variant, k and seed."""

    def cell(variant: str, share: float, seed: int = 0, kind: str = "qk_diagonal", **settings: Any) -> Cell:
        common = {"k": share * d_head, "n_latents": cfg.n_latents, "max_density": cfg.max_density}
        return {"variant": variant, "share": share, "seed": seed, "kind": kind, "settings": {**common, **settings}}

    top = max(shares)
    seeds = cfg.seeds if head.every_variant else (0,)
    cells = [cell("rank 1", share, s) for share in shares for s in seeds]
    if cfg.long_steps:
        longer = {"n_latents": cfg.long_latents, "max_density": cfg.long_density}
        cells += [cell("rank 1, long", cfg.long_share, s, **longer) for s in seeds]
    both = {"n_latents": cfg.both_width * d_head, "max_density": cfg.both_density, "key_k": cfg.both_share * d_head}
    cells += [{**cell(BOTH, cfg.both_share, s, **both), "lr": cfg.both_lr} for s in seeds]
    if not head.every_variant:
        return cells
    cells += [cell(f"{n} latents", top, s, n_latents=n) for n in cfg.widths for s in cfg.seeds[:2]]
    return [
        *cells,
        cell("keys as sparse", top, key_k=top * d_head),
        cell("no cap", top, max_density=1.0),
        cell("no explicit parts", top, key_bias=False, offset_table=False),
        cell("random init", top, init="random"),
        cell("blocks of 4", top / 4, rank=4, n_latents=cfg.n_latents // 4),
        cell("mask", top, kind="qk_mask", n_latents=cfg.n_latents // 2, key_k=top * d_head),
    ]


def measure_place(place: HeadPlace, cfg: PatternFormationConfig, folder: Path) -> list[Cell]:
    """Every cell of every head of a place; what was measured before is read back."""
    loaded: list[Any] = []

    def texts() -> Any:
        if not loaded:
            loaded.append(_harvest(place))
        return loaded[0]

    cells: list[Cell] = []
    for head in place.heads:
        name = f"{Path(place.model).name} L{head.layer}H{head.head}"
        done = remembered(
            folder / f"{name.replace(' ', '-')}.json", lambda h=head: _measure_head(place, h, cfg, texts())
        )
        cells += [{**c, "head": name, "known_as": head.known_as, "every": head.every_variant} for c in done]
    if place.together:
        name = f"{Path(place.model).name} L{place.heads[0].layer} together"
        done = remembered(folder / f"{name.replace(' ', '-')}.json", lambda: _measure_together(place, cfg, texts()))
        cells += [{**c, "head": name, "known_as": "several", "every": False} for c in done]
    return cells


def _harvest(place: HeadPlace) -> tuple[HarvestedText, HarvestedText, dict[int, BaseLayer], Positions]:
    """Queries, keys and patterns of the chosen heads: of the training text, and of the held-out text."""
    numbers = tuple(sorted({h.layer for h in place.heads}))
    data = load_data(
        ExperimentConfig(
            model=place.model,
            text=place.text,
            layers=numbers,
            seq_len=place.seq_len,
            n_train_tokens=place.n_train_tokens,
            n_eval_tokens=place.n_eval_tokens,
        )
    )
    layers = dict(zip(numbers, data.layers, strict=True))
    wanted = [(h.layer, (h.head,)) for h in place.heads]
    wanted += [(place.heads[0].layer, place.together)] if place.together else []
    roles = {}
    for layer, heads in wanted:
        for role, reads in reading(QKDiagonalSettings(heads=heads), [layers[layer]]).roles.items():
            roles[_name(layer, heads, role)] = reads
    spec = Reading(roles=roles)
    train, held_out = (harvest_in_memory(data.model, t, spec) for t in (data.train, data.held_out))
    return train, held_out, layers, Positions.of(data.model)


def _name(layer: int, heads: Sequence[int], role: str) -> str:
    return f"{layer} {list(heads)} {role}"


def _batches(text: HarvestedText, layer: int, heads: Sequence[int], seed: int = 0) -> MemoryBatches:
    roles = {role: _name(layer, heads, role) for role in ("q", "k", "target")}
    return MemoryBatches(text, sequences_per_batch=8, seed=seed, roles=roles)


def _measure_head(place: HeadPlace, head: Head, cfg: PatternFormationConfig, texts: Any) -> list[Cell]:
    train, held_out, layers, positions = texts
    layer, heads = layers[head.layer], (head.head,)
    kept: list[Cell] = []
    for cell in variants(cfg, layer.d_head, head, place.shares):
        source = _batches(train, head.layer, heads, cell["seed"])
        is_long = cell["variant"] in ("rank 1, long", BOTH)
        n_steps = (cfg.long_steps if is_long else 0) or cfg.n_steps
        trained = train_cell(cell, layer, heads, source, n_steps, lr=cell.get("lr"))
        again = _batches(held_out, head.layer, heads)
        kept.append(
            _summary(cell) | fidelity_of(trained, again.in_order(), positions.counted) | {"d_head": layer.d_head}
        )
        if cell["variant"].startswith("rank 1"):
            other = random_pairs(trained, generator(cell["seed"], "pairs"))
            numbers = fidelity_of(other, again.in_order(), positions.counted)
            kept.append(
                _summary(cell)
                | numbers
                | {"variant": cell["variant"].replace("rank 1", "random pairs"), "d_head": layer.d_head}
            )
    first = [_batches(train, head.layer, heads).batch(i) for i in range(8)]
    q, k = (valid_rows([{"x": batch["q"], **batch} for batch in first], role) for role in ("q", "k"))
    axes = WhitenedHead(q, k, layer.score_scale)
    for share in cfg.svd_shares:
        rank = round(share * layer.d_head)
        for variant, scores in (("SVD", axes.cut(rank)), (DENSE_SCORES, trained_dense(axes, rank, first))):
            numbers = fidelity_of(scores, _batches(held_out, head.layer, heads).in_order(), positions.counted)
            kept.append({"variant": variant, "share": share, "seed": 0, "d_head": layer.d_head} | numbers)
    return kept


def _measure_together(place: HeadPlace, cfg: PatternFormationConfig, texts: Any) -> list[Cell]:
    """One shared set of latents for several heads, at growing width and the same k."""
    train, held_out, layers, positions = texts
    layer = layers[place.heads[0].layer]
    kept: list[Cell] = []
    for n in (cfg.n_latents // 2, cfg.n_latents, 2 * cfg.n_latents):
        settings = {"k": max(place.shares) * layer.d_head, "n_latents": n, "max_density": cfg.max_density}
        cell = {"variant": f"{n} latents", "share": max(place.shares), "seed": 0, "kind": "qk_diagonal"}
        source = _batches(train, layer.layer, place.together)
        trained = train_cell(cell | {"settings": settings}, layer, place.together, source, cfg.n_steps)
        again = _batches(held_out, layer.layer, place.together).in_order()
        kept.append(cell | fidelity_of(trained, again, positions.counted) | {"d_head": layer.d_head, "n_latents": n})
    return kept


def measure_planted(cfg: PatternFormationConfig, folder: Path) -> list[Cell]:
    """Planted heads of every rank: rank-1 latents, and blocks of the planted rank."""
    return remembered(folder / "planted.json", lambda: _planted_cells(cfg))


def _planted_cells(cfg: PatternFormationConfig) -> list[Cell]:
    kept: list[Cell] = []
    for rank in cfg.planted_ranks:
        for seed in cfg.planted_seeds:
            planted = PlantedQK(rank=rank, seed=seed)
            source, layer = _Planted(planted), _bare_layer(planted.d_head)
            held_out = [sample(planted, 8, 10_000 + i) for i in range(4)]
            plain = {"offset_table": False, "max_density": 0.2}
            for variant, settings in (
                ("rank 1", {"k": 16.0, "n_latents": cfg.n_latents}),
                ("blocks of the planted rank", {"k": 3.0, "key_k": 3.0, "n_latents": 32, "rank": rank}),
            ):
                cell = {"variant": variant, "seed": seed, "kind": "qk_diagonal", "settings": {**plain, **settings}}
                trained = train_cell(cell, layer, (0,), source, cfg.planted_steps, lr=1e-2)
                numbers = fidelity_of(trained, held_out, lambda b: b["valid"])
                kept.append({"variant": variant, "seed": seed, "rank": rank, "d_head": planted.d_head} | numbers)
    return kept


class _Planted:
    """Fresh planted sequences at every step."""

    def __init__(self, cfg: PlantedQK) -> None:
        self.cfg = cfg
        self.tokens_per_batch = 8 * cfg.n_positions

    def batch(self, step: int) -> Batch:
        return sample(self.cfg, 8, step)


def _bare_layer(d_head: int) -> BaseLayer:
    """Only its shape and score scale matter where queries and keys are given."""
    W, b = torch.zeros(1, 1, d_head), torch.zeros(1, d_head)
    return BaseLayer(0, W, W, W, W.mT, b, b, b, torch.zeros(1), 1, 1.0, None)


def train_cell(
    cell: Cell, layer: BaseLayer, heads: Sequence[int], source: Any, n_steps: int, *, lr: float | None = None
) -> Any:
    """A trained dictionary; a cell takes seconds, so only whole cells are kept."""
    method = METHODS[cell["kind"]]
    settings = method.settings.parse({**cell["settings"], "heads": tuple(heads)})
    first = [source.batch(step) for step in range(2)]
    dictionary: Any = method.make(settings, [layer], first, generator(cell["seed"], "dictionary"))
    adam = build_adam(dictionary, AdamConfig(lr=lr or method.rates.lr))
    dictionary.train()
    for step in range(n_steps):
        adam.param_groups[0]["lr"] = (lr or method.rates.lr) * rate_factor(Schedule(), step, n_steps)
        adam.zero_grad()
        torch.stack(list(dictionary.loss(source.batch(step)).values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(dictionary.parameters(), 1.0)
        adam.step()
        dictionary.project()
    return dictionary.eval()


def _summary(cell: Cell) -> Cell:
    return {key: cell[key] for key in ("variant", "share", "seed")} | {"n_latents": cell["settings"]["n_latents"]}


@torch.no_grad()
def fidelity_of(subject: Any, batches: Iterable[Batch], counted: Callable[[Batch], Bool[Tensor, "b p"]]) -> Cell:
    """Fidelity of patterns by the definitions of docs/metrics.md, and how many latents fire and how densely.

    Args:
        subject: Gives patterns; a QK dictionary has codes as well.
        batches: Held-out text with the pattern as the target.
        counted: Positions that count.

    Returns:
        The numbers of the one head, or their means over heads that share latents; `off_sink` is the goal's.
    """
    fidelity, by_head = PatternFidelitySums(), None
    codes = subject if isinstance(subject, QKDiagonal) else None
    for batch in batches:
        where, own, made = counted(batch), batch["target"], subject.reconstruct(batch)
        fidelity.update(own, made, where)
        if by_head is None:
            names = [f"head {h}" for h in range(own.shape[1])]
            by_head = HeadPatternSums(names, 1 if codes is None else codes.cfg.d_head, codes)
        by_head.update(batch, own, made, where)
    if by_head is None:
        raise PolyheadError("no held-out batch to measure patterns on; give longer text")
    result, heads = fidelity.result(), by_head.result()
    found: Cell = {"nmse": result.nmse, "kl": result.kl, "score": result.score_explained}
    found["off_sink"] = _mean([h.nmse_off_sink for h in heads])
    found["top_off_sink"] = _mean([h.top_key_off_sink for h in heads])
    if codes is not None:
        one = heads[0]
        found |= {"l0": one.l0_query, "l0_key": one.l0_key, "density": one.densest, "alive": one.alive}
        found["block_width"] = one.block_width
    if isinstance(subject, QKMask):
        found["pairs"] = float(subject.pairs().double().sum(-1).mean())
    return found


def _mean(values: list[float | None]) -> float:
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else float("nan")


@dataclass(frozen=True)
class Measured:
    """All cells, of heads of real models and of planted ones."""

    cfg: PatternFormationConfig
    real: list[Cell]
    planted: list[Cell]
    n_diverged: int = 0

    @property
    def n_models(self) -> int:
        plain = ("SVD", DENSE_SCORES)
        trained = [c for c in self.real if c["variant"] not in plain and not c["variant"].startswith("random pairs")]
        return len(trained) + len(self.planted)


def measure(cfg: PatternFormationConfig, folder: Path) -> Measured:
    """Train and measure planted heads, then real ones."""
    planted = measure_planted(cfg, folder)
    return Measured(cfg, [cell for place in cfg.places for cell in measure_place(place, cfg, folder)], planted)
