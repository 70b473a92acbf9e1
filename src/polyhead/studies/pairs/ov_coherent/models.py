"""The models of the study `ov-coherent`: one sweep over shapes, and the worlds that answer what was left open."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from polyhead.core.errors import PolyheadError
from polyhead.studies.pairs.models import Cell, PairsModels, PairsTraining, train_pairs
from polyhead.tasks.pairs import PairsConfig

MOMENTS = (0, 0.0125, 0.025, 0.0375, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1)
"""Shares of training at which parameters are kept, for learning curves and the animation."""


class OvCoherentConfig(PairsTraining):
    """Everything that decides the study's numbers."""

    heads: tuple[int, ...] = (1, 2, 3, 4)
    d_heads: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    n_seeds: int = Field(default=64, ge=2)
    """For each cell of the sweep heads x d_head x bias."""
    n_seeds_open: int = Field(default=32, ge=2)
    """For each cell of the worlds of the open questions."""

    @property
    def moments(self) -> list[int]:
        """Numbers of finished steps at which parameters are kept."""
        return sorted({round(self.n_steps * share) for share in MOMENTS})


def train_sweep(cfg: OvCoherentConfig, folder: Path) -> dict[int, PairsModels]:
    """Models by number of heads.

    Raises:
        PolyheadError: no two-head cell, or fewer than two widths: the claims are about both.
    """
    if not {1, 2} <= set(cfg.heads) or len(set(cfg.d_heads)) < 2:
        raise PolyheadError(
            f"the sweep needs 1 and 2 heads and two widths; received heads {cfg.heads} and d_heads {cfg.d_heads}"
        )
    return {
        h: _train(cfg, cfg.world, [Cell(h, d, b) for d in cfg.d_heads for b in (False, True)], folder / f"sweep-{h}")
        for h in cfg.heads
    }


def open_worlds(cfg: OvCoherentConfig) -> dict[str, tuple[PairsConfig, list[Cell]]]:
    """The worlds next to the published one, and the shapes tried in each."""
    world, graded = cfg.world, tuple(2.0 ** (cfg.world.n_signal - 1 - i) for i in range(cfg.world.n_signal))
    small, wide = min(d for d in cfg.d_heads if d > min(cfg.d_heads)), min(5, max(cfg.d_heads))
    readings = [Cell(2, 1), Cell(2, wide), Cell(1, wide)]
    return {
        "frequency": (world.replace(frequency=graded), [Cell(2, small), Cell(2, wide), Cell(3, wide)]),
        "importance": (world.replace(importance=graded), [Cell(2, small), Cell(2, wide), Cell(3, wide)]),
        "12 tokens": (world.replace(n_noise=world.n_noise + 1), readings),
        "separate completions": (world.replace(completions="separate"), readings),
        "no noise sequences": (world.replace(noise_share=0.0), readings),
        "three slots": (
            world.replace(n_signal=3, n_slots=3, n_noise=7),
            [Cell(1, wide), Cell(2, small), Cell(2, wide), Cell(3, wide)],
        ),
    }


def train_open(cfg: OvCoherentConfig, folder: Path) -> dict[str, PairsModels]:
    """Models by name of the world."""
    return {
        name: _train(cfg, world, cells, folder / f"open-{name.replace(' ', '-')}", n_seeds=cfg.n_seeds_open)
        for name, (world, cells) in open_worlds(cfg).items()
    }


def _train(
    cfg: OvCoherentConfig, world: PairsConfig, cells: Sequence[Cell], folder: Path, *, n_seeds: int | None = None
) -> PairsModels:
    every = [cell for cell in cells for _ in range(n_seeds or cfg.n_seeds)]
    return train_pairs(world, every, cfg.training, batch=cfg.batch, seed=cfg.seed, folder=folder, snapshots=cfg.moments)
