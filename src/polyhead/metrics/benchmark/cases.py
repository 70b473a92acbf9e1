"""Cases of the benchmark as data: one small JSON file each under `cases/`, read into a `Case`."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import torch
from pydantic import Field

from polyhead.core.config import Config
from polyhead.core.data_files import read_object
from polyhead.core.errors import PolyheadError, nearest
from polyhead.metrics.benchmark.toys import ToyFeatures, ToyPairs, toy_features, toy_pairs
from polyhead.metrics.benchmark.world import World
from polyhead.tasks.planted_attention import PlantedConfig, plant, sample


class PlantedWorld(PlantedConfig):
    """An analytic layer (tasks/planted_attention.py)."""

    kind: Literal["planted"] = "planted"


class Case(Config):
    """One question to all methods."""

    order: int
    """Place in tables."""
    title: str
    isolates: str
    """What is told apart here, in words."""
    must_fail: dict[str, str]
    """Method -> why it cannot get everything here."""
    world: Annotated[PlantedWorld | ToyFeatures | ToyPairs, Field(discriminator="kind")]
    n_steps: int = 200
    """Training steps of every method."""


@cache
def cases() -> dict[str, Case]:
    """Every case that comes with the package, in order of tables."""
    folder = files("polyhead.metrics.benchmark") / "cases"
    found = {Path(str(f)).stem: read_case(Path(str(f))) for f in folder.iterdir() if f.name.endswith(".json")}
    return dict(sorted(found.items(), key=lambda item: item[1].order))


def read_case(path: Path) -> Case:
    """A case from a file of one's own.

    Raises:
        PolyheadError: missing or damaged file, unknown or impossible settings.
    """
    return Case.parse(read_object(path), where=str(path))


def find_case(name: str) -> Case:
    """The case of that name, or the one in that file.

    Raises:
        PolyheadError: there is none (nearest names given).
    """
    if name.endswith(".json"):
        return read_case(Path(name))
    if name not in cases():
        raise PolyheadError(f"unknown case {name!r}; {nearest(name, cases())}")
    return cases()[name]


def build(case: Case, seed: int) -> World:
    """The world of a case: another seed is another draw of directions, loadings and weights."""
    if isinstance(case.world, ToyFeatures):
        return toy_features(case.world, seed)
    if isinstance(case.world, ToyPairs):
        return toy_pairs(case.world, seed)
    planted = plant(case.world, seed)

    def draw(n: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        drawn = sample(planted, generator, n)
        return drawn.stream, drawn.activity

    return World(planted.layers, planted.truth, draw, normalize=True, has_bos=True)
