"""What the study `induction-graph` trains and measures."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.studies.graphs.induction_graph.models import Case, case_of, contentless
from polyhead.studies.graphs.prompts import ExplainedSetup, Heads, dictionary_sets, open_place


class InductionGraphConfig(Config):
    """Everything that decides the record."""

    places: tuple[ExplainedSetup, ...] = (ExplainedSetup(n_prompts=24),)
    seed: int = 0


class Looked(NamedTuple):
    """What was found at one place."""

    place: ExplainedSetup
    heads: Heads
    n_prompts: int
    sets: dict[str, list[Case]]
    position: list[float]
    """Of each prompt, how much of the previous-token head's preference is position."""


@dataclass(frozen=True)
class Measured:
    """Every place."""

    found: list[Looked]
    n_diverged: int = 0

    @property
    def sets(self) -> dict[str, list[Case]]:
        """Prompts by set of dictionaries."""
        return {name: cases for looked in self.found for name, cases in looked.sets.items()}

    @property
    def n_models(self) -> int:
        return len(self.sets)


def measure(cfg: InductionGraphConfig, folder: Path) -> Measured:
    """Find heads and prompts, split scores with every set of dictionaries, and remove."""
    return Measured([_look(place, cfg.seed, folder) for place in cfg.places])


def _look(place: ExplainedSetup, seed: int, folder: Path) -> Looked:
    model, prompts, heads = open_place(place, seed)
    sets: dict[str, list[Case]] = {}
    for name, dictionaries in dictionary_sets(place, folder):
        found = [case_of(model, dictionaries, prompt, heads, seed) for prompt in prompts]
        sets[name] = [case for case in found if case is not None]
        if not sets[name]:
            raise PolyheadError(
                f"{name}: on none of {len(prompts)} prompts does an induction head look at its key and find there what "
                "the previous-token head brought; take more prompts, or dictionaries of the previous-token head's layer"
            )
    return Looked(place, heads, len(prompts), sets, contentless(model, prompts, heads.previous))
