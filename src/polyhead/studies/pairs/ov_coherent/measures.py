"""What the study `ov-coherent` measures: every shape in the published world, and the worlds of the open questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from polyhead.studies.pairs.models import Cell, PairsModels, ShapeMeasures
from polyhead.studies.pairs.models import measure as measure_shape
from polyhead.studies.pairs.ov_coherent.models import OvCoherentConfig, train_open, train_sweep
from polyhead.tasks.pairs import SignalTable, signal_table

Opened = dict[str, tuple[PairsModels, dict[Cell, ShapeMeasures]]]
"""Models and measurements by name of the world, and shape."""


@dataclass
class Measured:
    """All that was measured."""

    cfg: OvCoherentConfig
    models: dict[int, PairsModels]
    """In the published world, by number of heads."""
    cells: dict[Cell, ShapeMeasures]
    untrained: dict[Cell, ShapeMeasures]
    table: SignalTable
    opened: Opened

    @property
    def widths(self) -> list[int]:
        return sorted(self.cfg.d_heads)

    @property
    def wide(self) -> Cell:
        """The published model, or the nearest shape that was trained."""
        return Cell(2, min(self.widths, key=lambda d: abs(d - 5)))

    def two(self, widths: Iterable[int]) -> list[Cell]:
        return [Cell(2, d) for d in widths]

    @property
    def _all(self) -> list[PairsModels]:
        return [*self.models.values(), *(one for one, _ in self.opened.values())]

    @property
    def n_models(self) -> int:
        return sum(len(one.cells) for one in self._all)

    @property
    def n_diverged(self) -> int:
        return sum(len(one.cells) - len(one.trained.healthy) for one in self._all)


def measure(cfg: OvCoherentConfig, folder: Path) -> Measured:
    """Train all shapes in all worlds, and measure them at the end (and the smallest before training)."""
    models, table = train_sweep(cfg, folder), signal_table(cfg.world)
    shapes = [Cell(h, d, b) for h in cfg.heads for d in cfg.d_heads for b in (False, True)]
    cells = {c: measure_shape(models[c.n_heads], c, table=table) for c in shapes}
    start = [c for c in shapes if not c.bias and c.n_heads <= 2]
    untrained = {c: measure_shape(models[c.n_heads], c, step=0, table=table) for c in start}
    opened: Opened = {}
    for name, trained in train_open(cfg, folder).items():
        own = signal_table(trained.world)
        opened[name] = (trained, {c: measure_shape(trained, c, table=own) for c in dict.fromkeys(trained.cells)})
    return Measured(cfg, models, cells, untrained, table, opened)
