"""What the study `more-features-than-heads` trains and measures."""

from dataclasses import dataclass
from pathlib import Path

from polyhead.studies.real_layers.more_features_than_heads.models import MoreFeaturesConfig, Result, result, sites


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
