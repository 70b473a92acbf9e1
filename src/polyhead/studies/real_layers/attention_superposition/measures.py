"""What the study `attention-superposition` trains and measures."""

from dataclasses import dataclass
from pathlib import Path

from polyhead.studies.real_layers.attention_superposition.models import LayerResult, SuperpositionConfig, measure_layer


@dataclass(frozen=True)
class Measured:
    """Every layer."""

    cfg: SuperpositionConfig
    found: list[LayerResult]
    n_diverged: int = 0

    @property
    def n_models(self) -> int:
        return sum(len(r.evaluations) for r in self.found)


def measure(cfg: SuperpositionConfig, folder: Path) -> Measured:
    """Train and measure every layer."""
    return Measured(cfg, [measure_layer(place, layer, cfg, folder) for place in cfg.places for layer in place.layers])
