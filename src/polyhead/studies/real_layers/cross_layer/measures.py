"""What the study `cross-layer` trains and measures."""

from dataclasses import dataclass
from pathlib import Path

from polyhead.studies.real_layers.cross_layer.models import CrossLayerConfig, Linear, Trial, linear, trial, values_of


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
