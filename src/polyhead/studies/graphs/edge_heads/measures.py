"""What the study `edge-heads` trains and measures."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from polyhead.core.config import Config
from polyhead.studies.graphs.edge_heads.models import Alike, Spread, alike, crossing, graph_of, spread
from polyhead.studies.graphs.prompts import ExplainedSetup, dictionary_sets, open_place


class EdgeHeadsConfig(Config):
    """Everything that decides the record."""

    places: tuple[ExplainedSetup, ...] = (ExplainedSetup(n_prompts=16),)
    seed: int = 0
    n_edges: int = Field(default=20, ge=1)
    """Edges of each graph whose heads' reasons are compared."""


@dataclass(frozen=True)
class Measured:
    """Every set of dictionaries."""

    spreads: dict[str, list[Spread]]
    pairs: dict[str, list[Alike]]
    n_diverged: int = 0

    @property
    def n_models(self) -> int:
        return len(self.spreads)


def measure(cfg: EdgeHeadsConfig, folder: Path) -> Measured:
    """Build graphs with every set of dictionaries and look at their edges."""
    spreads: dict[str, list[Spread]] = {}
    pairs: dict[str, list[Alike]] = {}
    for place in cfg.places:
        model, prompts, _ = open_place(place, cfg.seed)
        for name, dictionaries in dictionary_sets(place, folder):
            spreads[name], pairs[name] = [], []
            for prompt in prompts:
                graph = graph_of(model, dictionaries, prompt.tokens)
                found = crossing(graph, cfg.seed)
                spreads[name].append(spread(found, model.cfg.n_layers))
                pairs[name].append(alike(graph, found, cfg.n_edges, cfg.seed))
    return Measured(spreads, pairs)
