"""The study `ov-coherent-capacity`: what can one or two small heads express in the pairs world, and what is found?

Explicit weights solve the task with one head of width 1 (and b_O), one head of width 2, and two heads of width 1
(`constructions`). They are checked exactly, then taken as starting points, bare and shaken, and compared with
random starts of the same shape, also trained longer: where a solution exists, holds under training and is not found,
the limit is optimisation. One head of width 1 without b_O cannot solve the task, and is the negative control.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import Field
from torch import Tensor

from polyhead.core.rng import generator
from polyhead.core.study_records import Findings
from polyhead.models.toy.attention import ToyAttention
from polyhead.studies.pairs.capacity.claims import capacity_claims, capacity_notes
from polyhead.studies.pairs.capacity.constructions import CONSTRUCTIONS, ONE_OF_TWO, construct, shaken
from polyhead.studies.pairs.capacity.figures import capacity_figures
from polyhead.studies.pairs.capacity.measures import CapacityResults, Part
from polyhead.studies.pairs.models import Cell, PairsTraining, train_pairs
from polyhead.studies.pairs.token_tables import exact_accuracy, model_tables
from polyhead.studies.study import Study
from polyhead.tasks.pairs import PairsConfig, injections, signal_table
from polyhead.training.ensemble import EnsembleConfig


class CapacityConfig(PairsTraining):
    """Everything that decides the study's numbers."""

    levels: tuple[float, ...] = (0.0, 0.05, 0.2, 0.5)
    """Noise on a construction, in units of each matrix' root mean square."""
    n_seeds: int = Field(default=32, ge=2)
    """For each shape and start."""
    longer: int = Field(default=4, ge=1)
    """Random starts are also trained this many times as long."""

    @property
    def moments(self) -> list[int]:
        return sorted({round(self.n_steps * share) for share in (0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1)})


@dataclass(frozen=True)
class Start:
    """How a model begins."""

    cell: Cell
    name: str | None
    """The construction; None for a random start."""
    level: float = 0.0

    def label(self) -> str:
        return "random" if self.name is None else f"built, noise {self.level:g}"


def run(cfg: CapacityConfig, folder: Path) -> Findings:
    """Build, verify, train from there and from random starts, judge."""
    built = {name: _built(cfg, name, cell) for name, cell in [*CONSTRUCTIONS.items(), (ONE_OF_TWO, Cell(2, 5))]}
    small = [Start(cell, None) for cell in (*CONSTRUCTIONS.values(), Cell(1, 1))]
    small += [Start(cell, name, level) for name, cell in CONSTRUCTIONS.items() for level in cfg.levels]
    wide = [Start(Cell(2, 5), None), *(Start(Cell(2, 5), ONE_OF_TWO, level) for level in cfg.levels[:1])]
    quiet = cfg.world.replace(noise_share=0.0)
    longer = cfg.training.replace(n_steps=cfg.n_steps * cfg.longer)
    parts = {
        "mixed": _train(cfg, cfg.world, small, cfg.training, folder / "mixed"),
        "signal only": _train(cfg, quiet, small, cfg.training, folder / "signal-only"),
        "longer": _train(cfg, cfg.world, small[: len(CONSTRUCTIONS)], longer, folder / "longer"),
        "wide": _train(cfg, cfg.world, wide, cfg.training, folder / "wide"),
    }
    results = CapacityResults(cfg.world, built, parts, list(cfg.levels), cfg.longer, cfg.moments)
    everything = [part.models for part in parts.values()]
    return Findings(
        claims=capacity_claims(results),
        figures=capacity_figures(results),
        notes=capacity_notes(results),
        n_models=sum(len(one.cells) for one in everything),
        n_diverged=sum(len(one.cells) - len(one.trained.healthy) for one in everything),
    )


def _built(cfg: CapacityConfig, name: str, cell: Cell) -> tuple[Tensor, Tensor]:
    """Exact accuracy of freshly built models, and of the same models asked for other completions."""
    table = signal_table(cfg.world)
    phi = injections(cfg.world, generator(cfg.seed, "built"), cfg.n_seeds)
    right, wrong = [], []
    for i, row in enumerate(phi):
        model = ToyAttention(cell.toy(cfg.world), generator=generator(cfg.seed, "built", i))
        construct(name, model, row)
        if name == ONE_OF_TWO:
            dict(model.attn.named_parameters())["W_O"].data[1] = 0
        tables = model_tables(model)
        for found, asked in ((right, row), (wrong, phi[i - 1])):
            found.append(exact_accuracy(tables, table.counts, table.probability, asked[table.multiset][None])[0])
    return torch.stack(right), torch.stack(wrong)


def _train(
    cfg: CapacityConfig, world: PairsConfig, starts: Sequence[Start], training: EnsembleConfig, folder: Path
) -> Part:
    every = [one for one in starts for _ in range(cfg.n_seeds)]

    def begin(i: int, model: ToyAttention, phi: Tensor) -> None:
        one = every[i]
        if one.name is not None:
            construct(one.name, model, phi)
            if one.level:
                shaken(model, one.level, generator(cfg.seed, "shake", i))

    share = training.n_steps // cfg.n_steps
    models = train_pairs(
        world,
        [one.cell for one in every],
        training,
        batch=cfg.batch,
        seed=cfg.seed,
        folder=folder,
        snapshots=[step * share for step in cfg.moments],
        start=begin,
    )
    return Part(models, [(one.cell, one.label()) for one in every], signal_table(world))


QUICK = CapacityConfig(levels=(0.0, 0.2), n_seeds=12, n_steps=800, longer=2)

STUDY = Study(
    name="ov-coherent-capacity",
    title="What small heads can express in the pairs world, and what training finds",
    question="Does one head need a width of 4 because nothing smaller can solve the task, or because training does "
    "not find the smaller solutions?",
    sources=(
        "Greenspan and Wynroe (2023), An OV-Coherent Toy Model of Attention Head Superposition",
        "The author's later reply on the same post, and a commenter's construction with one head",
    ),
    presets={"quick": QUICK, "full": CapacityConfig()},
    run=run,
)
