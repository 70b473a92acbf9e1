"""What the study `qk-ov-coupling` trains and measures."""

from dataclasses import dataclass
from pathlib import Path

from polyhead.studies.real_layers.qk_ov_coupling.models import CouplingConfig, LayerResult, measure_layer


@dataclass(frozen=True)
class Measured:
    """Every layer."""

    cfg: CouplingConfig
    found: list[LayerResult]
    n_diverged: int = 0

    @property
    def n_models(self) -> int:
        return sum(len(r.evaluations) + sum(map(len, r.frozen.values())) for r in self.found)


def measure(cfg: CouplingConfig, folder: Path) -> Measured:
    """Train and measure every layer."""
    return Measured(cfg, [measure_layer(place, layer, cfg, folder) for place in cfg.places for layer in place.layers])
